from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.account.account import Account, Group, Identities, Node, Organisation, PolicyReference, Role, User
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, PolicySet, one_level
from policysim.explanation.diagnosis import Verification
from policysim.explanation.fixes.proposal import ALTERNATIVES, next_aim, propose
from policysim.language.edits import apply_edits, in_file
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.language.request import Principal, PrincipalKind
from policysim.language.source import Location, Source
from tests.explanation.denied_cases import (
    ACCOUNT,
    ANN,
    BUCKET,
    KEY,
    OBJECT,
    OTHER_ACCOUNT,
    ROLE,
    SESSION,
    USER,
    allow,
    attached,
    case,
    deny,
    document,
    edited,
    in_force,
    levels,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.diagnosis import Fix
    from policysim.explanation.fixes.candidates import Case
    from policysim.language.request import Request

IDENTITY, RESOURCE, SCP = LayerName.IDENTITY, LayerName.RESOURCE, LayerName.SCP
ANYTHING = attached(document(allow("*")))
FULL = attached(document(allow("*")), SCP, name="FullAWSAccess", attached_to=None, editable=False)
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/readers"
TABLE = f"arn:aws:dynamodb:eu-west-1:{OTHER_ACCOUNT}:table/T"
TARGET_ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"


def fixes(denied: Case) -> tuple[Fix, ...]:
    found = propose(denied).fixes
    for fix in found:
        if fix.source.text and fix.source.origin is None:
            edited(fix)
    return found


def fix_of(kind: str, found: tuple[Fix, ...]) -> Fix:
    return next(fix for fix in found if fix.kind == kind)


def identity_case(asked: Request, *statements: Mapping[str, object]) -> Case:
    return case(asked, in_force({IDENTITY: attached(document(*statements))}))


def bucket_open_to_another_role() -> AttachedPolicy:
    return attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"{ROLE}-other"})),
        RESOURCE,
        name="bucket",
        attached_to=BUCKET,
    )


def test_m1_the_action_goes_into_the_statement_that_lacks_it() -> None:
    found = fixes(identity_case(request("s3:GetObject"), allow(["s3:PutObject"], f"{BUCKET}/*")))
    fix = fix_of("add-action", found)
    assert edited(fix)["Statement"][0]["Action"] == ["s3:PutObject", "s3:GetObject"]
    assert (fix.verified.effect, fix.verified.layer) == (Effect.ALLOWED, "")


def test_r11_a_bucket_arn_is_corrected_to_its_objects() -> None:
    found = fixes(identity_case(request("s3:GetObject"), allow("s3:GetObject", BUCKET)))
    assert edited(fix_of("add-objects", found))["Statement"][0]["Resource"] == [BUCKET, f"{BUCKET}/*"]
    assert found[0].kind in {"add-resource", "add-statement"}


def test_the_smallest_fix_comes_first_and_each_kind_once() -> None:
    statements = [allow([f"s3:PutObject{name}"], f"{BUCKET}/*") for name in ("", "Acl", "Tagging")]
    found = fixes(identity_case(request("s3:GetObject"), *statements, allow("s3:GetObject", BUCKET)))
    assert len(found) <= ALTERNATIVES
    assert len({fix.kind for fix in found}) == len(found)
    assert found[0].kind in {"add-statement", "add-resource"}


def test_nothing_is_widened_to_a_star_silently() -> None:
    denied = identity_case(request("s3:GetObject"), allow("s3:PutObject", "*"), allow("s3:ListBucket", BUCKET))
    found = fixes(denied)
    assert {"add-action", "add-statement"} <= {fix.kind for fix in found}
    for fix in found:
        added = "".join(edit.replacement for edit in fix.edits)
        assert '"*"' not in added
        assert fix.kind != "add-action" or "every resource" in fix.warning


