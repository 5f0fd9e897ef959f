"""Does a ``Principal`` or ``NotPrincipal`` element reach the caller, and as what?

Source: IAM User Guide, reference_policies_elements_principal and _notprincipal; spec P2 to P25, E8 to E11, E35.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.decision import Grant, Outcome
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, negate
from policysim.language.arns import SERVICE_DOMAINS, Arn, is_account_id, parse_arn
from policysim.language.policy import Effect
from policysim.language.request import IAM_IDENTITIES, OF_AN_ACCOUNT, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.language.policy import PrincipalElement, PrincipalEntry
    from policysim.language.request import Principal

_UNIQUE_ID = re.compile(r"(AIDA|AROA|AGPA|ANPA|AIPA|ANVA|APKA|ASCA|ABIA|ACCA)[A-Z0-9]*")
_UNIQUE_ID_KINDS: Final[dict[PrincipalKind, tuple[str, Grant]]] = {
    PrincipalKind.USER: ("AIDA", Grant.DIRECT),
    PrincipalKind.ROLE_SESSION: ("AROA", Grant.ENTITY),
}
_FEDERATED = frozenset({PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML})


class Reach(NamedTuple):
    """How an element reaches the caller: one truth for each kind of grant.

    ``key_grant``: the caller is the grantee of a KMS grant. ``key_grant_to_account``: its account is (spec S23, S35).
    """

    direct: Truth = FALSE
    entity: Truth = FALSE
    account: Truth = FALSE
    key_grant: Truth = FALSE
    key_grant_to_account: Truth = FALSE

    @property
    def at_all(self) -> Truth:
        """Whether it reaches the caller in any way."""
        return any_of(self)

    @property
    def best(self) -> Grant | None:
        """The strongest grant that holds, or else that may hold."""
        for wanted in (TRUE, UNKNOWN):
            for grant, truth in zip(Grant, self, strict=True):
                if truth is wanted:
                    return grant
        return None


NOWHERE: Final = Reach()
EVERYWHERE: Final = Reach(direct=TRUE)


class Circumstances(NamedTuple):
    """What beyond the caller itself decides whether an element reaches it.

    ``gateway_endpoint``: the policy is that of a gateway VPC endpoint (spec E35). ``boundary``: the caller has a
    permissions boundary (spec P21). ``service_names``: further names of a service that calls (spec P16).
    ``grants_need_identity`` is the switch of that name.
    """

    gateway_endpoint: Truth = FALSE
    boundary: Truth = FALSE
    grants_need_identity: bool = False
    service_names: tuple[str, ...] = ()


def match_principal(
    element: PrincipalElement, effect: Effect, caller: Principal, circumstances: Circumstances
) -> tuple[Outcome, Reach]:
    """How the element of a statement with this effect reaches the caller, with the reason when it does not."""
    reaches = [_reach(entry, caller, circumstances) for entry in element.entries]
    if element.negated:
        return _not_principal(element, effect, caller, reaches, circumstances)
    reach = Reach(*map(any_of, zip(NOWHERE, *reaches, strict=True)))
    truth = reach.at_all
    return _outcome(element, caller, circumstances, truth, None if truth is TRUE else _why(element, truth)), reach


def _not_principal(
    element: PrincipalElement, effect: Effect, caller: Principal, reaches: list[Reach], circumstances: Circumstances
) -> tuple[Outcome, Reach]:
    """Everyone who is not listed. A Deny spares an IAM caller only if it and its account are listed (spec P20, P21)."""
    itself = any_of(truth for reach in reaches for truth in (reach.direct, reach.entity))
    account = any_of(reach.account for reach in reaches)
    needs_both = effect is Effect.DENY and caller.kind in IAM_IDENTITIES
    if not needs_both or _lists_everyone(element):
        listed = any_of((itself, account))
    else:
        both = all_of((itself, account))
        listed = UNKNOWN if both is FALSE and itself is not FALSE else both
        listed = all_of((listed, negate(circumstances.boundary)))
    truth = negate(listed)
    reason = {TRUE: None, FALSE: Reason.PRINCIPAL_LISTED, UNKNOWN: Reason.PRINCIPAL_UNKNOWN}[truth]
    return _outcome(element, caller, circumstances, truth, reason), Reach(direct=truth)


def _lists_everyone(element: PrincipalElement) -> bool:
    return any(entry.value == "*" and entry.kind in {"*", "AWS"} for entry in element.entries)


def _reach(entry: PrincipalEntry, caller: Principal, circumstances: Circumstances) -> Reach:
    match entry.kind:
        case "*":
            return EVERYWHERE
        case "AWS":
            return _aws(entry.value, caller, circumstances)
        case "Service":
            return Reach(direct=_is_service(entry.value, caller, circumstances))
        case "Federated":
            return _provider(entry.value, caller)
        case "CanonicalUser":
            return Reach(account=_same(entry.value, caller.canonical_id)) if caller.kind in OF_AN_ACCOUNT else NOWHERE
        case "KeyGrantee":
            return _grantee(entry.value, caller, circumstances)
        case _:
            return NOWHERE


def _names_of(caller: Principal, circumstances: Circumstances) -> tuple[str, ...]:
    """The service principals that the caller is: a service may have several names (spec P16)."""
    if caller.kind is not PrincipalKind.SERVICE:
        return ()
    return ((caller.service,) if caller.service is not None else ()) + circumstances.service_names


def _is_service(value: str, caller: Principal, circumstances: Circumstances) -> Truth:
    """Whether the caller is the service of this name; a service of which no name is known may be any."""
    names = _names_of(caller, circumstances)
    if caller.kind is PrincipalKind.SERVICE and not names:
        return UNKNOWN
    return TRUE if _is_named(value, names) else FALSE


def _is_named(value: str, names: tuple[str, ...]) -> bool:
    return value.lower() in [name.lower() for name in names]


def _grantee(value: str, caller: Principal, circumstances: Circumstances) -> Reach:
    """The grantee of a KMS grant: an AWS service, or a principal, for which an account may stand (spec S23)."""
    if value.endswith(SERVICE_DOMAINS):
        return Reach(key_grant=_is_service(value, caller, circumstances))
    reach = _aws(value, caller, circumstances)
    itself = any_of((reach.direct, reach.entity))
    if circumstances.grants_need_identity:
        return Reach(key_grant_to_account=any_of((itself, reach.account)))
    return Reach(key_grant=itself, key_grant_to_account=reach.account)


def _provider(value: str, caller: Principal) -> Reach:
    if caller.kind not in _FEDERATED:
        return NOWHERE
    if caller.provider is None:
        return Reach(direct=UNKNOWN)
    return EVERYWHERE if caller.provider == value else NOWHERE


def _aws(value: str, caller: Principal, circumstances: Circumstances) -> Reach:
    if value == "*":
        return NOWHERE if caller.kind in _FEDERATED else EVERYWHERE
    if is_account_id(value):
        return _account(value, None, caller, circumstances)
    if _UNIQUE_ID.fullmatch(value):
        return _unique_id(value, caller)
    arn = parse_arn(value)
    if arn is None or _has_partial_wildcard(value):
        return NOWHERE
    if (arn.service, arn.resource) == ("iam", "root"):
        return _account(arn.account, arn.partition, caller, circumstances)
    return _named(value, arn, caller)


def _account(account: str, partition: str | None, caller: Principal, circumstances: Circumstances) -> Reach:
    """The account principal; on a gateway endpoint it stands for the root user alone (spec P3, P24, E35)."""
    if caller.kind not in OF_AN_ACCOUNT:
        return NOWHERE
    if caller.account is None:
        return Reach(account=UNKNOWN)
    own = parse_arn(caller.arn or caller.entity_arn or "")
    if caller.account != account or (partition is not None and own is not None and own.partition != partition):
        return NOWHERE
    if caller.kind is PrincipalKind.ROOT:
        return Reach(account=TRUE)
    return Reach(account=negate(circumstances.gateway_endpoint))


def _unique_id(value: str, caller: Principal) -> Reach:
    """A unique id stands for one user or role as it was created; a recreated one has another id (spec P17)."""
    prefix, grant = _UNIQUE_ID_KINDS.get(caller.kind, ("", Grant.DIRECT))
    if not prefix or not value.startswith(prefix):
        return NOWHERE
    truth = UNKNOWN if caller.unique_id is None else TRUE if caller.unique_id == value else FALSE
    return Reach(direct=truth) if grant is Grant.DIRECT else Reach(entity=truth)


def _named(value: str, arn: Arn, caller: Principal) -> Reach:
    match arn.service, arn.resource_type, caller.kind:
        case "iam", "user", PrincipalKind.USER:
            return Reach(direct=_same(value, caller.arn))
        case "iam", "user", PrincipalKind.FEDERATED_USER:
            return Reach(entity=_same(value, caller.entity_arn))
        case "iam", "role", PrincipalKind.ROLE_SESSION:
            return Reach(entity=_same_role(value, arn, caller))
        case "sts", "assumed-role", PrincipalKind.ROLE_SESSION:
            return Reach(direct=_same_session(value, arn, caller))
        case "sts", "federated-user", PrincipalKind.FEDERATED_USER:
            return Reach(direct=_same(value, caller.arn))
        case _:
            return NOWHERE


def _same(value: str, own: str | None) -> Truth:
    return UNKNOWN if own is None else TRUE if value == own else FALSE


def _same_role(value: str, arn: Arn, caller: Principal) -> Truth:
    """A session carries its role's name but not its path: without the role's ARN the path stays open (spec P8, P9)."""
    if caller.entity_arn is not None:
        return TRUE if caller.entity_arn == value else FALSE
    session = parse_arn(caller.arn or "")
    if session is None:
        return UNKNOWN
    role_name = session.resource_id.split("/", 1)[0]
    alike = (session.partition, session.account, role_name) == (arn.partition, arn.account, arn.name)
    return UNKNOWN if alike else FALSE


def _same_session(value: str, arn: Arn, caller: Principal) -> Truth:
    if caller.arn is not None:
        return TRUE if caller.arn == value else FALSE
    role = parse_arn(caller.entity_arn or "")
    if role is None:
        return UNKNOWN
    alike = (role.partition, role.account, role.name) == (arn.partition, arn.account, arn.resource_id.split("/", 1)[0])
    return UNKNOWN if alike else FALSE


def _why(element: PrincipalElement, truth: Truth) -> Reason:
    if truth is UNKNOWN:
        return Reason.PRINCIPAL_UNKNOWN
    partial = [entry for entry in element.entries if entry.kind == "AWS" and _has_partial_wildcard(entry.value)]
    only_partial = bool(partial) and len(partial) == len(element.entries)
    return Reason.PRINCIPAL_PARTIAL_WILDCARD if only_partial else Reason.PRINCIPAL_OTHER


def _has_partial_wildcard(value: str) -> bool:
    return value != "*" and ("*" in value or "?" in value)


def _outcome(
    element: PrincipalElement, caller: Principal, circumstances: Circumstances, truth: Truth, reason: Reason | None
) -> Outcome:
    path = element.entries[0].path if len(element.entries) == 1 else (element.name,)
    caveats = ("principal-open",) if truth is UNKNOWN else _doubts(element, caller, circumstances)
    listed = _listing(element.entries)
    return Outcome(Element.PRINCIPAL, truth, reason, path, listed, _caller_name(caller), caveats=caveats)


def _doubts(element: PrincipalElement, caller: Principal, circumstances: Circumstances) -> tuple[str, ...]:
    """The codes of readings that AWS does not document (spec P5, P16)."""
    if caller.kind in _FEDERATED:
        return ("aws-star",) if any(entry[:2] == ("AWS", "*") for entry in element.entries) else ()
    names = _names_of(caller, circumstances)
    listed = [entry.value for entry in element.entries if entry.kind == "Service"] if names else []
    in_another_case = any(_is_named(value, names) for value in listed) and not set(listed) & set(names)
    return ("service-name-case",) if in_another_case else ()


def _listing(entries: Iterable[PrincipalEntry]) -> str:
    return ", ".join(f"`{entry.value}`" for entry in entries) or "nobody"


def _caller_name(caller: Principal) -> str:
    """The caller in one word: its ARN, its service name, its provider, or its kind."""
    return f"`{caller.arn or caller.entity_arn or caller.service or caller.provider or caller.kind.value}`"
