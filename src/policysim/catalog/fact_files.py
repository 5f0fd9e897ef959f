"""Our own fact files: JSON Lines that ``tools/refresh_facts.py`` generates, sorted, one array a row.

A row begins with its key, so that the rows of one service are found by how their lines begin.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "data"


def rows_of(name: str, key_start: str = "") -> list[list[Any]]:
    """The rows of a fact file whose key begins with a text."""
    start = f'["{key_start}'
    lines = [line for line in _lines(name) if line.startswith(start)]
    rows: list[list[Any]] = json.loads(f"[{','.join(lines)}]")
    return rows


@lru_cache(maxsize=16)
def _lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
