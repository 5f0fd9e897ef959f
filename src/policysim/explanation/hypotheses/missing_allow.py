"""Why a layer allows nothing: the statement that comes nearest, and the one element that it is short of.

Whether it is that element is tried: the statement is repaired, and the request decided again. Source: spec E4, E18,
M17, C13 to C16, R5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.context import context_lookup
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.reasons import Element, Reason
from policysim.explanation.hypotheses.assumptions import repaired, with_operator, with_statement
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.other_place import elsewhere, namesake
from policysim.explanation.hypotheses.phrases import asked, reason, statement, title
from policysim.explanation.near_misses import names_the_action, nearest
from policysim.language.arns import parse_arn
from policysim.language.lists import listed
from policysim.language.operators import Family, operator_named
from policysim.language.request import ABSENT, PrincipalKind
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.evaluation.decision import Decision, Outcome
    from policysim.explanation.diagnosis import NearMiss
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.policy import Statement
    from policysim.language.request import Request

TRIED: Final = 3
"""As many of the nearest statements are repaired, one after the other, until one lets the request past its layer."""

_BY_ELEMENT: Final = {
    Element.ACTION: Cause.ACTION_MISSING,
    Element.RESOURCE: Cause.RESOURCE_MISSING,
    Element.PRINCIPAL: Cause.PRINCIPAL_MISSING,
    Element.CONDITION: Cause.CONDITION_NOT_MET,
}
_OF_THE_OPERATOR: Final = frozenset(
    {
        Reason.NEVER_MATCHES,
        Reason.NULL_IN_SET,
        Reason.NULL_MISTYPED,
        Reason.OPERATOR_UNKNOWN,
        Reason.OPERATOR_WRONG,
        Reason.SEVERAL_VALUES,
        Reason.WRONG_TYPE,
    }
)
"""Reasons that speak of the operator and the type of its values rather than of a value that differs."""

EXTERNAL_ID: Final = "sts:externalid"
"""A value that the role's owner gives to one caller, to the letter: another one is a wrong value, not another form."""

_OTHER_OPERATORS: Final = ("StringLike", "StringEqualsIgnoreCase")
"""Under these the values of a ``StringEquals`` may fit: wildcards work, or case does not count (spec C13, C14)."""


class MissingAllow(NamedTuple):
    """Why a layer allows nothing. ``repaired`` is the decision with the nearest statement repaired, if one is near."""

    layer: LayerName
    cause: Cause
    sentence: str
    assumption: str
    repaired: Decision | None = None


def missing_allow(evidence: Evidence, layer: LayerName, nodes: Sequence[str]) -> MissingAllow:
    """Why no statement of the layer (at these levels) allows the request."""
    fixed = _fixed_key_policy(evidence, layer)
    if fixed is not None:
        return fixed
    near = nearest(evidence.decision, layer)
    if layer is LayerName.SCP:
        return _of_a_level(evidence, nodes, near)
    for miss in near[:TRIED]:
        if miss.far and LAYER[layer].grants and not names_the_action(miss.match, evidence.request):
            continue
        found = _short_of(evidence, layer, miss)
        if found is not None:
            return found
    return _nothing_near(evidence, layer, near)


def _fixed_key_policy(evidence: Evidence, layer: LayerName) -> MissingAllow | None:
    """The policy of an AWS managed key lets in callers of its own account alone, and nobody can change it."""
    resource, caller = evidence.request.resource, evidence.request.principal
    if layer is not LayerName.RESOURCE or evidence.service != "kms" or caller.account in {None, resource.account}:
        return None
    content = evidence.policies.get(layer)
    ids = [attached.policy.id or "" for attached in content.policies] if content is not None else []
    if resource.key_manager != "AWS" and not any(one.startswith(_OF_AWS_MANAGED_KEYS) for one in ids):
        return None
    sentence = (
        f"`{resource.arn}` is an AWS managed key: its policy allows only callers of account `{resource.account}`,"
        " and nobody can change it"
    )
    return MissingAllow(layer, Cause.FIXED_RULE, sentence, "with a key policy that allows it")


_OF_AWS_MANAGED_KEYS: Final = "auto-"
"""How the ids of the policies of AWS managed keys begin, such as ``auto-s3-2``."""


def _nothing_near(evidence: Evidence, layer: LayerName, near: Sequence[NearMiss]) -> MissingAllow:
    found = namesake(evidence)
    if found is not None:
        return MissingAllow(layer, Cause.WRONG_ACCOUNT_OR_REGION, found.sentence, found.assumption, found.decision)
    words = f", and no statement comes near{_nearest_words(near)}"
    sentence = Cause.NO_ALLOW.sentence(title=title(layer, evidence.request), asked=asked(evidence.request), near=words)
    return MissingAllow(layer, Cause.NO_ALLOW, sentence, "with an Allow for it in that layer")


def _of_a_level(evidence: Evidence, nodes: Sequence[str], near: Sequence[NearMiss]) -> MissingAllow:
    levels = listed(f"`{node}`" for node in nodes)
    sentence = Cause.LEVEL_WITHOUT_ALLOW.sentence(node=levels, asked=asked(evidence.request), near=_nearest_words(near))
    return MissingAllow(LayerName.SCP, Cause.LEVEL_WITHOUT_ALLOW, sentence, f"with an Allow for it at {levels}")


def _nearest_words(near: Sequence[NearMiss]) -> str:
    if not near:
        return ""
    return f"; nearest is {statement(near[0].match)}: {reason(near[0].outcome)}"


