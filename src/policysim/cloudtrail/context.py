"""The condition keys that a record proves: known, or known to be absent. Whatever it does not prove is left unknown.

Source: IAM User Guide, reference_policies_condition-keys and access_forward_access_sessions; CloudTrail User Guide,
record contents; spec C42 to C57, C61 to C65, C70, S24.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import service_prefix
from policysim.catalog.operations import API_DATE
from policysim.catalog.partitions import STANDARD, partition_of_region
from policysim.cloudtrail.caller import FORWARDER_START, IDENTITY_CENTER_NAME, SERVICE_ENDINGS
from policysim.cloudtrail.request_keys import PASSED_TO, keys_from_parameters, keys_not_in_parameters
from policysim.cloudtrail.request_tags import RequestTags, tags_of_request
from policysim.cloudtrail.service_keys import keys_of_service
from policysim.evaluation.network_keys import supports
from policysim.language.request import ABSENT, ContextValue, Credentials, Principal, PrincipalKind, RequestContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cloudtrail.event import Event, SessionContext

Keys = dict[str, ContextValue]

MFA: Final = "aws:MultiFactorAuthPresent"
MFA_AGE: Final = "aws:MultiFactorAuthAge"


class Asked(NamedTuple):
    """One question of a call: the record, who asks, for which action, on which resource."""

    event: Event
    caller: Principal
    action: str
    resource: str


def context_of_event(asked: Asked) -> RequestContext:
    """Everything that the record proves of the request context; what is not listed is unknown."""
    keys: Keys = {}
    tags = _tags(asked)
    for prove in (_request, _network, _forwarding, _credentials, _identity, _parameters, _service_keys):
        keys |= prove(asked)
    keys = keys | tags.keys | _recorded(asked)
    context = RequestContext(complete=False).with_values(keys)
    if tags.families:
        context = context.with_families_listed(*tags.families)
    return context.with_candidates(MFA, ("false",), ABSENT) if _may_be_saml(asked) else context


def _tags(asked: Asked) -> RequestTags:
    """The tags of the request; an action of another service that the call needs as well is not given them."""
    own = service_prefix(asked.event.event_source) == asked.action.partition(":")[0].lower()
    called = API_DATE.sub("", asked.event.event_name)
    return tags_of_request(asked.action, asked.resource, asked.event.parameters, called) if own else RequestTags({})


def _may_be_saml(asked: Asked) -> bool:
    """Whether the caller may be a SAML session: these lack the key, and records show them as without MFA (spec C51)."""
    identity = asked.event.user_identity
    session = identity.session_context if identity is not None else None
    if asked.caller.kind is not PrincipalKind.ROLE_SESSION or session is None or asked.caller.service_linked:
        return False
    return not _is_known_federation(asked.caller, session) and _mfa_said(session) == "false"


SHOWS_ENDPOINT: Final = (1, 4)
"""Since this version a record shows the VPC endpoint of a request that came through one."""

SHOWS_SOURCE_IDENTITY: Final = (1, 8)
"""Since this version a session with a source identity shows it."""

MAXIMUM_USER_AGENT: Final = 1024
"""CloudTrail cuts longer user agents (1 KB)."""

ENDPOINT_KEYS: Final = (
    "aws:SourceVpce",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
)
SERVICE_CALL_KEYS: Final = (
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
)
CALLED_VIA_KEYS: Final = ("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast")


def _request(asked: Asked) -> Keys:
    """The request itself: when, in which Region, with which client, over TLS."""
    event, keys = asked.event, Keys()
    if (time := event.time) is not None and event.event_time is not None:
        keys["aws:CurrentTime"] = (event.event_time,)
        keys["aws:EpochTime"] = (str(int(time.timestamp())),)
    if event.aws_region:
        keys["aws:RequestedRegion"] = (event.aws_region,)
    if event.user_agent and _is_whole_user_agent(event.user_agent) and not _made_by_service(event):
        keys["aws:UserAgent"] = (event.user_agent,)
    if event.tls_details is not None and event.tls_details.tls_version:
        keys["aws:SecureTransport"] = ("true",)
    return keys


def _is_whole_user_agent(text: str) -> bool:
    """Not cut by CloudTrail, not wrapped in brackets by S3, and not a service's name in place of one."""
    return len(text) < MAXIMUM_USER_AGENT and text[0] != "[" and not text.endswith(SERVICE_ENDINGS)


def _made_by_service(event: Event) -> bool:
    return event.user_identity is not None and event.user_identity.invoked_by is not None


def _network(asked: Asked) -> Keys:
    """Where the request came from: the internet, or a VPC endpoint (spec C27, C53).

    A call that a service makes shows the service in place of an address, and proves nothing about the network (C56).
    """
    event = asked.event
    address = _address(event.source_ip_address)
    if event.vpc_endpoint_id and not _made_by_service(event):
        keys = _absent(("aws:SourceIp",)) | {"aws:SourceVpce": (event.vpc_endpoint_id,)}
        if event.vpc_endpoint_account_id and supports("aws:vpceaccount", asked.action.lower()):
            keys["aws:VpceAccount"] = (event.vpc_endpoint_account_id,)
        return keys | ({"aws:VpcSourceIp": (address,)} if address else {})
    if event.vpc_endpoint_id or event.version < SHOWS_ENDPOINT:
        return {}
    if address is None:
        # A service that calls for itself does not come through anybody's endpoint.
        return _absent(ENDPOINT_KEYS) if asked.caller.kind is PrincipalKind.SERVICE else {}
    return _absent(ENDPOINT_KEYS) | {"aws:SourceIp": (address,)}


