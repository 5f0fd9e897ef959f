"""`eval`, `eval --cases` and `explain` say alike what the catalogue does not list (spec A9, C66)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.account_folders import OBJECT, ROLE, SESSION, account_folder, allow, document, run

if TYPE_CHECKING:
    from pathlib import Path

KEYED = allow("s3:Get*", Condition={"StringEquals": {"s3:BrandNewKey": "x"}})
UNLISTED = {
    "s3:GetObjekt": ["key-unknown-to-catalogue", "action-unknown"],
    "s3:GetObject": ["key-unknown-to-catalogue"],
}


def by_eval(folder: Path, action: str) -> list[dict[str, str]]:
    question = ["--principal", "role/app", "--action", action, "--resource", OBJECT, "--account", str(folder)]
    done = run("eval", *question, "--context-complete", "--format", "json")
    found: list[dict[str, str]] = json.loads(done.stdout)["decision"]["caveats"]
    return found


def by_cases(folder: Path, action: str) -> list[dict[str, str]]:
    case: dict[str, Any] = {
        "id": "one",
        "principal": {"type": "AssumedRole", "arn": ROLE, "account": "111122223333"},
        "action": action,
        "resource": OBJECT,
        "resource_account": "111122223333",
        "context": {},
        "identity_policies": [document(KEYED)],
    }
    (folder / "cases.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    done = run("eval", "--cases", "cases.jsonl", cwd=folder)
    found: list[dict[str, str]] = json.loads(done.stdout)["caveats"]
    return found


def by_explain(folder: Path, action: str) -> list[dict[str, str]]:
    message = f"User: {SESSION} is not authorized to perform: {action} on resource: {OBJECT}"
    done = run("explain", message, "--account", str(folder), "--format", "json")
    found: list[dict[str, str]] = json.loads(done.stdout)["reports"][0]["decision"]["caveats"]
    return found


@pytest.mark.parametrize("action", sorted(UNLISTED))
@pytest.mark.parametrize("ask", [by_eval, by_cases, by_explain])
def test_a9_c66_every_command_says_what_the_catalogue_does_not_list(tmp_path: Path, ask: Any, action: str) -> None:
    folder = account_folder(tmp_path / "account", ("keyed", document(KEYED)))
    caveats = {caveat["code"]: caveat["sentence"] for caveat in ask(folder, action)}
    assert [code for code in caveats if code in UNLISTED["s3:GetObjekt"]] == UNLISTED[action]
    assert caveats["key-unknown-to-catalogue"].startswith("`s3:BrandNewKey`: ")
    if action == "s3:GetObjekt":
        assert "`s3:GetObjekt`" in caveats["action-unknown"]
