"""From one request to the authorizations that it needs: one as a rule, several where two owners have their say.

Source: Amazon S3 User Guide, access-points-policies, s3-express-create-session and
access-control-auth-workflow-object-operation; spec S13, S17, S36, A8.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from policysim.account import gaps
from policysim.account.access_lists import owners_needed, with_unknown_list_of_bucket
from policysim.account.access_points import VPC, network_gaps, network_restriction, passage_of
from policysim.account.bucket_settings import UNKNOWN_BLOCK, strictest
from policysim.account.situate import Situation, situate
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import LayerPolicies, PolicySet, one_level
from policysim.evaluation.services.s3_express import as_session
from policysim.language.request import Resource

if TYPE_CHECKING:
    from policysim.account.access_points import Passage
    from policysim.account.account import Organisation
    from policysim.language.request import PublicAccessBlock, Request

THE_ACCESS_POINT = "the access point"
THE_BUCKET = "the bucket behind the access point"
THE_OBJECT_S_OWNER = "the account that owns the object"


def authorizations(request: Request, organisation: Organisation) -> tuple[Situation, ...]:
    """The authorizations that a request needs, each with the policies that apply to it; all must allow.

    A request through an S3 access point needs one on the access point and one on the bucket behind it, in this order.
    """
    request = as_session(request)
    passage = passage_of(request, organisation)
    if passage is None:
        return _of_owners(situate(request, organisation), organisation)
    through = replace(request, context=request.context.filled_with(passage.keys))
    point = situate(replace(through, resource=_point(request.resource, passage)), organisation)
    buckets = passage.point.buckets
    if len(buckets) != 1:
        point = _narrowed(point, passage, UNKNOWN_BLOCK, None)
        return point, _bucket_unknown(point.request, passage)
    behind = Resource(arn=passage.resource_behind(buckets[0]), account=buckets[0].account)
    bucket = situate(replace(through, resource=behind), organisation)
    of_bucket = bucket.request.resource
    of_point = _of_point(point, passage)
    point = _narrowed(point, passage, of_bucket.public_access_block or UNKNOWN_BLOCK, of_bucket)
    return point, *_of_owners(_through(bucket, point.request.resource.account, of_point), organisation)


def _point(resource: Resource, passage: Passage) -> Resource:
    """The access point as the resource; a request that gave its alias is about another ARN."""
    base = str(passage.arn)
    if resource.arn.startswith(base):
        return resource
    return Resource(arn=f"{base}/object/{passage.key}" if passage.key else base)


def _narrowed(point: Situation, passage: Passage, of_bucket: PublicAccessBlock, bucket: Resource | None) -> Situation:
    """The access point with its network origin, and with Block Public Access as it holds for all that is behind it.

    The policy of an access point that only a VPC reaches is never public (spec S16).
    """
    resource, policies = point.request.resource, point.policies
    block = strictest(_of_point(point, passage), of_bucket)
    if passage.point.network_origin == VPC:
        block = replace(block, restrict_public_buckets=False)
    let_in = () if bucket is None or bucket.account is None else (bucket.account,)
    behind = None if bucket is None else bucket.arn
    resource = replace(resource, public_access_block=block, let_in=let_in, behind=behind)
    restriction, open_ = network_restriction(passage), network_gaps(passage)
    if restriction is not None or open_:
        layer = policies.get(LayerName.RESOURCE)
        level = layer.levels[0] if layer is not None else one_level(str(passage.arn), ()).levels[0]
        added = () if restriction is None else (restriction,)
        level = level._replace(policies=(*level.policies, *added), gaps=(*level.gaps, *open_))
        policies = policies.with_layer(LayerName.RESOURCE, LayerPolicies((level,)))
    return Situation(replace(point.request, resource=resource), policies, THE_ACCESS_POINT)


def _of_point(point: Situation, passage: Passage) -> PublicAccessBlock:
    of_account = point.request.resource.public_access_block or UNKNOWN_BLOCK
    return strictest(of_account, passage.point.public_access_block or UNKNOWN_BLOCK)


def _through(bucket: Situation, point_owner: str | None, of_point: PublicAccessBlock) -> Situation:
    resource = bucket.request.resource
    block = strictest(resource.public_access_block or UNKNOWN_BLOCK, of_point)
    let_in = () if point_owner is None else (point_owner,)
    resource = replace(resource, public_access_block=block, let_in=let_in)
    return Situation(replace(bucket.request, resource=resource), bucket.policies, THE_BUCKET)


def _bucket_unknown(request: Request, passage: Passage) -> Situation:
    """What stands for the bucket's part where nobody collected which bucket it is: everything about it is open."""
    request = replace(request, resource=replace(request.resource, behind=request.resource.arn))
    unknown = one_level(request.resource.arn, (), (gaps.bucket_unknown(passage.arn, passage.point.buckets),))
    policies = PolicySet({LayerName.RESOURCE: unknown, LayerName.IDENTITY: unknown})
    return Situation(request, policies, THE_BUCKET)


def _of_owners(situation: Situation, organisation: Organisation) -> tuple[Situation, ...]:
    """The authorization itself, and that of the object's owner where it is another account than the bucket's.

    A snapshot has the list of each bucket on which lists count: where it lacks one, AWS did not tell it.
    """
    resource = situation.request.resource
    if resource.acl is None and resource.object_owner is None:
        owner = organisation.account(resource.account)
        if owner is None or not owner.by_service:
            return (situation,)
        return (situation._replace(policies=with_unknown_list_of_bucket(situation.request, situation.policies)),)
    first, *others = owners_needed(situation.request, situation.policies)
    return Situation(*first, situation.part), *(Situation(*other, THE_OBJECT_S_OWNER) for other in others)
