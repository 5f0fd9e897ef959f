"""Whether a service makes a call with the caller's own credentials (a forward access session), and which service.

Source: IAM User Guide, access_forward_access_sessions and reference_policies_condition-keys (`aws:ViaAWSService`,
`aws:CalledVia`); CloudTrail User Guide, record contents (`invokedBy`, `sourceIPAddress`); spec C55, S24, S26.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import prefix_candidates
from policysim.cloudtrail.caller import FORWARDER_START, SERVICE_ENDINGS
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.cloudtrail.event import Event
    from policysim.language.request import Principal


class Forwarding(NamedTuple):
    """Whether a call is forwarded (``None``: the record does not tell), and the service that forwards it last.

    ``by_called``: the record is of the call before it, and the service that was called forwards this one.
    """

    forwarded: bool | None
    service: str = ""
    by_called: bool = False


DIRECT: Final = Forwarding(forwarded=False)
UNTOLD: Final = Forwarding(forwarded=None)
NO_FORWARDERS: Final = frozenset({"console.amazonaws.com", "signin.amazonaws.com"})
"""What older records of the console show as the invoking service; the console forwards nothing."""

INTERNAL: Final = "AWS Internal"
"""What records show in place of an address, a client or a service of AWS's own."""

_SIGNS_ITSELF: Final = frozenset({PrincipalKind.USER, PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER})
_FORWARDED_FOR: Final = _SIGNS_ITSELF | {PrincipalKind.ROLE_SESSION}
_PART_OF_THE_CALL: Final = "iam:passrole"
"""The action of another service that the called service asks for as a part of its own call."""


def forwarding_of(event: Event, caller: Principal, action: str) -> Forwarding:
    """How the request for ``action`` reaches its service, by the record of the call that it belongs to.

    What a call needs of AWS KMS its service asks for with the caller's credentials. Of the other services' actions
    that a call may need, nothing tells who asks for them.
    """
    prefix = action.lower().partition(":")[0]
    if prefix not in prefix_candidates(event.event_source) and action.lower() != _PART_OF_THE_CALL:
        forwards = prefix == "kms" and caller.kind in _FORWARDED_FOR
        return Forwarding(forwarded=True, service=event.event_source, by_called=True) if forwards else UNTOLD
    return _of_record(event, caller, prefix)


def _of_record(event: Event, caller: Principal, prefix: str) -> Forwarding:
    """Users and root sign with keys of their own, so a service behind their call forwards it.

    A role may also be one that the service uses for itself: then nothing is told, unless the record calls the service
    a forwarding one.
    """
    invoked_by = event.user_identity.invoked_by if event.user_identity is not None else None
    if caller.kind is PrincipalKind.SERVICE:
        return DIRECT
    if invoked_by is None:
        return UNTOLD if stands_for_service(event.source_ip_address) else DIRECT
    service = invoked_by.removeprefix(FORWARDER_START)
    if not service.endswith(SERVICE_ENDINGS) or service in NO_FORWARDERS:
        return UNTOLD
    if service != invoked_by or caller.kind in _SIGNS_ITSELF:
        return Forwarding(forwarded=True, service=service)
    return DIRECT if _works_for_itself(service, caller, prefix) else UNTOLD


def _works_for_itself(service: str, caller: Principal, prefix: str) -> bool:
    """Whether the service uses a service-linked role of its own.

    AWS KMS may be called by one more service behind it: Amazon EC2 has the volumes of Auto Scaling encrypted.
    """
    if caller.service_linked is not True or prefix == "kms":
        return False
    _, _, path = (caller.entity_arn or "").partition("/aws-service-role/")
    return not path or path.partition("/")[0].endswith(service)


def stands_for_service(address: str | None) -> bool:
    """Whether a record shows a service of AWS in place of an address."""
    return address is not None and (address == INTERNAL or address.endswith(SERVICE_ENDINGS))


def address_in(text: str | None) -> str | None:
    """The text if it is an IP address; CloudTrail also writes service names and `AWS Internal` there."""
    try:
        ip_address(text or "")
    except ValueError:
        return None
    return text
