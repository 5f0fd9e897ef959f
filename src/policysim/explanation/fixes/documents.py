"""Which documents can be edited, why the others cannot, and who else has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.principals import attachments_of
from policysim.evaluation.layers import LAYER, Combine, LayerName
from policysim.language.arns import is_account_id, is_reserved_role, parse_arn
from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.account.account import Node, Organisation
    from policysim.evaluation.decision import StatementMatch
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.source import Location

_MANAGED_BY_AWS: Final[tuple[tuple[str, str], ...]] = (
    (":iam::aws:policy/", "only AWS changes an AWS managed policy"),
    ("/aws-service-role/", "only its service changes a service-linked role"),
    ("/aws-reserved/", "the role belongs to IAM Identity Center: change its permission set instead"),
)
"""Parts of an ARN, of a document or of what it is attached to, that tell that nobody but AWS edits it (spec G25)."""

OF_PERMISSION_SET: Final = "AwsSSOInlinePolicy"
"""The inline policy of a role of IAM Identity Center: the one that its permission set holds."""

_RESERVED_PREFIX: Final = "AWSReservedSSO_"

QUARANTINE: Final = ":iam::aws:policy/AWSCompromisedKeyQuarantine"
"""The policies that AWS attaches to a user whose access keys it found in public: nobody gets round them."""

AWS_KEY_MANAGER: Final = "AWS"

EVERYBODY: Final = "*"

_IMPLIED: Final = frozenset({"FullAWSAccess", "RCPFullAWSAccess"})
"""Policies that stand at a level without having been written by anybody (spec E22, E27)."""


def documents(case: Case, aim: Aim) -> tuple[AttachedPolicy, ...]:
    """The documents of a layer (of one of its levels) that can be edited, those that bind the fewest others first."""
    editable = [attached for attached in in_aim(case, aim) if refusal(case, attached) is None]
    return tuple(sorted(editable, key=lambda attached: len(also_affected(case, attached, aim.layer))))


def refusals(case: Case, aim: Aim) -> tuple[str, ...]:
    """A sentence for each reason why documents of a layer were left alone."""
    names: dict[str, list[str]] = {}
    for attached in in_aim(case, aim):
        why = refusal(case, attached)
        if why is not None and attached.name not in _IMPLIED:
            names.setdefault(why, []).append(f"`{attached.name}`")
    return tuple(f"{' and '.join(found)} cannot be edited: {why}" for why, found in names.items())


def refusal(case: Case, attached: AttachedPolicy) -> str | None:
    """Why a document cannot be edited, or ``None`` when it can (spec G25, E38, S25)."""
    if attached.policy.type is PolicyType.RESOURCE and case.request.resource.key_manager == AWS_KEY_MANAGER:
        return "only AWS changes the policy of an AWS managed key: use a key of your own"
    origin = attached.policy.location.source.origin
    if origin is not None and not origin.editable:
        file = attached.policy.location.source.name
        return f"the text is worked out from `{file}`: change it there by hand, or where that is made"
    of_permission_set = permission_set_of(attached.attached_to or "") is not None
    if of_permission_set and attached.arn is None:
        return None if attached.name == OF_PERMISSION_SET else managed_by_aws(attached.attached_to or "")
    managed = managed_by_aws(attached.arn or "")
    if managed is None and not of_permission_set:
        managed = managed_by_aws(attached.attached_to or "")
    return managed if managed or attached.editable else "only AWS changes it"


def permission_set_of(owner_arn: str) -> str | None:
    """The name of the permission set that IAM Identity Center made a role for; ``None`` for any other identity (P23).

    The role is named ``AWSReservedSSO_NAME_SUFFIX``.
    """
    if not is_reserved_role(owner_arn):
        return None
    name = owner_arn.rsplit("/", 1)[-1].removeprefix(_RESERVED_PREFIX)
    return name.rpartition("_")[0] or name


def managed_by_aws(arn: str) -> str | None:
    """Why nobody but AWS edits what has this ARN, or the policies attached to it; ``None`` for the customer's own."""
    return next((why for part, why in _MANAGED_BY_AWS if part in arn), None)


