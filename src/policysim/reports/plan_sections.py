"""The sections on what to do: without a change of policy, by one, and how to see that it worked."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from policysim.evaluation.decision import Effect
from policysim.explanation.remedy_codes import REMEDIES_FIRST
from policysim.reports.blocks import Block, Bullet, Bullets, Command, Diff, Manner, Section, Sentence, Weight, section
from policysim.reports.decision_phrases import counted
from policysim.reports.printable import printable
from policysim.reports.report_phrases import refused_request, verified_phrase
from policysim.reports.steps import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.document import FixDocument, RemedyDocument, Report

_EVERYBODY = "everybody (`*`)"
_NEXT_CLAUSE = "; "
_ALTERNATIVES_SHOWN = 2
"""As many alternatives of one step are shown unasked."""


def remedy_section(remedies: Sequence[RemedyDocument]) -> list[Section]:
    """What ends the denial and leaves every policy as it is."""
    bullets = tuple(
        Bullet(
            remedy.sentence,
            notes=("evaluated so: allowed",) if remedy.verified else (),
            command=remedy.command,
        )
        for remedy in remedies
    )
    return section(Part.REMEDIES, "Without changing a policy", [Bullets(bullets)] if bullets else [])


def fix_sections(fixes: Sequence[FixDocument], action: str, *, verbose: bool) -> list[Section]:
    """The proposed edits, each a section; of many alternatives the first ones, all on request."""
    shown = fixes if verbose else [fix for fix in fixes if _place_in_step(fix, fixes) < _ALTERNATIVES_SHOWN]
    steps = max((fix.step for fix in fixes), default=1)
    sections: list[Section] = []
    warned: set[str] = set()
    for number, fix in enumerate(fixes, 1):
        if fix not in shown:
            continue
        step = f", step {fix.step} of {steps}" if steps > 1 else ""
        count = f" {number} of {len(fixes)}" if len(fixes) > 1 else ""
        is_alternative = _place_in_step(fix, fixes) > 0
        title, blocks = f"Proposed fix{count}{step}", tuple(_fix(fix, action, warned))
        sections.append(Section(Part.FIXES, title, blocks, alternative=is_alternative))
    if left := len(fixes) - len(sections):
        more = Sentence(f"... and {counted(left, 'more alternative')} (-v shows all)")
        sections[-1] = sections[-1]._replace(blocks=(*sections[-1].blocks, Sentence(""), more))
    return sections


def _place_in_step(fix: FixDocument, fixes: Sequence[FixDocument]) -> int:
    return [one for one in fixes if one.step == fix.step].index(fix)


def _fix(fix: FixDocument, action: str, warned: set[str]) -> Iterator[Block]:
    yield Sentence(fix.summary)
    yield Sentence(verified_phrase(fix, action), Manner.GOOD if fix.verified.effect is Effect.ALLOWED else Manner.PLAIN)
    if fix.also_affects:
        affected = (_EVERYBODY if one == "*" else one for one in fix.also_affects)
        yield Sentence(f"also affects: {', '.join(affected)}")
    warning = _fresh(fix.warning, warned)
    if warning:
        yield Sentence(f"warning: {warning}", Manner.WARNING)
    if fix.command:
        yield Command("deploy:", fix.command)
    if fix.diff:
        where = "" if fix.folder == "." else f" -C {shlex.quote(printable(fix.folder))}"
        yield Diff(f"the edit, for `git{where} apply`:" if fix.folder else "the edit:", fix.diff)


def _fresh(warning: str, warned: set[str]) -> str:
    """A warning without those of its clauses that a fix further up has said; ``warned`` takes in the others.

    That something else is to be tried first is about all fixes, and is said with the first of them alone.
    """
    told = {REMEDIES_FIRST} & warned
    clauses = [clause for clause in warning.split(_NEXT_CLAUSE) if clause and clause not in told]
    fresh = [clause for clause in clauses if clause not in warned]
    warned.update(fresh)
    return _NEXT_CLAUSE.join(fresh if len(fresh) == len(clauses) else ("as above", *fresh))


def verification_section(report: Report, action: str) -> list[Section]:
    """How to see, before and after the change, that the denial is gone and nothing else came in."""
    if not report.fixes and not report.remedies:
        return []
    request = refused_request(report)
    bullets: list[Bullet] = []
    if report.fixes and request is not None and request.principal:
        arguments = ("--principal", request.principal, "--action", request.action, "--resource", request.resource)
        bullets.append(
            Bullet(
                "apply the edit to the folder and evaluate again: it must say ALLOWED, or what it still depends on",
                command=f"policysim eval {shlex.join(arguments)} --account DIR",
            )
        )
    affected = dict.fromkeys(one for fix in report.fixes[:1] for one in fix.also_affects)
    if affected:
        who = ", ".join(_EVERYBODY if one == "*" else one for one in affected)
        bullets.append(Bullet(f"ask whether these may get the same access: {who}"))
    if report.fixes:
        bullets.append(Bullet("deploy it, and give AWS a minute: a new policy reaches every Region with a delay"))
    bullets.append(Bullet(f"repeat the call as the same caller: {action} must no longer be denied"))
    blocks = [Bullets(tuple(bullets), checklist=True)]
    return section(Part.VERIFICATION, "Check that it worked", blocks, Weight.VERBOSE)
