"""Causes without any policy at hand: what AWS's words and the event alone leave room for.

Source: spec M1 to M18, E5, E13, E20, E33, S18; S3 User Guide, troubleshoot-403-errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.evaluation.layer_words import with_article
from policysim.evaluation.layers import LAYER, LayerName
from policysim.explanation.agreement import layer_of_message
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.fetching import fetch, fetch_all, read_policy
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.phrases import asked, said, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.explanation.hypotheses.reach import out_of_reach, why_not
from policysim.explanation.hypotheses.stored_data import missing_object, reads_an_object
from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.call import Call
    from policysim.evaluation.facts import Facts
    from policysim.language.request import Request

NO_POLICIES: Final = "no policies were given to evaluate"

_LIKELIEST_FIRST: Final = (
    (LayerName.IDENTITY, LayerName.BOUNDARY),
    (LayerName.RESOURCE,),
    (LayerName.SCP, LayerName.RCP),
    (LayerName.SESSION,),
    (LayerName.VPCE,),
)
"""The layers in which to look where AWS names none: who has a policy at all, and who is likely to refuse by it.

Those that are fetched together stand together.
"""

_PUBLIC_ACCESS: Final = "Block Public Access"


def cause_beside_policies(denial: Denial, request: Request | None = None) -> Possibility:
    """A refusal of which AWS itself says that something else than a policy caused it.

    ``request`` is the refused one as the accounts at hand know it: with the settings of its bucket.
    """
    told = denial.cause or "AWS gives no cause"
    public_access = _PUBLIC_ACCESS in told
    block = request.resource.public_access_block if request is not None and public_access else None
    name, setting = next(((name, field) for name, field in _SETTINGS if name in told), ("", ""))
    is_on = getattr(block, setting) if block is not None and setting else None
    return Possibility(
        Cause.BLOCK_PUBLIC_ACCESS if public_access else Cause.NOT_A_POLICY,
        told if public_access else Cause.NOT_A_POLICY.sentence(none=denial.no_policy, sentence=told),
        Tested.CONFIRMED if denial.cause is not None else Tested.POSSIBLE,
        f"AWS's message names the cause, and {denial.no_policy} takes part in it",
        Strength.NAMED_BY_AWS,
        supporting=(
            f"AWS's message: {told}",
            *((f"the settings that were collected have {name} on, for the bucket or its account",) if is_on else ()),
        ),
        opposing=(f"the settings that were collected have {name} off",) if is_on is False else (),
    )


_SETTINGS: Final = (("BlockPublicAcls", "block_public_acls"), ("BlockPublicPolicy", "block_public_policy"))
"""The settings of S3 Block Public Access that messages name (spec M13)."""


def causes_from_words(call: Call, facts: Facts) -> Iterator[Possibility]:
    """The causes that AWS's message names, or else every layer that can apply, the others refuted."""
    denial = call.denial or Denial(raw="", recognised=False)
    request = call.requests[0].request if call.requests else None
    layer = layer_of_message(denial)
    if layer is not None:
        yield from _named(denial, layer, request)
        return
    if denial.kind is not DenialKind.UNKNOWN or request is not None or call.denial is not None:
        yield from _any_layer(denial, request, facts)
    if request is not None and denial.kind is DenialKind.UNKNOWN and reads_an_object(request):
        yield missing_object(request)


def _named(denial: Denial, layer: LayerName, request: Request | None) -> Iterator[Possibility]:
    kinds = (DenialKind.IMPLICIT, DenialKind.EXPLICIT) if denial.kind is DenialKind.UNKNOWN else (denial.kind,)
    for kind in kinds:
        yield _in_layer(denial, layer, kind, request, certain=len(kinds) == 1)
    if denial.cause is not None and layer is LayerName.RESOURCE:
        yield Possibility(
            Cause.WRONG_ACCOUNT_OR_REGION,
            Cause.WRONG_ACCOUNT_OR_REGION.sentence(
                sentence="the resource is not in the account and Region of the call"
            ),
            Tested.POSSIBLE,
            NO_POLICIES,
            Strength.NAMED_BY_AWS,
            supporting=(f"AWS's message: {denial.cause}",),
        )


def _in_layer(
    denial: Denial, layer: LayerName, kind: DenialKind, request: Request | None, *, certain: bool
) -> Possibility:
    named = title(layer, request) if request is not None else LAYER[layer].title
    wanted = asked(request) if request is not None else "the request"
    if kind is DenialKind.EXPLICIT:
        policy = f" (`{denial.policy_arn}`)" if denial.policy_arn is not None else ""
        cause = Cause.EXPLICIT_DENY
        sentence = cause.sentence(statement=f"a statement of {with_article(named)}{policy}", asked=wanted)
    elif layer is LayerName.SCP:
        cause = Cause.LEVEL_WITHOUT_ALLOW
        sentence = cause.sentence(node="some level of the organisation", asked=wanted, near="")
    else:
        cause = Cause.NO_ALLOW
        sentence = cause.sentence(title=named, asked=wanted, near=_ONE_ACCOUNT if layer is LayerName.IDENTITY else "")
    return Possibility(
        cause,
        sentence,
        Tested.CONFIRMED if certain else Tested.POSSIBLE,
        NO_POLICIES,
        Strength.NAMED_BY_AWS,
        layer,
        supporting=(said(denial),),
        fact=_fact(denial, layer, request),
    )


_ONE_ACCOUNT: Final = ", and within one account no resource-based policy does either"


def _fact(denial: Denial, layer: LayerName, request: Request | None) -> Fact | None:
    if denial.policy_arn is not None:
        return Fact(f"read the policy that AWS names, `{denial.policy_arn}`", read_policy(denial.policy_arn))
    return None if request is None else fetch(layer, request)


def _any_layer(denial: Denial, request: Request | None, facts: Facts) -> Iterator[Possibility]:
    """Every layer, as AWS names none: it can be any that applies to such a request."""
    if request is None:
        yield _possible(None, "policy", _refuses(denial, LayerName.IDENTITY), None)
        return
    for layers in _LIKELIEST_FIRST:
        reasons = {layer: why_not(layer, request, facts) for layer in layers}
        yield from (out_of_reach(layer, reason) for layer, reason in reasons.items() if reason)
        left = [layer for layer, reason in reasons.items() if not reason]
        if left:
            named = listed((title(layer, request) for layer in left), "or")
            yield _possible(left[0], named, _refuses(denial, left[0]), fetch_all(left, request))


def _refuses(denial: Denial, layer: LayerName) -> str:
    may_lack = denial.kind is not DenialKind.EXPLICIT and layer is not LayerName.RCP
    return "denies it, or does not allow it" if may_lack else "denies it"


def _possible(layer: LayerName | None, named: str, refuses: str, fact: Fact | None) -> Possibility:
    """A policy that may be the cause; nothing was evaluated, so that there is no test to tell of."""
    cause = Cause.SESSION_POLICY_UNKNOWN if layer is LayerName.SESSION else Cause.POLICY_NOT_COLLECTED
    sentence = cause.sentence(title=named, refuses=refuses)
    return Possibility(cause, sentence, Tested.POSSIBLE, "", Strength.NOT_COLLECTED, layer, fact=fact)
