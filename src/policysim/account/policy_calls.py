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
    "acm-pca": "aws acm-pca get-policy --region {region} --resource-arn {arn}",
    "aps": "aws amp describe-resource-policy --region {region} --workspace-id {id}",
    "backup": "aws backup get-backup-vault-access-policy --region {region} --backup-vault-name {id}",
    "bedrock": "aws bedrock get-resource-policy --region {region} --resource-arn {arn}",
    "bedrock-agentcore": "aws bedrock-agentcore-control get-resource-policy --region {region} --resource-arn {arn}",
    "billing": "aws billing get-resource-policy --region us-east-1 --resource-arn {arn}",
    "cleanrooms-ml": (
        "aws cleanroomsml get-configured-audience-model-policy --region {region} --configured-audience-model-arn {arn}"
    ),
    "cloudhsm": "aws cloudhsmv2 get-resource-policy --region {region} --resource-arn {arn}",
    "cloudtrail": "aws cloudtrail get-resource-policy --region {region} --resource-arn {arn}",
    "codebuild": "aws codebuild get-resource-policy --region {region} --resource-arn {arn}",
    "codeguru-profiler": "aws codeguruprofiler get-policy --region {region} --profiling-group-name {id}",
    "comprehend": "aws comprehend describe-resource-policy --region {region} --resource-arn {arn}",
    "dsql": "aws dsql get-cluster-policy --region {region} --identifier {id}",
    "dynamodb": "aws dynamodb get-resource-policy --resource-arn {arn}",
    "ecr": "aws ecr get-repository-policy --region {region} --repository-name {id}",
    "ecr-public": "aws ecr-public get-repository-policy --region us-east-1 --repository-name {id}",
    "elasticfilesystem": "aws efs describe-file-system-policy --region {region} --file-system-id {id}",
    "elasticloadbalancing": "aws elbv2 get-resource-policy --region {region} --resource-arn {arn}",
    "entityresolution": "aws entityresolution get-policy --region {region} --arn {arn}",
    "es": "aws opensearch describe-domain --region {region} --domain-name {id}",
    "events": "aws events describe-event-bus --region {region} --name {id}",
    "glacier": "aws glacier get-vault-access-policy --region {region} --account-id {account} --vault-name {id}",
    "glue": "aws glue get-resource-policy --region {region}",
    "kafka": "aws kafka get-cluster-policy --region {region} --cluster-arn {arn}",
    "kinesis": "aws kinesis get-resource-policy --resource-arn {arn}",
    "kms": "aws kms get-key-policy --key-id {arn} --policy-name default",
    "lambda": "aws lambda get-policy --function-name {arn}",
    "lex": "aws lexv2-models describe-resource-policy --region {region} --resource-arn {arn}",
    "mediatailor": "aws mediatailor get-channel-policy --region {region} --channel-name {id}",
    "oam": "aws oam get-sink-policy --region {region} --sink-identifier {arn}",
    "organizations": "aws organizations describe-resource-policy",
    "osis": "aws osis get-resource-policy --region {region} --resource-arn {arn}",
    "payment-cryptography": "aws payment-cryptography get-resource-policy --region {region} --resource-arn {arn}",
    "qbusiness": "aws qbusiness get-policy --region {region} --application-id {id}",
    "redshift": "aws redshift get-resource-policy --region {region} --resource-arn {arn}",
    "redshift-serverless": "aws redshift-serverless get-resource-policy --region {region} --resource-arn {arn}",
    "refactor-spaces": "aws migration-hub-refactor-spaces get-resource-policy --region {region} --identifier {arn}",
    "rum": "aws rum get-resource-policy --region {region} --name {id}",
    "s3": "aws s3api get-bucket-policy --bucket {resource}",
    "s3vectors": "aws s3vectors get-vector-bucket-policy --region {region} --vector-bucket-arn {arn}",
    "schemas": "aws schemas get-resource-policy --region {region} --registry-name {id}",
    "secretsmanager": "aws secretsmanager get-resource-policy --secret-id {arn}",
    "serverlessrepo": "aws serverlessrepo get-application-policy --region {region} --application-id {arn}",
    "ses": "aws sesv2 get-email-identity-policies --region {region} --email-identity {id}",
    "signer": "aws signer list-profile-permissions --region {region} --profile-name {part2}",
    "sns": "aws sns get-topic-attributes --topic-arn {arn}",
    "sqs": "aws sqs get-queue-attributes --attribute-names Policy --queue-url {url}",
    "ssm": "aws ssm get-resource-policies --region {region} --resource-arn {arn}",
    "ssm-contacts": "aws ssm-contacts get-contact-policy --region {region} --contact-arn {arn}",
    "ssm-incidents": "aws ssm-incidents get-resource-policies --resource-arn {arn}",
}

