"""Plans and states that Terraform printed: what is read of them, and what is said to be unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import NOTHING_BLOCKED
from policysim.account.authorizations import authorizations
from policysim.account.principals import UnknownPrincipal, resolve_principal
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide_call
from policysim.evaluation.decision import Effect
from policysim.language.locator import locate
from policysim.language.request import Request, RequestContext, Resource
from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource, policy_source, read_in_force

if TYPE_CHECKING:
    from policysim.account.account import Account, Organisation
    from policysim.evaluation.decision import Decision

PLANS = Path(__file__).parent / "terraform"
ACCOUNT = "111122223333"
AUDIT = "444455556666"
APP = f"arn:aws:iam::{ACCOUNT}:role/service/app"
DATA = "arn:aws:s3:::acme-data"
REGIONAL = f"eu-west-1:{ACCOUNT}"
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"


def organisation(name: str, **more: Any) -> Organisation:
    return read_in_force(PolicySource(PLANS / f"{name}.json", **more))


def account(name: str, account_id: str = ACCOUNT) -> Account:
    return organisation(name).accounts[account_id]


def decided(accounts: Organisation, who: str, action: str, resource: str, **context: str) -> Decision:
    principal = resolve_principal(who, accounts)
    assert not isinstance(principal, UnknownPrincipal), principal.sentence
    values = {key.replace("_", ":"): (value,) for key, value in context.items()}
    request = Request(
        principal=principal, action=action, resource=Resource(arn=resource), context=RequestContext(values)
    )
    asked = [(one.request, one.policies) for one in authorizations(request, accounts)]
    return decide_call(asked, CATALOGUE).deciding


def managed_of(holder: Any) -> set[str]:
    return {reference.arn for reference in holder.managed}


# The first plan: nothing is there yet.


def test_a_role_gets_its_policies_attachments_and_boundary() -> None:
    role = account("first-apply").identities.roles[APP]  # type: ignore[union-attr]  # the plan has identities
    assert set(role.inline) == {
        "aws_iam_role.app.inline_policy[0]",
        'aws_iam_role_policy.read["x"]',
        'aws_iam_role_policy.read["y"]',
    }
    assert managed_of(role) == {
        LIMIT,
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::aws:policy/job-function/Billing",
    }
    assert role.boundary is not None
    assert (role.boundary.name, role.boundary.arn) == ("aws_iam_policy.limit", LIMIT)
    assert role.tags == {"Owner": "platform", "Team": "blue"}


def test_a_document_that_waits_for_a_new_bucket_is_rebuilt_statement_by_statement() -> None:
    identities = account("first-apply").identities
    assert identities is not None
    policy = identities.roles[APP].inline['aws_iam_role_policy.read["x"]']
    assert [statement.sid for statement in policy.statements] == ["Queues"]
    assert policy.statements[0].resource is not None
    assert (policy.statements[0].action.negated, policy.statements[0].resource.negated) == (True, True)
    listed, read = policy.unresolved
    assert "statement `List` of `data.aws_iam_policy_document.read`" in listed.sentence
    assert (listed.may_allow, listed.may_deny) == (True, False)
    assert read.widened is not None
    assert read.widened.resource is not None
    assert (read.widened.action.patterns, read.widened.resource.patterns) == (("s3:GetObject",), ("*",))
    assert [(entry.operator, entry.key) for entry in read.widened.conditions] == [
        ("StringEquals", "aws:PrincipalOrgID")
    ]


def test_a_rebuilt_statement_points_at_itself_in_the_plan() -> None:
    identities = account("first-apply").identities
    assert identities is not None
    statement = identities.roles[APP].inline['aws_iam_role_policy.read["x"]'].statements[0]
    span = locate(statement.location).outermost
    assert span.source.name.endswith("first-apply.json")
    assert span.source.text.startswith('{"actions":null,"condition":[],"effect":"Deny"', span.start)


def test_a_statement_of_a_string_points_into_the_string() -> None:
    policies = account("first-apply").resource_policies
    assert policies is not None
    attached = policies[DATA]
    assert attached is not None
    assert attached.name == "aws_s3_bucket_policy.data"
    span = locate(attached.policy.statements[0].location.below("Sid")).outermost
    assert span.text == r"\"Tls\""


def test_an_unknown_resource_leaves_only_what_it_can_match_open() -> None:
    accounts = organisation("first-apply", standalone=True)
    worker = "role/worker-red-module.workers[red].aws_iam_role.this[1]"
    assert decided(accounts, worker, "iam:ListUsers", "*").effect is Effect.IMPLICIT_DENY
    assert decided(accounts, worker, "s3:GetObject", f"{DATA}/red/a", aws_SecureTransport="true").effect in {
        Effect.ALLOWED,
        Effect.DEPENDS,
    }
    assert decided(accounts, "role/app", "s3:GetObject", f"{DATA}/a").effect is Effect.EXPLICIT_DENY


def test_references_lead_through_modules_instances_and_outputs() -> None:
    identities = account("first-apply").identities
    assert identities is not None
    roles = {role.name: role for role in identities.roles.values()}
    red = "worker-red-module.workers[red].aws_iam_role.this"
    own = f"arn:aws:iam::{ACCOUNT}:policy/terraform-module.workers[red].aws_iam_policy.this"
    assert managed_of(roles[f"{red}[0]"]) == {own, LIMIT}
    assert managed_of(roles[f"{red}[1]"]) == set()
    for index in (0, 1):
        role = roles[f"{red}[{index}]"]
        assert list(role.inline) == [f'module.workers["red"].aws_iam_role_policy.this[{index}]']
        assert role.boundary is not None
        assert role.boundary.arn == LIMIT
    assert own in identities.managed


def test_users_and_groups_get_theirs() -> None:
    identities = account("first-apply").identities
    assert identities is not None
    user = identities.users[f"arn:aws:iam::{ACCOUNT}:user/ana"]
    assert (user.groups, managed_of(user)) == (("devs",), {LIMIT})
    assert (list(identities.groups["devs"].inline), managed_of(identities.groups["devs"])) == (
        ["aws_iam_group_policy.devs"],
        {LIMIT},
    )


@pytest.mark.parametrize(
    ("arn", "address"),
    [
        (DATA, "aws_s3_bucket_policy.data"),
        (f"arn:aws:kms:{REGIONAL}:key/aws_kms_key.logs", "aws_kms_key.logs"),
        (f"arn:aws:sqs:{REGIONAL}:orders", "aws_sqs_queue_policy.orders"),
        (f"arn:aws:sns:{REGIONAL}:news", "aws_sns_topic_policy.t"),
        (f"arn:aws:secretsmanager:{REGIONAL}:secret:db-XXXXXX", "aws_secretsmanager_secret_policy.s"),
        (f"arn:aws:ecr:{REGIONAL}:repository/web", "aws_ecr_repository_policy.r"),
        (f"arn:aws:dynamodb:{REGIONAL}:table/jobs", "aws_dynamodb_resource_policy.t"),
    ],
)
def test_a_resource_has_the_policy_that_another_one_sets(arn: str, address: str) -> None:
    policies = account("first-apply").resource_policies
    assert policies is not None
    attached = policies[arn]
    assert attached is not None
    assert (attached.name, attached.attached_to, len(attached.policy.statements)) == (address, arn, 1)


def test_a_new_key_without_a_policy_has_the_one_that_aws_gives_it() -> None:
    accounts = organisation("first-apply", standalone=True)
    key = f"arn:aws:kms:{REGIONAL}:key/aws_kms_key.data"
    policies = accounts.accounts[ACCOUNT].resource_policies
    assert policies is not None
    attached = policies[key]
    assert attached is not None
    assert [statement.action.patterns for statement in attached.policy.statements] == [("kms:*",)]
    assert decided(accounts, "root", "kms:Decrypt", key).effect is Effect.ALLOWED


def test_the_grants_of_a_new_key_are_those_of_the_plan() -> None:
    grants = account("first-apply").grants
    assert grants is not None
    given = grants[f"arn:aws:kms:{REGIONAL}:key/aws_kms_key.data"]
    assert [(grant.grantee, grant.operations, grant.context_equals) for grant in given] == [
        (APP, ("Decrypt",), (("a", "b"),))
    ]
    assert grants[f"arn:aws:kms:{REGIONAL}:key/aws_kms_key.logs"] == ()


def test_a_permission_with_an_unknown_source_is_open() -> None:
    policies = account("first-apply").resource_policies
    assert policies is not None
    attached = policies[f"arn:aws:lambda:{REGIONAL}:function:f"]
    assert attached is not None
    assert attached.policy.statements == ()
    (part,) = attached.policy.unresolved
    assert "`source_arn` of `aws_lambda_permission.f` is known only after" in part.sentence
    assert (part.may_allow, part.may_deny) == (True, False)


def test_a_new_bucket_has_the_settings_of_new_buckets() -> None:
    access = account("first-apply").public_access
    assert access is not None
    settings = access.bucket("acme-data")
    assert settings.ownership == "BucketOwnerEnforced"
    assert settings.public_access_block is not None
    assert settings.public_access_block.restrict_public_buckets is True


# The other resource types, and what cannot be told.


@pytest.mark.parametrize(
    ("arn", "address"),
    [
        (f"arn:aws:kms:{REGIONAL}:key/aws_kms_key.data", "aws_kms_key_policy.data"),
        (
            f"arn:aws:elasticfilesystem:{REGIONAL}:file-system/aws_efs_file_system.home",
            "aws_efs_file_system_policy.home",
        ),
        (f"arn:aws:backup:{REGIONAL}:backup-vault:vault", "aws_backup_vault_policy.vault"),
        (f"arn:aws:es:{REGIONAL}:domain/search", "aws_opensearch_domain_policy.search"),
        (f"arn:aws:es:{REGIONAL}:domain/old-search", "aws_elasticsearch_domain.old"),
        (f"arn:aws:events:{REGIONAL}:event-bus/bus", "aws_cloudwatch_event_bus_policy.bus"),
        (f"arn:aws:events:{REGIONAL}:event-bus/default", "aws_cloudwatch_event_bus_policy.default"),
        (f"arn:aws:kinesis:{REGIONAL}:stream/clicks", "aws_kinesis_resource_policy.clicks"),
        (f"arn:aws:glue:{REGIONAL}:catalog", "aws_glue_resource_policy.catalog"),
        ("arn:aws:apigateway:eu-west-1::/restapis/aws_api_gateway_rest_api.api", "aws_api_gateway_rest_api.api"),
    ],
)
def test_further_services_keep_their_policies(arn: str, address: str) -> None:
    policies = account("services").resource_policies
    assert policies is not None
    attached = policies[arn]
    assert attached is not None
    assert (attached.name, len(attached.policy.statements)) == (address, 1)


def test_permissions_are_the_statements_that_lambda_makes_of_them() -> None:
    policies = account("services").resource_policies
    assert policies is not None
    function = f"arn:aws:lambda:{REGIONAL}:function:f"
    attached, alias = policies[function], policies[f"{function}:live"]
    assert attached is not None
    assert alias is not None
    told = {
        entry.value: [(one.operator, one.key, one.values) for one in statement.conditions]
        for statement in attached.policy.statements
        for entry in (statement.principal.entries if statement.principal is not None else ())
    }
    assert told == {
        "s3.amazonaws.com": [("StringEquals", "AWS:SourceAccount", (ACCOUNT,))],
        f"arn:aws:iam::{AUDIT}:root": [],
    }
    (statement,) = alias.policy.statements
    assert statement.sid == "Everybody"
    assert [(one.key, one.values) for one in statement.conditions] == [("lambda:FunctionUrlAuthType", ("NONE",))]


def test_each_provider_has_its_account_and_region() -> None:
    policies = account("services", AUDIT).resource_policies
    assert policies is not None
    assert set(policies) == {"arn:aws:s3:::logs-aws_s3_bucket.logs"}


def test_block_public_access_of_account_and_bucket_are_read() -> None:
    access = account("services").public_access
    assert access is not None
    assert access.account is not None
    assert (access.account.ignore_public_acls, access.account.restrict_public_buckets) == (True, False)
    settings = access.bucket("acme-open")
    assert settings.ownership == "ObjectWriter"
    assert settings.public_access_block is not None
    assert settings.public_access_block.block_public_policy is False


def test_an_endpoint_has_the_policy_that_another_resource_sets() -> None:
    endpoints = account("services").endpoints
    assert endpoints is not None
    endpoint = endpoints["aws_vpc_endpoint.sqs"]
    assert endpoint.policy is not None
    assert endpoint.policy.name == "aws_vpc_endpoint_policy.sqs"
    assert (endpoint.service_name, endpoint.vpc_id) == ("com.amazonaws.eu-west-1.sqs", "vpc-0a1b2c3d")


def test_a_set_with_an_unknown_member_stays_unknown_as_a_whole() -> None:
    identities = account("services").identities
    assert identities is not None
    role = identities.roles[f"arn:aws:iam::{ACCOUNT}:role/job"]
    (reference,) = role.managed
    assert reference.arn == "aws_iam_role.job.managed_policy_arns"
    assert "known only after the plan was applied" in identities.managed[reference.arn].unresolved[0].sentence


def test_exclusive_inline_policies_leave_no_others() -> None:
    identities = account("services").identities
    assert identities is not None
    role = identities.roles[f"arn:aws:iam::{ACCOUNT}:role/job"]
    assert list(role.inline) == ["aws_iam_role_policy.lost"]
    (part,) = role.inline["aws_iam_role_policy.lost"].unresolved
    assert "`policy` of `aws_iam_role_policy.lost` is known only after" in part.sentence
    assert part.widened is None


def test_a_trust_policy_that_is_not_known_decides_nothing() -> None:
    accounts = organisation("services", standalone=True)
    role = f"arn:aws:iam::{ACCOUNT}:role/job"
    decision = decided(accounts, "user/ana", "sts:AssumeRole", role)
    assert decision.effect is Effect.DEPENDS
    assert any("`assume_role_policy` of `aws_iam_role.job`" in gap.sentence for gap in decision.gaps)


def test_members_of_a_group_get_what_the_group_has() -> None:
    accounts = organisation("services", standalone=True)
    user = accounts.accounts[ACCOUNT].identities.users[f"arn:aws:iam::{ACCOUNT}:user/ana"]  # type: ignore[union-attr]  # the plan has identities
    assert user.groups == ("devs",)
    assert list(user.inline) == ["aws_iam_user_policy.ana"]
    assert decided(accounts, "user/ana", "s3:ListAllMyBuckets", "*").effect is Effect.ALLOWED


# A plan that changes what is there, and the state before it.


def test_a_state_is_what_is_in_force_now() -> None:
    accounts = organisation("state", standalone=True)
    there = accounts.accounts[ACCOUNT]
    assert there.identities is not None
    assert not [part for one in there.identities.roles.values() for p in one.inline.values() for part in p.unresolved]
    assert there.grants is None
    assert "worker-red-20261101000007" in {role.name for role in there.identities.roles.values()}
    assert there.resource_policies is not None
    assert there.resource_policies[f"arn:aws:sqs:{REGIONAL}:orders"] is not None


def test_what_is_deleted_is_gone_and_what_is_left_stays() -> None:
    there = account("change")
    assert there.identities is not None
    assert there.resource_policies is not None
    app = there.identities.roles[APP]
    assert set(app.inline) == {"aws_iam_role.app.inline_policy[0]", 'aws_iam_role_policy.read["x"]'}
    assert there.identities.users[f"arn:aws:iam::{ACCOUNT}:user/ana"].groups == ()
    assert set(there.identities.groups) == {"developers"}
    assert there.resource_policies[f"arn:aws:sqs:{REGIONAL}:orders"] is None
    assert there.resource_policies[f"arn:aws:ecr:{REGIONAL}:repository/web"] is None
    assert f"arn:aws:iam::{ACCOUNT}:role/audit" in there.identities.roles
    bucket = there.resource_policies[DATA]
    assert bucket is not None
    assert [statement.sid for statement in bucket.policy.statements] == ["OnlyTls"]


# The organisation, a base below the plan, and none of either.


def test_a_plan_builds_the_tree_of_an_organisation() -> None:
    built = organisation("organization")
    path = built.path_to("aws_organizations_account.prod")
    assert path is not None
    assert [node.name for node in path] == ["Root", "work", "team", "prod"]
    assert [[one.name for one in node.scps or ()] for node in path] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "aws_organizations_policy.regions"],
        ["FullAWSAccess"],
        ["FullAWSAccess"],
    ]
    assert [one.name for one in path[0].rcps or ()] == ["RCPFullAWSAccess", "aws_organizations_policy.perimeter"]
    assert built.management_account == ACCOUNT
    assert built.path_to(ACCOUNT) is not None


def test_without_an_organisation_at_hand_nothing_is_allowed_for_certain() -> None:
    alone, unknown = organisation("services", standalone=True), organisation("services")
    asked = ("user/ana", "s3:ListAllMyBuckets", "*")
    assert decided(alone, *asked).effect is Effect.ALLOWED
    decision = decided(unknown, *asked)
    assert decision.effect is Effect.DEPENDS
    assert any("service control policies" in gap.sentence for gap in decision.gaps)


def entry(name: str, kind: str, **more: Any) -> dict[str, Any]:
    title = kind.capitalize()
    return {"Path": "/", f"{title}Name": name, "Arn": f"arn:aws:iam::{ACCOUNT}:{kind}/{name}", **more}


def allow(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def base_folder(folder: Path) -> Path:
    ana = entry(
        "ana",
        "user",
        GroupList=["admins", "devs"],
        UserPolicyList=[{"PolicyName": "by-hand", "PolicyDocument": allow("sqs:ListQueues")}],
        AttachedManagedPolicies=[{"PolicyName": "limit", "PolicyArn": LIMIT}],
    )
    details = {
        "UserDetailList": [ana, entry("bob", "user")],
        "GroupDetailList": [entry("devs", "group"), entry("admins", "group")],
        "RoleDetailList": [
            entry("made-elsewhere", "role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []})
        ],
        "Policies": [],
    }
    files = {
        "account.json": {"account_id": ACCOUNT},
        "organization.json": {},
        "authorization-details.json": details,
        "resource-policies.json": {f"arn:aws:sqs:{REGIONAL}:orders": allow("sqs:*"), "arn:aws:s3:::other": None},
        "session-policies.json": {},
        "vpc-endpoints.json": {},
    }
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_plan_changes_the_account_below_it(tmp_path: Path) -> None:
    there = organisation("change", base=base_folder(tmp_path / "acme"))
    assert there.standalone
    planned = there.accounts[ACCOUNT]
    assert planned.identities is not None
    ana = planned.identities.users[f"arn:aws:iam::{ACCOUNT}:user/ana"]
    assert set(ana.inline) == {"by-hand"}
    assert ana.groups == ("admins",)
    assert ana.managed == ()
    assert f"arn:aws:iam::{ACCOUNT}:user/bob" in planned.identities.users
    assert APP in planned.identities.roles
    assert planned.resource_policies is not None
    assert planned.resource_policies[f"arn:aws:sqs:{REGIONAL}:orders"] is None
    assert "arn:aws:s3:::other" in planned.resource_policies


def test_a_plan_gives_a_policy_to_a_role_that_it_does_not_hold(tmp_path: Path) -> None:
    planned = organisation("services", base=base_folder(tmp_path / "acme")).accounts[ACCOUNT]
    assert planned.identities is not None
    role = planned.identities.roles[f"arn:aws:iam::{ACCOUNT}:role/made-elsewhere"]
    assert managed_of(role) == {f"arn:aws:iam::{ACCOUNT}:policy/own"}


def test_base_and_organization_are_words_of_the_account_line(tmp_path: Path) -> None:
    bindings = {"base": ("acme",), "organization": ("none",), "Stage": ("prod",)}
    source = policy_source(PLANS / "change.json", tmp_path, bindings=bindings)
    assert (source.base, source.standalone, dict(source.parameters)) == (tmp_path / "acme", True, {"Stage": ("prod",)})
    with pytest.raises(InputError, match="`organization = acme`: only `none` can be said here"):
        policy_source(PLANS, tmp_path, bindings={"organization": ("acme",)})
    with pytest.raises(InputError, match="`base` is the path of one account folder"):
        policy_source(PLANS, tmp_path, bindings={"base": ("a", "b")})


def test_what_was_collected_stays_where_the_plan_says_nothing_of_it(tmp_path: Path) -> None:
    folder, function = base_folder(tmp_path / "acme"), f"arn:aws:lambda:{REGIONAL}:function:f"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": AUDIT},
        "Action": "lambda:InvokeFunction",
        "Resource": function,
    }
    by_hand = [statement | {"Sid": "ByHand"}, statement | {"Sid": "FromS3"}]
    policies = {
        function: {"Version": "2012-10-17", "Statement": by_hand},
        f"arn:aws:secretsmanager:{REGIONAL}:secret:db-a1B2c3": allow("*"),
        f"arn:aws:dynamodb:{REGIONAL}:table/jobs": allow("*"),
    }
    (folder / "resource-policies.json").write_text(json.dumps(policies), encoding="utf-8")
    planned = organisation("change", base=folder).accounts[ACCOUNT].resource_policies
    assert planned is not None
    attached, table = planned[function], planned[f"arn:aws:dynamodb:{REGIONAL}:table/jobs"]
    assert attached is not None
    assert table is not None
    assert [(one.sid, len(one.conditions)) for one in attached.policy.statements] == [("ByHand", 0), ("FromS3", 2)]
    assert table.name == "aws_dynamodb_resource_policy.t"


def test_block_public_access_that_is_taken_away_blocks_nothing(tmp_path: Path) -> None:
    folder = base_folder(tmp_path / "acme")
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    settings = {"account": block, "buckets": {"b": {"public_access_block": block}}}
    (folder / "s3-public-access.json").write_text(json.dumps(settings), encoding="utf-8")
    gone = [
        resource("aws_s3_bucket_public_access_block", "b")
        | {"change": {"actions": ["delete"], "before": {"bucket": "b"}}},
        resource("aws_s3_account_public_access_block", "a") | {"change": {"actions": ["delete"], "before": {}}},
    ]
    there = read(tmp_path, plan_of(BUCKET, resource_changes=gone), account_id=ACCOUNT, base=folder)
    access = there.accounts[ACCOUNT].public_access
    assert access is not None
    assert (access.account, access.bucket("b").public_access_block) == (NOTHING_BLOCKED, NOTHING_BLOCKED)


def test_a_new_topic_has_the_policy_that_aws_gives_it(tmp_path: Path) -> None:
    topic = resource("aws_sns_topic", "t", name="t")
    changes = [{"address": "aws_sns_topic.t", "change": {"actions": ["create"], "after_unknown": {"policy": True}}}]
    there = read(tmp_path, plan_of(topic, resource_changes=changes), account_id=ACCOUNT, region="eu-west-1")
    policies = there.accounts[ACCOUNT].resource_policies
    assert policies is not None
    attached = policies[f"arn:aws:sns:{REGIONAL}:t"]
    assert attached is not None
    assert [entry.key for statement in attached.policy.statements for entry in statement.conditions] == [
        "AWS:SourceOwner"
    ]


# What cannot be read.


def plan_of(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": list(resources)}},
        **more,
    }


def resource(kind: str, label: str, /, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.{label}", "mode": "managed", "type": kind, "name": label, "values": values}


BUCKET = resource("aws_s3_bucket", "b", bucket="b")


def read(folder: Path, content: object, name: str = "plan.json", **more: Any) -> Organisation:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    (folder / name).write_text(text, encoding="utf-8")
    return read_in_force(PolicySource(folder / name, **more))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            plan_of(BUCKET),
            "the plan does not tell the account of `aws_s3_bucket.b`: state it (`--account-id`, or `as ID`",
        ),
        (plan_of(), "this plan holds no AWS resource that has or gives policies"),
        (plan_of(BUCKET) | {"format_version": "2.0"}, ":2:20: expected version 1 of Terraform's JSON output"),
        (plan_of(BUCKET, errored=True), "the plan was broken off by an error"),
        ({"format_version": "1.0", "terraform_version": "1.9"}, "expected a plan (with `planned_values`) or a state"),
        ({"version": 4, "terraform_version": "1.9", "lineage": "a", "serial": 1}, "this is the file of a state"),
        ('{"terraform_version": "1.9", ', "expected a member name in double quotes"),
        ("PK\x03\x04", "this is a saved plan or an archive"),
        ("hello", "expected an account folder, an organisation, a plan of `terraform show -json`"),
        (plan_of({"address": "a.b"}), "expected a member `type`"),
        (plan_of(BUCKET | {"index": []}), "expected the key of an instance: a string or a number"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, content: object, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "plan.json"))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_region_that_is_needed_and_not_told_is_asked_for(tmp_path: Path) -> None:
    queue = plan_of(resource("aws_sqs_queue", "q", name="q"))
    with pytest.raises(InputError, match=r"does not tell the Region of `aws_sqs_queue\.q`: state it \(`--region`"):
        read(tmp_path, queue, account_id=ACCOUNT)
    read(tmp_path, queue, account_id=ACCOUNT, region="eu-west-1")


def test_an_account_that_contradicts_the_plan_is_refused() -> None:
    with pytest.raises(InputError, match=f"this plan is of account `{ACCOUNT}`, not of `999999999999`"):
        organisation("first-apply", account_id="999999999999")


def test_a_folder_of_configuration_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="this is a configuration: give what `terraform show -json` prints"):
        read_in_force(PolicySource(tmp_path))


def test_a_base_needs_a_plan_or_a_template_above_it(tmp_path: Path) -> None:
    folder = base_folder(tmp_path / "acme")
    with pytest.raises(InputError, match="a base stands below a plan or a template"):
        read_in_force(PolicySource(folder, base=folder))


def test_a_policy_whose_holder_is_not_told_may_be_that_of_any(tmp_path: Path) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = resource("aws_iam_role", "r", name="r", path="/", assume_role_policy=json.dumps(trust))
    lost = resource("aws_iam_role_policy", "lost", name="lost", policy=json.dumps(allow("s3:*")))
    change = {"actions": ["create"], "after_unknown": {"role": True}}
    changes = [{"address": "aws_iam_role_policy.lost", "change": change}]
    there = read(tmp_path, plan_of(role, lost, resource_changes=changes), account_id=ACCOUNT, standalone=True)
    decision = decided(there, "role/r", "s3:ListAllMyBuckets", "*")
    assert decision.effect is Effect.DEPENDS
    assert any("whose policy `aws_iam_role_policy.lost` is" in gap.sentence for gap in decision.gaps)


def test_two_resources_that_set_one_policy_leave_it_open(tmp_path: Path) -> None:
    policy = json.dumps(allow("s3:*"))
    setters = [resource("aws_s3_bucket_policy", name, bucket="b", policy=policy) for name in ("one", "two")]
    there = read(tmp_path, plan_of(BUCKET, *setters), account_id=ACCOUNT)
    policies = there.accounts[ACCOUNT].resource_policies
    assert policies is not None
    attached = policies["arn:aws:s3:::b"]
    assert attached is not None
    assert "which of `aws_s3_bucket_policy.one` and `aws_s3_bucket_policy.two` sets" in (
        attached.policy.unresolved[0].sentence
    )


def test_a_bucket_policy_of_which_nothing_tells_the_bucket_may_be_on_any(tmp_path: Path) -> None:
    setter = resource("aws_s3_bucket_policy", "lost", policy=json.dumps(allow("s3:*")))
    changes = [
        {"address": "aws_s3_bucket_policy.lost", "change": {"actions": ["create"], "after_unknown": {"bucket": True}}}
    ]
    there = read(tmp_path, plan_of(BUCKET, setter, resource_changes=changes), account_id=ACCOUNT)
    policies = there.accounts[ACCOUNT].resource_policies
    assert policies is not None
    attached = policies["arn:aws:s3:::b"]
    assert attached is not None
    assert "which resource `aws_s3_bucket_policy.lost` sets the policy of" in attached.policy.unresolved[0].sentence


def test_tags_that_are_not_known_are_not_taken_for_none(tmp_path: Path) -> None:
    role = resource("aws_iam_role", "r", name="r", path="/", assume_role_policy='{"Statement": []}')
    changes = [{"address": "aws_iam_role.r", "change": {"actions": ["create"], "after_unknown": {"tags": {"a": True}}}}]
    there = read(tmp_path, plan_of(role, resource_changes=changes), account_id=ACCOUNT).accounts[ACCOUNT]
    assert there.identities is not None
    assert there.identities.roles[f"arn:aws:iam::{ACCOUNT}:role/r"].tags is None
    assert there.tags is None


def test_deep_modules_are_refused_and_no_stack_overflows(tmp_path: Path) -> None:
    module: dict[str, Any] = {"resources": [BUCKET]}
    for level in range(90):
        module = {"address": f"module.m{level}", "child_modules": [module]}
    plan = plan_of() | {"planned_values": {"root_module": module}}
    assert list(read(tmp_path, plan, account_id=ACCOUNT).accounts) == [ACCOUNT]


def test_a_change_of_an_organisation_that_the_plan_does_not_hold_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "acme")
    policy = resource("aws_organizations_policy", "p", name="p", content=json.dumps(allow("*")))
    changes = [policy | {"change": {"actions": ["update"], "after_unknown": {}}}]
    plan = plan_of(BUCKET, policy, resource_changes=changes)
    with pytest.raises(
        InputError, match=r"`aws_organizations_policy\.p` changes an organisation that this plan does not"
    ):
        read(tmp_path, plan, account_id=ACCOUNT, base=base)
    read(tmp_path, plan, account_id=ACCOUNT, base=base, standalone=True)
    read(tmp_path, plan, account_id=ACCOUNT)
    changes[0]["change"]["actions"] = ["no-op"]
    read(tmp_path, plan_of(BUCKET, policy, resource_changes=changes), account_id=ACCOUNT, base=base)


def test_a_role_with_an_unknown_trust_policy_may_have_session_tags(tmp_path: Path) -> None:
    tagged = allow("sqs:ListQueues")
    tagged["Statement"][0]["Condition"] = {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}
    role = resource("aws_iam_role", "r", name="r", path="/", tags_all={})
    own = resource("aws_iam_role_policy", "own", name="own", role="r", policy=json.dumps(tagged))
    unknown = {"actions": ["create"], "after_unknown": {"assume_role_policy": True}}
    plan = plan_of(role, own, resource_changes=[{"address": "aws_iam_role.r", "change": unknown}])
    there = read(tmp_path, plan, account_id=ACCOUNT, standalone=True)
    decision = decided(there, "role/r", "sqs:ListQueues", "*")
    assert decision.effect is Effect.DEPENDS
    assert [one.key for one in decision.unknown_keys] == ["aws:PrincipalTag/Team"]


def test_an_endpoint_whose_policy_is_not_known_may_restrict(tmp_path: Path) -> None:
    user = resource("aws_iam_user", "u", name="u", path="/")
    own = resource("aws_iam_user_policy", "own", name="own", user="u", policy=json.dumps(allow("sqs:ListQueues")))
    endpoint = resource("aws_vpc_endpoint", "e", service_name="com.amazonaws.eu-west-1.sqs")
    changes = [
        {"address": "aws_vpc_endpoint.e", "change": {"actions": ["create"], "after_unknown": {"policy": True}}},
    ]
    configured = endpoint | {"expressions": {"policy": {"references": ["aws_iam_user.u.arn", "aws_iam_user.u"]}}}
    configuration = {"root_module": {"resources": [configured]}}
    plan = plan_of(user, own, endpoint, resource_changes=changes, configuration=configuration)
    there = read(tmp_path, plan, account_id=ACCOUNT, standalone=True)
    assert decided(there, "user/u", "sqs:ListQueues", "*").effect is Effect.DEPENDS
    del configured["expressions"]
    there = read(tmp_path, plan, account_id=ACCOUNT, standalone=True)
    assert decided(there, "user/u", "sqs:ListQueues", "*").effect is Effect.ALLOWED
