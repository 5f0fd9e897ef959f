"""YAML as templates use it: places, short forms, and texts that are broken or hostile."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policysim.language.source import Source, Span
from policysim.sources.errors import InputError
from policysim.sources.template_tree import Listed, Mapped, Node, Scalar, character_offsets, json_tree
from policysim.sources.yaml_text import yaml_tree
from tests.template_files import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator


def tree(text: str) -> Mapped:
    root = yaml_tree(Source("t.yaml", text))
    assert isinstance(root, Mapped)
    return root


def scalar(text: str) -> Scalar:
    found = tree(text).get("a")
    assert isinstance(found, Scalar)
    return found


def error_of(text: str) -> str:
    with pytest.raises(InputError) as caught:
        yaml_tree(Source("t.yaml", text))
    return str(caught.value)


def shown(node: Node) -> str:
    return Span(node.source, node.start, node.end).text


def below(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Mapped):
        for member in node.members.values():
            yield from below(member.value)
    elif isinstance(node, Listed):
        for item in node.items:
            yield from below(item)


@pytest.mark.parametrize(
    ("text", "value", "plain"),
    [
        ("a: 2012-10-17", "2012-10-17", True),
        ("a: 012345678901", "012345678901", True),
        ("a: yes", "yes", True),
        ("a: 'yes'", "yes", False),
        ('a: "b\\"c"', 'b"c', False),
        ("a: 'it''s'", "it's", False),
        ("a: |\n  one\n  two\n", "one\ntwo\n", False),
        ("a: >-\n  one\n  two\n", "one two", False),
        ("a: one\n  two", "one two", True),
        ("a: !!str 7", "7", False),
    ],
)
def test_a_value_stays_the_text_that_is_written(text: str, value: str, plain: bool) -> None:
    found = scalar(text)
    assert (found.value, found.plain) == (value, plain)


def test_a_byte_order_mark_moves_nothing() -> None:
    found = scalar("\ufeffa: bc")
    assert shown(found) == "bc"
    assert str(found.place) == "t.yaml:1:4"


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("a: !Ref Team", "Ref", "Team"),
        ("a: !Sub '${Team}'", "Fn::Sub", "'${Team}'"),
        ("a: !GetAtt Data.Arn", "Fn::GetAtt", "Data.Arn"),
        ("a: !Condition IsProd", "Condition", "IsProd"),
        ("a: !Join ['', [b, c]]", "Fn::Join", "['', [b, c]]"),
        ("a: !Select\n  - 0\n  - [b]", "Fn::Select", "- 0\n  - [b]"),
        ("a: &x !Ref Team", "Ref", "Team"),
        ("a: !Sub |\n  ${Team}\n", "Fn::Sub", "|\n  ${Team}"),
    ],
)
def test_a_short_form_is_the_long_one(text: str, name: str, argument: str) -> None:
    node = tree(text).get("a")
    assert isinstance(node, Mapped)
    assert node.tagged
    assert list(node.members) == [name]
    assert shown(node.members[name].value) == argument
    assert shown(node).startswith("!")


def test_the_end_of_a_block_is_the_end_of_its_last_value() -> None:
    root = tree("a:\n  - b: c\n  - d\n\n# a remark\ne: f\n")
    listed = root.get("a")
    assert isinstance(listed, Listed)
    assert [shown(item) for item in listed.items] == ["b: c", "d"]
    assert shown(listed) == "- b: c\n  - d"


def test_an_alias_stands_where_it_is_used() -> None:
    root = tree("a: &x s3:GetObject\nb: *x\n")
    found = root.get("b")
    assert isinstance(found, Scalar)
    assert found.value == "s3:GetObject"
    assert str(found.place) == "t.yaml:2:4"


def test_a_merge_adds_what_is_not_there() -> None:
    root = tree("a: &x {one: 1, two: 2}\nb:\n  <<: *x\n  two: own\n")
    merged = root.get("b")
    assert isinstance(merged, Mapped)
    assert {name: value.value for name, value in merged.items() if isinstance(value, Scalar)} == {
        "one": "1",
        "two": "own",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3\n", "t.yaml:3:1: `a` stands here a second time, after line 1"),
        ("a: [b\nc: d", "t.yaml:2:2: this is no YAML: while parsing a flow sequence did not find expected ',' or ']'"),
        ("a: b\n\tc: d", "t.yaml:2:1: this is no YAML"),
        ("a: 'b", "this is no YAML: while scanning a quoted scalar"),
        ("a\x01b", "t.yaml:1: this is no YAML: a control character stands here"),
        ("a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins here"),
        ("", "t.yaml: the file is empty"),
        ("# only a remark\n", "t.yaml: the file is empty"),
        ("a: *x\n", "t.yaml:1:4: `*x` refers to nothing that is complete before it"),
        ("a: &x [*x]\n", "refers to nothing that is complete before it"),
        ("? [a]\n: b\n", "expected a name before the colon"),
        ("a:\n  <<: b\n", "expected a mapping behind `<<`"),
        ("[" * 100_000, "nest"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(200)), "nests more than 100 levels deep here"),
    ],
)
def test_a_broken_text_is_one_sentence_with_its_place(text: str, sentence: str) -> None:
    found = error_of(text)
    assert sentence in found
    assert "\n" not in found
    assert found.startswith("t.yaml")


def test_a_few_lines_that_stand_for_billions_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.perf_counter()
    assert "the aliases here stand for more than 1,000,000 values" in error_of("\n".join(lines))
    assert time.perf_counter() - started < 5


def test_nothing_is_made_of_a_tag_that_asks_for_an_object() -> None:
    node = tree("a: !!python/object/apply:os.system ['echo']").get("a")
    assert isinstance(node, Listed)


@pytest.mark.parametrize(
    "text",
    [
        "a: s3:GetObject",
        "a: 'it''s here'",
        'a: "tab\\tand \\u00e9 and \\\\ done"',
        "a: |\n    one\n      two\n\n    three\n",
        "a: >\n    one\n    two\n",
        "a: one\n   two\n   three",
        'a: "one\n   two"',
    ],
)
def test_every_character_knows_where_it_stands(text: str) -> None:
    found = scalar(text)
    offsets = character_offsets(found)
    assert len(offsets) == len(found.value) + 1
    assert offsets == sorted(offsets)
    assert all(found.start <= offset <= len(text) for offset in offsets)
    for char, offset in zip(found.value, offsets, strict=False):
        assert text[offset] == char or text[offset] in "\\ \n'"


WORDS = st.text("ab:*/ -", min_size=1, max_size=12)


@given(st.recursive(WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)))
def test_json_reads_alike_as_json_and_as_yaml(value: object) -> None:
    text = json.dumps({"a": value})
    source = Source("t.json", text)
    ours = [(type(node), node.start, node.end) for node in below(json_tree(source))]
    assert ours == [(type(node), node.start, node.end) for node in below(yaml_tree(source))]


def test_json_names_both_places_of_a_repeated_name() -> None:
    with pytest.raises(InputError, match=r"t\.json:3:1: `a` stands here a second time, after line 2"):
        json_tree(Source("t.json", '{\n"a": 1,\n"a": 2}'))


def test_json_that_nests_too_deep_is_refused() -> None:
    with pytest.raises(InputError, match="nests more than 100 levels deep"):
        json_tree(Source("t.json", "[" * 300 + "]" * 300))


@pytest.mark.parametrize("name", ["service.yaml", "orders.sam.yaml"])
def test_the_parser_without_libyaml_reads_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(name, (TEMPLATES / name).read_text(encoding="utf-8"))
    fast = [(type(node), node.start, node.end) for node in below(yaml_tree(source))]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert [(type(node), node.start, node.end) for node in below(yaml_tree(source))] == fast
    assert "nests more than 100 levels deep" in error_of("[" * 100_000)


def test_a_long_template_is_read_in_a_moment() -> None:
    lines = "".join(f"  R{n}:\n    Type: A\n    Properties: {{A: [a, b, !Ref X]}}\n" for n in range(10_000))
    started = time.perf_counter()
    tree(f"Resources:\n{lines}")
    assert time.perf_counter() - started < 20
