"""The sections that speak of a decision; the reports of ``eval`` and ``explain`` share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.evaluation.layer_words import layer_title
from policysim.evaluation.layers import LAYER, Combine
from policysim.reports.blocks import (
    At,
    Block,
    Bullet,
    Bullets,
    Excerpt,
    LayerRow,
    LayerTable,
    Section,
    Sentence,
    section,
)
from policysim.reports.decision_phrases import (
    HOW_TO_SETTLE,
    check_detail,
    counted,
    decides,
    place,
    settled_by,
    shown_statements,
    statement_name,
)
from policysim.reports.steps import Part

_STATEMENT_TITLE: Final[dict[Effect, tuple[str, str]]] = {
    Effect.ALLOWED: ("Statement that allows it", "Statements that allow it"),
    Effect.DEPENDS: ("Statement that may decide", "Statements that may decide"),
    Effect.IMPLICIT_DENY: ("Statement that decides", "Statements that decide"),
    Effect.EXPLICIT_DENY: ("Statement that decides", "Statements that decide"),
}

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.decision_document import (
        CheckDocument,
        DecisionDocument,
        GapDocument,
        StatementDocument,
    )


def decision_sections(
    decision: DecisionDocument, checks: Sequence[CheckDocument], action: str, *, verbose: bool
) -> list[Section]:
    """Everything about a decision, from the statement that decides to what to mind."""
    return [
        *statement_sections(decision, action, verbose=verbose),
        *layer_section(checks, decision, action),
        *open_sections(decision),
        *caveat_section(decision),
    ]


def statement_sections(decision: DecisionDocument, action: str, *, verbose: bool) -> list[Section]:
    """The statements that decided, each with its source lines."""
    one, several = _STATEMENT_TITLE[decision.effect]
    shown = shown_statements(decision, verbose=verbose)
    blocks: list[Block] = []
    for number, statement in enumerate(shown):
        blocks += [Sentence("")] if number else []
        blocks += _statement(statement, action)
    if left := len(decision.statements) - len(shown):
        blocks.append(Sentence(f"... and {counted(left, 'more statement')} (-v shows all)"))
    return section(Part.STATEMENTS, several if len(shown) > 1 else one, blocks)


def _statement(statement: StatementDocument, action: str) -> Iterator[Block]:
    yield Sentence(f"{statement_name(statement)}, {layer_title(statement.layer, action)} ({statement.effect})")
    yield At(place(statement))
    yield Excerpt(statement.excerpt)


def layer_section(checks: Sequence[CheckDocument], decision: DecisionDocument, action: str) -> list[Section]:
    """Every layer's verdict, in the order in which AWS checks."""
    rows = tuple(
        LayerRow(
            check.layer,
            layer_title(check.layer, action),
            check.evaluatedEffect,
            check_detail(check),
            decides(check, decision),
            tuple((_matched(statement), place(statement)) for statement in check.matchedStatements),
        )
        for check in checks
    )
    return section(Part.LAYERS, "Layers, in the order in which AWS checks them", [LayerTable(rows)] if rows else [])


def _matched(statement: StatementDocument) -> str:
    node = f" at {statement.node}" if LAYER[statement.layer].combine is Combine.LEVELS else ""
    unsure = "" if statement.certain else ", may match"
    return f"{statement.effect}{node}{unsure}: {statement_name(statement)}"


def open_sections(decision: DecisionDocument) -> list[Section]:
    """What the decision leaves open: unknown keys with the values that settle them, and gaps."""
    unknown = tuple(Bullet(settled_by(key)) for key in decision.unknown_keys)
    gaps = tuple(_gap(gap) for gap in decision.gaps)
    return [
        *section(
            Part.OPEN,
            "Not known, and what would settle it",
            [Bullets(unknown), Sentence(HOW_TO_SETTLE)] if unknown else [],
        ),
        *section(Part.OPEN, "Not collected, or not readable", [Bullets(gaps)] if gaps else []),
    ]


def _gap(gap: GapDocument) -> Bullet:
    notes = (
        (f"{problem.file}:{problem.line}:{problem.column}: " if problem.file else "") + problem.message
        for problem in gap.problems
    )
    return Bullet(gap.sentence, notes=tuple(notes), command=gap.command)


def caveat_section(decision: DecisionDocument) -> list[Section]:
    """What to know before acting on the decision."""
    caveats = tuple(Bullet(caveat.sentence) for caveat in decision.caveats)
    return section(Part.CAVEATS, "Mind", [Bullets(caveats)] if caveats else [])
