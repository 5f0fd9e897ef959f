"""Denied requests built by hand: callers, documents and policy sets, short enough to read in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from policysim.account.account import Organisation
from policysim.evaluation.decide import decide
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, Level, PolicySet, one_level
from policysim.explanation.fixes.candidates import Case
from policysim.language.edits import apply_edits
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Credentials, Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.explanation.diagnosis import Fix

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
OBJECT = "arn:aws:s3:::reports/2026/q1.csv"
BUCKET = "arn:aws:s3:::reports"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"

LAYER_TYPES = {
    LayerName.IDENTITY: PolicyType.IDENTITY,
    LayerName.BOUNDARY: PolicyType.BOUNDARY,
    LayerName.SESSION: PolicyType.SESSION,
    LayerName.SCP: PolicyType.SCP,
    LayerName.RCP: PolicyType.RCP,
    LayerName.VPCE: PolicyType.VPCE,
    LayerName.RESOURCE: PolicyType.RESOURCE,
}

ROLE_SESSION = Principal(
    kind=PrincipalKind.ROLE_SESSION,
    arn=SESSION,
    account=ACCOUNT,
    entity_arn=ROLE,
    credentials=Credentials.TEMPORARY,
    in_management_account=False,
)
ANN = Principal(kind=PrincipalKind.USER, arn=USER, account=ACCOUNT, in_management_account=False)


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    """A Deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def document(*statements: Mapping[str, object]) -> str:
    """A document as a person writes it: indented, one value a line."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2) + "\n"


def attached(
    text: str,
    layer: LayerName = LayerName.IDENTITY,
    *,
    name: str = "app-policy",
    arn: str | None = None,
    attached_to: str | None = ROLE,
    editable: bool = True,
    trust: bool = False,
) -> AttachedPolicy:
    """A document in force."""
    type_ = PolicyType.TRUST if trust else LAYER_TYPES[layer]
    policy = parse_policy(Source(f"{name}.json", text), type_)
    assert policy.usable, policy.problems
    return AttachedPolicy(name, policy, arn, attached_to, editable)


def in_force(layers: Mapping[LayerName, AttachedPolicy | tuple[AttachedPolicy, ...] | LayerPolicies]) -> PolicySet:
    """The policies of a request, one level for each layer unless levels are given."""

    def content(name: LayerName, value: AttachedPolicy | tuple[AttachedPolicy, ...] | LayerPolicies) -> LayerPolicies:
        if isinstance(value, LayerPolicies):
            return value
        return one_level(name.value, (value,) if isinstance(value, AttachedPolicy) else value)

    return PolicySet({name: content(name, value) for name, value in layers.items()})


def levels(**policies: tuple[AttachedPolicy, ...]) -> LayerPolicies:
    """SCP levels from the root down, by node."""
    return LayerPolicies(tuple(Level(node, attached) for node, attached in policies.items()))


def request(
    action: str,
    resource: str = OBJECT,
    *,
    principal: Principal = ROLE_SESSION,
    owner: str | None = ACCOUNT,
    context: Mapping[str, str] | None = None,
    complete: bool = True,
) -> Request:
    """A request whose context holds nothing but what is given and what follows from the caller."""
    return Request(
        principal=principal,
        action=action,
        resource=Resource(arn=resource, account=owner, in_management_account=False),
        context=RequestContext(context or {}, complete=complete),
    )


def case(asked: Request, policies: PolicySet, organisation: Organisation | None = None) -> Case:
    """The case of a denied request: its traced decision included."""
    decision = decide(asked, policies, NO_FACTS, trace=True)
    return Case(asked, policies, decision, organisation or Organisation(accounts={}), NO_FACTS)


def edited(fix: Fix) -> dict[str, Any]:
    """The edited file of a fix, read as JSON: an edit that breaks the text fails here."""
    value = json.loads(apply_edits(fix.source, fix.edits).text)
    assert isinstance(value, dict)
    return value
