"""Laws of fixes: what is marked allowed is allowed when the edited text is read from scratch, whatever the policies.

An edit changes its own document and nothing else, leaves valid JSON behind, and never lets an unnamed caller in.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, PolicySet, one_level
from policysim.explanation.fixes.proposal import STEPS, propose
from policysim.language.edits import apply_edits
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Source
from tests.explanation.denied_cases import (
    ACCOUNT,
    BUCKET,
    LAYER_TYPES,
    OBJECT,
    OTHER_ACCOUNT,
    ROLE,
    ROLE_SESSION,
    SESSION,
    case,
    request,
)

if TYPE_CHECKING:
    from policysim.explanation.diagnosis import Fix
    from policysim.language.request import Request

OTHER_SESSION = replace(ROLE_SESSION, arn=SESSION.replace("/app/", "/app-other/"), entity_arn=f"{ROLE}-other")
CONTEXT = {"aws:RequestedRegion": "eu-west-1", "aws:SourceVpc": "vpc-1"}

ACTIONS = st.sampled_from(["s3:GetObject", "s3:*", "s3:PutObject", "s3:Get*", "*", "sqs:*"])
RESOURCES = st.sampled_from(["*", BUCKET, f"{BUCKET}/*", OBJECT, "arn:aws:s3:::other/*"])
CONDITIONS = st.sampled_from(
    [
        {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
        {"StringEquals": {"aws:SourceVpc": ["vpc-2"]}},
        {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}},
        {"ArnNotLike": {"aws:PrincipalArn": ROLE}},
        {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/admin"]}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    ]
)
PRINCIPALS = st.sampled_from(
    ["*", {"AWS": ROLE}, {"AWS": [ROLE + "-other"]}, {"AWS": ACCOUNT}, {"Service": "ec2.amazonaws.com"}]
)


def one_or_list(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | list[str]]:
    return values | st.lists(values, min_size=1, max_size=3, unique=True)


@st.composite
def statements(draw: st.DrawFn, *, principals: bool) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    if principals:
        statement["Principal"] = draw(PRINCIPALS)
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(one_or_list(ACTIONS))
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(one_or_list(RESOURCES))
    if draw(st.booleans()):
        statement["Condition"] = draw(CONDITIONS)
    return statement


@st.composite
def texts(draw: st.DrawFn, *, principals: bool = False) -> str:
    found = draw(st.lists(statements(principals=principals), min_size=1, max_size=3))
    body = found[0] if len(found) == 1 and draw(st.booleans()) else found
    document = {"Version": "2012-10-17", "Statement": body}
    styles: list[dict[str, Any]] = [{"indent": 2}, {"indent": "\t"}, {}, {"separators": (",", ":")}]
    style = draw(st.sampled_from(styles))
    return json.dumps(document, **style).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@st.composite
def policy_texts(draw: st.DrawFn) -> dict[LayerName, str]:
    layers = {LayerName.IDENTITY: draw(texts())}
    for layer in (LayerName.BOUNDARY, LayerName.SCP, LayerName.SESSION):
        if draw(st.integers(0, 3)) == 0:
            layers[layer] = draw(texts())
    if draw(st.booleans()):
        layers[LayerName.RESOURCE] = draw(texts(principals=True))
    return layers


def read(layer: LayerName, text: str) -> AttachedPolicy:
    policy = parse_policy(Source(f"{layer.value}.json", text), LAYER_TYPES[layer])
    owner = BUCKET if layer is LayerName.RESOURCE else ROLE
    return AttachedPolicy(layer.value, policy, attached_to=owner)


def in_force(documents: dict[LayerName, str]) -> PolicySet:
    return PolicySet({layer: one_level(layer.value, (read(layer, text),)) for layer, text in documents.items()})


def applied(fix: Fix, documents: dict[LayerName, str]) -> dict[LayerName, str]:
    """The texts after a fix; a fix of a later step starts from the text that the earlier one left."""
    after = apply_edits(fix.source, fix.edits).text
    if not fix.source.text:
        return {**documents, LayerName.RESOURCE if "Principal" in after else LayerName.IDENTITY: after}
    layer = next(layer for layer in documents if f"{layer.value}.json" == fix.source.name)
    assert fix.source.text == documents[layer]
    return {**documents, layer: after}


def denied_request(*, cross_account: bool) -> Request:
    return request("s3:GetObject", owner=OTHER_ACCOUNT if cross_account else ACCOUNT, context=CONTEXT)


@settings(max_examples=150, deadline=None)
@given(documents=policy_texts(), cross_account=st.booleans())
def test_a_fix_does_what_it_says_when_the_edited_text_is_read_from_scratch(
    documents: dict[LayerName, str], *, cross_account: bool
) -> None:
    asked = denied_request(cross_account=cross_account)
    fixes = propose(case(asked, in_force(documents))).fixes
    firsts = {step: next((fix for fix in fixes if fix.step == step), None) for step in range(1, STEPS + 1)}
    for fix in fixes:
        texts_now = documents
        for step in range(1, fix.step):
            earlier = firsts[step]
            assert earlier is not None
            texts_now = applied(earlier, texts_now)
        texts_now = applied(fix, texts_now)
        decision = decide(asked, in_force(texts_now))
        assert decision.effect is fix.verified.effect
        if decision.effect is not Effect.ALLOWED:
            assert decision.layer == fix.verified.layer


@settings(max_examples=100, deadline=None)
@given(documents=policy_texts(), cross_account=st.booleans())
def test_an_edit_leaves_valid_json_and_changes_one_statement(
    documents: dict[LayerName, str], *, cross_account: bool
) -> None:
    asked = denied_request(cross_account=cross_account)
    for fix in propose(case(asked, in_force(documents))).fixes:
        after = json.loads(apply_edits(fix.source, fix.edits).text)
        before = json.loads(fix.source.text or '{"Statement": []}')
        old, new = (value["Statement"] for value in (before, after))
        old, new = ([value] if isinstance(value, dict) else value for value in (old, new))
        changed = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
        assert len(changed) + len(new) - len(old) == (2 if fix.kind == "except-principal-for-action" else 1)
        assert {name: value for name, value in before.items() if name != "Statement"} == (
            {name: value for name, value in after.items() if name != "Statement"} if fix.source.text else {}
        )


@settings(max_examples=100, deadline=None)
@given(documents=policy_texts())
def test_a_fix_never_lets_a_stranger_in(documents: dict[LayerName, str]) -> None:
    asked = denied_request(cross_account=False)
    stranger = request("s3:DeleteBucket", BUCKET, context=CONTEXT)
    before = decide(stranger, in_force(documents)).effect
    for fix in propose(case(asked, in_force(documents))).fixes:
        if fix.step == 1 and fix.kind in {"add-statement", "add-action", "new-policy"}:
            assert decide(stranger, in_force(applied(fix, documents))).effect is before


@settings(max_examples=60, deadline=None)
@given(text=texts())
def test_a_document_inside_a_bigger_file_is_edited_in_place(text: str) -> None:
    inner = json.loads(text)
    whole = {"UserDetailList": [], "RoleDetailList": [{"RoleName": "x", "Doc": {"Statement": []}}, {"Doc": inner}]}
    source = Source("authorization-details.json", json.dumps(whole, indent=4))
    policy = read_policy(inner, Location(source, ("RoleDetailList", 1, "Doc")), PolicyType.IDENTITY)
    attached = AttachedPolicy("inline", policy, attached_to=ROLE)
    asked = denied_request(cross_account=False)
    policies = PolicySet({LayerName.IDENTITY: one_level("role", (attached,))})
    for fix in propose(case(asked, policies)).fixes:
        if fix.step > 1:
            continue
        after = json.loads(apply_edits(source, fix.edits).text)
        assert after["RoleDetailList"][0] == whole["RoleDetailList"][0]
        assert after.keys() == whole.keys()
        text_after = json.dumps(after["RoleDetailList"][1]["Doc"])
        decision = decide(asked, in_force({LayerName.IDENTITY: text_after}))
        assert decision.effect is fix.verified.effect


ASKED = [
    (action, resource, context, caller)
    for action in ("s3:GetObject", "s3:PutObject", "s3:GetObjectAcl", "s3:DeleteBucket", "sqs:SendMessage")
    for resource in (OBJECT, f"{BUCKET}/other", BUCKET, "arn:aws:s3:::other/x", "arn:aws:sqs:eu-west-1:111122223333:q")
    for context in (
        CONTEXT,
        {**CONTEXT, "aws:SourceVpc": "vpc-2"},
        {**CONTEXT, "aws:SourceVpc": "vpc-3", "aws:RequestedRegion": "eu-north-1"},
        {**CONTEXT, "aws:RequestedRegion": "us-east-1"},
        {"aws:MultiFactorAuthPresent": "true"},
    )
    for caller in (ROLE_SESSION, OTHER_SESSION)
]
"""Requests near the denied one: what a fix lets in beside it shows among them."""


def let_in(documents: dict[LayerName, str]) -> set[int]:
    policies = in_force(documents)
    found = set()
    for number, (action, resource, context, caller) in enumerate(ASKED):
        asked = request(action, resource, context=context, principal=caller)
        if decide(asked, policies).effect is Effect.ALLOWED:
            found.add(number)
    return found


@settings(max_examples=60, deadline=None)
@given(documents=policy_texts())
def test_no_fix_comes_before_one_that_lets_in_a_part_of_what_it_lets_in(documents: dict[LayerName, str]) -> None:
    fixes = propose(case(denied_request(cross_account=False), in_force(documents))).fixes
    alike = [fix for fix in fixes if fix.step == 1 and fix.verified.effect is Effect.ALLOWED]
    allowed = [(fix, let_in(applied(fix, documents))) for fix in alike]
    for at, (first, wider) in enumerate(allowed):
        for second, narrower in allowed[at + 1 :]:
            assert not (narrower < wider and layer_of(first) == layer_of(second)), (first.summary, second.summary)


def layer_of(fix: Fix) -> str:
    return fix.source.name


@settings(max_examples=100, deadline=None)
@given(documents=policy_texts(), cross_account=st.booleans())
def test_no_fix_writes_a_star_where_an_arn_is_known(documents: dict[LayerName, str], *, cross_account: bool) -> None:
    for fix in propose(case(denied_request(cross_account=cross_account), in_force(documents))).fixes:
        before, after = json.loads(fix.source.text or "{}"), json.loads(apply_edits(fix.source, fix.edits).text)
        assert stars(after) <= stars(before) + (1 if fix.kind == "except-principal-for-action" else 0)


def stars(value: object) -> int:
    """How many values of a document are a lone star, principals of endpoint policies aside."""
    if isinstance(value, dict):
        return sum(map(stars, value.values()))
    if isinstance(value, list):
        return sum(map(stars, value))
    return value == "*"
