"""The denials of one log file, explained and put together by root cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, cast

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.requests import call_from_event
from policysim.explanation.many import asked_of, examined
from policysim.pipeline.lines import cause_key
from policysim.reports.build import report_of
from policysim.reports.groups import Grouping, GroupReport

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from policysim.account.account import Organisation
    from policysim.cloudtrail.event import Event
    from policysim.pipeline.ignoring import Unwanted
    from policysim.pipeline.lines import CauseKey

_Part = TypeVar("_Part")

_AT_HAND: Final = "the policies at hand"

MOST_REPORTS: Final = 200
"""As many root causes of a log file are worked out in full; of the others only the number is told."""


class Told(NamedTuple):
    """What a log file tells: the causes to speak of, and what is only counted.

    ``groups`` have at least the wanted number of denials, the most first; ``unreported`` causes of ``further`` denials
    have it too and go beyond what is worked out. ``counts`` are all denials that are not left out.
    """

    groups: tuple[GroupReport, ...]
    counts: Counter[CauseKey]
    unreported: int = 0
    further: int = 0


def denied_among(events: Sequence[Event], unwanted: Unwanted) -> list[Event]:
    """The denied events that somebody wants to hear of, by what the records themselves tell."""
    return [event for event in events if event.why_no_denial is None and not unwanted.is_event(event)]


def told_of(
    denied: Sequence[Event],
    events: Sequence[Event],
    *,
    organisation: Organisation,
    folder: Path,
    unwanted: Unwanted,
    minimum: int,
) -> Told:
    """The causes of denied events; ``events`` are all of the log file, of which later ones are evidence."""
    calls = (call_from_event(event, takes_no_resource=CATALOGUE.takes_no_resource) for event in denied)
    asked = (asked_of(_AT_HAND, organisation, call) for call in calls)
    grouping, counts = Grouping(), Counter["CauseKey"]()
    for found in examined(asked, events):
        if unwanted.is_cause(found.diagnosis):
            continue
        grouping.add(found.diagnosis, found.whole)
        counts[cause_key(found.diagnosis)] += 1
    wanted = [group for group in grouping.documents() if group.count >= minimum]
    shown, rest = wanted[:MOST_REPORTS], wanted[MOST_REPORTS:]
    groups = [
        GroupReport(_named_from(folder, report_of(one.first, folder)), one.document)
        for one in grouping.groups(len(shown))
    ]
    return Told(tuple(groups), counts, len(rest), sum(group.count for group in rest))


def _named_from(folder: Path, document: _Part) -> _Part:
    """The same with every file named from the folder of policies: where the function keeps it tells nobody anything."""
    if isinstance(document, str):
        named = "." if document == str(folder) else document.replace(f"{folder}/", "")
        return cast("_Part", named)
    if isinstance(document, tuple):
        return cast("_Part", tuple(_named_from(folder, part) for part in document))
    if is_dataclass(document) and not isinstance(document, type):
        parts = {field.name: _named_from(folder, getattr(document, field.name)) for field in fields(document)}
        return cast("_Part", replace(document, **parts))
    return document
