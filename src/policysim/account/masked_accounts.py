"""The account in an ARN of which a message shows the last digits alone, where one folder has just that resource.

Source: API Gateway Developer Guide, the error messages of its authorization flows (`********3333` in place of the
account); spec R22: an owner is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.account.owners import lists
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.language.request import Resource

_MASKED: Final = re.compile(r"\*+(?P<shown>\d+)")
_DIGITS: Final = 12


def unmasked(resource: Resource, organisation: Organisation) -> Resource:
    """The resource with its account written out, where the folder of one fitting account alone lists it."""
    arn = parse_arn(resource.arn)
    masked = _MASKED.fullmatch(arn.account) if arn is not None else None
    if arn is None or masked is None or len(arn.account) != _DIGITS:
        return resource
    fitting = [
        whole
        for account in organisation.accounts.values()
        if account.id.endswith(masked["shown"]) and lists(account, whole := arn._replace(account=account.id))
    ]
    return replace(resource, arn=str(fitting[0]), account=fitting[0].account) if len(fitting) == 1 else resource
