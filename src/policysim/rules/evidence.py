"""What shows that a rule is kept: its tests, its cases, and the findings that speak of it.

The table is generated from the tests by ``tools/semantics.py`` and shipped with the package.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

INDEX: Final = Path(__file__).with_name("tests.json")


class Evidence(NamedTuple):
    """The evidence of one rule.

    ``tests`` are ``file::function``, ``cases`` the ids of cases in ``tests/conformance/cases``, ``findings`` the codes
    of problems and findings that name the rule.
    """

    tests: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


def evidence_of(code: str) -> Evidence:
    """The evidence of the rule ``code``; empty where there is none."""
    return _index().get(code, Evidence())


def codes_of_finding(finding: str) -> list[str]:
    """The codes of the rules that a problem or finding speaks of."""
    return [code for code, evidence in _index().items() if finding in evidence.findings]


@cache
def _index() -> dict[str, Evidence]:
    rows: dict[str, dict[str, list[str]]] = json.loads(INDEX.read_text(encoding="utf-8"))
    return {code: Evidence(*(tuple(row.get(name, ())) for name in Evidence._fields)) for code, row in rows.items()}
