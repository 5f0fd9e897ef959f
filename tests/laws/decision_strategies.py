"""Random requests and policies over a vocabulary small enough for statements to meet and overlap."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, Level, PolicySet, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Credentials, Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/u"
KEYS = ("aws:RequestedRegion", "s3:prefix", "aws:PrincipalTag/team")
VALUES = ("a", "ab", "b")

actions = st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:ListBucket"])
action_patterns = st.sampled_from(["s3:*", "s3:Get*", "s3:GetObject", "s3:?utObject", "*", "ec2:*"])
resources = st.sampled_from(["arn:aws:s3:::data/x", "arn:aws:s3:::data/y", "arn:aws:s3:::logs/x"])
resource_patterns = st.sampled_from(["*", "arn:aws:s3:::data/*", "arn:aws:s3:::*/x", "arn:aws:s3:::logs/?"])
operators = st.sampled_from(
    ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "StringLikeIfExists"]
)
VARIABLE = "${aws:PrincipalTag/team}"
values = st.lists(st.sampled_from([*VALUES, "a*", "?", VARIABLE]), min_size=1, max_size=2, unique=True)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.booleans()):
        return {}
    if draw(st.integers(0, 4)) == 0:
        return {"Null": {draw(st.sampled_from(KEYS)): draw(st.sampled_from(["true", "false"]))}}
    return {draw(operators): {draw(st.sampled_from(KEYS)): draw(values)}}


@st.composite
def statements(draw: st.DrawFn, *, with_principal: bool = False, effect: str | None = None) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))}
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.lists(action_patterns, min_size=1, max_size=2)
    )
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.lists(resource_patterns, min_size=1, max_size=2)
    )
    condition = draw(conditions())
    if condition:
        statement["Condition"] = condition
    if with_principal:
        statement["Principal"] = draw(st.sampled_from(["*", {"AWS": USER}, {"AWS": ACCOUNT}, {"AWS": OTHER}]))
    return statement


@st.composite
def documents(draw: st.DrawFn, *, with_principal: bool = False) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": draw(st.lists(statements(with_principal=with_principal), min_size=1, max_size=3)),
    }


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "identity": draw(st.lists(documents(), max_size=2)),
        "boundary": draw(st.none() | documents()),
        "resource": draw(st.none() | documents(with_principal=True)),
        "scp_levels": draw(st.none() | st.lists(st.lists(documents(), min_size=1, max_size=2), min_size=1, max_size=2)),
    }


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    known = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)))
    return {
        "user": USER,
        "account": ACCOUNT,
        "owner": draw(st.sampled_from([ACCOUNT, OTHER])),
        "action": draw(actions),
        "resource": draw(resources),
        "context": {key: [value] for key, value in known.items()},
    }


def request_of(question: dict[str, Any], *, unknown: tuple[str, ...] = ()) -> Request:
    context = {key: value for key, value in question["context"].items() if key not in unknown}
    return Request(
        principal=Principal(
            kind=PrincipalKind.USER,
            arn=USER,
            account=ACCOUNT,
            credentials=Credentials.LONG_TERM,
            in_management_account=False,
        ),
        action=question["action"],
        resource=Resource(arn=question["resource"], account=question["owner"], in_management_account=False),
        context=RequestContext(context, unknown=unknown, complete=True),
    )


def attached(document: dict[str, Any], type_: PolicyType, name: str) -> AttachedPolicy:
    policy = parse_policy(Source(name, json.dumps(document)), type_)
    assert policy.usable, policy.problems
    return AttachedPolicy(name, policy)


def policy_set(content: dict[str, Any]) -> PolicySet:
    identity = [attached(d, PolicyType.IDENTITY, f"identity-{i}") for i, d in enumerate(content["identity"])]
    built = {LayerName.IDENTITY: one_level("user", identity)}
    if content["boundary"]:
        built[LayerName.BOUNDARY] = one_level("user", [attached(content["boundary"], PolicyType.BOUNDARY, "boundary")])
    if content["resource"]:
        bucket = attached(content["resource"], PolicyType.RESOURCE, "bucket")
        built[LayerName.RESOURCE] = one_level("bucket", [bucket])
    if content["scp_levels"] is not None:
        built[LayerName.SCP] = LayerPolicies(
            tuple(
                Level(f"level-{i}", tuple(attached(d, PolicyType.SCP, f"scp-{i}-{j}") for j, d in enumerate(level)))
                for i, level in enumerate(content["scp_levels"])
            )
        )
    return PolicySet(built)
