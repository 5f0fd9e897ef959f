from __future__ import annotations

import re
import shlex

import botocore.session
import pytest
from botocore import xform_name

from policysim.account.policy_calls import (
    managed_policy_call,
    organisation_policy_call,
    resource_policy_call,
    trust_policy_call,
)
from policysim.catalog.resource_policies import WITH_POLICIES

HOSTILE = "x; rm -rf ~ $(id) `id`"


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (resource_policy_call(f"arn:aws:s3:::{HOSTILE}"), HOSTILE),
        (
            resource_policy_call(f"arn:aws:kms:eu-west-1:111122223333:key/{HOSTILE}"),
            f"arn:aws:kms:eu-west-1:111122223333:key/{HOSTILE}",
        ),
        (trust_policy_call(f"arn:aws:iam::111122223333:role/{HOSTILE}"), HOSTILE),
        (organisation_policy_call(HOSTILE), HOSTILE),
        (
            managed_policy_call(f"arn:aws:iam::111122223333:policy/{HOSTILE}"),
            f"arn:aws:iam::111122223333:policy/{HOSTILE}",
        ),
    ],
)
def test_a_name_is_one_word_of_the_command_whatever_it_holds(call: str, word: str) -> None:
    assert word in shlex.split(call)


def test_an_ordinary_name_needs_no_quotes() -> None:
    assert resource_policy_call("arn:aws:s3:::reports") == "aws s3api get-bucket-policy --bucket reports"


PLACE = "eu-west-1:111122223333"

