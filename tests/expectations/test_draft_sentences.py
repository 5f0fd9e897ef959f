"""How a draft writes its sentences: every one is read back as it was meant, and no line grows long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policysim.expectations.drafting.said import WIDTH, Said, Sentence, comment
from policysim.expectations.reading import read_expectations
from policysim.expectations.sentences import Expectation, Form, Test, written
from policysim.language.source import Source

ARN = "arn:aws:s3:::bakery-orders/new/*"


def sentence(**changes: object) -> Sentence:
    words: dict[str, object] = {
        "form": Form.CAN,
        "principals": ("role/app",),
        "actions": ("s3:GetObject",),
        "resources": (ARN,),
    }
    return Sentence(**{**words, **changes})  # type: ignore[arg-type]  # the fields are those of the class


def read(text: str) -> Expectation:
    found = read_expectations(Source("draft", text))
    assert not found.problems, found.problems
    (line,) = found.lines
    assert isinstance(line, Expectation)
    return line


def as_read(one: Expectation) -> tuple[object, ...]:
    texts = [tuple(word.text for word in words) for words in (one.principals, one.actions, one.resources, one.because)]
    conditions = tuple((c.key.text, c.test, tuple(value.text for value in c.values)) for c in one.conditions)
    return (one.form, *texts, conditions)


def as_meant(one: Sentence) -> tuple[object, ...]:
    conditions = tuple((c.key, c.test, c.values) for c in one.conditions)
    return (one.form, one.principals, one.actions, one.resources, one.because, conditions)


WORDS = st.one_of(
    st.sampled_from(["role/app", "can", "on", "and", "like", "#x", "=", "a b", "a,b", "s3:Get*", ARN, "x=y", "ünï"]),
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters='"'), min_size=1, max_size=30),
).filter(lambda word: word.isprintable())
LISTS = st.lists(WORDS, min_size=1, max_size=12, unique=True).map(tuple)
CONDITIONS = st.lists(
    st.one_of(
        st.builds(Said, WORDS, st.sampled_from([Test.EQUALS, Test.LIKE]), LISTS),
        st.builds(Said, WORDS, st.just(Test.ABSENT), st.just(())),
    ),
    max_size=3,
    unique_by=lambda one: one.key.lower(),
).map(tuple)
SENTENCES = st.builds(
    Sentence,
    form=st.sampled_from(Form),
    principals=LISTS,
    actions=LISTS,
    resources=LISTS,
    conditions=CONDITIONS,
    because=st.sampled_from([(), ("scp",), ("scp", "boundary")]),
    notes=st.lists(WORDS, max_size=1).map(tuple),
)


def as_written(one: Sentence) -> str:
    if one.form in {Form.CAN, Form.CANNOT}:
        return "\n".join([", ".join(map(written, one.principals)), *one.clause()])
    return "\n".join(one.lines())


@given(SENTENCES)
def test_what_is_written_is_read_back_as_it_was_meant(one: Sentence) -> None:
    assert one.can_be_written
    assert as_read(read(one.text)) == as_meant(one)
    assert as_read(read(as_written(one))) == as_meant(one)


@given(SENTENCES)
def test_a_line_is_long_only_where_one_word_is(one: Sentence) -> None:
    for line in as_written(one).split("\n")[1:]:
        assert len(line) <= WIDTH or len(line.split()) <= 3 or '"' in line or max(map(len, line.split())) > 60, line


def test_a_short_sentence_stands_on_one_line_with_its_verb_in_column() -> None:
    assert sentence(form=Form.CANNOT, because=("boundary",)).clause() == [
        f"  cannot  s3:GetObject on {ARN} because boundary",
    ]
    assert sentence().clause() == [f"  can     s3:GetObject on {ARN}"]


def test_a_long_sentence_is_broken_between_its_words() -> None:
    actions = ("lambda:GetFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration")
    lines = sentence(actions=actions, conditions=(Said("aws:SourceIp", Test.EQUALS, ("198.51.100.1",)),)).clause()
    assert lines == [
        "  can     lambda:GetFunction, lambda:UpdateFunctionCode, lambda:UpdateFunctionConfiguration",
        f"          on {ARN}",
        "          when aws:SourceIp = 198.51.100.1",
    ]


def test_nobody_at_all_names_nobody() -> None:
    assert sentence(form=Form.NOBODY, principals=()).lines() == [f"nobody can s3:GetObject on {ARN}"]


def test_words_that_would_be_read_as_something_else_stand_in_quotes() -> None:
    assert [written(word) for word in ("can", "a b", "#x", "role/can")] == ['"can"', '"a b"', '"#x"', "role/can"]


def test_a_word_that_breaks_a_line_or_holds_a_quote_cannot_be_written() -> None:
    for word in ("a\nb", 'a"b', "a\x1b[2Jb", ""):
        assert not sentence(resources=(word,)).can_be_written


@given(st.text())
def test_a_comment_stays_a_comment_whatever_it_tells(text: str) -> None:
    lines = comment(text)
    assert all(line.startswith("#") and line.isprintable() for line in lines)
    assert not read_expectations(Source("draft", "\n".join(lines))).lines
