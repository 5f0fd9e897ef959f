"""``--account`` and what belongs to it: where the policies in force are, and what only a person can tell of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from policysim.catalog.partitions import is_region
from policysim.language.arns import is_account_id
from policysim.sources.in_force import BASE, NO_ORGANIZATION, ORGANIZATION, policy_source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policysim.sources.in_force import PolicySource

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class SourceOptions(NamedTuple):
    """The options as given; ``bindings`` are parameters of a template, and the words of ``account ... with``."""

    account: str | None
    account_id: str | None
    region: str | None
    bindings: dict[str, tuple[str, ...]]

    @property
    def source(self) -> PolicySource | None:
        """Where the policies are; ``None`` where no option names them."""
        if self.account is None:
            return None
        return policy_source(
            Path(self.account), Path(), account_id=self.account_id, region=self.region, bindings=self.bindings
        )


def source_options(command: _Command) -> _Command:
    """Adds ``--account`` and its companions; ``source_options_of`` takes them out of the keyword arguments."""
    return _with_options(command, region=True)


def source_options_but_region(command: _Command) -> _Command:
    """The same for a command that has a ``--region`` of its own, and leaves one of them for ``source_options_of``."""
    return _with_options(command, region=False)


_REGION: Final = ("--region", "The Region, where a plan or template does not tell it.")


def _with_options(command: _Command, *, region: bool) -> _Command:
    for option in (
        click.option("--no-organization", is_flag=True, help="The accounts of a plan or template are in none."),
        click.option(
            "--base", metavar="DIR", help="The account folder or organisation that a plan or template changes."
        ),
        click.option(
            "--parameter",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="The value of a template's parameter; repeat it for several.",
        ),
        *((click.option(_REGION[0], metavar="REGION", help=_REGION[1]),) if region else ()),
        click.option("--account-id", metavar="ID", help="The account, where a plan or template does not tell it."),
        click.option(
            "--account",
            metavar="DIR|FILE",
            help="The policies in force: an account folder, an organisation, a plan, a template, a collector's files.",
        ),
    ):
        command = option(command)
    return command


def source_options_of(options: dict[str, Any]) -> SourceOptions:
    """Takes the options out of a command's keyword arguments and checks their form."""
    account, account_id, region = options.pop("account"), options.pop("account_id"), options.pop("region")
    parameters, base, alone = options.pop("parameters"), options.pop("base"), options.pop("no_organization")
    given = {"--account-id": account_id, "--region": region, "--parameter": parameters, "--base": base}
    companion = next((name for name, value in {**given, "--no-organization": alone}.items() if value), None)
    if account is None and companion is not None:
        raise click.UsageError(f"`{companion}` needs `--account`")
    if account_id is not None and not is_account_id(account_id):
        raise click.UsageError(f"`--account-id {account_id}` is no 12-digit account id")
    if region is not None and not is_region(region):
        raise click.UsageError(f"`--region {region}` is no Region: expected one such as `eu-west-1`")
    bindings = _parameters(parameters)
    if base is not None:
        bindings[BASE] = (base,)
    if alone:
        bindings[ORGANIZATION] = (NO_ORGANIZATION,)
    return SourceOptions(account, account_id, region, bindings)


def _parameters(pairs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f"`--parameter {pair}` is not of the form NAME=VALUE")
        values[name] = (*values.get(name, ()), value)
    return values
