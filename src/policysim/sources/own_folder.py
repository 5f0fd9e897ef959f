"""An account folder as files to be written anew: every document stands in place, whatever file it was kept in.

Source: the layout of the account folder.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.sources.account_folder import account_id_of
from policysim.sources.aws.collecting import Part
from policysim.sources.files import json_file, json_files, read_source, stem_of
from policysim.sources.given_folder import DETAILS, MANAGED, ORGANIZATION, GivenAccount, GivenFolder
from policysim.sources.json_values import Json, read_json
from policysim.sources.organization_folder import read_organisation
from policysim.sources.placed_json import placed_list, placed_object
from policysim.sources.policy_files import Documents, document_in, file_named

if TYPE_CHECKING:
    from collections.abc import Callable

_STEMS: Final = (*(part.value for part in Part), "collection")
_POLICIES: Final = ("scps", "rcps")


def read_own_folder(folder: Path) -> GivenFolder:
    """The folder of an organisation or of one account, file by file.

    Raises:
        InputError: it is no such folder, or a file of it cannot be read.
    """
    read_organisation(folder)  # refuses what is none
    if json_file(folder, "account") is None:
        accounts = [place for place in sorted((folder / "accounts").glob("*/")) if not place.name.startswith(".")]
        return _given(folder, {account_id_of(place): _account(place, folder) for place in accounts})
    account_id = account_id_of(folder)
    above = Path(os.path.normpath(folder / ".." / ".."))
    alone = json_file(folder, ORGANIZATION) is not None or json_file(above, ORGANIZATION) is None
    root = folder if alone else above
    return _given(root, {account_id: _account(folder, root)})._replace(alone=alone)


def _given(root: Path, accounts: dict[str, GivenAccount]) -> GivenFolder:
    path = json_file(root, ORGANIZATION)
    policies = {
        (kind, stem_of(file)): document_in(read_source(file))
        for kind in _POLICIES
        for file in json_files(root / "policies" / kind)
    }
    return GivenFolder(accounts, None if path is None else read_json(path), policies)


def _account(folder: Path, root: Path) -> GivenAccount:
    documents = Documents(folder, root)
    parts = {stem: read_json(path) for stem in _STEMS if (path := json_file(folder, stem)) is not None}
    parts |= {f"{DETAILS}/{stem_of(path)}": read_json(path) for path in json_files(folder / DETAILS)}
    parts |= {f"{MANAGED}/{stem_of(path)}": document_in(read_source(path)) for path in json_files(folder / MANAGED)}
    for stem, inline in _WITH_DOCUMENTS.items():
        path = json_file(folder, stem)
        if path is not None:
            parts[stem] = _mapped(read_json(path), partial(inline, documents))
    return GivenAccount(account_id_of(folder), str(folder), parts)


def _mapped(whole: Json, change: Callable[[Json], Json]) -> Json:
    return whole if whole.empty else placed_object({key: change(at) for key, at in whole.members()}, whole.location)


def _document(documents: Documents, at: Json) -> Json:
    """A document in the place of the path of its file; a managed policy keeps its ARN."""
    return at if at.empty or (file_named(at) or "").startswith("arn:") else documents.document(at)


def _endpoint(documents: Documents, at: Json) -> Json:
    members = {name: _document(documents, one) if name == "policy" else one for name, one in at.members()}
    return placed_object(members, at.location)


def _session(documents: Documents, at: Json) -> Json:
    return placed_list([_document(documents, one) for one in at.items()], at.location)


_WITH_DOCUMENTS: Final = {"resource-policies": _document, "session-policies": _session, "vpc-endpoints": _endpoint}