def test_s9_passing_a_role_is_pinned_to_the_service() -> None:
    asked = request("iam:PassRole", TARGET_ROLE, context={"iam:PassedToService": "lambda.amazonaws.com"})
    fix = fix_of("add-statement", fixes(identity_case(asked, allow("lambda:*"))))
    assert edited(fix)["Statement"][-1] == {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": TARGET_ROLE,
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }


def test_v7_an_object_key_with_a_wildcard_character_is_escaped() -> None:
    asked = request("s3:GetObject", f"{BUCKET}/what?/${{x}}*")
    fix = fix_of("add-statement", fixes(identity_case(asked, allow("sqs:*"))))
    assert edited(fix)["Statement"][-1]["Resource"] == f"{BUCKET}/what${{?}}/${{$}}{{x}}${{*}}"
    assert fix.verified.effect is Effect.ALLOWED


def test_a_condition_that_keeps_the_request_out_is_named_before_a_statement_passes_by_it() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    asked = request("s3:GetObject", context={"aws:MultiFactorAuthPresent": "false"})
    found = fixes(identity_case(asked, allow("s3:GetObject", f"{BUCKET}/*", Condition=mfa)))
    assert "condition" in fix_of("add-statement", found).warning
    assert "add-condition-value" not in {fix.kind for fix in found}


def test_s8_the_claim_of_a_web_identity_is_added_to_the_trust_policy_and_nothing_wider() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    caller = Principal(kind=PrincipalKind.WEB_IDENTITY, provider=provider)
    key = "token.actions.githubusercontent.com:sub"
    asked = request(
        "sts:AssumeRoleWithWebIdentity", TARGET_ROLE, principal=caller, context={key: "repo:o/r:ref:refs/heads/x"}
    )
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {key: "repo:o/r:ref:refs/heads/main"}},
    }
    trust = attached(document(statement), RESOURCE, name="trust", attached_to=TARGET_ROLE, trust=True)
    found = fixes(case(asked, in_force({RESOURCE: trust})))
    assert [fix.kind for fix in found] == ["add-condition-value"]
    assert found[0].verified.effect is Effect.ALLOWED
    assert found[0].warning


def test_s1_s4_the_caller_is_added_to_the_trust_policy() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"{ROLE}-other"}, "Action": "sts:AssumeRole"}
    trust = attached(document(statement), RESOURCE, name="trust", attached_to=TARGET_ROLE, trust=True)
    found = fixes(case(request("sts:AssumeRole", TARGET_ROLE), in_force({IDENTITY: ANYTHING, RESOURCE: trust})))
    fix = fix_of("add-principal", found)
    assert edited(fix)["Statement"][0]["Principal"]["AWS"] == [f"{ROLE}-other", ROLE]
    assert fix.command.startswith("aws iam update-assume-role-policy --role-name admin")
    assert "Resource" not in edited(fix_of("add-statement", found))["Statement"][-1]


def test_the_list_of_a_condition_on_the_caller_comes_before_a_statement_that_passes_by_it() -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": [f"{ROLE}-other"]}},
    }
    trust = attached(document(statement), RESOURCE, name="trust", attached_to=TARGET_ROLE, trust=True)
    found = fixes(case(request("sts:AssumeRole", TARGET_ROLE), in_force({IDENTITY: ANYTHING, RESOURCE: trust})))
    assert [fix.kind for fix in found] == ["add-condition-value", "add-statement"]
    assert not found[0].warning
    assert "bypasses it" in found[1].warning


def test_s7_tag_session_joins_assume_role_in_the_trust_policy() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}
    trust = attached(document(statement), RESOURCE, name="trust", attached_to=TARGET_ROLE, trust=True)
    found = fixes(case(request("sts:TagSession", TARGET_ROLE), in_force({IDENTITY: ANYTHING, RESOURCE: trust})))
    assert edited(fix_of("add-action", found))["Statement"][0]["Action"] == ["sts:AssumeRole", "sts:TagSession"]