CALLS = {
    f"arn:aws:acm-pca:{PLACE}:certificate-authority/c": "acm-pca get-policy --resource-arn",
    "arn:aws:apigateway:eu-west-1::/restapis/a1b2": "apigateway get-rest-api --rest-api-id a1b2",
    f"arn:aws:backup:{PLACE}:backup-vault:v": "backup get-backup-vault-access-policy --backup-vault-name v",
    f"arn:aws:bedrock:{PLACE}:guardrail/g": "bedrock get-resource-policy --resource-arn",
    f"arn:aws:bedrock-agentcore:{PLACE}:runtime/r": "bedrock-agentcore-control get-resource-policy --resource-arn",
    f"arn:aws:cloudhsm:{PLACE}:backup/b": "cloudhsmv2 get-resource-policy --resource-arn",
    f"arn:aws:cloudtrail:{PLACE}:channel/c": "cloudtrail get-resource-policy --resource-arn",
    f"arn:aws:codeartifact:{PLACE}:domain/D": "codeartifact get-domain-permissions-policy --domain D --domain-owner",
    f"arn:aws:codeartifact:{PLACE}:repository/D/R": (
        "codeartifact get-repository-permissions-policy --domain D --domain-owner --repository R"
    ),
    f"arn:aws:codebuild:{PLACE}:project/p": "codebuild get-resource-policy --resource-arn",
    f"arn:aws:comprehend:{PLACE}:document-classifier/c": "comprehend describe-resource-policy --resource-arn",
    f"arn:aws:dsql:{PLACE}:cluster/c": "dsql get-cluster-policy --identifier c",
    f"arn:aws:dynamodb:{PLACE}:table/t": "dynamodb get-resource-policy --resource-arn",
    f"arn:aws:aps:{PLACE}:workspace/ws-1": "amp describe-resource-policy --workspace-id ws-1",
    "arn:aws:billing::111122223333:billingview/v": "billing get-resource-policy --resource-arn",
    f"arn:aws:cleanrooms-ml:{PLACE}:configured-audience-model/m": (
        "cleanroomsml get-configured-audience-model-policy --configured-audience-model-arn"
    ),
    f"arn:aws:codeguru-profiler:{PLACE}:profilingGroup/g": "codeguruprofiler get-policy --profiling-group-name g",
    f"arn:aws:elasticloadbalancing:{PLACE}:truststore/t/1": "elbv2 get-resource-policy --resource-arn",
    f"arn:aws:osis:{PLACE}:pipeline/p": "osis get-resource-policy --resource-arn",
    f"arn:aws:payment-cryptography:{PLACE}:key/k": "payment-cryptography get-resource-policy --resource-arn",
    f"arn:aws:qbusiness:{PLACE}:application/a": "qbusiness get-policy --application-id a",
    f"arn:aws:ecr:{PLACE}:registry": "ecr get-registry-policy",
    f"arn:aws:ecr:{PLACE}:repository/r": "ecr get-repository-policy --repository-name r",
    "arn:aws:ecr-public::111122223333:repository/r": "ecr-public get-repository-policy --repository-name r",
    f"arn:aws:elasticfilesystem:{PLACE}:file-system/f": "efs describe-file-system-policy --file-system-id f",
    f"arn:aws:entityresolution:{PLACE}:idnamespace/n": "entityresolution get-policy --arn",
    f"arn:aws:es:{PLACE}:domain/d": "opensearch describe-domain --domain-name d",
    f"arn:aws:events:{PLACE}:event-bus/b": "events describe-event-bus --name b",
    f"arn:aws:execute-api:{PLACE}:/domainnames/x.example+a1": (
        "apigateway get-domain-name --domain-name x.example --domain-name-id a1"
    ),
    f"arn:aws:glacier:{PLACE}:vaults/v": "glacier get-vault-access-policy --account-id --vault-name v",
    f"arn:aws:glue:{PLACE}:catalog": "glue get-resource-policy",
    f"arn:aws:kafka:{PLACE}:cluster/c/u": "kafka get-cluster-policy --cluster-arn",
    f"arn:aws:kinesis:{PLACE}:stream/s": "kinesis get-resource-policy --resource-arn",
    f"arn:aws:kms:{PLACE}:key/k": "kms get-key-policy --key-id --policy-name default",
    f"arn:aws:lambda:{PLACE}:function:f": "lambda get-policy --function-name",
    f"arn:aws:lambda:{PLACE}:layer:l:3": "lambda get-layer-version-policy --layer-name l --version-number 3",
    f"arn:aws:lex:{PLACE}:bot/b": "lexv2-models describe-resource-policy --resource-arn",
    f"arn:aws:logs:{PLACE}:delivery-destination:d": (
        "logs get-delivery-destination-policy --delivery-destination-name d"
    ),
    f"arn:aws:logs:{PLACE}:destination:d": "logs describe-destinations --destination-name-prefix d",
    f"arn:aws:logs:{PLACE}:log-group:g": "logs describe-resource-policies",
    f"arn:aws:mediapackagev2:{PLACE}:channelGroup/G/channel/C": (
        "mediapackagev2 get-channel-policy --channel-group-name G --channel-name C"
    ),
    f"arn:aws:mediapackagev2:{PLACE}:channelGroup/channel/channel/C/originEndpoint/E": (
        "mediapackagev2 get-origin-endpoint-policy --channel-group-name channel --channel-name C "
        "--origin-endpoint-name E"
    ),
    f"arn:aws:mediatailor:{PLACE}:channel/c": "mediatailor get-channel-policy --channel-name c",
    f"arn:aws:oam:{PLACE}:sink/s": "oam get-sink-policy --sink-identifier",
    "arn:aws:organizations::111122223333:resourcepolicy/o/r": "organizations describe-resource-policy",
    f"arn:aws:redshift:{PLACE}:namespace:n": "redshift get-resource-policy --resource-arn",
    f"arn:aws:redshift-serverless:{PLACE}:snapshot/s": "redshift-serverless get-resource-policy --resource-arn",
    f"arn:aws:refactor-spaces:{PLACE}:environment/e": "migration-hub-refactor-spaces get-resource-policy --identifier",
    f"arn:aws:rekognition:{PLACE}:project/p/1": "rekognition list-project-policies --project-arn",
    f"arn:aws:rum:{PLACE}:appmonitor/m": "rum get-resource-policy --name m",
    "arn:aws:s3:::accesspoint": "s3api get-bucket-policy --bucket accesspoint",
    f"arn:aws:s3:{PLACE}:accesspoint/n": "s3control get-access-point-policy --account-id --name n",
    f"arn:aws:s3-object-lambda:{PLACE}:accesspoint/n": (
        "s3control get-access-point-policy-for-object-lambda --account-id --name n"
    ),
    f"arn:aws:s3-outposts:{PLACE}:outpost/o/accesspoint/n": "s3control get-access-point-policy --account-id --name",
    f"arn:aws:s3-outposts:{PLACE}:outpost/o/bucket/b": "s3control get-bucket-policy --account-id --bucket",
    f"arn:aws:s3express:{PLACE}:accesspoint/n": "s3control get-access-point-policy --account-id --name n",
    f"arn:aws:s3express:{PLACE}:bucket/b": "s3api get-bucket-policy --bucket b",
    f"arn:aws:s3tables:{PLACE}:bucket/b": "s3tables get-table-bucket-policy --table-bucket-arn",
    f"arn:aws:s3vectors:{PLACE}:bucket/b": "s3vectors get-vector-bucket-policy --vector-bucket-arn",
    f"arn:aws:sagemaker:{PLACE}:model-package-group/m": (
        "sagemaker get-model-package-group-policy --model-package-group-name m"
    ),
    f"arn:aws:schemas:{PLACE}:registry/r": "schemas get-resource-policy --registry-name r",
    f"arn:aws:secretsmanager:{PLACE}:secret:s": "secretsmanager get-resource-policy --secret-id",
    f"arn:aws:serverlessrepo:{PLACE}:applications/a": "serverlessrepo get-application-policy --application-id",
    f"arn:aws:ses:{PLACE}:identity/x.example": "sesv2 get-email-identity-policies --email-identity x.example",
    f"arn:aws:signer:{PLACE}:/signing-profiles/p": "signer list-profile-permissions --profile-name p",
    f"arn:aws:sns:{PLACE}:t": "sns get-topic-attributes --topic-arn",
    f"arn:aws:sqs:{PLACE}:q": "sqs get-queue-attributes --attribute-names Policy --queue-url",
    f"arn:aws:ssm:{PLACE}:parameter/a/b": "ssm get-resource-policies --resource-arn",
    f"arn:aws:ssm-contacts:{PLACE}:contact/c": "ssm-contacts get-contact-policy --contact-arn",
    "arn:aws:ssm-incidents::111122223333:response-plan/p": "ssm-incidents get-resource-policies --resource-arn",
    f"arn:aws:vpc-lattice:{PLACE}:service/s": "vpc-lattice get-auth-policy --resource-identifier s",
    f"arn:aws:vpc-lattice:{PLACE}:servicenetwork/n": "vpc-lattice get-auth-policy --resource-identifier n",
}
"""The calls without their `--region` and without the values that are ARNs, account ids or URLs."""

