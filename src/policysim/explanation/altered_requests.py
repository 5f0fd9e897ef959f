"""The denied request as a caller would make it otherwise: some keys of it changed, with all that changes along.

Source: IAM User Guide, reference_policies_condition-keys (aws:SourceIp, aws:SourceVpce, aws:TagKeys); spec C53, C56.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.evaluation.context import context_lookup
from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.language.request import ContextValue, Request

_SOURCE_IP: Final = "aws:SourceIp"
_OF_ENDPOINTS: Final = ("aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp")
"""Keys of calls through a VPC endpoint, which have no ``aws:SourceIp``."""

_REQUEST_TAG: Final = "aws:requesttag/"
_TAG_KEYS: Final = "aws:TagKeys"


def is_impossible(keys: Iterable[str]) -> bool:
    """Whether no call has all of these keys: one comes through a VPC endpoint or from a public address."""
    lower = {key.lower() for key in keys}
    return _SOURCE_IP.lower() in lower and any(key.lower() in lower for key in _OF_ENDPOINTS)


def with_values(request: Request, values: Mapping[str, ContextValue]) -> Request:
    """The request with other values of some keys. In another Region the resource is another one too."""
    resource = request.resource
    for key, value in values.items():
        arn = parse_arn(resource.arn)
        if key.lower() == "aws:requestedregion" and arn is not None and arn.region and isinstance(value, tuple):
            resource = replace(resource, arn=str(arn._replace(region=value[0])))
    context = request.context.with_values({**_that_follow(request, values), **values})
    return replace(request, resource=resource, context=context)


def _that_follow(request: Request, values: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """What other keys of the request are once it has these: another way in, one more key among its tags."""
    keys, own = {key.lower() for key in values}, context_lookup(request)
    found: dict[str, ContextValue] = {}
    if _SOURCE_IP.lower() in keys:
        found.update(dict.fromkeys(_OF_ENDPOINTS, ABSENT))
    elif any(key.lower() in keys for key in _OF_ENDPOINTS):
        found[_SOURCE_IP] = ABSENT
        found.update({key: UNKNOWN for key in _OF_ENDPOINTS if own(key) is ABSENT and key.lower() not in keys})
    tags = tuple(key[len(_REQUEST_TAG) :] for key in values if key.lower().startswith(_REQUEST_TAG))
    if tags and _TAG_KEYS.lower() not in keys:
        there = own(_TAG_KEYS)
        found[_TAG_KEYS] = tuple(dict.fromkeys((*(there if isinstance(there, tuple) else ()), *tags)))
    return found
