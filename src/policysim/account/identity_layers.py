"""The layers that hang on the caller: identity-based policies, the permissions boundary, session policies.

Source: IAM User Guide, access_policies and access_policies_boundaries; spec E6, E12, E13, E15, E16, E36 to E38.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.account import gaps
from policysim.account.account import PolicyReference, Role, User
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, Gap, one_level
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.account.account import Account, Group, Identities, Organisation
    from policysim.evaluation.policy_set import LayerPolicies
    from policysim.language.policy import Policy
    from policysim.language.request import Principal

WITH_IDENTITY_POLICIES = frozenset({PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})
"""The kinds of caller behind which a user or role stands; the others have no identity-based policies."""

WITH_SESSION_POLICIES = frozenset({PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})
"""The kinds of caller whose sessions can be given session policies (spec E13)."""


class Documents(NamedTuple):
    """Documents found, and gaps for those that were not."""

    policies: tuple[AttachedPolicy, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def layer(self, node: str) -> LayerPolicies:
        """The documents as a layer of one level."""
        return one_level(node, self.policies, self.gaps)


def identity_layers(
    principal: Principal, entity: User | Role | None, organisation: Organisation
) -> dict[LayerName, LayerPolicies]:
    """The layers that hang on the caller; ``entity`` is the user or role behind it, as far as it was collected."""
    if principal.kind not in WITH_IDENTITY_POLICIES:
        return {}
    account = organisation.account(principal.account)
    if entity is None or account is None:
        missing = (_why_missing(principal, account),)
        layers = {name: Documents(gaps=missing) for name in (LayerName.IDENTITY, LayerName.BOUNDARY)}
    else:
        layers = {LayerName.IDENTITY: _identity(entity, account)}
        if entity.boundary is not None:
            layers[LayerName.BOUNDARY] = _managed(account, (entity.boundary,), entity.arn)
    if principal.kind in WITH_SESSION_POLICIES:
        session = _session(principal, account)
        if session is not None:
            layers[LayerName.SESSION] = session
    node = principal.entity_arn or principal.arn or principal.kind.value
    return {name: documents.layer(node) for name, documents in layers.items()}


def _why_missing(principal: Principal, account: Account | None) -> Gap:
    if principal.account is None:
        return gaps.entity_unknown("the account of the caller")
    if account is None:
        return gaps.account_missing(principal.account, "users, roles and policies")
    if account.identities is None:
        return gaps.details_missing(account)
    arn = principal.entity_arn or principal.arn
    if arn is not None and not account.identities.whole:
        return gaps.others_unknown(account)
    return (
        gaps.entity_unknown("the user or role behind the caller") if arn is None else gaps.entity_missing(account, arn)
    )


def _identity(entity: User | Role, account: Account) -> Documents:
    editable = not (isinstance(entity, Role) and entity.service_linked)
    parts = [_inline(entity.inline, entity.arn, editable=editable), _managed(account, entity.managed, entity.arn)]
    if isinstance(entity, User) and account.identities is not None:
        parts += [_group(name, account, account.identities) for name in entity.groups]
    return _together(parts)


def _group(name: str, account: Account, identities: Identities) -> Documents:
    group: Group | None = identities.groups.get(name)
    if group is None:
        arn = f"arn:{account.partition}:iam::{account.id}:group/{name}"
        return Documents(gaps=(gaps.entity_missing(account, arn),))
    return _together([_inline(group.inline, group.arn, editable=True), _managed(account, group.managed, group.arn)])


def _inline(documents: Mapping[str, Policy], owner: str, *, editable: bool) -> Documents:
    return Documents(tuple(AttachedPolicy(name, policy, None, owner, editable) for name, policy in documents.items()))


def _managed(account: Account, references: Iterable[PolicyReference], owner: str) -> Documents:
    found: list[AttachedPolicy] = []
    missing: list[Gap] = []
    for reference in references:
        policy = account.document(reference)
        if policy is None:
            missing.append(gaps.policy_missing(reference))
        else:
            found.append(AttachedPolicy(reference.name, policy, reference.arn, owner, not reference.aws_managed))
    return Documents(tuple(found), tuple(missing))


def _session(principal: Principal, account: Account | None) -> Documents | None:
    """The session policies, by the session's ARN or else by that of the role or user behind it; ``None``: none."""
    session = principal.arn or principal.entity_arn or "the session"
    if account is None:
        return Documents(gaps=(gaps.account_missing(principal.account or "unknown", "session policies"),))
    collected = account.session_policies
    if collected is None:
        return Documents(gaps=(gaps.session_policies_missing(account, session),))
    key = next((arn for arn in (principal.arn, principal.entity_arn) if arn is not None and arn in collected), None)
    if key is None:
        covered = account.covers(collected, "sts")
        return None if covered else Documents(gaps=(gaps.session_policies_missing(account, session),))
    entries = collected[key]
    inline = [entry for entry in entries if isinstance(entry, AttachedPolicy)]
    references = [entry for entry in entries if isinstance(entry, PolicyReference)]
    return _together([Documents(tuple(inline)), _managed(account, references, key)]) if entries else None


def _together(parts: list[Documents]) -> Documents:
    return Documents(
        tuple(policy for part in parts for policy in part.policies), tuple(gap for part in parts for gap in part.gaps)
    )
