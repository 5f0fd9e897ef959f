"""Sentences from recorded calls: what was used holds, what was denied is denied for the reason that AWS gave."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.actions import actions_matching
from policysim.expectations.drafting.grants import statement_word
from policysim.expectations.drafting.said import Sentence
from policysim.expectations.drafting.trial import UNWRITABLE, Refused, as_seen, joined, why_not
from policysim.expectations.drafting.usage import FEW, generalised
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Form
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policysim.expectations.drafting.people import Person
    from policysim.expectations.drafting.trial import Trial
    from policysim.expectations.drafting.usage import Calls, Usage

_MOST_LISTED: Final = 10
"""How many resources are listed one by one where no pattern for them holds."""


class Told(NamedTuple):
    """The sentences that calls lead to, and as comments what the policies at hand do not bear out."""

    sentences: list[Sentence]
    comments: list[str]


def used_sentences(calls: Iterable[Calls], trial: Trial) -> Told:
    """What was used, as ``can`` sentences."""
    found: list[Sentence] = []
    differing: list[tuple[Calls, Refused]] = []
    comments: list[str] = []
    for one in calls:
        base = Sentence(form=Form.CAN, principals=(one.word,), actions=(one.action,), resources=())
        seen = trial.with_seen(one.seen)
        held, refused, further = _held(base, one, seen.settled)
        found += held
        differing += [(one, part) for part in refused if not trial.never_fails(part.sentence)]
        comments += further
    return Told(joined(found), [*_differences("allowed", differing), *comments])


def denied_sentences(calls: Iterable[Calls], trial: Trial) -> Told:
    """What was denied, as ``cannot`` sentences, for the layer that AWS named where it is so at hand as well."""
    found: list[Sentence] = []
    differing: list[tuple[Calls, Refused]] = []
    comments: list[str] = []
    for one in calls:
        base = Sentence(form=Form.CANNOT, principals=(one.word,), actions=(one.action,), resources=())
        held, refused, further = _held(base, one, partial(_denied, calls=one, trial=trial))
        found += held
        differing += [(one, part) for part in refused]
        comments += further
    return Told(joined(found), [*_differences("denied", differing), *comments])


class _Held(NamedTuple):
    """What holds of some calls, what does not, and as comments what is not said of them."""

    sentences: list[Sentence]
    refused: list[Refused]
    further: list[str]


def _held(base: Sentence, calls: Calls, settled: Callable[[Sentence], Sentence | Refused]) -> _Held:
    """The sentence on a few patterns for the resources, or else on the resources one by one."""
    exact, general = tuple(sorted(calls.resources)), generalised(calls.resources)
    if general != exact:
        patterns = ", ".join(word for word in general if word.endswith("*"))
        note = f"{patterns}: stands for {calls.number} calls on {len(exact)} resources."
        whole = settled(replace(base, resources=general))
        if not isinstance(whole, Refused):
            return _Held([replace(whole, notes=(note, *whole.notes))], [], [])
    parts = [settled(replace(base, resources=(resource,))) for resource in exact[:_MOST_LISTED]]
    further = len(exact) - len(parts)
    told = f"{base.actions[0]}: {further} further resources of the log are not listed"
    return _Held(
        joined(part for part in parts if not isinstance(part, Refused)),
        [part for part in parts if isinstance(part, Refused)],
        [told] if further else [],
    )


def _differences(answer: str, differing: Iterable[tuple[Calls, Refused]]) -> Iterator[str]:
    """What came out otherwise in the log than here: a line for each reason, and below it one for each action."""
    by_reason: dict[str, dict[str, dict[str, str]]] = {}
    for calls, refused in differing:
        (resource,) = refused.sentence.resources
        same_reason = by_reason.setdefault(_without_its_name(refused.why, calls.action, resource), {})
        same_reason.setdefault(calls.action, {})[resource] = calls.places[resource]
    for why, by_action in by_reason.items():
        yield f"Was {answer}, and does not come out so here: {why}"
        for action, places in by_action.items():
            resources = [f"{resource} ({where})" for resource, where in list(places.items())[:FEW]]
            more = f" and {len(places) - FEW} more" if len(places) > FEW else ""
            yield f"  {action} on {', '.join(resources)}{more}"


def _without_its_name(why: str, action: str, resource: str) -> str:
    """A reason as it is the same for every resource."""
    return why.removeprefix(f"{action} on {resource}: ").replace(f"`{resource}`", "it")


def _denied(sentence: Sentence, calls: Calls, trial: Trial) -> Sentence | Refused:
    stated = _under_the_same_conditions(sentence, calls, trial)
    if not trial.holds(stated):
        result = trial.result(stated)
        return Refused(stated, UNWRITABLE if result is None else why_not(result))
    if calls.layer is None:
        return stated
    because = replace(stated, because=(calls.layer,))
    if trial.holds(because):
        return because
    return replace(stated, notes=(f"AWS named the layer `{calls.layer}` ({calls.where}); here another one denies.",))


def _under_the_same_conditions(sentence: Sentence, calls: Calls, trial: Trial) -> Sentence:
    """The sentence with what the calls show of the keys that decide."""
    seen = calls.seen
    while (result := trial.result(sentence)) is not None and result.standing is not Standing.MET:
        named = {condition.key.lower() for condition in sentence.conditions}
        unknown = (key.key for short in result.shortfalls for key in short.answer.decision.unknown_keys)
        key = next((key for key in unknown if key.lower() in seen and key.lower() not in named), None)
        if key is None:
            break
        sentence = sentence.with_condition(as_seen(key, seen[key.lower()]))
    return sentence


NEVER_RECORDED: Final = frozenset({"iam:PassRole"})
"""Permissions that calls need and that CloudTrail records no event of (IAM User Guide, id_roles_use_passrole)."""


def unused(person: Person, usage: Usage) -> Iterator[str]:
    """What the Allow statements of a principal grant and the log does not show, one line a statement.

    Left out is what no log would show, and what calls may have needed beside their own action.
    """
    used = frozenset(one.action for one in usage.used_by(person.word))
    silent = NEVER_RECORDED | {action for word, action in usage.maybe if word == person.word}
    for attached in person.policies:
        for statement in attached.policy.statements:
            if statement.effect is not Effect.ALLOW or statement.action.negated:
                continue
            never = [shown for pattern in statement.action.patterns if (shown := _unused(pattern, used, silent))]
            if never:
                yield f"{statement_word(attached, statement)}: {', '.join(never)}"


def _unused(pattern: str, used: frozenset[str], silent: frozenset[str]) -> str | None:
    """The pattern if something that it matches was not used, with what of it was used."""
    matching = frozenset(actions_matching(pattern))
    if matching and matching <= used | silent:
        return None
    seen = sorted(matching & used)
    if not seen:
        return pattern
    return f"{pattern} (used: {', '.join(seen) if len(seen) <= FEW else f'{len(seen)} of {len(matching)} actions'})"
