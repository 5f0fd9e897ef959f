"""Who denied, by AWS's own evaluation alone: the statement, its policy, and what that is attached to.

Source: IAM Toolbox API reference, Check, MatchedPolicy and PolicyInfo; AWS STS API reference,
DecodeAuthorizationMessage; spec M15, M18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.aws_evaluation import DENY, EXPLICIT_DENY, IMPLICIT_DENY, EvaluatedCheck, EvaluationKind
from policysim.evaluation.layers import LAYER, LAYERS
from policysim.explanation.evaluated_policies import LAYER_OF_TYPE, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.cloudtrail.aws_evaluation import Evaluation, MatchedPolicy

LAYER_OF_CHECK: Final = {layer.check_type: layer.name for layer in LAYERS}
"""The layer of each of AWS's types of check."""


def denied_by(evaluation: Evaluation) -> tuple[str, ...]:
    """What AWS denied by, one phrase each, explicit denies first; nothing for a request that AWS allowed."""
    if not evaluation.is_denial:
        return ()
    if evaluation.kind is EvaluationKind.DECODED_MESSAGE:
        return tuple(_of_message(evaluation))
    explicit = [check for check in evaluation.checks if check.effect == EXPLICIT_DENY]
    implicit = [check for check in evaluation.checks if check.effect == IMPLICIT_DENY]
    found = [phrase for check in explicit for phrase in _explicit(check, evaluation)]
    found += [f"the lack of an Allow in the {where(check)}" for check in implicit]
    if not evaluation.checks:
        found += _statements(evaluation.matched, evaluation)
    return tuple(dict.fromkeys(found))


def where(check: EvaluatedCheck) -> str:
    """The policies that a check is about, in the plural, and their level in the organisation."""
    layer = LAYER_OF_CHECK.get(check.type)
    title = LAYER[layer].title if layer is not None else f"policies of the check `{check.type}`"
    plural = f"{title[:-1]}ies" if title.endswith("policy") else title
    return f"{plural} at `{check.target.rsplit('/', 1)[-1]}`" if check.target else plural


def _explicit(check: EvaluatedCheck, evaluation: Evaluation) -> list[str]:
    listed = list(_statements(check.matched, evaluation))
    return listed or [f"a Deny in the {where(check)}, which AWS does not list"]


def _statements(matched: Iterable[MatchedPolicy], evaluation: Evaluation) -> Iterator[str]:
    for policy in matched:
        for statement in policy.statements:
            if statement.effect in {DENY, EXPLICIT_DENY}:
                yield f"statement `{statement.sid or 'without Sid'}` of {_policy(policy.uri, evaluation)}"


def _policy(uri: str, evaluation: Evaluation) -> str:
    listed = evaluation.policy(uri)
    if listed is None:
        return f"the policy `{uri}`"
    layer = LAYER_OF_TYPE.get(listed.type)
    title = LAYER[layer].title if layer is not None else "policy"
    name = shown(listed)
    attached = ", ".join(f"`{arn}`" for arn in listed.attached_to) if name == uri else ""
    return f"the {title} `{name}`" + (f", attached to {attached}" if attached else "")


def _of_message(evaluation: Evaluation) -> Iterator[str]:
    """A decoded message shows statements and names neither their policies nor a layer."""
    denies = [statement for statement in evaluation.statements if statement.effect == DENY]
    for statement in denies:
        name = f"the Deny statement `{statement.sid}`" if statement.sid else "a Deny statement without Sid"
        yield f"{name}, of a policy that the message does not name"
    if evaluation.effect == IMPLICIT_DENY:
        yield "the lack of an Allow in policies that the message does not name"
