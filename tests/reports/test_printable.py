from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.reports.printable import display_width, laid_out, printable, printable_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Größe 日本", "Größe 日本"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31mred", "\\x9b31mred"),
        ("gpj\u202e.json", "gpj\\u202e.json"),
        ("half \ud800 pair", "half \\ud800 pair"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("no\u00a0break", "no\\xa0break"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_nothing_printable_holds_can_steer_a_terminal_or_fail_to_encode(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert shown.encode("utf-8").decode("utf-8") == shown


def test_lines_keep_their_ends_and_tabs() -> None:
    assert printable_lines("a\tb\r\nc\x1bd\n") == "a\tb\r\nc\\x1bd\n"
    assert printable_lines("a\rb") == "a\\rb"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\uff46", 2), ("", 0)])
def test_width_is_counted_in_columns(text: str, width: int) -> None:
    assert display_width(text) == width


def test_tabs_reach_to_the_next_stop() -> None:
    assert laid_out("\ta\tb") == ["    ", "a", "   ", "b"]
    assert "".join(laid_out("日\tb")) == "日  b"


def test_an_escape_takes_the_columns_it_is_shown_in() -> None:
    assert laid_out("a\x1b\tb") == ["a", "\\x1b", "   ", "b"]
