"""The policy of one resource, asked for by its ARN: a row for each service says by which call.

Source: the API references of the services; the same calls are those of ``account.policy_calls``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.account.policy_calls import queue_url
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.arns import Arn
    from policysim.sources.aws.collecting import Reading


class _Row(NamedTuple):
    """boto3's service and operation, the parameters as templates, the way to the policy, and what says "none"."""

    client: str
    operation: str
    parameters: dict[str, Any]
    way: tuple[str, ...]
    absent: tuple[str, ...] = ()


_ROWS: Final[dict[str, _Row]] = {
    "dynamodb": _Row(
        "dynamodb", "get_resource_policy", {"ResourceArn": "{arn}"}, ("Policy",), ("PolicyNotFoundException",)
    ),
    "ecr": _Row(
        "ecr",
        "get_repository_policy",
        {"repositoryName": "{id}"},
        ("policyText",),
        ("RepositoryPolicyNotFoundException",),
    ),
    "events": _Row("events", "describe_event_bus", {"Name": "{id}"}, ("Policy",)),
    "kinesis": _Row("kinesis", "get_resource_policy", {"ResourceARN": "{arn}"}, ("Policy",)),
    "kms": _Row("kms", "get_key_policy", {"KeyId": "{arn}", "PolicyName": "default"}, ("Policy",)),
    "lambda": _Row("lambda", "get_policy", {"FunctionName": "{arn}"}, ("Policy",), ("ResourceNotFoundException",)),
    "s3": _Row(
        "s3",
        "get_bucket_policy",
        {"Bucket": "{resource}", "ExpectedBucketOwner": "{own}"},
        ("Policy",),
        ("NoSuchBucketPolicy",),
    ),
    "secretsmanager": _Row("secretsmanager", "get_resource_policy", {"SecretId": "{arn}"}, ("ResourcePolicy",)),
    "sns": _Row("sns", "get_topic_attributes", {"TopicArn": "{arn}"}, ("Attributes", "Policy")),
    "sqs": _Row(
        "sqs", "get_queue_attributes", {"QueueUrl": "{url}", "AttributeNames": ["Policy"]}, ("Attributes", "Policy")
    ),
}


def policy_of_resource(reading: Reading, holder: str) -> dict[str, object]:
    """The policy by the ARN that holds it, ``None`` for "there is none"; empty where it cannot be asked for."""
    arn = parse_arn(holder)
    row = _ROWS.get(arn.service) if arn is not None else None
    found: dict[str, object] = {}
    if arn is None or row is None or (arn.service == "s3" and arn.account):
        return found
    with reading.about(holder):
        told: Any = reading.call(
            row.client,
            row.operation,
            absent=row.absent,
            region=arn.region or reading.place.region,
            **{name: _filled(value, arn, reading) for name, value in row.parameters.items()},
        )
        for step in row.way:
            told = (told or {}).get(step)
        found[holder] = told or None
    return found


def _filled(value: object, arn: Arn, reading: Reading) -> object:
    """A template with the parts of the ARN; lists stand as they are."""
    if not isinstance(value, str):
        return value
    parts = {"arn": str(arn), "resource": arn.resource, "id": arn.resource_id, "own": reading.place.account_id}
    return queue_url(arn) if value == "{url}" else value.format(**parts)
