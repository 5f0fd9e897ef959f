"""Readings of a condition that no switch turns, because AWS documents neither: each one is a code and when it applies.

Source: spec C4, C37, V9, V16; the sentences are in ``caveats``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.truth import TRUE, UNKNOWN, Truth
from policysim.language.operators import SetPrefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.conditions.prepared import PreparedCondition
    from policysim.language.policy import ConditionEntry


def doubts_of(entry: ConditionEntry, prepared: PreparedCondition, truth: Truth) -> tuple[str, ...]:
    """The codes of what is doubtful about an outcome that is certain; an open one says what it hangs on."""
    if truth is UNKNOWN:
        return ()
    return tuple([code for code, applies in _DOUBTS.items() if applies(entry, prepared, truth)])


def _other_spelling(entry: ConditionEntry, prepared: PreparedCondition, truth: Truth) -> bool:
    """An operator that AWS did not know would never match, so only a match is doubtful."""
    return truth is TRUE and entry.operator != prepared.operator.documented_spelling


def _for_all_not_like(_: ConditionEntry, prepared: PreparedCondition, __: Truth) -> bool:
    return prepared.prefix is SetPrefix.FOR_ALL_VALUES and prepared.operator.base.name == "StringNotLike"


def _nested_variable(_: ConditionEntry, prepared: PreparedCondition, __: Truth) -> bool:
    return prepared.has_variables and any(wanted.expansion.nested for wanted in prepared.wanted)


def _unresolved_in_list(_: ConditionEntry, prepared: PreparedCondition, __: Truth) -> bool:
    several = prepared.has_variables and len(prepared.wanted) > 1
    return several and any(wanted.expansion.unresolved for wanted in prepared.wanted)


_DOUBTS: Final[dict[str, Callable[[ConditionEntry, PreparedCondition, Truth], bool]]] = {
    "operator-case": _other_spelling,
    "for-all-not-like": _for_all_not_like,
    "variable-in-value": _nested_variable,
    "variable-in-list": _unresolved_in_list,
}
