"""What sentences mean: one request, the verbs, reasons and open answers."""

from __future__ import annotations

import pytest

from policysim.expectations.results import Standing
from tests.expectations.small_accounts import (
    ACCOUNT,
    BUCKET,
    account,
    allow,
    answers,
    checked,
    codes,
    deny,
    told,
    trusting,
)

READER = account(
    roles={
        "reader": [
            allow("s3:GetObject", f"{BUCKET}/reports/*", Sid="Reports"),
            allow("s3:PutObject", f"{BUCKET}/*", Condition={"StringEquals": {"s3:x-amz-acl": "private"}}),
            deny("s3:DeleteObject", f"{BUCKET}/*", Sid="Kept"),
        ],
        "bounded": [allow("*")],
    },
    boundary={"bounded": [allow("s3:*", Sid="Storage")]},
    users={"ana": []},
    resources={BUCKET: None},
)


@pytest.mark.parametrize(
    ("sentence", "standing"),
    [
        (f"role/reader can s3:GetObject on {BUCKET}/reports/x", Standing.MET),
        (f"role/reader cannot s3:GetObject on {BUCKET}/reports/x", Standing.UNMET),
        (f"role/reader can s3:GetObject on {BUCKET}/other", Standing.UNMET),
        (f"role/reader cannot s3:GetObject on {BUCKET}/other", Standing.MET),
        (f"role/reader can S3:GETOBJECT on {BUCKET}/reports/x", Standing.MET),
        (f"role/reader can s3:PutObject on {BUCKET}/x", Standing.UNDECIDED),
        (f"role/reader cannot s3:PutObject on {BUCKET}/x", Standing.UNDECIDED),
        (f"role/reader can s3:PutObject on {BUCKET}/x when s3:x-amz-acl = private", Standing.MET),
        (f"role/reader cannot s3:PutObject on {BUCKET}/x when s3:x-amz-acl absent", Standing.MET),
        (f"arn:aws:iam::{ACCOUNT}:role/reader can s3:GetObject on {BUCKET}/reports/x", Standing.MET),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me can s3:GetObject on {BUCKET}/reports/x", Standing.MET),
        (f"{ACCOUNT}:role/reader can s3:GetObject on {BUCKET}/reports/x", Standing.MET),
        (f"root can s3:DeleteObject on {BUCKET}/x", Standing.MET),
        (f"user/ana, role/reader cannot s3:DeleteObject on {BUCKET}/x", Standing.MET),
        (f"user/ana, role/reader can s3:GetObject on {BUCKET}/reports/x", Standing.UNMET),
    ],
)
def test_a_sentence_holds_when_every_answer_is_as_it_says(sentence: str, standing: Standing) -> None:
    assert checked(sentence, READER).standing is standing


def test_every_principal_action_and_resource_is_asked() -> None:
    found = answers(
        f"role/reader, user/ana cannot s3:GetObject, s3:PutObject on {BUCKET}/a, {BUCKET}/b "
        "when aws:SourceIp = 192.0.2.1, 192.0.2.2",
        READER,
    )
    asked = {
        (one.caller, one.request.action, one.request.resource.arn, one.request.context.get("aws:SourceIp"))
        for one in found
    }
    assert len(found) == len(asked) == 16


def test_a_key_with_several_values_is_asked_with_all_of_them() -> None:
    (answer,) = answers(f"role/reader can s3:PutObject on {BUCKET}/a when aws:TagKeys = x, y", READER)
    assert answer.request.context.get("aws:TagKeys") == ("x", "y")


def test_a_shortfall_says_who_what_where_and_which_statement_of_which_file() -> None:
    result = checked(f"role/reader can s3:DeleteObject on {BUCKET}/x", READER)
    assert told(result) == (
        f"`role/reader` cannot `s3:DeleteObject` on `{BUCKET}/x`, and should: "
        "`Kept` of `reader` (policies/reader.json:20:5) denies it"
    )


def test_an_undecided_answer_names_the_key_its_values_and_what_to_write() -> None:
    sentence = told(checked(f"role/reader can s3:PutObject on {BUCKET}/x", READER))
    assert "it depends on `s3:x-amz-acl` (allowed if `private`, denied if `other` or absent)" in sentence
    assert "say `when s3:x-amz-acl = private`" in sentence
    assert "`depending on s3:x-amz-acl`" in sentence


