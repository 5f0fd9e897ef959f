"""Reports whose every text is as hostile as a stranger can make it."""

from __future__ import annotations

import types
from dataclasses import fields, replace
from enum import Enum
from itertools import cycle
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from policysim.reports.decision_document import MarkDocument
from policysim.reports.document import GroupDocument, Report
from policysim.reports.expectation_document import (
    ExpectationFileDocument,
    ExpectationReport,
    SentenceProblemDocument,
)
from policysim.reports.groups import GroupReport

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")

SNIPPETS = (
    *(
        "<script>alert(1)</script>",
        "</script>",
        "</style>",
        "</title>",
        "<b>",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "-->",
    ),
    *("]]>", "&lt;", "&#64;", "\"'", '" onload="x', "' autofocus '", "javascript:alert(1)", "data:text/html,x"),
    *("\x1b[2J", "\x1b]8;;http://e.example\x07", "\x9b31m", "\x07", "\0", "\r", "\n", "\r\n", "\t", "\x7f", "\x85"),
    *("\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\ud800", "日本", "e\u0301"),
    *("`", "``", "```", "````\n", "~~~", "|", "\\", "\\`", "\\|", "*", "**", "_", "__x__", "~~x~~", "$x$", "$$", "^"),
    *(
        "[x](http://e.example)",
        "![x](http://e.example/y.png)",
        "[x]: http://e.example",
        "<http://e.example>",
        "[ ]",
        "[x]",
    ),
    *(
        "@team",
        "@org/team",
        "#1",
        "org/repo#1",
        "GH-1",
        "!1",
        "&1",
        "%1",
        "a@b.example",
        "[~user]",
        "{code}",
        "deadbeef1234567",
    ),
    *("https://e.example/x", "www.e.example", "ftp://e.example", "e.com", "mailto:a@b.example"),
    *(
        "\n# h",
        "# h",
        "- x",
        "+ x",
        "* x",
        "1. x",
        "1) x",
        "> q",
        "---",
        "===",
        "    code",
        "\n\n",
        "| a | b |",
        " ",
        "  ",
    ),
    *(
        "diff --git a/x b/x\n",
        "+++ b/x\n",
        "@@ -1 +1 @@\n",
        "-",
        "+",
        "{0}",
        "{{",
        "%s",
        "arn:aws:s3:::data/x",
        "s3:GetObject",
    ),
)
"""What means something to a terminal, to HTML, to Markdown, to SARIF or to a code host."""

texts = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=6)), max_size=4).map("".join)


@st.composite
def groups(draw: st.DrawFn) -> list[GroupReport]:
    """One report or two with everything in them that a report can have, and their groups.

    All texts are hostile; ``turn`` decides which of the values of each enumeration, and which flags, come where.
    """
    drawn = cycle(draw(st.lists(texts, min_size=11, max_size=11)))
    turn = draw(st.integers(0, 11))
    return [_group(drawn, turn + number) for number in range(draw(st.integers(1, 2)))]


@st.composite
def expectation_reports(draw: st.DrawFn) -> ExpectationReport:
    """A run with everything in it that a report on expectations can have; all texts but the codes are hostile."""
    drawn = cycle(draw(st.lists(texts, min_size=11, max_size=11)))
    report = _filled(ExpectationReport, drawn, draw(st.integers(0, 11)))
    return replace(report, files=tuple(map(_with_known_codes, report.files)))


def _with_known_codes(file: ExpectationFileDocument) -> ExpectationFileDocument:
    def known(problems: tuple[SentenceProblemDocument, ...]) -> tuple[SentenceProblemDocument, ...]:
        return tuple(replace(one, code="broken-sentence") for one in problems)

    expectations = tuple(replace(one, problems=known(one.problems)) for one in file.expectations)
    return replace(file, problems=known(file.problems), expectations=expectations)


def _group(drawn: Iterator[str], turn: int) -> GroupReport:
    report = _filled(Report, drawn, turn)
    missing: dict[str, Any] = {} if turn % 4 else {"decision": None, "checks": (), "near_misses": ()}
    report = replace(report, refused=0 if turn % 3 else None, **missing)
    return GroupReport(report, _filled(GroupDocument, drawn, turn))


def _filled(kind: type[_T], drawn: Iterator[str], turn: int) -> _T:
    """A dataclass of the document model with every field filled by its type."""
    hints = get_type_hints(kind)
    values = {
        field.name: _value(hints[field.name], drawn, turn + number)
        for number, field in enumerate(fields(kind))  # type: ignore[arg-type]  # a dataclass
    }
    return kind(**values)


def _value(hint: Any, drawn: Iterator[str], turn: int) -> Any:
    if hint is str:
        return next(drawn)
    if hint is bool:
        return turn % 2 == 0
    if hint is int:
        return 1 + turn % 30
    if get_origin(hint) in {Union, types.UnionType}:
        kinds = get_args(hint)
        return None if turn % 5 == 0 else _value(kinds[0], drawn, turn)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], drawn, turn + number) for number in range(2))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[turn % len(hint)]
    filled = _filled(hint, drawn, turn)
    return replace(filled, end_column=filled.column + 3) if isinstance(filled, MarkDocument) else filled
