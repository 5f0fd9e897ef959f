"""The names of items: the sentence itself, as far as pytest can take it for the name of a test."""

from __future__ import annotations

import hashlib
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.expectations.sentences import Expectation

LONGEST: Final = 160
"""The most characters of a name; the whole sentence is what ``-k`` looks at."""

_MARK: Final = 8
_PLAIN: Final = (("::", ": :"), ("::", ": :"), ("[", "("), ("]", ")"))
"""``::`` and ``[`` part the names of tests on the command line of pytest; three colons take two steps."""


def item_names(expectations: Sequence[Expectation]) -> Iterator[str]:
    """A name for each sentence: the same in every run and process, and no two alike."""
    seen: set[str] = set()
    for expectation in expectations:
        name = _name(expectation.text)
        numbers = (f"{name} ({number})" for number in count(2))
        free = next(one for one in chain((name,), numbers) if one not in seen)
        seen.add(free)
        yield free


def _name(sentence: str) -> str:
    name = printable(sentence)
    for special, plain in _PLAIN:
        name = name.replace(special, plain)
    if len(name) <= LONGEST:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:_MARK]
    return f"{name[: LONGEST - _MARK - 4].rstrip()} ... {mark}"
