"""What stands under the verdict: who wanted what, what AWS said, why it was denied and what to do, all on one screen.

The cause and the way out are told here in short; the sections below prove them, and do not say them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.explanation.diagnosis import Tested
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.remedy_codes import SOMETHING_ELSE_MEANT
from policysim.reports.blocks import Row, Rows
from policysim.reports.report_phrases import (
    action_of,
    agreement_phrase,
    caller_of,
    headline_of,
    resource_of,
    said,
    verified_phrase,
    when,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.reports.decision_document import StatementDocument
    from policysim.reports.document import FixDocument, HypothesisDocument, NearMissDocument, RemedyDocument, Report

_TOLD_BY_THE_VERDICT: Final = frozenset({Cause.EXPLICIT_DENY.code, Cause.NO_ALLOW.code})
_NOT_KNOWN: Final = "not known"
_ALLOWED_BY_NOW: Final = "make the call again: the policies at hand allow it"


def facts_of(report: Report) -> Rows:
    """The rows under the verdict."""
    cause = _cause(report)
    rows = (
        Row("Who", caller_of(report) or _NOT_KNOWN, exact=True),
        Row("Wanted", _wanted(report)),
        Row("When", when(report.event)) if report.event is not None else None,
        Row("AWS said", said(report.denial)) if report.denial or not report.aws_evaluation else None,
        Row("policysim", agreement_phrase(report)) if not is_beside_policies(report) else None,
        Row("Cause", cause) if cause else None,
        _way_out(report),
    )
    return Rows(tuple(row for row in rows if row is not None))


def is_beside_policies(report: Report) -> bool:
    """Whether AWS itself says that no policy caused the denial."""
    return report.denial is not None and not report.denial.iam


def is_told_by_the_cause(miss: NearMissDocument, report: Report) -> bool:
    """Whether the row of the cause says already what a statement is short of."""
    left = _left(report)
    return bool(left) and left[0].tested is Tested.CONFIRMED and miss.sentence in _cause(report)


def _wanted(report: Report) -> str:
    action, resource = action_of(report), resource_of(report)
    if resource:
        return f"{action} on {resource}"
    named = report.event is not None or (report.denial is not None and report.denial.action)
    return f"{action}, on a resource that is not known" if named else _NOT_KNOWN


def _left(report: Report) -> list[HypothesisDocument]:
    """The causes that testing left."""
    return [one for one in report.hypotheses if one.tested is not Tested.REFUTED]


def _cause(report: Report) -> str:
    """The cause that testing left, in a sentence, where the verdict does not say it; or the likeliest of several."""
    left = _left(report)
    if not left or (left[0].code == Cause.NOT_A_POLICY.code and is_beside_policies(report)):
        return ""
    first = left[0]
    told = _without_places(first.cause, _shown_below(report))
    if first.tested is Tested.CONFIRMED:
        verdict = f"{said(report.denial)} {headline_of(report).phrase}"
        return "" if first.code in _TOLD_BY_THE_VERDICT or first.cause in verdict else f"confirmed: {told}"
    if len(left) == 1:
        return f"possible, not confirmed: {told}"
    return f"{len(left)} are possible; the likeliest: {told}"


def _shown_below(report: Report) -> Iterable[StatementDocument]:
    """The statements whose places and lines the sections show."""
    yield from (miss.statement for miss in report.near_misses)
    yield from report.decision.statements if report.decision is not None else ()


def _without_places(sentence: str, statements: Iterable[StatementDocument]) -> str:
    for one in statements:
        sentence = sentence.replace(f" ({one.file}:{one.line})", "")
    return sentence


def _way_out(report: Report) -> Row | None:
    """What to do first: what needs no change of a policy, or find out the cause, or make an edit."""
    remedy = _remedy(report)
    if remedy is not None:
        return Row("Try first", remedy.sentence)
    if report.separating is not None:
        return Row("Find out", report.separating.sentence)
    if report.fixes:
        return Row("Fix", _fix(report.fixes[0], report))
    first = next(iter(_left(report)), None)
    if first is not None and first.code == Cause.POLICY_CHANGED_SINCE.code and first.tested is Tested.CONFIRMED:
        return Row("Try first", _ALLOWED_BY_NOW) if _is_allowed(report) else None
    return None


def _is_allowed(report: Report) -> bool:
    return report.decision is not None and report.decision.effect is Effect.ALLOWED


def _remedy(report: Report) -> RemedyDocument | None:
    """The remedy to try first; none where an edit was seen to work, and no remedy was, nor says that more is wrong."""
    works = next((one for one in report.remedies if one.verified), None)
    if works is not None or not report.remedies:
        return works
    first = report.remedies[0]
    edit_works = any(one.verified.effect is Effect.ALLOWED for one in report.fixes)
    return None if edit_works and first.code not in SOMETHING_ELSE_MEANT else first


def _fix(fix: FixDocument, report: Report) -> str:
    steps = max(one.step for one in report.fixes)
    step = f"in {steps} steps, the first: " if steps > 1 else ""
    warned = "; read its warning first" if fix.warning else ""
    return f"{step}{fix.summary}; {verified_phrase(fix, action_of(report))}{warned}"
