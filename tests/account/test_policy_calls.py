from __future__ import annotations

import shlex

import pytest

from policysim.account.policy_calls import (
    managed_policy_call,
    organisation_policy_call,
    resource_policy_call,
    trust_policy_call,
)

HOSTILE = "x; rm -rf ~ $(id) `id`"


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (resource_policy_call(f"arn:aws:s3:::{HOSTILE}"), HOSTILE),
        (
            resource_policy_call(f"arn:aws:kms:eu-west-1:111122223333:key/{HOSTILE}"),
            f"arn:aws:kms:eu-west-1:111122223333:key/{HOSTILE}",
        ),
        (trust_policy_call(f"arn:aws:iam::111122223333:role/{HOSTILE}"), HOSTILE),
        (organisation_policy_call(HOSTILE), HOSTILE),
        (
            managed_policy_call(f"arn:aws:iam::111122223333:policy/{HOSTILE}"),
            f"arn:aws:iam::111122223333:policy/{HOSTILE}",
        ),
    ],
)
def test_a_name_is_one_word_of_the_command_whatever_it_holds(call: str, word: str) -> None:
    assert word in shlex.split(call)


def test_an_ordinary_name_needs_no_quotes() -> None:
    assert resource_policy_call("arn:aws:s3:::reports") == "aws s3api get-bucket-policy --bucket reports"
