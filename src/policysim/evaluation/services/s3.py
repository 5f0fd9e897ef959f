"""Amazon S3: Block Public Access, access points, and the bucket owner's root user, who can always mend its policy.

Source: S3 API reference, PutBucketPolicy; Amazon S3 User Guide, access-control-block-public-access and
access-points-policies; spec S12, S15, S17.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.access import same_account
from policysim.evaluation.decision import Caveat
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.deviation import Deviation
from policysim.evaluation.services.public_access import restricted_as_public
from policysim.evaluation.truth import FALSE, Truth
from policysim.language.arns import parse_arn
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


def _owner_root_escapes(request: Request, layer: LayerName) -> Truth:
    if layer is not LayerName.RESOURCE or request.principal.kind is not PrincipalKind.ROOT:
        return FALSE
    return same_account(request)


def _bucket_is_separate(request: Request) -> tuple[Caveat, ...]:
    """A request through an access point is authorized a second time, on the bucket or object behind it."""
    arn = parse_arn(request.resource.arn)
    if arn is None or arn.resource_type != "accesspoint":
        return ()
    sentence = (
        "a request through an access point must also be allowed on the bucket behind it, which is not decided (S17)"
    )
    return (Caveat("bucket-is-separate", sentence),)


S3 = Deviation(
    "Block Public Access, access points",
    ("S15", "S16", "S17"),
    refused_by_setting=restricted_as_public,
    caveats=_bucket_is_separate,
)
BUCKET_POLICY = S3._replace(
    title="the bucket owner's root user", rules=("S12", *S3.rules), ignores_denies_of=_owner_root_escapes
)
