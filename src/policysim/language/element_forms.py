"""What the strings in an element must look like: actions, resources, principals, policy variables.

Source: IAM User Guide, reference_policies_elements_* and reference_policies_variables; spec A1, A3, A10, G22, P4, P6,
R8, V15.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.arns import SERVICE_DOMAINS
from policysim.language.problem_kinds import (
    LONE_SURROGATE,
    MALFORMED_ACTION,
    MALFORMED_VARIABLE,
    NOT_AN_ARN,
    PARTIAL_WILDCARD,
    PREFIX_SPACE,
    PREFIX_WILDCARD,
    RESOURCE_FORM,
    SERVICE_WILDCARD,
    SHORT_ARN,
    WHITE_SPACE,
    WRONG_PRINCIPAL,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.problems import ProblemKind

PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
"""The members of a principal map (spec P2)."""

_VARIABLE = re.compile(r"\$\{(?:[*?$]|[^\s{}$,']+(?:,\s*'[^']*')?)\}")
_PLAIN_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?-]+")
_PREFIX = re.compile(r"[A-Za-z0-9.-]+")
_ALL_ACTIONS = ("*", "*:*")


class Flaw(NamedTuple):
    """What is wrong with one string, without its place."""

    kind: ProblemKind
    message: str
    hint: str = ""


def text_flaws(text: str) -> tuple[Flaw, ...]:
    """What is wrong with any text: half of a surrogate pair stands in no file in UTF-8, so it matches nothing."""
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return ()
    return (Flaw(LONE_SURROGATE, "half of a surrogate pair stands alone in this text"),)


@lru_cache(maxsize=8192)
def action_flaws(action: str) -> tuple[Flaw, ...]:
    """What is wrong with an action pattern: it must be ``*`` or ``service:Name`` (spec A1, A3, A10, G22)."""
    if action in _ALL_ACTIONS or _PLAIN_ACTION.fullmatch(action):
        return ()
    prefix, _, name = action.partition(":")
    if not prefix or not name:
        message = f"`{action}` is neither `*` nor of the form `service:Name`"
        form = Flaw(MALFORMED_ACTION, message, "write the service in front, such as `s3:GetObject`")
    elif ":" in name:
        form = Flaw(MALFORMED_ACTION, f"`{action}` holds more than one colon", "an action is `service:Name`")
    elif any(char.isspace() for char in action):
        kind = PREFIX_SPACE if any(char.isspace() for char in prefix) else WHITE_SPACE
        form = Flaw(kind, f"`{action}` holds white space, so it matches no action", "remove the white space")
    elif "*" in prefix or "?" in prefix:
        message = f"`{action}` has a wildcard in its service prefix, where wildcards do not work"
        form = Flaw(PREFIX_WILDCARD, message, "list one pattern for each service")
    elif not _PREFIX.fullmatch(prefix):
        form = Flaw(
            MALFORMED_ACTION, f"`{prefix}` in `{action}` is no service prefix", "it holds letters, digits, `-` and `.`"
        )
    else:
        return text_flaws(action)
    return (form, *text_flaws(action))


@lru_cache(maxsize=8192)
def resource_flaws(resource: str, *, arns: bool, substitutes: bool) -> tuple[Flaw, ...]:
    """What is wrong with a resource pattern: it must be ``*`` or an ARN with six fields (spec G22, R8, V15).

    Other services than IAM store some resources in forms of their own, so only a document that IAM or Organizations
    checks (``arns``) is refused for a resource that is no ARN. ``substitutes`` tells that it may hold variables.
    """
    if resource == "*":
        return ()
    flaws = []
    if not resource.startswith("arn:"):
        kind = NOT_AN_ARN if arns else RESOURCE_FORM
        flaws.append(Flaw(kind, f"`{resource}` is neither `*` nor an ARN", "an ARN starts with `arn:`"))
    elif resource.count(":") < 5:
        message = f"`{resource}` has fewer than the six fields of an ARN"
        flaws.append(Flaw(SHORT_ARN, message, "an ARN is `arn:partition:service:region:account:resource`"))
    return (*flaws, *value_flaws(resource, substitutes=substitutes))


@lru_cache(maxsize=8192)
def value_flaws(value: str, *, substitutes: bool) -> tuple[Flaw, ...]:
    """What is wrong with text in which policy variables may stand (spec V15)."""
    message = _variable_flaw(value) if substitutes and "${" in value else None
    return text_flaws(value) if message is None else (Flaw(MALFORMED_VARIABLE, message), *text_flaws(value))


def principal_flaws(kind: str, value: str, *, any_principal: bool) -> tuple[Flaw, ...]:
    """What is wrong with one entry of a principal map (spec P1, P2, P4, P6).

    ``any_principal`` tells that the policy type takes no principal but ``*``.
    """
    return (*_principal_forms(kind, value, any_principal=any_principal), *text_flaws(value))


def _principal_forms(kind: str, value: str, *, any_principal: bool) -> Iterator[Flaw]:
    if kind not in PRINCIPAL_KINDS:
        hint = f"a principal is one of {', '.join(f'`{known}`' for known in PRINCIPAL_KINDS)}, or `*`"
        yield Flaw(WRONG_PRINCIPAL, f"`{kind}` is no kind of principal", hint)
    elif kind == "Service" and value == "*":
        yield Flaw(SERVICE_WILDCARD, "`*` does not stand for all services", "name each service principal")
    elif any_principal and value != "*":
        yield Flaw(WRONG_PRINCIPAL, "a policy of this type takes no principal but `*`", "narrow it with a condition")
    elif value != "*" and ("*" in value or "?" in value):
        message = f"`{value}` matches nobody: a wildcard in a principal must be the whole of it"
        yield Flaw(PARTIAL_WILDCARD, message, "use `*` and a condition on the principal's ARN")


def bare_principal_flaws(value: str) -> tuple[Flaw, ...]:
    """What is wrong with a principal that is a string: only ``*`` may stand there (spec P2)."""
    if value == "*":
        return ()
    kind = "Service" if value.endswith(SERVICE_DOMAINS) else "AWS"
    form = Flaw(
        WRONG_PRINCIPAL, f"`{value}` stands without its kind, and only `*` may", f'write {{"{kind}": "{value}"}}'
    )
    return (form, *text_flaws(value))


def _variable_flaw(text: str) -> str | None:
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
