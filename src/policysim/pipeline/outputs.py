"""Where the causes of a log file go: reports in S3, messages of SNS, events of EventBridge, findings of Security Hub.

Each thing that is sent is marked once it is out, so that a run that failed half-way goes on where it stopped. What is
sent and not yet marked when a run is killed is sent again: a message twice is better than none.
Source: API References of SNS (Publish), EventBridge (PutEvents) and Security Hub (BatchImportFindings) with their
limits: 256 KB a message, 256 KB an entry, 100 findings a call.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim import __version__
from policysim.reports.asff import Importer, finding_of
from policysim.reports.decision_phrases import counted
from policysim.reports.html_report import html_of_groups
from policysim.reports.json_report import json_text
from policysim.reports.notices import SMS_LENGTH, ascii_line, notice_of, rest_notice, sms_of, subject_of
from policysim.reports.published import SCHEMA, LogDocument, fitting, published
from policysim.reports.report_phrases import action_of
from policysim.sources.aws.failures import Failure
from policysim.sources.aws.quiet_calls import CallError, quiet_call
from policysim.sources.aws.stored_objects import put_object, signed_link

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from policysim.pipeline.marks import Marks
    from policysim.pipeline.notifications import LogObject
    from policysim.pipeline.place import FunctionPlace
    from policysim.pipeline.settings import Settings
    from policysim.pipeline.told import Told
    from policysim.reports.groups import GroupReport
    from policysim.reports.published import Published
    from policysim.sources.aws.connection import Connection

WRITES: Final = frozenset(
    {"s3:PutObject", "sns:Publish", "events:PutEvents", "securityhub:BatchImportFindings"},
)
"""The only calls of the function that change anything."""

SOURCE: Final = "policysim"
DETAIL_TYPE: Final = "policysim Access Denied Explained"
_MESSAGE_LIMIT: Final = 256 * 1024
_ROOM: Final = 6 * 1024
"""What is left free in a message or entry, for its subject, attributes and names."""

_FINDINGS_A_CALL: Final = 100
_MOST_FAILURES: Final = 3
"""An output that fails as often in a row is taken to be down: each further try would take time from the others."""

_ATTRIBUTE_LENGTH: Final = 200
_REST: Final = "rest-sns"
_FINDINGS: Final = "findings"
_FIFO: Final = ".fifo"
_MESSAGE_GROUP: Final = "policysim"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


class _Step(NamedTuple):
    """One thing to send, and the mark that says that it was; ``to_people``: how many messages it is."""

    mark: str
    send: Callable[[], None]
    to_people: int = 0


class Outputs(NamedTuple):
    """Sends what a log file tells; one for each log file."""

    connection: Connection
    settings: Settings
    place: FunctionPlace
    log: LogObject
    marks: Marks

    def send(self, told: Told, figures: Counter[str]) -> None:
        """Writes the reports and sends everything that is not marked as sent; counts the messages that go to people.

        An output that fails holds up no other one, and what is refused not what comes behind it: a bus that is gone
        must not silence the topic, nor one odd message the next one.

        Raises:
            CallError: of the first call that failed; what went out is marked.
        """
        documents = self._write_reports(told)
        outputs = (self._messages(told, documents), self._events(told, documents), self._findings(told, documents))
        failures = [failure for steps in outputs for failure in self._take(steps, figures)]
        if failures:
            raise failures[0]

    def _take(self, steps: Iterable[_Step], figures: Counter[str]) -> Iterator[CallError]:
        """Takes the steps of an output; the failures on the way, as many in a row being the end of it."""
        in_a_row = 0
        for step in steps:
            if step.mark in self.marks.found:
                continue
            try:
                step.send()
            except CallError as error:
                yield error
                in_a_row += 1
                if in_a_row == _MOST_FAILURES:
                    return
                continue
            in_a_row = 0
            figures["Messages"] += step.to_people
            self.marks.put(step.mark)

    def _write_reports(self, told: Told) -> list[Published]:
        """The page for people and the documents for programs, under names that a second run overwrites."""
        name = _report_name(told.groups, self.log)
        html, whole = self._link(f"{name}.html"), self._link(f"{name}.json")
        log = LogDocument(bucket=self.log.bucket, key=self.log.key, version_id=self.log.version_id)
        several = len(told.groups) > 1 and self.settings.link_hours > 0
        documents = [
            published(group, log, __version__, f"{html}#report-{number}" if several else html, whole)
            for number, group in enumerate(told.groups, 1)
        ]
        if documents:
            page = html_of_groups(told.groups, __version__).encode("utf-8", "backslashreplace")
            put_object(self.connection, self.settings.reports, f"{name}.html", page, "text/html; charset=utf-8")
            text = json_text({"schema": SCHEMA, "unreported": told.unreported, "causes": documents})
            put_object(self.connection, self.settings.reports, f"{name}.json", text.encode())
        return documents

    def _link(self, name: str) -> str:
        bucket, key = self.settings.reports.bucket, self.settings.reports.key(name)
        if self.settings.link_hours:
            return signed_link(self.connection, bucket, key, self.settings.link_hours * 3600)
        return self.place.console_link(bucket, key)

    def _messages(self, told: Told, documents: Sequence[Published]) -> Iterator[_Step]:
        """A message for each cause, up to the most that are wanted, and one about the others."""
        if self.settings.topic is None:
            return
        most = self.settings.most_messages
        for group, document in list(zip(told.groups, documents, strict=True))[:most]:
            yield _Step(_mark(group, "sns"), partial(self._publish, group, document), to_people=1)
        if len(told.groups) + told.unreported > most and documents:
            yield _Step(_REST, partial(self._publish_rest, told, documents[0].json), to_people=1)

    def _publish(self, group: GroupReport, document: Published) -> None:
        """The message about one cause: its text for people, its document for programs."""
        texts = {"email": notice_of(group, document.html, self._log_name), "sms": sms_of(group)}

        def message(text: str) -> str:
            return json.dumps({"default": text, **texts})

        whole = fitting(document, lambda text: len(message(text)) <= _MESSAGE_LIMIT - _ROOM)
        self._send_message(_mark(group, "sns"), subject_of(group), message(whole), _attributes(group))

    def _publish_rest(self, told: Told, json_link: str) -> None:
        """One message about all causes that get none of their own."""
        rest = told.groups[self.settings.most_messages :]
        causes = len(rest) + told.unreported
        denials = sum(group.group.count for group in rest) + told.further
        text = rest_notice(causes, denials, self._link(f"{_report_name(told.groups, self.log)}.html"), self._log_name)
        numbers = {"schema": SCHEMA, "more_causes": causes, "denials": denials, "json": json_link}
        message = json.dumps({"default": json.dumps(numbers), "email": text, "sms": ascii_line(text[:SMS_LENGTH])})
        self._send_message(_REST, f"policysim: {counted(causes, 'more cause')} of denials", message, {})

    def _send_message(self, mark: str, subject: str, message: str, attributes: dict[str, str]) -> None:
        topic = str(self.settings.topic)
        ordered = {"MessageGroupId": _MESSAGE_GROUP, "MessageDeduplicationId": f"{self.log.id}-{mark}"}
        quiet_call(
            self.connection,
            "sns",
            "publish",
            TopicArn=topic,
            Subject=subject,
            Message=message,
            MessageStructure="json",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
            **(ordered if topic.endswith(_FIFO) else {}),
        )

    def _events(self, told: Told, documents: Sequence[Published]) -> Iterator[_Step]:
        """An event for each cause."""
        if self.settings.event_bus is None:
            return
        for group, document in zip(told.groups, documents, strict=True):
            yield _Step(_mark(group, "events"), partial(self._put_event, self.settings.event_bus, document))

    def _put_event(self, bus: str, document: Published) -> None:
        detail = fitting(document, lambda text: len(text) <= _MESSAGE_LIMIT - _ROOM)
        entry = {"Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": detail, "EventBusName": bus}
        answer = quiet_call(self.connection, "events", "put_events", Entries=[entry])
        if answer.get("FailedEntryCount"):
            codes = [str(one["ErrorCode"]) for one in answer.get("Entries", ()) if one.get("ErrorCode")]
            raise CallError("events:PutEvents", (codes or ["unknown"])[0], Failure.OTHER)

    def _findings(self, told: Told, documents: Sequence[Published]) -> Iterator[_Step]:
        """All findings of a log file at once; importing one again changes nothing but its time.

        Findings stay for months, so their links lead into the console also where those of messages are signed.
        """
        if self.settings.security_hub and documents:
            bucket, name = self.settings.reports.bucket, self.settings.reports.key(_report_name(told.groups, self.log))
            html, whole = (self.place.console_link(bucket, f"{name}.{kind}") for kind in ("html", "json"))
            linked = [replace(document, html=html, json=whole) for document in documents]
            yield _Step(_FINDINGS, partial(self._import_findings, linked))

    def _import_findings(self, documents: Sequence[Published]) -> None:
        importer = Importer(self.place.account, self.place.partition, self.place.region)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        found = {one["Id"]: one for one in (finding_of(document, importer, now) for document in documents)}
        findings = list(found.values())
        for start in range(0, len(findings), _FINDINGS_A_CALL):
            some = findings[start : start + _FINDINGS_A_CALL]
            answer = quiet_call(self.connection, "securityhub", "batch_import_findings", Findings=some)
            if answer.get("FailedCount"):
                codes = [str(one["ErrorCode"]) for one in answer.get("FailedFindings", ())]
                raise CallError("securityhub:BatchImportFindings", (codes or ["unknown"])[0], Failure.OTHER)

    @property
    def _log_name(self) -> str:
        return f"s3://{self.log.bucket}/{self.log.key}"


def _report_name(groups: Sequence[GroupReport], log: LogObject) -> str:
    """Where the reports of a log file stand: below the day of its first denial."""
    days = sorted(one.group.first[:10] for one in groups if one.group.first and _DATE.match(one.group.first))
    return f"reports/{days[0].replace('-', '/') if days else 'undated'}/{log.id}"


def _mark(group: GroupReport, output: str) -> str:
    """The mark of what was sent of a group: of its denials and its cause, of which two groups share none.

    Where the policies have changed since the run before and put the denials together otherwise, it is another one, as
    what is told is something else.
    """
    event = group.report.event
    what = (event.id if event is not None else None, group.group.reports)
    digest = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
    return f"{group.group.cause or 'unknown'}-{digest}-{output}"


def _attributes(group: GroupReport) -> dict[str, str]:
    """What subscribers can filter by."""
    report = group.report
    decision, event = report.decision, report.event
    told = {
        "cause": group.group.cause,
        "action": action_of(report),
        "layer": decision.layer if decision is not None else None,
        "account": event.account if event is not None else None,
        "region": event.region if event is not None else None,
    }
    return {name: ascii_line(value)[:_ATTRIBUTE_LENGTH] for name, value in told.items() if value}
