"""STS: assuming roles and root users, tags and source identities of sessions, federation, and what credentials can do.

Spec S1 to S8, S38, S39, P13, P14, X5, E30, E32, E41 to E44.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import PolicySet, one_level
from policysim.evaluation.services.sts import TASK_POLICIES
from policysim.language.policy_types import PolicyType
from policysim.language.request import Credentials, Principal, PrincipalKind, Request, RequestContext
from tests.evaluation.building import Statement, allow, ask, deny, document, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT, SERVICE, WEB

ROLE = f"arn:aws:iam::{ACCOUNT}:role/target"
OWN_ROLE = str(APP.entity_arn)
LINKED_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/events.amazonaws.com/AWSServiceRoleForEvents"
USER_SESSION = replace(ALICE, credentials=Credentials.TEMPORARY)
SAML = Principal(kind=PrincipalKind.SAML, provider=f"arn:aws:iam::{ACCOUNT}:saml-provider/corp")
SESSION = replace(APP, transitive_tags=("Team",))
ANYWHERE = replace(SERVICE, service="rolesanywhere.amazonaws.com")


def trust(*actions: str, **more: Any) -> Statement:
    """One Allow statement of a trust policy."""
    return {"Effect": "Allow", "Action": list(actions or ("sts:AssumeRole",)), **more}


def named(principal: str) -> dict[str, Any]:
    return {"Principal": {"AWS": principal}}


def answer(request: Request, *statements: Statement, **layers: Any) -> Decision:
    """The decision on a request that meets a trust policy of these statements."""
    found = policies(**layers)
    if statements:
        trusted = document(LayerName.RESOURCE, *statements, type_=PolicyType.TRUST)
        found = found.with_layer(LayerName.RESOURCE, one_level("target", [trusted]))
    return decide(request, found, CATALOGUE)


def assume(caller: Principal = ALICE, role: str = ROLE, action: str = "sts:AssumeRole", **context: Any) -> Request:
    keys = {key.replace("__", ":").replace("_", "/"): value for key, value in context.items()}
    return ask(caller, action, role, context=RequestContext(keys, complete=True))


def codes(decision: Decision) -> list[str]:
    return [caveat.code for caveat in decision.caveats]


def test_s1_s4_a_role_is_assumed_only_if_its_trust_policy_allows() -> None:
    assert answer(assume(), identity=[allow()]).layer == "resource"
    assert answer(assume(), trust(**named(OTHER)), identity=[allow()]).layer == "resource"
    assert answer(assume(), trust(**named(ACCOUNT)), identity=[allow()]).effect is Effect.ALLOWED


def test_s2_trust_in_the_account_needs_an_identity_allow_and_trust_in_the_caller_does_not() -> None:
    assert answer(assume(), trust(**named(ACCOUNT)), identity=[]).layer == "identity"
    assert answer(assume(), trust(**named(str(ALICE.arn))), identity=[]).effect is Effect.ALLOWED
    assert answer(assume(APP), trust(**named(OWN_ROLE)), identity=[]).effect is Effect.ALLOWED
    assert answer(assume(), trust(Principal="*"), identity=[]).effect is Effect.ALLOWED


def test_s3_across_accounts_both_sides_the_caller_s_scps_and_the_role_s_rcps_must_allow() -> None:
    granted, allowed = trust(**named(OTHER)), {"identity": [allow()]}
    assert answer(assume(FOREIGN), granted, **allowed).layer == "identity+resource"
    assert answer(assume(FOREIGN), trust(**named(str(FOREIGN.arn))), identity=[]).layer == "identity"
    assert answer(assume(FOREIGN), granted, **allowed, scp=[deny()]).layer == "scp"
    assert answer(assume(FOREIGN), granted, **allowed, rcp=[deny("sts:*", Principal="*")]).layer == "rcp"


def test_s5_a_role_assumes_itself_only_if_its_trust_policy_says_so() -> None:
    itself = assume(APP, OWN_ROLE)
    assert answer(itself, trust(**named(OTHER)), identity=[allow()]).layer == "resource"
    assert answer(itself, trust(Principal={"Service": "ec2.amazonaws.com"}), identity=[allow()]).layer == "resource"
    assert answer(itself, trust(**named(OWN_ROLE)), identity=[]).effect is Effect.ALLOWED
    assert answer(itself, trust(**named(ACCOUNT)), identity=[allow()]).effect is Effect.ALLOWED


def test_s6_a_service_needs_the_trust_policy_alone_and_meets_its_conditions() -> None:
    from_account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    granted = trust(Principal={"Service": "events.amazonaws.com"}, Condition=from_account)
    assert answer(assume(SERVICE, aws__SourceAccount=ACCOUNT), granted).effect is Effect.ALLOWED
    assert answer(assume(SERVICE, aws__SourceAccount=OTHER), granted).layer == "resource"
    assert answer(assume(SERVICE), granted).layer == "resource"
    other = trust(Principal={"Service": "ec2.amazonaws.com"})
    assert answer(assume(SERVICE), other, identity=[allow()]).layer == "resource"


def test_s7_tagging_a_session_is_a_permission_of_its_own_that_the_trust_policy_gives() -> None:
    tag = assume(action="sts:TagSession", aws__TagKeys=["team"])
    assert answer(tag, trust(**named(str(ALICE.arn))), identity=[allow()]).layer == "resource"
    by_trust = answer(tag, trust("sts:AssumeRole", "sts:TagSession", **named(str(ALICE.arn))), identity=[])
    assert (by_trust.effect, codes(by_trust)) == (Effect.ALLOWED, ["trust-alone"])
    by_both = answer(tag, trust("sts:TagSession", **named(str(ALICE.arn))), identity=[allow("sts:TagSession")])
    assert (by_both.effect, codes(by_both)) == (Effect.ALLOWED, [])
    assert answer(tag, trust("sts:TagSession", **named(ACCOUNT)), identity=[]).layer == "identity"


def test_s7_an_inherited_transitive_tag_cannot_be_overwritten() -> None:
    granted = trust("sts:TagSession", **named(OWN_ROLE))
    inherited = assume(SESSION, action="sts:TagSession", aws__TagKeys=["team"])
    assert (answer(inherited, granted, identity=[allow()]).layer, answer(inherited).layer) == ("special", "special")
    another = assume(SESSION, action="sts:TagSession", aws__TagKeys=["stage"])
    assert answer(another, granted, identity=[allow()]).effect is Effect.ALLOWED
    assert answer(replace(inherited, principal=APP), granted, identity=[allow()]).effect is Effect.ALLOWED


def test_s7_tags_of_a_federated_user_need_no_trust_policy() -> None:
    federated = f"arn:aws:sts::{ACCOUNT}:federated-user/feda"
    tag = assume(role=federated, action="sts:TagSession", aws__TagKeys=["team"])
    assert answer(tag, identity=[allow("sts:TagSession")]).effect is Effect.ALLOWED
    assert answer(tag, identity=[allow("sts:GetFederationToken")]).layer == "identity"


def test_s7_a_source_identity_in_a_role_chain_needs_both_sides_within_one_account_too() -> None:
    granted = trust("sts:SetSourceIdentity", Principal={"AWS": [OWN_ROLE, str(ALICE.arn), str(APP.arn)]})
    chained = assume(APP, action="sts:SetSourceIdentity")
    assert (answer(chained, granted, identity=[]).layer) == "identity"
    assert answer(chained, granted, identity=[allow("sts:SetSourceIdentity")]).layer == "identity+resource"
    assert answer(chained, trust(**named(OWN_ROLE)), identity=[allow()]).layer == "resource"
    of_a_user = answer(assume(action="sts:SetSourceIdentity"), granted, identity=[])
    assert (of_a_user.effect, codes(of_a_user)) == (Effect.ALLOWED, ["trust-alone"])


def test_s7_a_source_identity_across_accounts_needs_both_sides() -> None:
    granted, foreign = trust("sts:SetSourceIdentity", **named(OTHER)), assume(FOREIGN, action="sts:SetSourceIdentity")
    assert answer(foreign, granted, identity=[allow("sts:AssumeRole")]).layer == "identity"
    assert answer(foreign, granted, identity=[allow("sts:SetSourceIdentity")]).effect is Effect.ALLOWED


def test_s7_a_source_identity_persists_unchanged() -> None:
    granted = trust("sts:SetSourceIdentity", **named(OWN_ROLE))
    before = {"aws__SourceIdentity": "ann", "action": "sts:SetSourceIdentity"}
    assert answer(assume(APP, sts__SourceIdentity="bob", **before), granted, identity=[allow()]).layer == "special"
    assert (
        answer(assume(APP, sts__SourceIdentity="ann", **before), granted, identity=[allow()]).effect is Effect.ALLOWED
    )
    only_ann = trust(
        "sts:SetSourceIdentity", **named(OWN_ROLE), Condition={"StringEquals": {"sts:SourceIdentity": "ann"}}
    )
    assert answer(assume(APP, **before), only_ann, identity=[allow()]).effect is Effect.ALLOWED


def test_s8_web_identity_and_saml_are_decided_by_the_trust_policy_and_its_claims() -> None:
    web = "sts:AssumeRoleWithWebIdentity"
    claims = {"StringLike": {"token.actions.example.com:sub": "repo:acme/*"}}
    granted = trust(web, Principal={"Federated": WEB.provider}, Condition=claims)
    asked = ask(
        WEB, web, ROLE, context=RequestContext({"token.actions.example.com:sub": "repo:acme/app"}, complete=True)
    )
    assert answer(asked, granted).effect is Effect.ALLOWED
    assert answer(assume(WEB, action=web), granted).layer == "resource"
    with_saml = "sts:AssumeRoleWithSAML"
    saml = trust(with_saml, Principal={"Federated": SAML.provider}, Condition={"StringEquals": {"saml:aud": "x"}})
    assert answer(assume(SAML, action=with_saml, saml__aud="x"), saml).effect is Effect.ALLOWED
    assert answer(assume(SAML, action=with_saml, saml__aud="y"), saml).layer == "resource"


def test_p13_a_provider_is_trusted_in_trust_policies_by_its_own_callers_alone() -> None:
    granted = trust("sts:AssumeRole*", Principal={"Federated": WEB.provider})
    assert answer(assume(WEB, action="sts:AssumeRoleWithWebIdentity"), granted).effect is Effect.ALLOWED
    assert answer(assume(SAML, action="sts:AssumeRoleWithSAML"), granted).effect is Effect.IMPLICIT_DENY
    assert answer(assume(ALICE), granted, identity=[allow()]).effect is Effect.IMPLICIT_DENY


def test_p14_neither_scp_nor_identity_policy_touches_a_federated_caller_but_the_role_s_rcps_do() -> None:
    granted, web = trust("sts:AssumeRole*", Principal={"Federated": WEB.provider}), "sts:AssumeRoleWithWebIdentity"
    denied = {"identity": [deny()], "scp": [deny()], "boundary": [deny()]}
    assert answer(assume(WEB, action=web), granted, **denied).effect is Effect.ALLOWED
    assert answer(assume(WEB, action=web), granted, rcp=[deny("sts:*", Principal="*")]).layer == "rcp"
    elsewhere = f"arn:aws:iam::{OTHER}:role/target"
    assert answer(replace(assume(WEB, elsewhere, web)), granted).layer == "special"


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"])
def test_s38_roles_anywhere_needs_three_permissions_and_brings_its_certificate_and_anchor(action: str) -> None:
    anchor = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/a"
    bound = {
        "StringEquals": {"aws:PrincipalTag/x509Subject/CN": "build"},
        "ArnEquals": {"aws:SourceArn": anchor},
    }
    granted = trust(action, Principal={"Service": ANYWHERE.service}, Condition=bound)
    keys = {"aws:PrincipalTag/x509Subject/CN": "build", "aws:SourceArn": anchor}
    asked = ask(ANYWHERE, action, ROLE, context=RequestContext(keys, complete=True))
    assert answer(asked, granted).effect is Effect.ALLOWED
    assert answer(asked, trust("sts:GetCallerIdentity", Principal={"Service": ANYWHERE.service})).layer == "resource"
    unsaid = ask(ANYWHERE, action, ROLE, context=RequestContext({"aws:SourceArn": anchor}))
    assert answer(unsaid, granted).effect is Effect.DEPENDS


def test_s39_a_stored_trust_policy_without_the_claim_evaluates_as_written() -> None:
    github = replace(WEB, provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")
    terraform = replace(WEB, provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/app.terraform.io")
    web = "sts:AssumeRoleWithWebIdentity"
    for caller, said in ((github, []), (terraform, ["claim-required"])):
        found = answer(assume(caller, action=web), trust(web, Principal={"Federated": caller.provider}))
        assert (found.effect, codes(found)) == (Effect.ALLOWED, said)
    assert (
        answer(assume(github, action=web), trust(web, Principal={"Federated": "accounts.google.com"})).layer
        == "resource"
    )


def test_e30_the_root_user_needs_no_policies_but_never_assumes_a_role() -> None:
    assert answer(ask(ROOT)).layer == "root"
    assert answer(assume(ROOT), trust(Principal="*")).layer == "special"
    assert answer(ask(ROOT, "sts:AssumeRoot", f"arn:aws:iam::{OTHER}:root", OTHER)).layer == "special"
    assert answer(assume(), trust(Principal="*")).effect is Effect.ALLOWED


def test_e31_a_foreign_root_user_needs_the_resource_policy_alone_within_its_scps() -> None:
    stranger = replace(ROOT, arn=f"arn:aws:iam::{OTHER}:root", account=OTHER)
    granted = {"resource": [allow(Principal={"AWS": OTHER})]}
    assert answer(ask(stranger), **granted).effect is Effect.ALLOWED
    assert answer(ask(stranger)).layer == "resource"
    assert answer(ask(stranger), **granted, scp=[deny()]).layer == "scp"


def task_session(action: str = "s3:GetBucketPolicy", **context: Any) -> Request:
    keys = RequestContext({"aws:AssumedRoot": "true", **context}, complete=True)
    return ask(ROOT, action, "arn:aws:s3:::data", context=keys)


TASK = {"session": [{"Effect": "Deny", "NotAction": ["s3:*BucketPolicy"], "Resource": "*"}]}


def test_e32_a_session_of_assume_root_is_the_root_user_within_its_task_and_the_scps() -> None:
    assert answer(task_session(), **TASK).effect is Effect.ALLOWED
    assert answer(task_session("s3:GetObject"), **TASK).layer == "session"
    assert answer(task_session(), **TASK, scp=[deny()]).layer == "scp"
    of_root = ask(ROOT, "s3:GetObject", "arn:aws:s3:::data/x")
    assert answer(of_root, **TASK).effect is Effect.ALLOWED


def test_e32_rcps_and_endpoint_policies_are_taken_to_bind_it_with_a_caveat() -> None:
    by_rcp = answer(task_session("s3:GetBucketAcl"), rcp=[deny(Principal="*")])
    assert (by_rcp.layer, codes(by_rcp)) == ("rcp", ["task-session-limit"])
    through = task_session("s3:GetBucketAcl", **{"aws:SourceVpce": "vpce-1"})
    by_endpoint = answer(through, vpce=[allow("ec2:*", Principal="*")])
    assert (by_endpoint.layer, codes(by_endpoint)) == ("vpce", ["task-session-limit"])
    of_root = answer(ask(ROOT), rcp=[deny(Principal="*")])
    assert (of_root.layer, codes(of_root)) == ("rcp", [])


@pytest.mark.parametrize(
    ("task", "effect"),
    [(name, Effect.ALLOWED) for name in TASK_POLICIES] + [("IAMEverything", Effect.IMPLICIT_DENY)],
)
def test_e32_x5_assume_root_takes_one_of_five_task_policies(task: str, effect: Effect) -> None:
    manager = replace(ALICE, in_management_account=True)
    context = RequestContext({"sts:TaskPolicyArn": f"arn:aws:iam::aws:policy/root-task/{task}"}, complete=True)
    request = ask(manager, "sts:AssumeRoot", f"arn:aws:iam::{OTHER}:root", OTHER, context)
    assert answer(request, identity=[allow("sts:AssumeRoot")]).effect is effect


def test_x5_assume_root_is_open_to_the_management_account_towards_members() -> None:
    manager = replace(ALICE, in_management_account=True)
    towards = ask(manager, "sts:AssumeRoot", f"arn:aws:iam::{OTHER}:root", OTHER)
    unlock = {"ArnEquals": {"sts:TaskPolicyArn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}}
    assert answer(towards, identity=[allow()]).effect is Effect.ALLOWED
    assert answer(towards, identity=[allow(Condition=unlock)]).layer == "identity"
    of_itself = replace(towards, resource=replace(towards.resource, in_management_account=True))
    assert answer(of_itself, identity=[allow()]).layer == "special"
    member = answer(replace(towards, principal=ALICE), identity=[allow()])
    assert (member.effect, codes(member)) == (Effect.DEPENDS, ["delegated-administrator"])


def test_e38_only_its_service_assumes_a_service_linked_role() -> None:
    everybody = trust(Principal="*")
    for caller in (ALICE, APP):
        assert answer(assume(caller, LINKED_ROLE), everybody, identity=[allow()]).layer == "special"
    assert answer(assume(SERVICE, LINKED_ROLE), trust(Principal={"Service": SERVICE.service})).effect is Effect.ALLOWED


@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT, SERVICE], ids=lambda one: one.kind.value)
def test_e41_everybody_with_credentials_may_ask_who_they_are(caller: Principal) -> None:
    denied = {"identity": [deny()], "scp": [deny()], "session": [deny()]}
    assert answer(ask(caller, "sts:GetCallerIdentity", "*"), **denied).effect is Effect.ALLOWED
    assert answer(ask(ANONYMOUS, "sts:GetCallerIdentity", "*")).effect is Effect.IMPLICIT_DENY


def test_e42_no_policy_controls_get_session_token() -> None:
    for caller in (ALICE, ROOT):
        assert answer(ask(caller, "sts:GetSessionToken", "*"), identity=[deny()], scp=[deny()]).effect is Effect.ALLOWED
    assert answer(ask(ALICE, "sts:GetFederationToken", "*"), identity=[deny()]).effect is Effect.EXPLICIT_DENY
    assert answer(ask(ALICE, "sts:GetFederationToken", "*"), identity=[allow()]).effect is Effect.ALLOWED


@pytest.mark.parametrize(
    ("caller", "action", "effect"),
    [
        (FEDERATED, "sts:AssumeRole", Effect.IMPLICIT_DENY),
        (FEDERATED, "sts:DecodeAuthorizationMessage", Effect.IMPLICIT_DENY),
        (FEDERATED, "sts:GetFederationToken", Effect.IMPLICIT_DENY),
        (FEDERATED, "sts:GetServiceBearerToken", Effect.ALLOWED),
        (FEDERATED, "iam:ListUsers", Effect.DEPENDS),
        (FEDERATED, "ec2:DescribeVpcs", Effect.ALLOWED),
        (USER_SESSION, "sts:GetSessionToken", Effect.IMPLICIT_DENY),
        (USER_SESSION, "sts:DecodeAuthorizationMessage", Effect.DEPENDS),
        (USER_SESSION, "sts:GetServiceBearerToken", Effect.ALLOWED),
        (USER_SESSION, "iam:ListUsers", Effect.DEPENDS),
        (USER_SESSION, "ec2:DescribeVpcs", Effect.ALLOWED),
        (APP, "sts:GetSessionToken", Effect.IMPLICIT_DENY),
        (APP, "sts:GetFederationToken", Effect.IMPLICIT_DENY),
        (APP, "sts:DecodeAuthorizationMessage", Effect.ALLOWED),
        (APP, "iam:ListUsers", Effect.ALLOWED),
        (ALICE, "sts:DecodeAuthorizationMessage", Effect.ALLOWED),
        (replace(FEDERATED, credentials=Credentials.CONSOLE), "iam:ListUsers", Effect.ALLOWED),
        (replace(ALICE, credentials=Credentials.CONSOLE), "iam:ListUsers", Effect.ALLOWED),
        (replace(ALICE, credentials=Credentials.CONSOLE), "sts:DecodeAuthorizationMessage", Effect.ALLOWED),
    ],
    ids=lambda one: one.kind.value if isinstance(one, Principal) else str(one),
)
def test_e43_what_credentials_reach(caller: Principal, action: str, effect: Effect) -> None:
    decision = answer(ask(caller, action, "*"), identity=[allow()], session=[allow()])
    assert decision.effect is effect
    assert codes(decision) == (
        ["credentials-open"] if effect is Effect.DEPENDS else ["no-policy-decides"] * (effect is not Effect.ALLOWED)
    )


def test_e43_a_user_s_session_assumes_roles_and_reaches_iam_with_mfa() -> None:
    assert answer(assume(USER_SESSION), trust(Principal="*")).effect is Effect.ALLOWED
    with_mfa = RequestContext({"aws:MultiFactorAuthPresent": "true"}, complete=True)
    assert (
        answer(ask(USER_SESSION, "iam:ListUsers", "*", context=with_mfa), identity=[allow()]).effect is Effect.ALLOWED
    )


def test_e44_a_session_has_its_role_s_policies_and_none_of_whoever_assumed_it() -> None:
    of_the_role = policies(identity=[allow("s3:*")])
    of_the_user = policies(identity=[allow("ec2:*")])
    assert decide(ask(APP), of_the_role, CATALOGUE).effect is Effect.ALLOWED
    assert decide(ask(APP), of_the_user, CATALOGUE).effect is Effect.IMPLICIT_DENY
    foreign = [allow(Principal={"AWS": str(ALICE.arn)})]
    assert decide(ask(APP), policies(resource=foreign), CATALOGUE).effect is Effect.IMPLICIT_DENY
    assert decide(ask(ALICE), policies(resource=foreign), CATALOGUE).effect is Effect.ALLOWED


def test_e13_session_policies_of_assume_role_narrow_the_role() -> None:
    assert answer(ask(APP), identity=[allow()], session=[allow("ec2:*")]).layer == "session"
    assert answer(ask(APP), identity=[allow()], session=[allow("s3:*")]).effect is Effect.ALLOWED
    assert answer(ask(APP), identity=[], session=[allow("s3:*")]).layer == "identity"
    assert answer(ask(APP), identity=[allow()]).effect is Effect.ALLOWED
    assert PolicySet().get(LayerName.SESSION) is None
