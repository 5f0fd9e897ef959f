"""Policies and requests for the tests of evaluation, from plain dictionaries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, Gap, LayerPolicies, Level, PolicySet, level, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Request, RequestContext, Resource
from policysim.language.source import Source
from tests.evaluation.callers import ACCOUNT, ALICE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.language.request import Principal

Statement = dict[str, Any]

TYPES = {
    LayerName.IDENTITY: PolicyType.IDENTITY,
    LayerName.RESOURCE: PolicyType.RESOURCE,
    LayerName.BOUNDARY: PolicyType.BOUNDARY,
    LayerName.SESSION: PolicyType.SESSION,
    LayerName.SCP: PolicyType.SCP,
    LayerName.RCP: PolicyType.RCP,
    LayerName.VPCE: PolicyType.VPCE,
}


def allow(action: str = "*", resource: str = "*", **more: Any) -> Statement:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "*", resource: str = "*", **more: Any) -> Statement:
    """A Deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def document(name: LayerName, *statements: Statement, type_: PolicyType | None = None) -> AttachedPolicy:
    """A document of one layer."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return AttachedPolicy(name.value, parse_policy(Source(name.value, text), type_ or TYPES[name]))


def policies(*, gaps: Mapping[LayerName, tuple[Gap, ...]] | None = None, **layers: list[Statement]) -> PolicySet:
    """A policy set: one list of statements for each layer named by its word; ``scp`` and ``rcp`` as one level."""
    built = {
        LayerName(word): one_level(word, [document(LayerName(word), *statements)])
        for word, statements in layers.items()
    }
    for name, missing in (gaps or {}).items():
        known = built[name].policies if name in built else ()
        built[name] = one_level(name.value, known, missing)
    return PolicySet(built)


def levels(name: LayerName, *statements: list[Statement]) -> LayerPolicies:
    """A layer of several levels, one list of statements each."""
    found: list[Level] = [level(f"level-{i}", [document(name, *some)]) for i, some in enumerate(statements)]
    return LayerPolicies(tuple(found))


def ask(
    principal: Principal = ALICE,
    action: str = "s3:GetObject",
    resource: str = "arn:aws:s3:::data/x",
    owner: str | None = ACCOUNT,
    context: RequestContext | None = None,
) -> Request:
    """A request; by default to read an object of the caller's own account, in a context that is fully known."""
    return Request(
        principal=principal,
        action=action,
        resource=Resource(arn=resource, account=owner, in_management_account=False),
        context=context if context is not None else RequestContext(complete=True),
    )
