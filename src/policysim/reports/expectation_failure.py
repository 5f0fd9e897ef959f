"""One expectation that does not hold, explained on one screen: for the terminal, pytest and a pull request alike."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, cast

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layer_words import layer_title
from policysim.expectations.results import Standing
from policysim.language.problems import Severity
from policysim.reports.blocks import At, Block, Bullet, Bullets, Excerpt, LayerRow, LayerTable, Sentence
from policysim.reports.decision_phrases import (
    check_detail,
    counted,
    decides,
    place,
    settled_by,
    statement_name,
)
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.expectation_build import expectation_document
from policysim.reports.expectation_phrases import place_told, request_told
from policysim.reports.layout import INDENT, Paint, Tone, paragraph
from policysim.reports.printable import printable
from policysim.reports.text_blocks import block_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policysim.expectations.results import Result
    from policysim.reports.decision_document import (
        CheckDocument,
        DecisionDocument,
        GapDocument,
        LineDocument,
        StatementDocument,
    )
    from policysim.reports.document import NearMissDocument
    from policysim.reports.expectation_document import (
        ExpectationDocument,
        SentenceProblemDocument,
        ShortfallDocument,
    )

_T = TypeVar("_T")

STANDING_TONE: Final[dict[Standing, Tone]] = {
    Standing.MET: Tone.ALLOWED,
    Standing.UNMET: Tone.DENIED,
    Standing.UNDECIDED: Tone.UNDECIDED,
    Standing.BROKEN: Tone.DENIED,
}
_SEVERITY_TONE: Final[dict[Severity, Tone]] = {Severity.ERROR: Tone.DENIED, Severity.WARNING: Tone.UNDECIDED}
_STATEMENT_TITLE: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "Allowed by",
    Effect.EXPLICIT_DENY: "Denied by",
    Effect.IMPLICIT_DENY: "Decided by",
    Effect.DEPENDS: "Open: may decide",
}
_WHOLE: Final = 6
"""An excerpt of up to this many lines is shown whole; of a longer one, the lines that are marked."""

_MARKED: Final = 4
_OPEN: Final = 3
_CAVEATS: Final = 2
_OF_A_MESSAGE: Final = frozenset({"several-layers"})
"""Caveats on what AWS's message would say, which nobody asked for here."""

_TALLEST: Final = 40
"""As many lines are on one screen; what is longer is told with fewer near misses and fewer other requests."""


class _Size(NamedTuple):
    """How many near misses, and how many other requests, are told."""

    misses: int
    others: int


_SIZES: Final = (_Size(2, 4), _Size(1, 2))


def failure_text(result: Result, paint: Paint, seen: Callable[[str], str] = str) -> str:
    """Why an expectation is not met, undecided or broken: what was expected, what came out, and what decides.

    ``seen`` shortens the paths in a text before lines are filled, so that no line breaks for what is not shown.
    """
    return "\n".join(failure_lines(_mapped(expectation_document(result), seen), paint)) + "\n"


def _mapped(value: _T, seen: Callable[[str], str]) -> _T:
    """A document with each of its texts as ``seen`` has it."""
    mapped: object = value
    if isinstance(value, str) and type(value) is str:  # no word of an enumeration
        mapped = seen(value)
    elif isinstance(value, tuple):
        mapped = tuple(_mapped(member, seen) for member in value)
    elif is_dataclass(value) and not isinstance(value, type):
        mapped = replace(value, **{one.name: _mapped(getattr(value, one.name), seen) for one in fields(value)})
    return cast("_T", mapped)


def failure_lines(expectation: ExpectationDocument, paint: Paint) -> list[str]:
    """The same as lines: the first shortfall in full, the others in a line each."""
    for size in _SIZES:
        lines = list(_lines(expectation, paint, size))
        if len(lines) <= _TALLEST:
            break
    return lines


def _lines(expectation: ExpectationDocument, paint: Paint, size: _Size) -> Iterator[str]:
    if expectation.standing is not Standing.BROKEN or not expectation.problems:
        yield from _heading(expectation, paint)
    for problem in expectation.problems:
        yield from problem_lines(problem, paint)
    for used in expectation.used_at:
        yield from paragraph(printable(f"used at {place_told(used)}"))
    if expectation.shortfalls:
        first, *others = expectation.shortfalls
        yield from _shortfall(first, paint, size)
        yield from _others(expectation, first, others[: size.others])


def _heading(expectation: ExpectationDocument, paint: Paint) -> Iterator[str]:
    """Where the sentence stands, what became of it, and the sentence."""
    standing = paint(expectation.standing.value, STANDING_TONE[expectation.standing])
    yield f"{paint(printable(place_told(expectation.place)), Tone.PLACE)}: {standing}"
    yield from (paint(line, Tone.HEADING) for line in paragraph(printable(expectation.sentence)))


def problem_lines(problem: SentenceProblemDocument, paint: Paint) -> Iterator[str]:
    """What is wrong with a sentence, and the word of it that is meant."""
    where = f"{paint(printable(place_told(problem.place)), Tone.PLACE)}: " if problem.place else ""
    word = paint(problem.severity.value, _SEVERITY_TONE[problem.severity])
    yield f"{where}{word}{paint(f' [{problem.code}]', Tone.QUIET)}"
    yield from paragraph(printable(problem.message))
    yield from excerpt_lines(_shown(problem.excerpt), paint)
    if problem.hint:
        yield from paragraph(printable(problem.hint))


