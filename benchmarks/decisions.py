"""Time per decision: one small policy, and a request with every layer present; unknown keys included.

    python benchmarks/decisions.py

The reference in the same run is a loop of ``json.loads`` over the same documents, so that figures compare across
machines as ratios.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, Level, PolicySet, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Credentials, Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "111122223333"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def statement(number: int) -> dict[str, Any]:
    """One of many statements that a request has to be held against."""
    return {
        "Sid": f"S{number}",
        "Effect": "Allow",
        "Action": ["s3:Get*", "s3:List*", f"ec2:Describe{number}*"],
        "Resource": [f"arn:aws:s3:::bucket-{number}", f"arn:aws:s3:::bucket-{number}/*"],
        "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    }


def attached(statements: list[dict[str, Any]], type_: PolicyType) -> AttachedPolicy:
    """A document of these statements, read."""
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return AttachedPolicy("policy", parse_policy(Source("policy", text), type_))


def request(context: RequestContext) -> Request:
    """A read of an object that the last statement allows."""
    return Request(
        principal=Principal(
            kind=PrincipalKind.ROLE_SESSION,
            arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s",
            entity_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
            account=ACCOUNT,
            credentials=Credentials.TEMPORARY,
            in_management_account=False,
        ),
        action="s3:GetObject",
        resource=Resource(arn="arn:aws:s3:::bucket-4/key", account=ACCOUNT),
        context=context,
    )


def full_set() -> PolicySet:
    """Ten identity policies of ten statements, a boundary, five SCP levels and a bucket policy."""
    deny: dict[str, Any] = {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    deny["Condition"] = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
    scp = attached([ALLOW_ALL, deny], PolicyType.SCP)
    bucket = attached(
        [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
            | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        ],
        PolicyType.RESOURCE,
    )
    return PolicySet(
        {
            LayerName.IDENTITY: one_level(
                "role", [attached([statement(10 * i + j) for j in range(10)], PolicyType.IDENTITY) for i in range(10)]
            ),
            LayerName.BOUNDARY: one_level("role", [attached([ALLOW_ALL], PolicyType.BOUNDARY)]),
            LayerName.SCP: LayerPolicies(tuple(Level(f"level-{i}", (scp,)) for i in range(5))),
            LayerName.RESOURCE: one_level("bucket", [bucket]),
        }
    )


def microseconds(call: Callable[[], object], rounds: int = 7, loops: int = 200) -> float:
    """The median time of one call."""
    figures = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(loops):
            call()
        figures.append((time.perf_counter() - start) / loops * 1e6)
    return statistics.median(figures)


def main() -> None:
    """Print one line for each size of question."""
    small = PolicySet(
        {LayerName.IDENTITY: one_level("role", [attached([statement(i) for i in range(5)], PolicyType.IDENTITY)])}
    )
    known = RequestContext({"aws:RequestedRegion": "eu-west-1", "aws:SecureTransport": "true"}, complete=True)
    open_ = RequestContext({"aws:SecureTransport": "true"})
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(i) for i in range(5)]})
    reference = microseconds(lambda: json.loads(text))
    print(f"{reference:9.1f} µs   1.0x  json.loads of 5 statements ({len(text)} bytes)")
    for name, policies, context in (
        ("1 policy, 5 statements, complete context", small, known),
        ("1 policy, 5 statements, Region unknown (split into classes)", small, open_),
        ("10 policies, 100 statements, boundary, 5 SCP levels, bucket policy", full_set(), known),
        ("the same, Region unknown (split into classes)", full_set(), open_),
    ):
        asked = request(context)
        figure = microseconds(lambda p=policies, r=asked: decide(r, p, CATALOGUE))  # type: ignore[misc]  # bound in the loop on purpose
        effect = decide(asked, policies, CATALOGUE).effect.value
        print(f"{figure:9.1f} µs {figure / reference:5.1f}x  {name}: {effect}")


if __name__ == "__main__":
    main()
