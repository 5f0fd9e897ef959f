"""Does what AWS said fit what we decided? Agreement, or a disagreement that has a name.

A denial message names one policy type of possibly several that deny (spec M10), and some of its phrases stand for
more than one layer or kind (spec M6, M9, M14, M17). So AWS and we agree when what it names is among the layers that
deny here. Source: IAM User Guide, troubleshoot_access-denied; spec M1 to M18.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.denial import TRUST_LAYER, DenialKind
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.truth import TRUE
from policysim.explanation.diagnosis import Agreement
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from policysim.cloudtrail.denial import Denial
    from policysim.evaluation.decision import Check, Decision, StatementMatch

_EXPLICIT: Final = DenialKind.EXPLICIT
_IMPLICIT: Final = DenialKind.IMPLICIT


class Finding(Enum):
    """Why AWS and we differ, or why that cannot be told: a code and a sentence."""

    ALLOWED_HERE = (
        "allowed-here",
        (
            "AWS denied, the policies at hand allow: they changed since, one is missing here, a context key was not"
            " what it seems, or a change had not reached every Region yet"
        ),
    )
    LAYER_MISSING = ("layer-missing", "AWS denied in the {theirs}, and no such policy is among those at hand")
    OTHER_LAYER = ("other-layer", "AWS denied in the {theirs}, the policies at hand {deny} in the {ours}")
    OTHER_KIND = (
        "other-kind",
        "AWS found an {their_kind} deny in the {theirs}, the policies at hand hold an {our_kind} one",
    )
    EXPLICIT_HERE = (
        "explicit-here",
        "AWS found no explicit deny, which it looks for first, the policies at hand hold one in the {ours}",
    )
    OTHER_POLICY = ("other-policy", "AWS names the policy {arn}, the policies at hand deny by {ours}")
    NOT_A_POLICY = ("not-a-policy", "AWS gives a cause that is no policy: {cause}")
    NO_MESSAGE = ("no-message", "there is no denial message to compare with")
    NO_DECISION = ("no-decision", "no policies were given to compare with")
    NO_REQUEST = ("no-request", "which request was denied is not known, so there is nothing to compare with")
    MAY_BE_THERE = (
        "may-be-there",
        "AWS denied in the {theirs}; what is at hand of it may deny, depending on something that is not known",
    )
    NAMES_ONE_OF_SEVERAL = (
        "names-one-of-several",
        "AWS names one policy type of several: the {ours} {deny} as well",
    )
    OPEN = ("open", "the policies at hand leave it open whether the request is denied, or where")

    @property
    def code(self) -> str:
        """The stable code for machines."""
        return self.value[0]

    @property
    def sentence(self) -> str:
        """The sentence, with places to fill in."""
        return self.value[1]


class Comparison(NamedTuple):
    """What comparing AWS's words with our decision gives.

    ``finding`` and ``sentence`` are empty when both agree, and nothing is to be added to AWS's words.
    """

    agreement: Agreement
    finding: Finding | None = None
    sentence: str = ""

    @property
    def code(self) -> str:
        """The code of the finding; empty when there is none."""
        return self.finding.code if self.finding is not None else ""


AGREED: Final = Comparison(Agreement.AGREES)


class Standing(NamedTuple):
    """A layer that denies, and how."""

    layer: LayerName
    kind: DenialKind


_MESSAGE_LAYERS: Final[dict[str, LayerName]] = {
    **{name.value: name for name in LayerName},
    TRUST_LAYER: LayerName.RESOURCE,
}
"""The words of denial messages; a role trust policy is the resource-based policy of its role (spec M9, S1)."""

_ALSO_MEANS: Final[dict[Standing, tuple[Standing, ...]]] = {
    Standing(LayerName.SCP, _EXPLICIT): (Standing(LayerName.SCP, _IMPLICIT),),
    Standing(LayerName.VPCE, _EXPLICIT): (Standing(LayerName.SCP, _EXPLICIT),),
}
"""Phrases that stand for more than they say: the text for an explicit SCP deny is printed for an implicit one too
(spec M6), and a VPC endpoint policy may deny "transitively through a service control policy" (spec M8)."""

_ALSO_MEANS_IN_ONE_ACCOUNT: Final[dict[Standing, tuple[Standing, ...]]] = {
    Standing(LayerName.IDENTITY, _IMPLICIT): (Standing(LayerName.RESOURCE, _IMPLICIT),),
}
"""Within one account AWS speaks of identity-based policies when no policy on either side allows (spec M17)."""


def compare(denial: Denial | None, decision: Decision | None, undecided: Finding = Finding.NO_DECISION) -> Comparison:
    """Whether AWS's words and our decision on the refused request are the same answer.

    ``undecided`` says why there is no decision, where there is none.
    """
    if denial is None:
        return _unknown(Finding.NO_MESSAGE)
    if not denial.iam:
        return _unknown(Finding.NOT_A_POLICY, cause=denial.cause or "an unknown cause")
    if decision is None:
        return _unknown(undecided)
    if decision.effect is Effect.ALLOWED:
        return _allowed_here(denial, decision)
    accepted, ours = accepted_standings(denial, decision), _standings(decision)
    if decision.effect is Effect.DEPENDS:
        return _open(denial, accepted, ours.certain | ours.possible, decision)
    if ours.certain & accepted:
        if denial.kind is _IMPLICIT and has_explicit_deny_of_one_account(decision):
            explicit = (standing.layer for standing in ours.certain if standing.kind is _EXPLICIT)
            return _disagrees(Finding.EXPLICIT_HERE, ours=_titles(explicit))
        return _same_policy(denial, decision, accepted)
    if not ours.certain and denial.layer is None:
        return AGREED
    if ours.possible & accepted:
        return _unknown(Finding.MAY_BE_THERE, theirs=LAYER[layer_of_message(denial) or LayerName.IDENTITY].title)
    return _differs(denial, decision, ours.certain)


def layer_of_message(denial: Denial) -> LayerName | None:
    """The layer that a message names; ``None`` when it names none."""
    return _MESSAGE_LAYERS.get(denial.layer or "")


def rules_out_a_deny(denial: Denial | None, decision: Decision) -> bool:
    """Whether AWS's words say that no Deny matched: within one account it looks for one before all else (spec E3)."""
    caller, owner = decision.request.principal.account, decision.request.resource.account
    implicit = denial is not None and denial.iam and denial.kind is _IMPLICIT
    return implicit and caller is not None and caller == owner


