"""What recorded calls show of each principal: what it used, and what it was denied.

Only what a record proves counts: calls that failed for other reasons, and actions that a call may have needed, do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.principals import completed, entity_behind
from policysim.catalog.actions import canonical_action
from policysim.cloudtrail.event import EventCategory
from policysim.language.arns import parse_arn
from policysim.language.request import UNKNOWN, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from policysim.account.account import Organisation
    from policysim.cloudtrail.call import Call
    from policysim.expectations.drafting.people import Person
    from policysim.language.request import Principal, Request

FEW: Final = 3
"""How many resources, and how many values of a key, are listed one by one."""

_SEPARATOR: Final = re.compile(r"[/:]")


class Recorded(NamedTuple):
    """One call of a log, and where it stands."""

    call: Call
    where: str


@dataclass(slots=True)
class Calls:
    """The calls of one principal for one action, all of them allowed or all of them denied by one layer.

    ``resources`` counts them by resource, ``places`` tells where the first one on each stands, ``keys`` are the values
    that context keys had (``None``: absent).
    """

    word: str
    action: str
    layer: str | None
    resources: dict[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    keys: dict[str, dict[str | None, None]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many calls."""
        return sum(self.resources.values())

    @property
    def seen(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each key, by the key in lower case: none where it was absent throughout; only where few."""
        found: dict[str, tuple[str, ...]] = {}
        for key, values in self.keys.items():
            stated = tuple(value for value in values if value is not None)
            if len(values) <= FEW and (not stated or len(stated) == len(values)):
                found[key] = stated
        return found

    @property
    def where(self) -> str:
        """Where the first call stands."""
        return next(iter(self.places.values()))

    def add(self, request: Request, where: str) -> None:
        """Takes note of one more call."""
        arn = request.resource.arn
        self.places.setdefault(arn, where)
        self.resources[arn] = self.resources.get(arn, 0) + 1
        for key, value in request.context.items():
            if value is not UNKNOWN:
                values = value if isinstance(value, tuple) else (None,)
                self.keys.setdefault(key.lower(), {}).update(dict.fromkeys(values))


@dataclass(slots=True)
class Usage:
    """What a log shows: what was used and what was denied, and how much of it tells nothing.

    ``maybe`` are actions that calls may have needed beside their own; ``data`` counts the data events, which a trail
    records only where it was asked to. ``strangers`` counts the calls of principals that are not at hand, ``unclear``
    those of which the record does not tell what they needed, ``failed`` those that failed for other reasons than a
    denial.
    """

    used: dict[tuple[str, str], Calls] = field(default_factory=dict)
    denied: dict[tuple[str, str, str | None], Calls] = field(default_factory=dict)
    maybe: set[tuple[str, str]] = field(default_factory=set)
    calls: int = 0
    data: int = 0
    strangers: int = 0
    unclear: int = 0
    failed: int = 0

    def used_by(self, word: str) -> list[Calls]:
        """The calls of one principal that were allowed, by action."""
        return sorted((one for one in self.used.values() if one.word == word), key=lambda one: one.action)

    def denied_to(self, word: str) -> list[Calls]:
        """The calls of one principal that were denied, by action."""
        return sorted((one for one in self.denied.values() if one.word == word), key=lambda one: one.action)

    @property
    def words(self) -> tuple[str, ...]:
        """Whoever called."""
        return tuple(
            dict.fromkeys([*(one.word for one in self.used.values()), *(one.word for one in self.denied.values())])
        )


def usage_of(recorded: Iterable[Recorded], everybody: Sequence[Person], organisation: Organisation) -> Usage:
    """What a log shows of the principals at hand, and of services."""
    words = {person.entity.arn: person.word for person in everybody}
    usage = Usage()
    for call, where in recorded:
        event = call.event
        if event is None or not event.is_call:
            continue
        usage.calls += 1
        usage.data += event.category is EventCategory.DATA
        succeeded = event.failure is None and event.error_message is None
        if not succeeded and (call.denial is None or not call.denial.iam):
            usage.failed += 1
            continue
        requests = [one.request for one in call.requests if not one.conditional]
        if not requests or (not succeeded and call.missing):
            usage.unclear += 1
            continue
        word = _word(requests[0].principal, words, organisation)
        if word is None:
            usage.strangers += 1
            continue
        if succeeded:
            usage.maybe |= {(word, _spelled(one.request.action)) for one in call.requests if one.conditional}
            _take_used(usage, word, requests, where)
        else:
            _take_denied(usage, word, call, requests, where)
    return usage


def _word(principal: Principal, words: Mapping[str, str], organisation: Organisation) -> str | None:
    if principal.kind is PrincipalKind.SERVICE:
        return principal.service
    entity = entity_behind(completed(principal, organisation), organisation)
    return words.get(entity.arn) if entity is not None else None


def _take_used(usage: Usage, word: str, requests: Sequence[Request], where: str) -> None:
    for request in requests:
        action = _spelled(request.action)
        usage.used.setdefault((word, action), Calls(word, action, None)).add(request, where)


def _take_denied(usage: Usage, word: str, call: Call, requests: Sequence[Request], where: str) -> None:
    denial = call.denial
    if denial is None or (len(requests) > 1 and denial.action is None):
        usage.unclear += 1  # AWS does not say which of them was denied
        return
    request = requests[0]
    action = _spelled(request.action)
    calls = usage.denied.setdefault((word, action, denial.layer), Calls(word, action, denial.layer))
    calls.add(request, where)


def _spelled(action: str) -> str:
    return canonical_action(action) or action


def generalised(resources: Iterable[str]) -> tuple[str, ...]:
    """A few words for many resources: those that share a path become one pattern.

    A few stay as they are, and so does what no pattern fits. The first part of a resource (a bucket's name, ``table/``)
    is never made a wildcard.
    """
    words = dict.fromkeys(resources)
    if len(words) <= FEW:
        return tuple(sorted(words))
    found: list[str] = []
    groups: dict[str, list[str]] = {}
    for word in words:
        start = _first_part(word)
        if start is None:
            found.append(word)
        else:
            groups.setdefault(start, []).append(word)
    for start, inside in groups.items():
        found += inside if len(inside) <= FEW else _patterns(start, inside)
    return tuple(sorted(found))


def _patterns(start: str, words: list[str]) -> list[str]:
    """One pattern for the path that all share; where they share none, one for each path if these are few."""
    shared = _shared_path(words)
    if len(shared) > len(start):
        return [f"{shared}*"]
    below: dict[str, list[str]] = {}
    for word in words:
        step = _SEPARATOR.search(word, len(start))
        below.setdefault(word[: step.end()] if step is not None else word, []).append(word)
    if len(below) > FEW:
        return [f"{start}*"]
    return [one[0] if len(one) == 1 else f"{_shared_path(one)}*" for one in below.values()]


def _shared_path(words: list[str]) -> str:
    """What all of the words begin with, up to a separator."""
    first, last = min(words), max(words)  # what these two share, all share
    separators = [found.end() for found in _SEPARATOR.finditer(first) if last.startswith(first[: found.end()])]
    return first[: separators[-1]] if separators else ""


def _first_part(word: str) -> str | None:
    """An ARN up to the first separator of its resource, which is included; ``None`` where there is none."""
    arn = parse_arn(word)
    separator = _SEPARATOR.search(arn.resource) if arn is not None else None
    return str(arn._replace(resource=arn.resource[: separator.end()])) if arn is not None and separator else None
