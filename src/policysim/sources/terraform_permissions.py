"""The permissions of Lambda functions in a plan, as the statements that AWS Lambda makes of them.

Source: AWS Lambda API reference, AddPermission; AWS Lambda Developer Guide, access-control-resource-based; the AWS
provider's documentation of ``aws_lambda_permission`` (as read in 2026).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from policysim.language.arns import is_account_id, parse_arn
from policysim.language.locator import locate
from policysim.language.policy import Unresolved
from policysim.language.policy_types import PolicyType
from policysim.sources.terraform_documents import joined, written_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.language.policy import Policy
    from policysim.sources.terraform_plan import PlannedResource

PERMISSION: Final = "aws_lambda_permission"

_CONDITIONS: Final = (
    ("source_arn", "ArnLike", "AWS:SourceArn"),
    ("source_account", "StringEquals", "AWS:SourceAccount"),
    ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
    ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
    ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
)
"""The arguments of a permission that become conditions."""

_NAMED: Final = ("action", "principal")


def permissions_policy(permissions: Sequence[PlannedResource], function: str) -> Policy:
    """The policy of a function, one statement for each permission; at least one is given."""
    return joined([_read(one, function) for one in permissions])


def _read(one: PlannedResource, function: str) -> Policy:
    policy = written_policy(
        {"Version": "2012-10-17", "Statement": [_statement(one, function)]}, one.at, PolicyType.RESOURCE
    )
    unknown = [name for name in (*_NAMED, *(name for name, _, _ in _CONDITIONS)) if one.is_unknown(name)]
    if not unknown or not policy.statements:
        return policy
    place = locate(one.at.location).place
    what = " and ".join(f"`{name}`" for name in unknown)
    sentence = f"{what} of `{one.address}` {'is' if len(unknown) == 1 else 'are'} known only after the plan was applied"
    part = Unresolved(f"{sentence} ({place})", policy.statements[0], may_deny=False)
    return replace(policy, statements=(), unresolved=(part,))


def _statement(one: PlannedResource, function: str) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": "*" if one.is_unknown("principal") else _principal(one.text("principal") or "*", function),
        "Action": one.text("action") or "lambda:*",
        "Resource": function,
    }
    if sid := one.text("statement_id"):
        statement["Sid"] = sid
    conditions: dict[str, dict[str, str]] = {}
    for name, operator, key in _CONDITIONS:
        if (value := one.text(name)) is not None:
            conditions.setdefault(operator, {})[key] = value
    if one.flag("invoked_via_function_url"):
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
    if conditions:
        statement["Condition"] = conditions
    return statement


def _principal(text: str, function: str) -> dict[str, str] | str:
    if text == "*":
        return text
    if is_account_id(text):
        arn = parse_arn(function)
        return {"AWS": f"arn:{'aws' if arn is None else arn.partition}:iam::{text}:root"}
    return {"AWS" if text.startswith("arn:") else "Service": text}
