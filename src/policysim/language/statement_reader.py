"""One statement of a policy: its elements, and what is wrong with them (spec G3, G4, G6, G9, P1, P2, R18, R23)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from policysim.language.condition_reader import read_conditions
from policysim.language.element_forms import action_flaws, bare_principal_flaws, principal_flaws, resource_flaws
from policysim.language.policy import Effect, PatternElement, PrincipalElement, PrincipalEntry, Statement
from policysim.language.policy_types import PolicyType, Presence
from policysim.language.problem_kinds import (
    BOTH_ELEMENTS,
    EMPTY_ELEMENT,
    MISSING_ELEMENT,
    NO_RESOURCE,
    NOT_PRINCIPAL_WITH_ALLOW,
    PRINCIPAL_NOT_ALLOWED,
    RESOURCE_NOT_ALLOWED,
    SID_CHARACTERS,
    UNKNOWN_ELEMENT,
    WRONG_EFFECT,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.language.policy import ConditionEntry
    from policysim.language.reading import Reading
    from policysim.language.source import Location

STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
"""The elements of a statement (spec G3)."""

_EFFECTS = {effect.value: effect for effect in Effect}
_IAM_SID = re.compile(r"[A-Za-z0-9]*")
_IAM_TYPES = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.TRUST)


def read_statement(value: object, index: int, where: Location, reading: Reading) -> Statement | None:
    """The statement, or ``None`` when an element without which it says nothing is missing or unreadable."""
    if not isinstance(value, dict):
        reading.note_wrong_type("Statement", "objects", value, where)
        return None
    reading.check_repeated(value, where)
    check_names(value, STATEMENT_ELEMENTS, where, reading)
    sid = _sid(value, where, reading)
    effect = _effect(value, where, reading)
    principal = _principal(value, effect, where, reading)
    action = _actions(value, where, reading)
    resource = _resources(value, where, reading)
    conditions: tuple[ConditionEntry, ...] = ()
    if "Condition" in value:
        conditions = read_conditions(value["Condition"], where.below("Condition"), reading)
    if effect is None or action is None:
        return None
    if (principal is None and reading.grammar.principal is Presence.REQUIRED) or (
        resource is None and reading.grammar.resource is Presence.REQUIRED
    ):
        return None
    return Statement(index, sid, effect, principal, action, resource, conditions, where)


def check_names(value: Iterable[str], known: tuple[str, ...], where: Location, reading: Reading) -> None:
    """Note the members that are no elements of the policy language (spec G1, G3)."""
    for name in value:
        if name not in known:
            meant = next((element for element in known if name.lower().rstrip("s") == element.lower()), None)
            hint = f"did you mean `{meant}`?" if meant else ""
            reading.note(UNKNOWN_ELEMENT, f"`{name}` is no element of a policy here", where.below(name).key, hint)


def _sid(value: dict[str, object], where: Location, reading: Reading) -> str | None:
    if "Sid" not in value:
        return None
    sid = reading.text("Sid", value["Sid"], where.below("Sid"))
    if sid is not None and reading.type in _IAM_TYPES and not _IAM_SID.fullmatch(sid):
        message = f"`{sid}` holds other characters than letters and digits, and IAM refuses to save such a `Sid`"
        reading.note(SID_CHARACTERS, message, where.below("Sid"))
    return sid


def _effect(value: dict[str, object], where: Location, reading: Reading) -> Effect | None:
    if "Effect" not in value:
        reading.note(MISSING_ELEMENT, "the statement has no `Effect`", where, "add `Allow` or `Deny`")
        return None
    written = reading.text("Effect", value["Effect"], where.below("Effect"))
    if written is None:
        return None
    effect = _EFFECTS.get(written)
    if effect is None:
        meant = next((name for name in _EFFECTS if name.lower() == written.lower()), None)
        hint = f"write `{meant}`" if meant else ""
        message = f"`Effect` is `Allow` or `Deny`, in exactly this case, not `{written}`"
        reading.note(WRONG_EFFECT, message, where.below("Effect"), hint)
    return effect


def _one_of(name: str, value: dict[str, object], where: Location, reading: Reading) -> str | None:
    """Which of an element and its negation stands there; the element when, wrongly, both do (spec G3)."""
    names = [found for found in (name, f"Not{name}") if found in value]
    if len(names) == 2:
        message = f"`{name}` and `Not{name}` stand in one statement"
        reading.note(BOTH_ELEMENTS, message, where.below(f"Not{name}").key, "split the statement in two")
    return names[0] if names else None


def _actions(value: dict[str, object], where: Location, reading: Reading) -> PatternElement | None:
    name = _one_of("Action", value, where, reading)
    if name is None:
        reading.note(MISSING_ELEMENT, "the statement has neither `Action` nor `NotAction`", where)
        return None
    return _pattern_element(name, value[name], reading.texts(name, value[name], where.below(name), action_flaws))


def _resources(value: dict[str, object], where: Location, reading: Reading) -> PatternElement | None:
    name = _one_of("Resource", value, where, reading)
    grammar = reading.grammar
    if name is None:
        if grammar.resource is Presence.REQUIRED:
            reading.note(MISSING_ELEMENT, "the statement has neither `Resource` nor `NotResource`", where)
        elif grammar.resource is Presence.OPTIONAL:
            message = (
                "the statement names no resource, which only a few services accept; it is read as the resource itself"
            )
            reading.note(NO_RESOURCE, message, where)
        return None
    if grammar.resource is Presence.FORBIDDEN:
        message = f"{grammar.titled} has no `{name}`: its resource is what it is attached to"
        reading.note(RESOURCE_NOT_ALLOWED, message, where.below(name).key, f"remove `{name}`")
        return None
    flaws = partial(resource_flaws, arns=grammar.arns, substitutes=reading.substitutes_variables)
    return _pattern_element(name, value[name], reading.texts(name, value[name], where.below(name), flaws))


def _pattern_element(name: str, value: object, patterns: tuple[str, ...]) -> PatternElement:
    return PatternElement(name, name.startswith("Not"), patterns, isinstance(value, list))


def _principal(
    value: dict[str, object], effect: Effect | None, where: Location, reading: Reading
) -> PrincipalElement | None:
    name = _one_of("Principal", value, where, reading)
    grammar = reading.grammar
    if name is None:
        if grammar.principal is Presence.REQUIRED:
            reading.note(MISSING_ELEMENT, f"{grammar.titled} needs a `Principal`, and the statement has none", where)
        return None
    place = where.below(name)
    if grammar.principal is Presence.FORBIDDEN or (name == "NotPrincipal" and not grammar.not_principal):
        message = f"{grammar.titled} has no `{name}`"
        reading.note(PRINCIPAL_NOT_ALLOWED, message, place.key, f"remove `{name}`")
        return None
    if name == "NotPrincipal" and effect is Effect.ALLOW:
        message = "`NotPrincipal` with `Allow` lets everybody in who is not listed, and most services refuse it"
        reading.note(NOT_PRINCIPAL_WITH_ALLOW, message, place.key, "use `Principal`, or `Deny`")
    entries = _principal_entries(name, value[name], place, reading)
    return PrincipalElement(name, name.startswith("Not"), tuple(entries))


def _principal_entries(name: str, value: object, where: Location, reading: Reading) -> list[PrincipalEntry]:
    if isinstance(value, str):
        reading.note_flaws(bare_principal_flaws(value), where)
        return [PrincipalEntry("*", value, (name,))]
    if not isinstance(value, dict):
        reading.note_wrong_type(name, "`*` or an object", value, where)
        return []
    reading.check_repeated(value, where)
    if not value:
        reading.note(EMPTY_ELEMENT, f"`{name}` names nobody, so the statement has no effect", where)
    entries = []
    for kind, listed in value.items():
        flaws = partial(principal_flaws, kind, any_principal=reading.grammar.any_principal)
        texts = reading.texts(kind, listed, where.below(kind), flaws)
        if isinstance(listed, list):
            places = [index for index, item in enumerate(listed) if isinstance(item, str)]
            entries += [PrincipalEntry(kind, text, (name, kind, at)) for at, text in zip(places, texts, strict=True)]
        else:
            entries += [PrincipalEntry(kind, text, (name, kind)) for text in texts]
    return entries
