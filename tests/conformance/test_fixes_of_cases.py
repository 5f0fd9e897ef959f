"""Every denied case of the data, given to the makers of fixes: whatever is proposed is what evaluation says it is.

The edited text is read anew, put in the place of the old document, and decided without the help of the code that made
the edit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from policysim.account.account import Organisation
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.policy_set import LayerPolicies
from policysim.explanation.fixes.candidates import Case as Denied
from policysim.explanation.fixes.proposal import propose
from policysim.explanation.remedies import remedies
from policysim.language.edits import apply_edits, in_file
from policysim.language.reader import read_policy
from policysim.language.source import Source
from policysim.reports.diffs import outermost_source
from policysim.sources.cases import BrokenCase, read_case
from tests.shared_data import SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet
    from policysim.explanation.diagnosis import Fix

CASES = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
KNOWN = SHARED / "data" / "outcomes" / "known.jsonl"
DENIALS = {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}


class Tally(NamedTuple):
    """How many cases are denied, how many of them get a fix or a remedy, and how many fixes were held to their word."""

    denied: int
    answered: int
    fixes: int


def denied_cases(path: Path) -> Iterator[Denied]:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = read_case(Source(path.name, line))
        if isinstance(found, BrokenCase):
            continue
        for request, policies in found.questions:
            decision = decide(request, policies, CATALOGUE, trace=True)
            if decision.effect in DENIALS:
                yield Denied(request, policies, decision, Organisation(accounts={}), CATALOGUE)


def with_fix(denied: Denied, fix: Fix) -> PolicySet | None:
    """The policies with the edited document; ``None`` where the fix makes a new one."""
    source = outermost_source(fix.source)
    if not source.text:
        return None
    after = apply_edits(source, map(in_file, fix.edits))
    value: Any = json.loads(after.text)

    def renewed(attached: AttachedPolicy) -> AttachedPolicy:
        place = attached.policy.location
        if outermost_source(place.source).text != source.text or place.source.name != source.name:
            return attached
        inner = value
        for step in place.path:
            inner = inner[step]
        return attached._replace(policy=read_policy(inner, place._replace(source=after), attached.policy.type))

    policies = denied.policies
    for name, layer in policies.layers.items():
        levels = tuple(level._replace(policies=tuple(map(renewed, level.policies))) for level in layer.levels)
        policies = policies.with_layer(name, LayerPolicies(levels))
    return policies


def tally(paths: list[Path]) -> Tally:
    counted = answered = held = 0
    for path in paths:
        for denied in denied_cases(path):
            fixes = propose(denied).fixes
            counted += 1
            answered += bool(fixes or remedies(denied))
            for fix in fixes:
                policies = with_fix(denied, fix) if fix.step == 1 else None
                if policies is not None:
                    assert decide(denied.request, policies, CATALOGUE).effect is fix.verified.effect, fix.summary
                    held += 1
    return Tally(counted, answered, held)


def test_every_fix_of_a_denied_case_is_what_it_says() -> None:
    found = tally(CASES)
    assert found.denied > 350
    assert found.answered > found.denied * 0.85
    assert found.fixes > found.denied


@needs_shared
def test_every_fix_of_a_known_denial_is_what_it_says() -> None:
    found = tally([KNOWN])
    assert found.denied > 40
    assert found.answered > found.denied * 0.9
    assert found.fixes > found.denied
