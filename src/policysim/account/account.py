"""Accounts and the organisation, as collected. ``None`` always means "nobody collected this", never "there is none".

Source of the shapes: ``aws iam get-account-authorization-details`` and the account folder's layout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.policy_set import AttachedPolicy, Gap
    from policysim.language.policy import Policy
    from policysim.language.request import PublicAccessBlock

NOT_COLLECTED: None = None


class PolicyReference(NamedTuple):
    """A managed policy that is attached by name and ARN; its document is looked up in the account."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An IAM group and its policies."""

    name: str
    arn: str
    inline: tuple[AttachedPolicy, ...] = ()
    managed: tuple[PolicyReference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An IAM user."""

    name: str
    arn: str
    unique_id: str | None = None
    groups: tuple[str, ...] = ()
    inline: tuple[AttachedPolicy, ...] = ()
    managed: tuple[PolicyReference, ...] = ()
    boundary: PolicyReference | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role; ``trust`` is its trust policy."""

    name: str
    arn: str
    unique_id: str | None = None
    trust: AttachedPolicy | None = None
    inline: tuple[AttachedPolicy, ...] = ()
    managed: tuple[PolicyReference, ...] = ()
    boundary: PolicyReference | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def service_linked(self) -> bool:
        """Whether only an AWS service can change or use the role (its path tells)."""
        return ":role/aws-service-role/" in self.arn


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint; ``policy`` is ``None`` when it was not collected."""

    id: str
    policy: AttachedPolicy | None
    vpc_id: str | None = None
    service_name: str | None = None
    endpoint_type: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The IAM side of an account: users, groups, roles by ARN or name, and managed policies by ARN."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]
    roles: Mapping[str, Role]
    managed: Mapping[str, Policy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as collected. A mapping's value ``None`` means "collected, there is none".

    ``name`` is the folder as the user named it. ``complete`` lists the services whose resource policies were all
    collected, so that an ARN that is not listed has none.
    """

    id: str
    name: str
    partition: str = "aws"
    identities: Identities | None = NOT_COLLECTED
    resource_policies: Mapping[str, AttachedPolicy | None] | None = NOT_COLLECTED
    session_policies: Mapping[str, tuple[AttachedPolicy | PolicyReference, ...]] | None = NOT_COLLECTED
    endpoints: Mapping[str, VpcEndpoint] | None = NOT_COLLECTED
    tags: Mapping[str, Mapping[str, str]] | None = NOT_COLLECTED
    public_access: Mapping[str, PublicAccessBlock] | None = NOT_COLLECTED
    complete: frozenset[str] = frozenset()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A root, an organisational unit or an account of an organisation.

    ``scps`` and ``rcps`` are ``None`` when they were not collected.
    """

    id: str
    name: str
    scps: tuple[AttachedPolicy, ...] | None
    rcps: tuple[AttachedPolicy, ...] | None
    children: tuple[Node, ...] = ()
    scp_gaps: tuple[Gap, ...] = ()
    rcp_gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The accounts at hand, and the organisation around them.

    ``root`` and ``management_account`` are ``None`` when no organisation was collected; ``standalone`` is true when
    it is known that there is none. A single account folder makes an organisation of one account.
    """

    accounts: Mapping[str, Account]
    id: str | None = None
    management_account: str | None = None
    root: Node | None = None
    scps_enabled: bool = True
    rcps_enabled: bool = True

    def path_to(self, account_id: str) -> tuple[Node, ...] | None:
        """The nodes from the root down to the account; ``None`` when it is not in the tree."""
        return _path(self.root, account_id) if self.root is not None else None


def _path(node: Node, account_id: str) -> tuple[Node, ...] | None:
    if node.id == account_id:
        return (node,)
    for child in node.children:
        below = _path(child, account_id)
        if below is not None:
            return (node, *below)
    return None
