"""The entry point: a command's module is imported only when the command runs."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from policysim import __version__
from policysim.cli.boundary import exit_code_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class LazyCommand(NamedTuple):
    """A command that nobody has imported yet: where it is, and its line in the help."""

    module: str
    attribute: str
    summary: str


COMMANDS: dict[str, LazyCommand] = {
    "explain": LazyCommand("policysim.cli.explain", "explain", "Why was this denied, and which statement must change?"),
    "eval": LazyCommand("policysim.cli.evaluate", "evaluate", "Would this request be allowed? What if ...?"),
    "expect": LazyCommand("policysim.cli.expect", "expect", "Do the policies keep to what is expected of them?"),
    "check": LazyCommand("policysim.cli.check", "check", "Is this policy valid, and does it do what it says?"),
    "verify-logs": LazyCommand(
        "policysim.cli.verify_logs", "verify_logs", "Are the log files of a trail as CloudTrail delivered them?"
    ),
    "snapshot": LazyCommand(
        "policysim.cli.snapshot", "snapshot", "Which policies are in force? From a live account into a folder."
    ),
    "rule": LazyCommand("policysim.cli.rule", "rule", "What does a rule that an answer names say, such as E18?"),
}

HELP = """Why was this AWS request denied, which statement must change, what if it did:
answered offline, from the policies in force, with file, line and column.

\b
Explain a denied CloudTrail event:
  policysim explain event.json --account policies/acme

\b
Explain an error message, with or without the policies:
  policysim explain "User: arn:aws:iam::111122223333:user/ana is not
    authorized to perform: s3:GetObject because no identity-based policy
    allows the s3:GetObject action"

\b
Ask what a change of policy would do:
  policysim eval --principal role/app --action s3:GetObject \\
    --resource arn:aws:s3:::data/report.csv --account policies/acme \\
    --add-policy new-policy.json

\b
Check on every commit that the policies keep to what is expected of them:
  policysim expect

\b
Check a policy, or every policy of a folder, before AWS sees it:
  policysim check policies/acme
"""

EPILOG = """\b
Exit codes: 0 allowed, explained, met or clean, 1 denied, unmet or findings,
2 bad input, 3 undecided, 4 AWS or network failure, 70 a defect of policysim,
130 interrupted.

A code in an answer, such as E18, names a rule: `policysim rule E18` tells it.
"""


class LazyGroup(click.Group):
    """The group of all commands; helps, lists and completes without importing any of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Imports and returns one command."""
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        command = getattr(importlib.import_module(lazy.module), lazy.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{lazy.module}.{lazy.attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """The list of commands in the help, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401  # click's signature
    ) -> Any:  # noqa: ANN401  # click's signature
        """Runs the command that ``args`` name; in standalone mode, ends the process with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        stdout = sys.stdout

        def run() -> Any:  # noqa: ANN401  # click's signature
            try:
                return click.Group.main(
                    self, given, prog_name or "policysim", complete_var, standalone_mode=False, **extra
                )
            except SystemExit:
                # Click ends a broken pipe with exit code 1, which says "denied" here; it wraps standard output then.
                if sys.stdout is not stdout:
                    raise BrokenPipeError from None
                raise

        if not standalone_mode:
            return run()
        sys.exit(exit_code_of(run, verbose="-v" in given or "--verbose" in given))


@click.group(
    "policysim",
    cls=LazyGroup,
    help=HELP,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="policysim")
@click.pass_context
def main(context: click.Context) -> None:
    """Shows the help when no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
