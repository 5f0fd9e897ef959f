"""What the templates of one account describe, gathered until all of them are read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from policysim.account.account import (
    Account,
    Group,
    Identities,
    PolicyReference,
    PublicAccess,
    Role,
    User,
)
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.arns import parse_arn
from policysim.sources.template_documents import perhaps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from policysim.account.account import BucketSettings, VpcEndpoint
    from policysim.language.policy import Policy
    from policysim.sources.template_values import Missing

    Value = TypeVar("Value")

USER: Final = "user"
ROLE: Final = "role"
GROUP: Final = "group"


@dataclass(slots=True)
class Entity:
    """A user, a group or a role while what is attached to it is gathered; ``policy_names`` as AWS calls them."""

    kind: str
    name: str
    arn: str
    inline: dict[str, Policy] = field(default_factory=dict)
    managed: list[PolicyReference] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    boundary: PolicyReference | None = None
    tags: dict[str, str] | None = field(default_factory=dict)
    policy_names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy and whom it is attached to by name; ``gap``: to whom, or whether at all, is not known.

    ``name`` is ``None`` where the name is not known: it may be anybody of the kind. ``policy`` is an inline policy, or
    else ``reference`` a managed one, or ``group`` the name of a group that a user is put into. ``policy_name`` is what
    AWS calls an inline policy.
    """

    kind: str
    name: str | None
    label: str
    policy: Policy | None = None
    reference: PolicyReference | None = None
    group: str | None = None
    gap: Missing | None = None
    policy_name: str | None = None


@dataclass(slots=True)
class Parts:
    """The parts of one account.

    ``made`` are the ARNs of the resources that templates make, ``written`` those whose policy they write, ``adding``
    the resources that add statements to a policy, by ARN.
    """

    account_id: str
    partition: str
    entities: dict[tuple[str, str], Entity] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    trust: dict[str, Policy] = field(default_factory=dict)
    managed: dict[str, Policy] = field(default_factory=dict)
    resource_policies: dict[str, list[AttachedPolicy]] = field(default_factory=dict)
    buckets: dict[str, BucketSettings] = field(default_factory=dict)
    endpoints: dict[str, VpcEndpoint] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    adding: dict[str, set[str]] = field(default_factory=dict)

    def on(self, arn: str, name: str, policy: Policy, *, adds: str | None = None, certain: bool = True) -> None:
        """Note a policy of a resource, or with ``adds`` the statements that a resource of this name adds to it.

        ``certain``: it is this one's for certain, and takes the place of what stood there.
        """
        if adds is not None:
            self.adding.setdefault(arn, set()).add(adds)
        elif certain:
            self.written.add(arn)
        self.resource_policies.setdefault(arn, []).append(AttachedPolicy(name, policy, None, arn))

    def account(self, name: str) -> Account:
        """The account that the parts make up.

        No template tells of sessions and of grants: a template describes none, so there are none. Of resources that it
        does not make nothing is known.
        """
        for attachment in self.attachments:
            self._attach(attachment)
        listed = {arn: together_on(policies) for arn, policies in self.resource_policies.items()}
        return Account(
            id=self.account_id,
            name=name,
            partition=self.partition,
            identities=self._identities(),
            resource_policies=listed or None,
            session_policies={},
            endpoints=self.endpoints,
            tags=self.tags or None,
            grants={},
            public_access=PublicAccess(buckets=self.buckets) if self.buckets else None,
        )

    def _attach(self, attachment: Attachment) -> None:
        if attachment.name is None:
            for entity in self.entities.values():
                if entity.kind == attachment.kind:
                    self.give(entity, attachment)
            return
        named = self.entities.get((attachment.kind, attachment.name))
        if named is not None:
            self.give(named, attachment)

    def policy_names(self, kind: str, name: str) -> set[str]:
        """What AWS calls the inline policies that templates give a holder."""
        entity = self.entities.get((kind, name))
        given = (each for each in self.attachments if each.kind == kind and each.name in {None, name})
        named = {each.policy_name for each in given if each.policy_name is not None}
        return named if entity is None else named | entity.policy_names

    def give(self, entity: Entity, attachment: Attachment) -> None:
        """Give a holder what is attached to it."""
        if attachment.group is not None:
            entity.groups.append(attachment.group)
        policy, reference = attachment.policy, attachment.reference
        if policy is None and reference is not None and attachment.gap is not None:
            policy, reference = self.managed.get(reference.arn), None
        if policy is not None:
            entity.inline[_unused(attachment.label, entity)] = (
                policy if attachment.gap is None else perhaps(policy, attachment.gap)
            )
        if reference is not None and reference not in entity.managed:
            entity.managed.append(reference)

    def _identities(self) -> Identities:
        by_kind: dict[str, list[Entity]] = {USER: [], ROLE: [], GROUP: []}
        for entity in self.entities.values():
            by_kind[entity.kind].append(entity)
        return Identities(
            users={one.arn: _user(one) for one in by_kind[USER]},
            groups={
                one.name: Group(name=one.name, arn=one.arn, inline=one.inline, managed=tuple(one.managed))
                for one in by_kind[GROUP]
            },
            roles={one.arn: _role(one) for one in by_kind[ROLE]},
            trust=self.trust,
            managed=self.managed,
            whole=False,
        )


def _unused(label: str, entity: Entity) -> str:
    """The label, with a number where the entity has a policy of this name already."""
    name, number = label, 1
    while name in entity.inline:
        number += 1
        name = f"{label} ({number})"
    return name


def _user(one: Entity) -> User:
    return User(
        name=one.name,
        arn=one.arn,
        groups=tuple(dict.fromkeys(one.groups)),
        inline=one.inline,
        managed=tuple(one.managed),
        boundary=one.boundary,
        tags=one.tags,
    )


def _role(one: Entity) -> Role:
    return Role(
        name=one.name,
        arn=one.arn,
        inline=one.inline,
        managed=tuple(one.managed),
        boundary=one.boundary,
        tags=one.tags,
    )


def reference_to(arn: str) -> PolicyReference:
    """A managed policy by its ARN."""
    parsed = parse_arn(arn)
    return PolicyReference(arn.rsplit("/", 1)[-1] if parsed is not None else arn, arn)


def together_on(policies: list[AttachedPolicy]) -> AttachedPolicy | None:
    """All that is attached to one resource as one policy, its statements numbered through; ``None``: there is none."""
    if len(policies) < 2:  # nothing to put together
        return policies[0] if policies else None
    first = policies[0]
    every = [one.policy for one in policies]
    statements = tuple(replace(one, index=number) for number, one in enumerate(_all(p.statements for p in every)))
    merged = replace(
        first.policy,
        statements=statements,
        problems=tuple(_all(policy.problems for policy in every)),
        unresolved=tuple(_all(policy.unresolved for policy in every)),
    )
    return first._replace(policy=merged)


def _all(lists: Iterable[Iterable[Value]]) -> Iterable[Value]:
    return (one for listed in lists for one in listed)
