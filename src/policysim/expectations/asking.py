"""One request put to the policies in force, and what AWS would answer."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.authorizations import authorizations
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide_call
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet, one_level
from policysim.expectations.caller import Whose
from policysim.expectations.results import Answer
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Request, RequestContext, Resource
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.account.situate import Situation
    from policysim.expectations.caller import Caller
    from policysim.expectations.samples import Sample
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy

_TAKEN: Final = "the outsider's own account"
"""The name of what is taken to stand in the policies of an account that nobody knows."""

_OF_THE_CALLER: Final = (LayerName.SCP, LayerName.BOUNDARY, LayerName.SESSION)


class Asked(NamedTuple):
    """One request that a sentence stands for: who, which action, on which resource, in which context."""

    caller: Caller
    action: str
    sample: Sample
    context: RequestContext


def answer_to(asked: Asked, organisation: Organisation, *, brief: bool = False) -> Answer:
    """What AWS would answer to a request; ``brief`` as for ``decide``."""
    request = request_of(asked)
    situations = tuple(_as_taken(one, asked) for one in authorizations(request, organisation))
    call = decide_call([(one.request, one.policies) for one in situations], CATALOGUE, brief=brief)
    return Answer(asked.caller.name, request, situations, call)


def request_of(asked: Asked) -> Request:
    """The request, with what follows from who makes it; what the sentence states itself stands."""
    caller = asked.caller
    context = asked.context.filled_with(dict(caller.known.items()))
    resource = Resource(arn=asked.sample.arn, account=asked.sample.owner)
    return Request(principal=caller.principal, action=asked.action, resource=resource, context=context)


def _as_taken(situation: Situation, asked: Asked) -> Situation:
    """The situation with what is taken for granted: about a made-up resource, and about callers from elsewhere.

    Nobody from elsewhere is bound to a VPC endpoint that nobody knows: there is always a way around it.
    """
    policies = situation.policies
    endpoint = policies.get(LayerName.VPCE)
    if asked.caller.whose is not Whose.AT_HAND and endpoint is not None and not endpoint.policies:
        policies = policies.with_layer(LayerName.VPCE, None)
    if asked.sample.invented:
        policies = _of_a_new_resource(policies, situation.request)
    if asked.caller.whose is Whose.OUTSIDER:
        for layer in _OF_THE_CALLER:
            policies = policies.with_layer(layer, None)
        node = asked.caller.principal.arn or asked.caller.name
        allowing = AttachedPolicy(_TAKEN, _everything(), None, node, editable=False)
        policies = policies.with_layer(LayerName.IDENTITY, one_level(node, (allowing,)))
    return situation._replace(policies=policies)


def _of_a_new_resource(policies: PolicySet, request: Request) -> PolicySet:
    """The policies of a resource that does not exist: what nobody collected of it is not there.

    A KMS key always has a policy: it is taken to be the one that AWS gives it, by which IAM policies of its account
    decide (AWS KMS Developer Guide, key-policy-default).
    """
    layer = policies.get(LayerName.RESOURCE)
    arn = parse_arn(request.resource.arn)
    is_key = arn is not None and (arn.service, arn.resource_type) == ("kms", "key")
    if arn is not None and is_key and (layer is None or not layer.policies):
        delegating = AttachedPolicy("the default key policy", _default_key_policy(arn), None, str(arn), editable=False)
        return policies.with_layer(LayerName.RESOURCE, one_level(str(arn), (delegating,)))
    if layer is None or not layer.gaps:
        return policies
    levels = tuple(level._replace(gaps=()) for level in layer.levels)
    known = LayerPolicies(levels) if any(level.policies for level in levels) else None
    return policies.with_layer(LayerName.RESOURCE, known)


@cache
def _default_key_policy(key: Arn) -> Policy:
    root = f"arn:{key.partition}:iam::{key.account}:root"
    text = (
        '{"Version": "2012-10-17", "Statement": [{"Sid": "Enable IAM User Permissions", "Effect": "Allow", '
        f'"Principal": {{"AWS": "{root}"}}, "Action": "kms:*", "Resource": "*"}}]}}'
    )
    return parse_policy(Source("the default key policy", text, written_here=True), PolicyType.RESOURCE)


@cache
def _everything() -> Policy:
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    return parse_policy(Source(_TAKEN, text, written_here=True), PolicyType.IDENTITY)


def with_context(situation: Situation, context: RequestContext) -> Situation:
    """The same situation, other keys of the request known."""
    return situation._replace(request=replace(situation.request, context=context))
