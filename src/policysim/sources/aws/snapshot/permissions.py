"""The permissions that a snapshot needs, as a policy to attach: reading actions, and the way into other accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.sources.aws.snapshot.collectors import COLLECTORS
from policysim.sources.aws.snapshot.organization import ACTIONS as ACTIONS_ON_PATH
from policysim.sources.aws.snapshot.organization import ORGANIZATION_ACTIONS
from policysim.sources.aws.snapshot.regions import ACTIONS as ACTIONS_ON_REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence


def account_actions() -> list[str]:
    """The IAM actions that reading one account needs."""
    return sorted({*ACTIONS_ON_REGIONS, *(action for collector in COLLECTORS for action in collector.actions)})


def permissions(*, organization: bool, accounts: Sequence[str], role: str) -> dict[str, Any]:
    """The policy for whoever takes a snapshot; a role in another account needs ``ReadTheAccount`` alone."""
    actions = ORGANIZATION_ACTIONS if organization else ACTIONS_ON_PATH
    statements = [
        _allow("ReadTheAccount", account_actions(), "*"),
        _allow("ReadTheOrganization", sorted(actions), "*"),
    ]
    if organization or accounts:
        entered = [f"arn:aws:iam::{account}:role/{role}" for account in sorted(set(accounts)) or ["*"]]
        statements.append(_allow("EnterTheAccounts", ["sts:AssumeRole"], entered[0] if len(entered) == 1 else entered))
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}
