"""Facts about a few condition keys, for tests of what depends on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.facts import NO_FACTS

if TYPE_CHECKING:
    from policysim.evaluation.facts import DescribedKey


class KeyFacts(NamedTuple):
    """A condition key described by hand."""

    type: str
    multivalued: bool = False
    always_present: bool = False


class KnownKeys:
    """Facts that know the given keys and nothing else."""

    def __init__(self, known: dict[str, KeyFacts] | None = None, **more: KeyFacts) -> None:
        self._known = {key.lower(): facts for key, facts in {**(known or {}), **more}.items()}

    def condition_key(self, key: str) -> DescribedKey | None:
        return self._known.get(key.lower())

    def works_on(self, action: str, arn: str) -> bool | None:
        return NO_FACTS.works_on(action, arn)

    def knows_action(self, action: str) -> bool | None:
        return NO_FACTS.knows_action(action)

    def knows_key(self, key: str) -> bool | None:
        return True if key.lower() in self._known else NO_FACTS.knows_key(key)

    def takes_no_resource(self, action: str) -> bool | None:
        return NO_FACTS.takes_no_resource(action)

    def under_rcps(self, action: str) -> bool | None:
        return NO_FACTS.under_rcps(action)

    def uses_gateway_endpoint(self, action: str) -> bool | None:
        return NO_FACTS.uses_gateway_endpoint(action)
