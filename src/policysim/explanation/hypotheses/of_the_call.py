"""Another authorization of the same call: AWS refuses the whole call for any one that is denied (spec A8, R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.evidence import DENIALS
from policysim.explanation.hypotheses.phrases import came_to
from policysim.explanation.hypotheses.possibility import Possibility, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.layers import LayerName
    from policysim.explanation.diagnosis import RequestDiagnosis
    from policysim.explanation.hypotheses.evidence import Evidence


def other_authorizations(evidence: Evidence) -> Iterator[Possibility]:
    """The call's other requests that are denied in a way that AWS's words leave room for, one for each action.

    One that only some such calls need is no cause where another one explains the denial.
    """
    seen: set[str] = set()
    for beside in evidence.beside:
        request, decision = beside.requested.request, beside.decision
        if decision is None or decision.effect not in DENIALS or request.action.lower() in seen:
            continue
        if (beside.requested.conditional and evidence.explained_at_hand) or _names_another_action(evidence, beside):
            continue
        if not evidence.fits(decision):
            continue
        seen.add(request.action.lower())
        yield _needed_as_well(beside)


def _names_another_action(evidence: Evidence, beside: RequestDiagnosis) -> bool:
    action = evidence.said.action
    return action is not None and action.lower() != beside.requested.request.action.lower()


def _needed_as_well(beside: RequestDiagnosis) -> Possibility:
    request, decision, conditional = beside.requested.request, beside.decision, beside.requested.conditional
    assert decision is not None  # noqa: S101  # seen to by the caller
    why = beside.requested.provenance.action
    for_a_key = request.action.lower().startswith("kms:")
    needed = Cause.OTHER_AUTHORIZATION.sentence(
        action=request.action,
        resource=request.resource.arn,
        condition=f", if the call needs it ({why})" if conditional else "",
    )
    return Possibility(
        Cause.ENCRYPTION_KEY if for_a_key else Cause.OTHER_AUTHORIZATION,
        Cause.ENCRYPTION_KEY.sentence(sentence=needed) if for_a_key else needed,
        Tested.POSSIBLE if conditional else Tested.CONFIRMED,
        f"evaluated `{request.action}` on `{request.resource.arn}`: {came_to(decision)}",
        Strength.NEEDED_PERHAPS if conditional else Strength.AT_HAND,
        _layer(beside),
        supporting=(f"what the call needs beside the action it is named after: {why}",),
        fact=Fact(f"find out whether the call needs `{request.action}`: {why}") if conditional else None,
    )


def _layer(beside: RequestDiagnosis) -> LayerName | None:
    word = beside.decision.layer if beside.decision is not None else ""
    checks = beside.decision.checks if beside.decision is not None else ()
    return next((check.layer for check in checks if check.layer.value == word), None)
