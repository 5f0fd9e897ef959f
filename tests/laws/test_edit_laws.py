"""An edit changes exactly the value that it is meant to change, and not one other character of the text."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policysim.language.edits import (
    TextEdit,
    add_member,
    append_to_list,
    apply_edits,
    in_file,
    remove_value,
    rename_member,
    replace_value,
)
from policysim.language.embedding import embedded_source
from policysim.language.json_text import load_json
from policysim.language.source import DocumentPath, Location, Source
from tests.json_styles import STYLES
from tests.laws.policy_texts import DOCUMENTS, NAMES, VALUES, WRITTEN


def _paths(value: Any, path: DocumentPath = ()) -> list[DocumentPath]:
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    if isinstance(value, list):
        steps = list(enumerate(value))
    return [path, *(inner for step, below in steps for inner in _paths(below, (*path, step)))]


def _at(value: Any, path: DocumentPath) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: DocumentPath, new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``path``."""
    if not path:
        return new
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = _with(value[path[0]], path[1:], new)
    return copy


def _without(value: Any, path: DocumentPath) -> Any:
    parent = _at(value, path[:-1])
    kept = (
        [item for index, item in enumerate(parent) if index != path[-1]]
        if isinstance(parent, list)
        else {name: item for name, item in parent.items() if name != path[-1]}
    )
    return _with(value, path[:-1], kept)


def _assert_edited(source: Source, edit: TextEdit, wanted: Any) -> None:
    result = apply_edits(source, [edit])
    value = load_json(result)
    assert value == wanted
    assert json.dumps(value) == json.dumps(wanted), "the order of members must stay too"
    start, end = edit.span.start, edit.span.end
    assert result.text == source.text[:start] + edit.replacement + source.text[end:]
    assert "\r\n" not in source.text or "\n" not in result.text.replace("\r\n", "")


@given(DOCUMENTS, WRITTEN, st.lists(VALUES, min_size=1, max_size=3), st.data())
@settings(max_examples=150, deadline=None)
def test_appending_appends(document: Any, style: str, added: list[Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_paths(document)))
    source = Source("p.json", STYLES[style](document))
    old = _at(document, path)
    edit = append_to_list(Location(source, path), *added)
    _assert_edited(source, edit, _with(document, path, [*(old if isinstance(old, list) else [old]), *added]))
    if isinstance(old, list) and old:
        assert edit.span.start == edit.span.end, "nothing that stands there is written anew"


@given(DOCUMENTS, WRITTEN, NAMES, VALUES, st.data())
@settings(max_examples=150, deadline=None)
def test_adding_a_member_adds_it(document: Any, style: str, name: str, added: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in _paths(document) if isinstance(_at(document, path), dict)]))
    source = Source("p.json", STYLES[style](document))
    edit = add_member(Location(source, path), name, added)
    _assert_edited(source, edit, _with(document, path, {**_at(document, path), name: added}))


@given(DOCUMENTS, WRITTEN, VALUES, st.data())
@settings(max_examples=100, deadline=None)
def test_replacing_replaces(document: Any, style: str, new: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_paths(document)))
    source = Source("p.json", STYLES[style](document))
    _assert_edited(source, replace_value(Location(source, path), new), _with(document, path, new))


@given(DOCUMENTS, WRITTEN, st.data())
@settings(max_examples=100, deadline=None)
def test_removing_removes(document: Any, style: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_paths(document)))
    assume(path)
    source = Source("p.json", STYLES[style](document))
    edit = remove_value(Location(source, path))
    assert edit.replacement == ""
    _assert_edited(source, edit, _without(document, path))


@given(DOCUMENTS, WRITTEN, VALUES, st.booleans(), st.data())
@settings(max_examples=100, deadline=None)
def test_an_edit_of_an_embedded_document_edits_the_file_alike(
    document: Any, style: str, added: Any, encoded: bool, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(_paths(document)))
    inner = json.dumps(document, indent=1, ensure_ascii=False)
    value = quote(inner, safe="") if encoded else inner
    outer = Source("account.json", STYLES[style]({"a": [1, value], "b": 2}))
    embedded = embedded_source(value, Location(outer, ("a", 1)))
    assert embedded.text == inner
    edit = append_to_list(Location(embedded, path), added)
    after = apply_edits(embedded, [edit]).text
    file = load_json(apply_edits(outer, [in_file(edit)]))
    assert file == {"a": [1, quote(after, safe="") if encoded else after], "b": 2}


@given(DOCUMENTS, WRITTEN, NAMES, st.data())
@settings(max_examples=150, deadline=None)
def test_renaming_a_member_leaves_its_value_and_its_place(
    document: Any, style: str, name: str, data: st.DataObject
) -> None:
    members = [path for path in _paths(document) if path and isinstance(path[-1], str)]
    assume(members)
    path = data.draw(st.sampled_from(members))
    parent = _at(document, path[:-1])
    assume(name not in parent)
    renamed = {name if key == path[-1] else key: value for key, value in parent.items()}
    source = Source("p.json", STYLES[style](document))
    _assert_edited(source, rename_member(Location(source, path), name), _with(document, path[:-1], renamed))
