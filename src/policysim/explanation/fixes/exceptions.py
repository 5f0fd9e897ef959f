"""Edits that make a narrow exception to an explicit deny, never without the warning that the Deny is there on purpose.

Source: spec E2, A6, C5, C29, R12, P18; IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.explanation.diagnosis import FixKind, label
from policysim.explanation.fixes.breadth import element_breadth, statement_breadth
from policysim.explanation.fixes.candidates import Builder, Candidate, one_warning
from policysim.explanation.fixes.documents import bound_by, named_besides, refusal
from policysim.explanation.fixes.statements import literal_value, principal_arn, resource_pattern
from policysim.language.edits import add_member, append_to_list
from policysim.language.operators import Family, SetPrefix, operator_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import StatementMatch
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.edits import TextEdit
    from policysim.language.json_text import JsonValue
    from policysim.language.policy import ConditionEntry, Statement

ON_PURPOSE: Final = "a Deny is there on purpose: ask whoever owns {statement} before you make an exception"

_SPARES_EVERYBODY: Final = "the exception holds for everybody whom the Deny binds"
_SPARES_EVERYTHING: Final = "the exception holds for everything that the Deny forbids the caller"

_PRINCIPAL_KEY: Final = "aws:PrincipalArn"
_EXEMPTING_OPERATOR: Final = "ArnNotLike"
_WEIGHT_OF_EVERYBODY: Final = 20
"""An exception for an action, a resource or a value holds for everybody whom the Deny binds."""


def _denies(case: Case, aim: Aim) -> Iterator[StatementMatch]:
    if aim.deny is not None and refusal(case, aim.deny.attached) is None:
        yield aim.deny


def except_principal(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The caller's ARN into the list of exempted principals, or a condition that exempts it."""
    arn = principal_arn(case.request)
    for match in _denies(case, aim) if arn is not None else ():
        yield Candidate(
            FixKind.EXCEPT_PRINCIPAL,
            f"exempt `{arn}` from {label(match)}",
            match.attached,
            match.layer,
            (_exemption(match.statement, str(arn)),),
            statement_breadth(match.statement, besides="principal"),
            warning=one_warning(ON_PURPOSE.format(statement=label(match)), _SPARES_EVERYTHING),
        )


def _exemption(statement: Statement, arn: str) -> TextEdit:
    listed = next((entry for entry in statement.conditions if _exempts(entry, principals=True)), None)
    if listed is not None:
        return append_to_list(statement.location.below(*listed.path()), arn)
    block = statement.location.below("Condition")
    if any(entry.operator == _EXEMPTING_OPERATOR for entry in statement.conditions):
        return add_member(block.below(_EXEMPTING_OPERATOR), _PRINCIPAL_KEY, arn)
    exemption: JsonValue = {_PRINCIPAL_KEY: arn}
    if statement.conditions:
        return add_member(block, _EXEMPTING_OPERATOR, exemption)
    return add_member(statement.location, "Condition", {_EXEMPTING_OPERATOR: exemption})


def _exempts(entry: ConditionEntry, *, principals: bool) -> bool:
    """Whether a condition lists values that the Deny spares: one more value in it spares one more request (C1)."""
    operator = operator_named(entry.operator)
    if operator is None or not operator.base.negated or operator.prefix is not SetPrefix.NONE:
        return False
    return (entry.key.lower() == _PRINCIPAL_KEY.lower()) is principals


class _Spared(NamedTuple):
    """What one more entry in a list of the Deny spares, for everybody whom the Deny binds."""

    kind: FixKind
    edit: TextEdit
    value: str
    breadth: int


def except_action(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The action into the NotAction of the Deny, as Region-deny policies list global services (spec A6)."""
    for match in _denies(case, aim):
        statement, action = match.statement, case.request.action
        if statement.action.negated:
            edit = append_to_list(statement.location.below("NotAction"), action)
            breadth = element_breadth(statement.resource)
            yield _spare(case, match, _Spared(FixKind.EXCEPT_ACTION, edit, action, breadth))


def except_resource(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The resource into the NotResource of the Deny (spec R12)."""
    for match in _denies(case, aim):
        statement = match.statement
        if statement.resource is None or not statement.resource.negated:
            continue
        pattern = resource_pattern(case.request, case.facts, match.layer, match.attached.policy.version)
        if pattern != "*":
            edit = append_to_list(statement.location.below("NotResource"), pattern)
            breadth = element_breadth(statement.action)
            yield _spare(case, match, _Spared(FixKind.EXCEPT_RESOURCE, edit, pattern, breadth))


def except_value(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The request's own value into the values that a condition of the Deny spares: a Region, a VPC, an organisation."""
    for match in _denies(case, aim):
        statement = match.statement
        breadth = statement_breadth(statement, besides="principal")
        for entry in statement.conditions:
            value = _value_to_spare(case, entry)
            if value is not None:
                edit = append_to_list(statement.location.below(*entry.path()), value)
                yield _spare(case, match, _Spared(FixKind.EXCEPT_VALUE, edit, f"{entry.key} {value}", breadth))


def _value_to_spare(case: Case, entry: ConditionEntry) -> str | None:
    operator = operator_named(entry.operator)
    if operator is None or not _exempts(entry, principals=False):
        return None
    if operator.base.family not in {Family.STRING, Family.ARN, Family.IP_ADDRESS}:
        return None
    return literal_value(case.request, entry.key)


def _spare(case: Case, match: StatementMatch, spared: _Spared) -> Candidate:
    return Candidate(
        spared.kind,
        f"let {label(match)} spare `{spared.value}`",
        match.attached,
        match.layer,
        (spared.edit,),
        _WEIGHT_OF_EVERYBODY * spared.breadth * bound_by(case, match.attached, match.layer),
        warning=one_warning(ON_PURPOSE.format(statement=label(match)), _SPARES_EVERYBODY),
        others=named_besides(case, match),
    )


EXCEPTION_BUILDERS: Final[tuple[Builder, ...]] = (except_principal, except_action, except_resource, except_value)
"""What to try against an explicit deny, in any layer."""
