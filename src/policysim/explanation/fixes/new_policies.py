"""A document of its own where there is none to edit: an inline policy, a managed one, the first policy of a resource.

An AWS managed policy is never edited: a customer managed copy of it takes its place. Source: spec E6, E18, E22, G16,
G25, X4, S11.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from policysim.account.full_access import FULL_AWS_ACCESS
from policysim.account.policy_holders import policy_holders
from policysim.catalog.quotas import MANAGED_ON_ROLE, MANAGED_ON_USER, SCPS_ON_NODE
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.explanation.diagnosis import FixKind
from policysim.explanation.fixes.breadth import EVERYTHING
from policysim.explanation.fixes.candidates import Candidate
from policysim.explanation.fixes.deployment import can_deploy
from policysim.explanation.fixes.documents import (
    OF_PERMISSION_SET,
    also_affected,
    documents,
    in_aim,
    managed_by_aws,
    permission_set_of,
)
from policysim.explanation.fixes.grants import allows_anything, warning_for_new_statement
from policysim.explanation.fixes.statements import granting_statement, written_action
from policysim.language.arns import parse_arn
from policysim.language.edits import TextEdit, add_member, append_to_list, apply_edits
from policysim.language.locator import locate
from policysim.language.policy import VARIABLES_VERSION
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy, read_policy
from policysim.language.request import PrincipalKind
from policysim.language.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.account.account import Role, User
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.explanation.fixes.statements import Json
    from policysim.language.policy import Policy
    from policysim.language.request import Request
    from policysim.language.source import Location

_MANAGED_QUOTA: Final = {"user": MANAGED_ON_USER.default, "role": MANAGED_ON_ROLE.default}
_BROADEST: Final = EVERYTHING * EVERYTHING
"""Everything on everything: whatever else works comes first."""

_ALL_ACTIONS: Final = (
    "FullAWSAccess allows every action at `{node}`: an SCP that allows this one alone is narrower, where FullAWSAccess"
    " was detached on purpose"
)
_INSTEAD: Final = "AWS never lets its own policies be edited: this is a copy of `{name}`, which AWS no longer updates"


def new_inline_policy(case: Case, aim: Aim) -> Iterator[Candidate]:
    """An inline policy for the caller's own user or role, where each of its documents binds others, or none is there.

    Of a permission set there is one inline policy: a second one would take the place of the first.
    """
    owner, there = _owner(case), documents(case, aim)
    if owner is None or (there and permission_set_of(owner) is not None):
        return
    if all(also_affected(case, attached, aim.layer) for attached in there):
        yield from _new(case, aim, owner, PolicyType.IDENTITY)


def new_managed_policy(case: Case, aim: Aim) -> Iterator[Candidate]:
    """A customer managed policy for the caller's own user or role, where its inline policies have no room left."""
    owner = _owner(case)
    arn = parse_arn(owner or "")
    entity = _entity(case, owner)
    if owner is None or arn is None or entity is None or permission_set_of(owner) is not None:
        return
    if len(entity.managed) >= _MANAGED_QUOTA.get(arn.resource_type, 0):
        return
    for candidate in _new(case, aim, owner, PolicyType.IDENTITY, managed=True):
        name = candidate.attached.name
        policy_arn = f"arn:{arn.partition}:iam::{arn.account}:policy/{name}"
        yield candidate._replace(attached=candidate.attached._replace(arn=policy_arn))


