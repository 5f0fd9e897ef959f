"""Ways to write the same policies otherwise, or to change them in one place: what laws compare."""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from policysim.evaluation.policy_set import LayerPolicies, PolicySet

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.layers import LayerName
    from policysim.language.policy import Statement
    from tests.laws.decision_strategies import Document, Layers

_ALONE: Final = ("resource", "boundary", "session", "vpce")
_LEVELS: Final = ("scp_levels", "rcp_levels")
_LISTS: Final = ("Action", "NotAction", "Resource", "NotResource")


def with_statement(content: Layers, layer: str, statement: Document) -> Layers:
    """The policies with one more statement in a layer; a layer of levels gets it in the first."""
    changed = copy.deepcopy(content)
    document = {"Version": "2012-10-17", "Statement": [statement]}
    if layer == "identity":
        changed["identity"].append(document)
    elif layer in _LEVELS:
        changed[layer] = changed[layer] or [[]]
        changed[layer][0].append(document)
    elif changed[layer]:
        changed[layer]["Statement"].append(statement)
    else:
        changed[layer] = document
    return changed


def without_layer(content: Layers, layer: str) -> Layers:
    """The policies with a layer that is not present."""
    return {**content, layer: None}


def _with_documents(content: Layers, change: Callable[[Document], Document]) -> Layers:
    """The policies with every document changed."""
    changed = {**content, "identity": [change(document) for document in content["identity"]]}
    changed |= {name: change(content[name]) for name in _ALONE if content[name]}
    for name in _LEVELS:
        if content[name]:
            changed[name] = [[change(document) for document in level] for level in content[name]]
    return changed


def _with_statements(content: Layers, change: Callable[[Document], list[Document]]) -> Layers:
    """The policies with other statements in the place of each."""

    def of(document: Document) -> Document:
        return {**document, "Statement": [other for one in document["Statement"] for other in change(one)]}

    return _with_documents(content, of)


def rearranged(content: Layers, permute: Callable[[list[Any]], list[Any]]) -> Layers:
    """The policies with patterns, values, statements and documents in another order, and some of them twice."""

    def values(value: Any) -> Any:
        return permute(value) if isinstance(value, list) else value

    def of(document: Document) -> Document:
        found = [_with_values(statement, values) for statement in document["Statement"]]
        return {**document, "Statement": permute(found) + found[:1]}

    changed = _with_documents(content, of)
    changed["identity"] = permute(changed["identity"]) + changed["identity"][:1]
    for name in _LEVELS:
        if changed[name]:
            changed[name] = [permute(level) + level[:1] for level in changed[name]]
    return changed


def split(content: Layers) -> Layers:
    """The policies with a statement for every action, resource and principal, and a document for every statement."""
    changed = _with_statements(content, _parts)
    changed["identity"] = [_holding(document, one) for document in changed["identity"] for one in document["Statement"]]
    for name in _LEVELS:
        if changed[name]:
            changed[name] = [
                [_holding(document, one) for document in level for one in document["Statement"]]
                for level in changed[name]
            ]
    return changed


def _holding(document: Document, statement: Document) -> Document:
    return {**document, "Statement": [statement]}


def _parts(statement: Document) -> list[Document]:
    choices: list[list[tuple[str, Any]]] = [
        [(name, value) for value in statement[name]] for name in ("Action", "Resource") if name in statement
    ]
    listed = statement.get("Principal")
    if isinstance(listed, dict) and isinstance(listed.get("AWS"), list):
        choices.append([("Principal", {"AWS": value}) for value in listed["AWS"]])
    return [{**statement, **dict(chosen)} for chosen in itertools.product(*choices)]


def as_lists_of_one(content: Layers) -> Layers:
    """The policies with a list wherever the grammar takes one."""
    return _with_statements(content, lambda statement: [_with_values(statement, _listed)])


def as_single_values(content: Layers) -> Layers:
    """The policies without lists of one."""

    def of(document: Document) -> Document:
        found = [_with_values(statement, _single) for statement in document["Statement"]]
        return {**document, "Statement": _single(found)}

    return _with_documents(content, of)


def _with_values(statement: Document, change: Callable[[Any], Any]) -> Document:
    changed = {name: change(value) if name in _LISTS else value for name, value in statement.items()}
    if "Condition" in statement:
        changed["Condition"] = {
            operator: {key: change(wanted) for key, wanted in block.items()}
            for operator, block in statement["Condition"].items()
        }
    for name in ("Principal", "NotPrincipal"):
        if isinstance(statement.get(name), dict):
            changed[name] = {kind: change(value) for kind, value in statement[name].items()}
    return changed


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def in_another_case(content: Layers) -> Layers:
    """The policies with actions and names of condition keys in another case."""

    def of(statement: Document) -> list[Document]:
        changed = {
            name: [pattern.swapcase() for pattern in value] if name in {"Action", "NotAction"} else value
            for name, value in statement.items()
        }
        if "Condition" in statement:
            changed["Condition"] = {
                operator: {key.swapcase(): wanted for key, wanted in block.items()}
                for operator, block in statement["Condition"].items()
            }
        return [changed]

    return _with_statements(content, of)


def kept_only(policies: PolicySet, keep: Callable[[LayerName, Statement], bool]) -> PolicySet:
    """The policies with some of their statements; layers, levels and documents stay, be they empty."""
    return PolicySet(
        {
            name: LayerPolicies(
                tuple(
                    level._replace(
                        policies=tuple(
                            attached._replace(
                                policy=replace(
                                    attached.policy,
                                    statements=tuple(s for s in attached.policy.statements if keep(name, s)),
                                )
                            )
                            for attached in level.policies
                        )
                    )
                    for level in layer.levels
                )
            )
            for name, layer in policies.layers.items()
        }
    )
