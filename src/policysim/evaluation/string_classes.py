"""Texts that stand for all texts: every way in which a set of patterns can match and not match, with a text for each.

All patterns run at once, as bits of one number; a search in order of length meets every reachable state, so that each
combination that any text can produce is found, and none that no text can. Spec C13 to C16, C22, C29 to C33.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.operators import Family
from policysim.language.patterns import arn_pattern, is_arn
from policysim.language.wildcards import Pattern, Piece, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.evaluation.conditions import PreparedCondition
    from policysim.language.variables import Expansion

ANY_ARN: Final = "arn:aws:iam::999999999999:role/other"
"""An ARN that looks like one and that no policy names."""

_OTHER: Final = "other"
_SEARCH_FACTOR: Final = 16
"""How many states are searched for each class of the budget."""

_FRESH: Final = "xzqjkvw0123456789XZQJKVWabcdefghilmnoprstuy_-~!"
_PART_SAMPLES: Final = ("arn", "aws", "s3", "us-east-1", "999999999999", _OTHER)
_EVERY_ARN: Final = arn_pattern((Piece("arn:*:*:*:*:*"),)).tokens()


class _Automaton(NamedTuple):
    """One pattern: its tokens, and whether upper and lower case are the same."""

    tokens: tuple[Token, ...]
    ignores_case: bool = False


def string_candidates(
    tests: Sequence[PreparedCondition], *, budget: int, arns_only: bool = False
) -> tuple[str, ...] | None:
    """At least one text of every class that the String, Arn and Bool entries tell apart; ``None`` beyond the budget.

    With ``arns_only`` the texts are ARNs: the key holds nothing else.
    """
    named, automata = _read(tests)
    limit = budget * _SEARCH_FACTOR
    if arns_only:
        named = {text: None for text in named if is_arn(text)}
    seeds = [*named, *_seeds(tests)]
    joint = _Joint(automata, arns_only=arns_only)
    shortest = joint.shortest_texts(limit)
    if shortest is None:
        return None
    found = _chosen(joint, shortest, seeds, named)
    if found is None:
        # A combination for which only named texts came up: these must take part in the search themselves.
        joint = _Joint([*automata, *(_Automaton(_literal(text)) for text in named)], arns_only=arns_only)
        shortest = joint.shortest_texts(limit)
        found = None if shortest is None else _chosen(joint, shortest, seeds, {})
    return None if found is None else (*named, *found)


def _read(tests: Sequence[PreparedCondition]) -> tuple[dict[str, None], list[_Automaton]]:
    """The texts that entries name exactly, and an automaton for everything else that they compare with."""
    named: dict[str, None] = {}
    automata: dict[_Automaton, None] = {}
    for test in tests:
        family, positive = test.operator.base.family, test.operator.base.positive
        if family is Family.ARN:
            automata[_Automaton(_EVERY_ARN)] = None
        if family is Family.BOOL:
            automata.update(dict.fromkeys(_Automaton(_literal(word), ignores_case=True) for word in ("true", "false")))
            continue
        for wanted in test.comparable:
            pieces = wanted.pieces
            if positive == "StringEqualsIgnoreCase":
                automata[_Automaton(_literal(wanted.text), ignores_case=True)] = None
            elif (text := _exact(positive, wanted)) is not None:
                named[text] = None
            elif family is Family.STRING:
                automata[_Automaton(Pattern.from_pieces(pieces).tokens)] = None
            elif not test.switches.star_ends_with_its_part:
                automata[_Automaton(arn_pattern(pieces).tokens(across_colons=True))] = None
            elif arn_pattern(pieces).well_formed:
                automata[_Automaton(arn_pattern(pieces).tokens())] = None
    return named, list(automata)


def _exact(positive: str, wanted: Expansion) -> str | None:
    return wanted.text if positive == "StringEquals" else Pattern.from_pieces(wanted.pieces).literal


def _literal(text: str) -> tuple[Token, ...]:
    return tuple(Token(char) for char in text)


def _seeds(tests: Sequence[PreparedCondition]) -> Iterator[str]:
    """Texts that look real, tried before the shortest ones."""
    meant = [wanted for test in tests for wanted in test.comparable]
    yield from (_filled(Pattern.from_pieces(wanted.pieces).tokens) for wanted in meant)
    yield from ("9" * len(wanted.text) for wanted in meant if wanted.text.isdigit())
    yield from (_OTHER, ANY_ARN)


def _filled(tokens: tuple[Token, ...]) -> str:
    """The pattern with something in the place of its wildcards, in an ARN something that fits the part."""
    text = ""
    for at, token in enumerate(tokens):
        if token.char is not None:
            text += token.char
            continue
        following = tokens[at + 1].char if at + 1 < len(tokens) else ":"
        alone = text.endswith(":") and following == ":" and text.startswith("arn:")
        sample = _PART_SAMPLES[min(text.count(":"), 5)] if alone else _OTHER
        text += sample if token.run else "x"
    return text


def _chosen(
    joint: _Joint, shortest: dict[int, str], seeds: Iterable[str], named: dict[str, None]
) -> tuple[str, ...] | None:
    """A text outside ``named`` for every combination, a seed where one fits; ``None`` where no text comes up."""
    likely: dict[int, str] = {}
    for seed in seeds:
        if seed not in named:
            likely.setdefault(joint.accepted(joint.run(seed)), seed)
    found: list[str] = []
    for combination, text in shortest.items():
        chosen = likely.get(combination) or (text if text not in named else joint.variant(text, named))
        if chosen is None:
            return None
        found.append(chosen)
    return tuple(found)


def _spellings(char: str) -> set[str]:
    lower = char.lower()
    return {char, *(other for other in (lower, char.upper()) if len(other) == 1 and other.lower() == lower)}


class _Joint:
    """Several automata side by side in one number: bit by bit the places in their patterns that a text leads to."""

    def __init__(self, automata: Sequence[_Automaton], *, arns_only: bool) -> None:
        self._advance: dict[str, int] = {}
        self._any = self._any_but_colon = 0
        self._stay = self._stay_but_colon = 0
        self._start = self._accepting = 0
        place = 0
        self._required = self._alive = 0
        every = [_Automaton(_EVERY_ARN), *automata] if arns_only else list(automata)
        for automaton in every:
            first = place
            self._start |= 1 << place
            for token in automaton.tokens:
                place += self._add(token, 1 << place, ignores_case=automaton.ignores_case)
            self._accepting |= 1 << place
            place += 1
            if arns_only and not first:
                self._required, self._alive = 1 << (place - 1), (1 << place) - 1
        self._fresh = next((c for c in _FRESH if not {c, c.lower(), c.upper()} & self._advance.keys()), "¤")

    def _add(self, token: Token, bit: int, *, ignores_case: bool) -> int:
        """Enter one token at a place; how far the next token's place is."""
        if token.run:
            if token.colons:
                self._stay |= bit
            else:
                self._stay_but_colon |= bit
            return 0
        if token.char is None:
            if token.colons:
                self._any |= bit
            else:
                self._any_but_colon |= bit
        else:
            for char in _spellings(token.char) if ignores_case else {token.char}:
                self._advance[char] = self._advance.get(char, 0) | bit
        return 1

    def step(self, state: int, char: str) -> int:
        colon = char == ":"
        advance = self._advance.get(char, 0) | self._any | (0 if colon else self._any_but_colon)
        stay = self._stay | (0 if colon else self._stay_but_colon)
        return (state & advance) << 1 | (state & stay)

    def run(self, text: str) -> int:
        state = self._start
        for char in text:
            state = self.step(state, char)
        return state

    def accepted(self, state: int) -> int:
        """The automata that accept here, as bits."""
        return state & self._accepting

    def shortest_texts(self, limit: int) -> dict[int, str] | None:
        """For every combination of automata that some text makes accept, a shortest such text."""
        found: dict[int, str] = {}
        seen = {self._start}
        waiting = deque([(self._start, "")])
        while waiting:
            state, text = waiting.popleft()
            accepted = self.accepted(state)
            if not self._required or accepted & self._required:
                found.setdefault(accepted, text)
            for char in self._telling(state):
                following = self.step(state, char)
                if following not in seen and (not self._required or following & self._alive):
                    seen.add(following)
                    waiting.append((following, text + char))
            if len(seen) > limit:
                return None
        return found

    def _telling(self, state: int) -> Iterator[str]:
        """The characters that differ from here; all others go the way of the fresh one."""
        yield self._fresh
        for char, places in self._advance.items():
            if state & places:
                yield char
        if ":" not in self._advance or not state & self._advance[":"]:
            yield ":"

    def variant(self, text: str, taken: dict[str, None]) -> str | None:
        """Another text that the same automata accept, outside ``taken``; ``None`` when none is near."""
        accepted = self.accepted(self.run(text))
        for at in range(len(text), -1, -1):
            other = text[:at] + self._fresh + text[at:]
            if other not in taken and self.accepted(self.run(other)) == accepted:
                return other
        return None
