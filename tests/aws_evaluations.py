"""Answers of AWS's own making, made up: authorization details and decoded messages in the documented shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from policysim.cloudtrail.authorization_details import answer_of_details
from policysim.cloudtrail.decoded_message import answer_of_decoded
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER, LAYERS, LayerName
from policysim.evaluation.truth import TRUE
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cloudtrail.aws_evaluation import Evaluation
    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet

Json = dict[str, Any]

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"
ROLE_ID = "AROAEXAMPLEAPP"
USER = f"arn:aws:iam::{ACCOUNT}:user/staff/ann"
OU = "arn:aws:organizations::999900001111:ou/o-ex/ou-ex-1"
EFFECTS = {
    Effect.ALLOWED: "ALLOW",
    Effect.EXPLICIT_DENY: "EXPLICIT_DENY",
    Effect.IMPLICIT_DENY: "IMPLICIT_DENY",
}


def check(type_: str, effect: str, *matched: Json, target: str | None = None) -> Json:
    """One check."""
    found: Json = {"checkType": type_, "evaluatedEffect": effect, "matchedPolicies": list(matched)}
    return found if target is None else {**found, "targetArn": target}


def matched(uri: str, **sids: str) -> Json:
    """A policy of which statements matched: Sids and effects."""
    return {"uri": uri, "matchedStatements": [{"sid": sid, "evaluatedEffect": effect} for sid, effect in sids.items()]}


def policy(uri: str, type_: str = "IDENTITY_BASED_POLICY", *, attached_to: str = ROLE, inline: bool = False) -> Json:
    """A policy that AWS evaluated."""
    return {"uri": uri, "type": type_, "inline": inline, "attachedTo": [{"arn": attached_to}]}


def details(
    action: str = "iam:GetUser",
    resource: str = USER,
    effect: str = "IMPLICIT_DENY",
    *,
    checks: Iterable[Json] = (),
    policies: Iterable[Json] = (),
    context: Json | None = None,
    own_context: Json | None = None,
) -> Json:
    """Authorization details of one evaluation."""
    return {
        "requestContext": {
            "aws:PrincipalARN": ROLE,
            "aws:PrincipalAccount": ACCOUNT,
            "aws:UserId": f"{ROLE_ID}:i-1",
            **(context or {}),
        },
        "evaluations": [
            {
                "action": action,
                "resource": resource,
                "context": own_context or {},
                "evaluatedEffect": effect,
                "checks": list(checks),
            }
        ],
        "policies": list(policies),
    }


def decoded(
    action: str = "ec2:StartInstances",
    resource: str = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1",
    *,
    explicit: bool = False,
    statements: Iterable[Json] = (),
    conditions: dict[str, list[str]] | None = None,
    principal: Json | None = None,
) -> Json:
    """A decoded message."""
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": {"items": list(statements)},
        "failures": {"items": []},
        "context": {
            "principal": principal or {"id": f"{ROLE_ID}:i-1", "arn": SESSION},
            "action": action,
            "resource": resource,
            "conditions": items({"key": key, "values": texts(values)} for key, values in (conditions or {}).items()),
        },
    }


def statement(
    sid: str,
    effect: str,
    actions: Iterable[str],
    resources: Iterable[str] = ("*",),
    conditions: Iterable[tuple[str, Iterable[str]]] = (),
) -> Json:
    """A statement of a decoded message."""
    return {
        "statementId": sid,
        "effect": effect,
        "principals": texts([ROLE_ID]),
        "principalGroups": items(()),
        "actions": texts(actions),
        "resources": texts(resources),
        "conditions": items({"key": key, "values": texts(values)} for key, values in conditions),
    }


def items(found: Iterable[Any]) -> Json:
    """A list in the form of decoded messages."""
    return {"items": list(found)}


def texts(found: Iterable[str]) -> Json:
    """A list of texts in the same form."""
    return items({"value": text} for text in found)


def wrapped(message: Json) -> Json:
    """A decoded message as the AWS CLI prints it."""
    return {"DecodedMessage": json.dumps(message)}


def evaluation_of_details(value: Json) -> Evaluation:
    """The first evaluation of authorization details."""
    return answer_of_details(value, "evidence.json").evaluations[0]


def evaluation_of_decoded(value: Json) -> Evaluation:
    """The evaluation of a decoded message."""
    return answer_of_decoded(value, "evidence.json").evaluations[0]


# Our own decisions in AWS's shape


def as_details(decision: Decision, policies: PolicySet, *, separate: bool = True) -> Json:
    """A decision as AWS would show it: policies need ARNs, and no check may be open.

    Without ``separate`` a resource-based policy counts towards the check of the principal.
    """
    found = [one for layer in LAYERS for one in _checks(decision, policies, layer.name)]
    if not separate:
        found = _folded(found)
    listed = [
        policy(str(attached.arn), LAYER[name].policy_type, attached_to=attached.attached_to or "arn:aws:x:::y")
        for name, content in policies.layers.items()
        for attached in content.policies
    ]
    request = decision.request
    return details(
        request.action, request.resource.arn, EFFECTS[decision.effect], checks=found, policies=listed, context={}
    )


def _checks(decision: Decision, policies: PolicySet, name: LayerName) -> Iterable[Json]:
    ours, content, type_ = decision.check(name), policies.get(name), LAYER[name].check_type
    if not ours.present and ours.verdict is Verdict.NO_IMPACT:
        return
    certain = [match for match in ours.matched if match.truth is TRUE]
    if name not in {LayerName.SCP, LayerName.RCP} or content is None:
        yield check(type_, ours.verdict.value, *_matched(certain))
        return
    for level in content.levels:
        here = [match for match in certain if match.node == level.node]
        effects = {match.statement.effect for match in here}
        denies, allows = StatementEffect.DENY in effects, StatementEffect.ALLOW in effects or name is LayerName.RCP
        effect = "EXPLICIT_DENY" if denies else "ALLOW" if allows else "IMPLICIT_DENY"
        yield check(type_, effect, *_matched(here), target=f"arn:aws:organizations::9:ou/o-ex/{level.node}")


def _matched(matches: Iterable[StatementMatch]) -> list[Json]:
    by_policy: dict[str, list[Json]] = {}
    for match in matches:
        effect = "DENY" if match.statement.effect is StatementEffect.DENY else "ALLOW"
        sid = match.statement.sid or f"made-up-{match.statement.index}"
        by_policy.setdefault(str(match.attached.arn), []).append({"sid": sid, "evaluatedEffect": effect})
    return [{"uri": uri, "matchedStatements": statements} for uri, statements in by_policy.items()]


def _folded(checks: list[Json]) -> list[Json]:
    """The checks of resource and principal as one."""
    by_type = {one["checkType"]: one for one in checks}
    resource, principal = by_type.get("RESOURCE"), by_type.get("PRINCIPAL")
    if resource is None or principal is None:
        return checks
    effects = [one["evaluatedEffect"] for one in (principal, resource)]
    effect = next((word for word in ("EXPLICIT_DENY", "ALLOW") if word in effects), effects[0])
    together = [*principal["matchedPolicies"], *resource["matchedPolicies"]]
    one = {**principal, "evaluatedEffect": effect, "matchedPolicies": together}
    return [one if found is principal else found for found in checks if found is not resource]


def with_arns(policies: PolicySet) -> PolicySet:
    """The same policies as managed ones, each with an ARN."""

    def named(attached: AttachedPolicy, name: LayerName) -> AttachedPolicy:
        return attached._replace(arn=f"arn:aws:iam::{ACCOUNT}:policy/{name.value}-{attached.name}")

    found = policies
    for name, content in policies.layers.items():
        levels = tuple(
            level._replace(policies=tuple(named(one, name) for one in level.policies)) for level in content.levels
        )
        found = found.with_layer(name, content._replace(levels=levels))
    return found
