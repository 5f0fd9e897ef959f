"""The report for a person who was woken by a page: the verdict first, then the proof, then what to do.

Eighty columns; only what must stay whole to be copied (an ARN, a command, a diff) makes a longer line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LAYER, LayerName
from policysim.explanation.diagnosis import Agreement
from policysim.reports.decision_text import (
    heading,
    headline,
    layer_table,
    open_points,
    place,
    shown_statements,
    statement_name,
    statement_sections,
    verdict_phrase,
)
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.layer_words import layer_named, layer_title, with_article
from policysim.reports.layout import INDENT, Paint, Tone, bullet, command_lines, labelled, paragraph
from policysim.reports.printable import printable, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.document import (
        DenialDocument,
        EventDocument,
        FixDocument,
        NearMissDocument,
        Report,
        RequestDocument,
    )

_LONGEST_MESSAGE = 300
_EVERYBODY = "everybody (`*`)"
_ENCODED: Final = re.compile(r"(Encoded authorization failure message:\s*)\S+")
_TRUST_PHRASE: Final[dict[DenialKind, str]] = {
    DenialKind.EXPLICIT: "an explicit deny in the role trust policy",
    DenialKind.IMPLICIT: "no role trust policy allows the action",
    DenialKind.UNKNOWN: "the role trust policy",
}
_BETWEEN_REPORTS = "\n" + "=" * 80 + "\n\n"


def text_of_all(reports: Sequence[Report], paint: Paint, *, verbose: bool = False) -> str:
    """Several reports, one behind the other."""
    return _BETWEEN_REPORTS.join(report_text(report, paint, verbose=verbose) for report in reports)


def report_text(report: Report, paint: Paint, *, verbose: bool = False) -> str:
    """One report."""
    lines = [
        *_verdict(report, paint),
        "",
        *_facts(report, verbose=verbose),
        *_requests(report, paint, verbose=verbose),
        *_decision(report, paint, verbose=verbose),
        *_near_misses(report, paint, verbose=verbose),
        *_ways_out(report, paint),
    ]
    return "\n".join(lines) + "\n"


def _verdict(report: Report, paint: Paint) -> Iterator[str]:
    decision, action = report.decision, _action(report)
    if decision is None:
        yield from headline(Effect.IMPLICIT_DENY, f"{action}: {_said_in_short(report.denial)}", paint)
    elif decision.effect is Effect.ALLOWED:
        phrase = f"{action}: denied by AWS, but allowed by the policies at hand"
        yield from headline(Effect.DEPENDS, phrase, paint, word="UNEXPLAINED")
    else:
        yield from headline(decision.effect, verdict_phrase(decision, action) + _nearest(report), paint)


def _nearest(report: Report) -> str:
    if report.decision is None or report.decision.effect is not Effect.IMPLICIT_DENY or not report.near_misses:
        return ""
    miss = report.near_misses[0]
    if miss.far:
        return ""
    return f"; nearest is {statement_name(miss.statement)}, {_place(miss)}"


def _action(report: Report) -> str:
    request = _refused(report)
    if request is not None:
        return printable(request.action)
    if report.denial is not None and report.denial.action:
        return printable(report.denial.action)
    return printable(report.event.name or "the call") if report.event else "the call"


def _refused(report: Report) -> RequestDocument | None:
    return report.requests[report.refused] if report.refused is not None else None


def _facts(report: Report, *, verbose: bool) -> Iterator[str]:
    request, event, denial = _refused(report), report.event, report.denial
    who = (request and request.principal) or (denial and denial.principal) or (event and event.principal)
    yield from labelled("Who", printable(who or "unknown"))
    resource = (request and request.resource) or (denial and denial.resource)
    wanted = f"{_action(report)} on {printable(resource)}" if resource else f"{_action(report)}, on what is not known"
    yield from labelled("Wanted", wanted)
    if event is not None:
        yield from labelled("When", _when(event))
    yield from labelled("AWS said", _said(denial))
    if verbose and denial is not None:
        yield from labelled("in full", printable(denial.raw))
    yield from labelled("policysim", _agreement(report))


def _when(event: EventDocument) -> str:
    parts = (
        event.time,
        event.region,
        event.source and f"{event.name} at {event.source}",
        event.id and f"event {event.id}",
    )
    return printable(", ".join(part for part in parts if part) or "unknown")


def _said(denial: DenialDocument | None) -> str:
    if denial is None:
        return "denied, without a message"
    if not denial.iam:
        return printable(f"denied by no policy: {denial.cause or denial.raw}")
    if denial.layer is None:
        return f"denied, naming no policy type: {_shortened(denial.raw)}"
    named = f": {denial.policy_arn}" if denial.policy_arn else ""
    return printable(_layer_phrase(denial.layer, denial.kind, denial.action) + named)


def _said_in_short(denial: DenialDocument | None) -> str:
    if denial is not None and denial.iam and denial.layer is None:
        return "AWS does not say which policy type denied it"
    return _said(denial)


def _layer_phrase(layer: str, kind: DenialKind, action: str | None) -> str:
    if layer == "trust":
        return _TRUST_PHRASE[kind]
    row = next((LAYER[name] for name in LayerName if name.value == layer), None)
    if row is None:
        return layer
    match kind:
        case DenialKind.EXPLICIT:
            return row.explicit_phrase
        case DenialKind.IMPLICIT:
            return f"{row.implicit_phrase} {action or 'requested'} action"
        case DenialKind.UNKNOWN:
            return f"denied by {with_article(row.title)}, or by the lack of one"


def _shortened(message: str) -> str:
    """A message without the blob that only AWS can decode, and cut where it is very long."""
    message = _ENCODED.sub(r"\1…", message)
    return printable(message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…")


def _agreement(report: Report) -> str:
    reason = printable(report.disagreement)
    match report.agreement:
        case Agreement.AGREES:
            return f"agrees: {reason}" if reason else "agrees"
        case Agreement.DISAGREES:
            return f"DISAGREES: {reason}"
        case Agreement.UNKNOWN:
            return f"cannot compare: {reason}" if reason else "cannot compare"


def _requests(report: Report, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Each authorization that the call needs; left out where there is one and it was decided."""
    if not report.requests or (len(report.requests) == 1 and report.decision is not None and not verbose):
        return
    yield from heading(
        "Requests that the call proves" if report.event else "The request that the message proves", paint
    )
    for request in report.requests:
        outcome = f": {request.decision.effect.value.replace('_', ' ')}" if request.decision else ""
        only = " (only with some options of the call)" if request.conditional else ""
        yield from bullet(printable(f"{request.action} on {request.resource}{only}{outcome}"))
        yield from paragraph(_provenance(request), first="      ")


