"""Where the policies in force draw lines: the patterns of resources and condition values that decide about an action.

A request on one side of a pattern may come out otherwise than one on the other side, so that both are asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.identity_layers import identity_layers
from policysim.account.principals import entity_behind
from policysim.evaluation.context import context_lookup
from policysim.expectations.documents import Documents, documents_of
from policysim.language.policy import Effect
from policysim.language.request import Request, RequestContext, Resource
from policysim.language.variables import expand, expand_resource
from policysim.language.wildcards import Pattern, Piece
from policysim.language.witnesses import literal_tokens, resource_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.account.account import Organisation
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.expectations.caller import Caller
    from policysim.language.policy import Statement
    from policysim.language.request import Principal
    from policysim.language.witnesses import Tokens

_EVERYTHING: Final = frozenset({"*", "arn:*"})
_LITERAL_OPERATORS: Final = ("stringequals", "stringnotequals", "arnequals", "arnnotequals")
_PATTERN_OPERATORS: Final = ("stringlike", "stringnotlike", "arnlike", "arnnotlike")


class Line(NamedTuple):
    """One pattern of a statement that speaks of the action, and whether the statement allows.

    ``beside``: the statement is about what does not fit, as one with ``NotResource`` is.
    """

    tokens: Tokens
    allows: bool
    beside: bool = False


class Lines:
    """The lines that the policies in force draw, by caller and action."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._documents: Documents = documents_of(organisation)
        self._common = (*self._documents.resources, *self._documents.limits)
        self._own: dict[Principal, tuple[AttachedPolicy, ...]] = {}
        self._shared: dict[str, tuple[tuple[AttachedPolicy, Statement], ...]] = {}

    @property
    def documents(self) -> tuple[AttachedPolicy, ...]:
        """Every document at hand, whoever it applies to."""
        return self._documents.all

    def of_resources(self, caller: Caller, action: str, context: RequestContext) -> tuple[Line, ...]:
        """The ``Resource`` patterns, policy variables replaced as far as their values are known, each once.

        A variable whose value is not known stands for any text.
        """
        request = Request(principal=caller.principal, action=action, resource=Resource(arn="*"), context=context)
        lookup = context_lookup(request)
        found: dict[Line, None] = {}
        for attached, statement in self._statements(caller, action):
            if statement.resource is None:
                continue
            for pattern in statement.resource.patterns:
                if pattern in _EVERYTHING:
                    continue
                pieces: tuple[Piece, ...] = (Piece(pattern),)
                if "${" in pattern and attached.policy.substitutes_variables:
                    pieces = expand_resource(pattern, lookup).pieces
                line = Line(resource_tokens(pieces), statement.effect is Effect.ALLOW, statement.resource.negated)
                found[line] = None
        return tuple(found)

    def of_values(self, caller: Caller, action: str, key: str, context: RequestContext) -> tuple[Tokens, ...]:
        """What conditions compare the values of a key with, each once: texts and patterns."""
        request = Request(principal=caller.principal, action=action, resource=Resource(arn="*"), context=context)
        lookup = context_lookup(request)
        found: dict[Tokens, None] = {}
        for attached, statement in self._statements(caller, action):
            for entry in statement.conditions:
                operator = entry.operator.lower().rpartition(":")[2].removesuffix("ifexists")
                if entry.key.lower() != key.lower() or not operator.startswith(_LITERAL_OPERATORS + _PATTERN_OPERATORS):
                    continue
                for value in entry.values:
                    pieces = expand(value, lookup).pieces if attached.policy.substitutes_variables else (Piece(value),)
                    literal = operator.startswith(_LITERAL_OPERATORS) and not operator.startswith("arn")
                    found[_tokens(pieces, literal=literal)] = None
        return tuple(found)

    def _statements(self, caller: Caller, action: str) -> Iterator[tuple[AttachedPolicy, Statement]]:
        """Every statement that speaks of the action in a policy that may be in force for the caller."""
        if action not in self._shared:
            self._shared[action] = tuple(_speaking(self._common, action))
        yield from self._shared[action]
        yield from _speaking(self._identity_policies(caller.principal), action)

    def _identity_policies(self, principal: Principal) -> tuple[AttachedPolicy, ...]:
        if principal not in self._own:
            layers = identity_layers(principal, entity_behind(principal, self._organisation), self._organisation)
            self._own[principal] = tuple(one for layer in layers.values() for one in layer.policies)
        return self._own[principal]


def _speaking(documents: Iterable[AttachedPolicy], action: str) -> Iterator[tuple[AttachedPolicy, Statement]]:
    for attached in documents:
        if attached.policy.usable:
            yield from ((attached, statement) for statement in attached.policy.by_action.worth_a_look(action))


def _tokens(pieces: tuple[Piece, ...], *, literal: bool) -> Tokens:
    if literal:
        return literal_tokens("".join(piece.text for piece in pieces))
    return Pattern.from_pieces(pieces).tokens