def test_s20_s21_a_key_policy_gets_a_statement_for_the_role() -> None:
    key_policy = attached(
        document(allow("kms:*", Principal={"AWS": f"{ROLE}-admin"})), RESOURCE, name="key", attached_to=KEY
    )
    found = fixes(case(request("kms:Decrypt", KEY), in_force({IDENTITY: ANYTHING, RESOURCE: key_policy})))
    statement = edited(fix_of("add-statement", found))["Statement"][-1]
    assert statement == {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:Decrypt", "Resource": "*"}
    assert found[0].kind == "add-statement"


def test_s25_the_policy_of_an_aws_managed_key_is_left_alone() -> None:
    key_policy = attached(
        document(allow("kms:*", Principal={"AWS": f"{ROLE}-admin"})), RESOURCE, name="key", attached_to=KEY
    )
    asked = request("kms:Decrypt", KEY)
    asked = replace(asked, resource=replace(asked.resource, key_manager="AWS"))
    proposal = propose(case(asked, in_force({IDENTITY: ANYTHING, RESOURCE: key_policy})))
    assert not proposal.fixes
    assert "use a key of your own" in proposal.notes[0]


def test_x1_both_sides_of_a_cross_account_request_are_fixed_one_after_the_other() -> None:
    bucket = bucket_open_to_another_role()
    nothing = attached(document(allow("sqs:*")))
    found = fixes(case(request("s3:GetObject", owner=OTHER_ACCOUNT), in_force({IDENTITY: nothing, RESOURCE: bucket})))
    first, last = found[0], found[-1]
    assert (first.step, first.verified.effect, first.verified.layer) == (1, Effect.IMPLICIT_DENY, "identity")
    assert (last.step, last.verified.effect) == (2, Effect.ALLOWED)
    assert f"account `{OTHER_ACCOUNT}` must deploy this" in first.warning


def test_x5_a_bucket_without_a_policy_gets_its_first_one() -> None:
    found = fixes(case(request("s3:GetObject", owner=OTHER_ACCOUNT), in_force({IDENTITY: ANYTHING})))
    assert [fix.kind for fix in found] == ["new-policy"]
    assert found[0].source.text == ""
    assert edited(found[0])["Statement"][0]["Principal"] == {"AWS": ROLE}
    assert found[0].command.startswith("aws s3api put-bucket-policy --bucket reports --policy file://")


@pytest.mark.parametrize(
    ("action", "resource", "call"),
    [
        ("s3:GetObject", OBJECT, "aws s3api put-bucket-policy --bucket reports "),
        (
            "s3:GetObject",
            f"arn:aws:s3:eu-west-1:{OTHER_ACCOUNT}:accesspoint/ap/object/a/b",
            f"aws s3control put-access-point-policy --region eu-west-1 --account-id {OTHER_ACCOUNT} --name ap ",
        ),
        (
            "dynamodb:Query",
            f"{TABLE}/index/I",
            f"aws dynamodb put-resource-policy --region eu-west-1 --resource-arn {TABLE} ",
        ),
    ],
)
def test_r21_s17_a_first_policy_hangs_on_what_holds_the_resource(action: str, resource: str, call: str) -> None:
    found = fixes(case(request(action, resource, owner=OTHER_ACCOUNT), in_force({IDENTITY: ANYTHING})))
    assert [fix.kind for fix in found] == ["new-policy"]
    assert found[0].command.startswith(call)


def test_x5_no_first_policy_where_one_may_exist_that_nobody_collected() -> None:
    unknown = one_level(BUCKET, (), (Gap("not-collected", "the bucket policy was not collected"),))
    found = propose(
        case(request("s3:GetObject", owner=OTHER_ACCOUNT), in_force({IDENTITY: ANYTHING, RESOURCE: unknown}))
    )
    assert not found.fixes


def test_m10_the_next_layer_in_the_way_is_named_and_fixed_next() -> None:
    boundary = attached(document(allow("sqs:*")), LayerName.BOUNDARY, name="limit", arn=MANAGED)
    nothing = attached(document(allow("sqs:*")))
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: nothing, LayerName.BOUNDARY: boundary})))
    assert [(fix.step, fix.verified.effect, fix.verified.layer) for fix in found] == [
        (1, Effect.IMPLICIT_DENY, "boundary"),
        (2, Effect.ALLOWED, ""),
    ]
    assert found[1].command.startswith(f"aws iam create-policy-version --policy-arn {MANAGED}")


