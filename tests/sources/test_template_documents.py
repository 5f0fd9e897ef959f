"""Policy documents of templates: places in the template, and what is known in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.language.locator import locate
from policysim.language.policy import Effect
from policysim.language.source import Span
from policysim.reports.excerpts import lines_around
from policysim.sources.cloudformation import read_template
from policysim.sources.in_force import PolicySource
from tests.template_files import ACCOUNT, TEMPLATES, from_resources

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account
    from policysim.language.policy import Policy

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"


def policy_with(statement: str, folder: Path, **parameters: str) -> Policy:
    lines = "\n".join(f"          {line}" for line in statement.strip("\n").split("\n"))
    text = (
        "App:\n  Type: AWS::IAM::Role\n  Properties:\n    RoleName: app\n    Policies:\n"
        f"      - PolicyName: p\n        PolicyDocument:\n          Version: 2012-10-17\n          Statement:\n{lines}"
    )
    account = from_resources(text, folder, **parameters)
    assert account.identities is not None
    return account.identities.roles[ROLE].inline["p"]


def service(extra: str | None = None) -> Account:
    given = {} if extra is None else {"Extra": (extra,)}
    return read_template(PolicySource(TEMPLATES / "service.yaml", ACCOUNT, "eu-west-1", given)).accounts[ACCOUNT]


def span_text(policy: Policy, *path: str | int) -> str:
    return locate(policy.location.below(*path)).outermost.text


def test_the_caret_stands_under_the_word_of_the_template(tmp_path: Path) -> None:
    policy = policy_with(
        "- Effect: Allow\n  Action:\n    - s3:GetObject\n    - s3:PutObject\n  Resource: '*'", tmp_path
    )
    span = locate(policy.location.below("Statement", 0, "Action", 1))
    assert span.place.line == 14
    assert span.outermost.text == "s3:PutObject"
    line = span.outermost.source.text.split("\n")[span.place.line - 1]
    assert line[span.place.column - 1 : span.place.end_column - 1] == "s3:PutObject"
    excerpt = lines_around(span.outermost.source, {span.place.line}, [])
    assert any("s3:PutObject" in shown.text for shown in excerpt)


def test_places_of_names_functions_and_containers(tmp_path: Path) -> None:
    policy = policy_with(
        "- Effect: Allow\n  Action: s3:GetObject\n  Resource:\n"
        '    - !Sub "arn:aws:s3:::b/${Key}"\n    - arn:aws:s3:::c/*',
        tmp_path,
        Key="k",
    )
    assert span_text(policy, "Statement", 0, "Resource", 0) == '!Sub "arn:aws:s3:::b/${Key}"'
    assert locate(policy.location.below("Statement", 0, "Action").key).outermost.text == "Action"
    assert span_text(policy, "Statement", 0).startswith("Effect: Allow")
    assert span_text(policy, "Statement", 0).endswith("arn:aws:s3:::c/*")
    assert policy.statements[0].resource is not None
    assert policy.statements[0].resource.patterns == ("arn:aws:s3:::b/k", "arn:aws:s3:::c/*")


def test_a_part_of_a_text_has_its_own_place(tmp_path: Path) -> None:
    policy = policy_with("- {Effect: Allow, Action: 's3:Get*', Resource: '*'}", tmp_path)
    span = locate(policy.location.below("Statement", 0, "Action"))
    part = Span(span.source, span.start + 4, span.start + 8)
    assert (part.text, part.outermost.text) == ("Get*", "Get*")


def test_an_error_in_a_document_points_into_the_template(tmp_path: Path) -> None:
    policy = policy_with("- Effect: Alow\n  Action: s3:GetObject\n  Resource: '*'", tmp_path)
    (problem,) = [one for one in policy.problems if one.is_error]
    assert problem.span is not None
    assert problem.span.outermost.text == "Alow"
    assert problem.span.place.line == 11


def test_a_truth_value_and_a_date_are_what_iam_reads(tmp_path: Path) -> None:
    policy = policy_with(
        "- Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'\n  Condition:\n    Bool: {aws:SecureTransport: yes}",
        tmp_path,
    )
    assert policy.version == "2012-10-17"
    assert policy.usable
    assert policy.statements[0].conditions[0].values == ("true",)


def test_an_account_id_that_yaml_reads_as_octal_is_not_taken_for_known(tmp_path: Path) -> None:
    policy = policy_with(
        "- Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'\n"
        "  Condition:\n    StringEquals: {aws:PrincipalAccount: 001234567012}",
        tmp_path,
    )
    (part,) = policy.unresolved
    assert "`001234567012` stands without quotes, and YAML reads it as another number" in part.sentence
    assert policy.statements == ()


@pytest.mark.parametrize("written", ["012345678901", "'001234567012'", "111122223333"])
def test_other_account_ids_are_what_is_written(written: str, tmp_path: Path) -> None:
    policy = policy_with(
        "- Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'\n"
        f"  Condition:\n    StringEquals: {{aws:PrincipalAccount: {written}}}",
        tmp_path,
    )
    assert policy.statements[0].conditions[0].values == (written.strip("'"),)


UNKNOWN = "!ImportValue elsewhere"


@pytest.mark.parametrize(
    ("effect", "may_allow", "may_deny"), [("Allow", True, False), ("Deny", False, True), (UNKNOWN, True, True)]
)
def test_a_statement_that_is_not_known_can_do_what_its_effect_says(
    effect: str, may_allow: bool, may_deny: bool, tmp_path: Path
) -> None:
    policy = policy_with(f"- Effect: {effect}\n  Action: s3:GetObject\n  Resource: {UNKNOWN}", tmp_path)
    (part,) = policy.unresolved
    assert policy.statements == ()
    assert policy.usable
    assert (part.may_allow, part.may_deny) == (may_allow, may_deny)
    assert "`ImportValue elsewhere` is not known: no stack at hand exports it" in part.sentence
    line = 13 if effect != UNKNOWN else 11
    assert f"template.yaml:{line}:" in part.sentence


def widened(policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...] | None, int]:
    (part,) = policy.unresolved
    assert part.widened is not None
    resource = part.widened.resource
    return part.widened.action.patterns, None if resource is None else resource.patterns, len(part.widened.conditions)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            f"- Effect: Allow\n  Action: s3:GetObject\n  Resource: !Join ['', ['arn:aws:s3:::b/', {UNKNOWN}]]",
            (("s3:GetObject",), ("arn:aws:s3:::b/*",), 0),
        ),
        (
            f"- Effect: Allow\n  Action: s3:GetObject\n  Resource: !Join ['', [{UNKNOWN}, '/*']]",
            (("s3:GetObject",), ("*",), 0),
        ),
        (
            f"- Effect: Allow\n  Action: !Join ['', ['s3:', {UNKNOWN}]]\n  Resource: arn:aws:s3:::b",
            (("s3:*",), ("arn:aws:s3:::b",), 0),
        ),
        (f"- Effect: Allow\n  Action: {UNKNOWN}\n  Resource: arn:aws:s3:::b", (("*",), ("arn:aws:s3:::b",), 0)),
        (f"- Effect: Allow\n  NotAction: {UNKNOWN}\n  Resource: arn:aws:s3:::b", (("*",), ("arn:aws:s3:::b",), 0)),
        (f"- Effect: Deny\n  Action: s3:*\n  NotResource: {UNKNOWN}", (("s3:*",), ("*",), 0)),
        (
            (
                "- Effect: Allow\n  Action: s3:*\n  Resource: '*'\n  Condition:"
                f"\n    StringEquals: {{aws:PrincipalTag/a: {UNKNOWN}, aws:PrincipalTag/b: c}}"
            ),
            (("s3:*",), ("*",), 1),
        ),
        (
            f"- Effect: Allow\n  Action: s3:*\n  Resource: '*'\n  Condition: {UNKNOWN}",
            (("s3:*",), ("*",), 0),
        ),
    ],
)
def test_the_widened_statement_matches_whatever_the_real_one_can(
    statement: str, expected: object, tmp_path: Path
) -> None:
    assert widened(policy_with(statement, tmp_path)) == expected


def test_what_is_known_of_a_list_stays_in_force(tmp_path: Path) -> None:
    policy = policy_with(
        "- Effect: Deny\n  Action: s3:ListBucket\n  Resource: '*'\n"
        f"- Effect: Allow\n  Action: s3:GetObject\n  Resource: [{UNKNOWN}, 'arn:aws:s3:::b/*']\n"
        "- Effect: Allow\n  Action: s3:PutObject\n  Resource: '*'",
        tmp_path,
    )
    assert [(one.index, one.effect) for one in policy.statements] == [
        (0, Effect.DENY),
        (1, Effect.ALLOW),
        (2, Effect.ALLOW),
    ]
    assert policy.statements[1].resource is not None
    assert policy.statements[1].resource.patterns == ("arn:aws:s3:::b/*",)
    assert locate(policy.statements[1].location.below("Resource", 0)).outermost.text == "'arn:aws:s3:::b/*'"
    assert len(policy.unresolved) == 1


def test_a_statement_keeps_its_number_when_one_before_it_is_not_known(tmp_path: Path) -> None:
    policy = policy_with(
        f"- Effect: Allow\n  Action: s3:GetObject\n  Resource: {UNKNOWN}\n"
        "- Effect: Deny\n  Action: s3:PutObject\n  Resource: '*'",
        tmp_path,
    )
    assert [one.index for one in policy.statements] == [1]
    assert span_text(policy, "Statement", 1).startswith("Effect: Deny")


def test_a_sid_that_is_not_known_changes_nothing(tmp_path: Path) -> None:
    for listed in ("- ", "  "):
        text = f"{listed}Sid: {UNKNOWN}\n  Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'"
        policy = policy_with(text, tmp_path)
        assert (len(policy.statements), policy.unresolved) == (1, ())


def test_a_fix_is_not_offered_on_what_was_worked_out_from_a_template(tmp_path: Path) -> None:
    policy = policy_with("- {Effect: Allow, Action: 's3:Get*', Resource: '*'}", tmp_path)
    origin = policy.location.source.origin
    assert origin is not None
    assert not origin.editable


def test_a_small_service_is_read_whole() -> None:
    account = service("acme-extra")
    assert account.identities is not None
    role = account.identities.roles[f"arn:aws:iam::{ACCOUNT}:role/prod-reader"]
    read, sent = role.inline["read"], role.inline["send-orders"]
    assert read.unresolved == ()
    assert [(one.sid, one.effect.value) for one in read.statements] == [
        ("Read", "Allow"),
        ("Own", "Allow"),
        (None, "Deny"),
        ("Extra", "Allow"),
    ]
    assert read.statements[1].resource is not None
    assert read.statements[1].resource.patterns == ("arn:aws:s3:::acme-reports/home/${aws:PrincipalTag/Team}/*",)
    assert sent.statements[0].resource is not None
    assert sent.statements[0].resource.patterns == (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders",)
    assert role.boundary is not None
    assert account.document(role.boundary) is not None


def test_a_parameter_without_a_value_leaves_open_what_it_stands_for() -> None:
    account = service()
    assert account.identities is not None
    read = account.identities.roles[f"arn:aws:iam::{ACCOUNT}:role/prod-reader"].inline["read"]
    (part,) = read.unresolved
    assert "`${Extra}` is not known: the parameter `Extra` has no value; state one" in part.sentence
    assert part.widened is not None
    assert part.widened.sid == "Extra"
