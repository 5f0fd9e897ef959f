"""Blocks of a report as lines of a terminal: 80 columns, and no control character of a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect, Verdict
from policysim.reports.blocks import (
    At,
    Bullet,
    Bullets,
    Causes,
    Command,
    Diff,
    Excerpt,
    LayerTable,
    Rows,
    Sentence,
    Table,
    Weight,
    parted,
)
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.layout import INDENT, WIDTH, Paint, Tone, command_lines, labelled, paragraph
from policysim.reports.printable import display_width, printable, printable_lines
from policysim.reports.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.blocks import Block, CauseRow, Headline, LayerRow, Section
    from policysim.reports.steps import Step

_EFFECT_TONE: Final[dict[Effect, Tone]] = {
    Effect.ALLOWED: Tone.ALLOWED,
    Effect.EXPLICIT_DENY: Tone.DENIED,
    Effect.IMPLICIT_DENY: Tone.DENIED,
    Effect.DEPENDS: Tone.UNDECIDED,
}
_VERDICT_TONE: Final[dict[Verdict, Tone]] = {
    Verdict.ALLOW: Tone.ALLOWED,
    Verdict.NO_IMPACT: Tone.QUIET,
    Verdict.IMPLICIT_DENY: Tone.DENIED,
    Verdict.EXPLICIT_DENY: Tone.DENIED,
    Verdict.UNKNOWN: Tone.UNDECIDED,
}
_DIFF_TONE: Final[dict[str, Tone]] = {"+": Tone.ADDED, "-": Tone.REMOVED, "@": Tone.PLACE}
_TITLE_COLUMN = 26
_VERDICT_COLUMN = 15
_NARROWEST_COLUMN = 12


def headline_lines(headline: Headline, paint: Paint) -> Iterator[str]:
    """The verdict in one sentence."""
    first, *rest = paragraph(printable(f"{headline.word} {headline.phrase}"), first="", rest=INDENT)
    yield paint(headline.word, _EFFECT_TONE[headline.effect]) + first.removeprefix(headline.word)
    yield from rest


def section_lines(
    sections: Sequence[Section], paint: Paint, *, verbose: bool, after: Step | None = None
) -> Iterator[str]:
    """The sections one below the other; each step behind ``after`` has its name above what belongs to it."""
    for one in sections:
        if one.weight is Weight.VERBOSE and not verbose:
            continue
        if after is not None and STEPS[one.part] is not after:
            after = STEPS[one.part]
            yield from step_lines(after, paint)
        yield from ("", paint(printable(one.title), Tone.HEADING))
        for block in one.blocks:
            yield from block_lines(block, paint, verbose=verbose)


def step_lines(step: Step, paint: Paint) -> Iterator[str]:
    """The name of a step, across the screen."""
    yield from ("", paint(f"== {step.number} {step.value} ".ljust(WIDTH, "="), Tone.QUIET))


def block_lines(block: Block, paint: Paint, *, verbose: bool = False) -> Iterator[str]:
    """One block."""
    match block:
        case Sentence():
            yield from paragraph(printable(block.text)) if block.text else [""]
        case Rows():
            yield from (line for row in block.rows for line in labelled(row.label, printable(row.text)))
        case Bullets() | Causes():
            yield from _list(block, paint)
        case At():
            yield INDENT + paint(printable(block.place), Tone.PLACE)
        case Excerpt():
            yield from excerpt_lines(block.lines, paint)
        case Command():
            yield from _command(block)
        case Diff():
            yield from _diff(block.label, block.text, paint)
        case LayerTable():
            yield from _layers(block.rows, paint, verbose=verbose)
        case Table():
            yield from _table(block.head, block.rows, paint)


def _list(block: Bullets | Causes, paint: Paint) -> Iterator[str]:
    items = block.items if isinstance(block, Bullets) else [cause_bullet(cause) for cause in block.rows]
    numbered = isinstance(block, Causes) or block.numbered
    for number, item in enumerate(items, 1):
        yield from _bullet(item, f"  {number}. " if numbered else "  - ", paint)


def _command(block: Command) -> Iterator[str]:
    if block.label:
        yield from paragraph(printable(block.label))
    yield from command_lines(printable(block.text))


def cause_bullet(cause: CauseRow) -> Bullet:
    """A cause as an item of a list: the sentence, then what speaks for and against it, and what would tell."""
    to_tell, command = parted(cause.next)
    labels = (
        *(("for", sentence) for sentence in cause.supporting),
        *(("against", sentence) for sentence in cause.opposing),
        ("tested", cause.test),
        ("to tell", to_tell),
    )
    notes = tuple(f"{label}: {sentence}" for label, sentence in labels if sentence)
    return Bullet(f"{cause.tested.value}: {cause.cause} ({cause.code})", notes=notes, command=command)


def _bullet(item: Bullet, mark: str, paint: Paint) -> Iterator[str]:
    inside = " " * len(mark)
    yield from paragraph(printable(item.text), first=mark)
    if item.place:
        yield inside + paint(printable(item.place), Tone.PLACE)
    for note in item.notes:
        yield from paragraph(printable(note), first=inside + INDENT)
    if item.command:
        yield from command_lines(printable(item.command), indent=inside + INDENT)


def _diff(label: str, text: str, paint: Paint) -> Iterator[str]:
    shown = printable_lines(text)
    yield from paragraph(printable(label))
    if shown != text:
        yield from paragraph("(its control characters are shown escaped: take the diff from --format json)")
    yield ""
    for line in shown.removesuffix("\n").split("\n"):
        yield _coloured(line, paint)


def _coloured(line: str, paint: Paint) -> str:
    if line.startswith(("--- ", "+++ ")):
        return paint(line, Tone.HEADING)
    tone = _DIFF_TONE.get(line[:1])
    return paint(line, tone) if tone else line


def _layers(layers: Sequence[LayerRow], paint: Paint, *, verbose: bool) -> Iterator[str]:
    for layer in layers:
        title = f"{INDENT}{layer.title}".ljust(_TITLE_COLUMN + len(INDENT))
        word = verdict_word(layer.verdict)
        first, *rest = paragraph(printable(layer.detail), first=title + word.ljust(_VERDICT_COLUMN))
        at = len(title)
        yield first[:at] + paint(word, _VERDICT_TONE[layer.verdict]) + first[at + len(word) :]
        yield from rest
        for name, place in layer.statements if verbose else ():
            yield f"    {printable(name)}"
            yield f"      {paint(printable(place), Tone.PLACE)}"


def verdict_word(verdict: Verdict) -> str:
    """A verdict in AWS's words, as a person writes them."""
    return verdict.value.lower().replace("_", " ")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], paint: Paint) -> Iterator[str]:
    """The columns side by side, each as wide as its content; the last one takes what is left of the line."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(display_width(row[column]) for row in [list(head), *cells]) + 2 for column in range(len(head) - 1)]
    if sum(widths) + _NARROWEST_COLUMN > WIDTH - len(INDENT):
        for row in cells:
            for name, cell in zip(head, row, strict=True):
                yield from paragraph(f"{name}: {cell}" if cell else f"{name}: none")
        return
    yield paint(INDENT + "".join(map(_padded, head, [*widths, 0])).rstrip(), Tone.QUIET)
    for row in cells:
        lead = INDENT + "".join(map(_padded, row[:-1], widths))
        yield from paragraph(row[-1], first=lead)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))
