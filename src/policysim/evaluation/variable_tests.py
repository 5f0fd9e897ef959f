"""What a condition asks of the key inside its policy variable, as conditions on that key itself (spec V2, V5, V16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.language.operators import operator_named
from policysim.language.policy import ConditionEntry
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from policysim.language.variables import Variable, parse_template

if TYPE_CHECKING:
    from policysim.evaluation.context import Lookup
    from policysim.language.variables import Template


def mentions(entry: ConditionEntry, key: str) -> bool:
    """Whether a policy variable in the values of the entry names the key."""
    templates = (parse_template(value) for value in entry.values if "${" in value)
    return any(name.lower() == key.lower() for template in templates for name in template.keys)


def tests_of_variable(entry: ConditionEntry, key: str, lookup: Lookup) -> list[ConditionEntry] | None:
    """What a condition on a known key asks of the key in its variable, as conditions on that key itself.

    ``StringEquals {aws:ResourceTag/team: "${aws:PrincipalTag/team}"}`` on a resource whose tag is ``blue`` asks whether
    aws:PrincipalTag/team equals ``blue``. Only comparisons without wildcards can be turned; ``None`` for any other.
    """
    operator, values = operator_named(entry.operator), lookup(entry.key)
    if operator is None or operator.base.positive not in {"StringEquals", "StringEqualsIgnoreCase"}:
        return None
    if values is UNKNOWN_VALUE:
        return None
    tests: list[ConditionEntry] = []
    for template in (parse_template(value) for value in entry.values):
        if key.lower() not in {name.lower() for name in template.keys}:
            continue
        if len(template.keys) != 1 or sum(isinstance(part, Variable) for part in template.parts) != 1:
            return None
        for value in values if isinstance(values, tuple) else ():
            inner = _inside(value, template)
            tests += [ConditionEntry(operator.base.positive, key, (inner,), listed=False)] if inner is not None else []
    return tests


def _inside(value: str, template: Template) -> str | None:
    """The value that the one variable of a template must have for the whole to read ``value``, in any case."""
    at = next(i for i, part in enumerate(template.parts) if isinstance(part, Variable))
    before, after = ("".join(part.text for part in some) for some in (template.parts[:at], template.parts[at + 1 :]))
    fits = value.lower().startswith(before.lower()) and value.lower().endswith(after.lower())
    return value[len(before) : len(value) - len(after)] if fits and len(before) + len(after) <= len(value) else None
