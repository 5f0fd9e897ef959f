from __future__ import annotations

import json

import pytest

from policysim.language.locator import children_at, first_colon, locate, locate_all, span_of
from policysim.language.source import Location, Source, Span
from tests.json_styles import STYLES

VALUE = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:Put*"], "Resource": "*"},
        {
            "Condition": {"StringLike": {'aws:PrincipalTag/"Tëam" 😀': ["é", "😀}", "x\\", "]"]}},
            "n": [1, -2.5, None, True],
        },
    ],
}
PATHS = [
    (),
    ("Version",),
    ("Statement",),
    ("Statement", 0),
    ("Statement", 0, "Action"),
    ("Statement", 0, "Action", 1),
    ("Statement", 1, "Condition", "StringLike"),
    ("Statement", 1, "Condition", "StringLike", 'aws:PrincipalTag/"Tëam" 😀'),
    ("Statement", 1, "Condition", "StringLike", 'aws:PrincipalTag/"Tëam" 😀', 3),
    ("Statement", 1, "n", 0),
    ("Statement", 1, "n", 1),
    ("Statement", 1, "n", 2),
    ("Statement", 1, "n", 3),
]


def _value_at(path: tuple[str | int, ...]) -> object:
    value: object = VALUE
    for step in path:
        value = value[step]  # type: ignore[index]  # a path of the value above
    return value


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("path", PATHS, ids=str)
def test_the_span_of_a_value_holds_exactly_its_text(style: str, path: tuple[str | int, ...]) -> None:
    location = Location(Source("p.json", STYLES[style](VALUE)), path)
    assert json.loads(locate(location).text) == _value_at(path)
    assert locate_all([location]) == {location: locate(location)}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("path", [path for path in PATHS if path and isinstance(path[-1], str)], ids=str)
def test_the_span_of_a_name_holds_exactly_its_text(style: str, path: tuple[str | int, ...]) -> None:
    location = Location(Source("p.json", STYLES[style](VALUE)), path).key
    assert json.loads(locate(location).text) == path[-1]
    assert locate_all([location]) == {location: locate(location)}


def test_g5_the_last_of_two_members_with_one_name_is_meant() -> None:
    source = Source("p.json", '{"a": {"x": 1}, "\\u0061": {"x": 2}, "b": 3}')
    assert locate(Location(source, ("a", "x"))).text == "2"
    assert locate(Location(source, ("a",)).key).text == '"\\u0061"'
    assert locate_all([Location(source, ("a", "x"))])[Location(source, ("a", "x"))].text == "2"


def test_a_place_is_a_line_and_a_column_of_code_points() -> None:
    source = Source("p.json", '\ufeff{"é":\r\n\t"😀", "b": 1}')
    place = locate(Location(source, ("b",))).place
    assert str(place) == "p.json:2:12"
    assert locate(Location(source, ())).place.column == 1


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("Statement", 7), '[{"a": 1}]'),
        (("Statement", -1), '[{"a": 1}]'),
        (("Statement", 0, "b"), '{"a": 1}'),
        (("Statement", 0, "a", 3), "1"),
        (("nope",), '{"Statement": [{"a": 1}]}'),
        ((0,), '{"Statement": [{"a": 1}]}'),
    ],
)
def test_a_place_that_is_not_there_is_answered_with_the_one_around_it(path: tuple[str | int, ...], found: str) -> None:
    location = Location(Source("p.json", '{"Statement": [{"a": 1}]}'), path)
    assert locate(location).text == found
    assert locate_all([location])[location].text == found


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "{", '{"a', '{"a"', '{"a":', '{"a":[', '{"a":[1', '{"a":[1,', "}", '"', "nope", "[,]"]
)
def test_broken_text_is_never_a_crash(text: str) -> None:
    location = Location(Source("p.json", text), ("a", 0))
    for where in (location, location.key):
        span = locate(where)
        assert 0 <= span.start <= span.end <= len(text)
        assert locate_all([where])[where] == span


def test_deep_text_is_skipped_without_recursion() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert locate(Location(Source("p.json", f'{{"deep": {deep}, "b": 7}}'), ("b",))).text == "7"


def test_many_locations_of_several_sources_are_found_at_once() -> None:
    first, second = Source("a.json", '{"a": [1, 2]}'), Source("b.json", '{"a": [3, 4]}')
    locations = [Location(source, ("a", index)) for source in (first, second) for index in (0, 1)]
    assert [span.text for span in locate_all(locations).values()] == ["1", "2", "3", "4"]


def test_a_span_is_its_own_place() -> None:
    source = Source("p.json", '{"a": 1}')
    assert span_of(Span(source, 1, 4)) == Span(source, 1, 4)
    assert span_of(Location(source, ("a",))).text == "1"


def test_values_without_parts_have_no_children() -> None:
    assert list(children_at('"[1]"', 0)) == []


@pytest.mark.parametrize(
    ("text", "colon"),
    [
        ('{"a": [1', ": "),
        ('{ "a" :{}}', " :"),
        ('{"a"\n:\t1, "b": 2}', "\n:\t"),
        ("{}", None),
        ('{"a"}', None),
        ('{"a', None),
        ('[{"a": 1}]', None),
        ("", None),
    ],
)
def test_the_first_colon_is_found_whatever_stands_behind_it(text: str, colon: str | None) -> None:
    assert first_colon(text, 0) == colon
