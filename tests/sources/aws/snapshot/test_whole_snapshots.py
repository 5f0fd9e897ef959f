"""A copy of a snapshot's folder that is still under way is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.sources.aws.snapshot.whole import refuse_mixture
from policysim.sources.aws.snapshot.writing import write_folder
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNTS = ("111122223333", "444455556666")


def snapshot(folder: Path, time: str = "2026-11-24T03:00:00Z", **policies: Any) -> Path:
    """An organisation's folder as a snapshot of that time writes it."""
    files: dict[str, Any] = {"collection.json": {"format": 1, "by": "policysim", "collected_at": time, "gaps": []}}
    for account in ACCOUNTS:
        files[f"accounts/{account}/account.json"] = {"account_id": account}
        files[f"accounts/{account}/resource-policies.json"] = policies
        about = {"format": 1, "by": "policysim", "collected_at": time, "complete": ["sqs"], "gaps": []}
        files[f"accounts/{account}/collection.json"] = about
    folder.mkdir(exist_ok=True)
    write_folder(folder, files, force=False)
    return folder


def test_a_whole_snapshot_and_a_folder_of_ones_own_are_read(tmp_path: Path) -> None:
    refuse_mixture(snapshot(tmp_path / "whole"))
    own = tmp_path / "own"
    own.mkdir()
    (own / "account.json").write_text(json.dumps({"account_id": ACCOUNTS[0]}))
    refuse_mixture(own)


@pytest.mark.parametrize(
    "path", [f"accounts/{ACCOUNTS[0]}/resource-policies.json", f"accounts/{ACCOUNTS[1]}/collection.json"]
)
def test_a_file_that_is_still_to_come_is_named(tmp_path: Path, path: str) -> None:
    folder = snapshot(tmp_path / "copy")
    (folder / path).unlink()
    with pytest.raises(InputError, match=path):
        refuse_mixture(folder)


@pytest.mark.parametrize(
    "path",
    [
        "collection.json",
        f"accounts/{ACCOUNTS[0]}/resource-policies.json",
        f"accounts/{ACCOUNTS[0]}/collection.json",
    ],
)
def test_a_file_of_the_next_snapshot_among_those_of_the_last_one_is_refused(tmp_path: Path, path: str) -> None:
    folder = snapshot(tmp_path / "copy")
    later = snapshot(tmp_path / "later", "2026-11-25T03:00:00Z", queue=None)
    (folder / path).write_bytes((later / path).read_bytes())
    with pytest.raises(InputError, match="is not as the snapshot of this folder wrote it"):
        refuse_mixture(folder)
