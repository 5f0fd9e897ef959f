"""Small accounts for tests: as folders on disk, and the same in memory with requests of their callers."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from policysim.account.account import Account, Identities, Organisation, Role, User
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Location, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from policysim.language.policy import Policy

ACCOUNT = "111122223333"
OTHER = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
BUCKET = "arn:aws:s3:::data"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def allow(action: str = "s3:GetObject", resource: str = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": list(actions) or ["sts:AssumeRole"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy(document: Mapping[str, Any], kind: PolicyType = PolicyType.IDENTITY) -> Policy:
    return read_policy(document, Location(Source("test.json", json.dumps(document)), ()), kind)


def write_folder(base: Path, files: Mapping[str, Any]) -> Path:
    """Writes each file: bytes and text as they are, anything else as JSON; ``.gz`` is packed."""
    base.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, (str, bytes)) else json.dumps(content, indent=2)
        data = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return base


def role_entry(name: str = "app", account: str = ACCOUNT, **more: Any) -> dict[str, Any]:
    return {
        "Path": "/",
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{account}:role/{name}",
        "AssumeRolePolicyDocument": trust(),
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **more,
    }


def user_entry(name: str = "ana", **more: Any) -> dict[str, Any]:
    return {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "GroupList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **more,
    }


def details(**lists: Any) -> dict[str, Any]:
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], **lists}


def role_session(**more: Any) -> Principal:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
    return Principal(kind=PrincipalKind.ROLE_SESSION, arn=arn, account=ACCOUNT, **{"entity_arn": ROLE, **more})


def user(**more: Any) -> Principal:
    return Principal(kind=PrincipalKind.USER, arn=USER, account=ACCOUNT, **more)


def request(
    principal: Principal | None = None, action: str = "s3:GetObject", resource: str = f"{BUCKET}/k", **more: Any
) -> Request:
    """A request whose context is complete unless the test says otherwise."""
    context = more.pop("context", None) or RequestContext(complete=True)
    return Request(
        principal=principal or user(), action=action, resource=Resource(arn=resource, **more), context=context
    )


def account(account_id: str = ACCOUNT, **more: Any) -> Account:
    """An account with nothing in it, all of it collected."""
    nothing: dict[str, Any] = {
        "identities": Identities(
            users={USER: User(name="ana", arn=USER)},
            roles={ROLE: Role(name="app", arn=ROLE)},
            trust={ROLE: policy(trust(), PolicyType.TRUST)},
        ),
        "resource_policies": {},
        "session_policies": {},
        "endpoints": {},
        "tags": {},
        "grants": {},
    }
    return Account(id=account_id, name=account_id, **{**nothing, **more})


def organisation(*accounts: Account, **more: Any) -> Organisation:
    """An organisation that is known to be none, unless the test says otherwise."""
    standalone = not {"root", "id", "management_account"} & more.keys()
    return Organisation(accounts={one.id: one for one in accounts}, **{"standalone": standalone, **more})
