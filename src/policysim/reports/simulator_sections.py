"""The answer of AWS's policy simulator: as a document, and as a section of the report for people."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from policysim.explanation.simulator.comparing import Outcome
from policysim.language.lists import listed
from policysim.reports.blocks import Bullet, Bullets, Manner, Row, Rows, Section, Sentence, section
from policysim.reports.decision_phrases import place, statement_name
from policysim.reports.decisions import statement_document
from policysim.reports.simulator_document import (
    ComparedAnswerDocument,
    LimitDocument,
    SimulatedStatementDocument,
    SimulatorDocument,
)
from policysim.reports.steps import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.simulator.comparing import SimulatorAnswer
    from policysim.reports.blocks import Block
    from policysim.reports.decision_document import AnswerDocument

_TITLE: Final = "AWS's policy simulator"
_WORDS: Final = {
    "allowed": "allowed",
    "explicitDeny": "denied explicitly",
    "implicitDeny": "denied for want of an Allow",
}
_COMPARED: Final = {
    Outcome.AGREES.value: "the two agree",
    Outcome.AGREES_WHEN_ABSENT.value: "the two agree where the missing keys are absent",
    Outcome.OPEN.value: "one of the answers that are left open here",
    Outcome.OTHER_KIND.value: "the two differ in the kind of denial",
    Outcome.EXPLAINED.value: "the two differ, as the simulator does not look at everything",
    Outcome.DISAGREES.value: "the two DISAGREE",
}


def with_simulator(answer: AnswerDocument, simulator: SimulatorAnswer) -> ComparedAnswerDocument:
    """The answer with that of the simulator beside it."""
    own = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return ComparedAnswerDocument(**own, simulator=simulator_document(simulator))


def simulator_document(answer: SimulatorAnswer) -> SimulatorDocument:
    """What the simulator said, its statements located where they are known."""
    return SimulatorDocument(
        operation=answer.question.operation,
        why=answer.question.why,
        decision=answer.decision,
        matched_statements=tuple(
            SimulatedStatementDocument(
                policy=one.policy,
                type=one.type,
                line=one.line,
                column=one.column,
                statement=None if one.match is None else statement_document(one.match),
            )
            for one in answer.matched
        ),
        missing_context_values=answer.missing,
        allowed_by_organizations=answer.by_organizations,
        allowed_by_permissions_boundary=answer.by_boundary,
        decision_details=dict(answer.details),
        outcome=answer.outcome.value,
        sentence=answer.sentence,
        limits=tuple(
            LimitDocument(
                code=one.limit.code, sentence=one.limit.sentence, source=one.limit.source, applies=one.applies
            )
            for one in answer.limits
        ),
    )


def simulator_section(document: SimulatorDocument, *, verbose: bool) -> list[Section]:
    """Both answers side by side, what AWS names as determining, and the limits that matter (``verbose``: all)."""
    shown = [limit for limit in document.limits if limit.applies or verbose]
    title = "Its limits" if verbose else "Its limits that matter here"
    limits = tuple(Bullet(limit.sentence, notes=(limit.source,) if verbose else ()) for limit in shown)
    matched = tuple(_matched(one) for one in document.matched_statements)
    blocks: list[Block] = [Rows(tuple(_rows(document)))]
    blocks += [Sentence("Statements that AWS names:"), Bullets(matched)] if matched else []
    blocks.append(Sentence(_sentence(document.sentence), _manner(document)))
    blocks += [Sentence(f"{title}:"), Bullets(limits)] if limits else []
    return section(Part.AWS_EVALUATION, _TITLE, blocks)


def simulator_row(document: SimulatorDocument) -> Row:
    """The comparison in one line, for the head of the report."""
    return Row("AWS says", f"{_WORDS[document.decision]} ({document.operation}); {_COMPARED[document.outcome]}")


def _rows(document: SimulatorDocument) -> Iterator[Row]:
    yield Row("Asked", f"{document.operation}: {document.why}")
    yield Row("Answer", _WORDS[document.decision])
    for label, allows in (
        ("SCPs", document.allowed_by_organizations),
        ("Boundary", document.allowed_by_permissions_boundary),
    ):
        if allows is not None:
            yield Row(label, "allowed" if allows else "not allowed")
    for kind, decision in document.decision_details.items():
        yield Row(kind, _WORDS.get(decision, decision))
    if document.missing_context_values:
        keys = listed([f"`{key}`" for key in document.missing_context_values])
        yield Row("Missing", f"{keys}: taken for absent")


def _matched(one: SimulatedStatementDocument) -> Bullet:
    if one.statement is not None:
        return Bullet(statement_name(one.statement), place(one.statement))
    where = f", line {one.line} of AWS's own text" if one.line is not None else ""
    return Bullet(f"`{one.policy}` ({one.type}){where}")


def _sentence(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _manner(document: SimulatorDocument) -> Manner:
    return Manner.WARNING if document.outcome == Outcome.DISAGREES.value else Manner.PLAIN
