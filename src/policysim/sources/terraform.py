"""The policies that are in force once a Terraform or OpenTofu plan was applied; of a state, those in force now.

What a plan leaves open is kept open: see ``terraform_documents`` for policies that are not known yet, and
``terraform_names`` for names that are not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from policysim.account.account import Account, Organisation
from policysim.account.on_demand import OnDemand
from policysim.sources.errors import InputError
from policysim.sources.laid_over import account_over, organisation_over
from policysim.sources.terraform_holdings import Holdings
from policysim.sources.terraform_identities import identities_of
from policysim.sources.terraform_names import FORMS
from policysim.sources.terraform_organization import check_organisation, organisation_of
from policysim.sources.terraform_readers import PlanReaders
from policysim.sources.terraform_resources import POLICY_TYPES, ResourcePolicies
from policysim.sources.terraform_settings import SETTINGS, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.account.on_demand import Reader
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.sources.in_force import PolicySource
    from policysim.sources.json_values import Json


def read_plan(source: PolicySource, whole: Json, base: Organisation | None = None) -> Organisation:
    """The accounts that a plan describes, over those that were collected before it, if any were.

    Without a base the session policies of an account are none, and its VPC endpoints those of the plan: a plan does
    not speak of sessions, and a request need not come through an endpoint that nobody described.

    Raises:
        InputError: the plan cannot be read, holds nothing that counts, or does not tell its account or Region.
    """
    readers = PlanReaders.of(whole, source.account_id, source.region)
    if base is not None and not source.standalone:
        check_organisation(readers)
    reading = _Reading(readers)
    ids = reading.accounts()
    organisation = organisation_of(readers)
    if not ids and base is None and organisation.root is None:
        raise InputError(f"{readers.plan.name}: this plan holds no AWS resource that has or gives policies")
    before = base or Organisation()
    accounts = {account_id: before.accounts[account_id] for account_id in before.accounts}
    for account_id in sorted(ids):
        accounts[account_id] = reading.account(account_id, accounts.get(account_id))
    return organisation_over(organisation, before, accounts)


class _Reading:
    """Puts the parts of a plan together, account by account."""

    def __init__(self, readers: PlanReaders) -> None:
        self._readers = readers
        self._holdings = Holdings(readers)
        self._resources = ResourcePolicies(readers)
        self._policies = self._resources.by_account()
        self._settings = Settings(readers)

    def accounts(self) -> set[str]:
        """The accounts of which the plan holds or deletes anything."""
        kinds = {*FORMS, *POLICY_TYPES, *SETTINGS}
        gone = [one for one in self._readers.plan.removed if one.type in kinds]
        listed = {self._readers.accounts.of(one).account for one in (*self._readers.plan.of_type(*kinds), *gone)}
        return listed | self._holdings.accounts | self._policies.keys()

    def account(self, account_id: str, before: Account | None) -> Account:
        """One account once the plan was applied."""
        identities = identities_of(
            account_id, self._readers, self._holdings, None if before is None else before.identities
        )
        policies: Mapping[str, AttachedPolicy | None] = OnDemand(partial(self._resource_policies, account_id, before))
        planned = Account(
            id=account_id,
            name=self._readers.plan.name,
            partition=self._partition(account_id),
            identities=identities,
            resource_policies=policies or None,
            session_policies={},
            endpoints=OnDemand(partial(self._settings.endpoints, account_id)),
            tags=self._settings.tags(account_id) or None,
            grants=self._settings.grants(account_id) or None,
            public_access=self._settings.public_access(account_id, None if before is None else before.public_access),
        )
        if before is None:
            return planned
        return replace(account_over(planned, before, identities), public_access=planned.public_access)

    def _resource_policies(self, account: str, before: Account | None) -> dict[str, Reader[AttachedPolicy | None]]:
        found = dict(self._policies.get(account, {}))
        if before is None or before.resource_policies is None:
            return found
        listed = before.resource_policies
        over = {arn: self._resources.over(arn, read, listed[arn]) for arn, read in found.items() if arn in listed}
        cleared = {arn for arn in self._resources.cleared if arn in listed and arn not in found}
        return {**self._resources.reduced(listed), **found, **over, **dict.fromkeys(cleared, _nothing)}

    def _partition(self, account: str) -> str:
        found = (self._readers.accounts.of(one) for one in self._readers.plan.of_type(*FORMS))
        return next((where.partition for where in found if where.account == account), "aws")


def _nothing() -> None:
    return None
