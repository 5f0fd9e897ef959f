"""Edits that supply a missing Allow: one builder for each kind of edit, one table of them for each layer.

What each builder yields lets in as little as it can; nothing is widened to ``*``. Source: spec E6 to E18, P7, R11,
S1 to S4, S9, S20 to S22, M17.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from policysim.evaluation.layers import LayerName
from policysim.evaluation.reasons import Element, Reason
from policysim.explanation.diagnosis import FixKind, label
from policysim.explanation.fixes.breadth import element_breadth, statement_breadth
from policysim.explanation.fixes.candidates import Builder, Candidate, one_warning
from policysim.explanation.fixes.corrections import correct_action, correct_resource, correct_value
from policysim.explanation.fixes.documents import bound_by, documents, in_aim, named_besides
from policysim.explanation.fixes.endpoints import add_endpoint_statement
from policysim.explanation.fixes.near import near, near_conditions
from policysim.explanation.fixes.operators import change_key, change_operator
from policysim.explanation.fixes.statements import (
    granting_statement,
    literal_values,
    principal_entry,
    resource_pattern,
    written_action,
)
from policysim.explanation.near_misses import one_element_short
from policysim.language.arns import parse_arn
from policysim.language.edits import add_member, append_to_list, remove_value
from policysim.language.operators import Family, SetPrefix, operator_named
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import ABSENT, PrincipalKind
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import StatementMatch
    from policysim.explanation.diagnosis import NearMiss
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.explanation.fixes.statements import Json
    from policysim.language.policy import ConditionEntry, Statement
    from policysim.language.request import Request

_BYPASSES: Final = (
    "the condition on {key} in {statement} keeps this request out, perhaps on purpose: this edit bypasses it"
)
_MORE_WHO_FIT: Final = "every request with this value then meets the condition, for all that {statement} allows"
_WARNED: Final = 2
"""An edit that needs a condition comes behind one that does not."""

_PASSES_BY: Final = 10_000
"""An edit that passes by a condition comes behind whatever meets it: somebody wrote it to decide who gets in."""

_WHOEVER_HAS_THE_VALUE: Final = 2

_PLACES: Final = 4
"""In as many documents a new statement is tried: one of them may be full."""

_FAR: Final = 2
"""A statement about other resources comes behind a new one: its name says what it was meant for."""

_ANY_CUSTOMER: Final = (
    "the service acts for every customer: add a condition on aws:SourceArn or aws:SourceAccount before you deploy this"
)
_ANY_SERVICE: Final = (
    "the service that is to get the role is not known, so this passes it to any: add a condition on iam:PassedToService"
)
_NOTHING_ALLOWED: Final = (
    "no SCP at `{node}` allows anything: if FullAWSAccess was detached there by mistake, attach it again instead"
    " (`aws organizations attach-policy --policy-id p-FullAWSAccess --target-id {target}`)"
)
_TEXT_MESSAGES: Final = "a text message has no ARN, so only `*` covers it, and every topic with it"
_UNNAMED_RESOURCE: Final = "the event does not name the resource, so this covers all (`*`): narrow it if you can"


def add_action(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The action into the list of a statement that fits in every other way."""
    for miss in near(case, aim, Element.ACTION):
        statement = miss.match.statement
        if miss.outcome.reason is not Reason.ACTION_OTHER:
            continue
        yield Candidate(
            FixKind.ADD_ACTION,
            f"add `{written_action(case.request)}` to {label(miss.match)}",
            miss.match.attached,
            aim.layer,
            (append_to_list(statement.location.below("Action"), written_action(case.request)),),
            statement_breadth(statement, besides="action") * bound_by(case, miss.match.attached, aim.layer),
            others=named_besides(case, miss.match),
        )


