from __future__ import annotations

import pytest

from policysim.catalog.operations import API_DATE, actions_of, service_prefix


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("s3.amazonaws.com", "s3"),
        ("S3.AMAZONAWS.COM", "s3"),
        ("ec2.amazonaws.com.cn", "ec2"),
        ("monitoring.amazonaws.com", "cloudwatch"),
        ("tagging.amazonaws.com", "tag"),
        ("runtime.lex.amazonaws.com", "lex"),
        ("opensearchservice.amazonaws.com", "es"),
        ("email.amazonaws.com", "ses"),
        ("cloudcontrolapi.amazonaws.com", "cloudformation"),
    ],
)
def test_a7_the_service_prefix_of_an_event_source(source: str, prefix: str) -> None:
    assert service_prefix(source) == prefix


@pytest.mark.parametrize(
    ("source", "name", "actions"),
    [
        ("ec2", "RunInstances", ("ec2:RunInstances",)),
        ("lambda", "CreateFunction20150331", ("lambda:CreateFunction",)),
        ("lambda", "GetFunction20150331v2", ("lambda:GetFunction",)),
        ("lambda", "Invoke", ("lambda:InvokeFunction",)),
        ("cloudfront", "CreateDistribution2020_05_31", ("cloudfront:CreateDistribution",)),
        ("s3", "ListObjectsV2", ("s3:ListBucket",)),
        ("s3", "HeadObject", ("s3:GetObject",)),
        ("s3", "ListBuckets", ("s3:ListAllMyBuckets",)),
        ("s3", "CompleteMultipartUpload", ("s3:PutObject",)),
        ("s3", "CopyObject", ("s3:GetObject", "s3:PutObject")),
        ("kms", "ReEncrypt", ("kms:ReEncryptFrom", "kms:ReEncryptTo")),
        ("signin", "ConsoleLogin", ()),
        ("apigateway", "GetRestApi", ()),
        ("dynamodb", "ExecuteStatement", ()),
    ],
)
def test_a7_the_actions_of_an_operation(source: str, name: str, actions: tuple[str, ...]) -> None:
    assert actions_of(f"{source}.amazonaws.com", name) == actions


def test_a7_a_version_of_an_object_has_actions_of_its_own() -> None:
    assert actions_of("s3.amazonaws.com", "HeadObject", of_version=True) == ("s3:GetObjectVersion",)
    assert actions_of("s3.amazonaws.com", "ListObjectsV2", of_version=True) == ("s3:ListBucket",)


@pytest.mark.parametrize("name", ["ListObjectsV2", "CreateRule2", "GetIPv6Route", "DescribeV2024", "PutX_1_0"])
def test_numbers_that_are_no_api_date_stay(name: str) -> None:
    assert API_DATE.sub("", name) == name
