"""Checks of trust in identity providers that many customers share (spec S39).

Dated data (2026-11). Source: IAM User Guide, id_roles_providers_oidc_secure-by-default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.operators import Family, operator_named
from policysim.language.policy_types import PolicyType
from policysim.validation.finding_kinds import MISSING_CLAIM, OPEN_CLAIM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import ConditionEntry
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

REQUIRED_CLAIMS: Final[dict[str, str]] = {
    "agent.buildkite.com": "sub",
    "api.pulumi.com/oidc": "aud",
    "app.terraform.io": "sub",
    "cognito-identity.amazonaws.com": "aud",
    "gitlab.com": "sub",
    "oidc-configuration.audit-log.githubusercontent.com": "sub",
    "oidc.codefresh.io": "sub",
    "oidc.vercel.com": "aud",
    "proidc.upbound.io": "sub",
    "sandboxes.cloud": "aud",
    "scalr.io": "sub",
    "studio.datachain.ai/api": "sub",
    "token.actions.githubusercontent.com": "sub",
    "tokens.cloud.shisho.dev": "sub",
    "vstoken.actions.githubusercontent.com": "sub",
}
"""The claim that a trust policy must look at, by shared identity provider."""

_PROVIDER: Final = ":oidc-provider/"


def shared_providers(subject: Subject) -> Iterator[Finding]:
    """Trust in a shared identity provider that does not tell its customers apart."""
    principal = subject.statement.principal
    if subject.type is not PolicyType.TRUST or not subject.allows or principal is None or principal.negated:
        return
    for entry in principal.entries:
        provider = entry.value.rpartition(_PROVIDER)[2].lower() if entry.kind == "Federated" else ""
        claim = REQUIRED_CLAIMS.get(provider)
        if claim is not None:
            yield from _of_provider(subject, f"{provider}:{claim}", entry.path)


def _of_provider(subject: Subject, key: str, path: tuple[str | int, ...]) -> Iterator[Finding]:
    looking = [entry for entry in subject.statement.conditions if entry.key.lower() == key and _looks_at(entry)]
    if not looking:
        message = f"many customers share this identity provider, and no condition looks at `{key}`"
        hint = f"add a condition on `{key}`: IAM refuses to save the policy without one"
        yield subject.finding(MISSING_CLAIM, message, subject.at(*path), hint)
    for entry in looking:
        for index, value in enumerate(entry.values):
            if not value.strip("*?:"):
                message = f"`{value}` lets every customer of the identity provider assume the role"
                yield subject.finding(OPEN_CLAIM, message, subject.at(*entry.path(index)))


def _looks_at(entry: ConditionEntry) -> bool:
    operator = operator_named(entry.operator)
    return operator is not None and operator.base.family is Family.STRING
