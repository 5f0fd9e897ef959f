"""Dead statements: no request's decision would be another one if all of them were taken out together.

Four proofs, from the text alone: another statement with the same effect, in force wherever this one is, matches all
that it matches; a Deny without conditions, in force wherever this Allow is, does; a limit of everybody who has this
Allow, a boundary or a level of SCPs, allows nothing of it; or none of its actions exists. What cannot be proven is not
dead. Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; spec E2, E6, E12, E17 to E20,
A9, S7.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.coverage.inclusion import covers
from policysim.coverage.limits import NO_LIMITS, always_within_scps
from policysim.coverage.places import statement_key
from policysim.coverage.separation import apart
from policysim.evaluation.layers import LayerName
from policysim.language.arns import parse_arn
from policysim.language.patterns import action_matches
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.coverage.inventory import Document, Inventory, Use
    from policysim.coverage.limits import Limit, Limits
    from policysim.language.policy import Statement


class DeadKind(Enum):
    """The proof that a statement is dead.

    ``REPEATED``: another one says the same. ``DENIED``: a Deny always beats it. ``OUTSIDE``: a limit allows nothing of
    it. ``NO_ACTION``: nothing can match it.
    """

    REPEATED = "repeated"
    DENIED = "denied"
    OUTSIDE = "outside"
    NO_ACTION = "no-action"


class Dead(NamedTuple):
    """Why a statement is dead, and what makes it so: a statement of a document, or limits and a document of theirs."""

    kind: DeadKind
    document: Document | None = None
    statement: Statement | None = None
    limits: tuple[Limit, ...] = ()


class _Entry(NamedTuple):
    document: Document
    statement: Statement
    order: tuple[int, int]


_BUCKETS: Final = "s3"

_OF_HOLDERS: Final = frozenset({LayerName.IDENTITY, LayerName.BOUNDARY})
_OF_NODES: Final = frozenset({LayerName.SCP, LayerName.RCP})

_BESIDE_TRUST: Final = "sts:SetSourceIdentity"
"""Needs an identity-based Allow beside a trust policy that lets the caller past its boundary (spec S7)."""


def dead_statements(inventory: Inventory, root: str = "", *, limits: Limits = NO_LIMITS) -> dict[str, Dead]:
    """The dead statements of the documents that count, by their keys; ``limits`` as of the same organisations."""
    return dict(_Search(inventory, limits).found(root))


class _Search:
    """Holds every statement against those that are in force with it."""

    def __init__(self, inventory: Inventory, limits: Limits) -> None:
        self._groups = inventory.groups
        self._limits = limits
        self._entries = [
            _Entry(document, statement, (number, statement.index))
            for number, document in enumerate(inventory.documents)
            if document.policy.usable
            for statement in document.policy.statements
        ]
        self._documents = {id(document.policy): document for document in inventory.documents}
        self._because: dict[int, _Entry] = {}
        self._by_use: dict[Use, list[_Entry]] = {}
        for entry in self._entries:
            for use in entry.document.uses:
                self._by_use.setdefault(use, []).append(entry)

    def found(self, root: str) -> Iterator[tuple[str, Dead]]:
        for entry in self._entries:
            if entry.document.excluded:
                continue
            dead = self._dead(entry)
            if dead is not None:
                yield statement_key(entry.statement, root), dead

    def _dead(self, entry: _Entry) -> Dead | None:
        if _names_no_action(entry.statement):
            return Dead(DeadKind.NO_ACTION)
        for other in self._beside(entry):
            kind = self._kind(entry, other)
            if kind is not None and not self._rests_on(other, entry):
                self._because[id(entry.statement)] = other
                return Dead(kind, other.document, other.statement)
        outside = self._outside(entry)
        return Dead(DeadKind.OUTSIDE, self._document_of(outside[0]), limits=outside) if outside else None

    def _kind(self, entry: _Entry, other: _Entry) -> DeadKind | None:
        if self._repeats(entry, other):
            return DeadKind.REPEATED
        return DeadKind.DENIED if self._denies(entry, other) else None

    def _rests_on(self, entry: _Entry, other: _Entry) -> bool:
        """Whether a statement is itself dead because of another one: of those that say the same, one must stay."""
        at: _Entry | None = entry
        while at is not None:
            if at.statement is other.statement:
                return True
            at = self._because.get(id(at.statement))
        return False

    def _beside(self, entry: _Entry) -> Iterator[_Entry]:
        """The statements that are in force where this one is first listed, those of the same document first."""
        seen = {id(entry.statement)}
        for use in entry.document.uses[:1]:
            near = sorted(
                (one for place in self._places(entry, use, denying=True) for one in self._by_use.get(place, ())),
                key=lambda one: (one.document.place != entry.document.place, one.order),
            )
            for one in near:
                if id(one.statement) not in seen:
                    seen.add(id(one.statement))
                    yield one

    def _places(self, entry: _Entry, use: Use, *, denying: bool) -> tuple[Use, ...]:
        """Where a document may hang to be in force wherever the entry's is that hangs here.

        ``denying``: what is in force only for its Deny statements counts too.
        """
        if use.layer in _OF_HOLDERS:
            inner = (*self._with_groups(use), *((use._replace(layer=LayerName.BOUNDARY),) if denying else ()))
            bound = denying and always_within_scps(entry.statement)
            return (*inner, *(use._replace(layer=LayerName.SCP, holder=node) for node in self._nodes(use) if bound))
        if use.layer in _OF_NODES and denying:
            return (use, *(use._replace(holder=node) for node in self._nodes(use)))
        return (use,)

    def _with_groups(self, use: Use) -> tuple[Use, ...]:
        if use.layer is not LayerName.IDENTITY:
            return (use,)
        return (use, *(use._replace(holder=group) for group in self._groups.get((use.world, use.holder), ())))

    def _nodes(self, use: Use) -> tuple[str, ...]:
        return self._limits.nodes.get((use.world, use.holder), ())

    def _always_with(self, entry: _Entry, other: _Entry, *, denying: bool) -> bool:
        uses = set(other.document.uses)
        return all(not uses.isdisjoint(self._places(entry, use, denying=denying)) for use in entry.document.uses)

    def _repeats(self, entry: _Entry, other: _Entry) -> bool:
        if entry.statement.effect is not other.statement.effect or not _covers(other, entry):
            return False
        denying = entry.statement.effect is Effect.DENY
        if not self._always_with(entry, other, denying=denying):
            return False
        mutual = _covers(entry, other) and self._always_with(other, entry, denying=denying)
        return not mutual or other.order < entry.order

    def _denies(self, entry: _Entry, other: _Entry) -> bool:
        return (
            entry.statement.effect is Effect.ALLOW
            and other.statement.effect is Effect.DENY
            and not other.statement.conditions
            and not _may_make_public(entry)
            and _covers(other, entry)
            and self._always_with(entry, other, denying=True)
        )

    def _outside(self, entry: _Entry) -> tuple[Limit, ...]:
        """For everybody who has the Allow a limit that allows nothing of it; none where somebody has no such limit."""
        if entry.statement.effect is not Effect.ALLOW:
            return ()
        found: list[Limit] = []
        for use in entry.document.uses:
            everybody = self._limits.over.get((use.world, use.holder), ())
            closed = [self._closing(limits, use, entry) for limits in everybody]
            if not closed or None in closed:
                return ()
            found += (limit for limit in closed if limit is not None)
        return tuple({(limit.layer, limit.node): limit for limit in found}.values())

    def _document_of(self, limit: Limit) -> Document | None:
        return next((self._documents.get(id(attached.policy)) for attached in limit.policies), None)

    def _closing(self, limits: tuple[Limit, ...], use: Use, entry: _Entry) -> Limit | None:
        return next((limit for limit in limits if _bears_on(limit, use, entry) and _allows_nothing(limit, entry)), None)


def _bears_on(limit: Limit, use: Use, entry: _Entry) -> bool:
    """Whether no request that the statement matches where it hangs here can pass without the limit."""
    if limit.layer is LayerName.BOUNDARY:
        return use.layer is LayerName.IDENTITY and _needs_no_trust(entry.statement)
    return use.layer is LayerName.SCP or (use.layer in _OF_HOLDERS and always_within_scps(entry.statement))


def _needs_no_trust(statement: Statement) -> bool:
    return statement.action.negated is any(action_matches(one, _BESIDE_TRUST) for one in statement.action.patterns)


def _allows_nothing(limit: Limit, entry: _Entry) -> bool:
    substitutes = entry.document.policy.substitutes_variables
    return all(apart(entry.statement, allow, substitutes=(substitutes, variables)) for allow, variables in limit.allows)


def _covers(wide: _Entry, narrow: _Entry) -> bool:
    substitutes = (wide.document.policy.substitutes_variables, narrow.document.policy.substitutes_variables)
    return covers(wide.statement, narrow.statement, substitutes=substitutes)


def _names_no_action(statement: Statement) -> bool:
    """Whether the catalogue knows the services of all its actions, and none of the actions."""
    element = statement.action
    if element.negated or not element.patterns:
        return False
    return all(
        _service(pattern) in CATALOGUE.services() and not CATALOGUE.actions_matching(pattern)
        for pattern in element.patterns
    )


def _service(pattern: str) -> str:
    return pattern.lower().partition(":")[0]


def _may_make_public(entry: _Entry) -> bool:
    """Whether the Allow may make a bucket policy a public one, which S3 Block Public Access heeds even if it is denied.

    Source: Amazon S3 User Guide, access-control-block-public-access; spec S15.
    """
    principal = entry.statement.principal
    if principal is None or not any(use.layer is LayerName.RESOURCE for use in entry.document.uses):
        return False
    holders = (parse_arn(use.holder) for use in entry.document.uses)
    plain = not principal.negated and all(one.value != "*" for one in principal.entries)
    return not plain and any(holder is None or holder.service.startswith(_BUCKETS) for holder in holders)
