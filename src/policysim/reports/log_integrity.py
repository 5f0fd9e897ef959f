"""What ``verify-logs`` found, for people and, file by file as it comes, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.cloudtrail.digest_verdicts import ChainVerdict, FileVerdict, Kind, Outcome, Silence, Tally
from policysim.cloudtrail.digests import FINDINGS, Verdict
from policysim.reports.layout import Paint, Tone, paragraph
from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from policysim.cloudtrail.digest_verdicts import Told

_TONES: Final = {Outcome.VALID: Tone.ALLOWED, Outcome.INVALID: Tone.DENIED, Outcome.UNPROVEN: Tone.UNDECIDED}
_QUIET: Final = frozenset({Verdict.VALID, Verdict.NOT_YET})
_PLURALS: Final = {Kind.DIGEST: "digests", Kind.BACKFILL: "backfill digests", Kind.LOG: "log files"}


class Asked(NamedTuple):
    """What was asked: the trail's place and the times."""

    trail: str
    since: datetime | None
    until: datetime | None


def integrity_text(
    told: Iterable[Told],
    asked: Asked,
    tally: Tally,
    paint: Paint,
    *,
    verbose: bool = False,
) -> str:
    """The whole text, with a final line end; ``verbose`` also names the valid files. Counts into ``tally``."""
    files: list[str] = []
    chains: list[str] = []
    notes: list[str] = []
    for one in told:
        tally.add(one)
        if isinstance(one, FileVerdict):
            if verbose or one.verdict not in _QUIET:
                files += _file(one, paint)
        elif isinstance(one, ChainVerdict):
            chains += _chain(one)
        elif isinstance(one, Silence):
            chains += paragraph(printable(one.sentence))
        else:
            notes += paragraph(printable(one.sentence))
    start = f"from {_time(asked.since)}" if asked.since else "from the oldest digest on"
    window = f"{start} {f'to {_time(asked.until)}' if asked.until else 'until now'}"
    lines = [*_headline(tally, paint), "", *paragraph(printable(asked.trail)), *paragraph(window)]
    for title, body in (("Files", files), ("Chains of digests", chains), ("Not looked at", notes)):
        if body:
            lines += ["", paint(title, Tone.HEADING), *body]
    if tally.files:
        lines += ["", paint("Totals", Tone.HEADING), *_totals(tally)]
    return "\n".join(lines) + "\n"


def integrity_json(told: Iterable[Told], asked: Asked, tally: Tally) -> Iterator[str]:
    """The document in pieces, as the verdicts come, so that a trail of any length can be written."""
    chains: list[dict[str, Any]] = []
    silences: list[str] = []
    notes: list[str] = []
    head = {"format": 1, "trail": asked.trail, "since": _time(asked.since), "until": _time(asked.until)}
    yield json.dumps(head, indent=2)[:-2] + ',\n  "files": ['
    separator = "\n"
    for one in told:
        tally.add(one)
        if isinstance(one, FileVerdict):
            row = {"kind": one.kind, "name": one.name, "verdict": one.verdict, "reason": one.reason or None}
            yield f"{separator}    {json.dumps(row)}"
            separator = ",\n"
        elif isinstance(one, ChainVerdict):
            chains.append(_chain_document(one))
        elif isinstance(one, Silence):
            silences.append(one.sentence)
        else:
            notes.append(one.sentence)
    totals = {kind.value: {v.value: tally.files[kind, v] for v in Verdict if tally.files[kind, v]} for kind in Kind}
    rest = {"chains": chains, "without_digests": silences, "notes": notes, "totals": totals, "outcome": tally.outcome}
    yield "\n  ],\n" + json.dumps(rest, indent=2)[2:] + "\n"


def _headline(tally: Tally, paint: Paint) -> list[str]:
    word = paint(tally.outcome.upper(), _TONES[tally.outcome])
    files = tally.files.total()
    match tally.outcome:
        case Outcome.VALID:
            sentence = f"all {_number(files, 'file is', 'files are')} as CloudTrail delivered them"
        case Outcome.INVALID:
            counts = [(verdict, tally.of(verdict)) for verdict in Verdict if verdict in FINDINGS]
            sentence = ", ".join(f"{number} {verdict}" for verdict, number in counts if number)
            sentence = f"{sentence}, of {_number(files, 'file', 'files')}"
        case _ if not tally.digests:
            sentence = "there are no digest files: is log file validation on for this trail?"
        case _:
            unproven = tally.of(Verdict.UNPROVEN)
            parts = [_number(unproven, "file", "files")] if unproven else []
            parts += [_number(tally.gaps, "period", "periods")] if tally.gaps else []
            parts += [_number(tally.silences, "place", "places")] if tally.silences else []
            sentence = f"nothing was found changed or missing, but {' and '.join(parts)} could not be proven"
    lines = paragraph(f"{tally.outcome.upper()}: {sentence}", first="")
    return [lines[0].replace(tally.outcome.upper(), word, 1), *lines[1:]]


def _file(file: FileVerdict, paint: Paint) -> Iterator[str]:
    tone = Tone.DENIED if file.verdict in FINDINGS else Tone.QUIET if file.verdict in _QUIET else Tone.UNDECIDED
    yield f"  {paint(file.verdict.upper(), tone)} {file.kind} {paint(printable(file.name), Tone.PLACE)}"
    if file.reason:
        yield from paragraph(printable(file.reason), first="    ")


def _chain(chain: ChainVerdict) -> Iterator[str]:
    backfill = "backfill, " if chain.chain.is_backfill else ""
    who = f"{chain.chain.trail} ({backfill}{chain.folder.account}, {chain.folder.region}) to `{chain.folder.bucket}`"
    if chain.since is None:
        covered = "none of them valid" if chain.digests else "none in that time"
    else:
        covered = f"the valid ones from {_time(chain.since)} to {_time(chain.until)}"
        covered += "" if chain.gaps or chain.chain.is_backfill else ", unbroken"
    yield from paragraph(printable(f"{who}: {_number(chain.digests, 'digest', 'digests')}, {covered}"))
    for gap in chain.gaps:
        yield from paragraph(f"not covered from {_time(gap.after)} to {_time(gap.before)}: {gap.reason}", first="    ")


def _chain_document(chain: ChainVerdict) -> dict[str, Any]:
    return {
        "trail": chain.chain.trail,
        "home_region": chain.chain.home_region,
        "is_backfill": chain.chain.is_backfill,
        "bucket": chain.folder.bucket,
        "account_id": chain.folder.account,
        "region": chain.folder.region,
        "digests": chain.digests,
        "covered_from": _time(chain.since),
        "covered_to": _time(chain.until),
        "gaps": [{"after": _time(gap.after), "before": _time(gap.before), "reason": gap.reason} for gap in chain.gaps],
    }


def _totals(tally: Tally) -> Iterator[str]:
    for kind in Kind:
        counts = [f"{tally.files[kind, verdict]} {verdict}" for verdict in Verdict if tally.files[kind, verdict]]
        if counts:
            yield from paragraph(", ".join(counts), first=f"  {_PLURALS[kind]}".ljust(20))


def _number(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"


def _time(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