class _Standings(NamedTuple):
    certain: frozenset[Standing]
    possible: frozenset[Standing]


def _standings(decision: Decision) -> _Standings:
    certain = {Standing(layer, _IMPLICIT) for layer in decision.blocking}
    possible: set[Standing] = set()
    for check in decision.checks:
        certain.update(_certain(check))
        possible.update(_possible(check))
    if decision.effect is Effect.DEPENDS:
        open_kinds = {_KIND_OF_EFFECT[effect] for effect in decision.possible if effect in _KIND_OF_EFFECT}
        possible = {standing for standing in possible if standing.kind in open_kinds}
    return _Standings(frozenset(certain), frozenset(possible))


_KIND_OF_EFFECT: Final = {Effect.EXPLICIT_DENY: _EXPLICIT, Effect.IMPLICIT_DENY: _IMPLICIT}


def _certain(check: Check) -> Iterator[Standing]:
    if check.verdict is Verdict.EXPLICIT_DENY:
        yield Standing(check.layer, _EXPLICIT)
    if check.verdict is Verdict.IMPLICIT_DENY and check.needed:
        yield Standing(check.layer, _IMPLICIT)


def _possible(check: Check) -> Iterator[Standing]:
    if any(gap.may_deny for gap in check.gaps) or any(_is_deny(match) for match in check.matched):
        yield Standing(check.layer, _EXPLICIT)
    if check.verdict is Verdict.UNKNOWN and check.needed:
        yield Standing(check.layer, _IMPLICIT)


def _is_deny(match: StatementMatch) -> bool:
    return match.statement.effect is StatementEffect.DENY


def accepted_standings(denial: Denial, decision: Decision) -> frozenset[Standing]:
    """Every layer and kind that AWS's words may stand for."""
    named = layer_of_message(denial)
    layers = tuple(LayerName) if named is None else (named,)
    kinds = (_EXPLICIT, _IMPLICIT) if denial.kind is DenialKind.UNKNOWN else (denial.kind,)
    said = {Standing(layer, kind) for layer in layers for kind in kinds}
    also = {other for one in said for other in _ALSO_MEANS.get(one, ())}
    if _neither_side_allows(decision):
        also |= {other for one in said for other in _ALSO_MEANS_IN_ONE_ACCOUNT.get(one, ())}
    return frozenset(said | also)


def has_explicit_deny_of_one_account(decision: Decision) -> bool:
    """Whether a Deny matches in the one account of caller and resource: AWS looks for one before all else (spec E3)."""
    caller, owner = decision.request.principal.account, decision.request.resource.account
    return decision.effect is Effect.EXPLICIT_DENY and caller is not None and caller == owner


def _neither_side_allows(decision: Decision) -> bool:
    """Whether caller and resource may share an account in which no identity-based policy allows (spec M17)."""
    caller, owner = decision.request.principal.account, decision.request.resource.account
    identity = (check.verdict for check in decision.checks if check.layer is LayerName.IDENTITY)
    return (caller is None or owner is None or caller == owner) and Verdict.ALLOW not in identity


