"""Which statements of a document speak of an action, without asking every one of them.

A document may hold hundreds of action patterns, of which a request concerns a few. They are sorted once: whole names
by name, patterns by the service in front of the colon, which never holds a wildcard. Source: spec A1 to A6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.language.patterns import action_matches
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.language.policy import Statement


class ActionIndex(dict[str, "tuple[Statement, ...]"]):
    """The statements of one document whose ``Action`` or ``NotAction`` matches an action, by action, in their order.

    What was asked once is remembered: an item that is not there yet is found when it is asked for.
    """

    __slots__ = ("_anywhere", "_doubtful", "_exact", "_services", "_statements", "_wild")

    def __init__(self, statements: Sequence[Statement]) -> None:
        super().__init__()
        self._statements = statements
        self._exact: dict[str, list[int]] = {}
        self._wild: dict[str, list[tuple[str, int]]] = {}
        self._anywhere: list[int] = []
        self._doubtful: set[int] = set()
        for place, statement in enumerate(statements):
            if statement.action.negated:
                self._doubtful.update(() if statement.action.patterns else (place,))
                self._anywhere.append(place)
            else:
                self._sort(statement.action.patterns, place)
        self._services = frozenset((*self._wild, *(name.partition(":")[0] for name in self._exact)))

    def _sort(self, patterns: tuple[str, ...], place: int) -> None:
        exact, wild = self._exact, self._wild
        for pattern in patterns:
            if pattern[:1].isspace() or pattern[-1:].isspace():
                self._doubtful.add(place)
            if "*" not in pattern and "?" not in pattern:
                exact.setdefault(pattern.lower(), []).append(place)
            elif pattern in {"*", "*:*"}:
                self._anywhere.append(place)
            else:
                prefix, _, name = pattern.lower().partition(":")
                wild.setdefault(prefix, []).append((name, place))

    def may_speak_of(self, service: str) -> bool:
        """Whether some statement may be about an action of a service; what it names is told without looking further."""
        return bool(self._anywhere or self._doubtful) or service.lower() in self._services

    def __missing__(self, action: str) -> tuple[Statement, ...]:
        found = self[action] = self._covering(action.lower())
        return found

    def worth_a_look(self, action: str) -> tuple[Statement, ...]:
        """The statements that match, and those of which AWS does not document whether they do (spec A10, R23)."""
        covering = self[action]
        if not self._doubtful:
            return covering
        doubtful = [self._statements[place] for place in self._doubtful if self._statements[place] not in covering]
        return tuple(sorted((*covering, *doubtful), key=lambda statement: statement.index))

    def _covering(self, action: str) -> tuple[Statement, ...]:
        service, colon, operation = action.partition(":")
        places = {place for place in self._anywhere if self._applies(place, action)}
        if colon:
            places.update(self._exact.get(action, ()))
            for name, place in self._wild.get(service, ()):
                if place not in places and Pattern.from_text(name).matches(operation):
                    places.add(place)
        return tuple(self._statements[place] for place in sorted(places))

    def _applies(self, place: int, action: str) -> bool:
        """Whether a statement that names no services is about the action; an empty element is about nothing (C11)."""
        element = self._statements[place].action
        if not element.negated:
            return True
        return bool(element.patterns) and not any(action_matches(pattern, action) for pattern in element.patterns)
