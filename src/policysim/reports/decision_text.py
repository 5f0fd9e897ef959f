"""The text that ``policysim eval`` prints for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.reports.blocks import Headline, Row, Rows
from policysim.reports.decision_phrases import EFFECT_WORD, verdict_phrase
from policysim.reports.decision_sections import decision_sections
from policysim.reports.text_blocks import block_lines, headline_lines, section_lines

if TYPE_CHECKING:
    from policysim.reports.decision_document import AnswerDocument
    from policysim.reports.layout import Paint
    from policysim.reports.simulator_document import ComparedAnswerDocument, SimulatorDocument


def answer_text(answer: AnswerDocument | ComparedAnswerDocument, paint: Paint, *, verbose: bool = False) -> str:
    """The verdict, who wants what, and why; beside it the answer of AWS's policy simulator, where it was asked."""
    decision, request = answer.decision, answer.request
    headline = Headline(EFFECT_WORD[decision.effect], decision.effect, verdict_phrase(decision, request.action))
    rows = [Row("Who", request.principal or "unknown"), Row("Wants", f"{request.action} on {request.resource}")]
    sections = decision_sections(decision, answer.checks, request.action, verbose=verbose)
    simulator: SimulatorDocument | None = getattr(answer, "simulator", None)
    if simulator is not None:
        from policysim.reports.simulator_sections import simulator_row, simulator_section  # noqa: PLC0415  # few ask AWS

        rows.append(simulator_row(simulator))
        sections += simulator_section(simulator, verbose=verbose)
    lines = [
        *headline_lines(headline, paint),
        "",
        *block_lines(Rows(tuple(rows)), paint),
        *section_lines(sections, paint, verbose=verbose),
    ]
    return "\n".join(lines) + "\n"
