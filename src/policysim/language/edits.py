"""Edits of JSON text that leave everything else as the user wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policysim.language.source import Span


class TextEdit(NamedTuple):
    """Put ``replacement`` in the place of ``span``."""

    span: Span
    replacement: str