def test_what_was_not_collected_leaves_a_sentence_undecided_and_is_named_with_its_command() -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    partly = account(roles={"reader": [allow("kms:*")]}, resources={BUCKET: None}, complete=frozenset())
    result = checked(f"role/reader can kms:Decrypt on {key}", partly)
    assert result.standing is Standing.UNDECIDED
    assert f"the resource policy of `{key}` was not collected" in told(result)
    assert "`aws kms get-key-policy" in told(result)


def test_what_was_not_collected_is_told_beside_the_keys_that_are_open() -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    partly = account(
        roles={"reader": [allow("sqs:*"), deny("sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}})]},
        boundary={"reader": [allow("*", Condition=secure)]},
        resources={BUCKET: None},
        complete=frozenset(),
    )
    sentence = told(checked(f"role/reader can sqs:SendMessage on {queue}", partly))
    assert "it depends on `aws:SecureTransport`" in sentence
    assert f"the resource policy of `{queue}` was not collected" in sentence.partition("besides, ")[2]


def test_session_policies_that_nobody_collected_are_said_to_be_none_by_an_empty_file() -> None:
    unsaid = account(roles={"reader": [allow("s3:GetObject")]}, resources={BUCKET: None}, session_policies=None)
    result = checked(f"role/reader can s3:GetObject on {BUCKET}/x", unsaid)
    assert result.standing is Standing.UNDECIDED
    assert "if none are used, `{}` in the account's `session-policies.json` says so" in told(result)


def test_a_resource_whose_owner_nobody_knows_is_said_to_be_listed_by_its_account() -> None:
    result = checked(f"role/reader can s3:GetObject on {BUCKET}/x", account(roles={"reader": [allow("s3:GetObject")]}))
    assert result.standing is Standing.UNDECIDED
    assert "belongs to the account whose `resource-policies.json` lists it" in told(result)


class TestReasons:
    """``because``."""

    def test_a_wrong_answer_is_told_before_one_for_another_reason(self) -> None:
        at_hand = account(roles={"a": [], "b": [allow("s3:PutBucketPolicy")]}, resources={BUCKET: None})
        result = checked(f"role/* cannot s3:PutBucketPolicy on {BUCKET} because scp", at_hand)
        assert (result.standing, result.short) == (Standing.UNMET, 2)
        assert told(result).startswith("`role/b` can `s3:PutBucketPolicy`")

    @pytest.mark.parametrize(
        ("sentence", "standing"),
        [
            (
                "role/bounded cannot sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:q because boundary",
                Standing.MET,
            ),
            ("role/bounded cannot sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:q because scp", Standing.UNMET),
            (
                "role/bounded cannot sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:q because identity",
                Standing.UNMET,
            ),
            (f"role/bounded can s3:GetObject on {BUCKET}/x because boundary, identity", Standing.MET),
            (f"role/bounded can s3:GetObject on {BUCKET}/x because resource", Standing.UNMET),
            (f"role/bounded can s3:GetObject on {BUCKET}/x because bounded-limit#Storage", Standing.MET),
            (f"role/reader cannot s3:DeleteObject on {BUCKET}/x because reader.json#Kept", Standing.MET),
            (f"role/reader cannot s3:DeleteObject on {BUCKET}/x because policies/reader.json#3", Standing.MET),
            (f"role/reader cannot s3:DeleteObject on {BUCKET}/x because reader#Kept, identity", Standing.MET),
            (f"role/reader cannot s3:DeleteObject on {BUCKET}/x because reader#Reports", Standing.UNMET),
            (f"role/reader can s3:GetObject on {BUCKET}/reports/x because reader#Reports", Standing.MET),
            (f"role/reader cannot s3:GetObject on {BUCKET}/x because identity", Standing.MET),
        ],
    )
    def test_each_reason_must_hold(self, sentence: str, standing: Standing) -> None:
        assert checked(sentence, READER).standing is standing

    def test_a_layer_that_denies_is_a_reason_though_another_one_is_told_first(self) -> None:
        """The identity policy denies explicitly, and the boundary lacks an Allow: both are reasons."""
        both = account(
            roles={"r": [allow("*"), deny("sqs:*")]}, boundary={"r": [allow("s3:*")]}, resources={BUCKET: None}
        )
        for layer in ("identity", "boundary"):
            result = checked(f"role/r cannot sqs:ListQueues on * because {layer}", both)
            assert result.standing is Standing.MET

    def test_the_sentence_tells_the_reason_that_there_is(self) -> None:
        result = checked(f"role/reader cannot s3:GetObject on {BUCKET}/x because boundary", READER)
        assert told(result).endswith("but not because of `boundary`: no identity-based policy allows it")

    def test_a_statement_that_no_policy_has_breaks_the_sentence_and_the_nearest_is_told(self) -> None:
        result = checked(f"role/reader cannot s3:DeleteObject on {BUCKET}/x because reader.json#Keptt", READER)
        assert result.standing is Standing.BROKEN
        assert codes(result) == ["unknown-reason"]
        assert "`reader.json#Kept`" in told(result)

    def test_e41_where_no_policy_has_a_say_every_reason_holds(self) -> None:
        linked = account(roles={"r": [], "aws-service-role/x/AWSServiceRoleForX": []})
        sentence = "role/r cannot iam:DeleteRole on role/AWSServiceRoleForX because boundary"
        assert checked(sentence, linked).standing is Standing.MET

    def test_trust_is_the_policy_of_the_role(self) -> None:
        trusted = account(
            roles={"a": [allow("sts:AssumeRole")], "b": []},
            trust={"b": [trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"}, Sid="A")]},
        )
        assert checked("role/a can sts:AssumeRole on role/b because trust", trusted).standing is Standing.MET
        assert checked("role/b cannot sts:AssumeRole on role/a because trust", trusted).standing is Standing.MET


class TestOpenAnswers:
    """``depending on``."""

    SENTENCE = f"role/reader can s3:PutObject on {BUCKET}/x"

    def test_it_holds_when_the_answer_hangs_on_the_named_key(self) -> None:
        assert checked(f"{self.SENTENCE} depending on s3:x-amz-acl", READER).standing is Standing.MET

    def test_it_does_not_hold_once_the_answer_is_decided(self) -> None:
        result = checked(f"role/reader can s3:GetObject on {BUCKET}/reports/x depending on aws:SourceIp", READER)
        assert result.standing is Standing.UNMET
        assert "no longer depends on `aws:SourceIp`" in told(result)

    def test_it_does_not_hold_when_another_key_is_open_as_well(self) -> None:
        result = checked(f"{self.SENTENCE} depending on aws:SourceIp", READER)
        assert result.standing is Standing.UNDECIDED
        assert "depends on `s3:x-amz-acl` as well" in told(result)

    def test_it_does_not_hold_when_a_named_key_does_not_matter(self) -> None:
        result = checked(f"{self.SENTENCE} depending on s3:x-amz-acl, aws:SourceIp", READER)
        assert result.standing is Standing.UNMET
        assert "no longer depends on `aws:SourceIp`" in told(result)

    def test_it_does_not_hold_when_a_policy_was_not_collected(self) -> None:
        gap = account(
            roles={"reader": [allow("s3:PutObject", Condition={"Bool": {"aws:SecureTransport": "true"}})]},
            resources={"arn:aws:s3:::else": None},
            complete=frozenset(),
        )
        result = checked(f"{self.SENTENCE} depending on aws:SecureTransport", gap)
        assert result.standing is Standing.UNDECIDED
        assert "more than the keys that are named" in told(result)

    def test_all_of_several_keys_are_needed(self) -> None:
        two = account(
            roles={
                "reader": [
                    allow(
                        "s3:PutObject",
                        Condition={
                            "Bool": {"aws:SecureTransport": "true"},
                            "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
                        },
                    )
                ]
            },
            resources={BUCKET: None},
        )
        keys = "aws:SecureTransport, aws:RequestedRegion"
        assert checked(f"{self.SENTENCE} depending on {keys}", two).standing is Standing.MET
        assert checked(f"{self.SENTENCE} depending on aws:SecureTransport", two).standing is Standing.UNDECIDED


class TestGuardrails:
    """``by_guardrail``."""

    def test_a_denial_for_want_of_an_allow_is_by_default(self) -> None:
        assert checked(f"role/reader cannot s3:GetObject on {BUCKET}/x", READER).by_guardrail == 0

    def test_a_deny_and_a_boundary_are_guardrails(self) -> None:
        assert checked(f"role/reader cannot s3:DeleteObject on {BUCKET}/x", READER).by_guardrail == 1
        assert checked("role/bounded cannot sqs:ListQueues on *", READER).by_guardrail == 1

    def test_an_allow_is_none(self) -> None:
        assert checked(f"role/reader can s3:GetObject on {BUCKET}/reports/x", READER).by_guardrail == 0
