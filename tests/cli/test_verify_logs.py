"""``policysim verify-logs``: options, output, exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from policysim.cli.main import main
from policysim.cli.moments import moment_of
from policysim.sources.errors import InputError
from tests.signed_logs import ACCOUNT, BUCKET, HOUR, Trail, public_keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    code = ended.value.code
    assert isinstance(code, int)
    return code


@pytest.fixture
def copy(tmp_path: Path) -> tuple[Trail, Path, list[str]]:
    """A trail, its local copy with all signatures, and the arguments that verify it."""
    trail = Trail()
    trail.deliver(3)
    folder = trail.write(tmp_path / "copy")
    for key in trail.digests():
        (folder / f"{key}.head.json").write_text(json.dumps({"Metadata": trail.objects[key].metadata}))
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(public_keys()))
    return trail, folder, ["verify-logs", str(folder), "--public-keys", str(keys)]


def test_a_valid_copy(copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*copy[2]) == 0
    text = capsys.readouterr().out
    assert text.startswith("VALID: all 9 files are as CloudTrail delivered them\n")
    chain = f"org-trail ({ACCOUNT}, eu-west-1) to `{BUCKET}`: 3 digests, the valid ones from 2026-11-23T22:01:31Z to"
    chain += " 2026-11-24T01:01:31Z, unbroken"
    assert chain in " ".join(text.split())
    assert ".json.gz" not in text, "valid files are not listed"
    assert run(*copy[2], "-v") == 0
    assert capsys.readouterr().out.count("VALID log file") == 6


def test_a_tampered_copy_names_each_file(
    copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    trail, folder, arguments = copy
    changed, deleted = trail.logs()[:2]
    (folder / changed).write_bytes(trail.objects[deleted].data)
    (folder / deleted).unlink()
    assert run(*arguments) == 1
    text = capsys.readouterr().out
    assert text.startswith("INVALID: 1 changed, 1 missing, of 9 files\n")
    assert f"CHANGED log file {folder / changed}" in text
    assert f"MISSING log file {folder / deleted}" in text


def test_the_same_for_programs(copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    trail, folder, arguments = copy
    (folder / trail.digests()[1]).unlink()
    assert run(*arguments, "--format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == 1
    assert document["outcome"] == "invalid"
    assert document["trail"] == str(folder)
    verdicts = {file["name"]: (file["kind"], file["verdict"]) for file in document["files"]}
    assert verdicts[str(folder / trail.digests()[1])] == ("digest", "missing")
    assert len(verdicts) == 9
    (chain,) = document["chains"]
    assert (chain["trail"], chain["account_id"], chain["region"]) == ("org-trail", ACCOUNT, "eu-west-1")
    assert [gap["reason"] for gap in chain["gaps"]] == ["digests are missing"]
    assert document["totals"]["digest"] == {"valid": 2, "missing": 1}


def test_a_document_without_any_file_is_a_document(
    copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*copy[2], "--account", "999999999999", "--format", "json") == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["files"], document["outcome"]) == ([], "unproven")
    assert run(*copy[2], "--account", "999999999999") == 3
    assert "there are no digest files: is log file validation on" in capsys.readouterr().out


def test_what_could_not_be_proven_is_no_finding(
    copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    trail, folder, arguments = copy
    (folder / f"{trail.digests()[-1]}.head.json").unlink()
    assert run(*arguments) == 3
    text = capsys.readouterr().out
    assert text.startswith("UNPROVEN: nothing was found changed or missing, but 3 files could not be proven\n")


def test_a_gap_is_shown(copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    trail, folder, arguments = copy
    trail.deliver(1, start=datetime(2026, 11, 24, 6, tzinfo=UTC))
    trail.write(folder)
    key = trail.digests()[-1]
    (folder / f"{key}.head.json").write_text(json.dumps({"Metadata": trail.objects[key].metadata}))
    assert run(*arguments) == 3
    text = " ".join(capsys.readouterr().out.split())
    assert "but 1 period could not be proven" in text
    assert "not covered from 2026-11-24T01:01:31Z to 2026-11-24T06:00:00Z: a new chain begins" in text


def test_a_hostile_name_reaches_no_terminal(
    copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    trail, folder, arguments = copy
    key = trail.digests()[-1].replace("org-trail", "org\x1b[2Jtrail")
    (folder / key).write_bytes(trail.objects[trail.digests()[-1]].data)
    assert run(*arguments) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_a_bucket_of_today(aws: AwsServer, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    trail = Trail()
    trail.deliver(3, start=now - 3 * HOUR - timedelta(minutes=5))
    trail.upload(aws.client("s3"))
    aws.reply("cloudtrail:ListPublicKeys", json.dumps(public_keys()), "application/x-amz-json-1.1")
    arguments = ["verify-logs", f"s3://{BUCKET}", "--endpoint-url", aws.url]
    assert run(*arguments) == 3, "of the last 24 hours, three are covered"
    assert "1 period could not be proven" in capsys.readouterr().out
    arguments += ["--since", "3h"]
    assert run(*arguments) == 0
    assert capsys.readouterr().out.startswith("VALID: all 9 files")
    target = tmp_path / "verdicts.json"
    arn = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/org-trail"
    assert (
        run(*arguments, "--trail-arn", arn, "--region", "eu-west-1", "--format", "json", "--output", str(target)) == 0
    )
    assert json.loads(target.read_text())["totals"]["log file"] == {"valid": 6}
    aws.fail("s3:GET /.*", "AccessDenied", status=403)
    assert run(*arguments) == 4
    assert "AWS refused `s3:ListBucket`" in capsys.readouterr().err


def test_a_copy_calls_nothing_unless_asked_to(
    aws: AwsServer, copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    aws.reply("cloudtrail:ListPublicKeys", json.dumps(public_keys()), "application/x-amz-json-1.1")
    folder = str(copy[1])
    assert run("verify-logs", folder, "--endpoint-url", aws.url) == 2
    assert "`--public-keys`" in capsys.readouterr().err
    assert not aws.calls
    assert run("verify-logs", folder, "--aws", "--endpoint-url", aws.url) == 0
    assert aws.called("cloudtrail:ListPublicKeys") == len(aws.calls) == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--since", "yesterday"], "`--since yesterday`: expected a time"),
        (["--since", "1h", "--until", "2h"], "`--since` is later than `--until`"),
        (["--account", "1111"], "an account id has twelve digits"),
        (["--region", "Mars"], "`--region Mars` is no Region: expected one such as `eu-west-1`"),
        (["--trail-arn", "org-trail"], "expected `arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME`"),
        (["--public-keys", "nowhere.json"], "nowhere.json: there is no such file"),
    ],
)
def test_bad_input(
    copy: tuple[Trail, Path, list[str]], options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*copy[2], *options) == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_that_is_not_there(copy: tuple[Trail, Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify-logs", "nowhere", *copy[2][2:]) == 2
    assert "nowhere: there is no such folder" in capsys.readouterr().err
    assert run("verify-logs", "nowhere") == 2
    assert "nowhere: there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("trail", ["s3://", "s3://Bad_Bucket!", "s3:///AWSLogs"])
def test_a_place_that_no_bucket_can_have(aws: AwsServer, trail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify-logs", trail, "--endpoint-url", aws.url) == 2
    assert f"`{trail}`: expected `s3://BUCKET`" in capsys.readouterr().err
    assert not aws.calls


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T10:00:00+02:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("90m", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        ("1h", datetime(2026, 11, 24, 11, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 17, 12, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert moment_of("--since", text, NOW) == moment


@pytest.mark.parametrize("text", ["", "h", "1y", "1 h", "999999w", "-1h", "2026-13-01", "٣h"])
def test_moments_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="--since"):
        moment_of("--since", text, NOW)
