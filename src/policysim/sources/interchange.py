"""Which other tool's files lie at a path, told by what is in them: authorization details, AWS Config, iam-collect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.errors import InputError
from policysim.sources.files import json_file, read_source
from policysim.sources.json_values import json_of

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.language.source import Source
    from policysim.sources.given_folder import GivenFolder

ACCEPTED: Final = "the output of `aws iam get-account-authorization-details`, files of AWS Config"
"""What is read beside account folders, plans and templates, for the sentence that nothing of it is there."""

_DETAILS_WORDS: Final = ('"UserDetailList"', '"GroupDetailList"', '"RoleDetailList"', '"PolicyVersionList"')
_ITEM_WORDS: Final = ("resourceType", "configuration")
_DELIVERED: Final = "_Config_"
_SUFFIXES: Final = (".json", ".json.gz")


def given_in_file(source: Source, account_id: str | None = None) -> GivenFolder | None:
    """The accounts in a text of another tool; ``None`` where it is none. ``account_id`` is for details that name none.

    Raises:
        InputError: it is one of theirs, and cannot be read.
    """
    if any(word in source.text for word in _DETAILS_WORDS):
        from policysim.sources.authorization_file import (  # noqa: PLC0415  # most sources need none of it
            is_authorization_details,
            read_authorization_file,
        )

        whole = json_of(source)
        if is_authorization_details(whole):
            return read_authorization_file(whole, account_id)
    if not _may_hold_items(source):
        return None
    from policysim.sources.config_items import holds_items  # noqa: PLC0415  # the same
    from policysim.sources.config_snapshot import read_config_snapshot  # noqa: PLC0415  # the same

    whole = json_of(source)
    return read_config_snapshot([whole], source.name) if holds_items(whole) else None


def given_in_folder(folder: Path) -> GivenFolder | None:
    """The accounts in a folder of another tool; ``None`` for an account folder and for any other folder.

    Raises:
        InputError: it is one of theirs, and cannot be read.
    """
    if is_account_folder(folder):
        return None
    from policysim.sources.config_items import holds_items  # noqa: PLC0415  # most sources need none of it
    from policysim.sources.config_snapshot import read_config_snapshot  # noqa: PLC0415  # the same
    from policysim.sources.iam_collect import is_iam_collect, read_iam_collect  # noqa: PLC0415  # the same

    if is_iam_collect(folder):
        return read_iam_collect(folder)
    texts = (read_source(path) for path in _json_files(folder))
    wholes = [whole for text in texts if _may_hold_items(text) and holds_items(whole := json_of(text))]
    return read_config_snapshot(wholes, str(folder)) if wholes else None


def is_account_folder(folder: Path) -> bool:
    """Whether a folder is meant as one account's or an organisation's."""
    if json_file(folder, "account") is not None or json_file(folder, "organization") is not None:
        return True
    return any(json_file(place, "account") is not None for place in folder.glob("accounts/*/"))


def not_known(path: Path) -> InputError:
    """The error that nothing at a path can be read here."""
    return InputError(
        f"{path}: expected an account folder, an organisation, a plan of `terraform show -json`, a CloudFormation or "
        f"SAM template, the folder `cdk.out`, {ACCEPTED}, or the folder of iam-collect"
    )


def _may_hold_items(source: Source) -> bool:
    return source.text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) and all(
        word in source.text for word in _ITEM_WORDS
    )


def _json_files(folder: Path) -> list[Path]:
    """The JSON files of a folder, and those below it that are named as Config names what it delivers."""
    found = (path for pattern in ("*", f"**/*{_DELIVERED}*") for path in folder.glob(pattern))
    return sorted({path for path in found if path.name.endswith(_SUFFIXES) and path.is_file()})
