"""Every scenario of the gallery holds together: the caller exists, ids agree, what it expects is where it says.

These checks read the files themselves and not through policysim's own folder reader, so that they can judge it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from policysim.cloudtrail.event_reading import event_from_record

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = Path(__file__).resolve().parents[2] / "policies"
SCENARIOS = sorted(folder for folder in (POLICIES / "scenarios").iterdir() if folder.is_dir())

LONGEST_STORY: Final = 30
"""The most lines of a page: more than that nobody reads while something is broken."""

GLOBAL_SERVICES: Final = {"iam.amazonaws.com", "organizations.amazonaws.com", "cloudfront.amazonaws.com"}
"""Services whose host name shows no Region."""

HOST_PREFIXES: Final = {"ecr.amazonaws.com": "api.ecr"}
"""The first labels of a service's host name, where they are not those of its event source."""


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def records(folder: Path) -> list[dict[str, Any]]:
    """The records of a scenario; none where it has only a message."""
    if (folder / "event.json").exists():
        return [load(folder / "event.json")]
    lines = folder / "events.jsonl"
    return [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] if lines.exists() else []


def denied(folder: Path) -> dict[str, Any]:
    """The first denied record of a scenario."""
    return next(record for record in records(folder) if "errorCode" in record)


def home(folder: Path) -> Path:
    """Where the policies of a scenario are: its own folder, or the sample organisation."""
    own = folder / "account"
    return own if own.is_dir() else POLICIES / "acme"


def account_folders(folder: Path) -> dict[str, Path]:
    places = [path.parent for path in home(folder).rglob("account.json")]
    return {load(place / "account.json")["account_id"]: place for place in places}


def entities(place: Path) -> Iterator[dict[str, Any]]:
    details = load(place / "authorization-details.json")
    yield from (*details["UserDetailList"], *details["RoleDetailList"])


def statements(value: object) -> Iterator[dict[str, Any]]:
    """Every statement of every document in a JSON value."""
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for member in value.values():
            yield from statements(member)
    elif isinstance(value, list):
        for member in value:
            yield from statements(member)


def account_identity(record: dict[str, Any]) -> tuple[str, str] | None:
    """The ARN and the id of the user or role behind a caller, where it is one."""
    identity = record["userIdentity"]
    if identity["type"] == "IAMUser":
        return identity["arn"], identity["principalId"]
    if identity["type"] == "AssumedRole":
        issuer = identity["sessionContext"]["sessionIssuer"]
        return issuer["arn"], issuer["principalId"]
    return None


each_scenario = pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
WITH_RECORDS = [folder for folder in SCENARIOS if records(folder)]
each_record = pytest.mark.parametrize("folder", WITH_RECORDS, ids=lambda folder: folder.name)
each_own_account = pytest.mark.parametrize(
    "folder", [folder for folder in SCENARIOS if (folder / "account").is_dir()], ids=lambda folder: folder.name
)


@each_record
def test_the_record_is_a_denied_call(folder: Path) -> None:
    event = event_from_record(denied(folder))
    assert event.is_denial
    assert event.is_call
    assert event.why_no_denial is None


@each_record
def test_the_caller_exists_with_the_ids_of_the_record(folder: Path) -> None:
    record = denied(folder)
    found = account_identity(record)
    place = account_folders(folder).get(record["userIdentity"].get("accountId", ""))
    if found is None or place is None:
        return
    known = {(entity["Arn"], entity.get("UserId", entity.get("RoleId"))) for entity in entities(place)}
    assert found in known


@each_record
def test_the_session_of_a_role_is_named_alike_throughout_the_record(folder: Path) -> None:
    identity = denied(folder)["userIdentity"]
    if identity["type"] != "AssumedRole":
        return
    issuer = identity["sessionContext"]["sessionIssuer"]
    session = identity["principalId"].removeprefix(issuer["principalId"] + ":")
    assert identity["arn"] == (
        f"arn:aws:sts::{identity['accountId']}:assumed-role/{issuer['arn'].rpartition('/')[2]}/{session}"
    )


