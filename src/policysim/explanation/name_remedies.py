"""A request that names the wrong thing: a misspelt bucket or queue, the wrong Region, the wrong account.

A name counts as wrong when the folder does not know it and a policy, or the folder, knows one that is nearly the same.
Source: spec R5, R6, R22, X1; S3 User Guide, troubleshoot-403-errors (a bucket of another account answers 403).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.authorizations import authorizations
from policysim.account.policy_holders import policy_holders
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.explanation.diagnosis import Remedy
from policysim.explanation.fixes.near import known_resources
from policysim.explanation.remedy_codes import RemedyCode
from policysim.language.arns import parse_arn
from policysim.language.patterns import resource_pattern_of
from policysim.language.policy import Effect as StatementEffect
from policysim.language.spelling import misspelt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.call import Call
    from policysim.explanation.fixes.candidates import Case
    from policysim.language.arns import Arn
    from policysim.language.request import Request

_PART: Final = re.compile(r"([/:])")
_SECRET_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")
_LIMIT: Final = 3
"""As many names are offered; a longer list is a guess."""

_CORRECT: Final = "look at the name: `{asked}` is not known here, and `{found}` is, which is nearly the same"
_REGION: Final = "call in Region `{place}`: the policies allow `{found}`, and the call went to `{own}`"
_ACCOUNT: Final = "call in account `{place}`: the policies allow `{found}`, and the call went to `{own}`"


class _Other(NamedTuple):
    """Another resource that may have been meant."""

    code: RemedyCode
    arn: str
    sentence: str


def other_names(case: Case, call: Call | None) -> Iterator[Remedy]:
    """The resources that may have been meant, those first for which the request is allowed when it names them."""
    asked = parse_arn(case.request.resource.arn)
    if asked is None or case.decision.effect is Effect.ALLOWED:
        return
    told = _as_told(case, call)
    found = {other.arn: other for other in _others(case, asked)}
    remedies = [
        Remedy(other.code.value, other.sentence, verified=_allowed(case, told, other.arn)) for other in found.values()
    ]
    yield from sorted(remedies, key=lambda remedy: not remedy.verified)[:_LIMIT]


def _as_told(case: Case, call: Call | None) -> Request:
    """The request as the call proves it, without what the account added about the resource that it names."""
    own = case.request
    for requested in call.requests if call is not None else ():
        if (requested.request.action, requested.request.resource.arn) == (own.action, own.resource.arn):
            return requested.request
    return own


def _others(case: Case, asked: Arn) -> Iterator[_Other]:
    known = known_resources(case)
    for arn in known:
        other = parse_arn(arn)
        if other is not None:
            yield from _elsewhere(asked, other)
    yield from _siblings(asked, known)
    if any(holder in known for holder in policy_holders(asked)):
        return
    for other in (*_allowed_patterns(case), *filter(None, map(parse_arn, known))):
        for right in _corrections(asked, other):
            yield _Other(RemedyCode.CORRECT_NAME, str(right), _CORRECT.format(asked=asked, found=right))
    for pattern in _allowed_patterns(case):
        yield from _elsewhere(asked, pattern)


_QUALIFIED: Final = "name it as the policies do: they name `{found}`, and the call is for `{asked}`"


def _siblings(asked: Arn, known: dict[str, None]) -> Iterator[_Other]:
    """The version or alias of a Lambda function that has a policy of its own (S28).

    Never the function in place of its version or alias: that would run other code, the newest that nobody published.
    """
    if asked.service != "lambda" or asked.resource_type != "function":
        return
    own = str(asked)
    for arn in known:
        if arn.startswith(f"{own}:"):
            yield _Other(RemedyCode.CORRECT_NAME, arn, _QUALIFIED.format(found=arn, asked=own))


def _allowed_patterns(case: Case) -> Iterator[Arn]:
    """The ARNs and patterns of resources that Allow statements list, where the action is one that they allow."""
    for match in case.decision.trace:
        statement = match.statement
        if statement.effect is not StatementEffect.ALLOW or statement.resource is None or statement.resource.negated:
            continue
        if all(outcome.element.value == "resource" for outcome in match.failures):
            yield from (arn for pattern in statement.resource.patterns if (arn := parse_arn(pattern)) is not None)


def _corrections(asked: Arn, other: Arn) -> Iterator[Arn]:
    """``asked`` with the one part of its name corrected in which a listed ARN differs by a slip of the fingers."""
    if (asked.partition, asked.service) != (other.partition, other.service):
        return
    own, theirs = _PART.split(asked.resource), _PART.split(other.resource)
    for at, (mine, right) in enumerate(zip(own, theirs, strict=False)):
        if mine == right:
            continue
        if "*" in right or "?" in right or not misspelt(mine, right):
            return
        corrected = asked._replace(resource="".join([*own[:at], right, *own[at + 1 :]]))
        covered = resource_pattern_of(str(other)).covers(str(corrected))
        if covered or corrected.resource.startswith((f"{other.resource}/", f"{other.resource}:")):
            yield corrected
        return


def _elsewhere(asked: Arn, other: Arn) -> Iterator[_Other]:
    """The resource of the same name in another Region or account, where the two differ in nothing else."""
    if (asked.partition, asked.service) != (other.partition, other.service) or not _same_name(asked, other):
        return
    regions_differ = bool(asked.region) and _is_word(other.region) and other.region != asked.region
    accounts_differ = bool(asked.account) and _is_word(other.account) and other.account != asked.account
    moved = asked._replace(
        region=other.region if regions_differ else asked.region,
        account=other.account if accounts_differ else asked.account,
        resource=asked.resource if "*" in other.resource or "?" in other.resource else other.resource,
    )
    if regions_differ and not accounts_differ:
        words = _REGION.format(place=other.region, found=moved, own=asked.region)
        yield _Other(RemedyCode.OTHER_REGION, str(moved), words)
    elif accounts_differ:
        words = _ACCOUNT.format(place=other.account, found=moved, own=asked.account)
        yield _Other(RemedyCode.OTHER_ACCOUNT, str(moved), words)


def _is_word(part: str) -> bool:
    return bool(part) and "*" not in part and "?" not in part


def _same_name(asked: Arn, other: Arn) -> bool:
    if other.resource == "*" or not other.resource_id.strip("*"):
        return False
    here = other._replace(region=asked.region, account=asked.account)
    if resource_pattern_of(str(here)).covers(str(asked)):
        return True
    if asked.service != "secretsmanager":
        return False
    return _SECRET_SUFFIX.sub("", asked.resource) == _SECRET_SUFFIX.sub("", other.resource)


def _allowed(case: Case, told: Request, arn: str) -> bool:
    """Whether the request is allowed once it names this resource, wherever that is."""
    asked, other = parse_arn(told.resource.arn), parse_arn(arn)
    context = told.context
    if other is not None and asked is not None and other.region != asked.region:
        context = context.with_values({"aws:RequestedRegion": (other.region,)})
    resource = replace(told.resource, arn=arn, account=other.account or None if other is not None else None)
    request = replace(told, resource=resource, context=context)
    return all(
        decide(situation.request, situation.policies, case.facts).effect is Effect.ALLOWED
        for situation in authorizations(request, case.organisation)
    )
