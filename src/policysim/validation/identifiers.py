"""The global condition keys whose values are identifiers of accounts, organisations and networks.

Source: IAM User Guide, reference_policies_condition-keys; spec C71, G24.
"""

from __future__ import annotations

from typing import Final

SYSTEM_IDENTIFIERS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
    }
)
"""In lower case. A wildcard in such a value lets strangers in (C71), and an endpoint policy compares it whole (G24)."""
