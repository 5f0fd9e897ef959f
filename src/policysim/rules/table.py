"""All rules of AWS authorization that policysim knows, by code, and the groups that they stand in."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from policysim.rules.actions import ACTIONS
from policysim.rules.condition_keys import CONDITION_KEYS
from policysim.rules.conditions import CONDITIONS
from policysim.rules.cross_account import CROSS_ACCOUNT
from policysim.rules.evaluation_flow import EVALUATION_FLOW
from policysim.rules.grammar import GRAMMAR
from policysim.rules.messages import MESSAGES
from policysim.rules.principals import PRINCIPALS
from policysim.rules.resources import RESOURCES
from policysim.rules.services import SERVICES
from policysim.rules.variables import VARIABLES

if TYPE_CHECKING:
    from policysim.rules.rule import Rule

GROUPS: Final[dict[str, tuple[str, tuple[Rule, ...]]]] = {
    "E": ("Evaluation flow", EVALUATION_FLOW),
    "P": ("Principals", PRINCIPALS),
    "A": ("Actions", ACTIONS),
    "R": ("Resources", RESOURCES),
    "C": ("Conditions and condition keys", CONDITIONS + CONDITION_KEYS),
    "V": ("Policy variables", VARIABLES),
    "G": ("Grammar and validation", GRAMMAR),
    "X": ("Across accounts", CROSS_ACCOUNT),
    "S": ("Single services", SERVICES),
    "M": ("Messages", MESSAGES),
}
"""Title and rules of each letter, in the order in which they are best read."""

RULES: Final[dict[str, Rule]] = {rule.code: rule for _, rules in GROUPS.values() for rule in rules}
"""Every rule by its code."""


def nearest_code(text: str) -> str:
    """The code most like a text that is none: of the same letter by number, else by spelling; empty if none is."""
    wanted = text.strip().upper()
    letter, number = wanted[:1], wanted[1:]
    if letter in GROUPS and number.isascii() and number.isdigit():
        return min(GROUPS[letter][1], key=lambda rule: abs(rule.number - int(number[:9]))).code
    return next(iter(get_close_matches(wanted, RULES, n=1)), "")
