"""Policies as they would have to be for a cause to hold, or not to hold: what hypotheses are tested under.

An assumed statement speaks of everything, as it is only ever held against the one request. Source: spec E1 to E28.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from json import dumps
from typing import TYPE_CHECKING, Final

from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet, one_level
from policysim.evaluation.reasons import Element
from policysim.explanation.provider_claims import claims_of_named_providers
from policysim.language.policy import PatternElement, PrincipalElement, PrincipalEntry
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import IAM_IDENTITIES, PrincipalKind
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from policysim.evaluation.decision import Outcome, StatementMatch
    from policysim.evaluation.policy_set import Level
    from policysim.language.policy import Policy, Statement
    from policysim.language.request import Principal, Request
    from policysim.language.source import Location

_TYPES: Final[dict[LayerName, PolicyType]] = {
    LayerName.RCP: PolicyType.RCP,
    LayerName.SCP: PolicyType.SCP,
    LayerName.VPCE: PolicyType.VPCE,
    LayerName.RESOURCE: PolicyType.RESOURCE,
    LayerName.IDENTITY: PolicyType.IDENTITY,
    LayerName.BOUNDARY: PolicyType.BOUNDARY,
    LayerName.SESSION: PolicyType.SESSION,
}
_NAMES_PRINCIPALS: Final = frozenset({LayerName.RCP, LayerName.VPCE, LayerName.RESOURCE})


def caller_named(principal: Principal) -> tuple[str, str]:
    """How a resource-based policy would name the caller: the kind of principal and its value."""
    if principal.kind is PrincipalKind.SERVICE and principal.service is not None:
        return "Service", principal.service
    if principal.kind in {PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML} and principal.provider is not None:
        return "Federated", principal.provider
    named = principal.entity_arn or principal.arn if principal.kind in IAM_IDENTITIES else None
    return ("AWS", named) if named is not None else EVERYBODY


EVERYBODY: Final = ("*", "*")
"""The principal ``*``: services and federated callers too, whom ``"AWS": "*"`` does not reach (spec P7)."""


@lru_cache(maxsize=64)
def assumed(effect: str, layer: LayerName, kind: str = "*", value: str = "*") -> AttachedPolicy:
    """A document of the layer with one statement: ``Allow`` or ``Deny`` for everything."""
    principal = value if (kind, value) == EVERYBODY else {kind: value}
    named = {"Principal": principal} if layer in _NAMES_PRINCIPALS else {}
    statement = {"Effect": effect, **named, "Action": "*", "Resource": "*"}
    text = dumps({"Version": "2012-10-17", "Statement": [statement]})
    return AttachedPolicy("assumed", parse_policy(Source("assumed", text), _TYPES[layer]))


def with_deny(policies: PolicySet, layer: LayerName) -> PolicySet:
    """The policies and a Deny in the layer."""
    return _with_policy(policies, layer, assumed("Deny", layer), everywhere=False)


def with_allow(policies: PolicySet, layer: LayerName, principal: Principal) -> PolicySet:
    """The policies and an Allow in the layer, at each of its levels."""
    return _with_policy(policies, layer, _allow(layer, principal), everywhere=True)


def with_delegation(policies: PolicySet, principal: Principal) -> PolicySet:
    """The policies with one resource-based Allow, for the caller's account: it leaves it to that account's policies."""
    added = assumed("Allow", LayerName.RESOURCE, "AWS", principal.account or "*")
    return policies.with_layer(LayerName.RESOURCE, one_level(LayerName.RESOURCE.value, (added,)))


def _allow(layer: LayerName, principal: Principal) -> AttachedPolicy:
    return assumed("Allow", layer, *(caller_named(principal) if layer is LayerName.RESOURCE else EVERYBODY))


def _with_policy(policies: PolicySet, layer: LayerName, added: AttachedPolicy, *, everywhere: bool) -> PolicySet:
    there = policies.get(layer)
    if there is None or not there.levels:
        return policies.with_layer(layer, one_level(layer.value, (added,)))
    first, *others = (level._replace(policies=(*level.policies, added)) for level in there.levels)
    rest = others if everywhere else there.levels[1:]
    return policies.with_layer(layer, LayerPolicies((first, *rest)))


def with_public_access(request: Request) -> Request:
    """The request, made of a bucket whose S3 Block Public Access stops nothing (spec S15)."""
    block = request.resource.public_access_block
    if block is None:
        return request
    open_block = replace(block, restrict_public_buckets=False, ignore_public_acls=False)
    return replace(request, resource=replace(request.resource, public_access_block=open_block))


def without_allows(policies: PolicySet, layer: LayerName) -> PolicySet:
    """The policies, the layer there and allowing nothing."""
    return policies.with_layer(layer, one_level(layer.value, ()))


def harmless(policies: PolicySet, principal: Principal, but: Container[LayerName] = ()) -> PolicySet:
    """The policies with every document that was not collected taken to allow, and to deny nothing."""

    def filled(name: LayerName, level: Level) -> Level:
        return level._replace(policies=(*level.policies, _allow(name, principal)), gaps=()) if level.gaps else level

    return _each_level(policies, filled, but)


def with_gaps_as(policies: PolicySet, layer: LayerName, effect: str | None) -> PolicySet:
    """The policies with what was not collected of a layer taken to be a Deny; with ``None``, to be nothing."""

    def filled(name: LayerName, level: Level) -> Level:
        if name is not layer or not level.gaps:
            return level
        added = () if effect is None else (assumed(effect, layer),)
        return level._replace(policies=(*level.policies, *added), gaps=())

    return _each_level(policies, filled, ())


def without_possible_grants(policies: PolicySet) -> PolicySet:
    """The policies with nothing in what was not collected and could only have granted access."""

    def kept(_: LayerName, level: Level) -> Level:
        return level._replace(gaps=tuple(gap for gap in level.gaps if gap.may_deny))

    return _each_level(policies, kept, ())


def _each_level(
    policies: PolicySet, change: Callable[[LayerName, Level], Level], but: Container[LayerName]
) -> PolicySet:
    changed = {
        name: content if name in but else LayerPolicies(tuple(change(name, level) for level in content.levels))
        for name, content in policies.layers.items()
    }
    return PolicySet(changed)


def without_statements(policies: PolicySet, taken_out: Container[Location]) -> PolicySet:
    """The policies without some statements, wherever their documents are attached."""

    def changed(policy: Policy) -> Policy:
        kept = tuple(statement for statement in policy.statements if statement.location not in taken_out)
        return policy if len(kept) == len(policy.statements) else replace(policy, statements=kept)

    return _each_document(policies, changed)


def with_statement(policies: PolicySet, old: Statement, new: Statement) -> PolicySet:
    """The policies with one statement in the place of another, wherever its document is attached."""

    def changed(policy: Policy) -> Policy:
        if all(statement.location != old.location for statement in policy.statements):
            return policy
        return replace(policy, statements=tuple(new if s.location == old.location else s for s in policy.statements))

    return _each_document(policies, changed)


def _each_document(policies: PolicySet, change: Callable[[Policy], Policy]) -> PolicySet:
    def changed(_: LayerName, level: Level) -> Level:
        return level._replace(policies=tuple(a._replace(policy=change(a.policy)) for a in level.policies))

    return _each_level(policies, changed, ())


def repaired(match: StatementMatch, failing: Outcome, action: str, principal: Principal) -> Statement:
    """The statement as it would read if its one failing element matched."""
    written = match.statement
    match failing.element:
        case Element.ACTION:
            return replace(written, action=PatternElement("Action", negated=False, patterns=(action,), listed=False))
        case Element.RESOURCE:
            return replace(written, resource=PatternElement("Resource", negated=False, patterns=("*",), listed=False))
        case Element.PRINCIPAL:
            entry = PrincipalEntry(*caller_named(principal), path=("Principal",))
            claims = claims_of_named_providers(written)
            return replace(
                written,
                principal=PrincipalElement("Principal", negated=False, entries=(entry,)),
                conditions=tuple(c for c in written.conditions if c not in claims),
            )
        case Element.CONDITION:
            return replace(written, conditions=tuple(c for c in written.conditions if c.path() != failing.path[:3]))


def with_operator(match: StatementMatch, failing: Outcome, operator: str) -> Statement:
    """The statement with another operator in the condition that fails."""
    written = match.statement
    changed = (c._replace(operator=operator) if c.path() == failing.path[:3] else c for c in written.conditions)
    return replace(written, conditions=tuple(changed))
