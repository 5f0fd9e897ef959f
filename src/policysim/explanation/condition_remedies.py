"""How a caller can meet a condition, or get out of a Deny by one, instead of having a policy changed.

Only keys that the caller has in hand count: nobody changes an account or an organisation to get a request through.
Source: IAM User Guide, reference_policies_condition-keys, reference_policies_elements_condition_operators,
id_credentials_mfa_enable-overview, id_roles_create_for-user_externalid and access_policies_boundaries; spec C1, C5, C7,
C51, C53, C58, C65.
"""

from __future__ import annotations

import json
import re
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.network_keys import is_forwarded
from policysim.evaluation.reasons import Element
from policysim.evaluation.truth import FALSE, TRUE
from policysim.explanation.altered_requests import is_impossible, with_values
from policysim.explanation.diagnosis import Remedy, label
from policysim.explanation.near_misses import without_allow
from policysim.explanation.remedy_codes import RemedyCode
from policysim.language.arns import is_reserved_role, parse_arn
from policysim.language.operators import Family, SetPrefix, operator_named
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import ABSENT, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.evaluation.decision import StatementMatch
    from policysim.explanation.fixes.candidates import Case
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue, Request


class _Way(NamedTuple):
    """What a caller does about a key: the beginning of the key (lower case), the code, the words, and a command."""

    start: str
    code: RemedyCode
    words: str
    command: str = ""


_MFA: Final = "use credentials obtained with MFA"
_WAYS: Final = (
    _Way("aws:multifactorauthpresent", RemedyCode.USE_MFA, _MFA, "mfa"),
    _Way("aws:multifactorauthage", RemedyCode.USE_MFA, "sign in with MFA again: the last time is too long ago", "mfa"),
    _Way("aws:requestedregion", RemedyCode.CALL_IN_REGION, "call in a Region that is accepted: {values}"),
    _Way("aws:requesttag/", RemedyCode.SEND_TAG, "send the tag `{name}` with the request: {values}"),
    _Way("aws:tagkeys", RemedyCode.SEND_TAG, "send no tags with other keys than these with the request: {values}"),
    _Way("s3:requestobjecttag/", RemedyCode.SEND_TAG, "send the object tag `{name}` with the request: {values}"),
    _Way("aws:securetransport", RemedyCode.USE_TLS, "call over TLS (`https`)"),
    _Way("s3:tlsversion", RemedyCode.USE_TLS, "call with a TLS version that is accepted: {values}"),
    _Way("aws:sourceip", RemedyCode.CALL_FROM_ADDRESS, "call from an address that is accepted: {values}"),
    _Way("aws:vpcsourceip", RemedyCode.CALL_FROM_ADDRESS, "call from an address that is accepted: {values}"),
    _Way(
        "aws:sourcevpce", RemedyCode.CALL_THROUGH_ENDPOINT, "call through the VPC endpoint that is accepted: {values}"
    ),
    _Way("aws:sourcevpc", RemedyCode.CALL_THROUGH_ENDPOINT, "call through an endpoint in the VPC: {values}"),
    _Way(
        "kms:encryptioncontext:",
        RemedyCode.SEND_ENCRYPTION_CONTEXT,
        "send the encryption context with `{name}`: {values}",
    ),
    _Way(
        "kms:encryptioncontextkeys",
        RemedyCode.SEND_ENCRYPTION_CONTEXT,
        "send an encryption context with these keys: {values}",
    ),
    _Way(
        "kms:viaservice",
        RemedyCode.LET_THE_SERVICE_CALL,
        "let the service use the key, instead of calling AWS KMS directly: {values}",
    ),
    _Way("aws:viaawsservice", RemedyCode.LET_THE_SERVICE_CALL, "let an AWS service make the call for you"),
    _Way("aws:calledvia", RemedyCode.LET_THE_SERVICE_CALL, "let the service make the call for you: {values}"),
    _Way("s3:x-amz-", RemedyCode.SEND_HEADER, "send the header `{name}`: {values}"),
    _Way("aws:referer", RemedyCode.SEND_HEADER, "send the header `Referer`: {values}"),
    _Way("aws:useragent", RemedyCode.SEND_HEADER, "send the header `User-Agent`: {values}"),
    _Way("sts:externalid", RemedyCode.SEND_EXTERNAL_ID, "send the external id that is wanted: {values}", "external-id"),
    _Way(
        "sts:rolesessionname", RemedyCode.NAME_THE_SESSION, "name the session as it is wanted: {values}", "session-name"
    ),
    _Way("aws:tokenissuetime", RemedyCode.RENEW_SESSION, "get a new session: this one is too old", "renew"),
    _Way("s3:prefix", RemedyCode.NARROW_REQUEST, "list only what begins with the prefix: {values}"),
    _Way("s3:delimiter", RemedyCode.NARROW_REQUEST, "list with the delimiter: {values}"),
    _Way("s3:max-keys", RemedyCode.NARROW_REQUEST, "ask for fewer keys at a time: {values}"),
    _Way(
        "aws:resourcetag/",
        RemedyCode.CHANGE_SETTING,
        "correct the tag `{name}` of the resource, if its value is wrong: {values}",
        "retag",
    ),
    _Way(
        "ec2:resourcetag/",
        RemedyCode.CHANGE_SETTING,
        "correct the tag `{name}` of the resource, if its value is wrong: {values}",
        "retag",
    ),
    _Way("ec2:instancetype", RemedyCode.NARROW_REQUEST, "ask for an instance type that is accepted: {values}"),
    _Way("ec2:encrypted", RemedyCode.NARROW_REQUEST, "ask for volumes that are encrypted"),
    _Way("ec2:metadatahttptokens", RemedyCode.NARROW_REQUEST, "launch with the metadata option `HttpTokens`: {values}"),
    _Way("ec2:volumetype", RemedyCode.NARROW_REQUEST, "ask for a volume type that is accepted: {values}"),
    _Way("rds:storageencrypted", RemedyCode.NARROW_REQUEST, "ask for storage that is encrypted"),
    _Way("acm:validationmethod", RemedyCode.NARROW_REQUEST, "ask for a validation method that is accepted: {values}"),
    _Way(
        "iam:permissionsboundary",
        RemedyCode.NARROW_REQUEST,
        "give the user or role the boundary that is wanted, in the call that creates it or before: {values}",
    ),
    _Way("sts:sourceidentity", RemedyCode.NAME_THE_SESSION, "set the source identity that is wanted: {values}"),
)
"""By key, the longer beginnings first where one is the beginning of another."""

