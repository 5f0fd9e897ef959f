"""Edits of a condition whose values fit the request and whose operator does not compare them so.

Source: IAM User Guide, reference_policies_elements_condition_operators and reference_policies_condition-single-vs-
multi-valued-context-keys; spec C4, C5, C6, C10, C13 to C15, C34, C35, C40.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.context import context_lookup
from policysim.evaluation.facts import KeyType
from policysim.evaluation.reasons import Reason
from policysim.explanation.diagnosis import FixKind, label
from policysim.explanation.fixes.breadth import statement_breadth
from policysim.explanation.fixes.candidates import Candidate
from policysim.explanation.fixes.documents import bound_by, named_besides
from policysim.explanation.fixes.near import near_conditions
from policysim.explanation.hypotheses.missing_allow import EXTERNAL_ID
from policysim.language.edits import add_member, remove_value, rename_member
from policysim.language.operators import Operator, SetPrefix, operator_named
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Outcome
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.edits import TextEdit
    from policysim.language.policy import ConditionEntry, Statement

_IGNORES_CASE: Final = (
    "upper and lower case then count as the same: a request with {key} in another case is accepted too"
)
_ANY_OF_SEVERAL: Final = "one of the values of {key} is enough then, whatever the others are"
_ABSENT_TOO: Final = "a request without {key} is accepted too"
_WILDCARD_FITS: Final = "every {key} that matches {wild} is then accepted: make sure that the wildcard was meant"
_WILDCARD_AT_WORK: Final = 3
"""A wildcard that starts to work lets in more than the one value that the request has."""

_COMPARED: Final = frozenset({Reason.VALUE_OTHER, Reason.SET_NONE_FITS, Reason.SET_VALUE_OTHER})
_EXACT: Final = frozenset({"StringEquals", "StringEqualsIgnoreCase"})
_OF_TYPE: Final[dict[str, str]] = {
    KeyType.STRING: "StringEquals",
    KeyType.ARN: "ArnLike",
    KeyType.BOOL: "Bool",
    KeyType.NUMERIC: "NumericEquals",
    KeyType.DATE: "DateEquals",
    KeyType.IP_ADDRESS: "IpAddress",
}
"""The operator that compares keys of a type for equality (spec C10)."""


_OF_THE_SOURCE: Final = {
    "aws:principalaccount": "aws:SourceAccount",
    "aws:principalarn": "aws:SourceArn",
    "aws:principalorgid": "aws:SourceOrgID",
    "aws:principalorgpaths": "aws:SourceOrgPaths",
}
"""The key of the resource that an AWS service works for, by the key of callers that a service lacks (C49, C65)."""


class _Change(NamedTuple):
    """The operator to write instead, why a reader should think twice, and how much more it lets in than one value."""

    operator: str
    warning: str = ""
    weight: int = 1


def change_operator(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The operator under which the values that stand there already fit the request."""
    for miss, entry in near_conditions(case, aim):
        statement = miss.match.statement
        for change in changes(case, entry, miss.outcome):
            edits = _with_operator(statement, entry, change.operator)
            if edits is None:
                continue
            yield Candidate(
                FixKind.CHANGE_OPERATOR,
                f"compare {entry.key} by `{change.operator}` in {label(miss.match)}",
                miss.match.attached,
                aim.layer,
                edits,
                change.weight
                * statement_breadth(statement, besides="principal")
                * bound_by(case, miss.match.attached, aim.layer),
                warning=change.warning,
                others=named_besides(case, miss.match),
            )


