"""`policysim eval --ask-aws`: AWS's policy simulator asked the same question, both answers side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import jsonschema
import pytest

from policysim.reports.schema import answer_schema
from tests.cli.account_folders import ACCOUNT, OBJECT, ROLE, Ran, account_folder, allow, deny, document, run, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*")))
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
SCHEMA = answer_schema()
PRINCIPAL = "SimulatePrincipalPolicy"
CUSTOM = "SimulateCustomPolicy"


def xml_of(value: object) -> str:
    """A value in the form of AWS's query protocol."""
    match value:
        case dict():
            return "".join(f"<{name}>{xml_of(one)}</{name}>" for name, one in value.items())
        case list():
            return "".join(f"<member>{xml_of(one)}</member>" for one in value)
        case bool():
            return "true" if value else "false"
        case _:
            return escape(str(value))


def answers(aws: AwsServer, operation: str, decision: str, **more: object) -> None:
    """The simulator answers so, of the one object that these tests ask about."""
    details = {name: more.pop(name) for name in ("OrganizationsDecisionDetail",) if name in more}
    specific = {"EvalResourceName": OBJECT, "EvalResourceDecision": decision, **more}
    result = {
        "EvalActionName": "s3:GetObject",
        "EvalDecision": decision,
        "ResourceSpecificResults": [specific],
        **details,
    }
    replied(aws, operation, [result])


def replied(aws: AwsServer, operation: str, results: list[object]) -> None:
    body = xml_of({"EvaluationResults": results, "IsTruncated": False})
    text = f"<{operation}Response><{operation}Result>{body}</{operation}Result></{operation}Response>"
    aws.reply(f"iam:{operation}", text, "text/xml")


def matched(policy: str, kind: str = "none", line: int = 3) -> dict[str, object]:
    place = {"Line": line, "Column": 1}
    return {"SourcePolicyId": policy, "SourcePolicyType": kind, "StartPosition": place, "EndPosition": place}


def ask(aws: AwsServer, folder: Path, *more: str | Path, action: str = "s3:GetObject", principal: str = ROLE) -> Ran:
    question = ("eval", "--principal", principal, "--action", action, "--resource", OBJECT, "--account", folder)
    return run(*question, "--ask-aws", "--endpoint-url", aws.url, *more)


def answer(aws: AwsServer, folder: Path, *more: str | Path, **question: str) -> dict[str, Any]:
    done = ask(aws, folder, *more, "--format", "json", **question)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    simulator: dict[str, Any] = found["simulator"]
    return simulator


def sent(aws: AwsServer) -> dict[str, str]:
    """What the one call of the simulator carried."""
    (call,) = aws.calls
    return {name: values[0] for name, values in parse_qs(call.body.decode(), keep_blank_values=True).items()}


