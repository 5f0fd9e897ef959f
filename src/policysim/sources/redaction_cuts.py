"""Where names are cut before each part gets a pseudonym, so that patterns match the same names as before.

A pattern such as ``pr*`` cuts the word ``prod``: it matches the pseudonym only where the pseudonym begins with that of
``pr``. So every word is cut wherever the literal text beside a wildcard begins or ends in it. A law in the tests holds
that a cut inside of such a text is the same wherever the text stands.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import NamedTuple


class Run(NamedTuple):
    """Letters and digits in a row, in lower case; a side is open where a wildcard or a variable stands beside it."""

    text: str
    open_left: bool = False
    open_right: bool = False


@dataclass(slots=True)
class Cuts:
    """The texts beside wildcards: ``starts`` at the beginning of a word, ``ends`` at its end, ``inner`` anywhere."""

    starts: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)

    def learn(self, run: Run) -> None:
        """Takes up a text beside a wildcard; a whole word says nothing."""
        if run.open_left and run.open_right:
            self.inner.add(run.text)
        elif run.open_right:
            self.starts.add(run.text)
        elif run.open_left:
            self.ends.add(run.text)

    def close(self) -> None:
        """Adds the parts that the texts share where they overlap, until each is cut alike wherever it stands."""
        size = -1
        while size != (size := len(self.starts) + len(self.ends) + len(self.inner)):
            for start in tuple(self.starts):
                self._with_ends(start)
            for inner in tuple(self.inner):
                self._with_inner(inner)

    def pieces(self, run: Run) -> list[str]:
        """The run in the parts that get a pseudonym each."""
        text, length = run.text, len(run.text)
        cuts = {0, length}
        if not run.open_left:
            cuts.update(at for at in range(1, length) if text[:at] in self.starts)
        if not run.open_right:
            cuts.update(at for at in range(1, length) if text[at:] in self.ends)
        for inner in self.inner:
            at = text.find(inner)
            while at >= 0:
                cuts |= {at, at + len(inner)}
                at = text.find(inner, at + 1)
        places = sorted(cuts)
        return [text[start:end] for start, end in itertools.pairwise(places)]

    def _with_ends(self, start: str) -> None:
        for end in tuple(self.ends):
            for shared in _overlaps(start, end):
                self.starts |= {start[: -len(shared)]} - {""}
                self.ends |= {end[len(shared) :]} - {""}

    def _with_inner(self, inner: str) -> None:
        for start in tuple(self.starts):
            for shared in _overlaps(start, inner):
                if shared != inner:
                    self.starts |= {start[: -len(shared)]} - {""}
                    self.inner.add(shared)
        for end in tuple(self.ends):
            for shared in _overlaps(inner, end):
                if shared != inner:
                    self.ends |= {end[len(shared) :]} - {""}
                    self.inner.add(shared)
        for other in tuple(self.inner):
            self.inner |= {shared for shared in _overlaps(inner, other) if shared not in {inner, other}}


def _overlaps(left: str, right: str) -> list[str]:
    """The texts that ``left`` ends with and ``right`` begins with."""
    return [right[:size] for size in range(1, min(len(left), len(right)) + 1) if left.endswith(right[:size])]
