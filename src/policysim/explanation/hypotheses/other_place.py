"""The same name in another Region or account: a call that went to the wrong place looks like a missing permission.

Source: spec R11, R22, E1; AWS General Reference, ARNs; Secrets Manager User Guide (the six characters that end an ARN).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.authorizations import authorizations
from policysim.evaluation.decision import Effect
from policysim.explanation.hypotheses.phrases import statement
from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Decision
    from policysim.explanation.diagnosis import NearMiss
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.arns import Arn
    from policysim.language.request import Request

_RANDOM_END: Final = 7
"""A hyphen and six characters, which Secrets Manager puts behind the name of a secret."""


class OtherPlace(NamedTuple):
    """Where the same request is allowed: the sentence, the assumption in words, and the decision there."""

    sentence: str
    assumption: str
    decision: Decision


def elsewhere(evidence: Evidence, miss: NearMiss) -> OtherPlace | None:
    """Where a near miss would allow the same name: in the Region or the account that it lists."""
    element, asked_for = miss.match.statement.resource, parse_arn(evidence.request.resource.arn)
    if element is None or element.negated or asked_for is None:
        return None
    for pattern in element.patterns:
        listed = parse_arn(pattern)
        if listed is None or listed.service != asked_for.service:
            continue
        there = _moved(asked_for, listed)
        if there is not None and (found := _allowed_there(evidence, there)) is not None:
            words = f"{statement(miss.match)} allows the same name {_difference(asked_for, there)}"
            return OtherPlace(_sentence(asked_for, words), f"asked of `{there}`", found)
    return None


def namesake(evidence: Evidence) -> OtherPlace | None:
    """Where an account at hand has a resource of the same name, which the caller may use."""
    asked_for = parse_arn(evidence.request.resource.arn)
    if asked_for is None or not asked_for.account or not _is_named(asked_for):
        return None
    for there in _listed(evidence):
        if (there.region, there.account) == (asked_for.region, asked_for.account):
            continue
        if there.service != asked_for.service or _name(there) != _name(asked_for):
            continue
        if (found := _allowed_there(evidence, there)) is not None:
            words = f"the accounts at hand have one of the same name {_difference(asked_for, there)}: `{there}`"
            return OtherPlace(_sentence(asked_for, words), f"asked of `{there}`", found)
    return None


def _listed(evidence: Evidence) -> Iterator[Arn]:
    for account in evidence.organisation.accounts.values():
        for listed in (account.resource_policies or {}, account.tags or {}):
            yield from (arn for text in listed if (arn := parse_arn(text)) is not None)


def _is_named(arn: Arn) -> bool:
    """Whether the name is one that people give, which another place may have as well."""
    return bool(arn.resource) and "*" not in arn.resource


def _name(arn: Arn) -> str:
    is_secret = arn.service == "secretsmanager" and arn.resource[-_RANDOM_END : -_RANDOM_END + 1] == "-"
    return arn.resource[:-_RANDOM_END] if is_secret else arn.resource


def _moved(asked_for: Arn, listed: Arn) -> Arn | None:
    """The ARN that was asked for, in the Region and the account that a pattern lists; ``None`` if it lists these."""
    region = listed.region if listed.region and not _is_pattern(listed.region) else asked_for.region
    account = listed.account if is_account_id(listed.account) else asked_for.account
    moved = asked_for._replace(region=region, account=account)
    return None if moved == asked_for else moved


def _is_pattern(text: str) -> bool:
    return any(mark in text for mark in "*?$")


def _allowed_there(evidence: Evidence, there: Arn) -> Decision | None:
    """The decision on the same request there, if it is an allow."""
    asked = _asked_of(evidence.request, there)
    found = None
    for situation in authorizations(asked, evidence.organisation):
        found = evidence.decided(situation.policies, situation.request)
        if found.effect is not Effect.ALLOWED:
            return None
    return found


def _asked_of(request: Request, there: Arn) -> Request:
    resource = replace(request.resource, arn=str(there), account=there.account or None, in_management_account=None)
    moved = {"aws:RequestedRegion": (there.region,), "aws:ResourceAccount": (there.account,)}
    known = {key: value for key, value in moved.items() if value != ("",) and request.context.get(key) is not None}
    return replace(request, resource=resource, context=request.context.with_values(known))


def _difference(asked_for: Arn, there: Arn) -> str:
    parts = []
    if there.region != asked_for.region:
        parts.append(f"in Region `{there.region}`")
    if there.account != asked_for.account:
        parts.append(f"in account `{there.account}`")
    return " and ".join(parts)


def _sentence(asked_for: Arn, words: str) -> str:
    place = ", ".join(
        part
        for part in (
            f"Region `{asked_for.region}`" if asked_for.region else "",
            f"account `{asked_for.account}`" if asked_for.account else "",
        )
        if part
    )
    return f"the call went to the wrong Region or account ({place}): {words}"
