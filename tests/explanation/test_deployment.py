from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from policysim.account.account import Organisation
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.explanation.fixes.candidates import Case
from policysim.explanation.fixes.deployment import can_deploy, command, jq_path
from policysim.explanation.fixes.proposal import propose
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.language.request import Principal, PrincipalKind
from policysim.language.source import Location, Source
from tests.explanation.denied_cases import (
    BUCKET,
    KEY,
    OTHER_ACCOUNT,
    ROLE,
    USER,
    allow,
    attached,
    case,
    document,
    in_force,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.policy_set import AttachedPolicy

IDENTITY, RESOURCE = LayerName.IDENTITY, LayerName.RESOURCE
TEXT = document(allow("s3:GetObject"))
FOR_RESOURCES = document({**allow("s3:GetObject"), "Principal": "*"})
MANAGED = "arn:aws:iam::111122223333:policy/team/readers"
SCP_ARN = "arn:aws:organizations::999999999999:policy/o-acme/service_control_policy/p-12345678"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"

TABLE = [
    (
        attached(TEXT, name="inline", attached_to=ROLE),
        LayerName.IDENTITY,
        "aws iam put-role-policy --role-name app --policy-name inline --policy-document file://inline.json",
    ),
    (
        attached(TEXT, name="inline", attached_to=USER),
        LayerName.IDENTITY,
        "aws iam put-user-policy --user-name ann --policy-name inline --policy-document file://inline.json",
    ),
    (
        attached(TEXT, name="inline", attached_to="arn:aws:iam::111122223333:group/devs"),
        LayerName.IDENTITY,
        "aws iam put-group-policy --group-name devs --policy-name inline --policy-document file://inline.json",
    ),
    (
        attached(TEXT, name="readers", arn=MANAGED),
        LayerName.IDENTITY,
        f"aws iam create-policy-version --policy-arn {MANAGED} --policy-document file://readers.json --set-as-default",
    ),
    (
        attached(TEXT, LayerName.BOUNDARY, name="readers", arn=MANAGED),
        LayerName.BOUNDARY,
        f"aws iam create-policy-version --policy-arn {MANAGED} --policy-document file://readers.json --set-as-default",
    ),
    (
        attached(
            document({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}),
            LayerName.RESOURCE,
            name="trust",
            trust=True,
        ),
        LayerName.RESOURCE,
        "aws iam update-assume-role-policy --role-name app --policy-document file://trust.json",
    ),
    (
        attached(TEXT, LayerName.SCP, name="scp", arn=SCP_ARN, attached_to=None),
        LayerName.SCP,
        "aws organizations update-policy --policy-id p-12345678 --content file://scp.json",
    ),
    (
        attached(TEXT, LayerName.SCP, name="scp", attached_to=None),
        LayerName.SCP,
        "aws organizations update-policy --policy-id POLICY_ID --content file://scp.json",
    ),
    (
        attached(FOR_RESOURCES, LayerName.VPCE, name="endpoint", attached_to="vpce-1"),
        LayerName.VPCE,
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --policy-document file://endpoint.json",
    ),
    (
        attached(FOR_RESOURCES, LayerName.RESOURCE, name="bucket", attached_to=BUCKET),
        LayerName.RESOURCE,
        "aws s3api put-bucket-policy --bucket reports --policy file://bucket.json",
    ),
    (
        attached(FOR_RESOURCES, LayerName.RESOURCE, name="key", attached_to=KEY),
        LayerName.RESOURCE,
        "aws kms put-key-policy --region eu-west-1 --key-id 1234 --policy-name default --policy file://key.json",
    ),
    (
        attached(FOR_RESOURCES, LayerName.RESOURCE, name="queue", attached_to=QUEUE),
        LayerName.RESOURCE,
        (
            "aws sqs set-queue-attributes --region eu-west-1"
            " --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"
            " --attributes \"$(jq -c '{Policy: (. | tojson)}' queue.json)\""
        ),
    ),
    (attached(TEXT, LayerName.SESSION, name="session"), LayerName.SESSION, ""),
]


@pytest.mark.parametrize(("document_in_force", "layer", "expected"), TABLE)
def test_each_kind_of_document_has_its_own_call(
    document_in_force: AttachedPolicy, layer: LayerName, expected: str
) -> None:
    assert command(document_in_force, layer) == expected


def test_a_document_inside_a_bigger_file_is_cut_out_with_jq() -> None:
    source = Source("authorization details.json", "{}")
    location = Location(source, ("RoleDetailList", 3, "RolePolicyList", 0, "PolicyDocument"))
    policy = read_policy({"Version": "2012-10-17", "Statement": allow("s3:*")}, location, PolicyType.IDENTITY)
    built = command(attached(TEXT, name="inline")._replace(policy=policy), LayerName.IDENTITY)
    assert built.endswith(
        "--policy-document \"$(jq -c '.RoleDetailList[3].RolePolicyList[0].PolicyDocument'"
        " 'authorization details.json')\""
    )


def test_a_compressed_file_is_deployed_as_it_is_once_unpacked() -> None:
    location = Location(Source("details.json.gz", "{}"), ("Policies", 0))
    policy = read_policy({"Version": "2012-10-17", "Statement": allow("s3:*")}, location, PolicyType.IDENTITY)
    built = command(attached(TEXT, name="inline")._replace(policy=policy), LayerName.IDENTITY)
    assert built.endswith("\"$(jq -c '.Policies[0]' details.json)\"")


def test_a_document_in_a_string_is_taken_out_of_the_string() -> None:
    text = json.dumps({QUEUE: FOR_RESOURCES, BUCKET: quote(FOR_RESOURCES)})
    location = Location(Source("resource-policies.json", text), ())
    in_string = read_policy(FOR_RESOURCES, location.below(QUEUE), PolicyType.RESOURCE)
    encoded = read_policy(quote(FOR_RESOURCES), location.below(BUCKET), PolicyType.RESOURCE)
    queue = attached(FOR_RESOURCES, LayerName.RESOURCE, attached_to=QUEUE)._replace(policy=in_string)
    bucket = attached(FOR_RESOURCES, LayerName.RESOURCE, attached_to=BUCKET)._replace(policy=encoded)
    assert f"jq -c '{{Policy: .[\"{QUEUE}\"]}}' resource-policies.json" in command(queue, LayerName.RESOURCE)
    assert f"jq -r '.[\"{BUCKET}\"] | @urid' resource-policies.json" in command(bucket, LayerName.RESOURCE)


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ((), "."),
        ((0, "a"), ".[0].a"),
        (("arn:aws:s3:::b",), '.["arn:aws:s3:::b"]'),
        (('with "quotes"',), '.["with \\"quotes\\""]'),
    ],
)
def test_a_path_is_a_jq_program(path: tuple[str | int, ...], program: str) -> None:
    assert jq_path(path) == program


