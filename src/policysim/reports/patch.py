"""The edits of several fixes, of one call or of many, as one patch that ``git apply`` takes.

A fix of a later step edits the text that the earlier steps leave; fixes of several calls may edit one file. All of it
is brought back to edits of the files as they are, and what cannot be brought together is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.language.edits import TextEdit, apply_edits, composed, in_file
from policysim.language.json_text import load_json
from policysim.language.problems import Problem
from policysim.language.source import Source, Span
from policysim.reports.diffs import outermost_source, unified_diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policysim.explanation.diagnosis import Fix

_Edits = tuple[TextEdit, ...]


class Chosen(NamedTuple):
    """The fixes that are chosen for one call, a fix for each step, and words that tell which call it is."""

    call: str
    fixes: tuple[Fix, ...]


class FileEdits(NamedTuple):
    """One file as it is, and all edits of it."""

    source: Source
    edits: _Edits


class Together(NamedTuple):
    """The files to edit, and the calls whose edits do not go together with those of an earlier one."""

    files: tuple[FileEdits, ...]
    conflicts: tuple[str, ...] = ()


def brought_together(chosen: Iterable[Chosen]) -> Together:
    """The edits of all calls, by file. The edits of one call are taken all or none."""
    files: dict[str, FileEdits] = {}
    conflicts: list[str] = []
    for call, fixes in chosen:
        merged = _merged(files, fixes)
        if merged is None:
            conflicts.append(call)
        else:
            files = merged
    return Together(tuple(files.values()), tuple(conflicts))


def patch_text(files: Iterable[FileEdits], path_of: Callable[[Source], str]) -> str:
    """The patch; ``path_of`` tells the path of a file as ``git apply`` is to find it."""
    return "".join(unified_diff(found.edits, path_of(found.source)) for found in files)


def _merged(files: dict[str, FileEdits], fixes: Sequence[Fix]) -> dict[str, FileEdits] | None:
    """The files with the edits of one call as well; ``None`` where they touch what an earlier call edits."""
    merged = dict(files)
    for name, own in _by_file(fixes).items():
        if own is None:
            return None
        there = merged.get(name)
        if there is None:
            merged[name] = own
            continue
        both = _joined(there, own)
        if both is None:
            return None
        merged[name] = both
    return merged


def _by_file(fixes: Sequence[Fix]) -> dict[str, FileEdits | None]:
    """The edits of the steps of one call, as edits of each file as it is; ``None`` where a step cannot be placed."""
    originals: dict[str, Source] = {}
    versions: dict[str, dict[str, _Edits]] = {}
    for fix in fixes:
        source = outermost_source(fix.source)
        original = originals.setdefault(source.name, source)
        known = versions.setdefault(source.name, {})
        before = () if source.text == original.text else known.pop(source.text, None)
        if before is None:
            return {source.name: None}
        edits = composed(original, before, map(in_file, fix.edits))
        known[apply_edits(original, edits).text] = edits
    found: dict[str, FileEdits | None] = {}
    for name, original in originals.items():
        whole: FileEdits | None = FileEdits(original, ())
        for edits in versions[name].values():
            whole = None if whole is None else _joined(whole, FileEdits(original, edits))
        found[name] = whole
    return found


def _joined(one: FileEdits, other: FileEdits) -> FileEdits | None:
    """The edits of both; ``None`` where they overlap, or leave a file that is no JSON any more."""
    if one.source.text != other.source.text:
        return None
    source = one.source
    moved = [TextEdit(Span(source, edit.span.start, edit.span.end), edit.replacement) for edit in other.edits]
    known = {(edit.span.start, edit.span.end, edit.replacement) for edit in one.edits}
    new = [edit for edit in moved if (edit.span.start, edit.span.end, edit.replacement) not in known]
    edits = (*one.edits, *new)
    if new and not source.text and one.edits:
        return None
    try:
        after = apply_edits(source, edits)
    except ValueError:
        return None
    return None if isinstance(load_json(after), Problem) else FileEdits(source, edits)
