"""Accounts and the organisation, as collected. ``None`` always means "nobody collected this", never "there is none".

Source of the shapes: ``aws iam get-account-authorization-details`` and the account folder's layout. Every mapping may
read its values on demand (``OnDemand``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from policysim.language.arns import is_service_linked, parse_arn
from policysim.language.request import PublicAccessBlock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from policysim.evaluation.key_grants import KeyGrant
    from policysim.evaluation.policy_set import AttachedPolicy, Gap
    from policysim.language.policy import Policy
    from policysim.language.request import AclGrant
    from policysim.language.source import Location

Value = TypeVar("Value")

NOT_COLLECTED: Final = None

NOTHING_BLOCKED: Final = PublicAccessBlock(
    block_public_acls=False, ignore_public_acls=False, block_public_policy=False, restrict_public_buckets=False
)
"""S3 Block Public Access when it is not set at all."""

AWS_OWNER: Final = "aws"
"""The account field of the ARN of what AWS itself owns, such as an AWS managed policy."""


class PolicyReference(NamedTuple):
    """A managed policy that is attached by name and ARN; its document is looked up in the account."""

    name: str
    arn: str

    @property
    def aws_managed(self) -> bool:
        """Whether the policy is AWS's own, so that nobody else can change it (spec G25)."""
        arn = parse_arn(self.arn)
        return arn is not None and arn.account == AWS_OWNER


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An IAM group and its policies; ``inline`` maps policy names to documents."""

    name: str
    arn: str
    inline: Mapping[str, Policy] = field(default_factory=dict)
    managed: tuple[PolicyReference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An IAM user; ``groups`` are names, ``inline`` maps policy names to documents, ``created`` is when it was made.

    ``tags`` is ``None`` where a template or plan leaves one of them open.
    """

    name: str
    arn: str
    unique_id: str | None = None
    groups: tuple[str, ...] = ()
    inline: Mapping[str, Policy] = field(default_factory=dict)
    managed: tuple[PolicyReference, ...] = ()
    boundary: PolicyReference | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict)
    created: datetime | None = NOT_COLLECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role; ``inline`` maps policy names to documents, ``created`` is when it was made.

    Its trust policy is in ``Identities.trust``. ``tags`` is ``None`` where a template or plan leaves one of them open.
    """

    name: str
    arn: str
    unique_id: str | None = None
    inline: Mapping[str, Policy] = field(default_factory=dict)
    managed: tuple[PolicyReference, ...] = ()
    boundary: PolicyReference | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict)
    created: datetime | None = NOT_COLLECTED

    @property
    def service_linked(self) -> bool:
        """Whether only an AWS service can change or use the role (its path tells)."""
        return is_service_linked(self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint. ``policy`` is ``None`` when it has none, or when ``policy_collected`` is false."""

    id: str
    policy: AttachedPolicy | None
    policy_collected: bool = True
    vpc_id: str | None = None
    service_name: str | None = None
    endpoint_type: str | None = None
    account_id: str | None = None


