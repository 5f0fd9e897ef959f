"""Many calls examined: equal calls once, one after the other, so that no more is kept than is read."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.explanation.diagnose import examine
from policysim.explanation.whose_account import misfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from policysim.account.account import Organisation
    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.event import Event
    from policysim.explanation.diagnose import Examined

_IDS: Final = {"event_id", "request_id", "shared_event_id"}
"""What tells two records of equal calls apart, and has no part in their diagnosis."""

SIBLINGS: Final = 200
"""As many later calls of the same operation are looked at beside each call."""

_REMEMBERED: Final = 1000
"""As many diagnoses are kept for calls that come again: a log repeats a call soon or not at all."""


class Asked(NamedTuple):
    """A call, and the organisation to explain it in; ``None`` where only the event itself can tell."""

    call: Call
    organisation: Organisation | None


def asked_of(folder: str, organisation: Organisation, call: Call) -> Asked:
    """A call with the organisation, or alone where the folder says nothing about it: ``unresolved`` then says why."""
    why_not = misfit(call, organisation)
    if why_not is None:
        return Asked(call, organisation)
    return Asked(replace(call, unresolved=(*call.unresolved, f"{folder}: {why_not}")), None)


def examined(asked: Iterable[Asked], events: Iterable[Event] = ()) -> Iterator[Examined]:
    """Each call examined; a call that differs from an earlier one in its ids alone gets what that one got.

    ``events`` are all of the input, denied or not: a later call of the same kind is evidence.
    """
    known: dict[object, Examined] = {}
    later = Later(events)
    for call, organisation in asked:
        key = _without_ids(call)
        found = known.get(key) if key is not None else None
        if found is None:
            found = examine(call, organisation, CATALOGUE, later.siblings_of(call.event))
            if key is not None:
                if len(known) >= _REMEMBERED:
                    del known[next(iter(known))]
                known[key] = found
        yield found.of(call)


class Later:
    """The events of an input by the operation that they call, in the order of their times."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_operation: dict[tuple[str, str], list[tuple[datetime, int, Event]]] = {}
        for number, event in enumerate(events):
            if event.time is not None:
                self._by_operation.setdefault(_operation(event), []).append((event.time, number, event))
        for found in self._by_operation.values():
            found.sort(key=itemgetter(0, 1))

    def siblings_of(self, event: Event | None) -> tuple[Event, ...]:
        """The calls of the same operation from ``event`` on, at most ``SIBLINGS``: an input may hold any number."""
        if event is None or event.time is None:
            return ()
        found = self._by_operation.get(_operation(event), [])
        start = bisect_left(found, event.time, key=itemgetter(0))
        return tuple(one for _, _, one in found[start : start + SIBLINGS])


def _operation(event: Event) -> tuple[str, str]:
    return event.event_source, event.event_name


def _without_ids(call: Call) -> object:
    """All that the diagnosis can depend on; ``None`` for a message, which comes alone, and beside AWS's evaluation.

    ``None`` as well for an event with half of a surrogate pair, which has no UTF-8: it is diagnosed by itself.
    """
    if call.event is None or any(requested.evaluated is not None for requested in call.requests):
        return None
    try:
        return call.event.model_dump_json(exclude=_IDS), call.unresolved
    except ValueError:
        return None
