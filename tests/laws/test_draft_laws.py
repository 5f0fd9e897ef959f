"""The law of drafts, over random policies: whatever a draft says is met by the accounts that it was drafted from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policysim.expectations.checking import Checker
from policysim.expectations.contradictions import contradictions
from policysim.expectations.drafting.draft import Drafter, Wanted
from policysim.expectations.results import Standing
from tests.expectations.small_accounts import ACCOUNT, BUCKET, OTHER, account, sentences, standing_alone

if TYPE_CHECKING:
    from policysim.account.account import Account

QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    {"StringLike": {"aws:PrincipalTag/team": "a*"}},
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}},
    {"Null": {"s3:x-amz-acl": "true"}},
)
ACTIONS = (
    "s3:GetObject",
    "s3:PutBucketPolicy",
    "s3:*",
    "sqs:SendMessage",
    "sqs:*",
    "sts:AssumeRole",
    "iam:PassRole",
    "*",
)
RESOURCES = (
    "*",
    BUCKET,
    f"{BUCKET}/*",
    f"{BUCKET}/a/*",
    QUEUE,
    "arn:aws:iam::*:role/b",
    "arn:aws:s3:::data/${aws:username}/*",
)

IDENTITY = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True),
        "Resource": st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True),
        "Condition": st.sampled_from(CONDITIONS),
    }
)
PRINCIPALS = st.sampled_from(
    [
        "*",
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"},
        {"AWS": "999988887777"},
        {"Service": "sns.amazonaws.com"},
    ]
)
RESOURCE = st.builds(lambda one, principal: {**one, "Principal": principal}, IDENTITY, PRINCIPALS)
TRUST = st.fixed_dictionaries(
    {
        "Effect": st.just("Allow"),
        "Action": st.just("sts:AssumeRole"),
        "Principal": PRINCIPALS,
        "Condition": st.sampled_from(CONDITIONS),
    }
)
STATEMENTS = st.lists(IDENTITY, max_size=2)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    return account(
        roles={"a": draw(STATEMENTS), "b": draw(STATEMENTS)},
        users={"u": draw(STATEMENTS)},
        trust={"b": draw(st.lists(TRUST, min_size=1, max_size=2))},
        boundary={"a": draw(st.lists(IDENTITY, min_size=1, max_size=2))} if draw(st.booleans()) else {},
        resources={
            BUCKET: draw(st.lists(RESOURCE, max_size=2)) or None,
            QUEUE: draw(st.lists(RESOURCE, max_size=1)) or None,
        },
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(accounts(), st.booleans())
def test_whatever_a_draft_says_is_met(one: Account, beside_another: bool) -> None:
    other = account(OTHER, roles={"a": [], "c": []})
    organisation = standing_alone(one, other) if beside_another else standing_alone(one)
    drafter = Drafter(Wanted(organisation=organisation))
    text = "\n".join(line for piece in drafter.pieces() for line in piece)
    expectations = sentences(text)
    assert len(expectations) == drafter.said
    checker = Checker(organisation)
    for expectation in expectations:
        result = checker.check(expectation)
        told = [problem.message for problem in result.problems] + [short.sentence for short in result.shortfalls]
        assert result.standing is Standing.MET, f"{expectation.text}: {told}"
        assert not result.problems, f"{expectation.text}: {told}"
    found = contradictions(expectations, organisation)
    assert not found, [problem.message for problem in found]
