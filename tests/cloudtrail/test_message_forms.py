"""Every form of the published table is read, alone and however its text was broken, escaped or cut."""

from __future__ import annotations

import json

import pytest

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.message_forms import FORMS, PRINCIPAL, MessageForm
from policysim.cloudtrail.messages import length_of_message, read_denial
from policysim.cloudtrail.transcripts import denials_in

SETTINGS = {"block-public-acls", "block-public-policy", "blocked-sse-c"}
"""The forms that name a setting, which is no policy."""

EVERY_FORM = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
PARTITIONS = ("aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")


def parts(denial: Denial) -> tuple[object, ...]:
    return (denial.principal, denial.action, denial.resource, denial.layer, denial.kind, denial.policy_arn)


def told(form: MessageForm, denial: Denial) -> None:
    assert denial.recognised
    assert (denial.action, denial.resource) == (form.action, form.resource)
    assert (denial.layer, denial.kind, denial.policy_arn) == (form.layer, form.kind, form.policy)
    assert denial.iam == (form.code not in SETTINGS)
    if PRINCIPAL in form.example:
        assert denial.principal == PRINCIPAL


@EVERY_FORM
def test_m1_to_m9_m11_to_m15_every_form_is_read(form: MessageForm) -> None:
    denial = read_denial(form.example)
    told(form, denial)
    assert denial.raw == form.example
    assert not denial.cut


def test_the_codes_of_the_forms_are_unique() -> None:
    assert len({form.code for form in FORMS}) == len(FORMS)


@EVERY_FORM
@pytest.mark.parametrize(
    "space", ["\n", "\r\n", "\t", "  ", " \n   ", "\u00a0"], ids=["lf", "crlf", "tab", "two", "both", "nbsp"]
)
def test_any_white_space_stands_for_a_blank(form: MessageForm, space: str) -> None:
    denial = read_denial(form.example.replace(" ", space))
    told(form, denial)


@EVERY_FORM
def test_a_form_inside_a_json_string_is_read(form: MessageForm) -> None:
    told(form, read_denial(json.dumps({"Message": form.example})))


@EVERY_FORM
def test_a_form_in_html_is_read(form: MessageForm) -> None:
    told(form, read_denial(form.example.replace('"', "&quot;")))


@EVERY_FORM
def test_a_full_stop_or_a_tool_behind_it_does_not_matter(form: MessageForm) -> None:
    message = form.example.rstrip(".")
    for tail in (".", " (Service: S3, Status Code: 403, Request ID: 0A1B)", ".\n\tstatus code: 403, request id: 0a1b"):
        if form.code == "ec2-encoded" or (form.code == "bare" and "\n" in tail):
            continue
        assert parts(read_denial(message + tail))[:5] == parts(read_denial(form.example))[:5], tail


@EVERY_FORM
def test_m11_a_cut_leaves_out_what_it_goes_through_and_invents_nothing(form: MessageForm) -> None:
    whole = read_denial(form.example)
    for length in range(len(form.example)):
        cut = read_denial(form.example[:length] + "...")
        assert cut.cut or form.example[:length].endswith("(SSE-C)"), "S3 itself may print dots behind this word"
        assert cut.principal in (None, whole.principal)
        assert cut.policy_arn in (None, whole.policy_arn)
        assert cut.authorization_id in (None, whole.authorization_id)
        assert cut.action in (None, whole.action)
        assert cut.layer in (None, whole.layer, "vpce" if form.code == "endpoint-through-scp" else None)
        assert cut.resource in (None, whole.resource)


@EVERY_FORM
@pytest.mark.parametrize("partition", PARTITIONS)
def test_other_partitions_are_read_alike(form: MessageForm, partition: str) -> None:
    def moved(text: str | None) -> str | None:
        return text.replace("arn:aws:", f"arn:{partition}:") if text is not None else None

    denial = read_denial(moved(form.example) or "")
    assert (denial.resource, denial.policy_arn) == (moved(form.resource), moved(form.policy))
    assert denial.recognised


