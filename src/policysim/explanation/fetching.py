"""What to fetch when a policy is not at hand: for each layer the words, and the AWS CLI call where there is one.

Source: AWS CLI Command Reference; spec M11, M18.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.policy_calls import (
    managed_policy_call,
    organisation_policy_call,
    resource_policy_call,
    trust_policy_call,
)
from policysim.account.policy_holders import can_have_policy, policy_holders
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import Fact
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.language.request import Request


class _Fetched(NamedTuple):
    words: str
    command: str = ""


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
