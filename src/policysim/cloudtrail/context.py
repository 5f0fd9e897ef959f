"""The condition keys that a record proves: known, or known to be absent. Whatever it does not prove is left unknown.

Source: IAM User Guide, reference_policies_condition-keys and access_forward_access_sessions; CloudTrail User Guide,
record contents; spec C42 to C57, C61 to C65, C70, S24.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import prefix_candidates, service_prefix
from policysim.catalog.operations import API_DATE
from policysim.catalog.partitions import STANDARD, partition_of_region
from policysim.cloudtrail.caller import FORWARDER_START, IDENTITY_CENTER_NAME, LONG_TERM_KEY, SERVICE_ENDINGS
from policysim.cloudtrail.forwarding import INTERNAL, NO_FORWARDERS, Forwarding, address_in, forwarding_of
from policysim.cloudtrail.request_keys import keys_from_parameters, keys_not_in_parameters, passed_to_service
from policysim.cloudtrail.request_tags import RequestTags, tags_of_request
from policysim.cloudtrail.service_keys import keys_of_service
from policysim.evaluation.network_keys import ENDPOINT_KEYS, supports
from policysim.language.request import ABSENT, ContextValue, Credentials, Principal, PrincipalKind, RequestContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cloudtrail.event import Event, SessionContext

Keys = dict[str, ContextValue]

MFA: Final = "aws:MultiFactorAuthPresent"
MFA_AGE: Final = "aws:MultiFactorAuthAge"
VIA_SERVICE: Final = "kms:ViaService"


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
    of_aws = _recorded(asked)
    keys = keys | tags.keys | of_aws
    recorded = {key.lower() for key in of_aws}
    context = RequestContext(complete=False).with_values(keys)
    if tags.families:
        context = context.with_families_listed(*tags.families)
    for key, candidates in ((MFA, _multi_factor_candidates(asked)), (VIA_SERVICE, _via_service_candidates(asked))):
        if candidates and key.lower() not in recorded:
            context = context.with_candidates(key, *candidates)
    return context


def _tags(asked: Asked) -> RequestTags:
    """The tags of the request; an action of another service that the call needs as well is not given them."""
    own = service_prefix(asked.event.event_source) == asked.action.partition(":")[0].lower()
    called = API_DATE.sub("", asked.event.event_name)
    return tags_of_request(asked.action, asked.resource, asked.event.parameters, called) if own else RequestTags({})


def _multi_factor_candidates(asked: Asked) -> tuple[ContextValue, ...]:
    """What the MFA key can only be where the record does not settle it (spec C51).

    Records show SAML sessions, which lack the key, as without MFA. Who assumes a role may prove MFA in that very call.
    """
    identity, kind = asked.event.user_identity, asked.caller.kind
    session = identity.session_context if identity is not None else None
    said = _mfa_said(session) if session is not None else ""
    if _may_prove_mfa(asked) and not asked.event.shows_parameters and said != "true":
        without: ContextValue = ABSENT if asked.caller.credentials is Credentials.LONG_TERM else ("false",)
        return (("true",), without) if asked.caller.credentials is not Credentials.UNKNOWN else ()
    if kind not in {PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER} or session is None:
        return ()
    if asked.caller.service_linked or _is_known_federation(asked.caller, session) or said != "false":
        return ()
    return ("false",), ABSENT


def _may_prove_mfa(asked: Asked) -> bool:
    """Whether the call itself takes a code of an MFA device: users prove MFA as they assume a role."""
    return asked.action.lower() == "sts:assumerole" and asked.caller.kind is PrincipalKind.USER


SHOWS_ENDPOINT: Final = (1, 4)
"""Since this version a record shows the VPC endpoint of a request that came through one."""

SHOWS_SOURCE_IDENTITY: Final = (1, 8)
"""Since this version a session with a source identity shows it."""

MAXIMUM_USER_AGENT: Final = 1024
"""CloudTrail cuts longer user agents (1 KB)."""

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
    direct = not _made_by_service(event) and _forwarding_of(asked).forwarded is False
    if event.user_agent and _is_whole_user_agent(event.user_agent) and direct:
        keys["aws:UserAgent"] = (event.user_agent,)
    if event.tls_details is not None and event.tls_details.tls_version:
        keys["aws:SecureTransport"] = ("true",)
    return keys


def _is_whole_user_agent(text: str) -> bool:
    """Not cut by CloudTrail, not wrapped in brackets by S3, and not a service's name in place of one."""
    return len(text) < MAXIMUM_USER_AGENT and text[0] != "[" and not text.endswith((*SERVICE_ENDINGS, INTERNAL))


