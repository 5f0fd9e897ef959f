"""Both evaluators asked the same questions, and how their answers compare."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.language.source import Source
from policysim.sources.cases import BrokenCase, read_case
from tests.differential.peer import PeerAnswer, ask
from tests.differential.simulations import simulation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.evaluation.decision import Decision
    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import Request


class Compared(NamedTuple):
    """One question with both answers. ``peer`` is ``None`` where the question has no form for the other evaluator."""

    case: dict[str, Any]
    request: Request
    policies: PolicySet
    ours: Decision
    simulated: dict[str, Any] | None
    peer: PeerAnswer | None

    @property
    def refused(self) -> bool:
        """Whether the other evaluator gave no answer."""
        return self.peer is None or not self.peer.effect

    @property
    def agree(self) -> bool:
        """Whether the other's outcome is ours, or one of those that we hold possible."""
        return self.peer is not None and self.peer.effect in {effect.value for effect in possible(self.ours)}


def possible(decision: Decision) -> set[Effect]:
    """Every outcome that a decision says can be."""
    own = set() if decision.effect is Effect.DEPENDS else {decision.effect}
    return own | set(decision.possible)


def compare(cases: Iterable[dict[str, Any]]) -> list[Compared]:
    """The answers to all questions that can be read, in order; a case with several resources is several questions."""
    ours = [answer for case in cases for answer in _decided(case)]
    asked = [simulated for *_, simulated in ours if simulated is not None]
    answers = iter(ask(asked))
    return [Compared(*found, None if found[-1] is None else next(answers)) for found in ours]


def _decided(
    case: dict[str, Any],
) -> Iterator[tuple[dict[str, Any], Request, PolicySet, Decision, dict[str, Any] | None]]:
    read = read_case(Source("case", json.dumps(case)))
    if isinstance(read, BrokenCase):
        raise TypeError(f"{read.id}: {read.error}")
    for question in read.questions:
        decision = decide(question.request, question.policies, CATALOGUE)
        yield case, question.request, question.policies, decision, simulation(case, question.request)
