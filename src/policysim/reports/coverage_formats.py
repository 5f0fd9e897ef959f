"""The formats of coverage reports: what ``FORMAT[:PATH]`` asks for, how it is rendered, and how one is recognised."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.reports.coverage_build import KIND
from policysim.reports.coverage_html import GENERATOR
from policysim.reports.coverage_lcov import FIRST_LINE
from policysim.reports.coverage_markdown import TITLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policysim.reports.coverage_build import CoverageReport

TERM: Final = "term"
TERM_MISSING: Final = "term-missing"
_ON_SCREEN: Final = (TERM, TERM_MISSING)
_SEEN: Final = 4096
"""As many characters of a file tell what it is."""


class Destination(NamedTuple):
    """A format, and the file (or, for HTML, the folder) that it goes to; ``None`` for the screen."""

    format: str
    path: str | None = None


class _Format(NamedTuple):
    render: Callable[[CoverageReport], str]
    is_own: Callable[[str], bool]


def _json(report: CoverageReport) -> str:
    from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

    return json_text(report.document)


def _lcov(report: CoverageReport) -> str:
    from policysim.reports.coverage_lcov import coverage_lcov  # noqa: PLC0415  # the same

    return coverage_lcov(report.document)


def _markdown(report: CoverageReport) -> str:
    from policysim.reports.coverage_markdown import coverage_markdown  # noqa: PLC0415  # the same

    return coverage_markdown(report.document)


def _html(report: CoverageReport) -> str:
    from policysim.reports.coverage_html import coverage_html  # noqa: PLC0415  # the same

    return coverage_html(report)


FORMATS: Final[dict[str, _Format]] = {
    "html": _Format(_html, lambda text: GENERATOR in text),
    "json": _Format(_json, lambda text: text.startswith("{") and json.dumps(KIND) in text),
    "lcov": _Format(_lcov, lambda text: text.startswith(FIRST_LINE)),
    "markdown": _Format(_markdown, lambda text: text.startswith(TITLE)),
}
"""The formats that go to a file."""

_FORMS: Final = "term, term-missing, html:DIR, json:FILE, lcov:FILE or markdown:FILE"


def destinations(given: Sequence[str]) -> tuple[Destination, ...] | str:
    """What ``FORMAT[:PATH]`` asks for each time; or one sentence on what cannot be meant."""
    found: list[Destination] = []
    for one in given:
        format_, colon, path = one.partition(":")
        if not (format_ in _ON_SCREEN and not colon) and not (format_ in FORMATS and path):
            return f"`{one}`: expected {_FORMS}"
        found.append(Destination(format_, path or None))
    paths = [one.path for one in found if one.path is not None]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    return tuple(found) if twice is None else f"`{twice}` cannot hold two reports"


def file_of(destination: Destination) -> str | None:
    """The file that a report goes to: in a folder for HTML, unless it is named itself."""
    path = destination.path
    if path is None or destination.format != "html" or path.endswith((".html", ".htm")):
        return path
    return f"{path.rstrip('/')}/index.html"


def rendered(report: CoverageReport, format_: str) -> str:
    """The report in a format that goes to a file."""
    return FORMATS[format_].render(report)


def is_report(format_: str, beginning: str) -> bool:
    """Whether a file that begins so is a coverage report in this format, or empty: then it may be written anew."""
    return not beginning.strip() or FORMATS[format_].is_own(beginning[:_SEEN])
