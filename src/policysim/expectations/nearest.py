"""The names that a mistyped one most likely stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN: Final = 3
_LIKENESS: Final = 0.6


def nearest(text: str, known: Iterable[str]) -> str:
    """A hint with the known names most like ``text``, likest first; empty when none is like it."""
    from difflib import get_close_matches  # noqa: PLC0415  # only those pay who mistype

    spellings = {name.lower(): name for name in known}
    close = get_close_matches(text.lower(), spellings, n=_SHOWN, cutoff=_LIKENESS)
    return f"did you mean {' or '.join(f'`{spellings[one]}`' for one in close)}?" if close else ""
