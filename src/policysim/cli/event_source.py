"""Where denied events come from when they are in no file: options of ``policysim explain``, and their reading."""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from policysim.catalog.partitions import is_region
from policysim.cli.moments import moment_of
from policysim.cli.output import note
from policysim.cli.progress import with_progress
from policysim.language.arns import parse_arn
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policysim.cli.output import Output
    from policysim.sources.aws.connection import AwsSettings, Connection
    from policysim.sources.aws.events.event_source import EventSource
    from policysim.sources.aws.events.gathering import Gathered
    from policysim.sources.aws.events.wanted import Wanted
    from policysim.sources.events import RecordAt

_Command = TypeVar("_Command", bound="Callable[..., Any]")

SCHEME: Final = "s3://"
DEFAULT_LIMIT: Final = 1000
"""As many denied events are explained of a source, without ``--limit``."""

_SOURCES: Final = ("trail", "log_group", "event_data_store", "athena")
_FILTERS: Final = ("event_id", "since", "until", "principal", "action")
_OF_ATHENA: Final = ("workgroup", "athena_output")
_EVENT_ID: Final = re.compile(r"[0-9A-Za-z-]{1,64}")
_CALLERS: Final = {
    "iam": re.compile(r"root|(user|role)/.+"),
    "sts": re.compile(r"assumed-role/[^/]+/.+|federated-user/.+"),
}
"""How the resource part of a caller's ARN looks, by its service."""
_ACTION: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LOG_GROUP: Final = re.compile(
    r"(?P<name>[.\-_/#A-Za-z0-9]{1,512})|arn:[a-z-]+:logs:(?P<region>[a-z0-9-]+):\d{12}:log-group:[.\-_/#A-Za-z0-9]{1,512}(:\*)?"
)
_DATA_STORE: Final = re.compile(
    r"(?:arn:[a-z-]+:cloudtrail:(?P<region>[a-z0-9-]+):\d{12}:eventdatastore/)?(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_TABLE: Final = re.compile(r"(?P<database>[A-Za-z0-9_-]{1,255})\.(?P<table>[A-Za-z0-9_-]{1,255})")
_WORKGROUP: Final = re.compile(r"[a-zA-Z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A source that was named, and what is wanted of it; ``folder`` in place of ``source`` for a copy of a trail."""

    wanted: Wanted
    limit: int
    source: EventSource | None = None
    folder: str | None = None
    verified: bool = False
    public_keys: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How errors call it."""
        return self.source.name if self.source is not None else str(self.folder)


def event_source_options(command: _Command) -> _Command:
    """Adds the options; ``live_source_of`` takes them out of the keyword arguments."""
    for option in (
        click.option(
            "--public-keys",
            metavar="FILE",
            multiple=True,
            help="The output of `aws cloudtrail list-public-keys`, for `--verified` without AWS.",
        ),
        click.option(
            "--verified", is_flag=True, help="Refuse log files that CloudTrail's digests do not prove to be unchanged."
        ),
        click.option(
            "--limit",
            type=click.IntRange(1),
            metavar="N",
            help=f"Explain the newest N denied events.  [default: {DEFAULT_LIMIT}]",
        ),
        click.option("--action", metavar="ACTION", help="Only denials of this action; wildcards are allowed."),
        click.option("--principal", metavar="ARN", help="Only denials of this user, role, session or root user."),
        click.option("--until", metavar="TIME", help="Only events up to this time, as `--since` takes it."),
        click.option("--since", metavar="TIME", help="Only events since 90m, 1h, 7d ago, or since 2026-11-24T03:00Z."),
        click.option("--event-id", metavar="ID", help="Only the event with this id."),
        click.option("--athena-output", metavar="URI", help="Where in S3 Athena puts results, if not the workgroup's."),
        click.option("--workgroup", metavar="NAME", help="The workgroup of Athena to run the query in."),
        click.option("--athena", metavar="DATABASE.TABLE", help="Events from a table of Athena over CloudTrail logs."),
        click.option("--event-data-store", metavar="ARN|ID", help="Events from CloudTrail Lake."),
        click.option("--log-group", metavar="NAME|ARN", help="Events from a log group of CloudWatch Logs."),
        click.option(
            "--trail", metavar="s3://BUCKET/PREFIX", help="Events from the log files of a trail, or one file."
        ),
        click.option(
            "--region",
            "regions",
            metavar="REGION",
            multiple=True,
            help="The Region of the events, repeated for several; or the Region of a plan or template.",
        ),
    ):
        command = option(command)
    return command


def live_source_of(options: dict[str, Any], what: str | None) -> Live | None:
    """Takes the options out of a command's keyword arguments; ``what`` is its argument.

    ``None`` where a file, standard input or a message is to be read; one of them is then there. ``options`` keep the
    one Region that policies may need as ``region``.
    """
    given = {
        name: options.pop(name) for name in (*_SOURCES, *_FILTERS, *_OF_ATHENA, "limit", "verified", "public_keys")
    }
    regions: tuple[str, ...] = options.pop("regions")
    for region in regions:
        if not is_region(region):
            raise click.UsageError(f"`--region {region}` is no Region: expected one such as `eu-west-1`")
    named = [name for name in _SOURCES if given[name] is not None]
    history = given["event_id"] is not None or given["since"] is not None
    is_folder = what is not None and _is_log_place(what, verified=given["verified"])
    if what is not None and what.startswith(SCHEME):
        if named:
            raise click.UsageError(f"`{_flag(named[0])}` and `{what}` both name a source of events: give one of them")
        named, given["trail"], what = ["trail"], what, None
    options["region"] = regions[0] if len(regions) == 1 else None
    if len(named) > 1:
        raise click.UsageError(f"`{_flag(named[0])}` and `{_flag(named[1])}` both name a source of events: give one")
    if what is not None and not is_folder:
        _refuse_sources(given, named, regions)
        return None
    if what is not None and named:
        raise click.UsageError(f"`{_flag(named[0])}` and `{what}` both name a source of events: give one of them")
    if what is None and not named and not history:
        raise click.UsageError("give a file, a message or a source such as `--since`")
    return _live(given, named[0] if named else None, what, regions)


def _is_log_place(what: str, *, verified: bool) -> bool:
    """Whether the argument is a folder of log files, or one log file that is to be verified."""
    # A message is too long for a Path.
    return os.path.isdir(what) or (verified and os.path.isfile(what))  # noqa: PTH112, PTH113  # see above


def _refuse_sources(given: dict[str, Any], named: list[str], regions: Sequence[str]) -> None:
    """Refuses options of sources beside a file or a message, which holds all of its events."""
    other = next((name for name in (*named, *_FILTERS, *_OF_ATHENA, "limit") if given[name] is not None), None)
    if other is not None:
        raise click.UsageError(f"`{_flag(other)}` is about events in AWS or in a folder: leave out the file or message")
    if given["verified"] or given["public_keys"]:
        raise click.UsageError(
            "`--verified` is about log files of a trail: give its place in S3 or a folder with a copy"
        )
    if len(regions) > 1:
        raise click.UsageError("`--region` is given several times: a plan or template has one")


def _live(given: dict[str, Any], name: str | None, folder: str | None, regions: tuple[str, ...]) -> Live:
    wanted = _wanted(given)
    if name != "athena" and (other := next((one for one in _OF_ATHENA if given[one] is not None), None)):
        raise click.UsageError(f"`{_flag(other)}` needs `--athena`")
    if given["verified"] and name != "trail" and folder is None:
        raise click.UsageError("`--verified` needs log files: give `--trail`, or a folder with a copy of them")
    if given["public_keys"] and not given["verified"]:
        raise click.UsageError("`--public-keys` needs `--verified`")
    return Live(
        wanted=wanted,
        limit=given["limit"] or DEFAULT_LIMIT,
        source=None if folder is not None else _READERS[name](given, wanted, regions),
        folder=folder,
        verified=given["verified"],
        public_keys=given["public_keys"],
    )


def _wanted(given: dict[str, Any]) -> Wanted:
    from policysim.sources.aws.events.wanted import Wanted  # noqa: PLC0415  # few runs have a source

    now = datetime.now(UTC)
    since, until = (moment_of(_flag(name), given[name], now) if given[name] else None for name in ("since", "until"))
    if since is not None and until is not None and since > until:
        raise click.UsageError("`--since` is later than `--until`")
    if given["event_id"] is not None and _EVENT_ID.fullmatch(given["event_id"]) is None:
        raise click.UsageError(f"`--event-id {given['event_id']}` is no id of an event")
    if given["principal"] is not None and not _is_principal(given["principal"]):
        raise click.UsageError(
            f"`--principal {given['principal']}`: expected the ARN of a user, a role, a session or a root user"
        )
    if given["action"] is not None and _ACTION.fullmatch(given["action"]) is None:
        raise click.UsageError(f"`--action {given['action']}`: expected an action such as `s3:GetObject` or `s3:Get*`")
    return Wanted(
        event_id=given["event_id"], since=since, until=until, principal=given["principal"], action=given["action"]
    )


def _is_principal(text: str) -> bool:
    arn = parse_arn(text)
    if arn is None or not text.isprintable() or " " in text:
        return False
    return arn.service in _CALLERS and _CALLERS[arn.service].fullmatch(arn.resource) is not None


def _history(given: dict[str, Any], wanted: Wanted, regions: tuple[str, ...]) -> EventSource:
    from policysim.sources.aws.events.data_events import is_data_event  # noqa: PLC0415  # the one source asked for
    from policysim.sources.aws.events.event_history import DAYS, reaches_back  # noqa: PLC0415  # the same
    from policysim.sources.aws.events.event_source import EventHistory  # noqa: PLC0415  # the same

    elsewhere = "give `--trail`, `--log-group`, `--event-data-store` or `--athena`"
    if not reaches_back(wanted, datetime.now(UTC)):
        raise click.UsageError(f"`--since {given['since']}`: the event history reaches back {DAYS} days: {elsewhere}")
    if wanted.action is not None and is_data_event(wanted.action):
        raise click.UsageError(
            f"`{wanted.action}` is recorded as a data event, and the event history has none of those: {elsewhere}"
        )
    return EventHistory(regions=regions)


def _trail(given: dict[str, Any], wanted: Wanted, regions: tuple[str, ...]) -> EventSource:  # noqa: ARG001  # as its like
    from policysim.sources.aws.events.event_source import Trail  # noqa: PLC0415  # the one source asked for

    bucket, _, key = given["trail"].removeprefix(SCHEME).partition("/")
    if not given["trail"].startswith(SCHEME) or _BUCKET.fullmatch(bucket) is None:
        raise click.UsageError(f"`{given['trail']}`: expected `s3://BUCKET`, `s3://BUCKET/PREFIX` or `s3://BUCKET/KEY`")
    return Trail(bucket=bucket, key=key, regions=regions)


def _log_group(given: dict[str, Any], wanted: Wanted, regions: tuple[str, ...]) -> EventSource:
    from policysim.sources.aws.events.event_source import LogGroup  # noqa: PLC0415  # the one source asked for

    found = _LOG_GROUP.fullmatch(given["log_group"])
    if found is None:
        raise click.UsageError(f"`--log-group {given['log_group']}` is neither the name of a log group nor its ARN")
    return LogGroup(
        group=given["log_group"].removesuffix(":*"),
        region=_one_region("--log-group", regions, wanted, found["region"]),
    )


def _event_data_store(given: dict[str, Any], wanted: Wanted, regions: tuple[str, ...]) -> EventSource:
    from policysim.sources.aws.events.event_source import EventDataStore  # noqa: PLC0415  # the one source asked for

    found = _DATA_STORE.fullmatch(given["event_data_store"])
    if found is None:
        raise click.UsageError(
            f"`--event-data-store {given['event_data_store']}` is neither the ARN of an event data store nor its id"
        )
    return EventDataStore(store=found["id"], region=_one_region("--event-data-store", regions, wanted, found["region"]))


def _athena(given: dict[str, Any], wanted: Wanted, regions: tuple[str, ...]) -> EventSource:
    from policysim.sources.aws.events.event_source import AthenaTable  # noqa: PLC0415  # the one source asked for

    found = _TABLE.fullmatch(given["athena"])
    if found is None:
        raise click.UsageError(f"`--athena {given['athena']}`: expected DATABASE.TABLE")
    workgroup, output = given["workgroup"], given["athena_output"]
    if workgroup is not None and _WORKGROUP.fullmatch(workgroup) is None:
        raise click.UsageError(f"`--workgroup {workgroup}` is no name of a workgroup")
    if output is not None and not output.startswith(SCHEME):
        raise click.UsageError(f"`--athena-output {output}`: expected a place in S3 such as `s3://BUCKET/PREFIX/`")
    return AthenaTable(
        database=found["database"],
        table=found["table"],
        workgroup=workgroup,
        output=output,
        region=_one_region("--athena", regions, wanted, None),
    )


_READERS: Final[dict[str | None, Callable[[dict[str, Any], Wanted, tuple[str, ...]], EventSource]]] = {
    None: _history,
    "trail": _trail,
    "log_group": _log_group,
    "event_data_store": _event_data_store,
    "athena": _athena,
}


def _one_region(flag: str, regions: tuple[str, ...], wanted: Wanted, told: str | None) -> str | None:
    """The Region of a source that is in one; a source that is searched needs a beginning, so that it has an end."""
    if wanted.since is None:
        raise click.UsageError(
            f"`{flag}` needs `--since`: without it AWS would search, and charge for, all that is there"
        )
    if len(regions) > 1:
        raise click.UsageError(f"`{flag}` is in one Region, and `--region` names several")
    return regions[0] if regions else told


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def gathered_from(live: Live, settings: AwsSettings, output: Output, *, asks_aws: bool) -> Gathered:
    """The denied events of the source that were asked for, at least one; ``asks_aws``: AWS may be called.

    Raises:
        InputError: it holds none, or nothing but what is no CloudTrail records.
        RemoteError: AWS refused a call or did not answer.
    """
    from policysim.sources.aws.events.gathering import gathered  # noqa: PLC0415  # few runs have a source

    records = _records(live, settings, lambda sentence: note(output, sentence), asks_aws=asks_aws)
    found = gathered(with_progress(records, None, "events read", output), live.wanted, live.limit)
    if not found.denied:
        raise InputError(_nothing_found(live, found))
    if found.stopped:
        note(output, f"{live.name}: stopped at {live.limit} denied events; `--limit` takes more of the older ones")
    elif len(found.denied) < found.read:
        others = found.read - len(found.denied)
        note(output, f"{live.name}: {others} of its {found.read} events are no denials that were asked for")
    return found


def _records(live: Live, settings: AwsSettings, tell: Callable[[str], None], *, asks_aws: bool) -> Iterator[RecordAt]:
    if live.folder is not None:
        return _records_of_folder(live, settings, asks_aws=asks_aws)
    from dataclasses import replace  # noqa: PLC0415  # few runs have a source

    from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # the same
    from policysim.sources.aws.events.event_source import Question, Trail  # noqa: PLC0415  # the same
    from policysim.sources.aws.events.reading import read_events  # noqa: PLC0415  # the same

    connection, source = Connection(settings), live.source
    if source is None:
        raise AssertionError("a source is a folder or in AWS")
    if live.verified and isinstance(source, Trail):
        before, root, _ = source.key.partition("AWSLogs/")
        location = f"{SCHEME}{source.bucket}/{before if root else source.key}"
        source = replace(source, check=_check(location, live.public_keys, connection))
    return read_events(source, Question(wanted=live.wanted, tell=tell), connection)


def _records_of_folder(live: Live, settings: AwsSettings, *, asks_aws: bool) -> Iterator[RecordAt]:
    from policysim.sources.aws.events.trail_layout import Window  # noqa: PLC0415  # few runs read a folder
    from policysim.sources.trail_copy import trail_copy  # noqa: PLC0415  # the same

    folder, check = str(live.folder), None
    if live.verified:
        from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # a copy needs no AWS but for its keys

        check = _check(folder, live.public_keys, Connection(settings) if asks_aws and not live.public_keys else None)
    return trail_copy(folder, Window(live.wanted.since, live.wanted.until), check)


def _check(
    location: str, public_keys: tuple[str, ...], connection: Connection | None
) -> Callable[[str, bytes], str | None]:
    from pathlib import Path  # noqa: PLC0415  # few runs verify

    from policysim.sources.digests.verified_logs import VerifiedLogs  # noqa: PLC0415  # the same

    return VerifiedLogs(location, connection, [Path(name) for name in public_keys]).refusal


def _nothing_found(live: Live, found: Gathered) -> str:
    """Why there is nothing to explain, as exactly as the reading showed it."""
    if found.unread:
        others = f" (and {len(found.unread) - 1} more could not be read)" if len(found.unread) > 1 else ""
        return f"{found.unread[0]}{others}"
    hint = _WHERE_ELSE if live.source is not None and live.source.name == _HISTORY else ""
    if not found.read:
        return f"{live.name}: there are no events of denied requests that were asked for{hint}"
    if found.refused:
        read = f"{found.read} events were" if found.read > 1 else "one event was"
        denials = f"{found.refused} denied requests" if found.refused > 1 else "one denied request"
        return f"{live.name}: {read} read, and of {denials} none is one that was asked for{hint}"
    where, reason = found.first or (live.name, "")
    if found.read == 1:
        return f"{where}: {reason}, so there is no denial to explain"
    return f"{live.name}: none of its {found.read} events is a denied request; the first one: {reason}{hint}"


_HISTORY: Final = "the event history"
_WHERE_ELSE: Final = (
    " (the event history holds each Region by itself, 90 days, events some minutes late, and no data events such as"
    " those of S3 objects)"
)
