"""The policies in force as any source gives them: in the form of the account folder, before anybody reads or writes it.

``organisation_of_given`` makes the accounts that policysim asks, ``files_of`` the files of an account folder.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from policysim.account.account import Account, Organisation
from policysim.account.on_demand import OnDemand
from policysim.language.embedding import is_document
from policysim.language.json_text import RepeatedMembers, WrittenNumber
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.sources.account_entries import endpoint, grants, key_alias, resource_policy, session_policies, tags
from policysim.sources.account_folder import read_collection
from policysim.sources.identities import identities_of
from policysim.sources.organization_folder import organisation_of
from policysim.sources.policy_files import Documents
from policysim.sources.s3_settings import read_access_point, read_public_access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from policysim.account.on_demand import Reader
    from policysim.language.policy import Policy
    from policysim.sources.json_values import Json

    Value = TypeVar("Value")

DETAILS: Final = "authorization-details"
MANAGED: Final = "managed-policies"
COLLECTION: Final = "collection"
ORGANIZATION: Final = "organization"
ACCOUNT: Final = "account"
NO_POLICIES: Final[Mapping[tuple[str, str], Json]] = MappingProxyType({})


class GivenAccount(NamedTuple):
    """One account: the files of its folder by their names without ``.json``, as far as the source tells them.

    ``name`` is the file or folder that the user named.
    """

    id: str
    name: str
    parts: Mapping[str, Json]


class GivenFolder(NamedTuple):
    """Accounts by id, ``organization.json`` and the organisation's policies by folder (``scps``) and name.

    ``alone`` tells of one account that is no part of a folder of accounts.
    """

    accounts: Mapping[str, GivenAccount]
    organization: Json | None = None
    policies: Mapping[tuple[str, str], Json] = NO_POLICIES
    alone: bool = False


def organisation_of_given(given: GivenFolder) -> Organisation:
    """The accounts, and the organisation around them, that a source gives."""
    accounts = {account_id: _account(account) for account_id, account in given.accounts.items()}
    if given.organization is None:
        return Organisation(accounts=accounts)
    return organisation_of(given.organization, accounts, partial(_organisation_policy, given.policies))


def files_of(given: GivenFolder) -> dict[str, object]:
    """The files of the account folder as JSON values, by their paths in it."""
    files: dict[str, object] = {}
    for account_id, account in given.accounts.items():
        folder = "" if given.alone else f"accounts/{account_id}/"
        files |= {f"{folder}{stem}.json": _plain(at) for stem, at in account.parts.items()}
    if given.organization is not None:
        files[f"{ORGANIZATION}.json"] = _plain(given.organization)
    files |= {f"policies/{kind}/{name}.json": _plain(at) for (kind, name), at in given.policies.items()}
    return files


def _account(given: GivenAccount) -> Account:
    parts = given.parts
    about = parts[ACCOUNT]
    documents = Documents(Path(given.name), Path(given.name))
    collection = read_collection(parts.get(COLLECTION))
    details = [at for stem, at in parts.items() if stem.split("/")[0] == DETAILS]
    public_access = parts.get("s3-public-access")
    return Account(
        id=given.id,
        name=given.name,
        partition=about.optional_text("partition") or "aws",
        identities=identities_of(lambda: details) if details else None,
        aws_managed=OnDemand(partial(_managed, parts)),
        resource_policies=_map(parts, "resource-policies", partial(resource_policy, documents)),
        session_policies=_map(parts, "session-policies", partial(session_policies, documents)),
        endpoints=_map(parts, "vpc-endpoints", partial(endpoint, documents)),
        tags=_map(parts, "tags", tags),
        grants=_map(parts, "kms-grants", grants),
        key_aliases=_map(parts, "kms-aliases", key_alias),
        public_access=None if public_access is None else read_public_access(public_access),
        access_points=_map(parts, "s3-access-points", read_access_point),
        canonical_id=about.optional_text("canonical_user_id"),
        complete=collection.complete,
        complete_tags=collection.complete_tags,
        by_service=collection.by_service,
        gaps=collection.gaps,
        collected_at=collection.at,
    )


def _map(parts: Mapping[str, Json], stem: str, read: Callable[[str, Json], Value]) -> Mapping[str, Value] | None:
    at = parts.get(stem)
    return None if at is None else OnDemand(partial(_readers, at, read))


def _readers(whole: Json, read: Callable[[str, Json], Value]) -> Mapping[str, Reader[Value]]:
    return {} if whole.empty else {key: partial(read, key, at) for key, at in whole.members()}


def _managed(parts: Mapping[str, Json]) -> Mapping[str, Reader[Policy]]:
    found = ((stem.partition("/"), at) for stem, at in parts.items())
    return {name: partial(_policy, at, PolicyType.IDENTITY) for (kind, _, name), at in found if kind == MANAGED}


def _organisation_policy(
    policies: Mapping[tuple[str, str], Json],
    kind: str,
    type: PolicyType,  # noqa: A002  # the reader's word
    name: Json,
) -> Policy | None:
    at = policies.get((kind.rpartition("/")[2], name.text()))
    return None if at is None else _policy(at, type)


def _policy(at: Json, type: PolicyType) -> Policy:  # noqa: A002  # the reader's word
    return read_policy(at.value, at.location, type)


def _plain(at: Json) -> object:
    """The value as it is written; documents in strings become objects. One with a name twice keeps its text."""
    if isinstance(at.value, str):
        return document_or_text(at.value)
    if isinstance(at.value, RepeatedMembers) and "Statement" in at.value:
        return locate(at.location).text
    if isinstance(at.value, dict):
        return {name: _plain(one) for name, one in at.members()}
    if isinstance(at.value, WrittenNumber) and repr(float(at.value)) != at.value.text:
        return at.value.text  # which says the same to a condition, and a number would be written otherwise
    return [_plain(one) for one in at.items()] if isinstance(at.value, list) else at.value


def document_or_text(text: str) -> object:
    """The document in a string, unless its text says more than the object would: a name twice, or a broken document."""
    if not is_document(text):
        return text
    plain = text if text.lstrip().startswith("{") else unquote(text)
    try:
        return json.loads(plain, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return plain


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
