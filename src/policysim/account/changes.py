"""What if a policy were in force as well, or were not: the accounts at hand with that one change.

The change is made where AWS would make it, to a role, a resource, a node: everybody whom it reaches is reached, also
foreign principals that only the new policy names. A resource, a role's trust, a permissions boundary and a VPC
endpoint have one document, and a new one takes its place.
Source: IAM API Reference, PutRolePolicy, PutRolePermissionsBoundary and UpdateAssumeRolePolicy; Amazon S3 API
Reference, PutBucketPolicy; AWS Organizations API Reference, AttachPolicy.
"""

from __future__ import annotations

from collections import ChainMap
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, cast

from policysim.account.account import Everything, PolicyReference
from policysim.account.change_errors import CannotChangeError
from policysim.account.node_changes import with_node_policy, without_node_policies
from policysim.account.owners import lists
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.arns import is_service_linked, parse_arn
from policysim.language.nearest import nearest
from policysim.language.policy_types import PolicyType
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping

    from policysim.account.account import Account, Group, Identities, Organisation, Role, User, VpcEndpoint
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy

    Holder = TypeVar("Holder", User, Role, Group)
    Bounded = TypeVar("Bounded", User, Role)

Value = TypeVar("Value")


class NewPolicy(NamedTuple):
    """A policy to put in force. ``to`` names what it is attached to; empty for whatever it can be attached to.

    Roles, users and groups are named as ``role/app-*`` or by ARN, resources by ARN, nodes of the organisation and VPC
    endpoints by id.
    """

    name: str
    policy: Policy
    to: tuple[str, ...] = ()


def with_policy(organisation: Organisation, new: NewPolicy) -> Organisation:
    """The accounts at hand with one more policy in force.

    Raises:
        CannotChangeError: what it is to be attached to is not at hand, or is not said and must be.
    """
    kind = new.policy.type
    if kind in {PolicyType.SCP, PolicyType.RCP}:
        return with_node_policy(organisation, new.name, new.policy, new.to)
    if not new.to and kind in _OF_ONE:
        raise CannotChangeError(f"say {_OF_ONE[kind]} `{new.name}` is to be the policy of")
    if kind is PolicyType.RESOURCE:
        return _on_resources(organisation, new)
    targets, change = set(new.to), _CHANGES[kind]
    accounts = {one.id: change(one, new, targets) for one in organisation.accounts.values()}
    if targets:
        raise CannotChangeError(f"no account at hand has {_WHAT[kind]} `{min(targets)}`")
    if all(accounts[one] is organisation.accounts[one] for one in accounts):
        raise CannotChangeError(f"no account at hand has {_WHAT[kind]} that `{new.name}` could be attached to")
    return replace(organisation, accounts=accounts)


_WHAT: Final[dict[PolicyType, str]] = {
    PolicyType.IDENTITY: "a role, user or group",
    PolicyType.BOUNDARY: "a role or user",
    PolicyType.SESSION: "a role or user",
    PolicyType.TRUST: "a role",
    PolicyType.VPCE: "a VPC endpoint",
}
_OF_ONE: Final[dict[PolicyType, str]] = {PolicyType.RESOURCE: "which resource", PolicyType.TRUST: "which role"}
"""What a policy of this type must be told, since it speaks of the one thing that it is attached to."""


def _fits(word: str, arn: str) -> bool:
    """Whether a word names a role, user or group: by its ARN, or as ``role/NAME``, with or without its path."""
    parsed = parse_arn(arn)
    if parsed is None:
        return False
    pattern = Pattern.from_text(word)
    short = f"{parsed.resource_type}/{parsed.name}"
    return any(pattern.matches(name) for name in (arn, parsed.resource, short))


def _wanted(arns: Iterable[str], new: NewPolicy, left: set[str]) -> list[str]:
    """Those that the policy goes to; the words that found one are taken from ``left``.

    Nobody but AWS changes what a service-linked role may do, so that a policy for everybody leaves them alone.
    """
    if not new.to:
        return [arn for arn in arns if not is_service_linked(arn)]
    found = []
    for arn in arns:
        words = [word for word in new.to if _fits(word, arn)]
        left.difference_update(words)
        found += [arn] if words else []
    return found


