"""Callers that come with the token of an identity provider instead of credentials of AWS.

Source: IAM User Guide, reference_policies_elements_principal (federated principals); STS API reference,
AssumeRoleWithWebIdentity and AssumeRoleWithSAML; spec P14, S8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.expectations.caller import Caller, Whose
from policysim.expectations.patterns import fits_name, is_pattern
from policysim.language.arns import parse_arn
from policysim.language.request import Principal, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.account.account import Organisation
    from policysim.expectations.sentences import Word

BUILT_IN_PROVIDERS: Final = frozenset(
    {"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}
)
"""The identity providers that a trust policy names without an ARN."""

_SAML: Final = "saml-provider"


def provider_caller(provider: str, name: str = "") -> Caller:
    """The caller with a token of a provider: an ARN, or one of the built-in hosts."""
    arn = parse_arn(provider)
    is_saml = arn is not None and arn.resource.startswith(f"{_SAML}/")
    kind = PrincipalKind.SAML if is_saml else PrincipalKind.WEB_IDENTITY
    return Caller(name or provider, Principal(kind=kind, provider=provider), Whose.FOREIGN)


def provider_callers(
    word: Word | None, scope: str | None, name: str, named: Iterable[Caller], organisation: Organisation | None
) -> tuple[Caller, ...]:
    """The providers that ``oidc-provider/HOST`` stands for: those that trust policies name, else one of each account.

    AWS prints no provider with the roles, so that one which no trust policy names cannot be told from one misspelt.
    """
    if name in BUILT_IN_PROVIDERS:
        return (provider_caller(name),)
    if word is None or organisation is None:
        return ()
    known = [caller for caller in named if _fits(caller.principal.provider, scope, name)]
    if known or is_pattern(name):
        return tuple(known)
    accounts = [account for account in organisation.accounts.values() if scope in {None, "*", account.id}]
    made = [f"arn:{account.partition}:iam::{account.id}:{name}" for account in accounts]
    if word.text.startswith("arn:"):
        made = [word.text]
    return tuple(provider_caller(arn) for arn in made)


def _fits(provider: str | None, scope: str | None, name: str) -> bool:
    arn = parse_arn(provider or "")
    return arn is not None and scope in {None, "*", arn.account} and fits_name(name, arn.resource)
