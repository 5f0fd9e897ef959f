"""How many CloudTrail records become complete requests, service by service, and why the others do not.

    python tools/request_coverage.py FILE...             print the table
    python tools/request_coverage.py FILE... --list      print each event name that falls short as well
    python tools/request_coverage.py FILE... --denied    count the records of authorization failures alone

FILE is JSON Lines, plain or gzipped: one record a line, or an object that holds one as `event`. A record is *complete*
when every authorization that it certainly needs has its action and its resource, each with the source that it is from.
It is *partial* when some of them have, *nothing* when none has. What is no request to an API (a sign-in, an event of
the service itself) and what no policy refused stands apart, as *no request*.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.event_sources import service_prefix
from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.call import NOT_KNOWN
from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.requests import call_from_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.event import Event

GZIP_MAGIC: Final = b"\x1f\x8b"


class Outcome(Enum):
    """How far a record became requests; the value heads the column."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NOTHING = "nothing"
    NO_REQUEST = "no request"


class Measured(NamedTuple):
    """One record: its service, its name, how far it became requests, and the reasons why no further."""

    service: str
    name: str
    outcome: Outcome
    reasons: tuple[str, ...]


def records_in(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSON Lines file."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw.startswith(GZIP_MAGIC) else raw).decode("utf-8")
    for line in text.split("\n"):
        if line.strip():
            row = json.loads(line)
            yield row["event"] if isinstance(row.get("event"), dict) else row


def measured(event: Event) -> Measured:
    """How far a record becomes requests."""
    call = call_from_event(event, takes_no_resource=CATALOGUE.takes_no_resource)
    service = service_prefix(event.event_source) or event.event_source
    return Measured(service, event.event_name, outcome_of(call), call.unresolved)


def outcome_of(call: Call) -> Outcome:
    """The column that a call counts in."""
    certain = [each for each in call.requests if not each.conditional]
    if not call.requests and (call.event is None or not call.event.is_call or _is_no_policy_matter(call)):
        return Outcome.NO_REQUEST
    if not certain:
        return Outcome.NOTHING
    sourced = all(NOT_KNOWN not in {each.provenance.action, each.provenance.resource} for each in certain)
    return Outcome.COMPLETE if sourced and not call.missing else Outcome.PARTIAL


def _is_no_policy_matter(call: Call) -> bool:
    return call.denial is not None and not call.denial.iam


def table(rows: Sequence[Measured]) -> str:
    """The table as text: one line a service, the busiest first, and the sum of all."""
    by_service: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for row in rows:
        by_service[row.service][row.outcome] += 1
    heads = "".join(f"{outcome.value:>12}" for outcome in Outcome)
    lines = [f"{'service':28}{'events':>8}{heads}"]
    for service, counts in sorted(by_service.items(), key=lambda each: (-each[1].total(), each[0])):
        lines.append(_line(service, counts))
    return "\n".join([*lines, _line("all", Counter(row.outcome for row in rows))])


def _line(service: str, counts: Counter[Outcome]) -> str:
    return f"{service:28}{counts.total():>8,}" + "".join(f"{counts[outcome]:>12,}" for outcome in Outcome)


def shortfalls(rows: Iterable[Measured]) -> Iterator[str]:
    """What falls short, the most frequent first: service, event name, outcome, count, and the first reason."""
    short = Counter(
        (row.service, row.name, row.outcome.value, (row.reasons or ("",))[0])
        for row in rows
        if row.outcome in {Outcome.PARTIAL, Outcome.NOTHING}
    )
    for (service, name, outcome, reason), count in short.most_common():
        yield f"{count:>6} {service}:{name} ({outcome}): {reason}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Measure how many CloudTrail records become complete requests.")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--list", action="store_true", help="print what falls short as well")
    parser.add_argument("--denied", action="store_true", help="count the records of authorization failures alone")
    options = parser.parse_args(arguments)
    events = [event_from_record(record) for path in options.files for record in records_in(path)]
    chosen = [event for event in events if event.is_denial or not options.denied]
    begun = perf_counter()
    rows = [measured(event) for event in chosen]
    seconds = perf_counter() - begun
    print(table(rows))
    print(f"{len(rows):,} records in {seconds:.2f} s")
    if options.list:
        print(*shortfalls(rows), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
