"""AWS's own evaluation as part of a call: which call it is about, and what of the call it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.authorization_details import answer_of_details
from policysim.cloudtrail.decoded_message import answer_of_decoded
from policysim.cloudtrail.evaluated_requests import call_of_answer, call_with_answer
from policysim.cloudtrail.evaluation_fit import fit
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.requests import call_from_denial, call_from_event
from policysim.language.request import ABSENT, UNKNOWN, PrincipalKind
from tests.aws_evaluations import ACCOUNT, ROLE, ROLE_ID, SESSION, USER, decoded, details
from tests.cloudtrail.records import event

if TYPE_CHECKING:
    from policysim.cloudtrail.aws_evaluation import Answer
    from policysim.cloudtrail.call import Call

INSTANCES = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance"
IDENTITY: dict[str, Any] = {
    "type": "AssumedRole",
    "principalId": f"{ROLE_ID}:i-1",
    "arn": SESSION,
    "accountId": ACCOUNT,
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {
        "sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": ACCOUNT},
        "attributes": {"creationDate": "2026-11-24T02:00:00Z", "mfaAuthenticated": "false"},
    },
}


def start(*ids: str, **fields: Any) -> Call:
    """A refused StartInstances of several instances, which names no resource."""
    fields = {"errorCode": "Client.UnauthorizedOperation", "errorMessage": "You are not authorized.", **fields}
    return call_from_event(
        event(
            IDENTITY,
            eventSource="ec2.amazonaws.com",
            eventName=fields.pop("eventName", "StartInstances"),
            requestParameters={"instancesSet": {"items": [{"instanceId": one} for one in ids]}},
            **fields,
        ),
        takes_no_resource=CATALOGUE.takes_no_resource,
    )


def get_user(**fields: Any) -> Call:
    """A refused GetUser; the record shows the name without its path."""
    return call_from_event(
        event(
            IDENTITY,
            eventSource="iam.amazonaws.com",
            eventName="GetUser",
            awsRegion="us-east-1",
            requestParameters={"userName": "ann"},
            **fields,
        ),
        takes_no_resource=CATALOGUE.takes_no_resource,
    )


def message(*args: Any, **fields: Any) -> Answer:
    return answer_of_decoded(decoded(*args, **fields), "decoded.json")


def shown(**fields: Any) -> Answer:
    return answer_of_details(details(**fields), "details.json")


# Which call is it about?


def test_m15_a_decoded_message_fits_the_call_that_names_its_instance() -> None:
    found = fit(message(resource=f"{INSTANCES}/i-0abc0002"), start("i-0abc0001", "i-0abc0002"))
    assert (found.mismatch, found.named) == ("", True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            message(resource=f"{INSTANCES}/i-0abc0009"),
            f"on `{INSTANCES}/i-0abc0009`, the call is on `{INSTANCES}/i-0abc0001`",
        ),
        (message("ec2:StopInstances"), "AWS evaluated `ec2:StopInstances`, the call is for `ec2:StartInstances`"),
        (message("StopInstances"), "AWS evaluated `ec2:StopInstances`, the call is for `ec2:StartInstances`"),
        (message(principal={"id": "AROAOTHER:i-1", "arn": SESSION}), "AWS evaluated a request of"),
        (message(principal={"arn": SESSION.replace("i-1", "i-7")}), "AWS evaluated a request of"),
        (message(principal={"arn": SESSION.replace(ACCOUNT, "444455556666")}), "AWS evaluated a request of"),
        (message(principal={"arn": f"arn:aws:iam::{ACCOUNT}:user/app"}), "AWS evaluated a request of"),
    ],
)
def test_evidence_about_another_call_is_told_and_why(answer: Answer, words: str) -> None:
    found = fit(answer, start("i-0abc0001", "i-0abc0002"))
    assert words in found.mismatch


def test_a_caller_of_another_account_is_known_by_its_unique_id() -> None:
    identity = {"type": "AWSAccount", "principalId": "AROAOTHER:i-1", "accountId": "444455556666"}
    told = call_from_event(event(identity), takes_no_resource=CATALOGUE.takes_no_resource)
    found = fit(message("s3:GetObject", "arn:aws:s3:::data/report.csv"), told)
    assert found.mismatch == f"AWS evaluated a request of `{SESSION}`, the call is by `AROAOTHER`"


@pytest.mark.parametrize(
    "answer",
    [
        message(resource=f"{INSTANCES}/*"),
        message("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/web"),
        message(resource=f"{INSTANCES}/i-0abc0001", principal={"arn": SESSION.replace(ACCOUNT, "xxxx")}),
        message(resource=f"{INSTANCES}/i-0abc0001", principal={"name": "app"}),
    ],
)
def test_what_speaks_not_against_the_call_fits(answer: Answer) -> None:
    assert fit(answer, start("i-0abc0001")).mismatch == ""


def test_another_action_fits_only_where_the_message_names_none() -> None:
    printed = f"User: {SESSION} is not authorized to perform: ec2:StartInstances on resource: {INSTANCES}/i-0abc0001"
    told = start("i-0abc0001", errorMessage=f"You are not authorized to perform this operation. {printed}")
    assert told.denial is not None
    assert told.denial.action == "ec2:StartInstances"
    assert fit(message("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/web"), told).mismatch


def test_the_time_of_the_evaluation_is_that_of_the_event() -> None:
    near = shown(context={"aws:CurrentTime": "2026-11-24T03:00:04Z"})
    far = shown(context={"aws:CurrentTime": "2026-11-24T04:00:00Z"})
    assert fit(near, get_user()).seconds == 4
    assert "another time" in fit(far, get_user()).mismatch


def test_paths_that_only_one_side_shows_make_no_difference() -> None:
    assert fit(shown(), get_user()).mismatch == ""


# What it replaces


def test_m15_the_refused_instance_comes_first_with_its_context_and_the_others_stay() -> None:
    answer = message("StartInstances", f"{INSTANCES}/i-0abc0002", conditions={"ec2:ResourceTag/Team": ["blue"]})
    found = call_with_answer(start("i-0abc0001", "i-0abc0002", "i-0abc0003"), answer)
    assert [one.request.resource.arn for one in found.requests] == [f"{INSTANCES}/i-0abc000{n}" for n in (2, 1, 3)]
    first, *others = found.requests
    assert first.request.context.get("ec2:ResourceTag/Team") == ("blue",)
    assert first.request.context.get("aws:SourceIp") == ("198.51.100.7",)
    assert first.evaluated is not None
    assert (first.request.action, first.evaluated.action) == ("ec2:StartInstances", "ec2:StartInstances")
    assert first.provenance.resource == "decoded message (`decoded.json`)"
    assert all(one.evaluated is None and one.request.context.get("ec2:ResourceTag/Team") is None for one in others)


def test_a_key_that_aws_does_not_list_stays_unknown() -> None:
    (first, *_) = call_with_answer(
        start("i-0abc0001"), message(resource=f"{INSTANCES}/i-0abc0001", conditions={"ec2:Tenancy": ["default"]})
    ).requests
    assert first.request.context.get("aws:PrincipalTag/team") is None
    assert not first.request.context.complete


def test_m11_what_aws_evaluated_replaces_what_the_record_was_taken_to_say() -> None:
    answer = shown(context={"aws:MultiFactorAuthPresent": "true", "aws:SourceIp": "192.0.2.9/32"})
    before, found = get_user(), call_with_answer(get_user(), answer)
    assert before.requests[0].request.resource.arn != USER
    (only,) = found.requests
    assert only.request.resource.arn == USER
    assert only.request.context.get("aws:MultiFactorAuthPresent") == ("true",)
    assert only.request.context.get("aws:SourceIp") == ("192.0.2.9",)
    assert only.provenance.action == "AWS's evaluation (`details.json`)"


def test_a_key_that_cannot_be_read_is_there_and_keeps_what_the_record_shows() -> None:
    answer = shown(context={"aws:SourceIdentity": {"odd": 1}, "aws:RequestedRegion": {"odd": 1}})
    (only,) = call_with_answer(get_user(), answer).requests
    assert get_user().requests[0].request.context.get("aws:SourceIdentity") is ABSENT
    assert only.request.context.get("aws:SourceIdentity") is UNKNOWN
    assert only.request.context.get("aws:RequestedRegion") == ("us-east-1",)


def test_several_evaluations_are_several_requests_the_refused_ones_first() -> None:
    value = details(effect="ALLOW")
    refused = {"action": "iam:PassRole", "resource": ROLE, "evaluatedEffect": "IMPLICIT_DENY"}
    value["evaluations"].append(refused)
    found = call_with_answer(get_user(), answer_of_details(value, "details.json"))
    assert [one.request.action for one in found.requests] == ["iam:PassRole", "iam:GetUser"]


def test_the_owner_is_the_one_that_aws_names() -> None:
    answer = shown(
        resource="arn:aws:s3:::data", action="s3:ListBucket", context={"aws:ResourceAccount": "444455556666"}
    )
    (only,) = call_of_answer(answer).requests
    assert only.request.resource.account == "444455556666"


def test_a_page_that_is_not_the_last_is_said_to_be_one_and_takes_nothing_away() -> None:
    answer = answer_of_details({**details(), "nextToken": "x"}, "details.json")
    found = call_with_answer(get_user(), answer)
    assert len(found.requests) == 2
    assert any("is one page of what AWS evaluated" in sentence for sentence in found.unresolved)


def test_evidence_names_what_the_message_does_not() -> None:
    told = call_from_denial(
        read_denial(f"User: {SESSION} is not authorized to perform: ec2:StartInstances"),
        takes_no_resource=CATALOGUE.takes_no_resource,
    )
    assert told.requests == ()
    assert told.missing == ("ec2:StartInstances",)
    found = call_with_answer(told, message(resource=f"{INSTANCES}/i-0abc0001"))
    assert [one.request.resource.arn for one in found.requests] == [f"{INSTANCES}/i-0abc0001"]
    assert found.missing == ()
    assert not any("does not name the resource" in sentence for sentence in found.unresolved)


def test_evidence_alone_makes_a_call() -> None:
    found = call_of_answer(shown())
    (only,) = found.requests
    assert (found.event, found.denial) == (None, None)
    assert only.request.principal.kind is PrincipalKind.ROLE_SESSION
    assert (only.request.principal.entity_arn, only.request.principal.unique_id) == (ROLE, ROLE_ID)
    assert only.provenance.principal == "AWS's evaluation"


def test_evidence_that_names_nobody_makes_no_request() -> None:
    found = call_of_answer(message(principal={"name": "app"}))
    assert found.requests == ()
    assert found.unresolved == ("`decoded.json` does not name the caller",)


def test_an_action_whose_service_nothing_tells_makes_no_request() -> None:
    found = call_of_answer(message("Mystery", "*"))
    assert found.requests == ()
    assert found.unresolved == ("`decoded.json` names the action `Mystery`, and not its service",)


# What speaks against the evidence, without ruling it out


@pytest.mark.parametrize(
    ("key", "theirs", "ours"),
    [
        ("aws:SourceIp", "203.0.113.9/32", "198.51.100.7"),
        ("aws:RequestedRegion", "eu-west-3", "us-east-1"),
    ],
)
def test_a_value_that_contradicts_the_record_is_told(key: str, theirs: str, ours: str) -> None:
    answer = shown(context={key: theirs})
    call = call_with_answer(get_user(), answer)
    (told,) = [sentence for sentence in call.unresolved if "may be about another request" in sentence]
    assert f"as `{theirs.removesuffix('/32')}`" in told
    assert f"the event shows `{ours}`" in told


@pytest.mark.parametrize(
    ("address", "printed"),
    [("198.51.100.7", "198.51.100.7/32"), ("2001:db8:0:0:0:0:0:1", "2001:db8::1/128"), ("iam.amazonaws.com", "x")],
)
def test_the_same_value_in_another_spelling_contradicts_nothing(address: str, printed: str) -> None:
    answer = shown(context={"aws:SourceIp": printed, "aws:RequestedRegion": "us-east-1"})
    call = call_with_answer(get_user(sourceIPAddress=address), answer)
    assert not [sentence for sentence in call.unresolved if "another request" in sentence]


def test_an_answer_in_which_aws_allowed_everything_is_doubted() -> None:
    call = call_with_answer(get_user(), shown(effect="ALLOW"))
    assert [sentence for sentence in call.unresolved if "nothing that AWS refused" in sentence]
    assert not [one for one in call_with_answer(get_user(), shown()).unresolved if "nothing that AWS refused" in one]