def _made_by_service(event: Event) -> bool:
    return event.user_identity is not None and event.user_identity.invoked_by is not None


def _network(asked: Asked) -> Keys:
    """Where the request came from: the internet, or a VPC endpoint (spec C27, C53).

    A call that a service makes shows the service in place of an address, and proves nothing about the network. What
    the called service forwards keeps the address of the internet, and nothing of an endpoint (C56).
    """
    event = asked.event
    address = address_in(event.source_ip_address)
    if event.vpc_endpoint_id:
        if _made_by_service(event) or _forwarding_of(asked).forwarded is not False:
            return {}
        keys = _absent(("aws:SourceIp",)) | {"aws:SourceVpce": (event.vpc_endpoint_id,)}
        if event.vpc_endpoint_account_id and supports("aws:vpceaccount", asked.action.lower()):
            keys["aws:VpceAccount"] = (event.vpc_endpoint_account_id,)
        return keys | ({"aws:VpcSourceIp": (address,)} if address else {})
    if event.version < SHOWS_ENDPOINT:
        return {}
    if address is None:
        # A service that calls for itself does not come through anybody's endpoint.
        return _absent(ENDPOINT_KEYS) if asked.caller.kind is PrincipalKind.SERVICE else {}
    return {} if _is_private(address) else _absent(ENDPOINT_KEYS) | {"aws:SourceIp": (address,)}


