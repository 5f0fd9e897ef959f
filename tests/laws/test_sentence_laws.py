"""Laws of the expectation language: what a sentence is told as, read again, is the same sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from policysim.expectations.reading import read_expectations
from policysim.expectations.sentences import Condition, Expectation, Form, Test, Word
from policysim.grammars.expectation_slips import KEYWORDS
from policysim.language.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

NOWHERE = Source("<law>", "")
PLACE = Span(NOWHERE, 0, 1)

texts = st.one_of(
    st.sampled_from(
        [*sorted(KEYWORDS), "CAN", "role/a", "s3:GetObject", "a=b", "#x", "x#y", "'q'", "", " ", "{a}", "a,b"]
    ),
    st.text(st.characters(exclude_characters='"', exclude_categories=("Cc", "Cs")), max_size=6),
    st.text("can on=,#'*?{}:/", max_size=6),
)
words = st.builds(lambda text: Word(text, PLACE), texts)
lists = st.lists(words, min_size=1, max_size=3).map(tuple)
equal_or_like = st.builds(Condition, words, st.sampled_from([Test.EQUALS, Test.LIKE]), lists)
conditions = st.lists(
    st.one_of(equal_or_like, st.builds(Condition, words, st.just(Test.ABSENT), st.just(()))),
    max_size=3,
    unique_by=lambda one: one.key.text.lower(),
).map(tuple)


@st.composite
def sentences(draw: st.DrawFn) -> Expectation:
    form = draw(st.sampled_from(Form))
    may_be_open = form in {Form.CAN, Form.CANNOT}
    return Expectation(
        form=form,
        principals=draw(lists if form is not Form.NOBODY else st.one_of(lists, st.just(()))),
        actions=draw(lists),
        resources=draw(lists),
        conditions=draw(conditions),
        depending_on=draw(st.one_of(st.just(()), lists)) if may_be_open else (),
        because=draw(st.one_of(st.just(()), lists)),
        span=PLACE,
    )


def plain(listed: Sequence[Word]) -> list[str]:
    return [word.text for word in listed]


def meant(sentence: Expectation) -> tuple[object, ...]:
    return (
        sentence.form,
        plain(sentence.principals),
        plain(sentence.actions),
        plain(sentence.resources),
        [(one.key.text, one.test, plain(one.values)) for one in sentence.conditions],
        plain(sentence.depending_on),
        plain(sentence.because),
    )


@given(sentences())
def test_a_sentence_read_again_is_the_same_sentence(sentence: Expectation) -> None:
    again = read_expectations(Source("<again>", sentence.text))
    assert not again.problems, (sentence.text, again.problems)
    (read,) = again.lines
    assert isinstance(read, Expectation)
    assert meant(read) == meant(sentence)
    assert read.text == sentence.text


@given(st.lists(sentences(), min_size=1, max_size=4))
def test_sentences_in_a_row_are_read_one_by_one(listed: list[Expectation]) -> None:
    text = "\n".join(sentence.text for sentence in listed)
    again = read_expectations(Source("<again>", text))
    assert [meant(one) for one in again.lines if isinstance(one, Expectation)] == [meant(one) for one in listed]


@given(st.text(max_size=60), st.text('can otrle/s3:X,"#=\n ', max_size=80))
def test_no_text_whatever_makes_the_reading_fail(any_text: str, near_text: str) -> None:
    for text in (any_text, near_text, f"role/a can s3:X on y {near_text}"):
        read = read_expectations(Source("<any>", text))
        for problem in read.problems:
            span = problem.span
            assert span is not None
            assert 0 <= span.start <= span.end <= len(text)
            assert problem.message
            assert "\n" not in problem.message


@given(sentences(), st.text("can onb=,\"'", min_size=1, max_size=12))
def test_a_break_leaves_the_sentences_before_it(sentence: Expectation, junk: str) -> None:
    text = f"{sentence.text}\nonly {junk}\n{sentence.text}"
    read = read_expectations(Source("<broken>", text))
    kept = [meant(one) for one in read.lines if isinstance(one, Expectation)]
    if read.problems:
        assert meant(sentence) in kept
