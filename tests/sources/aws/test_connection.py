"""The way to AWS: whose the credentials are, a count of the calls, and a guard against calls that change things."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from policysim.sources.aws.collecting import Place, Reading, RefusedError
from policysim.sources.aws.connection import AwsSettings, Connection, remote
from policysim.sources.errors import InputError, RemoteError

if TYPE_CHECKING:
    from tests.aws_server import AwsServer


def connected(aws: AwsServer) -> Connection:
    return Connection(AwsSettings(endpoint_url=aws.url))


def test_the_identity_tells_account_and_partition(aws: AwsServer) -> None:
    assert connected(aws).identity[::2] == ("123456789012", "aws")


def test_an_assumed_role_works_in_its_own_account_and_its_calls_count_with_the_others(aws: AwsServer) -> None:
    connection = connected(aws)
    assumed = connection.assume("arn:aws:iam::111122223333:role/reader")
    assert assumed.identity.account_id == "111122223333"
    assert connection.calls == {"sts:AssumeRole": 1, "sts:GetCallerIdentity": 1}


def test_a_call_that_changes_something_does_not_leave_the_machine(aws: AwsServer) -> None:
    with pytest.raises(RuntimeError, match="iam:CreateUser"):
        connected(aws).call("iam", "create_user", UserName="ana")
    assert aws.called("iam:CreateUser") == 0


def test_a_write_that_was_asked_for_goes_out(aws: AwsServer) -> None:
    connection = Connection(AwsSettings(endpoint_url=aws.url), writes=frozenset({"iam:CreateUser"}))
    connection.call("iam", "create_user", UserName="ana")
    assert aws.called("iam:CreateUser") == 1


def test_throttled_calls_are_sent_again(aws: AwsServer) -> None:
    aws.fail("sts:GetCallerIdentity", "Throttling", times=1)
    connection = connected(aws)
    assert connection.identity.account_id == "123456789012"
    assert connection.calls["sts:GetCallerIdentity"] == 2


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", "have expired: get new ones"),
        ("InvalidClientTokenId", "no valid AWS credentials"),
        ("AccessDenied", "refused `sts:GetCallerIdentity`"),
        ("Throttling", "slows down `sts:GetCallerIdentity`"),
        ("RequestTimeTooSkewed", "the clock of this machine is wrong"),
    ],
)
def test_a_failure_is_one_sentence_that_says_what_to_do(aws: AwsServer, code: str, sentence: str) -> None:
    aws.fail("sts:GetCallerIdentity", code)
    with pytest.raises(RemoteError, match=sentence) as caught:
        _ = connected(aws).identity
    assert "\n" not in str(caught.value)


def test_no_answer_at_all_names_the_place() -> None:
    with pytest.raises(RemoteError, match=r"no answer from `http://127.0.0.1:9/`"), remote("sts:GetCallerIdentity"):
        Connection(AwsSettings(endpoint_url="http://127.0.0.1:9")).call("sts", "get_caller_identity")


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(InputError, match="`--profile nobody`"):
        Connection(AwsSettings(profile="nobody"))


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://127.0.0.1", "http://["])
def test_an_endpoint_that_is_no_url_is_named(url: str) -> None:
    with pytest.raises(InputError, match=rf"`--endpoint-url {re.escape(url)}` is no URL"):
        Connection(AwsSettings(endpoint_url=url))


def test_an_endpoint_of_the_environment_that_is_no_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(InputError, match="`AWS_ENDPOINT_URL` is no URL"):
        Connection(AwsSettings()).client("sts", "us-east-1")


def test_a_refused_call_has_the_name_that_aws_gives_it(aws: AwsServer) -> None:
    aws.fail("iam:ListSAMLProviders", "AccessDenied")
    reading = Reading(connected(aws), Place("123456789012", "aws", "us-east-1"))
    with pytest.raises(RefusedError):
        reading.call("iam", "list_saml_providers")
    assert [gap.call for gap in reading.gaps] == ["iam:ListSAMLProviders"]


def test_no_module_of_the_command_line_loads_boto3_before_it_is_needed() -> None:
    code = "import sys, policysim.cli.explain, policysim.cli.evaluate; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pages_that_botocore_does_not_turn_are_turned_by_the_token(aws: AwsServer) -> None:
    connection = connected(aws)
    client = connection.client("events", "eu-west-1")
    bus = {"Name": "default", "Arn": "arn:aws:events:eu-west-1:123456789012:event-bus/default"}
    with Stubber(client) as stubber:
        stubber.add_response("list_event_buses", {"EventBuses": [bus], "NextToken": "further"}, {})
        stubber.add_response("list_event_buses", {"EventBuses": [bus]}, {"NextToken": "further"})
        assert len(list(connection.pages("events", "list_event_buses", region="eu-west-1"))) == 2
        stubber.assert_no_pending_responses()


def test_an_answer_whose_token_leads_nowhere_is_the_only_page(aws: AwsServer) -> None:
    assert len(list(connected(aws).pages("sts", "get_caller_identity"))) == 1


def test_an_answer_that_is_none_of_awss_is_no_answer(aws: AwsServer) -> None:
    aws.reply("sts:GetCallerIdentity", "<!doctype html><title>Log in to the network</title>", "text/html")
    with pytest.raises(RemoteError, match="`sts:GetCallerIdentity` got no answer"):
        _ = connected(aws).identity


@pytest.mark.parametrize(("service", "operation"), [("s3", "get_bucket_mood"), ("moods", "list_moods")])
@pytest.mark.parametrize("pages", [False, True])
def test_what_the_installed_boto3_does_not_know_is_a_failure_that_says_so(
    aws: AwsServer, service: str, operation: str, pages: bool
) -> None:
    connection = connected(aws)
    with (
        pytest.raises(RemoteError, match="`moods:ListMoods` is newer than the installed boto3"),
        remote("moods:ListMoods"),
    ):
        _ = list(connection.pages(service, operation)) if pages else connection.call(service, operation)


@pytest.mark.parametrize(("service", "call"), [("s3", "s3:GetMood"), ("moods", "moods:GetMood")])
def test_what_the_installed_boto3_does_not_know_is_a_gap_of_the_resource(
    aws: AwsServer, service: str, call: str
) -> None:
    reading = Reading(connected(aws), Place("123456789012", "aws", "us-east-1"))
    with reading.about("arn:aws:s3:::data"):
        reading.call(service, "get_mood")
    assert reading.gaps == [("arn:aws:s3:::data", call, "newer than the installed boto3")]
    with pytest.raises(RefusedError):
        list(reading.items(service, "get_mood", "Moods"))
