"""The caller and the action of a question as SQL: conditions that leave out no event that is wanted."""

from __future__ import annotations

from policysim.language.arns import parse_arn
from policysim.sources.aws.events import sql
from policysim.sources.aws.events.operation_names import operations_of
from policysim.sources.aws.events.wanted import ASSUMED_ROLE


def of_caller(principal: str | None, arn: str, issuer: str, message: str) -> str:
    """Whether the columns show a caller: ``arn`` and ``issuer`` are those of its identity, ``message`` may name it."""
    if principal is None:
        return ""
    names = [principal]
    parsed = parse_arn(principal)
    if parsed is not None and parsed.resource.startswith("role/"):
        # A session's ARN names the role without its path.
        names.append(f"arn:{parsed.partition}:sts::{parsed.account}:{ASSUMED_ROLE}/{parsed.name}/")
    told = [f"strpos({column}, {sql.text(name)}) > 0" for name in names for column in (arn, message)]
    return f"({' OR '.join([f'{issuer} = {sql.text(principal)}', *told])})"


def of_action(action: str | None, event_name: str, event_source: str, message: str) -> str:
    """Whether the columns may be those of a call that needs an action; nothing for one with wildcards."""
    if action is None:
        return ""
    operations = operations_of(action)
    if operations.names:
        calls = sql.one_of(f"lower({event_name})", sorted(name.lower() for name in operations.names))
    elif operations.sources:
        calls = sql.one_of(event_source, operations.sources)
    else:
        return ""
    return f"({calls} OR strpos(lower({message}), {sql.text(action.lower())}) > 0)"
