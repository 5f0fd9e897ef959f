"""Edits that make a narrow exception to an explicit deny, never without the warning that the Deny is there on purpose.

Source: spec E2, A6, C5, C29, R12, P18; IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import FixKind, label
from policysim.explanation.fixes.breadth import element_breadth, statement_breadth
from policysim.explanation.fixes.candidates import Builder, Candidate, one_warning
from policysim.explanation.fixes.documents import bound_by, named_besides, refusal
from policysim.explanation.fixes.statements import (
    known_value,
    literal_value,
    principal_arn,
    resource_pattern,
    written_action,
)
from policysim.language.edits import add_member, append_to_list, apply_edits, composed, remove_value
from policysim.language.locator import locate
from policysim.language.operators import Family, SetPrefix, operator_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import StatementMatch
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.explanation.fixes.statements import Json
    from policysim.language.edits import TextEdit
    from policysim.language.json_text import JsonValue
    from policysim.language.policy import ConditionEntry, Statement
    from policysim.language.source import DocumentPath

ON_PURPOSE: Final = "a Deny is there on purpose: ask whoever owns {statement} before you make an exception"
GUARDRAIL: Final = (
    "a Deny is there on purpose, and this one is a guardrail ({why}): ask whoever owns {statement} before you make an"
    " exception"
)
_LIMITS: Final = {
    LayerName.SCP: "a service control policy limits whole accounts",
    LayerName.RCP: "a resource control policy limits who reaches the resources of whole accounts",
    LayerName.BOUNDARY: "a permissions boundary limits what its owner may be given",
    LayerName.VPCE: "an endpoint policy limits a whole network",
}
_SECURITY_WORDS: Final = re.compile("protect|guardrail|prevent|security|audit|perimeter", re.IGNORECASE)

_SPARES_EVERYBODY: Final = "the exception holds for everybody whom the Deny binds"
_SPARES_EVERYTHING: Final = "the exception holds for everything that the Deny forbids the caller"

_PRINCIPAL_KEY: Final = "aws:PrincipalArn"
_EXEMPTING_OPERATOR: Final = "ArnNotLike"
_WEIGHT_OF_EVERYBODY: Final = 20
"""An exception for an action, a resource or a value holds for everybody whom the Deny binds."""


def on_purpose(match: StatementMatch) -> str:
    """The warning that goes with every exception; it says why where the Deny looks like a guardrail."""
    why = _LIMITS.get(match.layer)
    if why is None and match.statement.action.negated:
        why = "it denies everything but what it lists"
    if why is None and _SECURITY_WORDS.search(f"{match.statement.sid or ''} {match.attached.name}"):
        why = "its name says so"
    return (ON_PURPOSE if why is None else GUARDRAIL).format(statement=label(match), why=why)


def _denies(case: Case, aim: Aim) -> Iterator[StatementMatch]:
    if aim.deny is not None and refusal(case, aim.deny.attached) is None and not revokes_sessions(aim.deny):
        yield aim.deny


def revokes_sessions(match: StatementMatch) -> bool:
    """Whether a Deny ends sessions that began before some time, as IAM writes it when somebody revokes them.

    Such sessions may be in the wrong hands: an exception would let them in again. Source: IAM User Guide,
    id_roles_use_revoke-sessions; spec E3.
    """
    return any(entry.key.lower() == "aws:tokenissuetime" for entry in match.statement.conditions)


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
            statement_breadth(match.statement, besides="principal") * (_VOID if _binds_alone(case, match) else 1),
            warning=one_warning(on_purpose(match), _SPARES_EVERYTHING),
        )


_VOID: Final = 100
"""A Deny that names nobody but the caller denies nothing any more once the caller is exempt."""


def _binds_alone(case: Case, match: StatementMatch) -> bool:
    """Whether the Deny names the caller, and nobody else; one of the organisation is never about one caller."""
    principal = match.statement.principal
    named = principal is not None and not principal.negated and match.layer in {LayerName.RESOURCE, LayerName.VPCE}
    return named and not named_besides(case, match)


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
        statement, action = match.statement, written_action(case.request)
        if statement.action.negated:
            edit = append_to_list(statement.location.below("NotAction"), action)
            breadth = element_breadth(statement.resource)
            yield _spare(case, match, _Spared(FixKind.EXCEPT_ACTION, edit, f"`{action}`", breadth))


def except_resource(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The resource into the NotResource of the Deny (spec R12)."""
    for match in _denies(case, aim):
        statement = match.statement
        if statement.resource is None or not statement.resource.negated:
            continue
        pattern = resource_pattern(case.request, case.facts, match.layer, match.attached.policy.version)
        if pattern not in {None, "*"}:
            edit = append_to_list(statement.location.below("NotResource"), pattern)
            breadth = element_breadth(statement.action)
            yield _spare(case, match, _Spared(FixKind.EXCEPT_RESOURCE, edit, f"`{pattern}`", breadth))


