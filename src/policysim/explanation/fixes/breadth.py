"""How much an edit lets in: a rough count by which the smallest edit comes first.

The count compares patterns, it does not enumerate AWS: one exact name counts 1, a pattern counts more the less of it
is written out. Source: spec A2, R1, R6.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.policy import PatternElement, PrincipalElement, Statement

EVERYTHING: Final = 10_000
_WHOLE_SERVICE: Final = 1_000
_PREFIX: Final = 20
_NEGATED: Final = 5_000
"""A negated list covers nearly everything."""


def pattern_breadth(pattern: str) -> int:
    """How many names an action or resource pattern stands for, roughly."""
    if pattern in {"*", "*:*"}:
        return EVERYTHING
    if "*" not in pattern and "?" not in pattern:
        return 1
    arn = parse_arn(pattern)
    name = arn.resource if arn is not None else pattern.partition(":")[2]
    return _WHOLE_SERVICE if name.startswith("*") else _PREFIX


def element_breadth(element: PatternElement | None) -> int:
    """How many names an element of a statement stands for, roughly; 1 where the document type has none."""
    if element is None:
        return 1
    return _NEGATED if element.negated else sum(map(pattern_breadth, element.patterns))


def principal_breadth(element: PrincipalElement | None) -> int:
    """How many callers a statement names, roughly; 1 where the document type has no principal."""
    if element is None:
        return 1
    if element.negated or any(entry.value == "*" for entry in element.entries):
        return _NEGATED
    return max(len(element.entries), 1)


def statement_breadth(statement: Statement, *, besides: str) -> int:
    """What a statement lets in with one of its elements (``besides``, such as ``action``) left out of the count."""
    breadths = {
        "action": element_breadth(statement.action),
        "resource": element_breadth(statement.resource),
        "principal": principal_breadth(statement.principal),
    }
    return math.prod(breadth for name, breadth in breadths.items() if name != besides)
