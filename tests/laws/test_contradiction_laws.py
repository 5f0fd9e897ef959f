"""Laws of contradictions: no policies let both sentences hold, and other literal sentences can hold together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import assume, example, given
from hypothesis import strategies as st

from policysim.account.account import Account, Identities, Organisation, Role
from policysim.expectations.checking import Checker
from policysim.expectations.contradictions import contradictions
from policysim.expectations.results import Standing
from policysim.language.policy_types import PolicyType
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from tests.account_folders import ACCOUNT, BUCKET, policy, trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.expectations.sentences import Expectation

ROLES = ("app", "ops")


def organisation(documents: dict[str, list[dict[str, Any]]]) -> Organisation:
    arns = {name: f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ROLES}
    roles = {
        arn: Role(
            name=name,
            arn=arn,
            inline={"own": policy({"Version": "2012-10-17", "Statement": documents.get(name, [])})},
        )
        for name, arn in arns.items()
    }
    trusts = {arn: policy(trust(), PolicyType.TRUST) for arn in arns.values()}
    account = Account(
        id=ACCOUNT,
        name="main",
        identities=Identities(roles=roles, trust=trusts),
        resource_policies={BUCKET: None},
        endpoints={},
        session_policies={},
    )
    return Organisation(accounts={ACCOUNT: account}, standalone=True)


def read(*sentences: str) -> tuple[Expectation, ...]:
    suite = suite_of(Source("law.expect", "\n".join(sentences)), Path())
    assert not suite.problems
    return suite.expectations


def contradict(expectations: Sequence[Expectation], within: Organisation) -> bool:
    return any(problem.code == "contradiction" for problem in contradictions(expectations, within))


actions = st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:*Object"])
resources = st.sampled_from(
    [f"{BUCKET}/{key}" for key in ("a", "b", "ab", "*", "a*", "*b", "a?")] + ["arn:aws:s3:::elsewhere/*", "*"]
)
conditions = st.sampled_from(
    [
        "",
        " when aws:Referer = tool-1",
        " when aws:Referer = tool-1, tool-2",
        " when aws:Referer = tool-2",
        " when aws:Referer like tool-*",
        " when aws:Referer absent",
        " when aws:SecureTransport = true",
        " when aws:Referer = tool-1 and aws:SecureTransport = false",
        " depending on aws:Referer",
        " when aws:SecureTransport = true depending on aws:Referer",
    ]
)
principals = st.sampled_from(["role/app", "role/ops", "role/*", "role/app, role/ops"])


@st.composite
def sentences(draw: st.DrawFn) -> str:
    who, form = draw(principals), draw(st.sampled_from(["{} can", "{} cannot", "only {} can", "nobody but {} can"]))
    when = draw(conditions)
    assume("depending" not in when or form == "{} can")
    return f"{form.format(who)} {draw(actions)} on {draw(resources)}{when}"


pattern_actions = st.sampled_from(["s3:GetObject", "s3:Put*", "s3:*", "s3:DeleteObject"])
pattern_conditions: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:Referer": "tool-1"}},
        {"StringNotEquals": {"aws:Referer": "tool-1"}},
        {"StringLike": {"aws:Referer": "tool-?"}},
        {"Null": {"aws:Referer": "true"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ]
)
statements = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    pattern_actions,
    resources,
    pattern_conditions,
)
documents = st.fixed_dictionaries({name: st.lists(statements, max_size=3) for name in ROLES})


@given(sentences(), sentences(), documents)
@example("role/app can s3:GetObject on *", "role/app cannot s3:GetObject on arn:aws:s3:::elsewhere/*", {})
def test_no_policies_let_two_sentences_hold_that_contradict_each_other(
    one: str, other: str, written: dict[str, list[dict[str, Any]]]
) -> None:
    within = organisation(written)
    pair = read(one, other)
    if contradict(pair, within):
        checker = Checker(within)
        standings = [checker.check(expectation).standing for expectation in pair]
        assert standings != [Standing.MET, Standing.MET], (one, other)


class Literal(NamedTuple):
    """One literal sentence about ``role/app``, and the statement that allows just that."""

    action: str
    key: str
    agent: str | None
    secure: str | None

    def said(self, verb: str) -> str:
        stated = [
            *(["aws:Referer absent"] if self.agent == "" else []),
            *([f"aws:Referer = {self.agent}"] if self.agent else []),
            *([f"aws:SecureTransport = {self.secure}"] if self.secure else []),
        ]
        when = f" when {' and '.join(stated)}" if stated else ""
        return f"role/app {verb} {self.action} on {BUCKET}/{self.key}{when}"

    @property
    def statement(self) -> dict[str, Any]:
        condition: dict[str, Any] = {}
        if self.agent == "":
            condition["Null"] = {"aws:Referer": "true"}
        elif self.agent:
            condition["StringEquals"] = {"aws:Referer": self.agent}
        if self.secure:
            condition["Bool"] = {"aws:SecureTransport": self.secure}
        return {"Effect": "Allow", "Action": self.action, "Resource": f"{BUCKET}/{self.key}", "Condition": condition}


literals = st.builds(
    Literal,
    st.sampled_from(["s3:GetObject", "s3:PutObject"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from([None, "", "tool-1", "tool-2"]),
    st.sampled_from([None, "true", "false"]),
)


@given(literals, literals)
def test_literal_sentences_contradict_each_other_unless_some_policies_let_both_hold(
    wanted: Literal, refused: Literal
) -> None:
    within = organisation({"app": [wanted.statement]})
    pair = read(wanted.said("can"), refused.said("cannot"))
    checker = Checker(within)
    both_hold = all(checker.check(expectation).standing is Standing.MET for expectation in pair)
    assert contradict(pair, within) is not both_hold


def test_a_key_that_every_request_has_is_never_shared_as_absent() -> None:
    absent = f"role/app can s3:GetObject on {BUCKET}/a when aws:UserAgent absent"
    pair = read(absent, f"role/app cannot s3:GetObject on {BUCKET}/a")
    assert not contradict(pair, organisation({}))
