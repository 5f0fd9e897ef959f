"""The diagnoses of many calls: equal calls once, one after the other, so that no more is kept than is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.cli.whose_account import misfit
from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.explanation.diagnose import diagnose
from policysim.explanation.diagnosis import Agreement
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.cloudtrail.call import Call
    from policysim.explanation.diagnosis import Diagnosis

_IDS: Final = {"event_id", "request_id", "shared_event_id"}
"""What tells two records of equal calls apart, and has no part in their diagnosis."""

_REMEMBERED: Final = 1000
"""As many diagnoses are kept for calls that come again: a log repeats a call soon or not at all."""


class Asked(NamedTuple):
    """A call, and the organisation to explain it in; ``None`` where only the event itself can tell."""

    call: Call
    organisation: Organisation | None


def asked_in(folder: str, organisation: Organisation, calls: Sequence[Call]) -> list[Asked]:
    """Each call with the organisation, or alone where the folder says nothing about it; one call at least fits.

    Raises:
        InputError: no call fits the folder.
    """
    misfits = [misfit(call, organisation) for call in calls]
    if all(misfits):
        raise InputError(f"{folder}: {misfits[0]}")
    return [
        Asked(call, organisation)
        if why_not is None
        else Asked(replace(call, unresolved=(*call.unresolved, f"{folder}: {why_not}")), None)
        for call, why_not in zip(calls, misfits, strict=True)
    ]


def diagnoses_of(asked: Iterable[Asked]) -> Iterator[Diagnosis]:
    """The diagnosis of each call; a call that differs from an earlier one in its ids alone gets that one's."""
    known: dict[object, Diagnosis] = {}
    for call, organisation in asked:
        key = _without_ids(call)
        found = known.get(key) if key is not None else None
        if found is None:
            found = diagnose(call, organisation, CATALOGUE)
            if key is not None:
                if len(known) >= _REMEMBERED:
                    del known[next(iter(known))]
                known[key] = found
        yield found if found.call is call else replace(found, call=call)


def _without_ids(call: Call) -> object:
    """All that the diagnosis can depend on; ``None`` for a message, which comes alone, and beside AWS's evaluation."""
    if call.event is None or any(requested.evaluated is not None for requested in call.requests):
        return None
    return call.event.model_dump_json(exclude=_IDS), call.unresolved


def explained(diagnosis: Diagnosis) -> bool:
    """Whether the evidence leaves one cause.

    With policies: they deny, in one way, and AWS says nothing else. Without: AWS itself names the layer and the kind
    of denial, or a cause that is no policy.
    """
    denial, decision = diagnosis.call.denial, diagnosis.decision
    if denial is not None and not denial.iam:
        return denial.cause is not None
    evaluations = [one.evaluated for one in diagnosis.call.requests if one.evaluated is not None]
    if decision is None and any(evaluation.names_cause for evaluation in evaluations):
        return True
    if decision is None:
        return denial is not None and denial.layer is not None and denial.kind is not DenialKind.UNKNOWN
    if decision.effect in {Effect.ALLOWED, Effect.DEPENDS} or diagnosis.agreement is Agreement.DISAGREES:
        return False
    return not decision.possible or diagnosis.agreement is Agreement.AGREES
