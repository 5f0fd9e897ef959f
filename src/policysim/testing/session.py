"""What one process of a test run keeps: each account read once, with what answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from policysim.expectations.sentences import Form
from policysim.sources.errors import InputError
from policysim.sources.in_force import read_in_force
from policysim.testing.settings import Settings
from policysim.testing.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.account.account import Organisation
    from policysim.evaluation.decide import CallDecision
    from policysim.expectations.results import Answer
    from policysim.expectations.sentences import Expectation
    from policysim.sources.in_force import PolicySource


class Recorder(Protocol):
    """Takes note of answers; ``needed`` tells that an Allow was expected, ``by`` is the sentence that asked."""

    def observe(self, call: CallDecision, *, needed: bool, by: str = "") -> None:
        """Note one answer."""


class Session:
    """The accounts that a run has read so far.

    ``record_with`` makes the recorder of an account when it is first read; ``None`` where nothing is recorded.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.settings = Settings.of(config)
        self._folder = config.invocation_params.dir
        self.record_with: Callable[[PolicySource, Organisation], Recorder] | None = None
        self._simulators: dict[tuple[object, ...], Simulator] = {}

    def simulator(self, source: PolicySource) -> Simulator:
        """What answers for the policies of a source.

        Raises:
            InputError: the source cannot be read.
        """
        key = source.identity
        if key not in self._simulators:
            organisation = read_in_force(source)
            self._simulators[key] = Simulator(
                organisation,
                limit=self.settings.limit,
                observe=self._observer(source, organisation),
                folder=self._folder,
            )
        return self._simulators[key]

    def _observer(
        self, source: PolicySource, organisation: Organisation
    ) -> Callable[[Expectation, Answer], None] | None:
        if self.record_with is None:
            return None
        recorder = self.record_with(source, organisation)
        asking: list[tuple[Expectation, str]] = []

        def observe(expectation: Expectation, answer: Answer) -> None:
            if not asking or asking[0][0] is not expectation:  # it stands for many answers in a row
                asking[:] = [(expectation, f"{expectation.span.source.name}: {expectation.text}")]
            recorder.observe(answer.call, needed=expectation.form in {Form.CAN, Form.ONLY}, by=asking[0][1])

        return observe


def simulator_of_test(request: pytest.FixtureRequest, source: PolicySource) -> Simulator:
    """What answers for the policies of a test; a source that cannot be read is one sentence, without our frames."""
    try:
        return session_of(request.config).simulator(source)
    except InputError as error:
        trouble = str(error)
    pytest.fail(trouble, pytrace=False)


SESSION: pytest.StashKey[Session] = pytest.StashKey()


def session_of(config: pytest.Config) -> Session:
    """What the run keeps; made when first asked for."""
    if SESSION not in config.stash:
        config.stash[SESSION] = Session(config)
    return config.stash[SESSION]
