"""Processor time to check expectations against the sample organisation: literal sentences, wildcards, and ``nobody``.

    python benchmarks/expectations.py

The reference in the same run is a loop of ``json.loads`` over the largest document of the organisation, so that figures
compare across machines as ratios.
"""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.expectations.checking import Checker
from policysim.expectations.reading import read_expectations
from policysim.expectations.sentences import Expectation
from policysim.language.source import Source
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.account import Organisation

ORGANISATION: Final = Path(__file__).resolve().parents[1] / "policies" / "acme"
ACCOUNT: Final = "111122223333"
GIVEN: Final = "given aws:SecureTransport = true and aws:RequestedRegion = eu-west-1 and aws:SourceVpce absent\n"
SENTENCES: Final = 1_000
ACTIONS: Final = {
    "arn:aws:s3:::acme-prod-invoices/issued/x": ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectAcl"),
    "arn:aws:s3:::acme-prod-invoices": ("s3:ListBucket", "s3:PutBucketPolicy", "s3:DeleteBucket", "s3:GetBucketAcl"),
    "arn:aws:s3:::acme-data-lake/curated/x": ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
    "arn:aws:s3:::acme-data-lake": ("s3:ListBucket", "s3:PutBucketPolicy"),
    "arn:aws:s3:::acme-org-cloudtrail": ("s3:ListBucket", "s3:PutBucketPolicy", "s3:DeleteBucket"),
    f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders": ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:PurgeQueue"),
    f"arn:aws:sns:eu-west-1:{ACCOUNT}:order-events": ("sns:Publish", "sns:Subscribe", "sns:DeleteTopic"),
    f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
    f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:checkout-api": ("lambda:InvokeFunction", "lambda:GetFunction"),
    f"arn:aws:iam::{ACCOUNT}:role/checkout-api": ("iam:PassRole", "sts:AssumeRole", "iam:DeleteRole"),
    "arn:aws:iam::222233334444:role/lake-ingest": ("iam:PassRole", "sts:AssumeRole", "iam:DeleteRole"),
    "arn:aws:kms:eu-west-1:222233334444:key/0987dcba-09fe-87dc-65ba-ab0987654321": ("kms:Decrypt", "kms:PutKeyPolicy"),
    "arn:aws:events:eu-west-1:222233334444:rule/x": ("events:PutRule", "events:DeleteRule"),
}


def literal_sentences(organisation: Organisation) -> str:
    """A thousand different sentences of one request each: the roles of all accounts against every action."""
    accounts = [one.identities for one in organisation.accounts.values() if one.identities is not None]
    roles = [role for identities in accounts for role in identities.roles]
    requests = [(action, arn) for arn, actions in ACTIONS.items() for action in actions]
    verbs = itertools.cycle(("can", "cannot"))
    said = [
        f"{role} {verb} {action} on {arn}\n"
        for (role, (action, arn)), verb in zip(itertools.product(roles, requests), verbs, strict=False)
    ]
    if len(said) < SENTENCES:
        raise ValueError(f"only {len(said)} different sentences")
    return GIVEN + "".join(said[:SENTENCES])


def expectations_of(text: str) -> list[Expectation]:
    """The sentences of a text."""
    return [line for line in read_expectations(Source("benchmark", text)).lines if isinstance(line, Expectation)]


def seconds_to_check(expectations: Sequence[Expectation], organisation: Organisation) -> tuple[float, int]:
    """How long a new checker takes for all of them, and how many requests it asked."""
    checker = Checker(organisation)
    start = time.process_time()
    asked = sum(checker.check(one).asked for one in expectations)
    return time.process_time() - start, asked


def main() -> None:
    """Print one line for each kind of sentence."""
    organisation = read_organisation(ORGANISATION)
    text = (ORGANISATION / "accounts" / ACCOUNT / "authorization-details.json").read_text()
    start = time.process_time()
    for _ in range(100):
        json.loads(text)
    reference = (time.process_time() - start) / 100
    print(f"{reference:8.4f} s      1x  json.loads of {len(text)} bytes")
    literal = literal_sentences(organisation)
    start = time.process_time()
    expectations_of(literal)
    seconds = time.process_time() - start
    print(f"{seconds:8.4f} s {seconds / reference:6.0f}x  1,000 sentences read from their text")
    for name, said in (
        ("1,000 different sentences of one request", literal),
        ("`cannot iam:* on *`", "role/checkout-worker cannot iam:* on *"),
        ("`cannot s3:* on *`", "role/checkout-api cannot s3:* on *"),
        ("`nobody can s3:GetObject on BUCKET/*`", "nobody can s3:GetObject on arn:aws:s3:::acme-prod-invoices/*"),
        (
            "`nobody can` four actions on everything",
            "nobody can iam:PutRolePolicy, iam:AttachRolePolicy, kms:Decrypt, sqs:* on *",
        ),
        ("`nobody can s3:* on *`", "nobody can s3:* on *"),
        ("`nobody can * on *` (too many)", "nobody can * on *"),
    ):
        expectations = expectations_of(said)
        seconds, asked = seconds_to_check(expectations, organisation)
        print(f"{seconds:8.4f} s {seconds / reference:6.0f}x  {name}: {asked:,} requests")


if __name__ == "__main__":
    main()
