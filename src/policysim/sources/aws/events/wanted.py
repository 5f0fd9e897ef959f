"""Which denied events of a source are wanted: by id, time, caller and action, judged on the record itself.

A source may leave out of its answer what this would refuse anyway; it is this that decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.requests import call_from_event
from policysim.language.arns import parse_arn
from policysim.language.patterns import action_matches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.cloudtrail.event import Event

ASSUMED_ROLE: Final = "assumed-role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for; ``None`` leaves open.

    ``principal`` is the ARN of a user, a role, a session of a role or a root user: a role stands for all its sessions.
    ``action`` may hold wildcards. ``since`` and ``until`` bound the time of the event, both included.
    """

    event_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    principal: str | None = None
    action: str | None = None

    def fits(self, event: Event) -> bool:
        """Whether a denied event is one of those that were asked for."""
        return self._fits_id(event) and self._fits_time(event) and self._fits_caller(event) and self._fits_action(event)

    def _fits_id(self, event: Event) -> bool:
        return self.event_id is None or event.event_id == self.event_id

    def _fits_time(self, event: Event) -> bool:
        if self.since is None and self.until is None:
            return True
        time = event.time
        if time is None:
            return False
        return (self.since is None or time >= self.since) and (self.until is None or time <= self.until)

    def _fits_caller(self, event: Event) -> bool:
        return self.principal is None or any(is_caller(arn, self.principal) for arn in _arns_of_caller(event))

    def _fits_action(self, event: Event) -> bool:
        if self.action is None:
            return True
        call = call_from_event(event, takes_no_resource=CATALOGUE.takes_no_resource)
        denied = call.denial.action if call.denial is not None else None
        actions = [denied] if denied else [one.request.action for one in call.requests]
        return any(action_matches(self.action, action) for action in actions)


def is_caller(arn: str, principal: str) -> bool:
    """Whether the ARN of a record is the principal's, or that of a session of the role that the principal is."""
    if arn == principal:
        return True
    one, asked = parse_arn(arn), parse_arn(principal)
    if one is None or asked is None or one.account != asked.account or asked.service != "iam":
        return False
    kind, _, session = one.resource.partition("/")
    role_kind, _, role = asked.resource.partition("/")
    # A session's ARN names the role without its path.
    return kind == ASSUMED_ROLE and role_kind == "role" and session.partition("/")[0] == role.rpartition("/")[2]


def _arns_of_caller(event: Event) -> Iterator[str]:
    """The ARNs under which a record shows its caller: its own, that of its role, and the one that the message names."""
    identity = event.user_identity
    if identity is not None:
        issuer = identity.session_context.session_issuer if identity.session_context is not None else None
        for arn in (identity.arn, issuer.arn if issuer is not None else None):
            if arn:
                yield arn
    failure = event.failure
    if failure is not None and failure.message:
        named = read_denial(failure.message, failure.code).principal
        if named:
            yield named
