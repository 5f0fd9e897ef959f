"""Condition keys of which AWS documents two readings: the values that a request would have under the other one.

Source: IAM User Guide, reference_policies_condition-keys (page of 2026) against itself and against
reference_policies_elements_condition_operators; spec C51, C56, C68.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.arns import is_reserved_role
from policysim.language.request import ABSENT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.context import Lookup
    from policysim.language.request import ContextValue


class OtherReading(NamedTuple):
    """The code of the caveat about a key, and the values that the key has under the reading not taken."""

    caveat: str
    values: ContextValue


def other_reading(key: str, values: ContextValue, lookup: Lookup) -> OtherReading | None:
    """The other reading of a key that has these values in a request; ``None`` for nearly every key."""
    rule = _RULES.get(key.lower())
    return None if rule is None else rule(values, lookup)


def _multi_factor(values: ContextValue, lookup: Lookup) -> OtherReading | None:
    """A federated session lacks the key; or it has it, as every temporary credential does, saying `false` (C51)."""
    if values is not ABSENT:
        return None
    arn, provider = lookup("aws:PrincipalArn"), lookup("aws:FederatedProvider")
    federated = isinstance(provider, tuple) or (isinstance(arn, tuple) and any(map(is_reserved_role, arn)))
    return OtherReading("federated-mfa", ("false",)) if federated else None


def _source_ip(values: ContextValue, lookup: Lookup) -> OtherReading | None:
    """A forwarded call keeps the caller's address; or it has that of the service, which nobody knows (C56)."""
    if not isinstance(values, tuple) or lookup("aws:ViaAWSService") != ("true",):
        return None
    return OtherReading("forwarded-source-ip", UNKNOWN)


def _via_mcp(values: ContextValue, lookup: Lookup) -> OtherReading | None:  # noqa: ARG001  # the signature of a rule
    """A direct call lacks the key; or it has it, saying `false` (C68)."""
    if values is ABSENT:
        return OtherReading("mcp-direct", ("false",))
    return OtherReading("mcp-direct", ABSENT) if values == ("false",) else None


_RULES: Final[dict[str, Callable[[ContextValue, Lookup], OtherReading | None]]] = {
    "aws:multifactorauthpresent": _multi_factor,
    "aws:sourceip": _source_ip,
    "aws:viaawsmcpservice": _via_mcp,
}
