"""Random questions to both evaluators, and a table of where they differ.

    POLICYSIM_IAM_SIMULATE=FOLDER .venv/bin/python -m tests.differential.run --count 20000 --seed 1

With ``--cases FILE`` (case files, as JSON Lines) the questions are those. The exit code is 1 if a disagreement is in
no known class.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.differential.classes import CLASSES, classify
from tests.differential.comparison import compare
from tests.differential.peer import missing
from tests.differential.random_cases import random_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.differential.comparison import Compared

_BATCH: Final = 2000


class Tally(NamedTuple):
    """What came of the questions: ``explained`` counts each class, also where two classes explain one disagreement."""

    asked: int
    refused: int
    agreed: int
    explained: Counter[str]
    disagreed: int
    unexplained: tuple[Compared, ...]


def tally(cases: Iterable[dict[str, Any]]) -> Tally:
    """Both answers to every question, counted."""
    asked = refused = agreed = disagreed = 0
    explained: Counter[str] = Counter()
    unexplained: list[Compared] = []
    for batch in _batches(cases):
        for compared in compare(batch):
            asked += 1
            refused += compared.refused
            agreed += compared.agree
            if compared.refused or compared.agree:
                continue
            disagreed += 1
            names = classify(compared)
            explained.update(names or ())
            if names is None:
                unexplained.append(compared)
    return Tally(asked, refused, agreed, explained, disagreed, tuple(unexplained))


def table(found: Tally) -> str:
    """The figures, and the classes by how often they were met."""
    lines = [
        f"questions                {found.asked:>7,}",
        f"refused by the other     {found.refused:>7,}",
        f"agreements               {found.agreed:>7,}",
        f"disagreements            {found.disagreed:>7,}",
        "",
    ]
    right = {one.name: one.right for one in CLASSES}
    lines += [f"{name:<28}{count:>7,}  {right[name]}" for name, count in found.explained.most_common()]
    lines.append(f"{'(in no class)':<28}{len(found.unexplained):>7,}")
    return "\n".join(lines)


def described(compared: Compared) -> str:
    """A disagreement that no class explains, for a person to judge."""
    theirs = compared.peer.effect if compared.peer else ""
    answers = f"ours: {compared.ours.effect.value} ({compared.ours.layer}), the other's: {theirs}"
    return f"{answers}\n{json.dumps(compared.case, indent=1)}"


def _batches(cases: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for case in cases:
        batch.append(case)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=Path)
    options = parser.parse_args()
    reason = missing()
    if reason is not None:
        sys.exit(reason)
    if options.cases is not None:
        lines = options.cases.read_text(encoding="utf-8").splitlines()
        cases: Iterable[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    else:
        cases = (random_case(options.seed, index) for index in range(options.count))
    found = tally(cases)
    sys.stdout.write(table(found) + "\n")
    for compared in found.unexplained:
        sys.stdout.write("\n" + described(compared) + "\n")
    return 1 if found.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
