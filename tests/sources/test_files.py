from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from policysim.sources import files
from policysim.sources.errors import InputError
from policysim.sources.files import json_file, json_files, read_source, standard_input, stem_of, where_it_leads


def test_a_text_keeps_its_mark_its_line_ends_and_the_name_that_the_user_gave(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(b"\xef\xbb\xbf{}\r\n")
    source = read_source(path, "./policy.json")
    assert source.text == "\ufeff{}\r\n"
    assert source.name == "./policy.json"


def test_an_empty_name_is_not_taken_for_the_folder_at_hand() -> None:
    with pytest.raises(InputError, match=r"^the name of a file is empty$"):
        read_source(Path(), "")


def test_standard_input_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match=r"^<stdin>: standard input is closed$"):
        standard_input()


@pytest.mark.parametrize("name", ["packed.json.gz", "packed.json"])
def test_gzip_is_told_by_its_first_bytes_and_not_by_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress('{"a": "é"}'.encode(), mtime=0))
    assert read_source(path).text == '{"a": "é"}'


def test_a_file_called_gz_that_is_not_packed_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plain.json.gz"
    path.write_text("{}")
    assert read_source(path).text == "{}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{\n"a": "\xff"}', ":2: this is not UTF-8 text (byte 8)"),
        (gzip.compress(b"{}" * 900, mtime=0)[:-9], ": this is a broken gzip file"),
        (b"\x1f\x8b\x00", ": this is a broken gzip file"),
        (gzip.compress(b"x" * 2048, mtime=0), ": this holds more than 0 MiB"),
        (b"x" * 2048, ": this holds more than 0 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_cannot_be_read_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    monkeypatch.setattr(files, "SIZE_LIMIT", 2000)
    path = tmp_path / "f.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_source(path)
    assert str(error.value) == f"{path}{sentence}"


@pytest.mark.parametrize(
    ("place", "reason"), [("nowhere", "there is no such file"), (".", "this is a folder, not a file")]
)
def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path, place: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_source(tmp_path / place)


def test_the_plain_file_comes_before_the_packed_one(tmp_path: Path) -> None:
    assert json_file(tmp_path, "tags") is None
    (tmp_path / "tags.json.gz").write_bytes(b"")
    assert json_file(tmp_path, "tags") == tmp_path / "tags.json.gz"
    (tmp_path / "tags.json").write_bytes(b"")
    assert json_file(tmp_path, "tags") == tmp_path / "tags.json"


def test_the_json_files_of_a_folder_come_in_order_and_nothing_else_does(tmp_path: Path) -> None:
    for name in ("b.json", "a.json.gz", "notes.txt", "c.yaml"):
        (tmp_path / name).write_text("{}")
    assert [stem_of(path) for path in json_files(tmp_path)] == ["a", "b"]
    assert json_files(tmp_path / "nowhere") == []


def test_a_path_leads_somewhere_through_links_and_nowhere_in_a_loop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("{}")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert where_it_leads(tmp_path / "link") == (tmp_path / "file").resolve()
    assert where_it_leads(tmp_path / "new") == (tmp_path / "new").resolve()
    for nowhere in ("one", "one/below", "zero\0byte"):
        assert where_it_leads(tmp_path / nowhere) is None


@pytest.mark.parametrize("target", ["nowhere.json", "tags.json"])
def test_a_link_that_leads_nowhere_is_not_taken_for_what_nobody_collected(tmp_path: Path, target: str) -> None:
    (tmp_path / "tags.json").symlink_to(target)
    with pytest.raises(InputError, match=r"tags\.json: this link leads to no file"):
        json_file(tmp_path, "tags")
