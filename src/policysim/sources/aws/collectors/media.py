"""Policies of video channels and of the environments of Refactor Spaces.

Source: the API References of AWS Elemental MediaPackage V2 (GetChannelPolicy, GetOriginEndpointPolicy), AWS Elemental
MediaTailor (GetChannelPolicy) and AWS Migration Hub Refactor Spaces (GetResourcePolicy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collectors.listed import Level, Listed, Read, collector
from policysim.sources.aws.collectors.regions import REFACTOR_SPACES_IN

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

_NONE: Final = ("ResourceNotFoundException",)
_OF_GROUP: Final = {"ChannelGroupName": "{ChannelGroupName}"}
_OF_CHANNEL: Final = {**_OF_GROUP, "ChannelName": "{ChannelName}"}
_GROUPS: Final = Level("list_channel_groups", "Items", "{Arn}")
_CHANNELS: Final = Level("list_channels", "Items", "{Arn}", _OF_GROUP)
CHANNELS: Final = Listed(
    client="mediapackagev2",
    prefix="mediapackagev2",
    levels=(_GROUPS, _CHANNELS),
    reads=(Read("get_channel_policy", _OF_CHANNEL, ("Policy",), _NONE),),
)
ORIGIN_ENDPOINTS: Final = Listed(
    client="mediapackagev2",
    prefix="mediapackagev2",
    levels=(_GROUPS, _CHANNELS, Level("list_origin_endpoints", "Items", "{Arn}", _OF_CHANNEL)),
    reads=(
        Read(
            "get_origin_endpoint_policy",
            {**_OF_CHANNEL, "OriginEndpointName": "{OriginEndpointName}"},
            ("Policy",),
            _NONE,
        ),
    ),
)

ASSEMBLED_CHANNELS: Final = Listed(
    client="mediatailor",
    prefix="mediatailor",
    levels=(Level("list_channels", "Items", "{Arn}"),),
    reads=(Read("get_channel_policy", {"ChannelName": "{ChannelName}"}, ("Policy",), ("NotFoundException",)),),
)

ENVIRONMENTS: Final = Listed(
    client="migration-hub-refactor-spaces",
    prefix="refactor-spaces",
    levels=(Level("list_environments", "EnvironmentSummaryList", "{Arn}"),),
    reads=(Read("get_resource_policy", {"Identifier": "{arn}"}, ("Policy",), _NONE),),
)

COLLECTORS: Final[tuple[Collector, ...]] = (
    collector(
        "mediapackagev2",
        "policies of MediaPackage channels and origin endpoints",
        CHANNELS,
        ORIGIN_ENDPOINTS,
        services=("mediapackagev2",),
    ),
    collector("mediatailor", "policies of MediaTailor channels", ASSEMBLED_CHANNELS, services=("mediatailor",)),
    collector(
        "refactor-spaces",
        "policies of Refactor Spaces environments",
        ENVIRONMENTS,
        services=(),
        regions=REFACTOR_SPACES_IN,
    ),
)
