"""The JSON Schemas of what the commands print, generated from the document model; ``docs/`` has a copy of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from policysim.reports.check_document import CheckFile
from policysim.reports.coverage_document import CoverageDocument
from policysim.reports.document import ReportFile
from policysim.reports.expectation_document import ExpectationReport
from policysim.reports.simulator_document import ComparedAnswerDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SCREEN_TYPES: Final = ("LineDocument", "MarkDocument")
_SCREEN_FIELDS: Final = frozenset({"excerpt", "opens"})
"""What the document model holds for the screen alone."""


def report_schema() -> dict[str, Any]:
    """The schema of ``policysim explain --format json``."""
    return _schema_of(ReportFile, "policysim explain --format json")


def answer_schema() -> dict[str, Any]:
    """The schema of ``policysim eval --format json``."""
    return _schema_of(ComparedAnswerDocument, "policysim eval --format json")


def check_schema() -> dict[str, Any]:
    """The schema of ``policysim check --format json``."""
    return _schema_of(CheckFile, "policysim check --format json")


def expectation_schema() -> dict[str, Any]:
    """The schema of ``policysim expect --format json``."""
    return _schema_of(ExpectationReport, "policysim expect --format json")


def coverage_schema() -> dict[str, Any]:
    """The schema of the JSON form of statement coverage."""
    return _schema_of(CoverageDocument, "policysim expect --cov --cov-report json:FILE")


def _schema_of(document: type, title: str) -> dict[str, Any]:
    """The schema as a JSON value. Readers must expect further keys: keys are added, never removed."""
    schema = TypeAdapter(document).json_schema(mode="serialization")
    for name in _SCREEN_TYPES:
        schema["$defs"].pop(name, None)
    for definition in schema["$defs"].values():
        for name in _SCREEN_FIELDS & definition.get("properties", {}).keys():
            del definition["properties"][name]
            definition["required"].remove(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


PUBLISHED: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "report.schema.json": report_schema,
    "eval.schema.json": answer_schema,
    "check.schema.json": check_schema,
    "expect.schema.json": expectation_schema,
    "coverage.schema.json": coverage_schema,
}
"""The schemas under ``docs/``, by the names of their files."""


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as it is published."""
    return json.dumps(schema, indent=2) + "\n"
