"""The findings of ``policysim explain`` as SARIF: what decides and what is close, with the edit where it is exact.

One result for each root cause; its rule is the code of the cause. It stands at the element that is one short, or at the
statement that decides; where no statement does, at the file that the first edit is for. Further statements in the way
and near misses are related places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.reports.cause_titles import CAUSE_TITLES, cause_code
from policysim.reports.decision_phrases import statement_name
from policysim.reports.report_phrases import action_of, caller_of, headline_of, resource_of, verified_phrase
from policysim.reports.sarif_format import artifact, fingerprint, location, log_of, log_text, message, region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from policysim.reports.decision_document import StatementDocument
    from policysim.reports.document import FixDocument, NearMissDocument, Report
    from policysim.reports.groups import GroupReport


def sarif_of_groups(groups: Sequence[GroupReport], version: str, folder: Path) -> str:
    """The log of a run; files below ``folder`` are named relative to it."""
    return log_text(sarif_log_of(groups, version, folder))


def sarif_log_of(groups: Sequence[GroupReport], version: str, folder: Path) -> dict[str, Any]:
    """The same as a JSON value."""
    titles = dict(CAUSE_TITLES)
    for one in groups:
        titles.setdefault(cause_code(one.report), cause_code(one.report))
    numbers = {code: number for number, code in enumerate(titles)}
    rules = [_rule(code, title) for code, title in titles.items()]
    return log_of(version, rules, [_result(one, numbers, folder) for one in groups])


def _rule(code: str, title: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": f"{title}."},
        "help": {"text": f"{title}. `policysim explain` tells the evidence, the ways out and how to check them."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(one: GroupReport, numbers: Mapping[str, int], folder: Path) -> dict[str, Any]:
    report, group = one
    code, places = cause_code(report), list(_places(report, folder))
    fixes = [fix for fix in (_fix(fix, action_of(report), folder) for fix in report.fixes) if fix is not None]
    result: dict[str, Any] = {
        "ruleId": code,
        "ruleIndex": numbers[code],
        "level": "error",
        "kind": "fail",
        "message": message(_message(report)),
        "occurrenceCount": group.count,
        "partialFingerprints": fingerprint(
            code, caller_of(report) or "", action_of(report), resource_of(report) or "", _file(report)
        ),
        "properties": {"principals": list(group.principals), "resources": list(group.resources)},
    }
    if places:
        result["locations"] = [places[0]]
    if places[1:]:
        result["relatedLocations"] = [{**place, "id": number} for number, place in enumerate(places[1:], 1)]
    if fixes:
        result["fixes"] = fixes
    return result


def _message(report: Report) -> str:
    headline = headline_of(report)
    caller, resource = caller_of(report), resource_of(report)
    who = f" ({caller}, on {resource})" if caller and resource else ""
    return f"{headline.word} {headline.phrase}{who}"


def _places(report: Report, folder: Path) -> Iterator[dict[str, Any]]:
    """Where to look, the place to change first; each once."""
    decided = report.decision.statements if report.decision is not None else ()
    denying = [one.statement for one in report.obstacles if one.statement is not None]
    close = [miss for miss in report.near_misses if miss.statement.opens and not (miss.spares or miss.far)]
    seen = set()
    for place in (
        *(_statement(one, folder) for one in (*decided, *denying) if one.opens),
        *(_miss(one, folder) for one in close),
    ):
        key = str(place["physicalLocation"])
        if key not in seen:
            seen.add(key)
            yield place
    first = next((fix for fix in report.fixes if _is_of_a_file(fix)), None)
    if not seen and first is not None:
        yield location(first.file, region(1, 1, 1, 1), folder)


def _statement(statement: StatementDocument, folder: Path) -> dict[str, Any]:
    place = region(statement.line, statement.column, statement.end_line, statement.end_column)
    text = f"{statement_name(statement)} ({statement.effect})"
    return {**location(statement.file, place, folder), "message": message(text)}


def _miss(miss: NearMissDocument, folder: Path) -> dict[str, Any]:
    place = region(miss.line, miss.column, miss.end_line, miss.end_column)
    text = f"{statement_name(miss.statement)}: {miss.element.value}: {miss.sentence}"
    return {**location(miss.file, place, folder), "message": message(text)}


def _file(report: Report) -> str:
    decided = report.decision.statements if report.decision is not None else ()
    files = (*(one.file for one in decided), *(one.file for one in report.near_misses))
    return files[0] if files else ""


def _fix(fix: FixDocument, action: str, folder: Path) -> dict[str, Any] | None:
    """An edit of a file as it lies there; an edit on top of another one has no exact place in it."""
    if fix.step > 1 or not fix.replacements or not _is_of_a_file(fix):
        return None
    replacements = [
        {
            "deletedRegion": region(one.line, one.column, one.end_line, one.end_column),
            "insertedContent": {"text": one.text},
        }
        for one in fix.replacements
    ]
    text = f"{fix.summary} ({verified_phrase(fix, action)})"
    return {
        "description": message(text),
        "artifactChanges": [{"artifactLocation": artifact(fix.file, folder), "replacements": replacements}],
    }


def _is_of_a_file(fix: FixDocument) -> bool:
    """Whether the file is there before the edit makes it."""
    return not fix.diff.startswith("--- /dev/null")
