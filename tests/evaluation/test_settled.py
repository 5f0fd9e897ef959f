"""What a service says of a request beside its policies: outcomes that none of them can change, and their rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.language.request import Credentials, Principal, Request, RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT, WEB

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision

ROLE = f"arn:aws:iam::{ACCOUNT}:role/target"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/sns.amazonaws.com/AWSServiceRoleForSNS"
RESERVED = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0"
MEMBER_ROOT = f"arn:aws:iam::{OTHER}:root"
POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/readers"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
ALIAS = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"
MANAGED = replace(ALICE, in_management_account=True)
SESSION = replace(ALICE, credentials=Credentials.TEMPORARY)
DENIED, OPEN = Effect.IMPLICIT_DENY, Effect.DEPENDS
TRUST = [allow("*", Principal="*")]
DENY_ALL = deny(Principal="*")


def said(**values: str) -> RequestContext:
    """A full context with these keys, `__` standing for the colon of their names."""
    return RequestContext({key.replace("__", ":"): (value,) for key, value in values.items()}, complete=True)


def of(caller: Principal, action: str, resource: str, context: RequestContext | None = None) -> Request:
    return ask(caller, action, resource, ACCOUNT, context)


def answer(request: Request) -> Decision:
    return decide(request, policies(identity=[allow()], session=[allow()]), CATALOGUE)


@pytest.mark.parametrize(
    ("request_", "effect", "rule", "words"),
    [
        (of(ALICE, "sts:GetCallerIdentity", "*"), Effect.ALLOWED, "E41", "valid credentials"),
        (of(ALICE, "sts:GetSessionToken", "*"), Effect.ALLOWED, "E42", "no policy controls"),
        (of(APP, "sts:GetSessionToken", "*"), DENIED, "E43", "credentials of a role"),
        (of(APP, "sts:GetFederationToken", "*"), DENIED, "E43", "credentials of a role"),
        (of(SESSION, "sts:GetSessionToken", "*"), DENIED, "E43", "temporary credentials of a user cannot call `sts:G"),
        (of(FEDERATED, "sts:AssumeRole", ROLE), DENIED, "E43", "GetFederationToken cannot call `sts:AssumeRole`"),
        (of(ROOT, "sts:AssumeRole", ROLE), DENIED, "E30", "root user can never assume"),
        (of(APP, "sts:AssumeRole", LINKED), DENIED, "E38", "only its AWS service"),
        (ask(ROOT, "sts:AssumeRoot", MEMBER_ROOT, OTHER), DENIED, "E30", "root user can never assume"),
        (
            replace(
                ask(MANAGED, "sts:AssumeRoot", MEMBER_ROOT, OTHER),
                resource=replace(ask().resource, arn=MEMBER_ROOT, in_management_account=True),
            ),
            DENIED,
            "X5",
            "member accounts alone",
        ),
        (
            ask(MANAGED, "sts:AssumeRoot", MEMBER_ROOT, OTHER, said(sts__TaskPolicyArn="arn:aws:iam::aws:policy/Own")),
            DENIED,
            "E32",
            "five task policies",
        ),
        (
            of(replace(WEB, provider=f"arn:aws:iam::{OTHER}:oidc-provider/x.y"), "sts:AssumeRoleWithWebIdentity", ROLE),
            DENIED,
            "P14",
            "provider of another account",
        ),
        (
            of(replace(APP, transitive_tags=("Team",)), "sts:TagSession", ROLE, said(aws__TagKeys="team")),
            DENIED,
            "S7",
            "transitive session tag",
        ),
        (
            of(APP, "sts:SetSourceIdentity", ROLE, said(aws__SourceIdentity="ann", sts__SourceIdentity="bob")),
            DENIED,
            "S7",
            "source identity that is set",
        ),
        (of(ALICE, "organizations:CreateOrganizationalUnit", "*"), DENIED, "S34", "only the management account"),
        (of(MANAGED, "organizations:LeaveOrganization", "*"), DENIED, "S34", "only a member account"),
        (of(ALICE, "iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess"), DENIED, "G25", "AWS managed policy"),
        (of(ALICE, "iam:DeleteRole", LINKED), DENIED, "E38", "only the service behind"),
        (of(ALICE, "iam:CreateRole", LINKED), DENIED, "E38", "iam:CreateServiceLinkedRole"),
        (of(ALICE, "iam:DeleteRole", RESERVED), DENIED, "P23", "IAM Identity Center"),
        (of(FOREIGN, "iam:PassRole", ROLE), DENIED, "S9", "role of another account"),
        (of(ALICE, "kms:Decrypt", ALIAS), OPEN, "S22", f"authorized on the key behind `{ALIAS}`"),
        (
            of(ALICE, "lambda:InvokeFunctionUrl", FUNCTION, said(lambda__FunctionUrlAuthType="NONE")),
            OPEN,
            "S27",
            "authenticates nobody",
        ),
        (of(ANONYMOUS, "s3:GetObject", f"{POINT}/object/x"), DENIED, "S17", "no anonymous requests"),
    ],
)
def test_e30_e32_e38_e41_e42_e43_what_no_policy_changes_names_its_rule(
    request_: Request, effect: Effect, rule: str, words: str
) -> None:
    decision = answer(request_)
    assert (decision.effect, decision.layer, decision.request) == (effect, "special", request_)
    [caveat] = decision.caveats
    assert caveat.code == "no-policy-decides"
    assert words in caveat.sentence
    assert caveat.sentence.endswith(f"({rule})")
    assert bool(decision.possible) is (effect is OPEN)


@pytest.mark.parametrize(
    "request_",
    [
        of(APP, "sts:SetSourceIdentity", ROLE, said(aws__SourceIdentity="ann", sts__SourceIdentity="ann")),
        of(APP, "sts:SetSourceIdentity", ROLE, said(sts__SourceIdentity="bob")),
        of(APP, "sts:SetSourceIdentity", ROLE, said(aws__SourceIdentity="ann")),
        of(replace(APP, transitive_tags=("Team",)), "sts:TagSession", ROLE, said(aws__TagKeys="unit")),
        ask(
            MANAGED,
            "sts:AssumeRoot",
            MEMBER_ROOT,
            OTHER,
            said(sts__TaskPolicyArn="arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"),
        ),
        of(replace(WEB, provider="accounts.google.com"), "sts:AssumeRoleWithWebIdentity", ROLE),
        of(ALICE, "iam:PassRole", ROLE),
        of(ALICE, "iam:PassRole", "*"),
        of(ALICE, "iam:PassRole", "arn:aws:iam::*:role/x"),
        of(ALICE, "iam:PassRole", "arn:aws:iam:::role/x"),
        of(replace(ALICE, account=None), "iam:PassRole", ROLE),
        of(ANONYMOUS, "lambda:InvokeFunctionUrl", FUNCTION, said(lambda__FunctionUrlAuthType="NONE")),
        of(ALICE, "lambda:InvokeFunctionUrl", FUNCTION, said(lambda__FunctionUrlAuthType="AWS_IAM")),
        of(ALICE, "s3:GetObject", f"{POINT}/object/x"),
        of(replace(ALICE, service_linked=True), "iam:DeleteRole", LINKED),
        of(ALICE, "iam:GetRole", LINKED),
    ],
)
def test_s7_s9_p14_e32_what_the_rules_do_not_forbid_is_left_to_policies(request_: Request) -> None:
    assert decide(request_, policies(identity=[allow()], resource=TRUST), CATALOGUE).layer != "special"


def caveats(caller: Principal, action: str, resource: str, context: RequestContext | None = None) -> dict[str, str]:
    found = policies(identity=[allow()], resource=TRUST)
    decision = decide(of(caller, action, resource, context), found, CATALOGUE)
    return {caveat.code: caveat.sentence for caveat in decision.caveats}


def test_s22_an_alias_and_its_key_name_each_other() -> None:
    key = ALIAS.replace("alias/app", "key/1234")
    assert "on the key that it stands for too" in caveats(ALICE, "kms:CreateAlias", ALIAS)["alias-and-key"]
    assert (
        "`kms:CreateAlias` must be allowed on the alias too" in caveats(ALICE, "kms:CreateAlias", key)["alias-and-key"]
    )


def test_s40_a_multi_region_key_is_told_to_need_its_region() -> None:
    key = ALIAS.replace("alias/app", "key/mrk-1234")
    assert "its Region `eu-west-1` is enabled" in caveats(FOREIGN, "kms:Decrypt", key)["region-enabled"]
    assert "region-enabled" not in caveats(ALICE, "kms:Decrypt", key)


def test_s31_whoever_passed_the_authorizer_is_said_to_be_taken_so() -> None:
    api = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a/b/GET/x"
    assert "authorizer of IAM" in caveats(ALICE, "execute-api:Invoke", api)["authorizer-unknown"]
    assert "taken to have passed" in caveats(ANONYMOUS, "execute-api:Invoke", api)["authorizer-unknown"]


def test_s39_a_claim_that_sts_itself_checks_is_told() -> None:
    own = replace(WEB, provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/app.terraform.io")
    told = caveats(own, "sts:AssumeRoleWithWebIdentity", ROLE)
    assert "`app.terraform.io:sub`" in told["claim-required"]
    assert "claim-required" not in caveats(WEB, "sts:AssumeRoleWithWebIdentity", ROLE)
    assert "claim-required" not in caveats(replace(WEB, provider=None), "sts:AssumeRoleWithWebIdentity", ROLE)


def test_x5_e38_what_a_caller_may_lack_is_told_in_words() -> None:
    root = decide(ask(ALICE, "sts:AssumeRoot", MEMBER_ROOT, OTHER), policies(identity=[allow()]), CATALOGUE)
    told = {caveat.code: caveat.sentence for caveat in root.caveats}
    assert "delegated administrator for IAM" in told["delegated-administrator"]
    assert "nothing but the description" in caveats(ALICE, "iam:UpdateRole", LINKED)["service-linked-role"]


@pytest.mark.parametrize(("action", "words"), [("sts:DecodeAuthorizationMessage", "STS"), ("iam:GetUser", "IAM")])
def test_e43_credentials_that_may_be_refused_are_told_by_whom(action: str, words: str) -> None:
    decision = decide(of(SESSION, action, "*"), policies(identity=[allow()]), CATALOGUE)
    [sentence] = [caveat.sentence for caveat in decision.caveats if caveat.code == "credentials-open"]
    assert decision.effect is OPEN
    assert sentence.startswith(f"{words} refuses")


def test_e43_a_user_s_session_with_mfa_reaches_iam() -> None:
    with_mfa: dict[str, Any] = {"aws__MultiFactorAuthPresent": "true"}
    decision = decide(of(SESSION, "iam:GetUser", "*", said(**with_mfa)), policies(identity=[allow()]), CATALOGUE)
    assert decision.effect is Effect.ALLOWED


@pytest.mark.parametrize(
    ("caller", "task", "layers", "effect"),
    [
        (ROOT, "true", {"resource": [DENY_ALL]}, Effect.ALLOWED),
        (ROOT, "true", {"scp": [deny()]}, Effect.EXPLICIT_DENY),
        (ROOT, "false", {"resource": [DENY_ALL]}, Effect.EXPLICIT_DENY),
        (ALICE, "true", {"resource": [DENY_ALL], "identity": [allow()]}, Effect.EXPLICIT_DENY),
    ],
)
def test_e32_a_task_session_unlocks_a_queue_and_escapes_nothing_else(
    caller: Principal, task: str, layers: dict[str, Any], effect: Effect
) -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
    request = of(caller, "sqs:SetQueueAttributes", queue, said(aws__AssumedRoot=task))
    assert decide(request, policies(**layers), CATALOGUE).effect is effect
