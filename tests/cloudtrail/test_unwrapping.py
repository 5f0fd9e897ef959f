"""Messages that a terminal broke: joined where the lines leave no doubt, and left open where they do."""

from __future__ import annotations

import pytest

from policysim.cloudtrail.transcripts import denials_in
from policysim.cloudtrail.unwrapping import read_wrapped

ANA = "arn:aws:iam::111122223333:user/ana"
WHO = f"User: {ANA} is not authorized to perform: s3:GetObject on resource: "
OBJECT = "arn:aws:s3:::quarterly-reports/2026/q3/report.csv"
BECAUSE = " because no identity-based policy allows the s3:GetObject action"


def broken(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize("width", range(40, 200))
def test_a_message_with_a_reason_is_joined_at_any_width(width: int) -> None:
    denial = read_wrapped(broken(f'{WHO}"{OBJECT}"{BECAUSE}', width))
    assert denial.recognised
    assert (denial.principal, denial.action, denial.layer) == (ANA, "s3:GetObject", "identity")
    assert denial.resource in (OBJECT, None)


@pytest.mark.parametrize("width", [80, 100, 120, 132])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_output_of_a_tool_is_joined_at_the_usual_widths(width: int, line_end: str) -> None:
    cli = f'An error occurred (AccessDenied) when calling the GetObject operation: {WHO}"{OBJECT}"{BECAUSE}'
    (denial,) = denials_in(f"$ aws x\n{broken(cli, width)}\n$ ".replace("\n", line_end)).denials
    assert (denial.principal, denial.action, denial.resource) == (ANA, "s3:GetObject", OBJECT)
    assert (denial.layer, denial.operation) == ("identity", "GetObject")


def test_a_break_in_a_name_that_may_hold_blanks_leaves_the_name_open() -> None:
    alarm = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:too many errors"
    text = WHO + alarm + BECAUSE
    at = text.index(" many")
    denial = read_wrapped(f"{text[:at]}\n{text[at + 1 :]}")
    assert (denial.layer, denial.resource) == ("identity", None)


def test_a_name_at_the_end_of_a_full_line_may_go_on_in_the_next_one() -> None:
    text = WHO + OBJECT
    denial = read_wrapped(f"{text[:-6]}\n{text[-6:]}")
    assert (denial.action, denial.resource) == ("s3:GetObject", None)


def test_words_behind_the_message_are_other_text() -> None:
    assert read_wrapped(f"{WHO}{OBJECT}\nERROR: Job failed: exit code 1\n").resource == OBJECT
    assert read_wrapped(f"{WHO}{OBJECT}\n\tstatus code: 403, request id: 0a1b").resource == OBJECT
    assert read_wrapped(f"{WHO}{OBJECT}\n").resource == OBJECT


def test_a_second_full_line_leaves_no_doubt() -> None:
    long = "arn:aws:s3:::quarterly-reports/" + "x" * 150
    text = WHO + long
    denial = read_wrapped(broken(text, 110))
    assert denial.resource == long


def test_a_policy_arn_at_the_end_of_a_full_line_is_left_open_too() -> None:
    text = f"{WHO}{OBJECT} with an explicit deny in a session policy: arn:aws:iam::111122223333:policy/limits"
    denial = read_wrapped(f"{text[:-3]}\n{text[-3:]}")
    assert (denial.layer, denial.policy_arn) == ("session", None)


def test_an_authorization_id_that_was_broken_is_whole_or_left_out() -> None:
    link = (
        "https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/0a1b2c3d4e5f6g7h8i9j"
    )
    text = f"{WHO}{OBJECT}{BECAUSE}. Go to {link} for complete details, or call the GetRequestAuthorizationDetails API"
    text += " with the following authorization id: 0a1b2c3d4e5f6g7h8i9j"
    for width in range(40, 200):
        assert read_wrapped(broken(text, width)).authorization_id in ("0a1b2c3d4e5f6g7h8i9j", None), width
