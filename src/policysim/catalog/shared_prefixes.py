"""Prefixes that several services share, mostly two versions of one: the reference has a page for each of them.

The catalogue merges the pages; of an action that two of them define it has the record of one. Dated data (2026-11).
Source: Service Authorization Reference.
"""

from __future__ import annotations

from typing import Final

SHARED_PREFIXES: Final = frozenset(
    {
        "apigateway",
        "aws-marketplace",
        "elasticloadbalancing",
        "greengrass",
        "kinesisanalytics",
        "lex",
        "ses",
        "sms-voice",
    }
)
"""What the catalogue lacks of resource types and keys of their actions says nothing."""

OF_TWO_VERSIONS: Final = frozenset(
    {"sms-voice:createconfigurationset", "sms-voice:deleteconfigurationset", "sms-voice:sendvoicemessage"}
)
"""Actions, in lower case, that take no resource in one version of their service, and do or may in another."""


def shares_its_prefix(action: str) -> bool:
    """Whether the action is one of several services that share a prefix."""
    return action.partition(":")[0].lower() in SHARED_PREFIXES
