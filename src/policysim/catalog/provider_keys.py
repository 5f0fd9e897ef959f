"""The condition keys of OIDC identity providers, whose names begin with the provider's own address.

Any provider has them, so that no list of services can: GitHub Actions, clusters of Amazon EKS, Terraform, GitLab.
Dated data (2026-11). Source: IAM User Guide, reference_policies_iam-condition-keys, keys for AWS OIDC federation.
"""

from __future__ import annotations

from typing import Final

from policysim.catalog.global_keys import CatalogKey

CLAIMS: Final = {
    "amr": CatalogKey("amr", "String", multivalued=True),
    "aud": CatalogKey("aud", "String"),
    "email": CatalogKey("email", "String"),
    "oaud": CatalogKey("oaud", "String"),
    "sub": CatalogKey("sub", "String"),
}
"""The claims of a web identity token that are condition keys whoever the provider is."""


FURTHER_KEYS: Final = {
    # A number, which AWS's own sample of a resource control policy compares as text (StringEquals).
    "accounts.google.com:google/organization_number": CatalogKey(
        "accounts.google.com:google/organization_number", "String"
    ),
}
"""Keys of single providers, in lower case, whose type the Service Authorization Reference has otherwise."""


def provider_key(key: str) -> CatalogKey | None:
    """The key ``PROVIDER:CLAIM`` of a provider such as ``token.actions.githubusercontent.com``, in lower case."""
    if key in FURTHER_KEYS:
        return FURTHER_KEYS[key]
    provider, _, claim = key.rpartition(":")
    described = CLAIMS.get(claim)
    if described is None or "." not in provider:
        return None
    return described._replace(name=f"{provider}:{claim}")
