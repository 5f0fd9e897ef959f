"""Resource types: every form of ARN, which ones an action works on, and references that lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog import actions, resource_types
from policysim.catalog.arn_forms import FURTHER_ARN_FORMS, RESOURCES_BEYOND_THE_REFERENCE
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.service_records import records
from policysim.catalog.templates import as_wildcards, fits

if TYPE_CHECKING:
    from policysim.catalog.resource_types import CatalogResourceType

HERE = "eu-west-1:111122223333"
DANGLING: frozenset[tuple[str, str]] = frozenset()
"""The references, as service and type, that name no type in the release that the tests are pinned to."""


def resource_type(service: str, name: str) -> CatalogResourceType:
    found = CATALOGUE.resource_type(service, name)
    assert found is not None
    return found


def test_a_resource_type_is_found_in_any_case() -> None:
    found = resource_type("S3", "BUCKET")
    assert found.name == "bucket"
    assert found.arn_patterns == ("arn:${Partition}:s3:::${BucketName}",)
    assert found.wildcards == ("arn:*:s3:::*",)
    assert "s3:BucketTag/${TagKey}" in found.condition_keys


@pytest.mark.parametrize(("service", "name"), [("s3", "nothing"), ("brandnew", "thing"), ("../s3", "bucket")])
def test_a_resource_type_that_is_not_listed_is_not_known(service: str, name: str) -> None:
    assert CATALOGUE.resource_type(service, name) is None


def test_several_arns_in_one_text_are_several_forms() -> None:
    assert resource_type("lex", "bot").arn_patterns == (
        "arn:${Partition}:lex:${Region}:${Account}:bot/${BotId}",
        "arn:${Partition}:lex:${Region}:${Account}:bot:${BotName}",
    )
    every = [one for service in CATALOGUE.services() for one in CATALOGUE.resource_types_of(service)]
    assert len(every) > 2_200
    forms = [form for one in every for form in one.arn_patterns]
    assert all(form.startswith("arn:${Partition}:") and "," not in form and " " not in form for form in forms)


@pytest.mark.parametrize(
    ("service", "name", "arn"),
    [
        ("s3", "object", "arn:aws:s3:::data/a/b:c.txt"),
        ("s3", "accesspoint", f"arn:aws:s3:{HERE}:accesspoint/ap"),
        ("s3", "accesspoint", "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"),
        ("s3", "accesspointobject", f"arn:aws:s3:{HERE}:accesspoint/ap/object/a/b.txt"),
        ("s3", "accesspointobject", "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap/object/a"),
        ("s3-outposts", "object", f"arn:aws:s3-outposts:{HERE}:outpost/op-1/accesspoint/ap/object/a"),
        ("logs", "log-group", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/app"),
        ("logs", "log-group", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/app:*"),
        ("logs", "log-stream", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/app:log-stream:a/[1]b"),
        ("lambda", "function", f"arn:aws:lambda:{HERE}:function:app"),
        ("lambda", "function", f"arn:aws:lambda:{HERE}:function:app:live"),
        ("lambda", "function", f"arn:aws:lambda:{HERE}:function:app:$LATEST"),
        ("states", "statemachine", f"arn:aws:states:{HERE}:stateMachine:flow:prod"),
        ("ecs", "service", f"arn:aws:ecs:{HERE}:service/web"),
        ("ecs", "service", f"arn:aws:ecs:{HERE}:service/blue/web"),
        ("ecs", "task", f"arn:aws:ecs:{HERE}:task/1dc5c17a"),
        ("ssm", "document", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"),
        ("ssm", "document", f"arn:aws:ssm:{HERE}:document/Mine"),
        ("iam", "role", "arn:aws:iam::111122223333:role/service-role/app"),
        ("iam", "policy", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("kms", "key", f"arn:aws-us-gov:kms:{HERE}:key/mrk-1234"),
        ("ec2", "image", "arn:aws:ec2:eu-west-1::image/ami-1"),
        ("secretsmanager", "Secret", f"arn:aws:secretsmanager:{HERE}:secret:a/b-AbCdEf"),
        ("dynamodb", "index", f"arn:aws:dynamodb:{HERE}:table/t/index/i"),
        ("opsworks-cm", "backup", "arn:aws:opsworks-cm::111122223333:backup/server-20260101"),
    ],
)
def test_r4_an_arn_has_a_form_of_its_type(service: str, name: str, arn: str) -> None:
    assert resource_type(service, name).fits(arn)


@pytest.mark.parametrize(
    ("service", "name", "arn"),
    [
        ("s3", "bucket", "arn:aws:s3:::data/x"),
        ("s3", "bucket", "arn:aws:s3:::"),
        ("s3", "object", "arn:aws:s3:::data"),
        ("s3", "accesspoint", f"arn:aws:s3:{HERE}:accesspoint/ap/object/a"),
        ("logs", "log-group", f"arn:aws:logs:{HERE}:log-group:app:log-stream:a"),
        ("lambda", "function", f"arn:aws:lambda:{HERE}:function:"),
        ("sqs", "queue", f"arn:aws:sns:{HERE}:orders"),
        ("kms", "key", "arn:aws:kms:eu-west-1::key/1234"),
        ("iam", "role", "arn:aws:iam::111122223333:user/app"),
        ("iam", "role", "*"),
    ],
)
def test_r4_an_arn_of_something_else_has_not(service: str, name: str, arn: str) -> None:
    assert not resource_type(service, name).fits(arn)


@pytest.mark.parametrize(
    ("action", "arn", "answer"),
    [
        ("s3:GetObject", "arn:aws:s3:::data/x", True),
        ("S3:getobject", "arn:aws:s3:::data/x", True),
        ("s3:GetObject", "arn:aws:s3:::data", False),
        ("s3:ListBucket", "arn:aws:s3:::data", True),
        ("s3:ListBucket", "arn:aws:s3:::data/x", False),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::data", False),
        ("sqs:SendMessage", f"arn:aws:sqs:{HERE}:orders", True),
        ("sqs:SendMessage", f"arn:aws:sns:{HERE}:orders", False),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:app:live", True),
        ("ssmmessages:OpenDataChannel", f"arn:aws:ssm:{HERE}:session/AIDA-1", True),
        ("logs:DescribeLogGroups", f"arn:aws:logs:{HERE}:log-group::log-stream:", True),
        ("brandnew:Do", f"arn:aws:brandnew:{HERE}:thing", None),
        ("elasticloadbalancing:AddTags", f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/t/1", None),
        ("ses:SendEmail", f"arn:aws:ses:{HERE}:identity/example.com", True),
    ],
)
def test_r16_an_action_works_on_the_types_that_it_lists_and_no_other(
    action: str, arn: str, answer: bool | None
) -> None:
    assert CATALOGUE.works_on(action, arn) is answer


def test_r15_optional_resource_types_are_told_from_required_ones() -> None:
    found = CATALOGUE.action("ec2:RunInstances")
    assert found is not None
    required = dict(found.resource_types)
    assert required["instance"] is required["image"] is required["subnet"] is True
    assert required["key-pair"] is required["snapshot"] is required["launch-template"] is False


@pytest.mark.parametrize(
    ("action", "without"),
    [
        ("sms-voice:DeleteConfigurationSet", None),
        ("sms-voice:SendVoiceMessage", None),
        ("elasticloadbalancing:DescribeLoadBalancers", True),
        ("elasticloadbalancing:CreateListener", False),
    ],
)
def test_r2_an_action_of_two_versions_of_a_service_may_take_a_resource(action: str, without: bool | None) -> None:
    assert CATALOGUE.takes_no_resource(action) is without


@pytest.mark.parametrize(("action", "without"), [("s3:ListAllMyBuckets", True), ("s3:ListBucket", False)])
def test_r3_listing_all_buckets_takes_no_resource(action: str, without: bool) -> None:
    assert CATALOGUE.takes_no_resource(action) is without


def test_references_that_name_no_type_do_not_grow() -> None:
    found = {
        (service, row["name"])
        for service in CATALOGUE.services()
        for record in records("actions", service).values()
        for row in record["resourceTypes"]
        if CATALOGUE.resource_type(service, row["name"]) is None
    }
    assert found <= DANGLING


def test_a_reference_that_names_no_type_is_answered_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    record: dict[str, Any] = {"resourceTypes": [{"name": "bucket"}, {"name": "gone"}]}
    monkeypatch.setattr(resource_types, "record_of", lambda _: record)
    assert CATALOGUE.works_on("s3:Whatever", "arn:aws:s3:::data") is True
    assert CATALOGUE.works_on("s3:Whatever", f"arn:aws:sqs:{HERE}:orders") is None


def test_our_own_forms_are_of_types_that_the_catalogue_has_and_add_something() -> None:
    for (service, name), forms in FURTHER_ARN_FORMS.items():
        patterns = resource_type(service, name).arn_patterns
        assert patterns[-len(forms) :] == forms
        assert len(patterns) > len(forms)


def test_our_own_resources_are_of_actions_without_types_in_the_reference() -> None:
    for action in RESOURCES_BEYOND_THE_REFERENCE:
        record = actions.record_of(action)
        assert record is not None
        assert record["resourceTypes"] == [], f"{action} has types now: the row can go"


@pytest.mark.parametrize(
    ("template", "text", "answer"),
    [
        ("svc:Tag/${TagKey}", "svc:tag/x", False),
        ("svc:tag/${TagKey}", "svc:tag/x/y:z", True),
        ("svc:tag/<key>", "svc:tag/", False),
        ("svc:a.${name}.b", "svc:a.x.b", True),
        ("svc:a.${name}.b", "svc:aXx.b", False),
        ("svc:plain", "svc:plain", True),
        ("svc:plain", "svc:plainer", False),
        ("arn:${Partition}:svc:::a/*", "arn:aws:svc:::a/x\n", True),
        ("arn:${Partition}:svc:${Region}:${Account}:x", "arn:aws:svc:a:b:c:x", False),
    ],
)
def test_a_template_stands_for_the_texts_with_something_in_each_place(template: str, text: str, answer: bool) -> None:
    assert fits(template, text) is answer


def test_placeholders_of_every_style_become_wildcards() -> None:
    assert as_wildcards("arn:${Partition}:svc:*:${Account}:a/<key>-{Date}") == "arn:*:svc:*:*:a/*-*"
