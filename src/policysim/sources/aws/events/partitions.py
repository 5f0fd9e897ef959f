"""The partitions of a table that can hold events of a time, as a condition: what it leaves out is not even read.

A partition by day is known by its names (``year``, ``month``, ``day``) or by the format that partition projection gives
it. What is not known for sure does not narrow the query.
Source: Amazon Athena User Guide, create-cloudtrail-table-partition-projection and partition-projection-supported-types.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.events import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY_FORMATS: Final = {"yyyy/MM/dd": "%Y/%m/%d", "yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d"}
"""The formats of projected dates that sort as the days do, and how to write them."""

MOST_DAYS: Final = 62
"""Of more days than these the years alone are named."""

_DATE_PARTS: Final = ("year", "month", "day")


def of_days(keys: Mapping[str, str], properties: Mapping[str, str], first: date, last: date) -> str:
    """The condition for the days from ``first`` to ``last``; empty where no partition is known to be a day's.

    ``keys`` are the partition columns with their types, ``properties`` those of the table.
    """
    projected = [key for key in keys if properties.get(f"projection.{key}.format") in DAY_FORMATS]
    if projected and keys[projected[0]] == "string":
        form = DAY_FORMATS[properties[f"projection.{projected[0]}.format"]]
        column = sql.name(projected[0])
        return f"{column} >= {sql.text(format(first, form))} AND {column} <= {sql.text(format(last, form))}"
    if all(keys.get(part) in {"string", "int"} for part in _DATE_PARTS):
        return _of_date_parts(keys, first, last)
    return ""


def _of_date_parts(keys: Mapping[str, str], first: date, last: date) -> str:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if len(days) > MOST_DAYS:
        years = sorted({day.year for day in days})
        return _is_one_of(keys, "year", years)
    each = [sql.every(*(_is_one_of(keys, part, [getattr(day, part)]) for part in _DATE_PARTS)) for day in days]
    return f"({' OR '.join(f'({one})' for one in each)})"


def _is_one_of(keys: Mapping[str, str], part: str, values: list[int]) -> str:
    """Whether a part of the date is one of these; as text with a leading zero or without."""
    if keys[part] == "int":
        return f"{sql.name(part)} IN ({', '.join(map(str, values))})"
    spelled = dict.fromkeys(text for value in values for text in (str(value), f"{value:02d}"))
    return sql.one_of(sql.name(part), spelled)
