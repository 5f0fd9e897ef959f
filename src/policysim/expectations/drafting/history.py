"""Sentences from recorded calls: what was used holds, what was denied is denied for the reason that AWS gave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.actions import actions_matching
from policysim.expectations.drafting.grants import statement_word
from policysim.expectations.drafting.said import Sentence
from policysim.expectations.drafting.trial import UNWRITABLE, Refused, as_seen, joined, why_not
from policysim.expectations.drafting.usage import generalised
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Form
from policysim.language.patterns import action_matches
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    comments: list[str] = []
    for one in calls:
        base = Sentence(form=Form.CAN, principals=(one.word,), actions=(one.action,), resources=())
        held, refused = _held(base, one, trial.with_seen(one.seen))
        found += held
        comments += [
            f"{one.action} on {', '.join(part.sentence.resources)} was allowed ({one.where}), and it does not come out"
            f" so here: {part.why}"
            for part in refused
        ]
    return Told(joined(found), comments)


def _held(base: Sentence, calls: Calls, trial: Trial) -> tuple[list[Sentence], list[Refused]]:
    """The sentence on a few patterns for the resources, or else on the resources one by one."""
    exact, general = tuple(sorted(calls.resources)), generalised(calls.resources)
    if general != exact:
        patterns = ", ".join(word for word in general if word.endswith("*"))
        note = f"{patterns}: stands for {calls.number} calls on {len(exact)} resources."
        whole = trial.settled(replace(base, resources=general))
        if not isinstance(whole, Refused):
            return [replace(whole, notes=(note,))], []
    return trial.parts_that_hold(replace(base, resources=exact[:_MOST_LISTED]))


def denied_sentences(calls: Iterable[Calls], trial: Trial) -> Told:
    """What was denied, as ``cannot`` sentences, for the layer that AWS named where it is so at hand as well."""
    found: list[Sentence] = []
    comments: list[str] = []
    for one in calls:
        for resource in generalised(one.resources)[:_MOST_LISTED]:
            sentence = Sentence(form=Form.CANNOT, principals=(one.word,), actions=(one.action,), resources=(resource,))
            held = _denied(sentence, one, trial)
            if isinstance(held, Refused):
                comments.append(
                    f"{one.action} on {resource} was denied ({one.where}), and it does not come out so here: {held.why}"
                )
            else:
                found.append(held)
    return Told(joined(found), comments)


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
    used = sorted({one.action for one in usage.used_by(person.word)})
    silent = NEVER_RECORDED | {action for word, action in usage.maybe if word == person.word}
    for attached in person.policies:
        for statement in attached.policy.statements:
            if statement.effect is not Effect.ALLOW or statement.action.negated:
                continue
            patterns = [one for one in statement.action.patterns if not silent.intersection(actions_matching(one))]
            never = [shown for pattern in patterns if (shown := _unused(pattern, used)) is not None]
            if never:
                yield f"{statement_word(attached, statement)}: {', '.join(never)}"


def _unused(pattern: str, used: list[str]) -> str | None:
    """The pattern if nothing that it matches was used, with what of it was used where that is not all."""
    matching = [action for action in used if action_matches(pattern, action)]
    if not matching:
        return pattern
    if len(matching) >= len(actions_matching(pattern)):
        return None
    return f"{pattern} (used: {', '.join(matching)})"
