"""What to fetch or find out next: facts and commands that would settle what is open, the most useful first.

Source: spec M10 to M18, S18; S3 API reference, GetObject; IAM User Guide, troubleshoot_access-denied; AWS CLI command
reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.aws_evaluation import EvaluationKind
from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.agreement import Finding, layer_of_message, rules_out_a_deny
from policysim.explanation.diagnosis import Agreement
from policysim.explanation.fetching import (
    decode_command,
    details_command,
    fetch,
    in_words,
    policy_command,
    read_policy,
)
from policysim.explanation.key_sources import where_to_look
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.denial import Denial
    from policysim.evaluation.decision import Decision, UnknownKey
    from policysim.explanation.agreement import Comparison
    from policysim.explanation.diagnosis import Hypothesis
    from policysim.language.problems import Problem
    from policysim.language.request import Request

_NO_POLICY: Final = (
    "the policies of the account are needed to say which statement decides: pass them with `--account DIR`"
)
_OR_AWS: Final = "`--aws` fetches it, and so does"
_FROM_THE_ERROR: Final = "take it from the caller's own error, for"
_NO_REQUEST: Final = "which request was denied is not known: explain {other}, which may name what is missing here"

_REQUESTER_PAYS: Final = "check what else makes S3 refuse: whether the bucket is a Requester Pays bucket"
_OBJECT_LOCK: Final = "check what else makes S3 refuse: whether Object Lock protects the object"
_LOCKED: Final = frozenset(
    {
        "s3:deleteobjectversion",
        "s3:putobjectlegalhold",
        "s3:putobjectretention",
        "s3:bypassgovernanceretention",
    }
)
"""What Object Lock refuses: it guards versions against deletion and shorter retention, and never against reading."""


def next_steps(call: Call, decision: Decision | None, comparison: Comparison, advice: Iterable[str]) -> tuple[str, ...]:
    """The steps for one call, without repetition; ``advice`` on conditions and documents comes last."""
    at_hand = {requested.evaluated.kind for requested in call.requests if requested.evaluated is not None}
    steps = dict.fromkeys(_of_message(call, at_hand))
    if decision is None:
        steps.update(dict.fromkeys(_without_policies(call)))
    else:
        named = layer_of_message(call.denial) if call.denial is not None else None
        steps.update(dict.fromkeys(_of_decision(decision, comparison, named, call.denial)))
    steps.update(dict.fromkeys(advice))
    return tuple(steps)


def without_repetition(steps: Iterable[str], hypotheses: Iterable[Hypothesis]) -> tuple[str, ...]:
    """The steps that no hypothesis names as its own next step."""
    said = [hypothesis.next for hypothesis in hypotheses if hypothesis.next]
    return tuple(step for step in steps if not any(step in one for one in said))


def _of_message(call: Call, at_hand: set[EvaluationKind]) -> Iterator[str]:
    """What AWS itself can tell more about this denial, beyond what of it is at hand (spec M11, M15)."""
    denial = call.denial
    if denial is None:
        return
    if denial.authorization_id is not None and EvaluationKind.AUTHORIZATION_DETAILS not in at_hand:
        command = details_command(call, denial.authorization_id)
        yield f"ask AWS for its evaluation, kept for 24 hours; {_OR_AWS}: `{command}`"
    if denial.encoded is not None and not at_hand:
        how = f"CloudTrail cut this one off: {_FROM_THE_ERROR}" if denial.cut else _OR_AWS
        yield f"decode the message for the matched statement and every context key; {how}: `{decode_command(denial)}`"


def _without_policies(call: Call) -> Iterator[str]:
    """What the event alone proves, and what to fetch first."""
    denial, request = call.denial, call.requests[0].request if call.requests else None
    if denial is not None and not denial.iam:
        advice = denial.advice or "change the setting or the request"
        yield f"{denial.no_policy} caused this denial ({denial.cause or 'cause unknown'}): {advice}"
        return
    if denial is not None and denial.policy_arn is not None:
        yield f"read the policy that AWS names: `{read_policy(denial.policy_arn)}`"
    layer = layer_of_message(denial) if denial is not None else None
    no_allow = denial is not None and layer is LayerName.IDENTITY and denial.kind is DenialKind.IMPLICIT
    if no_allow and request is not None:
        yield (
            f"no identity-based policy of the caller allows `{request.action}`: if it should have it, add"
            f" `{request.action}` on `{request.resource.arn}` to one of its policies"
        )
    if request is None:
        other = "the CloudTrail event of this call" if call.event is None else "the message that the caller saw"
        yield _NO_REQUEST.format(other=other)
        return
    yield from (in_words(fetch(one, request)) for one in ((layer,) if layer is not None else _suspects(request)))
    yield _NO_POLICY


def _suspects(request: Request) -> tuple[LayerName, ...]:
    """The layers to look at first when the message names none: the caller's policies, and the resource's own."""
    return (LayerName.IDENTITY, LayerName.RESOURCE) if policy_command(request) else (LayerName.IDENTITY,)


def _of_decision(
    decision: Decision, comparison: Comparison, named: LayerName | None, denial: Denial | None
) -> Iterator[str]:
    """What is open in the decision; the gaps of the layer that AWS names come first.

    A key that could only have made the denial an explicit one is of no use where AWS's words rule that out.
    """
    if decision.effect is Effect.DEPENDS or decision.possible or comparison.agreement is not Agreement.AGREES:
        named_first = [gap for check in decision.checks if check.layer is named for gap in check.gaps]
        for gap in (*named_first, *decision.gaps):
            yield f"{gap.sentence}: `{gap.command}`" if gap.command else gap.sentence
            yield from (f"correct {_where(problem)}{problem.message}" for problem in gap.problems)
    if not (comparison.agreement is Agreement.AGREES and _only_adds_a_deny(denial, decision)):
        yield from (_find(unknown, decision.request) for unknown in decision.unknown_keys)
    if decision.effect is Effect.ALLOWED and comparison.agreement is Agreement.DISAGREES:
        yield from _suspicions(decision, comparison, named)


def _only_adds_a_deny(denial: Denial | None, decision: Decision) -> bool:
    return decision.effect is Effect.IMPLICIT_DENY and rules_out_a_deny(denial, decision)


def _where(problem: Problem) -> str:
    if problem.span is None:
        return ""
    place = problem.span.place
    return f"{place.file}:{place.line}:{place.column}: "


def _suspicions(decision: Decision, comparison: Comparison, named: LayerName | None) -> Iterator[str]:
    """What to look at beside the causes that were tested, when the policies at hand allow what AWS denied."""
    if named is not None and comparison.finding is Finding.LAYER_MISSING:
        yield in_words(fetch(named, decision.request))
    elif named is None:
        yield from _beside_the_policies(decision.request)


def _beside_the_policies(request: Request) -> Iterator[str]:
    """Why S3 answers 403 though every policy allows (spec S18)."""
    arn = parse_arn(request.resource.arn)
    if arn is not None and arn.service == "s3" and "/" in arn.resource:
        yield _OBJECT_LOCK if request.action.lower() in _LOCKED else _REQUESTER_PAYS


def _find(unknown: UnknownKey, request: Request) -> str:
    return f"find the value of {unknown.key}: {where_to_look(unknown.key, request)}"
