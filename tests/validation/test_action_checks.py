"""Actions that there are not, resources that no action works on, and patterns that say nothing new."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.language.overlaps import patterns_overlap
from policysim.language.policy_types import PolicyType
from policysim.validation import redundancy
from policysim.validation.findings import FindingSeverity
from policysim.validation.overlaps import arns_overlap, covers
from tests.validation.findings_on import GET, QUEUE_ARN, codes, findings, found, on


def test_a9_an_unknown_action_is_a_warning_with_the_nearest_spelling() -> None:
    (unknown,) = findings(on("*", "s3:GetObjet"))
    assert (unknown.code, unknown.severity) == ("unknown-action", FindingSeverity.WARNING)
    assert unknown.hint == "did you mean `s3:GetObject`?"


def test_a1_a9_known_actions_are_known_in_any_case() -> None:
    assert codes(on("*", "S3:GETOBJECT", "s3:get*")) == ["redundant-action"]


def test_a9_an_unknown_service_is_a_warning_with_the_nearest_prefix() -> None:
    (unknown,) = findings(on("*", "lamda:InvokeFunction"))
    assert (unknown.code, unknown.hint) == ("unknown-service", "did you mean `lambda`?")


def test_a2_a_wildcard_that_covers_nothing_is_a_warning() -> None:
    assert found(on("*", "lambda:Describe*", "lambda:Get*")) == [("unmatched-action", '"lambda:Describe*"')]


def test_a3_a_wildcard_in_a_prefix_is_refused_by_iam_and_checked_no_further() -> None:
    (bad,) = findings(on("*", "s*:GetObject"))
    assert (bad.code, bad.severity) == ("prefix-wildcard", FindingSeverity.ERROR)


def test_a10_white_space_in_a_name_is_saved_and_matches_nothing() -> None:
    (bad,) = findings(on("*", "sqs: *"))
    assert (bad.code, bad.severity) == ("white-space", FindingSeverity.WARNING)
    (refused,) = findings(on("*", " sqs:*"))
    assert (refused.code, refused.severity) == ("prefix-space", FindingSeverity.ERROR)


@pytest.mark.parametrize(
    ("actions", "redundant"),
    [
        (["s3:Get*", "s3:GetObject"], ['"s3:GetObject"']),
        (["s3:GetObject", "S3:getobject"], ['"S3:getobject"']),
        (["s3:Get*", "s3:G*"], ['"s3:Get*"']),
        (["s3:GetObject?ersion", "s3:GetObjectVersion"], ['"s3:GetObjectVersion"']),
        (["s3:GetObject", "s3:PutObject"], []),
        (["s3:*Object", "s3:Get*"], []),
    ],
)
def test_a4_a_covered_action_is_a_suggestion(actions: list[str], redundant: list[str]) -> None:
    said = found(on("*", *actions))
    assert [text for code, text in said if code == "redundant-action"] == redundant


def test_a6_r23_a_negation_of_everything_never_matches() -> None:
    deny = {"Effect": "Deny", "NotAction": "*", "Resource": "*"}
    assert found(deny) == [("never-matches", '"*"')]
    assert found({"Effect": "Deny", "Action": "s3:*", "NotResource": ["*"]}) == [("never-matches", '"*"')]


def test_r2_an_action_without_resource_level_permissions_beside_a_resource() -> None:
    said = found(on("arn:aws:ec2:*:*:instance/*", "ec2:DescribeInstances", "ec2:StartInstances"))
    assert said == [("no-resource-level", '"ec2:DescribeInstances"')]
    assert codes(on("*", "ec2:DescribeInstances")) == []
    assert codes(on(["arn:aws:ec2:*:*:instance/*", "*"], "ec2:DescribeInstances")) == ["redundant-resource"]


def test_r2_a_pattern_of_actions_is_fine_as_long_as_one_of_them_works_on_the_resource() -> None:
    assert codes(on("arn:aws:ec2:*:*:instance/*", "ec2:*Instances")) == []
    assert codes(on("arn:aws:ec2:*:*:instance/*", "ec2:DescribeInstanceT*")) == ["no-resource-level"]


def test_r3_the_list_of_buckets_takes_the_arn_of_all_buckets() -> None:
    assert codes(on("arn:aws:s3:::*", "s3:ListAllMyBuckets")) == []
    assert codes(on("arn:aws:s3:::b/*", "s3:ListAllMyBuckets", "s3:GetObject")) == []
    assert codes(on("arn:aws:sqs:*:*:q", "s3:ListAllMyBuckets", "sqs:SendMessage")) == ["no-resource-level"]


def test_r11_r16_an_action_on_objects_does_not_work_on_a_bucket() -> None:
    assert found(on("arn:aws:s3:::b", "s3:GetObject")) == [("action-without-resource", '"s3:GetObject"')]
    assert codes(on(["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "s3:GetObject", "s3:ListBucket")) == []


def test_r16_a_resource_that_no_action_works_on() -> None:
    said = found(on(["arn:aws:s3:::b/*", QUEUE_ARN], "s3:GetObject"))
    assert said == [("resource-without-action", f'"{QUEUE_ARN}"')]


def test_r10_r16_an_account_in_the_arn_of_a_bucket_fits_nothing() -> None:
    assert codes(on("arn:aws:s3::111122223333:b", "s3:ListBucket")) == ["action-without-resource"]


def test_r16_negations_and_unknown_actions_get_the_benefit_of_the_doubt() -> None:
    assert codes({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": QUEUE_ARN}) == ["allow-not-resource"]
    assert codes({"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": QUEUE_ARN}) == []
    assert codes(on([QUEUE_ARN, "arn:aws:s3:::b/*"], "s3:NoSuchThing", "s3:GetObject")) == ["unknown-action"]


def test_r16_prefixes_of_several_services_get_the_benefit_of_the_doubt() -> None:
    group = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/a/b"
    assert codes(on(group, "elasticloadbalancing:AddTags")) == []
    assert codes(on(QUEUE_ARN, "elasticloadbalancing:AddTags")) == ["action-without-resource"]


def test_r7_a_star_at_the_end_of_a_part_may_run_past_the_colon() -> None:
    assert codes(on("arn:aws:sqs:*:q", "sqs:SendMessage")) == ["short-arn"]
    assert codes(on("arn:aws:iam::*", "iam:GetRole")) == ["short-arn"]


def test_r13_a_required_type_that_no_allow_covers_is_a_suggestion() -> None:
    instances = on("arn:aws:ec2:*:*:instance/*", "ec2:RunInstances")
    (missing,) = [one for one in findings(instances) if one.code == "missing-resource-type"]
    assert missing.severity is FindingSeverity.SUGGESTION
    assert "`image`" in missing.message
    assert "missing-resource-type" not in codes(
        instances, on("arn:aws:ec2:*::*", "ec2:Run*"), on("arn:aws:ec2:*:*:*", "ec2:*")
    )


@pytest.mark.parametrize("type_", [PolicyType.IDENTITY, PolicyType.RESOURCE])
def test_r4_r20_a_partition_that_there_is_not(type_: PolicyType) -> None:
    statement: dict[str, Any] = {**GET, "Resource": "arn:amazon:s3:::b/*"}
    if type_ is PolicyType.RESOURCE:
        statement = {**statement, "Principal": {"AWS": "111122223333"}}
    (bad,) = [one for one in findings(statement, type_=type_) if one.code == "unknown-partition"]
    assert bad.severity is (FindingSeverity.ERROR if type_ is PolicyType.IDENTITY else FindingSeverity.WARNING)
    assert codes({**GET, "Resource": "arn:*:s3:::b/*"}) == []
    assert codes({**GET, "Resource": "arn:aws-eusc:s3:::b/*"}) == []


@pytest.mark.parametrize("arn", ["arn:aws:iam:us-east-1:111122223333:role/a", "arn:aws:s3:us-east-1::b"])
def test_r4_r10_a_region_in_the_arn_of_a_global_resource_is_refused(arn: str) -> None:
    (bad,) = [one for one in findings(on(arn, "iam:GetRole", "s3:ListBucket")) if one.code == "arn-region"]
    assert bad.severity is FindingSeverity.ERROR
    assert codes(on("arn:aws:s3:us-east-1:111122223333:accesspoint/a", "s3:ListBucket")) == []


def test_r4_an_account_has_twelve_digits() -> None:
    assert "arn-account" in codes(on("arn:aws:sqs:eu-west-1:1234:q", "sqs:SendMessage"))
    for account in ("111122223333", "*", "1111*"):
        assert codes(on(f"arn:aws:sqs:eu-west-1:{account}:q", "sqs:SendMessage")) == []
    assert codes(on("arn:aws:iam::aws:policy/ReadOnlyAccess", "iam:GetPolicy")) == []


def test_r9_a_wildcard_for_the_service_is_a_suggestion() -> None:
    (noted,) = findings(on("arn:aws:*:*:*:*", "sqs:SendMessage"))
    assert (noted.code, noted.severity) == ("arn-service-wildcard", FindingSeverity.SUGGESTION)


def test_r8_g22_a_short_arn_is_a_warning() -> None:
    assert codes(on("arn:aws:s3*", "s3:GetObject")) == ["short-arn"]


def test_r1_a_covered_resource_is_a_suggestion() -> None:
    said = found(on(["arn:aws:s3:::b/*", "arn:aws:s3:::b/logs/*", "arn:aws:s3:::c/*"], "s3:GetObject"))
    assert said == [("redundant-resource", '"arn:aws:s3:::b/logs/*"')]


@pytest.mark.parametrize(
    ("left", "right", "meet"),
    [
        ("*", "", True),
        ("a*c", "ab*", True),
        ("a?c", "a*", True),
        ("ab", "a?", True),
        ("ab", "?a", False),
        ("*x", "*y", False),
        ("a*b*c", "axc", False),
        ("", "", True),
        ("", "?", False),
    ],
)
def test_r6_two_patterns_meet_when_a_text_matches_both(left: str, right: str, *, meet: bool) -> None:
    assert patterns_overlap(left, right) is meet
    assert patterns_overlap(right, left) is meet


def test_v2_r16_a_variable_may_have_any_value() -> None:
    assert arns_overlap("arn:aws:s3:::b/${aws:username}/*", "arn:*:s3:::*/*")


def test_r1_covering_is_open_where_a_question_mark_meets_a_star() -> None:
    assert covers("arn:aws:s3:::*", "arn:aws:s3:::b/*")
    assert not covers("arn:aws:s3:::b?", "arn:aws:s3:::b*")
    assert not covers("arn:aws:s3:::b/*", "arn:aws:s3:::*")


def test_a4_r1_patterns_that_begin_otherwise_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []

    def counting(wide: str, narrow: str) -> bool:
        compared.append((wide, narrow))
        return covers(wide, narrow)

    monkeypatch.setattr(redundancy, "covers", counting)
    buckets = [f"arn:aws:s3:::b{number}/*" for number in range(100)]
    said = found(on([*buckets, "arn:aws:s3:::b99*"], "s3:GetObject"))
    assert said == [("redundant-resource", '"arn:aws:s3:::b99/*"')]
    assert compared == [("arn:aws:s3:::b99*", "arn:aws:s3:::b99/*")]
