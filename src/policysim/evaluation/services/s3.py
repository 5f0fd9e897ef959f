"""Amazon S3: Block Public Access, and the bucket owner's root user, who can always mend the bucket policy.

Source: S3 API reference, PutBucketPolicy; Amazon S3 User Guide, access-control-block-public-access; spec S12, S15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.access import same_account
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.deviation import Deviation
from policysim.evaluation.services.public_access import restricted_as_public
from policysim.evaluation.truth import FALSE, Truth
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


def _owner_root_escapes(request: Request, layer: LayerName) -> Truth:
    if layer is not LayerName.RESOURCE or request.principal.kind is not PrincipalKind.ROOT:
        return FALSE
    return same_account(request)


S3 = Deviation("Block Public Access", ("S15", "S16"), refused_by_setting=restricted_as_public)
BUCKET_POLICY = S3._replace(
    title="the bucket owner's root user", rules=("S12", *S3.rules), ignores_denies_of=_owner_root_escapes
)
