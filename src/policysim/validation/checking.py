"""Every finding on one document: what the reader says, and what each check of the table adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.catalog.facts import CATALOGUE
from policysim.language.problem_kinds import NO_RESOURCE
from policysim.validation import (
    actions,
    condition_keys,
    condition_values,
    documents,
    federation,
    principals,
    redundancy,
    resources,
    security,
    set_operators,
    type_rules,
    variables,
)
from policysim.validation.finding_kinds import kind_of_problem
from policysim.validation.subject import Subject, finding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policysim.catalog.facts import Catalogue
    from policysim.language.policy import Policy
    from policysim.language.problems import Problem
    from policysim.validation.findings import Finding

DOCUMENT_CHECKS: Final[tuple[Callable[[Policy], Iterable[Finding]], ...]] = (
    documents.characters,
    documents.sizes,
    documents.versions,
    documents.empty_sids,
    documents.repeated_statements,
)
"""The checks of a whole document."""

WITHOUT_RESOURCE: Final = frozenset({"ecr", "ecr-public", "elasticfilesystem"})
"""Services whose resource-based policies name no resource (their guides, 2026-11)."""

STATEMENT_CHECKS: Final[tuple[Callable[[Subject], Iterable[Finding]], ...]] = (
    type_rules.legacy_scps,
    type_rules.rcp_forms,
    type_rules.trust_actions,
    type_rules.endpoint_limits,
    principals.principal_forms,
    principals.principal_places,
    principals.not_principal_denies,
    principals.public_principals,
    principals.confused_deputies,
    federation.shared_providers,
    actions.unknown_actions,
    redundancy.redundant_actions,
    actions.excludes_everything,
    resources.actions_and_resources,
    resources.missing_resource_types,
    resources.odd_arns,
    redundancy.redundant_resources,
    condition_keys.condition_keys,
    condition_values.operator_types,
    condition_values.value_types,
    condition_values.literal_wildcards,
    condition_values.addresses,
    condition_values.sensitive_wildcards,
    set_operators.set_operators,
    variables.variables,
    security.full_access,
    security.negated_allows,
    security.roles_given_away,
    security.escalation,
)
"""The checks of one statement."""


def check_policy(policy: Policy, catalogue: Catalogue = CATALOGUE) -> tuple[Finding, ...]:
    """Every finding on a document: those of the reader first, then statement by statement."""
    found = [_of_problem(problem, policy) for problem in policy.problems if not _is_usual(problem, policy)]
    for check_document in DOCUMENT_CHECKS:
        found += check_document(policy)
    for statement in policy.statements:
        subject = Subject(policy, statement, catalogue)
        for check_statement in STATEMENT_CHECKS:
            found += check_statement(subject)
    return tuple(found)


def _is_usual(problem: Problem, policy: Policy) -> bool:
    """Whether the policies of the service lack a resource anyway: those of image repositories and file systems."""
    prefixes = {text.partition(":")[0].lower() for one in policy.statements for text in one.action.patterns}
    return problem.kind is NO_RESOURCE and prefixes <= WITHOUT_RESOURCE


def _of_problem(problem: Problem, policy: Policy) -> Finding:
    found = finding_of(kind_of_problem(problem.kind), policy.type, problem.message, None, problem.hint)
    return found._replace(where=problem.where)
