"""What readers of SARIF 2.1.0 need, as far as policysim writes it.

Source: OASIS SARIF 2.1.0, sections 3.11 (message), 3.27 (result), 3.29 and 3.30 (places), 3.55 to 3.57 (fixes).
"""

from __future__ import annotations

from typing import Any


def _object(required: str, **properties: object) -> dict[str, Any]:
    """An object with these members and no others; those named in ``required`` must be there."""
    return {"type": "object", "required": required.split(), "additionalProperties": False, "properties": properties}


def _list(items: object, **more: object) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


_STRING = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_TEXT = _object("text", text=_STRING)
_ARTIFACT = _object("uri", uri={"type": "string", "pattern": "^[^ <>\\\\]*$"}, uriBaseId=_STRING)
_REGION = _object(
    "startLine startColumn endLine endColumn", startLine=_WHOLE, startColumn=_WHOLE, endLine=_WHOLE, endColumn=_WHOLE
)
_LOCATION = _object(
    "physicalLocation",
    id={"type": "integer", "minimum": 0},
    physicalLocation=_object("artifactLocation region", artifactLocation=_ARTIFACT, region=_REGION),
    message=_TEXT,
)
_FIX = _object(
    "artifactChanges",
    description=_TEXT,
    artifactChanges=_list(
        _object(
            "artifactLocation replacements",
            artifactLocation=_ARTIFACT,
            replacements=_list(_object("deletedRegion", deletedRegion=_REGION, insertedContent=_TEXT), minItems=1),
        ),
        minItems=1,
    ),
)
_RULE = _object(
    "id shortDescription help defaultConfiguration",
    id=_STRING,
    shortDescription=_TEXT,
    help=_TEXT,
    defaultConfiguration=_object("level", level=_LEVEL),
    properties={"type": "object"},
)
_RESULT = _object(
    "ruleId ruleIndex level message partialFingerprints",
    ruleId=_STRING,
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    kind={"const": "fail"},
    message=_TEXT,
    locations=_list(_LOCATION, minItems=1),
    relatedLocations=_list(_LOCATION, uniqueItems=True),
    fixes=_list(_FIX, minItems=1),
    occurrenceCount=_WHOLE,
    partialFingerprints={"type": "object", "additionalProperties": _STRING},
    properties={"type": "object"},
)
_DRIVER = _object("name rules", name=_STRING, semanticVersion=_STRING, rules=_list(_RULE, uniqueItems=True, minItems=1))
SARIF: dict[str, Any] = _object(
    "version runs $schema",
    **{
        "$schema": {"type": "string", "pattern": "sarif-schema-2\\.1\\.0\\.json$"},
        "version": {"const": "2.1.0"},
        "runs": _list(
            _object(
                "tool results columnKind",
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                tool=_object("driver", driver=_DRIVER),
                results=_list(_RESULT),
            )
        ),
    },
)
