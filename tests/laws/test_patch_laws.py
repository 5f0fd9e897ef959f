"""Edits in a row are one edit: what two rounds of edits do, the composed edits do at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.language.edits import TextEdit, apply_edits, composed
from policysim.language.source import Source, Span

TEXTS = st.text(alphabet='ab{},"\n', max_size=20)


@st.composite
def edits_of(draw: st.DrawFn, source: Source) -> list[TextEdit]:
    """Some edits of a text that do not overlap."""
    length = len(source.text)
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=6)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    return [TextEdit(Span(source, start, end), draw(TEXTS)) for start, end in spans]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_two_rounds_of_edits_are_one(data: st.DataObject) -> None:
    source = Source("p.json", data.draw(TEXTS))
    first = data.draw(edits_of(source))
    between = apply_edits(source, first)
    then = data.draw(edits_of(between))
    together = composed(source, first, then)
    assert apply_edits(source, together).text == apply_edits(between, then).text
    assert all(edit.span.source is source for edit in together)


@given(st.data())
def test_nothing_after_nothing_is_nothing(data: st.DataObject) -> None:
    source = Source("p.json", data.draw(TEXTS))
    assert composed(source, (), ()) == ()
