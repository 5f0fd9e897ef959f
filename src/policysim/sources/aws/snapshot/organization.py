"""The organisation as AWS Organizations tells it: its tree, the SCPs and RCPs on each node, and the delegation policy.

With ``--org`` the management account or a delegated administrator reads all of it; otherwise an account reads the path
from the root to itself, as far as it may. Source: Organizations API Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import GoneError, RefusedError
from policysim.sources.aws.snapshot.policy_names import NamedPolicy, is_full_access, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.sources.aws.collecting import Reading

SERVICE: Final = "organizations"

ACTIONS: Final = (
    "organizations:DescribeOrganization",
    "organizations:DescribeOrganizationalUnit",
    "organizations:DescribePolicy",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
    "organizations:ListRoots",
)
"""What reading the way from the root to one account needs."""

ORGANIZATION_ACTIONS: Final = (
    "organizations:DescribeOrganization",
    "organizations:DescribePolicy",
    "organizations:DescribeResourcePolicy",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListPolicies",
    "organizations:ListRoots",
    "organizations:ListTargetsForPolicy",
)
"""What reading a whole organisation needs."""

_NOT_IN_USE: Final = "AWSOrganizationsNotInUseException"
_NO_DELEGATION: Final = ("ResourcePolicyNotFoundException",)
_DELETED_POLICY: Final = ("PolicyNotFoundException",)
_DELETED_NODE: Final = ("ChildNotFoundException", "ParentNotFoundException", "TargetNotFoundException")
"""What is deleted while the tree is read must have been empty, and attached nowhere."""
_CHANGED: Final = "no policy is attached, though one always is: it changed while it was read"
_ACTIVE: Final = "ACTIVE"


class Kind(NamedTuple):
    """A kind of policy of an organisation: AWS's name for it, the member of a node, and the flag beside the tree."""

    type: str
    member: str
    flag: str


LISTING_CALLS: Final = frozenset(
    {
        "organizations:DescribeOrganization",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListRoots",
    }
)
"""The calls without which the accounts of an organisation are not known."""

KINDS: Final = (
    Kind("SERVICE_CONTROL_POLICY", "scps", "scps_enabled"),
    Kind("RESOURCE_CONTROL_POLICY", "rcps", "rcps_enabled"),
)

Told = dict[str, Any]
"""What was read: ``organization`` (the tree, with ids in the place of the names of policies), ``policies`` by id,
``accounts`` and ``delegation``; ``{}`` where the account is in no organisation."""

UNKNOWN_ORGANIZATION: Final[Told] = {"organization": None}
"""Whether there is an organisation may not be read."""


def read_organization(reading: Reading) -> Told:
    """All of the organisation."""
    return _Reader(reading, whole=True).read()


def read_path(reading: Reading) -> Told:
    """The way from the root of the organisation to the account of ``reading``, as far as it may look."""
    return _Reader(reading, whole=False).read()


