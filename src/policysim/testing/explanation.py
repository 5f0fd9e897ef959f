"""The explanation of a failed expectation as pytest shows it, in colours where its terminal has them.

Under pytest-xdist a worker has no terminal: both forms travel with its report, and the process that shows it chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from _pytest._code.code import TerminalRepr

if TYPE_CHECKING:
    import pytest
    from _pytest._io import TerminalWriter

_ATTRIBUTE: Final = "policysim_explanation"


class Crash(NamedTuple):
    """What the summary of pytest says of a failure in one line."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


class Explanation(TerminalRepr):
    """Why an expectation does not hold; without text, the one line of ``--tb=line`` is all that is told."""

    def __init__(self, plain: str, coloured: str, reprcrash: Crash) -> None:
        self.plain = plain
        self.coloured = coloured
        self.reprcrash = reprcrash

    def toterminal(self, tw: TerminalWriter) -> None:
        """Writes it as it is: it holds its own colours."""
        if self.plain:
            tw.line(self.coloured if tw.hasmarkup else self.plain)

    def __str__(self) -> str:
        return self.plain or str(self.reprcrash)


def send_along(report: pytest.CollectReport | pytest.TestReport) -> None:
    """Has a report carry its explanation as plain data, if it has one."""
    shown = report.longrepr
    if isinstance(shown, Explanation):
        setattr(report, _ATTRIBUTE, [shown.plain, shown.coloured, *shown.reprcrash])


def restore(report: pytest.TestReport) -> None:
    """Gives a report of another process its explanation back."""
    plain, coloured, *crash = getattr(report, _ATTRIBUTE)
    report.longrepr = Explanation(plain, coloured, Crash(*crash))
