"""``policysim snapshot``: every collector in every place, side by side, each kept as soon as it is done.

One thread hands out the units and takes their results; the others call AWS. What is refused is a gap. Credentials that
have expired, a wrong clock and a network that is gone stop the run; calls that AWS slows down are left for the next
run, once everything else is read.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Place, Reading
from policysim.sources.aws.connection import Connection
from policysim.sources.aws.snapshot.collectors import COLLECTORS
from policysim.sources.aws.snapshot.earlier import Earlier, earlier_in
from policysim.sources.aws.snapshot.journal import Journal, plain
from policysim.sources.aws.snapshot.organization import (
    LISTING_CALLS,
    SERVICE,
    UNKNOWN_ORGANIZATION,
    reachable_accounts,
    read_organization,
    read_path,
)
from policysim.sources.aws.snapshot.regions import (
    HOME,
    chosen_regions,
    enabled_regions,
    regions_for,
    regions_of,
    told_of,
)
from policysim.sources.aws.snapshot.units import (
    ENTRANCE,
    ORGANIZATION,
    PutOff,
    PutOffError,
    StopError,
    Unit,
    UnitKey,
    collected,
    gap_or_raise,
)
from policysim.sources.aws.snapshot.workers import Workers
from policysim.sources.errors import InputError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from policysim.sources.aws.collecting import Collector
    from policysim.sources.aws.connection import AwsSettings, CallerIdentity
    from policysim.sources.aws.snapshot.regions import Regions
    from policysim.sources.aws.snapshot.workers import Done

_OPEN_ACCOUNTS: Final = 3
"""How many accounts are read at the same time: each one's clients take memory."""

_JOBS_PER_CALL: Final = 2
"""How many tasks wait for each thread: enough that none is idle, few enough that a stop is prompt."""


class Settings(NamedTuple):
    """What a snapshot is to be made of: the options of the command."""

    out: Path
    aws: AwsSettings
    regions: tuple[str, ...] = ()
    organization: bool = False
    accounts: tuple[str, ...] = ()
    role: str = "OrganizationAccountAccessRole"
    external_id: str | None = None
    jobs: int = 16
    fresh: bool = False
    force: bool = False
    redacted: bool = False

    def of_run(self) -> dict[str, Any]:
        """What must be the same for a cut run to go on; an external id is kept out of files."""
        return {
            "--account": sorted(set(self.accounts)),
            "--endpoint-url": self.aws.endpoint_url,
            "--org": self.organization,
            "--region": sorted(set(self.regions)),
            "--role": self.role,
        }


class Collected(NamedTuple):
    """Everything that a run read.

    ``accounts`` maps each account that was entered to its Regions, ``closed`` are the gaps of the others.
    ``taken_over`` and ``damaged`` count the units that a cut run had left, and those that had to be read again.
    """

    identity: CallerIdentity
    started_at: str
    units: dict[UnitKey, Unit]
    accounts: dict[str, Regions]
    closed: list[CollectionGap]
    organization: dict[str, Any]
    calls: int
    seconds: float
    taken_over: int
    damaged: int

    def by_account(self) -> dict[str, list[Unit]]:
        """The units of each account, in their order."""
        found: dict[str, list[Unit]] = {account: [] for account in self.accounts}
        for unit in self.units.values():
            found.setdefault(unit.key.account, []).append(unit)
        return found


