"""The policies that a test hands over for ``what_if``: as a dictionary, as JSON text, or as a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policysim.account.change_errors import CannotChangeError
from policysim.account.changes import NewPolicy, with_policy, without_policy
from policysim.language.policy_types import PolicyType
from policysim.language.source import Source
from policysim.sources.files import stem_of
from policysim.sources.policy_files import policy_of, read_policy_file, refuse_broken
from policysim.testing.failures import BrokenExpectationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.account.account import Organisation
    from policysim.language.policy import Policy
    from policysim.testing.questions import Words

    Document = Mapping[str, Any] | str | os.PathLike[str]

_UNNAMED: Final = "what-if"
"""The name of a policy that no file holds."""


def changed(
    organisation: Organisation,
    *,
    add_policy: Document | None,
    as_type: str,
    to: Words,
    scp: Document | None,
    remove_policy: Words,
) -> Organisation:
    """The accounts at hand with policies taken away, then one put in force, then an SCP.

    Raises:
        BrokenExpectationError: a document is none, or the change has no place.
        InputError: a file cannot be read.
    """
    targets = (to,) if isinstance(to, str) else tuple(to)
    added = [] if add_policy is None else [_new(add_policy, _type(as_type), targets)]
    if scp is not None:
        added.append(_new(scp, PolicyType.SCP, targets if add_policy is None else ()))
    if not added and targets:
        raise BrokenExpectationError("`to` tells what `add_policy` or `scp` is attached to, and there is neither")
    try:
        for name in (remove_policy,) if isinstance(remove_policy, str) else remove_policy:
            organisation = without_policy(organisation, name)
        for new in added:
            organisation = with_policy(organisation, new)
    except CannotChangeError as error:
        raise BrokenExpectationError(str(error)) from None
    return organisation


def _type(word: str) -> PolicyType:
    try:
        return PolicyType(word)
    except ValueError:
        known = ", ".join(f"`{kind.value}`" for kind in PolicyType)
        raise BrokenExpectationError(f"`as_type={word}` is no type of policy: expected one of {known}") from None


def _new(document: Document, kind: PolicyType, to: tuple[str, ...]) -> NewPolicy:
    name, policy = _read(document, kind)
    refuse_broken(policy, name)
    return NewPolicy(name, policy, to)


def _read(document: Document, kind: PolicyType) -> tuple[str, Policy]:
    if isinstance(document, str) and document.lstrip().startswith("{"):
        return _UNNAMED, policy_of(Source(_UNNAMED, document, written_here=True), kind)
    if isinstance(document, str | os.PathLike):
        path = Path(document)
        return stem_of(path), read_policy_file(path, kind)
    return _UNNAMED, policy_of(Source(_UNNAMED, json.dumps(document, indent=2), written_here=True), kind)
