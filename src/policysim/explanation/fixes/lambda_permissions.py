"""The AWS CLI calls that change the policy of a Lambda function: Lambda takes statements one by one, never a document.

Source: AWS Lambda API Reference, API_AddPermission and API_RemovePermission; AWS Lambda Developer Guide,
access-control-resource-based; spec S27, S28.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from policysim.explanation.fixes.ranking import changed_allow
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
    """The calls that make the one changed statement of a function's policy what it is after the edit.

    Empty where a permission cannot say it: several actions or callers in one statement, or other conditions.
    """
    statement = changed_allow(outcome)
    owner = parse_arn(outcome.candidate.attached.attached_to or "")
    said = _options(statement) if statement is not None else None
    if statement is None or owner is None or said is None:
        return ""
    before = () if outcome.candidate.new else outcome.candidate.attached.policy.statements
    old = next((one for one in before if one.index == statement.index), None)
    if old is not None and not old.sid:
        return ""
    parts = {
        "region": shlex.quote(owner.region),
        "arn": shlex.quote(str(owner)),
        "id": shlex.quote(statement.sid or _statement_id(said)),
        "rest": " ".join(f"{option} {shlex.quote(value)}" for option, value in said.items()),
    }
    return ((_REMOVE if old is not None else "") + _ADD).format(**parts)


def _options(statement: Statement) -> dict[str, str] | None:
    """The options of ``add-permission`` that say what a statement says; ``None`` where they cannot."""
    principal, actions = statement.principal, statement.action
    if principal is None or principal.negated or len(principal.entries) != 1:
        return None
    if actions.negated or len(actions.patterns) != 1:
        return None
    said = {"--action": actions.patterns[0], "--principal": principal.entries[0].value}
    for entry in statement.conditions:
        option = _OPTIONS.get((entry.operator, entry.key.lower()))
        if option is None or option in said or len(entry.values) != 1:
            return None
        said[option] = entry.values[0]
    return said


def _statement_id(said: Mapping[str, str]) -> str:
    """An id that tells what the statement is for; two callers get two ids."""
    principal = parse_arn(said["--principal"])
    who = said["--principal"] if principal is None else f"{principal.account}-{principal.name}"
    return _LETTERS.sub("-", f"allow-{said['--action']}-{who}")[:_LONGEST_ID].strip("-")
