"""From a denial to the fixes that are offered: find what is in the way, try edits, keep those that work, go on.

One step removes one thing in the way; a denial in several layers takes several steps (spec M10), and cross-account
access may need one on each side (spec X1).
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.decision import Effect
from policysim.evaluation.layer_words import layer_title
from policysim.evaluation.layers import LayerName
from policysim.evaluation.truth import TRUE
from policysim.explanation.diagnosis import Fix, FixKind, label
from policysim.explanation.fixes.candidates import Aim, one_warning
from policysim.explanation.fixes.deployment import attach_command, command
from policysim.explanation.fixes.documents import (
    QUARANTINE,
    accounts_below,
    also_affected,
    documents,
    managed_by_aws,
    permission_set_of,
    refusal,
    refusals,
)
from policysim.explanation.fixes.exceptions import EXCEPTION_BUILDERS, revokes_sessions
from policysim.explanation.fixes.grants import GRANT_BUILDERS, minding_conditions
from policysim.explanation.fixes.lambda_permissions import is_function, permission_calls
from policysim.explanation.fixes.new_policies import (
    attach_full_access,
    copy_of_boundary,
    new_inline_policy,
    new_managed_policy,
    new_resource_policy,
)
from policysim.explanation.fixes.public_policies import name_principal
from policysim.explanation.fixes.ranking import narrowest_first
from policysim.explanation.fixes.sizes import FITS as _FITS
from policysim.explanation.fixes.sizes import fit
from policysim.explanation.fixes.verification import decide_again, edited, verify
from policysim.explanation.fixes.widening import lets_in_more
from policysim.explanation.near_misses import without_allow
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.evaluation.decision import Decision
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.fixes.candidates import Builder, Candidate, Case
    from policysim.explanation.fixes.verification import Outcome

ALTERNATIVES: Final = 3
"""As many fixes are offered for the first thing in the way; each further step offers its best one."""

STEPS: Final = 3
"""As many things in the way are removed one after another."""

_BUILDERS_FOR_NOTHING_TO_EDIT: Final[dict[LayerName, tuple[Builder, ...]]] = {
    LayerName.IDENTITY: (new_inline_policy,),
    LayerName.RESOURCE: (new_resource_policy,),
    LayerName.BOUNDARY: (copy_of_boundary,),
    LayerName.SCP: (attach_full_access,),
}

_BUILDERS_FOR_NO_ROOM: Final[dict[LayerName, tuple[Builder, ...]]] = {LayerName.IDENTITY: (new_managed_policy,)}
"""What to try where nothing else fits into its quota."""

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
        named = named_by_aws if step == 1 and aim.deny is None else None
        outcomes, refused = _best_of_each_kind(case, aim, named)
        outcomes = outcomes[: ALTERNATIVES if step == 1 else 1]
        notes.update(dict.fromkeys((*refused, *_notes(case, aim, found=bool(outcomes)))))
        if not outcomes:
            break
        fixes.extend(_fix(outcome, case, step) for outcome in outcomes)
        first = outcomes[0]
        if first.decision.effect in {Effect.ALLOWED, Effect.DEPENDS}:
            break
        traced = decide_again(case, first.policies, trace=True)
        case = case._replace(policies=first.policies, decision=traced)
    return Proposal(tuple(fixes), tuple(notes))


def next_aim(decision: Decision, named_by_aws: LayerName | None = None) -> Aim | None:
    """The first thing in the way: a Deny that matches, or the first layer that lacks an Allow.

    ``None`` for an allow, and for what no edit of a policy changes.
    """
    match decision.effect:
        case Effect.EXPLICIT_DENY:
            denies = (match for match in decision.statements if match.statement.effect is StatementEffect.DENY)
            deny = next((match for match in denies if match.truth is TRUE), None)
            if deny is None:
                return Aim(LayerName.RESOURCE, public=True) if _restricted_as_public(decision) else None
            return Aim(deny.layer, deny.node, deny)
        case Effect.IMPLICIT_DENY:
            first = named_by_aws if named_by_aws in decision.blocking else next(iter(decision.blocking), None)
            return _missing_allow(decision, first)
        case Effect.DEPENDS:
            missing = (layer for layer in without_allow(decision) if named_by_aws in {None, layer})
            return _missing_allow(decision, next(missing, None))
        case Effect.ALLOWED:
            return None


def _restricted_as_public(decision: Decision) -> bool:
    """Whether S3 Block Public Access alone is in the way: it denies where the policy of a bucket is public (S15)."""
    block = decision.request.resource.public_access_block
    return decision.layer == LayerName.RESOURCE.value and block is not None and block.restrict_public_buckets is True


def _missing_allow(decision: Decision, layer: LayerName | None) -> Aim | None:
    return None if layer is None else Aim(layer, decision.check(layer).blocking_node)


def _builders(case: Case, aim: Aim) -> Iterator[tuple[Aim, Builder]]:
    """The builders to try. Within one account the resource's side may do for the identity's (spec E7, M17)."""
    if aim.deny is not None or aim.public:
        yield from ((aim, builder) for builder in (EXCEPTION_BUILDERS if aim.deny is not None else (name_principal,)))
        return
    yield from ((aim, builder) for builder in GRANT_BUILDERS.get(aim.layer, ()))
    yield from ((aim, builder) for builder in _BUILDERS_FOR_NOTHING_TO_EDIT.get(aim.layer, ()))
    own, owner = case.request.principal.account, case.request.resource.account
    other = _OTHER_SIDE.get(aim.layer)
    if other is not None and own is not None and own == owner:
        yield from ((Aim(other), builder) for builder in GRANT_BUILDERS[other])


_OTHER_SIDE: Final = {LayerName.IDENTITY: LayerName.RESOURCE, LayerName.RESOURCE: LayerName.IDENTITY}
"""Which layer may do for which within one account; for a KMS key it hangs on the key policy (spec E7, S20)."""


def _best_of_each_kind(case: Case, aim: Aim, named: LayerName | None = None) -> tuple[list[Outcome], tuple[str, ...]]:
    """The outcomes that work, the one that lets in least first, of each kind of edit only the best.

    Where several layers may do, the one that AWS named comes first.

    With them, why the others that would work cannot be deployed.
    """
    outcomes, refused = _outcomes(case, aim, _builders(case, aim))
    if refused and not outcomes:
        outcomes, _ = _outcomes(case, aim, ((aim, builder) for builder in _BUILDERS_FOR_NO_ROOM.get(aim.layer, ())))
    best: dict[FixKind, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: (outcome.candidate.layer is not named, *_size(outcome))):
        best.setdefault(outcome.candidate.kind, outcome)
    return narrowest_first(list(best.values())), tuple(dict.fromkeys(refused))


def _outcomes(case: Case, aim: Aim, builders: Iterable[tuple[Aim, Builder]]) -> tuple[list[Outcome], list[str]]:
    """The outcomes of all candidates that reach the aim and fit, and a sentence for each that does not fit."""
    found: list[Outcome] = []
    refused: list[str] = []
    for own, builder in builders:
        for plain in builder(case, own):
            candidate = minding_conditions(case, aim, plain) if aim.deny is None and not aim.public else plain
            outcome = verify(candidate, aim, case)
            if outcome is None:
                continue
            room = _FITS if candidate.attached_at is not None else fit(case, outcome)
            if room.refused:
                refused.append(room.refused)
            else:
                more = lets_in_more(case, outcome) if aim.deny is None and not aim.public else ""
                found.append(outcome.with_warning(one_warning(more, room.warning)))
    return found, refused


def _size(outcome: Outcome) -> tuple[int, int, int]:
    length = sum(len(edit.replacement) for edit in outcome.candidate.edits)
    return _ORDER_OF_EFFECTS.index(outcome.decision.effect), outcome.candidate.breadth, length


def _fix(outcome: Outcome, case: Case, step: int) -> Fix:
    candidate, deploy = outcome.candidate, _deploy(outcome)
    source = candidate.edits[0].span.source
    return Fix(
        kind=candidate.kind.value,
        summary=candidate.summary,
        source=source,
        edits=candidate.edits,
        verified=outcome.verification,
        command=deploy,
        also_affects=_also_affects(candidate, case),
        warning=one_warning(_warnings(candidate, case), "" if deploy or not _of_function(candidate) else _ONE_BY_ONE),
        step=step,
    )


def _deploy(outcome: Outcome) -> str:
    candidate = outcome.candidate
    if candidate.attached_at is not None:
        return attach_command(candidate.attached, candidate.attached_at)
    if _of_function(candidate):
        return permission_calls(outcome)
    return command(_as_deployed(candidate), candidate.layer, new=candidate.new)


def _as_deployed(candidate: Candidate) -> AttachedPolicy:
    """The document in its file; one that stands in no file with the edits made, as nobody can make them there.

    A new document is whole as it is: its edits are those that would make a file of it.
    """
    attached = candidate.attached
    in_no_file = attached.policy.location.source.written_here and not candidate.new
    done = edited(attached.policy, candidate.edits) if in_no_file else None
    return attached if done is None else attached._replace(policy=done.policy)


def _of_function(candidate: Candidate) -> bool:
    return candidate.layer is LayerName.RESOURCE and is_function(candidate.attached.attached_to or "")


_ONE_BY_ONE: Final = (
    "Lambda takes the statements of a function one by one, each with one action and one caller"
    " (`aws lambda add-permission`): no single call deploys this edit"
)


def _also_affects(candidate: Candidate, case: Case) -> tuple[str, ...]:
    """Who else has the document, and whom else the edited statement names."""
    if candidate.new:
        return ()
    if candidate.attached_at is not None:
        own = case.request.principal.account
        return tuple(id_ for id_ in accounts_below(case.organisation, candidate.attached_at) if id_ != own)
    return (*also_affected(case, candidate.attached, candidate.layer), *candidate.others)


def _warnings(candidate: Candidate, case: Case) -> str:
    owner, own = case.request.resource.account, case.request.principal.account
    foreign = candidate.layer is LayerName.RESOURCE and None not in {owner, own} and owner != own
    session = candidate.layer is LayerName.SESSION
    permission_set = None if candidate.attached.arn else permission_set_of(candidate.attached.attached_to or "")
    return one_warning(
        candidate.warning,
        f"account `{owner}` must deploy this" if foreign else "",
        "whoever starts the session passes this policy: no call changes it afterwards" if session else "",
        _OF_PERMISSION_SET.format(name=permission_set) if permission_set else "",
        _PASSES_BOUNDARY if _names_a_bounded_user(candidate, case) else "",
    )


def _notes(case: Case, aim: Aim, *, found: bool) -> Iterator[str]:
    """Why documents were left alone, where that mattered; and, where nothing was found at all, what remains."""
    if aim.deny is not None or not documents(case, aim):
        yield from refusals(case, aim)
    if found:
        return
    parts = {
        "title": layer_title(aim.layer, case.request.action),
        "node": aim.node,
        "target": shlex.quote(aim.node or ""),
        "action": case.request.action,
    }
    if aim.deny is not None and QUARANTINE in (aim.deny.attached.arn or ""):
        return
    if aim.deny is not None and revokes_sessions(aim.deny):
        yield _REVOKED.format(statement=label(aim.deny))
        return
    if aim.deny is not None:
        detach = refusal(case, aim.deny.attached) is not None
        yield (_DETACH if detach else _NO_EXCEPTION).format(policy=aim.deny.attached.name, **parts)
        return
    caller = case.request.principal
    why = managed_by_aws(caller.entity_arn or caller.arn or "") if aim.layer is LayerName.IDENTITY else None
    yield _NOTHING_FOUND.get(aim.layer, _NOTHING).format(**parts) + (f": {why}" if why else "")


def _names_a_bounded_user(candidate: Candidate, case: Case) -> bool:
    """Whether an Allow of a resource's policy names a user of the same account, whose boundary it passes by (E8)."""
    caller, owner = case.request.principal, case.request.resource.account
    named = candidate.layer is LayerName.RESOURCE and candidate.kind in _NAMING
    return (
        named
        and caller.kind is PrincipalKind.USER
        and caller.account == owner
        and case.policies.get(LayerName.BOUNDARY) is not None
    )


_NAMING: Final = frozenset({FixKind.ADD_STATEMENT, FixKind.ADD_PRINCIPAL, FixKind.NEW_POLICY})
_PASSES_BOUNDARY: Final = "a policy of the resource that names the user allows it even what its boundary does not"
_OF_PERMISSION_SET: Final = (
    "the edit belongs in the inline policy of the permission set `{name}`, and reaches every account that has it"
)
_NOTHING: Final = "no edit of the {title} was found that allows this request"
_NOTHING_FOUND: Final[dict[LayerName, str]] = {
    LayerName.SCP: (
        "nothing at `{node}` allows `{action}`: attach an SCP that allows it, or FullAWSAccess"
        " (`aws organizations attach-policy --policy-id p-FullAWSAccess --target-id {target}`)"
    ),
    LayerName.SESSION: "whoever starts the session must pass a session policy that allows `{action}`",
}
_REVOKED: Final = (
    "{statement} revokes sessions that may be in the wrong hands: get a new session, and make no exception for old ones"
)
_DETACH: Final = "the Deny of `{policy}` ends only when that policy is detached: find out first why it was attached"
_NO_EXCEPTION: Final = "the Deny in the {title} `{policy}` could not be given an exception for this request alone"
