"""How the other evaluator reads a question where it reads it otherwise: one function for each way.

A reading answers ``None`` where it makes no difference to the question.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.catalog.facts import CATALOGUE
from policysim.catalog.rcp_services import RCP_SERVICES
from policysim.evaluation.context import context_lookup
from policysim.evaluation.decision import Effect, Grant
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import LayerPolicies, Level
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import ABSENT, PrincipalKind
from tests.differential.asked import Asked, with_policies, with_statements, without_statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.language.policy import ConditionEntry, Statement

_VARIABLE: Final = re.compile(r"\$\{([^},*?$]+)\}")
_OF_CALLERS: Final = frozenset(LayerName) - {LayerName.RESOURCE, LayerName.RCP}
_TYPE_WILDCARD: Final = re.compile(r"arn:[^:]*:(?!s3:)[^:]*:[^:]*:[^:]*:[^:/]*[*?][^:/]*/")
_NO_ADDRESS: Final = "255.255.255.255/32"


def without_ignored_keys(asked: Asked) -> Asked | None:
    """The keys that its catalogue does not list for the action are not in the request."""
    if not asked.ignored:
        return None
    stated = {key: value for key, value in asked.stated.items() if key not in asked.ignored}
    return asked.in_context(dict.fromkeys(asked.ignored, ABSENT))._replace(stated=stated, ignored=())


def _rcps_as_denies(asked: Asked) -> Asked:
    """Resource control policies as Deny statements of the resource's own policy, which binds whatever the service."""
    rcps = asked.policies.layers[LayerName.RCP]
    own = asked.policies.get(LayerName.RESOURCE) or LayerPolicies(())
    both = LayerPolicies((*own.levels, Level("rcps", rcps.policies)))
    return asked._replace(policies=asked.policies.with_layer(LayerName.RESOURCE, both))


def _is_under_rcps(asked: Asked) -> bool:
    return asked.request.action.split(":")[0] in RCP_SERVICES


def rcps_on_any_service(asked: Asked) -> Asked | None:
    if asked.policies.get(LayerName.RCP) is None or _is_under_rcps(asked):
        return None
    return _rcps_as_denies(asked)


def rcps_without_a_resource(asked: Asked) -> Asked | None:
    without = CATALOGUE.takes_no_resource(asked.request.action)
    if asked.policies.get(LayerName.RCP) is None or not _is_under_rcps(asked) or not without:
        return None
    return _rcps_as_denies(asked)


def service_linked_roles_are_bound(asked: Asked) -> Asked | None:
    return asked.called_by(service_linked=False) if asked.caller.service_linked else None


def scps_bind_services_and_federated_callers(asked: Asked) -> Asked | None:
    scps = asked.policies.get(LayerName.SCP)
    kinds = {PrincipalKind.SERVICE, PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML}
    return None if scps is None or asked.caller.kind not in kinds else asked.limited_by(scps)


def root_needs_a_grant(asked: Asked) -> Asked | None:
    """A root user in its own account has what a resource-based policy grants to ``*``, and nothing else."""
    if asked.caller.kind is not PrincipalKind.ROOT or asked.across:
        return None
    matched = [
        match for check in asked.decided().checks if check.layer is LayerName.RESOURCE for match in check.matched
    ]
    granted = any(m.grant is Grant.DIRECT and m.statement.effect is StatementEffect.ALLOW for m in matched)
    return None if granted else asked._replace(limits=(*asked.limits, Effect.IMPLICIT_DENY))


def root_needs_an_identity_policy_abroad(asked: Asked) -> Asked | None:
    if asked.caller.kind is not PrincipalKind.ROOT or not asked.across:
        return None
    return asked._replace(limits=(*asked.limits, Effect.IMPLICIT_DENY))


def one_listed_form_spares(asked: Asked) -> Asked | None:
    """A Deny with ``NotPrincipal`` spares a caller that is listed in any form: itself, its role, or its account."""
    account = asked.caller.account
    own = {account, f"arn:aws:iam::{account}:root", asked.caller.arn, asked.caller.entity_arn}

    def spares(statement: Statement) -> bool:
        element = statement.principal
        return element is not None and element.negated and any(entry.value in own for entry in element.entries)

    return without_statements(asked, spares)


def the_user_behind_a_federated_session_is_nobody(asked: Asked) -> Asked | None:
    if asked.caller.kind is not PrincipalKind.FEDERATED_USER:
        return None
    return asked.called_by(entity_arn=f"arn:aws:iam::{asked.caller.account}:user/nobody-else")


