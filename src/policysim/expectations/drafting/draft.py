"""The whole draft: what alone protects, who assumes what, and what each principal can and cannot do.

Every sentence of it was held against the accounts at hand and is met. What could not be said is a comment that tells
why, so that nothing looks covered that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policysim.expectations.drafting.dangers import cannot_sentences, together
from policysim.expectations.drafting.given import usual_conditions
from policysim.expectations.drafting.grants import grants_of
from policysim.expectations.drafting.guardrails import Named, guarded_resources, trusted
from policysim.expectations.drafting.history import denied_sentences, unused, used_sentences
from policysim.expectations.drafting.people import chosen, people
from policysim.expectations.drafting.said import comment, listed
from policysim.expectations.drafting.trial import Trial, joined
from policysim.expectations.sentences import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.drafting.guardrails import Guarded
    from policysim.expectations.drafting.people import Person
    from policysim.expectations.drafting.said import Sentence
    from policysim.expectations.drafting.usage import Usage

MOST_PRINCIPALS: Final = 200
"""How many users and roles get a block of their own, unless they were asked for."""

_ALONE: Final = "who alone can take the protection off a resource"
_TRUST: Final = "who alone can assume each role"
_EACH: Final = "what each role and user can do"
_LIMITS: Final = "what they cannot do, of what few should"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to draft. ``principals`` are words for some of the users and roles; empty: all of them."""

    organisation: Organisation
    usage: Usage | None = None
    principals: tuple[str, ...] = ()


