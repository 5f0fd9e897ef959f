"""Templates over what was collected: what they give to others reaches them, and nothing of the base is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.evaluation.decision import Effect
from policysim.sources.in_force import PolicySource, read_in_force
from tests.account_folders import ACCOUNT, ROLE, allow, write_folder
from tests.template_files import asked, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account, Organisation
    from policysim.evaluation.decision import Decision

TRUST = "{Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}"
DENY = "{Version: 2012-10-17, Statement: [{Effect: Deny, Action: '*', Resource: '*'}]}"
READ = "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
TEAM_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/team"
SERVICE = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:InvokeFunction"}


def entry(name: str, **more: Any) -> dict[str, Any]:
    listed = [{"PolicyName": one, "PolicyDocument": document} for one, document in more.pop("inline", {}).items()]
    trusted = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    return {
        "Path": "/",
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": trusted,
        "RolePolicyList": listed,
        "AttachedManagedPolicies": [],
        "Tags": [],
        **more,
    }


def over(tmp_path: Path, resources: str, roles: list[dict[str, Any]], **files: Any) -> Organisation:
    """The YAML below ``Resources`` over an account of these roles."""
    users = files.pop("users", [])
    groups = files.pop("groups", [])
    versions = [{"VersionId": "v1", "IsDefaultVersion": True, "Document": allow("sqs:*")}]
    folder = write_folder(
        tmp_path / "account",
        {
            "account.json": {"account_id": ACCOUNT},
            "authorization-details.json": {
                "UserDetailList": users,
                "GroupDetailList": groups,
                "RoleDetailList": roles,
                "Policies": [{"PolicyName": "team", "Arn": TEAM_POLICY, "PolicyVersionList": versions}],
            },
            "session-policies.json": {},
            "vpc-endpoints.json": {},
            **{f"{name.replace('_', '-')}.json": content for name, content in files.items()},
        },
    )
    indented = "".join(f"  {line}\n" for line in resources.split("\n"))
    path = tmp_path / "template.yaml"
    path.write_text(f"Resources:\n{indented}", encoding="utf-8")
    return read_in_force(PolicySource(path, ACCOUNT, "eu-west-1", base=folder, standalone=True))


def account_of(organisation: Organisation) -> Account:
    return organisation.accounts[ACCOUNT]


def reading(organisation: Organisation, role: str = ROLE, action: str = "s3:GetObject") -> Decision:
    resource = "*" if action == "s3:ListAllMyBuckets" else "arn:aws:s3:::data/k"
    return asked(organisation, session_of(role), action, resource)


BUCKETS = {"arn:aws:s3:::data": None}


def test_a_policy_for_a_role_of_the_base_is_in_force_for_it(tmp_path: Path) -> None:
    there = over(
        tmp_path,
        f"P: {{Type: 'AWS::IAM::Policy', Properties: {{PolicyName: p, Roles: [app], PolicyDocument: {DENY}}}}}",
        [entry("app", inline={"read": allow()}), entry("other", inline={"read": allow()})],
        resource_policies=BUCKETS,
    )
    assert reading(there).effect is Effect.EXPLICIT_DENY
    assert reading(there, f"arn:aws:iam::{ACCOUNT}:role/other").effect is Effect.ALLOWED


def test_a_policy_of_the_same_name_takes_the_place_of_that_of_the_base(tmp_path: Path) -> None:
    written = READ.replace("GetObject", "ListAllMyBuckets")
    there = over(
        tmp_path,
        f"P: {{Type: 'AWS::IAM::RolePolicy', Properties: {{PolicyName: p, RoleName: app, PolicyDocument: {written}}}}}",
        [entry("app", inline={"p": allow()})],
        resource_policies=BUCKETS,
    )
    assert reading(there).effect is Effect.IMPLICIT_DENY
    assert reading(there, action="s3:ListAllMyBuckets").effect is Effect.ALLOWED


def test_a_policy_for_somebody_who_is_not_known_may_be_that_of_every_role_of_the_base(tmp_path: Path) -> None:
    there = over(
        tmp_path,
        f"P:\n  Type: AWS::IAM::ManagedPolicy\n  Properties: {{Roles: [!ImportValue role], PolicyDocument: {DENY}}}",
        [entry("app", inline={"read": allow()})],
        resource_policies=BUCKETS,
    )
    decision = reading(there)
    assert decision.effect is Effect.DEPENDS
    assert "`ImportValue role` is not known" in decision.gaps[0].sentence


def test_a_user_of_the_base_joins_a_group_of_the_template(tmp_path: Path) -> None:
    there = over(
        tmp_path,
        "G: {Type: 'AWS::IAM::Group', Properties: {GroupName: g}}\n"
        "In: {Type: 'AWS::IAM::UserToGroupAddition', Properties: {GroupName: !Ref G, Users: [ana]}}",
        [],
        users=[{"Path": "/", "UserName": "ana", "UserId": "AIDA", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana"}],
    )
    identities = account_of(there).identities
    assert identities is not None
    assert identities.users[f"arn:aws:iam::{ACCOUNT}:user/ana"].groups == ("g",)


ROLE_OF_TEMPLATE = (
    f"App: {{Type: 'AWS::IAM::Role', Properties: {{RoleName: app, AssumeRolePolicyDocument: {TRUST}, "
    f"Policies: [{{PolicyName: read, PolicyDocument: {READ}}}]}}}}"
)


def test_what_the_base_knows_of_a_role_of_the_template_stays_open(tmp_path: Path) -> None:
    there = over(
        tmp_path,
        ROLE_OF_TEMPLATE,
        [
            entry(
                "app",
                inline={
                    "read": allow("s3:*"),
                    "guard": {"Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]},
                },
                AttachedManagedPolicies=[{"PolicyName": "team", "PolicyArn": TEAM_POLICY}],
            )
        ],
        resource_policies=BUCKETS,
    )
    decision = reading(there)
    assert decision.effect is Effect.DEPENDS
    assert "whether the inline policy `guard` of `app` stays is not known" in decision.gaps[0].sentence
    assert reading(there, action="s3:ListAllMyBuckets").effect is Effect.IMPLICIT_DENY
    sending = asked(there, session_of(ROLE), "sqs:ListQueues", "*")
    assert sending.effect is Effect.DEPENDS
    assert "`team` on `app`" in sending.gaps[0].sentence


def test_tags_of_a_role_that_only_the_base_has_are_not_known(tmp_path: Path) -> None:
    tags = [{"Key": "Team", "Value": "blue"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    there = over(tmp_path, ROLE_OF_TEMPLATE, [entry("app", Tags=tags)])
    identities = account_of(there).identities
    assert identities is not None
    assert identities.roles[ROLE].tags is None
    assert identities.roles[ROLE].unique_id == "AROAAPP"


PERMISSION = (
    "May:\n  Type: AWS::Lambda::Permission\n"
    "  Properties: {FunctionName: worker, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com}"
)


def statements(organisation: Organisation, arn: str) -> tuple[list[str | None], list[str | None]]:
    """The names of the statements in a policy that are certain, and of those that are not."""
    policies = account_of(organisation).resource_policies
    assert policies is not None
    attached = policies[arn]
    assert attached is not None
    doubtful = [one.widened.sid for one in attached.policy.unresolved if one.widened is not None]
    return [one.sid for one in attached.policy.statements], doubtful


def test_a_permission_comes_beside_those_that_the_function_has(tmp_path: Path) -> None:
    have = {"Statement": [SERVICE | {"Sid": sid, "Resource": FUNCTION} for sid in ("Own", "stack-May-1A2B3C")]}
    there = over(tmp_path, PERMISSION, [], resource_policies={FUNCTION: have})
    assert statements(there, FUNCTION) == (["Own", "May"], [])


def test_permissions_of_a_function_of_the_template_that_it_does_not_hold_are_open(tmp_path: Path) -> None:
    have = {"Statement": [SERVICE | {"Sid": "Own", "Resource": FUNCTION}]}
    function = "F: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: worker}}"
    there = over(tmp_path, f"{function}\n{PERMISSION}", [], resource_policies={FUNCTION: have})
    assert statements(there, FUNCTION) == (["May"], ["Own"])


def test_the_policy_of_a_bucket_that_the_template_does_not_write_is_open(tmp_path: Path) -> None:
    deny = {"Statement": [{"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
    bucket = "B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: data}}"
    there = over(
        tmp_path, bucket, [entry("app", inline={"read": allow()})], resource_policies={"arn:aws:s3:::data": deny}
    )
    assert statements(there, "arn:aws:s3:::data") == ([], ["Tls"])
    assert reading(there).effect is Effect.DEPENDS


def test_a_bucket_policy_counts_alone(tmp_path: Path) -> None:
    deny = {"Statement": [{"Sid": "Old", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
    new = "{Statement: [{Sid: New, Effect: Allow, Principal: '*', Action: '*', Resource: 'arn:aws:s3:::data/*'}]}"
    policy = f"P: {{Type: 'AWS::S3::BucketPolicy', Properties: {{Bucket: data, PolicyDocument: {new}}}}}"
    there = over(tmp_path, policy, [], resource_policies={"arn:aws:s3:::data": deny})
    assert statements(there, "arn:aws:s3:::data") == (["New"], [])


def test_a_topic_without_a_policy_keeps_that_of_the_base_open(tmp_path: Path) -> None:
    have = {
        "Statement": [{"Sid": "Mine", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": TOPIC}]
    }
    there = over(
        tmp_path, "T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: news}}", [], resource_policies={TOPIC: have}
    )
    assert statements(there, TOPIC) == ([], ["Mine", "__default_statement_ID"])
