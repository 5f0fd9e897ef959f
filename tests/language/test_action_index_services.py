"""Whether a document may speak of a service is told without looking at its actions, and never wrongly denied."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

PATTERNS = ("s3:GetObject", "S3:Get*", "sqs:*", "*", "*:*", "kms:Decrypt", "s3:?etObject", " sns:Publish", "iam:*Role*")
ACTIONS = ("s3:GetObject", "sqs:SendMessage", "kms:Decrypt", "sns:Publish", "iam:PassRole", "ec2:RunInstances")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Action", "Action", "NotAction"]),
            st.lists(st.sampled_from(PATTERNS), max_size=3),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(ACTIONS),
)
def test_a_document_that_speaks_of_an_action_may_speak_of_its_service(
    elements: list[tuple[str, list[str]]], action: str
) -> None:
    statements = [{"Effect": "Allow", name: patterns, "Resource": "*"} for name, patterns in elements]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    index = parse_policy(Source("p.json", text), PolicyType.IDENTITY).by_action
    if index.worth_a_look(action):
        assert index.may_speak_of(action.partition(":")[0])


def test_a_document_about_other_services_is_told_apart() -> None:
    statement = {"Effect": "Allow", "Action": ["s3:Get*", "SQS:SendMessage"], "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    index = parse_policy(Source("p.json", text), PolicyType.IDENTITY).by_action
    assert [name for name in ("s3", "sqs", "kms") if index.may_speak_of(name)] == ["s3", "sqs"]
