"""The AWS CLI calls that change the policy of a Lambda function: Lambda takes statements one by one, never a document.

Source: AWS Lambda API Reference, API_AddPermission and API_RemovePermission; AWS Lambda Developer Guide,
access-control-resource-based; spec S27, S28.
"""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.explanation.fixes.ranking import changed_allow, only_new
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.explanation.fixes.verification import Outcome
    from policysim.language.policy import Statement

_OPTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("ArnLike", "aws:sourcearn"): "--source-arn",
    ("ArnEquals", "aws:sourcearn"): "--source-arn",
    ("StringEquals", "aws:sourceaccount"): "--source-account",
    ("StringEquals", "aws:principalorgid"): "--principal-org-id",
}
"""The conditions that a permission can have, by operator and key (lower case)."""

_ADD: Final = "aws lambda add-permission --region {region} --function-name {arn} --statement-id {id} {rest}"
_REMOVE: Final = "aws lambda remove-permission --region {region} --function-name {arn} --statement-id {id} && "
_LETTERS: Final = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_ID: Final = 100


def is_function(holder_arn: str) -> bool:
    """Whether a resource that has a policy is a Lambda function, a version or an alias of one."""
    holder = parse_arn(holder_arn)
    return holder is not None and (holder.service, holder.resource_type) == ("lambda", "function")


def permission_calls(outcome: Outcome) -> str:
    """The calls that let in what the one changed statement of a function's policy lets in after the edit.

    What an edit only adds to a statement becomes a permission of its own. Empty where a permission cannot say it:
    several actions or callers at once, or other conditions.
    """
    statement = changed_allow(outcome)
    owner = parse_arn(outcome.candidate.attached.attached_to or "")
    if statement is None or owner is None:
        return ""
    before = () if outcome.candidate.new else outcome.candidate.attached.policy.statements
    old = next((one for one in before if one.index == statement.index), None)
    added = _only_added(statement, old) if old is not None else None
    said = _options(_Parts.of(statement) if added is None else added)
    replaced = old is not None and added is None
    if said is None or (replaced and not statement.sid):
        return ""
    parts = {
        "region": quote(owner.region),
        "arn": quote(str(owner)),
        "id": quote((statement.sid or "") if replaced else _statement_id(said)),
        "rest": " ".join(f"{option} {quote(value)}" for option, value in said.items()),
    }
    return ((_REMOVE if replaced else "") + _ADD).format(**parts)


class _Parts(NamedTuple):
    """What a statement lists: actions, callers, and values by operator and key (lower case)."""

    actions: tuple[str, ...]
    callers: tuple[str, ...]
    conditions: dict[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, statement: Statement) -> _Parts | None:
        """The parts; ``None`` where the statement lists what it leaves out."""
        principal = statement.principal
        if principal is None or principal.negated or statement.action.negated:
            return None
        conditions = {(entry.operator, entry.key.lower()): entry.values for entry in statement.conditions}
        return cls(statement.action.patterns, tuple(entry.value for entry in principal.entries), conditions)


def _only_added(statement: Statement, old: Statement) -> _Parts | None:
    """What an edit adds to a statement, beside what stays; ``None`` where it takes something away, too."""
    after, before = _Parts.of(statement), _Parts.of(old)
    if after is None or before is None or after.conditions.keys() != before.conditions.keys():
        return None
    kept = set(before.actions) <= set(after.actions) and set(before.callers) <= set(after.callers)
    if not kept or any(not set(values) <= set(after.conditions[name]) for name, values in before.conditions.items()):
        return None
    conditions = {name: only_new(values, before.conditions[name]) for name, values in after.conditions.items()}
    return _Parts(only_new(after.actions, before.actions), only_new(after.callers, before.callers), conditions)


def _options(parts: _Parts | None) -> dict[str, str] | None:
    """The options of ``add-permission`` that say what a statement says; ``None`` where they cannot."""
    if parts is None or len(parts.actions) != 1 or len(parts.callers) != 1:
        return None
    said = {"--action": parts.actions[0], "--principal": parts.callers[0]}
    for name, values in parts.conditions.items():
        option = _OPTIONS.get(name)
        if option is None or option in said or len(values) != 1:
            return None
        said[option] = values[0]
    return said


def _statement_id(said: Mapping[str, str]) -> str:
    """An id that tells what the statement is for; two callers or two sources get two ids."""
    caller, source = parse_arn(said["--principal"]), parse_arn(said.get("--source-arn", ""))
    who = said["--principal"] if caller is None else f"{caller.account}-{caller.name}"
    words = ("allow", said["--action"], who, *(() if source is None else (source.name,)))
    return _LETTERS.sub("-", "-".join(words))[:_LONGEST_ID].strip("-")
