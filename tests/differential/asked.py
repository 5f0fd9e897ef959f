"""A question as one of the two evaluators reads it, and how to change what it holds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet, one_level
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import ABSENT, Principal, PrincipalKind, Request, RequestContext
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.policy import Statement

_STRICTEST_FIRST: Final = (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY, Effect.DEPENDS, Effect.ALLOWED)
_ACCOUNT: Final = "111122223333"


class Asked(NamedTuple):
    """A question as one of the two reads it.

    ``stated`` are the context keys as the other evaluator got them, ``ignored`` those that it drops. ``limits`` are
    the outcomes of restrictions that it applies beyond ours; the strictest outcome wins.
    """

    request: Request
    policies: PolicySet
    stated: dict[str, Any]
    ignored: tuple[str, ...]
    switches: Switches = DEFAULT_SWITCHES
    limits: tuple[Effect, ...] = ()

    @property
    def caller(self) -> Principal:
        return self.request.principal

    @property
    def across(self) -> bool:
        """Whether the caller belongs to an account, and the resource to another."""
        return self.caller.account is not None and self.caller.account != self.request.resource.account

    def decided(self) -> Decision:
        """Our answer, the restrictions aside."""
        return decide(self.request, self.policies, CATALOGUE, switches=self.switches)

    def effects(self) -> set[str]:
        """The outcomes that our answer and the restrictions leave open."""
        decision = self.decided()
        own = ({decision.effect} - {Effect.DEPENDS}) | set(decision.possible)
        return {min((effect, *self.limits), key=_STRICTEST_FIRST.index).value for effect in own}

    def called_by(self, **changes: Any) -> Asked:
        """The same question by a caller of whom something else is true."""
        return self._replace(request=replace(self.request, principal=replace(self.caller, **changes)))

    def in_context(self, values: dict[str, Any]) -> Asked:
        """The same question with other values of some context keys."""
        return self._replace(request=replace(self.request, context=self.request.context.with_values(values)))

    def limited_by(self, documents: LayerPolicies) -> Asked:
        """The same question under documents that only limit, whoever calls."""
        return self._replace(limits=(*self.limits, _limit(documents, self)))


def _limit(documents: LayerPolicies, asked: Asked) -> Effect:
    """What documents that only limit say: asked as service control policies, for a user who is granted everything.

    A key that is not stated is absent, also one that a user has.
    """
    user = Principal(
        kind=PrincipalKind.USER, arn=f"arn:aws:iam::{_ACCOUNT}:user/u", account=_ACCOUNT, in_management_account=False
    )
    statements = (statement for attached in documents.policies for statement in attached.policy.statements)
    absent = {entry.key.lower(): ABSENT for statement in statements for entry in statement.conditions}
    stated = {k.lower(): (value,) if isinstance(value, str) else tuple(value) for k, value in asked.stated.items()}
    context = RequestContext(complete=True).with_values({**absent, **stated})
    resource = replace(asked.request.resource, account=_ACCOUNT)
    request = replace(asked.request, principal=user, resource=resource, context=context)
    return decide(request, PolicySet({**_EVERYTHING, LayerName.SCP: documents}), CATALOGUE).effect


def _granting(name: LayerName, type_: PolicyType, **more: str) -> LayerPolicies:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", **more}}
    policy = parse_policy(Source(name.value, json.dumps(document)), type_)
    return one_level(name.value, [AttachedPolicy(name.value, policy)])


_EVERYTHING: Final = {
    LayerName.IDENTITY: _granting(LayerName.IDENTITY, PolicyType.IDENTITY),
    LayerName.RESOURCE: _granting(LayerName.RESOURCE, PolicyType.RESOURCE, Principal="*"),
}


def with_policies(
    asked: Asked,
    change: Callable[[AttachedPolicy], AttachedPolicy],
    layers: frozenset[LayerName] = frozenset(LayerName),
) -> Asked | None:
    """The question with every document of some layers changed; ``None`` when that changes nothing."""
    changed = {
        name: LayerPolicies(tuple(lv._replace(policies=tuple(map(change, lv.policies))) for lv in layer.levels))
        if name in layers
        else layer
        for name, layer in asked.policies.layers.items()
    }
    return None if changed == asked.policies.layers else asked._replace(policies=PolicySet(changed))


def with_statements(
    asked: Asked,
    change: Callable[[Statement], tuple[Statement, ...]],
    layers: frozenset[LayerName] = frozenset(LayerName),
) -> Asked | None:
    """The question with other statements in the place of each; ``None`` when that changes nothing."""

    def of(attached: AttachedPolicy) -> AttachedPolicy:
        after = tuple(other for statement in attached.policy.statements for other in change(statement))
        return attached._replace(policy=replace(attached.policy, statements=after))

    return with_policies(asked, of, layers)


def without_statements(asked: Asked, drop: Callable[[Statement], bool]) -> Asked | None:
    """The question without some statements; ``None`` when there are none of them."""
    return with_statements(asked, lambda statement: () if drop(statement) else (statement,))
