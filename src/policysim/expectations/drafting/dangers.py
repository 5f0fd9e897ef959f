"""What few principals should be able to do: the table that a draft goes through, and the sentences that come of it.

Source: IAM User Guide, best-practices; CloudTrail User Guide, best-practices-security; AWS Prescriptive Guidance on
service control policies; the actions that change who may do what (access level `Permissions management`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.drafting.grants import EVERYTHING
from policysim.expectations.drafting.said import Sentence
from policysim.expectations.sentences import Form
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.expectations.drafting.people import Person
    from policysim.expectations.drafting.trial import Trial


class Danger(NamedTuple):
    """Actions that are worth a sentence where somebody cannot do them; ``parts`` are tried where not all hold."""

    actions: tuple[str, ...]
    parts: tuple[str, ...] = ()


DANGERS: Final = (
    Danger(
        ("iam:*",),
        (
            "iam:Add*",
            "iam:Attach*",
            "iam:Create*",
            "iam:Delete*",
            "iam:Detach*",
            "iam:PassRole",
            "iam:Put*",
            "iam:SetDefaultPolicyVersion",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateLoginProfile",
        ),
    ),
    Danger(
        ("cloudtrail:*",),
        ("cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"),
    ),
    Danger(("organizations:*",), ("organizations:LeaveOrganization",)),
    Danger(("config:DeleteConfigurationRecorder", "config:StopConfigurationRecorder")),
    Danger(("guardduty:DeleteDetector", "guardduty:UpdateDetector")),
    Danger(("kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")),
    Danger(
        (
            "s3:DeleteBucket",
            "s3:DeleteBucketPolicy",
            "s3:PutAccountPublicAccessBlock",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
        )
    ),
    Danger(("sts:AssumeRole",)),
)
"""In the order of what each would lead to."""

GUARDRAILS: Final = ("scp", "boundary", "rcp", "session")
"""The layers that hold a denial whatever else allows, in the order in which they are looked for."""


def cannot_sentences(person: Person, trial: Trial) -> Iterator[Sentence]:
    """What somebody cannot do of the table, as sentences that hold, each with the guardrail that holds it.

    Of those who are allowed everything only guardrails are told: what else holds them back is the want of a resource.
    """
    everything = allows_everything(person)
    by_reason: dict[tuple[str, ...], list[str]] = {}
    for danger in DANGERS:
        for actions in _that_hold(danger, person, trial):
            by_reason.setdefault(_reasons(_cannot(person, actions), trial), []).extend(actions)
    if everything:
        by_reason.pop((), None)
    for reasons, found in sorted(by_reason.items(), key=lambda one: (not one[0], one[0])):
        yield _cannot(person, tuple(sorted(found)), reasons)


def allows_everything(person: Person) -> bool:
    """Whether a policy of somebody allows every action on everything."""
    return any(
        statement.effect is Effect.ALLOW
        and not EVERYTHING.isdisjoint(statement.action.patterns)
        and statement.resource is not None
        and "*" in statement.resource.patterns
        for attached in person.policies
        for statement in attached.policy.statements
    )


def together(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Sentences that differ in the principals alone, as one."""
    merged: dict[Sentence, list[str]] = {}
    for one in sentences:
        merged.setdefault(replace(one, principals=()), []).extend(one.principals)
    return [replace(one, principals=tuple(principals)) for one, principals in merged.items()]


def _cannot(person: Person, actions: tuple[str, ...], reasons: tuple[str, ...] = ()) -> Sentence:
    return Sentence(form=Form.CANNOT, principals=(person.word,), actions=actions, resources=("*",), because=reasons)


def _that_hold(danger: Danger, person: Person, trial: Trial) -> Iterator[tuple[str, ...]]:
    if trial.holds(_cannot(person, danger.actions)):
        yield danger.actions
        return
    for action in danger.parts or danger.actions:
        if trial.holds(_cannot(person, (action,))):
            yield (action,)


def _reasons(sentence: Sentence, trial: Trial) -> tuple[str, ...]:
    """The first guardrail that denies all of a sentence by itself; none where nothing but the want of an Allow does."""
    result = trial.result(sentence)
    if result is None or not result.by_guardrail:
        return ()
    for layer in GUARDRAILS:
        if trial.holds(_because(sentence, layer)):
            return (layer,)
    return ()


def _because(sentence: Sentence, layer: str) -> Sentence:
    return replace(sentence, because=(layer,))
