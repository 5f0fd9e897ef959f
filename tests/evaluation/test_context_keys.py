"""Which context keys a request has, as far as the request itself tells (spec C42 to C58, C61 to C70, C72)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.catalog.global_keys import GLOBAL_KEYS
from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.network_keys import SUPPORTED_BY, supports
from policysim.evaluation.s3_keys import access_point_arn, is_access_point, reaches_a_bucket
from policysim.evaluation.session_keys import OF_ROLE_SESSIONS
from policysim.language.arns import parse_arn
from policysim.language.request import (
    ABSENT,
    UNKNOWN,
    ContextValue,
    Credentials,
    Principal,
    PrincipalKind,
    RequestContext,
)
from tests.evaluation.building import Statement, allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, ROOT, SERVICE, WEB

ROLE = f"arn:aws:iam::{ACCOUNT}:role/target"
SAML = Principal(kind=PrincipalKind.SAML, provider=f"arn:aws:iam::{ACCOUNT}:saml-provider/corp")
USER_SESSION = replace(ALICE, credentials=Credentials.TEMPORARY)
PERSON = replace(
    APP,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0/ann",
    entity_arn=f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0",
)
LINKED = replace(APP, service_linked=True)
EVERYBODY = (ALICE, USER_SESSION, APP, PERSON, FEDERATED, ROOT, SERVICE, ANONYMOUS, WEB, SAML)
NO_SESSIONS = (ALICE, USER_SESSION, FEDERATED, ROOT, SERVICE, ANONYMOUS, WEB, SAML)


def look(
    key: str,
    caller: Principal = ALICE,
    action: str = "s3:GetObject",
    resource: str = "arn:aws:s3:::data/x",
    said: dict[str, Any] | None = None,
    absent: tuple[str, ...] = (),
) -> ContextValue:
    """The value of a key where the context is open but for what is said of it."""
    return context_lookup(ask(caller, action, resource, context=RequestContext(said, absent=absent)))(key)


def answer(
    *statements: Statement,
    caller: Principal = ALICE,
    said: dict[str, Any] | None = None,
    complete: bool = True,
    **more: Any,
) -> Decision:
    request = ask(caller, context=RequestContext(said, complete=complete), **more)
    return decide(request, policies(identity=list(statements), resource=[allow(Principal="*")]), CATALOGUE)


def codes(decision: Decision) -> list[str]:
    return [caveat.code for caveat in decision.caveats]


@pytest.mark.parametrize("caller", EVERYBODY, ids=lambda one: one.kind.value)
def test_c42_keys_that_every_request_has_are_never_absent(caller: Principal) -> None:
    always = [key.name for key in GLOBAL_KEYS if key.always_present]
    assert len(always) == 9
    assert [key for key in always if look(key, caller) is ABSENT] == []


def test_c42_an_anonymous_caller_has_an_account_by_that_name() -> None:
    found = [look(f"aws:{key}", ANONYMOUS) for key in ("PrincipalAccount", "userid", "PrincipalType", "ViaAWSService")]
    assert found == [("anonymous",), ("anonymous",), ("Anonymous",), ("false",)]


def test_c43_unsigned_requests_lack_the_arn_and_the_word_on_services() -> None:
    for caller in (ANONYMOUS, WEB, SAML):
        assert (look("aws:PrincipalArn", caller), look("aws:PrincipalIsAWSService", caller)) == (ABSENT, ABSENT)
    assert look("aws:PrincipalIsAWSService", APP) == ("false",)
    assert look("aws:PrincipalIsAWSService", SERVICE) == ("true",)


@pytest.mark.parametrize(
    ("caller", "arn"),
    [
        (ALICE, ALICE.arn),
        (APP, APP.entity_arn),
        (FEDERATED, FEDERATED.arn),
        (ROOT, f"arn:aws:iam::{ACCOUNT}:root"),
    ],
)
def test_c44_the_principal_s_arn_is_that_of_the_role_and_not_of_its_session(caller: Principal, arn: str) -> None:
    assert look("aws:PrincipalArn", caller) == (arn,)


def test_c44_a_session_of_an_unknown_role_has_an_unknown_arn() -> None:
    assert look("aws:PrincipalArn", replace(APP, entity_arn=None)) is UNKNOWN


@pytest.mark.parametrize("caller", EVERYBODY, ids=lambda one: one.kind.value)
def test_c45_only_users_have_a_name(caller: Principal) -> None:
    assert look("aws:username", caller) == (("alice",) if caller.kind is PrincipalKind.USER else ABSENT)


@pytest.mark.parametrize(
    ("caller", "user_id", "word"),
    [
        (ALICE, "AIDAALICE", "User"),
        (APP, "AROAAPP:run-1", "AssumedRole"),
        (FEDERATED, f"{ACCOUNT}:feda", "FederatedUser"),
        (ROOT, ACCOUNT, "Account"),
        (ANONYMOUS, "anonymous", "Anonymous"),
    ],
)
def test_c46_c47_ids_and_types_of_callers(caller: Principal, user_id: str, word: str) -> None:
    assert (look("aws:userid", caller), look("aws:PrincipalType", caller)) == ((user_id,), (word,))


def test_c48_callers_without_credentials_have_no_tags_and_others_may() -> None:
    assert [look("aws:PrincipalTag/team", caller) for caller in (ANONYMOUS, WEB, SAML)] == [ABSENT] * 3
    assert look("aws:PrincipalTag/team", APP) is UNKNOWN
    assert look("aws:PrincipalTag/team", APP, said={"aws:PrincipalTag/Team": "blue"}) == ("blue",)


def test_c49_whoever_belongs_to_no_account_belongs_to_no_organisation() -> None:
    for key in ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths"):
        assert [look(key, caller) for caller in (SERVICE, ANONYMOUS, WEB, SAML)] == [ABSENT] * 4
        assert look(key, ALICE) is UNKNOWN


def test_c50_only_services_have_a_service_s_name() -> None:
    assert look("aws:PrincipalServiceName", SERVICE) == ("events.amazonaws.com",)
    assert look("aws:PrincipalServiceNamesList", SERVICE) is UNKNOWN
    for caller in (ALICE, APP, LINKED, ROOT, ANONYMOUS):
        assert look("aws:PrincipalServiceName", caller) is ABSENT
        assert look("aws:PrincipalServiceNamesList", caller) is ABSENT


@pytest.mark.parametrize("key", ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"])
def test_c51_long_term_keys_federated_identities_and_services_have_no_mfa(key: str) -> None:
    assert [look(key, caller) for caller in (ALICE, PERSON, SERVICE, ANONYMOUS, WEB, SAML)] == [ABSENT] * 6
    assert [look(key, caller) for caller in (USER_SESSION, APP, ROOT)] == [UNKNOWN] * 3
    from_oidc = {"aws:FederatedProvider": "accounts.google.com"}
    assert look(key, APP, said=from_oidc) is ABSENT


def test_c51_only_mfa_has_an_age() -> None:
    said = {"aws:MultiFactorAuthPresent": "false"}
    assert look("aws:MultiFactorAuthAge", APP, said=said) is ABSENT
    assert look("aws:MultiFactorAuthAge", APP, said={"aws:MultiFactorAuthPresent": "true"}) is UNKNOWN


def test_c51_that_a_federated_session_lacks_the_key_is_said_where_it_decides() -> None:
    without = deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    passed = answer(allow(), without, caller=PERSON, complete=False)
    assert (passed.effect, codes(passed)) == (Effect.ALLOWED, ["federated-mfa"])
    strict = deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    denied = answer(allow(), strict, caller=PERSON, complete=False)
    assert (denied.effect, codes(denied)) == (Effect.EXPLICIT_DENY, [])
    assert codes(answer(allow(), without, caller=ALICE, complete=False)) == []


def test_c52_keys_of_sessions() -> None:
    for key in ("aws:TokenIssueTime", "aws:SourceIdentity", "aws:FederatedProvider"):
        assert look(key, ALICE) is ABSENT
        assert look(key, APP) is UNKNOWN
    assert (look("aws:TokenIssueTime", USER_SESSION), look("aws:SourceIdentity", USER_SESSION)) == (UNKNOWN, ABSENT)
    assert [look("aws:AssumedRoot", caller) for caller in (ALICE, APP, SERVICE, ANONYMOUS)] == [ABSENT] * 4
    assert look("aws:AssumedRoot", ROOT) is UNKNOWN


def test_c52_the_federated_provider_is_one_of_oidc_and_never_of_saml() -> None:
    assert look("aws:FederatedProvider", WEB, "sts:AssumeRoleWithWebIdentity", ROLE) == (WEB.provider,)
    assert [look("aws:FederatedProvider", caller) for caller in (SAML, PERSON, USER_SESSION, ROOT)] == [ABSENT] * 4


def test_c53_a_request_comes_over_the_internet_or_through_an_endpoint() -> None:
    through = {"aws:SourceVpce": "vpce-1"}
    over = {"aws:SourceIp": "203.0.113.7"}
    inside = ("aws:SourceVpc", "aws:VpcSourceIp", "aws:SourceVpcArn", "aws:VpceAccount", "aws:VpceOrgID")
    assert [look(key, said=over) for key in inside] == [ABSENT] * 5
    assert [look(key, said=through) for key in inside] == [UNKNOWN] * 5
    assert (look("aws:SourceIp", said=through), look("aws:SourceVpce", said=over)) == (ABSENT, ABSENT)
    assert look("aws:SourceIp", said={"aws:VpcSourceIp": "10.0.0.1"}) is ABSENT
    assert look("aws:SourceIp") is UNKNOWN
    assert look("aws:VpcSourceIp", absent=("aws:SourceVpce",)) is ABSENT


@pytest.mark.parametrize(
    ("key", "action", "supported"),
    [
        ("aws:SourceVpcArn", "s3:GetObject", True),
        ("aws:SourceVpcArn", "iam:GetRole", True),
        ("aws:SourceVpcArn", "iam:PassRole", False),
        ("aws:SourceVpcArn", "dynamodb:GetItem", False),
        ("aws:VpceAccount", "dynamodb:GetItem", True),
        ("aws:VpceAccount", "sqs:SendMessage", False),
        ("aws:VpceOrgPaths", "shield:ListAttacks", True),
        ("aws:VpceOrgPaths", "sqs:SendMessage", False),
        ("aws:VpceOrgID", "sqs:SendMessage", True),
        ("aws:VpceOrgID", "sns:Publish", False),
    ],
)
def test_c53_some_network_keys_exist_for_some_services_alone(key: str, action: str, *, supported: bool) -> None:
    through = {"aws:SourceVpce": "vpce-1"}
    assert look(key, action=action, resource="*", said=through) is (UNKNOWN if supported else ABSENT)
    assert look(key, action=action, resource="*", said={**through, key: "said"}) == ("said",)


def test_c53_the_tables_of_services_are_those_of_the_page() -> None:
    assert {key: len(services) for key, services in SUPPORTED_BY.items()} == {
        "aws:sourcevpcarn": 36,
        "aws:vpceaccount": 39,
        "aws:vpceorgpaths": 39,
        "aws:vpceorgid": 52,
    }
    assert not any(supports(key, "ec2:runinstances") for key in SUPPORTED_BY)


def test_c54_the_source_of_a_call_exists_for_services_alone() -> None:
    for key in ("aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"):
        assert look(key, SERVICE) is UNKNOWN
        assert [look(key, caller) for caller in (ALICE, APP, ROOT, ANONYMOUS)] == [ABSENT] * 4


def test_c55_the_keys_of_forwarded_calls_agree_with_each_other() -> None:
    chain = {"aws:CalledVia": ["cloudformation.amazonaws.com", "dynamodb.amazonaws.com"]}
    assert look("aws:ViaAWSService", said=chain) == ("true",)
    assert look("aws:CalledViaFirst", said=chain) == ("cloudformation.amazonaws.com",)
    assert look("aws:CalledViaLast", said=chain) == ("dynamodb.amazonaws.com",)
    direct = {"aws:ViaAWSService": "false"}
    for key in ("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"):
        assert look(key, said=direct) is ABSENT
        assert [look(key, caller) for caller in (SERVICE, ANONYMOUS, LINKED)] == [ABSENT] * 3
        assert look(key) is UNKNOWN
    assert [look("aws:ViaAWSService", caller) for caller in (SERVICE, ANONYMOUS, LINKED)] == [("false",)] * 3
    assert look("aws:ViaAWSService", APP) is UNKNOWN


def test_c56_a_forwarded_call_loses_the_endpoint_and_keeps_the_public_address() -> None:
    forwarded = {"aws:ViaAWSService": "true"}
    for key in ("aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp", "aws:VpceAccount"):
        assert look(key, said=forwarded) is ABSENT
        assert look(key) is UNKNOWN
    assert look("aws:SourceIp", said=forwarded) is UNKNOWN
    assert look("aws:SourceIp", said={**forwarded, "aws:SourceIp": "203.0.113.7"}) == ("203.0.113.7",)


def test_c56_that_the_address_is_the_caller_s_is_said_where_it_decides() -> None:
    from_office = allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    said = {"aws:SourceIp": "203.0.113.7", "aws:ViaAWSService": "true"}
    request = ask(context=RequestContext(said, complete=True))
    forwarded = decide(request, policies(identity=[from_office]), CATALOGUE)
    assert (forwarded.effect, codes(forwarded)) == (Effect.ALLOWED, ["forwarded-source-ip"])
    direct = ask(context=RequestContext({**said, "aws:ViaAWSService": "false"}, complete=True))
    assert codes(decide(direct, policies(identity=[from_office]), CATALOGUE)) == []


@pytest.mark.parametrize(
    "action", ["ec2:AcceptVpcEndpointConnections", "ebs:PutSnapshotBlock", "ds:AcceptSharedDirectory"]
)
def test_c57_some_actions_tell_nothing_of_the_owner(action: str) -> None:
    for key in ("aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"):
        assert look(key, action=action, resource="*") is ABSENT
    assert CATALOGUE.knows_action(action)


def test_c57_other_actions_have_the_owner_of_the_resource() -> None:
    assert look("aws:ResourceAccount", FOREIGN) == (ACCOUNT,)
    assert look("aws:ResourceOrgID") is UNKNOWN
    bus = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/b"
    assert look("aws:ResourceAccount", FOREIGN, "events:PutEvents", bus) is UNKNOWN
    assert look("aws:ResourceAccount", ALICE, "events:PutEvents", bus) == (ACCOUNT,)


def test_c58_a_request_has_the_tags_that_its_tag_keys_name() -> None:
    listed = {"aws:TagKeys": ["Team"], "aws:RequestTag/Team": "blue"}
    assert look("aws:RequestTag/team", said=listed) == ("blue",)
    assert look("aws:RequestTag/stage", said=listed) is ABSENT
    assert look("aws:RequestTag/stage", said={"aws:TagKeys": []}) is ABSENT
    assert look("aws:RequestTag/stage") is UNKNOWN
    assert look("aws:RequestTag/team", said={"aws:TagKeys": ["team"]}) is UNKNOWN
    assert look("aws:ResourceTag/stage", said=listed) is UNKNOWN


@pytest.mark.parametrize("key", ["aws:referer", "aws:UserAgent"])
def test_c61_what_the_caller_controls_is_believed_only_when_it_is_given(key: str) -> None:
    assert look(key, said={key: "https://example.com/"}) == ("https://example.com/",)
    assert look(key) is UNKNOWN
    only_from = allow(Condition={"StringLike": {key: "https://example.com/*"}})
    found = policies(identity=[only_from])
    said = RequestContext({key: "https://example.org/"}, complete=True)
    assert decide(ask(context=said), found, CATALOGUE).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize("key", ["aws:Ec2InstanceSourceVpc", "aws:Ec2InstanceSourcePrivateIPv4"])
def test_c62_only_the_credentials_of_an_instance_tell_of_it(key: str) -> None:
    assert [look(key, caller) for caller in NO_SESSIONS] == [ABSENT] * len(NO_SESSIONS)
    assert look(key, APP) is UNKNOWN
    assert look(key, APP, said={key: "vpc-1"}) == ("vpc-1",)


@pytest.mark.parametrize(
    ("partition", "action", "region"),
    [
        ("aws", "iam:GetRole", "us-east-1"),
        ("aws", "organizations:ListAccounts", "us-east-1"),
        ("aws", "route53:GetHostedZone", "us-east-1"),
        ("aws", "cloudfront:GetDistribution", "us-east-1"),
        ("aws-cn", "iam:GetRole", "cn-north-1"),
        ("aws-cn", "organizations:ListAccounts", "cn-northwest-1"),
        ("aws-us-gov", "iam:GetRole", "us-gov-west-1"),
    ],
)
def test_c63_a_service_with_one_endpoint_is_called_in_its_region(partition: str, action: str, region: str) -> None:
    caller = replace(ALICE, arn=f"arn:{partition}:iam::{ACCOUNT}:user/alice")
    assert look("aws:RequestedRegion", caller, action, "*") == (region,)


@pytest.mark.parametrize("action", ["sts:AssumeRole", "s3:GetObject", "iam:PassRole"])
def test_c63_the_region_of_other_calls_is_not_known(action: str) -> None:
    assert look("aws:RequestedRegion", action=action, resource=ROLE) is UNKNOWN
    assert look("aws:RequestedRegion", action=action, said={"aws:RequestedRegion": "eu-west-1"}) == ("eu-west-1",)


@pytest.mark.parametrize("key", ["iam:PassedToService", "iam:AssociatedResourceArn"])
def test_c64_two_keys_belong_to_pass_role_alone(key: str) -> None:
    assert look(key, action="iam:PassRole", resource=ROLE) is UNKNOWN
    assert look(key, action="iam:GetRole", resource=ROLE) is ABSENT
    assert look(key, action="ec2:RunInstances", resource="*") is ABSENT
    assert look(key, action="iam:GetRole", resource=ROLE, said={key: "x"}) == ("x",)


@pytest.mark.parametrize(
    "key", ["sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys"]
)
def test_c65_the_keys_of_assuming_a_role_exist_nowhere_else(key: str) -> None:
    for action in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"):
        assert look(key, action=action, resource=ROLE) is UNKNOWN
    for action in ("s3:GetObject", "sts:GetCallerIdentity", "iam:PassRole"):
        assert look(key, action=action) is ABSENT


def test_c65_a_role_chain_carries_its_source_identity_on() -> None:
    said = {"aws:SourceIdentity": "ann"}
    assert look("sts:SourceIdentity", APP, "sts:AssumeRole", ROLE, said) == ("ann",)
    assert look("sts:SourceIdentity", APP, "s3:GetObject", said=said) is ABSENT


def test_c65_claims_exist_while_a_role_is_assumed_and_some_stay_in_its_session() -> None:
    github = replace(WEB, provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")
    sub, repository = (f"token.actions.githubusercontent.com:{name}" for name in ("sub", "repository"))
    web = "sts:AssumeRoleWithWebIdentity"
    assert (look(sub, github, web, ROLE), look(repository, github, web, ROLE)) == (UNKNOWN, UNKNOWN)
    assert look("accounts.google.com:sub", github, web, ROLE) is ABSENT
    assert look("saml:sub", github, web, ROLE) is ABSENT
    assert (look(sub, APP), look(repository, APP)) == (UNKNOWN, ABSENT)
    assert [look(sub, caller) for caller in (ALICE, ROOT, FEDERATED, SERVICE, ANONYMOUS)] == [ABSENT] * 5
    assert look(sub, ALICE, said={sub: "repo:acme/app"}) == ("repo:acme/app",)


def test_c65_saml_assertions_exist_while_a_role_is_assumed_and_three_of_their_keys_stay() -> None:
    assert look("saml:aud", SAML, "sts:AssumeRoleWithSAML", ROLE) is UNKNOWN
    assert look("accounts.google.com:aud", SAML, "sts:AssumeRoleWithSAML", ROLE) is ABSENT
    kept = ("saml:namequalifier", "saml:sub", "saml:sub_type")
    assert [look(key, APP) for key in (*kept, "saml:aud", "saml:iss")] == [UNKNOWN] * 3 + [ABSENT] * 2
    assert look("saml:sub", ALICE) is ABSENT


def test_c66_a_key_that_is_not_listed_for_the_action_is_neither_dropped_nor_made_up() -> None:
    held = {"kms:EncryptionContext:tenant": "a"}
    assert look("kms:EncryptionContext:tenant", said=held) == ("a",)
    assert look("ec2:InstanceType") is UNKNOWN
    on_it = deny(Condition={"StringEquals": {"kms:EncryptionContext:tenant": "a"}})
    assert answer(allow(), on_it, said=held).effect is Effect.EXPLICIT_DENY
    assert answer(allow(), on_it, said={}).effect is Effect.ALLOWED
    assert answer(allow(), on_it, complete=False).effect is Effect.DEPENDS


def test_c67_a_sign_in_session_stands_behind_temporary_credentials_alone() -> None:
    key = "aws:SignInSessionArn"
    assert [look(key, caller) for caller in (ALICE, SERVICE, ANONYMOUS, WEB)] == [ABSENT] * 4
    assert [look(key, caller) for caller in (APP, USER_SESSION, ROOT)] == [UNKNOWN] * 3
    assert look(key, APP, said={key: "arn:aws:signin:eu-west-1:1:session/s"}) == (
        "arn:aws:signin:eu-west-1:1:session/s",
    )


def test_c68_calls_of_mcp_servers_are_not_known_unless_they_are_said_to_be() -> None:
    assert look("aws:ViaAWSMCPService", APP) is UNKNOWN
    assert look("aws:CalledViaAWSMCP", APP) is UNKNOWN
    assert look("aws:ViaAWSMCPService", APP, said={"aws:CalledViaAWSMCP": "aws-mcp.amazonaws.com"}) == ("true",)


def test_c68_that_a_direct_call_lacks_the_key_or_says_false_is_told_where_it_decides() -> None:
    direct_only = deny(Condition={"Bool": {"aws:ViaAWSMCPService": "false"}})
    for said, effect in (({}, Effect.ALLOWED), ({"aws:ViaAWSMCPService": "false"}, Effect.EXPLICIT_DENY)):
        decision = answer(allow(), direct_only, caller=APP, said=said)
        assert (decision.effect, codes(decision)) == (effect, ["mcp-direct"])
    via_mcp = deny(Condition={"Bool": {"aws:ViaAWSMCPService": "true"}})
    assert codes(answer(allow(), via_mcp, caller=APP, said={})) == []


def test_c69_an_mcp_service_s_own_action_is_told_by_its_prefix() -> None:
    key = "aws:IsMcpServiceAction"
    assert look(key, action="eks-mcp:CallReadOnlyTool", resource="*") == ("true",)
    assert look(key, action="s3:GetObject") is ABSENT


@pytest.mark.parametrize("key", OF_ROLE_SESSIONS)
def test_c70_some_keys_exist_for_role_sessions_of_one_kind(key: str) -> None:
    assert [look(key, caller) for caller in NO_SESSIONS] == [ABSENT] * len(NO_SESSIONS)
    assert look(key, APP) is UNKNOWN
    assert look(key, APP, said={key: "said"}) == ("said",)
    assert CATALOGUE.condition_key(key) is not None


def test_c70_a_numeric_key_of_a_session_is_compared_as_a_number() -> None:
    first_version = deny(Condition={"NumericLessThan": {"ec2:RoleDelivery": "2.0"}})
    assert answer(allow(), first_version, caller=APP, said={"ec2:RoleDelivery": "1.0"}).effect is Effect.EXPLICIT_DENY
    assert answer(allow(), first_version, caller=APP, said={"ec2:RoleDelivery": "2.0"}).effect is Effect.ALLOWED
    assert answer(allow(), first_version, caller=ALICE, complete=False).effect is Effect.ALLOWED


@pytest.mark.parametrize(
    ("operator", "wanted", "matches"),
    [
        ("ForAllValues:StringEquals", "team", False),
        ("ForAllValues:StringEquals", "Team", True),
        ("ForAllValues:StringEqualsIgnoreCase", "team", True),
        ("ForAnyValue:StringLike", "te*", False),
        ("ForAnyValue:StringLike", "Te*", True),
    ],
)
def test_c72_tag_keys_are_values_whose_case_follows_the_operator(operator: str, wanted: str, *, matches: bool) -> None:
    condition = allow(Condition={operator: {"aws:TagKeys": wanted}})
    request = ask(context=RequestContext({"aws:TagKeys": ["Team"]}, complete=True))
    decision = decide(request, policies(identity=[condition]), CATALOGUE)
    assert decision.effect is (Effect.ALLOWED if matches else Effect.IMPLICIT_DENY)


def test_c72_the_name_of_a_request_tag_ignores_case() -> None:
    condition = allow(Condition={"StringEquals": {"aws:RequestTag/team": "blue"}})
    request = ask(context=RequestContext({"aws:RequestTag/TEAM": "blue"}, complete=True))
    assert decide(request, policies(identity=[condition]), CATALOGUE).effect is Effect.ALLOWED
    other = ask(context=RequestContext({"aws:RequestTag/TEAM": "Blue"}, complete=True))
    assert decide(other, policies(identity=[condition]), CATALOGUE).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("key", "caller"),
    [
        ("aws:PrincipalAccount", replace(ALICE, account=None)),
        ("aws:PrincipalType", SERVICE),
        ("aws:PrincipalType", WEB),
        ("aws:username", replace(ALICE, arn=None)),
        ("aws:userid", replace(ALICE, unique_id=None)),
        ("aws:userid", replace(APP, arn=None)),
        ("aws:userid", replace(FEDERATED, arn=None)),
        ("aws:userid", replace(ROOT, account=None)),
        ("aws:PrincipalServiceName", replace(SERVICE, service=None)),
        ("aws:FederatedProvider", replace(WEB, provider=None)),
    ],
)
def test_c42_to_c50_what_is_not_known_of_a_caller_is_not_made_up(key: str, caller: Principal) -> None:
    assert look(key, caller) is UNKNOWN


@pytest.mark.parametrize("person", [replace(PERSON, arn=None), replace(PERSON, entity_arn=None)])
def test_c51_a_person_of_identity_center_is_told_by_the_role_or_by_its_session(person: Principal) -> None:
    assert look("aws:MultiFactorAuthPresent", person) is ABSENT
    assert look("aws:MultiFactorAuthPresent", replace(APP, arn=None)) is UNKNOWN
    assert look("aws:MultiFactorAuthPresent", replace(APP, entity_arn=None)) is UNKNOWN


def test_c55_c56_a_chain_of_services_tells_that_a_call_is_forwarded() -> None:
    chain = {"aws:CalledVia": ("athena.amazonaws.com",)}
    assert look("aws:SourceVpce", said=chain) is ABSENT
    assert look("aws:SourceVpce", said={**chain, "aws:ViaAWSService": ("false",)}) is UNKNOWN
    assert look("aws:SourceVpce", said={"aws:CalledVia": ()}) is UNKNOWN
    assert look("aws:SourceVpce", absent=("aws:CalledVia",)) is UNKNOWN


@pytest.mark.parametrize("key", ["aws:CalledViaFirst", "aws:CalledViaLast"])
def test_c55_either_end_of_a_chain_tells_of_it(key: str) -> None:
    assert look("aws:ViaAWSService", said={key: ("athena.amazonaws.com",)}) == ("true",)
    assert look(key, absent=("aws:CalledVia",)) is ABSENT
    assert look(key) is UNKNOWN
    assert look(key, SERVICE) is ABSENT


@pytest.mark.parametrize("key", sorted(SUPPORTED_BY))
def test_c53_a_key_of_some_services_is_absent_elsewhere_and_over_the_internet(key: str) -> None:
    served = f"{min(SUPPORTED_BY[key])}:DoIt"
    assert look(key, action=served) is UNKNOWN
    assert look(key, action=served.upper()) is UNKNOWN
    assert look(key, action="nosuchservice:DoIt") is ABSENT
    assert look(key, action=served, said={"aws:SourceIp": ("203.0.113.7",)}) is ABSENT


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("aws-service-role/sns.amazonaws.com/AWSServiceRoleForX", ("sns.amazonaws.com",)),
        ("aws-service-role/sns.amazonaws.com/deep/AWSServiceRoleForX", ("sns.amazonaws.com",)),
        ("aws-service-role/*", UNKNOWN),
        ("aws-service-role/", UNKNOWN),
        ("plain", UNKNOWN),
    ],
)
def test_s42_a_service_linked_role_s_path_names_its_service(path: str, service: ContextValue) -> None:
    resource = f"arn:aws:iam::{ACCOUNT}:role/{path}"
    assert look("iam:AWSServiceName", action="iam:CreateServiceLinkedRole", resource=resource) == service


def test_s7_only_a_session_hands_its_source_identity_on() -> None:
    said = {"aws:SourceIdentity": ("ann",)}
    for caller, value in ((APP, ("ann",)), (ROOT, UNKNOWN), (ALICE, UNKNOWN)):
        assert look("sts:SourceIdentity", caller, "sts:AssumeRole", ROLE, said=said) == value
    unset = look("sts:SourceIdentity", APP, "sts:AssumeRole", ROLE, absent=("aws:SourceIdentity",))
    assert unset is UNKNOWN, "the call may set one"


@pytest.mark.parametrize(
    ("caller", "region"),
    [
        (ALICE, ("us-east-1",)),
        (replace(APP, arn=None), ("us-east-1",)),
        (replace(APP, arn="arn:aws-elsewhere:sts::1:assumed-role/a/b"), UNKNOWN),
        (replace(ALICE, arn=None), UNKNOWN),
    ],
)
def test_c63_without_a_resource_the_caller_tells_the_partition(caller: Principal, region: ContextValue) -> None:
    assert look("aws:RequestedRegion", caller, "iam:ListUsers", "*") == region


def test_c65_which_claims_stay_in_a_session_hangs_on_the_kind_of_provider() -> None:
    assert look("accounts.google.com:aud", APP) is UNKNOWN
    assert look("saml:aud", APP) is ABSENT
    assert look("saml:namequalifier", APP) is UNKNOWN
    assert look("accounts.google.com:namequalifier", APP) is ABSENT


@pytest.mark.parametrize(
    ("action", "reaches"),
    [
        ("s3:GetObject", True),
        ("s3:ListBucket", True),
        ("s3:GetAccessPointPolicy", False),
        ("s3:TagResource", False),
        ("s3:ListTagsForResource", False),
    ],
)
def test_s17_actions_on_the_access_point_itself_reach_no_bucket(action: str, *, reaches: bool) -> None:
    assert reaches_a_bucket(action) is reaches


def test_s17_an_access_point_on_an_outpost_is_named_after_it() -> None:
    point = f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:outpost/op-1/accesspoint/ap"
    assert is_access_point(f"{point}/object/x")
    assert access_point_arn(parse_arn(f"{point}/object/x") or pytest.fail("no ARN")) == point
    assert not is_access_point(f"arn:aws:s3:eu-west-1:{ACCOUNT}:outpost/op-1/accesspoint/ap")
    assert not is_access_point(f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:accesspoint/ap")


def test_c58_the_name_of_a_tag_may_hold_a_slash() -> None:
    for listed, value in ((("a/b",), UNKNOWN), (("b",), ABSENT)):
        assert look("aws:RequestTag/a/b", said={"aws:TagKeys": listed}) is value
