"""What evaluation needs to know about AWS, as a protocol that the catalogue fulfils.

Every answer may be ``None``: "not known". Evaluation then says so; it never guesses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol


class KeyType(StrEnum):
    """The type of a condition key, in the words of the Service Authorization Reference. Compare with ``==``."""

    STRING = "String"
    ARN = "ARN"
    BOOL = "Bool"
    NUMERIC = "Numeric"
    DATE = "Date"
    IP_ADDRESS = "IPAddress"
    BINARY = "Binary"


class DescribedKey(Protocol):
    """A condition key: its type (a word of ``KeyType``), whether it holds several values, whether every request has it.

    A key that every request has (spec C42) is never absent.
    """

    @property
    def type(self) -> str:
        """The type, a word of ``KeyType``."""

    @property
    def multivalued(self) -> bool:
        """Whether a request may hold several values of it."""

    @property
    def always_present(self) -> bool:
        """Whether every request has it."""


class Facts(Protocol):
    """Look-ups about AWS. Names of keys and actions are taken in any case."""

    def condition_key(self, key: str) -> DescribedKey | None:
        """What is known of a condition key."""

    def works_on(self, action: str, arn: str) -> bool | None:
        """Whether the ARN has the form of a resource type that the action works on (spec R16)."""

    def knows_action(self, action: str) -> bool | None:
        """Whether AWS has the action (spec A9)."""

    def knows_key(self, key: str) -> bool | None:
        """Whether AWS has the condition key (spec C66)."""

    def takes_no_resource(self, action: str) -> bool | None:
        """Whether the action supports no resource-level permission, so that its resource is ``*`` (spec R2)."""

    def under_rcps(self, action: str) -> bool | None:
        """Whether the action's service is one that resource control policies apply to (spec E26)."""

    def uses_gateway_endpoint(self, action: str) -> bool | None:
        """Whether the action's service is reached through gateway endpoints (spec E35)."""


def is_multivalued(facts: Facts, key: str) -> bool:
    """Whether a condition key is known to hold several values."""
    described = facts.condition_key(key)
    return described is not None and described.multivalued


class _NoFacts:
    def condition_key(self, key: str) -> DescribedKey | None:  # noqa: ARG002  # the protocol's signature
        return None

    def works_on(self, action: str, arn: str) -> bool | None:  # noqa: ARG002  # the protocol's signature
        return None

    def knows_action(self, action: str) -> bool | None:  # noqa: ARG002  # the protocol's signature
        return None

    def knows_key(self, key: str) -> bool | None:  # noqa: ARG002  # the protocol's signature
        return None

    def takes_no_resource(self, action: str) -> bool | None:  # noqa: ARG002  # the protocol's signature
        return None

    def under_rcps(self, action: str) -> bool | None:  # noqa: ARG002  # the protocol's signature
        return None

    def uses_gateway_endpoint(self, action: str) -> bool | None:  # noqa: ARG002  # the protocol's signature
        return None


NO_FACTS: Final[Facts] = _NoFacts()
"""Facts for somebody who knows nothing about AWS beyond the rules."""
