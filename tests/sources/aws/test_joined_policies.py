"""Several policies of one resource as one document, which decides as they do together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, PolicySet, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.request import Principal, PrincipalKind
from policysim.sources.aws.collectors.joined_policies import UnjoinableError, joined
from tests.account_folders import policy, request

if TYPE_CHECKING:
    from policysim.evaluation.decision import Effect
    from policysim.language.request import Request

OWNER, OTHER = "111122223333", "999999999999"
STREAM = f"arn:aws:kinesis:eu-west-1:{OWNER}:stream/s"


def document(*statements: object, version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


ONE, TWO = document({"Sid": "one"}), document({"Sid": "two"})


@pytest.mark.parametrize("nothing", [[], [None], [""], ["{}"], [" { } "], ["null"], [{}], [None, "", {}]])
def test_empty_policies_are_none(nothing: list[object]) -> None:
    assert joined(nothing) is None


@pytest.mark.parametrize("policy", [json.dumps(ONE), ONE, "no JSON at all"])
def test_one_policy_stays_as_aws_printed_it(policy: object) -> None:
    assert joined([None, policy, "{}"]) is policy


def test_several_policies_keep_all_their_statements_in_order() -> None:
    assert joined([json.dumps(ONE), TWO]) == document({"Sid": "one"}, {"Sid": "two"})


def test_a_single_statement_needs_no_list() -> None:
    assert joined([{"Version": "2012-10-17", "Statement": {"Sid": "one"}}, TWO]) == document(
        {"Sid": "one"}, {"Sid": "two"}
    )


def test_g2_different_versions_join_where_no_policy_variable_tells_them_apart() -> None:
    old = {"Statement": [{"Sid": "old"}]}
    assert joined([old, ONE]) == document({"Sid": "old"}, {"Sid": "one"})
    assert joined([old, old]) == document({"Sid": "old"}, {"Sid": "old"}, version="2008-10-17")


@pytest.mark.parametrize(
    "policies",
    [
        [document({"Resource": "${aws:username}"}, version="2008-10-17"), ONE],
        ["no JSON", ONE],
        ["[1]", ONE],
        [ONE, "{"],
    ],
)
def test_g2_what_no_one_document_can_say_is_an_error(policies: list[object]) -> None:
    with pytest.raises(UnjoinableError):
        joined(policies)


STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.sampled_from(["*", {"AWS": OTHER}, {"AWS": OWNER}]),
        "Action": st.sampled_from(["kinesis:PutRecord", "kinesis:*", "kinesis:GetRecords"]),
        "Resource": st.sampled_from([STREAM, "*", f"{STREAM}x"]),
    }
)
DOCUMENTS = st.lists(st.lists(STATEMENTS, max_size=2).map(lambda some: document(*some)), min_size=2, max_size=3)


@given(DOCUMENTS, st.sampled_from([OWNER, OTHER]))
def test_e7_the_joined_document_decides_as_the_policies_side_by_side(
    documents: list[dict[str, Any]], caller: str
) -> None:
    asked = request(
        Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{caller}:user/ana", account=caller),
        "kinesis:PutRecord",
        STREAM,
        account=OWNER,
    )
    whole = joined(documents)
    assert isinstance(whole, dict)
    assert effect(asked, [whole]) == effect(asked, documents)


def effect(asked: Request, documents: list[dict[str, Any]]) -> tuple[Effect, int]:
    """The decision with these resource-based policies, and how many statements determine it."""
    attached = [AttachedPolicy("p", policy(one, PolicyType.RESOURCE), None, STREAM) for one in documents]
    layer = one_level(STREAM, attached)
    decision = decide(asked, PolicySet({LayerName.RESOURCE: layer}))
    return decision.effect, len(decision.statements)