def test_e13_a_session_policy_is_widened_where_it_is_passed() -> None:
    session = attached(document(allow("sqs:*")), LayerName.SESSION, name="session")
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, LayerName.SESSION: session})))
    assert found[0].verified.effect is Effect.ALLOWED
    assert found[0].command == ""
    assert "whoever starts the session" in found[0].warning


def test_e35_an_endpoint_policy_names_the_caller_by_a_condition() -> None:
    endpoint = attached(document(allow("sqs:*", Principal="*")), LayerName.VPCE, name="endpoint", attached_to="vpce-1")
    asked = request("s3:GetObject", context={"aws:SourceVpce": "vpce-1"})
    found = fixes(case(asked, in_force({IDENTITY: ANYTHING, LayerName.VPCE: endpoint})))
    statement = edited(fix_of("add-statement", found))["Statement"][-1]
    assert statement["Principal"] == "*"
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    assert found[0].verified.effect is Effect.ALLOWED


def test_e18_the_level_without_an_allow_gets_one() -> None:
    only_sqs = attached(document(allow(["sqs:*"])), SCP, name="only-sqs", attached_to=None)
    denied = case(
        request("s3:GetObject"), in_force({IDENTITY: ANYTHING, SCP: levels(root=(FULL,), ou=(only_sqs,), acc=(FULL,))})
    )
    found = fixes(denied)
    assert {fix.source.name for fix in found} == {"only-sqs.json"}
    assert found[0].verified.effect is Effect.ALLOWED


def test_e18_a_level_with_nothing_to_edit_gets_advice() -> None:
    denied = case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, SCP: levels(root=(FULL,), ou=())}))
    proposal = propose(denied)
    assert not proposal.fixes
    assert "attach-policy --policy-id p-FullAWSAccess --target-id ou" in proposal.notes[0]


REGIONS = {
    "Sid": "Regions",
    "Effect": "Deny",
    "NotAction": ["iam:*"],
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
}


def region_case(statement: Mapping[str, object]) -> Case:
    guard = attached(document(allow("*"), statement), SCP, name="guard", attached_to=None)
    asked = request("acm:ListCertificates", "*", context={"aws:RequestedRegion": "us-east-1"})
    return case(asked, in_force({IDENTITY: ANYTHING, SCP: levels(root=(guard,))}))


def test_a6_a_region_deny_gets_the_action_into_its_exceptions() -> None:
    found = fixes(region_case(REGIONS))
    assert found[0].kind == "except-action"
    assert edited(found[0])["Statement"][1]["NotAction"] == ["iam:*", "acm:ListCertificates"]
    values = edited(fix_of("except-value", found))["Statement"][1]["Condition"]
    assert values == {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}


