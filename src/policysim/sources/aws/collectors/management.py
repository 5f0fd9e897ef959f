"""Policies of what watches over and runs an account.

Source: the API References of Amazon Managed Service for Prometheus (DescribeResourcePolicy), AWS CloudTrail
(GetResourcePolicy), CloudWatch Observability Access Manager (GetSinkPolicy), CloudWatch RUM (GetResourcePolicy), AWS
Systems Manager (GetResourcePolicies, PutResourcePolicy: only parameters of the advanced tier can be shared) and
Incident Manager (GetContactPolicy, GetResourcePolicies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Scope
from policysim.sources.aws.collectors.listed import (
    ANY,
    Level,
    Listed,
    Read,
    collector,
    found_at,
    policy_entry,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Entry, Reading

_NONE: Final = ("ResourceNotFoundException",)


def _trail(operation: str, items: str, arn: str) -> Listed:
    """A resource type that has no policies answers so: channels of other AWS services are listed as well.

    The policy that CloudTrail makes for the delegated administrators of an organisation counts together with the other.
    """
    return Listed(
        client="cloudtrail",
        prefix="cloudtrail",
        levels=(Level(operation, items, arn),),
        reads=(
            Read(
                "get_resource_policy",
                {"ResourceArn": "{arn}"},
                ("ResourcePolicy",),
                ("ResourcePolicyNotFoundException", "ResourceTypeNotSupportedException"),
                further=(("DelegatedAdminResourcePolicy",),),
            ),
        ),
    )


CLOUDTRAIL: Final = (
    _trail("list_channels", "Channels", "{ChannelArn}"),
    _trail("list_dashboards", "Dashboards", "{DashboardArn}"),
    _trail("list_event_data_stores", "EventDataStores", "{EventDataStoreArn}"),
)

WORKSPACES: Final = Listed(
    client="amp",
    prefix="aps",
    levels=(Level("list_workspaces", "workspaces", "{arn}"),),
    reads=(Read("describe_resource_policy", {"workspaceId": "{workspaceId}"}, ("policyDocument",), _NONE),),
)

SINKS: Final = Listed(
    client="oam",
    prefix="oam",
    levels=(Level("list_sinks", "Items", "{Arn}"),),
    reads=(Read("get_sink_policy", {"SinkIdentifier": "{arn}"}, ("Policy",), _NONE),),
)

APP_MONITORS: Final = Listed(
    client="rum",
    prefix="rum",
    levels=(
        Level("list_app_monitors", "AppMonitorSummaries", "arn:{partition}:rum:{region}:{account}:appmonitor/{Name}"),
    ),
    reads=(Read("get_resource_policy", {"Name": "{Name}"}, ("PolicyDocument",), ("PolicyNotFoundException",)),),
)

_PARAMETER_POLICIES: Final = Read("get_resource_policies", {"ResourceArn": "{arn}"}, ("Policies", ANY, "Policy"), _NONE)
PARAMETERS: Final = Listed(
    client="ssm",
    prefix="ssm",
    levels=(Level("describe_parameters", "Parameters", "{ARN}", {"MaxResults": 50}),),
    reads=(_PARAMETER_POLICIES,),
    without={"Tier": frozenset({"Standard"})},
)

_REPLICATED: Final = Level("list_replication_sets", "replicationSetArns", "{item}", client="ssm-incidents")
"""Incident Manager answers to an account that does not use it with errors; without this set it has nothing there."""

RESPONSE_PLANS: Final = Listed(
    client="ssm-incidents",
    prefix="ssm-incidents",
    levels=(_REPLICATED, Level("list_response_plans", "responsePlanSummaries", "{arn}")),
    reads=(
        Read("get_resource_policies", {"resourceArn": "{arn}"}, ("resourcePolicies", ANY, "policyDocument"), _NONE),
    ),
)
CONTACTS: Final = Listed(
    client="ssm-contacts",
    prefix="ssm-contacts",
    levels=(_REPLICATED, Level("list_contacts", "Contacts", "{ContactArn}")),
    reads=(Read("get_contact_policy", {"ContactArn": "{arn}"}, ("Policy",), _NONE),),
)


def _items_group(reading: Reading) -> Iterator[Entry]:
    """The policies of the one group of OpsItems that each Region has."""
    place = reading.place
    arn = f"arn:{place.partition}:ssm:{place.region}:{place.account_id}:opsitemgroup/default"
    with reading.about(arn):
        pages = reading.pages("ssm", _PARAMETER_POLICIES.operation, absent=_NONE, ResourceArn=arn)
        policies = [policy for page in pages for policy in found_at(page, _PARAMETER_POLICIES.policy)]
        yield from policy_entry(arn, policies, "ssm:GetResourcePolicies", reading)


COLLECTORS: Final[tuple[Collector, ...]] = (
    collector("aps", "policies of Prometheus workspaces", WORKSPACES, services=("aps",)),
    collector(
        "cloudtrail",
        "policies of CloudTrail channels, dashboards and event data stores",
        *CLOUDTRAIL,
        services=("cloudtrail",),
    ),
    collector("oam", "policies of monitoring sinks", SINKS, services=("oam",)),
    collector("rum", "policies of app monitors", APP_MONITORS, services=("rum",)),
    collector("ssm-parameters", "policies of parameters", PARAMETERS, services=("ssm",)),
    Collector(
        name="ssm-opsitems",
        services=("ssm",),
        client="ssm",
        scope=Scope.REGION,
        actions=("ssm:GetResourcePolicies",),
        what="policies of the OpsItem group",
        collect=_items_group,
    ),
    collector("ssm-incidents", "policies of response plans", RESPONSE_PLANS, services=("ssm-incidents",)),
    collector(
        "ssm-contacts",
        "policies of contacts",
        CONTACTS,
        services=("ssm-contacts",),
        actions=(
            "ssm-incidents:ListReplicationSets",
            "ssm-contacts:ListContacts",
            "ssm-contacts:GetContactPolicy",
        ),
    ),
)