def session_policies_cut_direct_grants(asked: Asked) -> Asked | None:
    session = asked.policies.get(LayerName.SESSION)
    return None if session is None or asked.across else asked.limited_by(session)


def aws_star_is_everybody(asked: Asked) -> Asked | None:
    """``{"AWS": "*"}`` reaches a web identity as ``"*"`` does."""
    if asked.caller.kind is not PrincipalKind.WEB_IDENTITY:
        return None

    def change(statement: Statement) -> tuple[Statement, ...]:
        element = statement.principal
        if element is None:
            return (statement,)
        entries = tuple(entry._replace(kind="*") if entry.value == "*" else entry for entry in element.entries)
        return (replace(statement, principal=element._replace(entries=entries)),)

    return with_statements(asked, change)


def a_named_resource_counts_for_none(asked: Asked) -> Asked | None:
    """For an action without resource, an Allow that names an ARN counts."""
    if asked.request.resource.arn != "*":
        return None

    def change(statement: Statement) -> tuple[Statement, ...]:
        element = statement.resource
        if element is None or element.negated or statement.effect is StatementEffect.DENY:
            return (statement,)
        return (replace(statement, resource=element._replace(patterns=("*",))),)

    return with_statements(asked, change, _OF_CALLERS)


def only_a_star_is_no_resource(asked: Asked) -> Asked | None:
    """For an action without resource, a statement that names an ARN does not apply, be it ``arn:aws:s3:::*``."""
    if asked.request.resource.arn != "*":
        return None
    return without_statements(asked, lambda s: s.resource is not None and "*" not in s.resource.patterns)


def a_short_arn_is_compared_as_text(asked: Asked) -> Asked | None:
    """An Arn operator compares what is too short for an ARN as well."""

    def change(statement: Statement) -> tuple[Statement, ...]:
        entries = (
            entry._replace(operator=re.sub("Arn(Not)?(Equals|Like)", r"String\1Like", entry.operator))
            if any(value.count(":") < 5 for value in entry.values)
            else entry
            for entry in statement.conditions
        )
        return (replace(statement, conditions=tuple(entries)),)

    return with_statements(asked, change)


def a_short_arn_spares_everything(asked: Asked) -> Asked | None:
    """A statement whose ``NotResource`` holds an ARN with too few parts does not apply."""

    def short(statement: Statement) -> bool:
        element = statement.resource
        return element is not None and element.negated and any(p.count(":") < 5 for p in element.patterns)

    return without_statements(asked, short)


def a_wildcard_is_no_resource_type(asked: Asked) -> Asked | None:
    """A resource that begins with a wildcard and goes on after a `/` matches nothing, bucket names aside."""

    def change(statement: Statement) -> tuple[Statement, ...]:
        element = statement.resource
        if element is None:
            return (statement,)
        patterns = tuple("arn:::::nothing" if _TYPE_WILDCARD.match(p) else p for p in element.patterns)
        return (replace(statement, resource=element._replace(patterns=patterns)),)

    return with_statements(asked, change)


def not_resource_needs_a_resource(asked: Asked) -> Asked | None:
    if asked.request.resource.arn != "*":
        return None
    return without_statements(asked, lambda s: s.resource is not None and s.resource.negated)


def unresolved_not_resource_fails(asked: Asked) -> Asked | None:
    """A statement whose ``NotResource`` holds a variable without value does not apply."""

    def unresolved(statement: Statement) -> bool:
        element = statement.resource
        return element is not None and element.negated and _holds_unresolved(asked, element.patterns)

    return without_statements(asked, unresolved)


def unresolved_negation_fails(asked: Asked) -> Asked | None:
    """A negated operator whose value holds a variable without value does not match."""

    def fails(statement: Statement) -> bool:
        return any("Not" in e.operator and _holds_unresolved(asked, e.values) for e in statement.conditions)

    return without_statements(asked, fails)


def _holds_unresolved(asked: Asked, texts: tuple[str, ...]) -> bool:
    lookup = context_lookup(asked.request)
    return any(lookup(key) is ABSENT for text in texts for key in _VARIABLE.findall(text))


def an_empty_default_is_none(asked: Asked) -> Asked | None:
    """A variable whose default is the empty string has no default."""

    def change(statement: Statement) -> tuple[Statement, ...]:
        if statement.resource is None:
            return (statement,)
        patterns = tuple(pattern.replace(", ''}", "}") for pattern in statement.resource.patterns)
        return (replace(statement, resource=statement.resource._replace(patterns=patterns)),)

    return with_statements(asked, change)