def test_p18_an_existing_list_of_exempted_principals_gets_the_caller() -> None:
    exempt = {"ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:role/break-glass"]}}
    statement = {**deny("s3:*"), "Condition": exempt}
    found = fixes(identity_case(request("s3:GetObject"), allow("*"), statement))
    condition = edited(fix_of("except-principal", found))["Statement"][1]["Condition"]
    assert condition["ArnNotLike"]["aws:PrincipalArn"] == [f"arn:aws:iam::{ACCOUNT}:role/break-glass", ROLE]


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::x"}},
        {"ForAllValues:ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/x"}},
    ],
)
def test_e2_any_deny_can_exempt_the_caller(condition: dict[str, object] | None) -> None:
    statement = deny("s3:*") if condition is None else deny("s3:*", Condition=condition)
    found = fixes(identity_case(request("s3:GetObject"), allow("*"), statement))
    fix = fix_of("except-principal", found)
    assert fix.verified.effect is Effect.ALLOWED
    assert edited(fix)["Statement"][1]["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == ROLE


def test_every_exception_carries_the_warning_that_a_deny_is_there_on_purpose() -> None:
    found = fixes(region_case(REGIONS))
    assert len(found) == 3
    assert all("on purpose" in fix.warning for fix in found)


def test_m10_two_denies_of_one_document_are_excepted_one_after_the_other() -> None:
    found = fixes(identity_case(request("s3:GetObject"), allow("*"), deny("s3:*"), deny("s3:GetObject", OBJECT)))
    assert [(fix.step, fix.verified.effect) for fix in found] == [(1, Effect.EXPLICIT_DENY), (2, Effect.ALLOWED)]
    both = edited(found[1])["Statement"]
    assert all("Condition" in statement for statement in both[1:]), "the second edit continues the first"


def test_g25_aws_managed_policies_are_left_alone_with_a_reason() -> None:
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    quarantine = attached(document(deny("s3:*")), name="AWSCompromisedKeyQuarantineV3", arn=arn, editable=False)
    proposal = propose(case(request("s3:GetObject"), in_force({IDENTITY: (ANYTHING, quarantine)})))
    assert not proposal.fixes
    assert "only AWS changes an AWS managed policy" in proposal.notes[0]
    assert not any("detached" in note for note in proposal.notes)


def test_a_caller_without_a_document_to_edit_gets_an_inline_policy() -> None:
    read_only = attached(
        document(allow("sqs:*")), name="ReadOnly", arn="arn:aws:iam::aws:policy/ReadOnly", editable=False
    )
    found = fixes(case(request("s3:GetObject", principal=ANN), in_force({IDENTITY: read_only})))
    assert [fix.kind for fix in found] == ["new-policy"]
    assert found[0].command.startswith("aws iam put-user-policy --user-name ann --policy-name allow-s3-getobject-")


def test_p23_what_a_role_of_identity_center_lacks_goes_into_its_permission_set() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_dev_0123"
    caller = Principal(kind=PrincipalKind.ROLE_SESSION, arn=None, account=ACCOUNT, entity_arn=arn)
    inline = attached(document(allow("sqs:*")), name="AwsSSOInlinePolicy", attached_to=arn)
    (fix,) = fixes(case(request("s3:GetObject", principal=caller), in_force({IDENTITY: inline})))
    assert (fix.kind, fix.verified.effect) == ("add-statement", Effect.ALLOWED)
    assert "permission set `dev`" in fix.warning
    assert fix.command.startswith("aws sso-admin put-inline-policy-to-permission-set --instance-arn INSTANCE_ARN")
    assert "aws sso-admin provision-permission-set" in fix.command


def test_p23_other_inline_policies_of_such_a_role_are_not_edited() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_dev_0123"
    caller = Principal(kind=PrincipalKind.ROLE_SESSION, arn=None, account=ACCOUNT, entity_arn=arn)
    inline = attached(document(allow("sqs:*")), name="inline", attached_to=arn)
    proposal = propose(case(request("s3:GetObject", principal=caller), in_force({IDENTITY: inline})))
    assert [fix.kind for fix in proposal.fixes] == ["new-policy"]
    assert any("permission set" in note for note in proposal.notes)


def test_s11_within_one_account_the_bucket_policy_may_do_instead() -> None:
    bucket = bucket_open_to_another_role()
    nothing = attached(document(allow("sqs:*")))
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: nothing, RESOURCE: bucket})))
    assert fix_of("add-principal", found).source.name == "bucket.json"
    assert all(fix.verified.effect is Effect.ALLOWED for fix in found)


