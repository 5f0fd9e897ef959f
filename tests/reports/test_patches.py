"""Fixes brought together: of one call in several steps, of several calls in one file, and what does not go together."""

from __future__ import annotations

import json

import pytest

from policysim.evaluation.decision import Effect
from policysim.explanation.diagnosis import Fix, Verification
from policysim.language.edits import TextEdit, append_to_list, apply_edits
from policysim.language.embedding import embedded_source
from policysim.language.source import Location, Source, Span
from policysim.reports.patch import Chosen, FileEdits, brought_together, patch_text

TEXT = '{\n  "a": ["1"],\n  "b": ["2"]\n}\n'


def fix(source: Source, *edits: TextEdit, step: int = 1) -> Fix:
    return Fix(
        kind="add-action", summary="", source=source, edits=edits, verified=Verification(Effect.ALLOWED, ""), step=step
    )


def appended(source: Source, name: str, value: str) -> TextEdit:
    return append_to_list(Location(source, (name,)), value)


def after(found: FileEdits) -> dict[str, list[str]]:
    value: dict[str, list[str]] = json.loads(apply_edits(found.source, found.edits).text)
    return value


def test_steps_that_rest_on_one_another_are_one_edit_of_the_file_as_it_is() -> None:
    first = Source("p.json", TEXT)
    one = appended(first, "a", "x")
    second = apply_edits(first, (one,))
    steps = (fix(first, one), fix(second, appended(second, "a", "y"), step=2), fix(first, appended(first, "b", "z")))
    (found,) = brought_together([Chosen("it", steps)]).files
    assert after(found) == {"a": ["1", "x", "y"], "b": ["2", "z"]}
    assert found.source is first


def test_calls_that_edit_one_file_go_together_and_equal_edits_are_one() -> None:
    sources = [Source("p.json", TEXT) for _ in range(3)]
    values = [("a", "x"), ("a", "y"), ("a", "x")]
    calls = [Chosen(str(n), (fix(s, appended(s, *v)),)) for n, (s, v) in enumerate(zip(sources, values, strict=True))]
    together = brought_together(calls)
    assert after(together.files[0]) == {"a": ["1", "x", "y"], "b": ["2"]}
    assert together.conflicts == ()


def test_a_call_whose_edits_touch_others_is_left_out_whole() -> None:
    source, other = Source("p.json", TEXT), Source("q.json", TEXT)
    span = Span(source, 0, len(TEXT))
    calls = [
        Chosen("first", (fix(source, appended(source, "a", "x")),)),
        Chosen("second", (fix(other, appended(other, "a", "x")), fix(source, TextEdit(span, "{}"), step=2))),
    ]
    together = brought_together(calls)
    assert [found.source.name for found in together.files] == ["p.json"]
    assert together.conflicts == ("second",)


def test_a_step_whose_text_nobody_knows_is_left_out() -> None:
    source, stranger = Source("p.json", TEXT), Source("p.json", TEXT + "\n")
    steps = (fix(source, appended(source, "a", "x")), fix(stranger, appended(stranger, "a", "y"), step=2))
    assert brought_together([Chosen("it", steps)]).conflicts == ("it",)


def test_two_new_files_of_one_name_are_one_only_when_they_are_equal() -> None:
    def made(text: str) -> Fix:
        source = Source("new.json", "")
        return fix(source, TextEdit(Span(source, 0, 0), text))

    calls = [Chosen("a", (made("{}\n"),)), Chosen("b", (made("{}\n"),)), Chosen("c", (made("[]\n"),))]
    together = brought_together(calls)
    assert together.conflicts == ("c",)
    assert patch_text(together.files, lambda source: source.name).endswith("@@ -0,0 +1 @@\n+{}\n")


@pytest.mark.parametrize("encode", [json.dumps, lambda text: json.dumps(text.replace("{", "%7B").replace('"', "%22"))])
def test_a_document_in_a_string_is_edited_in_its_file(encode: object) -> None:
    assert callable(encode)
    outer = Source("p.json", f'{{"doc": {encode(TEXT)}}}\n')
    inner = embedded_source(json.loads(outer.text)["doc"], Location(outer, ("doc",)))
    (found,) = brought_together([Chosen("it", (fix(inner, appended(inner, "a", "x")),))]).files
    assert found.source is outer
    assert "x" in apply_edits(outer, found.edits).text
    assert patch_text([found], lambda source: source.name).startswith("--- a/p.json\n+++ b/p.json\n")
