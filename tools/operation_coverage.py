"""How many operations of the AWS service models the operation map resolves, rule by rule.

    python tools/operation_coverage.py WHEEL            print the table
    python tools/operation_coverage.py WHEEL --list     print the operations without an action as well
    python tools/operation_coverage.py WHEEL --write    write the facts that the tests hold the map to

WHEEL is a wheel of botocore (`pip download --no-deps botocore==1.44.5`), which is read and not installed. The event
source of a service is taken to be the name that it signs with, else the first name of its endpoint.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.operations import Operation, OperationRule, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HELD_BY_TESTS: Final = Path(__file__).parent.parent / "tests" / "catalog" / "botocore_operations.jsonl"
MODEL: Final = "service-2.json.gz"
NO_ACTION: Final = "authorized by no IAM action (reviewed)"
_ORDER: Final = (
    OperationRule.SAME_NAME.value,
    OperationRule.RENAMED_PREFIX.value,
    OperationRule.API_GATEWAY_VERB.value,
    OperationRule.REVIEWED_EXCEPTION.value,
    NO_ACTION,
    OperationRule.UNMAPPED.value,
)


class Service(NamedTuple):
    """One service model: its folder, the event source of its calls, and its operations."""

    folder: str
    event_source: str
    operations: tuple[str, ...]


def services_in(wheel: Path) -> Iterator[Service]:
    """The newest model of every service in a wheel of botocore."""
    with zipfile.ZipFile(wheel) as archive:
        newest: dict[str, str] = {}
        for name in sorted(archive.namelist()):
            parts = name.split("/")
            if len(parts) == 5 and parts[4] == MODEL:
                newest[parts[2]] = name
        for folder, name in newest.items():
            model = json.loads(gzip.decompress(archive.read(name)))
            metadata = model["metadata"]
            source = metadata.get("signingName") or metadata["endpointPrefix"]
            yield Service(folder, f"{source.lower()}.amazonaws.com", tuple(sorted(model["operations"])))


def row_of(found: Operation) -> str:
    """The row of the table that an operation counts in."""
    if found.rule is OperationRule.REVIEWED_EXCEPTION and not (found.actions or found.choices):
        return NO_ACTION
    return found.rule.value


def table(counts: Counter[str]) -> str:
    """The table as text, with the share of operations resolved so far."""
    total, so_far = counts.total(), 0
    lines = [f"{'rule':42} {'operations':>10} {'cumulative':>10}"]
    for row in _ORDER:
        so_far += counts[row]
        share = "" if row == OperationRule.UNMAPPED.value else f"{so_far / total:9.2%}"
        lines.append(f"{row:42} {counts[row]:>10,} {share:>10}")
    return "\n".join([*lines, f"{'all':42} {total:>10,}"])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Measure the operation map against the models in a botocore wheel.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--list", action="store_true", help="print the operations without an action")
    parser.add_argument("--write", action="store_true", help="write the facts that the tests hold the map to")
    options = parser.parse_args(arguments)
    services = list(services_in(options.wheel))
    counts = Counter(row_of(operation(one.event_source, name)) for one in services for name in one.operations)
    print(table(counts))
    if options.list:
        print(*_without_action(services), sep="\n")
    if options.write:
        HELD_BY_TESTS.write_text("".join(f"{line}\n" for line in _held(services)), encoding="utf-8")
    return 0


def _without_action(services: Iterable[Service]) -> Iterator[str]:
    for service in services:
        unmapped = [name for name in service.operations if row_of(operation(service.event_source, name)) in _ORDER[-2:]]
        if unmapped:
            yield f"{service.folder} ({service.event_source}): {' '.join(unmapped)}"


def _held(services: Iterable[Service]) -> Iterator[str]:
    """One line a service: event source, the number of operations with an action of their name, and the other ones."""
    for service in services:
        others = [
            name
            for name in service.operations
            if operation(service.event_source, name).rule is not OperationRule.SAME_NAME
        ]
        yield json.dumps([service.event_source, len(service.operations) - len(others), " ".join(others)])


if __name__ == "__main__":
    sys.exit(main())