@EVERY_FORM
def test_the_length_of_a_message_ends_where_other_text_begins(form: MessageForm) -> None:
    start = form.example.index("User:") if "User:" in form.example else 0
    message = form.example[start:]
    if form.code in {"ecs-role", "bare", "marketplace", "organizations"}:
        return  # their ends are those of the line
    assert message.startswith(message[: length_of_message(message + "\nnext line, of no concern")])
    assert length_of_message(message + "\nnext line, of no concern") == len(message)


@EVERY_FORM
def test_a_form_in_the_words_of_the_cli_is_found_with_its_operation(form: MessageForm) -> None:
    told_by_tool = denials_in(f"An error occurred (AccessDenied) when calling the DoIt operation: {form.example}\n")
    (denial,) = told_by_tool.denials
    told(form, denial)
    assert denial.operation == "DoIt"


@pytest.mark.parametrize(
    "user",
    [
        "anonymous",
        "111122223333",
        "lambda.amazonaws.com",
        "arn:aws:iam::111122223333:root",
        "arn:aws:sts::111122223333:federated-user/ana",
        "arn:aws:sts::111122223333:assumed-role/app/ana@example.com",
        "arn:aws:iam::111122223333:role/path/app",
        "AROAEXAMPLE:session",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0a/ana=x,y.z",
    ],
)
def test_whoever_is_named_as_user_is_kept_as_printed(user: str) -> None:
    denial = read_denial(f"User: {user} is not authorized to perform: s3:GetObject with an explicit deny")
    assert (denial.principal, denial.action) == (user, "s3:GetObject")


def test_m6_the_action_behind_the_reason_never_wins() -> None:
    denial = read_denial(
        f"User: {PRINCIPAL} is not authorized to perform: iam:CreateUser because no service control policy allows the"
        " iam:CreateUsers action"
    )
    assert denial.action == "iam:CreateUser"


def test_m7_no_form_of_an_implicit_denial_by_an_rcp_is_documented_and_one_would_be_read() -> None:
    denial = read_denial(
        f"User: {PRINCIPAL} is not authorized to perform: s3:GetObject because no resource control policy allows the"
        " s3:GetObject action"
    )
    assert (denial.layer, denial.kind) == ("rcp", DenialKind.IMPLICIT)


@pytest.mark.parametrize(
    "link",
    [
        "https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/0a1b2c",
        "https://console.aws.amazon.com/iam/home#/authorization-details/0a1b2c",
        "https://console.amazonaws.cn/iam/home?region=cn-north-1#/authorization-details/0a1b2c",
        "https://console.amazonaws-us-gov.com/iam/home#/authorization-details/0a1b2c",
    ],
)
def test_m11_the_authorization_id_is_read_from_the_link_of_any_console(link: str) -> None:
    message = f"User: {PRINCIPAL} is not authorized to perform: iam:GetRole on resource: role app with an explicit deny"
    assert read_denial(f"{message}. Go to {link} for complete details, or call").authorization_id == "0a1b2c"
    assert read_denial(f"{message}. Go to {link}...").authorization_id is None


def test_a_name_that_sounds_like_a_cause_is_no_cause() -> None:
    for name in ("Request has expired", "object protected by object lock", "Requester Pays"):
        denial = read_denial(
            f'User: {PRINCIPAL} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::data/{name}"'
            " because no identity-based policy allows the s3:GetObject action"
        )
        assert denial.iam
        assert (denial.cause, denial.layer) == (None, "identity")


def test_a_name_that_sounds_like_a_reason_is_no_reason() -> None:
    name = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x with an explicit deny in a service control policy"
    for printed in (name, f'"{name}"'):
        denial = read_denial(
            f"User: {PRINCIPAL} is not authorized to perform: cloudwatch:DeleteAlarms on resource: {printed} because no"
            " session policy allows the cloudwatch:DeleteAlarms action"
        )
        assert (denial.resource, denial.layer, denial.kind) == (name, "session", DenialKind.IMPLICIT)


def test_the_marketplace_message_names_two_actions() -> None:
    form = next(form for form in FORMS if form.code == "marketplace")
    assert read_denial(form.example).further_actions == ("aws-marketplace:Subscribe",)


def test_the_execution_role_message_names_operation_and_service() -> None:
    form = next(form for form in FORMS if form.code == "execution-role")
    denial = read_denial(form.example)
    assert (denial.operation, denial.service) == ("CreateNetworkInterface", "ec2")