def _allowed_here(denial: Denial, decision: Decision) -> Comparison:
    return _missing(denial, decision) or _disagrees(Finding.ALLOWED_HERE)


def _missing(denial: Denial, decision: Decision) -> Comparison | None:
    """AWS names a layer that has no policies here, and whose absence does not deny."""
    layer = layer_of_message(denial)
    if layer is None or any(check.layer is layer and check.present for check in decision.checks):
        return None
    if LAYER[layer].grants and denial.kind is not DenialKind.EXPLICIT:
        return None
    return _disagrees(Finding.LAYER_MISSING, theirs=LAYER[layer].title)


def _open(denial: Denial, accepted: frozenset[Standing], ours: frozenset[Standing], decision: Decision) -> Comparison:
    """Where we leave it open, AWS's words settle it only when every way to a denial is the one that AWS names."""
    if denial.layer is None or not ours:
        return _unknown(Finding.OPEN)
    if ours <= accepted:
        return AGREED
    return _unknown(Finding.OPEN) if ours & accepted else _differs(denial, decision, ours)


def _same_policy(denial: Denial, decision: Decision, accepted: frozenset[Standing]) -> Comparison:
    """Layer and kind fit; where the message names a policy, it must be one of those that deny (spec M11)."""
    if denial.policy_arn is None:
        return _beside(denial, decision)
    denying = [match for match in decision.statements if _is_deny(match)]
    denying += [match for check in decision.checks for match in check.matched if _is_deny(match)]
    layers = {standing.layer for standing in accepted if standing.kind is _EXPLICIT}
    policies = {match.attached for match in denying if match.layer in layers and match.truth is TRUE}
    if not policies or any(attached.arn in {None, denial.policy_arn} for attached in policies):
        return _beside(denial, decision)
    names = ", ".join(sorted(f"`{attached.name}`" for attached in policies))
    return _disagrees(Finding.OTHER_POLICY, arn=f"`{denial.policy_arn}`", ours=names)


def _beside(denial: Denial, decision: Decision) -> Comparison:
    """Agreement; with a word on the layers that deny beside the one that the message names (spec M10)."""
    return AGREED if denial.layer is None else _naming_others(_others(denial, decision))


def _others(denial: Denial, decision: Decision) -> list[LayerName]:
    """The layers that deny and that the message cannot mean."""
    named = {standing.layer for standing in accepted_standings(denial, decision)}
    return [standing.layer for standing in _standings(decision).certain if standing.layer not in named]


def of_those_in_the_way(denial: Denial, decision: Decision, in_the_way: Collection[LayerName]) -> Comparison:
    """Agreement, told again once it is known which layers are in the way: no other one denies beside AWS's.

    Within one account the caller's own policies need not allow what the resource's policy could (spec E7 to E9).
    """
    return _naming_others([layer for layer in _others(denial, decision) if layer in in_the_way])


def _naming_others(others: Collection[LayerName]) -> Comparison:
    if not others:
        return AGREED
    deny = "denies" if len(set(others)) == 1 else "deny"
    sentence = Finding.NAMES_ONE_OF_SEVERAL.sentence.format(ours=_titles(others), deny=deny)
    return Comparison(Agreement.AGREES, Finding.NAMES_ONE_OF_SEVERAL, sentence)


def _differs(denial: Denial, decision: Decision, ours: frozenset[Standing]) -> Comparison:
    layer = layer_of_message(denial)
    if layer is None:
        kinds = {standing.kind for standing in ours} - {denial.kind}
        return _disagrees(
            Finding.OTHER_KIND, their_kind=denial.kind.value, theirs="policies in force", our_kind=_kinds(kinds)
        )
    title = LAYER[layer].title
    kinds = {standing.kind for standing in ours if standing.layer is layer}
    if kinds:
        return _disagrees(Finding.OTHER_KIND, their_kind=denial.kind.value, theirs=title, our_kind=_kinds(kinds))
    missing = _missing(denial, decision)
    if missing is not None:
        return missing
    deny = "can deny only" if decision.effect is Effect.DEPENDS else "deny"
    return _disagrees(Finding.OTHER_LAYER, theirs=title, deny=deny, ours=_titles(standing.layer for standing in ours))


def _kinds(kinds: Iterable[DenialKind]) -> str:
    return " and ".join(sorted({kind.value for kind in kinds})) or "unknown"


def _titles(layers: Iterable[LayerName]) -> str:
    named = set(layers)
    return " and ".join(LAYER[layer].title for layer in LayerName if layer in named) or "rule that no policy can change"


def _disagrees(finding: Finding, **parts: str) -> Comparison:
    return Comparison(Agreement.DISAGREES, finding, finding.sentence.format(**parts))


def _unknown(finding: Finding, **parts: str) -> Comparison:
    return Comparison(Agreement.UNKNOWN, finding, finding.sentence.format(**parts))
