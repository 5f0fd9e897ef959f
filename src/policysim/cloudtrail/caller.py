"""Who made a call, from ``userIdentity`` of its record or from the words of a denial message.

What neither tells stays unknown, and is said so; an ARN that had to be made up from its parts is marked.
Source: CloudTrail User Guide, cloudtrail-event-reference-user-identity; spec P8, P9, P23, C44 to C47, E38.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.partitions import partition_of_region
from policysim.cloudtrail.call import FROM_MESSAGE, NOT_KNOWN
from policysim.language.arns import SERVICE_LINKED_NAME, is_account_id, is_service_linked, parse_arn
from policysim.language.request import Credentials, Principal, PrincipalKind

if TYPE_CHECKING:
    from policysim.cloudtrail.event import Event, UserIdentity

ANONYMOUS_ACCOUNT: Final = "ANONYMOUS_PRINCIPAL"
IDENTITY_CENTER_NAME: Final = "AWSReservedSSO_"
SERVICE_ENDINGS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")
"""How service principals end; ``AWS Internal`` and the like name none."""

FORWARDER_START: Final = "fas."
"""How current records begin the name of a service that forwards a call with the caller's own credentials."""

LONG_TERM_KEY: Final = "AKIA"
"""How the ids of users' access keys begin (IAM User Guide, reference_identifiers)."""

FROM_RECORD: Final = "userIdentity"
INHERITED_TAGS: Final = "incomingTransitiveTags"
"""The parameter of AssumeRole in records (IAM User Guide, id_session-tags), which no caller can pass."""

ROLE_DERIVED: Final = "; the role's ARN is derived from the session's, without a path"


class Caller(NamedTuple):
    """The principal (``None`` when nobody can tell), where it came from, and what could not be made out."""

    principal: Principal | None
    origin: str
    unresolved: tuple[str, ...] = ()


def caller_of_event(event: Event) -> Caller:
    """The principal that made the call of a record."""
    identity = event.user_identity
    if identity is None:
        return Caller(None, NOT_KNOWN, ("the record has no `userIdentity`, so the caller is not known",))
    reader = _READERS.get(_type_of(identity))
    if reader is None:
        named = f"`{identity.type}`" if identity.type else "no type at all"
        return Caller(None, NOT_KNOWN, (f"the record's `userIdentity` is of {named}, which names no IAM principal",))
    return reader(identity, event)


def caller_named(printed: str) -> Caller:
    """The principal that a message prints: an ARN, ``anonymous``, a service, or a unique id."""
    arn = parse_arn(printed)
    if printed.lower() == "anonymous":
        return Caller(Principal(kind=PrincipalKind.ANONYMOUS), FROM_MESSAGE)
    if arn is None:
        return _caller_without_arn(printed)
    account = arn.account if is_account_id(arn.account) else None
    if arn.service == "iam" and arn.resource == "root":
        return Caller(Principal(kind=PrincipalKind.ROOT, arn=printed, account=account), FROM_MESSAGE)
    if arn.service == "iam" and arn.resource.startswith("user/"):
        return Caller(Principal(kind=PrincipalKind.USER, arn=printed, account=account), FROM_MESSAGE)
    if arn.service == "iam" and arn.resource.startswith("role/"):
        # Some services print the role in place of its session (spec M6).
        return Caller(_role_session(None, printed, account), FROM_MESSAGE)
    if arn.service == "sts" and arn.resource.startswith("assumed-role/"):
        role, origin, unresolved = role_behind(printed)
        return Caller(_role_session(printed, role, account), FROM_MESSAGE + origin, unresolved)
    if arn.service == "sts" and arn.resource.startswith("federated-user/"):
        principal = Principal(
            kind=PrincipalKind.FEDERATED_USER, arn=printed, account=account, credentials=Credentials.TEMPORARY
        )
        return Caller(principal, FROM_MESSAGE, ("the message does not name the user behind the federated session",))
    return Caller(None, NOT_KNOWN, ("the message names a caller that is no IAM principal",))


def role_behind(session_arn: str) -> tuple[str | None, str, tuple[str, ...]]:
    """The ARN of the role behind a session, how it was come by, and what could not be made out (spec P8, P9).

    A session's ARN leaves out the role's path. Roles that AWS itself makes have one for sure, so theirs stays unknown.
    """
    arn = parse_arn(session_arn)
    parts = arn.resource.split("/") if arn is not None else []
    if arn is None or len(parts) < 2:
        return None, "", ("the session's ARN does not name its role",)
    name = parts[1]
    if name.startswith((SERVICE_LINKED_NAME, IDENTITY_CENTER_NAME)):
        return None, "", (f"the path of the role `{name}` is not known, so its ARN is not either",)
    return f"arn:{arn.partition}:iam::{arn.account}:role/{name}", ROLE_DERIVED, ()


