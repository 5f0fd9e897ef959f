"""Condition keys of Amazon S3 that follow from the action and the resource of a request.

Source: Amazon S3 User Guide, access-points-policies and tagging-and-policies; Service Authorization
Reference, Amazon S3, as read in 2026; spec S17, C59.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT

if TYPE_CHECKING:
    from policysim.language.arns import Arn
    from policysim.language.request import ContextValue, Request

_EXISTING_OBJECT_TAG: Final = frozenset(
    """
    s3:deleteobjectannotation s3:deleteobjecttagging s3:deleteobjectversionannotation s3:deleteobjectversiontagging
    s3:getobject s3:getobjectacl s3:getobjectannotation s3:getobjectattributes s3:getobjecttagging s3:getobjectversion
    s3:getobjectversionacl s3:getobjectversionannotation s3:getobjectversionattributes s3:getobjectversiontagging
    s3:listobjectannotations s3:listobjectversionannotations s3:putobjectacl s3:putobjectannotation
    s3:putobjecttagging s3:putobjectversionacl s3:putobjectversionannotation s3:putobjectversiontagging
    s3:updateobjectencryption
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""The actions whose requests carry the tags of the object that is there already, in lower case."""

_REQUEST_OBJECT_TAG: Final = frozenset(
    {"s3:bypassgovernanceretention", "s3:putobject", "s3:putobjecttagging", "s3:putobjectversiontagging"}
)
"""The actions whose requests may bring tags for an object, in lower case."""

_OF_ACTIONS: Final = (
    ("s3:existingobjecttag/", _EXISTING_OBJECT_TAG),
    ("s3:requestobjecttag/", _REQUEST_OBJECT_TAG),
    ("s3:requestobjecttagkeys", _REQUEST_OBJECT_TAG),
)
_ACCESS_POINT_KEYS: Final = frozenset({"dataaccesspointarn", "dataaccesspointaccount", "accesspointnetworkorigin"})

_ACCESS_POINT: Final = "accesspoint"
_WITH_POINTS: Final = frozenset({"s3", "s3express", "s3-object-lambda", "s3-outposts"})
_ON_AN_OUTPOST: Final = 2
_RESOURCE_ACCOUNT: Final = "resourceaccount"
_OF_THE_POINT_ITSELF: Final = frozenset({"tagresource", "untagresource", "listtagsforresource"})
"""Actions on an access point that never reach a bucket, beside those that name it (``GetAccessPointPolicy``)."""


def reaches_a_bucket(action: str) -> bool:
    """Whether the action, asked of an access point, is carried out on the bucket behind it (spec S17)."""
    operation = action.lower().partition(":")[2]
    return "accesspoint" not in operation and operation not in _OF_THE_POINT_ITSELF


def implied_s3_key(key: str, request: Request) -> ContextValue | None:
    """What the key (in lower case) must be in this request; ``None`` where nothing follows."""
    for prefix, actions in _OF_ACTIONS:
        if key.startswith(prefix):
            return None if request.action.lower() in actions else ABSENT
    service, _, name = key.partition(":")
    if name == _RESOURCE_ACCOUNT:
        return (request.resource.account,) if request.resource.account is not None else None
    return _access_point_key(service, name, request) if name in _ACCESS_POINT_KEYS else None


def _access_point_key(service: str, name: str, request: Request) -> ContextValue | None:
    """The keys of a request through an access point; a direct request on a bucket or object has none of them."""
    arn = parse_arn(request.resource.arn)
    if arn is None or arn.service != service:
        return None
    point = access_point_arn(arn)
    if point is None:
        return ABSENT if arn.resource_type == "bucket" or not arn.account else None
    if name == "dataaccesspointarn":
        return (point,)
    return (arn.account,) if name == "dataaccesspointaccount" and arn.account else None


def is_access_point(text: str) -> bool:
    """Whether an ARN is that of an access point, or of an object addressed through one."""
    arn = parse_arn(text) if _ACCESS_POINT in text else None
    return arn is not None and _place_of_point(arn) is not None


def _place_of_point(arn: Arn) -> int | None:
    """Where the parts of the resource name an access point; on an Outpost that comes first."""
    place = _ON_AN_OUTPOST if arn.service == "s3-outposts" else 0
    parts = arn.resource.split("/")
    return place if arn.service in _WITH_POINTS and parts[place : place + 1] == [_ACCESS_POINT] else None


def access_point_arn(arn: Arn) -> str | None:
    """The ARN of the access point through which an object is addressed, or which is addressed itself."""
    place = _place_of_point(arn)
    return None if place is None else str(arn._replace(resource="/".join(arn.resource.split("/")[: place + 2])))
