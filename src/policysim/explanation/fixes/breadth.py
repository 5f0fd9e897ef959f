"""How much an edit lets in: a rough count by which the smallest edit comes first.

The count compares patterns, it does not enumerate AWS: one exact name counts 1, a pattern counts more the less of it
is written out. Source: spec A2, R1, R6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.language.policy import PatternElement

_EVERYTHING: Final = 10_000
_WHOLE_SERVICE: Final = 1_000
_PREFIX: Final = 20
_NEGATED: Final = 5_000
"""A negated list covers nearly everything."""


def pattern_breadth(pattern: str) -> int:
    """How many names an action or resource pattern stands for, roughly."""
    if pattern in {"*", "*:*"}:
        return _EVERYTHING
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


def covers_everything(element: PatternElement | None) -> bool:
    """Whether the element is, or comes to, ``*``."""
    return element is not None and (element.negated or "*" in element.patterns)


def joint_breadth(breadths: Iterable[int], others: int) -> int:
    """What the elements of a statement let in together, for everyone who has the document."""
    total = 1 + others
    for breadth in breadths:
        total *= breadth
    return total
