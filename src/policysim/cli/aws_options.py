"""``--profile`` and ``--endpoint-url``: whose credentials call AWS, and where; ``--region`` is each command's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.sources.aws.connection import AwsSettings

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def aws_options(command: _Command) -> _Command:
    """Adds the options; ``aws_settings_of`` takes them out of the keyword arguments."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Call this URL in the place of AWS's own."),
        click.option("--profile", metavar="NAME", help="The profile of the AWS configuration to call AWS with."),
    ):
        command = option(command)
    return command


def aws_settings_of(options: dict[str, Any], region: str | None) -> AwsSettings:
    """Takes the options out of a command's keyword arguments."""
    from policysim.sources.aws.connection import AwsSettings  # noqa: PLC0415  # few runs call AWS

    return AwsSettings(options.pop("profile"), region, options.pop("endpoint_url"))
