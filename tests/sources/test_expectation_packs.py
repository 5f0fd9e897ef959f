"""The packs of expectations: found in the package or in the checkout, and named as a person names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from policysim.expectations.reading import read_expectations
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from policysim.sources.expectation_packs import no_pack, pack_names, read_pack


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


PACKS = Path(__file__).parents[2] / "policies" / "packs"


def test_the_packs_that_come_along_are_those_of_the_repository() -> None:
    assert pack_names() == tuple(sorted(path.stem for path in PACKS.glob("*.expect")))
    assert pack_names()


@pytest.mark.parametrize("name", pack_names())
def test_every_pack_that_comes_along_can_be_used(name: str, tmp_path: Path) -> None:
    pack = read_pack(name)
    assert pack is not None
    assert pack.text == (PACKS / f"{name}.expect").read_text(encoding="utf-8")
    parameters = [one.name.text for one in read_expectations(pack).parameters]
    bindings = f" with {' and '.join(f'{parameter} = scp' for parameter in parameters)}" if parameters else ""
    # a layer is a word that may stand anywhere, behind `because` as well
    suite = suite_of(Source("all.expect", f'use "pack:{name}"{bindings}'), tmp_path)
    assert not suite.problems
    assert suite.expectations
