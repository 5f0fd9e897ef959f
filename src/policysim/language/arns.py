"""Amazon Resource Names: the six parts, and what the parts of IAM and STS ARNs say of a principal.

Source: IAM User Guide, reference-arns and reference_identifiers; spec R4, P3, P8, P9, P24, E38.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

SERVICE_LINKED_NAME: Final = "AWSServiceRoleFor"
"""The reserved beginning of the names of service-linked roles: all that the ARN of their sessions shows."""

SERVICE_DOMAINS: Final = (".amazonaws.com", ".amazonaws.com.cn")
"""What the names of service principals end in."""

_ACCOUNT_ID = re.compile(r"\d{12}")


class Arn(NamedTuple):
    """``arn:partition:service:region:account:resource``; ``resource`` may itself hold colons and slashes (spec R4)."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def resource_type(self) -> str:
        """The part of the resource before its first ``/`` or ``:``; empty when there is none."""
        match = re.search(r"[/:]", self.resource)
        return self.resource[: match.start()] if match else ""

    @property
    def resource_id(self) -> str:
        """The part of the resource behind its first ``/`` or ``:``; the whole resource when there is none."""
        match = re.search(r"[/:]", self.resource)
        return self.resource[match.end() :] if match else self.resource

    @property
    def name(self) -> str:
        """The last part of a path: the user or role name of an IAM ARN."""
        return self.resource.rsplit("/", 1)[-1]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


@lru_cache(maxsize=4096)
def parse_arn(text: str) -> Arn | None:
    """The parts of an ARN, or ``None`` when ``text`` does not have the six fields of one (spec R4)."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    return Arn(*parts[1:])


def is_service_linked(role_arn: str) -> bool:
    """Whether the ARN of a role, path included, is that of a service-linked role (spec E38)."""
    return ":role/aws-service-role/" in role_arn


def is_reserved_role(role_arn: str) -> bool:
    """Whether the ARN of a role, path included, is one that IAM Identity Center made for a permission set (P23)."""
    return ":role/aws-reserved/sso." in role_arn


def is_account_id(text: str) -> bool:
    """Whether ``text`` is a 12-digit account id."""
    return _ACCOUNT_ID.fullmatch(text) is not None
