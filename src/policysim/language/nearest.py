"""The names that a mistyped one most likely stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIKENESS: Final = 0.6


def nearest(text: str, known: Iterable[str], *, most: int = 3, likeness: float = _LIKENESS) -> str:
    """A hint with the known names most like ``text``, likest first; empty when none is like it.

    ``most`` names are told at most; ``likeness``, from 0 to 1, is what a name needs to be told. Case does not count.
    """
    from difflib import get_close_matches  # noqa: PLC0415  # only those pay who mistype

    spellings = {name.lower(): name for name in known}
    close = get_close_matches(text.lower(), spellings, n=most, cutoff=likeness)
    return f"did you mean {listed([f'`{spellings[one]}`' for one in close], 'or')}?" if close else ""
