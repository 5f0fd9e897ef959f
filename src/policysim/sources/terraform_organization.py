"""The organisation that a plan builds: its tree, and the policies attached to each node.

AWS attaches ``FullAWSAccess`` to what it makes, and anybody may take it away later: of a node that is there already a
plan tells it only where it holds the attachment. Source: Organizations User Guide, orgs_manage_policies_scps; the AWS
provider's documentation of the ``aws_organizations_...`` resources (as read in 2026); spec E18, E22, E27.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account import gaps
from policysim.account.account import Node, Organisation
from policysim.account.full_access import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS
from policysim.evaluation.policy_set import UNRESOLVED_CODE, AttachedPolicy, Gap
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from policysim.sources.terraform_plan import PlannedResource
    from policysim.sources.terraform_readers import PlanReaders

_ORGANIZATION: Final = "aws_organizations_organization"
_UNIT: Final = "aws_organizations_organizational_unit"
_ACCOUNT: Final = "aws_organizations_account"
_POLICY: Final = "aws_organizations_policy"
_ATTACHMENT: Final = "aws_organizations_policy_attachment"
_OF_TREE: Final = (_UNIT, _POLICY, _ATTACHMENT)
_NODES: Final = frozenset({_ORGANIZATION, _UNIT, _ACCOUNT})
_TYPES: Final = {
    "SERVICE_CONTROL_POLICY": PolicyType.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyType.RCP,
}
_DEEPEST: Final = 20
"""More levels than AWS allows below a root."""

_FULL: Final = {"p-FullAWSAccess": FULL_AWS_ACCESS, "p-RCPFullAWSAccess": RCP_FULL_AWS_ACCESS}


class _Attached(NamedTuple):
    """The policies of one kind on one node, and what is not known of them."""

    policies: tuple[AttachedPolicy, ...]
    gaps: tuple[Gap, ...]


def organisation_of(readers: PlanReaders) -> Organisation:
    """The organisation of a plan, without its accounts; one of which nothing is known where the plan builds none."""
    found = list(readers.plan.of_type(_ORGANIZATION))
    return _Tree(readers, found[0]).organisation() if len(found) == 1 else Organisation()


def check_organisation(readers: PlanReaders) -> None:
    """Refuses a plan over a base that changes an organisation whose tree it does not hold: whom it binds is not told.

    Raises:
        InputError: the plan is such a plan.
    """
    kept = readers.plan.of_type(*_OF_TREE)
    changed = [one for one in kept if readers.plan.is_changed(one)]
    changed += [one for one in readers.plan.removed if one.type in _OF_TREE]
    if not changed or len(list(readers.plan.of_type(_ORGANIZATION))) == 1:
        return
    sentence = (
        f"`{changed[0].address}` changes an organisation that this plan does not hold (`{_ORGANIZATION}`), so whom it "
        "binds is not known: make the change in an organisation's folder, or say that the account is in none"
    )
    raise InputError(f"{locate(changed[0].at.location).place}: {sentence}")


class _Tree:
    def __init__(self, readers: PlanReaders, organisation: PlannedResource) -> None:
        self._readers = readers
        self._top = organisation
        self._enabled = {item.text() for item in organisation.items("enabled_policy_types")}
        self._children: dict[str, list[PlannedResource]] = {}
        self._attachments: dict[str | None, list[PlannedResource]] = {}
        for one in readers.plan.of_type(_UNIT, _ACCOUNT):
            above = self._node_in(one, "parent_id") if one.type == _UNIT or self._is_placed(one) else organisation
            if above is not None:
                self._children.setdefault(above.address, []).append(one)
        for one in readers.plan.of_type(_ATTACHMENT):
            target = self._node_in(one, "target_id")
            self._attachments.setdefault(None if target is None else target.address, []).append(one)

    def organisation(self) -> Organisation:
        management = self._top.text("master_account_id") or self._readers.accounts.of(self._top).account
        root = self._node(self._top)
        if all(child.id != management for child in root.children):
            root = replace(root, children=(*root.children, self._bare(management)))
        return Organisation(
            id=self._top.text("id"),
            management_account=management,
            root=root,
            scps_enabled="SERVICE_CONTROL_POLICY" in self._enabled,
            rcps_enabled="RESOURCE_CONTROL_POLICY" in self._enabled,
        )

    def _node(self, one: PlannedResource, depth: int = 0) -> Node:
        if depth > _DEEPEST:
            raise one.at.error("the tree nests deeper than an organisation can")
        node_id = self._root_id() if one is self._top else one.text("id") or one.address
        scps, rcps = self._attached(one, node_id, PolicyType.SCP), self._attached(one, node_id, PolicyType.RCP)
        return Node(
            id=node_id,
            name=one.text("name") or "Root",
            scps=scps.policies,
            rcps=rcps.policies,
            children=tuple(self._node(child, depth + 1) for child in self._children.get(one.address, ())),
            scp_gaps=scps.gaps,
            rcp_gaps=rcps.gaps,
        )

    def _bare(self, account: str) -> Node:
        """The management account, which no policy of the organisation binds."""
        full = _full(FULL_AWS_ACCESS.type, account)
        return Node(id=account, name=account, scps=(full,), rcps=(_full(RCP_FULL_AWS_ACCESS.type, account),))

    def _root_id(self) -> str:
        roots = self._top.items("roots")
        return (roots[0].optional_text("id") if roots else None) or f"{self._top.address}.roots[0]"

    def _is_placed(self, account: PlannedResource) -> bool:
        return account.text("parent_id") is not None or account.is_unknown("parent_id")

    def _node_in(self, one: PlannedResource, attribute: str) -> PlannedResource | None:
        """The node that an attribute names; ``None`` where it is not told, or is none of the plan."""
        known = one.text(attribute)
        if known is None:
            return self._readers.references.target(one, attribute, _NODES) if one.is_unknown(attribute) else self._top
        if known == self._root_id():
            return self._top
        return next((node for node in self._readers.plan.of_type(_UNIT, _ACCOUNT) if node.text("id") == known), None)

    def _attached(self, one: PlannedResource, node: str, kind: PolicyType) -> _Attached:
        policies: dict[str, AttachedPolicy] = {}
        missing: list[Gap] = []
        full = _full(kind, node)
        if one.created or kind is PolicyType.RCP:
            policies[full.name] = full
        for attachment in self._attachments.get(one.address, ()):
            found = self._policy(attachment, node)
            if isinstance(found, Gap):
                missing.append(found)
            elif found.policy.type is kind:
                policies[found.name] = found
        if kind is PolicyType.SCP and full.name not in policies:
            sentence = f"whether `{full.name}` is still attached to `{one.address}` is not told by the plan"
            missing.append(Gap(gaps.NOT_COLLECTED_CODE, sentence, may_deny=False))
        for attachment in self._attachments.get(None, ()):
            sentence = f"what `{attachment.address}` attaches its policy to is known only after the plan was applied"
            missing.append(Gap(UNRESOLVED_CODE, sentence))
        return _Attached(tuple(policies.values()), tuple(missing))

    def _policy(self, attachment: PlannedResource, node: str) -> AttachedPolicy | Gap:
        known = attachment.text("policy_id")
        if known in _FULL:
            return _full(_FULL[known].type, node)
        if known is None:
            found = self._readers.references.target(attachment, "policy_id", frozenset({_POLICY}))
        else:
            listed = self._readers.plan.of_type(_POLICY)
            found = next((one for one in listed if one.text("id") == known), None)
        if found is None:
            return gaps.organisation_policy_missing(known or attachment.address, node, known)
        kind = _TYPES.get(found.text("type") or "SERVICE_CONTROL_POLICY")
        if kind is None:
            return _full(PolicyType.RCP, node)
        policy = self._readers.documents.required(found, "content", kind)
        return AttachedPolicy(found.address, policy, found.text("arn"), node)


def _full(kind: PolicyType, node: str) -> AttachedPolicy:
    access = FULL_AWS_ACCESS if kind is PolicyType.SCP else RCP_FULL_AWS_ACCESS
    return AttachedPolicy(access.name, access.document(), access.arn, node, editable=False)
