"""What an edit lets in besides the denied request is always said."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.fixes.proposal import propose
from policysim.language.edits import apply_edits
from policysim.language.request import Principal, PrincipalKind
from tests.explanation.denied_cases import BUCKET, KEY, OBJECT, ROLE, allow, attached, case, document, in_force, request

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import Request

_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
_OBJECTS = (OBJECT, f"{BUCKET}/2026/q2.csv", f"{BUCKET}/2025/a", "arn:aws:s3:::rep*/k")
_TEAMS = ("red", "Red", "reader")
_PATTERNS = ("*", f"{BUCKET}/*", f"{BUCKET}/2026/*", OBJECT, "arn:aws:s3:::report/*")
_CONDITIONS: tuple[dict[str, object], ...] = (
    {},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringEquals": {"aws:PrincipalTag/team": ["re*", "blue"]}},
)


def _one_or_several(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


_STATEMENTS = st.builds(
    lambda actions, resources, condition: allow(actions, resources, **({"Condition": condition} if condition else {})),
    _one_or_several((*_ACTIONS, "s3:Get*", "s3:*")),
    _one_or_several(_PATTERNS),
    st.sampled_from(_CONDITIONS),
)


@settings(max_examples=40, deadline=None)
@given(
    statements=st.lists(_STATEMENTS, min_size=1, max_size=2),
    action=st.sampled_from(_ACTIONS),
    resource=st.sampled_from(_OBJECTS),
    team=st.sampled_from(_TEAMS),
)
def test_whatever_an_edit_lets_in_besides_the_request_is_said(
    statements: list[dict[str, object]], action: str, resource: str, team: str
) -> None:
    asked = request(action, resource, context={"aws:PrincipalTag/team": team})
    before = in_force({LayerName.IDENTITY: attached(document(*statements))})
    for fix in propose(case(asked, before)).fixes:
        after = in_force({LayerName.IDENTITY: attached(apply_edits(fix.source, fix.edits).text)})
        for other_action, other_resource in product(_ACTIONS, _OBJECTS):
            other = replace(request(other_action, other_resource), context=asked.context)
            if (other_action, other_resource) == (action, resource) or not _lets_in(after, other):
                continue
            assert _lets_in(before, other) or fix.warning, fix.summary


def _lets_in(policies: PolicySet, asked: Request) -> bool:
    return decide(asked, policies, CATALOGUE).effect is Effect.ALLOWED


def test_the_warning_names_actions_and_resources() -> None:
    denied = case(
        request("s3:GetObject"),
        in_force({LayerName.IDENTITY: attached(document(allow(["s3:GetObject", "s3:PutObject"], f"{BUCKET}/2025/*")))}),
    )
    added = {fix.kind: fix.warning for fix in propose(denied).fixes}
    assert added["add-statement"] == ""
    assert added["add-resource"] == (
        f"this allows more than this request: `s3:GetObject` and `s3:PutObject` on `{OBJECT}`"
    )


def test_c15_a_wildcard_that_starts_to_work_is_named() -> None:
    only_reds = allow("s3:GetObject", f"{BUCKET}/*", Condition={"StringEquals": {"aws:PrincipalTag/team": "re*"}})
    denied = case(
        request("s3:GetObject", context={"aws:PrincipalTag/team": "red"}),
        in_force({LayerName.IDENTITY: attached(document(only_reds))}),
    )
    changed = next(fix for fix in propose(denied).fixes if fix.kind == "change-operator")
    assert "every aws:PrincipalTag/team that matches `re*` is then accepted" in changed.warning
    assert f"`s3:GetObject` on `{BUCKET}/*`" in changed.warning


def test_a5_an_exclusion_that_is_dropped_names_what_it_kept_out() -> None:
    others = {"Effect": "Allow", "NotAction": ["s3:DeleteObject", "s3:GetObject"], "Resource": "*"}
    denied = case(request("s3:GetObject"), in_force({LayerName.IDENTITY: attached(document(others))}))
    dropped = next(fix for fix in propose(denied).fixes if fix.kind == "drop-exclusion")
    assert "`s3:GetObject` on every resource (`*`)" in dropped.warning


def test_r17_a_star_in_the_policy_of_a_bucket_is_all_of_its_objects() -> None:
    everything = attached(
        document(allow("s3:GetObject", "*", Principal={"AWS": ROLE})), LayerName.RESOURCE, attached_to=BUCKET
    )
    asked = request("s3:PutObject")
    denied = case(
        asked,
        in_force({LayerName.IDENTITY: attached(document(allow("s3:ListBucket"))), LayerName.RESOURCE: everything}),
    )
    added = [fix for fix in propose(denied).fixes if fix.kind == "add-action"]
    assert all("every resource (`*`)" in fix.warning for fix in added)
    assert added


def test_r17_a_star_in_a_key_policy_is_the_key() -> None:
    theirs = attached(
        document(allow("kms:*", Principal={"AWS": f"{ROLE}-other"})), LayerName.RESOURCE, name="key", attached_to=KEY
    )
    denied = case(
        request("kms:Decrypt", KEY),
        in_force({LayerName.IDENTITY: attached(document(allow("*"))), LayerName.RESOURCE: theirs}),
    )
    added = next(fix for fix in propose(denied).fixes if fix.kind == "add-principal")
    assert f"`kms:*` on `{KEY}`" in added.warning


@pytest.mark.parametrize(
    ("condition", "said"),
    [({}, "is public"), ({"Bool": {"aws:SecureTransport": "true"}}, "nothing but its conditions")],
)
def test_p2_what_is_added_to_a_statement_for_everybody_is_public(condition: dict[str, object], said: str) -> None:
    statement = allow(
        "s3:GetObject", f"{BUCKET}/logo.png", Principal="*", **({"Condition": condition} if condition else {})
    )
    public = attached(document(statement), LayerName.RESOURCE, name="bucket", attached_to=BUCKET)
    asked = replace(
        request("s3:GetObject", context={"aws:SecureTransport": "true"}),
        principal=Principal(kind=PrincipalKind.ANONYMOUS),
    )
    (added,) = propose(case(asked, in_force({LayerName.RESOURCE: public}))).fixes
    assert (added.kind, added.also_affects) == ("add-resource", ("*",))
    assert said in added.warning
