"""One statement held against one request: principal, action, resource and every condition must match (spec E4).

Source: IAM User Guide, reference_policies_elements_*; spec A1 to A10, R1 to R23, C1, C11.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.conditions import match_condition
from policysim.evaluation.decision import Outcome, StatementMatch
from policysim.evaluation.facts import is_multivalued
from policysim.evaluation.layers import LayerName
from policysim.evaluation.principals import EVERYWHERE, Circumstances, Reach, match_principal
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.services.log_groups import authorized_form
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, negate
from policysim.language.patterns import action_matches, resource_matches, resource_pattern_of
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from policysim.language.variables import expand_resource, has_misplaced_variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.evaluation.context import Lookup
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.evaluation.switches import Switches
    from policysim.language.patterns import ResourcePattern
    from policysim.language.policy import Effect, PatternElement, PrincipalElement, Statement
    from policysim.language.request import Request

_RESOURCE_ALIASES: Final[dict[str, str]] = {"s3:listallmybuckets": "arn:aws:s3:::*"}
"""Actions without a resource for which the service also accepts an ARN pattern that matches this text (spec R3)."""


_EMPTY_NOT_LIST: Final = ("empty-not-list",)


class Target(NamedTuple):
    """The resource that statements are held against.

    It is ``*`` for an action that takes no resource (spec R2; ``needs_star``); ``alias`` is a text that the service
    accepts in the place of ``*`` (spec R3).
    """

    resource: str
    needs_star: bool
    alias: str | None

    @classmethod
    def of(cls, request: Request, facts: Facts) -> Target:
        """The target of a request."""
        without = facts.takes_no_resource(request.action) is True
        resource = "*" if without else authorized_form(request.action, request.resource.arn)
        return cls(resource, without, _RESOURCE_ALIASES.get(request.action.lower()) if resource == "*" else None)


class Question(NamedTuple):
    """What every statement of a request is held against."""

    request: Request
    target: Target
    lookup: Lookup
    facts: Facts
    circumstances: Circumstances
    switches: Switches
    everything: bool
    """Look at every element of every statement, for a trace, instead of stopping at the first that fails."""


class Weight(NamedTuple):
    """What a statement weighs in the verdict of its layer.

    ``reach`` is how the whole statement reaches the caller: as its principal element does, as far as the others match.
    """

    effect: Effect
    truth: Truth
    reach: Reach


class Matched(NamedTuple):
    """A statement's match, and how its principal element reaches the caller (everywhere where it has none)."""

    match: StatementMatch
    reach: Reach

    @property
    def weight(self) -> Weight:
        """What the statement weighs."""
        others = all_of(outcome.truth for outcome in self.match.outcomes if outcome.element is not Element.PRINCIPAL)
        reach = self.reach if others is TRUE else Reach(*(all_of((others, truth)) for truth in self.reach))
        return Weight(self.match.statement.effect, self.match.truth, reach)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is doubtful about the answer: of a statement that fails, only if nothing but doubtful elements fail."""
        outcomes = self.match.outcomes
        if self.match.truth is FALSE:
            outcomes = tuple(outcome for outcome in outcomes if outcome.truth is FALSE)
            if not all(outcome.caveats for outcome in outcomes):
                return ()
        return tuple(code for outcome in outcomes for code in outcome.caveats)


def match_statement(
    statement: Statement, attached: AttachedPolicy, layer: LayerName, node: str, question: Question
) -> Matched | None:
    """Whether the statement applies to the request, and element by element why not.

    Without a trace the statement must be one that speaks of the action, and the answer is ``None`` if it plainly does
    not apply; one that fails on doubtful elements alone is reported all the same.
    """
    if not question.everything and _lies_elsewhere(statement, question):
        return None
    reach = EVERYWHERE
    outcomes: list[Outcome] = []
    truth: Truth = TRUE
    for outcome, reached in _outcomes(statement, attached, layer, question):
        if reached is not None:
            reach = reached
        outcomes.append(outcome)
        if outcome.truth is FALSE:
            truth = FALSE
            if not (question.everything or outcome.caveats):
                return None
        elif outcome.truth is UNKNOWN and truth is TRUE:
            truth = UNKNOWN
    grant = reach.best if statement.principal is not None and truth is not FALSE else None
    return Matched(StatementMatch(attached, statement, truth, tuple(outcomes), layer, node, grant), reach)


def _outcomes(
    statement: Statement, attached: AttachedPolicy, layer: LayerName, question: Question
) -> Iterator[tuple[Outcome, Reach | None]]:
    request, substitutes = question.request, attached.policy.substitutes_variables
    yield _match_action(statement.action, request.action), None
    if statement.resource is not None:
        outcome = _match_resource(statement.resource, substitutes=substitutes, question=question)
        yield _with_layer_doubts(outcome, layer, statement.resource.patterns, substitutes=substitutes), None
    if statement.principal is not None:
        yield match_principal_of(statement, statement.principal, layer, question)
    for entry in statement.conditions:
        outcome = match_condition(
            entry, question.lookup, substitutes=substitutes, facts=question.facts, switches=question.switches
        )
        yield _with_layer_doubts(outcome, layer, entry.values, substitutes=substitutes), None


def _with_layer_doubts(outcome: Outcome, layer: LayerName, texts: tuple[str, ...], *, substitutes: bool) -> Outcome:
    """The outcome, doubtful where it rests on variables in an RCP (spec V11)."""
    if layer is LayerName.RCP and substitutes and any("${" in text for text in texts):
        return outcome._replace(caveats=(*outcome.caveats, "variable-in-rcp"))
    return outcome


def match_principal_of(
    statement: Statement, element: PrincipalElement, layer: LayerName, question: Question
) -> tuple[Outcome, Reach]:
    """How the principal element of a statement reaches the caller; only endpoint policies heed the kind of endpoint."""
    circumstances = question.circumstances
    if layer is not LayerName.VPCE:
        circumstances = circumstances._replace(gateway_endpoint=FALSE)
    return match_principal(element, statement.effect, question.request.principal, circumstances)


def _lies_elsewhere(statement: Statement, question: Question) -> bool:
    """Whether the resource fails beyond doubt: mostly it does, and needs no words about it."""
    resource, _, alias = question.target
    patterns = statement.resource
    if patterns is None or patterns.negated or alias is not None:
        return False
    for pattern in patterns.patterns:
        if pattern == "*" or "${" in pattern:
            return False
        found = resource_matches(pattern, resource)
        if found.matches or found.caveats:
            return False
    return True


def _match_action(element: PatternElement, action: str) -> Outcome:
    if not element.patterns:
        empty, doubts = Reason.ACTION_EMPTY, _EMPTY_NOT_LIST if element.negated else ()
        return Outcome(Element.ACTION, FALSE, empty, (element.name,), "nothing", f"`{action}`", caveats=doubts)
    hit = next((i for i, pattern in enumerate(element.patterns) if action_matches(pattern, action)), None)
    matches = (hit is None) if element.negated else (hit is not None)
    path = (element.name,) if hit is None else element.path(hit)
    wanted = _listing(element.patterns) if hit is None else f"`{element.patterns[hit]}`"
    reason = None if matches else Reason.ACTION_LISTED if element.negated else Reason.ACTION_OTHER
    truth, shown = TRUE if matches else FALSE, _only(element, path)
    spaced = hit is None and any(action_matches(pattern.strip(), action) for pattern in element.patterns)
    doubts = ("white-space",) if spaced else ()
    return Outcome(Element.ACTION, truth, reason, shown, wanted, f"`{action}`", caveats=doubts)


def resource_truth(element: PatternElement, question: Question, *, substitutes: bool) -> Truth:
    """Whether a ``Resource`` or ``NotResource`` element matches, without the words about it."""
    if not element.patterns:
        return FALSE
    resource, _, alias = question.target
    covered = FALSE
    for pattern in element.patterns:
        if pattern == "*":
            truth = TRUE
        elif substitutes and "${" in pattern:
            truth = _match_pattern(pattern, resource, alias, substitutes=True, question=question).truth
        else:
            covers = resource_pattern_of(pattern).covers
            truth = TRUE if covers(resource) or (alias is not None and covers(alias)) else FALSE
        if truth is TRUE:
            return FALSE if element.negated else TRUE
        if truth is UNKNOWN:
            covered = UNKNOWN
    return negate(covered) if element.negated else covered


class _Hit(NamedTuple):
    truth: Truth
    caveats: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


_PLAIN_HIT: Final = _Hit(TRUE)
"""A pattern that covers the resource beyond doubt: what is doubtful about others no longer matters."""


def _decisive(hits: list[_Hit], covered: Truth) -> Iterable[_Hit]:
    """The patterns that the outcome rests on: those that cover the resource, or all where none does for certain."""
    return (hit for hit in hits if covered is not TRUE or hit.truth is TRUE)


def _match_resource(element: PatternElement, *, substitutes: bool, question: Question) -> Outcome:
    resource, needs_star, alias = question.target
    if not element.patterns:
        empty, doubts = Reason.RESOURCE_EMPTY, _EMPTY_NOT_LIST if element.negated else ()
        return Outcome(Element.RESOURCE, FALSE, empty, (element.name,), "nothing", f"`{resource}`", caveats=doubts)
    hits: list[_Hit] = []
    for pattern in element.patterns:
        hits.append(_match_pattern(pattern, resource, alias, substitutes=substitutes, question=question))
        if hits[-1] == _PLAIN_HIT and not question.everything:
            break
    covered = any_of(hit.truth for hit in hits)
    truth = negate(covered) if element.negated else covered
    keys = tuple(dict.fromkeys(key for hit in hits for key in hit.keys)) if truth is UNKNOWN else ()
    caveats = (
        ()
        if _PLAIN_HIT in hits
        else tuple(dict.fromkeys(code for hit in _decisive(hits, covered) for code in hit.caveats))
    )
    at = next((i for i, hit in enumerate(hits) if hit.truth is covered), 0) if covered is not FALSE else None
    path = (element.name,) if at is None else element.path(at)
    wanted = _listing(element.patterns) if at is None else f"`{element.patterns[at]}`"
    reason = _resource_reason(element, truth, needs_star=needs_star)
    shown = _only(element, path)
    return Outcome(
        Element.RESOURCE, truth, reason, shown, wanted, f"`{resource}`", key=", ".join(keys), keys=keys, caveats=caveats
    )


def _match_pattern(pattern: str, resource: str, alias: str | None, *, substitutes: bool, question: Question) -> _Hit:
    if not (substitutes and "${" in pattern):
        return _Hit(*_covers(pattern, resource, alias))
    expansion = expand_resource(pattern, question.lookup, multivalued=partial(is_multivalued, question.facts))
    if expansion.unresolved:
        anything = expand_resource(pattern, lambda _: UNKNOWN_VALUE)
        fits, _ = _covers(anything.pattern, resource, alias)
        return _Hit(FALSE, caveats=("variable-unresolved",) if fits is TRUE else ())
    truth, caveats = _covers(expansion.pattern, resource, alias)
    caveats += ("variable-in-value",) if expansion.nested else ()
    caveats += ("variable-misplaced",) if has_misplaced_variable(pattern) else ()
    if expansion.unknown and truth is TRUE:
        return _Hit(UNKNOWN, keys=expansion.unknown)
    return _Hit(truth, caveats=caveats)


def _covers(pattern: str | ResourcePattern, resource: str, alias: str | None) -> tuple[Truth, tuple[str, ...]]:
    found = resource_matches(pattern, resource)
    if alias is not None and not found.matches:
        found = resource_matches(pattern, alias)
        if found.matches:
            found = found._replace(caveats=(*found.caveats, "star-for-no-resource"))
    return (TRUE if found.matches else FALSE), found.caveats


def _resource_reason(element: PatternElement, truth: Truth, *, needs_star: bool) -> Reason | None:
    if truth is TRUE:
        return None
    if truth is UNKNOWN:
        return Reason.RESOURCE_UNKNOWN
    if element.negated:
        return Reason.RESOURCE_LISTED
    return Reason.RESOURCE_NEEDS_STAR if needs_star else Reason.RESOURCE_OTHER


def _only(element: PatternElement, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A list of one pattern is pointed at by its pattern."""
    return element.path(0) if len(element.patterns) == 1 else path


def _listing(patterns: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{pattern}`" for pattern in patterns[:3])
    return shown if len(patterns) <= 3 else f"{shown} and {len(patterns) - 3} more"
