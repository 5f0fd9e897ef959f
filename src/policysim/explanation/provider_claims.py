"""The claims of identity providers in conditions: each key of a token begins with the host of its provider.

A statement that trusts another provider fails on its principal and, for that alone, on the claims of that provider.
Source: IAM User Guide, reference_policies_iam-condition-keys (AWS web identity federation); spec P14, C65.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policysim.language.policy import ConditionEntry, Statement

_PROVIDER: Final = ":oidc-provider/"


def claims_of_named_providers(statement: Statement) -> tuple[ConditionEntry, ...]:
    """The conditions of a statement on claims of the OpenID Connect providers that it names as principals."""
    entries = statement.principal.entries if statement.principal is not None else ()
    hosts = tuple(f"{entry.value.partition(_PROVIDER)[2]}:".lower() for entry in entries if _PROVIDER in entry.value)
    return tuple(entry for entry in statement.conditions if hosts and entry.key.lower().startswith(hosts))


def claims_of_a_token(provider: str) -> tuple[str, str]:
    """The keys of the subject and the audience in a token of the provider (its ARN, or its host)."""
    host = provider.partition(_PROVIDER)[2] or provider
    return f"{host}:sub", f"{host}:aud"
