"""What came out of one request, as a test holds it in its hand: comparable, and with its reasons."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

from policysim import __version__
from policysim.evaluation.decision import Effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.decision import Decision
    from policysim.expectations.results import Answer


class Access(Enum):
    """What AWS answers, as far as it is known. ``DEPENDS``: both are possible with what is known."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "undecided"

    def __repr__(self) -> str:
        return self.name


ALLOWED: Final = Access.ALLOWED
DENIED: Final = Access.DENIED
DEPENDS: Final = Access.DEPENDS

_ACCESS: Final[dict[Effect, Access]] = {
    Effect.ALLOWED: ALLOWED,
    Effect.EXPLICIT_DENY: DENIED,
    Effect.IMPLICIT_DENY: DENIED,
    Effect.DEPENDS: DEPENDS,
}


class Outcome:
    """The answer to one request: equal to ``ALLOWED``, ``DENIED`` or ``DEPENDS``, and never just true or false."""

    __slots__ = ("_explain", "_shown", "answer")

    def __init__(
        self, answer: Answer, explain: Callable[[Access], str | None], shown: Callable[[str], str] = str
    ) -> None:
        self.answer = answer
        self._explain = explain
        self._shown = shown

    @property
    def access(self) -> Access:
        """Allowed, denied, or open."""
        return _ACCESS[self.answer.call.effect]

    @property
    def decision(self) -> Decision:
        """The decision behind it: layers, statements, unknown keys, caveats."""
        return self.answer.decision

    @property
    def explicit(self) -> bool:
        """Whether a Deny statement denies the request."""
        return self.answer.call.effect is Effect.EXPLICIT_DENY

    @property
    def layer(self) -> str:
        """The layer that denied, or the side that granted: ``scp``, ``identity``, ``identity+resource``, ..."""
        return self.decision.layer

    @property
    def unknown_keys(self) -> tuple[str, ...]:
        """The condition keys that an open answer hangs on."""
        return tuple(unknown.key for unknown in self.decision.unknown_keys)

    @property
    def explanation(self) -> str:
        """Everything about the answer, as ``policysim eval`` prints it."""
        from policysim.reports.decision_text import answer_text  # noqa: PLC0415  # only where somebody looks
        from policysim.reports.decisions import answer_of  # noqa: PLC0415  # the same
        from policysim.reports.layout import Paint  # noqa: PLC0415  # the same

        return self._shown(answer_text(answer_of(self.decision, __version__), Paint()))

    def explained_against(self, expected: Access) -> str:
        """Why the answer is not the one expected."""
        return self._explain(expected) or self.explanation

    def __eq__(self, other: object) -> bool:
        """Equal to the ``Access`` that came out; two outcomes are equal when their access is."""
        if isinstance(other, Access):
            return self.access is other
        return self.access is other.access if isinstance(other, Outcome) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.access)

    def __bool__(self) -> Literal[False]:
        """Refused: a denial that counts as true would pass any test."""
        __tracebackhide__ = True
        raise TypeError(f"an outcome is neither true nor false: compare it, as in `== ALLOWED` (it is {self!r})")

    def __repr__(self) -> str:
        from policysim.reports.decision_phrases import verdict_phrase  # noqa: PLC0415  # only where somebody looks
        from policysim.reports.decisions import decision_document  # noqa: PLC0415  # the same
        from policysim.reports.printable import printable  # noqa: PLC0415  # the same

        told = verdict_phrase(decision_document(self.decision), self.decision.request.action)
        return printable(f"<{self.access.value}: {self._shown(told)}>")


def compared(op: str, left: object, right: object) -> list[str] | None:
    """The lines that pytest shows where an outcome was compared with an access; ``None`` for anything else."""
    if op not in {"==", "!="}:
        return None
    outcome, access = (left, right) if isinstance(left, Outcome) else (right, left)
    if not isinstance(outcome, Outcome) or not isinstance(access, Access):
        return None
    text = outcome.explained_against(access) if op == "==" else outcome.explanation
    return [f"{outcome!r} {op} {access!r}", "", *text.rstrip("\n").split("\n")]