class _Reader:
    def __init__(self, reading: Reading, *, whole: bool) -> None:
        self._reading = reading
        self._whole = whole
        self._policies: dict[str, dict[str, str]] = {}
        self._accounts: list[dict[str, str]] = []
        self._enabled: set[str] = set()
        self._attached: dict[str, dict[str, list[str]] | None] = {}
        """By kind and by node, the ids of the policies; ``None`` where that may not be read."""

    def read(self) -> Told:
        about: Told = {}
        with self._reading.about(_WORDS["describe_organization"]):
            told = self._reading.call(SERVICE, "describe_organization", absent=(_NOT_IN_USE,))
            if told is None:
                return {}
            about = told["Organization"]
        if not about:
            return UNKNOWN_ORGANIZATION
        found: dict[str, Any] = {
            "organization_id": about["Id"],
            "management_account_id": about.get("ManagementAccountId") or about["MasterAccountId"],
        }
        for root in self._listed("list_roots", "Roots")[:1]:
            self._enabled = {one["Type"] for one in root.get("PolicyTypes") or () if one.get("Status") == "ENABLED"}
            for kind in KINDS:
                found[kind.flag] = kind.type in self._enabled
                self._attached[kind.member] = self._targets(kind) if self._whole and found[kind.flag] else {}
            found["root"] = self._tree(root) if self._whole else self._path(root, found)
        return {
            "organization": found,
            "policies": {one: self._policies[one] for one in sorted(self._policies)},
            "accounts": self._accounts,
            "delegation": self._delegation() if self._whole else {},
        }

    def _tree(self, at: Told) -> Told:
        units = self._listed("list_organizational_units_for_parent", "OrganizationalUnits", ParentId=at["Id"])
        accounts = self._listed("list_accounts_for_parent", "Accounts", ParentId=at["Id"])
        self._accounts += [
            {"id": one["Id"], "name": one.get("Name", ""), "state": one.get("State") or one.get("Status") or _ACTIVE}
            for one in accounts
        ]
        below = [self._tree(one) for one in _by_id(units)] + [self._node(one) for one in _by_id(accounts)]
        return {**self._node(at), **({"children": below} if below else {})}

    def _node(self, at: Told) -> Told:
        return {
            "id": at["Id"],
            "name": at.get("Name") or at["Id"],
            **{kind.member: self._ids(kind, at["Id"]) for kind in KINDS},
        }

    def _ids(self, kind: Kind, node: str) -> list[str] | None:
        """The policies of a node; AWS lets no node be without one of a kind that is enabled."""
        attached = self._attached[kind.member]
        if kind.type not in self._enabled:
            return []
        if attached is None or node in attached:
            return None if attached is None else attached[node]
        self._reading.gaps.append(CollectionGap(f"{kind.member} of {node}", _CALLS[self._whole], _CHANGED))
        return None

    def _targets(self, kind: Kind) -> dict[str, list[str]] | None:
        """The policies of each node, asked policy by policy: there are fewer policies than nodes."""
        try:
            listed = list(self._reading.items(SERVICE, "list_policies", "Policies", Filter=kind.type))
            attached: dict[str, list[str]] = {}
            for policy in listed:
                targets = self._reading.items(
                    SERVICE, "list_targets_for_policy", "Targets", absent=_DELETED_POLICY, PolicyId=policy["Id"]
                )
                for target in targets:
                    attached.setdefault(target["TargetId"], []).append(policy["Id"])
                    self._describe(policy, kind)
        except (GoneError, RefusedError):
            return None
        return attached

    def _path(self, root: Told, about: Told) -> Told | None:
        """The nodes above the account, from below: each node has one parent."""
        own = self._reading.place.account_id
        nodes = [{"Id": own}]
        while nodes[-1]["Id"] != root["Id"]:
            parents = self._listed("list_parents", "Parents", ChildId=nodes[-1]["Id"])
            if not parents:
                return None
            parent = parents[0]
            nodes.append(root if parent["Id"] == root["Id"] else self._unit(parent["Id"]))
        for kind in KINDS:
            self._attached[kind.member] = self._on_nodes(kind, nodes) if about[kind.flag] else {}
        tree: Told | None = None
        for node in nodes:
            tree = {**self._node(node), **({"children": [tree]} if tree is not None else {})}
        return tree

    def _unit(self, unit_id: str) -> Told:
        unit: Told = {"Id": unit_id}
        with self._reading.about(_WORDS["describe_organizational_unit"]):
            told = self._reading.call(SERVICE, "describe_organizational_unit", OrganizationalUnitId=unit_id) or {}
            unit["Name"] = told["OrganizationalUnit"].get("Name")
        return unit

    def _on_nodes(self, kind: Kind, nodes: list[Told]) -> dict[str, list[str]] | None:
        attached: dict[str, list[str]] = {}
        try:
            for node in nodes:
                listed = self._reading.items(
                    SERVICE, "list_policies_for_target", "Policies", TargetId=node["Id"], Filter=kind.type
                )
                for policy in listed:
                    attached.setdefault(node["Id"], []).append(policy["Id"])
                    self._describe(policy, kind)
        except (GoneError, RefusedError):
            return None
        return attached

    def _describe(self, summary: Told, kind: Kind) -> None:
        """Reads the document of a policy that is attached somewhere; the one that AWS attaches is known."""
        policy_id = summary["Id"]
        if policy_id in self._policies:
            return
        about = {"name": summary["Name"], "arn": summary["Arn"], "kind": kind.member}
        self._policies[policy_id] = about
        if is_full_access(policy_id):
            return
        with self._reading.about(summary["Arn"]):
            told = self._reading.call(SERVICE, "describe_policy", PolicyId=policy_id) or {}
            about["content"] = told["Policy"]["Content"]

    def _delegation(self) -> dict[str, str]:
        found: dict[str, str] = {}
        with self._reading.about(_WORDS["describe_resource_policy"]):
            told = self._reading.call(SERVICE, "describe_resource_policy", absent=_NO_DELEGATION)
            policy = (told or {}).get("ResourcePolicy")
            if policy:
                found[policy["ResourcePolicySummary"]["Arn"]] = policy["Content"]
        return found

    def _listed(self, operation: str, member: str, **parameters: str) -> list[Told]:
        found: list[Told] = []
        asked: dict[str, Any] = dict(parameters)
        with self._reading.about(_WORDS[operation]):
            found.extend(self._reading.items(SERVICE, operation, member, absent=_DELETED_NODE, **asked))
        return found


