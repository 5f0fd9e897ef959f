"""Policy documents: from JSON to the policy tree, with every problem that the text itself shows.

A broken document is still a policy: it holds the statements that could be read, so that a report can point at them,
and an error that keeps it out of every decision. Nothing here raises, whatever the JSON holds.
Source: IAM User Guide, reference_policies_grammar; spec G1 to G9, G22, G23, G26.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.language.embedding import embedded_source, is_document
from policysim.language.json_text import load_json
from policysim.language.policy import VARIABLES_VERSION, Policy
from policysim.language.policy_types import Presence
from policysim.language.problem_kinds import (
    DUPLICATE_SID,
    EMPTY_STATEMENTS,
    ID_NOT_ALLOWED,
    MISSING_ELEMENT,
    WRONG_TYPE,
    WRONG_VERSION,
)
from policysim.language.problems import Problem
from policysim.language.reading import Reading, kind_of
from policysim.language.source import Location
from policysim.language.statement_reader import check_names, read_statement

if TYPE_CHECKING:
    from policysim.language.policy import Statement
    from policysim.language.policy_types import PolicyType
    from policysim.language.source import Source

POLICY_ELEMENTS = ("Version", "Id", "Statement")
"""The elements of a document (spec G1)."""

VERSIONS = (VARIABLES_VERSION, "2008-10-17")
"""The versions of the policy language (spec G2)."""


def parse_policy(source: Source, type: PolicyType) -> Policy:  # noqa: A002  # the word of the policy types
    """The policy that a whole text is: a document, or a JSON string that holds one."""
    value = load_json(source)
    location = Location(source, ())
    if isinstance(value, Problem):
        return _unreadable(type, value, location)
    return read_policy(value, location, type)


def read_policy(value: object, location: Location, type: PolicyType) -> Policy:  # noqa: A002  # the same
    """The policy that an already decoded JSON value is.

    ``location`` is where the value stands in its file. A string that starts with ``{`` or ``%7B`` is the document
    itself, plain or percent-encoded; its places point into the string.
    """
    if isinstance(value, str) and is_document(value):
        return parse_policy(embedded_source(value, location), type)
    if not isinstance(value, dict):
        message = f"a policy document is an object, not {kind_of(value)}"
        return _unreadable(type, Problem(WRONG_TYPE, message, location), location)
    reading = Reading(type, substitutes_variables=value.get("Version") == VARIABLES_VERSION)
    reading.check_repeated(value, location)
    check_names(value, POLICY_ELEMENTS, location, reading)
    version = _version(value, location, reading)
    identifier = _id(value, location, reading)
    statements = _statements(value, location, reading)
    _check_sids(statements, reading)
    return Policy(type, version, identifier, statements, tuple(reading.problems), location)


def _unreadable(policy_type: PolicyType, problem: Problem, location: Location) -> Policy:
    return Policy(policy_type, None, None, (), (problem,), location)


def _version(value: dict[str, object], location: Location, reading: Reading) -> str | None:
    grammar = reading.grammar
    newest_only = grammar.version is Presence.REQUIRED
    if "Version" not in value:
        if newest_only:
            message = f'{grammar.titled} needs `"Version": "{VARIABLES_VERSION}"`, and this one has no `Version`'
            reading.note(WRONG_VERSION, message, location)
        return None
    where = location.below("Version")
    version = reading.text("Version", value["Version"], where)
    allowed = VERSIONS[:1] if newest_only else VERSIONS
    if version is not None and version not in allowed:
        message = f"`Version` of {grammar.titled} is {' or '.join(f'`{known}`' for known in allowed)}, not `{version}`"
        reading.note(WRONG_VERSION, message, where)
    return version


def _id(value: dict[str, object], location: Location, reading: Reading) -> str | None:
    if "Id" not in value:
        return None
    where = location.below("Id")
    if reading.grammar.id is Presence.FORBIDDEN:
        reading.note(ID_NOT_ALLOWED, f"{reading.grammar.titled} has no `Id`", where.key, "remove `Id`")
    return reading.text("Id", value["Id"], where)


def _statements(value: dict[str, object], location: Location, reading: Reading) -> tuple[Statement, ...]:
    if "Statement" not in value:
        reading.note(MISSING_ELEMENT, "the document has no `Statement`", location)
        return ()
    listed, where = value["Statement"], location.below("Statement")
    if not isinstance(listed, list):
        statement = read_statement(listed, 0, where, reading)
        return () if statement is None else (statement,)
    if not listed:
        reading.note(EMPTY_STATEMENTS, "the document has no statements", where)
    read = (read_statement(item, index, where.below(index), reading) for index, item in enumerate(listed))
    return tuple(statement for statement in read if statement is not None)


def _check_sids(statements: tuple[Statement, ...], reading: Reading) -> None:
    first: dict[str, int] = {}
    for statement in statements:
        if statement.sid and first.setdefault(statement.sid, statement.index) != statement.index:
            message = f"`{statement.sid}` is the `Sid` of another statement as well"
            reading.note(DUPLICATE_SID, message, statement.location.below("Sid"), "give each statement its own `Sid`")
