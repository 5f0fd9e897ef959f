"""Callers by name: who a person means by ``role/app``, who stands behind a session, who shares a policy.

Source: IAM User Guide, reference_identifiers; spec P7 to P9, P12, E38, C46.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.arns import (
    SERVICE_DOMAINS,
    SERVICE_LINKED_NAME,
    Arn,
    is_account_id,
    is_service_linked,
    parse_arn,
)
from policysim.language.nearest import nearest
from policysim.language.request import Credentials, Principal, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.account.account import Account, Group, Identities, Node, Organisation, Role, User

_EXPECTED: Final = "an ARN, `role/NAME`, `user/NAME` or `root`"


class UnknownPrincipal(NamedTuple):
    """A caller that cannot be made out: a code and one sentence."""

    code: str
    sentence: str


def resolve_principal(text: str, organisation: Organisation) -> Principal | UnknownPrincipal:
    """The caller that ``text`` names: an ARN, ``role/NAME``, ``user/NAME``, ``root``, or a service principal.

    A role stands for some session of it, whose name is not known. Names (with or without path) are looked up in the
    accounts at hand; so are the users and roles of ARNs, as far as their account was collected.
    """
    if text.endswith(SERVICE_DOMAINS) and ":" not in text:
        return Principal(kind=PrincipalKind.SERVICE, service=text)
    kind, slash, name = text.partition("/")
    if slash and name and kind in {"role", "user"}:
        return _by_name(kind, name, organisation)
    if text == "root":
        return _root(organisation)
    arn = parse_arn(text)
    principal = None if arn is None else principal_of(arn)
    if principal is None:
        return UnknownPrincipal("principal-malformed", f"`{text}` is no principal: expected {_EXPECTED}")
    return _checked(principal, organisation)


def principal_of(arn: Arn) -> Principal | None:
    """The caller that an IAM or STS ARN names; ``None`` when it names none (groups never call, spec P12)."""
    if not is_account_id(arn.account):
        return None
    text, account = str(arn), arn.account
    match arn.service, arn.resource_type, arn.resource:
        case "iam", "", "root":
            return Principal(kind=PrincipalKind.ROOT, arn=text, account=account)
        case "iam", "user", _:
            return Principal(kind=PrincipalKind.USER, arn=text, account=account)
        case "iam", "role", _:
            linked = is_service_linked(text)
            return _session(account=account, entity_arn=text, service_linked=linked)
        case "sts", "assumed-role", _:
            return _session(account=account, arn=text)
        case "sts", "federated-user", _:
            temporary = Credentials.TEMPORARY
            return Principal(kind=PrincipalKind.FEDERATED_USER, arn=text, account=account, credentials=temporary)
        case _:
            return None


def _session(
    *, account: str, arn: str | None = None, entity_arn: str | None = None, service_linked: bool = False
) -> Principal:
    return Principal(
        kind=PrincipalKind.ROLE_SESSION,
        arn=arn,
        account=account,
        entity_arn=entity_arn,
        credentials=Credentials.TEMPORARY,
        service_linked=service_linked,
    )


def _by_name(kind: str, name: str, organisation: Organisation) -> Principal | UnknownPrincipal:
    collected = [account.identities for account in organisation.accounts.values() if account.identities is not None]
    if not collected:
        return UnknownPrincipal("principal-unknown", f"no account at hand lists its {kind}s, so there is no `{name}`")
    arns = [arn for identities in collected for arn in _entities(kind, identities)]
    found = [arn for arn in arns if arn.endswith(f"/{name}")]
    if len(found) > 1:
        several = ", ".join(f"`{arn}`" for arn in found)
        return UnknownPrincipal("principal-ambiguous", f"there are several {kind}s `{name}`: {several}")
    parsed = parse_arn(found[0]) if found else None
    principal = principal_of(parsed) if parsed is not None else None
    if principal is None:
        return UnknownPrincipal("principal-unknown", f"no account at hand has a {kind} `{name}`{_closest(name, arns)}")
    return completed(principal, organisation)


def _entities(kind: str, identities: Identities) -> Mapping[str, object]:
    return identities.roles if kind == "role" else identities.users


def _closest(name: str, arns: Iterable[str]) -> str:
    hint = nearest(name.rsplit("/", 1)[-1], [arn.rsplit("/", 1)[-1] for arn in arns])
    return f"; {hint}" if hint else ""


def _root(organisation: Organisation) -> Principal | UnknownPrincipal:
    if len(organisation.accounts) != 1:
        sentence = "`root` needs one account at hand; give the ARN, such as `arn:aws:iam::111122223333:root`"
        return UnknownPrincipal("principal-ambiguous", sentence)
    account = next(iter(organisation.accounts.values()))
    arn = f"arn:{account.partition}:iam::{account.id}:root"
    return completed(Principal(kind=PrincipalKind.ROOT, arn=arn, account=account.id), organisation)


def _checked(principal: Principal, organisation: Organisation) -> Principal | UnknownPrincipal:
    """The caller as far as it is known; an error when its account was collected and has no such user or role."""
    account = organisation.account(principal.account)
    kind = {PrincipalKind.USER: "user", PrincipalKind.ROLE_SESSION: "role"}.get(principal.kind)
    if account is None or account.identities is None or kind is None:
        return completed(principal, organisation)
    if entity_behind(principal, organisation) is None:
        name = entity_name(principal) or ""
        closest = _closest(name, _entities(kind, account.identities))
        return UnknownPrincipal("principal-unknown", f"account `{account.id}` has no {kind} `{name}`{closest}")
    return completed(principal, organisation)


def entity_behind(principal: Principal, organisation: Organisation) -> User | Role | None:
    """The user or role whose policies the caller has, as collected; ``None`` when there is none or it is not known."""
    account = organisation.account(principal.account)
    if account is None or account.identities is None:
        return None
    identities = account.identities
    match principal.kind:
        case PrincipalKind.USER:
            return identities.users.get(principal.arn or "")
        case PrincipalKind.FEDERATED_USER:
            return identities.users.get(principal.entity_arn or "")
        case PrincipalKind.ROLE_SESSION:
            return _role_behind(principal, identities)
        case _:
            return None


def _role_behind(principal: Principal, identities: Identities) -> Role | None:
    """The role of a session: by its ARN, else by the name in the session's ARN, which leaves out the path (spec P8).

    Where only the session is known for sure, the ARN of the role may have been made up from it, without a path.
    """
    role = identities.roles.get(principal.entity_arn or "")
    without_path = principal.entity_arn is None or principal.entity_arn.count("/") == 1
    if role is not None or principal.arn is None or not without_path:
        return role
    session = parse_arn(principal.arn)
    return None if session is None else identities.role_named(session.resource_id.split("/", 1)[0])


def entity_name(principal: Principal) -> str | None:
    """The name of the user or role behind the caller; a session's ARN holds it without the path (spec P8)."""
    arn = parse_arn(principal.entity_arn or principal.arn or "")
    if arn is None:
        return None
    return arn.resource_id.split("/", 1)[0] if arn.resource_type == "assumed-role" else arn.name


