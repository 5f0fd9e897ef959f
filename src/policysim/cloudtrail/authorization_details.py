"""The answer of IAM's ``GetRequestAuthorizationDetails``: untrusted JSON to typed values.

Members that are not modelled are passed over; words that AWS may add to its closed sets are kept as they stand.
Source: IAM Toolbox API reference, GetRequestAuthorizationDetails, GetRequestAuthorizationPolicy, PolicyInfo and Check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from policysim.cloudtrail.aws_evaluation import (
    NOT_TOLD,
    Answer,
    AnswerError,
    EvaluatedCheck,
    EvaluatedPolicy,
    Evaluation,
    EvaluationKind,
    MatchedPolicy,
    MatchedStatement,
)
from policysim.cloudtrail.evaluated_context import context_of_details
from policysim.cloudtrail.validation_sentences import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.language.request import ContextValue

ANY_RESOURCE = "*"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Statement(_Part):
    sid: str | None = None
    evaluated_effect: str | None = None


class _Matched(_Part):
    uri: str
    matched_statements: tuple[_Statement, ...] | None = None


class _Check(_Part):
    check_type: str
    evaluated_effect: str
    target_arn: str | None = None
    matched_policies: tuple[_Matched, ...] | None = None


class _Evaluation(_Part):
    action: str = Field(min_length=1)
    resource: str | None = None
    context: dict[str, Any] | None = None
    evaluated_effect: str | None = None
    matched_policies: tuple[_Matched, ...] | None = None
    checks: tuple[_Check, ...] | None = None


class _Entity(_Part):
    arn: str | None = None


class _Policy(_Part):
    type: str | None = None
    inline: bool | None = None
    uri: str | None = None
    attached_to: tuple[_Entity, ...] | None = None
    policy_source: dict[str, Any] | None = None


class _Details(_Part):
    request_context: dict[str, Any] | None = None
    evaluations: tuple[_Evaluation, ...]
    policies: tuple[_Policy, ...] | None = None
    next_token: str | None = None


def answer_of_details(value: Mapping[str, object], source: str) -> Answer:
    """The evaluations of one answer, or of one page of it.

    Raises:
        AnswerError: with one sentence that names the member and what was expected of it.
    """
    try:
        details = _Details.model_validate(value)
    except ValidationError as error:
        raise AnswerError(sentence_of(error, "authorization details")) from None
    if not details.evaluations:
        raise AnswerError("`evaluations` is empty: AWS shows no evaluation of any action")
    policies = tuple(_policy(policy) for policy in details.policies or ())
    shared = details.request_context or {}
    evaluations = tuple(_evaluation(one, shared, policies, source) for one in details.evaluations)
    return Answer(source, evaluations, complete=not details.next_token)


def _evaluation(
    told: _Evaluation, shared: Mapping[str, object], policies: tuple[EvaluatedPolicy, ...], source: str
) -> Evaluation:
    """One evaluation; its own context is applied on top of what all evaluations share."""
    own = told.context or {}
    replaced = {key.lower() for key in own}
    context = context_of_details({key: value for key, value in shared.items() if key.lower() not in replaced} | own)
    return Evaluation(
        kind=EvaluationKind.AUTHORIZATION_DETAILS,
        source=source,
        action=told.action,
        resource=told.resource or ANY_RESOURCE,
        effect=told.evaluated_effect or NOT_TOLD,
        context=context,
        principal=_single(context, "aws:PrincipalArn"),
        principal_id=_single(context, "aws:userid"),
        checks=tuple(_check(check) for check in told.checks or ()),
        matched=_matched(told.matched_policies or ()),
        policies=policies,
    )


def _single(context: Mapping[str, ContextValue], key: str) -> str | None:
    """The one value of a key, whose name ignores case (spec C2)."""
    value = next((value for name, value in context.items() if name.lower() == key.lower()), None)
    return value[0] if isinstance(value, tuple) and len(value) == 1 else None


def _check(told: _Check) -> EvaluatedCheck:
    return EvaluatedCheck(
        told.check_type, told.evaluated_effect, told.target_arn or "", _matched(told.matched_policies or ())
    )


def _matched(told: Iterable[_Matched]) -> tuple[MatchedPolicy, ...]:
    return tuple(
        MatchedPolicy(
            policy.uri,
            tuple(
                MatchedStatement(statement.sid or "", statement.evaluated_effect or NOT_TOLD)
                for statement in policy.matched_statements or ()
            ),
        )
        for policy in told
    )


def _policy(told: _Policy) -> EvaluatedPolicy:
    source = sorted((key, value) for key, value in (told.policy_source or {}).items() if isinstance(value, str))
    return EvaluatedPolicy(
        told.uri or "",
        told.type or NOT_TOLD,
        told.inline,
        tuple(entity.arn for entity in told.attached_to or () if entity.arn),
        tuple(source),
    )
