"""What statement coverage adds to the time of checking a thousand expectations against the sample organisation.

python benchmarks/coverage.py
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.expectations import ORGANISATION, expectations_of, literal_sentences
from policysim.coverage.coverage import coverage_of
from policysim.coverage.recorder import Recorder
from policysim.expectations.checking import Checker
from policysim.expectations.sentences import Form
from policysim.reports.coverage_build import coverage_report
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.results import Answer
    from policysim.expectations.sentences import Expectation

ROUNDS = 5


def seconds_to_check(
    expectations: Sequence[Expectation], organisation: Organisation, recorder: Recorder | None
) -> float:
    """Processor time to check them all, every answer noted by the recorder if there is one."""

    def observe(expectation: Expectation, answer: Answer) -> None:
        if recorder is not None:
            recorder.observe(answer.call, needed=expectation.form is Form.CAN, by="benchmark")

    checker = Checker(organisation, observe=None if recorder is None else observe)
    start = time.process_time()
    for one in expectations:
        checker.check(one)
    return time.process_time() - start


def main() -> None:
    """Print the time without and with coverage, and that of the figures and the document of the report."""
    organisation = read_organisation(ORGANISATION)
    expectations = expectations_of(literal_sentences(organisation))
    seconds_to_check(expectations, organisation, None)
    plain, measured, recorder = [], [], Recorder()
    for _ in range(ROUNDS):
        plain.append(seconds_to_check(expectations, organisation, None))
        recorder = Recorder()
        measured.append(seconds_to_check(expectations, organisation, recorder))
    without, with_ = statistics.median(plain), statistics.median(measured)
    print(f"{without:.3f} s without, {with_:.3f} s with coverage: {100 * (with_ / without - 1):+.1f}%")
    start = time.process_time()
    coverage = coverage_of([organisation], recorder)
    figures = time.process_time() - start
    coverage_report(coverage, "benchmark")
    print(f"{figures:.3f} s for the figures, {time.process_time() - start - figures:.3f} s for the document")


if __name__ == "__main__":
    main()
