"""The line between a command and the shell: whatever a command raises leaves as one sentence and an exit code."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final, TextIO

import click

from policysim.cli.exit_codes import ExitCode
from policysim.reports.printable import printable
from policysim.sources.errors import InputError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "policysim"

_QUOTED: Final = re.compile(r"(?<!\w)'([^']*)'(?!\w)")
"""What click's sentences have in quotes, as opposed to an apostrophe."""


def exit_code_of(command: Callable[[], object], *, verbose: bool) -> int:
    """Runs ``command`` and answers with its exit code; says on standard error why there is none of its own."""
    try:
        code = command()
        if sys.stdout is not None:  # a shell can start a command without one
            sys.stdout.flush()
    except InputError as error:
        return _refuse(str(error))
    except RemoteError as error:
        say(str(error))
        return ExitCode.REMOTE_FAILURE
    except click.UsageError as error:
        return _refuse(_usage_sentence(error))
    except click.ClickException as error:
        return _refuse(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _silence(sys.stdout)
        return ExitCode.BROKEN_PIPE
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{named}{(error.strerror or str(error)).lower()}")
    except Exception as error:  # noqa: BLE001  # the last resort: a person gets a sentence, never a traceback unasked
        return _defect(error, verbose=verbose)
    return code if isinstance(code, int) else ExitCode.OK


def say(sentence: str) -> None:
    """One sentence on standard error, whatever characters it holds."""
    line = f"{PROGRAM}: {printable(sentence.strip())}\n".encode("utf-8", "backslashreplace")
    if sys.stderr is None:  # a shell can start a command without one
        return
    try:
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
    except OSError:  # nobody can be told; the exit code still speaks
        _silence(sys.stderr)


def _refuse(sentence: str) -> int:
    say(sentence)
    return ExitCode.BAD_INPUT


def _usage_sentence(error: click.UsageError) -> str:
    message = _QUOTED.sub(r"`\1`", error.format_message()).replace(". Did you", "; did you").rstrip(".")
    if not message[1:2].isupper():
        message = message[:1].lower() + message[1:]
    command = error.ctx.command_path if error.ctx else PROGRAM
    return f"{message} (see `{command} --help`)"


def _silence(stream: TextIO) -> None:
    """Keeps Python from complaining, on its way out, that nobody reads the rest of a stream."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return


def _defect(error: Exception, *, verbose: bool) -> int:
    if verbose:
        import traceback  # noqa: PLC0415  # needed only when policysim itself is broken

        sys.stderr.write("".join(traceback.format_exception(error)))
        sys.stderr.flush()
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = "" if verbose else "; run it again with -v to see where"
    say(f"this is a defect of policysim, please report it ({what}){hint}")
    return ExitCode.DEFECT
