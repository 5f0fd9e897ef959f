"""What an S3 policy of the organisation sets for an account, in the place of the account's own Block Public Access.

Source: Organizations API Reference, DescribeEffectivePolicy (any account may ask about itself); Organizations User
Guide, orgs_manage_policies_s3_syntax.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_NONE: Final = ("EffectivePolicyNotFoundException", "AWSOrganizationsNotInUseException")
_SETTINGS: Final = frozenset({"all", "none"})


def _s3_policy(reading: Reading) -> Iterator[Entry]:
    told = reading.call("organizations", "describe_effective_policy", PolicyType="S3_POLICY", absent=_NONE)
    content = ((told or {}).get("EffectivePolicy") or {}).get("PolicyContent")
    setting = _setting(content) if content else None
    if setting is not None:
        yield Entry(Part.S3_PUBLIC_ACCESS, ("organization",), setting)


def _setting(content: str) -> str | None:
    """``all`` or ``none``; an effective policy gives the value itself, a policy as written assigns it."""
    value = json.loads(content)
    for name in ("s3_attributes", "public_access_block_configuration", "@@assign"):
        value = value.get(name, value if name == "@@assign" else None) if isinstance(value, dict) else value
    return value if value in _SETTINGS else None


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="organizations-s3-policy",
        services=(),
        client="organizations",
        scope=Scope.ACCOUNT,
        actions=("organizations:DescribeEffectivePolicy",),
        what="S3 policy of the organisation",
        collect=_s3_policy,
    ),
)
