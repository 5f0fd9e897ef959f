"""An answer that is not as expected, in one sentence: who, what, where, what came out and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.gaps import ACCOUNT_MISSING_CODE, OWNER_UNKNOWN_CODE
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layer_words import layer_title
from policysim.evaluation.layers import LAYER, Combine, LayerName
from policysim.expectations.caller import Whose
from policysim.expectations.open_answers import Openness
from policysim.expectations.reasons import deciding_statements
from policysim.language.lists import listed
from policysim.language.locator import span_of
from policysim.language.request import ABSENT, UNKNOWN, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.evaluation.decide import CallDecision
    from policysim.evaluation.decision import Decision, StatementMatch, UnknownKey
    from policysim.evaluation.policy_set import Gap
    from policysim.expectations.asking import Asked
    from policysim.expectations.results import Answer

_NO_SESSION_POLICIES: Final = "if none are used, `{}` in the account's `session-policies.json` says so"
_NO_ORGANISATION: Final = (
    "if the account is in no organisation, `{}` in its `organization.json` says so, or `--no-organization` for a plan "
    "or template"
)
_WHOSE: Final = "a resource, or the bucket of an object, belongs to the account whose `resource-policies.json` lists it"
_ORGANISATION_CALL: Final = "aws organizations describe-organization"
NOT_DECIDED: Final = " is not decided: "
AND_SHOULD: Final = ", and should: "
AND_SHOULD_NOT: Final = ", and should not: "
"""What stands before the reason in the sentences that tell of an answer which is not as expected."""

_VALUES_SHOWN: Final = 3
_KEYS_SHOWN: Final = 3
_TELLING: Final = ("allowed", "open", "denied")
"""The outcomes of a value, that first which tells most: what a Deny keeps from everybody tells nothing."""

_EFFECTS: Final = {
    Effect.ALLOWED: "allowed",
    Effect.EXPLICIT_DENY: "denied",
    Effect.IMPLICIT_DENY: "denied",
    Effect.DEPENDS: "open",
}


def told(asked: Asked, answer: Answer, *, wanted: bool) -> str:
    """An answer that came out otherwise than expected; ``wanted`` tells whether it was to be an allow."""
    call, request = answer.call, _request(asked)
    if call.effect is Effect.DEPENDS:
        return f"whether {request}{NOT_DECIDED}{_what_is_open(asked, call)}"
    if call.effect is Effect.ALLOWED:
        return f"{request}{': ' if wanted else AND_SHOULD_NOT}{_why_allowed(call)}"
    return f"{_request(asked, verb='cannot')}{AND_SHOULD if wanted else ': '}{_why_denied(call)}"


def told_decided(asked: Asked, answer: Answer, keys: Sequence[str]) -> str:
    """An answer that was expected to be open, and is not."""
    named_keys = listed(f"`{key}`" for key in keys)
    call = answer.call
    allowed = call.effect is Effect.ALLOWED
    request, why = _request(asked, "can" if allowed else "cannot"), _why_allowed(call) if allowed else _why_denied(call)
    return f"{request}, and it no longer depends on {named_keys}: {why}"


def told_openness(asked: Asked, answer: Answer, found: Openness, keys: Sequence[str]) -> str:
    """An answer that is open in another way than expected."""
    request = f"whether {_request(asked)}"
    named_keys = listed(f"`{key}`" for key in keys)
    if found is Openness.NOT_ON_ALL:
        return f"{request} no longer depends on {named_keys}"
    if keys:
        return f"{request} depends on {named_keys} as well: {_what_is_open(asked, answer.call)}"
    return f"{request} depends on more than the keys that are named: {_gaps_or_caveats(asked, answer.call)}"


def told_reason(asked: Asked, answer: Answer, reason: str) -> str:
    """An answer that is as expected, for another reason."""
    call = answer.call
    if call.effect is Effect.ALLOWED:
        return f"{_request(asked)}, but not because of `{reason}`: {_why_allowed(call)}"
    return f"{_request(asked, verb='cannot')}, but not because of `{reason}`: {_why_denied(call)}"


def _request(asked: Asked, verb: str = "can") -> str:
    values = [_value(key, value) for key, value in asked.context.items()]
    when = f" when {' and '.join(values)}" if values else ""
    return f"`{asked.caller.name}` {verb} `{asked.action}` on `{asked.sample.arn}`{when}"


def _value(key: str, value: object) -> str:
    if value is ABSENT:
        return f"`{key}` is absent"
    if value is UNKNOWN or not isinstance(value, tuple):
        return f"`{key}` is unknown"
    return f"`{key}` is {' and '.join(f'`{one}`' for one in value)}"


def _why_allowed(call: CallDecision) -> str:
    ranked = sorted(deciding_statements(call), key=lambda match: not LAYER[match.layer].grants)
    if _is_root(call.deciding, ranked):
        return "the root user of the account that owns the resource needs no Allow"
    statements = list(dict.fromkeys(map(named, ranked)))
    return f"{statements[0]} allows it{_more(statements)}" if statements else _of_no_statement(call.deciding)


def _is_root(decision: Decision, matches: Sequence[StatementMatch]) -> bool:
    """Whether a root user needed no grant: guardrails let it through as well, and do not give it anything."""
    by_root = decision.request.principal.kind is PrincipalKind.ROOT
    return decision.layer == "root" or (by_root and not any(LAYER[match.layer].grants for match in matches))


def _why_denied(call: CallDecision) -> str:
    decision = call.deciding
    if decision.effect is Effect.EXPLICIT_DENY:
        statements = list(dict.fromkeys(map(named, decision.statements)))
        return f"{statements[0]} denies it{_more(statements)}" if statements else _of_no_statement(decision)
    action = decision.request.action
    missing = []
    for layer in decision.blocking:
        node = decision.check(layer).blocking_node
        where = f" at `{node}`" if LAYER[layer].combine is Combine.LEVELS and node else ""
        missing.append(f"{layer_title(layer, action)}{where}")
    return f"no {' and no '.join(missing)} allows it" if missing else _of_no_statement(decision)


def _of_no_statement(decision: Decision) -> str:
    return decision.caveats[0].sentence if decision.caveats else "no statement decides it"


def named(match: StatementMatch) -> str:
    """A statement by Sid or number, its policy, and its place."""
    statement = match.statement
    own = f"`{statement.sid}`" if statement.sid else f"statement {statement.index + 1}"
    where = "" if statement.location.source.written_here else f" ({span_of(statement.location).place})"
    return f"{own} of `{match.attached.name}`{where}"


def _more(statements: Sequence[str]) -> str:
    left = len(statements) - 1
    return "" if not left else f", and {left} more statement{'s' if left > 1 else ''}"


def _what_is_open(asked: Asked, call: CallDecision) -> str:
    """What the answer hangs on, and what to write: keys first, for a sentence can say them."""
    keys = {one.key: one for decision in call.decisions for one in decision.unknown_keys}
    if not keys:
        return _gaps_or_caveats(asked, call)
    shown = "; ".join(_settled(one) for one in list(keys.values())[:_KEYS_SHOWN])
    stated = " and ".join(_stated(one) for one in list(keys.values())[:_KEYS_SHOWN])
    write = f"say `when {stated}`, or `given` for the whole file, or expect it: `depending on {', '.join(keys)}`"
    missing = next(_missing(call), None)
    besides = f"; besides, {_gap(*missing)}" if missing is not None else ""
    return f"it depends on {shown}; {write}{besides}"


def _missing(call: CallDecision) -> Iterator[tuple[Gap, LayerName]]:
    """What nobody collected of the layers that are open; which endpoint a request comes through is a key as well."""
    for decision in call.decisions:
        for check in decision.checks:
            if check.verdict is Verdict.UNKNOWN and check.layer is not LayerName.VPCE:
                yield from ((gap, check.layer) for gap in check.gaps)


def _stated(unknown: UnknownKey) -> str:
    """The condition that leaves an allow possible; rather with a value that a policy names, or with the key absent."""
    if not unknown.settles:
        return f"{unknown.key} = ..."
    value, _ = min(
        unknown.settles, key=lambda one: (_TELLING.index(_EFFECTS[one[1]]), one[0] == "other", one[0] is None)
    )
    return f"{unknown.key} absent" if value is None else f"{unknown.key} = {value}"


def _settled(unknown: UnknownKey) -> str:
    outcomes: dict[str, list[str]] = {}
    for value, effect in unknown.settles:
        outcomes.setdefault(_EFFECTS[effect], []).append("absent" if value is None else f"`{value}`")
    told_ = [f"{effect} if {' or '.join(values[:_VALUES_SHOWN])}" for effect, values in outcomes.items()]
    return f"`{unknown.key}` ({', '.join(told_)})" if told_ else f"`{unknown.key}`"


def _gaps_or_caveats(asked: Asked, call: CallDecision) -> str:
    """What nobody collected, and the call that fetches it; else what is doubtful about the answer."""
    checks = [check for decision in call.decisions for check in decision.checks]
    checks.sort(key=lambda check: check.verdict is not Verdict.UNKNOWN)
    gaps = [(gap, check.layer) for check in checks for gap in check.gaps]
    let_in = all(layer is not LayerName.RESOURCE for _, layer in gaps)
    foreign = any(gap.code == ACCOUNT_MISSING_CODE for gap, _ in gaps)
    if asked.caller.whose is Whose.FOREIGN and let_in and (foreign or not gaps):
        own = asked.caller
        name = next(iter(own.names), own.name)
        return (
            f"the policies at hand let `{own.name}` in, and what its own account allows is not known; where that is "
            f"meant, leave it aside: `nobody but {name} can ...`"
        )
    if gaps:
        return _gap(*gaps[0])
    sentences = [caveat.sentence for decision in call.decisions for caveat in decision.caveats]
    return sentences[0] if sentences else "what decides it is not known"


def _gap(gap: Gap, layer: LayerName) -> str:
    """What is missing, and how to come by it, or to say that there is none."""
    found = f" (`{gap.command}` tells)" if gap.command else ""
    return "; ".join((f"{gap.sentence}{found}", *_said(gap, layer)))


def _said(gap: Gap, layer: LayerName) -> Iterator[str]:
    """What a person can say of it: no call of AWS tells which session policies there were, or that there is nothing."""
    if layer is LayerName.SESSION and not gap.command:
        yield _NO_SESSION_POLICIES
    elif gap.command == _ORGANISATION_CALL:
        yield _NO_ORGANISATION
    elif gap.code == OWNER_UNKNOWN_CODE:
        yield _WHOSE
