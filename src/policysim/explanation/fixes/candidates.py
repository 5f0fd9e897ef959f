"""What a fix starts from and what it proposes, before anything is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.judged import Judged
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet
    from policysim.explanation.diagnosis import FixKind
    from policysim.language.edits import TextEdit
    from policysim.language.request import Request


class Case(NamedTuple):
    """One denied request, the policies that apply to it, and the (traced) decision that a fix is to change.

    ``no_explicit_deny``: AWS's message says that no policy allows, which it says only where no Deny matches.
    """

    request: Request
    policies: PolicySet
    decision: Decision
    organisation: Organisation
    facts: Facts
    no_explicit_deny: bool = False
    judged: Judged | None = None


class Aim(NamedTuple):
    """The one thing in the way that a fix removes.

    ``deny`` is the Deny statement to be narrowed; without one, an Allow is missing in ``layer`` (at ``node``, for
    layers of several levels). With ``public`` the policy of a bucket is in the way because it is open to everybody.
    """

    layer: LayerName
    node: str | None = None
    deny: StatementMatch | None = None
    public: bool = False


class Candidate(NamedTuple):
    """One possible edit of one document.

    ``breadth`` is a rough count of what the edit lets in; smaller is better. With ``new`` the document does not exist
    yet and is to be attached in the layer ``layer``, or in the place of the documents there with ``instead``; with
    ``attached_at`` it exists, and the edit attaches it to that node. ``others`` are whom else the edited statement
    names.
    """

    kind: FixKind
    summary: str
    attached: AttachedPolicy
    layer: LayerName
    edits: tuple[TextEdit, ...]
    breadth: int
    warning: str = ""
    new: bool = False
    others: tuple[str, ...] = ()
    instead: bool = False
    attached_at: str | None = None


Builder = Callable[[Case, Aim], Iterator[Candidate]]
"""From an aim to the edits that might reach it; what it yields is verified afterwards."""


def one_warning(*sentences: str) -> str:
    """Several warnings as one; empty ones are left out."""
    return "; ".join(filter(None, sentences))
