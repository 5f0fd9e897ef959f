"""Callers from elsewhere: the anonymous one, an outsider, and every foreign principal that a policy at hand names.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_condition-keys and
access_policies-cross-account-resource-access; spec P2 to P17, S13, S23.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.account.principals import completed, principal_of
from policysim.evaluation.network_keys import ENDPOINT_KEYS
from policysim.expectations.caller import Caller, Whose
from policysim.expectations.documents import documents_of
from policysim.expectations.patterns import is_pattern
from policysim.expectations.providers import provider_caller
from policysim.language.arns import SERVICE_DOMAINS, is_account_id, parse_arn
from policysim.language.cells import Cut, cells
from policysim.language.patterns import arn_pattern
from policysim.language.request import Principal, PrincipalKind, RequestContext
from policysim.language.wildcards import Pattern, Piece
from policysim.language.witnesses import text_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from policysim.account.account import Account, Organisation
    from policysim.language.policy import Policy, PrincipalElement, Statement
    from policysim.language.witnesses import Tokens

_MADE_UP_ORGANISATION: Final = "o-0000000000"
_MADE_UP_NAME: Final = "outsider"
_UNLISTED_NAME: Final = "not-collected"
_CANONICAL_ID: Final = re.compile(r"[0-9a-f]{64}")
_ANY_SERVICE: Final = "cloudtrail.amazonaws.com"
"""The service that stands for all where a policy speaks of services in general."""

_IN_CONDITIONS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:principaltype",
        "aws:username",
        "kms:calleraccount",
    }
)
"""The condition keys whose values name callers, in lower case."""

_OF_SERVICES: Final = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
"""The condition keys, in lower case, that only requests of AWS services have."""

_SERVICE_OF_ARN: Final = {"execute-api": "apigateway"}
"""The services whose principals have another name than their ARNs."""

_SHAPES: Final = {
    "aws:principalarn": tuple(arn_pattern((Piece(f"arn:*:iam::*:{kind}/?*"),)).tokens() for kind in ("role", "user")),
    "aws:username": (text_tokens("?*"),),
}
"""What the names are like that a condition key compares with patterns."""

_TELLING_KINDS: Final = frozenset({"aws:principalarn", "aws:principaltype", "aws:username"})
"""The keys by which a policy tells an outsider that is a role from one that is a user."""

_FURTHER_KINDS: Final = (
    ("Account", "the root user of an outsider", "iam", "root"),
    ("FederatedUser", "a federated user of an outsider", "sts", f"federated-user/{_MADE_UP_NAME}"),
)
"""What else an outsider may be: its ``aws:PrincipalType``, what it is called, and its ARN."""

_ACCOUNT_DIGITS: Final = 12
_MOST_NAMES: Final = 32
"""How many names are made up for one pattern."""

ANONYMOUS: Final = Caller("anonymous", Principal(kind=PrincipalKind.ANONYMOUS), Whose.FOREIGN)


def outsider_of(organisation: Organisation) -> Caller:
    """A user of an account, and of an organisation, that nobody has heard of."""
    account = _unused_account(organisation)
    return _member(account, partition_of(organisation), "outsider", Whose.OUTSIDER, _MADE_UP_ORGANISATION)


def service_caller(name: str) -> Caller:
    """An AWS service that calls by itself, which comes through nobody's VPC endpoint."""
    principal = Principal(kind=PrincipalKind.SERVICE, service=name)
    return Caller(name, principal, Whose.FOREIGN, RequestContext(absent=ENDPOINT_KEYS))


def lists_all(account: Account) -> bool:
    """Whether every user and role of an account is at hand."""
    return account.identities is not None and account.identities.whole


def unlisted(organisation: Organisation) -> Iterator[Caller]:
    """Somebody of each account whose users and roles are not all at hand."""
    for account in organisation.accounts.values():
        if not lists_all(account):
            arn = f"arn:{account.partition}:iam::{account.id}:user/{_UNLISTED_NAME}"
            principal = Principal(kind=PrincipalKind.USER, arn=arn, account=account.id)
            title = f"a user or role of account {account.id} that was not collected"
            yield Caller(title, completed(principal, organisation))


