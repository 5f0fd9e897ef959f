"""``--verified``: log files are read only where CloudTrail's digests prove them to be as they were delivered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.source import Source
    from policysim.sources.aws.connection import Connection

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_SCHEME: Final = "s3://"


class Demand(NamedTuple):
    """The options as given: whether proof is demanded, and the files with CloudTrail's public keys."""

    is_made: bool
    public_keys: tuple[Path, ...]


def verified_options(command: _Command) -> _Command:
    """Adds ``--verified`` and ``--public-keys``; ``demand_of`` takes them out of the keyword arguments."""
    for option in (
        click.option(
            "--public-keys",
            metavar="FILE",
            multiple=True,
            help="Keys saved by `aws cloudtrail list-public-keys`, for --verified without AWS; repeatable.",
        ),
        click.option(
            "--verified",
            is_flag=True,
            help="Read no log file that CloudTrail's digests do not prove to be as delivered.",
        ),
    ):
        command = option(command)
    return command


def demand_of(options: dict[str, Any]) -> Demand:
    """Takes the options out of a command's keyword arguments."""
    demand = Demand(options.pop("verified"), tuple(Path(path) for path in options.pop("public_keys")))
    if demand.public_keys and not demand.is_made:
        raise click.UsageError("`--public-keys` needs `--verified`")
    return demand


def check_of(demand: Demand, location: str, connection: Connection | None) -> Callable[[str, bytes], str | None] | None:
    """What says of a log file, by its path or ``s3://`` URL and its bytes as stored, why it is not proven.

    ``location`` is the file itself or the ``s3://`` URL that it lies below. ``None``: no proof is demanded.

    Raises:
        InputError: the digests or the public keys cannot be had.
    """
    if not demand.is_made:
        return None
    from policysim.sources.digests.verified_logs import VerifiedLogs  # noqa: PLC0415  # few runs demand proof

    if location.startswith(_SCHEME):
        trail = _SCHEME + location.removeprefix(_SCHEME).partition("/")[0]
    else:
        trail = _copy_around(location)
    refusal = VerifiedLogs(trail, connection, demand.public_keys).refusal

    def told(name: str, data: bytes) -> str | None:
        reason = refusal(name, data)
        return None if reason is None else f"`--verified`: this log file is not proven: {reason}"

    return told


def verified_source(path: str, check: Callable[[str, bytes], str | None]) -> Source:
    """The text of a local log file that is proven.

    Raises:
        InputError: it cannot be read, or it is not proven.
    """
    from policysim.sources.files import SIZE_LIMIT, source_of, unreadable  # noqa: PLC0415  # few runs demand proof

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise unreadable(error, path) from None
    reason = check(path, data)
    if reason is not None:
        raise InputError(f"{path}: {reason}")
    return source_of(data, path, SIZE_LIMIT)


def _copy_around(path: str) -> str:
    """The folder of the copy that a log file lies in: what holds ``AWSLogs``, or else the folder of the account."""
    from policysim.cloudtrail.digest_layout import LOGS, ROOT, Place, folder_of  # noqa: PLC0415  # the same

    parts = Path(path).resolve().parts
    if folder_of(Place("", "/".join(parts))) is None or LOGS not in parts:
        below = f"{ROOT}/ACCOUNT/{LOGS}/REGION/..."
        raise InputError(f"{path}: with `--verified` a log file must lie in a copy of its trail, below `{below}`")
    end = len(parts) - 1 - parts[::-1].index(LOGS) - 1
    roots = [index for index in range(end) if parts[index] == ROOT]
    return str(Path(*parts[: roots[-1] if roots else end]))
