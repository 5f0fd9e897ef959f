"""A root cause as a message for people: the subject of an e-mail, its text, and a line for a telephone.

Source: Amazon SNS API Reference, Publish (subjects: no line breaks or control characters, less than 100 characters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.reports.decision_phrases import counted
from policysim.reports.facts import facts_of
from policysim.reports.layout import labelled, paragraph
from policysim.reports.printable import printable
from policysim.reports.report_phrases import action_of, caller_of, headline_of

if TYPE_CHECKING:
    from policysim.reports.groups import GroupReport

SUBJECT_LENGTH: Final = 99
SMS_LENGTH: Final = 280
_LONGEST_ROW: Final = 1000


def subject_of(one: GroupReport) -> str:
    """Who was denied what, and how often, in ASCII."""
    word, caller = headline_of(one.report).word, _short_name(caller_of(one.report))
    times = f" ({one.group.count}x)" if one.group.count > 1 else ""
    room = SUBJECT_LENGTH - len(times)
    return _cut(ascii_line(f"{word} {action_of(one.report)} for {caller}"), room) + times


def notice_of(one: GroupReport, html: str, log: str) -> str:
    """The verdict, the facts, and where to read the report."""
    headline = headline_of(one.report)
    lines = [*paragraph(printable(_cut(f"{headline.word} {headline.phrase}", _LONGEST_ROW)), first="", rest="  "), ""]
    for row in facts_of(one.report).rows:
        lines += labelled(row.label, printable(_cut(row.text, _LONGEST_ROW)))
    lines.append("")
    if one.group.count > 1:
        lines += labelled("Denials", printable(_occurrences(one)))
    lines += [*labelled("Report", printable(html)), *labelled("Log file", printable(log))]
    return "\n".join(lines) + "\n"


def sms_of(one: GroupReport) -> str:
    """The verdict in a line, without a link: it would take all the room."""
    headline = headline_of(one.report)
    caller = _short_name(caller_of(one.report))
    return _cut(
        ascii_line(f"{headline.word} {headline.phrase} ({caller}, {counted(one.group.count, 'denial')})"), SMS_LENGTH
    )


def rest_notice(causes: int, denials: int, html: str, log: str) -> str:
    """What is said of the causes of a log file that get no message of their own."""
    told = (
        f"{counted(causes, 'more cause')} with {counted(denials, 'denial')} in this log file got no message: "
        "explain the log file itself with `policysim explain`."
    )
    lines = [*paragraph(told, first="", rest=""), "", *labelled("Report", printable(html))]
    return "\n".join([*lines, *labelled("Log file", printable(log))]) + "\n"


def ascii_line(text: str) -> str:
    """A text on one line in ASCII: what is not plainly visible as an escape, letters of other scripts as ``?``."""
    return printable(text).encode("ascii", "replace").decode("ascii")


def _occurrences(one: GroupReport) -> str:
    group = one.group
    times = f", {group.first} to {group.last}" if group.first and group.last else ""
    callers = f", {counted(len(group.principals), 'caller')}" if len(group.principals) > 1 else ""
    resources = f", {counted(len(group.resources), 'resource')}" if len(group.resources) > 1 else ""
    return f"{group.count} with this cause{times}{callers}{resources}"


def _short_name(caller: str | None) -> str:
    """The role of a session, or the last part of another name."""
    if caller is None:
        return "an unknown caller"
    parts = caller.split("/")
    return parts[1] if ":assumed-role/" in caller and len(parts) > 1 else parts[-1]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
