"""Whether an edited document still fits: AWS refuses one that is too large, or that has letters it does not take.

Source: IAM User Guide, reference_iam-quotas; Organizations User Guide, orgs_reference_limits; spec G10 to G15.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.quotas import RESOURCE_QUOTAS, SIZE_QUOTAS
from policysim.language.arns import parse_arn
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.account.account import Identities
    from policysim.catalog.quotas import SizeQuota
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.fixes.candidates import Case
    from policysim.explanation.fixes.verification import Outcome
    from policysim.language.policy import Policy

_INLINE: Final = {"user": 1, "group": 2, "role": 3}
"""Which of the quotas of identity-based policies holds for inline ones, by the type of identity."""

_REFUSED: Final = re.compile("[^\t\n\r\x20-\xff]")
_STORED_BY_IAM: Final = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.TRUST, PolicyType.SESSION})


class Fit(NamedTuple):
    """Why an edit cannot be deployed as it is (empty when it can), and what must be done first (empty: nothing)."""

    refused: str = ""
    warning: str = ""


FITS: Final = Fit()


def fit(case: Case, outcome: Outcome) -> Fit:
    """Whether AWS takes the edited document in the place of the one that is attached, or in none yet if it is new."""
    text, edited, attached = outcome.text, outcome.policy, outcome.candidate.attached
    before_text = "" if outcome.candidate.new else locate(attached.policy.location).text
    letter = _REFUSED.search(text) if edited.type in _STORED_BY_IAM else None
    if letter is not None and not _REFUSED.search(before_text):
        return Fit(f"IAM takes no letter such as `{letter[0]}` (U+{ord(letter[0]):04X}) in `{attached.name}`")
    quota = quota_of(attached)
    if quota is None:
        return FITS
    others = sum(map(quota.size_of, _beside(case, attached)))
    size, before = quota.size_of(text) + others, quota.size_of(before_text) + others
    if size <= quota.default or (before > quota.default and size <= quota.largest):
        return FITS
    if size <= quota.largest:
        raised = f"{quota.what} may have {quota.default:,} {quota.unit}, and this one has {size:,} then"
        return Fit(warning=f"{raised}: have the quota raised first (up to {quota.largest:,})")
    over = size - quota.largest
    return Fit(f"`{attached.name}` has no room: {quota.what} may have {quota.largest:,} {quota.unit}, {over:,} too few")


def quota_of(attached: AttachedPolicy) -> SizeQuota | None:
    """The quota on the size of a document, by its type and by what it is attached to; ``None`` where none is known."""
    owner = parse_arn(attached.attached_to or "")
    type_ = attached.policy.type
    if type_ is PolicyType.RESOURCE:
        return RESOURCE_QUOTAS.get(owner.service) if owner is not None else None
    quotas = SIZE_QUOTAS[type_.value]
    if type_ is PolicyType.IDENTITY and attached.arn is None and owner is not None:
        return quotas[_INLINE.get(owner.resource_type, 0)]
    return quotas[0]


def _beside(case: Case, attached: AttachedPolicy) -> Iterator[str]:
    """The other inline policies of the same identity, which share its quota."""
    if attached.policy.type is not PolicyType.IDENTITY or attached.arn is not None:
        return
    owner = parse_arn(attached.attached_to or "")
    account = case.organisation.account(owner.account) if owner is not None else None
    if owner is None or account is None or account.identities is None:
        return
    for name, policy in _inline_of(account.identities, str(owner), owner.name).items():
        if name != attached.name:
            yield locate(policy.location).text


def _inline_of(identities: Identities, arn: str, name: str) -> dict[str, Policy]:
    group = identities.groups.get(name)
    for entity in (identities.users.get(arn), identities.roles.get(arn), group):
        if entity is not None and entity.arn == arn:
            return dict(entity.inline)
    return {}
