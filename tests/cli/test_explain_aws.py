"""`policysim explain --aws`: AWS's own evaluation, fetched in the place of `--evidence FILE`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from policysim.cli.main import main
from policysim.sources.aws import evidence
from tests.aws_evaluations import decoded, details, policy

if TYPE_CHECKING:
    from click.testing import Result

    from tests.aws_server import AwsServer

POLICIES = Path(__file__).resolve().parents[2] / "policies"
MACHINES = POLICIES / "scenarios" / "40-decoded-message"
GUARDRAIL = POLICIES / "scenarios" / "41-authorization-details"
ID = "7f3kq9w2mxhd4c8t1rz6vbnp5ysa0jle"
DETAILS = r"iam:GET /authorization-details/[0-9a-z]+(\?nextToken=.*)?"
DOCUMENT = r"iam:GET /authorization-details/[0-9a-z]+/policy\?.*"
ROLE_READ = (
    "User: arn:aws:sts::111122223333:assumed-role/app/i-1 is not authorized to perform: iam:GetUser on resource: user"
    " ann because no identity-based policy allows the iam:GetUser action. Go to https://{region}.console.aws.amazon.com/iam/"
    "home?region={region}#/authorization-details/{id} for complete details, or call the GetRequestAuthorizationDetails"
    " API with the following authorization id: {id}"
)


def explain(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)], prog_name="policysim")


def fetched(aws: AwsServer, *arguments: str | Path) -> dict[str, Any]:
    result = explain(*arguments, "--aws", "--endpoint-url", aws.url, "--format", "json")
    assert result.exit_code in {0, 3}, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)["reports"][0]
    return found


def from_file(*arguments: str | Path) -> dict[str, Any]:
    result = explain(*arguments, "--format", "json")
    found: dict[str, Any] = json.loads(result.stdout)["reports"][0]
    return found


def without_names(report: dict[str, Any], *names: str) -> dict[str, Any]:
    text = json.dumps(report)
    for name in names:
        text = text.replace(json.dumps(name)[1:-1], "EVIDENCE")
    found: dict[str, Any] = json.loads(text)
    return found


def decoded_reply(message: dict[str, Any]) -> str:
    text = json.dumps(message).replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<DecodeAuthorizationMessageResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<DecodeAuthorizationMessageResult><DecodedMessage>{text}</DecodedMessage></DecodeAuthorizationMessageResult>"
        "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DecodeAuthorizationMessageResponse>"
    )


def test_m15_a_fetched_message_gives_the_report_of_a_saved_one(aws: AwsServer) -> None:
    saved = json.loads((MACHINES / "evidence.json").read_text())
    message = json.loads(saved["DecodedMessage"]) if "DecodedMessage" in saved else saved
    aws.reply("sts:DecodeAuthorizationMessage", decoded_reply(message), "text/xml")
    event, account = MACHINES / "event.json", MACHINES / "account"
    asked = fetched(aws, event, "--account", account)
    file = from_file(event, "--account", account, "--evidence", MACHINES / "evidence.json")
    assert without_names(asked, evidence.DECODE_CALL) == without_names(file, str(MACHINES / "evidence.json"))
    assert aws.called("sts:DecodeAuthorizationMessage") == len(aws.calls) == 1
    assert aws.calls[0].region == json.loads(event.read_text())["awsRegion"]


def test_m11_fetched_details_give_the_report_of_saved_ones(aws: AwsServer, tmp_path: Path) -> None:
    saved = json.loads((GUARDRAIL / "evidence.json").read_text())
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:Get*", "Resource": "*"}]}
    aws.reply(DOCUMENT, json.dumps({"policyDocument": document}))
    aws.reply(DETAILS, json.dumps(saved))
    event = GUARDRAIL / "event.json"
    asked = fetched(aws, event, "--account", POLICIES / "acme")
    (tmp_path / "evidence.json").write_text(json.dumps(saved))
    files: list[str | Path] = ["--evidence", tmp_path / "evidence.json"]
    for number, listed in enumerate(saved["policies"]):
        file = tmp_path / f"policy-{number}.json"
        file.write_text(json.dumps({"policyUri": listed["uri"], "policyDocument": document}))
        files += ["--evidence", file]
    from_files = from_file(event, "--account", POLICIES / "acme", *files)
    names = [str(file) for file in files if isinstance(file, Path)]
    assert asked["aws_evaluation"] is not None
    assert without_names(asked, evidence.DETAILS_CALL, evidence.POLICY_CALL) == without_names(from_files, *names)
    assert len(aws.calls) == 1 + len(saved["policies"])


def test_m11_details_are_asked_for_in_the_region_that_the_message_names(aws: AwsServer) -> None:
    aws.reply(DETAILS, json.dumps(details()))
    found = fetched(aws, ROLE_READ.format(region="eu-central-2", id=ID))
    assert [call.region for call in aws.calls if call.service == "iam"] == ["eu-central-2"]
    assert found["aws_evaluation"]["effect"] == "IMPLICIT_DENY"


def test_pages_of_details_are_joined(aws: AwsServer) -> None:
    first, second = details(), details(action="iam:ListUsers", resource="*")
    aws.reply(rf"iam:GET /authorization-details/{ID}\?nextToken=two", json.dumps(second))
    aws.reply(rf"iam:GET /authorization-details/{ID}", json.dumps({**first, "nextToken": "two"}))
    found = fetched(aws, ROLE_READ.format(region="us-east-1", id=ID))
    assert {one["action"] for one in found["requests"]} == {"iam:GetUser", "iam:ListUsers"}


def refused(aws: AwsServer, operation: str, code: str, message: str) -> str:
    aws.fail(operation, code, status=403)
    found = fetched(aws, message)
    assert found["aws_evaluation"] is None
    (note,) = [told for told in found["unresolved"] if "authorization" in told or "Authorization" in told]
    return str(note)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDeniedException", "`iam-toolbox:GetRequestAuthorizationDetails` was refused or failed"),
        ("ResourceNotFoundException", f"AWS has no authorization details under the id `{ID}` in `us-east-1`"),
        ("ValidationException", "(ValidationException)"),
        ("InternalServerException", "(InternalServerException)"),
        ("ThrottlingException", "(ThrottlingException)"),
    ],
)
def test_a_refusal_of_the_details_is_a_note_and_not_the_end(aws: AwsServer, code: str, told: str) -> None:
    assert told in refused(aws, DETAILS, code, ROLE_READ.format(region="us-east-1", id=ID))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDenied", "`sts:DecodeAuthorizationMessage` was refused or failed (AccessDenied): as the test asked"),
        ("InvalidAuthorizationMessageException", "AWS could not decode the authorization message"),
    ],
)
def test_a_refusal_to_decode_is_a_note_and_not_the_end(aws: AwsServer, code: str, told: str) -> None:
    message = "You are not authorized to perform this operation. Encoded authorization failure message: abcDEF123-_x"
    assert told in refused(aws, "sts:DecodeAuthorizationMessage", code, message)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_fail_are_the_end(aws: AwsServer, code: str) -> None:
    aws.fail(DETAILS, code, status=403)
    message = ROLE_READ.format(region="us-east-1", id=ID)
    result = explain(message, "--aws", "--endpoint-url", aws.url)
    assert result.exit_code == 4
    assert result.stdout == ""
    assert "credentials" in result.stderr


def test_a_document_that_is_refused_leaves_the_evaluation(aws: AwsServer) -> None:
    told = details(policies=[policy("arn:aws:iam::111122223333:policy/p"), policy("inline:1", inline=True)])
    aws.fail(DOCUMENT.replace(".*", ".*inline.*"), "AccessDeniedException", status=403)
    document = {"Version": "2012-10-17", "Statement": []}
    aws.reply(DOCUMENT, json.dumps({"policyDocument": document}))
    aws.reply(DETAILS, json.dumps(told))
    found = fetched(aws, ROLE_READ.format(region="us-east-1", id=ID))
    assert found["aws_evaluation"] is not None
    (note,) = [told for told in found["unresolved"] if "inline:1" in told]
    assert "AccessDeniedException" in note


def test_an_answer_about_another_call_is_left_out_with_the_reason(aws: AwsServer) -> None:
    aws.reply(DETAILS, json.dumps(details(action="iam:DeleteUser")))
    found = fetched(aws, ROLE_READ.format(region="us-east-1", id=ID))
    assert found["aws_evaluation"] is None
    assert any("about another call" in told for told in found["unresolved"])


def test_an_answer_of_another_shape_is_a_note(aws: AwsServer) -> None:
    aws.reply(DETAILS, json.dumps({"requestContext": {}, "evaluations": [], "policies": []}))
    found = fetched(aws, ROLE_READ.format(region="us-east-1", id=ID))
    assert any("cannot be read" in told for told in found["unresolved"])


def test_m15_a_message_that_cloudtrail_cut_is_not_sent(aws: AwsServer, tmp_path: Path) -> None:
    event = json.loads((MACHINES / "event.json").read_text())
    words = "You are not authorized to perform this operation. Encoded authorization failure message: "
    event["errorMessage"] = words + "a" * (1021 - len(words)) + "..."
    (tmp_path / "event.json").write_text(json.dumps(event))
    found = fetched(aws, tmp_path / "event.json")
    assert not aws.called("sts:DecodeAuthorizationMessage")
    assert any("CloudTrail cut the encoded message off" in told for told in found["unresolved"])


def many(tmp_path: Path, ids: list[str]) -> Path:
    event = json.loads((GUARDRAIL / "event.json").read_text())
    old = re.search(r"#/authorization-details/([0-9a-z]+)", event["errorMessage"])
    assert old is not None
    records = [{**event, "errorMessage": event["errorMessage"].replace(old[1], one)} for one in ids]
    file = tmp_path / "log.json"
    file.write_text(json.dumps({"Records": records}))
    return file


def test_an_id_is_asked_for_once_and_no_more_of_them_than_the_bound(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_FETCHED", 2)
    aws.fail(DETAILS, "ResourceNotFoundException", status=404)
    log = many(tmp_path, ["aa1", "aa1", "bb2", "cc3", "dd4", "aa1"])
    result = explain(log, "--aws", "--endpoint-url", aws.url, "--format", "json")
    asked = (call.operation.rsplit("/", 1)[-1] for call in aws.calls if call.service == "iam")
    assert sorted(asked) == ["aa1", "bb2"]
    reports = json.loads(result.stdout)["reports"]
    left_out = [any("2 are left out" in told for told in report["unresolved"]) for report in reports]
    assert left_out == [False, False, False, True, True, False]


def test_without_the_option_nothing_is_called_and_the_whole_command_is_printed(aws: AwsServer) -> None:
    result = explain(ROLE_READ.format(region="eu-central-2", id=ID))
    assert not aws.calls
    assert "`--aws` fetches it" in " ".join(result.stdout.split())
    printed = " ".join(result.stdout.replace("\\\n", " ").split())
    assert f"--region eu-central-2 --authorization-id {ID}" in printed


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_m15_the_command_that_decodes_has_the_whole_message(form: str) -> None:
    blob = "4oVYz3nXc0pQ7sWmK1tR8bLqEJd5uHfA2gNvSiT6yZxM-_" * 20
    words = "You are not authorized to perform this operation. Encoded authorization failure message: "
    result = explain(words + blob, "--format", form)
    printed = " ".join(result.stdout.replace("\\\n", " ").split())
    assert f"aws sts decode-authorization-message --encoded-message {blob}" in printed


def test_m15_the_message_is_one_word_for_the_shell() -> None:
    message = decoded()
    assert message["allowed"] is False
    found = explain(
        "You are not authorized to perform this operation. Encoded authorization failure message: $(reboot)"
    )
    assert "--encoded-message $(" not in found.stdout


def test_an_old_botocore_is_told_in_one_sentence(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_TOOLBOX", "iam-toolbox-of-yesterday")
    found = fetched(aws, ROLE_READ.format(region="us-east-1", id=ID))
    assert any("it takes version 1.43.80 or newer" in told for told in found["unresolved"])
