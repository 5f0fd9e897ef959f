"""The folder that the collector iam-collect writes, in the place of an account folder: each resource a folder of files.

Only its layout is known here, from its documentation (``docs/Storage.md``, ``docs/AgentInstructions.md``) and from
folders that it wrote: ``aws/PARTITION/accounts/ID/SERVICE/[REGION/][TYPE/]NAME/``, in each ``metadata.json`` and what
else there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import is_account_id
from policysim.sources.errors import InputError
from policysim.sources.given_folder import GivenFolder
from policysim.sources.iam_collect_account import METADATA, read_collected_account
from policysim.sources.iam_collect_organization import read_collected_organization

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PLACES: Final = ("aws/*/accounts", "*/accounts", "accounts")


def is_iam_collect(folder: Path) -> bool:
    """Whether iam-collect wrote something below a folder, or the folder of a partition."""
    return any(True for _ in _partitions(folder))


def read_iam_collect(folder: Path) -> GivenFolder:
    """The accounts and the organisation that iam-collect wrote below a folder.

    Raises:
        InputError: there are several partitions or organisations here, or a file cannot be read.
    """
    roots = list(_partitions(folder))
    if len(roots) != 1:
        raise InputError(f"{folder}: expected what iam-collect wrote of one partition, found {len(roots)}")
    accounts = {place.name: read_collected_account(place, roots[0].name) for place in _accounts(roots[0] / "accounts")}
    organization, policies = read_collected_organization(roots[0])
    return GivenFolder(accounts, organization, policies)


def _partitions(folder: Path) -> Iterator[Path]:
    found = (accounts for pattern in _PLACES for accounts in sorted(folder.glob(pattern)))
    yield from (accounts.parent for accounts in found if any(map(_holds_metadata, _accounts(accounts))))


def _accounts(folder: Path) -> list[Path]:
    return [place for place in sorted(folder.iterdir()) if place.is_dir() and is_account_id(place.name)]


def _holds_metadata(account: Path) -> bool:
    return next(account.glob(f"*/**/{METADATA}.json"), None) is not None
