"""Where CloudTrail puts log files and digest files in a bucket, and what their names tell.

Source: CloudTrail User Guide, "CloudTrail digest file structure" and "Finding your CloudTrail log files". An
organisation's trail has the organisation's id between ``AWSLogs`` and the account.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

DIGESTS: Final = "CloudTrail-Digest"
LOGS: Final = "CloudTrail"
ROOT: Final = "AWSLogs"

ORGANISATION_ID: Final = re.compile(r"o-[a-z0-9]{10,32}")
ACCOUNT_ID: Final = re.compile(r"\d{12}", re.ASCII)
REGION: Final = re.compile(r"[a-z]+(-[a-z]+)+-\d{1,2}", re.ASCII)

_DIGEST_NAME: Final = re.compile(
    r"(?P<account>\d{12})_CloudTrail-Digest_(?P<region>[a-z0-9-]+)_(?P<trail>.+)_(?P<home>[a-z0-9-]+)"
    r"_(?P<end>2\d{7}T\d{6}Z)(?P<backfill>_backfill)?\.json\.gz",
    re.ASCII,
)
_LOG_NAME: Final = re.compile(
    r"(?P<account>\d{12})_CloudTrail_(?P<region>[a-z0-9-]+)_(?P<time>2\d{7}T\d{4}Z)_[^/]+\.json\.gz", re.ASCII
)
_DIGEST_TIME: Final = "%Y%m%dT%H%M%S%z"
_LOG_TIME: Final = "%Y%m%dT%H%M%z"


class Place(NamedTuple):
    """Where an object is: a bucket and a key in it."""

    bucket: str
    key: str

    def __str__(self) -> str:
        """As the AWS CLI writes it."""
        return f"s3://{self.bucket}/{self.key}"


class Folder(NamedTuple):
    """What one bucket holds of one account and Region; ``base`` is the key up to ``AWSLogs``, empty or with a slash."""

    bucket: str
    base: str
    account: str
    region: str

    def prefix(self, kind: str) -> str:
        """What the keys of its ``DIGESTS`` or ``LOGS`` begin with."""
        return f"{self.base}{self.account}/{kind}/{self.region}/"


class Chain(NamedTuple):
    """What every digest of one chain has in common beside its folder."""

    trail: str
    home_region: str
    is_backfill: bool = False


class DigestName(NamedTuple):
    """What the name of a digest file tells."""

    account: str
    region: str
    chain: Chain
    end: datetime


class LogName(NamedTuple):
    """What the name of a log file tells; ``time`` is when it was delivered, to the minute."""

    account: str
    region: str
    time: datetime


def digest_name(key: str) -> DigestName | None:
    """What a key tells if it is that of a digest file."""
    found = _DIGEST_NAME.fullmatch(key.rsplit("/", 1)[-1])
    end = _time(found["end"], _DIGEST_TIME) if found else None
    if found is None or end is None:
        return None
    chain = Chain(found["trail"], found["home"], found["backfill"] is not None)
    return DigestName(found["account"], found["region"], chain, end)


def may_be_log(key: str) -> bool:
    """Whether readers of log files would take this for one, whatever its name tells."""
    return key.lower().endswith((".json", ".json.gz"))


def log_name(key: str) -> LogName | None:
    """What a key tells if it is that of a log file."""
    found = _LOG_NAME.fullmatch(key.rsplit("/", 1)[-1])
    time = _time(found["time"], _LOG_TIME) if found else None
    return LogName(found["account"], found["region"], time) if found and time else None


def belongs(name: DigestName | LogName | None, place: Place, folder: Folder) -> bool:
    """Whether a file lies where its name says: in the folder of its own account and Region, not somewhere below it."""
    return (
        name is not None
        and folder_of(place) == folder
        and (name.account, name.region) == (folder.account, folder.region)
    )


def folder_of(place: Place) -> Folder | None:
    """The folder that a digest file or a log file lies in, by its key."""
    parts = place.key.split("/")
    for index in range(len(parts) - 2, 0, -1):
        if parts[index] in {DIGESTS, LOGS} and ACCOUNT_ID.fullmatch(parts[index - 1]):
            base = "".join(f"{part}/" for part in parts[: index - 1])
            return Folder(place.bucket, base, parts[index - 1], parts[index + 1])
    return None


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text.replace("Z", "+0000"), form).astimezone(UTC)
    except ValueError:
        return None
