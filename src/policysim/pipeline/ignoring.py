"""Denials that nobody wants to hear of: of service-linked roles, of the pipeline's own role, and by rules.

A rule is ``FIELD=PATTERN``, or several joined by ``&`` that must all fit; ``*`` and ``?`` are wildcards, case does not
matter. White space stands between rules: no ARN and no name of an action holds any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import service_prefix
from policysim.cloudtrail.caller import caller_of_event
from policysim.explanation.root_causes import action_of
from policysim.language.arns import parse_arn
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policysim.cloudtrail.event import Event
    from policysim.explanation.diagnosis import Diagnosis
    from policysim.language.request import Principal

EVENT_FIELDS: Final = ("caller", "account", "region", "operation", "error")
"""What a record tells of itself: fitting it costs no explanation."""

CAUSE_FIELDS: Final = ("action", "cause")
"""What only the explanation tells."""


class IgnoreRule(NamedTuple):
    """The patterns by field, lower case."""

    patterns: tuple[tuple[str, Pattern], ...]

    @property
    def needs_the_cause(self) -> bool:
        """Whether the rule can only be applied once the denial is explained."""
        return any(field in CAUSE_FIELDS for field, _ in self.patterns)

    def fits(self, facts: Mapping[str, Sequence[str]]) -> bool:
        """Whether every field has a value that its pattern matches."""
        return all(
            any(pattern.matches_ignoring_case(fact) for fact in facts[field]) for field, pattern in self.patterns
        )


def ignore_rules(text: str) -> tuple[IgnoreRule, ...] | None:
    """The rules that a text holds; ``None`` where it does not have their form."""
    rules = []
    for word in text.split():
        pairs = [part.partition("=") for part in word.split("&")]
        if any(field not in (*EVENT_FIELDS, *CAUSE_FIELDS) or not pattern for field, _, pattern in pairs):
            return None
        rules.append(IgnoreRule(tuple((field, Pattern.from_text(pattern)) for field, _, pattern in pairs)))
    return tuple(rules)


class Unwanted(NamedTuple):
    """What is left out, as the settings have it; ``own_role`` is the ARN of the role that the function runs with."""

    rules: tuple[IgnoreRule, ...]
    own_role: str | None
    service_linked: bool

    def is_event(self, event: Event) -> bool:
        """Whether a denied event is left out before it is explained."""
        caller = caller_of_event(event).principal
        if caller is not None:
            if self.service_linked and caller.service_linked:
                return True
            if self.own_role is not None and _is_role(caller, self.own_role):
                return True
        early = [rule for rule in self.rules if not rule.needs_the_cause]
        return bool(early) and _any_fits(early, _facts_of(event, caller))

    def is_cause(self, diagnosis: Diagnosis) -> bool:
        """Whether a denial is left out for what its explanation tells."""
        late = [rule for rule in self.rules if rule.needs_the_cause]
        event = diagnosis.call.event
        if not late or event is None:
            return False
        cause = diagnosis.hypotheses[0].code if diagnosis.hypotheses else ""
        told = {"action": (action_of(diagnosis) or "",), "cause": (cause,)}
        return _any_fits(late, {**_facts_of(event, caller_of_event(event).principal), **told})


def _any_fits(rules: Sequence[IgnoreRule], facts: Mapping[str, Sequence[str]]) -> bool:
    return any(rule.fits(facts) for rule in rules)


def _facts_of(event: Event, caller: Principal | None) -> dict[str, tuple[str, ...]]:
    names = (caller.arn, caller.entity_arn, caller.service) if caller is not None else ()
    account = caller.account if caller is not None else None
    return {
        "caller": tuple(name for name in names if name),
        "account": (account,) if account else (),
        "region": (event.aws_region,) if event.aws_region else (),
        "operation": (f"{service_prefix(event.event_source)}:{event.event_name}",),
        "error": (event.error_code,) if event.error_code else (),
    }


def _is_role(caller: Principal, role_arn: str) -> bool:
    """Whether a caller is a session of a role; names of roles are unique in an account, whatever their paths."""
    own, entity = parse_arn(role_arn), parse_arn(caller.entity_arn or "")
    if own is None or entity is None or not entity.resource.startswith("role/"):
        return False
    return (own.account, own.resource.rsplit("/", 1)[-1]) == (entity.account, entity.resource.rsplit("/", 1)[-1])