def new_resource_policy(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The first policy of a resource that is known to have none; never where one may exist that nobody collected."""
    layer, arn = case.policies.get(LayerName.RESOURCE), parse_arn(case.request.resource.arn)
    if arn is None or (layer is not None and (layer.policies or layer.gaps)):
        return
    holder = policy_holders(arn)[-1]
    if can_deploy(holder):
        yield from _new(case, aim, holder, PolicyType.RESOURCE)


def copy_of_boundary(case: Case, aim: Aim) -> Iterator[Candidate]:
    """A customer managed copy of an AWS managed permissions boundary, with a statement for the request."""
    owner = _owner(case)
    arn = parse_arn(owner or "")
    for attached in in_aim(case, aim):
        if arn is None or managed_by_aws(attached.arn or "") is None or permission_set_of(str(arn)) is not None:
            continue
        statement = granting_statement(case, aim.layer, attached.policy.type, attached.policy.version)
        whole: Json = json.loads(locate(attached.policy.location).text)
        listed = whole.get("Statement")
        if statement is None or listed is None:
            continue
        whole["Statement"] = [*(listed if isinstance(listed, list) else [listed]), statement]
        name = _name(case.request)
        source, edit = _document(name, whole)
        policy_arn = f"arn:{arn.partition}:iam::{arn.account}:policy/{name}"
        yield Candidate(
            FixKind.NEW_POLICY,
            f"put a copy of `{attached.name}` that allows `{written_action(case.request)}` in its place as boundary",
            AttachedPolicy(name, parse_policy(source, attached.policy.type), policy_arn, owner),
            aim.layer,
            (edit,),
            1,
            warning=_INSTEAD.format(name=attached.name),
            new=True,
            instead=True,
        )


def attach_full_access(case: Case, aim: Aim) -> Iterator[Candidate]:
    """FullAWSAccess attached again to the node whose SCPs allow nothing at all (spec E18, E22).

    SCPs that allow something are a list of what the node may do, and nobody ends that for one request.
    """
    path = case.organisation.path_to(aim.node) if aim.node is not None else None
    if path is None or path[-1].scps_at is None or path[-1].scps is None or allows_anything(case, aim):
        return
    node = path[-1]
    attached_now = [attached.name for attached in node.scps or ()]
    if FULL_AWS_ACCESS.name in attached_now or len(attached_now) >= SCPS_ON_NODE.default:
        return
    policy = AttachedPolicy(
        FULL_AWS_ACCESS.name, FULL_AWS_ACCESS.document(), FULL_AWS_ACCESS.arn, node.id, editable=False
    )
    place = node.scps_at
    yield Candidate(
        FixKind.ATTACH_POLICY,
        f"attach FullAWSAccess to `{node.id}` ({node.name})",
        policy,
        aim.layer,
        (append_to_list(place, FULL_AWS_ACCESS.name),) if place is not None else (),
        _BROADEST,
        warning=_ALL_ACTIONS.format(node=node.id),
        attached_at=node.id,
    )


def _owner(case: Case) -> str | None:
    caller = case.request.principal
    if caller.kind not in {PrincipalKind.USER, PrincipalKind.ROLE_SESSION}:
        return None
    return caller.entity_arn or caller.arn


def _entity(case: Case, owner: str | None) -> User | Role | None:
    account = case.organisation.account(case.request.principal.account)
    if owner is None or account is None or account.identities is None:
        return None
    return account.identities.users.get(owner) or account.identities.roles.get(owner)


def _new(case: Case, aim: Aim, owner: str, type_: PolicyType, *, managed: bool = False) -> Iterator[Candidate]:
    of_permission_set = permission_set_of(owner)
    if managed_by_aws(owner) is not None and of_permission_set is None:
        return
    statement = granting_statement(case, aim.layer, type_, VARIABLES_VERSION)
    if statement is None:
        return
    name = OF_PERMISSION_SET if of_permission_set is not None else _name(case.request)
    whole: Json = {"Version": VARIABLES_VERSION, "Statement": [statement]}
    written = None if managed else _in_folder(case, owner, type_, name, whole)
    policy, edit = written if written is not None else _in_its_own_file(name, type_, whole)
    yield Candidate(
        FixKind.NEW_POLICY,
        f"give `{owner}` a policy of its own that allows `{written_action(case.request)}`",
        AttachedPolicy(name, policy, attached_to=owner),
        aim.layer,
        (edit,),
        1,
        warning=warning_for_new_statement(case, aim, statement),
        new=True,
    )


def _in_its_own_file(name: str, type_: PolicyType, whole: Json) -> tuple[Policy, TextEdit]:
    source, edit = _document(name, whole)
    return parse_policy(source, type_), edit


def _in_folder(case: Case, owner: str, type_: PolicyType, name: str, whole: Json) -> tuple[Policy, TextEdit] | None:
    """The document entered where the account folder lists those of the owner; ``None`` where that is not known."""
    arn = parse_arn(owner)
    if type_ is PolicyType.RESOURCE:
        account = case.organisation.account(case.request.resource.account)
        place = account.places.get(_RESOURCE_POLICIES) if account is not None else None
        return _entered(place, owner, whole) if place is not None else None
    account = case.organisation.account(case.request.principal.account)
    place = account.identities.places.get(owner) if account is not None and account.identities is not None else None
    listed = _INLINE_LIST.get(arn.resource_type) if arn is not None else None
    return _listed(place, listed, name, whole) if place is not None and listed is not None else None


_RESOURCE_POLICIES: Final = "resource-policies"
_INLINE_LIST: Final = {"user": "UserPolicyList", "role": "RolePolicyList"}
"""Where the authorization details keep inline policies."""


def _entered(place: Location, holder: str, whole: Json) -> tuple[Policy, TextEdit] | None:
    """The document as the member of a map by ARN."""
    if not locate(place).text.startswith("{"):
        return None
    edit = add_member(place, holder, whole)
    after = place._replace(source=apply_edits(place.source, (edit,)))
    return read_policy(whole, after.below(holder), PolicyType.RESOURCE), edit


def _listed(place: Location, member: str, name: str, whole: Json) -> tuple[Policy, TextEdit] | None:
    """The document as one more inline policy of a user or role; ``None`` where one of that name is there."""
    entry = json.loads(locate(place).text)
    there = entry.get(member)
    inline: Json = {"PolicyName": name, "PolicyDocument": whole}
    if isinstance(there, list):
        if any(isinstance(one, dict) and one.get("PolicyName") == name for one in there):
            return None
        edit, index = append_to_list(place.below(member), inline), len(there)
    else:
        edit, index = add_member(place, member, [inline]), 0
    after = place._replace(source=apply_edits(place.source, (edit,)))
    return read_policy(whole, after.below(member, index, "PolicyDocument"), PolicyType.IDENTITY), edit


def _document(name: str, value: Json) -> tuple[Source, TextEdit]:
    """A file that does not exist yet, and the edit that writes it."""
    source = Source(f"{name}.json", "")
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return source, TextEdit(Span(source, 0, 0), text)


def _name(request: Request) -> str:
    """A file and policy name that tells what the policy is for."""
    resource = parse_arn(request.resource.arn)
    words = (written_action(request), resource.name if resource is not None else "")
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(("allow", *words))).strip("-").lower()[:64].strip("-")
