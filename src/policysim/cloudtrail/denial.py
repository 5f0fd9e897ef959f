"""What AWS said: an AccessDenied message as a typed value.

Source: IAM User Guide, troubleshoot_access-denied; spec M1 to M18.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

TRUST_LAYER: Final = "trust"
"""The layer that a message about a role's trust policy names; evaluation counts it as the resource layer (spec M9)."""


OF_ANOTHER_ROLE: Final = frozenset({"role-of-state-machine"})
"""The codes of causes that lie in the policies of a role that a service works with, not in those of the caller."""


class DenialKind(Enum):
    """What the message says of the kind of denial."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One denial message, read.

    ``layer`` is the value of a ``LayerName``, or ``TRUST_LAYER``; ``None`` when the message names none. ``resource``
    is as printed: an ARN, ``*``, or words such as ``role X`` and ``this resource``. ``recognised`` is false for a
    message of no known form: it is kept whole in ``raw`` all the same, and what was sure of it is filled in. ``iam``
    is false when no policy caused the denial, and ``cause`` says then what did; beside a policy it names what else may
    have. ``cause_code`` is the stable name of such a cause (``CAUSES``), ``advice`` says what to do about it.

    ``further_actions`` are those that the message names beside ``action``. ``operation`` and ``service`` are what the
    tool around the message, or the message itself, names the call: ``PutObject`` and ``s3``. ``cut`` tells that
    CloudTrail cut the message off (1 KB); a part that the cut went through is left out, the encoded text aside.
    """

    raw: str
    recognised: bool
    principal: str | None = None
    action: str | None = None
    resource: str | None = None
    layer: str | None = None
    kind: DenialKind = DenialKind.UNKNOWN
    policy_arn: str | None = None
    authorization_id: str | None = None
    encoded: str | None = None
    iam: bool = True
    cause: str | None = None
    cause_code: str | None = None
    advice: str | None = None
    further_actions: tuple[str, ...] = ()
    operation: str | None = None
    service: str | None = None
    cut: bool = False

    @property
    def no_policy(self) -> str:
        """The words for what did not cause a refusal that is none of the caller's policies' (``iam`` is false)."""
        return no_policy(self.cause_code)


def no_policy(cause_code: str | None) -> str:
    """How to say that no policy that could be looked at caused a refusal: another principal's policies may have."""
    return "no policy of the caller" if cause_code in OF_ANOTHER_ROLE else "no policy"
