"""Any document of this room as JSON: field names are keys, enumerations are their values, order is that of the model.

Everything but ASCII is escaped, so that the text stands in any terminal, file and encoding, and no control character
of a stranger's policy reaches the screen.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum


def json_text(document: object) -> str:
    """The document as indented JSON with a final line end."""
    return json.dumps(plain(document), indent=2) + "\n"


def plain(document: object) -> object:
    """Dataclasses as objects, tuples as lists, enumerations as their values."""
    if is_dataclass(document) and not isinstance(document, type):
        kept = (field.name for field in fields(document) if "screen_only" not in field.metadata)
        return {name: plain(getattr(document, name)) for name in kept}
    if isinstance(document, Enum):
        return document.value
    if isinstance(document, (tuple, list)):
        return [plain(item) for item in document]
    if isinstance(document, dict):
        return {key: plain(value) for key, value in document.items()}
    return document