def _address(text: str | None) -> str | None:
    """The text if it is an IP address; CloudTrail also writes service names and `AWS Internal` there."""
    try:
        ip_address(text or "")
    except ValueError:
        return None
    return text


def _forwarding(asked: Asked) -> Keys:
    """Whether a service made the call with the caller's credentials (spec C55).

    Users and root sign with keys of their own, so a service behind their call forwards it. A role may also be one
    that the service uses for itself: then nothing is proved, unless it is a service-linked role, or the record calls
    the service a forwarding one.
    """
    caller, identity = asked.caller, asked.event.user_identity
    invoked_by = identity.invoked_by if identity is not None else None
    if _is_forwarded_by_service_called(asked):
        source = asked.event.event_source
        keys: Keys = {"aws:ViaAWSService": ("true",), "aws:CalledViaLast": (source,)}
        return keys if invoked_by else keys | {"aws:CalledVia": (source,), "aws:CalledViaFirst": (source,)}
    if caller.kind is PrincipalKind.SERVICE or caller.service_linked is True or invoked_by is None:
        return {"aws:ViaAWSService": ("false",)} | _absent(CALLED_VIA_KEYS)
    service = invoked_by.removeprefix(FORWARDER_START)
    own = caller.kind in {PrincipalKind.USER, PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER}
    if not (own or service != invoked_by) or not service.endswith(SERVICE_ENDINGS) or service == SIGN_IN:
        return {}
    return {"aws:ViaAWSService": ("true",), "aws:CalledViaLast": (service,)}


def _is_forwarded_by_service_called(asked: Asked) -> bool:
    """Whether the action is one of AWS KMS that the called service asks for with the caller's credentials (S26)."""
    forwards = asked.caller.kind in {PrincipalKind.USER, PrincipalKind.ROOT, PrincipalKind.ROLE_SESSION}
    return forwards and asked.action.lower().startswith("kms:") and service_prefix(asked.event.event_source) != "kms"


SIGN_IN: Final = "signin.amazonaws.com"
"""What older records of the console show as the invoking service; the console forwards nothing."""


def _credentials(asked: Asked) -> Keys:
    """Keys of the credentials and of the session behind them (spec C51, C52, C70)."""
    caller, identity = asked.caller, asked.event.user_identity
    session = identity.session_context if identity is not None else None
    if caller.credentials is Credentials.LONG_TERM:
        return _absent(
            (
                MFA,
                MFA_AGE,
                "aws:AssumedRoot",
                "aws:FederatedProvider",
                "aws:SourceIdentity",
                "aws:TokenIssueTime",
                "ec2:RoleDelivery",
            )
        )
    if not caller.credentials.are_temporary or session is None:
        return {}
    keys = _multi_factor(caller, session)
    if session.attributes is not None and session.attributes.creation_date:
        keys["aws:TokenIssueTime"] = (session.attributes.creation_date,)
    if session.source_identity:
        keys["aws:SourceIdentity"] = (session.source_identity,)
    elif asked.event.version >= SHOWS_SOURCE_IDENTITY:
        keys["aws:SourceIdentity"] = ABSENT
    if session.ec2_role_delivery:
        keys["ec2:RoleDelivery"] = (session.ec2_role_delivery,)
    if str(session.assumed_root).lower() == "true":
        keys["aws:AssumedRoot"] = ("true",)
    return keys | _web_federation(session)


def _multi_factor(caller: Principal, session: SessionContext) -> Keys:
    """Absent for sessions of federated identities, and otherwise as the record says."""
    if _is_known_federation(caller, session):
        return _absent((MFA, MFA_AGE))
    said = _mfa_said(session)
    if said == "false":
        return {MFA: ("false",), MFA_AGE: ABSENT}
    return {MFA: ("true",)} if said == "true" else {}


def _is_known_federation(caller: Principal, session: SessionContext) -> bool:
    data = session.web_id_federation_data
    provided = data is not None and bool(data.federated_provider)
    return provided or f":assumed-role/{IDENTITY_CENTER_NAME}" in (caller.arn or "")


def _mfa_said(session: SessionContext) -> str:
    return str(session.attributes.mfa_authenticated).lower() if session.attributes is not None else ""


def _web_federation(session: SessionContext) -> Keys:
    data = session.web_id_federation_data
    if data is None:
        return {}
    return {"aws:FederatedProvider": (data.federated_provider,) if data.federated_provider else ABSENT}