def test_s30_a_service_that_calls_is_pinned_to_its_source() -> None:
    caller = Principal(kind=PrincipalKind.SERVICE, service="sns.amazonaws.com")
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
    policy = attached(
        document(allow("sqs:SendMessage", queue, Principal={"AWS": ROLE})), RESOURCE, name="queue", attached_to=queue
    )
    asked = request("sqs:SendMessage", queue, principal=caller, context={"aws:SourceArn": topic})
    found = fixes(case(asked, in_force({RESOURCE: policy})))
    fix = fix_of("add-statement", found)
    assert edited(fix)["Statement"][-1]["Principal"] == {"Service": "sns.amazonaws.com"}
    assert edited(fix)["Statement"][-1]["Condition"] == {"ArnEquals": {"aws:SourceArn": topic}}
    assert "every customer" in fix_of("add-principal", found).warning


def test_nobody_opens_a_resource_to_anonymous_callers() -> None:
    caller = Principal(kind=PrincipalKind.ANONYMOUS)
    bucket = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE})), RESOURCE, name="b", attached_to=BUCKET
    )
    assert not fixes(case(request("s3:GetObject", principal=caller), in_force({RESOURCE: bucket})))


def test_a5_an_exclusion_that_names_exactly_the_action_can_be_dropped() -> None:
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "s3:GetObject"], "Resource": "*"}
    found = fixes(identity_case(request("s3:GetObject"), statement))
    fix = fix_of("drop-exclusion", found)
    assert edited(fix)["Statement"][0]["NotAction"] == ["iam:*"]
    assert fix.warning


def test_what_was_not_collected_keeps_a_verification_open() -> None:
    unknown = one_level("root", (), (Gap("not-collected", "the SCPs were not collected"),))
    nothing = attached(document(allow("sqs:*")))
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: nothing, SCP: unknown})))
    assert [(fix.verified.effect, fix.verified.layer) for fix in found] == [(Effect.DEPENDS, "")]


def test_an_open_decision_is_worked_on_only_in_the_layer_that_aws_names() -> None:
    unknown = one_level(BUCKET, (), (Gap("not-collected", "the bucket policy was not collected"),))
    denied = case(request("s3:GetObject"), in_force({IDENTITY: attached(document(allow("sqs:*"))), RESOURCE: unknown}))
    assert denied.decision.effect is Effect.DEPENDS
    assert propose(denied, IDENTITY).fixes
    assert not propose(denied, SCP).fixes


def test_an_allowed_request_needs_no_fix() -> None:
    denied = case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING}))
    assert next_aim(denied.decision) is None
    assert propose(denied) == ((), ())


def test_a_document_in_a_string_is_edited_inside_its_string() -> None:
    inner = document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"{ROLE}-other"}))
    outer = Source("resource-policies.json", json.dumps({BUCKET: inner}, indent=1))
    policy = read_policy(inner, Location(outer, (BUCKET,)), PolicyType.RESOURCE)
    bucket = attached(document(allow("s3:GetObject", Principal="*")), RESOURCE, attached_to=BUCKET)
    denied = case(
        request("s3:GetObject", owner=OTHER_ACCOUNT),
        in_force({IDENTITY: ANYTHING, RESOURCE: bucket._replace(policy=policy, name="bucket")}),
    )
    fix = fix_of("add-principal", fixes(denied))
    assert fix.verified.effect is Effect.ALLOWED
    whole = json.loads(apply_edits(outer, map(in_file, fix.edits)).text)
    assert json.loads(whole[BUCKET])["Statement"][0]["Principal"]["AWS"] == [f"{ROLE}-other", ROLE]


