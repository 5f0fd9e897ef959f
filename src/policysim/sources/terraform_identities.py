"""The users, groups, roles and managed policies of an account once a plan was applied.

What the plan says of a user, group or role that is there already is laid over what was collected of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from policysim.account.account import Group, Identities, Role, User
from policysim.account.on_demand import OnDemand
from policysim.language.policy_types import PolicyType
from policysim.sources.terraform_holdings import GROUP, POLICY, ROLE, USER, Inline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from policysim.account.account import PolicyReference
    from policysim.account.on_demand import Reader
    from policysim.language.policy import Policy
    from policysim.sources.terraform_holdings import Held, Holdings
    from policysim.sources.terraform_plan import PlannedResource
    from policysim.sources.terraform_readers import PlanReaders

Value = TypeVar("Value")
Entity = TypeVar("Entity", User, Role, Group)

_BLOCKS: Final = "inline_policy"

KINDS: Final = (ROLE, USER, GROUP, POLICY)
"""The types of resources that are identities, or policies for them."""


def identities_of(account: str, readers: PlanReaders, holdings: Holdings, before: Identities | None) -> Identities:
    """The identities of one account; ``before`` are those that were collected, if any were."""
    return _Identities(account, readers, holdings, before or Identities(whole=False)).all()


class _Identities:
    def __init__(self, account: str, readers: PlanReaders, holdings: Holdings, before: Identities) -> None:
        self._account = account
        self._readers = readers
        self._holdings = holdings
        self._before = before
        self._renamed = {
            readers.names.arn(after): one
            for one in readers.plan.updated
            if one.type in KINDS
            and (after := readers.plan.resources.get(one.address)) is not None
            and readers.names.name(after) != readers.names.name(one)
        }
        removed = [one for one in readers.plan.removed if one.type in KINDS] + [*self._renamed.values()]
        self._gone = {readers.names.arn(one) for one in removed}
        self._gone_groups = {readers.names.name(one) for one in removed if one.type == GROUP}
        self._planned = {kind: self._of_type(kind) for kind in KINDS}

    def _of_type(self, kind: str) -> dict[str, PlannedResource]:
        readers = self._readers
        listed = [one for one in readers.plan.of_type(kind) if readers.accounts.of(one).account == self._account]
        return {readers.names.arn(one): one for one in listed}

    def all(self) -> Identities:
        planned, before = self._planned, self._before
        groups = {self._readers.names.name(one): partial(self._group, arn, one) for arn, one in planned[GROUP].items()}
        return Identities(
            users=self._together(
                before.users,
                {arn: partial(self._user, arn, one) for arn, one in planned[USER].items()},
                self._with_groups,
            ),
            groups=self._together(
                before.groups, groups, lambda group: self._with_given(group, GROUP, group.name), self._gone_groups
            ),
            roles=self._together(
                before.roles,
                {arn: partial(self._role, arn, one) for arn, one in planned[ROLE].items()},
                lambda role: self._with_given(role, ROLE, role.name),
            ),
            trust=self._together(
                before.trust, {arn: partial(self._trust, one) for arn, one in planned[ROLE].items()}, _as_it_is
            ),
            managed=self._together(before.managed, self._managed(), _as_it_is),
            versions=self._together(before.versions, {}, _as_it_is, self._gone | planned[POLICY].keys()),
            places=self._together(
                before.places, {}, _as_it_is, self._gone | planned[USER].keys() | planned[ROLE].keys()
            ),
            whole=before.whole,
        )

    def _together(
        self,
        before: Mapping[str, Value],
        planned: Mapping[str, Reader[Value]],
        changed: Callable[[Value], Value],
        gone: Iterable[str] | None = None,
    ) -> Mapping[str, Value]:
        """What was collected, without what is gone and as far as the plan does not hold it; and what the plan holds."""
        left_out = {*(self._gone if gone is None else gone), *planned}

        def index() -> Mapping[str, Reader[Value]]:
            kept = {key: partial(lambda key: changed(before[key]), key) for key in before if key not in left_out}
            return {**kept, **planned}

        return OnDemand(index)

    def _trust(self, role: PlannedResource) -> Policy:
        return self._readers.documents.required(role, "assume_role_policy", PolicyType.TRUST)

    def _managed(self) -> dict[str, Reader[Policy]]:
        """The documents of managed policies: the plan's own, those that it looked up, and stand-ins."""
        looked_up = [one for one in self._readers.plan.data.values() if one.type == POLICY and one.text("policy")]
        by_arn = {arn: one for one in looked_up if (arn := one.text("arn")) is not None} | self._planned[POLICY]
        read = self._readers.documents.required
        found = {arn: partial(read, one, "policy", PolicyType.IDENTITY) for arn, one in by_arn.items()}
        return {**found, **self._holdings.unknown.get(self._account, {})}

    def _role(self, arn: str, one: PlannedResource) -> Role:
        old = None if one.created else self._before.roles.get(arn)
        role = Role(
            name=self._readers.names.name(one),
            arn=arn,
            unique_id=one.text("unique_id"),
            inline={} if old is None else old.inline,
            managed=(*(() if old is None else old.managed), *self._holdings.attached(one)),
            boundary=self._holdings.boundary(one),
            tags=self._readers.accounts.tags_of(one),
            created=None if old is None else old.created,
        )
        return self._with_given(role, ROLE, role.name, self._blocks(one))

    def _blocks(self, one: PlannedResource) -> dict[str, Inline]:
        """The inline policies that stand in the role itself; an empty block says that there are none."""
        kind, found = PolicyType.IDENTITY, {}
        listed = None if one.values is None else one.values.member(_BLOCKS)
        blocks = [] if listed is None else list(listed.items())
        for index, block in enumerate(blocks):
            shown, name = f"{one.address}.{_BLOCKS}[{index}]", block.optional_text("name")
            if name or block.optional_text("policy"):
                read = partial(self._readers.documents.nested, block.member("policy"), one, kind)
                found[name or shown] = Inline(shown, read)
        if one.unknown.get(_BLOCKS) is True and self._readers.plan.is_configured(one, _BLOCKS):
            shown = f"{one.address}.{_BLOCKS}"
            found[shown] = Inline(shown, partial(self._readers.documents.nested, None, one, kind))
        return found

    def _user(self, arn: str, one: PlannedResource) -> User:
        old = None if one.created else self._before.users.get(self._arn_before(arn))
        user = User(
            name=self._readers.names.name(one),
            arn=arn,
            unique_id=one.text("unique_id"),
            groups=() if old is None else old.groups,
            inline={} if old is None else old.inline,
            managed=() if old is None else old.managed,
            boundary=self._holdings.boundary(one),
            tags=self._readers.accounts.tags_of(one),
            created=None if old is None else old.created,
        )
        return self._with_groups(user)

    def _arn_before(self, arn: str) -> str:
        """The ARN that something has now: its name may be changed in place."""
        renamed = self._renamed.get(arn)
        return arn if renamed is None else self._readers.names.arn(renamed)

    def _with_groups(self, user: User) -> User:
        given = self._holdings.of(self._account, USER, user.name)
        return self._with_given(replace(user, groups=_groups(user.groups, given)), USER, user.name)

    def _group(self, arn: str, one: PlannedResource) -> Group:
        name = self._readers.names.name(one)
        renamed = self._renamed.get(arn)
        before = name if renamed is None else self._readers.names.name(renamed)
        old = None if one.created else self._before.groups.get(before)
        inline, managed = ({}, ()) if old is None else (old.inline, old.managed)
        return self._with_given(Group(name=name, arn=arn, inline=inline, managed=managed), GROUP, name)

    def _with_given(self, entity: Entity, kind: str, name: str, own: Mapping[str, Inline] | None = None) -> Entity:
        """A holder with what the plan gives it and without what it takes away."""
        given = self._holdings.of(self._account, kind, name)
        if not given and not own:
            return entity
        inline, managed = _inline(entity.inline, own or {}, given), _managed(entity.managed, given)
        return replace(entity, inline=inline, managed=managed)


