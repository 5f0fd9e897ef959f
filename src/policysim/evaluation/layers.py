"""The policy layers: one table that evaluation, explanation, message reading and docs share.

Order: the one in which AWS's Access Troubleshooter lists its checks (spec M18).
Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow and troubleshoot_access-denied;
spec E3, E5 to E37, M1 to M8.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class LayerName(Enum):
    """The layers; the value is the word of the case files and reports."""

    RCP = "rcp"
    SCP = "scp"
    VPCE = "vpce"
    RESOURCE = "resource"
    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"

    # Names of layers are keys on every decision's way: the hash of the object is many times faster.
    __hash__ = object.__hash__


class Combine(Enum):
    """How the documents of a layer make one verdict."""

    UNION = "one matching Allow in any of its documents is enough"
    LEVELS = "every level from the root down to the account needs a matching Allow of its own"


class Layer(NamedTuple):
    """One policy layer.

    ``grants`` tells whether an Allow in it can give access by itself; a layer that does not grant only limits.
    ``absent_means`` is the sentence for a layer that has no policies.
    """

    name: LayerName
    title: str
    check_type: str
    policy_type: str
    binds: str
    combine: Combine
    grants: bool
    absent_means: str
    implicit_phrase: str
    explicit_phrase: str
    rules: tuple[str, ...]


LAYERS: tuple[Layer, ...] = (
    Layer(
        LayerName.RCP,
        "resource control policy",
        "RESOURCE_CONTROL_POLICY",
        "RESOURCE_CONTROL_POLICY",
        "the resources of every member account, whoever calls",
        Combine.LEVELS,
        grants=False,
        absent_means="no restriction",
        implicit_phrase="no resource control policy allows the",
        explicit_phrase="an explicit deny in a resource control policy",
        rules=("E23", "E24", "E25", "E26", "E27", "E28"),
    ),
    Layer(
        LayerName.SCP,
        "service control policy",
        "SERVICE_CONTROL_POLICY",
        "SERVICE_CONTROL_POLICY",
        "every principal of a member account, its root user included",
        Combine.LEVELS,
        grants=False,
        absent_means="no restriction",
        implicit_phrase="no service control policy allows the",
        explicit_phrase="an explicit deny in a service control policy",
        rules=("E17", "E18", "E19", "E20", "E21", "E22"),
    ),
    Layer(
        LayerName.VPCE,
        "VPC endpoint policy",
        "VPC_ENDPOINT",
        "VPC_ENDPOINT_POLICY",
        "every request that enters through the endpoint",
        Combine.UNION,
        grants=False,
        absent_means="no restriction",
        implicit_phrase="no VPC endpoint policy allows the",
        explicit_phrase="an explicit deny in a VPC endpoint policy",
        rules=("E33", "E34", "E35"),
    ),
    Layer(
        LayerName.RESOURCE,
        "resource-based policy",
        "RESOURCE",
        "RESOURCE_BASED_POLICY",
        "the principals that it names",
        Combine.UNION,
        grants=True,
        absent_means="no grant",
        implicit_phrase="no resource-based policy allows the",
        explicit_phrase="an explicit deny in a resource-based policy",
        rules=("E8", "E9", "E10", "E11"),
    ),
    Layer(
        LayerName.IDENTITY,
        "identity-based policy",
        "PRINCIPAL",
        "IDENTITY_BASED_POLICY",
        "the user, group or role that it is attached to",
        Combine.UNION,
        grants=True,
        absent_means="no grant",
        implicit_phrase="no identity-based policy allows the",
        explicit_phrase="an explicit deny in an identity-based policy",
        rules=("E6", "E7"),
    ),
    Layer(
        LayerName.BOUNDARY,
        "permissions boundary",
        "PERMISSIONS_BOUNDARY",
        "PERMISSIONS_BOUNDARY",
        "the user or role that it is set on",
        Combine.UNION,
        grants=False,
        absent_means="no restriction",
        implicit_phrase="no permissions boundary allows the",
        explicit_phrase="an explicit deny in a permissions boundary",
        rules=("E12", "E14"),
    ),
    Layer(
        LayerName.SESSION,
        "session policy",
        "SESSION",
        "SESSION_POLICY",
        "one session of a role or federated user",
        Combine.UNION,
        grants=False,
        absent_means="no restriction",
        implicit_phrase="no session policy allows the",
        explicit_phrase="an explicit deny in a session policy",
        rules=("E13", "E15", "E16"),
    ),
)

LAYER: dict[LayerName, Layer] = {layer.name: layer for layer in LAYERS}
"""The row of each layer."""
