"""The policies that AWS evaluated and those at hand: which is which, which are missing here, which changed since.

Managed policies are known by their ARN. The URI of an inline policy means nothing outside the evaluation: such a policy
is found by what it is attached to and by the Sids of its statements, or not at all.
Source: IAM Toolbox API reference, PolicyInfo and GetRequestAuthorizationPolicy; AWS CLI command reference.
"""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.policy_calls import (
    managed_policy_call,
    organisation_policy_call,
    resource_policy_call,
    trust_policy_call,
)
from policysim.evaluation.layers import LAYER, LAYERS, LayerName
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.cloudtrail.aws_evaluation import EvaluatedPolicy, Evaluation
    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet
    from policysim.language.policy import Policy, Statement

LAYER_OF_TYPE: Final = {layer.policy_type: layer.name for layer in LAYERS}
"""The layer of each of AWS's types of policy."""


class Counterparts(NamedTuple):
    """The policy at hand for each policy of an evaluation, by URI, and those that are not at hand at all.

    A policy in neither is at hand under a name that nothing tells.
    """

    found: dict[str, AttachedPolicy]
    missing: tuple[EvaluatedPolicy, ...]


def counterparts(evaluation: Evaluation, policies: PolicySet) -> Counterparts:
    """Which policy at hand is which of those that AWS evaluated."""
    found: dict[str, AttachedPolicy] = {}
    missing: list[EvaluatedPolicy] = []
    for layer, listed in _by_layer(evaluation.policies).items():
        here = _at_hand(policies, layer)
        by_arn = {one.arn: one for one in here if one.arn is not None}
        found |= {one.uri: by_arn[one.uri] for one in listed if one.uri in by_arn}
        others = [one for one in listed if one.uri not in found]
        lost = _without_arns(others, [one for one in here if one.arn is None], evaluation)
        found |= lost.found
        missing += lost.missing
    return Counterparts(found, tuple(missing))


def _without_arns(listed: list[EvaluatedPolicy], here: list[AttachedPolicy], evaluation: Evaluation) -> Counterparts:
    """The counterparts of policies that no ARN tells: by what they are attached to, and of several by their Sids.

    A policy is missing where AWS lists more of its kind and place than are at hand.
    """
    found: dict[str, AttachedPolicy] = {}
    missing: list[EvaluatedPolicy] = []
    candidates = {one.uri: [attached for attached in here if _may_be(one, attached)] for one in listed}
    claims = Counter(id(attached) for some in candidates.values() for attached in some)
    places = Counter(frozenset(one.attached_to) for one in listed)
    sids = _sids_by_policy(evaluation)
    for one in listed:
        same = candidates[one.uri]
        only = len(same) == 1 and claims[id(same[0])] == 1
        holding = same if only else [attached for attached in same if sids[one.uri] & _sids(attached)]
        if len(holding) == 1:
            found[one.uri] = holding[0]
        elif len(same) < places[frozenset(one.attached_to)]:
            missing.append(one)
    return Counterparts(found, tuple(missing))


