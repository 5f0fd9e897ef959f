"""Fixes of operators and misspelt names, narrower exceptions, quotas, and what stands in for AWS's documents."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from policysim.account.account import Account, Identities, Node, Organisation, PolicyReference, Role
from policysim.account.full_access import FULL_AWS_ACCESS
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import LayerPolicies, Level
from policysim.explanation.diagnosis import FixKind
from policysim.explanation.fixes.candidates import Case
from policysim.explanation.fixes.deployment import command
from policysim.explanation.fixes.proposal import propose
from policysim.explanation.remedy_codes import RemedyCode
from policysim.language.edits import apply_edits
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.language.request import Principal, PrincipalKind, PublicAccessBlock, RequestContext
from policysim.language.source import Location, Source
from tests.explanation.denied_cases import (
    ACCOUNT,
    ANN,
    BUCKET,
    OBJECT,
    OTHER_ACCOUNT,
    ROLE,
    ROLE_SESSION,
    allow,
    attached,
    case,
    deny,
    document,
    edited,
    in_force,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policysim.explanation.diagnosis import Fix
    from policysim.language.request import Request

IDENTITY, RESOURCE, SCP, BOUNDARY = LayerName.IDENTITY, LayerName.RESOURCE, LayerName.SCP, LayerName.BOUNDARY
ANYTHING = attached(document(allow("*")))
TARGET_ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"


def fixes(denied: Case) -> tuple[Fix, ...]:
    return propose(denied).fixes


def fix_of(kind: str, found: tuple[Fix, ...]) -> Fix:
    return next(fix for fix in found if fix.kind == kind)


def denied(*statements: Mapping[str, object], context: Mapping[str, str] | None = None) -> Case:
    asked = request("s3:GetObject", context=context)
    return case(asked, in_force({IDENTITY: attached(document(*statements))}))


def several_values(asked: Request, key: str, *values: str) -> Request:
    return replace(asked, context=RequestContext({key: values}, complete=True))


@pytest.mark.parametrize(
    ("condition", "context", "operator"),
    [
        ({"StringEquals": {"aws:RequestTag/env": "dev-*"}}, {"aws:RequestTag/env": "dev-7"}, "StringLike"),
        (
            {"StringEqualsIfExists": {"aws:RequestTag/env": ["x", "dev-*"]}},
            {"aws:RequestTag/env": "dev-7"},
            "StringLikeIfExists",
        ),
        ({"StringEquals": {"aws:RequestTag/env": "Dev"}}, {"aws:RequestTag/env": "dev"}, "StringEqualsIgnoreCase"),
        ({"Bool": {"aws:ViaAWSService": "false"}}, {}, "BoolIfExists"),
    ],
)
def test_c4_c6_c13_c14_c15_the_operator_is_changed_under_which_the_value_fits(
    condition: Mapping[str, Mapping[str, object]], context: Mapping[str, str], operator: str
) -> None:
    fix = fix_of("change-operator", fixes(denied(allow("s3:*", f"{BUCKET}/*", Condition=condition), context=context)))
    (block,) = condition.values()
    assert edited(fix)["Statement"][0]["Condition"] == {operator: block}
    assert fix.verified.effect is Effect.ALLOWED
    assert fix.warning or operator.startswith("StringLike")


def test_c15_the_operator_comes_first_where_a_wildcard_was_meant_to_work() -> None:
    condition = {"StringEquals": {"aws:RequestTag/env": "dev-*"}}
    found = fixes(denied(allow("s3:GetObject", OBJECT, Condition=condition), context={"aws:RequestTag/env": "dev-7"}))
    assert "add-condition-value" not in {fix.kind for fix in found}


def test_c4_of_several_keys_under_an_operator_only_the_one_moves() -> None:
    condition = {
        "StringEquals": {"aws:RequestTag/a": "1", "aws:RequestTag/env": "dev-*"},
        "StringLike": {"aws:RequestTag/b": "2"},
    }
    context = {"aws:RequestTag/a": "1", "aws:RequestTag/b": "2", "aws:RequestTag/env": "dev-7"}
    fix = fix_of("change-operator", fixes(denied(allow("s3:*", Condition=condition), context=context)))
    assert edited(fix)["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:RequestTag/a": "1"},
        "StringLike": {"aws:RequestTag/b": "2", "aws:RequestTag/env": "dev-*"},
    }


def test_c5_mfa_is_never_waived_by_if_exists() -> None:
    found = fixes(denied(allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})))
    assert "change-operator" not in {fix.kind for fix in found}


def test_c40_one_of_several_values_is_compared_with_for_any_value() -> None:
    asked = several_values(request("s3:GetObject"), "aws:PrincipalOrgPaths", "o-1/r-1/ou-1/", "o-1/r-1/ou-2/")
    statement = allow("s3:*", Condition={"StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1/ou-2/"}})
    fix = fix_of("change-operator", fixes(case(asked, in_force({IDENTITY: attached(document(statement))}))))
    assert "ForAnyValue:StringEquals" in edited(fix)["Statement"][0]["Condition"]


def test_c34_every_missing_tag_key_is_accepted_at_once() -> None:
    asked = several_values(request("s3:GetObject"), "aws:TagKeys", "team", "cost", "env")
    statement = allow("s3:*", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}})
    fix = fix_of("add-condition-value", fixes(case(asked, in_force({IDENTITY: attached(document(statement))}))))
    assert edited(fix)["Statement"][0]["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"] == [
        "team",
        "cost",
        "env",
    ]


def test_c56_a_call_through_an_endpoint_is_let_in_by_its_endpoint() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "Bool": {"aws:SecureTransport": "true"}}
    context = {"aws:SourceVpce": "vpce-1", "aws:VpcSourceIp": "10.0.0.5", "aws:SecureTransport": "true"}
    found = fixes(denied(allow("s3:GetObject", f"{BUCKET}/*", Condition=condition), context=context))
    assert found[0].kind == "add-endpoint-statement"
    assert edited(found[0])["Statement"][-1] == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": OBJECT,
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": "true"}},
    }


def test_r5_a_misspelt_bucket_is_corrected_where_it_stands() -> None:
    found = fixes(denied(allow("s3:GetObject", ["arn:aws:s3:::logs/*", "arn:aws:s3:::reprots/*"])))
    fix = fix_of("correct-value", found)
    assert edited(fix)["Statement"][0]["Resource"] == ["arn:aws:s3:::logs/*", f"{BUCKET}/*"]
    assert "reprots" in fix.warning


def test_r5_a_bucket_that_the_folder_lists_is_no_misspelling() -> None:
    account = Account(id=ACCOUNT, name="prod", tags={"arn:aws:s3:::reprots": {}})
    asked = request("s3:GetObject")
    policies = in_force({IDENTITY: attached(document(allow("s3:GetObject", "arn:aws:s3:::reprots/*")))})
    found = fixes(case(asked, policies, Organisation(accounts={ACCOUNT: account})))
    assert found
    assert "correct-value" not in {fix.kind for fix in found}


def test_a9_an_action_that_aws_does_not_have_is_corrected() -> None:
    wrong = denied(allow(["s3:GetObjet", "s3:PutObject"], f"{BUCKET}/*"))._replace(facts=CATALOGUE)
    fix = fix_of("correct-value", fixes(wrong))
    assert edited(fix)["Statement"][0]["Action"] == ["s3:GetObject", "s3:PutObject"]


def test_c13_a_misspelt_value_is_corrected_in_a_condition() -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "platfrom"}}
    fix = fix_of(
        "correct-value", fixes(denied(allow("s3:*", Condition=condition), context={"aws:RequestTag/team": "platform"}))
    )
    assert edited(fix)["Statement"][0]["Condition"]["StringEquals"]["aws:RequestTag/team"] == "platform"


def test_v1_v7_an_object_key_with_a_star_needs_a_version_to_be_written() -> None:
    text = json.dumps({"Statement": [allow("sqs:*")]})
    asked = request("s3:GetObject", f"{BUCKET}/a*b")
    assert fixes(case(asked, in_force({IDENTITY: attached(text)}))) == ()


def test_e2_a_deny_of_several_actions_is_split_for_one_caller_and_one_action() -> None:
    denies = deny(["s3:GetObject", "s3:DeleteObject"], Sid="Keep", Condition={"Bool": {"aws:SecureTransport": "true"}})
    found = fixes(denied(allow("*"), denies, context={"aws:SecureTransport": "true"}))
    assert found[0].kind == "except-principal-for-action"
    statements = edited(found[0])["Statement"]
    assert statements[1]["Action"] == ["s3:DeleteObject"]
    assert statements[2] == {
        "Effect": "Deny",
        "Action": "s3:GetObject",
        "Resource": "*",
        "Sid": "KeepS3getobject",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}, "ArnNotLike": {"aws:PrincipalArn": ROLE}},
    }


def test_c55_c56_a_deny_by_address_spares_calls_of_services() -> None:
    guard = deny("*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
    context = {"aws:SourceIp": "198.51.100.1", "aws:ViaAWSService": "true"}
    fix = fix_of("except-service-calls", fixes(denied(allow("*"), guard, context=context)))
    assert edited(fix)["Statement"][1]["Condition"]["Bool"] == {"aws:ViaAWSService": "false"}
    assert "on purpose" in fix.warning


def test_c56_a_deny_by_address_spares_the_endpoint_of_the_call() -> None:
    guard = deny("*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
    fix = fix_of("except-endpoint", fixes(denied(allow("*"), guard, context={"aws:SourceVpce": "vpce-1"})))
    assert edited(fix)["Statement"][1]["Condition"]["StringNotEquals"] == {"aws:SourceVpce": "vpce-1"}


@pytest.mark.parametrize("layer", [SCP, BOUNDARY])
def test_e2_the_deny_of_a_guardrail_is_called_one(layer: LayerName) -> None:
    guard = attached(document(allow("*"), deny("s3:GetObject")), layer, name="limits", attached_to=None)
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, layer: guard})))
    assert found
    assert all("guardrail" in fix.warning for fix in found)


def test_e18_e22_full_access_is_attached_again_where_it_was_detached() -> None:
    text = '{"root": {"id": "r-1", "scps": ["FullAWSAccess"], "children": [{"id": "ou-1", "scps": []}]}}'
    source = Source("acme/organization.json", text)
    place = Location(source, ("root", "children", 0, "scps"))
    account = Node(id=ACCOUNT, name="prod", scps=())
    ou = Node(id="ou-1", name="Sandbox", scps=(), scps_at=place, children=(account, Node(id=OTHER_ACCOUNT, name="x")))
    organisation = Organisation(id="o-1", root=Node(id="r-1", name="Root", children=(ou,)))
    full = attached(document(allow("*")), SCP, name="FullAWSAccess", attached_to=None, editable=False)
    levels = LayerPolicies((Level("r-1", (full,)), Level("ou-1", ()), Level(ACCOUNT, (full,))))
    (fix,) = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, SCP: levels}), organisation))
    assert (fix.kind, fix.verified.effect) == ("attach-policy", Effect.ALLOWED)
    assert fix.command == "aws organizations attach-policy --policy-id p-FullAWSAccess --target-id ou-1"
    assert json.loads(apply_edits(fix.source, fix.edits).text)["root"]["children"][0]["scps"] == [FULL_AWS_ACCESS.name]
    assert fix.also_affects == (OTHER_ACCOUNT,)
    listed = attached(document(allow("sqs:*")), SCP, name="services", attached_to=None)
    levels = LayerPolicies((Level("r-1", (full,)), Level("ou-1", (listed,)), Level(ACCOUNT, (full,))))
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, SCP: levels}), organisation))
    assert found
    assert "attach-policy" not in {one.kind for one in found}


def test_g25_an_aws_managed_boundary_is_replaced_by_a_copy() -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    boundary = attached(document(allow("sqs:*")), BOUNDARY, name="ReadOnlyAccess", arn=arn, editable=False)
    (fix,) = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, BOUNDARY: boundary})))
    assert (fix.kind, fix.verified.effect) == ("new-policy", Effect.ALLOWED)
    assert len(json.loads(fix.edits[0].replacement)["Statement"]) == 2
    assert fix.command.startswith("aws iam create-policy --policy-name allow-s3-getobject-q1-csv")
    assert "aws iam put-role-permissions-boundary --role-name app" in fix.command


def of_size(size: int) -> str:
    """A document that has ``size`` characters, white space aside."""
    empty = document(allow("sqs:*", "arn:aws:sqs:eu-west-1:111122223333:"))
    padding = "x" * (size - len("".join(empty.split())))
    return document(allow("sqs:*", f"arn:aws:sqs:eu-west-1:111122223333:{padding}"))


def with_role(inline: Mapping[str, object], managed: int = 0) -> Organisation:
    reference = tuple(PolicyReference(f"p{n}", f"arn:aws:iam::{ACCOUNT}:policy/p{n}") for n in range(managed))
    role = Role(name="app", arn=ROLE, inline=dict(inline), managed=reference)  # type: ignore[arg-type]  # documents
    account = Account(id=ACCOUNT, name="prod", identities=Identities(roles={ROLE: role}))
    return Organisation(accounts={ACCOUNT: account})


def test_g11_a_full_managed_policy_is_not_made_larger_and_another_place_is_found() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/full"
    full = attached(of_size(6_100), name="full", arn=arn)
    inline = attached(document(allow("sqs:*")), name="inline")
    proposal = propose(
        case(request("s3:GetObject"), in_force({IDENTITY: (full, inline)}), with_role({"inline": inline.policy}))
    )
    assert [fix.source.name for fix in proposal.fixes] == ["inline.json"]
    assert any("`full` has no room" in note and "6,144" in note for note in proposal.notes)


def test_g11_g16_where_inline_policies_are_full_a_managed_one_is_made() -> None:
    full = attached(of_size(10_200), name="full")
    asked, policies = request("s3:GetObject"), in_force({IDENTITY: full})
    (fix,) = fixes(case(asked, policies, with_role({"full": full.policy})))
    assert fix.kind == "new-policy"
    assert "aws iam attach-role-policy --role-name app --policy-arn" in fix.command
    assert fixes(case(asked, policies, with_role({"full": full.policy}, managed=20))) == ()


@pytest.mark.parametrize("kept", [str, quote])
def test_g11_a_document_kept_as_a_string_is_measured_as_it_will_be_sent(kept: Callable[[str], str]) -> None:
    full = of_size(9_900)
    source = Source("authorization-details.json", json.dumps({"PolicyDocument": kept(full)}))
    policy = read_policy(kept(full), Location(source, ("PolicyDocument",)), PolicyType.IDENTITY)
    inline = attached(full, name="inline")._replace(policy=policy)
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: inline}), with_role({"inline": policy})))
    assert [fix.kind for fix in found][:1] == ["add-statement"]
    assert found[0].source.origin is not None


def test_g11_inline_policies_of_a_role_share_one_quota() -> None:
    half, small = attached(of_size(10_100), name="half"), attached(document(allow("sqs:*")), name="s")
    organisation = with_role({"half": half.policy, "s": small.policy})
    proposal = propose(case(request("s3:GetObject"), in_force({IDENTITY: (half, small)}), organisation))
    assert [fix.kind for fix in proposal.fixes] == ["new-policy"]


def test_g12_a_trust_policy_beyond_its_first_quota_needs_it_raised() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"{ROLE}-other"}, "Action": "sts:AssumeRole"}
    room = 2_040 - len("".join(document(statement).split()))
    statement = {**statement, "Condition": {"StringEquals": {"sts:ExternalId": "x" * (room - 55)}}}
    trust = attached(document(statement), RESOURCE, name="trust", attached_to=TARGET_ROLE, trust=True)
    found = fixes(case(request("sts:AssumeRole", TARGET_ROLE), in_force({IDENTITY: ANYTHING, RESOURCE: trust})))
    assert {fix.kind for fix in found} == {"add-statement"}
    assert all("quota raised" in fix.warning for fix in found)


def test_g10_iam_takes_no_letter_beyond_latin_1() -> None:
    asked = request("s3:GetObject", f"{BUCKET}/отчёт.csv")
    proposal = propose(case(asked, in_force({IDENTITY: attached(document(allow("sqs:*")))})))
    assert not proposal.fixes
    assert any("takes no letter" in note for note in proposal.notes)


def test_g16_a_sixth_version_needs_the_oldest_one_deleted() -> None:
    versions = [
        {"VersionId": f"v{n}", "IsDefaultVersion": n == 12, "CreateDate": f"2026-0{n - 7}-01T00:00:00Z"}
        for n in (12, 11, 10, 9, 8)
    ]
    whole = {"Policies": [{"PolicyVersionList": [{**one, "Document": {}} for one in versions]}]}
    source = Source("authorization-details.json", json.dumps(whole))
    location = Location(source, ("Policies", 0, "PolicyVersionList", 0, "Document"))
    policy = read_policy({"Version": "2012-10-17", "Statement": allow("s3:*")}, location, PolicyType.IDENTITY)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/readers"
    built = command(attached(document(allow("s3:*")), name="readers", arn=arn)._replace(policy=policy), IDENTITY)
    assert built.startswith(
        f"aws iam delete-policy-version --policy-arn {arn} --version-id v8 && aws iam create-policy-version"
    )


def test_s15_a_public_bucket_policy_names_its_caller_instead() -> None:
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT)
    block = PublicAccessBlock(restrict_public_buckets=True)
    asked = replace(asked, resource=replace(asked.resource, public_access_block=block))
    bucket = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal="*")), RESOURCE, name="b", attached_to=BUCKET
    )
    (fix,) = fixes(case(asked, in_force({IDENTITY: ANYTHING, RESOURCE: bucket})))
    assert (fix.kind, fix.verified.effect) == ("name-principal", Effect.ALLOWED)
    assert edited(fix)["Statement"][0]["Principal"] == {"AWS": ROLE}


def test_m1_what_aws_says_rules_out_the_denies_that_are_open_here() -> None:
    guard = deny("*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})
    asked = replace(request("s3:GetObject", complete=False), context=RequestContext())
    open_case = case(asked, in_force({IDENTITY: attached(document(allow("s3:PutObject", f"{BUCKET}/*"), guard))}))
    assert {fix.verified.effect for fix in propose(open_case).fixes} == {Effect.DEPENDS}
    told = open_case._replace(no_explicit_deny=True)
    assert {fix.verified.effect for fix in propose(told).fixes} == {Effect.ALLOWED}


def test_p11_a_user_gets_a_managed_policy_attached_to_it() -> None:
    full = attached(of_size(2_040), name="full", attached_to=str(ANN.arn))
    proposal = propose(case(request("s3:GetObject", principal=ANN), in_force({IDENTITY: full})))
    assert not proposal.fixes
    assert any("2,048" in note for note in proposal.notes)
    assert Principal(kind=PrincipalKind.USER) != ANN


def test_x4_the_first_policy_of_a_resource_is_entered_in_the_folder() -> None:
    source = Source("acc/resource-policies.json", json.dumps({BUCKET: None}, indent=2))
    account = Account(
        id=OTHER_ACCOUNT,
        name="acc",
        resource_policies={BUCKET: None},
        places={"resource-policies": Location(source, ())},
    )
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT)
    denied_there = case(asked, in_force({IDENTITY: ANYTHING}), Organisation(accounts={OTHER_ACCOUNT: account}))
    fix = fix_of("new-policy", fixes(denied_there))
    assert fix.source is source
    assert json.loads(apply_edits(source, fix.edits).text)[BUCKET]["Statement"][0]["Principal"] == {"AWS": ROLE}
    assert fix.command == (
        f'aws s3api put-bucket-policy --bucket reports --policy "$(jq -c \'.["{BUCKET}"]\' acc/resource-policies.json)"'
    )
    assert fix.verified.effect is Effect.ALLOWED


@pytest.mark.parametrize("entry", [{"RoleName": "app"}, {"RolePolicyList": []}, {"RolePolicyList": [{}, {}]}])
def test_e6_a_first_inline_policy_is_entered_in_the_authorization_details(entry: dict[str, object]) -> None:
    source = Source("acc/authorization-details.json", json.dumps({"RoleDetailList": [entry]}, indent=2))
    identities = Identities(
        roles={ROLE: Role(name="app", arn=ROLE)}, places={ROLE: Location(source, ("RoleDetailList", 0))}
    )
    organisation = Organisation(accounts={ACCOUNT: Account(id=ACCOUNT, name="acc", identities=identities)})
    (fix,) = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ()}), organisation))
    listed = json.loads(apply_edits(source, fix.edits).text)["RoleDetailList"][0]["RolePolicyList"]
    assert listed[-1]["PolicyName"] == "allow-s3-getobject-q1-csv"
    assert listed[-1]["PolicyDocument"]["Statement"][0]["Resource"] == OBJECT
    assert f".RoleDetailList[0].RolePolicyList[{len(listed) - 1}].PolicyDocument" in fix.command
    assert fix.verified.effect is Effect.ALLOWED


def test_m17_s20_the_layer_that_aws_names_comes_first() -> None:
    bucket = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"{ROLE}-other"})),
        RESOURCE,
        name="bucket",
        attached_to=BUCKET,
    )
    both = case(
        request("s3:GetObject"), in_force({IDENTITY: attached(document(allow("s3:*", BUCKET))), RESOURCE: bucket})
    )
    assert propose(both, RESOURCE).fixes[0].source.name == "bucket.json"
    assert propose(both, IDENTITY).fixes[0].source.name == "app-policy.json"


def test_e18_a_statement_that_lacks_one_type_of_resource_is_completed() -> None:
    listed = [f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/*"]
    asked = request("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:key-pair/build")
    found = fixes(case(asked, in_force({IDENTITY: attached(document(allow("ec2:RunInstances", listed)))})))
    assert [fix.kind for fix in found] == ["add-resource", "add-statement"]


def test_p19_p20_a_deny_for_all_but_some_principals_spares_the_caller_by_its_arn() -> None:
    spared = {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", f"{ROLE}-admin"]}
    everybody_else = {"Effect": "Deny", "NotPrincipal": spared, "Action": "s3:*", "Resource": f"{BUCKET}/*"}
    bucket = attached(document(everybody_else), RESOURCE, name="bucket", attached_to=BUCKET)
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, RESOURCE: bucket})))
    fix = fix_of("except-principal", found)
    assert edited(fix)["Statement"][0]["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": ROLE}}
    assert fix.verified.effect is Effect.ALLOWED


def test_e35_an_endpoint_policy_gets_the_bucket_that_aws_owns() -> None:
    packages = "arn:aws:s3:::amazonlinux-2-repos-eu-west-1/x86_64/repodata/repomd.xml"
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}
    endpoint = attached(document(everybody), LayerName.VPCE, name="endpoint", attached_to="vpce-1")
    asked = request("s3:GetObject", packages, context={"aws:SourceVpce": "vpce-1"})
    found = fixes(case(asked, in_force({IDENTITY: ANYTHING, LayerName.VPCE: endpoint})))
    assert found[0].kind == "add-statement"
    assert edited(found[0])["Statement"][-1]["Resource"] == packages
    assert "*" in fix_of("add-resource", found).also_affects
    assert found[0].command.startswith("aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1")


def test_every_kind_of_fix_and_every_remedy_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fixes.md").read_text(encoding="utf-8")
    for code in (*FixKind, *RemedyCode):
        assert f"`{code.value}`" in page, code


def test_c65_s30_a_service_is_asked_for_the_resource_that_it_works_for() -> None:
    caller = Principal(kind=PrincipalKind.SERVICE, service="delivery.logs.amazonaws.com")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{BUCKET}/*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    bucket = attached(document(statement), RESOURCE, name="bucket", attached_to=BUCKET)
    asked = request("s3:PutObject", principal=caller, context={"aws:SourceOrgID": "o-1", "aws:SourceAccount": ACCOUNT})
    found = fixes(case(asked, in_force({RESOURCE: bucket})))
    assert found[0].kind == "change-key"
    assert edited(found[0])["Statement"][0]["Condition"] == {"StringEquals": {"aws:SourceOrgID": "o-1"}}
    assert found[0].verified.effect is Effect.ALLOWED


def test_e8_naming_a_user_in_a_bucket_policy_passes_by_its_boundary_and_says_so() -> None:
    bucket = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"{ROLE}-other"})),
        RESOURCE,
        name="bucket",
        attached_to=BUCKET,
    )
    boundary = attached(document(allow("s3:GetObject")), BOUNDARY, name="limits")
    layers = {IDENTITY: attached(document(allow("sqs:*"))), BOUNDARY: boundary, RESOURCE: bucket}
    found = fixes(case(request("s3:GetObject", principal=ANN), in_force(layers)))
    assert "boundary" in fix_of("add-principal", found).warning
    assert "boundary" not in fix_of("add-principal", fixes(case(request("s3:GetObject"), in_force(layers)))).warning


def test_e3_a_revoked_session_gets_no_exception() -> None:
    revoked = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}})
    asked = request("s3:GetObject", context={"aws:TokenIssueTime": "2025-12-01T00:00:00Z"})
    proposal = propose(case(asked, in_force({IDENTITY: attached(document(allow("*"), revoked))})))
    assert proposal.fixes == ()
    assert any("wrong hands" in note for note in proposal.notes)


def test_e27_a_resource_control_policy_spares_one_caller_before_an_address_of_everybody() -> None:
    perimeter = deny("s3:*", Principal="*", Condition={"NotIpAddressIfExists": {"aws:SourceIp": ["192.0.2.0/24"]}})
    asked = request("s3:GetObject", context={"aws:SourceIp": "198.51.100.7"})
    policies = in_force(
        {
            IDENTITY: attached(document(allow("*"))),
            LayerName.RCP: attached(document(perimeter), LayerName.RCP, name="perimeter", attached_to=None),
        }
    )
    decision = decide(asked, policies, CATALOGUE, trace=True)
    denied = Case(asked, policies, decision, Organisation(accounts={}), CATALOGUE)
    assert [fix.kind for fix in propose(denied).fixes] == ["except-principal", "except-value"]


def test_p23_a_shared_permission_set_gets_no_second_inline_policy() -> None:
    path = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Readers"
    owner, twin = (f"arn:aws:iam::{account}:{path}_0123456789abcdef" for account in (ACCOUNT, OTHER_ACCOUNT))
    caller = replace(ROLE_SESSION, entity_arn=owner)
    accounts = {
        id_: Account(id=id_, name=id_, identities=Identities(roles={arn: Role(name=arn.rsplit("/", 1)[-1], arn=arn)}))
        for id_, arn in ((ACCOUNT, owner), (OTHER_ACCOUNT, twin))
    }
    inline = attached(document(allow("sqs:*")), name="AwsSSOInlinePolicy", attached_to=owner)
    asked = request("s3:GetObject", principal=caller)
    found = fixes(case(asked, in_force({IDENTITY: inline}), Organisation(accounts=accounts)))
    assert [(fix.kind, fix.also_affects) for fix in found] == [("add-statement", (twin,))]


def test_r18_a_repository_policy_gets_no_resource() -> None:
    repository = f"arn:aws:ecr:eu-west-1:{OTHER_ACCOUNT}:repository/base/python"
    pull = {"Effect": "Allow", "Principal": {"AWS": f"{ROLE}-other"}, "Action": "ecr:BatchGetImage"}
    policy = attached(document(pull), RESOURCE, name="repository", attached_to=repository)
    asked = request("ecr:BatchGetImage", repository, owner=OTHER_ACCOUNT)
    found = fixes(case(asked, in_force({IDENTITY: attached(document(allow("ecr:*"))), RESOURCE: policy})))
    added = next(fix for fix in found if fix.kind == "add-statement")
    assert edited(added)["Statement"][-1] == {**pull, "Principal": {"AWS": ROLE}}
    assert added.verified.effect is Effect.ALLOWED
