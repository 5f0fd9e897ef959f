"""Laws of templates: whatever stands in one is read or refused, and what is not known changes no certain answer."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from policysim.account.account import Organisation
from policysim.evaluation.decision import Effect
from policysim.language.locator import locate
from policysim.sources.cloudformation_names import NAMINGS
from policysim.sources.errors import InputError
from tests.template_files import ACCOUNT, asked, from_text, session_of

if TYPE_CHECKING:
    from policysim.account.account import Account

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET = "arn:aws:s3:::b"
OPEN = {"Fn::ImportValue": "elsewhere"}

PLAIN = st.sampled_from(["Allow", "Deny", "s3:GetObject", "s3:*", "*", f"{BUCKET}/*", "arn:aws:s3:::", "", "Team", "b"])


def calls(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(lambda name: {"Ref": name}, st.sampled_from(["Open", "Team", "B", "AWS::NoValue", "AWS::Region"])),
        st.builds(
            lambda text: {"Fn::Sub": text}, st.sampled_from([f"{BUCKET}/${{Open}}", "${Team}", "${!a}", "${B.Arn}"])
        ),
        st.builds(lambda one, two: {"Fn::If": ["Unsure", one, two]}, inner, inner),
        st.builds(lambda items: {"Fn::Join": ["", items]}, st.lists(inner, max_size=3)),
        st.builds(lambda index, items: {"Fn::Select": [index, items]}, st.integers(0, 2), st.lists(inner, max_size=3)),
        st.just(OPEN),
    )


ANYTHING = st.recursive(
    PLAIN | st.booleans() | st.none() | st.integers(),
    lambda inner: (
        calls(inner)
        | st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Resource", "Condition", "Sid", "Id", "Principal", "AWS"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def account_of(properties: dict[str, Any], bucket_policy: Any = None) -> Account:
    template = {
        "Parameters": {"Open": {"Type": "String"}, "Team": {"Type": "String", "Default": "blue"}},
        "Conditions": {"Unsure": {"Fn::Equals": [{"Ref": "Open"}, "x"]}},
        "Resources": {
            "App": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "app", **properties}},
            "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b"}},
            "P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b", "PolicyDocument": bucket_policy}},
        },
    }
    with TemporaryDirectory() as folder:
        return from_text(json.dumps(template), Path(folder), name="t.json")


@given(ANYTHING, ANYTHING)
def test_whatever_stands_in_a_template_is_read_or_refused(first: Any, second: Any) -> None:
    with suppress(InputError):
        account = account_of({"Policies": [{"PolicyName": "p", "PolicyDocument": first}], "Tags": second}, second)
        check_places(account)


def check_places(account: Account) -> None:
    assert account.identities is not None
    for policy in account.identities.roles[ROLE].inline.values():
        for statement in policy.statements:
            span = locate(statement.location).outermost
            assert span.source.name.endswith("t.json")
            assert span.start <= span.end <= len(span.source.text)


PROPERTIES = st.sampled_from(
    [
        "AccessControl",
        "Action",
        "AssumeRolePolicyDocument",
        "BucketName",
        "Bucket",
        "Condition",
        "DeadLetterQueue",
        "EventBusName",
        "EventInvokeConfig",
        "Events",
        "FunctionName",
        "FunctionUrlConfig",
        "Groups",
        "GroupName",
        "KeyPolicy",
        "ManagedPolicyArns",
        "Name",
        "OwnershipControls",
        "Parameters",
        "Path",
        "PermissionsBoundary",
        "Policies",
        "Policy",
        "PolicyDocument",
        "PolicyName",
        "Principal",
        "PublicAccessBlockConfiguration",
        "QueueName",
        "Queues",
        "ResourcePolicy",
        "Role",
        "RoleName",
        "Roles",
        "SecretId",
        "Statement",
        "Tags",
        "TopicName",
        "Topics",
        "Tracing",
        "Url",
        "UserName",
        "Users",
        "VpcConfig",
    ]
)
TYPES = st.sampled_from(
    [
        *NAMINGS,
        "AWS::EC2::VPCEndpoint",
        "AWS::Events::EventBusPolicy",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::ServiceLinkedRole",
        "AWS::IAM::UserToGroupAddition",
        "AWS::Lambda::Permission",
        "AWS::Logs::ResourcePolicy",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::Serverless::Connector",
    ]
)
RESOURCES = st.dictionaries(
    st.sampled_from(["A", "B", "C", "ARole"]),
    st.fixed_dictionaries(
        {"Type": TYPES, "Properties": st.dictionaries(PROPERTIES, ANYTHING, max_size=5)},
        optional={"Condition": st.sampled_from(["Unsure", "Never"])},
    ),
    max_size=4,
)


@given(RESOURCES)
def test_whatever_the_properties_of_resources_are_they_are_read_or_refused(resources: Any) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Open": {"Type": "String"}, "Team": {"Type": "String", "Default": "blue"}},
        "Conditions": {"Unsure": {"Fn::Equals": [{"Ref": "Open"}, "x"]}, "Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": resources,
    }
    with TemporaryDirectory() as folder, suppress(InputError):
        from_text(json.dumps(template), Path(folder), name="t.json")


STATEMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Action": st.lists(st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:*", OPEN]), min_size=1, max_size=2),
            "Resource": st.lists(
                st.sampled_from([f"{BUCKET}/*", f"{BUCKET}/a/*", OPEN, {"Fn::Join": ["", [f"{BUCKET}/", OPEN]]}]),
                min_size=1,
                max_size=2,
            ),
        }
    ),
    min_size=1,
    max_size=3,
)


def filled(value: Any, text: str) -> Any:
    """The same document once what was not known has become known."""
    if value == OPEN:
        return text
    if isinstance(value, dict):
        if "Fn::Join" in value:
            return "".join(filled(piece, text) for piece in value["Fn::Join"][1])
        return {name: filled(one, text) for name, one in value.items()}
    return [filled(one, text) for one in value] if isinstance(value, list) else value


def effect(statements: Any, action: str, resource: str) -> Effect:
    document = {"Version": "2012-10-17", "Statement": statements}
    account = account_of({"Policies": [{"PolicyName": "p", "PolicyDocument": document}]})
    there = Organisation(accounts={ACCOUNT: account}, standalone=True)
    return asked(there, session_of(ROLE), action, resource).effect


@given(STATEMENTS, st.sampled_from(["s3:GetObject", "s3:PutObject"]), st.sampled_from([f"{BUCKET}/a/k", f"{BUCKET}/k"]))
def test_a_certain_answer_stays_whatever_the_unknown_becomes(statements: Any, action: str, resource: str) -> None:
    before = effect(statements, action, resource)
    if before is Effect.DEPENDS:
        return
    for text in ("s3:GetObject", "*", f"{BUCKET}/*", f"{BUCKET}/a/k", "nothing"):
        after = effect(filled(statements, text), action, resource)
        if after is not Effect.DEPENDS:  # the text is no action or no ARN, so the document is refused
            assert (after is Effect.ALLOWED) is (before is Effect.ALLOWED)
