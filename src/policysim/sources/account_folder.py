"""One account as a folder of JSON files: what is in it, and what was not collected.

A missing file is a part that nobody collected (``None``); an empty one says that there is none. Files are read when
somebody first asks for what they hold, the small ones that tell of the account itself aside.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import Account, CollectionGap
from policysim.account.on_demand import OnDemand
from policysim.language.arns import is_account_id
from policysim.language.policy_types import PolicyType
from policysim.sources.account_entries import endpoint, grants, key_alias, resource_policy, session_policies, tags
from policysim.sources.errors import InputError
from policysim.sources.files import json_file, json_files, stem_of
from policysim.sources.identities import read_identities
from policysim.sources.json_values import Json, read_json
from policysim.sources.policy_files import Documents, read_policy_file
from policysim.sources.s3_settings import read_access_point, read_public_access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import TypeVar

    from policysim.account.account import Identities, PublicAccess
    from policysim.account.on_demand import Reader
    from policysim.language.policy import Policy
    from policysim.language.source import Location

    Value = TypeVar("Value")
    ByKey = Callable[[str, Json], Value]

_RESOURCE_POLICIES: Final = "resource-policies"

FORMAT: Final = 1
"""The form of the folder that this reader knows (``collection.json``)."""


def read_account(folder: Path, root: Path | None = None) -> Account:
    """The account in a folder; the files that it names may not leave ``root``, the organisation's folder for one."""
    documents = Documents(folder, root or folder)
    about = _about(folder)
    account_id = account_id_of(folder) if about is None else _account_id(about)
    if about is not None and is_account_id(folder.name) and account_id != folder.name:
        raise about.required("account_id").error(f"the folder is named `{folder.name}`, the account is `{account_id}`")
    collection = _collection(folder)
    return Account(
        id=account_id,
        name=str(folder),
        partition=(about.optional_text("partition") if about is not None else None) or "aws",
        identities=_identities(folder),
        aws_managed=OnDemand(partial(_managed_policies, folder)),
        resource_policies=_map(folder, _RESOURCE_POLICIES, partial(resource_policy, documents)),
        session_policies=_map(folder, "session-policies", partial(session_policies, documents)),
        endpoints=_map(folder, "vpc-endpoints", partial(endpoint, documents)),
        tags=_map(folder, "tags", tags),
        grants=_map(folder, "kms-grants", grants),
        key_aliases=_map(folder, "kms-aliases", key_alias),
        public_access=_public_access(folder),
        access_points=_map(folder, "s3-access-points", read_access_point),
        canonical_id=about.optional_text("canonical_user_id") if about is not None else None,
        complete=collection.complete,
        complete_tags=collection.complete_tags,
        by_service=collection.by_service,
        places=OnDemand(partial(_places, folder)),
        gaps=collection.gaps,
        collected_at=collection.at,
    )


def account_id_of(folder: Path) -> str:
    """The id of the account in a folder, by the name of the folder or else by its ``account.json``."""
    if is_account_id(folder.name):
        return folder.name
    about = _about(folder)
    if about is None:
        raise InputError(f"{folder}: there is no `account.json` here")
    return _account_id(about)


def _about(folder: Path) -> Json | None:
    path = json_file(folder, "account")
    return None if path is None else read_json(path)


def _account_id(about: Json) -> str:
    at = about.required("account_id")
    if not is_account_id(at.text("an account id in double quotes")):
        raise at.error(f"`{at.value}` is no account id: expected 12 digits")
    return at.text()


class Collection(NamedTuple):
    """What a folder tells of its own making.

    ``by_service``: a snapshot wrote it, whose empty files say nothing of the services that are not complete.
    """

    complete: frozenset[str] = frozenset()
    complete_tags: frozenset[str] | None = None
    by_service: bool = False
    gaps: tuple[CollectionGap, ...] = ()
    at: datetime | None = None


def _collection(folder: Path) -> Collection:
    path = json_file(folder, "collection")
    return read_collection(None if path is None else read_json(path))


def read_collection(about: Json | None) -> Collection:
    """What ``collection.json`` tells; nothing where it is missing."""
    if about is None or about.empty:
        return Collection()
    form = about.member("format")
    if form is not None and form.value != FORMAT:
        raise form.error(f"this folder has a form that this version cannot read: expected {FORMAT}")
    tags = about.member("complete_tags")
    gaps = tuple(
        CollectionGap(
            gap.optional_text("what") or "", gap.optional_text("call") or "", gap.optional_text("error") or ""
        )
        for gap in about.optional_items("gaps")
    )
    return Collection(
        complete=_services(about, "complete"),
        complete_tags=None if tags is None or tags.value is None else _services(about, "complete_tags"),
        by_service=about.optional_text("by") is not None,
        gaps=gaps,
        at=about.optional_time("collected_at"),
    )


def _services(about: Json, name: str) -> frozenset[str]:
    return frozenset(service.text("the prefix of a service").lower() for service in about.optional_items(name))


def _identities(folder: Path) -> Identities | None:
    whole = json_file(folder, "authorization-details")
    parts_folder = folder / "authorization-details"
    if whole is None and not parts_folder.is_dir():
        return None
    return read_identities([*([whole] if whole is not None else []), *json_files(parts_folder)])


def _managed_policies(folder: Path) -> Mapping[str, Reader[Policy]]:
    paths = json_files(folder / "managed-policies")
    return {stem_of(path): partial(read_policy_file, path, PolicyType.IDENTITY) for path in paths}


def _map(folder: Path, stem: str, read: ByKey[Value]) -> Mapping[str, Value] | None:
    """A file that is one object, member by member; ``None`` when nobody collected it."""
    path = json_file(folder, stem)
    return None if path is None else OnDemand(partial(_readers, path, read))


def _readers(path: Path, read: ByKey[Value]) -> Mapping[str, Reader[Value]]:
    whole = read_json(path)
    return {} if whole.empty else {key: partial(read, key, at) for key, at in whole.members()}


def _places(folder: Path) -> Mapping[str, Reader[Location]]:
    """Where the mappings are written that a new policy is entered into."""
    path = json_file(folder, _RESOURCE_POLICIES)
    return {} if path is None else {_RESOURCE_POLICIES: lambda: read_json(path).location}


def _public_access(folder: Path) -> PublicAccess | None:
    path = json_file(folder, "s3-public-access")
    return None if path is None else read_public_access(read_json(path))
