"""Condition keys that the parameters of a request prove: tags in every shape, and the keys of single services."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.catalog.same_named_keys import SAME_NAMED_KEYS
from policysim.cloudtrail.request_keys import PARAMETER_KEYS
from policysim.cloudtrail.requests import call_from_event
from policysim.cloudtrail.service_keys import EC2_ID_KEYS
from policysim.language.request import ABSENT, ContextValue, RequestContext
from tests.cloudtrail.records import ACCOUNT, ROLE, call, event, key

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
BLUE = [{"key": "Team", "value": "blue"}]
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:a-AbCdEf"
CLUSTER = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster"


def asked(source: str, name: str, parameters: Any, resource: str = "", **fields: Any) -> RequestContext:
    """The context of the first request of a call, or of the one on a resource."""
    record = event(eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, **fields)
    found = call_from_event(record, takes_no_resource=CATALOGUE.takes_no_resource)
    return next(each.request.context for each in found.requests if each.request.resource.arn.endswith(resource))


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"tags": [{"tagKey": "Team", "tagValue": "blue"}]}, ("Team",)),
        ({"tags": {"items": BLUE}}, ("Team",)),
        ({"tagList": BLUE}, ("Team",)),
        ({"tagsList": BLUE, "tagKeys": ["Env"]}, ("Team", "Env")),
        ({"addTags": [{"Key": "Team", "Value": "blue"}], "removeTagKeys": ["Env"]}, ("Team", "Env")),
        ({"Tagging": {"TagSet": {"Tag": {"Key": "Team", "Value": "blue"}}}}, ("Team",)),
        ({"Tagging": {"TagSet": {"Tag": [{"Key": "Team", "Value": "blue"}]}}}, ("Team",)),
    ],
)
def test_c58_tags_in_every_shape_that_records_have(parameters: dict[str, Any], names: tuple[str, ...]) -> None:
    context = asked("kms", "CreateKey", parameters)
    assert context.get("aws:RequestTag/Team") == ("blue",)
    assert context.get("aws:TagKeys") == names
    assert context.get("aws:RequestTag/Other") is ABSENT


def test_c58_ec2_shows_tags_in_a_newer_form_and_spells_their_values_anew() -> None:
    tags = [{"Key": "Team", "Value": True}, {"Key": "Env", "Value": "p"}]
    specification = {"ResourceType": "natgateway", "Tag": tags}
    parameters = {"CreateNatGatewayRequest": {"SubnetId": "subnet-0abc1234", "TagSpecification": specification}}
    context = asked("ec2", "CreateNatGateway", parameters, "natgateway/*")
    assert context.get("aws:TagKeys") == ("Team", "Env")
    assert context.get("aws:RequestTag/Env") == ("p",)
    assert context.get("aws:RequestTag/Team") is None
    assert context.get("aws:RequestTag/Other") is None


def test_c58_that_no_tag_is_passed_is_proved_where_records_show_them() -> None:
    without = asked("ec2", "RunInstances", {"instanceType": "m7i.large"}, "instance/*")
    assert without.get("aws:RequestTag/Team") is ABSENT
    assert without.get("aws:TagKeys") is ABSENT
    assert asked("iam", "CreateRole", {"roleName": "web"}).get("aws:RequestTag/Team") is ABSENT
    assert asked("kms", "CreateKey", {"description": "x"}).get("aws:RequestTag/Team") is None
    assert asked("ec2", "DescribeVpcs", {"vpcSet": {}}).get("aws:RequestTag/Team") is None


@pytest.mark.parametrize("tags", [[{"key": HIDDEN, "value": HIDDEN}], HIDDEN])
def test_c58_hidden_tags_prove_nothing(tags: object) -> None:
    context = asked("iam", "CreateRole", {"roleName": "web", "tags": tags})
    assert context.get("aws:RequestTag/Team") is None
    assert context.get("aws:TagKeys") is None


def test_c58_a_role_that_is_passed_is_not_given_the_tags_of_the_call() -> None:
    parameters = {"functionName": "f", "role": ROLE, "tags": {"Team": "blue"}}
    found = call(eventSource="lambda.amazonaws.com", eventName="CreateFunction20150331", requestParameters=parameters)
    tags = {each.request.action: each.request.context.get("aws:RequestTag/Team") for each in found.requests}
    assert tags["lambda:CreateFunction"] == ("blue",)
    assert tags["iam:PassRole"] is None


def test_c59_the_tags_of_an_object() -> None:
    context = asked("s3", "PutObject", {"bucketName": "data", "key": "a", "x-amz-tagging": "Team=blue%2Fgreen&Env="})
    assert context.get("s3:RequestObjectTag/Team") == ("blue/green",)
    assert context.get("s3:RequestObjectTag/Env") == ("",)
    assert context.get("s3:RequestObjectTagKeys") == ("Team", "Env")
    assert context.get("aws:RequestTag/Team") is None
    tagging = {"TagSet": {"Tag": [{"Key": "Team", "Value": "blue"}, {"Key": "N", "Value": 5}]}}
    context = asked("s3", "PutObjectTagging", {"bucketName": "data", "key": "a", "Tagging": tagging})
    assert context.get("s3:RequestObjectTag/Team") == ("blue",)
    assert context.get("s3:RequestObjectTag/N") is None
    assert context.get("s3:RequestObjectTagKeys") == ("Team", "N")
    hidden = asked("s3", "PutObject", {"bucketName": "data", "key": "a", "x-amz-tagging": HIDDEN})
    assert hidden.get("s3:RequestObjectTagKeys") is None


def test_c58_rds_has_keys_of_its_own_for_the_tags_of_a_request() -> None:
    context = asked("rds", "CreateDBInstance", {"dBInstanceIdentifier": "orders", "tags": BLUE})
    assert context.get("rds:req-tag/Team") == context.get("aws:RequestTag/Team") == ("blue",)
    assert context.get("rds:req-tag/Other") is ABSENT


KEYS: list[tuple[str, str, dict[str, Any], str, ContextValue | None]] = [
    ("sns", "Subscribe", {"topicArn": TOPIC, "protocol": "email"}, "sns:Protocol", ("email",)),
    ("sns", "Subscribe", {"topicArn": TOPIC, "endpoint": "a@example.com"}, "sns:Endpoint", ("a@example.com",)),
    ("sns", "Subscribe", {"topicArn": TOPIC, "protocol": HIDDEN}, "sns:Protocol", None),
    ("cloudformation", "CreateStack", {"stackName": "s", "templateURL": "u"}, "cloudformation:TemplateUrl", ("u",)),
    ("cloudformation", "CreateStack", {"stackName": "s", "roleARN": ROLE}, "cloudformation:RoleArn", (ROLE,)),
    ("cloudformation", "CreateStack", {"stackName": "s", "roleARN": "d"}, "cloudformation:RoleArn", None),
    ("secretsmanager", "GetSecretValue", {"secretId": SECRET}, "secretsmanager:SecretId", (SECRET,)),
    (
        "secretsmanager",
        "GetSecretValue",
        {"secretId": SECRET, "versionStage": "AWSPENDING"},
        "secretsmanager:VersionStage",
        ("AWSPENDING",),
    ),
    ("rds", "CreateDBInstance", {"dBInstanceIdentifier": "o", "engine": "mysql"}, "rds:DatabaseEngine", ("mysql",)),
    ("rds", "CreateDBInstance", {"dBInstanceIdentifier": "o", "dBInstanceClass": "x"}, "rds:DatabaseClass", ("x",)),
    (
        "rds",
        "CreateDBInstance",
        {"dBInstanceIdentifier": "o", "storageEncrypted": False},
        "rds:StorageEncrypted",
        ("false",),
    ),
    ("rds", "ModifyDBInstance", {"dBInstanceIdentifier": "o", "multiAZ": True}, "rds:MultiAz", None),
    ("kms", "CreateKey", {"keySpec": "RSA_2048"}, "kms:KeySpec", ("RSA_2048",)),
    ("kms", "GenerateDataKey", {"keyId": "k1", "keySpec": "AES_256"}, "kms:KeySpec", None),
    ("dynamodb", "Query", {"tableName": "t", "select": "COUNT"}, "dynamodb:Select", ("COUNT",)),
    ("dynamodb", "Query", {"tableName": "t"}, "dynamodb:LeadingKeys", None),
    ("ssm", "PutParameter", {"name": "/a", "overwrite": True}, "ssm:Overwrite", ("true",)),
    ("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "*"}, "lambda:Principal", ("*",)),
    (
        "lambda",
        "CreateFunction20150331",
        {"functionName": "f", "vpcConfig": {"subnetIds": ["subnet-1"]}},
        "lambda:SubnetIds",
        ("subnet-1",),
    ),
    ("iam", "AttachRolePolicy", {"roleName": "r", "policyArn": ROLE}, "iam:PolicyARN", (ROLE,)),
    ("iam", "CreateRole", {"roleName": "r"}, "iam:PermissionsBoundary", ABSENT),
    ("iam", "CreateRole", {"roleName": "r", "permissionsBoundary": ROLE}, "iam:PermissionsBoundary", (ROLE,)),
    ("iam", "AttachRolePolicy", {"roleName": "r"}, "iam:PermissionsBoundary", None),
    ("s3", "PutObject", {"bucketName": "b", "key": "k", "x-amz-grant-read": "id=1"}, "s3:x-amz-grant-read", ("id=1",)),
    ("s3", "ListObjectsV2", {"bucketName": "b"}, "s3:max-keys", ABSENT),
    ("ec2", "CreateVolume", {"size": "8", "volumeType": "gp3"}, "ec2:VolumeSize", ("8",)),
    ("ec2", "CreateVolume", {"size": "8", "volumeType": "gp3"}, "ec2:VolumeType", ("gp3",)),
    ("ec2", "CreateVolume", {"size": "8", "encrypted": False}, "ec2:Encrypted", None),  # the account may encrypt
    ("ec2", "DescribeVpcs", {"vpcSet": {}}, "ec2:Region", ("eu-west-1",)),
    ("ec2", "DeleteVpc", {"vpcId": "vpc-0abc1234"}, "ec2:VpcID", ("vpc-0abc1234",)),
    ("ecs", "UpdateService", {"service": "web", "cluster": "prod"}, "ecs:cluster", (f"{CLUSTER}/prod",)),
    ("ecs", "UpdateService", {"service": "web"}, "ecs:cluster", (f"{CLUSTER}/default",)),
    ("ecs", "StopTask", {"task": "t", "cluster": f"{CLUSTER}/c"}, "ecs:cluster", (f"{CLUSTER}/c",)),
]


@pytest.mark.parametrize(("source", "name", "parameters", "key_name", "values"), KEYS)
def test_c66_keys_of_services_whose_values_stand_in_the_parameters(
    source: str, name: str, parameters: dict[str, Any], key_name: str, values: ContextValue | None
) -> None:
    assert asked(source, name, parameters).get(key_name) == values


def test_r14_the_tenancy_is_a_key_of_the_instance_alone() -> None:
    parameters = {"placement": {"tenancy": "dedicated"}, "subnetId": "subnet-0abc1234"}
    assert asked("ec2", "RunInstances", parameters, "instance/*").get("ec2:Tenancy") == ("dedicated",)
    assert asked("ec2", "RunInstances", parameters, "subnet-0abc1234").get("ec2:Tenancy") is None
    assert asked("ec2", "RunInstances", parameters, "subnet-0abc1234").get("ec2:SubnetID") == ("subnet-0abc1234",)


def test_c66_how_a_request_to_s3_was_signed() -> None:
    signed = {"SignatureVersion": "SigV4", "AuthenticationMethod": "QueryString"}
    assert key("s3:signatureversion", additionalEventData=signed) == ("AWS4-HMAC-SHA256",)
    assert key("s3:authType", additionalEventData=signed) == ("REST-QUERY-STRING",)
    assert key("s3:authType", additionalEventData={"AuthenticationMethod": 3}) is None
    assert key("s3:authType", additionalEventData="odd") is None


def test_c53_the_owner_of_the_endpoint_is_known_where_the_service_tells() -> None:
    through: dict[str, Any] = {"vpcEndpointId": "vpce-1", "vpcEndpointAccountId": "444455556666"}
    assert key("aws:VpceAccount", **through) == ("444455556666",)
    queue = {"queueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/q"}
    assert asked("sqs", "SendMessage", queue, **through).get("aws:VpceAccount") is None


def test_s24_a_part_of_an_encryption_context_may_be_hidden() -> None:
    context = asked("kms", "Decrypt", {"keyId": "k1", "encryptionContext": {"A": HIDDEN, "B": "b"}})
    assert context.get("kms:EncryptionContext:A") is None
    assert context.get("kms:EncryptionContext:B") == ("b",)
    assert context.get("kms:EncryptionContextKeys") == ("A", "B")


@pytest.mark.parametrize(
    ("source", "name", "service"),
    [("s3", "PutBucketReplication", "s3"), ("events", "PutRule", "events"), ("ec2", "CreateFlowLogs", "vpc-flow-logs")],
)
def test_s9_c64_where_a_role_is_passed_to(source: str, name: str, service: str) -> None:
    message = f"User: {ROLE} is not authorized to perform: iam:PassRole on resource: {ROLE}"
    assert asked(source, name, {"roleArn": ROLE}, errorMessage=message).get("iam:PassedToService") == (
        f"{service}.amazonaws.com",
    )


def test_every_key_of_the_tables_is_one_that_there_is() -> None:
    for row in SAME_NAMED_KEYS:
        listed = {each.name.lower() for each in CATALOGUE.condition_keys_of_service(row.service)}
        assert {f"{row.service}:{name}".lower() for name in row.keys} <= listed
    for parameter in PARAMETER_KEYS:
        assert CATALOGUE.knows_key(parameter.key) or parameter.key == "kms:GrantId"
    assert all(CATALOGUE.knows_key(each) for each in EC2_ID_KEYS.values())


MODEL = "foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        (f"arn:aws:bedrock:eu-central-1::{MODEL}", "eu-central-1"),
        (f"arn:aws:bedrock:::{MODEL}", "unspecified"),
        (f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:inference-profile/eu.anthropic.claude-sonnet-4", "eu-west-1"),
    ],
)
def test_c66_inference_across_regions_is_asked_for_in_the_region_of_the_model(resource: str, region: str) -> None:
    message = f"User: {ROLE} is not authorized to perform: bedrock:InvokeModel on resource: {resource}"
    found = asked("bedrock", "InvokeModel", {"modelId": "eu.anthropic.claude-sonnet-4"}, resource, errorMessage=message)
    assert found.get("aws:RequestedRegion") == (region,)


BUS = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/central"


def put_events(*entries: dict[str, str]) -> RequestContext:
    message = f"User: {ROLE} is not authorized to perform: events:PutEvents on resource: {BUS}"
    return asked("events", "PutEvents", {"entries": list(entries)}, BUS, errorMessage=message)


def test_c66_what_all_events_of_a_call_have_in_common_is_a_key() -> None:
    one, other = {"source": "shop.orders", "detailType": "Placed"}, {"source": "shop.orders", "detailType": "Paid"}
    assert put_events(one).get("events:detail-type") == ("Placed",)
    assert put_events(one, other).get("events:source") == ("shop.orders",)
    assert put_events(one, other).get("events:detail-type") is None
    assert put_events(one, {"detailType": "Placed"}).get("events:source") is None


def record_changes(*names: str) -> RequestContext:
    changes = [{"action": "CREATE", "resourceRecordSet": {"name": name, "type": "CNAME"}} for name in names]
    batch = {"hostedZoneId": "Z0123456789ABCDEFGHIJ", "changeBatch": {"changes": changes}}
    return asked("route53", "ChangeResourceRecordSets", batch, "hostedzone/Z0123456789ABCDEFGHIJ")


def test_c66_the_changes_of_records_are_keys_in_the_form_that_route_53_compares() -> None:
    found = record_changes("App.Shop.example.com.", "www.example.com")
    names = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    assert found.get(names) == ("app.shop.example.com", "www.example.com")
    assert found.get("route53:ChangeResourceRecordSetsRecordTypes") == ("CNAME",)
    assert found.get("route53:ChangeResourceRecordSetsActions") == ("CREATE",)
    assert record_changes("app.example.com", "*.example.com").get(names) is None
