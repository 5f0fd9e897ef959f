"""Objects of Amazon S3: read whole and bounded, listed with their tags, written only where nothing stands.

Source: Amazon S3 API Reference, GetObject, PutObject (conditional writes) and ListObjectsV2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.sources.aws.quiet_calls import CallError, quiet_call, quietly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.connection import Connection

SCHEME: Final = "s3://"
_NOT_MET: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
"""What S3 answers to a conditional write that another one came before."""


class Location(NamedTuple):
    """A bucket, and the beginning of the keys in it: empty, or ending in ``/``."""

    bucket: str
    prefix: str = ""

    def key(self, name: str) -> str:
        """The key of a name below the prefix."""
        return f"{self.prefix}{name}"


class StoredObject(NamedTuple):
    """What a listing tells of an object."""

    key: str
    etag: str
    size: int


class TooLargeError(Exception):
    """The object holds more bytes than the reader takes."""


def location_of(text: str) -> Location | None:
    """The place that ``s3://BUCKET/PREFIX`` names; ``None`` for a text of another form."""
    bucket, _, prefix = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not bucket:
        return None
    return Location(bucket, f"{prefix.rstrip('/')}/" if prefix.strip("/") else "")


def listed_objects(connection: Connection, location: Location) -> Iterator[StoredObject]:
    """The objects below a prefix, in the order of their keys.

    Raises:
        CallError: the listing was refused or failed.
    """
    pages = connection.pages("s3", "list_objects_v2", Bucket=location.bucket, Prefix=location.prefix)
    while True:
        with quietly("s3:ListObjectsV2"):
            page = next(pages, None)
        if page is None:
            return
        for one in page.get("Contents") or ():
            yield StoredObject(one["Key"], one["ETag"].strip('"'), one["Size"])


def object_bytes(
    connection: Connection, bucket: str, key: str, limit: int, *, version: str | None = None, etag: str | None = None
) -> bytes:
    """The content of an object, of a version or only as long as its tag is ``etag``.

    Raises:
        CallError: it is gone, was replaced, may not be read, or AWS did not answer.
        TooLargeError: it holds more than ``limit`` bytes; nothing of it was read.
    """
    which: dict[str, str] = {"VersionId": version} if version else {"IfMatch": etag} if etag else {}
    answer = quiet_call(connection, "s3", "get_object", Bucket=bucket, Key=key, **which)
    if answer["ContentLength"] > limit:
        answer["Body"].close()
        raise TooLargeError
    with quietly("s3:GetObject"):
        return bytes(answer["Body"].read())


def put_object(
    connection: Connection, location: Location, name: str, content: bytes, kind: str = "application/json"
) -> None:
    """Writes an object, over one that may be there.

    Raises:
        CallError: AWS refused it or did not answer.
    """
    quiet_call(
        connection,
        "s3",
        "put_object",
        Bucket=location.bucket,
        Key=location.key(name),
        Body=content,
        ContentType=kind,
    )


def put_where(
    connection: Connection, location: Location, name: str, content: bytes, *, etag: str | None = None
) -> str | None:
    """Writes an object where none is, or over the one whose tag is ``etag``; its tag, or ``None`` if that is not so.

    Raises:
        CallError: AWS refused it or did not answer.
    """
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    try:
        answer = quiet_call(
            connection,
            "s3",
            "put_object",
            Bucket=location.bucket,
            Key=location.key(name),
            Body=content,
            ContentType="application/json",
            **condition,
        )
    except CallError as error:
        if error.code in _NOT_MET or (etag and error.code in {"NoSuchKey", "404"}):
            return None
        raise
    return str(answer["ETag"]).strip('"')


def signed_link(connection: Connection, bucket: str, key: str, seconds: int) -> str:
    """A link by which anybody can read the object for a while, made without a call.

    It is signed with Signature Version 4, which boto3 does not take by itself for links in the older Regions; such a
    link holds for at most seven days, and no longer than the credentials that sign it.

    Raises:
        CallError: there are no credentials to sign with.
    """
    client = connection.client("s3")
    client.meta.events.register_first(
        "choose-signer.s3.GetObject",
        _signer_of_links,  # type: ignore[arg-type]  # the stubs forget that what a handler returns can count
        unique_id="policysim-links",
    )
    with quietly("s3:GetObject"):
        link = client.generate_presigned_url(  # type: ignore[attr-defined]  # the stubs know no client by name
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds
        )
    return str(link)


def _signer_of_links(signature_version: str, **_: object) -> str | None:
    """The signer of a link; of a call, botocore's own choice."""
    return "s3v4-query" if signature_version.endswith("-query") else None