_BY_TYPE: Final = {
    ("apigateway", ""): "aws apigateway get-rest-api --region {region} --rest-api-id {part2}",
    ("codeartifact", "domain"): (
        "aws codeartifact get-domain-permissions-policy --region {region} --domain {part1} --domain-owner {account}"
    ),
    ("codeartifact", "repository"): (
        "aws codeartifact get-repository-permissions-policy --region {region} --domain {part1} "
        "--domain-owner {account} --repository {part2}"
    ),
    ("ecr", ""): "aws ecr get-registry-policy --region {region}",
    ("lambda", "layer"): (
        "aws lambda get-layer-version-policy --region {region} --layer-name {name} --version-number {version}"
    ),
    ("logs", "delivery-destination"): (
        "aws logs get-delivery-destination-policy --region {region} --delivery-destination-name {id}"
    ),
    ("logs", "destination"): "aws logs describe-destinations --region {region} --destination-name-prefix {id}",
    ("logs", "log-group"): "aws logs describe-resource-policies --region {region}",
    ("rekognition", "project"): "aws rekognition list-project-policies --region {region} --project-arn {arn}",
    ("s3-object-lambda", "accesspoint"): (
        "aws s3control get-access-point-policy-for-object-lambda --region {region} --account-id {account} --name {id}"
    ),
    ("s3express", "accesspoint"): (
        "aws s3control get-access-point-policy --region {region} --account-id {account} --name {id}"
    ),
    ("s3express", "bucket"): "aws s3api get-bucket-policy --region {region} --bucket {id}",
    ("s3tables", "bucket"): "aws s3tables get-table-bucket-policy --region {region} --table-bucket-arn {arn}",
    ("sagemaker", "model-package-group"): (
        "aws sagemaker get-model-package-group-policy --region {region} --model-package-group-name {id}"
    ),
    ("vpc-lattice", "service"): "aws vpc-lattice get-auth-policy --region {region} --resource-identifier {part1}",
    ("vpc-lattice", "servicenetwork"): (
        "aws vpc-lattice get-auth-policy --region {region} --resource-identifier {part1}"
    ),
}
"""Where the call depends on the type of the resource: further services, and exceptions to the table above."""

_ACCESS_POINT_POLICY: Final = "aws s3control get-access-point-policy --region {region} --account-id {account} --name "
_BY_WORD: Final = {
    ("execute-api", 1, "domainnames"): (
        "aws apigateway get-domain-name --region {region} --domain-name {domain} --domain-name-id {domain_id}"
    ),
    ("mediapackagev2", 4, "originEndpoint"): (
        "aws mediapackagev2 get-origin-endpoint-policy --region {region} --channel-group-name {part1} "
        "--channel-name {part3} --origin-endpoint-name {part5}"
    ),
    ("mediapackagev2", 2, "channel"): (
        "aws mediapackagev2 get-channel-policy --region {region} --channel-group-name {part1} --channel-name {part3}"
    ),
    ("rekognition", 2, "version"): "",
    ("s3", 0, "accesspoint"): _ACCESS_POINT_POLICY + "{part1}",
    ("s3-outposts", 2, "accesspoint"): _ACCESS_POINT_POLICY + "{arn}",
    ("s3-outposts", 2, "bucket"): (
        "aws s3control get-bucket-policy --region {region} --account-id {account} --bucket {arn}"
    ),
    ("s3tables", 2, "table"): "",
}
"""Where a word of the path decides, at a place counted from zero; the first row that fits."""

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
    if arn is None:
        return ""
    words = arn.resource.split("/")
    for (service, at, word), call in _BY_WORD.items():
        if service == arn.service and words[at:-1][:1] == [word]:
            return _filled(call, arn)
    return _filled(_BY_TYPE.get((arn.service, arn.resource_type)) or _BY_SERVICE.get(arn.service, ""), arn)


def access_point_call(arn: Arn) -> str:
    """The call that prints an S3 access point with the bucket behind it; empty where none is known."""
    if arn.service == "s3-outposts":
        return _filled("aws s3control get-access-point --account-id {account} --name {arn}", arn)
    call = _ACCESS_POINTS.get(arn.service, "")
    if arn.resource.endswith(".mrap"):
        call = "aws s3control list-multi-region-access-points --region us-west-2 --account-id {account}"
    return _filled(call, arn)


def _filled(call: str, arn: Arn) -> str:
    """The call with the parts of an ARN, each as one word for the shell: names come from whoever wrote the event.

    Empty where the ARN lacks a part that the call needs.
    """
    parts = {
        "arn": str(arn),
        "region": arn.region,
        "account": arn.account,
        "resource": arn.resource,
        "id": arn.resource_id,
        "url": queue_url(arn),
        **{f"part{position}": part for position, part in enumerate(arn.resource.split("/"))},
    }
    parts["domain"], _, parts["domain_id"] = arn.resource.rpartition("/")[2].rpartition("+")
    parts["name"], _, parts["version"] = arn.resource_id.partition(":")
    try:
        return call.format(**{name: quote(part) for name, part in parts.items() if part})
    except KeyError:
        return ""


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