def _short_of(evidence: Evidence, layer: LayerName, miss: NearMiss) -> MissingAllow | None:
    """The cause that a near miss tells of; ``None`` when its layer still stands in the way once it is repaired."""
    element = miss.outcome.element
    for cause, sentence, change in _finer(miss):
        after = evidence.decided(with_statement(evidence.policies, miss.match.statement, change.statement))
        if _is_past(layer, after):
            return MissingAllow(layer, cause, sentence, change.words, after)
    whole = repaired(miss.match, miss.outcome, evidence.request.action, evidence.request.principal)
    after = evidence.decided(with_statement(evidence.policies, miss.match.statement, whole))
    if not _is_past(layer, after):
        return None
    cause = _cause(miss, evidence.request)
    found = elsewhere(evidence, miss) if element is Element.RESOURCE else None
    if found is not None:
        return MissingAllow(layer, Cause.WRONG_ACCOUNT_OR_REGION, found.sentence, found.assumption, found.decision)
    why = f"{reason(miss.outcome)}{_never(miss.outcome, evidence.request)}{_why_unlike(miss, evidence.request)}"
    sentence = cause.sentence(statement=statement(miss.match), reason=why)
    return MissingAllow(layer, cause, sentence, f"with its {element.value} matching", after)


def _never(outcome: Outcome, request: Request) -> str:
    """Why the condition cannot hold for such a caller, as a clause; empty where it can.

    Source: IAM User Guide, id_credentials_mfa_configure-api-require: credentials that AssumeRole returns tell of no
    MFA, not even where it was used to get them.
    """
    by_mfa = outcome.key.lower() in _MFA_KEYS and request.principal.kind is PrincipalKind.ROLE_SESSION
    return "; credentials from AssumeRole carry no MFA, as AWS documents" if by_mfa else ""


def _why_unlike(miss: NearMiss, request: Request) -> str:
    """Why a resource that looks like the one asked for is another, as a clause; empty where nothing needs saying.

    Source: S3 User Guide, access-points-policies; AWS KMS Developer Guide, alias-authorization; IAM User Guide,
    reference_policies_variables; spec S17, S22, V3.
    """
    element = miss.match.statement.resource
    if miss.outcome.element is not Element.RESOURCE or element is None or element.negated:
        return ""
    resource = request.resource
    if resource.behind is not None and any(Pattern.from_text(one).matches(resource.behind) for one in element.patterns):
        return "; through an access point, the ARN of the access point counts"
    if any(":alias/" in one and one.startswith("arn:") for one in element.patterns) and ":key/" in resource.arn:
        return "; an alias in `Resource` stands for the alias itself, and not for its key"
    looked_up = context_lookup(request)
    names = dict.fromkeys(name for one in element.patterns for name in _VARIABLE.findall(one))
    lacking = [name for name in names if looked_up(name) is ABSENT]
    return f"; this caller has no `{lacking[0]}`, so the variable has no value" if lacking else ""


_VARIABLE: Final = re.compile(r"\$\{([A-Za-z0-9-]+:[^,}]+)\}")
"""A policy variable without a default value, and the key in it."""

_MFA_KEYS: Final = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage"})


def _is_past(layer: LayerName, after: Decision) -> bool:
    return after.effect in {Effect.ALLOWED, Effect.DEPENDS} or (
        after.effect is Effect.IMPLICIT_DENY and layer not in after.blocking
    )


def _cause(miss: NearMiss, request: Request) -> Cause:
    if miss.outcome.element is Element.CONDITION and miss.outcome.reason in _OF_THE_OPERATOR:
        return Cause.CONDITION_OPERATOR
    if miss.outcome.element is Element.RESOURCE and _names_the_bucket_alone(miss, request):
        return Cause.BUCKET_NOT_OBJECTS
    return _BY_ELEMENT[miss.outcome.element]


def _names_the_bucket_alone(miss: NearMiss, request: Request) -> bool:
    """Whether the statement lists the bucket of the object that was asked for."""
    arn, element = parse_arn(request.resource.arn), miss.match.statement.resource
    if arn is None or arn.service != "s3" or element is None or element.negated or "/" not in arn.resource:
        return False
    bucket = request.resource.arn.partition("/")[0]
    return bucket in element.patterns


class _Change(NamedTuple):
    statement: Statement
    words: str


def _finer(miss: NearMiss) -> Iterator[tuple[Cause, str, _Change]]:
    """Smaller repairs that tell more: another operator under which the same values fit."""
    path = miss.outcome.path
    if miss.outcome.element is not Element.CONDITION or len(path) < _ENTRY or not miss.match.attached.editable:
        return
    written = str(path[1])
    operator = operator_named(written)
    if operator is None or operator.base.family is not Family.STRING or operator.base.negated:
        return
    prefix = operator.prefix.value
    suffix = "IfExists" if operator.if_exists else ""
    others = _OTHER_OPERATORS[:1] if miss.outcome.key.lower() == EXTERNAL_ID else _OTHER_OPERATORS
    for other in others:
        name = f"{prefix}{other}{suffix}"
        words = f"{reason(miss.outcome)}; under `{name}` the value fits"
        changed = with_operator(miss.match, miss.outcome, name)
        sentence = Cause.CONDITION_OPERATOR.sentence(statement=statement(miss.match), reason=words)
        yield Cause.CONDITION_OPERATOR, sentence, _Change(changed, f"with `{name}` in its place")


_ENTRY: Final = 3
"""The steps that lead from a statement to a condition entry: ``Condition``, operator, key."""
