from __future__ import annotations

import json

import pytest

from policysim.language.json_text import RepeatedMembers, WrittenNumber, load_json
from policysim.language.problem_kinds import BROKEN_JSON, NESTED_TOO_DEEP
from policysim.language.problems import Problem
from policysim.language.source import Source, Span
from tests.json_styles import STYLES

VALUE = {"Version": "2012-10-17", "Statement": [{"a/b": [1, -2, True, None, "é€😀\u0001", {}], "": []}]}


@pytest.mark.parametrize("style", STYLES)
def test_every_style_reads_as_the_same_value(style: str) -> None:
    assert load_json(Source("p.json", STYLES[style](VALUE))) == VALUE


def test_g5_repeated_members_are_remembered_and_the_last_value_counts() -> None:
    value = load_json(Source("p.json", '{"a": 1, "b": {"x": 1, "x": 2, "y": 3, "y": 4}, "a": 5}'))
    assert isinstance(value, RepeatedMembers)
    assert value == {"a": 5, "b": {"x": 2, "y": 4}}
    assert value.names == ("a",)
    assert isinstance(value["b"], RepeatedMembers)
    assert value["b"].names == ("x", "y")


def test_g5_names_written_differently_are_the_same_member() -> None:
    value = load_json(Source("p.json", '{"Effect": 1, "\\u0045ffect": 2}'))
    assert isinstance(value, RepeatedMembers)
    assert value.names == ("Effect",)


def test_objects_without_repetition_are_plain() -> None:
    assert type(load_json(Source("p.json", '{"a": 1}'))) is dict


def test_c12_numbers_keep_the_form_in_which_they_are_written() -> None:
    value = load_json(Source("p.json", "[1.50, 1E400, 10]"))
    assert isinstance(value, list)
    assert [item.text for item in value if isinstance(item, WrittenNumber)] == ["1.50", "1E400"]
    assert value[0] == 1.5
    assert value[2] == 10


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "the text ends"),
        ("{", 1, "member name in double quotes"),
        ('{"a" 1}', 5, "`:`"),
        ('{"a":1 "b":2}', 7, "`,`"),
        ('\ufeff{"a":1 "b":2}', 8, "`,`"),
        ('{"a":1} x', 8, "end of the text"),
        ('{"a":"x', 5, "never closed"),
        ('{"a":"\t"}', 6, "control character"),
        ('{"a":"\\q"}', 6, "unknown escape"),
        ('{"a":NaN}', 5, "`NaN`"),
        ('{"NaN":"NaN","b":-Infinity}', 17, "`-Infinity`"),
        (json.dumps({"a": "1" * 5000, "b": "@"}).replace('"@"', "1" * 5000), 5015, "digits"),
    ],
)
def test_broken_text_is_a_problem_at_its_place(text: str, offset: int, words: str) -> None:
    source = Source("p.json", text)
    problem = load_json(source)
    assert isinstance(problem, Problem)
    assert problem.kind is BROKEN_JSON
    assert words in problem.message
    assert problem.message.startswith("this is not JSON: ")
    assert isinstance(problem.where, Span)
    assert problem.where.start == offset
    assert problem.span == problem.where


@pytest.mark.parametrize(("opening", "offset"), [("[", 100), ('{"a":', 500), ('{"[":[', 300)])
def test_text_nested_too_deep_is_a_problem_at_its_hundred_and_first_bracket(opening: str, offset: int) -> None:
    source = Source("p.json", opening * 200_000)
    problem = load_json(source)
    assert isinstance(problem, Problem)
    assert problem.kind is NESTED_TOO_DEEP
    assert problem.span == Span(source, offset, offset + 1)


def test_every_sentence_of_the_decoder_has_one_of_ours() -> None:
    for text in ["{", '{"a"', '{"a":1', "", "1 1", '"', '"\t"', '"\\q"', '"\\u1"', '{"a":1,}', "[1,]"]:
        problem = load_json(Source("p.json", text))
        assert isinstance(problem, Problem)
        with pytest.raises(json.JSONDecodeError) as decoder:
            json.loads(text)
        assert decoder.value.msg.lower() not in problem.message, "the decoder's own words must not come through"
