from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from policysim.language.edits import (
    TextEdit,
    add_member,
    append_to_list,
    apply_edits,
    in_file,
    remove_value,
    replace_value,
)
from policysim.language.embedding import embedded_source
from policysim.language.source import Location, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable

STATEMENT = {"Effect": "Deny", "Action": ["a:b"]}

INDENTED = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Action": [
        "s3:Get*"
      ],
      "Resource": "arn:aws:s3:::b"
    }
  ]
}
"""
INLINE = """{
\t"Statement": [{
\t\t"Action": ["s3:Get*",   "s3:List*"]
\t}]
}"""
COMPACT = '{"Version":"2012-10-17","Statement":[{"Action":["s3:Get*"],"Resource":"*"}]}'


def edited(text: str, edit: Callable[[Source], TextEdit]) -> str:
    source = Source("p.json", text)
    return apply_edits(source, [edit(source)]).text


def at(source: Source, *path: str | int) -> Location:
    return Location(source, path)


@pytest.mark.parametrize(
    ("text", "path", "values", "before", "after"),
    [
        (INDENTED, ("Statement", 0, "Action"), ["x:y"], '"s3:Get*"', '"s3:Get*",\n        "x:y"'),
        (INDENTED, ("Statement", 0, "Action"), ["x", "y"], '"s3:Get*"', '"s3:Get*",\n        "x",\n        "y"'),
        (INDENTED, ("Statement", 0, "Resource"), ["x"], '"arn:aws:s3:::b"', '["arn:aws:s3:::b", "x"]'),
        (INLINE, ("Statement", 0, "Action"), ["x:y"], '"s3:List*"', '"s3:List*",   "x:y"'),
        (COMPACT, ("Statement", 0, "Action"), ["x:y"], '["s3:Get*"]', '["s3:Get*","x:y"]'),
        (COMPACT, ("Statement", 0, "Resource"), ["x"], '"*"', '["*","x"]'),
        ('{"a": []}', ("a",), ["x", "y"], "[]", '["x", "y"]'),
        ('{\n "a": [ ]\n}', ("a",), ["x"], "[ ]", '["x"]'),
    ],
)
def test_appending_follows_the_list(
    text: str, path: tuple[str | int, ...], values: list[Any], before: str, after: str
) -> None:
    assert edited(text, lambda source: append_to_list(at(source, *path), *values)) == text.replace(before, after)


def test_a_statement_is_appended_in_the_indentation_of_the_others() -> None:
    assert edited(INDENTED, lambda source: append_to_list(at(source, "Statement"), STATEMENT)) == INDENTED.replace(
        "    }\n  ]",
        '    },\n    {\n      "Effect": "Deny",\n      "Action": [\n        "a:b"\n      ]\n    }\n  ]',
    )


def test_a_statement_is_appended_behind_one_that_hugs_its_bracket() -> None:
    assert edited(INLINE, lambda source: append_to_list(at(source, "Statement"), STATEMENT)) == INLINE.replace(
        "\t}]", '\t}, {\n\t\t"Effect": "Deny",\n\t\t"Action": [\n\t\t\t"a:b"\n\t\t]\n\t}]'
    )


def test_a_single_statement_becomes_a_list() -> None:
    text = '{\n  "Statement": {\n    "Action": "*"\n  }\n}\n'
    assert edited(text, lambda source: append_to_list(at(source, "Statement"), {"Action": "x"})) == (
        '{\n  "Statement": [{\n    "Action": "*"\n  }, {\n    "Action": "x"\n  }]\n}\n'
    )


def test_line_ends_stay_as_they_are() -> None:
    text = INDENTED.replace("\n", "\r\n")
    result = edited(text, lambda source: append_to_list(at(source, "Statement"), STATEMENT))
    assert result.count("\n") == result.count("\r\n") > text.count("\n")


def test_a_member_is_added_behind_the_last() -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    result = edited(INDENTED, lambda source: add_member(at(source, "Statement", 0), "Condition", condition))
    assert result == INDENTED.replace(
        'b"\n',
        'b",\n      "Condition": {\n        "Bool": {\n          "aws:SecureTransport": "true"\n        }\n      }\n',
    )


def test_a_member_is_added_to_a_compact_object() -> None:
    result = edited(COMPACT, lambda source: add_member(at(source, "Statement", 0), "Condition", {"a": [1, 2]}))
    assert result == COMPACT.replace('"*"', '"*","Condition":{"a":[1,2]}')


def test_a_member_is_added_to_an_empty_object() -> None:
    text = '{\n    "Condition": {}\n}'
    assert edited(text, lambda source: add_member(at(source, "Condition"), "Bool", "x")) == (
        '{\n    "Condition": {\n        "Bool": "x"\n    }\n}'
    )
    assert edited("{}", lambda source: add_member(at(source), "Bool", "x")) == '{"Bool": "x"}'


def test_a_member_that_is_there_gets_the_value() -> None:
    result = edited(COMPACT, lambda source: add_member(at(source), "Version", "2008-10-17"))
    assert result == COMPACT.replace("2012-10-17", "2008-10-17")


def test_the_style_of_colons_is_kept() -> None:
    text = '{"a" : 1}'
    assert edited(text, lambda source: add_member(at(source), "b", {"c": 2})) == '{"a" : 1, "b" : {"c" : 2}}'


@pytest.mark.parametrize(
    ("path", "left"),
    [
        (("a",), '{"b": [1, 2 , 3], "c": {}}'),
        (("b",), '{"a": "x", "c": {}}'),
        (("c",), '{"a": "x", "b": [1, 2 , 3]}'),
        (("b", 0), '{"a": "x", "b": [2 , 3], "c": {}}'),
        (("b", 1), '{"a": "x", "b": [1, 3], "c": {}}'),
        (("b", 2), '{"a": "x", "b": [1, 2], "c": {}}'),
    ],
)
def test_removing_takes_one_comma_along(path: tuple[str | int, ...], left: str) -> None:
    assert edited('{"a": "x", "b": [1, 2 , 3], "c": {}}', lambda source: remove_value(at(source, *path))) == left


def test_removing_the_last_value_leaves_the_shell() -> None:
    assert edited('{"a": [\n  1\n]}', lambda source: remove_value(at(source, "a", 0))) == '{"a": []}'


def test_replacing_keeps_the_rest() -> None:
    result = edited(INDENTED, lambda source: replace_value(at(source, "Statement", 0, "Resource"), ["*"]))
    assert result == INDENTED.replace('"arn:aws:s3:::b"', '["*"]')


def test_text_that_utf_8_cannot_hold_is_escaped() -> None:
    assert edited("[]", lambda source: append_to_list(at(source), "é", "\ud800")) == '["é", "\\ud800"]'


def test_several_edits_of_one_source_are_made_together() -> None:
    source = Source("p.json", INDENTED)
    edits = [
        append_to_list(at(source, "Statement"), {}),
        append_to_list(at(source, "Statement", 0, "Action"), "x:y"),
        append_to_list(at(source, "Statement", 0, "Action"), "z:*"),
    ]
    result = apply_edits(source, edits)
    assert result.name == "p.json"
    assert json.loads(result.text)["Statement"] == [
        {"Action": ["s3:Get*", "x:y", "z:*"], "Resource": "arn:aws:s3:::b"},
        {},
    ]


def test_edits_that_overlap_are_refused() -> None:
    source = Source("p.json", '{"a": "x"}')
    with pytest.raises(ValueError, match="overlap"):
        apply_edits(source, [append_to_list(at(source, "a"), 1), append_to_list(at(source, "a"), 2)])


def test_edits_of_another_source_are_refused() -> None:
    other = Source("q.json", "[]")
    with pytest.raises(ValueError, match="another source"):
        apply_edits(Source("p.json", "[]"), [append_to_list(at(other), 1)])


def test_what_is_not_there_cannot_be_edited() -> None:
    source = Source("p.json", '{"a": []}')
    with pytest.raises(ValueError, match="no object"):
        add_member(at(source, "a"), "b", 1)
    with pytest.raises(ValueError, match="nothing to remove"):
        remove_value(at(source, "b"))
    with pytest.raises(ValueError, match="from itself"):
        remove_value(at(source))


@pytest.mark.parametrize("encode", [str, lambda text: quote(text, safe="")], ids=["plain", "percent"])
def test_an_edit_of_an_embedded_document_is_an_exact_edit_of_its_file(encode: Callable[[str], str]) -> None:
    inner = encode(INDENTED)
    outer = Source("account.json", json.dumps({"queue": {"Policy": inner}, "z": 1}, indent=1))
    embedded = embedded_source(inner, at(outer, "queue", "Policy"))
    edit = append_to_list(at(embedded, "Statement", 0, "Action"), 'é"\\')
    after = apply_edits(embedded, [edit]).text
    assert json.loads(after)["Statement"][0]["Action"] == ["s3:Get*", 'é"\\']
    edited_file = json.loads(apply_edits(outer, [in_file(edit)]).text)
    assert edited_file["queue"]["Policy"] == encode(after)
    assert edited_file["z"] == 1


def test_an_edit_of_a_file_is_itself() -> None:
    source = Source("p.json", "[1]")
    edit = TextEdit(Span(source, 1, 2), "2")
    assert in_file(edit) == edit


LONG = "arn:aws:s3:::acme-prod-invoices/credit-notes/2026/11/CN-2026-0412.pdf"


def document_with(value: str, newline: str = "\n") -> Source:
    lines = ["{", '\t"Statement": {', '\t\t"Effect": "Allow",', f'\t\t"Resource": {value},', '\t\t"Action": "*"', "\t}"]
    return Source("p.json", newline.join([*lines, "}", ""]))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("written", [f'"{LONG}"', f'["{LONG}"]', f'[ "{LONG}" ]'])
def test_a_list_too_long_for_its_line_goes_over_several(written: str, newline: str) -> None:
    source = document_with(written, newline)
    edit = append_to_list(Location(source, ("Statement", "Resource")), "arn:aws:s3:::acme-prod-invoices/issued/*")
    items = [f'"{LONG}",', '"arn:aws:s3:::acme-prod-invoices/issued/*"']
    expected = newline.join(["[", *(f"\t\t\t{item}" for item in items), "\t\t]"])
    assert apply_edits(source, [edit]).text == document_with(expected, newline).text


@pytest.mark.parametrize(
    ("written", "added", "expected"),
    [
        ('"arn:aws:s3:::a"', "arn:aws:s3:::b", '["arn:aws:s3:::a", "arn:aws:s3:::b"]'),
        ('["arn:aws:s3:::a"]', "arn:aws:s3:::b", '["arn:aws:s3:::a", "arn:aws:s3:::b"]'),
        (f'["{LONG}", "{LONG}x"]', "b", f'["{LONG}", "{LONG}x", "b"]'),
    ],
    ids=["fits", "list-fits", "was-too-long-before"],
)
def test_a_list_that_fits_its_line_or_never_did_stays_on_it(written: str, added: str, expected: str) -> None:
    source = document_with(written)
    edit = append_to_list(Location(source, ("Statement", "Resource")), added)
    assert apply_edits(source, [edit]).text == document_with(expected).text


@pytest.mark.parametrize(
    "text",
    [
        f'{{"Statement": {{"Resource": "{LONG}", "Action": "*"}}}}\n',
        f'{{\n  "Statement": {{"Resource": "{LONG}"}}\n}}\n',
        f'{{\n  "Statement": {{ "Action": "*",\n    "Resource": "{LONG}" }}\n}}\n',
    ],
    ids=["one-line-document", "one-line-statement", "shared-line"],
)
def test_a_value_that_shares_its_line_stays_on_it(text: str) -> None:
    source = Source("p.json", text)
    edit = append_to_list(Location(source, ("Statement", "Resource")), LONG)
    assert apply_edits(source, [edit]).text == text.replace(f'"{LONG}"', f'["{LONG}", "{LONG}"]')
