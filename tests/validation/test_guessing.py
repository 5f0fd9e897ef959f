"""What a document is taken for when nobody says."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.language.policy_types import PolicyType
from policysim.validation.guessing import guess_type
from tests.shared_data import needs_shared, rows
from tests.validation.findings_on import ASSUME, BUCKET, GET, document

DENY_ALL = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (document(GET), PolicyType.IDENTITY),
        (document(), PolicyType.IDENTITY),
        (document(BUCKET), PolicyType.RESOURCE),
        (document(BUCKET, GET), PolicyType.RESOURCE),
        (document(ASSUME), PolicyType.TRUST),
        (document({**ASSUME, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"]}), PolicyType.TRUST),
        (document({**ASSUME, "Resource": "arn:aws:s3:::b"}), PolicyType.RESOURCE),
        (document({"Effect": "Allow", "Action": "sts:AssumeRole"}), PolicyType.TRUST),
        (document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}), PolicyType.IDENTITY),
        (document(DENY_ALL), PolicyType.RCP),
        (document({**DENY_ALL, "Principal": {"AWS": "*"}, "Resource": ["*"]}), PolicyType.RCP),
        (document(DENY_ALL, BUCKET), PolicyType.RESOURCE),
        ({"Statement": [DENY_ALL]}, PolicyType.RESOURCE),
        (document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}), PolicyType.VPCE),
        ({"Statement": BUCKET}, PolicyType.RESOURCE),
        ({"Statement": "nothing"}, PolicyType.IDENTITY),
        ([], PolicyType.IDENTITY),
    ],
)
def test_p1_g9_g19_g21_the_elements_tell_the_type(value: Any, expected: PolicyType) -> None:
    guess = guess_type(value)
    assert guess.type is expected
    assert guess.reason


@needs_shared
def test_p1_g9_the_guess_is_right_wherever_the_document_shows_its_type() -> None:
    wrong = [
        row
        for row in rows("data/policies/policies.jsonl.gz")
        if not row["template"]
        and row["repo"] != "aws-samples/resource-control-policy-examples"
        and row["type"] in {"identity", "resource", "trust"}
        and guess_type(row["policy"]).type.value != row["type"]
    ]
    assert len(wrong) <= 4
