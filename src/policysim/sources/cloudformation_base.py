"""What templates make, laid over the accounts that were collected.

A template tells what its stack makes, and not what other stacks or people gave to the same roles and resources. What it
gives to holders of the base reaches them. What the base knows of a holder or resource of the template and the template
does not hold was either made by somebody else, so that it stays, or by an earlier version of the template, so that it
goes: that is not known, and stays in force only as far as no decision hangs on it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from policysim.account.account import BucketSettings, Group, Identities, PublicAccess, Role, User
from policysim.account.on_demand import OnDemand
from policysim.language.locator import locate
from policysim.language.policy import Effect, Unresolved
from policysim.sources.cloudformation_parts import GROUP, ROLE, USER, Entity, Parts, together_on
from policysim.sources.laid_over import account_over, organisation_over

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policysim.account.account import Account, Organisation, PolicyReference
    from policysim.account.on_demand import Reader
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.language.policy import Policy

Value = TypeVar("Value")
Holder = TypeVar("Holder", User, Group, Role)

_OWNED_BY_AWS: Final = "aws:"
"""How the keys of tags begin that AWS sets by itself."""


def over_base(parts: Mapping[str, Parts], name: str, base: Organisation) -> Organisation:
    """The accounts of the base with what templates make in them; ``name`` is what the templates are called."""
    accounts = {account_id: base.accounts[account_id] for account_id in base.accounts}
    for account_id, one in parts.items():
        described, before = one.account(name), accounts.get(account_id)
        accounts[account_id] = described if before is None else _Over(one, described, before).account()
    return organisation_over(replace(base, root=None), base, accounts)


def left_open(policy: Policy, what: str) -> Policy:
    """A policy of the base of which it is not known whether it stays: all of its statements are unresolved."""
    place = locate(policy.location).place
    sentence = (
        f"whether {what} stays is not known: the base holds it and the template does not, and it may be one that an "
        f"earlier version of the template made ({place})"
    )
    return replace(
        policy,
        statements=(),
        unresolved=(
            *policy.unresolved,
            *(
                Unresolved(sentence, one, may_allow=one.effect is Effect.ALLOW, may_deny=one.effect is Effect.DENY)
                for one in policy.statements
            ),
        ),
    )


class _Over:
    """One account of the base, and what the templates make in it."""

    def __init__(self, parts: Parts, described: Account, before: Account) -> None:
        self._parts = parts
        self._described = described
        self._before = before

    def account(self) -> Account:
        before, described = self._before, self._described
        found = account_over(described, before, self._identities())
        return replace(
            found,
            resource_policies=self._resource_policies(),
            tags=self._tags(),
            public_access=self._public_access(found.public_access),
        )

    def _identities(self) -> Identities | None:
        described, before = self._described.identities, self._before.identities
        if described is None or before is None:
            return before if described is None else described
        gone = {*described.users, *described.roles}
        return Identities(
            users=_together(before.users, described.users, self._user, self._merged_user),
            groups=_together(before.groups, described.groups, self._group, self._merged_group),
            roles=_together(before.roles, described.roles, self._role, self._merged_role),
            trust=_together(before.trust, described.trust),
            managed=_together(before.managed, described.managed),
            versions={arn: before.versions[arn] for arn in before.versions if arn not in described.managed},
            places={arn: before.places[arn] for arn in before.places if arn not in gone},
            whole=before.whole,
        )

    def _user(self, one: User) -> User:
        entity = self._given(one, USER, one.groups)
        return one if entity is None else replace(one, groups=_groups(entity), **_held(entity))

    def _group(self, one: Group) -> Group:
        entity = self._given(one, GROUP)
        return one if entity is None else replace(one, **_held(entity))

    def _role(self, one: Role) -> Role:
        entity = self._given(one, ROLE)
        return one if entity is None else replace(one, **_held(entity))

    def _given(self, one: User | Group | Role, kind: str, groups: tuple[str, ...] = ()) -> Entity | None:
        """A holder that no template makes, with what templates give it; ``None``: nothing."""
        attached = [each for each in self._parts.attachments if each.kind == kind and each.name in {None, one.name}]
        if not attached:
            return None
        entity = Entity(kind, one.name, one.arn, dict(one.inline), list(one.managed), list(groups))
        for attachment in attached:
            if attachment.gap is None and attachment.policy_name is not None:
                entity.inline.pop(attachment.policy_name, None)
            self._parts.give(entity, attachment)
        return entity

    def _merged_user(self, made: User, old: User) -> User:
        merged = self._merged(made, old, USER)
        extra = [name for name in old.groups if name not in made.groups]
        inline = dict(merged.inline)
        for name in extra:
            inline.update(self._of_group(name))
        return replace(merged, inline=inline, unique_id=old.unique_id, created=old.created, tags=_tags(made, old))

    def _merged_role(self, made: Role, old: Role) -> Role:
        merged = self._merged(made, old, ROLE)
        return replace(merged, unique_id=old.unique_id, created=old.created, tags=_tags(made, old))

    def _merged_group(self, made: Group, old: Group) -> Group:
        return self._merged(made, old, GROUP)

    def _merged(self, made: Holder, old: Holder, kind: str) -> Holder:
        """A holder that a template makes, and beside it what the base holds of it and the template does not."""
        known = {*made.inline, *self._parts.policy_names(kind, made.name)}
        inline = {
            name: left_open(old.inline[name], f"the inline policy `{name}` of `{old.name}`")
            for name in old.inline
            if name not in known
        }
        managed = [*made.managed]
        attached = {reference.arn for reference in made.managed}
        for reference in old.managed:
            if reference.arn not in attached:
                self._leave_open(reference, old.name, inline, managed)
        return replace(made, inline={**made.inline, **inline}, managed=tuple(managed))

    def _leave_open(
        self, reference: PolicyReference, holder: str, inline: dict[str, Policy], managed: list[PolicyReference]
    ) -> None:
        """An attached policy of the base; one whose document is not at hand is open anyhow."""
        document = self._before.document(reference)
        if document is None:
            managed.append(reference)
        else:
            inline[reference.arn] = left_open(document, f"`{reference.name}` on `{holder}`")

    def _of_group(self, name: str) -> dict[str, Policy]:
        """The policies of a group of the base whose member a user may still be."""
        groups = self._before.identities.groups if self._before.identities is not None else {}
        group = groups.get(name)
        if group is None:
            return {}
        what = f"the membership in the group `{name}`"
        documents = {reference.arn: self._before.document(reference) for reference in group.managed}
        known = {**group.inline, **{arn: one for arn, one in documents.items() if one is not None}}
        return {f"{name}/{label}": left_open(policy, what) for label, policy in known.items()}

    def _resource_policies(self) -> Mapping[str, AttachedPolicy | None] | None:
        described, before = self._described.resource_policies, self._before.resource_policies
        if not described or before is None:
            return described or before

        def index() -> Mapping[str, Reader[AttachedPolicy | None]]:
            kept = {arn: partial(before.__getitem__, arn) for arn in before if arn not in described}
            made = {
                arn: partial(self._policy_of, arn, described[arn], before[arn])
                if arn in before
                else partial(described.__getitem__, arn)
                for arn in described
            }
            return {**kept, **made}

        return OnDemand(index)

    def _policy_of(self, arn: str, made: AttachedPolicy | None, old: AttachedPolicy | None) -> AttachedPolicy | None:
        """The policy of a resource: one that a template writes counts alone, statements that it adds beside others."""
        if old is None or arn in self._parts.written:
            return made
        adding = self._parts.adding.get(arn, set())
        kept = tuple(one for one in old.policy.statements if not _is_made_by(one.sid, adding))
        rest = old._replace(policy=replace(old.policy, statements=kept))
        if arn in self._parts.made:
            rest = rest._replace(policy=left_open(rest.policy, f"the policy of `{arn}`"))
            if made is not None and not adding:
                made = made._replace(policy=left_open(made.policy, f"the default policy of `{arn}`"))
        return together_on([rest] if made is None else [rest, made])

    def _tags(self) -> Mapping[str, Mapping[str, str] | None] | None:
        """The tags of resources; those of the base that a template does not set may be tags of its stack."""
        made, before = self._described.tags or {}, self._before.tags
        if before is None:
            return made or None
        open_ones = {arn for arn in before if arn in self._parts.made and _more(before[arn], made.get(arn))}
        kept = {arn: partial(before.__getitem__, arn) for arn in before if arn not in made and arn not in open_ones}
        own = {arn: partial(made.__getitem__, arn) for arn in made if arn not in open_ones}
        return OnDemand(lambda: {**kept, **own})

    def _public_access(self, found: PublicAccess | None) -> PublicAccess | None:
        """The settings of buckets; lists of objects are no matter of a template."""
        before = self._before.public_access
        if found is None or before is None or not before.buckets:
            return found
        buckets = dict(found.buckets or {})
        for name in self._parts.buckets:
            old = before.buckets.get(name, BucketSettings())
            buckets[name] = replace(buckets[name], abac=old.abac, acl=old.acl, objects=old.objects)
        return replace(found, buckets=buckets)


def _together(
    before: Mapping[str, Value],
    made: Mapping[str, Value],
    changed: Callable[[Value], Value] | None = None,
    merged: Callable[[Value, Value], Value] | None = None,
) -> Mapping[str, Value]:
    """Both mappings; ``changed`` is applied to what only the base has, ``merged`` to what both have."""

    def kept(key: str) -> Value:
        return before[key] if changed is None else changed(before[key])

    def both(key: str) -> Value:
        return made[key] if merged is None or key not in before else merged(made[key], before[key])

    def index() -> Mapping[str, Reader[Value]]:
        return {
            **{key: partial(kept, key) for key in before if key not in made},
            **{key: partial(both, key) for key in made},
        }

    return OnDemand(index)


def _held(entity: Entity) -> dict[str, Any]:
    return {"inline": entity.inline, "managed": tuple(entity.managed)}


def _groups(entity: Entity) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entity.groups))


def _tags(made: User | Role, old: User | Role) -> Mapping[str, str] | None:
    """The tags that a template gives; where the base has more, they are those of its stack, or gone."""
    return None if _more(old.tags, made.tags) else made.tags


def _more(before: Mapping[str, str] | None, made: Mapping[str, str] | None) -> bool:
    """Whether there are tags before that are not set any more."""
    return made is None or any(key not in made and not key.startswith(_OWNED_BY_AWS) for key in before or {})


def _is_made_by(sid: str | None, logical_ids: set[str]) -> bool:
    """Whether a statement is one that CloudFormation made for a resource: it is named ``STACK-LogicalId-RANDOM``."""
    return sid is not None and any(
        re.fullmatch(rf"(?:.+-)?{re.escape(one)}(?:-[A-Za-z0-9]+)?", sid) for one in logical_ids
    )
