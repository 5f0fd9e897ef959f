"""Many events at once have the answers that each has by itself, in words and in JSON."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from policysim import __version__
from policysim.catalog.facts import CATALOGUE
from policysim.cli.explanations import asked_in
from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.requests import call_from_event
from policysim.explanation.diagnose import diagnose
from policysim.reports.build import report_of
from policysim.reports.groups import Grouping, GroupReport
from policysim.reports.json_report import json_text
from policysim.reports.layout import Paint
from policysim.reports.text_report import text_of_groups
from policysim.sources.organization_folder import read_organisation
from tests.cli.account_folders import run
from tests.laws.effort import examples
from tests.reports.whole_reports import report_file
from tests.scenarios.running import ACME, account_of, scenarios

if TYPE_CHECKING:
    from policysim.cloudtrail.event import Event

Record = dict[str, Any]


@cache
def known() -> list[Record]:
    """The events of the gallery that play in the sample organisation."""
    found = [scenario / "event.json" for scenario in scenarios() if account_of(scenario) == ACME]
    return [json.loads(path.read_text(encoding="utf-8")) for path in found if path.exists()]


class Change(NamedTuple):
    """What makes an event of the gallery another one of its kind; the empty text leaves a part as it is."""

    number: int
    time: str
    session: str
    key: str


changes = st.builds(
    Change,
    st.integers(0, 10_000),
    st.sampled_from(("2026-11-24T03:00:00Z", "2026-11-24T03:20:00Z", "2026-11-25T09:00:00Z")),
    st.sampled_from(("", "2")),
    st.sampled_from(("", "-2", "/2")),
)


def changed(change: Change, place: int) -> Record:
    record = known()[change.number % len(known())]
    text = json.dumps(record)
    key = (record.get("requestParameters") or {}).get("key")
    if key and change.key:
        text = text.replace(key, key + change.key)
    arn = record["userIdentity"].get("arn") or ""
    if ":assumed-role/" in arn and change.session:
        text = text.replace(arn, arn + change.session)
    return {**json.loads(text), "eventTime": change.time, "eventID": f"event-{place}"}


def slowly(records: list[Record]) -> dict[str, str]:
    """Every event explained whole, by itself, with the organisation read anew."""
    events = [event_from_record(record) for record in records]
    reports, grouping = [], Grouping()
    for event in events:
        call = call_from_event(event, takes_no_resource=CATALOGUE.takes_no_resource)
        ((asked, organisation),) = asked_in(str(ACME), read_organisation(ACME), [call])
        found = diagnose(asked, organisation, CATALOGUE, _later(event, events))
        reports.append(report_of(found, Path.cwd()))
        grouping.add(found)
    groups = [GroupReport(report_of(group.first, Path.cwd()), group.document) for group in grouping.groups()]
    return {
        "text": text_of_groups(groups, Paint(coloured=False)),
        "json": json_text(report_file(reports, __version__, grouping.documents())),
    }


def _later(event: Event, events: list[Event]) -> tuple[Event, ...]:
    """The calls of the same operation from the event on, in the order of their times."""
    dated = [(one.time, place, one) for place, one in enumerate(events) if one.time is not None]
    operation = (event.event_source, event.event_name)
    return tuple(
        one
        for time, _, one in sorted(dated, key=itemgetter(0, 1))
        if event.time is not None and time >= event.time and (one.event_source, one.event_name) == operation
    )


@examples(10)
@given(st.lists(changes, min_size=1, max_size=6))
def test_many_events_have_the_answers_that_each_has_by_itself(drawn: list[Change]) -> None:
    records = [changed(change, place) for place, change in enumerate(drawn)]
    expected = slowly(records)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.json"
        log.write_text(json.dumps({"Records": records}), encoding="utf-8")
        for name, text in expected.items():
            done = run("explain", str(log), "--account", str(ACME), "--format", name)
            assert done.stdout == text
