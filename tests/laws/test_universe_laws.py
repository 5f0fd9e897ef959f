"""A law of wildcard sentences: one that is met is true of every request of a small world, asked one by one.

The world has every key over three letters, every listing of such a prefix, users, roles and roots of two accounts,
identity-based policies with conditions and policy variables, a boundary, a bucket policy, and an SCP.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.expectations.checking import Checker
from policysim.expectations.results import Standing
from policysim.language.wildcards import Pattern
from tests.expectations.small_accounts import ACCOUNT, BUCKET, OTHER, account, sentences, standing_alone
from tests.expectations.test_checking_cells import within

if TYPE_CHECKING:
    from policysim.account.account import Account, Organisation

LETTERS = "abz"
KEYS = ["".join(letters) for length in (1, 2, 3) for letters in itertools.product(LETTERS, repeat=length)]
LISTINGS = ["", *KEYS, "A", "aB"]

_PATTERNS = st.text("ab*?", min_size=1, max_size=4)
_RESOURCES = st.one_of(
    _PATTERNS.map(lambda pattern: f"{BUCKET}/{pattern}"),
    st.sampled_from([BUCKET, f"{BUCKET}/*", f"{BUCKET}/${{aws:PrincipalTag/team}}*"]),
)
_CONDITIONS = st.one_of(
    st.none(),
    st.none(),
    st.builds(
        lambda operator, values: {operator: {"s3:prefix": values}},
        st.sampled_from(
            [
                *("StringLike", "StringNotLike", "StringEquals", "StringNotEquals", "StringLikeIfExists"),
                *("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
            ]
        ),
        st.lists(_PATTERNS, min_size=1, max_size=2),
    ),
    st.builds(
        lambda operator, value: {operator: {"aws:PrincipalTag/team": value}},
        st.sampled_from(["StringEquals", "StringNotEquals", "StringLike"]),
        st.sampled_from(["a", "b", "a*", "?"]),
    ),
    st.builds(
        lambda operator, value: {operator: {"aws:PrincipalArn": value}},
        st.sampled_from(["ArnLike", "ArnNotLike"]),
        st.sampled_from([f"arn:aws:iam::{ACCOUNT}:role/a*", f"arn:aws:iam::{ACCOUNT}:*", f"arn:aws:iam::{OTHER}:*"]),
    ),
)


def _statement(
    effect: str, action: str, element: str, resources: list[str], condition: dict[str, Any] | None
) -> dict[str, Any]:
    said = {"Effect": effect, "Action": action, element: resources}
    return said if condition is None else said | {"Condition": condition}


STATEMENTS = st.builds(
    _statement,
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["s3:GetObject", "s3:ListBucket", "s3:*"]),
    st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]),
    st.lists(_RESOURCES, min_size=1, max_size=2),
    _CONDITIONS,
)
_OF_THE_BUCKET = st.builds(
    lambda statement, principal: statement | {"Principal": principal},
    STATEMENTS,
    st.sampled_from(
        ["*", {"AWS": ACCOUNT}, {"AWS": OTHER}, {"AWS": f"arn:aws:iam::{ACCOUNT}:user/u"}, {"AWS": "999988887777"}]
    ),
)
WORLDS = st.fixed_dictionaries(
    {
        "a": st.lists(STATEMENTS, min_size=1, max_size=3),
        "u": st.lists(STATEMENTS, max_size=2),
        "limit": st.none() | st.lists(STATEMENTS, min_size=1, max_size=2),
        "bucket": st.lists(_OF_THE_BUCKET, max_size=2),
        "scp": st.none() | st.lists(STATEMENTS.map(lambda one: one | {"Effect": "Allow"}), min_size=1, max_size=2),
        "team": st.sampled_from(["a", "b", "ab"]),
    }
)
CALLERS = st.sampled_from(["role/a", "user/u", "role/a, user/u"])
LEADS = st.one_of(
    st.builds("{} {}".format, CALLERS, st.sampled_from(["can", "cannot"])),
    st.sampled_from(["nobody can", "nobody but *:root can", "only *:root, role/a can"]),
)
WORDS = st.just("*") | _PATTERNS


def _tagged(one: Account, team: str) -> Account:
    identities = one.identities
    assert identities is not None
    roles = {arn: replace(role, tags={"team": team}) for arn, role in identities.roles.items()}
    return replace(one, identities=replace(identities, roles=roles))


def _world(said: dict[str, Any]) -> Organisation:
    here = account(
        roles={"a": said["a"]},
        users={"u": said["u"]},
        boundary=None if said["limit"] is None else {"a": said["limit"]},
        resources={BUCKET: said["bucket"] or None},
    )
    here = _tagged(here, said["team"])
    if said["scp"] is not None:
        return within(here, *said["scp"])
    return standing_alone(here, account(OTHER, roles={"b": said["a"]}))


def _standing(text: str, world: Organisation) -> Standing:
    (sentence,) = sentences(text)
    return Checker(world).check(sentence).standing


def _listed(texts: list[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


@given(WORLDS, LEADS, WORDS)
@settings(max_examples=200)
def test_what_is_met_of_a_wildcard_is_true_of_every_key(said: dict[str, Any], lead: str, word: str) -> None:
    world = _world(said)
    keys = [key for key in KEYS if Pattern.from_text(word).matches(key)]
    lead, endpoint = f"{lead} s3:GetObject on", "when aws:SourceVpce absent"
    if keys and _standing(f"{lead} {BUCKET}/{word} {endpoint}", world) is Standing.MET:
        each = ", ".join(f"{BUCKET}/{key}" for key in keys)
        assert _standing(f"{lead} {each} {endpoint}", world) is Standing.MET


@given(WORLDS, LEADS, WORDS)
@settings(max_examples=200)
def test_what_is_met_of_values_like_a_pattern_is_true_of_every_value(
    said: dict[str, Any], lead: str, word: str
) -> None:
    world = _world(said)
    values = [value for value in LISTINGS if Pattern.from_text(word).matches(value)]
    lead = f"{lead} s3:ListBucket on {BUCKET} when aws:SourceVpce absent and s3:prefix"
    if values and _standing(f"{lead} like {word}", world) is Standing.MET:
        assert _standing(f"{lead} = {_listed(values)}", world) is Standing.MET
