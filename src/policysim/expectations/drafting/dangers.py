"""What few principals should be able to do: the table that a draft goes through, and the sentences that come of it.

Source: IAM User Guide, best-practices; CloudTrail User Guide, best-practices-security; AWS Prescriptive Guidance on
service control policies; the actions that change who may do what (access level `Permissions management`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect as Outcome
from policysim.expectations.drafting.grants import EVERYTHING
from policysim.expectations.drafting.said import Sentence
from policysim.expectations.reasons import holds
from policysim.expectations.sentences import Form
from policysim.language.patterns import action_matches
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.expectations.drafting.people import Person
    from policysim.expectations.drafting.trial import Trial
    from policysim.expectations.results import Answer


DANGERS: Final = (
    "cloudtrail:DeleteTrail",
    "cloudtrail:StopLogging",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "iam:Attach*",
    "iam:CreateAccessKey",
    "iam:CreatePolicyVersion",
    "iam:PassRole",
    "iam:Put*",
    "iam:UpdateAssumeRolePolicy",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "organizations:LeaveOrganization",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketPolicy",
    "sts:AssumeRole",
)
"""Actions that are worth a sentence where somebody cannot do them, in the order of their names."""

_DENIED: Final = frozenset({Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY})

GUARDRAILS: Final = ("scp", "boundary", "rcp", "session")
"""The layers that hold a denial whatever else allows, in the order in which they are looked for."""


def cannot_sentences(person: Person, trial: Trial) -> Iterator[Sentence]:
    """What somebody cannot do of the table, as sentences that hold, each with the guardrail that holds it.

    Of those who are allowed everything only guardrails are told: what else holds them back is the want of a resource.
    """
    by_reason: dict[tuple[str, ...], list[str]] = {}
    answers = trial.answers(_cannot(person, DANGERS))
    for pattern in DANGERS:
        given = [one for one in answers if action_matches(pattern, one.request.action)]
        if given and all(one.call.effect in _DENIED for one in given):
            by_reason.setdefault(_reason(given), []).append(pattern)
    if allows_everything(person):
        by_reason.pop((), None)
    for reason, actions in sorted(by_reason.items(), key=lambda one: (not one[0], one[0])):
        yield replace(_cannot(person, tuple(actions)), because=reason)


def _reason(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The first guardrail that denies all of this by itself; none where nothing but the want of an Allow does."""
    return next(((layer,) for layer in GUARDRAILS if all(holds(layer, one.call) for one in answers)), ())


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


def _cannot(person: Person, actions: tuple[str, ...]) -> Sentence:
    return Sentence(form=Form.CANNOT, principals=(person.word,), actions=actions, resources=("*",))
