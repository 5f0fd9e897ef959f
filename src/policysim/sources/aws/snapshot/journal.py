"""What a run has done so far, in the hidden folder of its output: a cut run goes on where it was.

``run.json`` says which run it is; ``journal.jsonl`` gets one line for each finished unit, with a digest before it. A
line that a kill or a full disk cut has another digest, and its unit is read again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim import __version__
from policysim.account.account import CollectionGap
from policysim.sources.aws.snapshot.units import Unit, UnitKey
from policysim.sources.errors import InputError
from policysim.sources.half_written import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

_RUN: Final = "run.json"
_JOURNAL: Final = "journal.jsonl"
_FORMAT: Final = 1
_OLDEST: Final = timedelta(hours=24)
_SKEW: Final = timedelta(minutes=5)
_DIGEST_LENGTH: Final = 64


def holds_a_cut_run(out: Path) -> bool:
    """Whether a run that was cut left something in the folder."""
    journal = out / HIDDEN / _JOURNAL
    return journal.is_file() and journal.stat().st_size > 0


class Kept(NamedTuple):
    """What a cut run left: when it began, its units, and how many lines were damaged."""

    started_at: str
    units: dict[UnitKey, Unit]
    damaged: int


class Journal:
    """The journal of one folder; ``open`` first, then ``keep`` unit after unit."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._folder = out / HIDDEN
        self._stream: BinaryIO | None = None

    def check(self, options: Mapping[str, Any], now: datetime, *, fresh: bool) -> None:
        """Refuses, before any call, to mix the units of another run with those of this one.

        Raises:
            InputError: the run that was cut here had other options, is too old, or began in the future.
        """
        about = None if fresh else self._about()
        if about is None:
            return
        for name, value in options.items():
            if about["options"].get(name) != value:
                raise self._refused(f"was started with another {name}")
        began = datetime.fromisoformat(about["started_at"]).astimezone(UTC)
        if began > now + _SKEW:
            raise self._refused(f"began at {about['started_at']}, which is still to come: set the clock right")
        if now - began > _OLDEST:
            raise self._refused(f"began at {about['started_at']}, more than {_OLDEST.days * 24} hours ago")

    def open(self, account: str, options: Mapping[str, Any], now: datetime, *, fresh: bool) -> Kept:
        """Goes on with what a cut run of this account kept, or begins anew.

        Raises:
            InputError: a run with the credentials of another account was cut here.
        """
        about = None if fresh else self._about()
        if about is not None and about["account"] != account:
            raise self._refused(f"was started with the credentials of account `{about['account']}`")
        if about is None:
            about = {
                "format": _FORMAT,
                "version": __version__,
                "account": account,
                "options": dict(options),
                "started_at": now.isoformat(timespec="seconds"),
            }
            self.forget()
            partial = self._folder / f".{_RUN}.partial"
            partial.write_text(json.dumps(about, indent=2), encoding="utf-8")
            partial.replace(self._folder / _RUN)
        kept = Kept(about["started_at"], *self._units())
        self._stream = (self._folder / _JOURNAL).open("ab")
        if self._stream.tell():
            self._stream.write(b"\n")  # after a line that was cut, the next one begins on its own
        return kept

    def keep(self, unit: Unit) -> None:
        """Writes a unit down; from now on no run asks for it again."""
        if self._stream is None:
            raise ValueError("the journal is not open")
        line = json.dumps([unit.key, unit.entries, unit.gaps, unit.told], default=_iso).encode()
        self._stream.write(hashlib.sha256(line).hexdigest().encode() + b" " + line + b"\n")
        self._stream.flush()

    def close(self) -> None:
        """Lets go of the file."""
        if self._stream is not None:
            self._stream.close()

    def forget(self) -> None:
        """Removes what is kept: the folder is written."""
        self.close()
        for name in (_RUN, _JOURNAL):
            (self._folder / name).unlink(missing_ok=True)

    def _about(self) -> dict[str, Any] | None:
        """The run that was cut here, if there is one and this version can go on with it."""
        path = self._folder / _RUN
        if not path.exists():
            return None
        try:
            about = json.loads(path.read_bytes())
            datetime.fromisoformat(about["started_at"]).astimezone(UTC)
            complete = isinstance(about["options"], dict) and isinstance(about["account"], str)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not complete or about.get("format") != _FORMAT:
            return None
        if about.get("version") != __version__:
            raise self._refused(f"was made by policysim {about.get('version')}")
        return dict(about)

    def _refused(self, why: str) -> InputError:
        return InputError(
            f"{self._out}: the run that was cut here {why}; "
            "`--fresh` forgets it and starts anew, another `--out` leaves it alone"
        )

    def _units(self) -> tuple[dict[UnitKey, Unit], int]:
        path = self._folder / _JOURNAL
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        found = [_unit(line) for line in lines if line]
        return {unit.key: unit for unit in found if unit is not None}, found.count(None)


def _unit(line: bytes) -> Unit | None:
    digest, _, text = line.partition(b" ")
    if len(digest) != _DIGEST_LENGTH or hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    key, entries, gaps, told = json.loads(text)
    return Unit(UnitKey(*key), [(part, path, value) for part, path, value in entries], _gaps(gaps), told)


def _gaps(rows: list[list[str]]) -> list[CollectionGap]:
    return [CollectionGap(*row) for row in rows]


def _iso(value: object) -> str:
    """Dates as the AWS CLI prints them."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    raise TypeError(f"{type(value)} is no JSON")


def plain(unit: Unit) -> Unit:
    """The unit as it reads back from the journal, so that a cut run and a whole one write the same."""
    found: Iterator[Any] = iter(json.loads(json.dumps([unit.entries, unit.told], default=_iso)))
    entries, told = next(found), next(found)
    return unit._replace(entries=[(part, path, value) for part, path, value in entries], told=told)