def _identity(asked: Asked) -> Keys:
    """Keys of the caller itself (spec C43, C45, C46, C50, C54)."""
    caller, identity = asked.caller, asked.event.user_identity
    if caller.kind is PrincipalKind.SERVICE:
        keys: Keys = {"aws:PrincipalIsAWSService": ("true",), "aws:username": ABSENT}
        return keys | ({"aws:PrincipalServiceName": (caller.service,)} if caller.service else {})
    keys = _absent(SERVICE_CALL_KEYS)
    if caller.kind is PrincipalKind.ANONYMOUS:
        return keys | _absent(("aws:PrincipalIsAWSService", "aws:username")) | {"aws:userid": ("anonymous",)}
    keys["aws:PrincipalIsAWSService"] = ("false",)
    if identity is not None and identity.principal_id:
        keys["aws:userid"] = (identity.principal_id,)
    if caller.kind is not PrincipalKind.USER:
        return keys | _absent(("aws:username",)) | _assertion(asked)
    if identity is not None and identity.user_name:
        keys["aws:username"] = (identity.user_name,)
    return keys


def _assertion(asked: Asked) -> Keys:
    """The claims of a web identity that the record shows: who (`sub`) and for whom (`aud`) (spec C52, C65)."""
    identity, provider = asked.event.user_identity, asked.caller.provider
    if asked.caller.kind is not PrincipalKind.WEB_IDENTITY or identity is None or not provider:
        return {}
    name = provider.partition(":oidc-provider/")[2] or provider
    keys: Keys = {"aws:FederatedProvider": (provider,)}
    subject, whole = identity.user_name, identity.principal_id or ""
    if subject:
        keys[f"{name}:sub"] = (subject,)
        start, end = f"{provider}:", f":{subject}"
        if whole.startswith(start) and whole.endswith(end) and len(whole) > len(start) + len(end):
            keys[f"{name}:aud"] = (whole[len(start) : -len(end)],)
    return keys


def _parameters(asked: Asked) -> Keys:
    parameters, by_name = asked.event.parameters, asked.event.parameter_names
    keys: Keys = dict(keys_from_parameters(asked.action, asked.resource, parameters, by_name))
    return _absent(keys_not_in_parameters(asked.action, asked.resource, parameters)) | keys


def _service_keys(asked: Asked) -> Keys:
    """Keys of single services that the record proves beyond its parameters."""
    event, action = asked.event, asked.action.lower()
    keys = Keys(keys_of_service(event, asked.caller, asked.action, asked.resource))
    if action.startswith("s3:") and event.tls_details is not None and event.tls_details.tls_version:
        keys["s3:TlsVersion"] = (event.tls_details.tls_version.removeprefix("TLSv"),)
    if action == "iam:passrole":
        passed_to = PASSED_TO.get((service_prefix(event.event_source), API_DATE.sub("", event.event_name)))
        keys |= {"iam:PassedToService": (passed_to,)} if passed_to else {}
    if action == "ec2:createtags":
        alone = event.event_name == "CreateTags"
        keys["ec2:CreateAction"] = ABSENT if alone else (API_DATE.sub("", event.event_name),)
    if action.startswith("kms:"):
        keys |= {"kms:CallerAccount": (asked.caller.account,)} if asked.caller.account else {}
        keys |= _via_service(asked)
    return keys


def _via_service(asked: Asked) -> Keys:
    """The service that forwards a call to KMS, in the form `service.region.amazonaws.com` (spec S24)."""
    event = asked.event
    forwarding = _forwarding(asked)
    if forwarding.get("aws:ViaAWSService") == ("false",):
        return _absent(("kms:ViaService",))
    last = forwarding.get("aws:CalledViaLast")
    if not isinstance(last, tuple) or not event.aws_region or partition_of_region(event.aws_region) != STANDARD:
        return {}
    return {"kms:ViaService": (f"{last[0].partition('.')[0]}.{event.aws_region}.amazonaws.com",)}


def _recorded(asked: Asked) -> Keys:
    """The keys that AWS itself recorded in an enriched event; they are what was evaluated."""
    recorded = asked.event.event_context if isinstance(asked.event.event_context, dict) else {}
    request, tags = recorded.get("requestContext"), recorded.get("tagContext")
    keys = Keys()
    for key, value in request.items() if isinstance(request, dict) else ():
        texts = value if isinstance(value, list) else [value]
        keys[key] = tuple(str(text).lower() if isinstance(text, bool) else str(text) for text in texts)
    of_resources, of_caller = (
        (tags.get("resourceTags"), tags.get("principalTags")) if isinstance(tags, dict) else ((), {})
    )
    for entry in of_resources if isinstance(of_resources, list) else ():
        if isinstance(entry, dict) and entry.get("arn") == asked.resource:
            keys |= _tag_keys("aws:ResourceTag/", entry.get("tags"))
    return keys | _tag_keys("aws:PrincipalTag/", of_caller)


def _tag_keys(family: str, tags: object) -> Keys:
    return {f"{family}{name}": (str(value),) for name, value in tags.items()} if isinstance(tags, dict) else {}


def _absent(keys: Iterable[str]) -> Keys:
    """Keys that are known to be absent."""
    return dict.fromkeys(keys, ABSENT)
