"""An organisation of one account that keeps to every pack, and the changes that break one sentence each."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.account_folders import ACCOUNT, details, role_entry, user_entry, write_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Statement = dict[str, Any]

ORGANIZATION = "o-a1b2c3d4e5"
MANAGEMENT = "444455556666"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusted(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> Statement:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


@dataclass
class Draft:
    """What is in the account; a change edits it in place."""

    roles: dict[str, list[Statement]]
    trust: dict[str, list[Statement]]
    resources: dict[str, list[Statement]] = field(default_factory=dict)
    scps: list[Statement] = field(default_factory=list)
    rcps: list[Statement] = field(default_factory=list)
    users: dict[str, list[Statement]] = field(default_factory=lambda: {"ana": []})
    public_access: dict[str, bool] | None = None

    def named(self, sid: str) -> Statement:
        """The statement of a resource or of the organisation with this ``Sid``."""
        lists = (*self.resources.values(), self.scps, self.rcps)
        return next(one for statements in lists for one in statements if one.get("Sid") == sid)

    def without(self, sid: str) -> None:
        for statements in (*self.resources.values(), self.scps, self.rcps):
            statements[:] = [one for one in statements if one.get("Sid") != sid]

    def write(self, base: Path) -> Path:
        """The organisation as a folder, everything of it collected."""
        leaf = {"id": ACCOUNT, "name": "main", "scps": ["FullAWSAccess", "own"], "rcps": ["RCPFullAWSAccess", "own"]}
        root = {"id": "r-ab12", "name": "Root", "scps": ["FullAWSAccess"], "rcps": ["RCPFullAWSAccess"]}
        account = {f"accounts/{ACCOUNT}/{name}": content for name, content in self._account().items()}
        organization = {
            "organization_id": ORGANIZATION,
            "management_account_id": MANAGEMENT,
            "root": {**root, "children": [leaf]},
        }
        return write_folder(
            base,
            {
                "organization.json": organization,
                "policies/scps/own.json": document(self.scps or [statement("Allow", "*")]),
                "policies/rcps/own.json": document(self.rcps or [statement("Allow", "*", Principal="*")]),
                **account,
            },
        )

    def _account(self) -> dict[str, Any]:
        roles = [
            role_entry(
                name,
                AssumeRolePolicyDocument=document(self.trust[name]),
                RolePolicyList=[{"PolicyName": name, "PolicyDocument": document(said)}] if said else [],
            )
            for name, said in self.roles.items()
        ]
        users = [
            user_entry(name, UserPolicyList=[{"PolicyName": name, "PolicyDocument": document(said)}] if said else [])
            for name, said in self.users.items()
        ]
        group: dict[str, Any] = {
            "Path": "/",
            "GroupName": "all",
            "GroupId": "AGPAALL",
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/all",
            "GroupPolicyList": [],
            "AttachedManagedPolicies": [],
        }
        services = sorted({arn.split(":")[2] for arn in self.resources} | {"lambda", "sqs", "s3", "kms"})
        return {
            "account.json": {"account_id": ACCOUNT},
            "authorization-details.json": details(
                RoleDetailList=roles, UserDetailList=users, GroupDetailList=[group], Policies=[_managed()]
            ),
            "resource-policies.json": {
                arn: json.dumps(document(said)) if said else None for arn, said in self.resources.items()
            },
            "collection.json": {"format": 1, "collected_at": "2026-11-24T03:00:00Z", "complete": services, "gaps": []},
            "session-policies.json": {},
            "vpc-endpoints.json": {},
            "tags.json": {},
            "kms-grants.json": {arn: [] for arn in self.resources if ":kms:" in arn},
            "s3-public-access.json": {"account": self.public_access, "buckets": {}},
        }


def _managed() -> dict[str, Any]:
    """A managed policy that nobody has."""
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document([statement("Allow", "sqs:List*")])}
    arn = f"arn:aws:iam::{ACCOUNT}:policy/spare"
    return {"PolicyName": "spare", "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}


def draft(resources: Mapping[str, Sequence[Statement]] | None = None, **more: Any) -> Draft:
    """An administrator, an application that may do next to nothing, a deployment from GitHub."""
    ours = {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:ours/app:ref:refs/heads/main"}}
    return Draft(
        roles={
            "Admin": [statement("Allow", "*")],
            "app": [statement("Allow", "dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders")],
            "deploy": [],
        },
        trust={
            "Admin": [trusted({"AWS": ACCOUNT}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
            "app": [trusted({"Service": "lambda.amazonaws.com"})],
            "deploy": [trusted({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity", Condition=ours)],
        },
        resources={arn: [dict(one) for one in said] for arn, said in copy.deepcopy(dict(resources or {})).items()},
        **more,
    )


def application_gets(action: str, resource: str = "*") -> Callable[[Draft], object]:
    """The application may do one thing more."""
    return lambda account: account.roles["app"].append(statement("Allow", action, resource))


def resource_gets(arn: str, *said: Statement) -> Callable[[Draft], object]:
    """The policy of a resource says more."""
    return lambda account: account.resources[arn].extend(said)


def dropped(sid: str) -> Callable[[Draft], object]:
    """A statement goes away."""
    return lambda account: account.without(sid)


def condition(sid: str, said: Mapping[str, Any] | None) -> Callable[[Draft], object]:
    """A statement gets other conditions, or none."""
    return lambda account: account.named(sid).update({"Condition": dict(said or {})})


def actions(sid: str, *listed: str) -> Callable[[Draft], object]:
    """A statement gets other actions."""
    return lambda account: account.named(sid).update({"Action": list(listed)})
