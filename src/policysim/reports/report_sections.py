"""An explanation as a page of sections, in the order of the seven steps; every format for people shows this page.

The facts at the top say in short what the sections prove. No sentence stands in two sections: what was said further up
is left out further down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.evaluation.layer_words import layer_title
from policysim.evaluation.layers import LAYER, Combine
from policysim.explanation.diagnosis import Tested
from policysim.reports.blocks import (
    At,
    Block,
    Bullet,
    Bullets,
    CauseRow,
    Causes,
    Command,
    Excerpt,
    Page,
    Row,
    Rows,
    Section,
    Sentence,
    Table,
    Weight,
    advised,
    section,
)
from policysim.reports.decision_phrases import counted, place, shown_statements, statement_name
from policysim.reports.decision_sections import caveat_section, layer_section, open_sections, statement_sections
from policysim.reports.facts import facts_of, is_beside_policies, is_told_by_the_cause
from policysim.reports.plan_sections import fix_sections, remedy_section, verification_section
from policysim.reports.report_phrases import (
    action_of,
    headline_of,
    is_explained_beside,
    place_of,
    provenance,
)
from policysim.reports.steps import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.document import (
        GroupDocument,
        HypothesisDocument,
        NearMissDocument,
        ObstacleDocument,
        Report,
    )

_EVALUATION_KINDS: Final[dict[str, str]] = {
    "authorization-details": "the authorization details",
    "decoded-message": "the decoded authorization message",
}
_SEVERAL_LAYERS: Final = "several-layers"
_THE_FIRST: Final = "what follows is about the first of them"
_NAMED = 5
"""As many callers and resources of a group are named; of the others only the number is told."""


def page_of(report: Report, group: GroupDocument | None = None, *, verbose: bool = False) -> Page:
    """The whole report; ``group`` holds the other denials with the same cause, ``verbose`` shows everything."""
    action = action_of(report)
    sections = [
        *_occurrences(group),
        *_requests(report, verbose=verbose),
        *_decided(report, action, verbose=verbose),
        *_obstacles(report, action, verbose=verbose),
        *_aws_evaluation(report, verbose=verbose),
        *_near_misses(report, action, verbose=verbose),
        *_causes(report, verbose=verbose),
        *_separating(report),
        *(open_sections(report.decision) if report.decision is not None else ()),
        *_next(report),
        *remedy_section(report.remedies),
        *fix_sections(report.fixes, action, verbose=verbose),
        *verification_section(report, action),
        *_caveats(report),
        *_record(report),
    ]
    return Page(headline_of(report), facts_of(report), tuple(sections), group.count if group is not None else 1)


def _occurrences(group: GroupDocument | None) -> list[Section]:
    """How often, when, whom and where the same cause struck."""
    if group is None or group.count == 1:
        return []
    times = f"{group.first} to {group.last}" if group.first and group.last else "at times that are not known"
    rows = [
        Row("When", times),
        Row("Who", _some(group.principals)),
        *([Row("Wanted", _some(group.actions))] if len(group.actions) > 1 else ()),
        Row("Resource", _some(group.resources)),
    ]
    return section(
        Part.OCCURRENCES, f"{counted(group.count, 'denial')} with this cause", [Rows(tuple(rows)), Sentence(_THE_FIRST)]
    )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED]) or "unknown"
    return f"{shown}, and {more} more" if more > 0 else shown


def _requests(report: Report, *, verbose: bool) -> list[Section]:
    """Each authorization that the call needs; left out where there is one, of which everything else tells."""
    is_told = report.refused is not None and (report.decision is not None or report.event is None)
    if not report.requests or (len(report.requests) == 1 and is_told and not verbose):
        return []
    title = _request_title(report)
    bullets = []
    for request in report.requests:
        outcome = f": {request.decision.effect.value.replace('_', ' ')}" if request.decision else ""
        only = " (only with some options of the call)" if request.conditional else ""
        text = f"{request.action} on {request.resource}{only}{outcome}"
        bullets.append(Bullet(text, notes=(provenance(request),)))
    return section(Part.REQUESTS, title, [Bullets(tuple(bullets))])


def _request_title(report: Report) -> str:
    if report.event is not None:
        return "Requests that the call proves"
    return "The request that the message proves" if report.denial is not None else "The request that AWS evaluated"


def _decided(report: Report, action: str, *, verbose: bool) -> list[Section]:
    if report.decision is None:
        return []
    beside = is_beside_policies(report) and not verbose
    return [
        *(() if beside else statement_sections(report.decision, action, verbose=verbose)),
        *layer_section(report.checks, report.decision, action),
    ]


def _obstacles(report: Report, action: str, *, verbose: bool) -> list[Section]:
    """Everything in the way; left out where there is one thing, which the verdict names."""
    if len(report.obstacles) < 2 and not verbose:
        return []
    bullets = tuple(_obstacle(one, action) for one in report.obstacles)
    return section(
        Part.OBSTACLES, "Everything in the way, in order", [Bullets(bullets, numbered=True)] if bullets else []
    )


def _obstacle(obstacle: ObstacleDocument, action: str) -> Bullet:
    level = f" at {obstacle.node}" if obstacle.node and LAYER[obstacle.layer].combine is Combine.LEVELS else ""
    where = layer_title(obstacle.layer, action) + level
    may = "" if obstacle.certain else "; that depends on what is not known"
    denies, allows = ("denies", "nothing allows") if obstacle.certain else ("may deny", "perhaps nothing allows")
    if obstacle.setting:
        return Bullet(f"{where}: {obstacle.setting} {denies} it{may}")
    if obstacle.statement is None:
        other = f"; an Allow in the {layer_title(obstacle.or_layer, action)} would do" if obstacle.or_layer else ""
        return Bullet(f"{where}: {allows} it{may}{other}")
    return Bullet(f"{where}: {statement_name(obstacle.statement)} {denies} it{may}", place(obstacle.statement))


def _aws_evaluation(report: Report, *, verbose: bool) -> list[Section]:
    """What AWS itself evaluated, and where we differ; check by check where we do, or on request."""
    aws = report.aws_evaluation
    if aws is None:
        return []
    told = f"{_EVALUATION_KINDS.get(aws.kind, aws.kind)} in `{aws.source}`: {aws.effect} for {aws.action}"
    blocks: list[Block] = [Sentence(f"{told} on {aws.resource}" if aws.resource else told)]
    if aws.denied_by:
        blocks.append(Sentence(f"AWS denied by {', '.join(aws.denied_by)}"))
    if aws.differences:
        blocks.append(Bullets(tuple(Bullet(difference) for difference in aws.differences)))
    elif report.decision is not None:
        open_ = report.decision.effect is Effect.DEPENDS
        came = (
            "leaves it open, and contradicts nothing of it"
            if open_
            else "comes to the same result, as far as AWS tells"
        )
        blocks.append(Sentence(f"policysim {came}"))
    if aws.checks and (verbose or aws.differences):
        rows = tuple((check.checkType, check.theirs or "-", check.ours or "-", check.target) for check in aws.checks)
        blocks.append(Table(("check", "AWS", "policysim", "target"), rows))
    matched = dict.fromkeys(f"{one.checkType}: {', '.join(one.statements)}" for one in aws.checks if one.statements)
    if matched:
        blocks += [Sentence("statements that AWS lists as matched:"), Bullets(tuple(map(Bullet, matched)))]
    return section(Part.AWS_EVALUATION, "AWS's own evaluation", blocks)


def _near_misses(report: Report, action: str, *, verbose: bool) -> list[Section]:
    """What a Deny spares, what may match, and what is one element short; nothing that stands further up."""
    misses = report.near_misses
    above = {place(one) for one in shown_statements(report.decision, verbose=verbose)} if report.decision else set()
    may_match = [miss for miss in misses if miss.open and place(miss.statement) not in above]
    short = [miss for miss in misses if not (miss.spares or miss.open)]
    shown = short if verbose else _beside_the_cause(short, report)
    return [
        *_spared([miss for miss in misses if miss.spares]),
        *_missed("Statements that may match: one element depends on what is not known", may_match, report, action),
        *_missed("Near misses: statements that are one element short", shown, report, action, len(short) - len(shown)),
    ]


def _beside_the_cause(short: list[NearMissDocument], report: Report) -> list[NearMissDocument]:
    """What a confirmed cause is about, and what other layers are short of; the rest of its own layer explains less."""
    told = [miss for miss in short if is_told_by_the_cause(miss, report)]
    layers = {miss.statement.layer for miss in told}
    return [miss for miss in short if miss in told or miss.statement.layer not in layers]


def _missed(
    title: str, misses: Sequence[NearMissDocument], report: Report, action: str, left: int = 0
) -> list[Section]:
    """Statements with what they are short of; ``left`` are as many more, told on request."""
    blocks: list[Block] = []
    for number, miss in enumerate(misses):
        blocks += [Sentence("")] if number else []
        blocks += _miss(miss, action, is_told=is_told_by_the_cause(miss, report))
    if left:
        blocks += [Sentence(""), Sentence(f"... and {counted(left, 'more statement')} (-v shows all)")]
    return section(Part.NEAR_MISSES, title, blocks)


def _miss(miss: NearMissDocument, action: str, *, is_told: bool) -> Iterator[Block]:
    layer = layer_title(miss.statement.layer, action)
    yield Sentence(f"{statement_name(miss.statement)}, {layer} ({miss.statement.effect})")
    if not is_told:
        yield Sentence(f"{miss.element.value}: {miss.sentence}")
    yield At(place_of(miss))
    yield Excerpt(miss.excerpt)


def _spared(misses: Sequence[NearMissDocument]) -> list[Section]:
    """What a Deny spares; its lines stand further up, as the statement that decides."""
    bullets = tuple(
        Bullet(f"{miss.element.value}: {miss.sentence} ({statement_name(miss.statement)})", place_of(miss))
        for miss in misses
    )
    return section(Part.NEAR_MISSES, "What the Deny exempts", [Bullets(bullets)] if bullets else [])


def _causes(report: Report, *, verbose: bool) -> list[Section]:
    """The causes that testing left, but for a confirmed one that the policies show already; on request all of them."""
    found = report.hypotheses
    left = [one for one in found if one.tested is not Tested.REFUTED]
    confirmed = bool(left) and left[0].tested is Tested.CONFIRMED
    is_told = confirmed and not is_explained_beside(report)
    shown = found if verbose else left[1:] if is_told else left if _is_more_to_tell(left) else []
    rows = tuple(
        CauseRow(
            one.code,
            one.tested,
            one.cause,
            one.evidence.supporting,
            one.evidence.opposing,
            one.test,
            one.next or "",
        )
        for one in shown
    )
    if verbose or (confirmed and not is_told):
        title = "Causes, tested"
    elif confirmed:
        title = "Other possible causes"
    else:
        title = "Possible causes" if len(left) > 1 else "Possible cause"
    return section(Part.CAUSES, title, [Causes(rows)] if rows else [])


def _is_more_to_tell(left: Sequence[HypothesisDocument]) -> bool:
    """Whether there is more than the one sentence that stands among the facts."""
    first = left[0] if left else None
    told = first is not None and (*first.evidence.supporting, *first.evidence.opposing, first.test, first.next)
    return len(left) > 1 or bool(told and any(told))


def _separating(report: Report) -> list[Section]:
    fact = report.separating
    if fact is None:
        return []
    blocks: list[Block] = [Sentence(fact.sentence)]
    if fact.command:
        blocks.append(Command("", fact.command))
    return section(Part.SEPARATING, "The one fact that tells the causes apart", blocks)


def _next(report: Report) -> list[Section]:
    """What could not be made out, and what to fetch; nothing that another section asks for."""
    cause, denial = report.denial.cause if report.denial is not None else None, report.denial
    unresolved = tuple(Bullet(told) for told in report.unresolved if not (cause and cause in told))
    advice = denial.advice if denial is not None and not denial.iam and not report.remedies else None
    steps = tuple(
        advised(step)
        for step in (*([advice] if advice else ()), *report.next_steps)
        if not (_said_above(step, report) or (cause and cause in step))
    )
    return [
        *section(Part.OPEN, "Could not be determined", [Bullets(unresolved)] if unresolved else []),
        *section(Part.NEXT, "Next", [Bullets(steps)] if steps else []),
    ]


def _said_above(step: str, report: Report) -> bool:
    gaps = report.decision.gaps if report.decision is not None else ()
    fact = (report.separating,) if report.separating is not None else ()
    pairs = [(one.sentence, one.command) for one in (*gaps, *fact, *report.remedies)]
    problems = (f"{one.file}:{one.line}:{one.column}: {one.message}" for gap in gaps for one in gap.problems)
    return any(problem in step for problem in problems) or any(
        step.startswith(sentence) or (command and f"`{command}`" in step) for sentence, command in pairs
    )


def _caveats(report: Report) -> list[Section]:
    """What to mind, but for what the list of everything in the way shows."""
    if report.decision is None:
        return []
    is_shown = len(report.obstacles) > 1
    caveats = tuple(one for one in report.decision.caveats if not (is_shown and one.code == _SEVERAL_LAYERS))
    return caveat_section(replace(report.decision, caveats=caveats))


def _record(report: Report) -> list[Section]:
    """What a ticket should keep: AWS's words in full, the ids to ask AWS with, the rules behind the answer."""
    event, denial = report.event, report.denial
    rules = dict.fromkeys(rule for miss in report.near_misses for rule in miss.rules)
    rows = (
        Row("Message", denial.raw) if denial is not None else None,
        Row("Event", event.id, exact=True) if event is not None and event.id else None,
        Row("Policy", denial.policy_arn, exact=True) if denial is not None and denial.policy_arn else None,
        Row("AWS's id", denial.authorization_id, exact=True)
        if denial is not None and denial.authorization_id
        else None,
        Row("Rules", f"{', '.join(rules)} (`policysim rule CODE` tells each)") if rules else None,
    )
    kept = tuple(row for row in rows if row is not None)
    return section(Part.RECORD, "For the record", [Rows(kept)] if kept else [], Weight.VERBOSE)
