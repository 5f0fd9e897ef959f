"""Where the answer goes and how it looks: the options that every command has, and what they do."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import click

from policysim.cli.boundary import say
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class Output(NamedTuple):
    """The common options as given."""

    format: str
    file: str | None
    force: bool
    colour: str
    quiet: bool
    verbose: bool

    @property
    def coloured(self) -> bool:
        """Whether text goes out in colour."""
        return self.file is None and wants_colour(self.colour, os.environ, is_terminal=sys.stdout.isatty())


def wants_colour(mode: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """``--color`` decides, then ``NO_COLOR``, then ``FORCE_COLOR`` (each when not empty), then the terminal."""
    if mode != "auto":
        return mode == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def output_options(command: _Command) -> _Command:
    """Adds the options that every command has; ``output_of`` takes them out of its keyword arguments."""
    return output_options_for("text", "json", more="every matching statement")(command)


def output_options_for(*formats: str, more: str) -> Callable[[_Command], _Command]:
    """The same for a command that writes in these formats; ``more`` is what ``-v`` shows."""
    return lambda command: _with_options(command, formats, more)


def _with_options(command: _Command, formats: Sequence[str], more: str) -> _Command:
    for option in (
        click.option("-v", "--verbose", is_flag=True, help=f"Show more: {more}."),
        click.option("--quiet", is_flag=True, help="No notes on standard error."),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colour the text; NO_COLOR and FORCE_COLOR are honoured.",
        ),
        click.option("--force", is_flag=True, help="Overwrite a file that is there already."),
        click.option("--output", metavar="FILE", help="Write the answer to FILE, not to standard output."),
        click.option(
            "--format", type=click.Choice(formats), default="text", show_default=True, help="How to write it."
        ),
    ):
        command = option(command)
    return command


def output_of(options: dict[str, Any]) -> Output:
    """Takes the common options out of a command's keyword arguments."""
    return Output(
        format=options.pop("format"),
        file=options.pop("output"),
        force=options.pop("force"),
        colour=options.pop("color"),
        quiet=options.pop("quiet"),
        verbose=options.pop("verbose"),
    )


def note(output: Output, sentence: str) -> None:
    """Something worth knowing that is no part of the answer: on standard error, and only to a person."""
    if not output.quiet and sys.stderr is not None and sys.stderr.isatty():
        say(sentence)


def check_output(output: Output, *, writes_more: bool = False) -> None:
    """Refuses, before any work is done, an output file that could not be written at its end.

    ``writes_more``: another option names a file that `--force` may be meant for.
    """
    if output.file is not None:
        from policysim.cli.whole_file import check_target  # noqa: PLC0415  # most runs write to standard output

        check_target(output.file, force=output.force)
    elif output.force and not writes_more:
        raise click.UsageError("`--force` needs `--output`")
    elif sys.stdout is None:  # a shell can start a command without one
        raise InputError("standard output is closed: there is nowhere to write the answer to")


@contextmanager
def answer_stream(output: Output) -> Iterator[Callable[[str], None]]:
    """A function that writes a piece of the answer. A file appears whole when all went well, else not at all."""
    if output.file is not None:
        from policysim.cli.whole_file import whole_file  # noqa: PLC0415  # most runs write to standard output

        with whole_file(output.file, force=output.force) as stream:
            yield lambda text: _write(stream, text)
        return
    yield lambda text: _write(sys.stdout.buffer, text, at_once=True)


def _write(stream: BinaryIO, text: str, *, at_once: bool = False) -> None:
    try:
        stream.write(text.encode("utf-8", "backslashreplace"))
        if at_once:
            stream.flush()
    except OSError as error:
        if at_once:
            error.filename = "standard output"
        raise
