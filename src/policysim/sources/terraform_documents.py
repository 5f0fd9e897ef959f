"""The policy documents of a plan: those that stand in it, those that can be rebuilt, and those not known yet.

A document that waits for a value of a new resource is not in the plan. Where it is that of an
``aws_iam_policy_document``, its statements are: each is rebuilt, and one that holds an unknown value is kept at its
widest (see ``Unresolved``). Source: the AWS provider's documentation of ``aws_iam_policy_document`` (as read in 2026).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, overload

from policysim.language.embedding import embedded_source
from policysim.language.json_text import load_json
from policysim.language.locator import locate
from policysim.language.policy import VARIABLES_VERSION, Effect, Policy, Unresolved
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Origin, Source
from policysim.sources.terraform_plan import holds_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.language.policy_types import PolicyType
    from policysim.sources.json_values import Json
    from policysim.sources.terraform_plan import PlannedResource
    from policysim.sources.terraform_references import References

DOCUMENT: Final = "aws_iam_policy_document"
_DOCUMENT_TYPES: Final = frozenset({f"data.{DOCUMENT}"})
_MERGED: Final = ("source_json", "override_json", "source_policy_documents", "override_policy_documents")
"""Arguments that bring statements of other documents."""

_ELEMENTS: Final = (("actions", "Action"), ("resources", "Resource"))
_ANYBODY: Final = "*"
_EVERYTHING: Final = {"Action": "*", "Resource": "*"}


class Documents:
    """Reads the documents of one plan."""

    def __init__(self, references: References) -> None:
        self._references = references

    def policy(self, resource: PlannedResource, attribute: str, kind: PolicyType) -> Policy | None:
        """The document in an attribute; ``None`` where there is none. One that is not known yet is unresolved."""
        found = resource.known(attribute)
        if found is not None:
            return None if found.value == "" else _standing_at(found, kind)
        if not resource.is_unknown(attribute):
            return None
        behind = self._references.target(resource, attribute, _DOCUMENT_TYPES)
        rebuilt = None if behind is None else _rebuilt(behind, kind)
        return rebuilt or unknown_policy(resource, f"`{attribute}` of `{resource.address}`", kind)

    def required(self, resource: PlannedResource, attribute: str, kind: PolicyType) -> Policy:
        """The document in an attribute that always has one; where it is missing, nothing is known of it."""
        found = self.policy(resource, attribute, kind)
        return found or unknown_policy(resource, f"`{attribute}` of `{resource.address}`", kind)

    def nested(self, at: Json | None, resource: PlannedResource, kind: PolicyType) -> Policy:
        """The document in a block of a resource, such as ``inline_policy``."""
        if at is None or at.value is None:
            return unknown_policy(resource, f"an inline policy of `{resource.address}`", kind)
        return _standing_at(at, kind)


def _standing_at(at: Json, kind: PolicyType) -> Policy:
    """The document in a string of the plan. Nobody edits a plan: what has to change is the configuration."""
    if not isinstance(at.value, str):
        return read_policy(at.value, at.location, kind)
    source = embedded_source(at.value, at.location)
    return parse_policy(replace(source, origin=source.origin and source.origin._replace(editable=False)), kind)


def unknown_policy(resource: PlannedResource, what: str, kind: PolicyType) -> Policy:
    """A document of which nothing is known before the plan was applied; ``what`` names it."""
    place = locate(resource.at.location).place
    unresolved = Unresolved(f"{what} is known only after the plan was applied ({place})")
    return Policy(kind, None, None, (), (), resource.at.location, (unresolved,))


def written_policy(document: Mapping[str, Any], at: Json, kind: PolicyType) -> Policy:
    """A document that stands in no text but follows from what is at a place: all of it points there."""
    text = json.dumps(document, indent=2)
    source = Source(
        at.location.source.name, text, Origin(at.location.source, _AllAt(at.location, len(text)), editable=False)
    )
    return read_policy(load_json(source), Location(source, ()), kind)


class _AllAt(Sequence[int]):
    """The offsets of a text of which every character stands for one place: its first ones, and its end."""

    def __init__(self, location: Location, length: int) -> None:
        self._location = location
        self._length = length

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return locate(self._location).start

    def __len__(self) -> int:
        return self._length + 1


def _rebuilt(data: PlannedResource, kind: PolicyType) -> Policy | None:
    """The document of a data source that waits for values; ``None`` where other documents are merged into it."""
    if any(data.is_unknown(name) or data.known(name) is not None for name in _MERGED):
        return None
    listed = None if data.values is None else data.values.member("statement")
    if listed is None or not isinstance(listed.value, list) or data.is_unknown("version"):
        return None
    marks = data.unknown.get("statement")
    marks_of = marks if isinstance(marks, list) else []
    version = data.text("version") or VARIABLES_VERSION
    read = [
        _read(at, marks_of[index] if index < len(marks_of) else {}, version, data, kind)
        for index, at in enumerate(listed.items())
    ]
    return None if not read or any(not one.usable for one in read) else joined(read)


def joined(policies: Sequence[Policy]) -> Policy:
    """Documents of one statement each as one document; at least one is given."""
    statements = [statement for policy in policies for statement in policy.statements]
    return replace(
        policies[0],
        statements=tuple(replace(statement, index=index) for index, statement in enumerate(statements)),
        unresolved=tuple(part for policy in policies for part in policy.unresolved),
        problems=tuple(problem for policy in policies for problem in policy.problems),
    )


def _read(at: Json, mark: object, version: str, data: PlannedResource, kind: PolicyType) -> Policy:
    """A document of one statement; one that holds an unknown value stands beside the statements, at its widest."""
    marks = mark if isinstance(mark, dict) else {"actions": mark, "resources": mark}
    policy = written_policy({"Version": version, "Statement": [_statement(at, marks)]}, at, kind)
    if not holds_unknown(mark) or not policy.statements:
        return policy
    statement, place = policy.statements[0], locate(at.location).place
    named = f"statement `{statement.sid}`" if statement.sid else "a statement"
    part = Unresolved(
        f"{named} of `{data.address}` holds a value that is known only after the plan was applied ({place})",
        statement,
        may_allow=holds_unknown(marks.get("effect")) or statement.effect is Effect.ALLOW,
        may_deny=holds_unknown(marks.get("effect")) or statement.effect is Effect.DENY,
    )
    return replace(policy, statements=(), unresolved=(part,))


def _statement(at: Json, marks: Mapping[str, object]) -> dict[str, Any]:
    """One statement in the policy language; what holds an unknown value is left as wide as it can be."""
    statement: dict[str, Any] = {"Effect": at.optional_text("effect") or "Allow"}
    if sid := at.optional_text("sid"):
        statement["Sid"] = sid
    for name, element in _ELEMENTS:
        for given, written in ((name, element), (f"not_{name}", f"Not{element}")):
            if holds_unknown(marks.get(given)):
                statement[element] = _EVERYTHING[element]
            elif values := _texts(at, given):
                statement[written] = [_with_variables(one) for one in values] if name == "resources" else values
    for given, written in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if holds_unknown(marks.get(given)):
            statement["Principal"] = _ANYBODY
        elif principals := _principals(at, given):
            statement[written] = principals
    conditions = _conditions(at, marks.get("condition"))
    if conditions:
        statement["Condition"] = conditions
    return _one_of_each(statement)


def _one_of_each(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement without the negated elements beside which an unknown one stands at its widest."""
    for element in ("Action", "Resource", "Principal"):
        if element in statement:
            statement.pop(f"Not{element}", None)
    return statement


