"""The users and roles that a draft speaks of, each by the shortest word that names it alone."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import Role
from policysim.account.identity_layers import identity_layers
from policysim.account.principals import completed, principal_of
from policysim.evaluation.layers import LayerName
from policysim.language.arns import is_reserved_role, parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.account.account import Account, Organisation, User
    from policysim.evaluation.policy_set import AttachedPolicy, Gap, LayerPolicies
    from policysim.language.request import Principal


class Person(NamedTuple):
    """A user or role: the word that a sentence names it by, and its policies."""

    word: str
    entity: User | Role
    account: Account
    principal: Principal
    layers: dict[LayerName, LayerPolicies]

    @property
    def policies(self) -> tuple[AttachedPolicy, ...]:
        """Its identity-based policies that can be read."""
        layer = self.layers.get(LayerName.IDENTITY)
        return layer.policies if layer is not None else ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is not at hand of its identity-based policies."""
        layer = self.layers.get(LayerName.IDENTITY)
        return layer.gaps if layer is not None else ()

    @property
    def managed_by_aws(self) -> bool:
        """Whether AWS alone writes the policies: those of a service-linked role."""
        return isinstance(self.entity, Role) and self.entity.service_linked


def people(organisation: Organisation) -> list[Person]:
    """Every user and role of the accounts at hand, account by account."""
    found = [(account, entity) for account in organisation.accounts.values() for entity in _entities(account)]
    short = [short_name(entity) for _, entity in found]
    return [
        person
        for (account, entity), name in zip(found, short, strict=True)
        if (person := _person(entity, account, name, organisation, alone=short.count(name) == 1)) is not None
    ]


def chosen(everybody: Sequence[Person], words: Iterable[str]) -> tuple[list[Person], list[str]]:
    """Those whom the words name (``role/app``, ``user/*``, an ARN; wildcards allowed), and the words that name none."""
    picked: list[Person] = []
    nobody: list[str] = []
    for word in words:
        named = [one for one in everybody if any(fnmatchcase(name, _literal_brackets(word)) for name in _names(one))]
        if not named:
            nobody.append(word)
        picked += [one for one in named if one not in picked]
    return [one for one in everybody if one in picked], nobody


def _literal_brackets(word: str) -> str:
    return word.replace("[", "[[]")


def _names(person: Person) -> Iterator[str]:
    name = short_name(person.entity)
    yield from (person.word, name, f"{person.account.id}:{name}", person.entity.arn)
    yield f"{name.partition('/')[0]}/{person.entity.name}"


def _entities(account: Account) -> Iterator[User | Role]:
    if account.identities is not None:
        yield from account.identities.roles.values()
        yield from account.identities.users.values()


def short_name(entity: User | Role) -> str:
    """``role/NAME`` or ``user/NAME``; the changing end of the name that IAM Identity Center gave is left open."""
    if not isinstance(entity, Role):
        return f"user/{entity.name}"
    name = _MADE_UP_END.sub("_*", entity.name) if is_reserved_role(entity.arn) else entity.name
    return f"role/{name}"


_MADE_UP_END: Final = re.compile(r"_[0-9a-f]{16}$")


def _person(
    entity: User | Role, account: Account, name: str, organisation: Organisation, *, alone: bool
) -> Person | None:
    arn = parse_arn(entity.arn)
    principal = principal_of(arn) if arn is not None else None
    if principal is None:
        return None
    principal = completed(principal, organisation)
    word = name if alone else f"{account.id}:{name}"
    return Person(word, entity, account, principal, identity_layers(principal, entity, organisation))
