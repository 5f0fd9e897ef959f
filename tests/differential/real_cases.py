"""Questions about policies that somebody really wrote: a caller, action, resource and context made from each document.

The questions are the same in every run: what is drawn hangs on the name of the policy alone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from policysim.catalog.facts import CATALOGUE
from policysim.language.source import Source
from policysim.sources.cases import BrokenCase, read_case
from tests.differential.random_cases import ACCOUNT, ACTIONS, Draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Case = dict[str, Any]

_FULL: Final = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_USER: Final = {"type": "IAMUser", "account": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}
_ROLE: Final = {
    "type": "AssumedRole",
    "account": ACCOUNT,
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one",
    "role_arn": f"arn:aws:iam::{ACCOUNT}:role/app",
}
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_TRUST_ACTIONS: Final = ("sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity")


def real_cases(rows: Iterable[dict[str, Any]], each: int) -> Iterator[Case]:
    """``each`` questions about every policy that has no placeholders, where both evaluators can read the question."""
    for row in rows:
        if row["template"] or row["problems"] or row["type"] not in {"identity", "resource", "trust"}:
            continue
        for number in range(each):
            case = _case(Draw(f"{row['id']}:{number}"), row["type"], row["policy"])
            case["id"] = f"{row['id']}:{number}"
            if not isinstance(read_case(Source("case", json.dumps(case))), BrokenCase):
                yield case


def _case(draw: Draw, type_: str, policy: dict[str, Any]) -> Case:
    statement = draw.pick(_listed(policy.get("Statement")) or [{}])
    action = _action(draw, type_, statement)
    case: Case = {"principal": _USER, "action": action, "resource": _resource(draw, action, statement)}
    case["resource_account"] = ACCOUNT
    if type_ == "identity":
        case["principal"] = draw.pick((_USER, _ROLE))
        case["identity_policies"] = [policy]
    else:
        case["principal"] = _caller(draw, action, statement)
        case["resource_policy"] = policy
        if "account" in case["principal"] and draw.chance(0.5):
            case["identity_policies"] = [_FULL]
    if type_ == "trust":
        case["resource"] = f"arn:aws:iam::{ACCOUNT}:role/target"
    return {**case, "context": _context(draw, policy)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _action(draw: Draw, type_: str, statement: dict[str, Any]) -> str:
    patterns = [pattern for pattern in _listed(statement.get("Action")) if isinstance(pattern, str)]
    named = [pattern for pattern in patterns if ":" in pattern and not {"*", "?"} & set(pattern)]
    if type_ == "trust":
        return str(draw.pick([name for name in named if name in _TRUST_ACTIONS] or list(_TRUST_ACTIONS)))
    if named and draw.chance(0.8):
        return str(draw.pick(named))
    services = {pattern.split(":")[0].lower() for pattern in patterns}
    fitting = [one.name for one in ACTIONS if one.name.split(":")[0] in services]
    return str(draw.pick(fitting or [one.name for one in ACTIONS]))


def _resource(draw: Draw, action: str, statement: dict[str, Any]) -> str:
    if CATALOGUE.takes_no_resource(action):
        return "*"
    own = [p for p in _listed(statement.get("Resource")) if isinstance(p, str) and p.startswith("arn:")]
    known = [one.arn.format(ACCOUNT) for one in ACTIONS if one.name == action]
    pattern = str(draw.pick(own or known or ["arn:aws:s3:::data/team/report.csv"]))
    parts = _VARIABLE.sub("ann", pattern).split(":", 5)
    for place, usual in ((1, "aws"), (3, "us-east-1"), (4, ACCOUNT)):
        if len(parts) == 6 and "*" in parts[place]:
            parts[place] = usual
    return ":".join(parts).replace("*", "x").replace("?", "y")


def _caller(draw: Draw, action: str, statement: dict[str, Any]) -> Case:
    principal = statement.get("Principal", "*")
    named = principal if isinstance(principal, dict) else {}
    options: list[Case] = [_USER, _ROLE, {"type": "Anonymous"}]
    options += [{"type": "AWSService", "service": name} for name in _listed(named.get("Service"))] * 3
    for arn in _listed(named.get("AWS")):
        found = re.fullmatch(r"arn:aws:iam::(\d{12}):(user|role)/(?:.*/)?([^/*]+)", str(arn))
        if found and found[2] == "user":
            options.append({"type": "IAMUser", "arn": arn})
        elif found:
            session = f"arn:aws:sts::{found[1]}:assumed-role/{found[3]}/one"
            options.append({"type": "AssumedRole", "arn": session, "role_arn": arn})
    if action == "sts:AssumeRoleWithWebIdentity":
        return {"type": "WebIdentity", "provider": str(draw.pick(_listed(named.get("Federated")) or ["example.com"]))}
    chosen: Case = draw.pick(options)
    return chosen


def _context(draw: Draw, policy: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"aws:RequestedRegion": "us-east-1", "aws:SecureTransport": draw.pick(("true", "false"))}
    for statement in _listed(policy.get("Statement")):
        for operator, block in _condition_of(statement):
            for key, wanted in block.items() if isinstance(block, dict) else ():
                values = [str(value) for value in _listed(wanted) if not isinstance(value, dict | list)]
                if operator == "Null" or not values or draw.chance(0.25) or key.lower() in map(str.lower, found):
                    continue
                found[key] = _value(draw, operator, values)
    return found


def _condition_of(statement: dict[str, Any]) -> Any:
    condition = statement.get("Condition")
    return condition.items() if isinstance(condition, dict) else ()


def _value(draw: Draw, operator: str, values: list[str]) -> Any:
    value = _VARIABLE.sub("ann", draw.pick(values)).replace("*", "x").replace("?", "y")
    if "IpAddress" in operator:
        value = value.split("/")[0]
    if operator.startswith("Bool"):
        value = draw.pick(("true", "false"))
    return [value] if operator.startswith("For") else value