def _texts(at: Json, name: str) -> list[str]:
    return [one.text() for one in at.optional_items(name)]


def _with_variables(text: str) -> str:
    """The provider writes ``&{...}`` for a policy variable, since ``${...}`` is Terraform's own."""
    return text.replace("&{", "${")


def _principals(at: Json, name: str) -> dict[str, list[str]] | str:
    found: dict[str, list[str]] = {}
    for block in at.optional_items(name):
        kind = block.required("type").text()
        identifiers = [_with_variables(one) for one in _texts(block, "identifiers")]
        if kind == _ANYBODY and identifiers == [_ANYBODY]:
            return _ANYBODY
        found.setdefault(kind, []).extend(identifiers)
    return found


def _conditions(at: Json, marks: object) -> dict[str, dict[str, list[str]]]:
    """The conditions; one with an unknown part is left out, so that the statement is no narrower than it will be."""
    found: dict[str, dict[str, list[str]]] = {}
    if marks is True:
        return found
    for index, block in enumerate(at.optional_items("condition")):
        if isinstance(marks, list) and index < len(marks) and holds_unknown(marks[index]):
            continue
        keys = found.setdefault(block.required("test").text(), {})
        values = [_with_variables(one) for one in _texts(block, "values")]
        keys.setdefault(block.required("variable").text(), []).extend(values)
    return found
