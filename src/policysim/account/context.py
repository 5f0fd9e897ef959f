"""What the account and the organisation know of a request's context: tags, organisation keys, the endpoint's VPC.

What the request states outright is never replaced. Source: IAM User Guide, reference_policies_condition-keys and
id_session-tags; S3 User Guide, buckets-tagging-enable-abac; spec C2, C3, C48, C49, C51, C53, C57, C58, C60.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.account import Role
from policysim.account.endpoint_layer import endpoint_of
from policysim.account.key_aliases import alias_keys
from policysim.account.owners import ANY_RESOURCE
from policysim.evaluation.context import context_lookup
from policysim.evaluation.network_keys import supports
from policysim.language.arns import parse_arn
from policysim.language.patterns import action_matches
from policysim.language.policy import Effect
from policysim.language.request import ABSENT, UNKNOWN, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.account.account import Account, Organisation, User
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy
    from policysim.language.request import ContextValue, Request, RequestContext

PRINCIPAL_TAG: Final = "aws:PrincipalTag/"
RESOURCE_TAG: Final = "aws:ResourceTag/"
MFA: Final = "aws:MultiFactorAuthPresent"
BUCKET_TAG: Final = "s3:BucketTag/"

_OWN_RESOURCE_TAG: Final = frozenset(
    """
    autoscaling ec2 ecr ecr-public ecs elasticloadbalancing elasticmapreduce iam license-manager ram sagemaker
    secretsmanager ssm
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""Services with a ``SERVICE:ResourceTag/`` key of their own beside the global one (Service Authorization Reference)."""

_WITH_ACCESS_POINTS: Final = frozenset({"s3", "s3express"})
_WITHOUT_TAGS: Final = frozenset({PrincipalKind.ROOT, PrincipalKind.SERVICE})
ROLES_ANYWHERE: Final = "rolesanywhere.amazonaws.com"
"""The one service principal with tags: they hold what the certificate of a workload says (spec S38)."""

_OF_AN_ACCOUNT: Final = frozenset(
    {PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER, PrincipalKind.ROOT}
)


def fuller_context(request: Request, entity: User | Role | None, organisation: Organisation) -> RequestContext:
    """The context of a request together with what was collected; ``entity`` is the user or role behind the caller."""
    context = _with_tags(request.context, _principal_tags(request, entity, organisation), (PRINCIPAL_TAG,))
    context = _without_saml(_with_multi_factor(context, request), request, entity, organisation)
    tags, families = _resource_tags(request, organisation)
    context = _with_tags(context, tags, families)
    return context.filled_with(
        {
            **_principal_organisation(request, organisation),
            **_resource_organisation(request, organisation),
            **_endpoint_network(request, organisation),
            **alias_keys(request, organisation),
        }
    )


def _with_tags(context: RequestContext, tags: Mapping[str, str] | None, families: tuple[str, ...]) -> RequestContext:
    """The context with all tags of some families; a context to which nothing is added where the tags are unknown."""
    if tags is None or not families:
        return context
    lower = [key.lower() for key in tags]
    values: dict[str, ContextValue] = {}
    for family in families:
        for key, value in tags.items():
            values[family + key] = (value,) if lower.count(key.lower()) == 1 else UNKNOWN
    return context.filled_with(values).with_families_listed(*families)


def _principal_tags(
    request: Request, entity: User | Role | None, organisation: Organisation
) -> Mapping[str, str] | None:
    """The caller's tags, all of them; ``None`` where a session may have been given others (spec C48).

    A session has no tags of its own, inherited ones included, unless the role's trust policy allows to tag it.
    """
    kind = request.principal.kind
    if kind in _WITHOUT_TAGS:
        return None if request.principal.service == ROLES_ANYWHERE else {}
    if entity is None or kind is PrincipalKind.FEDERATED_USER:
        return None
    if isinstance(entity, Role):
        trust = _trust_policy(entity, request, organisation)
        return entity.tags if trust is not None and not _may_allow(trust, "sts:TagSession") else None
    return entity.tags


def _trust_policy(role: Role, request: Request, organisation: Organisation) -> Policy | None:
    """The trust policy of the caller's role, if it was collected."""
    account = organisation.account(request.principal.account)
    return account.identities.trust.get(role.arn) if account is not None and account.identities is not None else None


def _may_allow(trust: Policy, action: str) -> bool:
    if not trust.usable or any(part.may_allow for part in trust.unresolved):
        return True
    return any(
        statement.effect is Effect.ALLOW
        and (statement.action.negated or any(action_matches(pattern, action) for pattern in statement.action.patterns))
        for statement in trust.statements
    )


def _with_multi_factor(context: RequestContext, request: Request) -> RequestContext:
    """Temporary credentials of a user have the MFA key, whatever it says (spec C51)."""
    caller = request.principal
    of_a_session = caller.kind is PrincipalKind.USER and caller.credentials.are_temporary
    if not of_a_session or context.complete or context.get(MFA) not in (None, UNKNOWN) or context.candidates(MFA):
        return context
    return context.with_candidates(MFA, ("true",), ("false",))


