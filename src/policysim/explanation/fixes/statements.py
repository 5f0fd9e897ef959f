"""The statement that would let exactly one request in, as it reads in each type of document.

Source: IAM User Guide, reference_policies_grammar and reference_policies_variables; spec G9, P1, R17, R18, V7, S9,
S30, E35.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.catalog.actions import canonical_action
from policysim.evaluation.context import context_lookup
from policysim.evaluation.layers import LayerName
from policysim.explanation.provider_claims import claims_of_a_token
from policysim.language.arns import parse_arn
from policysim.language.policy import VARIABLES_VERSION
from policysim.language.policy_types import Presence
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.evaluation.facts import Facts
    from policysim.explanation.fixes.candidates import Case
    from policysim.language.json_text import JsonValue
    from policysim.language.policy_types import PolicyType
    from policysim.language.request import Request

Json = dict[str, "JsonValue"]
"""A JSON object."""

_SPECIAL: Final = re.compile(r"[*?]|\$\{")
"""What a pattern reads as a wildcard or a variable; an object key may hold it as it is (spec V7)."""

_NARROWING_KEYS: Final[dict[tuple[LayerName, str], tuple[str, ...]]] = {
    (LayerName.IDENTITY, "iam:passrole"): ("iam:PassedToService",),
    (LayerName.BOUNDARY, "iam:passrole"): ("iam:PassedToService",),
    (LayerName.RESOURCE, "sts:assumerole"): ("sts:ExternalId",),
}
"""Keys that a new statement pins to the request's own value where that is known (spec S9, C65)."""

_NARROWING_KEYS_OF_SERVICES: Final = ("aws:SourceAccount", "aws:SourceArn")
"""The same for a service that calls: without them any customer of the service gets in (spec S30)."""


def granting_statement(case: Case, layer: LayerName, type_: PolicyType, version: str | None) -> Json | None:
    """A statement that allows the request and nothing else; ``None`` where caller or resource cannot be named so."""
    request = case.request
    statement: Json = {"Effect": "Allow"}
    conditions = _narrowing(request, layer)
    if layer is LayerName.VPCE:
        arn = principal_arn(request)
        if arn is None and request.principal.kind not in _FEDERATED:
            return None
        statement["Principal"] = "*"
        conditions += [("ArnEquals", "aws:PrincipalArn", arn)] if arn is not None else []
    elif type_.grammar.principal is not Presence.FORBIDDEN:
        principal = principal_entry(request) or _narrowed_provider(request, conditions)
        if principal is None:
            return None
        statement["Principal"] = {principal[0]: principal[1]}
    statement["Action"] = written_action(request)
    if type_.grammar.resource is not Presence.FORBIDDEN and not _takes_no_resource_element(request, layer):
        pattern = resource_pattern(request, case.facts, layer, version)
        if pattern is None:
            return None
        statement["Resource"] = pattern
    if conditions:
        statement["Condition"] = _condition_block(conditions)
    return statement


def _takes_no_resource_element(request: Request, layer: LayerName) -> bool:
    """Amazon ECR refuses a repository policy with a `Resource` (Amazon ECR User Guide, repository-policy-examples)."""
    own = parse_arn(request.resource.arn)
    return layer is LayerName.RESOURCE and own is not None and own.service == "ecr"


_FEDERATED: Final = frozenset({PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML})
"""Callers that have no ARN yet: at an endpoint the role that they ask for narrows enough, and its trust policy more."""


def _narrowed_provider(request: Request, conditions: list[tuple[str, str, str]]) -> tuple[str, str] | None:
    """The provider of a web identity, whose subject and audience become conditions; ``None`` unless both are known."""
    provider = request.principal.provider
    if request.principal.kind is not PrincipalKind.WEB_IDENTITY or not provider:
        return None
    found = [(key, literal_value(request, key)) for key in claims_of_a_token(provider)]
    if any(value is None for _, value in found):
        return None
    conditions += [("StringEquals", key, value) for key, value in found if value is not None]
    return "Federated", provider


def written_action(request: Request) -> str:
    """The action as AWS spells it: messages of some services print it in lower case."""
    return canonical_action(request.action) or request.action


def principal_entry(request: Request) -> tuple[str, str] | None:
    """How a ``Principal`` element names the caller: kind and value (spec P7, P10, P11, P16).

    ``None`` for an anonymous caller, for a role whose path is not known, and for web identity and SAML callers, whom
    a statement must narrow by their claims: see ``_narrowed_provider``.
    """
    caller = request.principal
    match caller.kind:
        case PrincipalKind.ROLE_SESSION:
            return ("AWS", caller.entity_arn) if caller.entity_arn else None
        case PrincipalKind.USER | PrincipalKind.ROOT | PrincipalKind.FEDERATED_USER:
            return ("AWS", caller.arn) if caller.arn else None
        case PrincipalKind.SERVICE:
            return ("Service", caller.service) if caller.service else None
        case _:
            return None


def principal_arn(request: Request) -> str | None:
    """The value of ``aws:PrincipalArn`` in the request, where it is known (spec C44)."""
    return known_value(request, "aws:PrincipalArn")


def known_value(request: Request, key: str) -> str | None:
    """The value of a condition key, where the request is known to have exactly one."""
    values = context_lookup(request)(key)
    return values[0] if isinstance(values, tuple) and len(values) == 1 else None


def literal_value(request: Request, key: str) -> str | None:
    """The known value of a key as a policy can list it: one that no reader takes for a pattern or a variable."""
    value = known_value(request, key)
    return None if value is None or any(char in value for char in "*?$") else value


def literal_values(request: Request, key: str) -> tuple[str, ...]:
    """The known values of a key as a policy can list them; none where one of them reads as a pattern or a variable."""
    values = context_lookup(request)(key)
    if not isinstance(values, tuple) or any(char in value for value in values for char in "*?$"):
        return ()
    return values


def resource_pattern(request: Request, facts: Facts, layer: LayerName, version: str | None) -> str | None:
    """The request's resource as a ``Resource`` element writes it, never wider than the request.

    In a key policy ``*`` means the key itself (spec R17). ``None`` for an object whose key holds a wildcard, where the
    document has no variables to write it by (spec V1, V7).
    """
    arn = request.resource.arn
    own = parse_arn(arn)
    if facts.takes_no_resource(request.action) or (layer is LayerName.RESOURCE and own and own.service == "kms"):
        return "*"
    if own is None or own.service != "s3":
        return arn
    if version != VARIABLES_VERSION:
        return arn if not any(char in arn for char in "*?") else None
    return _SPECIAL.sub(lambda match: f"${{{match[0][0]}}}{match[0][1:]}", arn)


def _narrowing(request: Request, layer: LayerName) -> list[tuple[str, str, str]]:
    keys = _NARROWING_KEYS.get((layer, request.action.lower()), ())
    if request.principal.kind is PrincipalKind.SERVICE:
        keys = (*keys, *_NARROWING_KEYS_OF_SERVICES)
    found = ((key, known_value(request, key)) for key in keys)
    return [("ArnEquals" if key == "aws:SourceArn" else "StringEquals", key, value) for key, value in found if value]


def _condition_block(conditions: list[tuple[str, str, str]]) -> Json:
    operators = dict.fromkeys(operator for operator, _, _ in conditions)
    return {operator: {key: value for other, key, value in conditions if other == operator} for operator in operators}
