"""Causes that hang on a condition key of unknown value: which values give exactly the denial that AWS told of.

Every combination of the classes of values that the policies tell apart is evaluated, with what was not collected taken
to allow; a combination speaks for a cause where the denial is the one of AWS's message. Source: spec C42, E2, M10.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.splitting import classes_of_unknown_keys
from policysim.evaluation.truth import FALSE, UNKNOWN
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.hypotheses.assumptions import harmless, with_deny, without_statements
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.isolation import as_far_as_named
from policysim.explanation.hypotheses.phrases import asked, came_to, said, statement, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.explanation.key_sources import where_to_look
from policysim.explanation.obstacles import is_deny
from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.request import ContextValue
    from policysim.language.source import Location

BUDGET: Final = 64
"""How many combinations are evaluated; beyond it each key is tried by itself, the others left open."""

_SHOWN: Final = 3
"""As many values of a key are written out."""


class Completion(NamedTuple):
    """One combination of values, and the decision under it."""

    values: Mapping[str, ContextValue]
    decision: Decision


class _Seen(NamedTuple):
    """A cause, with the first completion that shows it: a Deny statement, or else a layer without an Allow."""

    layer: LayerName
    deny: Location | None


def causes_of_unknown_keys(evidence: Evidence, *, denies: bool = False) -> Iterator[Possibility]:
    """The causes that some value of an unknown key brings about, none that the policies hold whatever it is.

    ``denies``: those alone that would come before a missing Allow, each a Deny that AWS's words leave room for.
    """
    if denies and not evidence.may_be_a_deny:
        return
    if not denies and not evidence.decision.unknown_keys:
        evidence = as_far_as_named(evidence)
    open_decision = _with_gaps_harmless(evidence)
    if not open_decision.unknown_keys:
        return
    classes = classes_of_unknown_keys(open_decision, evidence.facts)
    completions = completions_of(evidence, classes)
    seen = _seen(evidence, completions, denies=denies)
    for cause, shown in seen.items():
        if len(shown) < len(completions):
            yield _possibility(evidence, open_decision, cause, shown, completions)
    tried_all = len(classes) == len(open_decision.unknown_keys) and math.prod(map(len, classes.values())) <= BUDGET
    if not tried_all:
        untried = _without_values(evidence, denies=denies)
        yield from (one for one in untried if one.layer not in {cause.layer for cause in seen})


def _seen(evidence: Evidence, completions: list[Completion], *, denies: bool) -> dict[_Seen, list[Completion]]:
    """Each cause, with the completions that bring it about in the way that AWS told of."""
    seen: dict[_Seen, list[Completion]] = {}
    for completion in completions:
        if not evidence.fits(completion.decision):
            continue
        for cause in _causes_in(evidence, completion.decision):
            if cause.deny is not None or not denies:
                seen.setdefault(cause, []).append(completion)
    return seen


def _with_gaps_harmless(evidence: Evidence) -> Decision:
    if not evidence.decision.gaps:
        return evidence.decision
    return evidence.decided(harmless(evidence.policies, evidence.request.principal))


def completions_of(evidence: Evidence, classes: Mapping[str, tuple[ContextValue, ...]]) -> list[Completion]:
    """The combinations of the unknown keys' values, each decided; no more than the budget allows."""
    if math.prod(map(len, classes.values())) <= BUDGET:
        combined = [dict(zip(classes, values, strict=True)) for values in product(*classes.values())]
    else:
        combined = [{key: value} for key, values in classes.items() for value in values][:BUDGET]
    policies = harmless(evidence.policies, evidence.request.principal) if evidence.decision.gaps else evidence.policies
    return [Completion(values, _under(evidence, values, policies)) for values in combined]


def _without_values(evidence: Evidence, *, denies: bool) -> Iterator[Possibility]:
    """Where values could not be tried, as in a policy variable: each open Deny taken to match, open Allows to fail."""
    policies = harmless(evidence.policies, evidence.request.principal)
    for layer in LayerName:
        unclear = [m for m in evidence.decision.trace if m.layer is layer and m.truth is UNKNOWN and m.unknown_keys]
        denying = [match for match in unclear if is_deny(match)]
        allows = [match for match in unclear if not is_deny(match) and not denies]
        for involved, changed in (
            (denying[:1], with_deny(policies, layer)),
            (allows, without_statements(policies, {match.statement.location for match in allows})),
        ):
            found = evidence.decided(changed) if involved else None
            if found is not None and evidence.fits(found) and any(_causes_in(evidence, found)):
                cause = _Seen(layer, involved[0].statement.location if is_deny(involved[0]) else None)
                keys = tuple((key, ()) for key in dict.fromkeys(k for match in involved for k in match.unknown_keys))
                yield _of_keys(evidence, cause, involved, keys, found)


def _of_keys(
    evidence: Evidence,
    cause: _Seen,
    involved: list[StatementMatch],
    keys: tuple[tuple[str, tuple[str | None, ...]], ...],
    found: Decision,
) -> Possibility:
    assumption = "the Deny taken to match" if cause.deny is not None else "the Allow taken not to match"
    names = listed(f"`{key}`" for key, _ in keys)
    return Possibility(
        Cause.KEY_UNKNOWN,
        Cause.KEY_UNKNOWN.sentence(
            keys=names, had="had" if len(keys) == 1 else "had, together,", what=_what(evidence, cause, involved)
        ),
        Tested.POSSIBLE,
        f"evaluated with {assumption}{evidence.apart}: {came_to(found)}",
        Strength.UNKNOWN_KEY,
        cause.layer,
        supporting=tuple(filter(None, (said(evidence.said), *_not_of_the_organisation(evidence, keys)))),
        fact=Fact(f"find the value of {keys[0][0]}: {where_to_look(keys[0][0], evidence.request)}"),
        keys=keys,
    )