def _type_of(identity: UserIdentity) -> str:
    if identity.account_id in {ANONYMOUS_ACCOUNT, "anonymous"}:
        return "Anonymous"
    if identity.type is None and identity.invoked_by and identity.principal_id is None and identity.arn is None:
        return "AWSService"
    return identity.type or ""


def _user(identity: UserIdentity, event: Event) -> Caller:
    principal = Principal(
        kind=PrincipalKind.USER,
        arn=identity.arn,
        account=identity.account_id,
        unique_id=identity.principal_id,
        credentials=credentials_of(identity, event),
    )
    return Caller(principal, FROM_RECORD, _without_arn(identity))


def _root(identity: UserIdentity, event: Event) -> Caller:
    partition = partition_of_region(event.aws_region or "")
    arn = identity.arn or (f"arn:{partition}:iam::{identity.account_id}:root" if identity.account_id else None)
    principal = Principal(
        kind=PrincipalKind.ROOT,
        arn=arn,
        account=identity.account_id,
        unique_id=identity.principal_id,
        credentials=credentials_of(identity, event),
    )
    return Caller(principal, FROM_RECORD)


def _assumed_role(identity: UserIdentity, event: Event) -> Caller:
    issuer = _issuer_arn(identity)
    if issuer:
        role: str | None = issuer
        origin, unresolved = "", _without_arn(identity)
    elif identity.arn is not None and ":assumed-role/" not in identity.arn:
        # Records of type `Role` show the role itself.
        return Caller(_role_session(None, identity.arn, identity.account_id, identity.principal_id), FROM_RECORD)
    elif identity.arn is not None:
        role, origin, unresolved = role_behind(identity.arn)
    else:
        role, origin, unresolved = None, "", _without_arn(identity)
    principal = _role_session(identity.arn, role, identity.account_id, identity.principal_id)
    return Caller(replace(principal, transitive_tags=_inherited(event)), FROM_RECORD + origin, unresolved)


def _inherited(event: Event) -> tuple[str, ...]:
    """The keys of the tags that a session passes on in a role chain, as the record of its next link shows them (S7)."""
    tags = event.parameters.get(INHERITED_TAGS)
    return tuple(tags) if isinstance(tags, dict) else ()


def _issuer_arn(identity: UserIdentity) -> str | None:
    """The role behind a session, or the user behind a federated one."""
    session = identity.session_context
    return session.session_issuer.arn if session is not None and session.session_issuer is not None else None


def _role_session(arn: str | None, role: str | None, account: str | None, unique_id: str | None = None) -> Principal:
    return Principal(
        kind=PrincipalKind.ROLE_SESSION,
        arn=arn,
        account=account,
        entity_arn=role,
        unique_id=_of_the_role(unique_id),
        credentials=Credentials.TEMPORARY,
        service_linked=_service_linked(arn, role),
    )


def _service_linked(arn: str | None, role: str | None) -> bool | None:
    """A role's path tells; without one, only the reserved beginning of the name does (spec E38)."""
    if role is not None:
        return is_service_linked(role)
    if arn is not None:
        return f":assumed-role/{SERVICE_LINKED_NAME}" in arn
    return None


def _of_the_role(unique_id: str | None) -> str | None:
    """The id of the role itself: records and messages show ``AROA...:session``."""
    return unique_id.split(":", 1)[0] if unique_id is not None else None


def _federated_user(identity: UserIdentity, event: Event) -> Caller:
    principal = Principal(
        kind=PrincipalKind.FEDERATED_USER,
        arn=identity.arn,
        account=identity.account_id,
        entity_arn=_issuer_arn(identity),
        unique_id=identity.principal_id,
        credentials=Credentials.CONSOLE if _is_of_the_console(event) else Credentials.TEMPORARY,
    )
    known = principal.entity_arn is not None
    missing = () if known else ("the record does not name the user behind the federated session",)
    return Caller(principal, FROM_RECORD, _without_arn(identity) + missing)


def _service(identity: UserIdentity, _event: Event) -> Caller:
    if (identity.invoked_by or "").startswith(FORWARDER_START):
        return Caller(
            None, NOT_KNOWN, ("the record names the service that forwarded the call, and not whose call it is",)
        )
    service = identity.invoked_by if (identity.invoked_by or "").endswith(SERVICE_ENDINGS) else None
    unresolved = () if service else ("the record does not name the AWS service that called",)
    return Caller(Principal(kind=PrincipalKind.SERVICE, service=service), FROM_RECORD, unresolved)


