"""Where the policies in force draw lines: the patterns of resources and condition values that decide about an action.

A request on one side of a pattern may come out otherwise than one on the other side, so that both are asked.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.context import fuller_context
from policysim.account.identity_layers import identity_layers
from policysim.account.principals import entity_behind
from policysim.evaluation.context import context_lookup
from policysim.expectations.documents import Documents, documents_of
from policysim.language.cells import Cut
from policysim.language.patterns import arn_pattern
from policysim.language.policy import Effect
from policysim.language.request import Request, Resource
from policysim.language.variables import expand, expand_resource, unexpanded
from policysim.language.wildcards import Pattern, Piece
from policysim.language.witnesses import resource_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.expectations.caller import Caller
    from policysim.language.policy import Statement
    from policysim.language.request import ContextValue, Principal, RequestContext
    from policysim.language.variables import Expansion
    from policysim.language.witnesses import Tokens

    Lookup = Callable[[str], ContextValue]

_EVERYTHING: Final = frozenset({"*", "arn:*"})
_PATTERN_OPERATORS: Final = ("stringlike", "stringnotlike")
_PRESENCE: Final = "null"
_MOST_CONTEXTS: Final = 256
"""In how many contexts a policy variable is looked up."""


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
        self._of_service: dict[str, tuple[AttachedPolicy, ...]] = {}
        self._shared: dict[str, tuple[tuple[AttachedPolicy, Statement], ...]] = {}

    @property
    def documents(self) -> tuple[AttachedPolicy, ...]:
        """Every document at hand, whoever it applies to."""
        return self._documents.all

    def of_resources(self, caller: Caller, action: str, contexts: Sequence[RequestContext]) -> tuple[Line, ...]:
        """The ``Resource`` patterns, policy variables replaced as far as their values are known, each once.

        ``contexts`` are those of the requests: a variable has the value of each. One that is not known stands for any
        text.
        """
        found: dict[Line, None] = {}
        lookups: tuple[Lookup, ...] | None = None
        for attached, statement in self._statements(caller, action):
            if statement.resource is None:
                continue
            for pattern in statement.resource.patterns:
                if pattern in _EVERYTHING:
                    continue
                written: Iterable[tuple[Piece, ...]] = ((Piece(pattern),),)
                if "${" in pattern and attached.policy.substitutes_variables:
                    lookups = lookups or self._lookups(caller, action, contexts)
                    written = (expand_resource(pattern, lookup).pieces for lookup in lookups)
                for pieces in written:
                    found[
                        Line(resource_tokens(pieces), statement.effect is Effect.ALLOW, statement.resource.negated)
                    ] = None
        return tuple(found)

    def of_values(self, caller: Caller, action: str, key: str, contexts: Sequence[RequestContext]) -> tuple[Cut, ...]:
        """What conditions compare the values of a key with, each once: texts and patterns."""
        found: dict[Cut, None] = {}
        lookups: tuple[Lookup, ...] | None = None
        for attached, statement in self._statements(caller, action):
            for entry in statement.conditions:
                operator = entry.operator.lower().rpartition(":")[2].removesuffix("ifexists")
                if entry.key.lower() != key.lower() or operator == _PRESENCE:
                    continue
                for value in entry.values:
                    written: Iterable[Expansion] = (unexpanded(value),)
                    if "${" in value and attached.policy.substitutes_variables:
                        lookups = lookups or self._lookups(caller, action, contexts)
                        written = (expand(value, lookup) for lookup in lookups)
                    found.update(dict.fromkeys(_cut(operator, one) for one in written))
        return tuple(found)

    def _lookups(self, caller: Caller, action: str, contexts: Sequence[RequestContext]) -> tuple[Lookup, ...]:
        """How the variables of the caller's requests are looked up: by what is stated, and what the account knows."""
        entity = entity_behind(caller.principal, self._organisation)
        found: list[Lookup] = []
        for context in itertools.islice(contexts, _MOST_CONTEXTS):
            known = context.filled_with(dict(caller.known.items()))
            request = Request(principal=caller.principal, action=action, resource=Resource(arn="*"), context=known)
            fuller = fuller_context(request, entity, self._organisation)
            found.append(context_lookup(replace(request, context=fuller)))
        return tuple(found)

    def _statements(self, caller: Caller, action: str) -> Iterator[tuple[AttachedPolicy, Statement]]:
        """Every statement that speaks of the action in a policy that may be in force for the caller."""
        if action not in self._shared:
            self._shared[action] = tuple(_speaking(self._common_of(action.partition(":")[0]), action))
        yield from self._shared[action]
        yield from _speaking(self._identity_policies(caller.principal), action)

    def _common_of(self, service: str) -> tuple[AttachedPolicy, ...]:
        """The policies that are nobody's own and may speak of actions of a service: few of many do."""
        found = self._of_service.get(service)
        if found is None:
            usable = (one for one in self._common if one.policy.usable)
            found = tuple(one for one in usable if one.policy.by_action.may_speak_of(service))
            self._of_service[service] = found
        return found

    def _identity_policies(self, principal: Principal) -> tuple[AttachedPolicy, ...]:
        if principal not in self._own:
            layers = identity_layers(principal, entity_behind(principal, self._organisation), self._organisation)
            self._own[principal] = tuple(one for layer in layers.values() for one in layer.policies)
        return self._own[principal]


def _speaking(documents: Iterable[AttachedPolicy], action: str) -> Iterator[tuple[AttachedPolicy, Statement]]:
    for attached in documents:
        if attached.policy.usable:
            yield from ((attached, statement) for statement in attached.policy.by_action.worth_a_look(action))


def _cut(operator: str, value: Expansion) -> Cut:
    """Where an operator draws the line of a value; of those that compare no text, at the value itself."""
    if operator.startswith("arn"):
        return Cut(arn_pattern(value.pieces).tokens())
    if operator.startswith(_PATTERN_OPERATORS):
        return Cut(Pattern.from_pieces(value.pieces).tokens)
    return Cut(value.literal_pattern.tokens, folded=operator.endswith("ignorecase"))
