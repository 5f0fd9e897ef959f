from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from policysim.language.embedding import embedded_source, is_document
from policysim.language.json_text import load_json
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Source
from tests.json_styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = """{"Version": "2012-10-17",
\t"Statement": {"Sid": "Grüße😀", "Effect": "allow", "Action": "s3:*", "Resource": "*"}}"""


def _outer(style: str, inner: str) -> Source:
    return Source("account.json", STYLES[style]({"first": "{}", "queues": [{"Policy": inner}]}))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("encode", [str, lambda text: quote(text, safe="")], ids=["plain", "percent"])
def test_an_embedded_document_points_into_the_outer_file(style: str, encode: Callable[[str], str]) -> None:
    inner = encode(DOCUMENT)
    outer = _outer(style, inner)
    source = embedded_source(inner, Location(outer, ("queues", 0, "Policy")))
    assert source.text == DOCUMENT
    assert source.name == "account.json"
    assert source.origin is not None
    assert len(source.origin.offsets) == len(DOCUMENT) + 1
    for path, value in ((("Statement", "Effect"), "allow"), (("Statement", "Sid"), "Grüße😀")):
        span = locate(Location(source, path))
        literal = json.loads(f'"{span.outermost.text}"')
        assert json.loads(span.text) == value
        assert literal in {span.text, quote(span.text, safe="")}
        assert span.place.file == "account.json"
        assert span.outermost.source is outer


def test_broken_percent_encoding_stays_as_it_is_written() -> None:
    inner = "%7B%22a%22%3A%20%22%C3%28%F0%9F%98%80%e2%82%22%7D"
    outer = Source("x.json", json.dumps({"d": inner}))
    source = embedded_source(inner, Location(outer, ("d",)))
    assert source.text == '{"a": "%C3(😀%e2%82"}'
    assert source.origin is not None
    assert len(source.origin.offsets) == len(source.text) + 1
    offsets = [source.origin.offsets[index] for index in range(len(source.text) + 1)]
    assert offsets == sorted(offsets)
    assert outer.text[offsets[-2] : offsets[-1]] == "%7D"


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("{}", True),
        ("%7B%7D", True),
        ("%7b%7d", True),
        (" \n{}", True),
        ("policies/a.json", False),
        ("", False),
        ("[]", False),
    ],
)
def test_a_string_that_starts_like_a_document_is_one(text: str, document: bool) -> None:
    assert is_document(text) is document


def test_a_problem_of_an_embedded_document_shows_the_line_of_the_file() -> None:
    outer = Source("account.json", json.dumps({"x": 1, "d": DOCUMENT}, indent=2))
    value = load_json(outer)
    assert isinstance(value, dict)
    policy = read_policy(value["d"], Location(outer, ("d",)), PolicyType.IDENTITY)
    (problem,) = (problem for problem in policy.problems if problem.is_error)
    assert problem.code == "wrong-effect"
    assert problem.span is not None
    assert problem.span.place.line == 3
    assert problem.span.outermost.text == '\\"allow\\"'


def test_broken_json_in_an_embedded_document_shows_its_place() -> None:
    outer = Source("account.json", json.dumps({"d": '{"Statement": [}'}))
    policy = read_policy('{"Statement": [}', Location(outer, ("d",)), PolicyType.IDENTITY)
    (problem,) = policy.problems
    assert problem.span is not None
    assert problem.span.outermost.text == "}"


def test_a_text_that_is_a_string_holds_the_document() -> None:
    source = Source("queue-policy.json", json.dumps(DOCUMENT.replace("allow", "Allow")))
    policy = parse_policy(source, PolicyType.IDENTITY)
    assert policy.usable
    assert locate(policy.statements[0].location).outermost.source is source


def test_a_document_embedded_twice_points_into_the_outermost_file() -> None:
    middle = json.dumps({"d": DOCUMENT})
    outer = Source("outer.json", json.dumps({"m": middle}))
    middle_source = embedded_source(middle, Location(outer, ("m",)))
    inner = embedded_source(DOCUMENT, Location(middle_source, ("d",)))
    span = locate(Location(inner, ("Statement", "Effect")))
    assert span.outermost.source is outer
    assert json.loads(f'"{span.outermost.text}"') == '\\"allow\\"'
