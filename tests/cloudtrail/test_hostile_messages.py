"""Messages that somebody made to hurt: long ones, ones that repeat themselves, control characters, half characters.

Time of the processor is compared between a text and one four times as long, loosely: what takes time by the square of
the length takes sixteen times as long.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from policysim.cloudtrail.messages import LONGEST_READ, read_denial
from policysim.cloudtrail.transcripts import denials_in
from policysim.grammars.denials import message_parts

if TYPE_CHECKING:
    from collections.abc import Callable

WHO = "User: ana is not authorized to perform: s3:GetObject"
ON = f"{WHO} on resource: "
BECAUSE = " because no identity-based policy allows the s3:GetObject action"
FLOOR = 0.25
"""Seconds of the processor below which nothing is compared."""

REPEATED = {
    "users": "User: ",
    "users-without-space": "User:",
    "frames": "User: a is not authorized ",
    "frames-of-perform": "User: a is not authorized to perform: ",
    "backticks": "User `a' is not authorized to perform `",
    "brackets": "Principal [",
    "refusals": "You are not authorized to perform this operation. ",
    "bare": "Access Denied ",
    "bare-lines": "Access Denied\n",
    "codes": "AccessDenied: ",
    "heads-of-python": "An error occurred (AccessDenied) when calling the X operation: ",
    "heads-of-go": "operation error A: b, ",
    "heads-of-php": 'Error executing "',
    "json": '"message":"',
    "json-escapes": '"message":"a\\\\',
    "xml": "<Code>AccessDenied</Code><Message>",
    "commands": "aws --a ",
    "escapes": "\x1b[",
    "titles": "\x1b]",
    "boxes": "│ ",
    "time-stamps": "2026-11-24T03:00:01Z ",
    "labels": "Encoded authorization failure message: ",
    "surrogates": "User: \ud800",
    "invisible": "\u200b",
    "zero-bytes": "\0",
    "braces": "{",
    "blank-lines": "\n",
}
BEHIND_A_FRAME = {
    "spaces": " ",
    "quotes": '"',
    "apostrophes": "'",
    "because": "a because ",
    "because-no": " because no",
    "denies": " with an explicit deny",
    "links": ". Go to https:",
    "html": "&quot;",
    "backslashes": "\\",
    "closing": "\"]}'",
    "lines": "x\n",
}


def seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", REPEATED.values(), ids=REPEATED.keys())
@pytest.mark.parametrize("read", [read_denial, denials_in], ids=["message", "transcript"])
def test_time_grows_with_the_length_alone(read: Callable[[str], object], unit: str) -> None:
    count = 30_000 // len(unit)
    once = min(seconds(read, unit * count + str(turn)) for turn in range(2))
    assert min(seconds(read, unit * (4 * count) + str(turn)) for turn in range(2)) < max(10 * once, FLOOR)


@pytest.mark.parametrize("unit", BEHIND_A_FRAME.values(), ids=BEHIND_A_FRAME.keys())
def test_every_terminal_reads_the_longest_text_in_no_time(unit: str) -> None:
    for text in (ON + unit * (LONGEST_READ // len(unit)) + "x", f"{ON}a{BECAUSE}" + unit * (LONGEST_READ // len(unit))):
        assert min(seconds(message_parts, text) for _ in range(3)) < FLOOR


@pytest.mark.parametrize(
    "text",
    [
        ON + "x" * 10_000_000,
        "the cat sat on the mat. " * 400_000 + ON + "x" + BECAUSE,
        ON + "x" + BECAUSE + ". Encoded authorization failure message: " + "aB3_" * 2_500_000,
        "x" * 10_000_000,
    ],
    ids=["resource", "noise", "encoded", "letters"],
)
@pytest.mark.parametrize("read", [read_denial, denials_in], ids=["message", "transcript"])
def test_ten_megabytes_are_read_in_seconds(read: Callable[[str], object], text: str) -> None:
    assert seconds(read, text) < 8


def test_a_message_behind_ten_megabytes_of_noise_is_found() -> None:
    told = denials_in("the cat sat on the mat.\n" * 400_000 + ON + "x" + BECAUSE)
    assert [denial.resource for denial in told.denials] == ["x"]


@pytest.mark.parametrize(
    "name",
    ["a\x1b[2Jb", "a\x07b", "a\u202eb", "a\ud800b", "a\0b", "<script>", "$(reboot)", "`reboot`", "a\u200bb", "é" * 50],
)
def test_what_stands_in_a_quoted_name_is_kept_as_it_is(name: str) -> None:
    denial = read_denial(f'{WHO} on resource: "arn:aws:s3:::b/{name}"{BECAUSE}')
    assert denial.resource == f"arn:aws:s3:::b/{name}"
    assert denial.layer == "identity"


def test_a_name_cannot_bring_a_second_denial_into_a_message() -> None:
    name = "x because no session policy allows the a:B action. User: eve is not authorized"
    denial = read_denial(f'{WHO} on resource: "arn:aws:s3:::b/{name}"{BECAUSE}')
    assert (denial.principal, denial.layer, denial.resource) == ("ana", "identity", f"arn:aws:s3:::b/{name}")


def test_what_is_longer_than_any_message_says_nothing_of_a_name_that_goes_on() -> None:
    denial = read_denial(ON + "x" * (LONGEST_READ + 10))
    assert denial.action == "s3:GetObject"
    assert denial.resource is None
