"""Where the function runs, as its own ARN tells, and links into the console of that partition.

Source: AWS Lambda Developer Guide, python-context; AWS documentation of the partitions' consoles (GovCloud, China).
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol
from urllib.parse import quote

from policysim.language.arns import parse_arn

_CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_SECONDS: Final = 60.0
"""How long a run is taken to last where nobody tells."""


class Context(Protocol):
    """What is read of the object that AWS Lambda hands to a function."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


class FunctionPlace(NamedTuple):
    """The account, partition and Region of the function."""

    account: str
    partition: str
    region: str

    def console_link(self, bucket: str, key: str) -> str:
        """The page of an object in the console, for people who are logged in and may read it."""
        host = f"{self.region}.{_CONSOLES.get(self.partition, _CONSOLES['aws'])}"
        return f"https://{host}/s3/object/{quote(bucket, safe='')}?region={self.region}&prefix={quote(key, safe='')}"


def place_of(context: Context) -> FunctionPlace:
    """Where the function runs."""
    arn = parse_arn(context.invoked_function_arn)
    if arn is None:
        return FunctionPlace("000000000000", "aws", "us-east-1")
    return FunctionPlace(arn.account, arn.partition, arn.region)


def seconds_left(context: Context) -> float:
    """How long this run can last at most."""
    try:
        return context.get_remaining_time_in_millis() / 1000
    except AttributeError:
        return _SECONDS
