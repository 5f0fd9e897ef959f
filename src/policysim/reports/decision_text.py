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


def answer_text(answer: AnswerDocument, paint: Paint, *, verbose: bool = False) -> str:
    """The verdict, who wants what, and why."""
    decision, request = answer.decision, answer.request
    headline = Headline(EFFECT_WORD[decision.effect], decision.effect, verdict_phrase(decision, request.action))
    asked = Rows((Row("Who", request.principal or "unknown"), Row("Wants", f"{request.action} on {request.resource}")))
    sections = decision_sections(decision, answer.checks, request.action, verbose=verbose)
    lines = [
        *headline_lines(headline, paint),
        "",
        *block_lines(asked, paint),
        *section_lines(sections, paint, verbose=verbose),
    ]
    return "\n".join(lines) + "\n"
