"""What one rule of AWS authorization is: its words, what policysim does about it, and how sure that is."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Confidence(Enum):
    """How well a rule is known."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"

    @property
    def meaning(self) -> str:
        """What the word says."""
        return _MEANINGS[self]


_MEANINGS = {
    Confidence.DOCUMENTED: "AWS documentation says so",
    Confidence.OBSERVED: "widely seen, not fully documented",
    Confidence.INFERRED: "follows from other rules, or is our choice",
}


class Status(Enum):
    """What becomes of a rule here."""

    IMPLEMENTED = "implemented"
    """Decisions and explanations follow it."""
    FINDING = "finding"
    """It changes no decision: only the reader of policies and ``policysim check`` speak of it."""
    OUT_OF_SCOPE = "out of scope"
    """Nothing follows it; ``we_do`` says why."""


class Rule(NamedTuple):
    """One rule.

    ``says`` is the rule in our own words; its first sentence stands alone in lists. ``we_do`` is what policysim does
    about it, or why it does nothing. ``pages`` are keys of ``PAGES``. ``doubt`` says what is not sure about the rule,
    and is empty where nothing is; ``switches`` and ``caveats`` are the code names of what then tells or changes how
    the rule is read.
    """

    code: str
    says: str
    we_do: str
    pages: tuple[str, ...]
    confidence: Confidence = Confidence.DOCUMENTED
    status: Status = Status.IMPLEMENTED
    doubt: str = ""
    switches: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """The letter of the group."""
        return self.code[0]

    @property
    def number(self) -> int:
        """The number within the group."""
        return int(self.code[1:])

    @property
    def headline(self) -> str:
        """The first sentence, without its full stop."""
        return self.says.partition(". ")[0].rstrip(".")
