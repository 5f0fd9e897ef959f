"""Amazon S3 directory buckets: what is done to objects is authorized once, as the creation of a session on the bucket.

Source: Amazon S3 User Guide, s3-express-create-session; S3 API reference, CreateSession (as read in 2026); spec S36.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.arns import Arn
    from policysim.language.request import Request

CREATE_SESSION: Final = "s3express:CreateSession"
SESSION_MODE: Final = "s3express:SessionMode"
_READ_WRITE: Final = ("ReadWrite",)
_READ_ONLY: Final = ("ReadOnly",)

_READING: Final = frozenset(
    {
        "getobject",
        "getobjectattributes",
        "headbucket",
        "headobject",
        "listbucket",
        "listbucketmultipartuploads",
        "listmultipartuploadparts",
        "listobjectsv2",
        "listparts",
        "listmultipartuploads",
    }
)
"""What a ``ReadOnly`` session can do as well, in lower case."""

_WRITING: Final = frozenset(
    {
        "abortmultipartupload",
        "completemultipartupload",
        "copyobject",
        "createmultipartupload",
        "deleteobject",
        "deleteobjects",
        "putobject",
        "renameobject",
        "uploadpart",
        "uploadpartcopy",
    }
)

AS_SESSION: Final = _READING | _WRITING
"""The operations, in lower case, that a directory bucket authorizes as the creation of a session."""


def as_session(request: Request) -> Request:
    """The request that a directory bucket really authorizes; the same one for everything else.

    Without a mode of its own S3 tries ``ReadWrite`` first and ``ReadOnly`` then, so a request that reads may be either.
    """
    service, _, operation = request.action.lower().partition(":")
    if service not in {"s3", "s3express"} or operation not in AS_SESSION:
        return request
    arn = parse_arn(request.resource.arn)
    if arn is None or arn.service != "s3express" or arn.resource_type not in {"bucket", "accesspoint"}:
        return request
    context = request.context
    if context.get(SESSION_MODE) is None:
        reads = operation in _READING
        context = (
            context.with_candidates(SESSION_MODE, _READ_WRITE, _READ_ONLY)
            if reads
            else context.with_values({SESSION_MODE: _READ_WRITE})
        )
    resource = replace(request.resource, arn=str(_without_key(arn)))
    return replace(request, action=CREATE_SESSION, resource=resource, context=context)


def _without_key(arn: Arn) -> Arn:
    return arn._replace(resource="/".join(arn.resource.split("/")[:2]))
