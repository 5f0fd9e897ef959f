"""Statement coverage of a test run: what ``--policysim-cov`` adds to pytest.

Under pytest-xdist every worker sends what it noted, and where the policies are, to the process that reports.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from policysim import __version__
from policysim.coverage.coverage import coverage_of
from policysim.coverage.places import file_named
from policysim.coverage.recorder import Recorder
from policysim.reports.coverage_build import coverage_report
from policysim.reports.coverage_formats import TERM, TERM_MISSING, destinations, file_of, is_report, rendered
from policysim.reports.coverage_text import coverage_shortfall, coverage_text
from policysim.reports.decision_phrases import counted
from policysim.reports.layout import Paint
from policysim.sources.errors import InputError
from policysim.sources.in_force import read_in_force
from policysim.sources.report_files import check_report_file, write_report_file
from policysim.testing.sent_sources import received, sent
from policysim.testing.session import session_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from policysim.account.account import Organisation
    from policysim.coverage.coverage import Coverage
    from policysim.reports.coverage_build import CoverageReport
    from policysim.reports.coverage_formats import Destination
    from policysim.sources.in_force import PolicySource

_NAME: Final = "policysim_cov"
_WHOLE: Final = 100.0


class Options(NamedTuple):
    """What the options and the ini key say; ``below`` are files and folders, told from where pytest was started."""

    below: tuple[str, ...]
    reports: tuple[Destination, ...]
    fail_under: float | None
    excluded: tuple[str, ...]

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """The options of a run.

        Raises:
            UsageError: one of them cannot be meant.
        """
        root = str(config.invocation_params.dir)
        paths = [one for one in config.getoption(_NAME) if isinstance(one, str)]
        reports = destinations(config.getoption("policysim_cov_report") or [TERM])
        if isinstance(reports, str):
            raise pytest.UsageError(f"--policysim-cov-report: {reports}")
        for path in paths:
            if not (config.invocation_params.dir / path).exists():
                raise pytest.UsageError(f"--policysim-cov: there is no such file or folder: `{path}`")
        return cls(
            tuple(file_named(path, root) for path in paths),
            reports,
            _fail_under(config.getoption("policysim_cov_fail_under")),
            (*config.getini("policysim_cov_exclude"), *(config.getoption("policysim_cov_exclude") or ())),
        )


def _fail_under(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= _WHOLE:
        raise pytest.UsageError(f"--policysim-cov-fail-under: expected a share from 0 to 100, not `{text}`")
    return share


def register(config: pytest.Config) -> None:
    """Begins to take note of every answer of this run."""
    if config.option.collectonly:
        return
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(WorkerCoverage(config), "_policysim_cov")
        return
    options = Options.of(config)
    for one in options.reports:
        _check(one, config)
    config.pluginmanager.register(MainCoverage(config, options), "_policysim_cov")


def _check(destination: Destination, config: pytest.Config) -> None:
    file = _file(destination, config)
    if file is not None:
        try:
            check_report_file(file, partial(is_report, destination.format))
        except InputError as error:
            raise pytest.UsageError(f"--policysim-cov-report: {error}") from None


def _file(destination: Destination, config: pytest.Config) -> str | None:
    name = file_of(destination)
    return None if name is None else str(config.invocation_params.dir / name)


class _Noting:
    """Notes the answers of one process, and which policies it read."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = str(config.invocation_params.dir)
        self.recorder = Recorder(root=self.root)
        self.read: dict[str, Organisation] = {}
        session_of(config).record_with = self._record

    def _record(self, source: PolicySource, organisation: Organisation) -> Recorder:
        self.read[sent(source)] = organisation
        return self.recorder


class WorkerCoverage:
    """What a worker of pytest-xdist does: it notes, and sends what it noted."""

    def __init__(self, config: pytest.Config) -> None:
        self._noting = _Noting(config)

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Sends what was noted along with the worker's last word."""
        output: dict[str, Any] = session.config.workeroutput  # type: ignore[attr-defined]  # pytest-xdist sets it
        output[_NAME] = {"noted": self._noting.recorder.payload(), "sources": list(self._noting.read)}


class MainCoverage:
    """What the process does that reports: it adds up what was noted, and fails the run below the share asked for."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        self._config = config
        self._options = options
        self._noting = _Noting(config)
        self._sent: list[str] = []
        self._lost = 0
        self._stopped = False
        self._report: CoverageReport | None = None
        self._trouble: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  # a type of pytest-xdist, which may not be there
        """Takes what a worker noted; one that crashed sends nothing."""
        noted = getattr(node, "workeroutput", {}).get(_NAME)
        if noted is None:
            self._lost += 1
            return
        self._noting.recorder.merge(noted["noted"])
        self._sent += noted["sources"]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Once the tests have run: by the end of the session it is too late to let it fail."""
        try:
            result = yield
        except Exception:  # the way in which pytest stops a run early
            self._stopped = True
            self._conclude(session)
            raise
        self._conclude(session)
        return result

    def _conclude(self, session: pytest.Session) -> None:
        self._measure()
        if self._short() is not None or self._trouble:
            session.testsfailed += 1

    def _measure(self) -> None:
        try:
            coverage = self._coverage()
            self._report = coverage_report(coverage, __version__, notes=self._notes())
            for one in self._options.reports:
                file = _file(one, self._config)
                if file is not None:
                    write_report_file(file, rendered(self._report, one.format), partial(is_report, one.format))
        except InputError as error:
            self._trouble.append(str(error))

    def _coverage(self) -> Coverage:
        read = dict(self._noting.read)
        for source in self._sent:
            if source not in read:
                read[source] = read_in_force(received(source))
        return coverage_of(
            [read[source] for source in sorted(read)],
            self._noting.recorder,
            below=self._options.below,
            excluded=self._options.excluded,
        )

    def _notes(self) -> Sequence[str]:
        notes = []
        if self._stopped:
            notes.append("the run was stopped early: what the other tests exercise is missing here")
        if self._lost:
            lost = counted(self._lost, "worker")
            notes.append(f"{lost} of pytest-xdist ended without a word: what its tests exercised is missing here")
        return notes

    def _short(self) -> str | None:
        if self._report is None:
            return None
        return coverage_shortfall(self._report.document, self._options.fail_under)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table, where the reports are, and why the run fails."""
        report = self._report
        terminalreporter.section("policysim coverage")
        if report is None and not self._trouble:
            terminalreporter.write_line("policysim: nothing was measured: the run was stopped before its end")
        for one in self._options.reports if report is not None else ():
            if report is not None and one.format in {TERM, TERM_MISSING}:
                paint = Paint(coloured=terminalreporter.hasmarkup)
                terminalreporter.write(coverage_text(report.document, paint, missing=one.format == TERM_MISSING))
            else:
                terminalreporter.write_line(f"Coverage as {one.format} written to {file_of(one)}")
        for sentence in self._trouble:
            terminalreporter.write_line(f"policysim: coverage could not be reported: {sentence}", red=True)
        short = self._short()
        if short is not None:
            terminalreporter.write_line(f"policysim: {short}", red=True, bold=True)
