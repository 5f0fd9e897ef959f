"""What an expectation file says, as written: sentences, their words and their places. Nothing is looked up here.

The written grammar is ``grammar/expectation.lark``; the meaning of every form is told in ``docs/expectations.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.grammars.expectation_slips import KEYWORDS

if TYPE_CHECKING:
    from policysim.language.problems import Problem
    from policysim.language.source import Span


LAYER_WORDS: Final = ("identity", "resource", "boundary", "session", "scp", "rcp", "vpce", "trust")
"""The layers that ``because`` names, by their words."""


class Word(NamedTuple):
    """One word of a sentence, without its quotes, and where it stands (quotes included)."""

    text: str
    span: Span


class Form(Enum):
    """What a sentence says of the principals that it names; the value is how it is told.

    ``ONLY``: those named can, and nobody else can. ``NOBODY``: nobody can, those named left aside.
    """

    CAN = "can"
    CANNOT = "cannot"
    ONLY = "only ... can"
    NOBODY = "nobody ... can"


class Test(Enum):
    """What a condition says of a key: it has these values, some value like a pattern, or it is not there."""

    __test__ = False  # no test class, whatever pytest thinks of the name

    EQUALS = "="
    LIKE = "like"
    ABSENT = "absent"


class Condition(NamedTuple):
    """One ``K = V, V``, ``K like P, P`` or ``K absent``."""

    key: Word
    test: Test
    values: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One sentence: one clause of a block, or one ``only`` or ``nobody`` sentence.

    ``conditions`` are those of the file's ``given`` (unless ``when`` speaks of the key as well) and of its own
    ``when``. ``depending_on`` are the keys that alone may leave the answer open. ``because`` are layers, or statements
    as ``FILE#SID``. ``span`` is the whole sentence, for a clause the clause; ``used_at`` leads from the innermost
    ``use`` outwards, for the sentences of a file or pack that another file uses.
    """

    form: Form
    principals: tuple[Word, ...]
    actions: tuple[Word, ...]
    resources: tuple[Word, ...]
    conditions: tuple[Condition, ...] = ()
    depending_on: tuple[Word, ...] = ()
    because: tuple[Word, ...] = ()
    span: Span
    used_at: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The sentence on one line, as a person would say it; the name of the test that it becomes.

        Read again, it gives the same sentence; the conditions that ``given`` hands down are not told.
        """
        who = _listed(self.principals)
        lead = {
            Form.CAN: f"{who} can",
            Form.CANNOT: f"{who} cannot",
            Form.ONLY: f"only {who} can",
            Form.NOBODY: f"nobody but {who} can" if who else "nobody can",
        }[self.form]
        said = f"{lead} {_listed(self.actions)} on {_listed(self.resources)}"
        own = [one for one in self.conditions if one.key.span.source is self.span.source and self._is_own(one)]
        if own:
            said += " when " + " and ".join(map(_told, own))
        if self.depending_on:
            said += f" depending on {_listed(self.depending_on, key=True)}"
        return f"{said} because {_listed(self.because)}" if self.because else said

    def _is_own(self, condition: Condition) -> bool:
        return self.span.start <= condition.key.span.start < self.span.end


_PLAIN: Final = re.compile(r"[^\s,\"#='`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb][^\s,\"]*")


def written(word: str, *, key: bool = False) -> str:
    """A word as a sentence holds it: in double quotes where the language asks for them."""
    plain = _PLAIN.fullmatch(word) is not None and word not in KEYWORDS and not (key and "=" in word)
    return word if plain else f'"{word}"'


def _listed(words: tuple[Word, ...], *, key: bool = False) -> str:
    return ", ".join(written(word.text, key=key) for word in words)


def _told(condition: Condition) -> str:
    key = written(condition.key.text, key=True)
    if condition.test is Test.ABSENT:
        return f"{key} absent"
    return f"{key} {condition.test.value} {_listed(condition.values)}"


class Binding(NamedTuple):
    """``name = words`` of a ``use`` or of an ``account``."""

    name: Word
    values: tuple[Word, ...]


class AccountLine(NamedTuple):
    """``account PATH as ID in REGION with K = V``: where the policies in force are."""

    path: Word
    account_id: Word | None
    region: Word | None
    bindings: tuple[Binding, ...]
    span: Span


class UseLine(NamedTuple):
    """``use PATH with NAME = WORDS``: the sentences of another file, or of a pack (``pack:NAME``).

    ``given`` are the conditions in force where the line stands: they hold for what is used as well.
    """

    path: Word
    bindings: tuple[Binding, ...]
    given: tuple[Condition, ...]
    span: Span


class ParameterLine(NamedTuple):
    """``parameter NAME = WORDS``: what a file that is used must be given, or may be (``default`` is not ``None``)."""

    name: Word
    default: tuple[Word, ...] | None


class ExpectationText(NamedTuple):
    """One text as read: its lines in their order, and what is wrong with it.

    A text that breaks off holds the sentences before the break as well, so that more than one error can be told.
    """

    accounts: tuple[AccountLine, ...]
    parameters: tuple[ParameterLine, ...]
    lines: tuple[Expectation | UseLine, ...]
    problems: tuple[Problem, ...]


def overridden(given: tuple[Condition, ...], own: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """What is given, but for the keys that a sentence speaks of itself, and its own conditions behind it."""
    spoken = {condition.key.text.lower() for condition in own}
    return (*(one for one in given if one.key.text.lower() not in spoken), *own)
