"""The closed table of what can be wrong with a policy text.

A row is an ERROR when AWS refuses to save such a document: it cannot be in force, and it takes part in no decision.
A row is a WARNING where documents in force may hold the thing (services other than IAM check less, and documents
older than a check stay), where the refusal is not documented, or where the thing has no say in a decision.

Source: IAM User Guide, reference_policies_grammar and access-analyzer-reference-policy-checks; spec rules by row.
"""

from __future__ import annotations

from typing import Final

from policysim.language.problems import ProblemKind, Severity

_ERROR = Severity.ERROR
_WARNING = Severity.WARNING

BROKEN_JSON: Final = ProblemKind("broken-json", _ERROR, ("G1",), "the text is not JSON")
NESTED_TOO_DEEP: Final = ProblemKind("nested-too-deep", _ERROR, ("G1",), "the text is nested deeper than any policy")
DUPLICATE_KEY: Final = ProblemKind("duplicate-key", _ERROR, ("G5", "G23"), "a member stands twice in one object")
WRONG_TYPE: Final = ProblemKind("wrong-type", _ERROR, ("G1", "G3", "C12", "P2"), "a value is of the wrong kind")
UNKNOWN_ELEMENT: Final = ProblemKind("unknown-element", _ERROR, ("G1", "G3"), "the policy language has no such element")
MISSING_ELEMENT: Final = ProblemKind("missing-element", _ERROR, ("G1", "G3", "G9"), "a required element is missing")
BOTH_ELEMENTS: Final = ProblemKind("both-elements", _ERROR, ("G3", "A4"), "an element stands beside its negation")
WRONG_VERSION: Final = ProblemKind("wrong-version", _ERROR, ("G2",), "`Version` is no version of the policy language")
WRONG_EFFECT: Final = ProblemKind("wrong-effect", _ERROR, ("G4",), "`Effect` is neither `Allow` nor `Deny`")
PRINCIPAL_NOT_ALLOWED: Final = ProblemKind(
    "principal-not-allowed", _ERROR, ("P1", "G9", "P22"), "the policy type has no such principal element"
)
RESOURCE_NOT_ALLOWED: Final = ProblemKind(
    "resource-not-allowed", _ERROR, ("R18",), "the policy type has no resource element"
)
WRONG_PRINCIPAL: Final = ProblemKind("wrong-principal", _ERROR, ("P1", "P2"), "the principal has no documented form")
SERVICE_WILDCARD: Final = ProblemKind("service-wildcard", _ERROR, ("P6",), "`*` stands for all services")
MALFORMED_ACTION: Final = ProblemKind("malformed-action", _ERROR, ("G22", "A1"), "an action is not `service:Name`")
NOT_AN_ARN: Final = ProblemKind("not-an-arn", _ERROR, ("G22",), "a resource is neither `*` nor an ARN")
UNKNOWN_OPERATOR: Final = ProblemKind(
    "unknown-operator", _ERROR, ("C7", "C9", "C41"), "AWS documents no such condition operator"
)
CASE_VARIED_KEYS: Final = ProblemKind(
    "case-varied-keys", _ERROR, ("G5", "C2"), "condition keys of one operator differ only in case"
)
MIXED_TYPES: Final = ProblemKind("mixed-types", _ERROR, ("C12",), "values of several JSON types stand in one list")
MALFORMED_VARIABLE: Final = ProblemKind("malformed-variable", _ERROR, ("V15",), "a policy variable is malformed")