class _OpenAccount:
    """An account that is being read: how many of its units are still to come, in all and in each Region."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.left: dict[str, int] = {}


def collect(settings: Settings, now: datetime, tell: Callable[[int, int], None]) -> tuple[Collected, Journal]:
    """Reads everything; ``tell`` hears how many units are done and how many are known of.

    The journal is left for the caller, who forgets it once the folder is written.

    Raises:
        InputError: the run that was cut in this folder was another one, or the snapshot in it is of something else.
        RemoteError: AWS or the network failed; what was read is kept.
    """
    journal = Journal(settings.out)
    journal.check(settings.of_run(), now, fresh=settings.fresh)
    earlier = Earlier(settings.out) if settings.force else earlier_in(settings.out)
    earlier.refuse_other_names(redacted=settings.redacted)
    connection = Connection(settings.aws)
    identity = _identity_of(connection)
    if settings.accounts or not settings.organization:
        earlier.refuse_without(settings.accounts or [identity.account_id])
    kept = journal.open(identity.account_id, settings.of_run(), now, fresh=settings.fresh)
    with closing(journal):
        run = _Run(settings, connection, journal, kept.units, earlier=earlier, tell=tell)
        began = time.monotonic()
        run.go()
    found = Collected(
        identity=identity,
        started_at=kept.started_at,
        units=run.units,
        accounts=dict(sorted(run.accounts.items())),
        closed=run.closed,
        organization=run.organization,
        calls=connection.calls.total(),
        seconds=time.monotonic() - began,
        taken_over=run.taken_over,
        damaged=kept.damaged,
    )
    return found, journal


def _identity_of(connection: Connection) -> CallerIdentity:
    try:
        return connection.identity
    except KeyError:
        raise RemoteError("`sts:GetCallerIdentity` was answered by something that is not AWS") from None


class _Run:
    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        journal: Journal,
        kept: dict[UnitKey, Unit],
        *,
        earlier: Earlier,
        tell: Callable[[int, int], None],
    ) -> None:
        self.units: dict[UnitKey, Unit] = {}
        self.accounts: dict[str, Regions] = {}
        self.closed: list[CollectionGap] = []
        self.organization: dict[str, Any] = UNKNOWN_ORGANIZATION
        self.taken_over = 0
        self._settings = settings
        self._connection = connection
        self._identity = connection.identity
        self._home = HOME.get(self._identity.partition) or connection.region or "us-east-1"
        self._journal = journal
        self._kept = kept
        self._earlier = earlier
        self._tell = tell
        self._todo: deque[tuple[UnitKey, Callable[[], Unit]]] = deque()
        self._waiting: deque[str] = deque()
        self._open: dict[str, _OpenAccount] = {}
        self._known = 0
        self._put_off: list[str] = []

    def go(self) -> None:
        """Reads everything.

        Raises:
            RemoteError: the run stopped, or something had to be put off.
        """
        with Workers[Unit | PutOff](self._settings.jobs) as workers:
            try:
                self._begin()
                while self._advance(workers):
                    self._take(workers.next())
            except (StopError, KeyboardInterrupt) as error:
                self._connection.stop()
                self._save(workers)
                if isinstance(error, StopError):
                    raise RemoteError(self._with_kept(str(error))) from None
                raise
            except BaseException:
                self._connection.stop()
                raise
        if self._put_off:
            raise RemoteError(self._with_kept(self._put_off[0]))

    def _begin(self) -> None:
        own = self._identity.account_id
        read = read_organization if self._settings.organization else read_path
        asked = self._settings.accounts
        whose = own if self._settings.organization or not asked else asked[0]
        if self._settings.organization or len(asked) <= 1:
            ways = [self._connection_to(whose), *([self._connection] if whose != own else [])]
            self._add(UnitKey(whose, "", ORGANIZATION), partial(self._organization_unit, whose, read, ways))
        if not self._settings.organization:
            self._waiting.extend(sorted(set(asked)) or [own])

    def _organization_unit(
        self, whose: str, read: Callable[[Reading], dict[str, Any]], ways: Sequence[Connection]
    ) -> Unit:
        """The organisation as the account sees it, or as the own credentials do where the account may not look up."""
        found: list[Unit] = []
        for connection in ways:
            reading = Reading(connection, Place(whose, self._identity.partition, self._home))
            try:
                told = read(reading)
            except Exception as error:  # noqa: BLE001  # what is no failure of AWS is raised again
                reading.gaps.append(gap_or_raise(error, "the organisation", SERVICE, self._connection))
                told = UNKNOWN_ORGANIZATION
            found.append(Unit(UnitKey(whose, "", ORGANIZATION), [], reading.gaps, told))
            if not told or (told["organization"] or {}).get("root") is not None:
                found = found[-1:]
                break
        return self._with_accounts(found[0]) if self._settings.organization else found[0]

    def _with_accounts(self, unit: Unit) -> Unit:
        """The same; without a list of its accounts nothing of an organisation can be read, nor an earlier one replaced.

        Raises:
            InputError, StopError: there is no organisation, or its accounts may not be listed.
        """
        if not unit.told:
            raise InputError(f"`--org`: account `{unit.key.account}` is in no organisation")
        if not unit.told.get("accounts"):
            listing = [gap for gap in unit.gaps if gap.call in LISTING_CALLS]
            gap = listing[-1] if listing else CollectionGap("", "organizations:ListAccountsForParent", "no account")
            raise StopError(
                f"`--org`: `{gap.call}` was answered with {gap.error}: the management account and delegated "
                "administrators may list the accounts of an organisation"
            )
        return unit

    def _advance(self, workers: Workers[Unit | PutOff]) -> bool:
        """Hands out what can be done now; false when nothing is left."""
        while True:
            while self._waiting and len(self._open) < _OPEN_ACCOUNTS:
                self._enter(self._waiting.popleft())
            if not self._todo:
                return workers.running > 0
            if workers.running >= self._settings.jobs * _JOBS_PER_CALL:
                return True
            key, work = self._todo.popleft()
            stored = self._kept.get(key)
            if stored is None:
                workers.submit(partial(_attempt, key, work))
            else:
                self.taken_over += 1
                self._finish(stored)

    def _take(self, done: Done[Unit | PutOff]) -> None:
        if done.error is not None:
            raise done.error
        if isinstance(done.result, PutOff):
            self._put_off.append(done.result.why)
            self._leave(done.result.key)
        elif done.result is not None:
            unit = plain(done.result)
            if unit.kept:
                self._journal.keep(unit)
            self._finish(unit)

    def _save(self, workers: Workers[Unit | PutOff]) -> None:
        """Keeps the units that end while the run stops."""
        for done in workers.rest():
            if isinstance(done.result, Unit) and done.result.kept:
                unit = plain(done.result)
                self._journal.keep(unit)
                self.units[unit.key] = unit

    def _with_kept(self, sentence: str) -> str:
        if not self.units:
            return sentence
        count = len(self.units)
        parts = "1 finished part is" if count == 1 else f"{count} finished parts are"
        return f"{sentence}; {parts} kept in `{self._settings.out}`, and the same command goes on from there"

    def _add(self, key: UnitKey, work: Callable[[], Unit]) -> None:
        self._known += 1
        self._todo.append((key, work))

    def _finish(self, unit: Unit) -> None:
        self.units[unit.key] = unit
        self._tell(len(self.units), self._known)
        if unit.key.name == ORGANIZATION:
            self._found_organization(unit)
        elif unit.key.name == ENTRANCE:
            self._entered(unit)
        else:
            self._count_down(unit.key)

    def _found_organization(self, unit: Unit) -> None:
        self.organization = unit.told
        if not self._settings.organization:
            return
        self._earlier.refuse_organization(unit.told["organization"]["organization_id"])
        reachable, closed = reachable_accounts(unit.told)
        asked = self._settings.accounts
        accounts = set(reachable) | {self._identity.account_id}
        shut = {gap.what.removeprefix("account "): gap for gap in closed}
        self.closed += [gap for account, gap in shut.items() if not asked or account in asked]
        self.closed += [
            CollectionGap(f"account {account}", "organizations:ListAccountsForParent", "not in the organisation")
            for account in sorted(set(asked) - accounts - set(shut))
        ]
        self._waiting.extend(sorted(accounts & set(asked) if asked else accounts))

    def _connection_to(self, account: str) -> Connection:
        if account == self._identity.account_id:
            return self._connection
        if account in self._open:
            return self._open[account].connection
        role = f"arn:{self._identity.partition}:iam::{account}:role/{self._settings.role}"
        return self._connection.assume(role, external_id=self._settings.external_id)

    def _enter(self, account: str) -> None:
        connection = self._connection_to(account)
        self._open[account] = _OpenAccount(connection)
        self._add(UnitKey(account, "", ENTRANCE), partial(self._entrance, account, connection))

    def _entrance(self, account: str, connection: Connection) -> Unit:
        """Whether the account can be entered, and which Regions it has."""
        key = UnitKey(account, "", ENTRANCE)
        if connection is not self._connection:
            try:
                connection.call("sts", "get_caller_identity", region=self._home)
            except Exception as error:  # noqa: BLE001  # what is no failure of AWS is raised again
                gap = gap_or_raise(error, f"account {account}", "sts", self._connection)
                return Unit(key, [], [gap._replace(call="sts:AssumeRole")], {}, kept=False)
        reading = Reading(connection, Place(account, self._identity.partition, self._home))
        try:
            enabled = enabled_regions(reading)
        except Exception as error:  # noqa: BLE001  # what is no failure of AWS is raised again
            reading.gaps.append(gap_or_raise(error, "", "ec2", connection))
            enabled = None
        known = connection.regions_of("ec2", self._identity.partition)
        regions = chosen_regions(enabled, self._settings.regions, known)
        gaps = [gap._replace(what=f"Regions of account {account}") for gap in reading.gaps]
        off = sorted(set(self._settings.regions) - set(regions.chosen))
        gaps += [CollectionGap(region, "ec2:DescribeRegions", "the Region is not enabled") for region in off]
        return Unit(key, [], gaps, told_of(regions))

    def _entered(self, unit: Unit) -> None:
        account = unit.key.account
        if not unit.told:
            self.closed += unit.gaps
            del self._open[account]
            return
        if not unit.told["chosen"]:
            none = CollectionGap(f"account {account}", "ec2:DescribeRegions", "none of these Regions is enabled")
            self.closed += [*unit.gaps, none]
            del self._open[account]
            return
        self.accounts[account] = regions_of(unit.told)
        opened = self._open[account]
        for key, collector in units_of(account, self.accounts[account], opened.connection, self._identity.partition):
            opened.left[key.region] = opened.left.get(key.region, 0) + 1
            place = Place(account, self._identity.partition, key.region or self._home)
            self._add(key, partial(collected, collector, key, opened.connection, place))
        if not opened.left:
            del self._open[account]

    def _leave(self, key: UnitKey) -> None:
        if key.name == ENTRANCE:
            del self._open[key.account]
        elif key.name != ORGANIZATION:
            self._count_down(key)

    def _count_down(self, key: UnitKey) -> None:
        opened = self._open[key.account]
        opened.left[key.region] -= 1
        if not opened.left[key.region]:
            del opened.left[key.region]
            opened.connection.release(key.region or self._home)
        if not opened.left:
            del self._open[key.account]


def _attempt(key: UnitKey, work: Callable[[], Unit]) -> Unit | PutOff:
    try:
        return work()
    except PutOffError as error:
        return PutOff(key, str(error))


def units_of(
    account: str, regions: Regions, connection: Connection, partition: str
) -> Sequence[tuple[UnitKey, Collector]]:
    """The units of an account, Region by Region, so that the clients of each can be let go."""
    found = [
        (UnitKey(account, region, collector.name), collector)
        for collector in COLLECTORS
        for region in regions_for(collector, regions, connection, partition)
    ]
    return sorted(found, key=lambda pair: pair[0].region)
