"""Resource types of a template, and the accounts that they make."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from policysim.account.account import Organisation
from policysim.evaluation.decision import Effect
from policysim.language.request import Principal, PrincipalKind
from policysim.sources.cloudformation import is_template, read_template
from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import write_folder
from tests.template_files import ACCOUNT, TEMPLATES, asked, from_resources, from_text, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account, Role

SQS = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
ONE = "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}"
TRUST = "{Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}"
ROLE = f"App: {{Type: 'AWS::IAM::Role', Properties: {{RoleName: app, AssumeRolePolicyDocument: {TRUST}}}}}"


def role(account: Account, name: str = "app") -> Role:
    assert account.identities is not None
    found = account.identities.role_named(name)
    assert found is not None
    return found


def resource_statements(account: Account, arn: str) -> list[tuple[str | None, str, tuple[str, ...]]]:
    assert account.resource_policies is not None
    attached = account.resource_policies[arn]
    if attached is None:
        return []
    assert attached.policy.usable
    return [
        (one.sid, one.effect.value, tuple(e.value for e in one.principal.entries) if one.principal else ())
        for one in attached.policy.statements
    ]


@pytest.mark.parametrize(
    "attachment",
    [
        f"P: {{Type: 'AWS::IAM::Policy', Properties: {{PolicyName: p, Roles: [!Ref App], PolicyDocument: {ONE}}}}}",
        f"P: {{Type: 'AWS::IAM::RolePolicy', Properties: {{PolicyName: p, RoleName: app, PolicyDocument: {ONE}}}}}",
        f"P: {{Type: 'AWS::IAM::ManagedPolicy', Properties: {{Roles: [app], PolicyDocument: {ONE}}}}}",
    ],
)
def test_a_policy_beside_a_role_is_in_force_for_it(attachment: str, tmp_path: Path) -> None:
    account = from_resources(
        f"{ROLE}\nBucket: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: b}}}}\n{attachment}", tmp_path
    )
    there = Organisation(accounts={ACCOUNT: account}, standalone=True)
    decision = asked(there, session_of(role(account).arn), "s3:GetObject", "arn:aws:s3:::b/k")
    assert decision.effect is Effect.ALLOWED


def test_groups_users_and_memberships(tmp_path: Path) -> None:
    account = from_resources(
        "Team: {Type: 'AWS::IAM::Group', Properties: {GroupName: team}}\n"
        "Ana: {Type: 'AWS::IAM::User', Properties: {UserName: ana, Groups: [!Ref Team], Path: /people/}}\n"
        "Ben: {Type: 'AWS::IAM::User', Properties: {UserName: ben}}\n"
        "In: {Type: 'AWS::IAM::UserToGroupAddition', Properties: {GroupName: team, Users: [!Ref Ben]}}\n"
        f"G: {{Type: 'AWS::IAM::GroupPolicy', Properties: {{PolicyName: g, GroupName: team, PolicyDocument: {ONE}}}}}\n"
        f"U: {{Type: 'AWS::IAM::UserPolicy', Properties: {{PolicyName: u, UserName: ana, PolicyDocument: {ONE}}}}}",
        tmp_path,
    )
    assert account.identities is not None
    ana = account.identities.users[f"arn:aws:iam::{ACCOUNT}:user/people/ana"]
    ben = account.identities.users[f"arn:aws:iam::{ACCOUNT}:user/ben"]
    assert (ana.groups, list(ana.inline), ben.groups) == (("team",), ["u"], ("team",))
    assert list(account.identities.groups["team"].inline) == ["g"]


def test_a_role_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    account = from_resources(
        "App:\n  Type: AWS::IAM::Role\n  Properties:\n    RoleName: app\n    Path: /x/\n"
        f"    AssumeRolePolicyDocument: {TRUST}\n"
        "    ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]\n"
        "    PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess\n"
        "    Tags: [{Key: Team, Value: blue}]\n",
        tmp_path,
    )
    app = role(account)
    assert app.arn == f"arn:aws:iam::{ACCOUNT}:role/x/app"
    assert [one.name for one in app.managed] == ["ReadOnlyAccess"]
    assert app.boundary is not None
    assert app.boundary.aws_managed
    assert app.tags == {"Team": "blue"}
    assert account.identities is not None
    assert list(account.identities.trust) == [app.arn]


def test_what_is_not_known_of_a_role_leaves_its_decisions_open(tmp_path: Path) -> None:
    account = from_resources(
        "App:\n  Type: AWS::IAM::Role\n  Properties:\n    RoleName: app\n"
        "    ManagedPolicyArns: [!ImportValue elsewhere]\n    Tags: [{Key: Team, Value: !ImportValue team}]\n"
        f"    AssumeRolePolicyDocument: {TRUST}",
        tmp_path,
    )
    there = Organisation(accounts={ACCOUNT: account}, standalone=True)
    decision = asked(there, session_of(role(account).arn), "ec2:DescribeRegions", "*")
    assert decision.effect is Effect.DEPENDS
    assert "`ImportValue elsewhere` is not known" in decision.gaps[0].sentence
    assert role(account).tags is None


def test_a_boundary_that_is_not_known_may_forbid_anything(tmp_path: Path) -> None:
    account = from_resources(
        "App:\n  Type: AWS::IAM::Role\n  Properties:\n    RoleName: app\n"
        f"    PermissionsBoundary: !ImportValue limit\n    Policies: [{{PolicyName: p, PolicyDocument: {ONE}}}]\n"
        "Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: b}}",
        tmp_path,
    )
    there = Organisation(accounts={ACCOUNT: account}, standalone=True)
    assert asked(there, session_of(role(account).arn), "s3:GetObject", "arn:aws:s3:::b/k").effect is Effect.DEPENDS


def test_a_policy_for_nobody_knows_whom_leaves_every_role_open(tmp_path: Path) -> None:
    account = from_resources(
        f"{ROLE}\nP: {{Type: 'AWS::IAM::Policy', Properties: {{PolicyName: p, Roles: [!ImportValue r],"
        f" PolicyDocument: {ONE}}}}}",
        tmp_path,
    )
    (part,) = role(account).inline["p"].unresolved
    assert part.may_allow
    assert not part.may_deny


@pytest.mark.parametrize(("stage", "statements", "open_ones"), [("prod", 1, 0), ("dev", 0, 0), (None, 0, 1)])
def test_a_condition_tells_whether_a_resource_is_made(
    stage: str | None, statements: int, open_ones: int, tmp_path: Path
) -> None:
    text = (
        "Parameters: {Stage: {Type: String}}\nConditions: {Prod: !Equals [!Ref Stage, prod]}\nResources:\n"
        f"  {ROLE}\n  P:\n    Type: AWS::IAM::Policy\n    Condition: Prod\n    Properties:\n"
        f"      {{PolicyName: p, Roles: [app], PolicyDocument: {ONE}}}\n"
    )
    account = from_text(text, tmp_path, **({} if stage is None else {"Stage": stage}))
    inline = role(account).inline.get("p")
    assert (len(inline.statements) if inline else 0) == statements
    assert (len(inline.unresolved) if inline else 0) == open_ones


_STATEMENT = {"Sid": "S", "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "*", "Resource": "*"}
AS_TEXT = json.dumps(json.dumps({"Statement": [_STATEMENT]}))
POLICY = (
    "{Version: 2012-10-17, Statement: [{Sid: S, Effect: Allow, Principal: {AWS: '444455556666'},"
    " Action: '*', Resource: '*'}]}"
)


@pytest.mark.parametrize(
    ("resources", "arn"),
    [
        (
            (
                "B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: b}}\n"
                f"P: {{Type: 'AWS::S3::BucketPolicy', Properties: {{Bucket: !Ref B, PolicyDocument: {POLICY}}}}}"
            ),
            "arn:aws:s3:::b",
        ),
        (
            (
                "Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: orders}}\n"
                f"P: {{Type: 'AWS::SQS::QueuePolicy', Properties: {{Queues: [!Ref Q], PolicyDocument: {POLICY}}}}}"
            ),
            SQS,
        ),
        (
            (
                "T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: news}}\n"
                f"P: {{Type: 'AWS::SNS::TopicPolicy', Properties: {{Topics: [!Ref T], PolicyDocument: {POLICY}}}}}"
            ),
            f"arn:aws:sns:eu-west-1:{ACCOUNT}:news",
        ),
        (
            f"K: {{Type: 'AWS::KMS::Key', Properties: {{KeyPolicy: {POLICY}}}}}",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/STACK-K-GENERATED",
        ),
        (
            (
                "S: {Type: 'AWS::SecretsManager::Secret', Properties: {Name: db}}\n"
                "P: {Type: 'AWS::SecretsManager::ResourcePolicy', Properties: {SecretId: !Ref S,"
                f" ResourcePolicy: {POLICY}}}}}"
            ),
            f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AWSGEN",
        ),
        (
            (
                "R: {Type: 'AWS::ECR::Repository', Properties: {RepositoryName: app,"
                f" RepositoryPolicyText: {POLICY}}}}}"
            ),
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/app",
        ),
        (
            f"F: {{Type: 'AWS::EFS::FileSystem', Properties: {{FileSystemPolicy: {POLICY}}}}}",
            f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/stack-f-generated",
        ),
        (
            (
                "T: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: t, ResourcePolicy:"
                f" {{PolicyDocument: {POLICY}}}}}}}"
            ),
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t",
        ),
        (
            (f"V: {{Type: 'AWS::Backup::BackupVault', Properties: {{BackupVaultName: v, AccessPolicy: {POLICY}}}}}"),
            f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:v",
        ),
        (
            (f"D: {{Type: 'AWS::OpenSearchService::Domain', Properties: {{DomainName: d, AccessPolicies: {POLICY}}}}}"),
            f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/d",
        ),
        (
            f"A: {{Type: 'AWS::ApiGateway::RestApi', Properties: {{Name: a, Policy: {POLICY}}}}}",
            f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:stack-a-generated/*",
        ),
        (
            f"E: {{Type: 'AWS::Events::EventBus', Properties: {{Name: bus, Policy: {POLICY}}}}}",
            f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/bus",
        ),
        (
            (
                "C: {Type: 'AWS::CodeArtifact::Domain', Properties: {DomainName: d,"
                f" PermissionsPolicyDocument: {POLICY}}}}}"
            ),
            f"arn:aws:codeartifact:eu-west-1:{ACCOUNT}:domain/d",
        ),
        (
            (
                "S: {Type: 'AWS::Kinesis::Stream', Properties: {Name: s}}\n"
                "P: {Type: 'AWS::Kinesis::ResourcePolicy', Properties: {ResourceArn: !GetAtt S.Arn,"
                f" ResourcePolicy: {POLICY}}}}}"
            ),
            f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/s",
        ),
        (
            (
                "G: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: /app}}\n"
                "P: {Type: 'AWS::Logs::ResourcePolicy', Properties: {PolicyName: p, PolicyDocument: "
                f"{AS_TEXT}}}}}"
            ),
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app",
        ),
    ],
)
def test_each_resource_has_the_policy_that_the_template_gives_it(resources: str, arn: str, tmp_path: Path) -> None:
    account = from_resources(resources, tmp_path)
    assert resource_statements(account, arn) == [("S", "Allow", ("444455556666",))]


def test_a_resource_without_a_policy_has_none(tmp_path: Path) -> None:
    account = from_resources("Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: orders}}", tmp_path)
    assert resource_statements(account, SQS) == []


def test_nothing_is_said_of_resources_where_a_template_makes_none(tmp_path: Path) -> None:
    account = from_resources(ROLE, tmp_path)
    assert (account.resource_policies, account.tags, account.public_access) == (None, None, None)
    assert (account.session_policies, account.grants, account.endpoints) == ({}, {}, {})


def test_a_key_and_a_topic_without_a_policy_get_the_one_that_aws_gives(tmp_path: Path) -> None:
    account = from_resources(
        "K: {Type: 'AWS::KMS::Key'}\nT: {Type: 'AWS::SNS::Topic', Properties: {TopicName: news}}", tmp_path
    )
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/STACK-K-GENERATED"
    assert resource_statements(account, key) == [(None, "Allow", (f"arn:aws:iam::{ACCOUNT}:root",))]
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
    assert resource_statements(account, topic) == [("__default_statement_ID", "Allow", ("*",))]


def test_a_permission_is_a_statement_of_the_function(tmp_path: Path) -> None:
    account = from_resources(
        "F: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: work}}\n"
        "A:\n  Type: AWS::Lambda::Permission\n  Properties:\n    FunctionName: !Ref F\n"
        "    Action: lambda:InvokeFunction\n"
        "    Principal: s3.amazonaws.com\n    SourceArn: arn:aws:s3:::b\n    SourceAccount: !Ref AWS::AccountId\n"
        "B:\n  Type: AWS::Lambda::Permission\n  Properties:\n    FunctionName: !GetAtt F.Arn\n"
        "    Action: lambda:InvokeFunction\n    Principal: '444455556666'\n",
        tmp_path,
    )
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:work"
    assert resource_statements(account, function) == [
        ("A", "Allow", ("s3.amazonaws.com",)),
        ("B", "Allow", ("444455556666",)),
    ]
    assert account.resource_policies is not None
    attached = account.resource_policies[function]
    assert attached is not None
    first, second = attached.policy.statements
    assert [(one.operator, one.key, one.values) for one in first.conditions] == [
        ("ArnLike", "AWS:SourceArn", ("arn:aws:s3:::b",)),
        ("StringEquals", "AWS:SourceAccount", (ACCOUNT,)),
    ]
    assert (first.index, second.index) == (0, 1)


def test_an_event_bus_policy_by_action_and_by_statement(tmp_path: Path) -> None:
    account = from_resources(
        "One:\n  Type: AWS::Events::EventBusPolicy\n  Properties:\n    StatementId: s\n    Action: events:PutEvents\n"
        "    Principal: '*'\n    Condition: {Type: StringEquals, Key: aws:PrincipalOrgID, Value: o-a1b2c3d4e5}\n"
        "Two:\n  Type: AWS::Events::EventBusPolicy\n  Properties:\n    StatementId: t\n"
        "    Statement: {Effect: Allow, Principal: {AWS: '444455556666'}, Action: events:PutEvents,"
        " Resource: 'arn:aws:events:eu-west-1:111122223333:event-bus/default'}\n",
        tmp_path,
    )
    bus = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/default"
    assert [(effect, who) for _, effect, who in resource_statements(account, bus)] == [
        ("Allow", ("*",)),
        ("Allow", ("444455556666",)),
    ]


def test_settings_of_a_bucket(tmp_path: Path) -> None:
    account = from_resources(
        "A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: a}}\n"
        "B:\n  Type: AWS::S3::Bucket\n  Properties:\n    BucketName: b\n"
        "    PublicAccessBlockConfiguration: {RestrictPublicBuckets: true}\n"
        "    OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}\n",
        tmp_path,
    )
    assert account.public_access is not None
    plain, set_up = account.public_access.bucket("a"), account.public_access.bucket("b")
    assert (plain.public_access_block, plain.ownership) == (None, "BucketOwnerEnforced")
    assert set_up.public_access_block is not None
    assert set_up.public_access_block.restrict_public_buckets is True
    assert set_up.public_access_block.block_public_acls is False
    assert set_up.ownership == "ObjectWriter"


def test_an_endpoint_with_and_without_a_policy(tmp_path: Path) -> None:
    account = from_resources(
        "E: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcId: vpc-1, ServiceName: com.amazonaws.eu-west-1.s3,"
        f" PolicyDocument: {POLICY}}}}}\n"
        "F: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcId: vpc-1, ServiceName: com.amazonaws.eu-west-1.sqs}}",
        tmp_path,
    )
    assert account.endpoints is not None
    assert [one.policy is None for one in account.endpoints.values()] == [False, True]


def test_a_service_linked_role_is_there_and_its_policies_are_not_known(tmp_path: Path) -> None:
    account = from_resources(
        "L: {Type: 'AWS::IAM::ServiceLinkedRole', Properties: {AWSServiceName: autoscaling.amazonaws.com}}", tmp_path
    )
    assert account.identities is not None
    (found,) = account.identities.roles.values()
    assert found.service_linked
    assert next(iter(found.inline.values())).unresolved


def test_the_same_account_as_template_and_as_folder_gives_the_same_answers(tmp_path: Path) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": ["arn:aws:s3:::b/*", SQS]},
            {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/Team}/*",
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
            },
        ],
    }
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    }
    bucket = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/secret/*"},
        ]
    }
    properties = {
        "RoleName": "app",
        "AssumeRolePolicyDocument": trust,
        "Policies": [{"PolicyName": "p", "PolicyDocument": document}],
        "Tags": [{"Key": "Team", "Value": "blue"}],
    }
    template = {
        "Resources": {
            "App": {"Type": "AWS::IAM::Role", "Properties": properties},
            "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b"}},
            "BP": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": bucket}},
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
        }
    }
    arn = f"arn:aws:iam::{ACCOUNT}:role/app"
    entry = {
        "RoleName": "app",
        "Arn": arn,
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}],
        "AttachedManagedPolicies": [],
        "Tags": properties["Tags"],
    }
    folder = write_folder(
        tmp_path / "folder",
        {
            "account.json": {"account_id": ACCOUNT},
            "authorization-details.json": {"RoleDetailList": [entry]},
            "resource-policies.json": {"arn:aws:s3:::b": bucket, SQS: None},
            "tags.json": {"arn:aws:s3:::b": {}, SQS: {}},
            "session-policies.json": {},
            "vpc-endpoints.json": {},
            "kms-grants.json": {},
            "s3-public-access.json": {"buckets": {"b": {"ownership": "BucketOwnerEnforced"}}},
            "organization.json": {},
        },
    )
    as_folder = read_organisation(folder)
    text = json.dumps(template, indent=2)
    as_template = Organisation(accounts={ACCOUNT: from_text(text, tmp_path, name="t.json")}, standalone=True)
    stranger = session_of("arn:aws:iam::444455556666:role/partner")
    anonymous = Principal(kind=PrincipalKind.ANONYMOUS, arn=None, account=None)
    compared = 0
    for caller in (session_of(arn), stranger, anonymous):
        for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:SendMessage", "sqs:DeleteQueue"):
            resources = (
                (SQS,)
                if action.startswith("sqs")
                else tuple(f"arn:aws:s3:::{key}" for key in ("b/k", "b/blue/k", "b/secret/k", "other/k"))
            )
            for resource in resources:
                for secure in ("true", "false"):
                    one, other = (
                        asked(there, caller, action, resource, aws__SecureTransport=(secure,))
                        for there in (as_folder, as_template)
                    )
                    assert (one.effect, one.possible, one.layer) == (
                        other.effect,
                        other.possible,
                        other.layer,
                    )
                    compared += 1
    assert compared == 84


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: b\n", "t.yaml:1:1: this is no CloudFormation template: expected a section `Resources`"),
        ("[]\n", "this is no CloudFormation template"),
        ("Resources: {A: b}\n", "t.yaml:1:16: expected a resource with a `Type` under `A`"),
        ("Resources: {A: {Type: X, Properties: [b]}}\n", "expected a mapping under `Properties`"),
        ("Transform: MyMacro\nResources: {}\n", "t.yaml:1:12: the macro `MyMacro` can rewrite every policy"),
        ("Resources:\n  Fn::ForEach::X: [A, [b], {}]\n", "loops (`Fn::ForEach`) are not read"),
        ("Resources: {A: {Type: 'AWS::S3::Bucket', Condition: C}}\n", "the template has no condition `C`"),
        (
            "Parameters: [a]\nResources: {A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref B}}}\n",
            "expected a mapping under `Parameters`",
        ),
    ],
)
def test_a_wrong_template_is_one_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_template(PolicySource(path, ACCOUNT, "eu-west-1"))
    assert sentence in str(caught.value)


def test_the_account_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("Resources: {}\n")
    with pytest.raises(InputError, match="does not say in which account it is deployed") as caught:
        read_template(PolicySource(path))
    assert "--account-id ACCOUNT_ID --region REGION" in str(caught.value)
    with pytest.raises(InputError, match="`1234` is no account id: expected 12 digits"):
        read_template(PolicySource(path, "1234"))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("t.yaml", "Resources:\n  A: {}\n", True),
        ("t.json", '{"Resources": {}}', True),
        ("t.template", "AWSTemplateFormatVersion: 2010-09-09\n", True),
        ("t.yaml", "a: b\n", False),
        ("t.json", '{"Statement": []}', False),
        ("t.txt", "Resources:\n", False),
    ],
)
def test_a_template_is_told_by_name_and_content(name: str, text: str, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert is_template(path) is expected
    assert not is_template(tmp_path)


def test_a_fixture_is_a_template() -> None:
    assert is_template(TEMPLATES / "service.yaml")


def test_policies_of_the_organisation_are_not_passed_over_above_a_base(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("Resources:\n  Scp: {Type: 'AWS::Organizations::Policy', Properties: {Name: deny}}\n")
    assert read_template(PolicySource(path, ACCOUNT, "eu-west-1")).accounts
    with pytest.raises(InputError, match="`Scp` changes the policies of the organisation"):
        read_template(PolicySource(path, ACCOUNT, "eu-west-1", base=tmp_path))


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"Stagee": "prod"}, "there is no parameter `Stagee`: did you mean `Stage`?"),
        ({"AWS__Region": "eu-west-1"}, "there is no parameter `AWS::Region`"),
        ({"Stage": "test"}, "the parameter `Stage` does not allow `test`: dev, prod"),
    ],
)
def test_a_value_for_a_parameter_that_is_not_there_is_refused(
    parameters: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    text = "Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}}\nResources: {}\n"
    assert from_text(text, tmp_path, Stage="prod", AWS__StackName="s").id == ACCOUNT
    with pytest.raises(InputError, match=re.escape(sentence)):
        from_text(text, tmp_path, **parameters)


@pytest.mark.parametrize(
    ("path", "arn"),
    [("!ImportValue path", "/UNRESOLVED/app"), ("!Sub '/team/${Open}/'", "/team/UNRESOLVED/app"), ("/x/", "/x/app")],
)
def test_a_path_that_is_not_known_is_not_taken_for_none(path: str, arn: str, tmp_path: Path) -> None:
    found = from_resources(f"App: {{Type: 'AWS::IAM::Role', Properties: {{RoleName: app, Path: {path}}}}}", tmp_path)
    assert role(found).arn == f"arn:aws:iam::{ACCOUNT}:role{arn}"


@pytest.mark.parametrize(
    "resources",
    [
        "  Fn::Transform: {Name: AWS::Include}\n",
        "  App:\n    Type: AWS::IAM::Role\n    Fn::Transform: {Name: AWS::Include}\n",
        "  App:\n    Type: AWS::IAM::Role\n    Properties: {Fn::Transform: {Name: AWS::Include}}\n",
        "  App:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: app, Fn::Transform: {Name: AWS::Include}}\n",
        "  App:\n    Type: AWS::IAM::Role\n    Properties: {Tags: [{Fn::ForEach::Tag: [T, [a], {}]}]}\n",
    ],
)
def test_what_macros_and_loops_add_is_not_passed_over(resources: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"template-stage Processed|expected a resource"):
        from_text(f"Resources:\n{resources}", tmp_path)
    with pytest.raises(InputError, match="adds here is not read"):
        from_text("Fn::Transform: {Name: AWS::Include}\nResources: {}\n", tmp_path)


def test_the_region_of_a_function_that_is_named_must_be_stated(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    properties = "{FunctionName: worker, Action: 'lambda:InvokeFunction', Principal: alexa-appkit.amazon.com}"
    path.write_text(f"Resources: {{P: {{Type: 'AWS::Lambda::Permission', Properties: {properties}}}}}", "utf-8")
    with pytest.raises(InputError, match="the region matters here"):
        read_template(PolicySource(path, ACCOUNT))
    account = read_template(PolicySource(path, ACCOUNT, "eu-west-1")).accounts[ACCOUNT]
    statements = resource_statements(account, f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker")
    assert statements == [("P", "Allow", ("alexa-appkit.amazon.com",))]


def test_defaults_are_read_as_yaml_reads_them(tmp_path: Path) -> None:
    account = from_text(
        "Parameters: {On: {Type: String, Default: True}, Id: {Type: String, Default: 012345670123}}\n"
        "Conditions: {IsOn: !Equals [!Ref On, 'true']}\n"
        "Resources:\n"
        "  A: {Type: 'AWS::SQS::Queue', Condition: IsOn, Properties: {QueueName: orders}}\n"
        "  B: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref Id}}\n",
        tmp_path,
    )
    assert sorted(account.resource_policies or {}) == [f"arn:aws:sqs:eu-west-1:{ACCOUNT}:UNRESOLVED", SQS]
