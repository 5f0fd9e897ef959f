"""Names that a mistyped one stands for, and several words in one sentence."""

from __future__ import annotations

import pytest

from policysim.language.lists import listed
from policysim.language.nearest import nearest


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")],
)
def test_words_are_listed_as_english_lists_them(words: tuple[str, ...], said: str) -> None:
    assert listed(words, "or") == said


def test_the_likest_names_are_told_first_in_their_own_spelling_and_no_more_than_asked_for() -> None:
    known = ["app-Reader", "app-readers", "app-reads", "app-header", "billing"]

    assert nearest("APP-READER", known) == "did you mean `app-Reader`, `app-readers` or `app-header`?"
    assert nearest("app-reader", known, most=1) == "did you mean `app-Reader`?"


def test_nothing_is_proposed_for_a_name_that_is_like_none() -> None:
    assert nearest("zzzz", ["app-reader"]) == ""
    assert nearest("app-rd", ["app-reader"], likeness=0.9) == ""
