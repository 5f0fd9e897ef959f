"""Policies as AWS evaluated them, saved beside the evaluation: read as documents and put where they belong.

Source: IAM Toolbox API reference, GetRequestAuthorizationPolicy.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from policysim.sources.aws_evaluations import POLICY
from policysim.sources.errors import InputError
from policysim.sources.json_values import problem_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cloudtrail.aws_evaluation import Answer, EvaluatedPolicy, Evaluation
    from policysim.language.policy import Policy
    from policysim.sources.aws_evaluations import SavedPolicy

_TYPES: Final = {
    "IDENTITY_BASED_POLICY": PolicyType.IDENTITY,
    "RESOURCE_BASED_POLICY": PolicyType.RESOURCE,
    "PERMISSIONS_BOUNDARY": PolicyType.BOUNDARY,
    "SESSION_POLICY": PolicyType.SESSION,
    "SERVICE_CONTROL_POLICY": PolicyType.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyType.RCP,
    "VPC_ENDPOINT_POLICY": PolicyType.VPCE,
}
"""The type of document by AWS's word for it."""


def with_documents(answers: Iterable[Answer], saved: Iterable[SavedPolicy]) -> list[Answer]:
    """The answers with the documents of the policies that they list.

    Raises:
        InputError: for a document that no evaluation lists, and for one that is no policy.
    """
    found = list(answers)
    for policy in saved:
        listed = [number for number, answer in enumerate(found) if _lists(answer, policy.uri)]
        if not listed:
            sentence = f"no evaluation at hand lists the policy `{policy.uri}`"
            raise InputError(f"{policy.source.name}: {sentence}: pass the evaluation with `--evidence` as well")
        for number in listed:
            evaluations = tuple(_with_document(one, policy) for one in found[number].evaluations)
            found[number] = found[number]._replace(evaluations=evaluations)
    return found


def _lists(answer: Answer, uri: str) -> bool:
    return any(evaluation.policy(uri) is not None for evaluation in answer.evaluations)


def _with_document(evaluation: Evaluation, saved: SavedPolicy) -> Evaluation:
    policies = tuple(
        policy._replace(document=_document(policy, saved)) if policy.uri == saved.uri else policy
        for policy in evaluation.policies
    )
    return replace(evaluation, policies=policies)


def _document(listed: EvaluatedPolicy, saved: SavedPolicy) -> Policy:
    type_ = _TYPES.get(listed.type, PolicyType.RESOURCE)
    if type_ is PolicyType.RESOURCE and any(_is_role(arn) for arn in listed.attached_to):
        type_ = PolicyType.TRUST
    text = saved.document if isinstance(saved.document, str) else json.dumps(saved.document)
    policy = parse_policy(Source(f"{saved.source.name}, `{POLICY}`", text), type_)
    errors = [problem for problem in policy.problems if problem.is_error]
    if errors:
        raise problem_error(errors[0]._replace(where=None), saved.source.name)
    return policy


def _is_role(text: str) -> bool:
    arn = parse_arn(text)
    return arn is not None and (arn.service, arn.resource_type) == ("iam", "role")
