"""The written grammar as oracle: what the fast reader and the locator must say of a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from policysim.grammars.policies import Node, parse_tree
from policysim.language.json_text import load_json
from policysim.language.locator import locate, locate_all
from policysim.language.reader import parse_policy
from policysim.language.source import Location, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import Policy, Statement
    from policysim.language.policy_types import PolicyType
    from policysim.language.source import DocumentPath


def assert_read_like_the_grammar(text: str, type_: PolicyType, *, located: int = 40) -> Policy:
    """Hold reader and locator against the grammar; at most about ``located`` places are also looked up one by one."""
    source, tree = Source("policy.json", text), parse_tree(text)
    assert load_json(source) == tree.value
    places = dict(_places(tree, source, ()))
    assert {where: span[1:] for where, span in locate_all(places).items()} == places
    for where in list(places)[:: max(1, len(places) // located)]:
        assert locate(where)[1:] == places[where], where
    policy = parse_policy(source, type_)
    for statement in policy.statements:
        _assert_placed(statement, places)
    for problem in policy.problems:
        assert problem.span is not None
        assert problem.where in places
    return policy


def _places(node: Node, source: Source, path: DocumentPath) -> Iterator[tuple[Location, tuple[int, int]]]:
    """Every value and every member name below ``node`` with its offsets; of repeated members the last."""
    yield Location(source, path), (node.start, node.end)
    last = {str(name.value): (name, value) for name, value in node.members}
    for step, (name, value) in last.items():
        yield Location(source, (*path, step), at_key=True), (name.start, name.end)
        yield from _places(value, source, (*path, step))
    for index, item in enumerate(node.items):
        yield from _places(item, source, (*path, index))


def _assert_placed(statement: Statement, places: dict[Location, tuple[int, int]]) -> None:
    """Every part of a statement must be found where its path says."""
    where = statement.location
    text = where.source.text

    def written(path: DocumentPath) -> object:
        start, end = places[where.below(*path)]
        return json.loads(text[start:end])

    for element in (statement.action, statement.resource):
        value = written((element.name,)) if element is not None else []
        if element is not None and all(
            isinstance(item, str) for item in (value if isinstance(value, list) else [value])
        ):
            assert [written(element.path(index)) for index in range(len(element.patterns))] == list(element.patterns)
    for entry in statement.principal.entries if statement.principal else ():
        assert written(entry.path) == entry.value
    for condition in statement.conditions:
        value = written(condition.path())
        listed = value if isinstance(value, list) else [value]
        assert condition.listed == isinstance(value, list)
        if all(isinstance(item, str) for item in listed):
            assert listed == list(condition.values)
            assert [written(condition.path(index)) for index in range(len(listed))] == listed
