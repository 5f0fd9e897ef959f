"""Conditions that no request of a caller meets: what a sentence says of a key that follows from who calls.

Source: IAM User Guide, reference_policies_condition-keys (properties of the principal); spec C44 to C50.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.context import context_lookup
from policysim.expectations.problem_kinds import NEVER_HAPPENS
from policysim.expectations.sentences import Test
from policysim.language.problems import Problem
from policysim.language.request import ABSENT, Request, Resource
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.expectations.caller import Caller
    from policysim.expectations.sentences import Condition
    from policysim.language.request import ContextValue

_OF_THE_CALLER: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principaltype",
        "aws:userid",
        "aws:username",
    }
)
"""The keys, in lower case, that follow from the caller alone."""


def contradicted(conditions: Sequence[Condition], callers: Sequence[Caller]) -> Iterator[Problem]:
    """A warning for each condition on a key of the caller that some caller of the sentence never meets."""
    for condition in conditions:
        if condition.key.text.lower() not in _OF_THE_CALLER:
            continue
        for caller in callers:
            own = _own_value(condition.key.text, caller)
            if own is not None and not _may_be(condition, own):
                told = "absent" if own is ABSENT else f"`{own[0]}`" if isinstance(own, tuple) and own else "empty"
                sentence = (
                    f"`{condition.key.text}` of `{caller.name}` is {told}, so that no such request has what is said"
                )
                yield Problem(NEVER_HAPPENS, sentence, condition.key.span)
                break


def _own_value(key: str, caller: Caller) -> ContextValue | None:
    """What follows from the caller; ``None`` where nothing is known."""
    request = Request(principal=caller.principal, action="sts:GetCallerIdentity", resource=Resource(arn="*"))
    found = context_lookup(request)(key)
    return found if found is ABSENT or isinstance(found, tuple) else None


def _may_be(condition: Condition, own: ContextValue) -> bool:
    if condition.test is Test.ABSENT or not isinstance(own, tuple):
        return condition.test is Test.ABSENT and own is ABSENT
    values = [value.text for value in condition.values]
    if condition.test is Test.EQUALS:
        return values == list(own)
    return any(Pattern.from_text(value).matches(one) for value in values for one in own)
