"""Putting a snapshot in place: whole or not at all, and never over what somebody else wrote."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from policysim.sources.aws.snapshot import writing
from policysim.sources.aws.snapshot.layout import is_of_layout, manifest_of
from policysim.sources.aws.snapshot.writing import write_folder
from policysim.sources.errors import InputError
from policysim.sources.half_written import HIDDEN, MARK
from policysim.sources.organization_folder import read_organisation

ACCOUNT = {"account_id": "111122223333"}


def files(**more: Any) -> dict[str, Any]:
    parts = {"account": ACCOUNT, "collection": {"format": 1, "collected_at": "2026-11-24T03:00:00Z"}, **more}
    return {f"{name}.json": value for name, value in parts.items()}


def listed(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_holds_the_files_and_nothing_else(tmp_path: Path) -> None:
    written = write_folder(tmp_path / "new", files(tags={}), force=False)
    assert listed(tmp_path / "new") == {"account.json", "collection.json", "tags.json"}
    assert set(written.written) == listed(tmp_path / "new")
    assert json.loads((tmp_path / "new" / "account.json").read_text()) == ACCOUNT


def test_an_unchanged_file_is_not_written_again(tmp_path: Path) -> None:
    write_folder(tmp_path, files(tags={}), force=False)
    before = (tmp_path / "tags.json").stat().st_mtime_ns, (tmp_path / "tags.json").stat().st_ino
    written = write_folder(tmp_path, files(tags={}), force=False)
    assert written == ((), ("account.json", "tags.json", "collection.json"), ())
    assert before == ((tmp_path / "tags.json").stat().st_mtime_ns, (tmp_path / "tags.json").stat().st_ino)


def test_what_an_earlier_snapshot_wrote_and_this_one_lacks_is_removed(tmp_path: Path) -> None:
    gone = {"accounts/444455556666/account.json": ACCOUNT, "accounts/444455556666/collection.json": {"format": 1}}
    write_folder(tmp_path, {**files(tags={}), **gone}, force=False)
    (tmp_path / "access.expect").write_text("mine")
    assert write_folder(tmp_path, files(), force=False).removed == (*sorted(gone), "tags.json")
    assert listed(tmp_path) == {"account.json", "collection.json", "access.expect"}
    assert not (tmp_path / "accounts").exists()


@pytest.mark.parametrize("name", ["tags.json", "collection.json", "accounts/111122223333/tags.json", "tags.json.gz"])
def test_a_file_that_no_snapshot_wrote_or_that_was_edited_stays_without_force(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, files(tags={}), force=False)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text('{"edited": {}}')
    with pytest.raises(InputError, match=r"no snapshot wrote this file, or it was edited since; `--force`") as caught:
        write_folder(tmp_path, files(tags={}), force=False)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert (tmp_path / name).read_text() == '{"edited": {}}'
    write_folder(tmp_path, files(tags={}), force=True)
    assert listed(tmp_path) == {"account.json", "collection.json", "tags.json"}


def test_policies_of_others_beside_those_of_the_organisation_stay(tmp_path: Path) -> None:
    (tmp_path / "policies" / "scps").mkdir(parents=True)
    (tmp_path / "policies" / "scps" / "draft.json").write_text("{}")
    write_folder(tmp_path, {**files(), "policies/scps/deny.json": {"Version": "2012-10-17"}}, force=False)
    write_folder(tmp_path, files(), force=False)
    assert listed(tmp_path / "policies") == {"scps/draft.json"}


def test_the_manifest_says_nothing_of_places_outside_of_the_layout(tmp_path: Path) -> None:
    outside = tmp_path / "mine.json"
    outside.write_text("{}")
    folder = tmp_path / "folder"
    write_folder(folder, files(), force=False)
    about = json.loads((folder / "collection.json").read_text())
    about["files"] = {**about["files"], "../mine.json": "0" * 64, "notes.json": "0" * 64}
    assert {path for path in about["files"] if not is_of_layout(path)} == {"../mine.json", "notes.json"}
    assert not any(is_of_layout(path) for path in ("/account.json", "accounts/../account.json", "a\n/account.json"))
    with pytest.raises(ValueError, match="no file of an account folder"):
        write_folder(folder, {"../mine.json": {}}, force=True)
    assert outside.read_text() == "{}"


def test_a_full_disk_leaves_the_earlier_snapshot_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, files(tags={"arn": {"a": "1"}}), force=False)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    calls = iter(range(10))

    def full(path: Path, data: bytes) -> None:
        if next(calls):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        path.write_bytes(data)

    monkeypatch.setattr(writing, "_write", full)
    with pytest.raises(InputError, match="the disk is full; no file of the folder is half written"):
        write_folder(tmp_path, files(tags={"arn": {"a": "2"}}, **{"kms-grants": {}}), force=False)
    assert {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and HIDDEN not in str(path)
    } == before


def test_nobody_reads_a_folder_that_is_half_written_and_the_next_run_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path, files(tags={"arn": {"a": "1"}}), force=False)
    replace = Path.replace

    def cut(self: Path, target: Path) -> Path:
        if target.name == "tags.json" and target.parent == tmp_path:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, files(tags={"arn": {"a": "2"}}, **{"kms-grants": {}}), force=False)
    monkeypatch.undo()
    assert (tmp_path / "kms-grants.json").exists()
    with pytest.raises(InputError, match="a snapshot is being put in place here, or was cut"):
        read_organisation(tmp_path)
    written = write_folder(tmp_path, files(tags={"arn": {"a": "2"}}, **{"kms-grants": {}}), force=False)
    assert written.written == ()
    assert json.loads((tmp_path / "tags.json").read_text()) == {"arn": {"a": "2"}}
    assert not (tmp_path / HIDDEN).exists()
    assert read_organisation(tmp_path).account("111122223333") is not None


@pytest.mark.parametrize(
    "mark", ["{", '{"place": ["../x.json"], "remove": []}', '{"place": [], "remove": ["notes.md"]}']
)
def test_a_damaged_mark_is_named_and_force_writes_anew(tmp_path: Path, mark: str) -> None:
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / HIDDEN).mkdir()
    (tmp_path / HIDDEN / MARK).write_text(mark)
    with pytest.raises(InputError, match=r"placing\.json: this is damaged"):
        write_folder(tmp_path, files(), force=False)
    write_folder(tmp_path, files(), force=True)
    assert listed(tmp_path) == {"account.json", "collection.json", "notes.md"}


def test_a_snapshot_is_not_written_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "accounts").symlink_to(elsewhere)
    with pytest.raises(InputError, match="is a link to another folder"):
        write_folder(folder, {**files(), "accounts/111122223333/account.json": ACCOUNT}, force=True)
    assert list(elsewhere.iterdir()) == []


def test_two_runs_do_not_write_one_folder(tmp_path: Path) -> None:
    with writing.holding(tmp_path, force=False), pytest.raises(InputError, match="another run is writing"):
        write_folder(tmp_path, files(), force=False)


@pytest.mark.parametrize("name", ["file", "nowhere/folder"])
def test_an_output_that_can_be_no_folder_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"is no folder|does not exist"):
        write_folder(tmp_path / name, files(), force=False)


def test_half_a_character_is_written_as_an_escape(tmp_path: Path) -> None:
    write_folder(tmp_path, files(tags={"arn": {"a": "\ud800é"}}), force=False)
    assert json.loads((tmp_path / "tags.json").read_text()) == {"arn": {"a": "\ud800é"}}
    assert "tags.json" in manifest_of(tmp_path)
