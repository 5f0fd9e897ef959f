"""A policy document of a template as a policy: its places point into the template, and what is not known is kept apart.

A document becomes JSON text each of whose characters knows where it comes from. Of a statement that is known in part,
what it certainly says stays in force; what else it may say is ``Policy.unresolved``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.policy import Effect, Policy, Unresolved
from policysim.language.reader import parse_policy
from policysim.language.source import Location, Origin, Source
from policysim.sources.template_values import (
    Entry,
    Items,
    Known,
    Members,
    Missing,
    Nothing,
    Unknown,
    Value,
    Words,
    gaps_in,
    offsets_of,
    text_of,
    text_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import Statement
    from policysim.language.policy_types import PolicyType
    from policysim.sources.template_tree import Node

_PATTERNS: Final = ("Action", "NotAction", "Resource", "NotResource")
_FIELDS_BEFORE_RESOURCE: Final = 5


def policy_of_value(value: Value, policy_type: PolicyType) -> Policy:
    """The policy that a value of a template is; one of which nothing is known is unresolved as a whole."""
    match value:
        case Unknown(missing=gap):
            return unknown_policy(value, gap, policy_type)
        case Words():
            return _of_text(value, policy_type)
        case Members():
            return _of_members(value, policy_type)
        case _:
            first = next(gaps_in(value), None)
            if first is not None:
                return unknown_policy(value, first, policy_type)
            return parse_policy(_written(value), policy_type)


def unknown_policy(value: Value, gap: Missing, policy_type: PolicyType) -> Policy:
    """A policy of which nothing is known but where it stands."""
    location = Location(_written(Members(value.node)), ())
    return Policy(policy_type, None, None, (), (), location, (Unresolved(gap.placed),))


def perhaps(policy: Policy, gap: Missing) -> Policy:
    """The policy with all of its statements unresolved: it may not be in force at all."""
    doubtful = tuple(
        Unresolved(gap.placed, one, may_allow=one.effect is Effect.ALLOW, may_deny=one.effect is Effect.DENY)
        for one in policy.statements
    )
    return replace(policy, statements=(), unresolved=(*policy.unresolved, *doubtful))


def _of_text(words: Words, policy_type: PolicyType) -> Policy:
    """A document that is written as text, such as that of a resource policy of CloudWatch Logs."""
    text = words.text
    if text is None:
        return unknown_policy(words, next(gaps_in(words)), policy_type)
    origin = Origin(words.node.source, [*offsets_of(words), words.node.end], editable=False)
    return parse_policy(Source(words.node.source.name, text, origin), policy_type)


def _of_members(document: Members, policy_type: PolicyType) -> Policy:
    document = _without_open(document, "Id")
    if "Statement" in document.members:
        entry = document.members["Statement"]
        named = Entry(entry.key, _with_known_names(entry.value))
        document = replace(document, members={**document.members, "Statement": named})
    statements = document.get("Statement")
    rest = replace(document, members={name: one for name, one in document.members.items() if name != "Statement"})
    outside = next(gaps_in(rest), None)
    if isinstance(statements, Unknown) and not statements.options:
        outside = outside or statements.missing
    if outside is not None:
        return unknown_policy(document, outside, policy_type)
    parts = list(_parts(statements)) if statements is not None else []
    if not any(part.gap for part in parts):
        return parse_policy(_written(document), policy_type)
    certain, widened = (_with_statements(document, parts, which) for which in ("certain", "widened"))
    return _apart(certain, widened, parts, policy_type)


class _Part(NamedTuple):
    """A statement: what it certainly says (``None``: nothing), the most that it can say, and what is not known."""

    certain: Value | None
    widened: Value
    gap: Missing | None = None
    effect_known: bool = True


def _parts(statements: Value) -> Iterator[_Part]:
    for item in statements.items if isinstance(statements, Items) else (statements,):
        if isinstance(item, Unknown) and item.options:
            for option in item.options:
                for part in _parts(option):
                    yield part._replace(certain=None, gap=part.gap or item.missing)
        elif isinstance(item, Unknown):
            yield _Part(None, _anything(item), item.missing, effect_known=False)
        elif not isinstance(item, Nothing):
            yield _part(item)


def _part(statement: Value) -> _Part:
    gap = next(gaps_in(statement), None)
    if gap is None:
        return _Part(statement, statement)
    if not isinstance(statement, Members):
        return _Part(None, _anything(statement), gap, effect_known=False)
    effect = text_of(statement.get("Effect"))
    return _Part(_narrowed(statement), _widened(statement), gap, effect_known=effect in {"Allow", "Deny"})


def _without_open(members: Members, name: str) -> Members:
    """The members without one that changes no decision, if it is not known."""
    value = members.get(name)
    if value is None or not any(gaps_in(value)):
        return members
    return replace(members, members={one: entry for one, entry in members.members.items() if one != name})


def _with_known_names(value: Value) -> Value:
    """Statements without the ``Sid`` that is not known."""
    match value:
        case Items(items=items):
            return replace(value, items=tuple(_with_known_names(item) for item in items))
        case Unknown(options=options):
            return replace(value, options=tuple(_with_known_names(option) for option in options))
        case Members():
            return _without_open(value, "Sid")
        case _:
            return value


def _anything(value: Value) -> Members:
    """A statement that matches everything."""
    node = value.node
    words = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    return Members(node, {name: Entry(node, text_value(node, text)) for name, text in words.items()})


def _narrowed(statement: Members) -> Members | None:
    """The statement with the listed actions, resources and principals that are known; ``None`` if that says nothing."""
    members: dict[str, Entry] = {}
    for name, entry in statement.members.items():
        value: Value | None = entry.value
        if any(gaps_in(entry.value)):
            value = _known_items(entry.value) if name in {"Action", "Resource", "Principal"} else None
        if value is None:
            return None
        members[name] = Entry(entry.key, value)
    return replace(statement, members=members)


def _known_items(value: Value) -> Value | None:
    """A list, or the lists of a mapping, without what is not known; ``None`` if nothing is left."""
    if isinstance(value, Items):
        items = tuple(item for item in value.items if not any(gaps_in(item)))
        return replace(value, items=items) if items else None
    if isinstance(value, Members):
        kept = {name: (entry, known) for name, entry in value.members.items() if (known := _known(entry.value))}
        return (
            replace(value, members={name: Entry(one.key, known) for name, (one, known) in kept.items()})
            if kept
            else None
        )
    return None


def _known(value: Value) -> Value | None:
    return value if not any(gaps_in(value)) else _known_items(value)


def _widened(statement: Members) -> Members:
    """A statement that matches whatever the statement can match, whatever the unknown parts of it stand for."""
    members: dict[str, Entry] = {}
    for name, entry in statement.members.items():
        if not any(gaps_in(entry.value)):
            members[name] = entry
        elif name == "Effect":
            members[name] = Entry(entry.key, text_value(entry.value.node, "Deny"))
        elif name == "Condition":
            conditions = _known_conditions(entry.value)
            if conditions is not None:
                members[name] = Entry(entry.key, conditions)
        elif name in {"Principal", "NotPrincipal"}:
            members["Principal"] = Entry(entry.key, text_value(entry.value.node, "*"))
        elif name in _PATTERNS:
            positive = name.removeprefix("Not")
            wide = text_value(entry.value.node, "*") if positive != name else _wide_patterns(entry.value, name)
            members[positive] = Entry(entry.key, wide)
    return replace(statement, members=members)


def _known_conditions(value: Value) -> Value | None:
    if not isinstance(value, Members):
        return None
    operators: dict[str, Entry] = {}
    for operator, entry in value.members.items():
        if isinstance(entry.value, Members):
            kept = {key: one for key, one in entry.value.members.items() if not any(gaps_in(one.value))}
            if kept:
                operators[operator] = Entry(entry.key, replace(entry.value, members=kept))
    return replace(value, members=operators) if operators else None


def _wide_patterns(value: Value, name: str) -> Value:
    if isinstance(value, Items):
        unknown = tuple(_wide_patterns(item, name) for item in value.items if any(gaps_in(item)))
        return replace(value, items=unknown)
    if isinstance(value, Words):
        return _wide_pattern(value, name)
    return text_value(value.node, "*")


def _wide_pattern(words: Words, name: str) -> Words:
    """The pattern with ``*`` for what is not known, where AWS lets one stand; else ``*``."""
    before = ""
    for piece in words.pieces:
        if isinstance(piece, Missing):
            break
        before += piece.text
    enough = (
        before.count(":") >= _FIELDS_BEFORE_RESOURCE and before.startswith("arn:")
        if name == "Resource"
        else ":" in before
    )
    if not enough:
        return text_value(words.node, "*")
    pieces = tuple(Known("*") if isinstance(piece, Missing) else piece for piece in words.pieces)
    return replace(words, pieces=pieces)


def _with_statements(document: Members, parts: list[_Part], which: str) -> Members:
    """The document with one form of each statement; every form keeps its number."""
    forms = tuple((part.certain or part.widened) if which == "certain" else part.widened for part in parts)
    entry = document.members["Statement"]
    listed = Entry(entry.key, Items(entry.value.node, forms))
    return replace(document, members={**document.members, "Statement": listed})


def _apart(certain: Members, widened: Members, parts: list[_Part], policy_type: PolicyType) -> Policy:
    policy = parse_policy(_written(certain), policy_type)
    wide = {one.index: one for one in parse_policy(_written(widened), policy_type).statements}
    dropped = {index for index, part in enumerate(parts) if part.certain is None}
    problems = tuple(problem for problem in policy.problems if not _is_about(problem.where, dropped))
    return replace(
        policy,
        statements=tuple(one for one in policy.statements if one.index not in dropped),
        problems=problems,
        unresolved=tuple(
            _unresolved(part, wide.get(index)) for index, part in enumerate(parts) if part.gap is not None
        ),
    )


def _is_about(where: object, dropped: set[int]) -> bool:
    """Whether a problem is one of a statement that policysim widened: nobody wrote what it is about."""
    return (
        isinstance(where, Location)
        and where.path[:1] == ("Statement",)
        and where.path[1:2] != ()
        and where.path[1] in dropped
    )


def _unresolved(part: _Part, widened: Statement | None) -> Unresolved:
    sentence = part.gap.placed if part.gap is not None else ""
    if not part.effect_known or widened is None:
        return Unresolved(sentence, widened)
    allows = widened.effect is Effect.ALLOW
    return Unresolved(sentence, widened, may_allow=allows, may_deny=not allows)


class _Writer:
    """Writes JSON, and beside each character the offset in the template that it stands for.

    A blank follows each value and marks its end: what comes next in the JSON may stand far behind it in the template.
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.offsets: list[int] = []
        self._end = 0

    def _open(self, bracket: str, node: Node) -> None:
        self.put(bracket, node.start)
        self._end = node.start

    def put(self, text: str, at: int) -> None:
        self.text.append(text)
        self.offsets += [at] * len(text)

    def value(self, value: Value) -> None:
        match value:
            case Members(members=members):
                self._open("{", value.node)
                self._joined([(name, entry) for name, entry in members.items() if not isinstance(entry.value, Nothing)])
                self.put("}", max(value.node.end - 1, self._end))
            case Items(items=items):
                self._open("[", value.node)
                for number, item in enumerate(item for item in items if not isinstance(item, Nothing)):
                    if number:
                        self.put(",", self._end)
                    self.value(item)
                    self.put(" ", item.node.end)
                self.put("]", max(value.node.end - 1, self._end))
            case Words():
                self._words(value)
            case Nothing():
                self.put("null", value.node.start)
            case Unknown():
                raise AssertionError(value.missing.sentence)  # what is not known was taken out before
        self._end = value.node.end

    def _joined(self, members: list[tuple[str, Entry]]) -> None:
        for number, (name, entry) in enumerate(members):
            if number:
                self.put(",", self._end)
            self.put(json.dumps(name), entry.key.start)
            self.put(":", entry.key.end)
            self.value(entry.value)
            self.put(" ", entry.value.node.end)

    def _words(self, words: Words) -> None:
        text = words.text or ""
        if words.bare:
            self.put(text, words.node.start)
            return
        self.put('"', words.node.start)
        for char, at in zip(text, offsets_of(words), strict=True):
            self.put(json.dumps(char, ensure_ascii=False)[1:-1], at)
        self.put('"', max(words.node.end - 1, words.node.start))


def _written(value: Value) -> Source:
    writer = _Writer()
    writer.value(value)
    source = value.node.source
    origin = Origin(source, [*writer.offsets, value.node.end], editable=False)
    return Source(source.name, "".join(writer.text), origin)
