"""Sending authorization policies of the email addresses and domains of Amazon SES.

Source: Amazon SES API v2 Reference, GetEmailIdentityPolicies; Amazon SES Developer Guide, sending-authorization (an
identity has up to 20 policies, which hold together).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collectors.listed import ANY, Level, Listed, Read, collector

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

IDENTITIES: Final = Listed(
    client="sesv2",
    prefix="ses",
    levels=(
        Level(
            "list_email_identities", "EmailIdentities", "arn:{partition}:ses:{region}:{account}:identity/{IdentityName}"
        ),
    ),
    reads=(Read("get_email_identity_policies", {"EmailIdentity": "{IdentityName}"}, ("Policies", ANY)),),
)

COLLECTORS: Final[tuple[Collector, ...]] = (
    collector("ses", "sending authorization policies", IDENTITIES, services=("ses",)),
)