PRIVATE_NETWORKS: Final = tuple(
    map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
"""The networks that the internet does not route (RFC 1918, 4193 and 6598): public endpoints see no such address."""


def _is_private(address: str) -> bool:
    """Whether the call came through an endpoint after all, though the record does not show it."""
    parsed = ip_address(address)
    return any(parsed in network for network in PRIVATE_NETWORKS)


def _forwarding_of(asked: Asked) -> Forwarding:
    return forwarding_of(asked.event, asked.caller, asked.action)


def _forwarding(asked: Asked) -> Keys:
    """Whether a service made the call with the caller's credentials (spec C55)."""
    found = _forwarding_of(asked)
    if found.forwarded is None:
        return {}
    if not found.forwarded:
        return {"aws:ViaAWSService": ("false",)} | _absent(CALLED_VIA_KEYS)
    keys: Keys = {"aws:ViaAWSService": ("true",), "aws:CalledViaLast": (found.service,)}
    alone = found.by_called and not _made_by_service(asked.event)
    return keys | ({"aws:CalledVia": (found.service,), "aws:CalledViaFirst": (found.service,)} if alone else {})


def _credentials(asked: Asked) -> Keys:
    """Keys of the credentials and of the session behind them (spec C51, C52, C70)."""
    caller, identity = asked.caller, asked.event.user_identity
    session = identity.session_context if identity is not None else None
    if _may_prove_mfa(asked) and "serialNumber" in asked.event.parameters:
        # The device is only named where the caller proves MFA; STS checks its code before any policy.
        return {MFA: ("true",)}
    if _is_forwarded_for_access_key(asked):
        return {MFA: ("false",)} | _absent((MFA_AGE, *OF_SESSIONS))
    if caller.credentials is Credentials.LONG_TERM:
        return _absent((MFA, MFA_AGE, "aws:TokenIssueTime", *OF_SESSIONS))
    if not caller.credentials.are_temporary or session is None:
        return {}
    keys = _multi_factor(caller, session)
    if session.attributes is not None and session.attributes.creation_date:
        keys["aws:TokenIssueTime"] = (session.attributes.creation_date,)
    if session.source_identity:
        keys["aws:SourceIdentity"] = (session.source_identity,)
    elif asked.event.version >= SHOWS_SOURCE_IDENTITY and session.attributes is not None:
        keys["aws:SourceIdentity"] = ABSENT
    if session.ec2_role_delivery:
        keys["ec2:RoleDelivery"] = (session.ec2_role_delivery,)
    if str(session.assumed_root).lower() == "true":
        keys["aws:AssumedRoot"] = ("true",)
    return keys | _web_federation(session)


OF_SESSIONS: Final = ("aws:AssumedRoot", "aws:FederatedProvider", "aws:SourceIdentity", "ec2:RoleDelivery")
"""The keys that only sessions of roles or of an assumed root have."""


def _is_forwarded_for_access_key(asked: Asked) -> bool:
    """Whether a service forwards what a user's access key signed: then with temporary credentials without MFA (C51)."""
    identity = asked.event.user_identity
    long_term = identity is not None and (identity.access_key_id or "").startswith(LONG_TERM_KEY)
    without_session = identity is not None and identity.session_context is None
    return bool(long_term and without_session and _forwarding_of(asked).forwarded)


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
    if caller.kind in {PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML}:
        # Such a call shows a token or an assertion, and is not signed.
        return keys | _absent(("aws:PrincipalIsAWSService", "aws:username")) | _assertion(asked)
    keys["aws:PrincipalIsAWSService"] = ("false",)
    whole_id = identity.principal_id if identity is not None else None
    if whole_id and (caller.kind is not PrincipalKind.ROLE_SESSION or ":" in whole_id):
        keys["aws:userid"] = (whole_id,)
    if caller.kind is not PrincipalKind.USER:
        return keys | _absent(("aws:username",))
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
    """What the parameters prove of an action of the called service; those of another one they are not given to."""
    event = asked.event
    if asked.action.partition(":")[0].lower() not in prefix_candidates(event.event_source):
        return {}
    called, parameters = API_DATE.sub("", event.event_name), event.parameters
    keys: Keys = dict(keys_from_parameters(asked.action, asked.resource, parameters, event.parameter_names))
    return _absent(keys_not_in_parameters(asked.action, asked.resource, parameters, called)) | keys


def _service_keys(asked: Asked) -> Keys:
    """Keys of single services that the record proves beyond its parameters."""
    event, action = asked.event, asked.action.lower()
    keys = Keys(keys_of_service(event, asked.caller, asked.action, asked.resource))
    if action.startswith("s3:") and event.tls_details is not None and event.tls_details.tls_version:
        keys["s3:TlsVersion"] = (event.tls_details.tls_version.removeprefix("TLSv"),)
    if action == "iam:passrole":
        passed_to = passed_to_service(event, asked.resource)
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
    forwarding = _forwarding(asked)
    if forwarding.get("aws:ViaAWSService") == ("false",):
        return _absent((VIA_SERVICE,))
    last = forwarding.get("aws:CalledViaLast")
    return _named_to_kms(asked.event, last[0]) if isinstance(last, tuple) else {}


def _named_to_kms(event: Event, service: str) -> Keys:
    if not event.aws_region or partition_of_region(event.aws_region) != STANDARD:
        return {}
    return {VIA_SERVICE: (f"{service.partition('.')[0]}.{event.aws_region}.amazonaws.com",)}


def _via_service_candidates(asked: Asked) -> tuple[ContextValue, ...]:
    """What the key can only be where a service uses a role's session: forwarded, or a role of the service's own.

    Either way KMS hears of the service that the record names, or of none.
    """
    event = asked.event
    if not asked.action.lower().startswith("kms:") or asked.caller.kind is not PrincipalKind.ROLE_SESSION:
        return ()
    invoked_by = event.user_identity.invoked_by if event.user_identity is not None else None
    if service_prefix(event.event_source) != "kms" or not invoked_by or not invoked_by.endswith(SERVICE_ENDINGS):
        return ()
    if invoked_by in NO_FORWARDERS or asked.caller.service_linked is not False:
        return ()
    named = _named_to_kms(event, invoked_by.removeprefix(FORWARDER_START)).get(VIA_SERVICE)
    return (named, ABSENT) if named is not None and not _via_service(asked) else ()


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
