"""What the exit code of every command means."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes; scripts rely on them."""

    OK = 0
    """Allowed, explained, clean, or every case answered."""
    DENIED = 1
    """The request is denied."""
    FINDINGS = 1
    """The same code, of ``check``: there are findings."""
    UNMET = 1
    """The same code, of ``expect``: an expectation is not met."""
    BAD_INPUT = 2
    """The command line or a file of the user's is wrong; one sentence on standard error says what."""
    UNDECIDED = 3
    """The decision depends on what is not known, or the evidence leaves more than one cause open."""
    REMOTE_FAILURE = 4
    """AWS or the network failed."""
    DEFECT = 70
    """policysim itself failed; ``-v`` shows where."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output stopped reading."""
