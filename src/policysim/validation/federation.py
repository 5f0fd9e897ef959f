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

_BY_SUBJECT: Final = (
    "agent.buildkite.com",
    "app.terraform.io",
    "gitlab.com",
    "oidc-configuration.audit-log.githubusercontent.com",
    "oidc.codefresh.io",
    "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
    "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
    "proidc.upbound.io",
    "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
    "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
    "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
    "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
    "scalr.io",
    "studio.datachain.ai/api",
    "token.actions.githubusercontent.com",
    "tokens.cloud.shisho.dev",
    "vstoken.actions.githubusercontent.com",
)
_BY_AUDIENCE: Final = ("api.pulumi.com/oidc", "cognito-identity.amazonaws.com", "oidc.vercel.com", "sandboxes.cloud")

REQUIRED_CLAIMS: Final[dict[str, str]] = {
    **{provider: f"{provider}:sub" for provider in _BY_SUBJECT},
    **{provider: f"{provider}:aud" for provider in _BY_AUDIENCE},
    "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": "sts:RoleSessionName",
}
"""The condition key that a trust policy must look at, by shared identity provider."""

_PROVIDER: Final = ":oidc-provider/"


def shared_providers(subject: Subject) -> Iterator[Finding]:
    """Trust in a shared identity provider that does not tell its customers apart."""
    principal = subject.statement.principal
    if subject.type is not PolicyType.TRUST or not subject.allows or principal is None or principal.negated:
        return
    for entry in principal.entries:
        provider = entry.value.rpartition(_PROVIDER)[2].lower() if entry.kind == "Federated" else ""
        key = REQUIRED_CLAIMS.get(provider)
        if key is not None:
            yield from _of_provider(subject, key, entry.path)


def _of_provider(subject: Subject, key: str, path: tuple[str | int, ...]) -> Iterator[Finding]:
    looking = [entry for entry in subject.statement.conditions if entry.key.lower() == key.lower() and _looks_at(entry)]
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