def change_key(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The key of the resource that a service works for, where a condition asks for one of the caller's (spec C65)."""
    if case.request.principal.kind is not PrincipalKind.SERVICE:
        return
    for miss, entry in near_conditions(case, aim):
        key, statement = _OF_THE_SOURCE.get(entry.key.lower()), miss.match.statement
        others = {(other.operator, other.key.lower()) for other in statement.conditions}
        if key is None or (entry.operator, key.lower()) in others or miss.outcome.reason is not Reason.KEY_ABSENT:
            continue
        yield Candidate(
            FixKind.CHANGE_KEY,
            f"ask for {key} instead of {entry.key} in {label(miss.match)}: a service has no {entry.key}",
            miss.match.attached,
            aim.layer,
            (rename_member(statement.location.below(*entry.path()), key),),
            statement_breadth(statement, besides="principal"),
            others=named_besides(case, miss.match),
        )


def changes(case: Case, entry: ConditionEntry, outcome: Outcome) -> Iterator[_Change]:
    """The operators to try for an entry that fails with an outcome."""
    operator, reason = operator_named(entry.operator), outcome.reason
    if operator is None or operator.base.negated:
        return
    if reason in _COMPARED:
        yield from _for_values(case, entry, operator, outcome.wanted)
    elif reason is Reason.KEY_ABSENT and operator.base.name == "Bool" and not operator.if_exists:
        if all(value.lower() == "false" for value in entry.values):
            yield _Change(_spelled(operator, "Bool", if_exists=True), _ABSENT_TOO.format(key=entry.key))
    elif reason is Reason.SEVERAL_VALUES:
        yield _Change(
            SetPrefix.FOR_ANY_VALUE.value + operator.documented_spelling, _ANY_OF_SEVERAL.format(key=entry.key)
        )
    elif reason in {Reason.OPERATOR_WRONG, Reason.WRONG_TYPE}:
        described = case.facts.condition_key(entry.key)
        base = _OF_TYPE.get(described.type) if described is not None else None
        if base is not None and base != operator.base.name:
            yield _Change(_spelled(operator, base))


def _for_values(case: Case, entry: ConditionEntry, operator: Operator, wanted: str) -> Iterator[_Change]:
    if operator.base.name not in _EXACT:
        return
    if any("*" in value or "?" in value for value in entry.values):
        wild = " or ".join(f"`{value}`" for value in entry.values if "*" in value or "?" in value)
        yield _Change(
            _spelled(operator, "StringLike"), _WILDCARD_FITS.format(wild=wild, key=entry.key), _WILDCARD_AT_WORK
        )
    found = context_lookup(case.request)(entry.key)
    resolved = [wanted.strip("`")] if any("${" in value for value in entry.values) else []
    listed = {value.lower() for value in (*entry.values, *resolved)}
    may_ignore_case = operator.base.name == "StringEquals" and entry.key.lower() != EXTERNAL_ID
    values = found if isinstance(found, tuple) and may_ignore_case else ()
    if any(value.lower() in listed and value not in (*entry.values, *resolved) for value in values):
        yield _Change(_spelled(operator, "StringEqualsIgnoreCase"), _IGNORES_CASE.format(key=entry.key))


def _spelled(operator: Operator, base: str, *, if_exists: bool | None = None) -> str:
    ending = operator.if_exists if if_exists is None else if_exists
    return f"{operator.prefix.value}{base}{'IfExists' if ending else ''}"


def _with_operator(statement: Statement, entry: ConditionEntry, operator: str) -> tuple[TextEdit, ...] | None:
    """The edits that put an entry under another operator; ``None`` where that has an entry of the same key already."""
    block = statement.location.below("Condition")
    old = block.below(entry.operator)
    there = [other for other in statement.conditions if _same(other.operator, operator)]
    alone = sum(other.operator == entry.operator for other in statement.conditions) == 1
    if any(other.key.lower() == entry.key.lower() for other in there):
        return None
    if alone and not there:
        return (rename_member(old, operator),)
    taken = remove_value(old if alone else old.below(entry.key))
    values = list(entry.values) if entry.listed else entry.values[0]
    if there:
        return taken, add_member(block.below(there[0].operator), entry.key, values)
    return taken, add_member(block, operator, {entry.key: values})


def _same(one: str, other: str) -> bool:
    first, second = operator_named(one), operator_named(other)
    return first is not None and second is not None and first.documented_spelling == second.documented_spelling
