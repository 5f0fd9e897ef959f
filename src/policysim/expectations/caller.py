"""A caller: who makes a request, as a person names it and as the request has it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from policysim.language.arns import parse_arn
from policysim.language.request import Principal, RequestContext


class Whose(Enum):
    """Whether a caller's account is at hand.

    ``OUTSIDER``: of an account that nobody named, which is taken to allow its own principals everything.
    """

    AT_HAND = "at hand"
    FOREIGN = "foreign"
    OUTSIDER = "outsider"


NOTHING_KNOWN = RequestContext()


class Caller(NamedTuple):
    """A caller as a person names it, and as a request has it.

    ``known`` are the context keys that follow from who it is, and that a request would not show by itself.
    """

    name: str
    principal: Principal
    whose: Whose = Whose.AT_HAND
    known: RequestContext = NOTHING_KNOWN

    @property
    def identity(self) -> tuple[Principal, RequestContext]:
        """What makes two callers the same one, however they are named."""
        return self.principal, self.known

    @property
    def covered_by(self) -> frozenset[str]:
        """Under which ARNs and names a sentence may speak of the caller.

        A session is covered by its role. The root of an account that is not at hand stands for the whole account, as
        it does in a policy.
        """
        own = self.principal
        names = {
            own.arn,
            own.entity_arn,
            own.service,
            own.provider,
            own.canonical_id and f"canonical:{own.canonical_id}",
        }
        if self.whose is Whose.FOREIGN and own.account is not None:
            arn = parse_arn(own.arn or own.entity_arn or "")
            names.add(f"arn:{arn.partition if arn is not None else 'aws'}:iam::{own.account}:root")
        return frozenset(name for name in names if name)

    def is_one_of(self, others: frozenset[str]) -> bool:
        """Whether one of these ARNs and names covers the caller."""
        return not self.covered_by.isdisjoint(others)

    @property
    def names(self) -> frozenset[str]:
        """The ARN or name that the caller itself is, for the sentences that leave it aside."""
        own = self.principal
        if own.canonical_id and own.account is None:
            return frozenset({f"canonical:{own.canonical_id}"})
        first = own.arn or own.entity_arn or own.service or own.provider
        return frozenset({first} if first else ())
