"""``policysim verify-logs``: are the log files of a trail as CloudTrail delivered them?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policysim.catalog.partitions import is_region
from policysim.cli.aws_options import aws_options, aws_settings_of
from policysim.cli.exit_codes import ExitCode
from policysim.cli.moments import moment_of
from policysim.cli.output import answer_stream, check_output, output_of, output_options_for
from policysim.cli.progress import with_progress
from policysim.cloudtrail.digest_layout import ACCOUNT_ID
from policysim.cloudtrail.digest_verdicts import Outcome, Tally
from policysim.reports.layout import Paint
from policysim.reports.log_integrity import Asked as Shown
from policysim.reports.log_integrity import integrity_json, integrity_text
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.cli.output import Output
    from policysim.cloudtrail.digest_verdicts import Told
    from policysim.sources.aws.connection import AwsSettings, Connection
    from policysim.sources.digests.verification import Asked

_EPILOG: Final = (
    "Exit codes: 0 everything is as CloudTrail delivered it, 1 files are changed, missing, moved or unlisted, 2 bad"
    " input, 3 something could not be proven, 4 AWS or network failure."
)
_CODES: Final = {
    Outcome.VALID: ExitCode.OK,
    Outcome.INVALID: ExitCode.FINDINGS,
    Outcome.UNPROVEN: ExitCode.UNDECIDED,
}
_SCHEME: Final = "s3://"
_LAST: Final = timedelta(days=1)
_TRAIL: Final = re.compile(r"arn:[a-z-]+:cloudtrail:([a-z0-9-]+):\d{12}:trail/([A-Za-z0-9._-]+)", re.ASCII)


@click.command("verify-logs", epilog=_EPILOG)
@click.argument("trail", metavar="s3://BUCKET[/PREFIX]|DIR")
@click.option(
    "--since", metavar="TIME", help="From when on: a time, or how long ago (7d). Of a bucket the last 24h if not given."
)
@click.option("--until", metavar="TIME", help="Until when.")
@click.option("--account", "accounts", metavar="ID", multiple=True, help="Only this account; repeatable.")
@click.option("--region", "regions", metavar="REGION", multiple=True, help="Only this Region; repeatable.")
@click.option("--trail-arn", metavar="ARN", help="Only this trail, where several log to one bucket.")
@click.option(
    "--public-keys",
    metavar="FILE",
    multiple=True,
    help="Keys saved by `aws cloudtrail list-public-keys`; repeatable. Of a bucket they are fetched if not given.",
)
@click.option("--aws", is_flag=True, help="Fetch the public keys of a local copy from CloudTrail.")
@aws_options
@output_options_for("text", "json", more="valid files too")
def verify_logs(trail: str, **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """Are the log files of a trail as CloudTrail delivered them, and is none missing?

    Validates the digests that CloudTrail signs every hour (hashes, signatures, the chain of digests) and every log
    file that they list, in the trail's bucket or in a local copy of it.
    """
    output = output_of(options)
    settings = aws_settings_of(options, None)
    check_output(output)
    now = datetime.now(UTC)
    asked = _asked(options, now, is_live=trail.startswith(_SCHEME))
    told = with_progress(_told(trail, options, settings, asked, now), None, "files verified", output)
    with answer_stream(output) as write:
        tally = Tally()
        for piece in _rendered(told, Shown(trail, asked.since, asked.until), tally, output):
            write(piece)
    return _CODES[tally.outcome]


def _told(trail: str, options: dict[str, Any], settings: AwsSettings, asked: Asked, now: datetime) -> Iterator[Told]:
    from policysim.sources.digests.verification import verify  # noqa: PLC0415  # what the command needs once it runs
    from policysim.sources.digests.verified_logs import open_keys, open_store  # noqa: PLC0415  # the same

    connection: Connection | None = None
    if trail.startswith(_SCHEME) or options["aws"]:
        from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # only where AWS is called

        connection = Connection(settings)
    store = open_store(trail, connection)
    keys = open_keys((Path(path) for path in options["public_keys"]), connection)
    return verify(store, keys, asked, now)


def _asked(options: dict[str, Any], now: datetime, *, is_live: bool) -> Asked:
    """Which times, accounts, Regions and trail are meant.

    Raises:
        InputError: one of them cannot be meant.
    """
    from policysim.sources.digests.stores import Wanted  # noqa: PLC0415  # what the command needs once it runs
    from policysim.sources.digests.verification import Asked  # noqa: PLC0415  # the same

    since, until = (
        moment_of(f"--{name}", options[name], now) if options[name] else None for name in ("since", "until")
    )
    if since is None and is_live:
        since = (until or now) - _LAST
    if since and until and since > until:
        raise InputError("`--since` is later than `--until`")
    for account in options["accounts"]:
        if not ACCOUNT_ID.fullmatch(account):
            raise InputError(f"`--account {account}`: an account id has twelve digits")
    for region in options["regions"]:
        if not is_region(region):
            raise InputError(f"`--region {region}` is no Region: expected one such as `eu-west-1`")
    wanted = Wanted(frozenset(options["accounts"]), frozenset(options["regions"]))
    return Asked(since, until, wanted, _chain(options["trail_arn"]))


def _chain(arn: str | None) -> tuple[str, str] | None:
    if arn is None:
        return None
    found = _TRAIL.fullmatch(arn)
    if found is None:
        raise InputError(f"`--trail-arn {arn}`: expected `arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME`")
    return found[2], found[1]


def _rendered(told: Iterable[Told], shown: Shown, tally: Tally, output: Output) -> Iterator[str]:
    if output.format == "json":
        yield from integrity_json(told, shown, tally)
    else:
        yield integrity_text(told, shown, tally, Paint(coloured=output.coloured), verbose=output.verbose)