def same_document(one: Location, other: Location) -> bool:
    """Whether two places are one document of one file, even if the file was read twice."""
    same_file = one.source is other.source or (
        one.source.name == other.source.name and one.source.text == other.source.text
    )
    return same_file and one.path == other.path


def in_aim(case: Case, aim: Aim) -> Iterator[AttachedPolicy]:
    """The document whose Deny is to be narrowed, or every document of the layer (of its level) that lacks an Allow."""
    if aim.deny is not None:
        yield aim.deny.attached
        return
    layer = case.policies.get(aim.layer)
    for level in layer.levels if layer is not None else ():
        if aim.node in {None, level.node} or LAYER[aim.layer].combine is not Combine.LEVELS:
            yield from level.policies


def also_affected(case: Case, attached: AttachedPolicy, layer: LayerName) -> tuple[str, ...]:
    """Who besides the caller is bound by the document: ARNs, or account ids for policies of the organisation."""
    if layer in {LayerName.SCP, LayerName.RCP}:
        own = case.request.principal.account if layer is LayerName.SCP else case.request.resource.account
        return tuple(id_ for id_ in _accounts_under(case.organisation, attached) if id_ != own)
    own_arn = case.request.principal.entity_arn or case.request.principal.arn
    if attached.arn is not None:
        return tuple(arn for arn in attachments_of(case.organisation, attached.arn) if arn != own_arn)
    permission_set = permission_set_of(attached.attached_to or "")
    if permission_set is not None:
        return tuple(arn for arn in _roles_of(case.organisation, permission_set) if arn != own_arn)
    group = parse_arn(attached.attached_to or "")
    if group is None or group.resource_type != "group":
        return ()
    return tuple(arn for arn in _members(case.organisation, group.account, group.name) if arn != own_arn)


def bound_by(case: Case, attached: AttachedPolicy, layer: LayerName) -> int:
    """How many are bound by the document, the caller included: what one of them gets, all get."""
    return 1 + len(also_affected(case, attached, layer))


def named_besides(case: Case, match: StatementMatch) -> tuple[str, ...]:
    """Whom a statement of a resource's or an endpoint's policy names besides the caller; ``*`` for everybody."""
    principal = match.statement.principal
    if principal is None or match.layer not in {LayerName.RESOURCE, LayerName.VPCE}:
        return ()
    if principal.negated:
        return (EVERYBODY,)
    caller = case.request.principal
    own = {caller.arn, caller.entity_arn, caller.service, caller.provider}
    return tuple(dict.fromkeys(entry.value for entry in principal.entries if entry.value not in own))


def _roles_of(organisation: Organisation, permission_set: str) -> Iterator[str]:
    """The roles that stand for a permission set, in every account at hand."""
    for account in organisation.accounts.values():
        for arn in account.identities.roles if account.identities is not None else ():
            if permission_set_of(arn) == permission_set:
                yield arn


def _members(organisation: Organisation, account_id: str, group: str) -> Iterator[str]:
    account = organisation.accounts.get(account_id)
    identities = account.identities if account is not None else None
    for user in identities.users.values() if identities is not None else ():
        if group in user.groups:
            yield user.arn


def _accounts_under(organisation: Organisation, attached: AttachedPolicy) -> tuple[str, ...]:
    """The accounts of the organisation that a policy of it binds, by the nodes that it is attached to."""
    if organisation.root is None:
        return ()
    return tuple(dict.fromkeys(_bound(organisation.root, attached.policy.location, inherited=False)))


def accounts_below(organisation: Organisation, node_id: str) -> tuple[str, ...]:
    """The accounts at and below a node of the organisation."""
    path = organisation.path_to(node_id)
    return () if path is None else tuple(_accounts_of(path[-1]))


def _accounts_of(node: Node) -> Iterator[str]:
    if is_account_id(node.id):
        yield node.id
    for child in node.children:
        yield from _accounts_of(child)


def _bound(node: Node, place: Location, *, inherited: bool) -> Iterator[str]:
    own = (*(node.scps or ()), *(node.rcps or ()))
    bound = inherited or any(same_document(other.policy.location, place) for other in own)
    if bound and is_account_id(node.id):
        yield node.id
    for child in node.children:
        yield from _bound(child, place, inherited=bound)