_ABSENT_WAYS: Final = {
    "aws:viaawsservice": (RemedyCode.LET_THE_SERVICE_CALL, "make the call yourself, not through an AWS service"),
}
"""What to do where a flag must be false."""

_ASSUME: Final = "aws sts assume-role --role-arn {role} --role-session-name NAME"
_RETAG: Final = "aws resourcegroupstaggingapi tag-resources --resource-arn-list {resource} --tags {tag}"
_COMMANDS: Final = {
    ("mfa", True): ("aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code CODE"),
    ("retag", True): _RETAG,
    ("retag", False): _RETAG,
    ("renew", False): _ASSUME,
    ("external-id", True): _ASSUME + " --external-id EXTERNAL_ID",
    ("external-id", False): _ASSUME + " --external-id EXTERNAL_ID",
    ("session-name", True): _ASSUME,
    ("session-name", False): _ASSUME,
}
"""By command word, and whether the caller is a user (whose own credentials are renewed otherwise than a role's)."""

_GLOBAL: Final = frozenset(
    """
    account artifact budgets ce cloudfront globalaccelerator health iam importexport networkmanager organizations
    route53 route53domains shield support trustedadvisor waf
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""Services that one Region serves for all: their calls cannot be made in another (spec A6)."""

_SHOWN: Final = 3
_FRESH: Final = "2100-01-01T00:00:00Z"
"""The time of a session that is newer than any."""

_ANY: Final = ("any-value",)
"""The value of a key that only has to be there."""

_COMPARED_BY_VALUE: Final = frozenset({Family.STRING, Family.ARN, Family.BINARY, Family.IP_ADDRESS, Family.NUMERIC})


_EITHER_SIDE: Final = frozenset({LayerName.IDENTITY, LayerName.RESOURCE})
"""An Allow of one may do for that of the other (spec E7); evaluation tells whether it does."""


class _Attempt(NamedTuple):
    """A condition that a caller could meet (or, of a Deny, get out of), and the values to try for its key.

    ``accepted`` are those that the condition lists; none where any value will do.
    """

    match: StatementMatch
    entry: ConditionEntry
    way: _Way
    values: tuple[ContextValue, ...]
    accepted: tuple[str, ...]


def ways_to_meet_conditions(case: Case) -> Iterator[Remedy]:
    """For every condition that alone keeps an Allow from matching, or by which a Deny holds, what the caller can do.

    Where an Allow lacks several conditions, all of them are told, and tried together.
    """
    for attempts in _to_leave_denies(case):
        for attempt in attempts:
            yield _remedy(case, (attempt,), attempt)
    for attempts in _to_meet_allows(case):
        yield from (_remedy(case, attempts, attempt) for attempt in attempts)


def _to_leave_denies(case: Case) -> Iterator[tuple[_Attempt, ...]]:
    for match in case.decision.statements:
        if match.statement.effect is StatementEffect.DENY and match.truth is TRUE:
            found = (_attempt(case, match, entry, wanted=False) for entry in match.statement.conditions)
            yield tuple(attempt for attempt in found if attempt is not None)


def _to_meet_allows(case: Case) -> Iterator[tuple[_Attempt, ...]]:
    """Allow statements in which nothing but conditions is amiss, and every one of those can be met."""
    if case.decision.effect is Effect.EXPLICIT_DENY:
        return
    lacking = set(without_allow(case.decision))
    if lacking & _EITHER_SIDE:
        lacking |= _EITHER_SIDE
    for match in case.decision.trace:
        own_side = match.layer in lacking or (case.decision.effect is Effect.DEPENDS and match.truth is not FALSE)
        if match.statement.effect is not StatementEffect.ALLOW or not own_side or not match.failures:
            continue
        if any(outcome.element is not Element.CONDITION for outcome in match.failures):
            continue
        missed = {outcome.path[:3] for outcome in match.failures}
        entries = [entry for entry in match.statement.conditions if entry.path() in missed]
        found = [_attempt(case, match, entry, wanted=True) for entry in entries]
        attempts = tuple(attempt for attempt in found if attempt is not None)
        if len(attempts) == len(found):
            yield attempts


_ANY_TAG_KEY: Final = "send a tag with one of these keys with the request: {values}"


_REGION_OF_MODEL: Final = (
    "invoke the model itself, or an inference profile, that runs in none but the accepted Regions: {values}"
)


def _is_model(request: Request) -> bool:
    """Whether a model of Amazon Bedrock is meant: an inference profile has it run in other Regions than are called."""
    arn = parse_arn(request.resource.arn)
    return arn is not None and (arn.service, arn.resource_type) == ("bedrock", "foundation-model")


def _way_for(request: Request, entry: ConditionEntry, *, wanted: bool) -> _Way | None:
    key, operator = entry.key.lower(), operator_named(entry.operator)
    way = next((one for one in _WAYS if key.startswith(one.start)), None)
    if way is not None and way.code is RemedyCode.CALL_IN_REGION and _is_model(request):
        return way._replace(words=_REGION_OF_MODEL)
    one_is_enough = wanted and operator is not None and operator.prefix is SetPrefix.FOR_ANY_VALUE
    return way._replace(words=_ANY_TAG_KEY) if way is not None and key == "aws:tagkeys" and one_is_enough else way


def _attempt(case: Case, match: StatementMatch, entry: ConditionEntry, *, wanted: bool) -> _Attempt | None:
    key = entry.key.lower()
    way = _way_for(case.request, entry, wanted=wanted)
    if way is None or _is_out_of_reach(case.request, way.code) or (not wanted and key in _SPARED_BY_NATURE):
        return None
    entry_values = _resolved(match, entry)
    own = context_lookup(case.request)(entry.key)
    values = tuple(value for value in _values(entry, entry_values, wanted=wanted) if value != own)
    if values and all(value == ("false",) or value is ABSENT for value in values):
        turned = _ABSENT_WAYS.get(key)
        if turned is None:
            return None
        way = way._replace(code=turned[0], words=turned[1])
    accepted = () if values == (_ANY,) else entry_values
    return _Attempt(match, entry, way, values, accepted) if values else None


_SPARED_BY_NATURE: Final = frozenset({"aws:viaawsservice", "aws:calledvia"})
"""Keys by which a Deny lets services work for their callers: they show nobody else a way round it."""

_BY_THE_CALLER: Final = frozenset(
    {RemedyCode.SEND_ENCRYPTION_CONTEXT, RemedyCode.LET_THE_SERVICE_CALL, RemedyCode.SEND_HEADER}
)


def _is_out_of_reach(request: Request, code: RemedyCode) -> bool:
    """Whether this caller, or this call, cannot do what a remedy of the code asks for.

    Credentials of a role never tell of MFA (spec C51); what a service sends when it forwards a call is its own (C55).
    """
    if code is RemedyCode.CALL_IN_REGION:
        return request.action.partition(":")[0] in _GLOBAL
    if code is RemedyCode.USE_MFA:
        return request.principal.kind is not PrincipalKind.USER
    by_service = is_forwarded(request) or bool(request.context.candidates("kms:ViaService"))
    return code in _BY_THE_CALLER and by_service


def _resolved(match: StatementMatch, entry: ConditionEntry) -> tuple[str, ...]:
    """The values of an entry, those of policy variables in their place where the request has them."""
    if not any("${" in value for value in entry.values) or len(entry.values) != 1:
        return entry.values
    outcome = next((one for one in match.outcomes if one.path[:3] == entry.path()), None)
    text = outcome.wanted.strip("`") if outcome is not None else ""
    return entry.values if not text or "${" in text or "`" in text else (text,)


def _values(entry: ConditionEntry, listed: tuple[str, ...], *, wanted: bool) -> Iterator[ContextValue]:
    """Values of the key under which the condition holds (``wanted``) or fails; none where no caller could bring one."""
    operator = operator_named(entry.operator)
    if operator is None:
        return
    family, positive = operator.base.family, operator.base.negated is not wanted
    if family is Family.BOOL:
        truths = {value.lower() == "true" for value in listed}
        yield from ((str(flag).lower(),) for flag in (True, False) if (flag in truths) is wanted)
    elif family is Family.NULL:
        absent = any(value.lower() == "true" for value in listed)
        yield ABSENT if absent is wanted else _ANY
    elif family is Family.DATE:
        later = operator.base.name.startswith("DateGreater")
        if later is wanted:
            yield (_FRESH,)
    elif family is Family.NUMERIC and "Than" in operator.base.name:
        less = "Less" in operator.base.name
        if less is wanted:
            yield ("0",)
    elif positive and family in _COMPARED_BY_VALUE:
        yield from ((one,) for value in listed if (one := _example(value, family)) is not None)


def _example(value: str, family: Family) -> str | None:
    """A value that fits what a policy lists: a range's first address, a pattern with its wildcards filled."""
    if "${" in value:
        return None
    if family is Family.IP_ADDRESS:
        return value.partition("/")[0]
    return value.replace("*", "x").replace("?", "x")


def _remedy(case: Case, together: Sequence[_Attempt], attempt: _Attempt) -> Remedy:
    way, key = attempt.way, attempt.entry.key
    name = (
        key.removeprefix("s3:")
        if way.code is RemedyCode.SEND_HEADER
        else key.partition("/")[2] or (key.split(":", 2)[-1])
    )
    words = way.words.format(name=name, values=_listed(attempt.accepted))
    return Remedy(
        way.code.value,
        f"{words} ({_why(attempt.match)})",
        _command(case.request, attempt),
        verified=any(_allowed(case, request) for request in _requests(case, together)),
    )


def _why(match: StatementMatch) -> str:
    if match.statement.effect is StatementEffect.DENY:
        return f"{label(match)} does not deny it then"
    return f"{label(match)} allows it then"


def _listed(values: tuple[str, ...]) -> str:
    if not values:
        return "any will do"
    shown = " or ".join(f"`{value}`" for value in values[:_SHOWN])
    return shown if len(values) <= _SHOWN else f"{shown} or {len(values) - _SHOWN} more"


def _requests(case: Case, together: Iterable[_Attempt]) -> Iterator[Request]:
    """The request with each value of each condition tried; of several conditions the first value of the others."""
    attempts = list(together)
    first = {attempt.entry.key: attempt.values[0] for attempt in attempts}
    for attempt in attempts if not is_impossible(first) else ():
        for value in attempt.values:
            yield with_values(case.request, {**first, attempt.entry.key: value})


def _allowed(case: Case, request: Request) -> bool:
    return decide(request, case.policies, case.facts).effect is Effect.ALLOWED


def _command(request: Request, attempt: _Attempt) -> str:
    is_user = request.principal.kind is PrincipalKind.USER
    template = _COMMANDS.get((attempt.way.command, is_user), "")
    assumes = request.action.lower() == "sts:assumerole"
    role = request.resource.arn if assumes else request.principal.entity_arn or ""
    if "{role}" in template and not role:
        return ""
    if attempt.way.code is RemedyCode.RENEW_SESSION and is_reserved_role(role):
        return _SIGN_IN
    return template.format(role=quote(role), resource=quote(request.resource.arn), tag=quote(_tag(attempt)))


_SIGN_IN: Final = "aws sso login"
"""Nobody assumes a role of IAM Identity Center by a call (spec P23)."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9 _.:/@+-]+")


def _tag(attempt: _Attempt) -> str:
    """The tag as an argument: in short where no letter of it has a meaning there, in JSON otherwise."""
    name, value = attempt.entry.key.partition("/")[2], next(iter(attempt.accepted), "VALUE")
    if any(char in value for char in "*?$"):
        value = "VALUE"
    return f"{name}={value}" if _PLAIN.fullmatch(name + value) else json.dumps({name: value})
