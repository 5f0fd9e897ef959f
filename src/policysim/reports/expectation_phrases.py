"""An expectation and what came out of it in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Form
from policysim.reports.decision_phrases import counted

if TYPE_CHECKING:
    from policysim.reports.expectation_document import (
        ExpectationDocument,
        ExpectationSummary,
        PlaceDocument,
        ShortfallDocument,
    )

EFFECT_TOLD: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "allowed",
    Effect.EXPLICIT_DENY: "denied explicitly",
    Effect.IMPLICIT_DENY: "denied for want of an Allow",
    Effect.DEPENDS: "undecided",
}
_DENYING: Final = frozenset({Form.CANNOT.value, Form.NOBODY.value})
_TOLD_FIRST: Final = (Standing.UNMET, Standing.UNDECIDED, Standing.BROKEN)


def place_told(place: PlaceDocument) -> str:
    """``file:line:column``."""
    return f"{place.file}:{place.line}:{place.column}"


def request_told(shortfall: ShortfallDocument, beside: ShortfallDocument) -> str:
    """One request and its answer, in short; of its context what the request ``beside`` it does not state as well."""
    request = shortfall.request
    asked = f"{request.caller}: {request.action} on {request.resource}"
    keys = " and ".join(
        f"{one.key} = {', '.join(one.values)}" if one.values else f"{one.key} absent"
        for one in request.context
        if one not in beside.request.context
    )
    return f"{asked}{f' when {keys}' if keys else ''}: {EFFECT_TOLD[shortfall.decision.effect]}"


def held_by(expectation: ExpectationDocument) -> str:
    """What keeps the denials that a met expectation asks for: a guardrail, or only that nothing allows them."""
    if expectation.form not in _DENYING or expectation.standing is not Standing.MET or not expectation.asked:
        return ""
    if expectation.by_guardrail == expectation.asked:
        return "held by a guardrail"
    if not expectation.by_guardrail:
        return "by default: nothing allows it"
    return f"{expectation.by_guardrail} of {expectation.asked} requests held by a guardrail, the others by default"


def standing_counts(summary: ExpectationSummary) -> str:
    """``12 expectations: 10 met, 1 unmet, 1 undecided``."""
    counts = {
        Standing.UNMET: summary.unmet,
        Standing.UNDECIDED: summary.undecided,
        Standing.BROKEN: summary.broken,
    }
    told = [f"{summary.met} met", *(f"{counts[one]} {one.value}" for one in _TOLD_FIRST if counts[one])]
    return f"{counted(summary.expectations, 'expectation')}: {', '.join(told)}"
