"""One root cause in one log file as it is published to programs: the group, its report, and where to read more.

What a message may hold is bounded, so a document that is too large loses first its report and then names from its
lists; the links stay.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.reports.json_report import plain
from policysim.reports.report_phrases import action_of, caller_of, headline_of, resource_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.reports.document import GroupDocument, Report
    from policysim.reports.groups import GroupReport

SCHEMA: Final = 1
_NAMED: Final = 20
"""As many callers, actions and resources are left in a document that is too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDocument:
    """The log file in which the denials stand."""

    bucket: str
    key: str
    version_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is published about one root cause in one log file.

    ``fingerprint`` is the same for the same cause in every log file. ``headline`` is the verdict in a sentence.
    ``report`` is that of the first denial, as ``policysim explain --format json`` has it; null where it is too large
    for the message, and then ``complete`` is false and ``json`` tells where all of it is. ``html`` is for people.
    """

    schema: int
    policysim: str
    fingerprint: str
    headline: str
    log: LogDocument
    complete: bool
    html: str
    json: str
    group: GroupDocument
    report: Report | None


def published(one: GroupReport, log: LogDocument, version: str, html: str, json_link: str) -> Published:
    """The whole document."""
    headline = headline_of(one.report)
    return Published(
        schema=SCHEMA,
        policysim=version,
        fingerprint=fingerprint_of(one),
        headline=f"{headline.word} {headline.phrase}",
        log=log,
        complete=True,
        html=html,
        json=json_link,
        group=one.group,
        report=one.report,
    )


def fitting(document: Published, fits: Callable[[str], bool]) -> str:
    """The document as JSON on one line, in ASCII: whole, or cut until it fits, or the least that is left of it."""
    text = ""
    for text in map(_compact, _smaller_and_smaller(document)):
        if fits(text):
            break
    return text


def _compact(document: Published) -> str:
    """Half of a surrogate pair, which only a broken event holds, becomes ``?``: parsers refuse a text that has one."""
    text = json.dumps(plain(document), ensure_ascii=False).encode("utf-8", "replace")
    return json.dumps(json.loads(text), separators=(",", ":"))


def _smaller_and_smaller(document: Published) -> Iterator[Published]:
    yield document
    yield replace(document, complete=False, report=None)
    group = document.group
    short = replace(
        group,
        actions=group.actions[:_NAMED],
        principals=group.principals[:_NAMED],
        resources=group.resources[:_NAMED],
        reports=group.reports[:_NAMED],
    )
    yield replace(document, complete=False, report=None, group=short)
    bare = replace(short, actions=(), principals=(), resources=(), reports=())
    yield replace(document, complete=False, report=None, group=bare, headline=document.headline[:1000])


def fingerprint_of(one: GroupReport) -> str:
    """The root cause by what stays the same from one log file to the next: no ids, times or places in files."""
    report, group = one.report, one.group
    decision = report.decision
    by_deny = decision is not None and decision.effect is Effect.EXPLICIT_DENY and bool(decision.statements)
    near = next((miss.statement for miss in report.near_misses if not miss.far), None)
    statements = [*(decision.statements if decision is not None else ()), *([near] if near and not by_deny else [])]
    parts = (
        group.cause,
        _entity(report),
        None if by_deny else action_of(report).lower(),
        None if by_deny else _place(resource_of(report)),
        decision.layer if decision is not None else None,
        report.denial.layer if report.denial is not None else None,
        [(statement.policy, statement.sid, statement.index) for statement in statements],
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _entity(report: Report) -> str | None:
    """The caller without the name of its session."""
    caller = caller_of(report)
    if caller is None or ":assumed-role/" not in caller:
        return caller
    return caller.rsplit("/", 1)[0]


def _place(resource: str | None) -> str | None:
    """A resource without the last segment of its path, as root causes have it."""
    return resource if resource is None or "/" not in resource else resource[: resource.rindex("/") + 1]