def _as_it_is(value: Value) -> Value:
    return value


def _inline(before: Mapping[str, Policy], own: Mapping[str, Inline], given: Sequence[Held]) -> Mapping[str, Policy]:
    planned = dict(own)
    gone: set[str] = set()
    limits = [held.only_inline for held in given if held.only_inline is not None]
    for held in given:
        gone |= held.without_inline
    kept = {name for name in (*before, *planned) if name not in gone and all(name in limit for limit in limits)}
    planned = {name: inline for name, inline in planned.items() if name in kept}
    for held in given:
        planned |= held.inline
    readers: dict[str, Reader[Policy]] = {
        name: partial(before.__getitem__, name) for name in before if name in kept and name not in planned
    }
    readers |= {inline.shown: inline.read for inline in planned.values()}
    return OnDemand(lambda: readers)


def _managed(before: Iterable[PolicyReference], given: Sequence[Held]) -> tuple[PolicyReference, ...]:
    found = {reference.arn: reference for reference in before}
    for held in given:
        limit = held.only_managed
        found = {
            arn: reference
            for arn, reference in found.items()
            if arn not in held.without_managed and (limit is None or arn in limit)
        }
    for held in given:
        found |= held.managed
    return tuple(found.values())


def _groups(before: Iterable[str], given: Sequence[Held]) -> tuple[str, ...]:
    gone = {name for held in given for name in held.without_groups}
    return tuple(
        dict.fromkeys((*(name for name in before if name not in gone), *(n for held in given for n in held.groups)))
    )
