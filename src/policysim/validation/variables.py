"""Checks of policy variables: where they are plain text, and keys that have not one value (spec V1 to V5, V14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.language.operators import operator_named
from policysim.language.policy import VARIABLES_VERSION
from policysim.language.variables import Variable, parse_template
from policysim.validation.finding_kinds import (
    VARIABLE_IN_OLD_VERSION,
    VARIABLE_MULTIVALUED,
    VARIABLE_PLACE,
    VARIABLE_UNKNOWN,
)
from policysim.validation.subject import PatternAt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject


def variables(subject: Subject) -> Iterator[Finding]:
    """Variables that are plain text, and variables that never have a value."""
    for text, where in _places(subject):
        for key in parse_template(text).keys:
            if not subject.policy.substitutes_variables:
                message = f"`${{{key}}}` is plain text in a document whose `Version` is not {VARIABLES_VERSION}"
                hint = f'write "Version": "{VARIABLES_VERSION}"'
                yield subject.finding(VARIABLE_IN_OLD_VERSION, message, where, hint)
            else:
                yield from _unusable(subject, key, PatternAt(text, where))
    yield from _misplaced(subject)


def _places(subject: Subject) -> Iterator[PatternAt]:
    """The texts in which variables may stand (spec V2)."""
    yield from (resource for resource in subject.resources if "${" in resource.text)
    for entry in subject.statement.conditions:
        operator = operator_named(entry.operator)
        if operator is not None and operator.base.substitutes:
            for index, value in enumerate(entry.values):
                if "${" in value:
                    yield PatternAt(value, subject.at(*entry.path(index)))


def _unusable(subject: Subject, key: str, place: PatternAt) -> Iterator[Finding]:
    described = subject.catalogue.condition_key(key)
    if described is None:
        message = f"`${{{key}}}` names a condition key that the catalogue does not know"
        yield subject.finding(VARIABLE_UNKNOWN, message, place.where)
    elif described.multivalued:
        message = f"`{key}` may have several values, so `${{{key}}}` is never replaced"
        yield subject.finding(VARIABLE_MULTIVALUED, message, place.where)


def _misplaced(subject: Subject) -> Iterator[Finding]:
    """Variables in the first five parts of an ARN, in actions, in principals and in values that take none (V2, V14)."""
    if not subject.policy.substitutes_variables:
        return
    for resource in subject.resources:
        colons = 0
        for part in parse_template(resource.text).parts:
            if not isinstance(part, Variable):
                colons += part.text.count(":")
            elif colons < 5:
                message = f"`{part.text}` stands before the fifth colon of the ARN, where variables are plain text"
                yield subject.finding(VARIABLE_PLACE, message, resource.where)
    for text, where in _plain_places(subject):
        if parse_template(text).keys:
            message = f"`{text}` stands where policy variables are plain text"
            yield subject.finding(VARIABLE_PLACE, message, where)


def _plain_places(subject: Subject) -> Iterator[PatternAt]:
    yield from (action for action in subject.actions if "${" in action.text)
    if subject.statement.principal is not None:
        for principal in subject.statement.principal.entries:
            yield PatternAt(principal.value, subject.at(*principal.path))
    for entry in subject.statement.conditions:
        operator = operator_named(entry.operator)
        if operator is not None and not operator.base.substitutes:
            for index, value in enumerate(entry.values):
                yield PatternAt(value, subject.at(*entry.path(index)))