def _identity(account: Account, new: NewPolicy, left: set[str]) -> Account:
    there = account.identities
    if there is None:
        return account
    groups = {group.arn: name for name, group in there.groups.items()} if new.to else {}

    def changed(holder: Holder) -> Holder:
        return replace(holder, inline={**holder.inline, new.name: new.policy})

    return replace(
        account,
        identities=replace(
            there,
            users=_over(there.users, _wanted(there.users, new, left), changed),
            roles=_over(there.roles, _wanted(there.roles, new, left), changed),
            groups=_over(there.groups, [groups[arn] for arn in _wanted(groups, new, left)], changed),
        ),
    )


def _boundary(account: Account, new: NewPolicy, left: set[str]) -> Account:
    there = account.identities
    if there is None:
        return account
    arn = f"arn:{account.partition}:iam::{account.id}:policy/{new.name}"
    reference = PolicyReference(new.name, arn)

    def changed(holder: Bounded) -> Bounded:
        return replace(holder, boundary=reference)

    return replace(
        account,
        identities=replace(
            there,
            users=_over(there.users, _wanted(there.users, new, left), changed),
            roles=_over(there.roles, _wanted(there.roles, new, left), changed),
            managed=_with(there.managed, {arn: new.policy}),
        ),
    )


def _trust(account: Account, new: NewPolicy, left: set[str]) -> Account:
    there = account.identities
    if there is None:
        return account
    roles = dict.fromkeys(_wanted(there.roles, new, left), new.policy)
    return replace(account, identities=replace(there, trust=_with(there.trust, roles)))


def _session(account: Account, new: NewPolicy, left: set[str]) -> Account:
    there = account.identities
    if there is None:
        return account
    listed = account.session_policies or {}
    attached = AttachedPolicy(new.name, new.policy)
    holders = _wanted([*there.roles, *there.users], new, left)
    added = {arn: (*listed.get(arn, ()), attached._replace(attached_to=arn)) for arn in holders}
    return replace(account, session_policies=_listing(account, account.session_policies, added))


def _endpoint(account: Account, new: NewPolicy, left: set[str]) -> Account:
    there = account.endpoints or {}
    wanted = [one for one in there if not new.to or one in new.to]
    left.difference_update(wanted)
    policies = {
        one: replace(there[one], policy=AttachedPolicy(new.name, new.policy, None, one), policy_collected=True)
        for one in wanted
    }
    return replace(account, endpoints=_with(there, policies)) if policies else account


_CHANGES: Final[dict[PolicyType, Callable[[Account, NewPolicy, set[str]], Account]]] = {
    PolicyType.IDENTITY: _identity,
    PolicyType.BOUNDARY: _boundary,
    PolicyType.TRUST: _trust,
    PolicyType.SESSION: _session,
    PolicyType.VPCE: _endpoint,
}


def _on_resources(organisation: Organisation, new: NewPolicy) -> Organisation:
    accounts = dict(organisation.accounts)
    for text in new.to:
        arn = parse_arn(text)
        if arn is None:
            raise CannotChangeError(f"`{text}` is no ARN of a resource")
        owner = _owner(arn, accounts)
        attached = AttachedPolicy(new.name, new.policy, None, text)
        listed = _listing(owner, owner.resource_policies, {text: attached})
        accounts[owner.id] = replace(owner, resource_policies=listed)
    return replace(organisation, accounts=accounts)


def _owner(arn: Arn, accounts: Mapping[str, Account]) -> Account:
    """The account whose resource it is: by the ARN, by the folder that lists it, or since there is only one."""
    if arn.account in accounts:
        return accounts[arn.account]
    owners = [one for one in accounts.values() if lists(one, arn)] or list(accounts.values())
    if arn.account or len(owners) != 1:
        raise CannotChangeError(f"the account of `{arn}` is not at hand, or several could be it")
    return owners[0]


