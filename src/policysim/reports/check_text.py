"""The findings of ``policysim check`` for people: place, severity, sentence, source line, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.policy_types import PolicyType
from policysim.reports.check_document import rules_named
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.layout import Paint, Tone, paragraph
from policysim.reports.printable import printable
from policysim.validation.findings import FindingSeverity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.reports.check_document import CheckedPolicyDocument, CheckFile, FindingDocument

_TONES: Final = {
    FindingSeverity.ERROR: Tone.DENIED,
    FindingSeverity.SECURITY_WARNING: Tone.DENIED,
    FindingSeverity.WARNING: Tone.UNDECIDED,
    FindingSeverity.SUGGESTION: Tone.QUIET,
}


def check_text(document: CheckFile, paint: Paint, *, verbose: bool = False) -> str:
    """The whole text, with a final line end. ``verbose`` also names clean documents, rules and AWS's pages."""
    lines: list[str] = []
    for policy in document.policies:
        if policy.findings or verbose:
            lines += _heading(policy, paint)
            for finding in policy.findings:
                lines += ["", *_finding(finding, paint, verbose=verbose)]
            lines.append("")
    lines += _summary(document)
    return "\n".join(lines) + "\n"


def _heading(policy: CheckedPolicyDocument, paint: Paint) -> Iterator[str]:
    name = printable(policy.file + (f"#{policy.pointer}" if policy.pointer else ""))
    yield paint(name, Tone.HEADING)
    yield from paragraph(f"checked as {PolicyType(policy.type).grammar.titled}: {printable(policy.type_reason)}")
    if not policy.findings:
        yield from paragraph("no findings")


def _finding(finding: FindingDocument, paint: Paint, *, verbose: bool) -> Iterator[str]:
    word = finding.severity.value.replace("-", " ")
    yield (
        paint(printable(f"{finding.file}:{finding.line}:{finding.column}"), Tone.PLACE)
        + ": "
        + paint(word, _TONES[finding.severity])
        + paint(f" [{finding.code}]", Tone.QUIET)
    )
    yield from paragraph(printable(finding.message))
    yield from excerpt_lines(finding.excerpt, paint)
    if finding.hint:
        yield from paragraph(f"fix: {printable(finding.hint)}")
    if verbose:
        yield from paragraph(f"{rules_named(finding.rules)}; {finding.source}")


def _summary(document: CheckFile) -> Iterator[str]:
    counts = document.summary
    parts = (
        (FindingSeverity.ERROR, counts.error, "error"),
        (FindingSeverity.SECURITY_WARNING, counts.security_warning, "security warning"),
        (FindingSeverity.WARNING, counts.warning, "warning"),
        (FindingSeverity.SUGGESTION, counts.suggestion, "suggestion"),
    )
    listed = [_counted(count, word) for level, count, word in parts if count and level.rank <= document.severity.rank]
    hidden = [_counted(count, word) for level, count, word in parts if count and level.rank > document.severity.rank]
    found = ", ".join(listed) or "no findings"
    text = f"{_counted(counts.policies, 'document')} checked: {found}"
    if hidden:
        text += f"; not shown: {', '.join(hidden)} (--severity suggestion shows everything)"
    yield from paragraph(text, first="")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
