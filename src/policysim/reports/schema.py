"""The JSON Schema of the reports, generated from the document model; a copy is published under ``docs/``."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter

from policysim.reports.document import ReportFile

_SCREEN_TYPES: Final = ("LineDocument", "MarkDocument")
_SCREEN_FIELDS: Final = frozenset({"excerpt"})
"""What the document model holds for the screen alone."""

TITLE = "policysim explain --format json"


def report_schema() -> dict[str, Any]:
    """The schema as a JSON value. Readers must expect further keys: keys are added, never removed."""
    schema = TypeAdapter(ReportFile).json_schema(mode="serialization")
    for name in _SCREEN_TYPES:
        del schema["$defs"][name]
    for definition in schema["$defs"].values():
        for name in _SCREEN_FIELDS & definition.get("properties", {}).keys():
            del definition["properties"][name]
            definition["required"].remove(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": TITLE}


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(report_schema(), indent=2) + "\n"
