from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.evaluation.decide import decide
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.reasons import Element, Reason
from policysim.explanation.fixes.proposal import propose
from policysim.explanation.near_misses import LIMIT, near_misses, similarity
from policysim.language.request import ABSENT
from tests.explanation.denied_cases import (
    BUCKET,
    OBJECT,
    OTHER_ACCOUNT,
    allow,
    attached,
    case,
    deny,
    document,
    in_force,
    levels,
    request,
)

if TYPE_CHECKING:
    from policysim.explanation.diagnosis import NearMiss
    from policysim.language.request import Request


def misses(asked: Request, *statements: dict[str, object]) -> tuple[NearMiss, ...]:
    policies = in_force({LayerName.IDENTITY: attached(document(*statements))})
    return near_misses(decide(asked, policies, NO_FACTS, trace=True))


def test_e4_a_condition_comes_before_a_close_resource_and_a_close_action() -> None:
    found = misses(
        request("s3:GetObject", context={"aws:SourceVpc": "vpc-2"}),
        allow("s3:GetObjectVersion", f"{BUCKET}/*"),
        allow("s3:GetObject", BUCKET),
        allow("s3:GetObject", f"{BUCKET}/*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
    )
    assert [(miss.match.statement.index, miss.outcome.element) for miss in found] == [
        (2, Element.CONDITION),
        (1, Element.RESOURCE),
        (0, Element.ACTION),
    ]
    assert "vpc-1" in found[0].sentence
    assert "vpc-2" in found[0].sentence


def test_e4_a_statement_that_fails_twice_is_no_near_miss() -> None:
    two_conditions = {"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"}}
    assert not misses(
        request("s3:GetObject"),
        allow("s3:PutObject", "arn:aws:s3:::other/*"),
        allow("s3:GetObject", f"{BUCKET}/*", Condition=two_conditions),
    )


def test_statements_of_another_service_are_no_near_misses() -> None:
    assert not misses(request("s3:GetObject"), allow("sqs:SendMessage", "*"), allow("*", "arn:aws:sqs:*:*:jobs"))


def test_a_resource_that_shares_only_its_service_comes_last() -> None:
    found = misses(
        request("s3:GetObject"),
        allow("s3:GetObject", "arn:aws:s3:::zebra/*"),
        allow("s3:GetObjectAcl", f"{BUCKET}/*"),
    )
    assert [miss.outcome.element for miss in found] == [Element.ACTION, Element.RESOURCE]


def test_the_list_is_capped() -> None:
    many = [allow("s3:GetObject", f"arn:aws:s3:::reports{number}/*") for number in range(LIMIT + 3)]
    assert len(misses(request("s3:GetObject"), *many)) == LIMIT


def test_e18_only_the_level_without_an_allow_counts_for_scps() -> None:
    near = attached(document(allow("s3:GetObjectAcl")), LayerName.SCP, name="near", attached_to=None)
    full = attached(document(allow("*")), LayerName.SCP, name="full", attached_to=None)
    policies = in_force(
        {
            LayerName.IDENTITY: attached(document(allow("s3:*"))),
            LayerName.SCP: levels(root=(full, near), ou=(near,)),
        }
    )
    found = near_misses(decide(request("s3:GetObject"), policies, NO_FACTS, trace=True))
    assert [(miss.match.layer, miss.match.node) for miss in found] == [(LayerName.SCP, "ou")]


def test_x1_a_resource_policy_that_names_another_principal_is_a_near_miss() -> None:
    bucket_policy = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": "arn:aws:iam::111122223333:role/other"})),
        LayerName.RESOURCE,
        name="bucket",
        attached_to=BUCKET,
    )
    policies = in_force({LayerName.IDENTITY: attached(document(allow("s3:*"))), LayerName.RESOURCE: bucket_policy})
    found = near_misses(decide(request("s3:GetObject", owner=OTHER_ACCOUNT), policies, NO_FACTS, trace=True))
    assert [miss.outcome.element for miss in found] == [Element.PRINCIPAL]


