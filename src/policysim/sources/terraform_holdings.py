"""What a plan gives to users, groups and roles, and takes from them: policies, attachments, memberships.

Source: the AWS provider's documentation of the ``aws_iam_...`` resources (as read in 2026). A policy goes by the
Terraform address of the resource that holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import PolicyReference
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.sources.terraform_documents import unknown_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.account.on_demand import Reader
    from policysim.language.policy import Policy
    from policysim.sources.terraform_plan import PlannedResource
    from policysim.sources.terraform_readers import PlanReaders

ROLE: Final = "aws_iam_role"
USER: Final = "aws_iam_user"
GROUP: Final = "aws_iam_group"
POLICY: Final = "aws_iam_policy"
_POLICIES: Final = frozenset({POLICY, f"data.{POLICY}"})
_FOR_ALL: Final = "aws_iam_policy_attachment"


class _Row(NamedTuple):
    """Whom a resource gives something: the type of the holder, and the attribute with its name or names."""

    holder: str
    attribute: str


_INLINE: Final = {
    "aws_iam_role_policy": _Row(ROLE, "role"),
    "aws_iam_user_policy": _Row(USER, "user"),
    "aws_iam_group_policy": _Row(GROUP, "group"),
}
_ATTACHMENTS: Final = {
    "aws_iam_role_policy_attachment": (_Row(ROLE, "role"),),
    "aws_iam_user_policy_attachment": (_Row(USER, "user"),),
    "aws_iam_group_policy_attachment": (_Row(GROUP, "group"),),
    _FOR_ALL: (_Row(ROLE, "roles"), _Row(USER, "users"), _Row(GROUP, "groups")),
}
_ONLY_INLINE: Final = {
    "aws_iam_role_policies_exclusive": _Row(ROLE, "role_name"),
    "aws_iam_user_policies_exclusive": _Row(USER, "user_name"),
    "aws_iam_group_policies_exclusive": _Row(GROUP, "group_name"),
}
_ONLY_ATTACHED: Final = {
    "aws_iam_role_policy_attachments_exclusive": _Row(ROLE, "role_name"),
    "aws_iam_user_policy_attachments_exclusive": _Row(USER, "user_name"),
    "aws_iam_group_policy_attachments_exclusive": _Row(GROUP, "group_name"),
}
_MEMBERSHIPS: Final = {
    "aws_iam_user_group_membership": (_Row(USER, "user"), _Row(GROUP, "groups")),
    "aws_iam_group_membership": (_Row(USER, "users"), _Row(GROUP, "group")),
}


_SEVERAL: Final = frozenset({"roles", "users", "groups"})
"""Attributes that are sets. One with an unknown member is unknown as a whole, and what is told of it is not all."""


class Holder(NamedTuple):
    """A user, group or role: its account, its type and its name. Without a name it may be any one of its type."""

    account: str
    kind: str
    name: str | None


class Inline(NamedTuple):
    """An inline policy: the name that it is shown by, and its document."""

    shown: str
    read: Reader[Policy]


@dataclass(slots=True)
class Held:
    """What a plan gives a holder, and what it takes away; inline policies by their real names."""

    inline: dict[str, Inline] = field(default_factory=dict)
    managed: dict[str, PolicyReference] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)
    without_inline: set[str] = field(default_factory=set)
    without_managed: set[str] = field(default_factory=set)
    without_groups: set[str] = field(default_factory=set)
    only_inline: frozenset[str] | None = None
    only_managed: frozenset[str] | None = None


class Holdings:
    """What a plan gives to whom. ``unknown`` are stand-ins, by account, for attached policies that nothing tells."""

    def __init__(self, readers: PlanReaders) -> None:
        self._readers = readers
        self._plan = readers.plan
        self._held: dict[Holder, Held] = {}
        self._policies = {readers.names.arn(one): one for one in readers.plan.of_type(POLICY)}
        self.unknown: dict[str, dict[str, Reader[Policy]]] = {}
        self._gather_policies()
        self._gather_groups()
        self._gather_limits()
        self._gather_removed()
        self._boundaries = {
            one.address: self._reference(one, "permissions_boundary") for one in readers.plan.of_type(ROLE, USER)
        }
        self._attached = {
            one.address: self._references(one, "managed_policy_arns") for one in readers.plan.of_type(ROLE)
        }

    def boundary(self, resource: PlannedResource) -> PolicyReference | None:
        """The permissions boundary of a user or role."""
        return self._boundaries[resource.address]

    def attached(self, role: PlannedResource) -> list[PolicyReference]:
        """The managed policies that stand in a role itself."""
        return self._attached[role.address]

    def of(self, account: str, kind: str, name: str) -> list[Held]:
        """What one holder gets, beside what may be for any of its type."""
        holders = (Holder(account, kind, name), Holder(account, kind, None))
        return [self._held[holder] for holder in holders if holder in self._held]

    @property
    def accounts(self) -> set[str]:
        """The accounts of the holders."""
        return {holder.account for holder in self._held}

    def _reference(self, resource: PlannedResource, attribute: str) -> PolicyReference | None:
        """The managed policy that an attribute names; ``None`` where it names none."""
        known = resource.text(attribute)
        if known is not None:
            return reference_to(known, self._policies.get(known))
        if not resource.is_unknown(attribute):
            return None
        target = self._readers.references.target(resource, attribute, _POLICIES)
        return self._unknown(resource, attribute) if target is None else self._reference_to(target)

    def _references(self, resource: PlannedResource, attribute: str) -> list[PolicyReference]:
        """The managed policies that an attribute lists; one that nothing tells stands for those not known yet.

        A set with an unknown member is unknown as a whole, and its references do not tell the others.
        """
        listed = None if resource.values is None else resource.values.member(attribute)
        arns = [] if listed is None else [one.text() for one in listed.items() if one.value is not None]
        found = [reference_to(arn, self._policies.get(arn)) for arn in arns]
        if resource.is_unknown(attribute) and self._readers.plan.is_configured(resource, attribute):
            found.append(self._unknown(resource, attribute))
        return found

    def _reference_to(self, resource: PlannedResource) -> PolicyReference:
        return reference_to(self._readers.names.arn(resource), resource)

    def _unknown(self, resource: PlannedResource, attribute: str) -> PolicyReference:
        """A managed policy that nothing tells: the name of the attribute stands for its ARN, without a document."""
        label = f"{resource.address}.{attribute}"
        unknown = self.unknown.setdefault(self._readers.accounts.of(resource).account, {})
        what = f"the policy in `{attribute}` of `{resource.address}`"
        unknown[label] = partial(unknown_policy, resource, what, PolicyType.IDENTITY)
        return PolicyReference(label, label)

    def _gather_policies(self) -> None:
        identity = PolicyType.IDENTITY
        for kind, row in _INLINE.items():
            for one in self._plan.of_type(kind):
                inline = Inline(one.address, partial(self._readers.documents.required, one, "policy", identity))
                for held in self._holders(one, row):
                    held.inline[one.text("name") or one.address] = inline
                self._give_to_any(one, row)
        for kind, rows in _ATTACHMENTS.items():
            for one in self._plan.of_type(kind):
                reference = self._reference(one, "policy_arn")
                if reference is not None:
                    for held in self._all_holders(one, rows):
                        held.managed[reference.arn] = reference
                for row in rows:
                    self._give_to_any(one, row)

    def _give_to_any(self, resource: PlannedResource, row: _Row) -> None:
        """A policy of which nothing tells whose it is may be that of every holder, and of none."""
        if None not in self._names_in(resource, row):
            return
        account = self._readers.accounts.of(resource).account
        what = f"whose policy `{resource.address}` is"
        read = partial(unknown_policy, resource, what, PolicyType.IDENTITY)
        held = self._held.setdefault(Holder(account, row.holder, None), Held())
        held.inline[resource.address] = Inline(resource.address, read)

    def _gather_groups(self) -> None:
        for kind, (users, groups) in _MEMBERSHIPS.items():
            for one in self._plan.of_type(kind):
                self._join(one, users, groups)

    def _join(self, resource: PlannedResource, users: _Row, groups: _Row) -> None:
        """Enters users into groups. Where it is not told which group or user that is, it may be any policy."""
        names = self._names_in(resource, groups)
        for held in self._holders(resource, users):
            held.groups.update(dict.fromkeys(name for name in names if name is not None))
            if None in names:
                read = partial(unknown_policy, resource, f"a group in `{resource.address}`", PolicyType.IDENTITY)
                held.inline[resource.address] = Inline(resource.address, read)
        self._give_to_any(resource, users)

    def _gather_limits(self) -> None:
        for kind, row in _ONLY_INLINE.items():
            for one in self._plan.of_type(kind):
                if not one.is_unknown("policy_names"):
                    for held in self._holders(one, row):
                        held.only_inline = frozenset(name.text() for name in one.items("policy_names"))
        for kind, row in _ONLY_ATTACHED.items():
            for one in self._plan.of_type(kind):
                if not one.is_unknown("policy_arns"):
                    arns = [arn.text() for arn in one.items("policy_arns")]
                    for held in self._holders(one, row):
                        held.only_managed = frozenset(arns)
                        held.managed |= {arn: reference_to(arn, self._policies.get(arn)) for arn in arns}

    def _gather_removed(self) -> None:
        """What is taken away: by what is deleted, and by what gives something else once it was changed in place."""
        for one in (*self._plan.removed, *self._plan.updated):
            if one.type in _INLINE:
                name = one.text("name")
                for held in self._holders(one, _INLINE[one.type]):
                    held.without_inline.update([] if name is None else [name])
            elif one.type in _ATTACHMENTS:
                arn = one.text("policy_arn")
                for held in self._all_holders(one, _ATTACHMENTS[one.type]):
                    held.without_managed.update([] if arn is None else [arn])
            elif one.type in _MEMBERSHIPS:
                users, groups = _MEMBERSHIPS[one.type]
                names = [name for name in self._names_in(one, groups) if name is not None]
                for held in self._holders(one, users):
                    held.without_groups.update(names)
        for one in self._plan.updated:
            if one.type == ROLE:
                self._take_from(one)

    def _take_from(self, before: PlannedResource) -> None:
        """What stands in a role as it is now and not in the role as it will be."""
        after = self._plan.resources.get(before.address)
        if after is None:
            return
        holder = Holder(self._readers.accounts.of(before).account, ROLE, self._readers.names.name(after))
        held = self._held.setdefault(holder, Held())
        if not after.is_unknown("inline_policy"):
            held.without_inline |= _names_of_blocks(before) - _names_of_blocks(after)
        if not after.is_unknown("managed_policy_arns"):
            held.without_managed |= _arns_in(before) - _arns_in(after)

    def _all_holders(self, resource: PlannedResource, rows: Iterable[_Row]) -> list[Held]:
        return [held for row in rows for held in self._holders(resource, row)]

    def _holders(self, resource: PlannedResource, row: _Row) -> list[Held]:
        """What the holders get whose names are known."""
        account = self._readers.accounts.of(resource).account
        names = [name for name in self._names_in(resource, row) if name is not None]
        return [self._held.setdefault(Holder(account, row.holder, name), Held()) for name in names]

    def _names_in(self, resource: PlannedResource, row: _Row) -> list[str | None]:
        """The names in an attribute; ``None`` stands for one that nothing tells."""
        found = None if resource.values is None else resource.values.member(row.attribute)
        listed = () if found is None else found.items() if isinstance(found.value, (list, type(None))) else (found,)
        names: list[str | None] = [one.text("a name") for one in listed if one.value is not None]
        if not resource.is_unknown(row.attribute):
            return names
        if row.attribute in _SEVERAL:
            return [*names, None]
        target = self._readers.references.target(resource, row.attribute, frozenset({row.holder}))
        return [None if target is None else self._readers.names.name(target)]


def _names_of_blocks(role: PlannedResource) -> set[str]:
    """The names of the inline policies that stand in a role itself."""
    return {name for block in role.items("inline_policy") if (name := block.optional_text("name"))}


def _arns_in(role: PlannedResource) -> set[str]:
    """The managed policies that stand in a role itself."""
    return {arn.text() for arn in role.items("managed_policy_arns") if arn.value is not None}


def reference_to(arn: str, resource: PlannedResource | None) -> PolicyReference:
    """A managed policy by its ARN; one of the plan's own goes by its address."""
    parsed = parse_arn(arn)
    name = arn if parsed is None else parsed.name
    return PolicyReference(name if resource is None else resource.address, arn)
