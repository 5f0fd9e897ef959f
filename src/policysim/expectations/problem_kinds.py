"""The closed table of what can be wrong with an expectation, or is worth a warning."""

from __future__ import annotations

from typing import Final

from policysim.language.problems import ProblemKind, Severity

_ERROR = Severity.ERROR
_WARNING = Severity.WARNING

BROKEN_SENTENCE: Final = ProblemKind("broken-sentence", _ERROR, (), "the text is no sentence of the language")
EMPTY_FILE: Final = ProblemKind("empty-file", _ERROR, (), "the file expects nothing")
