"""One request to AWS: who asks, for which action, on which resource, in which context.

Everything that a decision may look at is part of the request, the time included: nothing below reads a clock.
Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-reqcontext; spec P, C42 to C57.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class PrincipalKind(Enum):
    """The kinds of caller; the value is the word of CloudTrail and of the case files."""

    USER = "IAMUser"
    ROLE_SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    ROOT = "Root"
    SERVICE = "AWSService"
    ANONYMOUS = "Anonymous"
    WEB_IDENTITY = "WebIdentity"
    SAML = "SAML"

    # Kinds are looked up on every decision's way: the hash of the object is many times faster than an enumeration's.
    __hash__ = object.__hash__


IAM_IDENTITIES: Final = frozenset({PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})
"""The callers that identity-based policies apply to (spec E6, E12)."""

OF_AN_ACCOUNT: Final = IAM_IDENTITIES | {PrincipalKind.ROOT}
"""The callers that belong to an account (spec E17, P3)."""


class Credentials(Enum):
    """Whether a caller signs with long-term or temporary credentials; those of a console session are temporary too."""

    LONG_TERM = "long-term"
    TEMPORARY = "temporary"
    CONSOLE = "console"
    UNKNOWN = "unknown"

    @property
    def are_temporary(self) -> bool:
        """Whether they are known to be temporary."""
        return self in {Credentials.TEMPORARY, Credentials.CONSOLE}


class Missing(Enum):
    """Why a context key has no values: it is known to be absent, or nobody knows."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


ABSENT: Final = Missing.ABSENT
UNKNOWN: Final = Missing.UNKNOWN

ContextValue = tuple[str, ...] | Missing
"""The values of a context key (one if it is single-valued, none if it is there but empty), or why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who makes the request.

    ``arn`` is the caller's own ARN (the sts ARN of a session); ``entity_arn`` is the role behind a session (with its
    path) or the user behind a federated session; ``provider`` the identity provider of a web identity or SAML caller.
    ``in_management_account`` and ``service_linked`` are ``None`` when nobody knows; ``canonical_id`` is the canonical
    user id of the caller's account, which Amazon S3 knows accounts by (spec P15); ``transitive_tags`` are the keys of
    the session tags that a session passes on in a role chain, as far as they are known (spec S7).
    """

    kind: PrincipalKind
    arn: str | None = None
    account: str | None = None
    entity_arn: str | None = None
    unique_id: str | None = None
    service: str | None = None
    provider: str | None = None
    credentials: Credentials = Credentials.UNKNOWN
    service_linked: bool | None = False
    in_management_account: bool | None = None
    canonical_id: str | None = None
    transitive_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAccessBlock:
    """S3 Block Public Access as it holds for one bucket; ``None`` where a setting was not collected."""

    block_public_acls: bool | None = None
    ignore_public_acls: bool | None = None
    block_public_policy: bool | None = None
    restrict_public_buckets: bool | None = None


