"""Policies that count together: of a table and its bucket, of a repository and its registry."""

from __future__ import annotations

import pytest

from policysim.account.account import Account, CollectionGap
from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies
from policysim.language.policy_types import PolicyType
from tests.account_folders import ACCOUNT, account, allow, organisation, policy, request

TABLE_BUCKET = f"arn:aws:s3tables:eu-west-1:{ACCOUNT}:bucket/lake"
TABLE = f"{TABLE_BUCKET}/table/0f1e"
REPOSITORY = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/app"
REGISTRY = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:registry"
PAIRS = pytest.mark.parametrize(
    ("action", "resource", "beside"),
    [("s3tables:GetTable", TABLE, TABLE_BUCKET), ("ecr:BatchGetImage", REPOSITORY, REGISTRY)],
)


def document(arn: str, **more: str) -> AttachedPolicy:
    text = allow("*", Principal="*")
    text["Statement"][0] |= more
    return AttachedPolicy(arn, policy(text, PolicyType.RESOURCE), None, arn)


def met(action: str, resource: str, owner: Account) -> LayerPolicies | None:
    return situate(request(action=action, resource=resource), organisation(owner)).policies.get(LayerName.RESOURCE)


@PAIRS
def test_both_policies_are_met(action: str, resource: str, beside: str) -> None:
    listed = {resource: document(resource), beside: document(beside)}
    layer = met(action, resource, account(resource_policies=listed))
    assert layer is not None
    assert ([one.name for one in layer.policies], layer.gaps) == ([resource, beside], ())


@PAIRS
def test_a_deny_of_the_one_ends_what_the_other_allows(action: str, resource: str, beside: str) -> None:
    listed = {resource: document(resource), beside: document(beside, Effect="Deny")}
    situation = situate(request(action=action, resource=resource), organisation(account(resource_policies=listed)))
    assert decide(situation.request, situation.policies, CATALOGUE).effect is Effect.EXPLICIT_DENY


@PAIRS
def test_one_without_a_policy_leaves_the_other(action: str, resource: str, beside: str) -> None:
    layer = met(action, resource, account(resource_policies={resource: document(resource), beside: None}))
    assert layer is not None
    assert ([one.name for one in layer.policies], layer.gaps) == ([resource], ())


@PAIRS
def test_one_that_was_refused_is_a_gap(action: str, resource: str, beside: str) -> None:
    refused = (CollectionGap(beside, "any:Get", "AccessDenied"),)
    layer = met(action, resource, account(resource_policies={resource: document(resource)}, gaps=refused))
    assert layer is not None
    assert ["AccessDenied" in gap.sentence for gap in layer.gaps] == [True]


def test_the_policy_of_a_bucket_that_was_not_collected_leaves_a_request_on_its_table_open() -> None:
    layer = met("s3tables:GetTable", TABLE, account(resource_policies={TABLE: document(TABLE)}))
    assert layer is not None
    assert [TABLE_BUCKET in gap.sentence for gap in layer.gaps] == [True]


def test_a_table_without_a_policy_of_its_own_stands_under_that_of_its_bucket_once() -> None:
    layer = met("s3tables:GetTable", TABLE, account(resource_policies={TABLE_BUCKET: document(TABLE_BUCKET)}))
    assert layer is not None
    assert ([one.name for one in layer.policies], layer.gaps) == ([TABLE_BUCKET], ())


def test_a_registry_that_nobody_listed_adds_nothing() -> None:
    layer = met("ecr:BatchGetImage", REPOSITORY, account(resource_policies={REPOSITORY: document(REPOSITORY)}))
    assert layer is not None
    assert ([one.name for one in layer.policies], layer.gaps) == ([REPOSITORY], ())


BESIDE_A_GAP = pytest.mark.parametrize(
    "gap",
    [
        CollectionGap(TABLE, "s3tables:GetTablePolicy", "ForbiddenException"),
        CollectionGap(TABLE_BUCKET, "s3tables:ListTables", "ForbiddenException"),
        CollectionGap("policies of table buckets and tables of eu-west-1", "s3tables:ListTables", "ReadTimeout"),
    ],
)


@BESIDE_A_GAP
def test_a_table_that_a_snapshot_could_not_look_at_may_have_a_policy_beside_that_of_its_bucket(
    gap: CollectionGap,
) -> None:
    listed = {TABLE_BUCKET: document(TABLE_BUCKET)}
    layer = met("s3tables:GetTable", TABLE, account(resource_policies=listed, gaps=(gap,), by_service=True))
    assert layer is not None
    assert [TABLE in one.sentence for one in layer.gaps] == [True]


def test_a_table_whose_policy_was_refused_is_a_gap_in_any_folder() -> None:
    refused = (CollectionGap(TABLE, "s3tables:GetTablePolicy", "ForbiddenException"),)
    layer = met("s3tables:GetTable", TABLE, account(resource_policies={TABLE_BUCKET: None}, gaps=refused))
    assert layer is not None
    assert ["ForbiddenException" in gap.sentence for gap in layer.gaps] == [True]


def test_a_table_of_which_a_snapshot_knows_that_it_has_no_policy_stands_under_its_bucket_alone() -> None:
    listed = {TABLE_BUCKET: document(TABLE_BUCKET), TABLE: None}
    layer = met("s3tables:GetTable", TABLE, account(resource_policies=listed, by_service=True))
    assert layer is not None
    assert ([one.name for one in layer.policies], layer.gaps) == ([TABLE_BUCKET], ())


@pytest.mark.parametrize("own", [document(REPOSITORY), None])
def test_a_registry_that_a_snapshot_could_not_look_at_is_a_gap(own: AttachedPolicy | None) -> None:
    unread = (CollectionGap("policy of the ECR registry of eu-west-1", "ecr:GetRegistryPolicy", "ReadTimeout"),)
    owner = account(resource_policies={REPOSITORY: own}, gaps=unread, by_service=True)
    layer = met("ecr:BatchGetImage", REPOSITORY, owner)
    assert layer is not None
    assert [REGISTRY in gap.sentence for gap in layer.gaps] == [True]
