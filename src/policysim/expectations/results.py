"""What came out of an expectation: whether it holds, and the requests for which it does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policysim.account.situate import Situation
    from policysim.evaluation.decide import CallDecision
    from policysim.evaluation.decision import Decision
    from policysim.expectations.sentences import Expectation
    from policysim.language.problems import Problem
    from policysim.language.request import Request


class Standing(Enum):
    """Whether an expectation holds. ``UNDECIDED``: something that decides is not known; it never passes silently.

    ``BROKEN``: it names something that is not there, so that nothing could be asked.
    """

    MET = "met"
    UNMET = "unmet"
    UNDECIDED = "undecided"
    BROKEN = "broken"


class Answer(NamedTuple):
    """One request that an expectation stands for, and what AWS would answer.

    ``caller`` is the principal as a person names it (``role/app``). ``situations`` are the authorizations that the
    request needs, each with its policies; ``call`` is the decision on all of them.
    """

    caller: str
    request: Request
    situations: tuple[Situation, ...]
    call: CallDecision

    @property
    def decision(self) -> Decision:
        """The decision that settles the request."""
        return self.call.deciding


class Shortfall(NamedTuple):
    """One answer that is not as expected, and one sentence that says what was expected and what came out."""

    answer: Answer
    sentence: str
    undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out of one expectation.

    ``asked`` requests were decided, ``short`` of them were not as expected; ``shortfalls`` holds the first of these,
    the most telling first. ``problems`` are what is wrong with the sentence itself (errors make it ``BROKEN``) or
    worth a warning. ``sampled`` tells that a wildcard stands for more resources or values than were asked about.
    ``by_guardrail`` counts the denials that a Deny or a limiting layer (SCP, RCP, boundary, ...) would keep, whatever
    else allows.
    """

    expectation: Expectation
    standing: Standing
    asked: int = 0
    short: int = 0
    shortfalls: tuple[Shortfall, ...] = ()
    problems: tuple[Problem, ...] = ()
    sampled: bool = False
    by_guardrail: int = 0
