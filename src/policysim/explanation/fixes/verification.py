"""An edit made and judged: the edited text is read anew, put in force, and the request decided again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.policy_set import LayerPolicies, one_level
from policysim.evaluation.truth import TRUE, UNKNOWN
from policysim.explanation.diagnosis import Verification
from policysim.explanation.fixes.candidates import one_warning
from policysim.explanation.fixes.documents import same_document
from policysim.explanation.near_misses import without_allow
from policysim.language.edits import apply_edits, in_file
from policysim.language.embedding import EmbeddedOffsets, embedded_source
from policysim.language.json_text import load_json
from policysim.language.locator import locate
from policysim.language.policy import Effect as StatementEffect
from policysim.language.problems import Problem
from policysim.language.reader import read_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet
    from policysim.explanation.fixes.candidates import Aim, Candidate, Case
    from policysim.language.edits import TextEdit
    from policysim.language.policy import Policy
    from policysim.language.source import Location


class Edited(NamedTuple):
    """A document with edits made: as it reads, and its text (decoded, where a file keeps it as a string)."""

    policy: Policy
    text: str


class Outcome(NamedTuple):
    """A candidate with its edits made: the document, the policies then in force, and the decision under them.

    ``text`` is the document as it stands in its file; the decision has no trace.
    """

    candidate: Candidate
    policy: Policy
    policies: PolicySet
    decision: Decision
    text: str

    def with_warning(self, warning: str) -> Outcome:
        """The same outcome with one more warning; an empty one changes nothing."""
        candidate = self.candidate
        return self._replace(candidate=candidate._replace(warning=one_warning(candidate.warning, warning)))

    @property
    def verification(self) -> Verification:
        """The effect, and the layer in the way where it is a denial, or the keys that it hangs on where it is open."""
        decision = self.decision
        if decision.effect is Effect.DEPENDS:
            return Verification(decision.effect, "", tuple(unknown.key for unknown in decision.unknown_keys))
        return Verification(decision.effect, "" if decision.effect is Effect.ALLOWED else decision.layer)


def verify(candidate: Candidate, aim: Aim, case: Case) -> Outcome | None:
    """The outcome of a candidate; ``None`` when the edited text is no usable policy or the aim is missed.

    Edits of another text than the document's, such as the list that attaches it, leave the document as it is.
    """
    as_it_is = candidate.attached.policy
    beside = candidate.edits[0].span.source is not as_it_is.location.source
    document = Edited(as_it_is, locate(as_it_is.location).text) if beside else edited(as_it_is, candidate.edits)
    if document is None or not document.policy.usable:
        return None
    policy, text = document
    policies = _in_force(candidate, policy, case.policies)
    decision = decide_again(case, policies, trace=False)
    return Outcome(candidate, policy, policies, decision, text) if _reached(aim, case.decision, decision) else None


def decide_again(case: Case, policies: PolicySet, *, trace: bool) -> Decision:
    """The decision under other policies, as ``decide`` has it.

    Where AWS's own words rule an explicit deny out, the Denies that hang on unknown keys are left out: AWS has looked
    at them, and found that none matches (spec E2, M1).
    """
    decision = decide(case.request, policies, case.facts, trace=trace, judged=case.judged)
    if decision.effect is not Effect.DEPENDS or not case.no_explicit_deny:
        return decision
    traced = decision if trace else decide(case.request, policies, case.facts, trace=True, judged=case.judged)
    open_ones = {
        (match.layer, match.node, match.attached.name, match.statement.index)
        for match in traced.trace
        if match.truth is UNKNOWN and match.statement.effect is StatementEffect.DENY
    }
    return decide(case.request, _without(policies, open_ones), case.facts, trace=trace, judged=case.judged)


def _without(policies: PolicySet, left_out: set[tuple[LayerName, str, str, int]]) -> PolicySet:
    """The policies without some of their statements."""
    for name, layer in policies.layers.items():
        levels = tuple(
            level._replace(
                policies=tuple(
                    attached._replace(
                        policy=replace(
                            attached.policy,
                            statements=tuple(
                                statement
                                for statement in attached.policy.statements
                                if (name, level.node, attached.name, statement.index) not in left_out
                            ),
                        )
                    )
                    for attached in level.policies
                )
            )
            for level in layer.levels
        )
        policies = policies.with_layer(name, LayerPolicies(levels))
    return policies


def edited(policy: Policy, edits: tuple[TextEdit, ...]) -> Edited | None:
    """The document as it reads once its text is edited; ``None`` when the text is no JSON any more."""
    place = policy.location
    origin = place.source.origin
    if origin is None:
        after = place._replace(source=apply_edits(place.source, edits))
        text = _text_at(place, after.source)
        value = load_json(Source(after.source.name, text))
        return None if isinstance(value, Problem) else Edited(read_policy(value, after, policy.type), text)
    if not isinstance(origin.offsets, EmbeddedOffsets) or origin.source.origin is not None:
        return None
    before = origin.offsets.location
    outer = before._replace(source=apply_edits(origin.source, map(in_file, edits)))
    value = json.loads(_text_at(before, outer.source))
    return Edited(read_policy(value, outer, policy.type), embedded_source(value, outer).text)


def _text_at(place: Location, after: Source) -> str:
    """The text of a value after edits inside it: it begins where it began, and what follows it is as it was."""
    before = locate(place)
    return after.text[before.start : before.end + len(after.text) - len(place.source.text)]


def _in_force(candidate: Candidate, policy: Policy, policies: PolicySet) -> PolicySet:
    """The policies with the edited document in every place that the old one had, or attached where it is new."""
    if candidate.attached_at is not None:
        return _attached_to_node(candidate, policies)
    if candidate.instead:
        owner = candidate.attached.attached_to or candidate.attached.name
        return policies.with_layer(candidate.layer, one_level(owner, (candidate.attached._replace(policy=policy),)))
    if candidate.new:
        return _with_new(candidate.attached._replace(policy=policy), candidate.layer, policies)
    old = candidate.attached.policy.location

    def renewed(attached: AttachedPolicy) -> AttachedPolicy:
        same = same_document(attached.policy.location, old)
        return attached._replace(policy=policy) if same else attached

    for name, layer in policies.layers.items():
        levels = tuple(level._replace(policies=tuple(map(renewed, level.policies))) for level in layer.levels)
        policies = policies.with_layer(name, LayerPolicies(levels))
    return policies


def _attached_to_node(candidate: Candidate, policies: PolicySet) -> PolicySet:
    layer = policies.get(candidate.layer)
    levels = tuple(
        level._replace(policies=(*level.policies, candidate.attached)) if level.node == candidate.attached_at else level
        for level in (layer.levels if layer is not None else ())
    )
    return policies.with_layer(candidate.layer, LayerPolicies(levels))


def _with_new(attached: AttachedPolicy, name: LayerName, policies: PolicySet) -> PolicySet:
    layer = policies.get(name)
    if layer is None or not layer.levels:
        return policies.with_layer(name, one_level(attached.attached_to or attached.name, (attached,)))
    first = layer.levels[0]
    grown = first._replace(policies=(*first.policies, attached))
    return policies.with_layer(name, LayerPolicies((grown, *layer.levels[1:])))


def _reached(aim: Aim, before: Decision, after: Decision) -> bool:
    """Whether what the aim wanted gone is gone; what else denies is the next step's business (spec M10)."""
    if aim.public:
        return after.effect is not Effect.EXPLICIT_DENY
    if aim.deny is not None:
        gone = aim.deny
        return not any(
            match.statement.effect is StatementEffect.DENY
            and match.truth is TRUE
            and (match.layer, match.node, match.attached.name, match.statement.index)
            == (gone.layer, gone.node, gone.attached.name, gone.statement.index)
            for match in after.statements
        )
    match after.effect:
        case Effect.ALLOWED:
            return True
        case Effect.EXPLICIT_DENY:
            return False
        case Effect.IMPLICIT_DENY:
            return aim.layer not in after.blocking or _node(aim.layer, after) != _node(aim.layer, before)
        case Effect.DEPENDS:
            return aim.layer not in without_allow(after)


def _node(layer: LayerName, decision: Decision) -> str | None:
    return decision.check(layer).blocking_node
