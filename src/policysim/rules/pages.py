"""The AWS pages that the rules come from, under the short names that the rules use."""

from __future__ import annotations

from typing import Final, NamedTuple


class Page(NamedTuple):
    """A page of AWS documentation: the guide, the name of the page in it, and its address."""

    guide: str
    name: str
    url: str


_DOCS: Final = "https://docs.aws.amazon.com"


def _pages(guide: str, folder: str, names: dict[str, str]) -> dict[str, Page]:
    return {short: Page(guide, name, f"{_DOCS}/{folder}/{name}.html") for short, name in names.items()}


_IAM: Final = _pages(
    "IAM User Guide",
    "IAM/latest/UserGuide",
    {
        "aachecks": "access-analyzer-reference-policy-checks",
        "act": "reference_policies_elements_action",
        "arns": "reference-arns",
        "assume": "id_credentials_temp_control-access_assumerole",
        "bound": "access_policies_boundaries",
        "cond": "reference_policies_elements_condition",
        "denied": "troubleshoot_access-denied",
        "eff": "reference_policies_elements_effect",
        "eval": "reference_policies_evaluation-logic_policy-eval-denyallow",
        "eval23": "reference_policies_evaluation-logic",
        "fas": "access_forward_access_sessions",
        "getfed": "id_credentials_temp_control-access_getfederationtoken",
        "getsession": "id_credentials_temp_control-access_getsessiontoken",
        "gram": "reference_policies_grammar",
        "iam-managed": "access_policies_managed-vs-inline",
        "iamkeys": "reference_policies_iam-condition-keys",
        "ids": "reference_identifiers",
        "keys": "reference_policies_condition-keys",
        "multi": "reference_policies_condition-single-vs-multi-valued-context-keys",
        "multi2": "reference_policies_condition-logic-multiple-context-keys-or-values",
        "notact": "reference_policies_elements_notaction",
        "notprinc": "reference_policies_elements_notprincipal",
        "notres": "reference_policies_elements_notresource",
        "oidc": "id_roles_create_for-idp_oidc",
        "ops": "reference_policies_elements_condition_operators",
        "pass": "id_roles_use_passrole",
        "princ": "reference_policies_elements_principal",
        "quota": "reference_iam-quotas",
        "res": "reference_policies_elements_resource",
        "sid": "reference_policies_elements_sid",
        "slr": "id_roles_create-service-linked-role",
        "sourceid": "id_credentials_temp_control-access_monitor",
        "stags": "id_session-tags",
        "stscmp": "id_credentials_sts-comparison",
        "trust": "id_roles_update-role-trust-policy",
        "types": "access_policies",
        "vars": "reference_policies_variables",
        "ver": "reference_policies_elements_version",
        "xacct": "reference_policies_evaluation-logic-cross-account",
    },
)
_ORGANIZATIONS: Final = _pages(
    "AWS Organizations User Guide",
    "organizations/latest/userguide",
    {
        "orglim": "orgs_reference_limits",
        "orgs-delegate": "orgs-policy-delegate",
        "rcp": "orgs_manage_policies_rcps",
        "rcpeval": "orgs_manage_policies_rcps_evaluation",
        "rcpsyn": "orgs_manage_policies_rcps_syntax",
        "scp": "orgs_manage_policies_scps",
        "scpeval": "orgs_manage_policies_scps_evaluation",
        "scpsyn": "orgs_manage_policies_scps_syntax",
    },
)
_STS: Final = _pages(
    "AWS STS API Reference",
    "STS/latest/APIReference",
    {
        "assumerole": "API_AssumeRole",
        "assumeroot": "API_AssumeRoot",
        "decode": "API_DecodeAuthorizationMessage",
        "getcaller": "API_GetCallerIdentity",
    },
)
_S3: Final = _pages(
    "Amazon S3 User Guide",
    "AmazonS3/latest/userguide",
    {
        "s3-403": "troubleshoot-403-errors",
        "s3-abac": "buckets-tagging-enable-abac",
        "s3-acl": "acl-overview",
        "s3-ap": "access-points-policies",
        "s3-ap-limits": "access-points-restrictions-limitations",
        "s3-bpa": "access-control-block-public-access",
        "s3-bucket-ops": "access-control-auth-workflow-bucket-operation",
        "s3-grants": "access-grants",
        "s3-mrap": "MultiRegionAccessPointPermissions",
        "s3-object-ops": "access-control-auth-workflow-object-operation",
        "s3-ownership": "about-object-ownership",
        "s3-policy-lang": "access-policy-language-overview",
        "s3-required": "using-with-s3-policy-actions",
        "s3-tags": "tagging-and-policies",
        "s3express": "s3-express-security-iam",
    },
)
_S3_API: Final = _pages(
    "Amazon S3 API Reference",
    "AmazonS3/latest/API",
    {"s3-api-policy": "API_PutBucketPolicy", "s3-getobject": "API_GetObject"},
)
_KMS: Final = _pages(
    "AWS KMS Developer Guide",
    "kms/latest/developerguide",
    {
        "kms-alias": "alias-authorization",
        "kms-default": "key-policy-default",
        "kms-denied": "policy-evaluation",
        "kms-external": "key-policy-modifying-external-accounts",
        "kms-grant-manage": "grant-manage",
        "kms-grants": "grants",
        "kms-keys": "conditions-kms",
        "kms-limits": "resource-limits",
        "kms-mrk": "multi-region-keys-auth",
        "kms-policies": "key-policy-overview",
    },
)
_OTHERS: Final = {
    **_pages("Amazon VPC, AWS PrivateLink", "vpc/latest/privatelink", {"vpce": "vpc-endpoints-access"}),
    **_pages("AWS Lambda Developer Guide", "lambda/latest/dg", {"lambda-perm": "access-control-resource-based"}),
    **_pages(
        "Amazon SQS Developer Guide",
        "AWSSimpleQueueService/latest/SQSDeveloperGuide",
        {
            "sqs-policies": "sqs-using-identity-based-policies",
            "sqs-xacct": "sqs-customer-managed-policy-examples",
        },
    ),
    **_pages("Amazon SNS Developer Guide", "sns/latest/dg", {"sns-policies": "sns-access-policy-use-cases"}),
    **_pages(
        "AWS Secrets Manager User Guide",
        "secretsmanager/latest/userguide",
        {"sm-xacct": "auth-and-access_examples_cross"},
    ),
    **_pages("Amazon ECR User Guide", "AmazonECR/latest/userguide", {"ecr": "repository-policies"}),
    **_pages(
        "Amazon API Gateway Developer Guide",
        "apigateway/latest/developerguide",
        {"apigw": "apigateway-authorization-flow"},
    ),
    **_pages(
        "Amazon DynamoDB Developer Guide",
        "amazondynamodb/latest/developerguide",
        {
            "ddb-fgac": "specifying-conditions",
            "ddb-perm": "security_iam_service-with-iam",
            "ddb-rbp": "access-control-resource-based",
        },
    ),
    **_pages("Amazon EC2 User Guide", "AWSEC2/latest/UserGuide", {"ec2-iam": "iam-policies-for-amazon-ec2"}),
    **_pages(
        "AWS RAM User Guide",
        "ram/latest/userguide",
        {"ram": "security-ram-permissions", "ram-terms": "getting-started-terms-and-concepts"},
    ),
    **_pages("IAM Roles Anywhere User Guide", "rolesanywhere/latest/userguide", {"rolesanywhere": "trust-model"}),
    **_pages("AWS CloudTrail User Guide", "awscloudtrail/latest/userguide", {"ct-codes": "cloudtrail-event-reference"}),
    **_pages(
        "Service Authorization Reference",
        "service-authorization/latest/reference",
        {"sar": "reference_policies_actions-resources-contextkeys"},
    ),
    "arnblog": Page(
        "AWS Security Blog",
        "Enhanced access denied error messages with policy ARNs",
        "https://aws.amazon.com/blogs/security/",
    ),
    "scpblog": Page(
        "AWS Security Blog",
        "SCP now supports full IAM language",
        "https://aws.amazon.com/blogs/security/",
    ),
    "trustblog": Page(
        "AWS Security Blog",
        "Announcing an update to IAM role trust policy behavior",
        "https://aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior/",
    ),
}

PAGES: Final[dict[str, Page]] = {**_IAM, **_ORGANIZATIONS, **_STS, **_S3, **_S3_API, **_KMS, **_OTHERS}
"""Every page by its short name."""
