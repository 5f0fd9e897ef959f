"""The services with resource-based policies that no snapshot reads, wholly or in part, and why.

A decision about one of their resources says that its policy was not collected, with the call that prints it where
there is one. Dated data (2026-11). Source: the API Reference of each service; IAM User Guide,
reference_aws-services-that-work-with-iam.
"""

from __future__ import annotations

from typing import Final

NOT_COLLECTED: Final[dict[str, str]] = {
    "billing": "botocore does not know the Regions of the service",
    "ce": "no operation of Cost Explorer prints a policy",
    "cleanrooms-ml": "botocore does not know the Regions of the service",
    "cloud9": "the members of an environment are no policy, and no operation prints one",
    "iot": "its policies hang on certificates and identities of devices, not on resources",
    "mediastore": "AWS ended Elemental MediaStore on 2025-11-13",
    "payment-cryptography": "botocore does not know the Regions of the service",
    "qbusiness": "botocore takes the service for one of every Region, which it is not",
    "serverlessrepo": "the permissions of an application are printed in a form of their own that is no policy",
    "signer": "the permissions of a signing profile are printed one by one, in a form of their own that is no policy",
    "vpc-lattice": "two kinds of policy hang on one ARN: the authorization policy and that of the share",
    "vpc-lattice-svcs": "a call must pass the authorization policies of the network and of the service",
}
"""By IAM prefix: no policy of the service is read."""

PARTLY_COLLECTED: Final[dict[str, str]] = {
    "bedrock": "guardrails and custom models are read; knowledge bases and guardrail profiles are not",
    "bedrock-agentcore": "botocore does not know all Regions of the service",
    "dsql": "botocore does not know all Regions of the service",
    "entityresolution": "botocore does not know all Regions of the service",
    "kinesis": "streams and consumers are read; the permission to list queues is not documented",
    "logs": "destinations are read; the policies of log groups hold for AWS services alone, and are not",
    "refactor-spaces": "botocore does not know all Regions of the service",
    "rekognition": "the ARN of a model version does not name the project whose policy it stands under",
    "s3express": "botocore does not know all Regions of directory buckets",
    "s3tables": "botocore does not know all Regions of the service",
    "s3vectors": "botocore does not know all Regions of the service",
    "sagemaker": "model package groups are read; no operation prints the policy of a feature group",
}
"""By IAM prefix: what is read is in the folder, and the service is never called complete."""