def _other_account(identity: UserIdentity, event: Event) -> Caller:
    """A caller of another account: CloudTrail shows its unique id, and no ARN."""
    unique_id = identity.principal_id or ""
    credentials = credentials_of(identity, event)
    principal = _by_unique_id(unique_id, credentials)
    if principal is None and unique_id and unique_id == identity.account_id:
        principal = Principal(kind=PrincipalKind.ROOT, unique_id=unique_id, credentials=credentials)
    if principal is None:
        return Caller(None, NOT_KNOWN, ("the record shows only the account of the caller, not who it is",))
    principal = replace(principal, arn=identity.arn, account=identity.account_id)
    return Caller(principal, FROM_RECORD, _without_arn(identity))


def _by_unique_id(unique_id: str, credentials: Credentials) -> Principal | None:
    """The user or the session of a role with this id; the credentials of a session are temporary in any case."""
    kind = next((kind for start, kind in _KIND_BY_ID.items() if unique_id.startswith(start)), None)
    if kind is PrincipalKind.ROLE_SESSION:
        return _role_session(None, None, None, unique_id)
    return None if kind is None else Principal(kind=kind, unique_id=unique_id, credentials=credentials)


_KIND_BY_ID: Final = {"AROA": PrincipalKind.ROLE_SESSION, "AIDA": PrincipalKind.USER}
"""The kind of principal by the beginning of its unique id (IAM User Guide, reference_identifiers)."""


def _anonymous(_identity: UserIdentity, _event: Event) -> Caller:
    return Caller(Principal(kind=PrincipalKind.ANONYMOUS), FROM_RECORD)


def _web_identity(identity: UserIdentity, _event: Event) -> Caller:
    principal = Principal(
        kind=PrincipalKind.WEB_IDENTITY, unique_id=identity.principal_id, provider=identity.identity_provider
    )
    unresolved = () if identity.identity_provider else ("the record does not name the identity provider",)
    return Caller(principal, FROM_RECORD, unresolved)


def _saml(identity: UserIdentity, event: Event) -> Caller:
    """A caller with a SAML assertion; the provider's ARN is the call's ``principalArn``."""
    provider = event.parameters.get("principalArn")
    known = isinstance(provider, str) and parse_arn(provider) is not None
    principal = Principal(
        kind=PrincipalKind.SAML, unique_id=identity.principal_id, provider=provider if known else None
    )
    return Caller(principal, FROM_RECORD, () if known else ("the record does not name the SAML provider",))


_READERS: Final = {
    "IAMUser": _user,
    "Root": _root,
    "AssumedRole": _assumed_role,
    "Role": _assumed_role,
    "FederatedUser": _federated_user,
    "AWSService": _service,
    "AWSAccount": _other_account,
    "Anonymous": _anonymous,
    "WebIdentityUser": _web_identity,
    "SAMLUser": _saml,
}
"""One reader for each type of ``userIdentity`` that stands for an IAM principal."""


def _caller_without_arn(printed: str) -> Caller:
    if printed.endswith(SERVICE_ENDINGS):
        return Caller(Principal(kind=PrincipalKind.SERVICE, service=printed), FROM_MESSAGE)
    principal = _by_unique_id(printed, Credentials.UNKNOWN)
    if principal is None:
        return Caller(None, NOT_KNOWN, ("the message names its caller by something that is no ARN",))
    return Caller(principal, FROM_MESSAGE, ("the message names its caller by a unique id, not by an ARN",))


def credentials_of(identity: UserIdentity, event: Event) -> Credentials:
    """Long-term or temporary credentials, by whether there is a session, and by the access key's beginning."""
    key = identity.access_key_id or ""
    if key.startswith(LONG_TERM_KEY) and not _has_begun(identity):
        # What a service forwards is signed with credentials that the service was given.
        return Credentials.UNKNOWN if identity.invoked_by else Credentials.LONG_TERM
    if _is_of_the_console(event):
        return Credentials.CONSOLE
    return Credentials.TEMPORARY if key.startswith("ASIA") or _has_begun(identity) else Credentials.UNKNOWN


def _has_begun(identity: UserIdentity) -> bool:
    """Whether the record shows when a session began: that of temporary credentials alone does (userIdentity)."""
    session = identity.session_context
    return session is not None and session.attributes is not None and bool(session.attributes.creation_date)


def _is_of_the_console(event: Event) -> bool:
    """Whether the record says that a session of the console made the call; records of other calls lack the field."""
    return str(event.session_credential_from_console).lower() == "true"


def _without_arn(identity: UserIdentity) -> tuple[str, ...]:
    return () if identity.arn else ("the record does not show the caller's ARN",)
