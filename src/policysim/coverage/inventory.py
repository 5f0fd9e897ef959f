"""Every policy document at hand, whether or not an answer ever met it, and where it is in force.

One document that is attached to many principals is one document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import AWS_OWNER, PolicyReference
from policysim.coverage.places import in_order, place_of
from policysim.evaluation.layers import LayerName
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.account.account import Account, Group, Node, Organisation, Role, User
    from policysim.coverage.places import DocumentPlace
    from policysim.language.policy import Policy

OF_AWS: Final = "AWS's own: nobody but AWS can change it"
NOT_ATTACHED: Final = "attached to nothing"
BROKEN: Final = "has errors and takes no part"


class Use(NamedTuple):
    """One place where a document is in force: the layer, and what it is attached to.

    ``holder`` is the ARN of a user, group, role or resource, the id of a node of the organisation, of an endpoint, or
    what a session policy is listed under. ``world`` numbers the organisations that were read: documents of different
    ones are never in force together.
    """

    layer: LayerName
    holder: str
    world: int = 0


class Document(NamedTuple):
    """One document at hand. ``excluded`` is why it has no part in the figures; empty for one that has."""

    place: DocumentPlace
    name: str
    policy: Policy
    uses: tuple[Use, ...]
    excluded: str = ""

    @property
    def grants(self) -> bool:
        """Whether an Allow in it can give access by itself, wherever it is in force."""
        return any(use.layer in {LayerName.IDENTITY, LayerName.RESOURCE} for use in self.uses)


class Inventory(NamedTuple):
    """Every document at hand, by file and place; ``groups`` are the ARNs of the groups of each user of each world."""

    documents: tuple[Document, ...]
    groups: dict[tuple[int, str], tuple[str, ...]]


class _Found(NamedTuple):
    policy: Policy
    name: str
    use: Use | None
    excluded: str = ""


def inventory_of(organisations: Sequence[Organisation], root: str = "") -> Inventory:
    """Every document of the organisations and accounts at hand; names of files are given from the folder ``root``.

    Documents that nobody but AWS can change, that are broken or that are attached to nothing are listed, with the
    reason why they do not count.
    """
    found: dict[DocumentPlace, list[_Found]] = {}
    groups: dict[tuple[int, str], tuple[str, ...]] = {}
    for world, organisation in enumerate(organisations):
        for one in _documents(organisation):
            placed = one if one.use is None else one._replace(use=one.use._replace(world=world))
            found.setdefault(place_of(one.policy.location, root), []).append(placed)
        for account in organisation.accounts.values():
            groups |= {(world, user): listed for user, listed in _memberships(account).items()}
    return Inventory(tuple(_joined(place, found[place]) for place in sorted(found, key=in_order)), groups)


def _joined(place: DocumentPlace, found: list[_Found]) -> Document:
    uses = tuple(sorted({one.use for one in found if one.use is not None}, key=_by_holder))
    counting = [one for one in found if not one.excluded and one.use is not None]
    reason = "" if counting else next((one.excluded for one in found if one.excluded), NOT_ATTACHED)
    first = (counting or found)[0]
    if not reason and not first.policy.usable:
        reason = BROKEN
    return Document(place, first.name, first.policy, uses, reason)


def _by_holder(use: Use) -> tuple[str, str, int]:
    return use.layer.value, use.holder, use.world


def _documents(organisation: Organisation) -> Iterator[_Found]:
    for account in organisation.accounts.values():
        yield from _identities(account)
        yield from _sessions(account)
        yield from _resources(account)
    if organisation.root is not None:
        yield from _nodes(organisation.root)


def _identities(account: Account) -> Iterator[_Found]:
    identities = account.identities
    if identities is None:
        return
    holders: Iterable[User | Role | Group] = (
        *identities.users.values(),
        *identities.groups.values(),
        *identities.roles.values(),
    )
    for holder in holders:
        use, of_aws = Use(LayerName.IDENTITY, holder.arn), OF_AWS if getattr(holder, "service_linked", False) else ""
        yield from (_Found(policy, name, use, of_aws) for name, policy in holder.inline.items())
        yield from _managed(account, holder.managed, use)
        boundary: PolicyReference | None = getattr(holder, "boundary", None)
        if boundary is not None:
            yield from _managed(account, (boundary,), Use(LayerName.BOUNDARY, holder.arn))
    for arn, policy in identities.trust.items():
        role = identities.roles.get(arn)
        of_aws = OF_AWS if role is not None and role.service_linked else ""
        yield _Found(policy, f"trust policy of {arn.rsplit('/', 1)[-1]}", Use(LayerName.RESOURCE, arn), of_aws)
    for arn, policy in identities.managed.items():
        reference = PolicyReference(arn.rsplit("/", 1)[-1], arn)
        yield _Found(policy, reference.name, None, OF_AWS if reference.aws_managed else "")


def _managed(account: Account, references: Iterable[PolicyReference], use: Use) -> Iterator[_Found]:
    for reference in references:
        policy = account.document(reference)
        if policy is not None:
            yield _Found(policy, reference.name, use, OF_AWS if reference.aws_managed else "")


def _sessions(account: Account) -> Iterator[_Found]:
    for session, entries in (account.session_policies or {}).items():
        use = Use(LayerName.SESSION, session)
        for entry in entries:
            if isinstance(entry, PolicyReference):
                yield from _managed(account, (entry,), use)
            else:
                yield _Found(entry.policy, entry.name, use)


def _resources(account: Account) -> Iterator[_Found]:
    for arn, attached in (account.resource_policies or {}).items():
        if attached is not None:
            yield _Found(attached.policy, attached.name, Use(LayerName.RESOURCE, arn), _if_of_aws(attached.policy))
    for endpoint in (account.endpoints or {}).values():
        if endpoint.policy is not None:
            policy = endpoint.policy.policy
            yield _Found(policy, endpoint.policy.name, Use(LayerName.VPCE, endpoint.id), _if_of_aws(policy))


def _nodes(node: Node) -> Iterator[_Found]:
    for layer, policies in ((LayerName.SCP, node.scps), (LayerName.RCP, node.rcps)):
        for attached in policies or ():
            arn = parse_arn(attached.arn or "")
            of_aws = OF_AWS if arn is not None and arn.account == AWS_OWNER else _if_of_aws(attached.policy)
            yield _Found(attached.policy, attached.name, Use(layer, node.id), of_aws)
    for child in node.children:
        yield from _nodes(child)


def _if_of_aws(policy: Policy) -> str:
    """A text that stands in no file of the user's is one that AWS attaches by itself."""
    return OF_AWS if policy.location.source.written_here else ""


def _memberships(account: Account) -> dict[str, tuple[str, ...]]:
    identities = account.identities
    if identities is None:
        return {}
    return {
        user.arn: tuple(identities.groups[name].arn for name in user.groups if name in identities.groups)
        for user in identities.users.values()
    }
