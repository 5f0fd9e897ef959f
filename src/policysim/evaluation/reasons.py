"""Why an element of a statement did not match: a closed table that evaluation, reports and docs read alike.

A matcher returns one of these, or nothing when the element matches. An explanation is a look-up here, not a second
evaluation in prose.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Element(Enum):
    """The element of a statement that a reason speaks of."""

    PRINCIPAL = "principal"
    ACTION = "action"
    RESOURCE = "resource"
    CONDITION = "condition"


class ReasonText(NamedTuple):
    """The element, the sentence (``{wanted}``, ``{found}`` and ``{key}`` are filled in), and the rules behind it."""

    element: Element
    sentence: str
    rules: tuple[str, ...]


class Reason(Enum):
    """Every way in which an element can fail, or cannot be told."""

    PRINCIPAL_OTHER = ReasonText(Element.PRINCIPAL, "names {wanted}, the caller is {found}", ("P2", "P7", "P8", "P10"))
    PRINCIPAL_PARTIAL_WILDCARD = ReasonText(
        Element.PRINCIPAL, "{wanted} holds a partial wildcard, which never matches a principal", ("P4",)
    )
    PRINCIPAL_LISTED = ReasonText(Element.PRINCIPAL, "NotPrincipal lists the caller {found}", ("P19", "P20"))
    PRINCIPAL_UNKNOWN = ReasonText(
        Element.PRINCIPAL, "names {wanted}; whether the caller {found} is that one is not known", ("P15", "P17", "P20")
    )
    ACTION_OTHER = ReasonText(Element.ACTION, "lists {wanted}, the request is {found}", ("A1", "A2", "A4"))
    ACTION_LISTED = ReasonText(Element.ACTION, "NotAction lists {wanted}, which covers {found}", ("A5", "A6"))
    ACTION_EMPTY = ReasonText(Element.ACTION, "is empty, so the statement has no effect", ("C11",))
    RESOURCE_OTHER = ReasonText(Element.RESOURCE, "lists {wanted}, the request is for {found}", ("R5", "R6", "R11"))
    RESOURCE_LISTED = ReasonText(Element.RESOURCE, "NotResource lists {wanted}, which covers {found}", ("R12",))
    RESOURCE_EMPTY = ReasonText(Element.RESOURCE, "is empty, so the statement has no effect", ("C11", "R23"))
    RESOURCE_NEEDS_STAR = ReasonText(
        Element.RESOURCE, "lists {wanted}, but the action works on no single resource and needs `*`", ("R2",)
    )
    RESOURCE_UNKNOWN = ReasonText(
        Element.RESOURCE, "lists {wanted}; whether it covers {found} depends on {key}", ("V2", "V4")
    )
    VALUE_OTHER = ReasonText(Element.CONDITION, "wants {key} to be {wanted}, it is {found}", ("C1", "C13", "C15"))
    VALUE_EXCLUDED = ReasonText(Element.CONDITION, "wants {key} to differ from {wanted}, it is {found}", ("C1",))
    KEY_ABSENT = ReasonText(Element.CONDITION, "wants {key} to be {wanted}, the request does not have it", ("C5",))
    KEY_PRESENT = ReasonText(Element.CONDITION, "wants {key} to be absent, it is {found}", ("C7",))
    KEY_REQUIRED = ReasonText(Element.CONDITION, "wants {key} to be present, the request does not have it", ("C7",))
    KEY_UNKNOWN = ReasonText(Element.CONDITION, "wants {key} to be {wanted}, its value is not known", ("C42",))
    KEY_UNKNOWN_DIFFERS = ReasonText(
        Element.CONDITION, "wants {key} to differ from {wanted}, its value is not known", ("C42",)
    )
    SET_EMPTY = ReasonText(Element.CONDITION, "wants some value of {key} to be {wanted}, there is none", ("C35",))
    SET_VALUE_OTHER = ReasonText(
        Element.CONDITION, "wants every value of {key} to be {wanted}, they are {found}", ("C34",)
    )
    SET_VALUE_EXCLUDED = ReasonText(
        Element.CONDITION, "wants every value of {key} to differ from {wanted}, they are {found}", ("C36",)
    )
    SET_NONE_FITS = ReasonText(
        Element.CONDITION, "wants some value of {key} to be {wanted}, they are {found}", ("C35",)
    )
    SET_NONE_DIFFERS = ReasonText(
        Element.CONDITION, "wants some value of {key} to differ from {wanted}, they are {found}", ("C36",)
    )
    SET_EMPTY_DIFFERS = ReasonText(
        Element.CONDITION, "wants some value of {key} to differ from {wanted}, there is none", ("C36",)
    )
    SEVERAL_VALUES = ReasonText(
        Element.CONDITION, "compares {key} as one value, the request has several: {found}", ("C40",)
    )
    WRONG_TYPE = ReasonText(
        Element.CONDITION, "cannot compare {key} ({found}) with {wanted}: the types differ", ("C10", "C17", "C31")
    )
    VARIABLE_UNRESOLVED = ReasonText(
        Element.CONDITION, "wants {key} to be {wanted}, whose variable has no value in this request", ("V5", "V16")
    )
    VARIABLE_UNKNOWN = ReasonText(
        Element.CONDITION, "wants {key} to be {wanted}, whose variable is not known; it is {found}", ("V3", "V5")
    )
    VARIABLE_UNKNOWN_DIFFERS = ReasonText(
        Element.CONDITION,
        "wants {key} to differ from {wanted}, whose variable is not known; it is {found}",
        ("V3", "V5"),
    )
    NEVER_MATCHES = ReasonText(
        Element.CONDITION, "compares {key} with {wanted}, which no value can meet", ("C10", "C11")
    )
    OPERATOR_WRONG = ReasonText(
        Element.CONDITION,
        "compares {key} ({found}) with {wanted} by an operator for another type of key, which never matches",
        ("C10",),
    )
    NULL_IN_SET = ReasonText(
        Element.CONDITION, "asks whether {key} is {wanted} under `ForAnyValue`, which never matches", ("C7",)
    )
    NULL_MISTYPED = ReasonText(
        Element.CONDITION, "asks whether {key} is there, but in other words than `true` or `false`", ("C7",)
    )
    OPERATOR_UNKNOWN = ReasonText(Element.CONDITION, "uses an operator that AWS does not know", ("C9",))
    VALUES_EMPTY = ReasonText(Element.CONDITION, "gives no value for {key} to compare with", ("C11",))

    @property
    def code(self) -> str:
        """The stable code for machines, such as ``action-other``."""
        return self.name.lower().replace("_", "-")

    @property
    def element(self) -> Element:
        """The element that the reason speaks of."""
        return self.value.element
