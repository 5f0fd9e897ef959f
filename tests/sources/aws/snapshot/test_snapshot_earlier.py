"""What lies in the folder already: a snapshot of something else stays, and nothing is written through links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.sources.half_written import HIDDEN
from tests.sources.aws.snapshot.snapshots import ACCOUNT, files_of, read, snapshot, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

OTHER = "111122223333"


@pytest.fixture
def account(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> AwsServer:
    use_collectors(monkeypatch, "iam-alias", "sqs-queue-policies")
    aws.client("sqs").create_queue(QueueName="open")
    return aws


def test_another_account_does_not_take_the_place_of_a_snapshot(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert snapshot(account, out).code == 0
    expected = files_of(out)
    account.calls.clear()
    run = snapshot(account, out, "--account", OTHER)
    assert run.code == 2
    assert (
        f"holds the snapshot of account `{ACCOUNT}`, which this run does not read; `--force` replaces it" in run.stderr
    )
    assert account.called("sqs:*") == 0
    assert files_of(out) == expected
    assert snapshot(account, out, "--account", OTHER, "--force").code == 0
    assert read(out, "account.json")["account_id"] == OTHER


def test_one_account_does_not_take_the_place_of_several(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    both = ("--account", f"{ACCOUNT},{OTHER}")
    assert snapshot(account, out, *both).code == 0
    run = snapshot(account, out)
    assert run.code == 2
    assert f"holds the snapshot of account `{OTHER}`, which this run does not read" in run.stderr
    assert snapshot(account, out, *both).code == 0


def test_several_accounts_take_the_place_of_one_of_them(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert snapshot(account, out).code == 0
    assert snapshot(account, out, "--account", f"{ACCOUNT},{OTHER}").code == 0
    assert not (out / "account.json").exists()
    assert (out / "accounts" / ACCOUNT / "account.json").exists()


def test_another_organisation_does_not_take_the_place_of_a_snapshot(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    account.fail("organizations:DescribeResourcePolicy", "ResourcePolicyNotFoundException")
    organizations = account.client("organizations")
    first = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    assert snapshot(account, out, "--org").code == 0
    organizations.delete_organization()
    second = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    run = snapshot(account, out, "--org")
    assert run.code == 2
    assert f"holds the snapshot of organisation `{first}`, and this is `{second}`" in run.stderr
    assert snapshot(account, out, "--org", "--force").code == 0


def test_pseudonyms_do_not_take_the_place_of_names(account: AwsServer, tmp_path: Path) -> None:
    names, pseudonyms = tmp_path / "names", tmp_path / "pseudonyms"
    assert snapshot(account, names).code == 0
    run = snapshot(account, names, "--redact")
    assert run.code == 2
    assert "holds a snapshot with names, and this run writes pseudonyms" in run.stderr
    assert snapshot(account, pseudonyms, "--redact").code == 0
    assert read(pseudonyms, "collection.json")["redacted"] is True
    assert snapshot(account, pseudonyms, "--redact").code == 0
    assert "holds a snapshot with pseudonyms" in snapshot(account, pseudonyms).stderr


def test_a_cut_run_says_that_what_it_kept_has_true_names(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    account.fail("sqs:ListQueues", "ThrottlingException")
    run = snapshot(account, tmp_path / "out", "--redact")
    assert run.code == 4
    assert f"`{tmp_path / 'out' / HIDDEN}` holds true names until this command ends well" in run.stderr
    assert "holds true names" not in snapshot(account, tmp_path / "out").stderr


@pytest.mark.parametrize("name", ["", "lock", ".gitignore", "journal.jsonl"])
def test_what_a_run_notes_is_not_written_through_links(account: AwsServer, tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    (tmp_path / "out").mkdir()
    if name:
        target.write_text("mine")
        (tmp_path / "out" / HIDDEN).mkdir()
    else:
        target.mkdir()
    (tmp_path / "out" / HIDDEN / name).symlink_to(target)
    run = snapshot(account, tmp_path / "out")
    assert run.code == 2
    assert "a snapshot is not written through links" in run.stderr
    assert list(target.iterdir()) == [] if not name else target.read_text() == "mine"


def test_the_summary_says_what_no_api_tells_until_somebody_gives_it(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert snapshot(account, out).summary["not_told"] == ["session-policies.json"]
    assert "put `{}` into" in snapshot(account, out, "--format", "text").stdout
    (out / "session-policies.json").write_text("{}")
    assert snapshot(account, out).summary["not_told"] == []
    assert "put `{}` into" not in snapshot(account, out, "--format", "text").stdout


def test_what_was_refused_names_the_action_of_its_call(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_collectors(monkeypatch, "s3-bucket-policies")
    account.fail("s3:*", "AccessDenied", status=403)
    account.fail("organizations:*", "AccessDeniedException")
    refused = {group["call"]: group["actions"] for group in snapshot(account, tmp_path / "out").summary["refused"]}
    assert refused["s3:ListBuckets"] == ["s3:ListAllMyBuckets"]
    assert refused["organizations:DescribeOrganization"] == ["organizations:DescribeOrganization"]
