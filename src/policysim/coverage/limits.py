"""What every request of a user, group or role must be allowed by beside its own policies: boundary and SCPs.

Told only as far as it is known for certain: a limit of which a document is missing or broken is none here. Source: IAM
User Guide, access_policies_boundaries; Organizations User Guide, orgs_manage_policies_scps; spec E12, E17 to E20, E38.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.principals import in_management_account
from policysim.coverage.inclusion import EVERY_ACTION
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.evaluation.services.exemptions import TASKS_OUTSIDE_SCPS
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from policysim.account.account import Account, Node, Organisation, Role, User
    from policysim.language.policy import Policy, Statement


class Limit(NamedTuple):
    """Documents of which one at least must allow a request; ``node`` is what they are attached to."""

    layer: LayerName
    node: str
    policies: tuple[AttachedPolicy, ...]

    @property
    def allows(self) -> Iterator[tuple[Statement, bool]]:
        """The Allow statements, each with whether ``${...}`` is a variable in its document."""
        for attached in self.policies:
            for statement in attached.policy.statements:
                if statement.effect is Effect.ALLOW:
                    yield statement, attached.policy.substitutes_variables


class Limits(NamedTuple):
    """Limits and nodes by world and what a document is attached to.

    ``over``: for everybody who has a document that is attached there (the members of a group, one by one), the limits
    within which this one must keep. ``nodes``: the nodes whose SCPs bind them all; of a node those above it.
    """

    over: Mapping[tuple[int, str], tuple[tuple[Limit, ...], ...]]
    nodes: Mapping[tuple[int, str], tuple[str, ...]]


NO_LIMITS: Final = Limits({}, {})

_TASKS: Final = frozenset(service for task in TASKS_OUTSIDE_SCPS for service in task.services)


def limits_of(organisations: Sequence[Organisation]) -> Limits:
    """The limits of every user, group, role and node of the organisations, numbered as the worlds of an inventory."""
    over: dict[tuple[int, str], tuple[tuple[Limit, ...], ...]] = {}
    nodes: dict[tuple[int, str], tuple[str, ...]] = {}
    for world, organisation in enumerate(organisations):
        for account in organisation.accounts.values():
            path = _binding(account, organisation)
            for holder, limits in _holders(account, tuple(_levels(path))):
                over[world, holder] = limits
                nodes[world, holder] = tuple(node.id for node in path)
        for node, above in _tree(organisation.root, ()):
            over[world, node.id] = (tuple(_levels(above)),)
            nodes[world, node.id] = tuple(one.id for one in above)
    return Limits(over, nodes)


def always_within_scps(statement: Statement) -> bool:
    """Whether SCPs bind every request of a user or role that the statement matches (spec E20)."""
    element = statement.action
    if element.negated or not element.patterns:
        return False
    return all(
        pattern not in EVERY_ACTION and pattern.lower().partition(":")[0] not in _TASKS for pattern in element.patterns
    )


def _binding(account: Account, organisation: Organisation) -> tuple[Node, ...]:
    """The nodes whose SCPs bind the users and roles of an account, from the root down."""
    if organisation.standalone or not organisation.scps_enabled:
        return ()
    if in_management_account(account.id, organisation) is not False:
        return ()
    return organisation.path_to(account.id) or ()


def _levels(path: tuple[Node, ...]) -> Iterator[Limit]:
    for node in path:
        if node.scps is not None and not node.scp_gaps and all(_is_whole(one.policy) for one in node.scps):
            yield Limit(LayerName.SCP, node.id, node.scps)


def _is_whole(policy: Policy) -> bool:
    """Whether a document holds no Allow beside those that were read."""
    return policy.usable and not any(part.may_allow for part in policy.unresolved)


def _holders(account: Account, levels: tuple[Limit, ...]) -> Iterator[tuple[str, tuple[tuple[Limit, ...], ...]]]:
    identities = account.identities
    if identities is None:
        return
    of_user = {user.arn: (*_boundary(user, account), *levels) for user in identities.users.values()}
    for arn, limits in of_user.items():
        yield arn, (limits,)
    for role in identities.roles.values():
        if not role.service_linked:
            yield role.arn, ((*_boundary(role, account), *levels),)
    for name, group in identities.groups.items():
        yield group.arn, tuple(of_user[user.arn] for user in identities.users.values() if name in user.groups)


def _boundary(holder: User | Role, account: Account) -> Iterator[Limit]:
    policy = None if holder.boundary is None else account.document(holder.boundary)
    if holder.boundary is not None and policy is not None and _is_whole(policy):
        yield Limit(LayerName.BOUNDARY, holder.arn, (AttachedPolicy(holder.boundary.name, policy),))


def _tree(node: Node | None, above: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    if node is not None:
        yield node, above
        for child in node.children:
            yield from _tree(child, (*above, node))