def _sids_by_policy(evaluation: Evaluation) -> defaultdict[str, set[str]]:
    """The Sids that AWS lists as matched, by the URI of their policy."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for matched in (*(policy for check in evaluation.checks for policy in check.matched), *evaluation.matched):
        found[matched.uri] |= {statement.sid for statement in matched.statements if statement.sid}
    return found


def _sids(attached: AttachedPolicy) -> set[str]:
    return {statement.sid for statement in attached.policy.statements if statement.sid}


def _by_layer(listed: Iterable[EvaluatedPolicy]) -> dict[LayerName, list[EvaluatedPolicy]]:
    layers: dict[LayerName, list[EvaluatedPolicy]] = {}
    for policy in listed:
        layer = LAYER_OF_TYPE.get(policy.type)
        if layer is not None:
            layers.setdefault(layer, []).append(policy)
    return layers


def _at_hand(policies: PolicySet, layer: LayerName) -> list[AttachedPolicy]:
    """The documents of a layer, each once: a policy may be attached to several levels."""
    content = policies.get(layer)
    found: dict[tuple[object, ...], AttachedPolicy] = {}
    for attached in content.policies if content is not None else ():
        key = (attached.arn,) if attached.arn is not None else (attached.name, attached.attached_to)
        found.setdefault(key, attached)
    return list(found.values())


def _may_be(listed: EvaluatedPolicy, attached: AttachedPolicy) -> bool:
    """Whether a policy without an ARN may be the listed one: a grant by its id, any other by what it is attached to."""
    if listed.grant_id is not None:
        return attached.name == f"grant {listed.grant_id}"
    if listed.inline is False and listed.uri.startswith("arn:aws:iam:"):
        return False
    if attached.name.startswith("grant ") and not attached.editable:
        return False
    tails = {_tail(arn) for arn in listed.attached_to}
    return not tails or attached.attached_to is None or _tail(attached.attached_to) in tails


def _tail(text: str) -> str:
    """What an ARN and an id of AWS Organizations have in common, and the whole of any other ARN."""
    arn = parse_arn(text)
    return text if arn is None or arn.service != "organizations" else arn.name


def policy_differences(evaluation: Evaluation, known: Counterparts) -> Iterator[str]:
    """What is missing here of the policies that AWS evaluated, and which of them changed since."""
    for policy in known.missing:
        where = f" attached to {_list(policy.attached_to)}" if policy.attached_to else ""
        yield f"AWS evaluated the {_title(policy)} `{shown(policy)}`{where}, which is not among the policies at hand"
    service = evaluation.action.split(":", 1)[0]
    for policy in evaluation.policies:
        here = known.found.get(policy.uri)
        if here is None or policy.document is None:
            continue
        if _about(policy.document, service) != _about(here.policy, service):
            yield f"`{here.name}` is not what AWS evaluated: it changed since the denial"


def fetching_steps(evaluation: Evaluation, policies: PolicySet) -> tuple[str, ...]:
    """How to fetch each policy that AWS evaluated and that is not at hand, where a call shows it."""
    calls = ((policy, fetching_call(policy)) for policy in counterparts(evaluation, policies).missing)
    return tuple(f"fetch the {_title(policy)} that AWS evaluated: `{call}`" for policy, call in calls if call)


def _title(policy: EvaluatedPolicy) -> str:
    return LAYER[LAYER_OF_TYPE[policy.type]].title


def shown(policy: EvaluatedPolicy) -> str:
    """A policy by its ARN, and one without by what it is."""
    if policy.grant_id is not None:
        return f"grant {policy.grant_id}"
    if policy.uri.startswith("arn:") or not policy.attached_to:
        return policy.uri
    return f"inline policy of {policy.attached_to[0]}" if policy.inline else f"policy of {policy.attached_to[0]}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_INLINE_CALLS: Final = {
    "role": "aws iam list-role-policies --role-name {name}",
    "user": "aws iam list-user-policies --user-name {name}",
    "group": "aws iam list-group-policies --group-name {name}",
}


def fetching_call(policy: EvaluatedPolicy) -> str:
    """The AWS CLI call that shows a policy; empty where none does, or where its name is not fit for a shell."""
    attached = policy.attached_to[0] if policy.attached_to else ""
    if any(shlex.quote(text) != text for text in (policy.uri, attached, policy.grant_id or "") if text):
        return ""
    arn, holder, layer = parse_arn(policy.uri), parse_arn(attached), LAYER_OF_TYPE.get(policy.type)
    if policy.grant_id is not None:
        return f"aws kms list-grants --key-id {attached} --grant-id {policy.grant_id}" if attached else ""
    if layer in {LayerName.SCP, LayerName.RCP}:
        return organisation_policy_call(arn.name) if arn is not None else ""
    if arn is not None and arn.service == "iam" and arn.resource_type == "policy":
        return managed_policy_call(policy.uri)
    if layer is LayerName.VPCE:
        return "aws ec2 describe-vpc-endpoints"
    if layer is LayerName.RESOURCE and holder is not None:
        return trust_policy_call(attached) if holder.service == "iam" else resource_policy_call(attached)
    if layer is LayerName.IDENTITY and holder is not None and holder.service == "iam":
        return _INLINE_CALLS.get(holder.resource_type, "").format(name=holder.name)
    return ""


def _about(document: Policy, service: str) -> list[tuple[object, ...]]:
    """What a document says about one service: AWS may leave out the actions of others from what it shows."""
    found = ((statement, _patterns(statement, service)) for statement in document.statements)
    return [
        (
            statement.sid,
            statement.effect,
            statement.action.negated,
            patterns,
            _elements(statement),
        )
        for statement, patterns in found
        if patterns or statement.action.negated
    ]


def _patterns(statement: Statement, service: str) -> frozenset[str]:
    """The patterns of a statement that may be about the service."""
    lower = (pattern.lower() for pattern in statement.action.patterns)
    return frozenset(pattern for pattern in lower if _may_name(pattern.split(":", 1)[0], service.lower()))


def _may_name(prefix: str, service: str) -> bool:
    return prefix == service or "*" in prefix or "?" in prefix


def _elements(statement: Statement) -> tuple[object, ...]:
    """Whom, what and when a statement is about, whatever the order in which it is written."""
    principal, resource = statement.principal, statement.resource
    return (
        None
        if principal is None
        else (principal.negated, frozenset((one.kind, one.value) for one in principal.entries)),
        None if resource is None else (resource.negated, frozenset(resource.patterns)),
        frozenset((one.operator.lower(), one.key.lower(), frozenset(one.values)) for one in statement.conditions),
    )