def test_names_are_quoted_for_the_shell() -> None:
    built = command(attached(TEXT, name="it's; rm -rf $HOME"), LayerName.IDENTITY)
    assert "it's; rm -rf $HOME" in shlex.split(built)
    subprocess.run(["bash", "-n", "-c", built], check=True)


def test_a_resource_without_a_row_cannot_be_given_a_policy() -> None:
    assert can_deploy(BUCKET)
    assert not can_deploy("arn:aws:ec2:eu-west-1:111122223333:instance/i-1")


def test_a_queue_in_china_has_an_address_of_its_own() -> None:
    queue = QUEUE.replace("arn:aws:sqs:eu-west-1", "arn:aws-cn:sqs:cn-north-1")
    built = command(attached(FOR_RESOURCES, LayerName.RESOURCE, attached_to=queue), LayerName.RESOURCE)
    assert "--queue-url https://sqs.cn-north-1.amazonaws.com.cn/111122223333/jobs" in built


FUNCTION = f"arn:aws:lambda:eu-west-1:{OTHER_ACCOUNT}:function:rates"


def function_case(*statements: Mapping[str, object]) -> Case:
    policy = attached(document(*statements), RESOURCE, name="function", attached_to=FUNCTION)
    asked = request("lambda:InvokeFunction", FUNCTION, owner=OTHER_ACCOUNT)
    return case(asked, in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: policy}))


def test_s27_a_function_gets_one_more_permission() -> None:
    other = allow("lambda:InvokeFunction", FUNCTION, Sid="Other", Principal={"AWS": f"{ROLE}-other"})
    found = {fix.kind: fix for fix in propose(function_case(other)).fixes}
    assert found["add-statement"].command == (
        f"aws lambda add-permission --region eu-west-1 --function-name {FUNCTION}"
        " --statement-id allow-lambda-InvokeFunction-111122223333-app --action lambda:InvokeFunction"
        f" --principal {ROLE}"
    )
    assert found["add-principal"].command == found["add-statement"].command, "one permission has one principal"


