"""The packs of expectations: found in the package or in the checkout, and named as a person names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.sources.expectation_packs import no_pack, pack_names, packs_folder, read_pack

if TYPE_CHECKING:
    from pathlib import Path


def test_packs_are_read_by_name(tmp_path: Path) -> None:
    for name in ("two", "one"):
        (tmp_path / f"{name}.expect").write_text(f"# {name}", encoding="utf-8")
    (tmp_path / "three.txt").write_text("", encoding="utf-8")
    assert pack_names(tmp_path) == ("one", "two")
    pack = read_pack("two", tmp_path)
    assert pack is not None
    assert (pack.name, pack.text) == ("pack:two", "# two")


def test_a_name_that_is_a_path_names_no_pack(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "outside.expect").write_text("", encoding="utf-8")
    for name in ("../outside", str(tmp_path / "outside"), "", ".", "outside.expect"):
        assert read_pack(name, tmp_path / "packs") is None


def test_without_packs_the_sentence_lists_none(tmp_path: Path) -> None:
    assert no_pack("one", tmp_path) == "there is no pack `one`"


def test_every_pack_that_comes_along_can_be_read() -> None:
    for name in pack_names():
        pack = read_pack(name)
        assert pack is not None
        assert pack.text == (packs_folder() / f"{name}.expect").read_text(encoding="utf-8")
