from __future__ import annotations

import pytest

from policysim.cloudtrail.causes import CAUSES, Cause, cause_of
from policysim.cloudtrail.messages import read_denial
from tests.shared_data import needs_shared, rows

SAYS_NOTHING = {"x-amz-expected-bucket-owner mismatch", "lambda ARN of another account"}
"""Two of the recorded refusals print the bare `Access Denied`, or no message at all: nobody can tell their cause."""


@needs_shared
def test_every_recorded_refusal_without_a_policy_is_told_by_its_message() -> None:
    recorded = rows("data/outcomes/non_iam_access_denied.jsonl")
    assert len(recorded) == 12
    for row in recorded:
        denial = read_denial(row["message"] or "", row["code"])
        assert denial.iam == (row["cause"] in SAYS_NOTHING), row["cause"]
        assert (denial.cause is None) == denial.iam
        assert denial.recognised == (row["message"] is not None)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.phrase[:30])
def test_each_phrase_is_found_in_its_sentence_over_line_ends(cause: Cause) -> None:
    found = cause_of(f"AccessDenied: it {cause.phrase}. Ask again.")
    assert found == cause
    assert cause_of("it" + f" {cause.phrase.upper()}".replace(" ", "\n  ")) == cause


def test_a_denial_by_a_policy_has_no_such_cause() -> None:
    assert cause_of("User: ana is not authorized to perform: s3:GetObject with an explicit deny") is None


def test_s9_a_role_of_another_account_is_never_passed() -> None:
    denial = read_denial("Cross-account pass role is not allowed.")
    assert not denial.iam
    assert denial.recognised


def test_what_the_role_of_a_service_lacks_is_not_laid_on_the_caller() -> None:
    denial = read_denial("'arn:aws:iam::111122223333:role/sfn-exec' is not authorized to create managed-rule.")
    assert (denial.iam, denial.recognised) == (False, True)
    assert denial.no_policy == "no policy of the caller"
    assert "and not the caller" in (denial.cause or "")
    assert read_denial("Request has expired").no_policy == "no policy"
