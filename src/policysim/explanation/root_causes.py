"""What makes two denials one problem: the same caller, action and place, refused by the same statements for one cause.

The caller is the role or user behind a session; the place is the resource without the last segment of its path, so that
the objects of one folder, or the instances of one account, are one problem. What refused is the deciding layer with its
statements, or the statement that came nearest. Two denials that differ in any of these may need different changes.
A Deny statement is one problem whatever it denies the caller: action and place do not matter then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.decision import Effect
from policysim.explanation.diagnosis import Agreement

if TYPE_CHECKING:
    from collections.abc import Hashable

    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.explanation.diagnosis import Diagnosis, RequestDiagnosis


class RootCause(NamedTuple):
    """The key of a group; two denials belong together when all of it is equal."""

    caller: str | None
    action: str | None
    place: str | None
    refused_by: Hashable
    said: Hashable
    cause: str | None


def root_cause(diagnosis: Diagnosis) -> RootCause:
    """The key of the group that a denial belongs to."""
    denial, action = diagnosis.call.denial, action_of(diagnosis)
    said = (denial.layer, denial.kind, denial.iam, denial.cause) if denial is not None else None
    anything = _is_by_deny(diagnosis)
    return RootCause(
        caller=_entity(diagnosis),
        action=action.lower() if action and not anything else None,
        place=place_of(resource_of(diagnosis)) if not anything else None,
        refused_by=(_refused_by(diagnosis), diagnosis.agreement, diagnosis.disagreement_code),
        said=said,
        cause=diagnosis.hypotheses[0].code if diagnosis.hypotheses else None,
    )


def _is_by_deny(diagnosis: Diagnosis) -> bool:
    """Whether Deny statements decide, as AWS says as well."""
    decision = diagnosis.decision
    explicit = decision is not None and decision.effect is Effect.EXPLICIT_DENY and bool(decision.statements)
    return explicit and diagnosis.agreement is not Agreement.DISAGREES


def refused_part(diagnosis: Diagnosis) -> RequestDiagnosis | None:
    """The request of the call that AWS refused, where that is known."""
    if diagnosis.decision is None:
        return diagnosis.requests[0] if len(diagnosis.requests) == 1 else None
    return next(
        (one for one in diagnosis.requests if one.decision and one.decision.request == diagnosis.decision.request), None
    )


def action_of(diagnosis: Diagnosis) -> str | None:
    """The action that was refused, as far as it is known."""
    refused, denial = refused_part(diagnosis), diagnosis.call.denial
    if refused is not None:
        return refused.requested.request.action
    return denial.action if denial is not None else None


def resource_of(diagnosis: Diagnosis) -> str | None:
    """The resource that was refused, as far as it is known."""
    refused, denial = refused_part(diagnosis), diagnosis.call.denial
    if refused is not None:
        return refused.requested.request.resource.arn
    return denial.resource if denial is not None else None


def place_of(resource: str | None) -> str | None:
    """A resource without the last segment of its path; a resource without a path stays as it is."""
    if resource is None or "/" not in resource:
        return resource
    return resource[: resource.rindex("/") + 1]


def caller_of(diagnosis: Diagnosis) -> str | None:
    """The caller as AWS names it: the session of a role, a user, a service."""
    refused, denial, event = refused_part(diagnosis), diagnosis.call.denial, diagnosis.call.event
    if refused is not None:
        principal = refused.requested.request.principal
        return principal.arn or principal.entity_arn or principal.service
    if denial is not None and denial.principal:
        return denial.principal
    return event.user_identity.arn if event is not None and event.user_identity is not None else None


def _entity(diagnosis: Diagnosis) -> str | None:
    refused = refused_part(diagnosis)
    entity = refused.requested.request.principal.entity_arn if refused is not None else None
    return entity or caller_of(diagnosis)


def _refused_by(diagnosis: Diagnosis) -> Hashable:
    decision = diagnosis.decision
    if decision is None:
        return None
    near = () if _is_by_deny(diagnosis) else diagnosis.near_misses
    nearest = next((miss for miss in near if not miss.far), None)
    return (
        decision.effect,
        decision.layer,
        decision.blocking,
        tuple(map(_identity, decision.statements)),
        (_identity(nearest.match), nearest.outcome.path) if nearest is not None else None,
        _open(decision),
    )


def _identity(match: StatementMatch) -> Hashable:
    location = match.statement.location
    return (location.source.name, match.attached.name, location.path, match.node)


def _open(decision: Decision) -> Hashable:
    keys = tuple(unknown.key for unknown in decision.unknown_keys)
    return (keys, tuple(gap.sentence for gap in decision.gaps), tuple(caveat.code for caveat in decision.caveats))
