"""The simulator's answer, read, and held against our decision: agreement, or a disagreement with its name.

Where both differ, our own rules are asked once more about what the simulator looked at: without the layers that it
leaves out, and with every key absent that has no value. If that gives AWS's answer, its limits explain the difference.
Source: IAM API reference, EvaluationResult, ResourceSpecificResult, Statement.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect, StatementMatch
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.truth import Truth
from policysim.explanation.simulator.asking import PRINCIPAL, asked_resource
from policysim.explanation.simulator.limits import LIMITS, Asked
from policysim.language.arns import parse_arn
from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.evaluation.decision import Decision
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.simulator.asking import SimulatorQuestion
    from policysim.explanation.simulator.limits import Limit
    from policysim.language.request import Request

EFFECTS: Final = {
    "allowed": Effect.ALLOWED,
    "explicitDeny": Effect.EXPLICIT_DENY,
    "implicitDeny": Effect.IMPLICIT_DENY,
}
"""Our word for each decision of the simulator."""

_DENIALS: Final = frozenset({Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY})


class UnreadableError(ValueError):
    """The answer is none of the simulator's; the text says what is missing."""


class Outcome(Enum):
    """How the two answers stand to each other; the value is the word of the reports."""

    AGREES = "agrees"
    AGREES_WHEN_ABSENT = "agrees-when-absent"
    """Ours is open, and is AWS's where the keys without values are absent, as the simulator takes them."""
    OPEN = "open"
    """Ours is open, for want of what was not collected, and AWS's is one of those that it may be."""
    OTHER_KIND = "other-kind"
    """Both deny: one explicitly, the other for want of an Allow."""
    EXPLAINED = "explained"
    """They differ, and ours about what the simulator looked at is AWS's."""
    DISAGREES = "disagrees"


class SimulatedMatch(NamedTuple):
    """A statement that AWS says determined its answer, as AWS names it, and the one at hand that it is, if known."""

    policy: str
    type: str
    line: int | None
    column: int | None
    match: StatementMatch | None


class AppliedLimit(NamedTuple):
    """A limit of the simulator, and whether it matters for this question."""

    limit: Limit
    applies: bool


class SimulatorAnswer(NamedTuple):
    """What the simulator said, and how it compares; ``None`` where AWS does not tell a part."""

    question: SimulatorQuestion
    decision: str
    effect: Effect
    matched: tuple[SimulatedMatch, ...]
    missing: tuple[str, ...]
    by_organizations: bool | None
    by_boundary: bool | None
    details: tuple[tuple[str, str], ...]
    outcome: Outcome
    sentence: str
    limits: tuple[AppliedLimit, ...]


