"""The policies of all accounts at hand, whoever they apply to: what they name, and where they draw lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.policy_set import AttachedPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.account.account import Account, Group, Identities, Node, Organisation, Role, User


class Documents(NamedTuple):
    """The documents by what they hang on.

    ``resources`` are resource-based policies and trust policies, ``limits`` those of the organisation and of VPC
    endpoints, ``identities`` all others.
    """

    resources: tuple[AttachedPolicy, ...]
    limits: tuple[AttachedPolicy, ...]
    identities: tuple[AttachedPolicy, ...]

    @property
    def all(self) -> tuple[AttachedPolicy, ...]:
        """Every document."""
        return (*self.resources, *self.limits, *self.identities)


def documents_of(organisation: Organisation) -> Documents:
    """Every document of the accounts at hand and of the organisation around them."""
    accounts = organisation.accounts.values()
    return Documents(
        tuple(one for account in accounts for one in _of_resources(account)),
        tuple(one for account in accounts for one in _of_endpoints(account)) + tuple(_of_nodes(organisation.root)),
        tuple(one for account in accounts for one in _of_identities(account)),
    )


def _of_resources(account: Account) -> Iterator[AttachedPolicy]:
    for attached in (account.resource_policies or {}).values():
        if attached is not None:
            yield attached
    if account.identities is not None:
        for role, trust in account.identities.trust.items():
            yield AttachedPolicy(f"trust policy of {role.rsplit('/', 1)[-1]}", trust, None, role)


def _of_endpoints(account: Account) -> Iterator[AttachedPolicy]:
    for endpoint in (account.endpoints or {}).values():
        if endpoint.policy is not None:
            yield endpoint.policy


def _of_nodes(node: Node | None) -> Iterator[AttachedPolicy]:
    if node is not None:
        yield from (*(node.scps or ()), *(node.rcps or ()))
        for child in node.children:
            yield from _of_nodes(child)


def _of_identities(account: Account) -> Iterator[AttachedPolicy]:
    identities: Identities | None = account.identities
    if identities is not None:
        holders: tuple[User | Group | Role, ...]
        holders = (*identities.users.values(), *identities.groups.values(), *identities.roles.values())
        for holder in holders:
            for name, policy in holder.inline.items():
                yield AttachedPolicy(name, policy, None, holder.arn)
        for arn, policy in identities.managed.items():
            yield AttachedPolicy(arn.rsplit("/", 1)[-1], policy, arn)
    for name, policy in account.aws_managed.items():
        yield AttachedPolicy(name, policy, f"arn:{account.partition}:iam::aws:policy/{name}")
    for entries in (account.session_policies or {}).values():
        yield from (one for one in entries if isinstance(one, AttachedPolicy))
