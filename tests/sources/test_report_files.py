"""Report files: whole or not at all, in the place of an earlier report and of nothing else."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from policysim.sources.errors import InputError
from policysim.sources.report_files import check_report_file, write_report_file

if TYPE_CHECKING:
    from pathlib import Path


def ours(beginning: str) -> bool:
    return beginning.startswith("ours")


def written(folder: Path, name: str = "report") -> Path:
    path = folder / name
    write_report_file(str(path), "ours: \ud800é\n", ours)
    return path


def test_a_report_is_written_whole_with_the_folders_above_it(tmp_path: Path) -> None:
    path = written(tmp_path, "a/b/report")
    assert path.read_bytes() == b"ours: \\ud800\xc3\xa9\n"
    assert [one.name for one in path.parent.iterdir()] == ["report"]


def test_a_report_of_an_earlier_run_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text("ours, old", encoding="utf-8")
    path.chmod(0o640)
    written(tmp_path)
    assert path.read_text(encoding="utf-8").startswith("ours: ")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_anything_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"theirs \xff")
    with pytest.raises(InputError, match="exists already and is no report of an earlier run"):
        written(tmp_path)
    assert path.read_bytes() == b"theirs \xff"


def test_a_link_is_followed_to_the_report_behind_it(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("ours, old", encoding="utf-8")
    (tmp_path / "report").symlink_to(tmp_path / "there")
    written(tmp_path)
    assert (tmp_path / "report").is_symlink()
    assert (tmp_path / "there").read_text(encoding="utf-8").startswith("ours: ")


def test_a_folder_and_a_file_in_the_way_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="is a folder"):
        check_report_file(str(tmp_path / "folder"), ours)
    with pytest.raises(InputError, match="is no folder"):
        check_report_file(str(tmp_path / "file" / "report"), ours)


def test_a_write_that_fails_leaves_the_earlier_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report"
    path.write_text("ours, old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(InputError, match="report: no space left on device"):
        written(tmp_path)
    assert path.read_text(encoding="utf-8") == "ours, old"
    assert [one.name for one in tmp_path.iterdir()] == ["report"]


def test_a_device_is_written_to_as_it_is() -> None:
    write_report_file(os.devnull, "ours", ours)
    assert not os.path.isfile(os.devnull)  # noqa: PTH113  # the device is named by text
