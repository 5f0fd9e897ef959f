"""A chain of digests, from the newest to the oldest: each is judged, and what is missing between them is named.

Each digest names the one before it, with its hash and its signature. The first of a chain names none; a trail that is
stopped and started again, or whose validation is switched off and on, begins a new chain.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.digest_layout import Place, digest_name, folder_of
from policysim.cloudtrail.digests import Digest, DigestReading, Judgement, SignatureTest, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EVERY: Final = timedelta(hours=1)
"""How often CloudTrail delivers a digest, also when there was nothing to log."""

PATIENCE: Final = 2 * EVERY
"""How old the newest digest may be before one is missing."""

SILENT: Final = "no digest came since: logging or validation is off, or digests were deleted"
_ANEW: Final = "a new chain begins after it: logging or validation was off, was set anew, or digests were deleted"
_APART: Final = "the times of the two digests do not touch"
_BEHIND: Final = "the digest after it is not valid, so nothing tells what is missing here"
_LOST: Final = "digests are missing"


class Checked(NamedTuple):
    """A digest file and the verdict about it; ``digest`` is there where it could be read, valid or not."""

    place: Place
    judgement: Judgement
    digest: Digest | None = None


class Gap(NamedTuple):
    """A time that no digest covers: nothing proves what was delivered in it, or that nothing was."""

    after: datetime
    before: datetime
    reason: str


class Window(NamedTuple):
    """Which digests were looked for: by their ends, both inclusive; ``None`` is no limit.

    ``due`` is what the newest digest must have reached; ``None`` where a copy may end at any time.
    """

    since: datetime | None = None
    until: datetime | None = None
    due: datetime | None = None


def walk(
    readings: Iterable[DigestReading], test: SignatureTest, window: Window, *, is_backfill: bool = False
) -> Iterator[Checked | Gap]:
    """Judges the digests of one chain, which come from the newest to the oldest.

    Backfill digests come when log files were late, not every hour: there is no time that they have to cover.
    """
    newer: Checked | None = None
    for reading in readings:
        found = digest_name(reading.place.key)
        end = found.end if found else None
        if newer is None and end is not None and not is_backfill:
            yield from _end_of(window, end)
        if newer is not None and end is not None:
            yield from _between(newer, reading.place, end, is_backfill=is_backfill)
        checked = _checked(reading, test, newer)
        yield checked
        if newer is None or not _is_stray(newer, end):
            newer = checked
    if newer is not None:
        yield from _start_of(window, newer, is_backfill=is_backfill)


def _checked(reading: DigestReading, test: SignatureTest, newer: Checked | None) -> Checked:
    successor = newer.digest if newer and _claimed(newer) == reading.place else None
    is_valid = newer is not None and newer.judgement.verdict is Verdict.VALID
    judgement = judge(reading, test, successor, successor_is_valid=is_valid)
    return Checked(reading.place, judgement, reading.digest)


def _claimed(checked: Checked) -> Place | None:
    """The previous digest as the digest names it, to be believed or not."""
    return checked.digest.previous.place if checked.digest and checked.digest.previous else None


def _expected(checked: Checked) -> Place | None:
    """The previous digest, where a valid digest names one."""
    return _claimed(checked) if checked.judgement.verdict is Verdict.VALID else None


def _is_stray(newer: Checked, end: datetime | None) -> bool:
    """Whether a digest stands between two that follow each other: another trail of the same name left it."""
    named = digest_name((_expected(newer) or newer.place).key)
    return named is not None and end is not None and end > named.end


def _between(newer: Checked, place: Place, end: datetime, *, is_backfill: bool) -> Iterator[Checked | Gap]:
    """What lies between a digest and the next older one that is there, at ``place``."""
    digest = newer.digest
    if digest is None or newer.judgement.verdict is not Verdict.VALID:
        yield from () if is_backfill else _behind(newer.place, end)
        return
    if digest.previous is None:
        if not is_backfill:
            yield Gap(end, digest.start, _ANEW)
        return
    expected = digest.previous.place
    if expected == place:
        if digest.start != end and not is_backfill:
            yield Gap(min(end, digest.start), max(end, digest.start), _APART)
        return
    if not _is_stray(newer, end):
        yield from _lost(newer.place, expected)
        if not is_backfill:
            yield Gap(end, digest.start, _LOST)


def _behind(newer: Place, end: datetime) -> Iterator[Gap]:
    """A digest that is not valid cannot tell what stood before it; that time passed, its name tells."""
    named = digest_name(newer.key)
    if named is not None and named.end - EVERY > end:
        yield Gap(end, named.end - EVERY, _BEHIND)


def _lost(place: Place, expected: Place) -> Iterator[Checked | Gap]:
    """A previous digest that is not there, unless it belongs into a folder that nobody looked into."""
    ours, theirs = digest_name(place.key), digest_name(expected.key)
    if folder_of(place) == folder_of(expected) and ours and theirs and ours.chain == theirs.chain:
        yield Checked(expected, Judgement(Verdict.MISSING, "the digest after it says that it was there"))
    else:
        reason = "the digest after it names it, and this is not the place that was looked into: check it on its own"
        yield Checked(expected, Judgement(Verdict.UNPROVEN, reason))


def _start_of(window: Window, oldest: Checked, *, is_backfill: bool) -> Iterator[Checked | Gap]:
    """What belongs into the window before the oldest digest that is there."""
    if window.since is None:
        return
    expected, named = _expected(oldest), digest_name(oldest.place.key)
    before = digest_name(expected.key) if expected else None
    is_lost = before is not None and before.end >= window.since
    if expected and is_lost:
        yield from _lost(oldest.place, expected)
    is_valid = oldest.judgement.verdict is Verdict.VALID
    start = oldest.digest.start if oldest.digest and is_valid else named.end - EVERY if named else None
    if start is not None and start > window.since and not is_backfill:
        yield Gap(window.since, start, _BEHIND if not is_valid else _LOST if is_lost else _APART if expected else _ANEW)


def _end_of(window: Window, newest: datetime) -> Iterator[Gap]:
    if window.due is not None and window.until is not None and newest < window.due:
        yield Gap(newest, window.until, SILENT)
