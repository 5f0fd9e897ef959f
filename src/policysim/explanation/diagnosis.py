"""The diagnosis of one denied call: the nouns that reports render."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policysim.cloudtrail.call import Call, CallRequest
    from policysim.evaluation.decision import Decision, Effect, Outcome, StatementMatch
    from policysim.language.edits import TextEdit
    from policysim.language.source import Source


class Agreement(Enum):
    """Whether our decision and AWS's answer are the same."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNKNOWN = "unknown"


class NearMiss(NamedTuple):
    """A statement that is one element short of matching, and the element."""

    match: StatementMatch
    outcome: Outcome


class Verification(NamedTuple):
    """What the evaluator says once an edit is made. ``layer`` is the next layer in the way when it is no allow."""

    effect: Effect
    layer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One proposed edit of the user's text.

    ``kind`` is from a closed set (``add-action``, ``add-resource``, ``add-statement``, ``except-principal``, ...);
    ``edits`` all lie in ``source``; ``command`` is the AWS CLI call that deploys the edited document;
    ``also_affects`` lists the ARNs of others that have the same document.
    """

    kind: str
    summary: str
    source: Source
    edits: tuple[TextEdit, ...]
    verified: Verification
    command: str = ""
    also_affects: tuple[str, ...] = ()
    warning: str = ""


class RequestDiagnosis(NamedTuple):
    """One request of the call, situated in the account and decided; ``decision`` is ``None`` without policies."""

    requested: CallRequest
    decision: Decision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that is said about one denied call.

    ``decision`` is that of the request that AWS refused. ``disagreement`` names the reason when AWS and we differ.
    ``next_steps`` are facts or commands that would settle what is open, most useful first.
    """

    call: Call
    requests: tuple[RequestDiagnosis, ...]
    decision: Decision | None
    agreement: Agreement
    disagreement: str = ""
    near_misses: tuple[NearMiss, ...] = ()
    fixes: tuple[Fix, ...] = ()
    next_steps: tuple[str, ...] = ()