def test_s27_s30_one_more_source_of_a_function_is_a_permission_of_its_own() -> None:
    rule = f"arn:aws:events:eu-west-1:{OTHER_ACCOUNT}:rule/"
    from_one = allow(
        "lambda:InvokeFunction",
        FUNCTION,
        Sid="FromRule",
        Principal={"Service": "events.amazonaws.com"},
        Condition={"ArnLike": {"aws:SourceArn": f"{rule}day"}},
    )
    asked = replace(
        request("lambda:InvokeFunction", FUNCTION, owner=OTHER_ACCOUNT, context={"aws:SourceArn": f"{rule}night"}),
        principal=Principal(kind=PrincipalKind.SERVICE, service="events.amazonaws.com", account=None),
    )
    policy = attached(document(from_one), RESOURCE, name="function", attached_to=FUNCTION)
    found = {fix.kind: fix.command for fix in propose(case(asked, in_force({RESOURCE: policy}))).fixes}
    assert found["add-condition-value"] == (
        f"aws lambda add-permission --region eu-west-1 --function-name {FUNCTION}"
        " --statement-id allow-lambda-InvokeFunction-events-amazonaws-com-night --action lambda:InvokeFunction"
        f" --principal events.amazonaws.com --source-arn {rule}night"
    )


def test_s27_what_no_permission_can_say_has_no_call_and_says_so() -> None:
    theirs = allow(
        "lambda:InvokeFunction",
        FUNCTION,
        Principal={"AWS": f"{ROLE}-other"},
        Condition={"Bool": {"aws:SecureTransport": "true"}},
    )
    policy = attached(document(theirs), RESOURCE, name="function", attached_to=FUNCTION)
    asked = request("lambda:InvokeFunction", FUNCTION, owner=OTHER_ACCOUNT, context={"aws:SecureTransport": "true"})
    policies = in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: policy})
    added = next(fix for fix in propose(case(asked, policies)).fixes if fix.kind == "add-principal")
    assert not added.command
    assert "one by one" in added.warning


def test_s27_a_permission_is_replaced_where_its_action_was_misspelt() -> None:
    slip = allow(
        "lambda:InvokeFunctoin",
        FUNCTION,
        Sid="Rates",
        Principal={"AWS": ROLE},
        Condition={"StringEquals": {"aws:PrincipalOrgID": "o-acme"}},
    )
    asked = request("lambda:InvokeFunction", FUNCTION, owner=OTHER_ACCOUNT, context={"aws:PrincipalOrgID": "o-acme"})
    policy = attached(document(slip), RESOURCE, name="function", attached_to=FUNCTION)
    policies = in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: policy})
    decision = decide(asked, policies, CATALOGUE, trace=True)
    found = propose(Case(asked, policies, decision, Organisation(accounts={}), CATALOGUE)).fixes
    assert next(fix for fix in found if fix.kind == "correct-value").command == (
        f"aws lambda remove-permission --region eu-west-1 --function-name {FUNCTION} --statement-id Rates"
        f" && aws lambda add-permission --region eu-west-1 --function-name {FUNCTION} --statement-id Rates"
        f" --action lambda:InvokeFunction --principal {ROLE} --principal-org-id o-acme"
    )


def test_the_policy_of_a_parameter_is_replaced_by_its_id_and_of_a_catalog_as_a_whole() -> None:
    parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/rates"
    policy = attached(FOR_RESOURCES, LayerName.RESOURCE, name="rates", attached_to=parameter)
    call = f"aws ssm put-resource-policy --region eu-west-1 --resource-arn {parameter} --policy file://rates.json"
    assert command(policy, LayerName.RESOURCE, new=True) == call
    assert command(policy, LayerName.RESOURCE) == f"{call} --policy-id POLICY_ID --policy-hash POLICY_HASH"
    catalog = attached(
        FOR_RESOURCES, LayerName.RESOURCE, name="glue", attached_to="arn:aws:glue:eu-west-1:111122223333:catalog"
    )
    assert command(catalog, LayerName.RESOURCE) == (
        "aws glue put-resource-policy --region eu-west-1 --policy-in-json file://glue.json"
    )
