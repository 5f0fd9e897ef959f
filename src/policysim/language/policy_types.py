"""The types of policy document, and what the grammar of each allows.

Source: IAM User Guide, reference_policies_grammar and access_policies; spec P1, P22, G2, G8, G9, G18, G19, G21, R18.
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
    """What one type of document allows.

    ``not_principal`` tells whether ``NotPrincipal`` may stand for ``Principal``, ``any_principal`` whether the only
    principal is ``*``, ``version`` whether ``Version`` must stand there (and be the newest). ``arns`` tells that a
    resource is an ARN or ``*``, and refused otherwise.
    """

    title: str
    principal: Presence
    resource: Presence
    id: Presence
    not_principal: bool = False
    any_principal: bool = False
    version: Presence = Presence.OPTIONAL
    arns: bool = False

    @property
    def titled(self) -> str:
        """The title with ``a`` or ``an`` before it."""
        return f"{'an' if self.title[0] in 'aeio' else 'a'} {self.title}"


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


_REQUIRED, _OPTIONAL, _FORBIDDEN = Presence.REQUIRED, Presence.OPTIONAL, Presence.FORBIDDEN

GRAMMARS: dict[PolicyType, Grammar] = {
    PolicyType.IDENTITY: Grammar("identity-based policy", _FORBIDDEN, _REQUIRED, _FORBIDDEN, arns=True),
    PolicyType.RESOURCE: Grammar("resource-based policy", _REQUIRED, _OPTIONAL, _OPTIONAL, not_principal=True),
    PolicyType.TRUST: Grammar("role trust policy", _REQUIRED, _FORBIDDEN, _OPTIONAL),
    PolicyType.BOUNDARY: Grammar("permissions boundary", _FORBIDDEN, _REQUIRED, _FORBIDDEN, arns=True),
    PolicyType.SESSION: Grammar("session policy", _FORBIDDEN, _REQUIRED, _FORBIDDEN, arns=True),
    PolicyType.SCP: Grammar("service control policy", _FORBIDDEN, _REQUIRED, _OPTIONAL, version=_REQUIRED, arns=True),
    PolicyType.RCP: Grammar(
        "resource control policy", _REQUIRED, _REQUIRED, _OPTIONAL, any_principal=True, version=_REQUIRED
    ),
    PolicyType.VPCE: Grammar("VPC endpoint policy", _REQUIRED, _REQUIRED, _OPTIONAL, not_principal=True),
}
"""One row a type. A resource-based policy may lack a resource: those of image repositories and file systems do."""
