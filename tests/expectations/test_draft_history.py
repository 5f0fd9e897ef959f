"""What recorded calls lead to: sentences that hold, and comments that claim no more than the log shows."""

from __future__ import annotations

from policysim.catalog.actions import actions_matching
from policysim.expectations.drafting.history import denied_sentences, unused, used_sentences
from policysim.expectations.drafting.people import people
from policysim.expectations.drafting.trial import Trial
from policysim.expectations.drafting.usage import Calls, Usage
from tests.expectations.small_accounts import ACCOUNT, account, allow, standing_alone, trusting

APP = "role/app"


def calls(action: str, *resources: str, layer: str | None = None) -> Calls:
    places = {resource: f"log:{number}" for number, resource in enumerate(resources, 1)}
    return Calls(APP, action, layer, dict.fromkeys(resources, 1), places)


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def test_denials_of_a_few_of_many_are_not_told_as_denials_of_all() -> None:
    """Four roles may not be assumed and a fifth one may: `role/*` was never denied."""
    closed = [f"closed-{number}" for number in range(4)]
    trust = {name: [trusting({"Service": "ec2.amazonaws.com"})] for name in closed}
    trust["open"] = [trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})]
    roles = {"app": [allow("sts:AssumeRole")], **{name: [] for name in trust}}
    trial = Trial(standing_alone(account(roles=roles, trust=trust)))
    told = denied_sentences([calls("sts:AssumeRole", *map(role_arn, closed), layer="trust")], trial)
    assert told.comments == []
    (sentence,) = told.sentences
    assert sentence.resources == tuple(map(role_arn, closed))
    assert sentence.because == ("trust",)


def test_a_pattern_for_many_denied_calls_says_how_many_it_stands_for() -> None:
    trial = Trial(standing_alone(account(roles={"app": [allow("sqs:SendMessage")]})))
    instances = [f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-{number}" for number in range(5)]
    told = denied_sentences([calls("ec2:GetPasswordData", *instances)], trial)
    (sentence,) = told.sentences
    assert sentence.resources == (f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*",)
    assert sentence.notes == (f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*: stands for 5 calls on 5 resources.",)


def test_a_denial_that_is_an_allow_here_is_told_without_judging_it() -> None:
    organisation = standing_alone(account(roles={"app": [allow("sqs:SendMessage")]}))
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    told = denied_sentences([calls("sqs:SendMessage", queue)], Trial(organisation))
    assert told.sentences == []
    head, each = told.comments
    assert head.startswith("Was denied, and does not come out so here: statement 1 of `app`")
    assert head.endswith("allows it")
    assert each == f"  sqs:SendMessage on {queue} (log:1)"


def test_what_aws_answers_whatever_the_policies_say_is_no_disagreement() -> None:
    trial = Trial(standing_alone(account(roles={"app": [allow("sqs:SendMessage")]})))
    assert used_sentences([calls("sts:GetCallerIdentity", "*")], trial) == ([], [])


def test_calls_that_do_not_come_out_so_for_one_reason_are_told_together() -> None:
    trial = Trial(standing_alone(account(roles={"app": [allow("s3:*")]})))
    buckets = [f"arn:aws:s3:::far-{number}" for number in range(4)]
    told = used_sentences([calls(action, *buckets) for action in ("s3:GetBucketAcl", "s3:GetBucketLogging")], trial)
    assert told.sentences == []
    head, *each = told.comments
    assert head.startswith("Was allowed, and does not come out so here: the account that owns it is not known")
    assert each == [
        f"  {action} on arn:aws:s3:::far-0 (log:1), arn:aws:s3:::far-1 (log:2), arn:aws:s3:::far-2 (log:3) and 1 more"
        for action in ("s3:GetBucketAcl", "s3:GetBucketLogging")
    ]


def test_resources_beyond_those_that_are_listed_are_told() -> None:
    names = [f"queue-{letter}" for letter in "abcdefghijkl"]
    queues = [f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}" for name in names]
    trial = Trial(standing_alone(account(roles={"app": [allow("sqs:SendMessage", queues)]})))
    told = used_sentences([calls("sqs:SendMessage", *queues)], trial)
    assert [len(one.resources) for one in told.sentences] == [10]
    assert told.comments == ["sqs:SendMessage: 2 further resources of the log are not listed"]


def test_a_wide_pattern_is_told_although_part_of_it_never_stands_in_a_log() -> None:
    organisation = standing_alone(account(roles={"app": [allow(["iam:*", "iam:PassRole"])]}))
    (person,) = people(organisation)
    used = ("iam:GetRole", "iam:GetUser", "iam:ListRoles", "iam:ListUsers")
    usage = Usage(used={(APP, action): calls(action, "*") for action in used})
    total = len(actions_matching("iam:*"))
    assert list(unused(person, usage)) == [f"app#1: iam:* (used: 4 of {total} actions)"]
