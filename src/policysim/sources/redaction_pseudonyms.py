"""Pseudonyms of parts of names: as long as the part, a digit for a digit and a letter for a letter, each part its own.

They come from a keyed hash of the part, so that nobody without the secret can find the part again, or test a guess.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

from policysim.sources.redaction_cuts import Run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from policysim.sources.redaction_cuts import Cuts

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_HEX_LETTERS: Final = "abcdef"
_DIGITS: Final = "0123456789"
_HEX: Final = re.compile(r"(?=.*[0-9])[0-9a-f]{8,}")
_TELLING: Final = 4
"""A part that is shorter tells nothing by itself, so its pseudonym may be another short part."""
_CAREFUL_TRIES: Final = 500
_TRIES: Final = 100_000
"""So many short parts may be taken that the first free one is far; there is always one, as for every part there is."""


class Pseudonyms:
    """Hands out a pseudonym for every part of a word, the same each time, and no two parts the same.

    ``kept`` are parts that stay. ``avoided`` are texts that no pseudonym may be. ``attempt`` makes other pseudonyms.
    """

    def __init__(
        self, secret: bytes, cuts: Cuts, *, kept: Collection[str], avoided: Collection[str], attempt: int
    ) -> None:
        self._secret = secret
        self._cuts = cuts
        self._kept = kept
        self._avoided = avoided
        self._attempt = attempt
        self._by_part: dict[str, str] = {}
        self._taken: set[str] = set()
        self._starts: dict[str, str] = {}
        self._ends: dict[str, str] = {}
        self._inner: dict[str, str] = {}
        for run in sorted(self._beside_wildcards(), key=lambda run: (len(run.text), run)):
            known = self._inner if run.open_left and run.open_right else self._ends if run.open_left else self._starts
            known[self.of(run)] = run.text

    def of(self, run: Run) -> str:
        """The pseudonym of a run, in lower case."""
        return "".join(map(self._of_part, self._cuts.pieces(run)))

    def clashes(self, words: Iterable[str]) -> bool:
        """Whether two words have one pseudonym, or a pattern matches the pseudonym of a word that it did not match."""
        found: set[str] = set()
        for word in words:
            other = self.of(Run(word))
            if other in found or self._matches_more(word, other):
                return True
            found.add(other)
        return False

    def _matches_more(self, word: str, other: str) -> bool:
        for at in range(1, len(word) + 1):
            if (
                self._starts.get(other[:at], word[:at]) != word[:at]
                or self._ends.get(other[-at:], word[-at:]) != word[-at:]
            ):
                return True
        return any(pseudonym in other and text not in word for pseudonym, text in self._inner.items())

    def _beside_wildcards(self) -> Iterable[Run]:
        yield from (Run(text, open_right=True) for text in self._cuts.starts)
        yield from (Run(text, open_left=True) for text in self._cuts.ends)
        yield from (Run(text, open_left=True, open_right=True) for text in self._cuts.inner)

    def _of_part(self, part: str) -> str:
        if part not in self._by_part:
            self._by_part[part] = part if part in self._kept else self._new(part)
            self._taken.add(self._by_part[part])
        return self._by_part[part]

    def _new(self, part: str) -> str:
        for number in range(_TRIES):
            found = self._candidate(part, number)
            if found in self._taken or found in self._kept:
                continue
            if number >= _CAREFUL_TRIES or not self._misleads(part, found):
                return found
        raise RuntimeError("there is no pseudonym left")

    def _misleads(self, part: str, found: str) -> bool:
        """Whether a pseudonym is a word of the folder, or looks as if a pattern of it matched."""
        if len(part) >= _TELLING and found in self._avoided:
            return True
        sizes = range(1, len(found) + 1)
        return any(found[:at] in self._starts or found[-at:] in self._ends for at in sizes) or any(
            text in found for text in self._inner
        )

    def _candidate(self, part: str, number: int) -> str:
        letters = _HEX_LETTERS if _HEX.fullmatch(part) else _LETTERS
        text = f"{self._attempt} {number} {part}".encode("utf-8", "surrogatepass")
        blocks = (
            hmac.digest(self._secret, text + block.to_bytes(4, "big"), "sha256") for block in range(len(part) // 16 + 1)
        )
        stream = b"".join(blocks)
        alphabets = [_DIGITS if "0" <= char <= "9" else letters for char in part]
        if len(part) > 1 and part.isascii() and part.isdecimal():  # a number has as many digits as before
            alphabets[0] = "0" if part[0] == "0" else _DIGITS[1:]
        return "".join(
            alphabet[int.from_bytes(stream[2 * at : 2 * at + 2], "big") % len(alphabet)]
            for at, alphabet in enumerate(alphabets)
        )