def _under(evidence: Evidence, values: Mapping[str, ContextValue], policies: PolicySet) -> Decision:
    context = evidence.request.context.with_values(values)
    return evidence.decided(policies, replace(evidence.request, context=context))


def _causes_in(evidence: Evidence, decision: Decision) -> Iterator[_Seen]:
    """What denies in one combination, as far as AWS's words may stand for it."""
    if decision.effect is Effect.EXPLICIT_DENY:
        for match in decision.statements:
            if is_deny(match) and evidence.accepts(match.layer, DenialKind.EXPLICIT):
                yield _Seen(match.layer, match.statement.location)
        return
    for layer in decision.blocking:
        if evidence.accepts(layer, DenialKind.IMPLICIT):
            yield _Seen(layer, None)


def _possibility(
    evidence: Evidence, decision: Decision, cause: _Seen, shown: list[Completion], completions: list[Completion]
) -> Possibility:
    involved = _statements(evidence, decision, cause)
    keys = _keys(involved, shown, completions)
    return Possibility(
        Cause.KEY_UNKNOWN,
        Cause.KEY_UNKNOWN.sentence(
            keys=listed(f"`{key}`" for key, _ in keys),
            had="had" if len(keys) == 1 else "had, together,",
            what=_what(evidence, cause, involved),
        ),
        Tested.POSSIBLE,
        f"evaluated with {_values(keys, involved)}{evidence.apart}: {came_to(shown[0].decision)}"
        + ("" if len(shown) == len(_denied(completions)) else "; with other values it is allowed or denied otherwise"),
        Strength.UNKNOWN_KEY,
        cause.layer,
        supporting=tuple(filter(None, (said(evidence.said), *_not_of_the_organisation(evidence, keys)))),
        fact=Fact(f"find the value of {keys[0][0]}: {where_to_look(keys[0][0], evidence.request)}") if keys else None,
        keys=keys,
    )


def _not_of_the_organisation(evidence: Evidence, keys: tuple[tuple[str, tuple[str | None, ...]], ...]) -> Iterator[str]:
    """That the organisation at hand does not list the caller's account, where the cause hangs on which one it is in."""
    organisation, account = evidence.organisation, evidence.request.principal.account
    asked_for = any(key.lower() in _OF_THE_CALLERS_ORGANISATION for key, _ in keys)
    if asked_for and account is not None and organisation.root is not None and organisation.path_to(account) is None:
        named = f"the organisation `{organisation.id}`" if organisation.id else "the organisation at hand"
        yield f"{named} does not list the caller's account `{account}`"


_OF_THE_CALLERS_ORGANISATION: Final = frozenset({"aws:principalorgid", "aws:principalorgpaths"})


def _denied(completions: list[Completion]) -> list[Completion]:
    return [one for one in completions if one.decision.effect is not Effect.ALLOWED]


def _statements(evidence: Evidence, decision: Decision, cause: _Seen) -> list[StatementMatch]:
    """The Deny that holds under some values, or the Allows of the layer that fail under some."""
    trace = evidence.decision.trace or decision.trace
    if cause.deny is not None:
        return [match for match in trace if match.statement.location == cause.deny and match.truth is not FALSE]
    return [m for m in trace if m.layer is cause.layer and m.truth is UNKNOWN and not is_deny(m)]


def _keys(
    involved: list[StatementMatch], shown: list[Completion], completions: list[Completion]
) -> tuple[tuple[str, tuple[str | None, ...]], ...]:
    """The keys that the cause hangs on, each with the values under which it is the cause."""
    own = {key.lower() for match in involved for key in match.unknown_keys}
    keys = dict.fromkeys(key for completion in completions for key in completion.values)
    telling = [key for key in keys if key.lower() in own] or list(keys)
    return tuple((key, _values_of(key, shown)) for key in telling)


def _values_of(key: str, completions: list[Completion]) -> tuple[str | None, ...]:
    found = (completion.values[key] for completion in completions if key in completion.values)
    return tuple(dict.fromkeys(", ".join(value) if isinstance(value, tuple) else None for value in found))


def _values(keys: tuple[tuple[str, tuple[str | None, ...]], ...], involved: list[StatementMatch]) -> str:
    wanted = {value for match in involved for entry in match.statement.conditions for value in entry.values}
    return listed(f"{key} {_one_of(values, wanted)}" for key, values in keys)


def _one_of(values: tuple[str | None, ...], wanted: set[str]) -> str:
    """Values in words; one that no policy lists stands for all of its kind."""
    words = [_in_words(value, wanted) for value in values[:_SHOWN]]
    return listed(words, "or") + (", and others" if len(values) > _SHOWN else "")


def _in_words(value: str | None, wanted: set[str]) -> str:
    if value is None:
        return "absent"
    return f"`{value}`" if value in wanted else f"a value such as `{value}`"


def _what(evidence: Evidence, cause: _Seen, involved: list[StatementMatch]) -> str:
    if cause.deny is not None:
        return f"{statement(involved[0])} denies {asked(evidence.request)}"
    named = title(cause.layer, evidence.request)
    if involved:
        return f"{statement(involved[0])} does not match, and no {named} allows {asked(evidence.request)}"
    return f"no {named} allows {asked(evidence.request)}"
