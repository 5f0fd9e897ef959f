"""From a denial to the fixes that are offered: find what is in the way, try edits, keep those that work, go on.

One step removes one thing in the way; a denial in several layers takes several steps (spec M10), and cross-account
access may need one on each side (spec X1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.truth import TRUE
from policysim.explanation.diagnosis import Fix
from policysim.explanation.fixes.candidates import Aim, one_warning
from policysim.explanation.fixes.deployment import command
from policysim.explanation.fixes.documents import also_affected, documents, managed_by_aws, refusal, refusals
from policysim.explanation.fixes.exceptions import EXCEPTION_BUILDERS
from policysim.explanation.fixes.grants import GRANT_BUILDERS, minding_conditions
from policysim.explanation.fixes.new_policies import new_inline_policy, new_resource_policy
from policysim.explanation.fixes.verification import verify
from policysim.explanation.near_misses import without_allow
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Decision
    from policysim.explanation.diagnosis import FixKind
    from policysim.explanation.fixes.candidates import Builder, Candidate, Case
    from policysim.explanation.fixes.verification import Outcome

ALTERNATIVES: Final = 3
"""As many fixes are offered for the first thing in the way; each further step offers its best one."""

STEPS: Final = 3
"""As many things in the way are removed one after another."""

_BUILDERS_FOR_NOTHING_TO_EDIT: Final[dict[LayerName, tuple[Builder, ...]]] = {
    LayerName.IDENTITY: (new_inline_policy,),
    LayerName.RESOURCE: (new_resource_policy,),
}

_ORDER_OF_EFFECTS: Final = (Effect.ALLOWED, Effect.DEPENDS, Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY)


class Proposal(NamedTuple):
    """The fixes, in order of step and size, and a sentence for each thing that could not be edited."""

    fixes: tuple[Fix, ...] = ()
    notes: tuple[str, ...] = ()


def propose(case: Case, named_by_aws: LayerName | None = None) -> Proposal:
    """The smallest edits that change the decision of a denied request, each evaluated again.

    ``named_by_aws`` is the layer in AWS's message: where our decision is open, only that one is worked on.
    """
    fixes: list[Fix] = []
    notes: dict[str, None] = {}
    for step in range(1, STEPS + 1):
        aim = next_aim(case.decision, named_by_aws)
        if aim is None:
            break
        outcomes = _best_of_each_kind(case, aim)[: ALTERNATIVES if step == 1 else 1]
        notes.update(dict.fromkeys(_notes(case, aim, found=bool(outcomes))))
        if not outcomes:
            break
        fixes.extend(_fix(outcome, case, step) for outcome in outcomes)
        first = outcomes[0]
        case = case._replace(policies=first.policies, decision=first.decision)
        if first.decision.effect in {Effect.ALLOWED, Effect.DEPENDS}:
            break
    return Proposal(tuple(fixes), tuple(notes))


def next_aim(decision: Decision, named_by_aws: LayerName | None = None) -> Aim | None:
    """The first thing in the way: a Deny that matches, or the first layer that lacks an Allow.

    ``None`` for an allow, and for what no edit of a policy changes.
    """
    match decision.effect:
        case Effect.EXPLICIT_DENY:
            denies = (match for match in decision.statements if match.statement.effect is StatementEffect.DENY)
            deny = next((match for match in denies if match.truth is TRUE), None)
            return None if deny is None else Aim(deny.layer, deny.node, deny)
        case Effect.IMPLICIT_DENY:
            return _missing_allow(decision, next(iter(decision.blocking), None))
        case Effect.DEPENDS:
            missing = (layer for layer in without_allow(decision) if named_by_aws in {None, layer})
            return _missing_allow(decision, next(missing, None))
        case Effect.ALLOWED:
            return None


def _missing_allow(decision: Decision, layer: LayerName | None) -> Aim | None:
    return None if layer is None else Aim(layer, decision.check(layer).blocking_node)


def _builders(case: Case, aim: Aim) -> Iterator[tuple[Aim, Builder]]:
    """The builders to try. Within one account the resource's side may do for the identity's (spec E7, M17)."""
    if aim.deny is not None:
        yield from ((aim, builder) for builder in EXCEPTION_BUILDERS)
        return
    yield from ((aim, builder) for builder in GRANT_BUILDERS.get(aim.layer, ()))
    yield from ((aim, builder) for builder in _BUILDERS_FOR_NOTHING_TO_EDIT.get(aim.layer, ()))
    own, owner = case.request.principal.account, case.request.resource.account
    if aim.layer is LayerName.IDENTITY and own is not None and own == owner:
        yield from ((Aim(LayerName.RESOURCE), builder) for builder in GRANT_BUILDERS[LayerName.RESOURCE])


def _best_of_each_kind(case: Case, aim: Aim) -> list[Outcome]:
    """The outcomes that work, the one that lets in least first; of each kind of edit only the best."""
    candidates = [candidate for own, builder in _builders(case, aim) for candidate in builder(case, own)]
    if aim.deny is None:
        candidates = [minding_conditions(case, aim, candidate) for candidate in candidates]
    outcomes = [outcome for candidate in candidates if (outcome := verify(candidate, aim, case)) is not None]
    best: dict[FixKind, Outcome] = {}
    for outcome in sorted(outcomes, key=_size):
        best.setdefault(outcome.candidate.kind, outcome)
    return list(best.values())


def _size(outcome: Outcome) -> tuple[int, int, int]:
    length = sum(len(edit.replacement) for edit in outcome.candidate.edits)
    return _ORDER_OF_EFFECTS.index(outcome.decision.effect), outcome.candidate.breadth, length


def _fix(outcome: Outcome, case: Case, step: int) -> Fix:
    candidate = outcome.candidate
    source = candidate.attached.policy.location.source
    return Fix(
        kind=candidate.kind.value,
        summary=candidate.summary,
        source=source,
        edits=candidate.edits,
        verified=outcome.verification,
        command=command(candidate.attached, candidate.layer),
        also_affects=_also_affects(candidate, case),
        warning=_warnings(candidate, case),
        step=step,
    )


def _also_affects(candidate: Candidate, case: Case) -> tuple[str, ...]:
    """Who else has the document, and whom else the edited statement names."""
    if candidate.new:
        return ()
    return (*also_affected(case, candidate.attached, candidate.layer), *candidate.others)


def _warnings(candidate: Candidate, case: Case) -> str:
    owner = case.request.resource.account
    foreign = candidate.layer is LayerName.RESOURCE and owner not in {None, case.request.principal.account}
    session = candidate.layer is LayerName.SESSION
    return one_warning(
        candidate.warning,
        f"account `{owner}` must deploy this" if foreign else "",
        "whoever starts the session passes this policy: no call changes it afterwards" if session else "",
    )


def _notes(case: Case, aim: Aim, *, found: bool) -> Iterator[str]:
    """Why documents were left alone, where that mattered; and, where nothing was found at all, what remains."""
    if aim.deny is not None or not documents(case, aim):
        yield from refusals(case, aim)
    if found:
        return
    parts = {"title": LAYER[aim.layer].title, "node": aim.node, "action": case.request.action}
    if aim.deny is not None:
        detach = refusal(case, aim.deny.attached) is not None
        yield (_DETACH if detach else _NO_EXCEPTION).format(policy=aim.deny.attached.name, **parts)
        return
    caller = case.request.principal
    why = managed_by_aws(caller.entity_arn or caller.arn or "") if aim.layer is LayerName.IDENTITY else None
    yield _NOTHING_FOUND.get(aim.layer, _NOTHING).format(**parts) + (f": {why}" if why else "")


_NOTHING: Final = "no edit of the {title} was found that lets this request in"
_NOTHING_FOUND: Final[dict[LayerName, str]] = {
    LayerName.SCP: (
        "nothing at `{node}` allows `{action}`: attach FullAWSAccess"
        " (`aws organizations attach-policy --policy-id p-FullAWSAccess --target-id {node}`) or an SCP that allows it"
    ),
    LayerName.SESSION: "whoever starts the session must pass a session policy that allows `{action}`",
}
_DETACH: Final = "the Deny of `{policy}` ends only when that policy is detached: find out first why it was attached"
_NO_EXCEPTION: Final = "the Deny in the {title} `{policy}` could not be given an exception for this request alone"
