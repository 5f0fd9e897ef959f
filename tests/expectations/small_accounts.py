"""Small accounts in memory, and sentences checked against them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from policysim.account.account import (
    Account,
    BucketSettings,
    Group,
    Identities,
    Organisation,
    PolicyReference,
    PublicAccess,
    Role,
    User,
)
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.expectations.checking import LIMIT, Checker
from policysim.expectations.reading import read_expectations
from policysim.expectations.sentences import Expectation
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import PublicAccessBlock
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from policysim.expectations.results import Answer, Result
    from policysim.language.policy import Policy

ACCOUNT = "111122223333"
OTHER = "444455556666"
FOREIGN = "999988887777"
BUCKET = "arn:aws:s3:::data"
SERVICES = frozenset({"s3", "sqs", "sns", "kms", "lambda", "dynamodb", "secretsmanager", "sts", "ec2"})

Statement = dict[str, Any]


def allow(action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any) -> Statement:
    """One Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any) -> Statement:
    """One Deny."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trusting(principal: Mapping[str, Any] | str, action: str = "sts:AssumeRole", **more: Any) -> Statement:
    """One Allow of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def document(name: str, statements: Sequence[Statement], kind: PolicyType = PolicyType.IDENTITY) -> Policy:
    """A policy as read from a file of this name."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)
    return parse_policy(Source(f"policies/{name}.json", text), kind)


def account(
    account_id: str = ACCOUNT,
    *,
    roles: Mapping[str, Sequence[Statement]] | None = None,
    users: Mapping[str, Sequence[Statement]] | None = None,
    trust: Mapping[str, Sequence[Statement]] | None = None,
    boundary: Mapping[str, Sequence[Statement]] | None = None,
    resources: Mapping[str, Sequence[Statement] | None] | None = None,
    **more: Any,
) -> Account:
    """An account of which everything was collected; names may have paths, and each policy bears its holder's name."""
    limits = {name: f"arn:aws:iam::{account_id}:policy/{name.rsplit('/', 1)[-1]}-limit" for name in boundary or {}}
    identities = Identities(
        users={
            (arn := f"arn:aws:iam::{account_id}:user/{name}"): User(
                name=name.rsplit("/", 1)[-1], arn=arn, inline={name: document(name, said)} if said else {}
            )
            for name, said in (users or {}).items()
        },
        roles={
            (arn := f"arn:aws:iam::{account_id}:role/{name}"): Role(
                name=name.rsplit("/", 1)[-1],
                arn=arn,
                inline={name: document(name, said)} if said else {},
                boundary=PolicyReference(f"{name}-limit", limits[name]) if name in limits else None,
            )
            for name, said in (roles or {}).items()
        },
        groups={"staff": Group(name="staff", arn=f"arn:aws:iam::{account_id}:group/staff")},
        trust={
            f"arn:aws:iam::{account_id}:role/{name}": document(
                f"trust-{name}",
                (trust or {}).get(name, []) or [trusting({"Service": "ec2.amazonaws.com"})],
                PolicyType.TRUST,
            )
            for name in roles or {}
        },
        managed={limits[name]: document(f"{name}-limit", said) for name, said in (boundary or {}).items()},
    )
    policies = {
        arn: None
        if said is None
        else AttachedPolicy(
            arn.rsplit(":", 1)[-1], document(arn.rsplit(":", 1)[-1], said, PolicyType.RESOURCE), None, arn
        )
        for arn, said in (resources or {}).items()
    }
    nothing_blocked = PublicAccessBlock(
        block_public_acls=False, ignore_public_acls=False, block_public_policy=False, restrict_public_buckets=False
    )
    buckets = {
        arn.rsplit(":", 1)[-1]: BucketSettings(public_access_block=nothing_blocked, ownership="BucketOwnerEnforced")
        for arn in policies
        if arn.startswith("arn:aws:s3:::")
    }
    settings: dict[str, Any] = {
        "resource_policies": policies,
        "session_policies": {},
        "endpoints": {},
        "tags": {},
        "grants": {},
        "public_access": PublicAccess(account=nothing_blocked, buckets=buckets),
        "access_points": {},
        "complete": SERVICES,
    }
    return Account(id=account_id, name=account_id, identities=identities, **(settings | more))


def standing_alone(*accounts: Account, **more: Any) -> Organisation:
    """Accounts that belong to no organisation."""
    return Organisation(accounts={one.id: one for one in accounts}, standalone=True, **more)


def sentences(text: str) -> list[Expectation]:
    """The expectations of a text that breaks nowhere."""
    read = read_expectations(Source("test.expect", text))
    assert not read.problems
    return [line for line in read.lines if isinstance(line, Expectation)]


def checked(
    text: str,
    organisation: Organisation | Account,
    *,
    limit: int = LIMIT,
    observe: Callable[[Expectation, Answer], None] | None = None,
) -> Result:
    """The result of the one sentence of a text."""
    (sentence,) = sentences(text)
    at_hand = standing_alone(organisation) if isinstance(organisation, Account) else organisation
    return Checker(at_hand, limit=limit, observe=observe).check(sentence)


def answers(text: str, organisation: Organisation | Account) -> list[Answer]:
    """Every answer that a sentence asks for."""
    found: list[Answer] = []
    checked(text, organisation, observe=lambda _, answer: found.append(answer))
    return found


def codes(result: Result) -> list[str]:
    """The codes of the problems of a result."""
    return [problem.code for problem in result.problems]


def told(result: Result) -> str:
    """Everything that a result says in sentences."""
    lines = [shortfall.sentence for shortfall in result.shortfalls]
    return "\n".join([*lines, *(f"{problem.message} {problem.hint}" for problem in result.problems)])
