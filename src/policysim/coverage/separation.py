"""Whether two statements can never match the same request, as far as that can be proven from the text.

``False`` means that it is not proven. Conditions are not looked at: whatever they ask for, they only narrow. Source:
IAM User Guide, reference_policies_elements_action and _resource; spec A1 to A3, R4 to R8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.coverage.inclusion import EVERY_ACTION, covers_action, covers_resource, without_variables
from policysim.language.overlaps import patterns_overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import PatternElement, Statement

_COLONS: Final = 5
"""As many colons an ARN has at least; a shorter pattern is filled up with ``:*`` (spec R8)."""


def apart(one: Statement, other: Statement, *, substitutes: tuple[bool, bool]) -> bool:
    """Whether no request matches both: their actions have nothing in common, or their resources have nothing.

    ``substitutes`` tells of each of them, in this order, whether ``${...}`` is a variable in its document.
    """
    return actions_apart(one.action, other.action) or _resources_apart(one.resource, other.resource, substitutes)


def actions_apart(one: PatternElement, other: PatternElement) -> bool:
    """Whether two ``Action`` or ``NotAction`` elements have no action in common."""
    if not one.patterns or not other.patterns or (one.negated and other.negated):
        return False
    if one.negated or other.negated:
        outside, inside = (one, other) if one.negated else (other, one)
        return all(any(covers_action(wide, narrow) for wide in outside.patterns) for narrow in inside.patterns)
    return not any(_share_actions(left, right) for left in one.patterns for right in other.patterns)


def _share_actions(one: str, other: str) -> bool:
    if one in EVERY_ACTION or other in EVERY_ACTION:
        return True
    (prefix, _, name), (own_prefix, _, own) = one.lower().partition(":"), other.lower().partition(":")
    return prefix == own_prefix and patterns_overlap(name, own)


def _resources_apart(one: PatternElement | None, other: PatternElement | None, substitutes: tuple[bool, bool]) -> bool:
    if one is None or other is None or not one.patterns or not other.patterns or (one.negated and other.negated):
        return False
    (left, right) = _filled(one, variables=substitutes[0]), _filled(other, variables=substitutes[1])
    if not one.negated and not other.negated:
        return not any(_share_resources(mine, theirs) for mine in left for theirs in right)
    outside, inside, narrow = (one, right, substitutes[0]) if one.negated else (other, left, substitutes[1])
    if narrow and any("${" in pattern for pattern in outside.patterns):
        return False
    return all(any(covers_resource(wide, own, variables=False) for wide in outside.patterns) for own in inside)


def _filled(element: PatternElement, *, variables: bool) -> tuple[str, ...]:
    """Patterns that cover at least what those of the element do, whatever the values of its variables are."""
    return tuple(without_variables(pattern) if variables else pattern for pattern in element.patterns)


def _share_resources(one: str, other: str) -> bool:
    return any(patterns_overlap(left, right) for left in _readings(one) for right in _readings(other))


def _readings(pattern: str) -> Iterator[str]:
    """The pattern as it stands, and filled up to a whole ARN."""
    yield pattern
    missing = _COLONS - pattern.count(":")
    if missing > 0:
        yield pattern + ":*" * missing