def _listing(account: Account, listed: Mapping[str, Value] | None, added: Mapping[str, Value]) -> Mapping[str, Value]:
    """A mapping by ARN with more in it, which is as complete as it was."""
    complete = listed is not None and account.covers(listed, "")
    return Everything({**(listed or {}), **added}) if complete else _with(listed or {}, added)


def _over(holders: Mapping[str, Value], wanted: Iterable[str], change: Callable[[Value], Value]) -> Mapping[str, Value]:
    return _with(holders, {key: change(holders[key]) for key in wanted})


def _with(there: Mapping[str, Value], changed: Mapping[str, Value]) -> Mapping[str, Value]:
    """The mapping with these entries in it; its others are still read when somebody asks for them."""
    return ChainMap(dict(changed), cast("MutableMapping[str, Value]", there)) if changed else there


def without_policy(organisation: Organisation, name_or_arn: str) -> Organisation:
    """The accounts at hand without the policies of this name or ARN, wherever they are attached.

    A role cannot be without a trust policy, so that one is not taken away.

    Raises:
        CannotChangeError: no policy in force is called so.
    """
    removal = _Removal(name_or_arn)
    accounts = {one.id: removal.account(one) for one in organisation.accounts.values()}
    changed = without_node_policies(replace(organisation, accounts=accounts), removal.is_meant)
    if not removal.found:
        hint = nearest(name_or_arn, sorted(removal.others))
        raise CannotChangeError(f"no policy in force here is called `{name_or_arn}`{f'; {hint}' if hint else ''}")
    return changed


class _Removal:
    """Takes policies away by name or ARN; ``others`` are the names that it met beside."""

    def __init__(self, name_or_arn: str) -> None:
        self._wanted = name_or_arn
        self.found = False
        self.others: set[str] = set()

    def is_meant(self, one: AttachedPolicy | PolicyReference) -> bool:
        """Whether a policy is the one to take away."""
        return self._is(one.name, one.arn)

    def _is(self, name: str, arn: str | None = None) -> bool:
        if self._wanted not in {name, arn}:
            self.others.add(name)
            return False
        self.found = True
        return True

    def account(self, account: Account) -> Account:
        """The account without it."""
        there = account.identities
        resources, sessions, endpoints = account.resource_policies, account.session_policies, account.endpoints
        return replace(
            account,
            identities=None if there is None else self._identities(there),
            resource_policies=_changed(resources, self._resource),
            session_policies=_changed(sessions, self._session),
            endpoints=_changed(endpoints, self._endpoint),
        )

    def _identities(self, there: Identities) -> Identities:
        return replace(
            there,
            users={arn: self._bounded(self._holder(user)) for arn, user in there.users.items()},
            roles={arn: self._bounded(self._holder(role)) for arn, role in there.roles.items()},
            groups={name: self._holder(group) for name, group in there.groups.items()},
        )

    def _holder(self, holder: Holder) -> Holder:
        inline = {name: policy for name, policy in holder.inline.items() if not self._is(name)}
        managed = tuple(reference for reference in holder.managed if not self.is_meant(reference))
        return replace(holder, inline=inline, managed=managed)

    def _bounded(self, holder: Bounded) -> Bounded:
        bounded = holder.boundary is not None and self.is_meant(holder.boundary)
        return replace(holder, boundary=None) if bounded else holder

    def _resource(self, attached: AttachedPolicy | None) -> AttachedPolicy | None:
        return None if attached is None or self.is_meant(attached) else attached

    def _session(
        self, listed: tuple[AttachedPolicy | PolicyReference, ...]
    ) -> tuple[AttachedPolicy | PolicyReference, ...]:
        return tuple(one for one in listed if not self.is_meant(one))

    def _endpoint(self, endpoint: VpcEndpoint) -> VpcEndpoint:
        gone = endpoint.policy is not None and self.is_meant(endpoint.policy)
        return replace(endpoint, policy=None) if gone else endpoint


def _changed(there: Mapping[str, Value] | None, change: Callable[[Value], Value]) -> Mapping[str, Value] | None:
    if there is None or not there:
        return there
    kept = {key: change(value) for key, value in there.items()}
    return Everything(kept) if isinstance(there, Everything) else kept
