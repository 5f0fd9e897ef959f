"""A diff is right when git takes it and the file is then what the edits say."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.language.edits import TextEdit
from policysim.language.embedding import embedded_source
from policysim.language.source import Location, Source, Span
from policysim.reports.diffs import diff_target, unified_diff

if TYPE_CHECKING:
    from pathlib import Path

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "*"
    },
    {
      "Sid": "Größe",
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "*"
    }
  ]
}
"""


def replaced(source: Source, old: str, new: str) -> TextEdit:
    start = source.text.index(old)
    return TextEdit(Span(source, start, start + len(old)), new)


def applied(text: str, edits: list[TextEdit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


def git_apply(folder: Path, diff: str) -> None:
    done = subprocess.run(
        ["git", "apply", "-v", "-"], cwd=folder, input=diff.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, f"{done.stderr.decode()}\n{diff}"


def check(folder: Path, text: str, edits: list[TextEdit], name: str = "p.json") -> str:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode())
    diff = unified_diff(edits, name)
    git_apply(folder, diff)
    assert target.read_bytes().decode() == applied(text, edits)
    return diff


@pytest.mark.parametrize(
    "name", ["p.json", "deep/er/p.json", "with space/p q.json", 'quo"te.json', "日本.json", "tab\t.json"]
)
def test_git_takes_the_diff_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    source = Source(name, POLICY)
    check(tmp_path, POLICY, [replaced(source, '"s3:GetObject"', '["s3:GetObject", "s3:PutObject"]')], name)


def test_near_edits_share_a_hunk_and_distant_ones_do_not(tmp_path: Path) -> None:
    source = Source("p.json", POLICY)
    sid = replaced(source, '"Sid": "Read",\n      ', "")
    assert check(tmp_path, POLICY, [replaced(source, "s3:GetObject", "s3:*"), sid]).count("@@ -") == 1
    assert check(tmp_path, POLICY, [replaced(source, "s3:ListBucket", "s3:*"), sid]).count("@@ -") == 2


def test_carriage_returns_are_kept(tmp_path: Path) -> None:
    text = POLICY.replace("\n", "\r\n")
    source = Source("p.json", text)
    diff = check(tmp_path, text, [replaced(source, '"Resource": "*"', '"Resource": "a",\r\n      "Condition": {}')])
    assert '+      "Resource": "a",\r\n' in diff


@pytest.mark.parametrize("text", [POLICY.rstrip("\n"), '{"Action": "s3:GetObject"}'])
def test_a_missing_final_line_end_stays_missing(tmp_path: Path, text: str) -> None:
    diff = check(tmp_path, text, [replaced(Source("p.json", text), "s3:GetObject", "s3:*")])
    assert ("\\ No newline at end of file" in diff) == (len(text) < 40)


def test_an_edit_of_the_last_line_without_line_end(tmp_path: Path) -> None:
    text = "{\n}"
    diff = check(tmp_path, text, [replaced(Source("p.json", text), "}", "}\n")])
    assert diff.endswith("-}\n\\ No newline at end of file\n+}\n")


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    text = "\ufeff" + POLICY
    check(tmp_path, text, [replaced(Source("p.json", text), '"2012-10-17"', '"2008-10-17"')])


def test_a_new_file_is_made(tmp_path: Path) -> None:
    source = Source("new/p.json", "")
    diff = unified_diff([TextEdit(Span(source, 0, 0), POLICY)], "new/p.json")
    git_apply(tmp_path, diff)
    assert (tmp_path / "new/p.json").read_text(encoding="utf-8") == POLICY


def test_paths_are_relative_to_the_folder_that_git_runs_in_not_to_the_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    below = tmp_path / "below"
    below.mkdir()
    check(below, POLICY, [replaced(Source("p.json", POLICY), "s3:GetObject", "s3:*")], "policies/p.json")


def test_an_edit_that_changes_nothing_makes_no_diff() -> None:
    assert unified_diff([replaced(Source("p.json", POLICY), "s3:GetObject", "s3:GetObject")], "p.json") == ""
    assert unified_diff([], "p.json") == ""


@pytest.mark.parametrize(
    "document",
    ['"{\\"Action\\": \\"s3:GetObject\\"}"', '"%7B%22Action%22%3A%20%22s3%3AGetObject%22%7D"'],
    ids=["a JSON string", "percent-encoded"],
)
def test_an_edit_inside_a_string_is_written_the_way_the_string_is(tmp_path: Path, document: str) -> None:
    text = '{\n  "arn:x": ' + document + "\n}\n"
    value = '{"Action": "s3:GetObject"}' if "%" not in document else document[1:-1]
    inner = embedded_source(value, Location(Source("m.json", text), ("arn:x",)))
    edit = replaced(inner, '"s3:GetObject"', '["s3:GetObject",\n "s3:ü"]')
    (tmp_path / "m.json").write_bytes(text.encode())
    git_apply(tmp_path, unified_diff([edit], "m.json"))
    stored = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["arn:x"]
    decoded = unquote(stored) if stored.startswith("%") else stored
    assert decoded == '{"Action": ["s3:GetObject",\n "s3:ü"]}'


def test_a_file_outside_the_folder_is_named_from_its_own(tmp_path: Path) -> None:
    inside, outside = diff_target("a/p.json", tmp_path), diff_target("../b/p.json", tmp_path)
    assert (inside.folder, inside.path) == (".", "a/p.json")
    assert (outside.folder, outside.path) == ("../b", "p.json")
    assert diff_target(str(tmp_path / "x" / "p.json"), tmp_path).path == "x/p.json"
    assert diff_target("/elsewhere/p.json", tmp_path) == ("/elsewhere", "p.json")
    assert diff_target("p.json", None) == (".", "p.json")


LINES = st.lists(st.text(alphabet="ab \r日", max_size=6), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), lines=LINES)
def test_any_set_of_edits_is_applied_as_it_is(
    data: st.DataObject, lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "\n".join(lines)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    source = Source("p.json", text)
    edits = [
        TextEdit(Span(source, start, end), data.draw(st.text(alphabet="xy\n\r", max_size=5)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    if not text or applied(text, edits) in {text, ""}:
        return
    folder = tmp_path_factory.mktemp("git")
    check(folder, text, edits)


@pytest.mark.parametrize(
    ("text", "place", "inserted"),
    [
        ("1\n2\n3\n{\n}\n{\n}\n8\n9\n", 8, "{\n}\n{\n}\n{\n}\n"),
        ("1\n}\n},\n{\n}\n}\n7\n8\n9\n", 8, ",\n{\n}\n}\n7\n8\n"),
        ("a\n}\n}\n}\n}\n}\n}\n}\nz\n", 7, "}\n}\n}\n}\n"),
    ],
)
def test_a_hunk_keeps_the_lines_around_an_edit_that_repeats_them(
    tmp_path: Path, text: str, place: int, inserted: str
) -> None:
    source = Source("p.json", text)
    diff = check(tmp_path, text, [TextEdit(Span(source, place, place), inserted)])
    body = diff.split("\n")[3:-1]
    assert body[0].startswith(" ")
    assert body[-1].startswith(" ")


def test_two_insertions_at_one_place_keep_their_order(tmp_path: Path) -> None:
    source = Source("p.json", "[1]\n")
    diff = unified_diff([TextEdit(Span(source, 2, 2), ", 9"), TextEdit(Span(source, 2, 2), ", 3")], "p.json")
    (tmp_path / "p.json").write_text(source.text)
    git_apply(tmp_path, diff)
    assert (tmp_path / "p.json").read_text() == "[1, 9, 3]\n"