def test_an_explicit_deny_shows_what_it_spares() -> None:
    found = misses(
        request("s3:GetObject", context={"aws:RequestedRegion": "us-east-1"}),
        allow("*"),
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "route53:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}},
        },
    )
    assert all(miss.spares for miss in found)
    assert [miss.outcome.element for miss in found] == [Element.ACTION, Element.CONDITION]
    assert found[1].sentence == "exempts aws:RequestedRegion `eu-west-1`, the request has `us-east-1`"
    assert found[0].sentence.startswith("exempts what NotAction lists, `iam:*`, `route53:*`, the request has ")


def test_c51_a_deny_without_mfa_says_where_it_holds() -> None:
    found = misses(
        request("s3:GetObject"),
        allow("*"),
        deny("*", Sid="NoMfa", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
    )
    assert [miss.sentence for miss in found] == [
        "holds where aws:MultiFactorAuthPresent is `false` or absent, the request has none"
    ]


def test_a_plain_deny_spares_nobody() -> None:
    assert not misses(request("s3:GetObject"), allow("*"), deny("s3:*", f"{BUCKET}/*"))


def test_an_open_decision_shows_the_statements_that_settle_it_denies_first() -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    found = misses(
        request("s3:GetObject", complete=False),
        allow("s3:*", "*", Condition=condition),
        deny("s3:*", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}),
    )
    assert [miss.match.statement.effect.value for miss in found[:2]] == ["Deny", "Allow"]
    assert found[0].outcome.keys == ("aws:PrincipalTag/team",)


def test_an_allow_has_no_near_misses() -> None:
    assert not misses(request("s3:GetObject"), allow("s3:GetObject", OBJECT), allow("s3:GetObjectAcl"))


@pytest.mark.parametrize(
    ("pattern", "text", "least", "most"),
    [("GetObject", "getobjectacl", 1, 1), ("GetBucketAcl", "GetObject", 0.3, 0.4), ("PutObject", "GetObject", 0, 0)],
)
def test_similarity_looks_at_the_beginning_and_ignores_case(pattern: str, text: str, least: float, most: float) -> None:
    assert least <= similarity(pattern, text) <= most


def test_of_two_actions_short_the_statement_for_this_resource_comes_first() -> None:
    found = misses(
        request("s3:GetObject"), allow("s3:GetBucketAcl", "*", Sid="All"), allow("s3:Put*", OBJECT, Sid="Own")
    )
    assert [miss.match.statement.sid for miss in found] == ["Own", "All"]


def test_c42_a_condition_that_no_possible_value_of_its_key_meets_is_a_near_miss() -> None:
    own = "vpc-2"
    through = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    asked = request("s3:GetObject", complete=False)
    asked = replace(asked, context=asked.context.with_candidates("aws:SourceVpc", (own,), ABSENT))
    policies = in_force({LayerName.IDENTITY: attached(document(allow("s3:GetObject", OBJECT, Condition=through)))})
    [miss] = near_misses(decide(asked, policies, NO_FACTS, trace=True))
    assert (miss.outcome.element, miss.outcome.reason) == (Element.CONDITION, Reason.VALUE_OTHER)
    assert miss.outcome.found == f"`{own}` or absent"
    [offered] = [fix for fix in propose(case(asked, policies)).fixes if fix.kind == "add-condition-value"]
    assert own in offered.summary


def test_c42_a_condition_that_a_possible_value_meets_leaves_the_decision_open() -> None:
    own = "vpc-2"
    asked = request("s3:GetObject", complete=False)
    asked = replace(asked, context=asked.context.with_candidates("aws:SourceVpc", (own,), ABSENT))
    through = {"StringEquals": {"aws:SourceVpc": own}}
    policies = in_force({LayerName.IDENTITY: attached(document(allow("s3:GetObject", OBJECT, Condition=through)))})
    found = near_misses(decide(asked, policies, NO_FACTS, trace=True))
    assert all(miss.outcome.reason is Reason.KEY_UNKNOWN for miss in found)
