"""What to fetch when a policy is not at hand: for each layer the words, and the AWS CLI call where there is one.

Source: AWS CLI Command Reference; IAM User Guide, troubleshoot_access-denied-authorization-id; spec M11, M15, M18.
"""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.policy_calls import (
    managed_policy_call,
    organisation_policy_call,
    resource_policy_call,
    trust_policy_call,
)
from policysim.account.policy_holders import can_have_policy, policy_holders
from policysim.catalog.partitions import is_region
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import Fact
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.denial import Denial
    from policysim.language.request import Request


class _Fetched(NamedTuple):
    words: str
    command: str = ""


CUT_OFF: Final = "CloudTrail cut the encoded message off at 1 KB: take the whole one from the error that the caller saw"
"""Why a message that a record shows cannot be decoded (spec M15)."""

_DETAILS_REGION: Final = re.compile(r"[?&]region=([a-z0-9-]+)#/authorization-details/")

_DETAILS: Final = "aws iam get-account-authorization-details"
_TARGET: Final = "aws organizations list-policies-for-target --filter {kind} --target-id {target}"

_RCP_FILTER: Final = "--filter RESOURCE_CONTROL_POLICY"

_FETCH: Final[dict[LayerName, _Fetched]] = {
    LayerName.IDENTITY: _Fetched("fetch the policies of the caller", _DETAILS),
    LayerName.BOUNDARY: _Fetched("fetch the permissions boundary", _DETAILS),
    LayerName.SESSION: _Fetched(
        "find who started the session, and with which session policies: the AssumeRole event tells"
    ),
    LayerName.RESOURCE: _Fetched("fetch the policy of `{resource}`"),
    LayerName.VPCE: _Fetched("fetch the endpoint's policy", "aws ec2 describe-vpc-endpoints"),
    LayerName.SCP: _Fetched(
        "fetch the SCPs, of the account and of every level above it",
        _TARGET.format(kind="SERVICE_CONTROL_POLICY", target="{account}"),
    ),
    LayerName.RCP: _Fetched(
        "fetch the RCPs, of the account and of every level above it",
        _TARGET.format(kind="RESOURCE_CONTROL_POLICY", target="{owner}"),
    ),
}
"""What to fetch when AWS names the layer and no policies are at hand."""


def fetch(layer: LayerName, request: Request) -> Fact:
    """What to fetch of a layer for this request."""
    words, command = _FETCH[layer]
    if layer is LayerName.RESOURCE:
        command = policy_command(request)
    else:
        command = command.format(
            account=quote(request.principal.account or "ACCOUNT"), owner=quote(request.resource.account or "ACCOUNT")
        )
    return Fact(words.format(resource=request.resource.arn), command)


def fetch_all(layers: Sequence[LayerName], request: Request) -> Fact:
    """What to fetch of layers that one call shows, or the same call with another filter."""
    first, *others = layers
    found = fetch(first, request)
    if LayerName.BOUNDARY in others:
        return found._replace(sentence="fetch the policies of the caller, its permissions boundary among them")
    if LayerName.RCP in others:
        owner = request.resource.account
        whose = "" if owner in {None, request.principal.account} else f" and the target `{owner}`"
        return found._replace(
            sentence="fetch the SCPs and RCPs, of the account and of every level above it"
            f" (RCPs: with `{_RCP_FILTER}`{whose})"
        )
    return found


def in_words(fact: Fact) -> str:
    """The fact and its command as one sentence."""
    return f"{fact.sentence}: `{fact.command}`" if fact.command else fact.sentence


def policy_command(request: Request) -> str:
    """The call that prints the policy of the resource; empty where none is known."""
    arn = parse_arn(request.resource.held_in or request.resource.arn)
    if arn is None:
        return ""
    if request.action.lower().startswith("sts:") and arn.resource_type == "role":
        return trust_policy_call(str(arn))
    return resource_policy_call(policy_holders(arn)[-1]) if can_have_policy(arn) else ""


def read_policy(policy_arn: str) -> str:
    """The call that prints the policy which a message names (spec M11)."""
    if ":organizations:" in policy_arn:
        return organisation_policy_call(policy_arn.rsplit("/", 1)[-1])
    return managed_policy_call(policy_arn)


def details_region(call: Call) -> str | None:
    """The Region whose IAM Toolbox has the authorization details of a call: that of the link in its message.

    Where the message shows no Region it is that of the event; ``None`` where neither tells.
    """
    raw = call.denial.raw if call.denial is not None else ""
    found = _DETAILS_REGION.search(raw)
    if found is not None and is_region(found[1]):
        return found[1]
    return (call.event.aws_region or None) if call.event is not None else None


def details_command(call: Call, authorization_id: str) -> str:
    """The call that prints AWS's own evaluation of a denial (spec M11)."""
    region = details_region(call)
    where = f" --region {quote(region)}" if region is not None else ""
    return f"aws iam-toolbox get-request-authorization-details{where} --authorization-id {quote(authorization_id)}"


def decode_command(denial: Denial) -> str:
    """The call that decodes an encoded message; of one that was cut off a word stands for it (spec M15)."""
    message = quote(denial.encoded) if denial.encoded is not None and not denial.cut else "MESSAGE"
    return f"aws sts decode-authorization-message --encoded-message {message}"
