from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import click
import pytest

from policysim.cli.output import Output, answer_stream, check_output, note, wants_colour
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def output(file: Path | str | None = None, *, force: bool = False, quiet: bool = False) -> Output:
    name = None if file is None else str(file)
    return Output(format="text", file=name, force=force, colour="auto", quiet=quiet, verbose=False)


@pytest.mark.parametrize(
    ("mode", "environment", "is_terminal", "coloured"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_decided_by_option_environment_and_terminal(
    mode: str, environment: dict[str, str], *, is_terminal: bool, coloured: bool
) -> None:
    assert wants_colour(mode, environment, is_terminal=is_terminal) is coloured


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    with answer_stream(output(target)) as write:
        write("Größe ")
        write("\ud800\r\n")
        assert not target.exists()
    assert target.read_bytes() == "Größe \\ud800\r\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    with pytest.raises(click.UsageError, match="exists already"):
        check_output(output(target))
    with pytest.raises(click.UsageError, match="exists already"), answer_stream(output(target)) as write:
        write("new")
    assert target.read_text(encoding="utf-8") == "old"
    with answer_stream(output(target, force=True)) as write:
        write("new")
    assert target.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_is_left_behind_when_the_work_fails(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"

    def fail() -> None:
        with answer_stream(output(target)) as write:
            write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    with answer_stream(output(link, force=True)) as write:
        write("new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


def test_a_device_is_written_to_and_never_replaced() -> None:
    check_output(output(os.devnull))
    with answer_stream(output(os.devnull)) as write:
        write("gone")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116  # a device, not a path of the project


def test_a_place_where_no_file_can_be_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="does not exist"):
        check_output(output(tmp_path / "no" / "report.txt"))
    with pytest.raises(click.UsageError, match="is a folder"):
        check_output(output(tmp_path))
    with pytest.raises(click.UsageError, match="`--force` needs `--output`"):
        check_output(output(force=True))
    with pytest.raises(click.UsageError, match="the file name behind `--output` is empty"):
        check_output(output(""))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(click.UsageError, match="is no path that leads to a file"):
        check_output(output(tmp_path / "loop"))
    (tmp_path / "gone").symlink_to(tmp_path / "no" / "report.txt")
    with pytest.raises(click.UsageError, match=rf"gone: the folder `{tmp_path}/no` does not exist"):
        check_output(output(tmp_path / "gone"))


def test_a_file_that_cannot_be_made_is_named_as_the_user_named_it(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / f"{'x' * 250}.txt")  # the name of the file beside it is too long for a file
    with pytest.raises(OSError, match="link") as error, answer_stream(output(link)):
        pass
    assert error.value.filename == str(link)


def test_what_a_killed_run_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / f".report.txt.{os.getpid()}.partial"
    left.write_text("half", encoding="utf-8")
    with answer_stream(output(tmp_path / "report.txt")) as write:
        write("whole")
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == "whole"
    assert left.read_text(encoding="utf-8") == "half"


def test_a_closed_standard_output_is_refused_unless_a_file_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(InputError, match="standard output is closed"):
        check_output(output())
    check_output(output(tmp_path / "report.txt"))


def test_notes_go_to_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    note(output(), "nobody sees this")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    note(output(quiet=True), "nor this")
    note(output(), "but this")
    assert capsys.readouterr().err == "policysim: but this\n"