def test_others_who_have_the_document_are_listed() -> None:
    readers = PolicyReference("readers", MANAGED)
    identities = Identities(
        users={USER: User(name="ann", arn=USER, managed=(readers,))},
        roles={ROLE: Role(name="app", arn=ROLE, managed=(readers,))},
    )
    organisation = Organisation(accounts={ACCOUNT: Account(id=ACCOUNT, name="prod", identities=identities)})
    managed = attached(document(allow("sqs:*")), name="readers", arn=MANAGED)
    found = fixes(case(request("s3:GetObject"), in_force({IDENTITY: managed}), organisation))
    assert [(fix.kind, fix.also_affects) for fix in found] == [("new-policy", ()), ("add-statement", (USER,))]


def test_members_of_a_group_and_accounts_under_a_node_are_listed() -> None:
    group = f"arn:aws:iam::{ACCOUNT}:group/devs"
    users = {arn: User(name=arn[-3:], arn=arn, groups=("devs",)) for arn in (USER, f"{USER[:-3]}bob")}
    identities = Identities(users=users, groups={"devs": Group(name="devs", arn=group)})
    guard = attached(document(allow("sqs:*")), SCP, name="guard", attached_to=None)
    accounts = tuple(Node(id=id_, name=id_, scps=(), rcps=()) for id_ in (ACCOUNT, OTHER_ACCOUNT))
    root = Node(id="r-1", name="Root", scps=(guard,), rcps=(), children=accounts)
    organisation = Organisation(accounts={ACCOUNT: Account(id=ACCOUNT, name="prod", identities=identities)}, root=root)
    inline = attached(document(allow("sqs:*")), name="inline", attached_to=group)
    asked = request("s3:GetObject", principal=ANN)
    of_account = fixes(case(asked, in_force({IDENTITY: ANYTHING, SCP: levels(root=(guard,))}), organisation))
    of_group = fixes(case(asked, in_force({IDENTITY: inline}), organisation))
    by_file = {fix.source.name: fix.also_affects for fix in (*of_account, *of_group)}
    assert by_file == {
        "allow-s3-getobject-q1-csv.json": (),
        "guard.json": (OTHER_ACCOUNT,),
        "inline.json": (f"{USER[:-3]}bob",),
    }


def test_e30_a_denial_that_no_policy_changes_has_no_aim() -> None:
    root = Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT)
    denied = case(request("sts:AssumeRole", TARGET_ROLE, principal=root), PolicySet())
    assert denied.decision.layer == "special"
    assert next_aim(denied.decision) is None


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WITHOUT_MFA = {"aws:MultiFactorAuthPresent": "false"}


def test_e7_no_edit_passes_by_a_condition_of_either_side_silently() -> None:
    bucket = bucket_open_to_another_role()
    mine = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Condition=MFA, Sid="Mfa"), allow("s3:PutObject", f"{BUCKET}/*"))
    )
    policies = in_force({IDENTITY: mine, RESOURCE: bucket})
    found = fixes(case(request("s3:GetObject", context=WITHOUT_MFA), policies))
    assert {fix.kind for fix in found} == {"add-statement", "add-action", "add-principal"}
    assert all("condition on aws:MultiFactorAuthPresent in `Mfa`" in fix.warning for fix in found)


def test_g25_a_condition_in_a_policy_that_only_aws_edits_is_minded_too() -> None:
    aws = attached(
        document(allow("s3:GetObject", Condition=MFA)), name="Aws", arn="arn:aws:iam::aws:policy/Aws", editable=False
    )
    policies = in_force({IDENTITY: (aws, attached(document(allow("sqs:*"))))})
    found = fixes(case(request("s3:GetObject", context=WITHOUT_MFA), policies))
    assert "condition" in fix_of("add-statement", found).warning


def test_s9_a_role_is_not_passed_to_any_service_silently() -> None:
    asked = request("iam:PassRole", TARGET_ROLE, complete=False)
    assert "iam:PassedToService" in fix_of("add-statement", fixes(identity_case(asked, allow("lambda:*")))).warning