def _shortfall(shortfall: ShortfallDocument, paint: Paint, size: _Size) -> Iterator[str]:
    yield ""
    yield from paragraph(printable(shortfall.sentence))
    action = shortfall.request.action
    yield from decision_lines(shortfall.decision, shortfall.checks, action, paint)
    if shortfall.near_misses:
        told = list(_near_misses(shortfall.near_misses, action, size.misses))
        yield from _section("Near misses: one element short", told, paint)
    for title, blocks in _open(shortfall):
        yield from _section(title, blocks, paint)


def decision_lines(
    decision: DecisionDocument, checks: Sequence[CheckDocument], action: str, paint: Paint
) -> Iterator[str]:
    """Why a request is answered as it is: the statement that decides, and the layers that take part."""
    for title, blocks in _why(decision, checks, action):
        yield from _section(title, blocks, paint)


def _section(title: str, blocks: Sequence[Block], paint: Paint) -> Iterator[str]:
    yield from ("", paint(printable(title), Tone.HEADING))
    for block in blocks:
        yield from block_lines(block, paint)


def _why(
    decision: DecisionDocument, checks: Sequence[CheckDocument], action: str
) -> Iterator[tuple[str, Sequence[Block]]]:
    if decision.statements:
        first, *others = decision.statements
        more = f" (and {counted(len(others), 'more statement')})" if others else ""
        yield f"{_STATEMENT_TITLE[decision.effect]}{more}", list(_statement(first, first.excerpt, action))
    rows = [_layer(check, decision, action) for check in checks if _takes_part(check, decision)]
    if len(rows) > 1:  # of one layer all is said: it is that of the statement, or what the sentence says is missing
        yield "Layers", [LayerTable(tuple(rows))]


def _open(shortfall: ShortfallDocument) -> Iterator[tuple[str, Sequence[Block]]]:
    """What an undecided answer hangs on, and what to mind; nothing that the sentence says."""
    decision, said = shortfall.decision, shortfall.sentence
    if decision.effect is Effect.DEPENDS:
        keys = tuple(Bullet(settled_by(key)) for key in decision.unknown_keys if f"`{key.key}`" not in said)
        if keys:
            yield "Not known, and what would settle it", [Bullets(keys[:_OPEN])]
        gaps = tuple(_gap(gap) for gap in decision.gaps if gap.command or gap.sentence not in said)
        if gaps:
            yield "Not collected, or not readable", [Bullets(gaps[:_OPEN])]
    told = (one.sentence for one in decision.caveats if one.code not in _OF_A_MESSAGE and one.sentence not in said)
    caveats = tuple(map(Bullet, told))
    if caveats:
        yield "Mind", [Bullets(caveats[:_CAVEATS])]


def _statement(statement: StatementDocument, excerpt: Sequence[LineDocument], action: str) -> Iterator[Block]:
    yield Sentence(f"{statement_name(statement)}, {layer_title(statement.layer, action)} ({statement.effect})")
    yield At(place(statement))
    yield Excerpt(_shown(excerpt))


def _shown(excerpt: Sequence[LineDocument]) -> tuple[LineDocument, ...]:
    return tuple(excerpt) if len(excerpt) <= _WHOLE else tuple(line for line in excerpt if line.marks)[:_MARKED]


def _takes_part(check: CheckDocument, decision: DecisionDocument) -> bool:
    """Whether a layer says anything that counts: what is open beside a denial that stands anyhow does not."""
    if decides(check, decision):
        return True
    if check.evaluatedEffect is Verdict.UNKNOWN:
        return decision.effect is Effect.DEPENDS
    return check.evaluatedEffect is not Verdict.NO_IMPACT and check.present


def _layer(check: CheckDocument, decision: DecisionDocument, action: str) -> LayerRow:
    title, detail = layer_title(check.layer, action), check_detail(check)
    return LayerRow(check.layer, title, check.evaluatedEffect, detail, decides(check, decision))


def _near_misses(misses: Sequence[NearMissDocument], action: str, shown: int) -> Iterator[Block]:
    for miss in misses[:shown]:
        layer = layer_title(miss.statement.layer, action)
        yield Sentence(f"{statement_name(miss.statement)}, {layer} ({miss.statement.effect})")
        yield Sentence(f"{miss.element.value}: {miss.sentence}")
        yield At(f"{miss.file}:{miss.line}:{miss.column}" if miss.statement.opens else miss.file)
        yield Excerpt(tuple(line for line in miss.excerpt if line.marks)[:_MARKED])
    left = len(misses) - shown
    if left > 0:
        yield Sentence(f"... and {counted(left, 'more statement')}")


def _gap(gap: GapDocument) -> Bullet:
    return Bullet(gap.sentence, command=gap.command)


def _others(
    expectation: ExpectationDocument, first: ShortfallDocument, others: Sequence[ShortfallDocument]
) -> Iterator[str]:
    """The other requests that are not as expected; how many there are where not all were kept."""
    left = expectation.short - 1
    if left <= 0:
        return
    told = f"{expectation.short} of {counted(expectation.asked, 'request')} are not as expected"
    yield from ("", *paragraph(f"{told}; the {'other' if left == 1 else 'others'}:"))
    for other in others:
        yield from paragraph(printable(request_told(other, first)), first=f"{INDENT}- ")
    if more := left - len(others):
        yield from paragraph(f"... and {more} more")
