"""One request put to the policies in force, and what AWS would answer."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.alike_actions import likeness_of
from policysim.account.authorizations import authorizations
from policysim.account.situate import Situation
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide_call
from policysim.evaluation.layers import LayerName
from policysim.evaluation.outlines import Outliner, joined
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet, one_level
from policysim.expectations.caller import Whose
from policysim.expectations.results import Answer
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.evaluation.outlines import Outline
    from policysim.expectations.caller import Caller
    from policysim.expectations.samples import Sample
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy

_TAKEN: Final = "the outsider's own account"
"""The name of what is taken to stand in the policies of an account that nobody knows."""

_OF_THE_CALLER: Final = (LayerName.SCP, LayerName.BOUNDARY, LayerName.SESSION)


_KEPT: Final = 8_192
"""How many situations are kept."""


class Asked(NamedTuple):
    """One request that a sentence stands for: who, which action, on which resource, in which context."""

    caller: Caller
    action: str
    sample: Sample
    context: RequestContext


def answer_to(asked: Asked, organisation: Organisation, *, brief: bool = False) -> Answer:
    """What AWS would answer to a request; ``brief`` as for ``decide``."""
    return Desk(asked.caller, asked.context, organisation).answer(asked, brief=brief)


class Desk:
    """Where the requests of one caller in one context are answered; what is the same for several is found once.

    What surrounds a request hangs on its action only where ``likeness_of`` says so.
    """

    def __init__(self, caller: Caller, context: RequestContext, organisation: Organisation) -> None:
        self._caller = caller
        self._organisation = organisation
        self._context = context.filled_with(dict(caller.known.items()))
        self._kept: dict[tuple[Sample, str], _Found] = {}

    def __len__(self) -> int:
        """How much is kept."""
        return len(self._kept)

    def answer(self, asked: Asked, *, brief: bool = False) -> Answer:
        """What AWS would answer to a request of this caller in this context; ``brief`` as for ``decide``."""
        situations = self.situations(asked.action, asked.sample)
        call = decide_call([(one.request, one.policies) for one in situations], CATALOGUE, brief=brief)
        return Answer(asked.caller.name, self._request(asked.action, asked.sample), situations, call)

    def situations(self, action: str, sample: Sample) -> tuple[Situation, ...]:
        """The authorizations that a request needs, each with the policies that apply to it."""
        return self._found(action, sample).of(action)

    def outline(self, action: str, sample: Sample) -> Outline | None:
        """The outline of the brief answer, where it is certain."""
        found = self._found(action, sample)
        return joined(
            [outliner.outline(one.request) for one, outliner in zip(found.of(action), found.outliners, strict=True)]
        )

    def _found(self, action: str, sample: Sample) -> _Found:
        """What was found of a request for this action, or for one that is situated alike."""
        key = (sample, likeness_of(action))
        kept = self._kept.get(key)
        if kept is None:
            around = self._untagged if sample.invented else self._organisation
            found = authorizations(self._request(action, sample), around)
            taken = tuple(_as_taken(one, self._caller, sample) for one in found)
            outliners = tuple(Outliner(one.policies, CATALOGUE) for one in taken)
            kept = self._kept[key] = _Found(action, taken, outliners)
        return kept

    @cached_property
    def _untagged(self) -> Organisation:
        """The accounts, where nobody knows the tags of resources: a made-up one may have any."""
        accounts = {name: replace(account, tags=None) for name, account in self._organisation.accounts.items()}
        return replace(self._organisation, accounts=accounts)

    def _request(self, action: str, sample: Sample) -> Request:
        return _requested(self._caller, action, sample, self._context)


class Desks:
    """The desks of one set of accounts; when too much is kept, all of it is forgotten."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._kept: dict[tuple[Caller, RequestContext], Desk] = {}

    def of(self, caller: Caller, context: RequestContext) -> Desk:
        """The desk of a caller in a context."""
        key = (caller, context)
        found = self._kept.get(key)
        if found is None:
            if sum(map(len, self._kept.values())) > _KEPT or len(self._kept) > _KEPT:
                self._kept.clear()
            found = self._kept[key] = Desk(caller, context, self._organisation)
        return found


class _Found(NamedTuple):
    """The authorizations that a request for an action needs, each with the policies that apply to it."""

    action: str
    situations: tuple[Situation, ...]
    outliners: tuple[Outliner, ...]

    def of(self, action: str) -> tuple[Situation, ...]:
        """Those of a request for another action that is situated alike."""
        if action == self.action:
            return self.situations
        return tuple([self._as(action, one) for one in self.situations])

    def _as(self, action: str, situation: Situation) -> Situation:
        found = situation.request
        if found.action != self.action:
            return situation  # what is authorized is the making of a session, whichever the action
        request = Request(principal=found.principal, action=action, resource=found.resource, context=found.context)
        return Situation(request, situation.policies, situation.part)


def request_of(asked: Asked) -> Request:
    """The request, with what follows from who makes it; what the sentence states itself stands."""
    context = asked.context.filled_with(dict(asked.caller.known.items()))
    return _requested(asked.caller, asked.action, asked.sample, context)


def _requested(caller: Caller, action: str, sample: Sample, context: RequestContext) -> Request:
    resource = Resource(arn=sample.arn, account=sample.owner)
    return Request(principal=caller.principal, action=action, resource=resource, context=context)


def _as_taken(situation: Situation, caller: Caller, sample: Sample) -> Situation:
    """The situation with what is taken for granted: about a made-up resource, and about callers from elsewhere.

    Nobody from elsewhere is bound to a VPC endpoint that nobody knows: there is always a way around it.
    """
    policies = situation.policies
    endpoint = policies.get(LayerName.VPCE)
    if caller.whose is not Whose.AT_HAND and endpoint is not None and not endpoint.policies:
        policies = policies.with_layer(LayerName.VPCE, None)
    if sample.invented:
        policies = _of_a_new_resource(policies, situation.request)
    if caller.whose is Whose.OUTSIDER:
        for layer in _OF_THE_CALLER:
            policies = policies.with_layer(layer, None)
        node = caller.principal.arn or caller.name
        allowing = AttachedPolicy(_TAKEN, _everything(), None, node, editable=False)
        policies = policies.with_layer(LayerName.IDENTITY, one_level(node, (allowing,)))
        if caller.principal.kind is PrincipalKind.FEDERATED_USER:  # without a session policy it may do nothing
            policies = policies.with_layer(LayerName.SESSION, one_level(node, (allowing,)))
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
