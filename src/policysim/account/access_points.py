"""S3 access points: which bucket stands behind one, and what it adds to the two authorizations of a request.

A request through an access point is authorized on the access point and on the bucket behind it. Source: Amazon S3 User
Guide, access-points-policies, access-points-vpc, access-control-block-public-access and
MultiRegionAccessPointPermissions; spec S15, S17.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account import gaps
from policysim.account.account import AccessPoint
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.evaluation.s3_keys import access_point_arn, reaches_a_bucket
from policysim.evaluation.services.s3_acls import STATED_BY_S3
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.account.account import AccessPointBucket, Organisation
    from policysim.evaluation.policy_set import Gap
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy
    from policysim.language.request import ContextValue, Request

VPC: Final = "VPC"
_ALIAS_END: Final = "-s3alias"
_MULTI_REGION_END: Final = ".mrap"
_OBJECT: Final = "/object/"


class Passage(NamedTuple):
    """A request's way through an access point: its ARN (without a key), what is known of it, and the key, if any."""

    arn: Arn
    point: AccessPoint
    key: str

    @property
    def keys(self) -> dict[str, ContextValue]:
        """The condition keys that both authorizations have."""
        service, origin = self.arn.service, self.point.network_origin
        stated: dict[str, ContextValue] = {
            f"{service}:DataAccessPointArn": (str(self.arn),),
            f"{service}:DataAccessPointAccount": (self.arn.account,),
        }
        return {**stated, f"{service}:AccessPointNetworkOrigin": (origin,)} if origin is not None else stated

    def resource_behind(self, bucket: AccessPointBucket) -> str:
        """The ARN of the bucket, or of the object in it that the request is about."""
        arn = self.arn
        if bucket.name.startswith("arn:"):
            return bucket.name + (_OBJECT + self.key if self.key else "")
        if arn.service == "s3express":
            return str(arn._replace(account=bucket.account or arn.account, resource=f"bucket/{bucket.name}"))
        return str(arn._replace(region="", account="", resource=f"{bucket.name}/{self.key}".rstrip("/")))


def passage_of(request: Request, organisation: Organisation) -> Passage | None:
    """The access point through which a request goes to a bucket; ``None`` for every other request."""
    text = request.resource.arn
    if "accesspoint" not in text and _ALIAS_END not in text:
        return None
    arn = parse_arn(text)
    if arn is None:
        return None
    base = access_point_arn(arn)
    if base is None:
        return _by_alias(arn, organisation)
    if not reaches_a_bucket(request.action):
        return None
    return Passage(_parsed(base), _known(base, arn, organisation), text.removeprefix(base).removeprefix(_OBJECT))


def _parsed(text: str) -> Arn:
    arn = parse_arn(text)
    assert arn is not None  # noqa: S101  # it was made of an ARN
    return arn


def _known(base: str, arn: Arn, organisation: Organisation) -> AccessPoint:
    owner = organisation.account(arn.account)
    listed = owner.access_points if owner is not None else None
    return listed[base] if listed is not None and base in listed else AccessPoint()


def _by_alias(arn: Arn, organisation: Organisation) -> Passage | None:
    """An alias stands where a bucket's name would; only the access point itself tells whose it is."""
    name, _, key = arn.resource.partition("/")
    if arn.service != "s3" or not name.endswith(_ALIAS_END):
        return None
    for account in organisation.accounts.values():
        for text, point in (account.access_points or {}).items():
            if point.alias == name:
                return Passage(_parsed(text), point, key)
    return None


def network_restriction(passage: Passage) -> AttachedPolicy | None:
    """The access point's own network as a policy: nobody comes in from anywhere but its VPC."""
    if passage.point.network_origin != VPC or passage.point.vpc_id is None:
        return None
    arn = str(passage.arn)
    return AttachedPolicy("network origin", _only_from(passage.point.vpc_id), None, arn, editable=False)


def network_gaps(passage: Passage) -> tuple[Gap, ...]:
    """That the network origin was not collected; Multi-Region Access Points have none."""
    point = passage.point
    if not point.buckets or passage.arn.resource.endswith(_MULTI_REGION_END):
        return ()
    known = point.network_origin == "Internet" or (point.network_origin == VPC and point.vpc_id is not None)
    return () if known else (gaps.network_origin_unknown(passage.arn),)


@lru_cache(maxsize=256)
def _only_from(vpc_id: str) -> Policy:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpc": vpc_id}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    source = Source(STATED_BY_S3, json.dumps(document, indent=2), written_here=True)
    return parse_policy(source, PolicyType.RESOURCE)