def _provenance(request: RequestDocument) -> str:
    origin = request.provenance
    parts = {"action": origin.action, "resource": origin.resource, "principal": origin.principal, "owner": origin.owner}
    return printable("; ".join(f"{part}: {source}" for part, source in parts.items() if source))


def _decision(report: Report, paint: Paint, *, verbose: bool) -> Iterator[str]:
    if report.decision is None:
        return
    action = _action(report)
    yield from statement_sections(report.decision, action, paint, verbose=verbose)
    yield from layer_table(report.checks, action, paint, verbose=verbose)


def _near_misses(report: Report, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """What a Deny spares, what may match, and what is one element short; nothing that stands further up."""
    misses, action = report.near_misses, _action(report)
    above = {place(one) for one in shown_statements(report.decision, verbose=verbose)} if report.decision else set()
    yield from _spared([miss for miss in misses if miss.spares], paint)
    may_match = [miss for miss in misses if miss.open and place(miss.statement) not in above]
    yield from _missed("Statements that may match: one element hangs on what is not known", may_match, action, paint)
    short = [miss for miss in misses if not (miss.spares or miss.open)]
    yield from _missed("Near misses: statements that are one element short", short, action, paint)


def _missed(title: str, misses: Sequence[NearMissDocument], action: str, paint: Paint) -> Iterator[str]:
    if misses:
        yield from heading(title, paint)
    for number, miss in enumerate(misses):
        if number:
            yield ""
        layer = layer_title(miss.statement.layer, action)
        yield from paragraph(f"{statement_name(miss.statement)}, {layer} ({miss.statement.effect})")
        yield from paragraph(f"{miss.element.value}: {printable(miss.sentence)}")
        yield INDENT + paint(_place(miss), Tone.PLACE)
        yield from excerpt_lines(miss.excerpt, paint)


def _spared(misses: Sequence[NearMissDocument], paint: Paint) -> Iterator[str]:
    """What a Deny spares; its lines stand further up, as the statement that decides."""
    if misses:
        yield from heading("What the Deny would spare", paint)
    for miss in misses:
        yield from bullet(f"{miss.element.value}: {printable(miss.sentence)} ({statement_name(miss.statement)})")
        yield f"    {paint(_place(miss), Tone.PLACE)}"


def _place(miss: NearMissDocument) -> str:
    return f"{printable(miss.file)}:{miss.line}:{miss.column}"


def _ways_out(report: Report, paint: Paint) -> Iterator[str]:
    """The edits, and what else can be done: before the edits where they are exceptions to a Deny on purpose."""
    if report.decision is not None and report.decision.effect is Effect.EXPLICIT_DENY:
        yield from _still_open(report, paint)
        yield from _fixes(report.fixes, _action(report), paint)
    else:
        yield from _fixes(report.fixes, _action(report), paint)
        yield from _still_open(report, paint)


def _fixes(fixes: Sequence[FixDocument], action: str, paint: Paint) -> Iterator[str]:
    steps = max((fix.step for fix in fixes), default=1)
    for number, fix in enumerate(fixes, 1):
        step = f", step {fix.step} of {steps}" if steps > 1 else ""
        count = f" {number} of {len(fixes)}" if len(fixes) > 1 else ""
        yield from heading(f"Proposed fix{count}{step}", paint)
        yield from paragraph(printable(fix.summary))
        yield from paragraph(_verified(fix, action))
        if fix.also_affects:
            affected = (_EVERYBODY if one == "*" else one for one in fix.also_affects)
            yield from paragraph(f"also affects: {printable(', '.join(affected))}")
        if fix.warning:
            yield from paragraph(f"warning: {printable(fix.warning)}")
        if fix.command:
            yield INDENT + "deploy:"
            yield from command_lines(printable(fix.command))
        yield from _diff(fix, paint)


def _verified(fix: FixDocument, action: str) -> str:
    match fix.verified.effect:
        case Effect.ALLOWED:
            return "evaluated again: allowed"
        case Effect.DEPENDS:
            hangs_on = ", ".join(fix.verified.unknown_keys) or "what was not collected"
            return printable(f"evaluated again: no longer denied for certain, it depends on {hangs_on}")
        case Effect.EXPLICIT_DENY | Effect.IMPLICIT_DENY:
            title = layer_named(fix.verified.layer, action)
            in_the_way = f"the {title}" if title else printable(fix.verified.layer)
            effect = fix.verified.effect.value.replace("_", " ")
            return f"evaluated again: {effect}, next in the way is {in_the_way}"


def _diff(fix: FixDocument, paint: Paint) -> Iterator[str]:
    if not fix.diff:
        return
    shown = printable_lines(fix.diff)
    where = "" if fix.folder == "." else f" -C {printable(fix.folder)}"
    yield from paragraph(f"the edit, for `git{where} apply`:")
    if shown != fix.diff:
        yield from paragraph("(its control characters are shown escaped: take the diff from --format json)")
    yield ""
    for line in shown.removesuffix("\n").split("\n"):
        yield _coloured(line, paint)


def _coloured(line: str, paint: Paint) -> str:
    if line.startswith(("--- ", "+++ ")):
        return paint(line, Tone.HEADING)
    tone = {"+": Tone.ADDED, "-": Tone.REMOVED, "@": Tone.PLACE}.get(line[:1])
    return paint(line, tone) if tone else line


def _still_open(report: Report, paint: Paint) -> Iterator[str]:
    if report.decision is not None:
        yield from open_points(report.decision, paint)
    if report.unresolved:
        yield from heading("Could not be made out", paint)
        for sentence in report.unresolved:
            yield from bullet(printable(sentence))
    above = tuple(gap.sentence for gap in report.decision.gaps) if report.decision is not None else ()
    steps = [step for step in report.next_steps if not (above and step.startswith(above))]
    if steps:
        yield from heading("Next", paint)
        for step in steps:
            yield from bullet(printable(step))