def except_value(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The request's own value into the values that a condition of the Deny spares: a Region, a VPC, an organisation."""
    for match in _denies(case, aim):
        statement = match.statement
        breadth = statement_breadth(statement, besides="principal")
        for entry in statement.conditions:
            value = _value_to_spare(case, entry)
            if value is not None:
                edit = append_to_list(statement.location.below(*entry.path()), value)
                yield _spare(case, match, _Spared(FixKind.EXCEPT_VALUE, edit, f"{entry.key} `{value}`", breadth))


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
        f"exempt {spared.value} from {label(match)}",
        match.attached,
        match.layer,
        (spared.edit,),
        (1 if _binds_alone(case, match) else _WEIGHT_OF_EVERYBODY)
        * spared.breadth
        * bound_by(case, match.attached, match.layer),
        warning=one_warning(on_purpose(match), _SPARES_EVERYBODY),
        others=named_besides(case, match),
    )


def except_principal_for_action(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The action out of the list of the Deny, into a copy of it that spares the caller: all others stay denied it."""
    arn, action = principal_arn(case.request), written_action(case.request)
    for match in _denies(case, aim) if arn is not None else ():
        listed = [pattern.lower() for pattern in match.statement.action.patterns]
        if match.statement.action.negated or len(listed) < 2 or listed.count(action.lower()) != 1:
            continue
        path = match.statement.action.path(listed.index(action.lower()))
        yield Candidate(
            FixKind.EXCEPT_PRINCIPAL_FOR_ACTION,
            f"exempt `{arn}` from {label(match)} for `{action}` alone",
            match.attached,
            match.layer,
            _split(match, path, _sparing_copy(match.statement, action, str(arn))),
            statement_breadth(match.statement, besides="principal") // len(listed),
            warning=on_purpose(match),
        )


def _split(match: StatementMatch, action: DocumentPath, copied: Json) -> tuple[TextEdit, ...]:
    """The action taken out of the Deny, and then the copy behind it, which may make a list of a lone statement."""
    policy = match.attached.policy.location
    taken = (remove_value(match.statement.location.below(*action)),)
    between = policy._replace(source=apply_edits(policy.source, taken))
    return composed(policy.source, taken, (append_to_list(between.below("Statement"), copied),))


def _sparing_copy(statement: Statement, action: str, arn: str) -> Json:
    """The Deny as it is written, for one action and for everybody but one caller."""
    copied: Json = json.loads(locate(statement.location).text)
    if statement.sid:
        copied["Sid"] = f"{statement.sid}{re.sub('[^A-Za-z0-9]', '', action).capitalize()}"
    copied["Action"] = action
    block = copied.setdefault("Condition", {})
    if isinstance(block, dict):
        spared = block.setdefault(_EXEMPTING_OPERATOR, {})
        if isinstance(spared, dict):
            listed = spared.get(_PRINCIPAL_KEY, [])
            others = listed if isinstance(listed, list) else [listed]
            spared[_PRINCIPAL_KEY] = [*others, arn] if others else arn
    return copied


_ADDRESSES: Final = frozenset({"aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
"""Keys of the network that a call of a service on the caller's behalf has not, or not as the caller had them (C56)."""

_VIA_SERVICE: Final = "aws:ViaAWSService"


def except_service_calls(case: Case, aim: Aim) -> Iterator[Candidate]:
    """A Deny by address that says it is not about calls that AWS services make for the caller."""
    for match in _denies(case, aim):
        if known_value(case.request, _VIA_SERVICE) != "true" or not _by_address(match.statement):
            continue
        edit = _further_condition(match.statement, "Bool", _VIA_SERVICE, "false")
        if edit is not None:
            value = "calls that AWS services make for their callers"
            breadth = _NARROW_ENOUGH * statement_breadth(match.statement, besides="principal")
            yield _spare(case, match, _Spared(FixKind.EXCEPT_SERVICE_CALLS, edit, value, breadth))


def except_endpoint(case: Case, aim: Aim) -> Iterator[Candidate]:
    """A Deny by address that spares the VPC endpoint of the call, which has no ``aws:SourceIp``."""
    endpoint = literal_value(case.request, "aws:SourceVpce")
    for match in _denies(case, aim) if endpoint is not None else ():
        keys = {entry.key.lower() for entry in match.statement.conditions}
        if "aws:sourceip" not in keys or "aws:sourcevpce" in keys:
            continue
        edit = _further_condition(match.statement, "StringNotEquals", "aws:SourceVpce", str(endpoint))
        if edit is not None:
            breadth = statement_breadth(match.statement, besides="principal")
            yield _spare(case, match, _Spared(FixKind.EXCEPT_ENDPOINT, edit, f"calls through `{endpoint}`", breadth))


_NARROW_ENOUGH: Final = 2


def _by_address(statement: Statement) -> bool:
    return any(entry.key.lower() in _ADDRESSES for entry in statement.conditions)


def _further_condition(statement: Statement, operator: str, key: str, value: str) -> TextEdit | None:
    """One more condition for a statement that has some; ``None`` where the key stands under the operator already."""
    block = statement.location.below("Condition")
    there = [entry for entry in statement.conditions if entry.operator == operator]
    if any(entry.key.lower() == key.lower() for entry in there):
        return None
    return add_member(block.below(operator), key, value) if there else add_member(block, operator, {key: value})


EXCEPTION_BUILDERS: Final[tuple[Builder, ...]] = (
    except_principal,
    except_principal_for_action,
    except_action,
    except_resource,
    except_value,
    except_service_calls,
    except_endpoint,
)
"""What to try against an explicit deny, in any layer."""
