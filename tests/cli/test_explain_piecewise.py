"""`policysim explain --aws` without `--account`: the policies that one denial needs, fetched with the credentials."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policysim.sources.aws import piecewise
from tests.aws_server import ACCOUNT
from tests.cli.account_folders import Ran, allow, deny, document, event, run, write_json

if TYPE_CHECKING:
    from tests.aws_server import AwsServer

TRUST = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
READ = document({"Sid": "Read", **allow("s3:GetObject", "arn:aws:s3:::data/*")})


def denied(tmp_path: Path, account: str = ACCOUNT, **changes: object) -> Path:
    told = json.loads(json.dumps(event(**changes)).replace("111122223333", account))
    return write_json(tmp_path / "event.json", told)


def with_role(aws: AwsServer, policy: dict[str, object] = READ) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=json.dumps(policy))


def with_bucket(aws: AwsServer, *statements: dict[str, object]) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="data")
    if statements:
        s3.put_bucket_policy(Bucket="data", Policy=json.dumps(document(*statements)))


def explain(aws: AwsServer, *arguments: str | Path) -> Ran:
    aws.calls.clear()
    return run("explain", *arguments, "--aws", "--endpoint-url", aws.url)


def report(aws: AwsServer, *arguments: str | Path) -> dict[str, Any]:
    done = explain(aws, *arguments, "--format", "json")
    assert done.returncode in {0, 3}, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["reports"][0]
    return found


def test_the_statement_that_is_short_of_one_element_is_found_without_a_folder(aws: AwsServer, tmp_path: Path) -> None:
    with_role(aws)
    with_bucket(aws)
    found = report(aws, denied(tmp_path))
    assert found["decision"]["effect"] == "implicit_deny"
    assert found["agreement"] == "agrees"
    assert found["near_misses"][0]["statement"]["sid"] == "Read"
    assert aws.called("iam:GetRole") == 1
    assert aws.called("iam:GetAccountAuthorizationDetails") == 0
    assert not list(tmp_path.glob("*/"))


def test_the_fix_holds_the_whole_document_as_there_is_no_file(aws: AwsServer, tmp_path: Path) -> None:
    with_role(aws)
    with_bucket(aws)
    found = report(aws, denied(tmp_path))
    fix = found["fixes"][0]
    words = shlex.split(fix["command"].replace("\\\n", " "))
    assert words[:3] == ["aws", "iam", "put-role-policy"]
    new = json.loads(words[words.index("--policy-document") + 1])
    assert new["Statement"][0] == READ["Statement"][0]  # type: ignore[index]  # a document
    assert "s3:PutObject" in json.dumps(new)
    assert (fix["folder"], fix["replacements"]) == ("", [])
    assert "git apply" not in explain(aws, denied(tmp_path)).stdout


def test_a_caller_without_any_policy_is_given_a_new_one(aws: AwsServer, tmp_path: Path) -> None:
    aws.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    with_bucket(aws)
    found = report(aws, denied(tmp_path))
    words = shlex.split(found["fixes"][0]["command"].replace("\\\n", " "))
    assert words[:5] == ["aws", "iam", "put-role-policy", "--role-name", "app"]
    new = json.loads(words[words.index("--policy-document") + 1])
    assert [one["Action"] for one in new["Statement"]] == ["s3:PutObject"]


def test_a_deny_of_the_bucket_is_found(aws: AwsServer, tmp_path: Path) -> None:
    with_role(aws, document(allow("s3:*")))
    with_bucket(aws, {"Sid": "Keep", **deny("s3:PutObject", "arn:aws:s3:::data/*"), "Principal": "*"})
    message = event()["errorMessage"].split(" because ")[0] + " with an explicit deny in a resource-based policy"
    found = report(aws, denied(tmp_path, errorMessage=message))
    assert found["decision"]["effect"] == "explicit_deny"
    assert found["decision"]["statements"][0]["sid"] == "Keep"


def test_groups_and_managed_policies_of_a_user_are_read(aws: AwsServer, tmp_path: Path) -> None:
    iam = aws.client("iam")
    shared = json.dumps(document({"Sid": "Shared", **allow("sqs:*")}))
    managed = iam.create_policy(PolicyName="shared", PolicyDocument=shared)["Policy"]["Arn"]
    iam.create_group(GroupName="staff")
    policy = document({"Sid": "Staff", **deny("s3:PutObject")})
    iam.put_group_policy(GroupName="staff", PolicyName="all", PolicyDocument=json.dumps(policy))
    iam.attach_group_policy(GroupName="staff", PolicyArn=managed)
    iam.create_user(UserName="ana")
    iam.attach_user_policy(UserName="ana", PolicyArn=managed)
    iam.add_user_to_group(GroupName="staff", UserName="ana")
    with_bucket(aws)
    arn = f"arn:aws:iam::{ACCOUNT}:user/ana"
    user = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": arn, "userName": "ana", "accountId": ACCOUNT}
    message = (
        f"User: {arn} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::data/report.csv"
        " with an explicit deny in an identity-based policy"
    )
    found = report(aws, denied(tmp_path, userIdentity=user, errorMessage=message))
    assert [one["sid"] for one in found["decision"]["statements"]] == ["Staff"]
    assert found["agreement"] == "agrees"
    assert aws.called("iam:GetPolicyVersion") == 1


def test_the_boundary_of_a_role_is_read(aws: AwsServer, tmp_path: Path) -> None:
    iam = aws.client("iam")
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(document(allow("s3:Get*"))))
    with_role(aws, document(allow("s3:*")))
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=limit["Policy"]["Arn"])
    with_bucket(aws)
    message = event()["errorMessage"].split(" because ")[0] + (
        " because no permissions boundary allows the s3:PutObject action"
    )
    found = report(aws, denied(tmp_path, errorMessage=message))
    checks = {check["layer"]: check["evaluatedEffect"] for check in found["checks"]}
    assert (checks["identity"], checks["boundary"]) == ("ALLOW", "IMPLICIT_DENY")
    assert found["agreement"] == "agrees"


def test_scps_on_the_way_to_the_account_are_read(aws: AwsServer, tmp_path: Path) -> None:
    with_role(aws, document(allow("s3:*")))
    with_bucket(aws)
    organizations = aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    content = json.dumps(document(deny("s3:PutObject")))
    policy = organizations.create_policy(Content=content, Description="", Name="frozen", Type="SERVICE_CONTROL_POLICY")
    organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=root)
    found = report(aws, denied(tmp_path))
    management = found["checks"][1]
    assert (management["layer"], management["evaluatedEffect"]) == ("scp", "NO_IMPACT")  # of the management account
    assert aws.called("organizations:DescribePolicy") >= 1


@pytest.mark.parametrize("operation", ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:GetRolePolicy"])
def test_what_may_not_be_read_of_the_caller_is_a_gap(aws: AwsServer, tmp_path: Path, operation: str) -> None:
    with_role(aws, document(allow("s3:*")))
    with_bucket(aws)
    aws.fail(operation, "AccessDenied", status=403)
    found = report(aws, denied(tmp_path))
    identity = next(check for check in found["checks"] if check["layer"] == "identity")
    assert identity["evaluatedEffect"] == "UNKNOWN"
    assert identity["gaps"]


def test_what_may_not_be_read_of_the_bucket_is_a_gap(aws: AwsServer, tmp_path: Path) -> None:
    with_role(aws)
    with_bucket(aws)
    aws.fail(r"s3:GET /data\?policy", "AccessDenied", status=403)
    found = report(aws, denied(tmp_path))
    assert next(check for check in found["checks"] if check["layer"] == "resource")["gaps"]


@pytest.mark.parametrize("code", ["AccessDenied", "InternalError", "AWS.SimpleQueueService.NonExistentQueue"])
def test_what_may_not_be_read_of_a_queue_does_not_pass_for_none(aws: AwsServer, tmp_path: Path, code: str) -> None:
    with_role(aws, document(allow("sqs:*")))
    url = aws.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    aws.fail("sqs:GetQueueAttributes", code, status=403)
    queue = f"https://sqs.us-east-1.amazonaws.com/{url.split('/', 3)[3]}"
    asked = denied(
        tmp_path,
        eventSource="sqs.amazonaws.com",
        eventName="ReceiveMessage",
        requestParameters={"queueUrl": queue},
        errorMessage="User is not authorized to perform: sqs:receivemessage on resource: "
        f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders",
        resources=[],
    )
    found = report(aws, asked)
    assert aws.called("sqs:GetQueueAttributes") >= 1
    assert next(check for check in found["checks"] if check["layer"] == "resource")["gaps"]


def test_credentials_of_another_account_are_told(aws: AwsServer, tmp_path: Path) -> None:
    found = report(aws, denied(tmp_path, account="111122223333"))
    assert any(f"the credentials are of account `{ACCOUNT}`" in told for told in found["unresolved"])
    assert {call.operation for call in aws.calls} == {"GetCallerIdentity"}


def test_equal_calls_are_fetched_for_once_and_no_more_than_the_bound(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piecewise, "MOST_CALLS", 1)
    with_role(aws)
    with_bucket(aws)
    one = json.loads(denied(tmp_path).read_text())
    other = json.loads(json.dumps(one).replace("arn:aws:s3:::data", "arn:aws:s3:::else").replace('"data"', '"else"'))
    log = write_json(tmp_path / "log.json", {"Records": [one, {**one, "eventID": "2"}, other]})
    reports = json.loads(explain(aws, log, "--format", "json").stdout)["reports"]
    assert aws.called("iam:GetRole") == 1
    assert [any("one run fetches" in told for told in each["unresolved"]) for each in reports] == [False, False, True]


def test_with_a_folder_no_policies_are_fetched(aws: AwsServer) -> None:
    folder = Path(__file__).resolve().parents[2] / "policies" / "acme"
    scenario = folder.parent / "scenarios" / "01-identity-implicit" / "event.json"
    assert explain(aws, scenario, "--account", folder).returncode == 0
    assert not aws.calls
