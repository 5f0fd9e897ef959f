"""The AWS CLI calls that print a policy: what to run for one that is not at hand.

Source: AWS CLI Command Reference (iam, organizations, and the services that have resource-based policies).
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.arns import Arn

_BY_SERVICE: Final = {
    "dynamodb": "aws dynamodb get-resource-policy --resource-arn {arn}",
    "ecr": "aws ecr get-repository-policy --repository-name {id}",
    "events": "aws events describe-event-bus --name {id}",
    "kinesis": "aws kinesis get-resource-policy --resource-arn {arn}",
    "kms": "aws kms get-key-policy --key-id {arn} --policy-name default",
    "lambda": "aws lambda get-policy --function-name {arn}",
    "s3": "aws s3api get-bucket-policy --bucket {resource}",
    "secretsmanager": "aws secretsmanager get-resource-policy --secret-id {arn}",
    "sns": "aws sns get-topic-attributes --topic-arn {arn}",
    "sqs": "aws sqs get-queue-attributes --attribute-names Policy --queue-url {url}",
}


_ACCESS_POINT: Final = "aws s3control get-access-point --region {region} --account-id {account} --name "
_ACCESS_POINTS: Final = {
    "s3": _ACCESS_POINT + "{id}",
    "s3express": _ACCESS_POINT + "{id}",
    "s3-object-lambda": (
        "aws s3control get-access-point-configuration-for-object-lambda --region {region} "
        "--account-id {account} --name {id}"
    ),
}


def resource_policy_call(holder_arn: str) -> str:
    """The call that prints the policy hanging on this ARN (not on a part of it); empty where none is known."""
    arn = parse_arn(holder_arn)
    if arn is None or (arn.service == "s3" and arn.account):
        return ""
    return _filled(_BY_SERVICE.get(arn.service, ""), arn)


def access_point_call(arn: Arn) -> str:
    """The call that prints an S3 access point with the bucket behind it; empty where none is known."""
    if arn.service == "s3-outposts":
        return _filled("aws s3control get-access-point --account-id {account} --name {arn}", arn)
    call = _ACCESS_POINTS.get(arn.service, "")
    if arn.resource.endswith(".mrap"):
        call = "aws s3control list-multi-region-access-points --region us-west-2 --account-id {account}"
    return _filled(call, arn)


def _filled(call: str, arn: Arn) -> str:
    """The call with the parts of an ARN, each as one word for the shell: names come from whoever wrote the event."""
    parts = {
        "arn": str(arn),
        "region": arn.region,
        "account": arn.account,
        "resource": arn.resource,
        "id": arn.resource_id,
        "url": queue_url(arn),
    }
    return call.format(**{name: quote(part) for name, part in parts.items()})


def queue_url(arn: Arn) -> str:
    """The URL by which the calls of SQS name a queue."""
    suffix = "amazonaws.com.cn" if arn.partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{arn.region}.{suffix}/{arn.account}/{arn.resource}"


def trust_policy_call(role_arn: str) -> str:
    """The call that prints a role with its trust policy."""
    return f"aws iam get-role --role-name {quote(role_arn.rsplit('/', 1)[-1])}"


def managed_policy_call(policy_arn: str) -> str:
    """The call that prints the version of a managed policy that is in force."""
    policy_arn = quote(policy_arn)
    version = f"$(aws iam get-policy --policy-arn {policy_arn} --query Policy.DefaultVersionId --output text)"
    return f"aws iam get-policy-version --policy-arn {policy_arn} --version-id {version}"


def organisation_policy_call(policy_id: str) -> str:
    """The call that prints an SCP or an RCP."""
    return f"aws organizations describe-policy --policy-id {quote(policy_id)}"