def _without_saml(
    context: RequestContext, request: Request, entity: User | Role | None, organisation: Organisation
) -> RequestContext:
    """A session of a role that no SAML provider can assume has the MFA key (spec C51)."""
    candidates = context.candidates(MFA)
    if ABSENT not in candidates or not isinstance(entity, Role):
        return context
    trust = _trust_policy(entity, request, organisation)
    if trust is None or _may_allow(trust, "sts:AssumeRoleWithSAML"):
        return context
    known = [value for value in candidates if value is not ABSENT]
    return context.with_values({MFA: known[0]}) if len(known) == 1 else context


def _resource_tags(request: Request, organisation: Organisation) -> tuple[Mapping[str, str] | None, tuple[str, ...]]:
    """The resource's tags, all of them, and the families of keys that hold them; ``None`` where they are unknown."""
    arn = parse_arn(request.resource.arn)
    owner = organisation.account(request.resource.account)
    if arn is None or owner is None:
        return None, ()
    families = (RESOURCE_TAG, f"{arn.service}:ResourceTag/") if arn.service in _OWN_RESOURCE_TAG else (RESOURCE_TAG,)
    if arn.service == "s3" and not arn.account:
        return _bucket_tags(arn, owner)
    if arn.service in _WITH_ACCESS_POINTS and arn.resource_type in {"accesspoint", "bucket"}:
        return _own_s3_tags(arn, owner)
    if arn.service == "iam":
        return _identity_tags(request.resource.arn, owner), families
    return _listed_tags(request.resource.arn, arn.service, owner), families


def _identity_tags(arn: str, owner: Account) -> Mapping[str, str] | None:
    if owner.identities is None:
        return None
    if arn in owner.identities.roles:
        return owner.identities.roles[arn].tags
    return owner.identities.users[arn].tags if arn in owner.identities.users else None


def _listed_tags(arn: str, service: str, owner: Account) -> Mapping[str, str] | None:
    if owner.tags is None:
        return None
    if arn in owner.tags:
        return owner.tags[arn] or {}
    return {} if owner.covers_tags(service) else None


def _bucket_tags(arn: Arn, owner: Account) -> tuple[Mapping[str, str] | None, tuple[str, ...]]:
    """A bucket's tags count only once access control by tags is enabled on it (spec C60)."""
    name, _, key = arn.resource.partition("/")
    enabled = owner.public_access.bucket(name).abac if owner.public_access is not None else None
    if enabled is None:
        return None, ()
    if not enabled:
        return {}, (RESOURCE_TAG, BUCKET_TAG)
    return (None, ()) if key else (_listed_tags(str(arn), arn.service, owner), (RESOURCE_TAG, BUCKET_TAG))


def _own_s3_tags(arn: Arn, owner: Account) -> tuple[Mapping[str, str] | None, tuple[str, ...]]:
    """The tags of an access point or directory bucket, which always count (spec C60)."""
    holder = str(arn._replace(resource="/".join(arn.resource.split("/")[:2])))
    family = "AccessPointTag/" if arn.resource_type == "accesspoint" else "BucketTag/"
    return _listed_tags(holder, arn.service, owner), (RESOURCE_TAG, f"{arn.service}:{family}")


def _principal_organisation(request: Request, organisation: Organisation) -> dict[str, ContextValue]:
    principal = request.principal
    if principal.kind not in _OF_AN_ACCOUNT or principal.account is None:
        return {}
    return _membership("aws:Principal", principal.account, organisation)


def _resource_organisation(request: Request, organisation: Organisation) -> dict[str, ContextValue]:
    """The organisation keys of the resource, where the action has ``aws:ResourceAccount`` at all (spec C57)."""
    owner = request.resource.account
    if owner is None or request.resource.arn == ANY_RESOURCE:
        return {}
    if context_lookup(request)("aws:ResourceAccount") is ABSENT:
        return {"aws:ResourceOrgID": ABSENT, "aws:ResourceOrgPaths": ABSENT}
    return _membership("aws:Resource", owner, organisation)


def _membership(stem: str, account_id: str, organisation: Organisation) -> dict[str, ContextValue]:
    """``OrgID`` and ``OrgPaths`` of an account; nothing where its organisation is not known."""
    path = organisation.path_to(account_id)
    if organisation.standalone and account_id in organisation.accounts:
        return {f"{stem}OrgID": ABSENT, f"{stem}OrgPaths": ABSENT}
    if organisation.id is None or (path is None and account_id != organisation.management_account):
        return {}
    values: dict[str, ContextValue] = {f"{stem}OrgID": (organisation.id,)}
    if path is not None:
        values[f"{stem}OrgPaths"] = ("".join(f"{part}/" for part in (organisation.id, *(n.id for n in path[:-1]))),)
    return values


def _endpoint_network(request: Request, organisation: Organisation) -> dict[str, ContextValue]:
    """The VPC of the endpoint, and whose the endpoint is, where the service tells (spec C53)."""
    endpoint = endpoint_of(request, organisation)
    if endpoint is None:
        return {}
    owner: dict[str, ContextValue] = {}
    if endpoint.account_id is not None:
        owner = {"aws:VpceAccount": (endpoint.account_id,)} | _membership("aws:Vpce", endpoint.account_id, organisation)
    found = {key: value for key, value in owner.items() if supports(key.lower(), request.action.lower())}
    return found if endpoint.vpc_id is None else found | {"aws:SourceVpc": (endpoint.vpc_id,)}
