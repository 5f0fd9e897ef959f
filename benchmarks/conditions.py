"""Time of one pattern match and of one condition, beside ``re`` and ``fnmatch`` in the same run.

Run: ``python benchmarks/conditions.py``. Every figure is the best of five rounds, so that a busy machine matters less.
"""

from __future__ import annotations

import fnmatch
import re
import timeit
from functools import partial
from typing import TYPE_CHECKING

from policysim.evaluation.conditions import match_condition
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.value_classes import value_classes
from policysim.language.patterns import action_matches, arn_like, resource_matches
from policysim.language.policy import ConditionEntry
from policysim.language.request import ABSENT, UNKNOWN
from policysim.language.wildcards import Pattern, Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.request import ContextValue

ROUNDS = 5
OBJECTS = "arn:aws:s3:::amzn-s3-demo-bucket/home/*"
OBJECT = "arn:aws:s3:::amzn-s3-demo-bucket/home/alice/report.txt"
MIDDLE = "arn:aws:s3:::*/logs/*/2026-??-*.gz"
LOG = "arn:aws:s3:::amzn-s3-demo-bucket/logs/a/b/2026-11-24-17.gz"
INSTANCES = "arn:aws:ec2:*:111122223333:instance/*"
INSTANCE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"
ROLE = "arn:aws:iam::111122223333:role/app"

Entry = tuple[str, str, tuple[str, ...], tuple[str, ...]]
ENTRIES: tuple[Entry, ...] = (
    ("StringEquals", "aws:RequestedRegion", ("eu-west-1", "eu-west-2"), ("eu-west-1",)),
    ("StringEquals", "aws:RequestedRegion", ("eu-west-1", "eu-west-2"), ("us-east-1",)),
    ("StringNotLike", "aws:userid", ("AROAEXAMPLE:*",), ("AIDAEXAMPLE",)),
    ("ArnLike", "aws:PrincipalArn", ("arn:aws:iam::*:role/ci-*",), ("arn:aws:iam::111122223333:role/ci-deploy",)),
    ("IpAddress", "aws:SourceIp", ("203.0.113.0/24", "198.51.100.0/24"), ("198.51.100.7",)),
    ("DateLessThan", "aws:CurrentTime", ("2030-01-01T00:00:00Z",), ("2026-11-24T10:00:00Z",)),
    ("Bool", "aws:SecureTransport", ("false",), ("true",)),
    ("ForAllValues:StringEquals", "aws:TagKeys", ("team", "cost"), ("team", "cost")),
    ("StringEquals", "aws:ResourceTag/team", ("${aws:PrincipalTag/team}",), ("red",)),
)


def main() -> None:
    """Print one line for each figure."""
    print("compile, then match (ns)")
    for pattern, text in ((OBJECTS, OBJECT), (MIDDLE, LOG)):
        print(f"  {pattern}")
        _show("own, compile", _timed(partial(Pattern, (Piece(pattern),))))
        _show("re, compile", _timed(partial(_expression, pattern), 300))
        _show("own, match", _timed(partial(Pattern.from_text(pattern).matches, text)))
        _show("re, match", _timed(partial(_expression(pattern).fullmatch, text)))
        _show("fnmatch, match (cached)", _timed(partial(fnmatch.fnmatchcase, text, pattern)))
    print("elements of a statement, compiled patterns found by their text (ns)")
    _show("action_matches", _timed(partial(action_matches, "s3:Get*", "s3:GetObject")))
    _show("resource_matches, literal head", _timed(partial(resource_matches, OBJECTS, OBJECT)))
    _show("resource_matches, wildcard in the Region", _timed(partial(resource_matches, INSTANCES, INSTANCE)))
    _show("arn_like", _timed(partial(arn_like, "arn:aws:iam::*:role/*", ROLE)))
    print("match_condition (ns)")
    for operator, key, wanted, values in ENTRIES:
        entry = ConditionEntry(operator, key, wanted, listed=True)
        lookup = _lookup({key: values, "aws:PrincipalTag/team": ("red",)})
        condition = partial(match_condition, entry, lookup, substitutes=True, facts=NO_FACTS)
        _show(f"{operator} {key}", _timed(condition))
    print("value_classes (ns)")
    for count in (1, 10, 50):
        patterns = [f"arn:aws:iam::*:role/team-{number}-*" for number in range(count)]
        entries = [(ConditionEntry("ArnLike", "aws:PrincipalArn", (p,), listed=True), True) for p in patterns]
        lookup = _lookup({"aws:PrincipalArn": UNKNOWN})
        classes = partial(value_classes, "aws:PrincipalArn", entries, lookup, NO_FACTS, 512)
        _show(f"{count} entries of ArnLike", _timed(classes, 3))


def _lookup(values: dict[str, ContextValue]) -> Callable[[str], ContextValue]:
    return lambda key: values.get(key, ABSENT)


def _expression(pattern: str) -> re.Pattern[str]:
    re.purge()
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _timed(call: Callable[[], object], number: int = 20_000) -> float:
    return min(timeit.repeat(call, number=number, repeat=ROUNDS)) / number * 1e9


def _show(name: str, nanoseconds: float) -> None:
    print(f"    {name:<48}{nanoseconds:>12,.0f}")


if __name__ == "__main__":
    main()