def add_resource(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The resource into the list of a statement that fits in every other way; never ``*`` (spec R2)."""
    for miss in near(case, aim, Element.RESOURCE):
        statement = miss.match.statement
        pattern = resource_pattern(case.request, case.facts, aim.layer, miss.match.attached.policy.version)
        if miss.outcome.reason is not Reason.RESOURCE_OTHER or pattern in {None, "*"}:
            continue
        besides = statement_breadth(statement, besides="resource")
        far = _FAR if miss.far and _speaks_of_the_type(case, statement) else 1
        for kind, value, names in ((FixKind.ADD_RESOURCE, str(pattern), 1), *_objects(case, miss.match)):
            yield Candidate(
                kind,
                f"add `{value}` to {label(miss.match)}",
                miss.match.attached,
                aim.layer,
                (append_to_list(statement.location.below("Resource"), value),),
                names * besides * bound_by(case, miss.match.attached, aim.layer) * far,
                others=named_besides(case, miss.match),
            )


def _speaks_of_the_type(case: Case, statement: Statement) -> bool:
    """Whether the statement lists resources of the type already: then it is about others, and not one type short."""
    own = parse_arn(case.request.resource.arn)
    listed = map(parse_arn, statement.resource.patterns if statement.resource is not None else ())
    return any(arn is not None and own is not None and arn.resource_type == own.resource_type for arn in listed)


_OBJECTS_OF_A_BUCKET: Final = 10
"""Less than another pattern: the statement was meant for these objects."""


def _objects(case: Case, match: StatementMatch) -> Iterator[tuple[FixKind, str, int]]:
    """The objects of a bucket, where the statement lists the bucket for an action on its objects (spec R11)."""
    bucket, slash, _ = case.request.resource.arn.partition("/")
    listed = match.statement.resource.patterns if match.statement.resource is not None else ()
    if slash and ":s3:::" in bucket and bucket in listed:
        yield FixKind.ADD_OBJECTS, f"{bucket}/*", _OBJECTS_OF_A_BUCKET


def add_principal(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The caller into the principals of a statement that fits in every other way."""
    named = principal_entry(case.request) or _saml_provider(case.request)
    if named is None:
        return
    kind, value = named
    for miss in near(case, aim, Element.PRINCIPAL):
        statement = miss.match.statement
        if statement.principal is None or statement.principal.negated:
            continue
        if kind == "Federated" and not statement.conditions:
            continue
        place = statement.location.below("Principal")
        has_kind = any(entry.kind == kind for entry in statement.principal.entries)
        edit = append_to_list(place.below(kind), value) if has_kind else add_member(place, kind, value)
        yield Candidate(
            FixKind.ADD_PRINCIPAL,
            f"add `{value}` to the principals of {label(miss.match)}",
            miss.match.attached,
            aim.layer,
            (edit,),
            statement_breadth(statement, besides="principal"),
            warning=_ANY_CUSTOMER if kind == "Service" and not statement.conditions else "",
        )


def _saml_provider(request: Request) -> tuple[str, str] | None:
    """The provider of a SAML caller, for a statement that narrows its callers by claims: their keys are everybody's."""
    caller = request.principal
    return ("Federated", caller.provider) if caller.kind is PrincipalKind.SAML and caller.provider else None


def add_condition_value(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The request's own value into the list of values that a condition accepts."""
    for miss, entry in near_conditions(case, aim):
        statement = miss.match.statement
        values = _values_to_accept(case, entry)
        if not values or miss.outcome.reason not in _VALUES_DIFFER:
            continue
        by_name = entry.key.lower() == "aws:principalarn"
        yield Candidate(
            FixKind.ADD_CONDITION_VALUE,
            f"accept {' and '.join(f'`{value}`' for value in values)} for {entry.key} in {label(miss.match)}",
            miss.match.attached,
            aim.layer,
            (append_to_list(statement.location.below(*entry.path()), *values),),
            statement_breadth(statement, besides="principal") * (1 if by_name else _WHOEVER_HAS_THE_VALUE),
            warning="" if by_name else _MORE_WHO_FIT.format(statement=label(miss.match)),
            others=() if by_name else named_besides(case, miss.match),
        )


_VALUES_DIFFER: Final = frozenset({Reason.VALUE_OTHER, Reason.SET_VALUE_OTHER, Reason.SET_NONE_FITS})


def _values_to_accept(case: Case, entry: ConditionEntry) -> tuple[str, ...]:
    """Values of texts and ARNs can be listed; a time, an address or a flag is not for a policy to follow.

    None where a wildcard that stands there already means the value, and only the operator keeps it from working.
    """
    operator = operator_named(entry.operator)
    if operator is None or operator.base.negated or operator.base.family not in {Family.STRING, Family.ARN}:
        return ()
    found = literal_values(case.request, entry.key) or _only_candidate(case.request, entry.key)
    if operator.base.name.startswith("StringEquals") and any(_means(entry, value) for value in found):
        return ()
    if operator.prefix is SetPrefix.NONE:
        return found if len(found) == 1 else ()
    missing = tuple(value for value in found if value not in entry.values)
    return missing if operator.prefix is SetPrefix.FOR_ALL_VALUES else missing[:1]


def _only_candidate(request: Request, key: str) -> tuple[str, ...]:
    """The value of a key of which it is known that the request has this one, or none."""
    values = [value for value in request.context.candidates(key) if value is not ABSENT]
    return values[0] if len(values) == 1 and isinstance(values[0], tuple) else ()


def _means(entry: ConditionEntry, value: str) -> bool:
    wild = (listed for listed in entry.values if "*" in listed or "?" in listed)
    return any(Pattern.from_text(listed).matches(value) for listed in wild)


def add_statement(case: Case, aim: Aim) -> Iterator[Candidate]:
    """A new statement for this request alone, in the document that binds the fewest others."""
    for attached in documents(case, aim)[:_PLACES]:
        statement = granting_statement(case, aim.layer, attached.policy.type, attached.policy.version)
        if statement is None:
            continue
        warning = warning_for_new_statement(case, aim, statement)
        yield Candidate(
            FixKind.ADD_STATEMENT,
            f"add a statement for `{written_action(case.request)}` to `{attached.name}`",
            attached,
            aim.layer,
            (append_to_list(attached.policy.location.below("Statement"), statement),),
            bound_by(case, attached, aim.layer) * (_WARNED if warning else 1),
            warning=warning,
        )


def warning_for_new_statement(case: Case, aim: Aim, statement: Json) -> str:
    """What to think of before a new statement is deployed; empty when there is nothing."""
    if case.request.principal.kind is PrincipalKind.SERVICE and "Condition" not in statement:
        return _ANY_CUSTOMER
    if (
        case.request.action.lower() == "iam:passrole"
        and aim.layer is LayerName.IDENTITY
        and "Condition" not in statement
    ):
        return _ANY_SERVICE
    if aim.layer is LayerName.SCP and not allows_anything(case, aim):
        return _NOTHING_ALLOWED.format(node=aim.node, target=shlex.quote(aim.node or ""))
    if case.request.resource.arn == "*" and case.facts.takes_no_resource(case.request.action) is not True:
        return _TEXT_MESSAGES if case.request.action.lower() == "sns:publish" else _UNNAMED_RESOURCE
    return ""


_MIND_CONDITIONS: Final = frozenset(
    {
        FixKind.ADD_CONDITION_VALUE,
        FixKind.CHANGE_OPERATOR,
        FixKind.CHANGE_KEY,
        FixKind.CORRECT_VALUE,
        FixKind.ADD_ENDPOINT_STATEMENT,
    }
)
"""Edits that work on a condition instead of passing by it."""


def minding_conditions(case: Case, aim: Aim, candidate: Candidate) -> Candidate:
    """The candidate, with a warning where it passes by a condition that alone keeps the request out."""
    kept_out = next(_kept_out_by_condition(case, aim), None)
    if kept_out is None or candidate.kind in _MIND_CONDITIONS:
        return candidate
    warning = one_warning(
        _BYPASSES.format(key=kept_out.outcome.key, statement=label(kept_out.match)), candidate.warning
    )
    return candidate._replace(warning=warning, breadth=candidate.breadth * _PASSES_BY)


def _kept_out_by_condition(case: Case, aim: Aim) -> Iterator[NearMiss]:
    """Statements that only a condition keeps from allowing the request, of all layers that may do for the aim's.

    Within one account identity-based and resource-based policies do for each other (spec E7).
    """
    request = case.request
    either = (LayerName.IDENTITY, LayerName.RESOURCE)
    shared = request.principal.account is not None and request.principal.account == request.resource.account
    for layer in either if shared and aim.layer in either else (aim.layer,):
        yield from (
            miss for miss in one_element_short(case.decision, layer) if miss.outcome.element is Element.CONDITION
        )


def allows_anything(case: Case, aim: Aim) -> bool:
    """Whether any document of the level holds an Allow; none does where FullAWSAccess was detached (spec E18, E22)."""
    return any(
        statement.effect is StatementEffect.ALLOW
        for attached in in_aim(case, aim)
        for statement in attached.policy.statements
    )


def drop_exclusion(case: Case, aim: Aim) -> Iterator[Candidate]:
    """Out of NotAction or NotResource of an Allow, where it lists exactly this action or resource (spec A5, R12)."""
    wanted = {Element.ACTION: case.request.action.lower(), Element.RESOURCE: case.request.resource.arn}
    for element, value in wanted.items():
        for miss in near(case, aim, element):
            statement = miss.match.statement
            patterns = statement.action if element is Element.ACTION else statement.resource
            if patterns is None or not patterns.negated or len(patterns.patterns) < 2:
                continue
            spelled = [one.lower() if element is Element.ACTION else one for one in patterns.patterns]
            if spelled.count(value) != 1:
                continue
            at = spelled.index(value)
            others = statement.resource if element is Element.ACTION else statement.action
            yield Candidate(
                FixKind.DROP_EXCLUSION,
                f"take `{patterns.patterns[at]}` out of {patterns.name} in {label(miss.match)}",
                miss.match.attached,
                aim.layer,
                (remove_value(statement.location.below(*patterns.path(at))),),
                element_breadth(others) * bound_by(case, miss.match.attached, aim.layer),
                warning=f"{patterns.name} leaves it out, perhaps on purpose: ask the owner of {label(miss.match)}",
                others=named_besides(case, miss.match),
            )


_IN_STATEMENTS: Final[tuple[Builder, ...]] = (
    add_endpoint_statement,
    add_action,
    add_resource,
    add_condition_value,
    change_operator,
    change_key,
    correct_resource,
    correct_action,
    correct_value,
    drop_exclusion,
)

GRANT_BUILDERS: Final[dict[LayerName, tuple[Builder, ...]]] = {
    LayerName.IDENTITY: (add_statement, *_IN_STATEMENTS),
    LayerName.BOUNDARY: (add_statement, *_IN_STATEMENTS),
    LayerName.SESSION: (add_statement, *_IN_STATEMENTS),
    LayerName.SCP: (add_statement, *_IN_STATEMENTS),
    LayerName.VPCE: (add_statement, add_principal, *_IN_STATEMENTS),
    LayerName.RESOURCE: (add_statement, add_principal, *_IN_STATEMENTS),
}
"""What to try where a layer lacks an Allow. Resource control policies are missing: they never lack one (spec E27)."""
