"""From a file's sentences, as written, to the sentences that a ``use`` of it stands for.

``{name}`` alone is replaced by all the words that the parameter stands for; as a part of a word, by the only one. A
parameter that is ``none`` stands for no word, and so does a word that it is a part of: behind ``but`` that leaves
nobody out, and a sentence with any other list that has no words left is left out itself. The policy variables of AWS
(``${aws:username}``) are no parameters.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.problem_kinds import (
    MALFORMED_PARAMETER,
    MISSING_PARAMETER,
    NONE_AMONG_WORDS,
    REPEATED_PARAMETER,
    SEVERAL_WORDS,
    UNBOUND_NAME,
    UNKNOWN_PARAMETER,
)
from policysim.expectations.sentences import Binding, Condition, Expectation, Form, UseLine, Word, overridden
from policysim.language.nearest import nearest
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.expectations.sentences import ExpectationText
    from policysim.language.problems import ProblemKind

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_MENTION: Final = re.compile(r"(?<!\$)\{([A-Za-z][A-Za-z0-9_-]*)\}")

NONE: Final = "none"
"""What a parameter is given that stands for no words."""

Words = tuple[Word, ...]


class BoundText(NamedTuple):
    """The lines of a file with its parameters replaced, and what is wrong with the parameters."""

    lines: tuple[Expectation | UseLine, ...]
    problems: tuple[Problem, ...]


def bound(text: ExpectationText, use: UseLine | None = None) -> BoundText:
    """The lines of a file as ``use`` stands for them; without one, as the file itself says them.

    What is given where the ``use`` stands holds for its sentences too, unless they speak of the key themselves; each
    of them tells in ``used_at`` by which line it came.
    """
    binder = _Binder()
    binder.declare(text, use)
    lines = tuple(_came_by(bound_line, use) for line in text.lines if (bound_line := binder.line(line)) is not None)
    return BoundText(lines, tuple(binder.problems))


def _came_by(line: Expectation | UseLine, use: UseLine | None) -> Expectation | UseLine:
    if use is None:
        return line
    if isinstance(line, UseLine):
        return line._replace(given=overridden(use.given, line.given))
    return replace(line, conditions=overridden(use.given, line.conditions), used_at=(*line.used_at, use.span))


class _Binder:
    """What every parameter of one file stands for, and the problems met on the way."""

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}
        self.problems: dict[Problem, None] = {}

    def declare(self, text: ExpectationText, use: UseLine | None) -> None:
        """Gives every parameter its words: those of the use, else those that the file itself gives it."""
        given = self._given(use)
        declared: set[str] = set()
        for parameter in text.parameters:
            name = parameter.name.text
            if _NAME.fullmatch(name) is None:
                expected = "expected letters, digits, `-` and `_`, a letter first"
                self._tell(MALFORMED_PARAMETER, f"`{name}` is no name for a parameter: {expected}", parameter.name)
            elif name in declared:
                self._tell(REPEATED_PARAMETER, f"the parameter `{name}` is declared twice", parameter.name)
            elif name not in given and parameter.default is None:
                self._missing(parameter.name, use)
            declared.add(name)
            words = given[name].values if name in given else self._replaced(parameter.default or ())
            self._words.setdefault(name, self._none(words))
        for name, binding in given.items():
            if name not in declared:
                self._tell(
                    UNKNOWN_PARAMETER, _no_parameter(name, declared), binding.name, nearest(name, declared, most=1)
                )

    def _given(self, use: UseLine | None) -> dict[str, Binding]:
        found: dict[str, Binding] = {}
        for binding in use.bindings if use is not None else ():
            if binding.name.text in found:
                self._tell(REPEATED_PARAMETER, f"`{binding.name.text}` is given words twice", binding.name)
            found[binding.name.text] = binding
        return found

    def _missing(self, name: Word, use: UseLine | None) -> None:
        if use is None:
            sentence = f"the parameter `{name.text}` has no words: this file can only be used by another one"
            hint = f"give it words here (`parameter {name.text} = ...`), or end the name of the file in another way "
            self._tell(MISSING_PARAMETER, sentence, name, f"{hint}than `.expect`")
            return
        sentence = f"the parameter `{name.text}` of `{use.path.text}` has no words"
        self._tell(MISSING_PARAMETER, sentence, use.path, f"write `with {name.text} = ...`")

    def _none(self, words: Words) -> Words:
        """The words of a parameter; no words for ``none``, which stands alone."""
        named = [word for word in words if word.text == NONE]
        if named and len(words) > 1:
            self._tell(NONE_AMONG_WORDS, f"`{NONE}` stands for no words, and other words stand beside it", named[0])
        return () if named else words

    def line(self, line: Expectation | UseLine) -> Expectation | UseLine | None:
        """The line with its parameters replaced; ``None`` when it is left out."""
        if isinstance(line, UseLine):
            bindings = tuple(Binding(one.name, self._replaced(one.values)) for one in line.bindings)
            given = self._conditions(line.given)
            return None if given is None else line._replace(bindings=bindings, given=given)
        conditions = self._conditions(line.conditions)
        bound_line = replace(
            line,
            principals=self._replaced(line.principals),
            actions=self._replaced(line.actions),
            resources=self._replaced(line.resources),
            conditions=conditions or (),
            depending_on=self._replaced(line.depending_on),
            because=self._replaced(line.because),
        )
        return None if conditions is None or _left_out(line, bound_line) else bound_line

    def _conditions(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...] | None:
        """The conditions with their parameters replaced; ``None`` when one of them has no words left."""
        found: list[Condition] = []
        for one in conditions:
            key, values = self._filled(one.key), self._replaced(one.values)
            if key is None or (one.values and not values):
                return None
            found.append(Condition(key, one.test, values))
        return tuple(found)

    def _replaced(self, words: Words) -> Words:
        return tuple(new for word in words for new in self._of(word))

    def _of(self, word: Word) -> Words:
        alone = _MENTION.fullmatch(word.text)
        if alone is not None and alone[1] in self._words:
            return self._words[alone[1]]
        filled = self._filled(word)
        return () if filled is None else (filled,)

    def _filled(self, word: Word) -> Word | None:
        """The word with every ``{name}`` in it replaced; ``None`` when one of them stands for no word."""
        mentions = tuple(dict.fromkeys(_MENTION.findall(word.text)))
        if not mentions:
            return word
        for name in mentions:
            self._check_mention(name, word)
        if any(self._words.get(name) == () for name in mentions):
            return None
        return Word(_MENTION.sub(lambda found: _only(self._words, found), word.text), word.span)

    def _check_mention(self, name: str, word: Word) -> None:
        words = self._words.get(name)
        if words is None:
            sentence = f"`{{{name}}}` stands for no parameter of this file"
            hint = nearest(name, self._words, most=1) or f"declare it with `parameter {name}`"
            self._tell(UNBOUND_NAME, sentence, word, hint)
        elif len(words) > 1:
            said = ", ".join(f"`{one.text}`" for one in words)
            sentence = f"`{{{name}}}` is a part of the word `{word.text}` and stands for several words: {said}"
            self._tell(SEVERAL_WORDS, sentence, word)

    def _tell(self, kind: ProblemKind, sentence: str, at: Word, hint: str = "") -> None:
        self.problems[Problem(kind, sentence, at.span, hint)] = None  # `given` stands in many sentences, told once


def _only(words: Mapping[str, Words], found: re.Match[str]) -> str:
    listed = words.get(found[1], ())
    return listed[0].text if len(listed) == 1 else found[0]


def _left_out(written: Expectation, bound_line: Expectation) -> bool:
    """Whether a list has lost all its words; the exceptions of ``nobody but`` may."""
    needed = [(written.actions, bound_line.actions), (written.resources, bound_line.resources)]
    needed += [(written.depending_on, bound_line.depending_on), (written.because, bound_line.because)]
    if written.form is not Form.NOBODY:
        needed.append((written.principals, bound_line.principals))
    return any(before and not after for before, after in needed)


def _no_parameter(name: str, declared: Iterable[str]) -> str:
    known = sorted(declared)
    if not known:
        return f"the file used has no parameters, and so no `{name}`"
    listed = ", ".join(f"`{one}`" for one in known)
    return f"the file used has no parameter `{name}`: it has {listed}"