@each_record
def test_a_message_that_names_a_caller_names_that_of_the_record(folder: Path) -> None:
    record = denied(folder)
    named = re.search(r"\bUser: (\S+) is not authorized to perform", record.get("errorMessage", ""))
    identity = record["userIdentity"]
    assert named is None or named.group(1) == identity.get("arn", identity.get("invokedBy"))


@each_record
def test_the_host_of_the_call_is_that_of_its_service_and_region(folder: Path) -> None:
    record = denied(folder)
    host = record.get("tlsDetails", {}).get("clientProvidedHostHeader")
    assert (record["eventCategory"] == "Data") is not record["managementEvent"]
    if host is None:
        return
    source = record["eventSource"]
    labels = HOST_PREFIXES.get(source, source.removesuffix(".amazonaws.com"))
    region = "" if source in GLOBAL_SERVICES else f".{record['awsRegion']}"
    assert host.endswith((f"{labels}{region}.amazonaws.com", f"{labels}{region}.vpce.amazonaws.com"))


@each_record
def test_a_policy_arn_in_the_message_is_that_of_the_expected_statement(folder: Path) -> None:
    statement = load(folder / "expected.json")["statement"]
    named = re.search(r"explicit deny in [a-z -]+: (arn:[^\s.]+)", denied(folder).get("errorMessage", ""))
    if named is None:
        return
    arn = named.group(1)
    organisation = home(folder) / "organization.json"
    files = {
        ids["arn"]: f"{kind}/{name}.json"
        for name, ids in (load(organisation) if organisation.exists() else {}).get("policies", {}).items()
        for kind in ["policies/rcps" if "/resource_control_policy/" in ids["arn"] else "policies/scps"]
    }
    for place in account_folders(folder).values():
        at = place.relative_to(home(folder))
        for policy in load(place / "authorization-details.json")["Policies"]:
            files[policy["Arn"]] = (at / "authorization-details.json").as_posix()
        for path in place.glob("managed-policies/*.json"):
            files[f"arn:aws:iam::aws:policy/{path.stem}"] = (at / "managed-policies" / path.name).as_posix()
    assert files.get(arn) == (None if statement is None else statement["file"])


@each_scenario
def test_expected_statements_are_in_the_files_they_are_said_to_be_in(folder: Path) -> None:
    expected = load(folder / "expected.json")
    for place in (expected["statement"], expected["near_miss"]):
        if place is not None:
            found = statements(load(home(folder) / place["file"]))
            assert place["sid"] in {statement.get("Sid") for statement in found}


@each_scenario
def test_the_story_names_the_expected_statement_and_its_file(folder: Path) -> None:
    story = (folder / "README.md").read_text(encoding="utf-8")
    expected = load(folder / "expected.json")
    for place in (expected["statement"], expected["near_miss"]):
        if place is not None:
            assert place["sid"] is None or f"`{place['sid']}`" in story
            assert f"`{place['file']}`" in story
    assert len(story.splitlines()) <= LONGEST_STORY


@each_own_account
def test_a_folder_of_its_own_speaks_of_one_organisation(folder: Path) -> None:
    organisations = {
        named
        for path in home(folder).rglob("*.json")
        for named in re.findall(r"\bo-[a-z0-9]{10,32}\b", path.read_text(encoding="utf-8"))
    }
    assert len(organisations) <= 1


@each_own_account
def test_arns_of_identities_are_built_from_account_path_and_name(folder: Path) -> None:
    for account, place in account_folders(folder).items():
        for entity in entities(place):
            kind = "user" if "UserName" in entity else "role"
            name = entity["UserName"] if kind == "user" else entity["RoleName"]
            assert entity["Arn"] == f"arn:aws:iam::{account}:{kind}{entity['Path']}{name}"


@each_own_account
def test_files_that_a_folder_refers_to_are_there_and_none_is_left_over(folder: Path) -> None:
    for place in account_folders(folder).values():
        index = place / "resource-policies.json"
        entries = load(index).values() if index.exists() else []
        files = [entry for entry in entries if isinstance(entry, str)]
        present = [path.relative_to(place).as_posix() for path in place.glob("resource-policies/*.json")]
        assert sorted(files) == sorted(present)
