"""Policies of an organisation put on its nodes, or taken away.

Source: AWS Organizations User Guide, orgs_manage_policies_scps and orgs_manage_policies_rcps: turning on either kind
attaches a policy that allows everything to every node; spec E18, E22, E27.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.account.account import Node
from policysim.account.change_errors import CannotChangeError
from policysim.account.full_access import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS
from policysim.account.organisation_layers import node_gap
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.account.account import Organisation
    from policysim.account.full_access import FullAccess
    from policysim.language.policy import Policy

NO_ORGANISATION: Final = "no organisation at hand"
"""The node and management account that stand for an organisation that is only assumed."""

_UNSEEN_ROOT: Final = "the root of the organisation"


def with_node_policy(organisation: Organisation, name: str, policy: Policy, to: tuple[str, ...]) -> Organisation:
    """The organisation with an SCP or RCP on more nodes, named by id or name; on every account at hand if none is.

    Where no organisation is at hand, or an account is none of its tree, one is assumed whose nodes have nothing but
    what AWS attaches itself, as far as that is known.

    Raises:
        CannotChangeError: there is no such node, or policies of this kind are turned off.
    """
    is_scp = policy.type is PolicyType.SCP
    if not (organisation.scps_enabled if is_scp else organisation.rcps_enabled):
        raise CannotChangeError(f"policies such as `{name}` are turned off in this organisation")
    organisation = _with_every_account(organisation)
    wanted = to or tuple(organisation.accounts)
    attached = AttachedPolicy(name, policy)
    missing = [word for word in wanted if not _named(organisation.root, word)]
    if missing or organisation.root is None:
        raise CannotChangeError(f"no node of the organisation at hand is called `{', '.join(missing)}`")

    def changed(node: Node) -> Node:
        if node.id not in wanted and node.name not in wanted:
            return node
        added = attached._replace(attached_to=node.id)
        if is_scp:
            scp_gaps = node.scp_gaps if node.scps is not None else (node_gap(LayerName.SCP, node),)
            return replace(node, scps=(*(node.scps or ()), added), scp_gaps=scp_gaps)
        rcp_gaps = node.rcp_gaps if node.rcps is not None else (node_gap(LayerName.RCP, node),)
        return replace(node, rcps=(*(node.rcps or ()), added), rcp_gaps=rcp_gaps)

    return replace(organisation, root=_everywhere(organisation.root, changed))


def without_node_policies(organisation: Organisation, is_meant: Callable[[AttachedPolicy], bool]) -> Organisation:
    """The organisation without the SCPs and RCPs that are meant, wherever they are attached."""

    def changed(node: Node) -> Node:
        scps, rcps = (
            None if there is None else tuple(one for one in there if not is_meant(one))
            for there in (node.scps, node.rcps)
        )
        return replace(node, scps=scps, rcps=rcps)

    root = organisation.root
    return organisation if root is None else replace(organisation, root=_everywhere(root, changed))


def _everywhere(node: Node, change: Callable[[Node], Node]) -> Node:
    return replace(change(node), children=tuple(_everywhere(child, change) for child in node.children))


def _named(node: Node | None, word: str) -> bool:
    return node is not None and (word in {node.id, node.name} or any(_named(child, word) for child in node.children))


def _by_aws(full: FullAccess, node: str) -> tuple[AttachedPolicy, ...]:
    return (AttachedPolicy(full.name, full.document(), full.arn, node, editable=False),)


def _with_every_account(organisation: Organisation) -> Organisation:
    """The organisation with a node for each account at hand.

    Accounts that are known to belong to none are put below a root of their own; of an account whose place nobody
    collected, the policies above it stay unknown.
    """
    lacking = [one for one in organisation.accounts if organisation.path_to(one) is None]
    if not lacking:
        return organisation
    if organisation.standalone:
        nodes = tuple(_node(one, collected=True) for one in lacking)
        root = replace(_node(NO_ORGANISATION, collected=True), children=nodes)
        return replace(organisation, standalone=False, management_account=NO_ORGANISATION, root=root)
    nodes = tuple(_node(one, collected=False) for one in lacking)
    if organisation.root is None:
        return replace(organisation, root=replace(_node(_UNSEEN_ROOT, collected=False), children=nodes))
    return replace(organisation, root=replace(organisation.root, children=(*organisation.root.children, *nodes)))


def _node(node_id: str, *, collected: bool) -> Node:
    if not collected:
        return Node(id=node_id, name=node_id)
    scps, rcps = _by_aws(FULL_AWS_ACCESS, node_id), _by_aws(RCP_FULL_AWS_ACCESS, node_id)
    return Node(id=node_id, name=node_id, scps=scps, rcps=rcps)