def with_user(folder: Path, *inline: tuple[str, dict[str, object]]) -> Path:
    account_folder(folder)
    user = {
        "UserName": "ana",
        "UserId": "AIDAEXAMPLE",
        "Path": "/",
        "Arn": USER,
        "UserPolicyList": [{"PolicyName": name, "PolicyDocument": policy} for name, policy in inline],
        "GroupList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
    }
    details = {"UserDetailList": [user], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    write_json(folder / "authorization-details.json", details)
    return folder


@pytest.mark.parametrize(
    ("action", "decision", "code"),
    [("s3:GetObject", "allowed", 0), ("s3:PutObject", "implicitDeny", 1), ("s3:DeleteObject", "explicitDeny", 1)],
)
def test_both_answers_are_shown_and_the_exit_code_is_ours(
    aws: AwsServer, tmp_path: Path, action: str, decision: str, code: int
) -> None:
    folder = account_folder(tmp_path, READ, ("keep", document(deny("s3:DeleteObject"))))
    answers(aws, PRINCIPAL, decision)
    done = ask(aws, folder, "--context-complete", action=action)
    assert (done.returncode, done.stderr) == (code, "")
    assert f"({PRINCIPAL}); the two agree" in " ".join(done.stdout.split())
    assert answer(aws, folder, "--context-complete", action=action)["outcome"] == "agrees"


def test_the_question_is_that_of_the_command_line(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "allowed")
    keys = ("--context", "aws:SourceIp=10.0.0.1", "--context", "aws:SecureTransport=true")
    more = ("--context", "aws:CalledVia=a.amazonaws.com", "--absent", "aws:SourceVpce", "--context-complete")
    answer(aws, folder, *keys, *more)
    carried = sent(aws)
    assert (carried["PolicySourceArn"], carried["ActionNames.member.1"]) == (ROLE, "s3:GetObject")
    assert carried["ResourceArns.member.1"] == OBJECT
    names = {value: name.rsplit(".", 1)[0] for name, value in carried.items() if name.endswith(".ContextKeyName")}
    typed = {key: carried[f"{entry}.ContextKeyType"] for key, entry in names.items()}
    assert typed["aws:SourceIp"] == "ip"
    assert typed["aws:SecureTransport"] == "boolean"
    assert typed["aws:CalledVia"] == "stringList"
    assert carried[f"{names['aws:CalledVia']}.ContextKeyValues.member.1"] == "a.amazonaws.com"
    assert "aws:SourceVpce" not in names
    assert "ResourcePolicy" not in carried


def test_a_disagreement_is_named_and_leaves_the_exit_code(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "implicitDeny")
    done = ask(aws, folder, "--context-complete")
    assert done.returncode == 0
    assert "the two DISAGREE" in " ".join(done.stdout.split())
    told = answer(aws, folder, "--context-complete")
    assert told["outcome"] == "disagrees"
    assert "collect them again" in told["sentence"]


def test_another_kind_of_denial_is_told(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "explicitDeny")
    assert answer(aws, folder, "--context-complete", action="s3:PutObject")["outcome"] == "other-kind"


def test_the_statement_that_aws_names_is_found_in_the_folder(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "allowed", MatchedStatements=[matched("role_app_read", "role", 7)])
    (found,) = answer(aws, folder, "--context-complete")["matched_statements"]
    assert (found["policy"], found["line"]) == ("role_app_read", 7)
    assert found["statement"]["policy"] == "read"
    assert found["statement"]["file"].endswith("authorization-details.json")


def test_a_statement_that_is_not_in_the_folder_is_told_in_awss_words(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "explicitDeny", MatchedStatements=[matched("surprise", "user-managed", 7)])
    done = ask(aws, folder, "--context-complete")
    assert "`surprise` (user-managed), line 7 of AWS's own text" in done.stdout
    (found,) = answer(aws, folder, "--context-complete")["matched_statements"]
    assert found["statement"] is None


def test_a_key_that_nobody_knows_is_taken_for_absent(aws: AwsServer, tmp_path: Path) -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1", "aws:SourceVpc": "vpc-1"}}
    folder = account_folder(tmp_path, ("read", document(allow("s3:GetObject", Condition=condition))))
    answers(aws, PRINCIPAL, "implicitDeny", MissingContextValues=["aws:SourceVpc"])
    done = ask(aws, folder)
    told = answer(aws, folder)
    assert told["missing_context_values"] == ["aws:SourceVpc"]
    assert "missing-keys" in {limit["code"] for limit in told["limits"] if limit["applies"]}
    assert "`aws:SourceVpc`: taken for absent" in done.stdout


def test_an_open_answer_agrees_where_the_missing_keys_are_absent(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(
        tmp_path, ("read", document(allow("s3:GetObject", Condition={"Null": {"s3:prefix": "true"}})))
    )
    answers(aws, PRINCIPAL, "allowed")
    done = ask(aws, folder, "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["decision"]["effect"]) == (3, "depends")
    assert told["simulator"]["outcome"] == "agrees-when-absent"
    assert "s3:prefix" in told["simulator"]["sentence"]


def test_what_if_sends_the_documents_at_hand(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    new = write_json(tmp_path / "new.json", document(allow("s3:List*"), deny("s3:GetObject")))
    boundary = write_json(tmp_path / "boundary.json", document(allow("s3:*")))
    scp = write_json(tmp_path / "scp.json", document(allow("s3:*")))
    answers(
        aws,
        CUSTOM,
        "explicitDeny",
        MatchedStatements=[matched("PolicyInputList.2", line=5)],
        PermissionsBoundaryDecisionDetail={"AllowedByPermissionsBoundary": True},
        OrganizationsDecisionDetail={"AllowedByOrganizations": False},
    )
    more = ("--add-policy", new, "--add-policy", boundary, "--as", "boundary", "--scp", scp, "--context-complete")
    told = answer(aws, folder, *more)
    assert (told["operation"], told["outcome"]) == (CUSTOM, "agrees")
    assert "adds or removes policies" in told["why"]
    assert (told["allowed_by_permissions_boundary"], told["allowed_by_organizations"]) == (True, False)
    (found,) = told["matched_statements"]
    assert found["statement"]["file"] == str(new)
    assert found["statement"]["index"] == 1
    carried = sent(aws)
    assert json.loads(carried["PolicyInputList.member.1"]) == READ[1]
    assert json.loads(carried["PolicyInputList.member.2"]) == json.loads(new.read_text())
    assert json.loads(carried["PermissionsBoundaryPolicyInputList.member.1"]) == json.loads(boundary.read_text())
    levels = "OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member"
    assert json.loads(carried[f"{levels}.2"]) == json.loads(scp.read_text())
    assert "PolicySourceArn" not in carried


def test_the_bucket_policy_is_sent_for_a_user_and_not_for_a_role(aws: AwsServer, tmp_path: Path) -> None:
    policy = document(
        {"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "s3:GetObject", "Resource": f"{OBJECT}"}
    )
    folder = with_user(tmp_path)
    write_json(folder / "resource-policies.json", {"arn:aws:s3:::data": policy})
    answers(aws, PRINCIPAL, "allowed", MatchedStatements=[matched("ResourcePolicy", "resource", 4)])
    told = answer(aws, folder, "--context-complete", "--resource-account", ACCOUNT, principal=USER)
    carried = sent(aws)
    assert json.loads(carried["ResourcePolicy"]) == policy
    assert (carried["CallerArn"], carried["ResourceOwner"]) == (USER, f"arn:aws:iam::{ACCOUNT}:root")
    assert told["matched_statements"][0]["statement"]["layer"] == "resource"
    assert told["outcome"] == "agrees"


def test_limits_that_explain_a_difference_are_named(aws: AwsServer, tmp_path: Path) -> None:
    policy = document(
        {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:GetObject", "Resource": f"{OBJECT}"}
    )
    folder = account_folder(tmp_path)
    write_json(folder / "resource-policies.json", {"arn:aws:s3:::data": policy})
    answers(aws, PRINCIPAL, "implicitDeny")
    done = ask(aws, folder, "--context-complete", "--resource-account", ACCOUNT)
    assert done.returncode == 0
    told = answer(aws, folder, "--context-complete", "--resource-account", ACCOUNT)
    assert told["outcome"] == "explained"
    assert "for users only, not for roles" in told["sentence"]
    assert "resource-policies-of-roles" in {limit["code"] for limit in told["limits"] if limit["applies"]}


def test_a_limit_that_changes_nothing_does_not_explain_a_difference(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    write_json(
        folder / "resource-policies.json",
        {"arn:aws:s3:::data": document({**deny("s3:GetObject", OBJECT), "Principal": "*"})},
    )
    everything = document({**allow("*"), "Principal": "*"})
    write_json(folder / "vpc-endpoints.json", {"vpce-0a": {"policy": everything, "vpc_id": "vpc-1"}})
    answers(aws, PRINCIPAL, "allowed")
    context = ("--context-complete", "--resource-account", ACCOUNT, "--context", "aws:SourceVpce=vpce-0a")
    told = answer(aws, folder, *context)
    assert told["outcome"] == "explained"
    assert "vpc-endpoint-policies" in {limit["code"] for limit in told["limits"] if limit["applies"]}
    assert told["sentence"] == (
        "its limits explain the difference: it evaluates resource-based policies for users only, not for roles"
    )


@pytest.mark.parametrize("theirs", ["allowed", "explicitDeny"])
def test_an_answer_that_ours_leaves_open_is_no_disagreement(aws: AwsServer, tmp_path: Path, theirs: str) -> None:
    folder = account_folder(tmp_path, READ)
    file = folder / "authorization-details.json"
    details = json.loads(file.read_text(encoding="utf-8"))
    attached = {"PolicyName": "more", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/more"}
    details["RoleDetailList"][0]["AttachedManagedPolicies"] = [attached]
    write_json(file, details)
    answers(aws, PRINCIPAL, theirs)
    assert answer(aws, folder, "--context-complete")["outcome"] == "open"
    done = ask(aws, folder, "--context-complete")
    assert done.returncode == 3
    assert "DISAGREE" not in done.stdout


def test_limits_that_do_not_matter_are_shown_on_request_alone(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "allowed")
    assert "DynamoDB" not in ask(aws, folder, "--context-complete").stdout
    verbose = ask(aws, folder, "--context-complete", "-v").stdout
    assert "DynamoDB" in verbose
    assert "access_policies_testing-policies.html" in verbose


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDenied", "AWS refused `iam:SimulatePrincipalPolicy` (AccessDenied)"),
        ("NoSuchEntity", "`iam:SimulatePrincipalPolicy` found nothing (NoSuchEntity)"),
        ("InvalidInput", "`iam:SimulatePrincipalPolicy` failed (InvalidInput): as the test asked"),
        ("PolicyEvaluation", "`iam:SimulatePrincipalPolicy` failed (PolicyEvaluation): as the test asked"),
        ("Throttling", "AWS slows down `iam:SimulatePrincipalPolicy`"),
        ("ExpiredToken", "the credentials have expired"),
    ],
)
def test_a_failure_of_aws_is_one_sentence_and_exit_code_4(aws: AwsServer, tmp_path: Path, code: str, told: str) -> None:
    aws.fail("iam:SimulatePrincipalPolicy", code, status=403)
    done = ask(aws, account_folder(tmp_path, READ))
    assert done.returncode == 4
    assert done.stdout == ""
    assert told in done.stderr


def test_an_answer_of_another_shape_is_a_failure_of_aws(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    replied(aws, PRINCIPAL, [])
    done = ask(aws, folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "gave 0 results where one was asked for" in done.stderr
    aws.replies.clear()
    answers(aws, PRINCIPAL, "perhaps")
    assert "no decision that is known: `perhaps`" in ask(aws, folder).stderr


def test_what_aws_prints_does_not_reach_the_terminal_as_it_is(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    answers(aws, PRINCIPAL, "allowed", MatchedStatements=[matched("evil\u009b31m", "none")])
    done = ask(aws, folder, "--context-complete")
    assert "\u009b" not in done.stdout


def test_only_one_question_at_a_time(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    sentence = run("eval", f"role/app can s3:GetObject on {OBJECT}", "--account", folder, "--ask-aws")
    cases = run("eval", "--cases", write_json(tmp_path / "cases.jsonl", {}), "--ask-aws")
    for done in (sentence, cases):
        assert (done.returncode, done.stdout) == (2, "")
        assert "asks one question at a time" in done.stderr
    assert not aws.calls


def test_options_of_aws_without_a_question_to_it_are_refused(aws: AwsServer, tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    question = ("--principal", ROLE, "--action", "s3:GetObject", "--resource", OBJECT)
    done = run("eval", *question, "--account", folder, "--endpoint-url", aws.url)
    assert done.returncode == 2
    assert "`--endpoint-url` needs `--ask-aws`" in done.stderr
    assert not aws.calls


def test_the_root_user_cannot_be_asked_about(aws: AwsServer, tmp_path: Path) -> None:
    done = ask(aws, account_folder(tmp_path, READ), principal="root")
    assert done.returncode == 2
    assert "answers for users and roles only" in done.stderr
    assert not aws.calls


def test_a_policy_that_is_not_in_force_yet_is_sent(aws: AwsServer, tmp_path: Path) -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "app",
            "AssumeRolePolicyDocument": document(),
            "Policies": [{"PolicyName": "read", "PolicyDocument": READ[1]}],
        },
    }
    template = write_json(tmp_path / "template.json", {"Resources": {"App": role}})
    answers(aws, CUSTOM, "allowed", MatchedStatements=[matched("PolicyInputList.1", line=4)])
    told = answer(aws, template, "--account-id", ACCOUNT, "--no-organization", "--context-complete")
    assert "not yet in force" in told["why"]
    assert told["matched_statements"][0]["statement"]["file"] == str(template)


def test_a_value_that_only_aws_fills_in_cannot_be_sent(aws: AwsServer, tmp_path: Path) -> None:
    statement = allow("s3:GetObject", {"Fn::GetAtt": ["Bucket", "Arn"]})  # type: ignore[arg-type]  # an intrinsic
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "app",
            "AssumeRolePolicyDocument": document(),
            "Policies": [{"PolicyName": "read", "PolicyDocument": document(statement)}],
        },
    }
    parts = {"App": role, "Bucket": {"Type": "Custom::Thing", "Properties": {}}}
    template = write_json(tmp_path / "template.json", {"Resources": parts})
    done = ask(aws, template, "--account-id", ACCOUNT, "--no-organization")
    assert done.returncode == 2
    assert "has values that only AWS fills in" in done.stderr
    assert not aws.calls
