"""The calls that a command was asked about, each with the organisation to explain it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.explanation.many import SIBLINGS, Asked, Later, asked_of, examined
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.account import Organisation
    from policysim.cloudtrail.call import Call

__all__ = ["SIBLINGS", "Asked", "Later", "asked_in", "examined"]


def asked_in(folder: str, organisation: Organisation, calls: Sequence[Call]) -> list[Asked]:
    """Each call with the organisation, or alone where the folder says nothing about it; one call at least fits.

    Raises:
        InputError: no call fits the folder.
    """
    asked = [asked_of(folder, organisation, call) for call in calls]
    if all(one.organisation is None for one in asked):
        raise InputError(asked[0].call.unresolved[-1])
    return asked