def every_version_has_variables(asked: Asked) -> Asked | None:
    def change(attached: AttachedPolicy) -> AttachedPolicy:
        return attached._replace(policy=replace(attached.policy, version="2012-10-17"))

    return with_policies(asked, change)


def lists_need_a_set_operator(asked: Asked) -> Asked | None:
    """An operator without set prefix never matches a key that is stated as a list, be it of one value or of none."""
    listed = {key.lower() for key, value in asked.stated.items() if isinstance(value, list)}

    def fails(entry: ConditionEntry) -> bool:
        return ":" not in entry.operator and entry.operator != "Null" and entry.key.lower() in listed

    return without_statements(asked, lambda statement: any(map(fails, statement.conditions)))


def an_empty_list_is_present(asked: Asked) -> Asked | None:
    """Under ``Null`` a key that is there without values is not null."""
    empty = {key.lower() for key, value in asked.stated.items() if value == []}

    def change(statement: Statement) -> tuple[Statement, ...]:
        entries = [e for e in statement.conditions if e.operator == "Null" and e.key.lower() in empty]
        if any("false" not in entry.values for entry in entries):
            return ()
        kept = tuple(entry for entry in statement.conditions if entry not in entries)
        return (replace(statement, conditions=kept),)

    return with_statements(asked, change)


def a_star_is_no_arn(asked: Asked) -> Asked | None:
    """``*`` alone under an Arn operator matches nothing."""
    return _with_values(asked, lambda entry, value: "arn:none" if value == "*" and "Arn" in entry.operator else value)


def the_whole_range_is_empty(asked: Asked) -> Asked | None:
    """``0.0.0.0/0`` covers no address."""
    return _with_values(asked, lambda _, value: _NO_ADDRESS if value == "0.0.0.0/0" else value)


def a_bare_address_covers_the_other_version(asked: Asked) -> Asked | None:
    """``NotIpAddress`` with a bare address does not match an address of the other IP version."""
    versions = {key.lower(): ":" in str(value) for key, value in asked.stated.items()}

    def fails(entry: ConditionEntry) -> bool:
        own = versions.get(entry.key.lower())
        bare = (value for value in entry.values if "/" not in value)
        return "NotIpAddress" in entry.operator and own is not None and any((":" in v) is not own for v in bare)

    return without_statements(asked, lambda statement: any(map(fails, statement.conditions)))


def bytes_are_text(asked: Asked) -> Asked | None:
    """``BinaryEquals`` compares the texts, whether they are base64 or not."""

    def change(statement: Statement) -> tuple[Statement, ...]:
        entries = (
            entry._replace(operator=entry.operator.replace("BinaryEquals", "StringEquals"))
            for entry in statement.conditions
        )
        return (replace(statement, conditions=tuple(entries)),)

    return with_statements(asked, change)


def _with_values(asked: Asked, of: Callable[[ConditionEntry, str], str]) -> Asked | None:
    def change(statement: Statement) -> tuple[Statement, ...]:
        entries = (e._replace(values=tuple(of(e, value) for value in e.values)) for e in statement.conditions)
        return (replace(statement, conditions=tuple(entries)),)

    return with_statements(asked, change)


def a_date_is_its_leading_number(asked: Asked) -> Asked | None:
    """A date under a Numeric operator is the number that it begins with: its year."""
    dates = {key.lower() for key in asked.stated if "time" in key.lower()}

    def change(statement: Statement) -> tuple[Statement, ...]:
        entries = tuple(
            entry._replace(
                operator=entry.operator.replace("Numeric", "Date"), values=tuple(v[:4] for v in entry.values)
            )
            if "Numeric" in entry.operator and entry.key.lower() in dates
            else entry
            for entry in statement.conditions
        )
        return (replace(statement, conditions=entries),)

    changed = with_statements(asked, change)
    if changed is None:
        return None
    years = {key: (str(value)[:4],) for key, value in asked.stated.items() if key.lower() in dates}
    return changed.in_context(years)


def set_operators_ignore_if_exists(asked: Asked) -> Asked | None:
    return asked._replace(switches=replace(asked.switches, if_exists_in_any_value=False))


def a_negation_matches_what_it_cannot_compare(asked: Asked) -> Asked | None:
    return asked._replace(switches=replace(asked.switches, mistyped_negation_matches=True))


def operators_fit_any_type(asked: Asked) -> Asked | None:
    return asked._replace(switches=replace(asked.switches, operator_fits_type=False))
