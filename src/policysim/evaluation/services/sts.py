"""AWS STS: a role's trust policy must allow; some calls no policy can stop or grant.

Source: IAM User Guide, reference_policies_evaluation-logic, id_credentials_sts-comparison, id_session-tags and
id_credentials_temp_control-access_monitor (source identity); STS API reference, AssumeRoot; spec S1 to S8, S38, S39,
P13, P14, X5, E30, E32, E38, E41 to E43.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.language.arns import is_service_linked, parse_arn
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request

TASK_POLICIES: Final = (
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
)
"""The AWS managed policies, one of which narrows a session of AssumeRoot (spec E32)."""

_TASK_PATH: Final = ":iam::aws:policy/root-task/"

_CHECKED_BY_STS: Final = "/app.terraform.io"
"""The provider whose claim STS itself wants to see evaluated, beside IAM when the trust policy is saved (spec S39)."""


def _open_to_every_caller(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ANONYMOUS:
        return None
    return Settled(Effect.ALLOWED, "no policy can stop this call for a caller with valid credentials", "E41")


def _session_token(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ROLE_SESSION:
        return Settled(Effect.IMPLICIT_DENY, "credentials of a role cannot call this operation", "E43")
    if request.principal.kind in {PrincipalKind.USER, PrincipalKind.ROOT}:
        return Settled(Effect.ALLOWED, "no policy controls this authentication operation", "E42")
    return None


def _federation_token(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ROLE_SESSION:
        return Settled(Effect.IMPLICIT_DENY, "credentials of a role cannot call this operation", "E43")
    return None


def _cannot_assume(request: Request) -> Settled | None:
    """Root users assume nothing; a service-linked role trusts its service alone, and nobody can edit that."""
    kind = request.principal.kind
    if kind is PrincipalKind.ROOT:
        return Settled(Effect.IMPLICIT_DENY, "a root user can never assume a role or another root user", "E30")
    if kind is not PrincipalKind.SERVICE and is_service_linked(request.resource.arn):
        return Settled(Effect.IMPLICIT_DENY, "only its AWS service can assume a service-linked role", "E38")
    return None


def _cannot_assume_root(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ROOT:
        return Settled(Effect.IMPLICIT_DENY, "a root user can never assume a role or another root user", "E30")
    if request.resource.in_management_account is True:
        return Settled(Effect.IMPLICIT_DENY, "AssumeRoot reaches the root users of member accounts alone", "X5")
    task = request.context.get("sts:TaskPolicyArn")
    if isinstance(task, tuple) and not all(one.rpartition(_TASK_PATH)[2] in TASK_POLICIES for one in task):
        return Settled(Effect.IMPLICIT_DENY, "AssumeRoot takes one of the five task policies of AWS alone", "E32")
    return None


def _of_an_administrator(request: Request) -> Truth:
    """AssumeRoot meets no trust policy: it is open to the management account and to a delegated administrator (X5)."""
    return TRUE if request.principal.in_management_account is True else UNKNOWN


def _delegated(request: Request) -> tuple[Caveat, ...]:
    if request.principal.in_management_account is True:
        return ()
    sentence = (
        "sts:AssumeRoot is open to the management account and to the delegated administrator for IAM alone; whether "
        "the caller's account is the latter is not known (X5)"
    )
    return (Caveat("delegated-administrator", sentence),)


def _provider_of_another_account(request: Request) -> Settled | None:
    """An identity provider is trusted only by roles of its own account; built-in ones have no ARN (spec P14)."""
    provider, role = parse_arn(request.principal.provider or ""), parse_arn(request.resource.arn)
    if provider is None or role is None or provider.account == role.account:
        return None
    return Settled(Effect.IMPLICIT_DENY, "an identity provider of another account cannot be trusted by a role", "P14")


def _claim_is_checked(request: Request) -> tuple[Caveat, ...]:
    if not (request.principal.provider or "").endswith(_CHECKED_BY_STS):
        return ()
    sentence = "STS refuses identities of HCP Terraform unless the trust policy evaluates `app.terraform.io:sub` (S39)"
    return (Caveat("claim-required", sentence),)


def _transitive_tag(request: Request) -> Settled | None:
    """A tag that the calling session inherited as transitive cannot be passed anew (spec S7)."""
    passed = request.context.get("aws:TagKeys")
    inherited = {key.lower() for key in request.principal.transitive_tags}
    if not isinstance(passed, tuple) or not inherited.intersection(key.lower() for key in passed):
        return _provider_of_another_account(request)
    return Settled(Effect.IMPLICIT_DENY, "a transitive session tag cannot be overwritten in a role chain", "S7")


def _is_of_a_federated_user(request: Request) -> bool:
    """Tags of GetFederationToken: the identity-based policy decides, for there is no role and no trust policy (S7)."""
    return ":federated-user/" in request.resource.arn


def _another_source_identity(request: Request) -> Settled | None:
    """Once set, a source identity stays as it is through all sessions of a role chain (spec S7)."""
    before, asked = request.context.get("aws:SourceIdentity"), request.context.get("sts:SourceIdentity")
    if not (isinstance(before, tuple) and before and isinstance(asked, tuple) and asked) or before == asked:
        return _provider_of_another_account(request)
    return Settled(Effect.IMPLICIT_DENY, "a source identity that is set cannot be changed", "S7")


def _in_a_role_chain(request: Request) -> Truth:
    return TRUE if request.principal.kind is PrincipalKind.ROLE_SESSION else FALSE


_BY_TRUST_ALONE: Final = Caveat(
    "trust-alone",
    "the trust policy names the caller, and no identity-based policy allows this permission beside sts:AssumeRole; "
    "AWS does not document whether both are needed within one account (S7)",
)
_TRUST: Final = Deviation(
    "role trust policy", ("S8", "P14"), needs_resource_policy=True, settle=_provider_of_another_account
)

STS: Final[dict[str, Deviation]] = {
    "sts:getcalleridentity": Deviation("open to every caller", ("E41",), settle=_open_to_every_caller),
    "sts:getfederationtoken": Deviation("closed to role sessions", ("E43",), settle=_federation_token),
    "sts:getsessiontoken": Deviation("an authentication operation", ("E42", "E43"), settle=_session_token),
    "sts:assumerole": Deviation(
        "role trust policy",
        ("S1", "S2", "S3", "S4", "S5", "S6", "E30", "E38"),
        needs_resource_policy=True,
        settle=_cannot_assume,
    ),
    "sts:assumeroot": Deviation(
        "root task session",
        ("E30", "E32", "X5"),
        settle=_cannot_assume_root,
        needs_no_resource_policy=_of_an_administrator,
        caveats=_delegated,
        reads_context=True,
    ),
    "sts:assumerolewithsaml": _TRUST,
    "sts:assumerolewithwebidentity": _TRUST._replace(rules=("S8", "S39", "P14"), caveats=_claim_is_checked),
    "sts:tagsession": Deviation(
        "role trust policy",
        ("S7",),
        needs_resource_policy=True,
        has_no_policy=_is_of_a_federated_user,
        settle=_transitive_tag,
        by_resource_policy_alone=_BY_TRUST_ALONE,
        reads_context=True,
    ),
    "sts:setsourceidentity": Deviation(
        "role trust policy",
        ("S7",),
        needs_resource_policy=True,
        needs_identity_policy=_in_a_role_chain,
        settle=_another_source_identity,
        by_resource_policy_alone=_BY_TRUST_ALONE,
        reads_context=True,
    ),
    "sts:setcontext": Deviation("role trust policy", ("S7",), needs_resource_policy=True),
}
