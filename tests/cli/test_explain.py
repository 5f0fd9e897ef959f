from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.reports.schema import report_schema
from tests.cli.account_folders import (
    OBJECT,
    SESSION,
    Ran,
    account_folder,
    allow,
    deny,
    document,
    event,
    run,
    run_apart,
    write_json,
)
from tests.shared_data import needs_shared, rows

if TYPE_CHECKING:
    from pathlib import Path

READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*")))
MESSAGE = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {OBJECT}"
NAMED = f"{MESSAGE} because no identity-based policy allows the s3:PutObject action"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an account in ``account`` and a denied event in ``event.json``."""
    account_folder(tmp_path / "account", READ)
    write_json(tmp_path / "event.json", event())
    return tmp_path


def reports(done: Ran) -> list[dict[str, Any]]:
    assert done.stderr == ""
    whole = json.loads(done.stdout)
    jsonschema.validate(whole, report_schema())
    found: list[dict[str, Any]] = whole["reports"]
    return found


def refused(done: Ran) -> str:
    """The one sentence of a run that was refused."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("policysim: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_event_is_explained_down_to_the_statement(folder: Path) -> None:
    done = run("explain", "event.json", "--account", "account", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("DENIED s3:PutObject: no identity-based policy allows it; nearest is `read`")
    assert "policysim  agrees" in done.stdout
    assert "\n--- a/account/authorization-details.json\n+++ b/account/authorization-details.json\n@@ " in done.stdout


def test_the_json_report_is_valid_and_says_the_same(folder: Path) -> None:
    (found,) = reports(run("explain", "event.json", "--account", "account", "--format", "json", cwd=folder))
    assert (found["decision"]["effect"], found["decision"]["layer"]) == ("implicit_deny", "identity")
    assert (found["agreement"], found["event"]["id"]) == ("agrees", "5d0a7f64")
    assert found["near_misses"][0]["file"] == "account/authorization-details.json"
    assert found["fixes"][0]["verified"]["effect"] == "allowed"


def test_two_runs_in_two_processes_write_the_same_bytes(folder: Path) -> None:
    arguments = ("explain", "event.json", "--account", "account", "--format", "json")
    assert run_apart(*arguments, cwd=folder) == run(*arguments, cwd=folder)


def test_without_policies_the_event_is_told_and_what_to_fetch(folder: Path) -> None:
    done = run("explain", "event.json", cwd=folder)
    assert done.returncode == 0
    assert "no identity-based policy allows" in done.stdout
    assert "Requests that the call proves\n  - s3:PutObject on arn:aws:s3:::data/report.csv" in done.stdout
    assert "\nNext\n" in done.stdout


def test_a_message_is_text_with_white_space(folder: Path) -> None:
    done = run("explain", NAMED, "--account", "account", cwd=folder)
    assert done.stdout.startswith("DENIED s3:PutObject")
    (found,) = reports(run("explain", NAMED, "--format", "json", cwd=folder))
    assert found["event"] is None
    assert found["denial"]["raw"] == NAMED


def test_a_message_that_names_no_policy_type_leaves_causes_open(folder: Path) -> None:
    done = run("explain", MESSAGE, cwd=folder)
    assert done.returncode == 3
    assert "naming no policy type" in done.stdout


@pytest.mark.parametrize("text", [NAMED, json.dumps(event())], ids=["a message", "an event"])
def test_standard_input_holds_events_or_a_message(folder: Path, text: str) -> None:
    done = run("explain", "-", "--account", "account", cwd=folder, stdin=text.encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("DENIED s3:PutObject")


def test_an_existing_path_is_a_file_even_with_white_space(folder: Path) -> None:
    write_json(folder / "denied event.json", event())
    assert run("explain", "denied event.json", "--account", "account", cwd=folder).returncode == 0


def test_several_events_make_several_reports_and_successes_are_left_out(folder: Path) -> None:
    success = event(errorCode=None, errorMessage=None)
    write_json(folder / "log.json", {"Records": [event(eventID="one"), success, event(eventID="two")]})
    done = run("explain", "log.json", "--account", "account", "--format", "json", cwd=folder)
    assert [report["event"]["id"] for report in reports(done)] == ["one", "two"]
    text = run("explain", "log.json", "--account", "account", cwd=folder)
    assert text.stdout.count("DENIED s3:PutObject") == 1
    assert "2 denials with this cause" in text.stdout


def test_a_gzipped_log_is_read(folder: Path) -> None:
    (folder / "log.json.gz").write_bytes(gzip.compress(json.dumps({"Records": [event()]}).encode(), mtime=0))
    assert run("explain", "log.json.gz", "--account", "account", cwd=folder).returncode == 0


def test_an_allow_of_ours_against_a_denial_of_aws_is_open(folder: Path) -> None:
    account_folder(folder / "wide", ("all", document(allow("s3:*"))))
    done = run("explain", "event.json", "--account", "wide", cwd=folder)
    assert done.returncode == 3
    assert done.stdout.startswith(("UNEXPLAINED s3:PutObject", "UNDECIDED s3:PutObject"))


def test_an_explicit_deny_is_explained_with_its_place(folder: Path) -> None:
    account_folder(folder / "strict", ("stop", document(deny("s3:Put*"))))
    write_json(
        folder / "event.json", event(errorMessage=f"{MESSAGE} with an explicit deny in an identity-based policy")
    )
    done = run("explain", "event.json", "--account", "strict", cwd=folder)
    assert done.returncode == 0
    assert "explicit deny in the identity-based policy `stop`" in " ".join(done.stdout.split())


def test_no_such_file(folder: Path) -> None:
    assert refused(run("explain", "nope.json", cwd=folder)) == "policysim: nope.json: no such file\n"
    assert len(refused(run("explain", "x" * 5000, cwd=folder))) < 300


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (bytes(range(256)), "not UTF-8"),
        (b"\x00\x01\x02", "zero bytes"),
        (gzip.compress(json.dumps(event()).encode(), mtime=0)[:-20], "broken gzip"),
        (b"{", "bad.json:1:"),
        (b"plain words, no denial", "bad.json:1:1"),
        (b"[]", "no events"),
        (b'{"Version": "2012-10-17", "Statement": []}', "looks like a policy document"),
        (b'{"schemaVersion": "2.0", "service": {}}', "GuardDuty"),
        (json.dumps(event(errorCode=None, errorMessage=None)).encode(), "`PutObject` succeeded"),
        (json.dumps(event(errorCode="NoSuchKey")).encode(), "`NoSuchKey`"),
        (json.dumps({"Records": [event(errorCode=None)] * 2}).encode(), "none of its 2 events is a denied request"),
        (json.dumps(event(eventTime=7)).encode(), "`eventTime` should be"),
        (b"[" * 100_000, "deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_a_file_that_is_no_denied_event_is_refused_in_one_sentence(folder: Path, content: bytes, said: str) -> None:
    (folder / "bad.json").write_bytes(content)
    sentence = refused(run("explain", "bad.json", "--account", "account", cwd=folder))
    assert sentence.startswith("policysim: bad.json")
    assert said in sentence


def test_a_folder_is_no_event(folder: Path) -> None:
    assert "account: this is a folder" in refused(run("explain", "account", cwd=folder))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(folder: Path) -> None:
    (folder / "event.json").chmod(0)
    assert "permission denied" in refused(run("explain", "event.json", cwd=folder))


def test_words_that_are_no_message(folder: Path) -> None:
    sentence = refused(run("explain", "the cat sat \x1b[2J on the mat", cwd=folder))
    assert "no denial message of a known form" in sentence
    assert "\x1b" not in sentence


def test_an_account_without_the_principal(folder: Path) -> None:
    identity = event()["userIdentity"]
    issuer = {**identity["sessionContext"]["sessionIssuer"], "arn": "arn:aws:iam::111122223333:role/gone"}
    gone = {
        **identity,
        "arn": SESSION.replace("/app/", "/gone/"),
        "sessionContext": {**identity["sessionContext"], "sessionIssuer": {**issuer, "userName": "gone"}},
    }
    write_json(folder / "event.json", event(userIdentity=gone))
    sentence = refused(run("explain", "event.json", "--account", "account", cwd=folder))
    assert "account: account `111122223333` has no `arn:aws:sts::111122223333:assumed-role/gone/i-0abc`" in sentence


def test_a_principal_of_another_account(folder: Path) -> None:
    text = json.dumps(event()).replace("111122223333", "999988887777").replace(":::data/", ":::elsewhere/")
    (folder / "event.json").write_text(text, encoding="utf-8")
    sentence = refused(run("explain", "event.json", "--account", "account", cwd=folder))
    assert "is of account `999988887777`, at hand is `111122223333`" in sentence


def test_of_several_events_those_of_other_accounts_are_told_by_themselves(folder: Path) -> None:
    text = json.dumps(event(eventID="other")).replace("111122223333", "999988887777").replace(":::data/", ":::else/")
    write_json(folder / "log.json", {"Records": [event(eventID="own"), json.loads(text)]})
    done = run("explain", "log.json", "--account", "account", "--format", "json", cwd=folder)
    own, other = reports(done)
    assert own["decision"]["effect"] == "implicit_deny"
    assert other["decision"] is None
    assert "is of account `999988887777`" in other["unresolved"][-1]


def test_a_caller_from_elsewhere_to_a_resource_at_hand_is_no_mistake(folder: Path) -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:orders"
    message = (
        f"User: arn:aws:iam::999988887777:user/eve is not authorized to perform: sqs:SendMessage on resource: {queue}"
    )
    done = run("explain", message, "--account", "account", cwd=folder)
    assert done.returncode in {0, 3}
    assert done.stderr == ""
    assert "`999988887777` is not at hand" in " ".join(done.stdout.split())


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"account_id": 7}'])
def test_a_broken_account_folder_is_refused_in_one_sentence(folder: Path, content: bytes | None) -> None:
    account = folder / "account" / "account.json"
    if content is None:
        account.unlink()
        (folder / "account" / "organization.json").unlink()
    else:
        account.write_bytes(content)
    assert "policysim: account" in refused(run("explain", "event.json", "--account", "account", cwd=folder))


def test_bad_input_leaves_no_output_file(folder: Path) -> None:
    refused(run("explain", "nope.json", "--output", "report.txt", cwd=folder))
    assert not (folder / "report.txt").exists()


def test_colour_is_there_when_asked_for_and_not_in_a_file(folder: Path) -> None:
    arguments = ("explain", "event.json", "--account", "account")
    assert "\x1b[" in run(*arguments, "--color", "always", cwd=folder).stdout
    assert "\x1b[" not in run(*arguments, cwd=folder).stdout
    run(*arguments, "--color", "always", "--output", "report.txt", cwd=folder)
    assert "\x1b[" not in (folder / "report.txt").read_text(encoding="utf-8")


@needs_shared
def test_every_real_denial_is_explained_without_a_word_on_standard_error(tmp_path: Path) -> None:
    records = [row["event"] for row in rows("data/events/denied.jsonl")]
    write_json(tmp_path / "all.json", {"Records": records})
    found = reports(run("explain", "all.json", "--format", "json", cwd=tmp_path))
    assert len(found) == len(records)
    text = run("explain", "all.json", cwd=tmp_path)
    assert (text.returncode, text.stderr) == (3, "")
