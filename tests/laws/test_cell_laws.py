"""Laws of cells: every set of patterns that some short text fits exactly is found, with a text that does so."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.language.cells import Cut, cells
from policysim.language.wildcards import Pattern
from policysim.language.witnesses import text_tokens

TEXTS = ["".join(letters) for length in range(5) for letters in itertools.product("aBz", repeat=length)]
"""Every short text over the letters of the patterns, and one letter that stands for all others."""

_PATTERNS = st.text("aB*?", max_size=4)


def _on(text: str, cuts: list[tuple[str, bool]]) -> frozenset[int]:
    fitting = (
        Pattern.from_text(pattern).matches_ignoring_case(text) if folded else Pattern.from_text(pattern).matches(text)
        for pattern, folded in cuts
    )
    return frozenset(at for at, fits in enumerate(fitting) if fits)


@given(st.lists(_PATTERNS, min_size=1, max_size=2), st.lists(st.tuples(_PATTERNS, st.booleans()), max_size=5))
@settings(max_examples=300)
def test_c15_every_cell_is_found_with_a_text_in_it(inside: list[str], cuts: list[tuple[str, bool]]) -> None:
    found = cells(
        tuple(text_tokens(pattern) for pattern in inside),
        tuple(Cut(text_tokens(pattern), folded) for pattern, folded in cuts),
    )
    assert found.whole
    wanted = {_on(text, cuts) for text in TEXTS if all(Pattern.from_text(one).matches(text) for one in inside)}
    assert wanted <= set(found.texts)
    for on, text in found.texts.items():
        assert _on(text, cuts) == on
        assert all(Pattern.from_text(pattern).matches(text) for pattern in inside)


def test_a_search_that_breaks_off_says_so() -> None:
    many = tuple(Cut(text_tokens(f"*{letter}*")) for letter in "abcdefghijklmnop")
    assert not cells((text_tokens("*"),), many).whole
