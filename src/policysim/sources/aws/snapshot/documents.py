"""Policies as AWS prints them, as text, made into objects that people can read and edit."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from policysim.language.embedding import is_document

NO_JSON: Final = "the text of the policy cannot be read as JSON"


class NoDocumentError(Exception):
    """The text is no JSON, or says a member twice; ``kept`` is what may stand in its place, if anything."""

    def __init__(self, kept: str | None) -> None:
        super().__init__(NO_JSON)
        self.kept = kept


def document_of(value: object) -> Any:  # noqa: ANN401  # any JSON
    """The document that a text holds, plain or URL-encoded; anything else as it is.

    Raises:
        NoDocumentError: for a text that is none. One that begins like a document may be kept as it is: whoever reads
            it says what is wrong with it. Any other would be taken for the path of a file.
    """
    if not isinstance(value, str):
        return value
    text = unquote(value) if value.lstrip().startswith("%") else value
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise NoDocumentError(value if is_document(value) else None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found