ID_NOT_ALLOWED: Final = ProblemKind("id-not-allowed", _WARNING, ("G8",), "the policy type has no `Id`")
DUPLICATE_SID: Final = ProblemKind("duplicate-sid", _WARNING, ("G7",), "two statements have one `Sid`")
SID_CHARACTERS: Final = ProblemKind("sid-characters", _WARNING, ("G7",), "a `Sid` holds more than letters and digits")
EMPTY_STATEMENTS: Final = ProblemKind("empty-statements", _WARNING, ("G26",), "the policy has no statements")
EMPTY_ELEMENT: Final = ProblemKind("empty-element", _WARNING, ("C11", "R23"), "an element lists nothing")
EMPTY_LIST: Final = ProblemKind("empty-list", _WARNING, ("C11",), "an operator or a condition key lists nothing")
EMPTY_CONDITION: Final = ProblemKind("empty-condition", _WARNING, ("C11",), "a `Condition` holds no condition")
NO_RESOURCE: Final = ProblemKind("no-resource", _WARNING, ("G3", "R17"), "a resource-based policy names no resource")
PREFIX_WILDCARD: Final = ProblemKind("prefix-wildcard", _WARNING, ("A3",), "a wildcard stands in a service prefix")
PREFIX_SPACE: Final = ProblemKind("prefix-space", _WARNING, ("A10",), "white space stands in a service prefix")
WHITE_SPACE: Final = ProblemKind("white-space", _WARNING, ("A10",), "white space stands in an action")
SHORT_ARN: Final = ProblemKind("short-arn", _WARNING, ("G22", "R8"), "an ARN has fewer than six fields")
RESOURCE_FORM: Final = ProblemKind("resource-form", _WARNING, ("G22", "R17"), "a resource is neither `*` nor an ARN")
PARTIAL_WILDCARD: Final = ProblemKind("partial-wildcard", _WARNING, ("P4",), "a wildcard is only a part of a principal")
NOT_PRINCIPAL_WITH_ALLOW: Final = ProblemKind(
    "not-principal-with-allow", _WARNING, ("P22",), "`NotPrincipal` stands with `Allow`"
)
OPERATOR_SPELLING: Final = ProblemKind("operator-spelling", _WARNING, ("C4",), "an operator is spelled unusually")
SET_PREFIX_ON_NULL: Final = ProblemKind(
    "set-prefix-on-null", _WARNING, ("C7",), "`Null` behind a set prefix looks at nothing"
)
UNQUOTED_NUMBER: Final = ProblemKind("unquoted-number", _WARNING, ("C12",), "a number stands where text is compared")
LONE_SURROGATE: Final = ProblemKind("lone-surrogate", _WARNING, ("G10",), "half of a character stands alone")

PROBLEM_KINDS: Final[tuple[ProblemKind, ...]] = (
    BROKEN_JSON,
    NESTED_TOO_DEEP,
    DUPLICATE_KEY,
    WRONG_TYPE,
    UNKNOWN_ELEMENT,
    MISSING_ELEMENT,
    BOTH_ELEMENTS,
    WRONG_VERSION,
    WRONG_EFFECT,
    PRINCIPAL_NOT_ALLOWED,
    RESOURCE_NOT_ALLOWED,
    WRONG_PRINCIPAL,
    SERVICE_WILDCARD,
    MALFORMED_ACTION,
    NOT_AN_ARN,
    UNKNOWN_OPERATOR,
    CASE_VARIED_KEYS,
    MIXED_TYPES,
    MALFORMED_VARIABLE,
    ID_NOT_ALLOWED,
    DUPLICATE_SID,
    SID_CHARACTERS,
    EMPTY_STATEMENTS,
    EMPTY_ELEMENT,
    EMPTY_LIST,
    EMPTY_CONDITION,
    NO_RESOURCE,
    PREFIX_WILDCARD,
    PREFIX_SPACE,
    WHITE_SPACE,
    SHORT_ARN,
    RESOURCE_FORM,
    PARTIAL_WILDCARD,
    NOT_PRINCIPAL_WITH_ALLOW,
    OPERATOR_SPELLING,
    SET_PREFIX_ON_NULL,
    UNQUOTED_NUMBER,
    LONE_SURROGATE,
)
"""Every kind, errors first: what the docs list and the tests count."""
