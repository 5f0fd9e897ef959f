"""DynamoDB transactions and PartiQL statements: the request decides which actions on which tables (A7, A8, R21)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloudtrail.calls import certain, made
from tests.cloudtrail.records import ACCOUNT

TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table"


@pytest.mark.parametrize(
    "items",
    [
        {"transactItems": [{"put": {"tableName": "T"}}, {"conditionCheck": {"tableName": "U"}}]},
        {"requestItems": [{"operation": "Put", "tableName": "T"}, {"operation": "ConditionCheck", "TableName": "U"}]},
    ],
)
def test_a7_a8_a_transaction_needs_the_action_of_each_item_on_its_table(items: dict[str, Any]) -> None:
    found = made("dynamodb", "TransactWriteItems", items)
    assert certain(found) == {("dynamodb:PutItem", f"{TABLE}/T"), ("dynamodb:ConditionCheckItem", f"{TABLE}/U")}


@pytest.mark.parametrize(
    ("statement", "action", "resource"),
    [
        ('SELECT * FROM "Music" WHERE Artist=?', "PartiQLSelect", "Music"),
        ('select a, b from "Music"."by-year" where year = 1', "PartiQLSelect", "Music/index/by-year"),
        ("INSERT INTO Music value {'Artist': 'x'}", "PartiQLInsert", "Music"),
        ('UPDATE "Music" SET a = 1', "PartiQLUpdate", "Music"),
        ('delete from "Music" where a = 1', "PartiQLDelete", "Music"),
    ],
)
def test_a7_r21_a_statement_tells_its_action_and_its_table(statement: str, action: str, resource: str) -> None:
    expected = {(f"dynamodb:{action}", f"{TABLE}/{resource}")}
    assert certain(made("dynamodb", "ExecuteStatement", {"statement": statement})) == expected
    assert certain(made("dynamodb", "BatchExecuteStatement", {"statements": [{"statement": statement}]})) == expected


def test_a7_r21_the_table_of_another_account_is_the_one_that_the_record_lists() -> None:
    theirs = "arn:aws:dynamodb:eu-west-1:444455556666:table/Music"
    statement = {"statement": 'select a from "Music"."by-year" where year = 1'}
    found = made("dynamodb", "ExecuteStatement", statement, resources=[{"ARN": theirs, "accountId": "444455556666"}])
    assert certain(found) == {("dynamodb:PartiQLSelect", f"{theirs}/index/by-year")}


def test_a7_a_statement_that_is_hidden_leaves_the_action_open() -> None:
    found = made("dynamodb", "ExecuteStatement", {"statement": "HIDDEN_DUE_TO_SECURITY_REASONS"})
    assert found.requests == ()
    assert "what the request asks for decides which actions it needs" in found.unresolved[0]
