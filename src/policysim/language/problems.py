"""Problems of a text as values: a code, a place, and one sentence that a tired person understands.

The kinds of problem form a closed table; each row names the rule that it stands for.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.locator import span_of

if TYPE_CHECKING:
    from policysim.language.source import Location, Span


class Severity(Enum):
    """How much a problem matters. An error keeps the document out of every decision."""

    ERROR = "error"
    WARNING = "warning"


class ProblemKind(NamedTuple):
    """One row of the table of problems."""

    code: str
    severity: Severity
    rules: tuple[str, ...]
    title: str


class Problem(NamedTuple):
    """One problem at one place.

    ``where`` is an exact span (broken text) or the location of a value, found in the text only when shown;
    it is ``None`` when there is no text to point at (an unreadable file).
    """

    kind: ProblemKind
    message: str
    where: Span | Location | None
    hint: str = ""

    @property
    def code(self) -> str:
        """The code of the kind, such as ``duplicate-key``."""
        return self.kind.code

    @property
    def is_error(self) -> bool:
        """Whether the problem keeps the document out of every decision."""
        return self.kind.severity is Severity.ERROR

    @property
    def span(self) -> Span | None:
        """The exact place, found in the text when asked for; ``None`` when there is no text to point at."""
        return None if self.where is None else span_of(self.where)
