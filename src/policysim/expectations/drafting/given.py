"""What nearly every answer would hang on: stated once, above the sentences on each principal.

Source: IAM User Guide, reference_policies_condition-keys (`aws:RequestedRegion`, `aws:SecureTransport`); Organizations
User Guide, SCP examples that deny access by Region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.expectations.drafting.said import Said
from policysim.expectations.sentences import Test
from policysim.language.operators import operator_named
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.account.account import Account, Node, Organisation
    from policysim.language.policy import ConditionEntry, Policy

REGION: Final = "aws:RequestedRegion"
TRANSPORT: Final = "aws:SecureTransport"
ENDPOINT: Final = "aws:SourceVpce"


def usual_conditions(organisation: Organisation) -> tuple[Said, ...]:
    """The Regions that every Region rule leaves, and a call over TLS, where a Deny in force asks for them.

    And a call that comes through no VPC endpoint, where there are endpoints with a policy, or nobody knows.
    """
    entries = [entry for policy in _policies(organisation) for entry in _conditions_of_denies(policy)]
    found = []
    regions = _regions(entries)
    if regions:
        found.append(Said(REGION, Test.EQUALS, regions))
    if any(entry.key.lower() == TRANSPORT.lower() for entry in entries):
        found.append(Said(TRANSPORT, Test.EQUALS, ("true",)))
    if any(map(_may_come_through_endpoints, organisation.accounts.values())):
        found.append(Said(ENDPOINT, Test.ABSENT))
    return tuple(found)


def _may_come_through_endpoints(account: Account) -> bool:
    if account.endpoints is None:
        return True
    return any(one.policy is not None or not one.policy_collected for one in account.endpoints.values())


def _regions(entries: list[ConditionEntry]) -> tuple[str, ...]:
    """The Regions that all Denies of other Regions let pass; none where they let none pass in common."""
    left: list[str] | None = None
    for entry in entries:
        operator = operator_named(entry.operator)
        if entry.key.lower() != REGION.lower() or operator is None or not operator.base.negated:
            continue
        if any("*" in value or "$" in value for value in entry.values):
            continue
        left = [value for value in (entry.values if left is None else left) if value in entry.values]
    return tuple(left or ())


def _conditions_of_denies(policy: Policy) -> Iterator[ConditionEntry]:
    for statement in policy.statements:
        if statement.effect is Effect.DENY:
            yield from statement.conditions


def _policies(organisation: Organisation) -> Iterator[Policy]:
    if organisation.root is not None:
        yield from _of_node(organisation.root)
    for account in organisation.accounts.values():
        yield from _of_account(account)


def _of_node(node: Node) -> Iterator[Policy]:
    for attached in (*(node.scps or ()), *(node.rcps or ())):
        yield attached.policy
    for child in node.children:
        yield from _of_node(child)


def _of_account(account: Account) -> Iterator[Policy]:
    if account.identities is not None:
        yield from account.identities.managed.values()
    for attached in (account.resource_policies or {}).values():
        if attached is not None:
            yield attached.policy
    for endpoint in (account.endpoints or {}).values():
        if endpoint.policy is not None:
            yield endpoint.policy.policy