class PolicyVersion(NamedTuple):
    """One version of a managed policy: its id, when it was made, its document, and whether it is the default one."""

    id: str
    created: datetime | None
    policy: Policy
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The IAM side of an account: users and roles by ARN, groups by name.

    ``trust`` maps the ARNs of roles to their trust policies, ``managed`` the ARNs of managed policies to the
    documents of their default versions, ``versions`` the same ARNs to every version that was collected; ``places``
    tells where users and roles are described, by ARN. ``whole`` is false where the account may have further users and
    roles, as what a plan or a template does not make.
    """

    users: Mapping[str, User] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    trust: Mapping[str, Policy] = field(default_factory=dict)
    managed: Mapping[str, Policy] = field(default_factory=dict)
    versions: Mapping[str, tuple[PolicyVersion, ...]] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict)
    whole: bool = True

    def role_named(self, name: str) -> Role | None:
        """The role with this name, whatever its path: IAM keeps names unique within an account."""
        return next((self.roles[arn] for arn in self.roles if arn.endswith(f"/{name}")), None)


class AccessControlList(NamedTuple):
    """An S3 access control list: the canonical user id of the owner, and the grants."""

    owner: str | None
    grants: tuple[AclGrant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """What S3 was told about one bucket; ``None`` where it was not collected. ``objects`` are the lists of objects."""

    public_access_block: PublicAccessBlock | None = NOT_COLLECTED
    ownership: str | None = NOT_COLLECTED
    abac: bool | None = NOT_COLLECTED
    acl: AccessControlList | None = NOT_COLLECTED
    objects: Mapping[str, AccessControlList] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAccess:
    """S3 Block Public Access of the account and of its buckets, by bucket name.

    ``enforced`` is what an S3 policy of the organisation sets for the account, in the place of its own settings; it is
    ``None`` where there is none or nobody collected it (the account's own settings are then those that AWS prints).
    """

    account: PublicAccessBlock | None = NOT_COLLECTED
    buckets: Mapping[str, BucketSettings] | None = NOT_COLLECTED
    enforced: PublicAccessBlock | None = None

    def bucket(self, name: str) -> BucketSettings:
        """The settings of one bucket, as far as they were collected."""
        return (self.buckets or {}).get(name, BucketSettings())


class AccessPointBucket(NamedTuple):
    """A bucket behind an S3 access point: its name, or its ARN where it has an account of its own; and its owner."""

    name: str
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """An S3 access point. ``buckets``: one, several for a Multi-Region Access Point, none where it was not collected.

    ``network_origin`` is ``Internet`` or ``VPC``; ``vpc_id`` the VPC that alone reaches it.
    """

    buckets: tuple[AccessPointBucket, ...] = ()
    network_origin: str | None = NOT_COLLECTED
    vpc_id: str | None = None
    alias: str | None = None
    public_access_block: PublicAccessBlock | None = NOT_COLLECTED


class Everything(dict[str, Value]):
    """A mapping by ARN that lists all there is: what is not in it has nothing, rather than not collected."""


class CollectionGap(NamedTuple):
    """A call of the collection that AWS refused: what it was to collect, the call, and the error."""

    what: str
    call: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as collected. A mapping's value ``None`` means "collected, there is none".

    In the mappings by ARN an ARN that is not listed was not collected, unless the mapping is empty or ``Everything``,
    or the service of the ARN is in ``complete``; for tags, in ``complete_tags`` where that is given. With
    ``by_service``, as a snapshot leaves it, an empty mapping speaks for the complete services alone.

    ``name`` is the folder as the user named it. ``aws_managed`` maps names of AWS managed policies to documents that
    stand in for those that the authorization details lack. ``key_aliases`` maps the ARNs of KMS aliases to those of
    their keys. ``canonical_id`` is the canonical user id by which Amazon S3 knows the account, ``collected_at`` the
    time of the collection. ``places`` tells where a mapping is written, by the name of its file
    (``resource-policies``).
    """

    id: str
    name: str
    partition: str = "aws"
    identities: Identities | None = NOT_COLLECTED
    aws_managed: Mapping[str, Policy] = field(default_factory=dict)
    resource_policies: Mapping[str, AttachedPolicy | None] | None = NOT_COLLECTED
    session_policies: Mapping[str, tuple[AttachedPolicy | PolicyReference, ...]] | None = NOT_COLLECTED
    endpoints: Mapping[str, VpcEndpoint] | None = NOT_COLLECTED
    tags: Mapping[str, Mapping[str, str] | None] | None = NOT_COLLECTED
    grants: Mapping[str, tuple[KeyGrant, ...]] | None = NOT_COLLECTED
    key_aliases: Mapping[str, str | None] | None = NOT_COLLECTED
    public_access: PublicAccess | None = NOT_COLLECTED
    access_points: Mapping[str, AccessPoint] | None = NOT_COLLECTED
    canonical_id: str | None = NOT_COLLECTED
    complete: frozenset[str] = frozenset()
    complete_tags: frozenset[str] | None = NOT_COLLECTED
    by_service: bool = False
    gaps: tuple[CollectionGap, ...] = ()
    collected_at: datetime | None = NOT_COLLECTED
    places: Mapping[str, Location] = field(default_factory=dict)

    def document(self, reference: PolicyReference) -> Policy | None:
        """The document of a managed policy, or ``None`` when it was not collected."""
        if self.identities is not None and reference.arn in self.identities.managed:
            return self.identities.managed[reference.arn]
        return self.aws_managed.get(reference.name) if reference.aws_managed else None

    def covers(self, collected: Mapping[str, object], service: str) -> bool:
        """Whether an ARN of this service that ``collected`` does not list has nothing, rather than not collected."""
        return self._is_whole(collected) or service in self.complete

    def covers_tags(self, service: str) -> bool:
        """The same of the tags."""
        complete = self.complete if self.complete_tags is None else self.complete_tags
        return self.tags is not None and (self._is_whole(self.tags) or service in complete)

    def _is_whole(self, collected: Mapping[str, object]) -> bool:
        speaks_for_all = not self.by_service or collected is self.session_policies  # which no snapshot writes
        return isinstance(collected, Everything) or (len(collected) == 0 and speaks_for_all)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A root, an organisational unit or an account of an organisation.

    ``scps`` and ``rcps`` are the policies attached to it, ``None`` when they were not collected; ``scp_gaps`` and
    ``rcp_gaps`` tell of attached policies without a document. ``scps_at`` is where the names of its SCPs are listed.
    """

    id: str
    name: str
    scps: tuple[AttachedPolicy, ...] | None = NOT_COLLECTED
    rcps: tuple[AttachedPolicy, ...] | None = NOT_COLLECTED
    children: tuple[Node, ...] = ()
    scp_gaps: tuple[Gap, ...] = ()
    rcp_gaps: tuple[Gap, ...] = ()
    scps_at: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The accounts at hand, by id, and the organisation around them.

    ``root`` and ``management_account`` are ``None`` when they were not collected; ``standalone`` is true when it is
    known that the accounts belong to no organisation. A single account folder makes an organisation of one account.
    """

    accounts: Mapping[str, Account] = field(default_factory=dict)
    id: str | None = None
    management_account: str | None = None
    root: Node | None = None
    standalone: bool = False
    scps_enabled: bool = True
    rcps_enabled: bool = True

    def account(self, account_id: str | None) -> Account | None:
        """The account with this id, if it is known and at hand."""
        return self.accounts.get(account_id or "")

    def account_with_canonical_id(self, canonical_id: str) -> str | None:
        """The id of the account that Amazon S3 knows by this canonical user id, if it is at hand."""
        return next((one.id for one in self.accounts.values() if one.canonical_id == canonical_id), None)

    def path_to(self, node_id: str) -> tuple[Node, ...] | None:
        """The nodes from the root down to an account or other node; ``None`` when it is not in the tree."""
        return _path(self.root, node_id) if self.root is not None else None


def _path(node: Node, node_id: str) -> tuple[Node, ...] | None:
    if node.id == node_id:
        return (node,)
    for child in node.children:
        below = _path(child, node_id)
        if below is not None:
            return (node, *below)
    return None
