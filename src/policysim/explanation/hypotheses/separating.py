"""The one fact that separates the causes that are left best: under its answers the fewest of them remain.

Each fact has answers: a cause that is found to be one, or found to be none; a condition key with each of its values.
The fact is chosen whose worst answer leaves the fewest causes, and of equals the one about the likeliest cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.explanation.diagnosis import Fact, Tested

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.explanation.hypotheses.possibility import Possibility


class Question(NamedTuple):
    """A fact to find out, and for each answer the causes (by position) that remain under it."""

    fact: Fact
    answers: tuple[frozenset[int], ...]

    @property
    def worst(self) -> tuple[int, int]:
        """How many causes remain under the worst answer, and under all answers together."""
        remaining = [len(answer) for answer in self.answers]
        return max(remaining), sum(remaining)


def separating_fact(ranked: Sequence[Possibility]) -> Fact | None:
    """The best question of the possible causes; none when fewer than two are left, or one is confirmed."""
    left = [one for one in ranked if one.tested is Tested.POSSIBLE]
    confirmed = any(one.tested is Tested.CONFIRMED for one in ranked)
    if confirmed or len(left) <= 1:
        return None
    questions = list(questions_about(left))
    telling = [question for question in questions if question.worst[0] < len(left)]
    return min(telling, key=lambda question: question.worst).fact if telling else None


def questions_about(left: Sequence[Possibility]) -> Iterator[Question]:
    """Every fact that some cause hangs on, each once; the likeliest cause's first."""
    seen: set[str] = set()
    for possibility in left:
        fact = possibility.fact
        if fact is None or _source(fact) in seen:
            continue
        seen.add(_source(fact))
        yield Question(fact, _by_key(left, possibility) if possibility.keys else _yes_or_no(left, fact))


def _source(fact: Fact) -> str:
    """Where a fact comes from: what one command prints answers every question that it is asked for."""
    return fact.command or fact.sentence


def _yes_or_no(left: Sequence[Possibility], fact: Fact) -> tuple[frozenset[int], ...]:
    """Found to be so, one of the causes that hang on the fact is the cause; found not to be so, none of them is."""
    yes = frozenset(
        place for place, one in enumerate(left) if one.fact is not None and _source(one.fact) == _source(fact)
    )
    return yes, frozenset(range(len(left))) - yes


def _by_key(left: Sequence[Possibility], about: Possibility) -> tuple[frozenset[int], ...]:
    """For each value of the key: the causes that it brings about, and those that it has nothing to do with."""
    key = about.keys[0][0]
    values = dict.fromkeys(value for one in left for name, values in one.keys if name == key for value in values)
    apart = frozenset(place for place, one in enumerate(left) if key not in dict(one.keys))
    answers = [
        apart | {place for place, one in enumerate(left) if value in dict(one.keys).get(key, ())} for value in values
    ]
    return *map(frozenset, answers), apart
