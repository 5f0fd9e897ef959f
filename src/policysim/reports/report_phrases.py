"""The sentences of an explanation: what AWS said, whether we agree, what a request is made of, what an edit does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind, no_policy
from policysim.evaluation.decision import Effect
from policysim.evaluation.layer_words import layer_named, with_article
from policysim.evaluation.layers import LAYER, LayerName
from policysim.explanation.agreement import Finding
from policysim.explanation.diagnosis import Agreement, Tested
from policysim.reports.blocks import Headline
from policysim.reports.decision_phrases import EFFECT_WORD, statement_name, verdict_phrase

if TYPE_CHECKING:
    from policysim.reports.document import (
        DenialDocument,
        EventDocument,
        FixDocument,
        NearMissDocument,
        Report,
        RequestDocument,
    )

_LONGEST_MESSAGE = 300
_THE_CAUSE_TELLS: Final = "the confirmed cause tells why"
_THE_CAUSES_TELL: Final = "the policies at hand allow it: see the possible causes"
_ENCODED: Final = re.compile(r"(Encoded authorization failure message:\s*)\S+")
_TRUST_PHRASE: Final[dict[DenialKind, str]] = {
    DenialKind.EXPLICIT: "an explicit deny in the role trust policy",
    DenialKind.IMPLICIT: "no role trust policy allows the action",
    DenialKind.UNKNOWN: "the role trust policy",
}


def headline_of(report: Report) -> Headline:
    """The verdict on one denied call: by the policies at hand, or by a cause that stands beside them."""
    decision, action, cause = report.decision, action_of(report), confirmed_cause(report)
    beside = _beside_the_policies(report, cause)
    if beside:
        return Headline(EFFECT_WORD[Effect.IMPLICIT_DENY], Effect.IMPLICIT_DENY, f"{action}: {beside}")
    if decision is None or decision.effect is Effect.ALLOWED:
        phrase = f"{action}: denied by AWS, but allowed by the policies at hand"
        return Headline("UNEXPLAINED", Effect.DEPENDS, phrase)
    return Headline(EFFECT_WORD[decision.effect], decision.effect, verdict_phrase(decision, action) + _nearest(report))


def _beside_the_policies(report: Report, cause: str) -> str:
    """What denied, where the policies at hand do not tell: AWS's words, its evaluation, or a cause found by testing."""
    decision, denial, aws = report.decision, report.denial, report.aws_evaluation
    if denial is not None and not denial.iam:
        return said(denial)
    if decision is not None:
        return f"{cause}; the policies at hand allow it" if cause and decision.effect is Effect.ALLOWED else ""
    if denial is None and aws is not None:
        return f"denied by {', '.join(aws.denied_by)}" if aws.denied_by else f"{aws.effect} by AWS's own evaluation"
    return _said_in_short(denial)


def is_explained_beside(report: Report) -> bool:
    """Whether the policies at hand allow the request, and a cause beside them is confirmed."""
    return bool(confirmed_cause(report)) and report.decision is not None and report.decision.effect is Effect.ALLOWED


def confirmed_cause(report: Report) -> str:
    """The likeliest cause in a sentence, where testing confirmed it."""
    first = report.hypotheses[0] if report.hypotheses else None
    return first.cause if first is not None and first.tested is Tested.CONFIRMED else ""


def _nearest(report: Report) -> str:
    if report.decision is None or report.decision.effect is not Effect.IMPLICIT_DENY or not report.near_misses:
        return ""
    miss = report.near_misses[0]
    return "" if miss.far else f"; nearest is {statement_name(miss.statement)}, {place_of(miss)}"


def place_of(miss: NearMissDocument) -> str:
    """Where the element stands that is short of matching; of no file, only what states it."""
    return f"{miss.file}:{miss.line}:{miss.column}" if miss.statement.opens else miss.file


def action_of(report: Report) -> str:
    """The action that was refused, as far as it is known."""
    request = refused_request(report)
    if request is not None:
        return request.action
    if report.denial is not None and report.denial.action:
        return report.denial.action
    return (report.event.name if report.event else None) or "the call"


