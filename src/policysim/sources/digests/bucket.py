"""A trail's bucket: lists no more than the days that were asked for, and reads objects as they are stored."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from policysim.cloudtrail.digest_layout import (
    ACCOUNT_ID,
    DIGESTS,
    LOGS,
    ORGANISATION_ID,
    REGION,
    ROOT,
    Folder,
    Place,
    digest_name,
    log_name,
    may_be_log,
)
from policysim.cloudtrail.digests import Judgement, Verdict
from policysim.sources.aws.connection import remote
from policysim.sources.aws.failures import Failure, code_of, failure_of, remote_error
from policysim.sources.digests.stores import LARGEST, TOO_LARGE, Fetched
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.sources.aws.connection import Connection
    from policysim.sources.digests.stores import Wanted

SCHEME: Final = "s3://"
_FALLBACK_REGION: Final = "us-east-1"
_ATTEMPTS: Final = 3
_REASONS: Final = {
    Failure.REFUSED: "AWS refused `s3:GetObject` ({code})",
    Failure.THROTTLED: "AWS slowed down `s3:GetObject` ({code}) until all retries were used up: run this again later",
}
_FAILED: Final = "`s3:GetObject` failed ({code})"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
"""Of a bucket, those of before 2018 included."""
_ARCHIVED: Final = "InvalidObjectState"
_GONE: Final = frozenset({"NoSuchKey", "404", "NoSuchVersion"})


class BucketStore:
    """``s3://bucket/prefix``, where the prefix may go on below ``AWSLogs`` as far as the Region."""

    is_live = True

    def __init__(self, location: str, connection: Connection) -> None:
        """Raises InputError: this is no location in S3."""
        self._connection = connection
        self._region = connection.region or _FALLBACK_REGION
        bucket, _, key = location.removeprefix(SCHEME).partition("/")
        if not location.startswith(SCHEME) or _NAME.fullmatch(bucket) is None:
            raise InputError(f"`{location}`: expected `s3://BUCKET` or `s3://BUCKET/PREFIX`")
        self.bucket = bucket
        self._base, self._below = _cut(key)
        self._location = location

    def folders(self, wanted: Wanted) -> Iterator[Folder]:
        """The accounts and Regions that have digests or logs, found by what stands between the slashes of the keys.

        Raises:
            InputError: nothing of CloudTrail is there.
            RemoteError: the bucket cannot be listed.
        """
        found = False
        for base in self._bases():
            for account in self._parts(base, 0, ACCOUNT_ID.fullmatch):
                regions: set[str] = set()
                for kind in (DIGESTS, LOGS):
                    regions.update(self._parts(f"{base}{account}/{kind}/", 2, REGION.fullmatch))
                for region in sorted(regions):
                    found = True
                    if wanted.takes(account, region):
                        yield Folder(self.bucket, base, account, region)
        if not found:
            hint = "name the prefix of the trail too, if it has one"
            raise InputError(f"`{self._location}`: there is no `{ROOT}` folder of CloudTrail: {hint}")

    def digests(self, folder: Folder, since: datetime | None, until: datetime | None) -> list[Place]:
        """The digest files of a folder."""

        def end_of(key: str) -> datetime | None:
            named = digest_name(key)
            return named.end if named else None

        return list(self._within(folder, DIGESTS, end_of, since, until))

    def logs(self, folder: Folder, since: datetime | None, until: datetime | None) -> Iterator[Place]:
        """The log files of a folder, and what else a reader would take for one."""

        def time_of(key: str) -> datetime | None:
            named = log_name(key)
            return named.time if named else None

        return self._within(folder, LOGS, time_of, since, until, others=may_be_log)

    def fetch(self, place: Place) -> Fetched | Judgement:
        """An object of any bucket.

        Raises:
            RemoteError: AWS cannot be reached, or the credentials are no longer good.
        """
        from botocore.exceptions import (  # noqa: PLC0415  # loads only where AWS is called
            BotoCoreError,
            ClientError,
            IncompleteReadError,
            ReadTimeoutError,
            ResponseStreamingError,
        )

        attempt = 0
        while True:
            attempt += 1
            try:
                told = self._connection.call(
                    "s3", "get_object", region=self._region, Bucket=place.bucket, Key=place.key
                )
                with told["Body"] as body:
                    data: bytes = body.read(LARGEST + 1)
                return TOO_LARGE if len(data) > LARGEST else Fetched(data, told.get("Metadata") or {})
            except (IncompleteReadError, ReadTimeoutError, ResponseStreamingError) as error:
                if attempt == _ATTEMPTS:
                    raise remote_error(error, "s3:GetObject") from None
            except (BotoCoreError, ClientError) as error:
                return _unread(error)

    def name(self, place: Place) -> str:
        """Its URL."""
        return str(place)

    def _bases(self) -> Iterator[str]:
        """What stands before the accounts: ``AWSLogs`` and, of an organisation's trail, the organisation's id too."""
        root = f"{self._base}{ROOT}/"
        if self._below and not ORGANISATION_ID.fullmatch(self._below[0]):
            yield root
            return
        if not self._below:
            yield root
        yield from (f"{root}{part}/" for part in self._parts(root, -1, ORGANISATION_ID.fullmatch))

    def _parts(self, prefix: str, level: int, is_one: Callable[[str], object]) -> Iterator[str]:
        """The folders right below a prefix; at a level that the location itself names, only that one."""
        organised = bool(self._below) and ORGANISATION_ID.fullmatch(self._below[0]) is not None
        index = level + 1 if organised else level
        if 0 <= index < len(self._below):
            yield from filter(is_one, [self._below[index]])
            return
        for page in self._pages(Prefix=prefix, Delimiter="/"):
            for common in page.get("CommonPrefixes") or ():
                part = common["Prefix"][len(prefix) :].rstrip("/")
                if is_one(part):
                    yield part

    def _within(
        self,
        folder: Folder,
        kind: str,
        time_of: Callable[[str], datetime | None],
        since: datetime | None,
        until: datetime | None,
        *,
        others: Callable[[str], bool] = lambda _: False,
    ) -> Iterator[Place]:
        """The files of a time, and ``others`` without a time in their names."""
        prefix = folder.prefix(kind)
        start = {"StartAfter": f"{prefix}{since.astimezone(UTC):%Y/%m/%d}"} if since else {}
        last = f"{prefix}{until.astimezone(UTC) + timedelta(days=1):%Y/%m/%d}" if until else None
        for page in self._pages(Prefix=prefix, **start):
            for told in page.get("Contents") or ():
                key = told["Key"]
                if last is not None and key >= last:
                    return
                time = time_of(key)
                if time is None:
                    is_meant = others(key)
                else:
                    is_meant = (since is None or time >= since) and (until is None or time <= until)
                if is_meant:
                    yield Place(folder.bucket, key)

    def _pages(self, **parameters: str) -> Iterator[dict[str, Any]]:
        with remote("s3:ListBucket"):
            yield from self._connection.pages(
                "s3", "list_objects_v2", region=self._region, Bucket=self.bucket, **parameters
            )


def _cut(key: str) -> tuple[str, tuple[str, ...]]:
    """A prefix as what stands before ``AWSLogs`` and the folders after it; of those, the kind of file says nothing."""
    parts = [part for part in key.split("/") if part]
    if ROOT not in parts:
        return "".join(f"{part}/" for part in parts), ()
    index = parts.index(ROOT)
    return "".join(f"{part}/" for part in parts[:index]), tuple(parts[index + 1 :])


def _unread(error: Exception) -> Judgement:
    code = code_of(error)
    if code in _GONE:
        return Judgement(Verdict.MISSING, "it is not there")
    if code == _ARCHIVED:
        return Judgement(Verdict.UNPROVEN, "it is archived: restore it from its storage class first")
    failure = failure_of(error)
    if failure is Failure.OTHER and hasattr(error, "response"):
        return Judgement(Verdict.UNPROVEN, _FAILED.format(code=code))  # such as a key of KMS that is switched off
    if failure not in _REASONS:
        raise remote_error(error, "s3:GetObject") from None
    return Judgement(Verdict.UNPROVEN, _REASONS[failure].format(code=code))
