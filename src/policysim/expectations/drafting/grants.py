"""What each Allow statement of a user or role grants, as sentences to be tried.

``*`` as a resource becomes what the account itself has: what other accounts have is theirs to allow.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import Role
from policysim.catalog.actions import actions_matching
from policysim.catalog.resource_types import takes_no_resource, works_on
from policysim.expectations.drafting.conditions import conditions_said
from policysim.expectations.drafting.said import Sentence
from policysim.expectations.sentences import Form
from policysim.language.arns import parse_arn
from policysim.language.patterns import resource_matches
from policysim.language.policy import Effect
from policysim.language.request import UNKNOWN
from policysim.language.variables import expand_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policysim.account.account import Account
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.expectations.drafting.people import Person
    from policysim.language.policy import Statement
    from policysim.language.request import ContextValue

ANY: Final = "*"
EVERYTHING: Final = frozenset({"*", "*:*"})
_WITHOUT_ACCOUNT: Final = frozenset({"s3"})
"""The services whose ARNs do not tell the account, so that only what a folder lists is the account's own."""


class Grant(NamedTuple):
    """What one Allow statement says: sentences to be tried, and why the rest of it is none."""

    statement: str
    sentences: tuple[Sentence, ...]
    unsaid: tuple[str, ...] = ()


def grants_of(person: Person, everybody: Sequence[Person]) -> Iterator[Grant]:
    """The grants of a user or role, one Allow statement after the other; ``everybody`` are those at hand."""
    for attached in person.policies:
        for statement in attached.policy.statements:
            if statement.effect is Effect.ALLOW:
                yield _grant(statement, attached, person, everybody)


def statement_word(attached: AttachedPolicy, statement: Statement) -> str:
    """How a comment names a statement: the policy's name, and the statement's Sid or number."""
    return f"{attached.name}#{statement.sid or statement.index + 1}"


def _grant(statement: Statement, attached: AttachedPolicy, person: Person, everybody: Sequence[Person]) -> Grant:
    name = statement_word(attached, statement)
    if statement.action.negated:
        listed = ", ".join(statement.action.patterns)
        return Grant(name, (), (f"allows every action but {listed}: say which of them are meant",))
    resource = statement.resource
    if resource is None or resource.negated:
        return Grant(name, (), ("allows everything but the resources that it lists: say which are meant",))
    if EVERYTHING & set(statement.action.patterns):
        on = "everything" if ANY in resource.patterns else ", ".join(resource.patterns)
        return Grant(name, (), (f"allows every action on {on}: too wide to be said as what is meant",))
    lookup = variables_of(person)
    said, unsaid = conditions_said(statement.conditions, lookup if attached.policy.substitutes_variables else _unknown)
    if unsaid:
        why = "; ".join(one.text for one in unsaid)
        return Grant(name, (), (f"is not drafted, as its condition cannot be stated as a value: {why}",))
    known = tuple(action for action in statement.action.patterns if actions_matching(action))
    strange = tuple(action for action in statement.action.patterns if action not in known)
    lacks = tuple(f"names `{action}`, which is no action of the catalogue" for action in strange)
    if ANY in resource.patterns:
        whole = tuple(action for action in known if action.endswith(":*"))
        known = tuple(action for action in known if action not in whole)
        lacks += (f"allows all of {', '.join(whole)} on everything: too wide to be said as what is meant",) * bool(
            whole
        )
    resources, open_ = _resources(statement, attached, person)
    resources = tuple(dict.fromkeys(word for one in resources for word in _named(one, everybody)))
    base = Sentence(form=Form.CAN, principals=(person.word,), actions=(), resources=(), conditions=said)
    return Grant(name, tuple(_sentences(base, known, resources, person.account)), (*lacks, *open_))


def _sentences(
    base: Sentence, actions: tuple[str, ...], resources: tuple[str, ...], account: Account
) -> Iterator[Sentence]:
    named = tuple(resource for resource in resources if resource != ANY)
    if named and actions:
        yield replace(base, actions=actions, resources=named)
    if ANY not in resources:
        return
    of_nothing = tuple(action for action in actions if all(map(takes_no_resource, actions_matching(action))))
    if of_nothing:
        yield replace(base, actions=of_nothing, resources=(ANY,))
    rest = [action for action in actions if action not in of_nothing]
    in_buckets = tuple(action for action in rest if action.partition(":")[0].lower() in _WITHOUT_ACCOUNT)
    buckets = own_buckets(account)
    for below in ("", "/*"):
        fitting = tuple(action for action in in_buckets if _works_on_any(action, f"arn:aws:s3:::bucket{below}"))
        if fitting and buckets:
            yield replace(base, actions=fitting, resources=tuple(f"{bucket}{below}" for bucket in buckets))
    others = tuple(action for action in rest if action not in in_buckets)
    if others:
        yield replace(base, actions=others, resources=(f"arn:{account.partition}:*:*:{account.id}:*",))


def _works_on_any(pattern: str, arn: str) -> bool:
    return any(works_on(action, arn) for action in actions_matching(pattern))


def own_buckets(account: Account) -> tuple[str, ...]:
    """The ARNs of the buckets that an account lists."""
    start = f"arn:{account.partition}:s3:::"
    listed = [arn for arn in (*(account.resource_policies or ()), *(account.tags or ())) if arn.startswith(start)]
    if account.public_access is not None:
        listed += [start + name for name in account.public_access.buckets or ()]
    return tuple(sorted({arn.split("/", 1)[0] for arn in listed}))


def _resources(
    statement: Statement, attached: AttachedPolicy, person: Person
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The resources of a statement with its variables replaced, and why some of them cannot be said."""
    patterns = statement.resource.patterns if statement.resource is not None else ()
    if not attached.policy.substitutes_variables:
        return patterns, ()
    lookup, found, unsaid = variables_of(person), [], []
    for pattern in patterns:
        expansion = expand_resource(pattern, lookup)
        if expansion.unknown or expansion.unresolved or expansion.loose is not None:
            keys = ", ".join(f"`{key}`" for key in (*expansion.unknown, *expansion.unresolved))
            unsaid.append(f"is about `{pattern}`: write the resource that {keys or 'its variable'} leads to")
        else:
            found.append(expansion.text)
    return tuple(found), tuple(unsaid)


def _named(resource: str, everybody: Sequence[Person]) -> tuple[str, ...]:
    """Roles and users by the words that name them; a pattern for those of every account as those that there are."""
    arn = parse_arn(resource)
    if arn is None or arn.service != "iam":
        return (resource,)
    if "*" in arn.account:
        found = tuple(one.word for one in everybody if resource_matches(resource, one.entity.arn).matches)
        return found or (resource,)
    return next(((one.word,) for one in everybody if one.entity.arn == resource), (resource,))


def _unknown(_key: str) -> ContextValue:
    return UNKNOWN


def variables_of(person: Person) -> Callable[[str], ContextValue]:
    """The values of policy variables that the caller itself settles: its name, its account, the tags of a user."""
    known: dict[str, ContextValue] = {"aws:principalaccount": (person.account.id,)}
    if not isinstance(person.entity, Role):
        known["aws:username"] = (person.entity.name,)
        known |= {f"aws:principaltag/{key}".lower(): (value,) for key, value in (person.entity.tags or {}).items()}
        known |= {"aws:userid": (person.entity.unique_id,)} if person.entity.unique_id else {}
    return lambda key: known.get(key.lower(), UNKNOWN)
