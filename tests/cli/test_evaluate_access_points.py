"""Questions and explanations about requests through S3 access points (spec S17, S18)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.account_folders import ACCOUNT, ROLE, account_folder, allow, deny, document, run, write_json

if TYPE_CHECKING:
    from pathlib import Path

POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/readers"
OBJECT = f"{POINT}/object/report.csv"
BEHIND = "arn:aws:s3:::data/report.csv"
READ = ("read", document(allow("s3:GetObject")))
POINTS = {POINT: {"Bucket": "data", "BucketAccountId": ACCOUNT, "NetworkOrigin": "Internet"}}
REFUSES = document(deny("s3:*", "arn:aws:s3:::data/*", Principal="*"))


def folder_with(folder: Path, bucket_policy: object = None, points: object = POINTS) -> Path:
    account_folder(folder, READ)
    write_json(folder / "resource-policies.json", {POINT: None, "arn:aws:s3:::data": bucket_policy})
    write_json(folder / "s3-access-points.json", points)
    return folder


def ask(folder: Path, *more: str | Path) -> dict[str, Any]:
    question = ("--principal", "role/app", "--action", "s3:GetObject", "--resource", OBJECT, "--context-complete")
    done = run("eval", *question, "--account", folder, "--format", "json", *more)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def told(answer: dict[str, Any]) -> str:
    return " ".join(one["sentence"] for one in answer["decision"]["caveats"] if one["code"] == "several-authorizations")


def test_s17_the_deciding_authorization_is_shown_and_the_other_one_named(tmp_path: Path) -> None:
    allowed = ask(folder_with(tmp_path / "open"))
    assert (allowed["decision"]["effect"], allowed["request"]["resource"]) == ("allowed", OBJECT)
    assert f"that of the bucket behind the access point, on `{BEHIND}`, is allowed" in told(allowed)
    denied = ask(folder_with(tmp_path / "closed", REFUSES))
    assert (denied["decision"]["effect"], denied["request"]["resource"]) == ("explicit_deny", BEHIND)
    assert f"that of the access point, on `{OBJECT}`, is allowed" in told(denied)


def test_s17_what_no_file_holds_is_named_without_line_and_column(tmp_path: Path) -> None:
    inside = {POINT: {**POINTS[POINT], "NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1"}}}
    question = ("--principal", "role/app", "--action", "s3:GetObject", "--resource", OBJECT, "--context-complete")
    done = run("eval", *question, "--account", folder_with(tmp_path, points=inside))
    assert done.returncode == 1
    assert "Amazon S3" in done.stdout
    assert "Amazon S3:" not in done.stdout


def test_s17_a_direct_request_is_told_of_no_other(tmp_path: Path) -> None:
    question = ("--principal", "role/app", "--action", "s3:GetObject", "--resource", BEHIND, "--context-complete")
    done = run("eval", *question, "--account", folder_with(tmp_path), "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["decision"]["caveats"]) == (0, [])


def test_s17_what_if_works_on_both_authorizations(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "account", REFUSES)
    named = "policy of arn:aws:s3:::data"
    assert ask(folder, "--remove-policy", named)["decision"]["effect"] == "allowed"
    assert ask(folder, "--remove-policy", named, "--remove-policy", "read")["decision"]["effect"] == "implicit_deny"
    bare = folder_with(tmp_path / "bare")
    refuses = write_json(tmp_path / "refuses.json", REFUSES)
    added = ask(bare, "--add-policy", refuses, "--as", "resource")
    assert (added["decision"]["effect"], added["request"]["resource"]) == ("explicit_deny", BEHIND)
    question = ("--principal", ROLE, "--action", "s3:GetObject", "--resource", OBJECT)
    unknown = run("eval", *question, "--account", bare, "--remove-policy", "nothing")
    assert "no policy in force here is called `nothing` (there are `read`)" in unknown.stderr


def test_s17_a_bucket_that_was_not_collected_leaves_it_open(tmp_path: Path) -> None:
    decision = ask(folder_with(tmp_path, points={}))["decision"]
    assert (decision["effect"], {gap["code"] for gap in decision["gaps"]}) == ("depends", {"bucket-unknown"})
    assert [caveat["code"] for caveat in decision["caveats"]] == ["several-authorizations"]


def test_s17_two_authorizations_that_are_both_open_are_told_as_undecided(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, points={})
    (folder / "resource-policies.json").unlink()
    sentence = told(ask(folder))
    assert sentence.startswith("the request needs 2 authorizations: shown is that of the access point; ")
    assert sentence.endswith(", is undecided")


def explain(folder: Path, text: str) -> dict[str, Any]:
    message = folder / "message.txt"
    message.write_text(text, encoding="utf-8")
    done = run("explain", message, "--account", folder, "--format", "json")
    (report,) = json.loads(done.stdout)["reports"]
    found: dict[str, Any] = report
    return found


def message(resource: str, reason: str) -> str:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0abc"
    return f'User: {session} is not authorized to perform: s3:GetObject on resource: "{resource}" {reason}'


def test_s17_an_explanation_lists_both_requests_and_the_one_that_was_refused(tmp_path: Path) -> None:
    text = message(OBJECT, "with an explicit deny in a resource-based policy")
    report = explain(folder_with(tmp_path, REFUSES), text)
    assert [one["resource"] for one in report["requests"]] == [OBJECT, BEHIND]
    assert [one["decision"]["effect"] for one in report["requests"]] == ["allowed", "explicit_deny"]
    assert report["refused"] == 1
    assert "the bucket behind the access point" in report["requests"][1]["provenance"]["resource"]
    assert report["agreement"] == "agrees"


def test_s17_what_the_other_authorization_lacks_is_told_beside_the_fix(tmp_path: Path) -> None:
    folder = account_folder(tmp_path, ("nothing", document(allow("s3:ListBucket"))))
    write_json(folder / "resource-policies.json", {POINT: None, "arn:aws:s3:::data": None})
    write_json(folder / "s3-access-points.json", POINTS)
    report = explain(folder, message(OBJECT, "because no identity-based policy allows the s3:GetObject action"))
    assert report["refused"] == 0
    assert f"look at `s3:GetObject` on `{BEHIND}` too" in " ".join(report["next_steps"])


def test_s18_where_the_policies_allow_a_missing_object_is_thought_of(tmp_path: Path) -> None:
    found = explain(folder_with(tmp_path / "open"), message(BEHIND, ""))["hypotheses"]
    causes = {one["code"]: one["cause"] for one in found if one["tested"] == "possible"}
    assert "Amazon S3 answers 403 instead of 404" in causes["object-missing"]
    assert "KMS key" in causes["encryption-key"]
    told = message(BEHIND, "because no identity-based policy allows the s3:GetObject action")
    named = explain(folder_with(tmp_path / "named"), told)["hypotheses"]
    assert "object-missing" not in [one["code"] for one in named], "for that AWS refuses s3:ListBucket by name"
    denied = explain(folder_with(tmp_path / "closed", REFUSES), message(BEHIND, "with an explicit deny"))
    assert "object-missing" not in [one["code"] for one in denied["hypotheses"]]
