"""AWS's own evaluation of a refused request, as typed values: what it asked, what each check said, what matched.

Two APIs show it: ``GetRequestAuthorizationDetails`` of IAM, and ``DecodeAuthorizationMessage`` of AWS STS. Words that
AWS may add later (a type of check, an effect) are kept as they stand.
Source: IAM Toolbox API reference, GetRequestAuthorizationDetails; IAM User Guide,
troubleshoot_access-denied-authorization-id; AWS STS API reference, DecodeAuthorizationMessage; spec M11, M15, M18.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.language.policy import Policy
    from policysim.language.request import ContextValue

ALLOW: Final = "ALLOW"
NO_IMPACT: Final = "NO_IMPACT"
EXPLICIT_DENY: Final = "EXPLICIT_DENY"
IMPLICIT_DENY: Final = "IMPLICIT_DENY"
DENY: Final = "DENY"
"""The effect of a statement; the effects of checks are the four above."""

DENIALS: Final = frozenset({EXPLICIT_DENY, IMPLICIT_DENY})
NOT_TOLD: Final = "UNKNOWN"
"""What stands for an effect that AWS does not tell."""


class EvaluationKind(Enum):
    """Which API showed the evaluation; the value is the word of the reports."""

    AUTHORIZATION_DETAILS = "authorization-details"
    DECODED_MESSAGE = "decoded-message"

    @property
    def origin(self) -> str:
        """Where a request that was read from it came from, in words."""
        return _ORIGINS[self]


_ORIGINS: Final = {
    EvaluationKind.AUTHORIZATION_DETAILS: "AWS's evaluation",
    EvaluationKind.DECODED_MESSAGE: "decoded message",
}


class MatchedStatement(NamedTuple):
    """A statement that AWS lists as matched: its Sid (one that AWS made up where it has none) and its effect."""

    sid: str
    effect: str


class MatchedPolicy(NamedTuple):
    """A policy of which statements matched, by the URI under which the evaluation lists it."""

    uri: str
    statements: tuple[MatchedStatement, ...]


class EvaluatedCheck(NamedTuple):
    """One check: its type, its effect, and what tells it from others of its type (an ARN of AWS Organizations)."""

    type: str
    effect: str
    target: str
    matched: tuple[MatchedPolicy, ...] = ()


class EvaluatedPolicy(NamedTuple):
    """A policy that AWS considered.

    ``uri`` is the ARN of a managed policy, and means nothing outside the evaluation for any other. ``inline`` is
    ``None`` where AWS does not tell. ``source`` are pairs such as ``("grantId", ID)``. ``document`` is the policy as
    AWS evaluated it, where somebody saved it.
    """

    uri: str
    type: str
    inline: bool | None
    attached_to: tuple[str, ...]
    source: tuple[tuple[str, str], ...] = ()
    document: Policy | None = None

    @property
    def grant_id(self) -> str | None:
        """The id of the KMS grant that the policy stands for, if it stands for one."""
        return next((value for key, value in self.source if key == "grantId"), None)


class DecodedStatement(NamedTuple):
    """A statement of a decoded message: it names no policy, but shows what the statement says.

    ``sid`` is empty for a statement without one. ``conditions`` are keys and values; their operators are not shown.
    """

    sid: str
    effect: str
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One action on one resource, as AWS evaluated it.

    ``source`` is the file; ``effect`` is AWS's word (``UNKNOWN``: not told). ``context`` holds the condition keys that
    AWS lists: what it does not list may be there all the same. ``principal`` is the ARN and ``principal_id`` the unique
    id of the caller as AWS shows them, of a session that of its role. ``checks`` and ``matched`` (the older form of
    the same) are of authorization details, ``statements`` of decoded messages.
    """

    kind: EvaluationKind
    source: str
    action: str
    resource: str
    effect: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    principal: str | None = None
    principal_id: str | None = None
    checks: tuple[EvaluatedCheck, ...] = ()
    matched: tuple[MatchedPolicy, ...] = ()
    policies: tuple[EvaluatedPolicy, ...] = ()
    statements: tuple[DecodedStatement, ...] = ()
    _by_uri: dict[str, EvaluatedPolicy] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the policies by URI: every matched statement asks for one."""
        object.__setattr__(self, "_by_uri", {policy.uri: policy for policy in reversed(self.policies)})

    @property
    def is_denial(self) -> bool:
        """Whether AWS refused this action on this resource."""
        return self.effect in DENIALS

    def policy(self, uri: str) -> EvaluatedPolicy | None:
        """The policy that the evaluation lists under a URI."""
        return self._by_uri.get(uri)


class Answer(NamedTuple):
    """What one file holds of AWS's own evaluation: the evaluations of one request, in AWS's order.

    ``complete`` is false where AWS has more pages of evaluations than the file.
    """

    source: str
    evaluations: tuple[Evaluation, ...]
    complete: bool = True


DETAILS_MEMBERS: Final = ("requestContext", "evaluations")
"""What an answer of ``GetRequestAuthorizationDetails`` has; pages after the first repeat both."""

DECODED_MEMBERS: Final = ("allowed", "explicitDeny", "context")
"""What a decoded message has."""


def is_details(value: Mapping[str, object]) -> bool:
    """Whether a JSON object looks like an answer of ``GetRequestAuthorizationDetails``."""
    return all(name in value for name in DETAILS_MEMBERS)


def is_decoded(value: Mapping[str, object]) -> bool:
    """Whether a JSON object looks like a decoded message."""
    return all(name in value for name in DECODED_MEMBERS)


class AnswerError(ValueError):
    """A value that is no answer of these APIs; the text says which member, and what was expected of it."""
