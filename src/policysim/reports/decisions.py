"""A decision as a document: statements located, verdicts in AWS's order and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.layers import LAYER, LAYERS
from policysim.evaluation.truth import Truth
from policysim.language.locator import locate
from policysim.reports.decision_document import (
    AnswerDocument,
    CaveatDocument,
    CheckDocument,
    DecisionDocument,
    GapDocument,
    LineDocument,
    ProblemDocument,
    RequestSummary,
    SettlingValue,
    StatementDocument,
    UnknownKeyDocument,
)
from policysim.reports.excerpts import covering_marks, statement_excerpt

if TYPE_CHECKING:
    from policysim.evaluation.decision import Check, Decision, StatementMatch
    from policysim.evaluation.policy_set import Gap
    from policysim.language.problems import Problem
    from policysim.language.request import Principal, Request

SCHEMA_NUMBER = 1
_LAYER_ORDER = {layer.name: number for number, layer in enumerate(LAYERS)}


def answer_of(decision: Decision, version: str) -> AnswerDocument:
    """What ``policysim eval`` has to say about one request."""
    return AnswerDocument(
        schema=SCHEMA_NUMBER,
        policysim=version,
        request=request_summary(decision.request),
        decision=decision_document(decision),
        checks=check_documents(decision),
    )


def request_summary(request: Request) -> RequestSummary:
    """Who asked for what."""
    return RequestSummary(
        principal=who(request.principal),
        action=request.action,
        resource=request.resource.arn,
        resource_account=request.resource.account,
    )


def who(principal: Principal) -> str | None:
    """The caller's ARN; for a session whose name is not known the role behind it; for an AWS service its name."""
    return principal.arn or principal.entity_arn or principal.service


def decision_document(decision: Decision) -> DecisionDocument:
    """The effect, the statements behind it with their places, and everything that is still open."""
    return DecisionDocument(
        effect=decision.effect,
        layer=decision.layer,
        statements=tuple(
            statement_document(match, statement_excerpt(match, covering_marks(match))) for match in decision.statements
        ),
        blocking=decision.blocking,
        possible=decision.possible,
        unknown_keys=tuple(
            UnknownKeyDocument(
                key=unknown.key,
                values=tuple(SettlingValue(value=value, effect=effect) for value, effect in unknown.settles),
            )
            for unknown in decision.unknown_keys
        ),
        caveats=tuple(CaveatDocument(code=caveat.code, sentence=caveat.sentence) for caveat in decision.caveats),
        gaps=gap_documents(decision.gaps),
    )


def check_documents(decision: Decision) -> tuple[CheckDocument, ...]:
    """Every layer's verdict in the order in which AWS lists its checks (spec M18)."""
    return tuple(_check(check) for check in sorted(decision.checks, key=lambda check: _LAYER_ORDER[check.layer]))


def _check(check: Check) -> CheckDocument:
    return CheckDocument(
        checkType=LAYER[check.layer].check_type,
        evaluatedEffect=check.verdict,
        target=check.target,
        matchedStatements=tuple(statement_document(match) for match in check.matched),
        layer=check.layer,
        present=check.present,
        needed=check.needed,
        blocking_node=check.blocking_node,
        gaps=gap_documents(check.gaps),
    )


def statement_document(match: StatementMatch, excerpt: tuple[LineDocument, ...] = ()) -> StatementDocument:
    """A statement and its place in the user's file."""
    place = locate(match.statement.location).place
    return StatementDocument(
        policy=match.attached.name,
        policy_arn=match.attached.arn,
        layer=match.layer,
        node=match.node,
        sid=match.statement.sid,
        index=match.statement.index,
        effect=match.statement.effect.value,
        certain=match.truth is Truth.TRUE,
        file=place.file,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        opens=not match.statement.location.source.written_here,
        excerpt=excerpt,
    )


def gap_documents(gaps: tuple[Gap, ...]) -> tuple[GapDocument, ...]:
    """What nobody collected, each gap once."""
    return tuple(
        GapDocument(
            code=gap.code,
            sentence=gap.sentence,
            command=gap.command,
            problems=tuple(_problem(problem) for problem in gap.problems),
        )
        for gap in dict.fromkeys(gaps)
    )


def _problem(problem: Problem) -> ProblemDocument:
    place = problem.span.place if problem.span else None
    return ProblemDocument(
        code=problem.code,
        message=problem.message,
        hint=problem.hint,
        file=place.file if place else None,
        line=place.line if place else None,
        column=place.column if place else None,
    )
