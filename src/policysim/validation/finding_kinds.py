"""The closed table of findings: what the reader says of every document, and what the checks add.

An ERROR is what AWS refuses to save. What AWS saves although it cannot work (an unknown action, a condition that never
matches) is a WARNING, even where IAM Access Analyzer calls it an error: AWS's own managed policies hold such parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language import problem_kinds as reader
from policysim.language.problems import Severity
from policysim.validation.findings import FindingKind, FindingSeverity

if TYPE_CHECKING:
    from policysim.language.problems import ProblemKind

_ERROR = FindingSeverity.ERROR
_SECURITY = FindingSeverity.SECURITY_WARNING
_WARNING = FindingSeverity.WARNING
_SUGGESTION = FindingSeverity.SUGGESTION

_GRAMMAR = "IAM User Guide, reference_policies_grammar"
_CHECKS = "IAM User Guide, access-analyzer-reference-policy-checks"
_QUOTAS = "IAM User Guide, reference_iam-quotas"
_OPERATORS = "IAM User Guide, reference_policies_elements_condition_operators"
_MULTIVALUED = "IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys"
_REFERENCE = "Service Authorization Reference"
_PRINCIPAL = "IAM User Guide, reference_policies_elements_principal"
_NOT_PRINCIPAL = "IAM User Guide, reference_policies_elements_notprincipal"
_VARIABLES = "IAM User Guide, reference_policies_variables"

REFUSED_BY_IAM: Final = frozenset(
    {
        reader.DUPLICATE_SID,
        reader.SID_CHARACTERS,
        reader.EMPTY_STATEMENTS,
        reader.EMPTY_ELEMENT,
        reader.PREFIX_SPACE,
        reader.PREFIX_WILDCARD,
        reader.LONE_SURROGATE,
    }
)
"""Problems that the reader calls warnings, since other services store such documents, and that IAM refuses to save."""

_SEVERITY: Final = {
    reader.PARTIAL_WILDCARD: _ERROR,
    reader.NOT_PRINCIPAL_WITH_ALLOW: _SECURITY,
    reader.EMPTY_CONDITION: _SUGGESTION,
}
"""What the reader calls a warning, so that stored documents stay readable, and matters more in one to be saved."""


def kind_of_problem(problem: ProblemKind) -> FindingKind:
    """The row of a problem of the reader."""
    return _OF_PROBLEM[problem]


def _row_of(problem: ProblemKind) -> FindingKind:
    severity = _SEVERITY.get(problem, _ERROR if problem.severity is Severity.ERROR else _WARNING)
    refused = _ERROR if problem in REFUSED_BY_IAM else None
    return FindingKind(problem.code, severity, problem.rules, problem.title, _GRAMMAR, refused)


_OF_PROBLEM: Final = {problem: _row_of(problem) for problem in reader.PROBLEM_KINDS}

CHARACTERS: Final = FindingKind(
    "characters", _ERROR, ("G10",), "a character stands in the document that IAM does not take", _QUOTAS
)
SIZE: Final = FindingKind(
    "size", _ERROR, ("G11", "G12", "G13", "G14", "G15"), "the document is larger than any quota allows", _QUOTAS
)
SIZE_OF_DEFAULT: Final = FindingKind(
    "size-of-default",
    _WARNING,
    ("G11", "G12", "G15"),
    "the document is larger than the default quota, or than one of its places allows",
    _QUOTAS,
)
MISSING_VERSION: Final = FindingKind(
    "missing-version",
    _WARNING,
    ("G2", "V1"),
    "the document has no `Version`, so it is read as one of 2008-10-17",
    _CHECKS,
)
EMPTY_SID: Final = FindingKind("empty-sid", _SUGGESTION, ("G7",), "a `Sid` is empty", _CHECKS)
LEGACY_SCP: Final = FindingKind(
    "legacy-scp",
    _SUGGESTION,
    ("G17", "G18"),
    "an Allow of an SCP says more than tools older than 2025-09 accept",
    "Organizations User Guide, orgs_manage_policies_scps_syntax",
)
RCP_FORM: Final = FindingKind(
    "rcp-form",
    _ERROR,
    ("G19",),
    "a resource control policy has an element that it may not have",
    "Organizations User Guide, orgs_manage_policies_rcps_syntax",
)
RCP_SERVICE: Final = FindingKind(
    "rcp-service",
    _WARNING,
    ("G19", "E26"),
    "a resource control policy names a service that it does not reach",
    "Organizations User Guide, orgs_manage_policies_rcps",
)
TRUST_ACTION: Final = FindingKind(
    "trust-action", _ERROR, ("G21",), "a role trust policy names an action that assumes no role", _CHECKS
)
TRUST_WILDCARD: Final = FindingKind(
    "trust-wildcard",
    _WARNING,
    ("G21",),
    "a wildcard of a role trust policy covers more than assuming the role",
    _CHECKS,
)
GROUP_PRINCIPAL: Final = FindingKind(
    "group-principal", _ERROR, ("P12",), "a group of IAM stands as a principal", _PRINCIPAL
)
PRINCIPAL_FORM: Final = FindingKind(
    "principal-form", _ERROR, ("P2", "P3"), "a principal is no account, ARN or unique id", _PRINCIPAL
)
SERVICE_FORM: Final = FindingKind(
    "service-form", _WARNING, ("P16",), "a service principal is not of the form `service.amazonaws.com`", _PRINCIPAL
)
PRINCIPAL_PLACE: Final = FindingKind(
    "principal-place", _WARNING, ("P13", "P15"), "a kind of principal stands where it has no meaning", _PRINCIPAL
)
ENDPOINT_LIMIT: Final = FindingKind(
    "endpoint-limit",
    _ERROR,
    ("G24",),
    "a VPC endpoint policy uses a wildcard or an operator that endpoints do not take",
    "AWS PrivateLink Guide, vpc-endpoints-access",
)
NOT_PRINCIPAL_DENY: Final = FindingKind(
    "not-principal-deny",
    _WARNING,
    ("P20", "P21"),
    "a Deny with `NotPrincipal` stops more callers than it seems to",
    _NOT_PRINCIPAL,
)

UNKNOWN_SERVICE: Final = FindingKind(
    "unknown-service", _WARNING, ("A9",), "the catalogue knows no service of this prefix", _REFERENCE
)
UNKNOWN_ACTION: Final = FindingKind(
    "unknown-action", _WARNING, ("A9",), "the catalogue knows no action of this name", _REFERENCE
)
UNMATCHED_ACTION: Final = FindingKind(
    "unmatched-action", _WARNING, ("A2", "A9"), "the pattern covers no action that the catalogue knows", _REFERENCE
)
REDUNDANT_ACTION: Final = FindingKind(
    "redundant-action", _SUGGESTION, ("A4",), "another pattern of the element covers the action already", _CHECKS
)
REDUNDANT_RESOURCE: Final = FindingKind(
    "redundant-resource", _SUGGESTION, ("R1",), "another pattern of the element covers the resource already", _CHECKS
)
REDUNDANT_STATEMENT: Final = FindingKind(
    "redundant-statement", _SUGGESTION, ("E5",), "another statement says the same", _CHECKS
)

NO_RESOURCE_LEVEL: Final = FindingKind(
    "no-resource-level",
    _WARNING,
    ("R2",),
    "an action without resource-level permissions stands beside resources that it never works on",
    _REFERENCE,
)
ACTION_WITHOUT_RESOURCE: Final = FindingKind(
    "action-without-resource",
    _WARNING,
    ("R16",),
    "no resource of the statement is of a type that the action works on",
    _REFERENCE,
)
RESOURCE_WITHOUT_ACTION: Final = FindingKind(
    "resource-without-action",
    _SUGGESTION,
    ("R16",),
    "no action of the statement works on the resource",
    _REFERENCE,
)
MISSING_RESOURCE_TYPE: Final = FindingKind(
    "missing-resource-type",
    _SUGGESTION,
    ("R13",),
    "the action needs a further type of resource that no Allow of the document covers",
    _REFERENCE,
)
UNKNOWN_PARTITION: Final = FindingKind(
    "unknown-partition",
    _WARNING,
    ("R4", "R20"),
    "an ARN names a partition that there is not",
    _CHECKS,
    _ERROR,
)
ARN_REGION: Final = FindingKind(
    "arn-region", _WARNING, ("R4", "R10"), "an ARN of a global resource names a Region", _CHECKS, _ERROR
)
ARN_ACCOUNT: Final = FindingKind("arn-account", _WARNING, ("R4",), "the account of an ARN has not 12 digits", _CHECKS)
ARN_SERVICE_WILDCARD: Final = FindingKind(
    "arn-service-wildcard", _SUGGESTION, ("R9",), "a wildcard stands for the service of an ARN", _CHECKS
)
NEVER_EXCLUDES: Final = FindingKind(
    "never-matches",
    _WARNING,
    ("R23", "A6"),
    "the negated element excludes everything, so the statement never matches",
    _GRAMMAR,
)

UNKNOWN_KEY: Final = FindingKind(
    "unknown-key", _WARNING, ("C5", "C66"), "the catalogue knows no such condition key", _REFERENCE
)
RETIRED_KEY: Final = FindingKind(
    "retired-key", _SUGGESTION, ("S28",), "AWS documents the condition key no longer", _CHECKS
)
KEY_FORM: Final = FindingKind(
    "key-form", _WARNING, ("C66",), "a condition key is not of the form `service:key`", _CHECKS
)
KEY_OF_OTHER_ACTIONS: Final = FindingKind(
    "key-of-other-actions",
    _WARNING,
    ("C66", "C5"),
    "no action of the statement has the condition key",
    _REFERENCE,
)
OPERATOR_TYPE: Final = FindingKind(
    "operator-type", _WARNING, ("C10",), "the operator compares another type than the key has", _CHECKS
)
VALUE_TYPE: Final = FindingKind(
    "value-type", _WARNING, ("C17", "C18", "C22", "C24", "C31"), "a value is not of the operator's type", _CHECKS
)
LITERAL_WILDCARD: Final = FindingKind(
    "literal-wildcard", _WARNING, ("C13", "C14"), "a wildcard stands where the operator takes it literally", _CHECKS
)
HOST_BITS: Final = FindingKind("host-bits", _SUGGESTION, ("C26",), "an IP range has bits behind its prefix", _CHECKS)
PRIVATE_ADDRESS: Final = FindingKind(
    "private-address",
    _WARNING,
    ("C28",),
    "a private address is compared with the public address of the caller",
    _CHECKS,
)
MISSING_SET_OPERATOR: Final = FindingKind(
    "missing-set-operator", _WARNING, ("C40",), "a key with several values is compared as if it had one", _MULTIVALUED
)
FOR_ALL_SINGLE: Final = FindingKind(
    "for-all-values-single",
    _SECURITY,
    ("C34", "C39"),
    "`ForAllValues` on a key with one value also allows requests without the key",
    _CHECKS,
)
FOR_ANY_SINGLE: Final = FindingKind(
    "set-operator-single", _SUGGESTION, ("C39",), "a set operator stands on a key that has one value", _MULTIVALUED
)
FOR_ALL_UNPAIRED: Final = FindingKind(
    "for-all-values-unpaired",
    _SUGGESTION,
    ("C34",),
    "`ForAllValues` in an Allow also allows requests without the key",
    _MULTIVALUED,
)
SENSITIVE_WILDCARD: Final = FindingKind(
    "sensitive-wildcard",
    _SECURITY,
    ("C71",),
    "a wildcard stands in the value of a key that says whose the caller or the network is",
    _CHECKS,
)

VARIABLE_IN_OLD_VERSION: Final = FindingKind(
    "variable-in-old-version", _WARNING, ("V1",), "policy variables are plain text in this version", _VARIABLES
)
VARIABLE_PLACE: Final = FindingKind(
    "variable-place", _WARNING, ("V2", "V14"), "a policy variable stands where it is plain text", _VARIABLES
)
VARIABLE_MULTIVALUED: Final = FindingKind(
    "variable-multivalued",
    _WARNING,
    ("V3", "V4", "V5"),
    "a policy variable names a key with several values",
    _VARIABLES,
)
VARIABLE_UNKNOWN: Final = FindingKind(
    "variable-unknown",
    _WARNING,
    ("V4", "V5"),
    "a policy variable names a key that the catalogue does not know",
    _VARIABLES,
)

FULL_ACCESS: Final = FindingKind(
    "full-access", _SECURITY, ("A2", "R1"), "every action is allowed on every resource", _CHECKS
)
ALLOW_NOT_ACTION: Final = FindingKind(
    "allow-not-action",
    _SECURITY,
    ("A5",),
    "an Allow with `NotAction` allows every action of every service that is not listed",
    "IAM User Guide, reference_policies_elements_notaction",
)
ALLOW_NOT_RESOURCE: Final = FindingKind(
    "allow-not-resource",
    _SECURITY,
    ("R12",),
    "an Allow with `NotResource` allows every resource that is not listed",
    "IAM User Guide, reference_policies_elements_notresource",
)
PASS_ANY_ROLE: Final = FindingKind(
    "pass-any-role", _SECURITY, ("S9",), "every role may be passed to every service", _CHECKS
)
ESCALATION: Final = FindingKind(
    "privilege-escalation",
    _SECURITY,
    ("S9",),
    "an action that can give its caller more permissions is allowed on every resource",
    "IAM User Guide, best-practices",
)
ASSUME_ANY_ROLE: Final = FindingKind(
    "assume-any-role",
    _SECURITY,
    ("S2",),
    "every role that trusts the account may be assumed",
    "IAM User Guide, best-practices",
)
PUBLIC: Final = FindingKind(
    "public-principal",
    _SECURITY,
    ("E36", "P25", "S16"),
    "everybody is allowed, and no condition limits whom",
    "IAM User Guide, reference_policies_elements_principal",
)
CONFUSED_DEPUTY: Final = FindingKind(
    "confused-deputy",
    _SECURITY,
    ("S30",),
    "an AWS service is allowed to act, on whose behalf ever",
    "IAM User Guide, confused-deputy",
)
MISSING_CLAIM: Final = FindingKind(
    "missing-claim",
    _ERROR,
    ("S39",),
    "a role trusts a shared identity provider without the claim that tells its customers apart",
    "IAM User Guide, id_roles_providers_oidc_secure-by-default",
)
OPEN_CLAIM: Final = FindingKind(
    "open-claim",
    _SECURITY,
    ("S39",),
    "the claim that tells the customers of a shared identity provider apart may have any value",
    "IAM User Guide, id_roles_providers_oidc_secure-by-default",
)

OWN_KINDS: Final[tuple[FindingKind, ...]] = (
    CHARACTERS,
    SIZE,
    SIZE_OF_DEFAULT,
    MISSING_VERSION,
    EMPTY_SID,
    LEGACY_SCP,
    RCP_FORM,
    RCP_SERVICE,
    TRUST_ACTION,
    TRUST_WILDCARD,
    GROUP_PRINCIPAL,
    PRINCIPAL_FORM,
    SERVICE_FORM,
    PRINCIPAL_PLACE,
    ENDPOINT_LIMIT,
    NOT_PRINCIPAL_DENY,
    UNKNOWN_SERVICE,
    UNKNOWN_ACTION,
    UNMATCHED_ACTION,
    REDUNDANT_ACTION,
    REDUNDANT_RESOURCE,
    REDUNDANT_STATEMENT,
    NO_RESOURCE_LEVEL,
    ACTION_WITHOUT_RESOURCE,
    RESOURCE_WITHOUT_ACTION,
    MISSING_RESOURCE_TYPE,
    UNKNOWN_PARTITION,
    ARN_REGION,
    ARN_ACCOUNT,
    ARN_SERVICE_WILDCARD,
    NEVER_EXCLUDES,
    UNKNOWN_KEY,
    RETIRED_KEY,
    KEY_FORM,
    KEY_OF_OTHER_ACTIONS,
    OPERATOR_TYPE,
    VALUE_TYPE,
    LITERAL_WILDCARD,
    HOST_BITS,
    PRIVATE_ADDRESS,
    MISSING_SET_OPERATOR,
    FOR_ALL_SINGLE,
    FOR_ANY_SINGLE,
    FOR_ALL_UNPAIRED,
    SENSITIVE_WILDCARD,
    VARIABLE_IN_OLD_VERSION,
    VARIABLE_PLACE,
    VARIABLE_MULTIVALUED,
    VARIABLE_UNKNOWN,
    FULL_ACCESS,
    ALLOW_NOT_ACTION,
    ALLOW_NOT_RESOURCE,
    PASS_ANY_ROLE,
    ESCALATION,
    ASSUME_ANY_ROLE,
    PUBLIC,
    CONFUSED_DEPUTY,
    MISSING_CLAIM,
    OPEN_CLAIM,
)
"""The kinds that the checks of this room add to those of the reader."""

FINDING_KINDS: Final[tuple[FindingKind, ...]] = tuple(
    sorted((*_OF_PROBLEM.values(), *OWN_KINDS), key=lambda kind: kind.severity.rank)
)
"""Every kind, the worst first: what the docs list and the tests count."""
