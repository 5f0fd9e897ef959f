"""Paths as a person reads them: policies are read by absolute path, since tests change the folder they run in."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def seen_from(folder: Path, text: str) -> str:
    """``text`` with the files below a folder named from there, as far as a path starts a word or a coloured one."""
    prefix = str(folder).rstrip(os.sep) + os.sep
    if prefix == os.sep or prefix not in text:
        return text
    return re.sub(rf"(^|[\s('\"`]|\x1b\[[0-9;]*m){re.escape(prefix)}(?=[^\s/])", r"\1", text, flags=re.MULTILINE)
