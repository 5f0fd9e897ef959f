"""The forms of the parts of one request, as people write them in a case or on the command line.

Source: IAM User Guide, reference_policies_elements_action and reference-arns; spec A1, R4.
"""

from __future__ import annotations

import re
from typing import Final

from policysim.language.arns import parse_arn

ANY_RESOURCE: Final = "*"
"""What stands for the resource of an action that works on no single one."""

_ACTION: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")


def is_one_action(text: str) -> bool:
    """Whether ``text`` is ``service:Name``, without a wildcard: a request has one action, a pattern is no action."""
    return _ACTION.fullmatch(text) is not None


def is_resource(text: str) -> bool:
    """Whether ``text`` is an ARN, or ``*``."""
    return text == ANY_RESOURCE or parse_arn(text) is not None