class AclGrant(NamedTuple):
    """One grant of an S3 access control list.

    ``grantee`` is an account id, a canonical user id or the URI of a predefined group; ``permission`` is ``READ``,
    ``WRITE``, ``READ_ACP``, ``WRITE_ACP`` or ``FULL_CONTROL``.
    """

    grantee: str
    permission: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What the request is about: an ARN or ``*``, and what is known of its owner.

    ``account`` is ``None`` when the owner is unknown; it is never guessed (spec R22). ``key_manager`` is that of a KMS
    key (``AWS`` or ``CUSTOMER``). The others are of S3: ``public_access_block`` and ``object_ownership`` of the bucket
    (``BucketOwnerEnforced`` and so on), ``object_owner`` the account that owns the object, ``acl`` the access control
    list of the bucket or object; ``None`` where nobody knows. ``let_in`` are the accounts beside the owner whose users
    ``RestrictPublicBuckets`` lets pass (spec S15). ``behind`` is the ARN of the bucket or object behind an access
    point, where it is known and authorized as well (spec S17). ``held_in`` is the ARN of what holds the resource, and
    has the policy that it stands under, where its own ARN does not tell: the vault of a recovery point of AWS Backup.
    """

    arn: str
    account: str | None = None
    in_management_account: bool | None = None
    key_manager: str | None = None
    public_access_block: PublicAccessBlock | None = None
    object_owner: str | None = None
    object_ownership: str | None = None
    acl: tuple[AclGrant, ...] | None = None
    let_in: tuple[str, ...] = ()
    behind: str | None = None
    held_in: str | None = None


class RequestContext:
    """The condition keys of a request: each one known, known to be absent, or unknown.

    Key names ignore case (spec C2). ``complete`` tells that a key not listed is absent; otherwise it is unknown.
    The same can be said of one family of keys, such as ``aws:PrincipalTag/``: see ``with_families_listed``. An unknown
    key may be known to be one of a few values: see ``with_candidates``.
    """

    __slots__ = ("_ambiguous", "_candidates", "_families", "_names", "_values", "complete")

    def __init__(
        self,
        values: Mapping[str, str | Iterable[str]] | None = None,
        *,
        absent: Iterable[str] = (),
        unknown: Iterable[str] = (),
        complete: bool = False,
    ) -> None:
        self.complete = complete
        self._families: frozenset[str] = frozenset()
        self._names: dict[str, str] = {}
        self._values: dict[str, ContextValue] = {}
        self._ambiguous: frozenset[str] = frozenset()
        self._candidates: dict[str, tuple[ContextValue, ...]] = {}
        for key, value in (values or {}).items():
            self._state(key, (value,) if isinstance(value, str) else tuple(value))
        for key in absent:
            self._put(key, ABSENT)
        for key in unknown:
            self._put(key, UNKNOWN)

    def _state(self, key: str, value: ContextValue) -> None:
        """Take one of the values given; two spellings of a key with two values leave it unknown (spec C3)."""
        before = self._values.get(key.lower(), value)
        if before != value:
            self._ambiguous |= {key.lower()}
        self._put(key, value if before == value else UNKNOWN)

    def _put(self, key: str, value: ContextValue) -> None:
        self._names[key.lower()] = key
        self._values[key.lower()] = value

    def get(self, key: str) -> ContextValue | None:
        """What was said about ``key``; ``None`` when nothing was said."""
        lower = key.lower()
        value = self._values.get(lower)
        return ABSENT if value is None and any(map(lower.startswith, self._families)) else value

    def items(self) -> list[tuple[str, ContextValue]]:
        """Every key that something was said about, as it was spelled, in order."""
        return [(name, self._values[lower]) for lower, name in self._names.items()]

    @property
    def ambiguous(self) -> frozenset[str]:
        """The keys, in lower case, that were given in several spellings with several values (spec C3)."""
        return self._ambiguous

    def with_values(self, values: Mapping[str, ContextValue]) -> RequestContext:
        """A copy in which ``values`` stand instead of, or beside, what was there."""
        copy = RequestContext(complete=self.complete)
        replaced = {key.lower() for key in values}
        copy._families, copy._ambiguous = self._families, self._ambiguous - replaced
        copy._candidates = {lower: some for lower, some in self._candidates.items() if lower not in replaced}
        copy._names = {lower: name for lower, name in self._names.items() if lower not in replaced}
        copy._values = {lower: value for lower, value in self._values.items() if lower not in replaced}
        for key, value in values.items():
            copy._state(key, value)
        return copy

    def with_families_listed(self, *prefixes: str) -> RequestContext:
        """A copy in which every key of these families is listed, so that one that is not is absent."""
        copy = self.with_values({})
        copy._families = copy._families | {prefix.lower() for prefix in prefixes}  # noqa: SLF001  # its own class
        return copy

    def with_candidates(self, key: str, *candidates: ContextValue) -> RequestContext:
        """A copy in which the key is unknown, but known to be one of these (``ABSENT`` may be among them)."""
        copy = self.with_values({key: UNKNOWN})
        copy._candidates[key.lower()] = candidates  # noqa: SLF001  # its own class
        return copy

    def candidates(self, key: str) -> tuple[ContextValue, ...]:
        """What an unknown key can only be; empty when it can be anything."""
        return self._candidates.get(key.lower(), ())

    def filled_with(self, values: Mapping[str, ContextValue]) -> RequestContext:
        """A copy to which ``values`` are added where nothing, or only "unknown", was said."""
        return self.with_values({k: v for k, v in values.items() if self.get(k) in (None, UNKNOWN)})

    def __eq__(self, other: object) -> bool:
        """Equal when the same is said of the same keys."""
        if not isinstance(other, RequestContext):
            return NotImplemented
        same_scope = (self.complete, self._families, self._candidates) == (
            other.complete,
            other._families,
            other._candidates,
        )
        return same_scope and self._values == other._values

    def __hash__(self) -> int:
        return hash((frozenset(self._values.items()), self.complete, self._families))

    def __repr__(self) -> str:
        return f"RequestContext({dict(self.items())!r}, complete={self.complete})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One authorization question: may this principal do this action on this resource in this context?"""

    principal: Principal
    action: str
    resource: Resource
    context: RequestContext = field(default_factory=RequestContext)
