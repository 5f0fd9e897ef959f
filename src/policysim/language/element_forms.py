"""What the strings in an element must look like: actions, resources, principals, policy variables.

Source: IAM User Guide, reference_policies_elements_* and reference_policies_variables; spec A1, A3, A10, G22, P4, P6,
R8, V15.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.problem_kinds import (
    MALFORMED_ACTION,
    NOT_AN_ARN,
    PARTIAL_WILDCARD,
    PREFIX_WILDCARD,
    RESOURCE_FORM,
    SERVICE_WILDCARD,
    SHORT_ARN,
    WHITE_SPACE,
    WRONG_PRINCIPAL,
)

if TYPE_CHECKING:
    from policysim.language.policy_types import Grammar
    from policysim.language.problems import ProblemKind

PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
"""The members of a principal map (spec P2)."""

_VARIABLE = re.compile(r"\$\{(?:[*?$]|[^\s{}$,']+(?:,\s*'[^']*')?)\}")
_ALL_ACTIONS = ("*", "*:*")


class Flaw(NamedTuple):
    """What is wrong with one string, without its place."""

    kind: ProblemKind
    message: str
    hint: str = ""


def action_flaw(action: str) -> Flaw | None:
    """What is wrong with an action pattern: it must be ``*`` or ``service:Name`` (spec A1, A3, A10, G22)."""
    if action in _ALL_ACTIONS:
        return None
    prefix, colon, name = action.partition(":")
    if not colon or not prefix or not name:
        hint = "write the service in front, such as `s3:GetObject`"
        return Flaw(MALFORMED_ACTION, f"`{action}` is neither `*` nor of the form `service:Name`", hint)
    if ":" in name:
        return Flaw(MALFORMED_ACTION, f"`{action}` holds more than one colon", "an action is `service:Name`")
    if any(char.isspace() for char in action):
        return Flaw(WHITE_SPACE, f"`{action}` holds white space, so it matches no action", "remove the white space")
    if "*" in prefix or "?" in prefix:
        message = f"`{action}` has a wildcard in its service prefix, where wildcards do not work"
        return Flaw(PREFIX_WILDCARD, message, "list one pattern for each service")
    return None


def resource_flaw(resource: str, grammar: Grammar) -> Flaw | None:
    """What is wrong with a resource pattern: it must be ``*`` or an ARN with six fields (spec G22, R8).

    Other services than IAM store some resources in forms of their own, so only a document that IAM or Organizations
    checks is refused for a resource that is no ARN.
    """
    if resource == "*":
        return None
    if not resource.startswith("arn:"):
        kind = NOT_AN_ARN if grammar.arns else RESOURCE_FORM
        return Flaw(kind, f"`{resource}` is neither `*` nor an ARN", "an ARN starts with `arn:`")
    if resource.count(":") < 5:
        message = f"`{resource}` has fewer than the six fields of an ARN"
        return Flaw(SHORT_ARN, message, "an ARN is `arn:partition:service:region:account:resource`")
    return None


def principal_flaw(kind: str, value: str, grammar: Grammar) -> Flaw | None:
    """What is wrong with one entry of a principal map (spec P1, P2, P4, P6)."""
    if kind not in PRINCIPAL_KINDS:
        hint = f"a principal is one of {', '.join(f'`{known}`' for known in PRINCIPAL_KINDS)}, or `*`"
        return Flaw(WRONG_PRINCIPAL, f"`{kind}` is no kind of principal", hint)
    if kind == "Service" and value == "*":
        return Flaw(SERVICE_WILDCARD, "`*` does not stand for all services", "name each service principal")
    if grammar.any_principal and value != "*":
        return Flaw(WRONG_PRINCIPAL, f"a {grammar.title} takes no principal but `*`", "narrow it with a condition")
    if value != "*" and ("*" in value or "?" in value):
        message = f"`{value}` matches nobody: a wildcard in a principal must be the whole of it"
        return Flaw(PARTIAL_WILDCARD, message, "use `*` and a condition on the principal's ARN")
    return None


def bare_principal_flaw(value: str) -> Flaw | None:
    """What is wrong with a principal that is a string: only ``*`` may stand there (spec P2)."""
    if value == "*":
        return None
    hint = f'write {{"AWS": "{value}"}}' if "amazonaws.com" not in value else f'write {{"Service": "{value}"}}'
    return Flaw(WRONG_PRINCIPAL, f"`{value}` stands without its kind, and only `*` may", hint)


def variable_flaw(text: str) -> str | None:
    """What is wrong with the first malformed policy variable of a text, or ``None`` (spec V15)."""
    at = text.find("${")
    while at >= 0:
        well_formed = _VARIABLE.match(text, at)
        if well_formed is None:
            return _malformed(text[at:])
        at = text.find("${", well_formed.end())
    return None


def _malformed(text: str) -> str:
    inside, brace, _ = text[2:].partition("}")
    variable = text[: len(inside) + 3]
    if not brace or "{" in inside or "$" in inside:
        return f"`{variable}` is a policy variable without its closing brace"
    name, comma, _ = inside.partition(",")
    if not name.strip():
        return f"`{variable}` is a policy variable that names no key"
    if any(char.isspace() for char in name):
        return f"`{variable}` is a policy variable with a space in its name"
    if comma:
        return f"`{variable}` is a policy variable whose default does not stand in single quotes"
    return f"`{variable}` is a policy variable with a character that no key has"