CLI_NAMES = {"s3api": "s3"}
"""Where the AWS CLI calls a service differently than botocore."""

WITHOUT_A_CALL = {"ce", "cloud9", "iot", "mediastore", "vpc-lattice-svcs"}
"""Services with policies that no operation prints; `vpc-lattice-svcs` has no ARNs of its own."""


def short(call: str) -> str:
    words = call.removeprefix("aws ").split()
    plain = [
        word
        for before, word in zip(["", *words], words, strict=False)
        if "--region" not in {before, word}
        and not word.startswith(("arn:", "https:"))
        and not re.fullmatch(r"\d{12}", word)
    ]
    return " ".join(plain)


@pytest.mark.parametrize(("arn", "call"), CALLS.items())
def test_the_call_names_the_resource_as_its_operation_wants_it(arn: str, call: str) -> None:
    assert short(resource_policy_call(arn)) == call


@pytest.mark.parametrize("arn", CALLS)
def test_botocore_knows_the_operation_and_every_parameter_of_the_call(arn: str) -> None:
    service, operation, *options = shlex.split(resource_policy_call(arn))[1:]
    model = botocore.session.get_session().get_service_model(CLI_NAMES.get(service, service))
    name = next(known for known in model.operation_names if xform_name(known, "-") == operation)
    shape = model.operation_model(name).input_shape
    taken = {} if shape is None else {f"--{xform_name(member, '-')}": member for member in shape.members}
    given = {word for word in options if word.startswith("--")} - {"--region"}
    assert given <= taken.keys()
    required = [] if shape is None else shape.required_members
    assert set(required) <= {taken[word] for word in given}


def test_every_service_with_policies_has_a_call_but_those_that_print_none() -> None:
    called = {arn.split(":")[2] for arn in CALLS}
    assert {*WITH_POLICIES} - {"execute-api"} - called == WITHOUT_A_CALL


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3::111122223333:accesspoint/m.mrap",
        f"arn:aws:rekognition:{PLACE}:project/p/version/v/1",
        f"arn:aws:codeartifact:{PLACE}:repository/D",
        f"arn:aws:s3tables:{PLACE}:bucket/b/table/t",
        "arn:aws:dsql::111122223333:cluster/c",
        "no ARN",
    ],
)
def test_no_call_where_the_arn_lacks_what_it_needs(arn: str) -> None:
    assert resource_policy_call(arn) == ""


@pytest.mark.parametrize(
    "resource", ["ecr:eu-west-1:111122223333:repository/r", "events:eu-west-1:111122223333:event-bus/b"]
)
def test_a_resource_that_is_named_without_its_region_is_asked_for_in_it(resource: str) -> None:
    assert "--region eu-west-1" in resource_policy_call(f"arn:aws:{resource}")
