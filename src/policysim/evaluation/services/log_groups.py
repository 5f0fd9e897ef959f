"""CloudWatch Logs: what is done to a log group is authorized on its streams, as the end of its ARN in policies says.

Denial messages print a log group as ``log-group:NAME:log-stream:``, which ``log-group:NAME:*`` covers and
``log-group:NAME`` does not; tags alone hang on the latter. Source: CloudWatch Logs API reference, LogGroup (``arn`` and
``logGroupArn``, page of 2026); CloudWatch Logs User Guide, iam-access-control-overview-cwl; spec R21.
"""

from __future__ import annotations

from typing import Final

from policysim.language.arns import parse_arn

_SERVICE: Final = "logs:"
_ON_THE_GROUP_ITSELF: Final = frozenset({"logs:listtagsforresource", "logs:tagresource", "logs:untagresource"})
_GROUP: Final = "log-group"
_OF_ANY_STREAM: Final = ":*"


def authorized_form(action: str, resource: str) -> str:
    """The ARN that policies are held against: of a log group that of its streams, for everything else the same."""
    lower = action.lower()
    if not lower.startswith(_SERVICE) or lower in _ON_THE_GROUP_ITSELF:
        return resource
    arn = parse_arn(resource)
    if arn is None or arn.service != "logs" or arn.resource_type != _GROUP:
        return resource
    name = arn.resource_id.removesuffix(_OF_ANY_STREAM)
    return resource if ":" in name or not name else str(arn._replace(resource=f"{_GROUP}:{name}:log-stream:"))
