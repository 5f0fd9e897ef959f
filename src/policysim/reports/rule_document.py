"""The document model of a rule: what every renderer shows of it. Standard library only; field names are JSON keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policysim.rules.evidence import evidence_of
from policysim.rules.pages import PAGES
from policysim.rules.table import GROUPS

if TYPE_CHECKING:
    from policysim.rules.rule import Confidence, Rule, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDocument:
    """A page of AWS documentation."""

    guide: str
    page: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDocument:
    """One rule with everything that is known about it; ``doubt`` is null where nothing is doubtful.

    The rule's own cases stand before those that show it as well.
    """

    code: str
    group: str
    says: str
    we_do: str
    status: Status
    confidence: Confidence
    doubt: str | None
    switches: tuple[str, ...]
    caveats: tuple[str, ...]
    sources: tuple[PageDocument, ...]
    findings: tuple[str, ...]
    tests: tuple[str, ...]
    cases: tuple[str, ...]


def rule_document(rule: Rule) -> RuleDocument:
    """The document of one rule."""
    evidence = evidence_of(rule.code)
    pages = (PAGES[short] for short in rule.pages)
    return RuleDocument(
        code=rule.code,
        group=GROUPS[rule.letter][0],
        says=rule.says,
        we_do=rule.we_do,
        status=rule.status,
        confidence=rule.confidence,
        doubt=rule.doubt or None,
        switches=rule.switches,
        caveats=rule.caveats,
        sources=tuple(PageDocument(guide=page.guide, page=page.name, url=page.url) for page in pages),
        findings=evidence.findings,
        tests=evidence.tests,
        cases=tuple(sorted(evidence.cases, key=lambda case: not case.startswith(f"{rule.code}-"))),
    )
