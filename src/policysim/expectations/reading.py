"""From the text of an expectation file to its sentences.

Where a text is no sentence there is a problem, at the word that does not fit; the sentences around it are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.expectations.problem_kinds import BROKEN_SENTENCE
from policysim.expectations.sentences import (
    AccountLine,
    Binding,
    Condition,
    Expectation,
    ExpectationText,
    Form,
    ParameterLine,
    Test,
    UseLine,
    Word,
    overridden,
)
from policysim.grammars.expectation_breaks import Leaf
from policysim.grammars.expectations import Branch, parse_expectations
from policysim.language.problems import Problem
from policysim.language.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.language.source import Source

_TESTS: Final = {"equals": Test.EQUALS, "like": Test.LIKE, "absent": Test.ABSENT}


def read_expectations(source: Source) -> ExpectationText:
    """The sentences of a text, with the conditions of ``given`` handed down to those below it."""
    branches, breaks = parse_expectations(source.text)
    problems = tuple(Problem(BROKEN_SENTENCE, one.message, Span(source, one.start, one.end)) for one in breaks)
    return _Reader(source).read(branches)._replace(problems=problems)


class _Reader:
    """Reads one tree; keeps what ``given`` said last."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._given: tuple[Condition, ...] = ()
        self._accounts: list[AccountLine] = []
        self._parameters: list[ParameterLine] = []
        self._lines: list[Expectation | UseLine] = []

    def read(self, sentences: tuple[Branch, ...]) -> ExpectationText:
        for part in sentences:
            match part.rule:
                case "account":
                    self._accounts.append(self._account(part))
                case "use":
                    self._lines.append(self._use(part))
                case "parameter":
                    self._parameters.append(self._parameter(part))
                case "given":
                    self._given = overridden(self._given, self._conditions(part))
                case "each":
                    self._lines.extend(self._clauses(part))
                case _:
                    self._lines.append(self._quantified(part))
        return ExpectationText(tuple(self._accounts), tuple(self._parameters), tuple(self._lines), ())

    def _account(self, line: Branch) -> AccountLine:
        path, *others = _direct(line, "text", "word")
        asked = [part.terminal for part in line.parts if isinstance(part, Leaf)]
        named = dict(zip((name for name in asked if name in {"AS", "IN"}), map(self._word, others), strict=True))
        return AccountLine(self._word(path), named.get("AS"), named.get("IN"), self._bindings(line), self._span(line))

    def _use(self, line: Branch) -> UseLine:
        path = _direct(line, "text")[0]
        return UseLine(self._word(path), self._bindings(line), self._given, self._span(line))

    def _parameter(self, line: Branch) -> ParameterLine:
        words = line.find("words")
        name = self._word(_direct(line, "key")[0])
        return ParameterLine(name, None if words is None else self._words(words))

    def _bindings(self, line: Branch) -> tuple[Binding, ...]:
        listed = line.find("bindings")
        return tuple(
            Binding(self._word(_direct(one, "key")[0]), self._words(_direct(one, "words")[0]))
            for one in (listed.all("binding") if listed is not None else ())
        )

    def _clauses(self, block: Branch) -> Iterator[Expectation]:
        principals = self._words(_direct(block, "words")[0])
        for clause in block.all("clause"):
            verb = clause.find("verb")
            form = Form.CANNOT if verb is not None and verb.has("CANNOT") else Form.CAN
            actions, resources = map(self._words, _direct(clause, "words"))
            yield self._expectation(clause, form, principals, actions, resources)

    def _quantified(self, sentence: Branch) -> Expectation:
        form = Form.ONLY if sentence.rule == "only" else Form.NOBODY
        *principals, actions, resources = map(self._words, _direct(sentence, "words"))
        return self._expectation(sentence, form, principals[0] if principals else (), actions, resources)

    def _expectation(
        self,
        at: Branch,
        form: Form,
        principals: tuple[Word, ...],
        actions: tuple[Word, ...],
        resources: tuple[Word, ...],
    ) -> Expectation:
        when, depending, because = at.find("when"), at.find("depending"), at.find("because")
        return Expectation(
            form=form,
            principals=principals,
            actions=actions,
            resources=resources,
            conditions=overridden(self._given, self._conditions(when) if when is not None else ()),
            depending_on=tuple(map(self._word, _direct(depending, "key"))) if depending is not None else (),
            because=self._words(_direct(because, "words")[0]) if because is not None else (),
            span=self._span(at),
        )

    def _conditions(self, line: Branch) -> tuple[Condition, ...]:
        listed = line.find("conditions")
        return tuple(self._condition(one) for one in (listed.parts if listed is not None else ()) if _is_test(one))

    def _condition(self, at: Branch | Leaf) -> Condition:
        if not isinstance(at, Branch):
            raise TypeError("a condition is a branch of the tree")
        words = at.find("words")
        values = self._words(words) if words is not None else ()
        return Condition(self._word(_direct(at, "key")[0]), _TESTS[at.rule], values)

    def _words(self, listed: Branch) -> tuple[Word, ...]:
        return tuple(map(self._word, listed.all("word")))

    def _word(self, at: Branch) -> Word:
        leaf: Branch | Leaf = at
        while isinstance(leaf, Branch):
            leaf = leaf.parts[0]
        text = leaf.text[1:-1] if leaf.terminal == "TEXT" else leaf.text
        return Word(text, Span(self._source, leaf.start, leaf.end))

    def _span(self, at: Branch) -> Span:
        return Span(self._source, at.start, at.end)


def _is_test(part: Branch | Leaf) -> bool:
    return isinstance(part, Branch) and part.rule in _TESTS


def _direct(branch: Branch, *rules: str) -> Sequence[Branch]:
    return [part for part in branch.parts if isinstance(part, Branch) and part.rule in rules]
