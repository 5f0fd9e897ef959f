"""Every form of denial message that is read, with an example and what it means: the table behind the page about them.

The grammar reads the forms, and the tests read every example of this table; ``docs/denial-messages.md`` is written from
it. The examples are our own, in the forms that AWS documents or was seen to print.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from policysim.cloudtrail.denial import TRUST_LAYER, DenialKind
from policysim.evaluation.layers import LayerName

IAM_GUIDE: Final = "IAM User Guide, Troubleshoot access denied error messages"
S3_GUIDE: Final = "Amazon S3 User Guide, Troubleshoot access denied (403 Forbidden) errors"
ARN_BLOG: Final = "AWS Security Blog, Enhanced access denied error messages with policy ARNs"
TROUBLESHOOTER_GUIDE: Final = "IAM User Guide, Troubleshoot access denied with an authorization id"
KMS_GUIDE: Final = "AWS KMS Developer Guide; AWS Backup Developer Guide, which quotes it"
STS_REFERENCE: Final = "AWS STS API Reference, DecodeAuthorizationMessage"
SEEN: Final = "seen in public issue trackers"


class MessageForm(NamedTuple):
    """One form of message: an example, and what is read from it.

    ``layer`` and ``kind`` are as in ``Denial``. ``resource`` is what the example names, ``action`` likewise; ``None``
    where it names none. ``means`` says the form in words, ``source`` who documents or showed it.
    """

    code: str
    example: str
    means: str
    source: str
    layer: str | None = None
    kind: DenialKind = DenialKind.UNKNOWN
    action: str | None = "s3:GetObject"
    resource: str | None = "arn:aws:s3:::data/report.csv"
    policy: str | None = None


PRINCIPAL: Final = "arn:aws:iam::111122223333:user/ana"
"""Who is refused in every example that names somebody."""

_WHO: Final = f"User: {PRINCIPAL} is not authorized to perform:"
_READ: Final = f"{_WHO} s3:GetObject on resource: arn:aws:s3:::data/report.csv"
_ACTION: Final = "allows the s3:GetObject action"
_EXPLICIT, _IMPLICIT = DenialKind.EXPLICIT, DenialKind.IMPLICIT
_KEY_SIDE: Final = (
    "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based"
    " policy explicitly denies access"
)
_ORGANIZATION: Final = "arn:aws:organizations::444455556666:policy/o-a1b2c3"

_LAYERS: Final = tuple(
    form
    for name, words, article, layer in (
        ("identity", "identity-based policy", "an", LayerName.IDENTITY),
        ("resource", "resource-based policy", "a", LayerName.RESOURCE),
        ("boundary", "permissions boundary", "a", LayerName.BOUNDARY),
        ("session", "session policy", "a", LayerName.SESSION),
        ("endpoint", "VPC endpoint policy", "a", LayerName.VPCE),
        ("scp", "service control policy", "a", LayerName.SCP),
    )
    for form in (
        MessageForm(
            f"{name}-implicit",
            f"{_READ} because no {words} {_ACTION}",
            f"no {words} allows it",
            IAM_GUIDE,
            layer.value,
            _IMPLICIT,
        ),
        MessageForm(
            f"{name}-explicit",
            f"{_READ} with an explicit deny in {article} {words}",
            f"a statement of {article} {words} denies it",
            IAM_GUIDE,
            layer.value,
            _EXPLICIT,
        ),
    )
)

_WITH_ARN: Final = tuple(
    MessageForm(
        f"{layer.value}-explicit-arn",
        f"{_READ} with an explicit deny in {article} {words}: {arn}",
        f"a statement of the {words} that is named denies it",
        ARN_BLOG,
        layer.value,
        _EXPLICIT,
        policy=arn,
    )
    for layer, article, words, arn in (
        (LayerName.SCP, "a", "service control policy", f"{_ORGANIZATION}/service_control_policy/p-1a2b3c"),
        (LayerName.RCP, "a", "resource control policy", f"{_ORGANIZATION}/resource_control_policy/p-1a2b3c"),
        (LayerName.BOUNDARY, "a", "permissions boundary", "arn:aws:iam::111122223333:policy/edges/limit"),
        (LayerName.SESSION, "a", "session policy", "arn:aws:iam::111122223333:policy/session"),
        (LayerName.IDENTITY, "an", "identity-based policy", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"),
    )
)

_FURTHER_LAYERS: Final = (
    MessageForm("untyped", _READ, "the message names no policy type: any layer may have denied it", IAM_GUIDE),
    MessageForm(
        "without-resource",
        f"{_WHO} s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action",
        "any of the forms may leave the resource out",
        IAM_GUIDE,
        "identity",
        _IMPLICIT,
        "s3:ListAllMyBuckets",
        None,
    ),
    MessageForm(
        "quoted-resource",
        f'{_WHO} s3:GetObject on resource: "arn:aws:s3:::data/report.csv" because no identity-based policy {_ACTION}',
        "Amazon S3 puts the resource into quotation marks",
        S3_GUIDE,
        "identity",
        _IMPLICIT,
    ),
    MessageForm(
        "resource-in-words",
        f"{_WHO} iam:GetRole on resource: role app because no identity-based policy allows the iam:GetRole action",
        "IAM names some resources by type and name: `role app`, `user ana`, `policy arn:...`, `instance profile web`",
        IAM_GUIDE,
        "identity",
        _IMPLICIT,
        "iam:GetRole",
        "role app",
    ),
    MessageForm(
        "rcp-explicit",
        f"{_READ} with an explicit deny in a resource control policy",
        "a statement of a resource control policy denies it",
        f"{IAM_GUIDE}; {S3_GUIDE}",
        "rcp",
        _EXPLICIT,
    ),
    MessageForm(
        "endpoint-through-scp",
        f"{_READ} with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        "a service control policy denies it; the endpoint policy only passes that on",
        IAM_GUIDE,
        "scp",
        _EXPLICIT,
    ),
    MessageForm(
        "sessions-explicit",
        f"{_READ} with an explicit deny in a sessions policy",
        "a statement of the session policy denies it (a sample of the guide spells it so)",
        IAM_GUIDE,
        "session",
        _EXPLICIT,
    ),
    MessageForm(
        "scp-implicit-misspelt",
        f"{_WHO} codecommit:ListRepositories because no service control policy allows the"
        " codecommit:ListRespositories action",
        "the action before the reason counts, not the one behind it, which a sample of the guide misspells",
        IAM_GUIDE,
        "scp",
        _IMPLICIT,
        "codecommit:ListRepositories",
        None,
    ),
    MessageForm(
        "trust-implicit",
        f"{_WHO} sts:AssumeRole on resource: arn:aws:iam::111122223333:role/app because no role trust policy allows"
        " the sts:AssumeRole action",
        "the trust policy of the role does not allow it",
        IAM_GUIDE,
        TRUST_LAYER,
        _IMPLICIT,
        "sts:AssumeRole",
        "arn:aws:iam::111122223333:role/app",
    ),
    MessageForm(
        "trust-explicit",
        f"{_WHO} sts:AssumeRole with an explicit deny in the role trust policy",
        "a statement of the role's trust policy denies it",
        IAM_GUIDE,
        TRUST_LAYER,
        _EXPLICIT,
        "sts:AssumeRole",
        None,
    ),
    MessageForm(
        "explicit-untyped",
        f"{_READ} with an explicit deny",
        "a statement denies it, and the message does not say of which policy type (older services, API Gateway)",
        SEEN,
        None,
        _EXPLICIT,
    ),
    MessageForm(
        "authorization-id",
        f"{_WHO} iam:GetRole on resource: role app because no identity-based policy allows the iam:GetRole action."
        " Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/0a1b2c for"
        " complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 0a1b2c",
        "any of the forms may end with an id, for which AWS tells its own evaluation for 24 hours",
        TROUBLESHOOTER_GUIDE,
        "identity",
        _IMPLICIT,
        "iam:GetRole",
        "role app",
    ),
)

_EC2: Final = "You are not authorized to perform this operation."
_INSTANCE: Final = "arn:aws:ec2:eu-west-1:111122223333:instance/*"

_OF_SERVICES: Final = (
    MessageForm(
        "ec2-encoded",
        f"{_EC2} Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abc",
        "Amazon EC2 says who, what and why in the encoded text alone",
        STS_REFERENCE,
        action=None,
        resource=None,
    ),
    MessageForm(
        "ec2-combined",
        f"{_EC2} {_WHO} ec2:RunInstances on resource: {_INSTANCE} because no identity-based policy allows the"
        " ec2:RunInstances action. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abc",
        "Amazon EC2 with the common sentence between its own",
        STS_REFERENCE,
        "identity",
        _IMPLICIT,
        "ec2:RunInstances",
        _INSTANCE,
    ),
    MessageForm("ec2-bare", _EC2, "Amazon EC2 without the encoded text", SEEN, action=None, resource=None),
    MessageForm(
        "bare",
        "Access Denied",
        "Amazon S3 to callers outside of the organization, for directory buckets, and through some endpoints;"
        " `Forbidden` where the answer has no body. Also without any policy: a wrong expected owner,"
        " a Requester Pays bucket",
        S3_GUIDE,
        action=None,
        resource=None,
    ),
    MessageForm(
        "block-public-acls",
        f'{_WHO} s3:PutObjectAcl on resource: "arn:aws:s3:::data/report.csv" because public ACLs are prevented by the'
        " BlockPublicAcls setting in S3 Block Public Access.",
        "no policy: S3 Block Public Access refuses the ACL",
        S3_GUIDE,
        action="s3:PutObjectAcl",
    ),
    MessageForm(
        "block-public-policy",
        f'{_WHO} s3:PutBucketPolicy on resource: "arn:aws:s3:::data" because public policies are prevented by the'
        " BlockPublicPolicy setting in S3 Block Public Access.",
        "no policy: S3 Block Public Access refuses the bucket policy",
        S3_GUIDE,
        action="s3:PutBucketPolicy",
        resource="arn:aws:s3:::data",
    ),
    MessageForm(
        "blocked-sse-c",
        f'{_WHO} s3:PutObject on resource: "arn:aws:s3:::data/report.csv" because this bucket has blocked upload'
        " requests that specify Server Side Encryption with Customer provided keys (SSE-C).",
        "no policy: the bucket blocks this kind of encryption",
        S3_GUIDE,
        action="s3:PutObject",
    ),
    MessageForm(
        "kms-key-side",
        f"{_WHO} kms:Decrypt on this resource {_KEY_SIDE}",
        "the key policy does not allow or denies it, or the key is not in this Region",
        KMS_GUIDE,
        "resource",
        action="kms:Decrypt",
        resource="this resource",
    ),
    MessageForm(
        "kms-ciphertext",
        f"{_WHO} kms:Decrypt on the resource associated with this ciphertext {_KEY_SIDE}",
        "the same of a key that only the ciphertext names",
        KMS_GUIDE,
        "resource",
        action="kms:Decrypt",
        resource="the resource associated with this ciphertext",
    ),
    MessageForm(
        "kms-identity-side",
        f"{_WHO} kms:GenerateDataKey on this resource because no identity-based policy allows the kms:GenerateDataKey"
        " action",
        "no identity-based policy allows it",
        KMS_GUIDE,
        "identity",
        _IMPLICIT,
        "kms:GenerateDataKey",
        "this resource",
    ),
    MessageForm(
        "kms-before-2022",
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are"
        " not allowed to access.",
        "the key is missing, in another Region or refused, by whichever layer",
        SEEN,
        action=None,
        resource=None,
    ),
    MessageForm(
        "kms-refused-to-service",
        "Access to KMS is not allowed",
        "a service could not use the key for the caller (Secrets Manager, Systems Manager and others)",
        SEEN,
        action=None,
        resource=None,
    ),
    MessageForm(
        "web-identity",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        "the trust policy does not let the web identity in, or the role does not exist; STS names neither",
        SEEN,
        action="sts:AssumeRoleWithWebIdentity",
        resource=None,
    ),
    MessageForm(
        "network-activity",
        "The request was denied due to a VPC endpoint policy",
        "the VPC endpoint policy denies it (network activity events, error code `VpceAccessDenied`)",
        "AWS CloudTrail User Guide, network activity events",
        "vpce",
        action=None,
        resource=None,
    ),
    MessageForm(
        "ses-marked",
        f"User `{PRINCIPAL}' is not authorized to perform `ses:SendEmail' on resource"
        " `arn:aws:ses:eu-west-1:111122223333:identity/example.com'",
        "Amazon SES puts the parts between a backtick and an apostrophe",
        SEEN,
        action="ses:SendEmail",
        resource="arn:aws:ses:eu-west-1:111122223333:identity/example.com",
    ),
    MessageForm(
        "api-gateway-authorizer",
        "User is not authorized to access this resource with an explicit deny",
        "the policy that a Lambda authorizer returned denies it; without `explicit deny`: does not allow it",
        "AWS re:Post Knowledge Center, 403 errors of a Lambda authorizer",
        None,
        _EXPLICIT,
        None,
        "this resource",
    ),
    MessageForm(
        "named-access",
        f"User: {PRINCIPAL} is not authorized to access this resource",
        "the user is named, the action is not (Route 53, CloudFront and others)",
        SEEN,
        action=None,
        resource="this resource",
    ),
    MessageForm(
        "unnamed-user",
        "User is not authorized to perform: sqs:SendMessage",
        "the action is named, the user is not",
        SEEN,
        action="sqs:SendMessage",
        resource=None,
    ),
    MessageForm(
        "specified-resource",
        f"{_WHO} s3:GetObject on the specified resource",
        "the resource is not named",
        SEEN,
        resource="the specified resource",
    ),
    MessageForm(
        "without-colon",
        f"User: {PRINCIPAL} is not authorized to perform iam:UpdateAccessKey on resource: access key AKIDEXAMPLE",
        "without the colon, and with an access key as resource",
        SEEN,
        action="iam:UpdateAccessKey",
        resource="access key AKIDEXAMPLE",
    ),
    MessageForm(
        "principal-in-brackets",
        f"Principal [{PRINCIPAL}] is not allowed to execute [iot:Publish] on the resource",
        "an older sentence of AWS IoT",
        SEEN,
        action="iot:Publish",
        resource=None,
    ),
    MessageForm(
        "sqs-before-2021",
        "Access to the resource https://sqs.eu-west-1.amazonaws.com/111122223333/orders is denied.",
        "Amazon SQS names the URL of the queue",
        SEEN,
        action=None,
        resource="https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
    ),
    MessageForm(
        "resource-alone",
        "Not authorized to access resource arn:aws:acm:eu-west-1:111122223333:certificate/0a1b",
        "the resource is named, and nothing else",
        SEEN,
        action=None,
        resource="arn:aws:acm:eu-west-1:111122223333:certificate/0a1b",
    ),
    MessageForm(
        "no-requested-resource",
        "No access to any requested resource",
        "none of the resources of a list may be seen",
        SEEN,
        action=None,
        resource=None,
    ),
    MessageForm(
        "organizations",
        "You don't have permissions to access this resource.",
        "AWS Organizations: mostly, that the account is neither the management account nor a delegated administrator",
        SEEN,
        action=None,
        resource=None,
    ),
    MessageForm(
        "marketplace",
        "Model access is denied due to IAM user or service role is not authorized to perform the required AWS"
        " Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this"
        " model.",
        "Amazon Bedrock: the model has no subscription yet, and the caller may not make one",
        SEEN,
        action="aws-marketplace:ViewSubscriptions",
        resource=None,
    ),
    MessageForm(
        "redshift-role",
        "User arn:aws:redshift:eu-west-1:111122223333:dbuser:warehouse/ana is not authorized to assume IAM Role"
        " arn:aws:iam::111122223333:role/load",
        "Amazon Redshift may not assume the role: it is not associated with the cluster, or does not trust it",
        SEEN,
        action="sts:AssumeRole",
        resource="arn:aws:iam::111122223333:role/load",
    ),
    MessageForm(
        "codebuild-role",
        "CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::111122223333:role/build",
        "the trust policy of the role does not let the service assume it, or the role does not exist",
        SEEN,
        TRUST_LAYER,
        action="sts:AssumeRole",
        resource="arn:aws:iam::111122223333:role/build",
    ),
    MessageForm(
        "ecs-role",
        "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/task' that was provided for this task.",
        "the trust policy of the role does not let ecs-tasks.amazonaws.com assume it, or the role does not exist",
        SEEN,
        TRUST_LAYER,
        action="sts:AssumeRole",
        resource="arn:aws:iam::111122223333:role/task",
    ),
    MessageForm(
        "lambda-role",
        "The role defined for the function cannot be assumed by Lambda.",
        "the trust policy of the role does not let lambda.amazonaws.com assume it, or the role is too new",
        SEEN,
        TRUST_LAYER,
        action="sts:AssumeRole",
        resource=None,
    ),
    MessageForm(
        "execution-role",
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        "the execution role of the function lacks an action of another service, which the operation tells",
        SEEN,
        action=None,
        resource=None,
    ),
)

FORMS: Final = (*_LAYERS, *_WITH_ARN, *_FURTHER_LAYERS, *_OF_SERVICES)
