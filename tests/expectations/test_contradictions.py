"""Which sentences cannot hold together, whatever the policies say, and which stand twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from policysim.account.account import Account, Identities, Organisation, Role, User
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.expectations.contradictions import contradictions
from policysim.language.policy_types import PolicyType
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from tests.account_folders import ACCOUNT, BUCKET, OTHER, allow, policy, trust

OUTSIDE = "999900001111"


def organisation() -> Organisation:
    roles = {f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("app", "ops", "team/builder")}
    shared = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"arn:aws:iam::{OUTSIDE}:role/partner"})
    return Organisation(
        accounts={
            ACCOUNT: Account(
                id=ACCOUNT,
                name="main",
                identities=Identities(
                    roles={
                        arn: Role(name=arn.rsplit("/", 1)[-1], arn=arn, tags={"team": "red"}) for arn in sorted(roles)
                    },
                    users={
                        f"arn:aws:iam::{ACCOUNT}:user/ana": User(name="ana", arn=f"arn:aws:iam::{ACCOUNT}:user/ana")
                    },
                    trust={arn: policy(trust(), PolicyType.TRUST) for arn in roles},
                ),
                resource_policies={BUCKET: AttachedPolicy("policy", policy(shared, PolicyType.RESOURCE), None, BUCKET)},
            ),
            OTHER: Account(id=OTHER, name="other", identities=Identities()),
        },
        standalone=True,
    )


ORGANISATION = organisation()


def codes(*sentences: str) -> list[str]:
    suite = suite_of(Source("all.expect", "\n".join(sentences)), Path())
    assert not suite.problems, suite.problems
    return [problem.code for problem in contradictions(suite.expectations, ORGANISATION)]


DATA = f"{BUCKET}/a.txt"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"role/app can s3:GetObject on {DATA}", f"role/app cannot s3:GetObject on {DATA}"),
        (f"role/app can s3:GetObject on {DATA}", f"role/* cannot s3:* on {BUCKET}/*"),
        (f"role/app can s3:GetObject on {DATA}", f"nobody can s3:GetObject on {BUCKET}/*"),
        (f"role/app can s3:GetObject on {DATA}", f"only role/ops can s3:GetObject on {BUCKET}/*"),
        (f"only role/app can s3:GetObject on {DATA}", f"only role/ops can s3:GetObject on {DATA}"),
        (f"only role/app can s3:GetObject on {DATA}", f"nobody but role/ops can s3:GetObject on {DATA}"),
        (f"role/app, role/ops can s3:GetObject on {BUCKET}/a*", f"role/ops cannot s3:Get* on {BUCKET}/*z"),
        (f"role/app can s3:GetObject on {BUCKET}/a?c", f"role/app cannot s3:GetObject on {BUCKET}/*bc"),
        (f"arn:aws:iam::{ACCOUNT}:role/app can s3:GetObject on {DATA}", f"role/app cannot s3:GetObject on {DATA}"),
        (f"{ACCOUNT}:root can s3:GetObject on {DATA}", f"*:root cannot s3:GetObject on {DATA}"),
        ("role/app can iam:PassRole on role/ops", f"role/app cannot iam:* on arn:aws:iam::{ACCOUNT}:role/*"),
        ("role/app can sts:AssumeRole on role/ops", "role/app cannot sts:AssumeRole on role/*"),
        ("role/app can ec2:DescribeInstances on *", "role/app cannot ec2:Describe* on *"),
        ("role/app can s3:GetObject on *", "role/app cannot s3:* on *"),
        (f"anonymous can s3:GetObject on {DATA}", f"nobody can s3:GetObject on {DATA}"),
        (f"role/app can s3:ListBucket on {BUCKET}/a/*", f"role/app cannot s3:ListBucket on {BUCKET}"),
        (
            f"role/app can s3:ListBucket on {BUCKET}/a/*",
            f"role/app cannot s3:ListBucket on {BUCKET} when s3:prefix = a/b",
        ),
        (
            f"role/app can s3:GetObject on {DATA}",
            f"role/app cannot s3:GetObject on {DATA} when aws:SourceIp = 10.0.0.1",
        ),
        (
            f"role/app can s3:GetObject on {DATA} when aws:SourceVpce = vpce-1, vpce-2",
            f"role/app cannot s3:GetObject on {DATA} when aws:SourceVpce = vpce-2, vpce-3",
        ),
        (
            f"role/app can s3:GetObject on {DATA} when aws:SourceVpce like vpce-a*",
            f"role/app cannot s3:GetObject on {DATA} when aws:SourceVpce like *-ab*",
        ),
        (
            f"role/app can s3:GetObject on {DATA} when aws:SourceVpce absent",
            f"role/app cannot s3:GetObject on {DATA} when aws:SecureTransport = true",
        ),
        (
            f"role/app can s3:GetObject on {DATA}",
            f"role/app can s3:GetObject on {DATA} when aws:SecureTransport = true depending on aws:SourceIp",
        ),
        (
            f"role/app can s3:GetObject on {DATA} depending on aws:SourceIp",
            f"role/app cannot s3:GetObject on {DATA}",
        ),
        (
            f"role/app can s3:GetObject on {DATA} depending on aws:SourceIp",
            f"role/app can s3:GetObject on {DATA} depending on aws:SourceVpce",
        ),
    ],
)
def test_sentences_that_cannot_hold_together(one: str, other: str) -> None:
    assert codes(one, other) == ["contradiction"]
    assert codes(other, one) == ["contradiction"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"role/app can s3:GetObject on {DATA}", f"role/ops cannot s3:GetObject on {DATA}"),
        (f"role/app can s3:GetObject on {DATA}", f"role/app cannot s3:PutObject on {DATA}"),
        (f"role/app can s3:GetObject on {DATA}", f"role/app cannot s3:GetObject on {BUCKET}/b.txt"),
        (f"role/app can s3:GetObject on {BUCKET}/a*", f"role/app cannot s3:GetObject on {BUCKET}/b*"),
        (f"role/app can s3:GetObject on {BUCKET}/a*", "role/app cannot s3:ListBucket, iam:* on *"),
        (f"role/app can s3:GetObject on {DATA}", f"nobody but role/app can s3:GetObject on {DATA}"),
        (f"only role/app can s3:GetObject on {DATA}", f"role/app can s3:GetObject on {DATA}"),
        ("role/app can iam:PassRole on role/ops", "role/app cannot iam:PassRole on role/app, role/builder"),
        (
            f"role/app can s3:GetObject on {DATA} when aws:SourceVpce = vpce-1",
            f"role/app cannot s3:GetObject on {DATA} when aws:SourceVpce = vpce-2",
        ),
        (
            f"role/app can s3:GetObject on {DATA} when aws:SourceVpce = vpce-1",
            f"role/app cannot s3:GetObject on {DATA} when aws:SourceVpce absent",
        ),
        (
            f"role/app can s3:GetObject on {DATA} when aws:SourceVpce like vpce-*",
            f"role/app cannot s3:GetObject on {DATA} when aws:SourceVpce like vpc-*",
        ),
        (
            f"role/app can s3:ListBucket on {BUCKET}/a/*",
            f"role/app cannot s3:ListBucket on {BUCKET} when s3:prefix like b/*",
        ),
        (
            f"role/app can s3:GetObject on {DATA}",
            f"role/app cannot s3:GetObject on {DATA} when aws:PrincipalTag/team = blue",
        ),
        (
            f"role/app can s3:GetObject on {DATA}",
            f"role/app cannot s3:GetObject on {DATA} when aws:PrincipalAccount = {OUTSIDE}",
        ),
        (
            f"role/app can s3:GetObject on {DATA} depending on aws:SourceIp",
            f"role/app can s3:GetObject on {DATA} when aws:SourceIp = 10.0.0.1",
        ),
        (
            f"role/app can s3:GetObject on {DATA} depending on aws:SourceIp",
            f"role/app cannot s3:GetObject on {DATA} depending on aws:sourceip",
        ),
        (
            f"role/app can s3:PutObject on {DATA} when aws:RequestTag/a = x",
            f"role/app cannot s3:PutObject on {DATA} when aws:RequestTag/b = x and aws:RequestTag/a absent",
        ),
        ("role/app can s3:GetObject on *", "role/nowhere cannot s3:GetObject on *"),
        ("role/app can s3:GetObjekt on *", "role/app cannot s3:GetObjekt on *"),
    ],
)
def test_sentences_that_can_hold_together(one: str, other: str) -> None:
    assert codes(one, other) == []
    assert codes(other, one) == []


def test_a_contradiction_is_told_at_the_later_sentence_and_names_the_earlier_one_and_a_request() -> None:
    block = f"role/app\n  can s3:GetObject on {BUCKET}/*\n"
    text = f"{block}  cannot s3:Get* on {BUCKET}/secret/* when aws:SourceVpce = vpce-1"
    suite = suite_of(Source("all.expect", text), Path())
    (problem,) = contradictions(suite.expectations, ORGANISATION)
    assert problem.span is not None
    assert problem.span.place.line == 3
    assert problem.message == (
        f"this contradicts `role/app can s3:GetObject on {BUCKET}/*` (all.expect:2): both are about `s3:GetObject` on "
        f"`{BUCKET}/secret/` by `role/app` with `aws:SourceVpce` `vpce-1`"
    )
    assert problem.is_error


def test_each_sentence_is_told_of_one_contradiction_only() -> None:
    assert codes(
        *[f"role/app can s3:GetObject on {BUCKET}/{n}" for n in range(5)], f"role/app cannot s3:* on {BUCKET}/*"
    ) == ["contradiction"]


def test_a_sentence_that_stands_twice_is_warned_about(tmp_path: Path) -> None:
    text = (
        f"role/app, role/ops can s3:GetObject, s3:PutObject on {DATA}"
        " when aws:SourceVpce = a, b and aws:SourceIp absent\n"
        f"role/ops, role/app can s3:putobject, s3:GetObject on {DATA}"
        " when aws:sourceip absent and aws:SourceVpce = b, a\n"
        f"role/app can s3:GetObject on {DATA}"
    )
    (problem,) = contradictions(suite_of(Source("all.expect", text), tmp_path).expectations, ORGANISATION)
    assert (problem.code, problem.message) == ("repeated-sentence", "this stands in all.expect:1 already")
    assert not problem.is_error
    assert problem.span is not None
    assert problem.span.place.line == 2


def test_a_file_that_is_used_twice_repeats_its_sentences(tmp_path: Path) -> None:
    (tmp_path / "inner.expect").write_text(f"role/app can s3:GetObject on {DATA}", encoding="utf-8")
    suite = suite_of(Source("all.expect", 'use "inner.expect"\nuse "inner.expect"'), tmp_path)
    (problem,) = contradictions(suite.expectations, ORGANISATION)
    assert problem.code == "repeated-sentence"
    assert "used in all.expect:1" in problem.message


def test_given_conditions_count_as_stated() -> None:
    assert (
        codes(
            "given aws:SourceVpce = vpce-1",
            f"role/app can s3:GetObject on {DATA}",
            "given aws:SourceVpce = vpce-2",
            f"role/app cannot s3:GetObject on {DATA}",
        )
        == []
    )


def test_a_thousand_sentences_are_compared_soon() -> None:
    sentences = [f"role/app can s3:GetObject on {BUCKET}/{n}/*" for n in range(500)]
    sentences += [f"role/app cannot s3:PutObject, s3:DeleteObject on {BUCKET}/{n}/*" for n in range(500)]
    start = time.process_time()
    assert codes(*sentences) == []
    assert time.process_time() - start < 10
