"""A reader of LCOV tracefiles, written from the page of geninfo(1), that takes nothing it does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final


@dataclass
class LcovFile:
    """What one record says of one file."""

    name: str
    lines: dict[int, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)


_NUMBERS: Final = re.compile(r"(\d+),(.*)", re.DOTALL)


def read_lcov(text: str) -> list[LcovFile]:
    """The records of a tracefile; anything that the page does not allow is an error."""
    assert not text or text.endswith("\n")
    found: list[LcovFile] = []
    record: LcovFile | None = None
    for line in text.splitlines():
        if line == "end_of_record":
            assert record is not None
            _check(record)
            found.append(record)
            record = None
            continue
        key, _, value = line.partition(":")
        if key == "TN":
            assert re.fullmatch(r"\w*", value)
        elif key == "SF":
            assert record is None
            record = LcovFile(value)
        else:
            assert record is not None
            _entry(record, key, value)
    assert record is None
    return found


def _entry(record: LcovFile, key: str, value: str) -> None:
    if key in {"FNF", "FNH", "LF", "LH"}:
        record.totals[key] = int(value)
        return
    match = _NUMBERS.fullmatch(value)
    assert match is not None, (key, value)
    number, rest = int(match[1]), match[2]
    match key:
        case "FN":
            assert number > 0
            assert "," not in rest
            assert rest not in record.functions
            record.functions[rest] = number
        case "FNDA":
            assert rest in record.functions
            record.counts[rest] = number
        case "DA":
            assert number > 0
            assert number not in record.lines
            record.lines[number] = int(rest)
        case _:
            raise AssertionError(f"unknown entry {key}")


def _check(record: LcovFile) -> None:
    assert record.counts.keys() == record.functions.keys()
    assert record.totals == {
        "FNF": len(record.functions),
        "FNH": sum(count > 0 for count in record.counts.values()),
        "LF": len(record.lines),
        "LH": sum(count > 0 for count in record.lines.values()),
    }