class Drafter:
    """Drafts section by section, so that a caller can tell how far it is."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._organisation = wanted.organisation
        self._everybody = people(wanted.organisation)
        self._people, self.unknown = self._chosen()
        self._given = usual_conditions(wanted.organisation)
        self._bare = Trial(wanted.organisation)
        self._trial = Trial(wanted.organisation, self._given)
        self._silent: dict[tuple[str, ...], list[str]] = {}
        self.said = 0

    def _chosen(self) -> tuple[list[Person], list[str]]:
        if self._wanted.principals:
            return chosen(self._everybody, self._wanted.principals)
        return [one for one in self._everybody if not one.managed_by_aws], []

    @property
    def names(self) -> tuple[str, ...]:
        """Whom ``--principal`` could name."""
        return tuple(one.word for one in self._everybody)

    @property
    def steps(self) -> int:
        """How many pieces ``pieces`` gives."""
        return 2 * min(len(self._people), MOST_PRINCIPALS) + 6

    def pieces(self) -> Iterator[list[str]]:
        """The lines of the draft, section by section: first what holds of all calls, then principal by principal."""
        people = self._people[:MOST_PRINCIPALS]
        if not self._wanted.principals:
            named = Named.of(self._everybody)
            yield self._section(_ALONE, guarded_resources(self._organisation, named, self._bare))
            yield self._section(_TRUST, trusted(people, named, self._bare))
        cannot: list[Sentence] = []
        for person in people:
            cannot += cannot_sentences(person, self._bare)
            yield []
        yield self._limits(together(cannot))
        yield [*_title(_EACH), *self._given_lines(), *self._left_out()]
        for person in people:
            yield self._block(person)
        yield self._without_sentences()
        yield from self._services()
        yield self._about_the_log()

    def _section(self, title: str, guarded: Guarded) -> list[str]:
        if not guarded.sentences and not guarded.comments:
            return []
        lines = _title(title)
        for sentence in guarded.sentences:
            lines += ["", *sentence.lines()]
            self.said += 1
        if guarded.comments:
            lines.append("")
        return lines + [line for text in guarded.comments for line in comment(text)]

    def _given_lines(self) -> list[str]:
        if not self._given:
            return []
        told = "Of ordinary calls, for all that stands below; a `when` on the same key says otherwise."
        return ["", *comment(told), f"given {' and '.join(one.text for one in self._given)}"]

    def _left_out(self) -> list[str]:
        lines: list[str] = []
        linked = [one.word for one in self._everybody if one.managed_by_aws]
        if linked and not self._wanted.principals:
            lines += ["", *comment(f"Left out, as AWS alone manages them: {listed(tuple(linked))}")]
        if len(self._people) > MOST_PRINCIPALS:
            told = f"Only {MOST_PRINCIPALS} of {len(self._people)} users and roles stand here; ask for others by name."
            lines += ["", *comment(told)]
        return lines

    def _block(self, person: Person) -> list[str]:
        clauses, comments = self._grants(person)
        usage = self._wanted.usage
        if usage is not None and (denied := usage.denied_to(person.word)):
            told = denied_sentences(denied, self._trial)
            clauses += told.sentences
            comments += told.comments
        comments += [f"Not at hand: {gap.sentence}" for gap in person.gaps]
        if not clauses:
            self._silent.setdefault(tuple(comments), []).append(person.word)
            return []
        self.said += len(clauses)
        lines = [line for sentence in clauses for line in sentence.clause()]
        return ["", written(person.word), *lines, *(line for text in comments for line in comment(text, "  "))]

    def _without_sentences(self) -> list[str]:
        """Those of whom nothing can be said, and why: together where it is for the same reasons."""
        lines: list[str] = []
        for comments, words in self._silent.items():
            lines += ["", *comment(f"{', '.join(words)}: no sentence on what they can do.")]
            lines += [line for text in comments for line in comment(f"  {text}")]
        return lines

    def _limits(self, sentences: Sequence[Sentence]) -> list[str]:
        """What none of several principals can, and the guardrail that holds it."""
        self.said += len(sentences)
        lines = [line for one in sentences for line in ("", *one.head(), *one.clause())]
        return [*_title(_LIMITS), *lines] if lines else []

    def _grants(self, person: Person) -> tuple[list[Sentence], list[str]]:
        """What a principal can: what it used, if the log shows it, or else what its statements grant."""
        usage = self._wanted.usage
        used = usage.used_by(person.word) if usage is not None else []
        if usage is not None and used:
            told = used_sentences(used, self._trial)
            rest = [f"  {line}" for line in unused(person, usage)]
            return told.sentences, [*told.comments, *(["Granted, not used in this log:", *rest] if rest else [])]
        clauses, comments = self._from_statements(person)
        if usage is not None:
            comments.insert(0, "The log shows no successful call of it: this is what its policies grant.")
        return clauses, comments

    def _from_statements(self, person: Person) -> tuple[list[Sentence], list[str]]:
        held: list[Sentence] = []
        comments: list[str] = []
        for grant in grants_of(person, self._everybody):
            comments += [f"{grant.statement} {why}" for why in grant.unsaid]
            for sentence in grant.sentences:
                good, refused = self._trial.parts_that_hold(sentence)
                held += good
                comments += _not_said(grant.statement, [(part.sentence, part.why) for part in refused])
        return joined(held), comments

    def _services(self) -> Iterator[list[str]]:
        usage = self._wanted.usage
        known = {one.word for one in self._everybody}
        for word in usage.words if usage is not None and not self._wanted.principals else ():
            if usage is None or word in known:
                continue
            told = used_sentences(usage.used_by(word), self._trial)
            self.said += len(told.sentences)
            lines = [line for sentence in told.sentences for line in sentence.clause()]
            head = [written(word), *lines] if lines else comment(word)
            yield ["", *head, *(line for text in told.comments for line in comment(text, "  "))]

    def _about_the_log(self) -> list[str]:
        usage = self._wanted.usage
        if usage is None:
            return []
        rest = [
            f"{number} {what}"
            for number, what in (
                (usage.strangers, "by principals that are not at hand"),
                (usage.failed, "that failed for another reason than a policy"),
                (usage.unclear, "of which the record does not show what they needed"),
            )
            if number
        ]
        left = f" Left out: {', '.join(rest)}." if rest else ""
        calls = "1 call" if usage.calls == 1 else f"{usage.calls} calls"
        told = f"The log shows {calls}; data events among them: {usage.data}.{left}"
        hint = "A trail records data events (such as object reads) only where told to, and never iam:PassRole."
        return ["", *comment(told), *comment(hint)]


def _title(text: str) -> list[str]:
    return ["", "", *comment(f"--- {text}")]


MOST_REFUSED: Final = 4
"""How much of a statement is told to be left out, piece by piece."""


def _not_said(statement: str, refused: Sequence[tuple[Sentence, str]]) -> Iterator[str]:
    """What of a statement does not hold as a sentence, and why; what has one reason together."""
    by_reason: dict[str, list[Sentence]] = {}
    for sentence, why in refused:
        by_reason.setdefault(why, []).append(sentence)
    for why, sentences in list(by_reason.items())[:MOST_REFUSED]:
        actions = listed(tuple(dict.fromkeys(action for one in sentences for action in one.actions)))
        yield f"{statement}: not said of {actions}: {why}"
    if len(by_reason) > MOST_REFUSED:
        yield f"{statement}: {len(by_reason) - MOST_REFUSED} further parts are not said"
