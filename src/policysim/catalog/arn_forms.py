"""Forms of ARN that resources have beside the one that the Service Authorization Reference prints for their type.

Dated data (2026-11), by service prefix and resource type. Sources: the guides of the services, at each row.
"""

from __future__ import annotations

from typing import Final

FURTHER_ARN_FORMS: Final[dict[tuple[str, str], tuple[str, ...]]] = {}
