"""What reading a policy costs beside the bare JSON decoder: reader, one place, all places, the written grammar.

Run ``python benchmarks/reader.py``. Ratios count; the times depend on the machine.
"""

from __future__ import annotations

import json
from timeit import Timer
from typing import TYPE_CHECKING

from policysim.grammars.policies import parse_tree
from policysim.language.json_text import load_json
from policysim.language.locator import locate, locate_all
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Location, Source

if TYPE_CHECKING:
    from collections.abc import Callable

STATEMENTS = 12


def document() -> str:
    """A policy of about 6 KB, indented as people keep them."""
    statements = [
        {
            "Sid": f"Access{index}",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"],
            "Resource": [f"arn:aws:s3:::bucket-{index}", f"arn:aws:s3:::bucket-{index}/${{aws:username}}/*"],
            "Condition": {"StringEquals": {"aws:PrincipalTag/Team": ["blue", "green"]}},
        }
        for index in range(STATEMENTS)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def fresh(location: Location) -> Location:
    """The same place in a text that nothing is remembered of."""
    return Location(Source("policy.json", location.source.text), location.path)


def microseconds(call: Callable[[], object]) -> float:
    """The shortest time of one call among several runs."""
    timer = Timer(call)
    number, _ = timer.autorange()
    return min(timer.repeat(5, number)) / number * 1e6


def main() -> None:
    """Print one line for each way of reading."""
    text = document()
    source = Source("policy.json", text)
    parts = [("Effect",), ("Action", 0), ("Resource", 1), ("Condition", "StringEquals", "aws:PrincipalTag/Team", 1)]
    places = [Location(source, ("Statement", index, *part)) for index in range(STATEMENTS) for part in parts]
    rows: list[tuple[str, Callable[[], object]]] = [
        ("json.loads", lambda: json.loads(text)),
        ("load_json (repeated members kept)", lambda: load_json(source)),
        ("parse_policy (tree and problems)", lambda: parse_policy(source, PolicyType.IDENTITY)),
        ("locate, first statement, fresh text", lambda: locate(fresh(places[0]))),
        ("locate, last value, fresh text", lambda: locate(fresh(places[-1]))),
        ("locate, last value, again", lambda: locate(places[-1])),
        (f"locate_all, {len(places)} places", lambda: locate_all(places)),
        ("parse_tree (the written grammar)", lambda: parse_tree(text)),
    ]
    print(f"{len(text):,} characters, {STATEMENTS} statements")
    base = microseconds(rows[0][1])
    for name, call in rows:
        taken = microseconds(call)
        print(f"{name:36} {taken:9.1f} µs {taken / base:7.1f}x")


if __name__ == "__main__":
    main()