def test_e18_a_level_that_allows_nothing_lost_its_allow() -> None:
    guard = attached(document(deny("iam:*")), SCP, name="guard", attached_to=None)
    scps = levels(root=(FULL,), ou=(guard,))
    fix = fix_of("add-statement", fixes(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, SCP: scps}))))
    assert "--policy-id p-FullAWSAccess --target-id ou" in fix.warning


@pytest.mark.parametrize("allows", [(), (attached(document(deny("iam:*")), SCP, name="guard", attached_to=None),)])
def test_e18_the_id_of_a_level_is_one_word_of_the_command(allows: tuple[AttachedPolicy, ...]) -> None:
    scps = levels(root=(FULL,), **{"ou;$(id)": allows})
    proposal = propose(case(request("s3:GetObject"), in_force({IDENTITY: ANYTHING, SCP: scps})))
    told = [*proposal.notes, *(fix.warning for fix in proposal.fixes)]
    commands = [sentence for sentence in told if "--target-id" in sentence]
    assert commands
    assert all("--target-id 'ou;$(id)'`" in sentence for sentence in commands)


@pytest.mark.parametrize(
    ("principal", "others"),
    [({"AWS": [ROLE, f"{ROLE}-other"]}, (f"{ROLE}-other",)), ("*", ("*",)), ({"AWS": SESSION}, ())],
)
def test_whom_a_statement_of_a_key_policy_names_gets_the_action_too(principal: object, others: tuple[str, ...]) -> None:
    key = attached(document(allow("kms:Encrypt", "*", Principal=principal)), RESOURCE, name="key", attached_to=KEY)
    found = fixes(
        case(request("kms:Decrypt", KEY), in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: key}))
    )
    assert fix_of("add-action", found).also_affects == others
    assert fix_of("add-statement", found).also_affects == ()


def test_e2_an_exception_says_for_whom_and_for_what_it_holds() -> None:
    statement = {"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*"}
    found = fixes(identity_case(request("s3:GetObject"), allow("*"), statement))
    assert "everybody whom the Deny binds" in fix_of("except-action", found).warning
    assert "everything that the Deny forbids" in fix_of("except-principal", found).warning


def test_an_open_verification_names_the_keys_that_it_hangs_on() -> None:
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT, complete=False)
    mine = attached(document(allow("s3:*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})))
    bucket = attached(
        document(allow("s3:PutObject", f"{BUCKET}/*", Principal={"AWS": ROLE})), RESOURCE, name="b", attached_to=BUCKET
    )
    found = fixes(case(asked, in_force({IDENTITY: mine, RESOURCE: bucket})))
    assert {fix.verified for fix in found} == {Verification(Effect.DEPENDS, "", ("aws:SourceVpc",))}


def test_a_statement_about_other_resources_comes_behind_a_new_one() -> None:
    asked = request("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs")
    far = identity_case(asked, allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:alarms"))
    assert [fix.kind for fix in fixes(far)] == ["add-statement", "add-resource"]
    near = identity_case(asked, allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs-dead-letter"))
    assert [fix.kind for fix in fixes(near)] == ["add-resource", "add-statement"]


def test_nothing_is_widened_to_a_whole_service_silently() -> None:
    found = fixes(identity_case(request("s3:GetObject"), allow("s3:*", f"{BUCKET}/2025/*")))
    assert f"`s3:*` on `{OBJECT}`" in fix_of("add-resource", found).warning
    bucket = attached(
        document(allow("s3:*", f"{BUCKET}/*", Principal={"AWS": f"{ROLE}-other"})),
        RESOURCE,
        name="b",
        attached_to=BUCKET,
    )
    foreign = case(request("s3:GetObject", owner=OTHER_ACCOUNT), in_force({IDENTITY: ANYTHING, RESOURCE: bucket}))
    assert "`s3:*` on" in fix_of("add-principal", fixes(foreign)).warning
