"""The read-only data beside the checkout: tests use it where it is present and skip with a reason where it is not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no `shared` folder beside the checkout")


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file of the shared data, plain or gzipped; none where the folder is missing."""
    path = SHARED / name
    if not path.exists():
        return []
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]
