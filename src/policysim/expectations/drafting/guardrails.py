"""Who alone can change what protects a resource, and who alone can assume a role: sentences on everybody at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import Role
from policysim.expectations.drafting.conditions import conditions_said
from policysim.expectations.drafting.said import Sentence
from policysim.expectations.drafting.trial import UNWRITABLE, Refused, why_not
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Form
from policysim.language.arns import parse_arn
from policysim.language.patterns import action_matches
from policysim.language.policy import Effect
from policysim.language.request import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.drafting.people import Person
    from policysim.expectations.drafting.said import Said
    from policysim.expectations.drafting.trial import Trial
    from policysim.expectations.results import Answer
    from policysim.language.policy import Policy, Statement
    from policysim.language.request import ContextValue

MOST_NAMED: Final = 12
"""How many principals a sentence may leave aside before it says too little."""

PROTECTING: Final[Mapping[str, tuple[str, ...]]] = {
    "kms": ("kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"),
    "lambda": ("lambda:AddPermission", "lambda:RemovePermission"),
    "s3": ("s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketPolicy"),
    "secretsmanager": ("secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy"),
    "sns": ("sns:AddPermission", "sns:SetTopicAttributes"),
    "sqs": ("sqs:AddPermission", "sqs:SetQueueAttributes"),
}
"""The actions that take the protection off a resource which has a policy of its own, by service."""

DELIVERS_LOGS: Final = "cloudtrail.amazonaws.com"
"""The service in whose bucket the audit trail lies, so that nobody should delete from it."""

_TRUST_ACTIONS: Final = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


class Guarded(NamedTuple):
    """Sentences on everybody that hold, and what could not be said so, as comments."""

    sentences: list[Sentence]
    comments: list[str]


class Named(NamedTuple):
    """How a draft names callers: users and roles by their words, by the ARN behind the caller."""

    words: Mapping[str, str]

    @staticmethod
    def of(everybody: Sequence[Person]) -> Named:
        """The words of the users and roles at hand."""
        return Named({person.entity.arn: person.word for person in everybody})

    def word(self, answer: Answer) -> str:
        """The word for the caller of an answer."""
        caller = answer.request.principal
        return self.words.get(caller.entity_arn or caller.arn or "", answer.caller)


def guarded_resources(organisation: Organisation, named: Named, trial: Trial) -> Guarded:
    """Who alone can take the protection off each resource that has a policy of its own."""
    found = Guarded([], [])
    for arn, policy in _with_policies(organisation):
        parsed = parse_arn(arn)
        actions = PROTECTING.get(parsed.service, ()) if parsed is not None else ()
        if actions:
            _add(found, nobody_but(actions, arn, named, trial))
        if parsed is not None and parsed.service == "s3" and _names_service(policy, DELIVERS_LOGS):
            _add(found, nobody_but(("s3:DeleteObject", "s3:DeleteObjectVersion"), f"{arn}/*", named, trial))
    return Guarded(_together(found.sentences), found.comments)


def _add(found: Guarded, one: Sentence | Refused) -> None:
    if isinstance(one, Refused):
        told = f"{', '.join(one.sentence.actions)} on {', '.join(one.sentence.resources)}"
        found.comments.append(f"Not said who can {told}: {one.why}")
    else:
        found.sentences.append(one)


def _with_policies(organisation: Organisation) -> Iterator[tuple[str, Policy]]:
    for account in organisation.accounts.values():
        for arn, attached in (account.resource_policies or {}).items():
            if attached is not None:
                yield arn, attached.policy


def _names_service(policy: Policy, service: str) -> bool:
    return any(
        entry.value == service
        for statement in policy.statements
        if statement.principal is not None
        for entry in statement.principal.entries
    )


def nobody_but(
    actions: tuple[str, ...], resource: str, named: Named, trial: Trial, conditions: tuple[Said, ...] = ()
) -> Sentence | Refused:
    """The sentence that nobody but certain principals can do this: whoever can, or may, is left aside."""
    found = _whoever(actions, resource, named, trial, conditions)
    return found if isinstance(found, Refused) or trial.holds(found) else _refused(found, trial)


def _whoever(
    actions: tuple[str, ...], resource: str, named: Named, trial: Trial, conditions: tuple[Said, ...] = ()
) -> Sentence | Refused:
    """The sentence that leaves aside whoever can, or may; it need not be one that can fail."""
    sentence = Sentence(form=Form.NOBODY, principals=(), actions=actions, resources=(resource,), conditions=conditions)
    open_: dict[str, None] = {}
    while len(sentence.principals) <= MOST_NAMED:
        result = trial.result(sentence)
        if result is None or result.standing is Standing.BROKEN:
            return _refused(sentence, trial)
        if not result.shortfalls:
            notes = (f"Whether {', '.join(open_)} can is not settled by what is at hand.",) if open_ else ()
            return replace(sentence, notes=notes)
        further = {named.word(shortfall.answer) for shortfall in result.shortfalls}
        open_ |= {
            named.word(one.answer): None for one in result.shortfalls if one.undecided and one.answer.decision.gaps
        }
        nameless = next((word for word in sorted(further) if " " in word), None)  # no word for a principal has a blank
        if nameless is not None:
            return Refused(sentence, f"whether {nameless} can is not known")
        if further <= set(sentence.principals):
            return _refused(sentence, trial)
        sentence = replace(sentence, principals=tuple(sorted({*sentence.principals, *further}, key=_in_order)))
    return Refused(sentence, f"more than {MOST_NAMED} principals can")


def _refused(sentence: Sentence, trial: Trial) -> Refused:
    result = trial.result(sentence)
    return Refused(sentence, UNWRITABLE if result is None else why_not(result))


def _in_order(word: str) -> tuple[bool, str]:
    """Users and roles first, what is outside last."""
    return "/" not in word, word


def _together(sentences: list[Sentence]) -> list[Sentence]:
    """Sentences that differ in the resource alone, as one."""
    merged: dict[Sentence, list[str]] = {}
    for one in sentences:
        merged.setdefault(replace(one, resources=()), []).extend(one.resources)
    return [replace(one, resources=tuple(resources)) for one, resources in merged.items()]


def trusted(people: Sequence[Person], named: Named, trial: Trial) -> Guarded:
    """Who alone can assume each role that a person manages."""
    found = Guarded([], [])
    for person in people:
        if not isinstance(person.entity, Role) or person.managed_by_aws or person.account.identities is None:
            continue
        policy = person.account.identities.trust.get(person.entity.arn)
        if policy is None or not policy.usable:
            found.comments.append(f"Not said who can assume {person.word}: its trust policy is not at hand")
            continue
        for action in _TRUST_ACTIONS:
            statements = [one for one in policy.statements if _allows(one, action)]
            if statements:
                _add(found, _who_assumes(person, action, statements, named, trial))
    return Guarded(_together(found.sentences), found.comments)


def _allows(statement: Statement, action: str) -> bool:
    patterns = statement.action.patterns
    return (
        statement.effect is Effect.ALLOW
        and not statement.action.negated
        and any(action_matches(pattern, action) for pattern in patterns)
    )


def _who_assumes(
    person: Person, action: str, statements: list[Statement], named: Named, trial: Trial
) -> Sentence | Refused:
    """Who alone can assume a role, and can under the conditions of the trust policy where one statement states them."""
    whoever = _whoever((action,), person.word, named, trial)
    if isinstance(whoever, Refused) or not whoever.principals:
        return whoever if isinstance(whoever, Refused) else nobody_but((action,), person.word, named, trial)
    conditions: tuple[Said, ...] = ()
    if len(statements) == 1:
        said, unsaid = conditions_said(statements[0].conditions, _unknown)
        conditions = () if unsaid else said
    settled = trial.settled(replace(whoever, form=Form.ONLY, conditions=conditions, notes=()))
    if not isinstance(settled, Refused):
        return settled
    return whoever if trial.holds(whoever) else settled


def _unknown(_key: str) -> ContextValue:
    return UNKNOWN
