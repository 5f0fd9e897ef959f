"""What AWS's policy simulator is known not to look at: one table, a row each with AWS's page and when it matters.

Where two of AWS's pages contradict each other the row says so.
Source: IAM User Guide, access_policies_testing-policies (how the simulator works; messages); IAM API reference,
SimulatePrincipalPolicy and SimulateCustomPolicy, as of November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.full_access import RCP_FULL_AWS_ACCESS
from policysim.account.resource_layer import TRUST_ACTIONS
from policysim.evaluation.layers import LayerName
from policysim.explanation.simulator.asking import CUSTOM, PRINCIPAL, WITH_RESOURCE_POLICIES
from policysim.language.arns import parse_arn
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet
    from policysim.explanation.simulator.asking import SimulatorQuestion
    from policysim.language.request import Request

GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html"
REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html"
CUSTOM_REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html"

_TAG_KEYS: Final = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
_DATA_KEYS: Final = (
    "dynamodb:attributes",
    "dynamodb:enclosingoperation",
    "dynamodb:leadingkeys",
    "dynamodb:returnvalues",
    "dynamodb:select",
)
"""The keys of DynamoDB's fine-grained access control."""


class Asked(NamedTuple):
    """What a limit is held against; ``unknown`` are the keys that nobody knows, ``missing`` those that AWS lacked."""

    request: Request
    policies: PolicySet
    question: SimulatorQuestion
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


class Limit(NamedTuple):
    """One limit: its code, its sentence, AWS's page, whether it applies, and the layer that it takes out."""

    code: str
    sentence: str
    source: str
    applies: Callable[[Asked], bool]
    layer: LayerName | None = None


def _is_user(asked: Asked) -> bool:
    return asked.request.principal.kind is PrincipalKind.USER


def _held(asked: Asked, layer: LayerName) -> tuple[AttachedPolicy, ...]:
    held = asked.policies.get(layer)
    return held.policies if held is not None else ()


def _unsent_resource_policy(asked: Asked) -> bool:
    left_out = LayerName.RESOURCE in asked.question.left_out
    return left_out and bool(_held(asked, LayerName.RESOURCE)) and not _is_trust(asked)


def _is_trust(asked: Asked) -> bool:
    return asked.request.action.lower() in TRUST_ACTIONS


def _service(asked: Asked) -> str:
    arn = parse_arn(asked.request.resource.arn)
    return arn.service if arn is not None else asked.request.action.partition(":")[0].lower()


def _restricting_rcps(asked: Asked) -> bool:
    return any(attached.arn != RCP_FULL_AWS_ACCESS.arn for attached in _held(asked, LayerName.RCP))


def _crosses_accounts(asked: Asked) -> bool:
    owner, caller = asked.request.resource.account, asked.request.principal.account
    return owner is not None and caller is not None and owner != caller


def _keys(asked: Asked, *layers: LayerName) -> Iterator[str]:
    """The condition keys of the documents of layers, in lower case."""
    for layer in layers:
        for attached in _held(asked, layer):
            for statement in attached.policy.statements:
                yield from (condition.key.lower() for condition in statement.conditions)


def _given(asked: Asked, prefixes: tuple[str, ...]) -> bool:
    entries = asked.question.parameters["ContextEntries"]
    return any(entry["ContextKeyName"].lower().startswith(prefixes) for entry in entries)


def _scps_unsent(asked: Asked) -> bool:
    return (
        asked.question.operation == CUSTOM
        and LayerName.SCP in asked.question.left_out
        and bool(_held(asked, LayerName.SCP))
    )


LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "live-policies",
        "it evaluates the policies that are attached in the account now, which may differ from those in the folder",
        REFERENCE,
        lambda asked: asked.question.operation == PRINCIPAL,
    ),
    Limit(
        "resource-control-policies",
        "it does not evaluate resource control policies",
        GUIDE,
        _restricting_rcps,
        LayerName.RCP,
    ),
    Limit(
        "vpc-endpoint-policies",
        "it takes no VPC endpoint policy",
        REFERENCE,
        lambda asked: bool(_held(asked, LayerName.VPCE)),
        LayerName.VPCE,
    ),
    Limit(
        "session-policies",
        "it takes no session policies",
        CUSTOM_REFERENCE,
        lambda asked: bool(_held(asked, LayerName.SESSION)),
        LayerName.SESSION,
    ),
    Limit(
        "trust-policies",
        "it does not evaluate the trust policy of a role",
        REFERENCE,
        lambda asked: _is_trust(asked) and bool(_held(asked, LayerName.RESOURCE)),
        LayerName.RESOURCE,
    ),
    Limit(
        "resource-policies-of-roles",
        "it evaluates resource-based policies for users only, not for roles",
        REFERENCE,
        lambda asked: _unsent_resource_policy(asked) and not _is_user(asked),
        LayerName.RESOURCE,
    ),
    Limit(
        "resource-policies-of-services",
        "it evaluates resource-based policies of Amazon S3, SQS, SNS and Glacier only",
        GUIDE,
        lambda asked: _unsent_resource_policy(asked) and _service(asked) not in WITH_RESOURCE_POLICIES,
        LayerName.RESOURCE,
    ),
    Limit(
        "one-resource-policy",
        "it takes one resource-based policy, and the request meets several",
        REFERENCE,
        lambda asked: LayerName.RESOURCE not in asked.question.left_out and len(_held(asked, LayerName.RESOURCE)) > 1,
        LayerName.RESOURCE,
    ),
    Limit(
        "access-control-lists",
        "it does not evaluate the access control lists of Amazon S3 and the vault locks of Glacier",
        GUIDE,
        lambda asked: _service(asked) in {"s3", "glacier"},
    ),
    Limit(
        "cross-account",
        "the user guide says that it does not simulate access across accounts, the API reference that it does",
        GUIDE,
        _crosses_accounts,
    ),
    Limit(
        "scp-conditions",
        "the user guide says that it does not evaluate service control policies with conditions, the API reference "
        "that it does",
        GUIDE,
        lambda asked: LayerName.SCP not in asked.question.left_out and any(_keys(asked, LayerName.SCP)),
    ),
    Limit(
        "scps-not-sent",
        "the service control policies could not be sent: botocore takes them from version 1.43.60 on",
        CUSTOM_REFERENCE,
        _scps_unsent,
        LayerName.SCP,
    ),
    Limit(
        "missing-keys",
        "it takes a condition key without a value for an absent one",
        GUIDE,
        lambda asked: bool(asked.unknown or asked.missing),
    ),
    Limit(
        "tags",
        "it looks at tags that are given only where a condition of an identity-based policy checks for tags",
        GUIDE,
        lambda asked: (
            _given(asked, _TAG_KEYS) and not any(key.startswith(_TAG_KEYS) for key in _keys(asked, LayerName.IDENTITY))
        ),
    ),
    Limit(
        "global-keys",
        "it does not know which services support a global condition key",
        GUIDE,
        lambda asked: any(key.startswith("aws:") for key in _keys(asked, LayerName.IDENTITY, LayerName.BOUNDARY)),
    ),
    Limit(
        "fine-grained-access",
        "it does not evaluate the conditions of DynamoDB's fine-grained access control",
        GUIDE,
        lambda asked: any(key in _DATA_KEYS for key in _keys(asked, LayerName.IDENTITY, LayerName.BOUNDARY)),
    ),
    Limit(
        "sessions",
        "it knows no sessions: the role itself is asked about",
        REFERENCE,
        lambda asked: not _is_user(asked),
    ),
    Limit(
        "several-resources",
        "a simulated ec2:RunInstances needs instance, image and security group together: one resource was asked about",
        REFERENCE,
        lambda asked: asked.request.action.lower() == "ec2:runinstances",
    ),
)
"""The order is that of the report: what takes a whole layer out comes before what concerns single conditions."""
