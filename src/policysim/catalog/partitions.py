"""The partition that a Region belongs to, by the beginning of its name.

Source: AWS General Reference, aws-arns-and-namespaces and the Regions of each partition (dated 2026-11).
"""

from __future__ import annotations

import re
from typing import Final

STANDARD: Final = "aws"

PARTITION_BY_REGION_START: Final = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}

_REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}")


def is_region(text: str) -> bool:
    """Whether a text has the form of a Region's name, such as ``eu-west-1`` or ``us-gov-west-1``."""
    return _REGION.fullmatch(text) is not None


def partition_of_region(region: str) -> str:
    """The partition of a Region; the standard one for names that no other partition uses."""
    found = (partition for start, partition in PARTITION_BY_REGION_START.items() if region.startswith(start))
    return next(found, STANDARD)
