"""A cloud assembly: stacks of several accounts, exports between them, nested stacks, and the paths of constructs."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.evaluation.decision import Effect
from policysim.language.locator import locate
from policysim.sources.cdk import is_cloud_assembly, read_cloud_assembly
from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource
from tests.template_files import TEMPLATES, asked, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Organisation

ASSEMBLY = TEMPLATES / "cdk.out"
READER = "arn:aws:iam::111122223333:role/acme-reader"
AUDITOR = "arn:aws:iam::111122223333:role/acme-auditor"
PARTNER = "arn:aws:iam::444455556666:role/acme-partner"


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return read_cloud_assembly(PolicySource(ASSEMBLY, standalone=True))


def standalone(found: Organisation) -> Organisation:

    return replace(found, standalone=True)


def test_the_stacks_of_all_accounts_are_one_organisation(organisation: Organisation) -> None:
    assert is_cloud_assembly(ASSEMBLY)
    assert not is_cloud_assembly(TEMPLATES)
    assert sorted(organisation.accounts) == ["111122223333", "444455556666"]


def test_an_export_of_another_stack_is_known(organisation: Organisation) -> None:
    identities = organisation.accounts["111122223333"].identities
    assert identities is not None
    policy = identities.roles[READER].inline["AppStack/Reader/DefaultPolicy"]
    assert policy.unresolved == ()
    first, second = policy.statements
    assert first.resource is not None
    assert second.resource is not None
    assert first.resource.patterns == ("arn:aws:s3:::acme-reports", "arn:aws:s3:::acme-reports/*")
    queue = "arn:aws:sqs:eu-west-1:111122223333:StoreStack-OrdersA9B65338-GENERATED"
    assert second.resource.patterns == (queue,)


def test_places_point_into_the_template_of_the_stack(organisation: Organisation) -> None:
    identities = organisation.accounts["111122223333"].identities
    assert identities is not None
    policy = identities.roles[READER].inline["AppStack/Reader/DefaultPolicy"]
    span = locate(policy.location.below("Statement", 1, "Action", 0))
    assert span.place.file.endswith("AppStack.template.json")
    assert span.outermost.text == '"sqs:SendMessage"'


def test_a_nested_stack_is_read_with_its_parent(organisation: Organisation) -> None:
    identities = organisation.accounts["111122223333"].identities
    assert identities is not None
    (policy,) = identities.roles[AUDITOR].inline.values()
    assert policy.statements[0].resource is not None
    assert policy.statements[0].resource.patterns[1] == "arn:aws:s3:::acme-reports/audit/*"
    assert "nested.template.json" in locate(policy.statements[0].location).place.file


@pytest.mark.parametrize(
    ("caller", "key", "secure", "expected"),
    [
        (READER, "any/k", "true", Effect.ALLOWED),
        (READER, "any/k", "false", Effect.EXPLICIT_DENY),
        (AUDITOR, "audit/k", "true", Effect.ALLOWED),
        (AUDITOR, "other/k", "true", Effect.IMPLICIT_DENY),
        (PARTNER, "public/k", "true", Effect.ALLOWED),
        (PARTNER, "any/k", "true", Effect.IMPLICIT_DENY),
    ],
)
def test_decisions_across_stacks_and_accounts(
    organisation: Organisation, caller: str, key: str, secure: str, expected: Effect
) -> None:
    bucket = f"arn:aws:s3:::acme-reports/{key}"
    decision = asked(
        standalone(organisation), session_of(caller), "s3:GetObject", bucket, aws__SecureTransport=(secure,)
    )
    assert decision.effect is expected


def edited(tmp_path: Path, **environment: str) -> Path:
    folder = tmp_path / "cdk.out"
    shutil.copytree(ASSEMBLY, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, value in environment.items():
        manifest["artifacts"][name]["environment"] = value
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_stack_that_can_go_anywhere_needs_an_account(tmp_path: Path) -> None:
    folder = edited(tmp_path, OtherStack="aws://unknown-account/unknown-region")
    with pytest.raises(
        InputError, match="the stack `OtherStack` does not say in which account it is deployed"
    ) as caught:
        read_cloud_assembly(PolicySource(folder))
    assert "--account-id ACCOUNT_ID --region REGION" in str(caught.value)
    found = read_cloud_assembly(PolicySource(folder, "555566667777", "eu-west-1"))
    assert sorted(found.accounts) == ["111122223333", "555566667777"]


def test_an_export_of_another_account_is_not_known(tmp_path: Path) -> None:
    folder = edited(tmp_path, AppStack="aws://444455556666/eu-west-1")
    found = read_cloud_assembly(PolicySource(folder))
    identities = found.accounts["444455556666"].identities
    assert identities is not None
    role = identities.role_named("acme-reader")
    assert role is not None
    policy = role.inline["AppStack/Reader/DefaultPolicy"]
    assert policy.statements == ()
    assert "no stack at hand exports it" in policy.unresolved[0].sentence


def test_a_template_may_not_lie_outside_of_the_assembly(tmp_path: Path) -> None:
    folder = edited(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["AppStack"]["properties"]["templateFile"] = "../../secret.json"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"`\.\./\.\./secret\.json` leads out of the folder"):
        read_cloud_assembly(PolicySource(folder))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ("{", "this is not JSON"),
        ("{}", "expected a member `artifacts`"),
        ('{"artifacts": {}}', "there is no stack in this assembly"),
        (
            '{"artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {}}}}',
            "expected a member `templateFile`",
        ),
        (
            (
                '{"artifacts": {"A": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1",'
                ' "properties": {"templateFile": "a.json"}}}}'
            ),
            "there is no such file",
        ),
        ('{"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}}', "nest too deep"),
    ],
)
def test_a_broken_assembly_is_one_sentence(manifest: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError) as caught:
        read_cloud_assembly(PolicySource(tmp_path))
    assert sentence in str(caught.value)


def test_a_stage_is_an_assembly_in_an_assembly(tmp_path: Path) -> None:
    shutil.copytree(ASSEMBLY, tmp_path / "assembly-Prod")
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": {"Prod": stage}}))
    assert sorted(read_cloud_assembly(PolicySource(tmp_path)).accounts) == ["111122223333", "444455556666"]