_CALLS: Final = {True: "organizations:ListTargetsForPolicy", False: "organizations:ListPoliciesForTarget"}
_WORDS: Final = {
    "describe_organization": "the organisation",
    "describe_organizational_unit": "names of organisational units",
    "describe_resource_policy": "delegation policy of the organisation",
    "list_accounts_for_parent": "accounts of the organisation",
    "list_organizational_units_for_parent": "organisational units",
    "list_parents": "way from the root of the organisation to the account",
    "list_roots": "root of the organisation",
}
"""What a call is to find, for the gap that stands in its place."""


def _by_id(nodes: Iterable[Told]) -> list[Told]:
    return sorted(nodes, key=lambda node: str(node["Id"]))


def organization_json(told: Told, taken: frozenset[str] = frozenset()) -> dict[str, Any] | None:
    """``organization.json``: the tree with the names of the policies, and the ids and ARNs behind the names.

    ``{}`` for an account in no organisation, ``None`` for "not collected".
    """
    if not told:
        return {}
    if told["organization"] is None:
        return None
    policies = told["policies"]
    names = names_of((NamedPolicy(one, policies[one]["name"]) for one in policies), taken)
    found = {name: value for name, value in told["organization"].items() if name != "root"}
    root = told["organization"].get("root")
    if root is not None:
        found["root"] = _named(root, names)
    listed = {names[one]: {"id": one, "arn": policies[one]["arn"]} for one in policies}
    return {**found, "policies": {name: listed[name] for name in sorted(listed)}}


def _named(node: Told, names: dict[str, str]) -> Told:
    attached = {
        kind.member: None if node[kind.member] is None else sorted(names[one] for one in node[kind.member])
        for kind in KINDS
    }
    children = [_named(child, names) for child in node.get("children") or ()]
    return {"id": node["id"], "name": node["name"], **attached, **({"children": children} if children else {})}


def policy_documents(told: Told, taken: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Each document of a policy: its place without the ending, as ``policies/scps/NAME``, and the text of AWS."""
    policies = told.get("policies") or {}
    names = names_of((NamedPolicy(one, policies[one]["name"]) for one in policies), taken)
    for policy_id, policy in policies.items():
        if "content" in policy:
            yield f"policies/{policy['kind']}/{names[policy_id]}", policy["content"]


def reachable_accounts(told: Told) -> tuple[list[str], list[CollectionGap]]:
    """The accounts to enter, and a gap for each that AWS keeps closed."""
    accounts = sorted(told.get("accounts") or (), key=lambda one: one["id"])
    closed = [one for one in accounts if one["state"] != _ACTIVE]
    gaps = [CollectionGap(f"account {one['id']}", "sts:AssumeRole", f"the account is {one['state']}") for one in closed]
    return [one["id"] for one in accounts if one["state"] == _ACTIVE], gaps
