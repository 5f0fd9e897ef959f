"""What every part of the reading of one plan needs: its resources, their places and names, its documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.sources.terraform_accounts import Accounts
from policysim.sources.terraform_documents import Documents
from policysim.sources.terraform_names import Names
from policysim.sources.terraform_plan import Plan
from policysim.sources.terraform_references import References

if TYPE_CHECKING:
    from policysim.sources.json_values import Json


class PlanReaders(NamedTuple):
    """The readers of one plan."""

    plan: Plan
    accounts: Accounts
    names: Names
    references: References
    documents: Documents

    @classmethod
    def of(cls, whole: Json, account: str | None, region: str | None) -> PlanReaders:
        """The readers of the plan in a JSON text; ``account`` and ``region`` are what a person states of it."""
        plan = Plan(whole)
        accounts, references = Accounts(plan, account, region), References(plan)
        return cls(plan, accounts, Names(accounts), references, Documents(references))
