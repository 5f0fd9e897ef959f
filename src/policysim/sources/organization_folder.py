"""The folder that ``--account`` names: an organisation with its accounts, or one account.

Source: the layout of the account folder; Organizations User Guide, orgs_manage_policies_scps; spec E18, E22, E27.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account import gaps
from policysim.account.account import Node, Organisation
from policysim.account.full_access import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS, FullAccess
from policysim.account.on_demand import OnDemand
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.sources.account_folder import account_id_of, read_account
from policysim.sources.errors import InputError
from policysim.sources.files import json_file
from policysim.sources.half_written import refuse_half_written
from policysim.sources.json_values import Json, read_json
from policysim.sources.policy_files import read_policy_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.account.account import Account
    from policysim.account.on_demand import Reader
    from policysim.evaluation.policy_set import Gap
    from policysim.language.policy import Policy
    from policysim.language.policy_types import PolicyType

_DEEPEST: Final = 20
"""More levels than AWS allows below a root (five of organisational units, and the accounts)."""

_AWS_OWNED: Final = ":organizations::aws:policy/"


PolicyReader = Callable[[str, "PolicyType", Json], "Policy | None"]


class _Kind(NamedTuple):
    """One kind of policy of an organisation: its member of a node, its folder, and the policy that AWS attaches."""

    member: str
    folder: str
    full_access: FullAccess


_SCPS: Final = _Kind("scps", "policies/scps", FULL_AWS_ACCESS)
_RCPS: Final = _Kind("rcps", "policies/rcps", RCP_FULL_AWS_ACCESS)


def read_organisation(folder: Path) -> Organisation:
    """The accounts and the organisation in a folder.

    The folder of an organisation holds ``organization.json`` and ``accounts/``. For the folder of one account, the
    organisation is looked for in it and two folders up; its other accounts are not at hand then.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: {'this is no folder' if folder.exists() else 'there is no such folder'}")
    refuse_half_written(folder)
    if json_file(folder, "account") is not None:
        return _of_one_account(folder)
    if json_file(folder, "organization") is None and not (folder / "accounts").is_dir():
        raise InputError(f"{folder}: there is neither an `account.json` nor an `organization.json` here")
    return _organisation(folder, OnDemand(partial(_accounts, folder)))


def _of_one_account(folder: Path) -> Organisation:
    above = Path(os.path.normpath(folder / ".." / ".."))
    refuse_half_written(above)
    root = next((place for place in (folder, above) if json_file(place, "organization") is not None), folder)
    account = read_account(folder, root)
    return _organisation(root, {account.id: account})


def _accounts(folder: Path) -> Mapping[str, Reader[Account]]:
    accounts: dict[str, Reader[Account]] = {}
    for place in sorted((folder / "accounts").glob("*/")):
        if place.name.startswith("."):
            continue
        account_id = account_id_of(place)
        if account_id in accounts:
            raise InputError(f"{place}: another folder holds account `{account_id}` already")
        accounts[account_id] = partial(read_account, place, folder)
    return accounts


def _organisation(folder: Path, accounts: Mapping[str, Account]) -> Organisation:
    path = json_file(folder, "organization")
    if path is None:
        return Organisation(accounts=accounts)
    return organisation_of(read_json(path), accounts, partial(_policy_file, folder))


def organisation_of(about: Json, accounts: Mapping[str, Account], read: PolicyReader) -> Organisation:
    """The organisation that ``organization.json`` describes, around its accounts.

    ``read`` reads a policy by its folder, its type and the place of its name; it answers ``None`` for one that nobody
    collected.
    """
    if about.empty:
        return Organisation(accounts=accounts, standalone=True)
    root = about.member("root")
    return Organisation(
        accounts=accounts,
        id=about.optional_text("organization_id"),
        management_account=about.optional_text("management_account_id"),
        root=None if root is None or root.empty else _Policies(read, about).node(root),
        scps_enabled=_enabled(about, "scps_enabled"),
        rcps_enabled=_enabled(about, "rcps_enabled"),
    )


def _policy_file(folder: Path, kind: str, type: PolicyType, at: Json) -> Policy | None:  # noqa: A002  # the reader's word
    name = at.text()
    path = json_file(folder / kind, name)
    if path is None:
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        raise at.error(f"`{name}` leads out of the folder `{folder}`")
    return read_policy_file(path, type)


def _enabled(about: Json, name: str) -> bool:
    flag = about.member(name)
    return True if flag is None else flag.flag()


class _Policies:
    """Builds the tree of an organisation; the document of each policy is read once."""

    def __init__(self, read: PolicyReader, about: Json) -> None:
        self._reader = read
        self._known = about.member("policies")
        self._documents: dict[tuple[str, str], Policy | None] = {}

    def node(self, at: Json, depth: int = 0) -> Node:
        if depth > _DEEPEST:
            raise at.error("the tree nests deeper than an organisation can")
        node_id = at.required("id").text()
        scps, scp_gaps = self._attached(_SCPS, at, node_id)
        rcps, rcp_gaps = self._attached(_RCPS, at, node_id)
        return Node(
            id=node_id,
            name=at.optional_text("name") or node_id,
            scps=scps,
            rcps=rcps,
            children=tuple(self.node(child, depth + 1) for child in at.optional_items("children")),
            scp_gaps=scp_gaps,
            rcp_gaps=rcp_gaps,
            scps_at=names.location if scps is not None and (names := at.member(_SCPS.member)) is not None else None,
        )

    def _attached(
        self, kind: _Kind, at: Json, node_id: str
    ) -> tuple[tuple[AttachedPolicy, ...] | None, tuple[Gap, ...]]:
        """The policies of one kind on a node: ``None`` when they were not collected, a gap for each without a file."""
        names = at.member(kind.member)
        if names is None or names.value is None:
            return None, ()
        found: list[AttachedPolicy] = []
        missing: list[Gap] = []
        for name_at in names.items("a list of the names of policies"):
            name = name_at.text("the name of a policy")
            policy, identity = self._document(kind, name_at), self._identity(name)
            if policy is None:
                missing.append(gaps.organisation_policy_missing(name, node_id, identity.get("id")))
                continue
            by_default = name == kind.full_access.name
            arn = identity.get("arn") or (kind.full_access.arn if by_default else None)
            editable = not by_default and _AWS_OWNED not in (arn or "")
            found.append(AttachedPolicy(name, policy, arn, node_id, editable))
        return tuple(found), tuple(missing)

    def _document(self, kind: _Kind, at: Json) -> Policy | None:
        name = at.text()
        if (kind.folder, name) not in self._documents:
            self._documents[kind.folder, name] = self._read(kind, at, name)
        return self._documents[kind.folder, name]

    def _read(self, kind: _Kind, at: Json, name: str) -> Policy | None:
        found = self._reader(kind.folder, kind.full_access.type, at)
        return kind.full_access.document() if found is None and name == kind.full_access.name else found

    def _identity(self, name: str) -> dict[str, str]:
        entry = None if self._known is None or self._known.empty else self._known.member(name)
        if entry is None or entry.empty:
            return {}
        pairs = ((key, entry.optional_text(key)) for key in ("id", "arn"))
        return {key: value for key, value in pairs if value is not None}
