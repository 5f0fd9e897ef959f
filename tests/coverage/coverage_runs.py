"""Accounts on disk, expectations that are checked against them, and the coverage that comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policysim.coverage.coverage import Coverage, StatementCoverage, coverage_of
from policysim.coverage.recorder import Recorder
from policysim.expectations.checking import Checker
from policysim.expectations.sentences import Form
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import details, role_entry, write_folder
from tests.testing.plugin_projects import account_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.results import Answer, Result
    from policysim.expectations.sentences import Expectation

Statement = dict[str, Any]


def document(*statements: Statement) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(sid: str, effect: str, action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {"Sid": sid, "Effect": effect, "Action": action, "Resource": resource, **more}


def account_of(base: Path, *statements: Statement, role: Mapping[str, Any] | None = None, **files: Any) -> Path:
    """An account whose one role ``app`` has these statements in the inline policy ``own``."""
    inline = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    entry = role_entry(**{"RolePolicyList": inline, **(role or {})})
    policies = files.pop("policies", [])
    identities = details(RoleDetailList=[entry], Policies=policies, **files.pop("more", {}))
    return write_folder(base, {**account_files(), "authorization-details.json": identities, **files})


def with_role(folder: Path, role: Mapping[str, Any]) -> Path:
    """The account with one more role."""
    file = folder / "authorization-details.json"
    changed = json.loads(file.read_text(encoding="utf-8"))
    changed["RoleDetailList"].append(role)
    file.write_text(json.dumps(changed, indent=2), encoding="utf-8")
    return folder


def managed_policy(name: str, *statements: Statement) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(*statements)}
    arn = f"arn:aws:iam::111122223333:policy/{name}"
    return {"PolicyName": name, "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}


def attached(name: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyArn": f"arn:aws:iam::111122223333:policy/{name}"}


def noted(organisation: Organisation, sentences: str, recorder: Recorder | None = None) -> Recorder:
    """A recorder that watched the sentences being checked; whether they hold does not matter."""
    recorder = recorder or Recorder()

    def observe(expectation: Expectation, answer: Answer) -> None:
        needed = expectation.form in {Form.CAN, Form.ONLY}
        recorder.observe(answer.call, needed=needed, by=expectation.text)

    results = _checked(Checker(organisation, observe=observe), sentences)
    assert all(result.asked for result in results), [result.problems for result in results]
    return recorder


def _checked(checker: Checker, sentences: str) -> Sequence[Result]:
    suite = suite_of(Source("test.expect", sentences), Path())
    assert not suite.problems
    return [checker.check(expectation) for expectation in suite.expectations]


def covered(folder: Path, sentences: str = "", *, root: Path | str = "", **options: Any) -> Coverage:
    """The coverage of a folder after these sentences."""
    organisation = read_organisation(folder)
    recorder = Recorder(root=str(root))
    if sentences:
        noted(organisation, sentences, recorder)
    return coverage_of([organisation], recorder, **options)


def by_sid(coverage: Coverage) -> dict[str, StatementCoverage]:
    return {one.name: one for document in coverage.documents for one in document.statements}


def parts(covered: StatementCoverage) -> dict[str, str]:
    """What became of each part, by its text."""
    return {one.part.text: one.status.value for one in covered.parts}


def same(left: Recorder, right: Recorder) -> bool:
    return json.dumps(left.payload()) == json.dumps(right.payload())