def resource_of(report: Report) -> str | None:
    """The resource of the refused request, as far as it is known."""
    request = refused_request(report)
    if request is not None:
        return request.resource
    return report.denial.resource if report.denial is not None else None


def caller_of(report: Report) -> str | None:
    """Who was refused, as far as it is known."""
    request, denial, event = refused_request(report), report.denial, report.event
    named = (
        request.principal if request is not None else None,
        denial.principal if denial is not None else None,
        event.principal if event is not None else None,
    )
    return next(filter(None, named), None)


def refused_request(report: Report) -> RequestDocument | None:
    """The request that AWS refused."""
    return report.requests[report.refused] if report.refused is not None else None


def when(event: EventDocument) -> str:
    """Time, Region, call and id of an event."""
    parts = (
        event.time,
        event.region,
        event.source and f"{event.name} at {event.source}",
        event.id and f"event {event.id}",
    )
    return ", ".join(part for part in parts if part) or "unknown"


def said(denial: DenialDocument | None) -> str:
    """What AWS said, as its words for layers have it."""
    if denial is None:
        return "denied, without a message"
    if not denial.iam:
        return f"denied by {no_policy(denial.cause_code)}: {denial.cause or denial.raw}"
    if denial.layer is None:
        return _without_a_layer(denial)
    named = f": {denial.policy_arn}" if denial.policy_arn else ""
    return _layer_phrase(denial.layer, denial.kind, denial.action) + named


def _without_a_layer(denial: DenialDocument) -> str:
    """The message itself, unless it says no more than who wanted what, which the report says anyway."""
    if not denial.recognised:
        return f"a message of no form that is known: {_shortened(denial.raw)}"
    deny = "an explicit deny" if denial.kind is DenialKind.EXPLICIT else "denied"
    says_no_more = denial.principal and denial.action and not _ENCODED.search(denial.raw)
    return f"{deny}, naming no policy type" + ("" if says_no_more else f": {_shortened(denial.raw)}")


def _said_in_short(denial: DenialDocument | None) -> str:
    if denial is not None and denial.iam and denial.layer is None and denial.recognised:
        return "AWS does not say which policy type denied it"
    return said(denial)


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
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…"


def agreement_phrase(report: Report) -> str:
    """Whether our decision is AWS's, with the reason where there is one."""
    reason = _reason(report)
    match report.agreement:
        case Agreement.AGREES:
            return f"agrees: {reason}" if reason else "agrees"
        case Agreement.DISAGREES:
            return f"DISAGREES: {reason}"
        case Agreement.UNKNOWN:
            return f"cannot compare: {reason}" if reason else "cannot compare"


def _reason(report: Report) -> str:
    """The named reason; where it only lists what may be, the causes that were tested in its place."""
    if is_explained_beside(report):
        return _THE_CAUSE_TELLS
    is_general = report.disagreement == Finding.ALLOWED_HERE.sentence
    has_causes = any(one.tested is not Tested.REFUTED for one in report.hypotheses)
    return _THE_CAUSES_TELL if is_general and has_causes else report.disagreement


def provenance(request: RequestDocument) -> str:
    """Where each part of a request came from."""
    origin = request.provenance
    parts = {"action": origin.action, "resource": origin.resource, "principal": origin.principal, "owner": origin.owner}
    return "; ".join(f"{part}: {source}" for part, source in parts.items() if source)


def verified_phrase(fix: FixDocument, action: str) -> str:
    """What evaluating again said, once an edit is made."""
    match fix.verified.effect:
        case Effect.ALLOWED:
            return "evaluated again: allowed"
        case Effect.DEPENDS:
            hangs_on = ", ".join(fix.verified.unknown_keys) or "what was not collected"
            return f"evaluated again: undecided, it depends on {hangs_on}"
        case Effect.EXPLICIT_DENY | Effect.IMPLICIT_DENY:
            title = layer_named(fix.verified.layer, action)
            in_the_way = f"the {title}" if title else fix.verified.layer
            effect = fix.verified.effect.value.replace("_", " ")
            return f"evaluated again: {effect}, next in the way is {in_the_way}"
