"""The types of policy document, and what the grammar of each allows.

Source: IAM User Guide, reference_policies_grammar and access_policies; spec P1, G2, G8, G9, G18, G19, G21.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Presence(Enum):
    """Whether an element must, may or must not stand in a document."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


class Grammar(NamedTuple):
    """What one type of document allows."""

    title: str
    principal: Presence
    resource: Presence
    id: Presence


class PolicyType(Enum):
    """A type of policy document; the value is the word that the command line and the case files use."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"
    BOUNDARY = "boundary"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"
    VPCE = "vpce"

    @property
    def grammar(self) -> Grammar:
        """What a document of this type may hold."""
        return GRAMMARS[self]


GRAMMARS: dict[PolicyType, Grammar] = {
    PolicyType.IDENTITY: Grammar("identity-based policy", Presence.FORBIDDEN, Presence.REQUIRED, Presence.FORBIDDEN),
    PolicyType.RESOURCE: Grammar("resource-based policy", Presence.REQUIRED, Presence.REQUIRED, Presence.OPTIONAL),
    PolicyType.TRUST: Grammar("role trust policy", Presence.REQUIRED, Presence.FORBIDDEN, Presence.OPTIONAL),
    PolicyType.BOUNDARY: Grammar("permissions boundary", Presence.FORBIDDEN, Presence.REQUIRED, Presence.FORBIDDEN),
    PolicyType.SESSION: Grammar("session policy", Presence.FORBIDDEN, Presence.REQUIRED, Presence.FORBIDDEN),
    PolicyType.SCP: Grammar("service control policy", Presence.FORBIDDEN, Presence.REQUIRED, Presence.OPTIONAL),
    PolicyType.RCP: Grammar("resource control policy", Presence.REQUIRED, Presence.REQUIRED, Presence.OPTIONAL),
    PolicyType.VPCE: Grammar("VPC endpoint policy", Presence.REQUIRED, Presence.REQUIRED, Presence.OPTIONAL),
}
