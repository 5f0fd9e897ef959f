"""The endpoint policy that a request meets (spec E33 to E35, C53)."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.account.account import CollectionGap, VpcEndpoint
from policysim.account.situate import situate
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies
from policysim.language.policy_types import PolicyType
from policysim.language.request import RequestContext
from tests.account_folders import ACCOUNT, OTHER, account, allow, organisation, policy, request

POLICY = AttachedPolicy("p", policy(allow("s3:*", Principal="*"), PolicyType.VPCE), None, "vpce-1")
S3 = VpcEndpoint(id="vpce-1", policy=POLICY, vpc_id="vpc-1", service_name="com.amazonaws.eu-west-1.s3")
UNSAID = RequestContext()


def through(context: RequestContext, endpoints: dict[str, VpcEndpoint] | None, **more: Any) -> LayerPolicies | None:
    where = organisation(account(endpoints=endpoints))
    return situate(request(context=context, account=ACCOUNT, **more), where).policies.get(LayerName.VPCE)


def came_by(endpoint: str) -> RequestContext:
    return RequestContext({"aws:SourceVpce": endpoint})


def codes(layer: LayerPolicies | None) -> list[str]:
    assert layer is not None
    return [gap.code for gap in layer.gaps]


def test_e33_the_endpoint_s_policy_is_a_layer_and_its_network_enters_the_context() -> None:
    where = organisation(account(endpoints={"vpce-1": S3}))
    situated = situate(request(context=came_by("vpce-1")), where)
    layer = situated.policies.get(LayerName.VPCE)
    assert layer is not None
    assert layer.policies == (POLICY,)
    assert situated.request.context.get("aws:SourceVpc") == ("vpc-1",)


def test_e34_the_endpoint_may_be_of_another_account() -> None:
    where = organisation(account(), account(OTHER, endpoints={"vpce-1": S3}))
    layer = situate(request(context=came_by("vpce-1")), where).policies.get(LayerName.VPCE)
    assert layer is not None
    assert layer.policies == (POLICY,)


def test_an_endpoint_that_is_not_listed_or_lacks_its_policy_is_a_gap_with_the_call_that_fetches_it() -> None:
    uncollected = VpcEndpoint(id="vpce-1", policy=None, policy_collected=False)
    for endpoints in ({}, None, {"vpce-2": S3}, {"vpce-1": uncollected}):
        layer = through(came_by("vpce-1"), endpoints)
        assert codes(layer) == ["not-collected"]
        assert layer is not None
        assert layer.gaps[0].command == "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids vpce-1"


def test_e33_an_endpoint_without_a_policy_restricts_nothing() -> None:
    assert through(came_by("vpce-1"), {"vpce-1": VpcEndpoint(id="vpce-1", policy=None)}) is None


@pytest.mark.parametrize(
    "context",
    [
        RequestContext(complete=True),
        RequestContext(absent=["aws:SourceVpce"]),
        RequestContext({"aws:SourceIp": "203.0.113.1"}),
    ],
)
def test_e33_c53_a_request_that_comes_through_no_endpoint_meets_no_endpoint_policy(context: RequestContext) -> None:
    assert through(context, None) is None


def test_a_way_that_is_stated_to_be_unknown_leaves_the_layer_open() -> None:
    assert codes(through(RequestContext(unknown=["aws:SourceVpce"]), {})) == ["endpoint-unknown"]


def test_a_way_of_which_nothing_is_said_may_lead_through_the_endpoints_of_the_account() -> None:
    assert through(UNSAID, {}) is None
    assert codes(through(UNSAID, None)) == ["not-collected"]
    assert codes(through(UNSAID, {"vpce-1": S3})) == ["endpoint-unknown"]


@pytest.mark.parametrize(
    ("endpoint", "may_restrict"),
    [
        (VpcEndpoint(id="e", policy=POLICY, service_name="com.amazonaws.eu-west-1.sqs"), False),
        (VpcEndpoint(id="e", policy=POLICY, service_name="com.amazonaws.eu-west-1.s3"), True),
        (VpcEndpoint(id="e", policy=POLICY, service_name="com.amazonaws.eu-west-1.monitoring"), True),
        (VpcEndpoint(id="e", policy=POLICY), True),
        (VpcEndpoint(id="e", policy=None, service_name="com.amazonaws.eu-west-1.s3"), False),
        (VpcEndpoint(id="e", policy=None, policy_collected=False, service_name="com.amazonaws.eu-west-1.s3"), True),
    ],
)
def test_only_an_endpoint_for_the_service_can_stand_in_the_way(endpoint: VpcEndpoint, *, may_restrict: bool) -> None:
    assert (through(UNSAID, {"e": endpoint}) is not None) is may_restrict


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}


@pytest.mark.parametrize(
    ("statements", "may_restrict"),
    [
        ([EVERYTHING], False),
        ([{**EVERYTHING, "Principal": {"AWS": "*"}}], False),
        ([EVERYTHING, {**EVERYTHING, "Action": "s3:GetObject"}], False),
        ([EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Action": "s3:DeleteBucket"}], True),
        ([{**EVERYTHING, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}], True),
        ([{**EVERYTHING, "Principal": {"AWS": ACCOUNT}}], True),
        ([{**EVERYTHING, "Resource": "arn:aws:s3:::data/*"}], True),
        ([{"Effect": "Allow", "NotAction": "*", "Resource": "*", "Principal": "*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "*", "Principal": "*"}], True),
        ([{**EVERYTHING, "Effect": "allow"}], True),
        ([], True),
    ],
)
def test_e33_a_policy_that_lets_everything_pass_cannot_stand_in_an_unknown_way(
    statements: list[dict[str, Any]], *, may_restrict: bool
) -> None:
    read = policy({"Version": "2012-10-17", "Statement": statements}, PolicyType.VPCE)
    endpoint = VpcEndpoint(id="e", policy=AttachedPolicy("p", read), service_name="com.amazonaws.eu-west-1.s3")
    assert (through(UNSAID, {"e": endpoint}) is not None) is may_restrict


@pytest.mark.parametrize(
    "settings",
    [
        {"gaps": (CollectionGap("VPC endpoints", "ec2:DescribeVpcEndpoints", "UnauthorizedOperation"),)},
        {"by_service": True},
    ],
)
def test_e33_endpoints_of_which_some_were_not_collected_leave_the_way_open(settings: dict[str, Any]) -> None:
    owner = account(endpoints={}, **settings)
    asked = request(context=RequestContext())
    met = situate(asked, organisation(owner)).policies.get(LayerName.VPCE)
    assert met is not None
    assert len(met.gaps) == 1


def test_e33_a_snapshot_that_read_all_endpoints_knows_that_there_are_none() -> None:
    owner = account(endpoints={}, by_service=True, complete=frozenset({"ec2"}))
    asked = request(context=RequestContext())
    assert situate(asked, organisation(owner)).policies.get(LayerName.VPCE) is None
