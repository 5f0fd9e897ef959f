"""A bucket policy that is open to everybody, where S3 Block Public Access keeps callers from outside out of it.

Source: S3 User Guide, access-control-block-public-access ("The meaning of public"); spec S15, S16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.explanation.diagnosis import FixKind
from policysim.explanation.fixes.breadth import element_breadth
from policysim.explanation.fixes.candidates import Candidate
from policysim.explanation.fixes.documents import in_aim, refusal
from policysim.explanation.fixes.statements import principal_entry
from policysim.language.edits import replace_value
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.policy import Statement

_NOBODY_ELSE: Final = "{statement} then no longer allows anybody else: name whoever else needs access"


def name_principal(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The caller in the place of ``*`` as the principal: the policy is public no more, and the caller gets in."""
    named = principal_entry(case.request)
    for attached in in_aim(case, aim) if named is not None else ():
        if refusal(case, attached) is not None:
            continue
        for statement in attached.policy.statements:
            if not _is_open(statement) or statement.principal is None or named is None:
                continue
            name = f"`{statement.sid}`" if statement.sid else f"statement {statement.index + 1}"
            yield Candidate(
                FixKind.NAME_PRINCIPAL,
                f"name `{named[1]}` instead of everybody in {name} of `{attached.name}`",
                attached,
                aim.layer,
                (replace_value(statement.location.below(statement.principal.name), {named[0]: named[1]}),),
                element_breadth(statement.resource),
                warning=_NOBODY_ELSE.format(statement=name),
            )


def _is_open(statement: Statement) -> bool:
    principal = statement.principal
    return (
        statement.effect is Effect.ALLOW
        and principal is not None
        and not principal.negated
        and any(entry.value == "*" for entry in principal.entries)
    )