def named_abroad(organisation: Organisation) -> tuple[Caller, ...]:
    """Every principal that a policy, list or grant at hand names and that is no user, role or root at hand.

    Sessions of roles at hand that a policy names are among them, and so are users and roles of accounts at hand whose
    users and roles are not all listed.
    """
    found: dict[object, Caller] = {}
    mentions = tuple(dict.fromkeys(_mentions(organisation)))
    for kind, value in (*mentions, *_told_apart(mentions)):
        for caller in _callers(kind, value, organisation):
            found.setdefault(caller.identity, caller)
    if any(kind in _TELLING_KINDS for kind, _ in mentions):
        role = _outsider_role(organisation)
        found.setdefault(role.identity, role)
    return tuple(found.values())


def _told_apart(mentions: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Names that fit a pattern and that other patterns of the same key tell apart, beside the plainest one."""
    for kind, shapes in _SHAPES.items():
        read = {value: _tokens_of(kind, value) for one, value in mentions if one == kind and "${" not in value}
        for value in filter(is_pattern, read):
            cuts = tuple(Cut(tokens) for other, tokens in read.items() if other != value)
            made = [text for shape in shapes for text in cells((read[value], shape), cuts).texts.values()]
            if len(made) > 1:
                yield from ((kind, text) for text in made[:_MOST_NAMES])


def _tokens_of(kind: str, value: str) -> Tokens:
    return text_tokens(value) if kind == "aws:username" else arn_pattern((Piece(value),)).tokens()


def _mentions(organisation: Organisation) -> Iterator[tuple[str, str]]:
    """The principals that are named, as pairs of a kind (that of a ``Principal`` element, or a condition key)."""
    documents = documents_of(organisation)
    for attached in documents.resources:
        yield from _mentions_of(attached.policy)
    for attached in documents.limits:
        yield from ((kind, value) for kind, value in _mentions_of(attached.policy) if kind in _IN_CONDITIONS)
    for account in organisation.accounts.values():
        yield from _mentions_beside_policies(account)


def _mentions_of(policy: Policy) -> Iterator[tuple[str, str]]:
    statements: tuple[Statement, ...] = policy.statements
    for statement in statements:
        if statement.principal is not None:
            yield from ((entry.kind, entry.value) for entry in statement.principal.entries)
        for condition in statement.conditions:
            if condition.key.lower() in _IN_CONDITIONS:
                yield from ((condition.key.lower(), value) for value in condition.values)
        if statement.principal is not None and _may_be_any_service(statement.principal):
            yield from (("Service", _service_behind(source)) for source in _sources(statement))


def _may_be_any_service(element: PrincipalElement) -> bool:
    return element.negated or any(entry.value == "*" for entry in element.entries)


def _sources(statement: Statement) -> tuple[str, ...]:
    """The ARNs on whose behalf a service asks, where a statement is about that; ``*`` where it names none."""
    conditions = [one for one in statement.conditions if one.key.lower() in _OF_SERVICES]
    arns = [value for one in conditions if one.key.lower() == "aws:sourcearn" for value in one.values]
    named = tuple(value for value in arns if parse_arn(value) is not None)
    return named or (("*",) if conditions else ())


def _mentions_beside_policies(account: Account) -> Iterator[tuple[str, str]]:
    """Grants of keys, access control lists, and the sessions with session policies of their own."""
    for grants in (account.grants or {}).values():
        for grant in grants:
            parties = (grant.grantee, grant.retiring, grant.issuing_account)
            for party in filter(None, parties):
                yield ("Service" if party.endswith(SERVICE_DOMAINS) else "AWS"), party
    buckets = account.public_access.buckets if account.public_access is not None else None
    for bucket in (buckets or {}).values():
        for acl in (bucket.acl, *bucket.objects.values()):
            for grantee in () if acl is None else (grant.grantee for grant in acl.grants):
                yield ("CanonicalUser" if _CANONICAL_ID.fullmatch(grantee) else "AWS"), grantee
    for arn in account.session_policies or {}:
        yield "AWS", arn


def _callers(kind: str, value: str, organisation: Organisation) -> Iterator[Caller]:
    match kind:
        case "Service":
            yield service_caller(value)
        case "Federated":
            yield provider_caller(value)
        case "CanonicalUser":
            if organisation.account_with_canonical_id(value) is None:
                principal = Principal(kind=PrincipalKind.ROOT, canonical_id=value)
                yield Caller(f"canonical user {value[:12]}", principal, Whose.FOREIGN)
        case "aws:principaltype":
            yield from _of_kind(value, organisation)
        case "aws:principalisawsservice" | "aws:principalservicename" | "aws:principalservicenameslist":
            yield from _services(value)
        case "aws:principalorgid" | "aws:principalorgpaths":
            yield from _members(kind, value, organisation)
        case "aws:username":
            name = re.sub(r"[*?]", "x", value)
            if "${" not in name:
                account = _unused_account(organisation)
                yield _member(account, partition_of(organisation), f"outsider named `{name}`", name=name)
        case _:
            yield from _of_arn_or_account(value, organisation)


def _services(value: str) -> Iterator[Caller]:
    """The service that a condition names, or any one where it tells services from other callers."""
    tells = value.lower() in {"true", "false", "*"}
    yield service_caller(_ANY_SERVICE if tells else re.sub(r"[*?]", "x", value))


def _service_behind(source: str) -> str:
    """The service that asks on behalf of a resource; any one where its ARN does not tell."""
    arn = parse_arn(source)
    if arn is None or is_pattern(arn.service) or "${" in arn.service:
        return _ANY_SERVICE
    return f"{_SERVICE_OF_ARN.get(arn.service, arn.service)}.amazonaws.com"


def _of_kind(value: str, organisation: Organisation) -> Iterator[Caller]:
    """Somebody of another account of a kind that an outsider is not: its root user, or a federated user."""
    account, partition = _unused_account(organisation), partition_of(organisation)
    known = RequestContext(_membership_of(_MADE_UP_ORGANISATION, None))
    for kind, title, service, name in _FURTHER_KINDS:
        if Pattern.from_text(value).matches(kind):
            arn = parse_arn(f"arn:{partition}:{service}::{account}:{name}")
            principal = None if arn is None else principal_of(arn)
            if principal is not None:
                yield Caller(title, replace(principal, in_management_account=False), Whose.OUTSIDER, known)


def _of_arn_or_account(value: str, organisation: Organisation) -> Iterator[Caller]:
    """Who an ARN, a pattern of ARNs or an account id names beyond the users, roles and roots at hand."""
    digits = re.sub(r"[*?]", "", value)
    if digits.isdigit() and digits != value:
        value = digits.ljust(_ACCOUNT_DIGITS, "0")
    if is_account_id(value):
        value = f"arn:{partition_of(organisation)}:iam::{value}:root"
    arn = parse_arn(value)
    if arn is None or "${" in value:
        return
    if is_pattern(value):
        account = _unused_account(organisation) if is_pattern(arn.account) else arn.account
        partition = partition_of(organisation) if is_pattern(arn.partition) else arn.partition
        resource = re.sub(r"[*?]", "x", arn.resource.replace("**", "*"))
        service = "iam" if is_pattern(arn.service) else arn.service
        arn = arn._replace(partition=partition, account=account, resource=resource, service=service, region="")
    elif arn.service == "iam" and not is_account_id(arn.account):
        arn = arn._replace(account=_unused_account(organisation))  # one that a pattern leaves open
    principal = principal_of(arn)
    if principal is None:
        return
    at_hand = organisation.account(principal.account)
    if at_hand is None:
        yield Caller(str(arn), principal, Whose.FOREIGN)
        if arn.resource == "root":
            yield _member(arn.account, arn.partition, f"a user of account {arn.account}")
            yield _role_of(arn.account, arn.partition, f"a role of account {arn.account}", Whose.FOREIGN)
        return
    known = completed(principal, organisation)
    is_session = known.arn is not None and known.kind is not PrincipalKind.ROOT and arn.service == "sts"
    is_unlisted = not lists_all(at_hand) and known.kind is not PrincipalKind.ROOT
    if is_unlisted or (is_session and (known.entity_arn is not None or known.kind is PrincipalKind.FEDERATED_USER)):
        yield Caller(str(arn), known)


def _members(kind: str, value: str, organisation: Organisation) -> Iterator[Caller]:
    """A principal of an organisation that a policy names, unless every account of that one is at hand."""
    organisation_id = value.split("/", 1)[0]
    if "${" in value or is_pattern(organisation_id):
        organisation_id, value = _MADE_UP_ORGANISATION, _MADE_UP_ORGANISATION
    if organisation_id == organisation.id and _all_at_hand(organisation):
        return
    path = re.sub(r"[*?]", "", value) if kind == "aws:principalorgpaths" else None
    account = _unused_account(organisation)
    where = f"path {path}" if path is not None else f"organisation {organisation_id}"
    yield _member(account, partition_of(organisation), f"a principal of {where}", belongs_to=organisation_id, path=path)


def _all_at_hand(organisation: Organisation) -> bool:
    if organisation.root is None:
        return False
    nodes = [organisation.root]
    ids: list[str] = []
    while nodes:
        node = nodes.pop()
        nodes += node.children
        ids.append(node.id)
    return all(one in organisation.accounts for one in ids if is_account_id(one))


def _member(
    account: str,
    partition: str,
    title: str,
    whose: Whose = Whose.FOREIGN,
    belongs_to: str | None = None,
    *,
    path: str | None = None,
    name: str = _MADE_UP_NAME,
) -> Caller:
    """A user of an account that is not at hand."""
    arn = f"arn:{partition}:iam::{account}:user/{name}"
    managing = False if whose is Whose.OUTSIDER else None
    principal = Principal(kind=PrincipalKind.USER, arn=arn, account=account, in_management_account=managing)
    known = {} if belongs_to is None else _membership_of(belongs_to, path)
    return Caller(title, principal, whose, RequestContext(known))


def _outsider_role(organisation: Organisation) -> Caller:
    """A role where the outsider is a user: for policies that tell callers apart by their ARN or kind."""
    account, known = _unused_account(organisation), _membership_of(_MADE_UP_ORGANISATION, None)
    return _role_of(account, partition_of(organisation), "a role of an outsider", Whose.OUTSIDER, known)


def _role_of(account: str, partition: str, title: str, whose: Whose, known: Mapping[str, str] | None = None) -> Caller:
    arn = f"arn:{partition}:iam::{account}:role/{_MADE_UP_NAME}"
    managing = False if whose is Whose.OUTSIDER else None
    principal = Principal(
        kind=PrincipalKind.ROLE_SESSION, entity_arn=arn, account=account, in_management_account=managing
    )
    return Caller(title, principal, whose, RequestContext(known))


def _membership_of(organisation_id: str, path: str | None) -> dict[str, str]:
    within = path if path is not None else f"{organisation_id}/r-0000/ou-0000-00000000/"
    return {"aws:PrincipalOrgID": organisation_id, "aws:PrincipalOrgPaths": within}


def _unused_account(organisation: Organisation) -> str:
    """An account id that no policy speaks of: the first of a row that starts where nobody has one."""
    return next(
        account for account in (f"{number:012d}" for number in range(999_999)) if account not in organisation.accounts
    )


def partition_of(organisation: Organisation) -> str:
    """The partition of AWS that the accounts at hand are in."""
    return next((account.partition for account in organisation.accounts.values()), "aws")
