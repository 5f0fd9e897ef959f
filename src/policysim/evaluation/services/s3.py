"""Amazon S3: the bucket owner's root user can always mend the bucket policy.

Source: S3 API reference, PutBucketPolicy; spec S12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.deviation import Deviation
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


def _owner_root_escapes(request: Request, layer: LayerName) -> bool:
    owner = request.resource.account
    return (
        layer is LayerName.RESOURCE
        and request.principal.kind is PrincipalKind.ROOT
        and owner is not None
        and request.principal.account == owner
    )


BUCKET_POLICY = Deviation("the bucket owner's root user", ("S12",), ignores_denies_of=_owner_root_escapes)
