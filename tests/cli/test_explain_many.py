"""Many events at once, every format, and how far the work is."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.cli import progress
from policysim.cli.explain import FORMATS
from policysim.cli.explanations import SIBLINGS, Later
from policysim.cli.output import Output
from policysim.cli.progress import with_progress
from policysim.cloudtrail.event import Event
from policysim.reports.schema import report_schema
from tests.cli.account_folders import OBJECT, account_folder, allow, document, event, run, run_apart, write_json

if TYPE_CHECKING:
    from pathlib import Path

READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*")))
STARTS = {"text": "DENIED ", "json": "{\n", "markdown": "# DENIED ", "html": "<!DOCTYPE html>", "sarif": "{\n"}
HOSTILE = "</script><img src=x>\x1b[2J@team|`\u202e"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    account_folder(tmp_path / "account", READ)
    write_json(tmp_path / "event.json", event())
    return tmp_path


def on(resource: str, **changes: object) -> dict[str, Any]:
    text = json.dumps(event(**changes)).replace(OBJECT, json.dumps(resource)[1:-1])
    return {**json.loads(text), "requestParameters": {"bucketName": "data", "key": resource.partition("/")[2]}}


def log_of(folder: Path, *events: dict[str, Any]) -> None:
    write_json(folder / "log.json", {"Records": list(events)})


def explained(folder: Path, *arguments: str) -> str:
    done = run("explain", "log.json", "--account", "account", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_and_takes_a_file_of_its_own(folder: Path, name: str) -> None:
    done = run("explain", "event.json", "--account", "account", "--format", name, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(STARTS[name])
    written = run("explain", "event.json", "--account", "account", "--format", name, "--output", "out", cwd=folder)
    assert (written.returncode, written.stdout) == (0, "")
    assert (folder / "out").read_text(encoding="utf-8") == done.stdout
    again = run("explain", "event.json", "--format", name, "--output", "out", cwd=folder)
    assert (again.returncode, again.stdout) == (2, "")
    assert "exists already" in again.stderr


@pytest.mark.parametrize("name", FORMATS)
def test_a_message_without_policies_is_written_in_every_format(folder: Path, name: str) -> None:
    message = event()["errorMessage"]
    done = run("explain", message, "--format", name, cwd=folder)
    assert done.returncode in {0, 3}
    assert done.stdout.startswith(STARTS[name])


def test_an_unknown_format_is_refused_in_one_sentence(folder: Path) -> None:
    done = run("explain", "event.json", "--format", "pdf", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`pdf` is not one of `text`, `json`, `markdown`, `html`, `sarif`" in done.stderr


def test_the_help_shows_an_example_of_each_format() -> None:
    text = run("explain", "--help").stdout
    assert all(f"--format {name}" in text for name in FORMATS if name != "text")
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("name", FORMATS)
def test_text_of_strangers_acts_in_no_format(folder: Path, name: str) -> None:
    log_of(folder, on(f"arn:aws:s3:::data/{HOSTILE}", eventID=HOSTILE))
    done = run("explain", "log.json", "--account", "account", "--format", name, cwd=folder)
    assert done.returncode in {0, 3}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)
    if name == "html":
        assert "<img" not in done.stdout
        assert "&lt;img" in done.stdout


def test_denials_with_one_root_cause_make_one_report_and_json_keeps_every_one(folder: Path) -> None:
    log_of(
        folder,
        on("arn:aws:s3:::data/in/1.csv", eventID="1", eventTime="2026-11-24T03:00:00Z"),
        on("arn:aws:s3:::data/in/2.csv", eventID="2", eventTime="2026-11-24T01:00:00Z"),
        on("arn:aws:s3:::data/out/1.csv", eventID="3"),
    )
    whole = json.loads(explained(folder, "--format", "json"))
    jsonschema.validate(whole, report_schema())
    assert [report["event"]["id"] for report in whole["reports"]] == ["1", "2", "3"]
    first, second = whole["groups"]
    assert (first["count"], first["reports"], second["reports"]) == (2, [0, 1], [2])
    assert (first["first"], first["last"]) == ("2026-11-24T01:00:00Z", "2026-11-24T03:00:00Z")
    assert first["resources"] == ["arn:aws:s3:::data/in/1.csv", "arn:aws:s3:::data/in/2.csv"]
    text = explained(folder)
    assert text.startswith("3 denials, 2 causes\n\n  2 x DENIED s3:PutObject: ")
    assert "2 denials with this cause\n  When       2026-11-24T01:00:00Z to 2026-11-24T03:00:00Z\n" in text
    results = json.loads(explained(folder, "--format", "sarif"))["runs"][0]["results"]
    assert [result["occurrenceCount"] for result in results] == [2, 1]
    assert explained(folder, "--format", "html").count("<article") == 2
    assert explained(folder, "--format", "markdown").count("\n## ") == 2


def test_an_equal_call_has_the_report_that_it_has_alone(folder: Path) -> None:
    log_of(folder, event(eventID="one"), event(eventID="two"))
    _, second = json.loads(explained(folder, "--format", "json"))["reports"]
    log_of(folder, event(eventID="two"))
    (alone,) = json.loads(explained(folder, "--format", "json"))["reports"]
    assert second == alone


@pytest.mark.parametrize("name", FORMATS)
def test_two_processes_write_the_same_bytes(folder: Path, name: str) -> None:
    arguments = ("explain", "event.json", "--account", "account", "--format", name)
    assert run_apart(*arguments, cwd=folder) == run(*arguments, cwd=folder)


def test_later_calls_of_the_same_operation_are_siblings_and_not_all_of_them() -> None:
    events = [
        Event.model_validate(event(eventID=str(minute), eventTime=f"2026-11-24T03:{minute:02}:00Z"))
        for minute in (5, 1, 3)
    ]
    other = Event.model_validate(event(eventID="other", eventName="GetObject"))
    later = Later([*events, other])
    assert [one.event_id for one in later.siblings_of(events[2])] == ["3", "5"]
    assert later.siblings_of(None) == ()
    many = Later(events[:1] * (SIBLINGS + 5))
    assert len(many.siblings_of(events[0])) == SIBLINGS


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def output(*, quiet: bool = False) -> Output:
    return Output(format="text", file=None, force=False, colour="auto", quiet=quiet, verbose=False)


@pytest.mark.parametrize(
    ("stream", "patience", "quiet", "told"),
    [
        (Terminal, 0, False, True),
        (Terminal, 60, False, False),
        (Terminal, 0, True, False),
        (io.StringIO, 0, False, False),
    ],
    ids=["long work", "short work", "quiet", "no terminal"],
)
def test_progress_is_told_to_a_person_when_work_is_long(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], patience: int, *, quiet: bool, told: bool
) -> None:
    shown = stream()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    assert list(with_progress(range(3), 3, "denials explained", output(quiet=quiet))) == [0, 1, 2]
    assert ("policysim: 0 of 3 denials explained" in shown.getvalue()) is told
    assert shown.getvalue().endswith("\r\x1b[K") is told
