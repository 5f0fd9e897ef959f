"""Sentences that only a request which several patterns cut out together proves wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.account.account import Account, Node, Organisation
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.expectations.results import Standing
from policysim.language.policy_types import PolicyType
from tests.expectations.small_accounts import ACCOUNT, BUCKET, account, allow, checked, document

NO_ENDPOINT = "when aws:SourceVpce absent"


def within(one: Account, *scp: dict[str, Any]) -> Organisation:
    """An organisation of one account, with one SCP at its root."""
    said, everything = (
        (AttachedPolicy(name, document(name, statements, kind), None),)
        for name, statements, kind in (
            ("scp", scp, PolicyType.SCP),
            ("rcp", [allow(Principal="*")], PolicyType.RCP),
        )
    )
    leaf = Node(id=one.id, name=one.name, scps=said, rcps=everything)
    root = Node(id="r-ab12", name="Root", scps=said, rcps=everything, children=(leaf,))
    return Organisation(accounts={one.id: one}, id="o-abcdefghij", management_account="000011112222", root=root)


def test_r6_what_three_layers_allow_together_is_found() -> None:
    limited = account(
        roles={"app": [allow("s3:GetObject", f"{BUCKET}/a*")]},
        boundary={"app": [allow("s3:GetObject", f"{BUCKET}/*b")]},
        resources={BUCKET: None},
    )
    at_hand = within(limited, allow("s3:GetObject", f"{BUCKET}/*c*"))
    result = checked(f"role/app cannot s3:GetObject on {BUCKET}/* {NO_ENDPOINT}", at_hand)
    assert result.standing is Standing.UNMET
    assert {one.answer.request.resource.arn for one in result.shortfalls} == {f"{BUCKET}/acb"}


def test_r6_two_patterns_that_overlap_are_found_among_many() -> None:
    at_hand = account(
        roles={"app": [allow("s3:GetObject", f"{BUCKET}/{letter}*") for letter in "abcdef"]},
        boundary={"app": [allow("s3:GetObject", [*(f"arn:aws:s3:::of-{n}/*" for n in range(9)), f"{BUCKET}/*/keep"])]},
        resources={BUCKET: None},
    )
    assert checked(f"role/app cannot s3:GetObject on {BUCKET}/*", at_hand).standing is Standing.UNMET


@pytest.mark.parametrize("verb", ["can", "cannot"])
def test_where_patterns_make_too_many_cells_each_side_of_each_is_asked(verb: str) -> None:
    patterns = [f"{BUCKET}/*{letter}*" for letter in "abcdefghijklmnop"]
    at_hand = account(roles={"app": [allow("s3:GetObject", patterns)]}, resources={BUCKET: None})
    assert checked(f"role/app {verb} s3:GetObject on {BUCKET}/*", at_hand).standing is Standing.UNMET


def test_r7_an_arn_of_another_region_is_found_where_the_word_leaves_it_open() -> None:
    queues = [allow("sqs:SendMessage", f"arn:aws:sqs:*:{ACCOUNT}:j*")]
    limit = [allow("sqs:SendMessage", f"arn:aws:sqs:ap-*:{ACCOUNT}:*")]
    at_hand = account(roles={"app": queues}, boundary={"app": limit}, resources={BUCKET: None})
    assert checked("role/app cannot sqs:SendMessage on *", at_hand).standing is Standing.UNMET
    here = f"role/app cannot sqs:SendMessage on arn:aws:sqs:eu-west-1:{ACCOUNT}:*"
    assert checked(here, at_hand).standing is Standing.MET


def listing(**condition: Any) -> dict[str, Any]:
    return allow("s3:ListBucket", BUCKET, Condition=condition)


def test_c15_a_value_that_two_patterns_cut_out_together_is_found() -> None:
    at_hand = account(
        roles={"app": [listing(StringLike={"s3:prefix": "a*"})]},
        boundary={"app": [listing(StringLike={"s3:prefix": "*b"})]},
        resources={BUCKET: None},
    )
    result = checked(f"role/app cannot s3:ListBucket on {BUCKET}/* {NO_ENDPOINT}", at_hand)
    assert result.standing is Standing.UNMET
    assert result.shortfalls[0].answer.request.context.get("s3:prefix") == ("ab",)


@pytest.mark.parametrize(
    ("condition", "standing"),
    [
        ({"StringEqualsIgnoreCase": {"s3:prefix": "LOGS/X"}}, Standing.UNMET),
        ({"StringNotEqualsIgnoreCase": {"s3:prefix": ["LOGS/X", "data/x"]}}, Standing.UNMET),
        ({"StringEqualsIgnoreCase": {"s3:prefix": "DATA/X"}}, Standing.MET),
        ({"ArnLike": {"s3:prefix": "logs/*"}}, Standing.MET),
    ],
)
def test_c16_values_are_sampled_as_the_operator_compares_them(condition: dict[str, Any], standing: Standing) -> None:
    at_hand = account(roles={"app": [listing(**condition)]}, resources={BUCKET: None})
    sentence = f"role/app cannot s3:ListBucket on {BUCKET} when s3:prefix like logs/* and aws:SourceVpce absent"
    assert checked(sentence, at_hand).standing is standing


def tagged(one: Account, **tags: str) -> Account:
    """The account, each of its roles with these tags."""
    assert one.identities is not None
    roles = {arn: replace(role, tags=tags) for arn, role in one.identities.roles.items()}
    return replace(one, identities=replace(one.identities, roles=roles))


def test_v2_the_tags_of_a_role_count_in_the_variables_of_resources_and_values() -> None:
    said = [
        allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/team}}/*"),
        listing(StringLike={"s3:prefix": "${aws:PrincipalTag/team}/*"}),
    ]
    at_hand = tagged(account(roles={"app": said}, resources={BUCKET: None}), team="blue")
    objects = checked(f"role/app cannot s3:GetObject on {BUCKET}/* {NO_ENDPOINT}", at_hand)
    assert objects.standing is Standing.UNMET
    assert objects.shortfalls[0].answer.request.resource.arn == f"{BUCKET}/blue/x"
    assert checked(f"role/app cannot s3:ListBucket on {BUCKET}/* {NO_ENDPOINT}", at_hand).standing is Standing.UNMET


def test_v2_a_variable_has_every_value_that_the_sentence_states() -> None:
    said = [allow("s3:GetObject", f"{BUCKET}/${{aws:RequestedRegion}}/*")]
    at_hand = account(roles={"app": said}, resources={BUCKET: None})
    where = "when aws:SourceVpce absent and aws:RequestedRegion = eu-west-1, us-east-1"
    result = checked(f"role/app cannot s3:GetObject on {BUCKET}/* {where}", at_hand)
    assert result.standing is Standing.UNMET
    assert result.short == len({"eu-west-1", "us-east-1"})


@pytest.mark.parametrize("tags", [{}, None])
def test_m1_a_made_up_resource_may_have_any_tags(tags: dict[str, dict[str, str]] | None) -> None:
    said = allow("ec2:StartInstances", Condition={"StringEquals": {"aws:ResourceTag/env": "dev"}})
    at_hand = account(roles={"app": [said]}, tags=tags)
    word = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"
    result = checked(f"role/app cannot ec2:StartInstances on {word} {NO_ENDPOINT}", at_hand)
    assert result.standing is Standing.UNDECIDED
    stated = checked(f'role/app cannot ec2:StartInstances on {word} when "aws:ResourceTag/env" = prod', at_hand)
    assert stated.standing is Standing.MET


def test_v2_a_variable_has_the_values_of_another_key_that_is_like_a_pattern() -> None:
    said = allow("ec2:CreateTags", Condition={"StringEquals": {"aws:RequestTag/a": "${aws:RequestTag/b}"}})
    volume = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/vol-0123456789abcdef0"
    like = '"aws:RequestTag/a" like x* and "aws:RequestTag/b" like xy*'
    sentence = f"role/app cannot ec2:CreateTags on {volume} when aws:SourceVpce absent and {like}"
    assert checked(sentence, account(roles={"app": [said]})).standing is Standing.UNMET
