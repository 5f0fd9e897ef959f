"""Which actions CloudTrail records as data events: event history never holds them, and a trail only when told to.

Source: CloudTrail User Guide, logging-data-events-with-cloudtrail; Amazon S3 User Guide, cloudtrail-logging-s3-info.
"""

from __future__ import annotations

from typing import Final

from policysim.catalog.facts import CATALOGUE

_NAMES: Final = (
    "dynamodb:batchgetitem dynamodb:batchwriteitem dynamodb:deleteitem dynamodb:getitem dynamodb:putitem "
    "dynamodb:query dynamodb:scan dynamodb:updateitem lambda:invokefunction sns:publish sqs:deletemessage "
    "sqs:receivemessage sqs:sendmessage"
)
_DATA_ACTIONS: Final = frozenset(_NAMES.split())
_AN_OBJECT: Final = "arn:aws:s3:::bucket/key"


def is_data_event(action: str) -> bool:
    """Whether all records of an action are data events; not told of actions that nobody listed."""
    name = action.lower()
    if name.startswith("s3:"):
        return CATALOGUE.works_on(action, _AN_OBJECT) is True and "bucket" not in name
    return name in _DATA_ACTIONS
