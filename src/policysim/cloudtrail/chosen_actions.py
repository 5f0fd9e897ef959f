"""The actions of DynamoDB transactions and PartiQL statements, and the table of each: the request decides them.

Source: Amazon DynamoDB Developer Guide, ql-iam (PartiQL), transaction-apis (permissions) and
understanding-ddb-log-entries (what records show); spec A7, A8, R13, R21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.cloudtrail.parameter_values import named_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACTION_BY_STATEMENT: Final = {
    "delete": "dynamodb:PartiQLDelete",
    "insert": "dynamodb:PartiQLInsert",
    "select": "dynamodb:PartiQLSelect",
    "update": "dynamodb:PartiQLUpdate",
}
"""The action of a PartiQL statement by its first word."""

ACTION_BY_ITEM: Final = {
    "conditioncheck": "dynamodb:ConditionCheckItem",
    "delete": "dynamodb:DeleteItem",
    "get": "dynamodb:GetItem",
    "put": "dynamodb:PutItem",
    "update": "dynamodb:UpdateItem",
}
"""The action of an item of a transaction by what it does."""

TRANSACTIONS: Final = frozenset({"TransactGetItems", "TransactWriteItems"})
STATEMENTS: Final = frozenset({"BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"})

_NAME = r"(?:\"(?P<quoted>[^\"]+)\"|(?P<bare>[\w.-]+))(?:\.\"(?P<index>[^\"]+)\")?"
_STATEMENT = re.compile(
    rf"\s*(?P<word>select)\b.*?\bfrom\s+{_NAME}".replace("quoted", "q1").replace("bare", "b1").replace("index", "i1")
    + rf"|\s*(?P<write>insert\s+into|update|delete\s+from)\s+{_NAME}",
    re.IGNORECASE | re.DOTALL,
)


class Chosen(NamedTuple):
    """One action that the request asks for: on a table or its index, and the parameter that says so."""

    action: str
    table: str
    table_index: str
    parameter: str


def chosen_actions(event_name: str, parameters: Mapping[str, Any]) -> tuple[Chosen, ...]:
    """Each action on each table of a transaction or of PartiQL statements; none where the parameters hide it."""
    if event_name in TRANSACTIONS:
        return tuple(dict.fromkeys(_items(parameters)))
    if event_name in STATEMENTS:
        return tuple(dict.fromkeys(_statements(parameters)))
    return ()


def _statements(parameters: Mapping[str, Any]) -> Iterator[Chosen]:
    for path, text in named_values(parameters):
        match = _STATEMENT.match(text) if path.rpartition(".")[2].lower() == "statement" else None
        if match is not None:
            word = (match["word"] or match["write"]).split()[0].lower()
            table = match["q1"] or match["b1"] or match["quoted"] or match["bare"]
            yield Chosen(ACTION_BY_STATEMENT[word], table, match["i1"] or "", path)


def _items(parameters: Mapping[str, Any]) -> Iterator[Chosen]:
    for name in ("requestItems", "transactItems"):
        listed = parameters.get(name)
        for item in listed if isinstance(listed, list) else ():
            for does, described in _described(item):
                action = ACTION_BY_ITEM.get(does.lower())
                table = described.get("tableName", described.get("TableName"))
                if action is not None and isinstance(table, str):
                    yield Chosen(action, table, "", name)


def _described(item: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What an item does and to what: `{"operation": "Put", "tableName": ...}` or `{"put": {"tableName": ...}}`."""
    if not isinstance(item, dict):
        return
    if isinstance(item.get("operation"), str):
        yield item["operation"], item
    for does, described in item.items():
        if isinstance(described, dict):
            yield does, described