def compared(
    told: Mapping[str, Any], question: SimulatorQuestion, decision: Decision, policies: PolicySet
) -> SimulatorAnswer:
    """The simulator's answer to a question beside our decision of it.

    Raises:
        UnreadableError: the answer has no decision, or one of another word.
    """
    result, whole = _result(told, question), _first(told)
    word = result.get("EvalResourceDecision") or result.get("EvalDecision")
    if word not in EFFECTS:
        raise UnreadableError(f"the policy simulator's answer has no decision that is known: `{word}`")
    missing = tuple(str(key) for key in result.get("MissingContextValues") or ())
    unknown = tuple(unknown.key for unknown in decision.unknown_keys)
    asked = Asked(decision.request, policies, question, unknown, missing)
    limits = tuple(AppliedLimit(limit, limit.applies(asked)) for limit in LIMITS)
    outcome, sentence = _outcome(EFFECTS[word], decision, asked, limits)
    organizations = (whole.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations")
    boundary = result.get("PermissionsBoundaryDecisionDetail") or whole.get("PermissionsBoundaryDecisionDetail") or {}
    return SimulatorAnswer(
        question,
        word,
        EFFECTS[word],
        tuple(_matched(one, question, decision) for one in result.get("MatchedStatements") or ()),
        missing,
        organizations,
        boundary.get("AllowedByPermissionsBoundary"),
        tuple(sorted((result.get("EvalDecisionDetails") or {}).items())),
        outcome,
        sentence,
        limits,
    )


def _first(told: Mapping[str, Any]) -> Mapping[str, Any]:
    results: list[Mapping[str, Any]] = told.get("EvaluationResults") or []
    if len(results) != 1:
        raise UnreadableError(f"the policy simulator gave {len(results)} results where one was asked for")
    return results[0]


def _result(told: Mapping[str, Any], question: SimulatorQuestion) -> Mapping[str, Any]:
    """The result of the one resource; of a question about ``*`` that of the action."""
    whole = _first(told)
    wanted = asked_resource(question)
    specific: list[Mapping[str, Any]] = whole.get("ResourceSpecificResults") or []
    return next((one for one in specific if one.get("EvalResourceName") == wanted), whole)


def _matched(told: Mapping[str, Any], question: SimulatorQuestion, decision: Decision) -> SimulatedMatch:
    name, start = str(told.get("SourcePolicyId") or ""), told.get("StartPosition") or {}
    line = start.get("Line")
    return SimulatedMatch(
        name,
        str(told.get("SourcePolicyType") or ""),
        line,
        start.get("Column"),
        _sent_statement(name, line, question) or _at_hand(name, question, decision),
    )


def _sent_statement(name: str, line: int | None, question: SimulatorQuestion) -> StatementMatch | None:
    """The statement of a document that was sent, by its line."""
    document = next((one for one in question.sent if one.name == name), None)
    index = document.lines.get(line) if document is not None and line is not None else None
    if document is None or index is None:
        return None
    statements = document.attached.policy.statements
    found = next((one for one in statements if one.index == index), None)
    if found is None:
        return None
    return StatementMatch(document.attached, found, Truth.TRUE, (), document.layer, document.node)


def _at_hand(name: str, question: SimulatorQuestion, decision: Decision) -> StatementMatch | None:
    """The one statement at hand that matches in the policy of this name; AWS's lines are those of its own text."""
    if question.operation != PRINCIPAL:
        return None
    found = {
        (match.attached.name, match.statement.index): match
        for check in decision.checks
        if check.layer in {LayerName.IDENTITY, LayerName.BOUNDARY}
        for match in check.matched
        if _names(name, match)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _names(told: str, match: StatementMatch) -> bool:
    """Whether AWS's name is that of a policy: its name, its ARN, or an inline policy behind its holder's name."""
    attached = match.attached
    holder = (attached.attached_to or "").rsplit("/", 1)[-1]
    own = {attached.name, attached.arn, *(f"{kind}_{holder}_{attached.name}" for kind in ("user", "group", "role"))}
    return told in own


def _outcome(theirs: Effect, decision: Decision, asked: Asked, limits: tuple[AppliedLimit, ...]) -> tuple[Outcome, str]:
    ours = decision.effect
    if theirs is ours or (theirs in _DENIALS and ours in _DENIALS and theirs in decision.possible):
        return Outcome.AGREES, "both come to the same answer"
    request, policies = decision.request, asked.policies
    if ours is Effect.DEPENDS and _decide(_with_keys_absent(request), policies) is theirs:
        keys = listed([f"`{key}`" for key in asked.unknown]) if asked.unknown else "what is not known"
        return Outcome.AGREES_WHEN_ABSENT, f"policysim comes to the same answer where {keys} is absent"
    reasons = [limit.sentence for limit in _reasons(decision, asked, limits)]
    if _explained(theirs, decision, asked) and reasons:
        return Outcome.EXPLAINED, f"its limits explain the difference: {listed(reasons)}"
    if ours is Effect.DEPENDS and theirs in decision.possible:
        return Outcome.OPEN, "AWS's answer is one of those that policysim leaves open"
    if theirs in _DENIALS and ours in _DENIALS:
        return Outcome.OTHER_KIND, f"both deny: AWS {_KINDS[theirs]}, policysim {_KINDS[ours]}"
    return Outcome.DISAGREES, _unexplained(asked)


_KINDS: Final = {Effect.EXPLICIT_DENY: "explicitly", Effect.IMPLICIT_DENY: "for want of an Allow"}


def _reasons(decision: Decision, asked: Asked, limits: tuple[AppliedLimit, ...]) -> list[Limit]:
    """The limits that take out a layer without which our answer is another; all that take one out where none does."""
    applied = [one.limit for one in limits if one.applies and one.limit.layer is not None]
    refusing = set(_refusing(decision))
    request, policies = decision.request, asked.policies
    counting = {
        limit.layer
        for limit in applied
        if limit.layer in refusing or _without((limit.layer,), request, policies) is not decision.effect
    }
    return [limit for limit in applied if limit.layer in counting] or applied


def _explained(theirs: Effect, decision: Decision, asked: Asked) -> bool:
    """Whether our own rules give AWS's answer about what the simulator looked at."""
    left_out = asked.question.left_out
    if _without(left_out, _with_keys_absent(decision.request), asked.policies) is theirs:
        return True
    refusing = set(_refusing(decision))
    return theirs is Effect.ALLOWED and bool(refusing) and refusing <= left_out


def _without(layers: Iterable[LayerName | None], request: Request, policies: PolicySet) -> Effect:
    """Our answer without some layers; a resource that nobody's policy is about is taken for the caller's own."""
    arn = parse_arn(request.resource.arn)
    for layer in layers:
        if layer is not None:
            policies = policies.with_layer(layer, None)
        if layer is LayerName.RESOURCE and arn is not None and not arn.account:
            request = replace(request, resource=replace(request.resource, account=request.principal.account))
    return _decide(request, policies)


def _refusing(decision: Decision) -> Iterator[LayerName]:
    """The layers that refuse the request, by our decision."""
    if decision.effect is Effect.EXPLICIT_DENY:
        yield from (layer for layer in LAYER if layer.value == decision.layer)
    yield from decision.blocking


def _decide(request: Request, policies: PolicySet) -> Effect:
    return decide(request, policies, CATALOGUE).effect


def _with_keys_absent(request: Request) -> Request:
    """The request with every key absent that has no value, as the simulator takes them."""
    known = {key: value for key, value in request.context.items() if isinstance(value, tuple)}
    return replace(request, context=type(request.context)(known, complete=True))


def _unexplained(asked: Asked) -> str:
    if asked.question.operation == PRINCIPAL:
        return (
            "nothing that is known of the simulator explains the difference: the policies in the account may be others "
            "than those in the folder, so collect them again"
        )
    return "nothing that is known of the simulator explains the difference: please report it with the documents"
