"""What a decision is: the effect, every layer's verdict, the statements that decided, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.truth import Truth

if TYPE_CHECKING:
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.policy_set import AttachedPolicy, Gap
    from policysim.evaluation.reasons import Element, Reason
    from policysim.language.policy import Statement
    from policysim.language.request import Request
    from policysim.language.source import DocumentPath


class Effect(Enum):
    """The outcome of a decision. ``DEPENDS``: allowed and denied are both possible."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit_deny"
    IMPLICIT_DENY = "implicit_deny"
    DEPENDS = "depends"


class Verdict(Enum):
    """What one check says, in the words of AWS's GetRequestAuthorizationDetails (and ``UNKNOWN`` of our own)."""

    ALLOW = "ALLOW"
    NO_IMPACT = "NO_IMPACT"
    IMPLICIT_DENY = "IMPLICIT_DENY"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    UNKNOWN = "UNKNOWN"


class Grant(Enum):
    """How the principal element of a matching statement reaches the caller (spec E8, E9, E11).

    ``DIRECT``: the caller itself, or ``*``. ``ENTITY``: the role or user behind its session. ``ACCOUNT``: its account.
    ``KEY_GRANT``, ``KEY_GRANT_TO_ACCOUNT``: a grant of a KMS key to the caller, or to its account (spec S23).
    """

    DIRECT = "direct"
    ENTITY = "entity"
    ACCOUNT = "account"
    KEY_GRANT = "key grant"
    KEY_GRANT_TO_ACCOUNT = "key grant to the account"


BY_KEY_GRANT: Final = frozenset({Grant.KEY_GRANT, Grant.KEY_GRANT_TO_ACCOUNT})
"""How a statement reaches the caller that stands for a grant of a KMS key."""


class Outcome(NamedTuple):
    """How one element of a statement came out.

    ``reason`` is ``None`` when the element matches. ``path`` leads from the statement to the part that was compared;
    ``wanted`` is what the policy says, ``found`` what the request has, ``key`` the context key that they are of.
    ``keys`` are the unknown keys that the truth depends on; ``caveats`` the codes of what is doubtful about it.
    """

    element: Element
    truth: Truth
    reason: Reason | None
    path: DocumentPath
    wanted: str
    found: str
    key: str = ""
    keys: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in words, filled in; empty when the element matches."""
        if self.reason is None:
            return ""
        template = self.reason.value.sentence
        if self.wanted.startswith("in `"):  # a range of addresses
            template = template.replace("to differ from {wanted}", "not to be {wanted}")
        return template.format(wanted=self.wanted, found=self.found, key=self.key)


class StatementMatch(NamedTuple):
    """One statement held against one request.

    ``outcomes``: one for every element and every condition, in the order in which they were looked at. ``node`` is the
    level of the layer. ``grant`` is set for statements with a principal element that match or may match.
    """

    attached: AttachedPolicy
    statement: Statement
    truth: Truth
    outcomes: tuple[Outcome, ...]
    layer: LayerName
    node: str
    grant: Grant | None = None

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The elements that do not match, or may not."""
        return tuple(outcome for outcome in self.outcomes if outcome.truth is not Truth.TRUE)

    @property
    def unknown_keys(self) -> tuple[str, ...]:
        """The unknown keys that the match depends on."""
        return tuple(dict.fromkeys(key for outcome in self.outcomes for key in outcome.keys))


class Check(NamedTuple):
    """The verdict of one layer.

    ``matched`` are the statements that match (or may match). ``target`` is what the layer's policies hang on: an ARN,
    an account or a VPC endpoint. ``needed`` tells whether the layer's Allow was needed for this request at all,
    ``present`` whether the layer is there and applies. ``blocking_node`` is the first level without an Allow.
    """

    layer: LayerName
    verdict: Verdict
    matched: tuple[StatementMatch, ...]
    target: str | None
    needed: bool
    present: bool
    gaps: tuple[Gap, ...] = ()
    blocking_node: str | None = None


class UnknownKey(NamedTuple):
    """A context key that the decision hangs on, and what each class of its values would lead to.

    ``settles`` pairs a value (``None``: the key is absent) with the effect that it leads to, other keys left open.
    """

    key: str
    settles: tuple[tuple[str | None, Effect], ...] = ()


class Caveat(NamedTuple):
    """Something the reader must know before acting on a decision: a code and one sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one request.

    ``layer`` is the word of the case files: the layer that denied, or the granting side of an allow (``root`` and
    ``special`` included). ``statements`` decided; ``possible`` lists the other effects still open, sorted by name.
    ``blocking`` lists every layer whose implicit deny stands in the way, in the order in which AWS checks. ``trace``
    holds every statement of every layer, for those who asked for it.
    """

    request: Request
    effect: Effect
    layer: str
    checks: tuple[Check, ...]
    statements: tuple[StatementMatch, ...]
    blocking: tuple[LayerName, ...] = ()
    possible: tuple[Effect, ...] = ()
    unknown_keys: tuple[UnknownKey, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    gaps: tuple[Gap, ...] = ()
    trace: tuple[StatementMatch, ...] = ()

    def check(self, layer: LayerName) -> Check:
        """The check of one layer."""
        return next(check for check in self.checks if check.layer is layer)

    def narrowed(self, **changes: object) -> Decision:
        """A copy with some fields replaced, as a decision is made more certain or gets a caveat."""
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses.replace checks the names itself