def completed(principal: Principal, organisation: Organisation) -> Principal:
    """The caller with what the accounts at hand tell of it: the role behind it, unique id, kind of role, account."""
    arn = parse_arn(principal.entity_arn or principal.arn or "")
    if principal.account is None and arn is not None and is_account_id(arn.account):
        principal = replace(principal, account=arn.account)
    if principal.in_management_account is None:
        principal = replace(principal, in_management_account=in_management_account(principal.account, organisation))
    entity = entity_behind(principal, organisation)
    if principal.kind is PrincipalKind.ROLE_SESSION:
        entity_arn = entity.arn if entity is not None else principal.entity_arn
        linked = _service_linked(principal, entity_arn)
        role_id = principal.unique_id.split(":", 1)[0] if principal.unique_id is not None else None
        principal = replace(principal, entity_arn=entity_arn, unique_id=role_id, service_linked=linked)
    if entity is not None and principal.unique_id is None and principal.kind is not PrincipalKind.FEDERATED_USER:
        principal = replace(principal, unique_id=entity.unique_id)
    return principal


def _service_linked(principal: Principal, entity_arn: str | None) -> bool | None:
    """Whether the role is service-linked: its path tells; without a path the reserved name leaves it open."""
    if entity_arn is not None:
        return principal.service_linked or is_service_linked(entity_arn)
    open_name = (entity_name(principal) or "").startswith(SERVICE_LINKED_NAME)
    return None if open_name and not principal.service_linked else principal.service_linked


def in_management_account(account_id: str | None, organisation: Organisation) -> bool | None:
    """Whether an account is the management account of its organisation; ``None`` when that is not known."""
    if account_id is None:
        return None
    if organisation.standalone:
        return False if account_id in organisation.accounts else None
    if account_id == organisation.management_account:
        return True
    known = organisation.management_account is not None and organisation.path_to(account_id) is not None
    return False if known else None


def attachments_of(organisation: Organisation, policy_arn: str) -> tuple[str, ...]:
    """Everything that a policy is attached to: ARNs of users, groups and roles, or ids of nodes.

    A permissions boundary counts as attached.
    """
    entities = (arn for account in organisation.accounts.values() for arn in _holders(account, policy_arn))
    nodes = _nodes(organisation.root, policy_arn) if organisation.root is not None else ()
    return tuple(dict.fromkeys((*entities, *nodes)))


def _holders(account: Account, policy_arn: str) -> Iterator[str]:
    if account.identities is None:
        return
    groups: Iterable[Group] = account.identities.groups.values()
    for group in groups:
        if any(reference.arn == policy_arn for reference in group.managed):
            yield group.arn
    entities: Iterable[User | Role] = (*account.identities.users.values(), *account.identities.roles.values())
    for entity in entities:
        boundary = (entity.boundary,) if entity.boundary is not None else ()
        if any(reference.arn == policy_arn for reference in (*entity.managed, *boundary)):
            yield entity.arn


def _nodes(node: Node, policy_arn: str) -> Iterator[str]:
    if any(attached.arn == policy_arn for attached in (*(node.scps or ()), *(node.rcps or ()))):
        yield node.id
    for child in node.children:
        yield from _nodes(child, policy_arn)
