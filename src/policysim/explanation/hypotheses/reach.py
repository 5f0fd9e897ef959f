"""Which layers can have had a say in a request at all: whom each binds, and why it does not bind this one.

Source: spec E5, E6, E12, E13, E17, E20, E23 to E26, E33, E38; IAM User Guide, id_credentials_temp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.layer_words import with_article
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.services.exemptions import exempt_from_rcps, exempt_from_scps
from policysim.evaluation.truth import FALSE, TRUE
from policysim.explanation.diagnosis import Tested
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.phrases import asked, reason, statement
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.explanation.obstacles import is_deny
from policysim.language.request import ABSENT, IAM_IDENTITIES, OF_AN_ACCOUNT, Credentials, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.facts import Facts
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.request import Request

_NO_SESSION: Final = frozenset({PrincipalKind.USER, PrincipalKind.ROOT, PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS})
_SHOWN_REFUTED: Final = 2


def why_not(layer: LayerName, request: Request, facts: Facts) -> str:
    """Why a layer cannot have denied this request, whatever its policies say; empty where it can have."""
    caller = request.principal
    match layer:
        case LayerName.SCP:
            if caller.kind not in OF_AN_ACCOUNT:
                return "service control policies bind the users, roles and root users of accounts, and no other caller"
            return _exempt_from_scps(request)
        case LayerName.RCP:
            return _exempt_from_rcps(request, facts)
        case LayerName.VPCE:
            through_none = request.context.get("aws:SourceVpce") is ABSENT
            return "the request came through no VPC endpoint: the event names none" if through_none else ""
        case LayerName.SESSION:
            return _no_session(request)
        case LayerName.IDENTITY | LayerName.BOUNDARY:
            none = caller.kind not in IAM_IDENTITIES
            return f"{with_article(caller.kind.value)} caller has no identity-based policies" if none else ""
        case LayerName.RESOURCE:
            return ""


def _no_session(request: Request) -> str:
    caller = request.principal
    if caller.kind in _NO_SESSION and caller.kind is not PrincipalKind.ROOT:
        return f"the caller is no role session ({caller.kind.value}), and only those have session policies"
    if caller.credentials is Credentials.LONG_TERM:
        return "the caller signs with long-term credentials, which have no session and no session policies"
    return ""


def _exempt_from_scps(request: Request) -> str:
    caller = request.principal
    if exempt_from_scps(request) is not TRUE:
        return ""
    if caller.in_management_account:
        return f"the caller belongs to the management account `{caller.account}`, which no service control policy binds"
    if caller.service_linked:
        return "the caller is a service-linked role, which no service control policy binds"
    return "the request is a task that no service control policy restricts"


def _exempt_from_rcps(request: Request, facts: Facts) -> str:
    if facts.under_rcps(request.action) is False:
        return f"resource control policies do not cover `{request.action}`"
    if exempt_from_rcps(request) is not TRUE:
        return ""
    if request.resource.in_management_account:
        return "the resource belongs to the management account, which no resource control policy binds"
    return "the caller is a service-linked role, which no resource control policy binds"


def layers_out_of_reach(evidence: Evidence) -> Iterator[Possibility]:
    """The layers that a person would think of, and that have no say in this request: refuted, with the reason."""
    for layer in (LayerName.SCP, LayerName.SESSION, LayerName.VPCE, LayerName.RCP):
        applies = any(check.layer is layer and check.present for check in evidence.decision.checks)
        if evidence.named in {None, layer} and not applies:
            reason = why_not(layer, evidence.request, evidence.facts)
            if reason:
                yield out_of_reach(layer, reason)


def out_of_reach(layer: LayerName, reason: str) -> Possibility:
    """A layer as a cause that is refuted, because it does not bind the request."""
    cause = Cause.SESSION_POLICY_UNKNOWN if layer is LayerName.SESSION else Cause.POLICY_NOT_COLLECTED
    return Possibility(
        cause,
        cause.sentence(title=LAYER[layer].title, refuses="denies it"),
        Tested.REFUTED,
        "the layer has no say in this request",
        Strength.NOT_COLLECTED,
        layer,
        opposing=(reason,),
    )


def denies_that_do_not_hold(evidence: Evidence) -> Iterator[Possibility]:
    """Deny statements about this very request whose one condition is known not to hold: refuted, with the value."""
    found = 0
    for match in evidence.decision.trace:
        failures = match.failures
        if not is_deny(match) or len(failures) != 1 or failures[0].truth is not FALSE or not failures[0].key:
            continue
        if not evidence.accepts(match.layer, DenialKind.EXPLICIT) or found == _SHOWN_REFUTED:
            continue
        found += 1
        yield Possibility(
            Cause.EXPLICIT_DENY,
            Cause.EXPLICIT_DENY.sentence(statement=statement(match), asked=asked(evidence.request)),
            Tested.REFUTED,
            "evaluated: the statement does not match",
            Strength.AT_HAND,
            match.layer,
            opposing=(f"its condition does not hold: {reason(failures[0])}",),
        )
