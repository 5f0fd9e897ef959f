"""What a run reads stays as it is: no report is written over it, whatever ``--force`` says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from policysim.sources.files import where_it_leads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.sources.expectation_files import Suite
    from policysim.sources.in_force import PolicySource

EXPECTATIONS: Final = ".expect"
_OF_POLICIES: Final = (".json", ".json.gz", ".yaml", ".yml", ".template")
_BEGINNING: Final = 4096
_REPORTS: Final = (b'"policysim":', b'"https://docs.oasis-open.org/sarif/')
"""What stands at the beginning of a report in JSON or SARIF, and in no policy: a later run may write it anew."""


def keep_policies(files: Iterable[str], sources: Iterable[PolicySource]) -> None:
    """Refuses to write one of ``files`` over the policies that ``sources`` name.

    Raises:
        click.UsageError: it would.
    """
    places = [place for source in sources for place in _places(source)]
    for file in files:
        target = _there(file)
        if target is not None and any(_is_of(target, place) for place in places):
            raise click.UsageError(f"{file}: holds policies that this run reads; it is left as it is")


def keep_expectations(files: Iterable[str], suites: Iterable[Suite]) -> None:
    """Refuses to write one of ``files`` over a file of expectations, whether this run reads it or not.

    Raises:
        click.UsageError: it would.
    """
    read = {where_it_leads(Path(name)) for suite in suites for name in _names(suite)}
    for file in files:
        target = _there(file)
        if target is not None and (target in read or target.name.endswith(EXPECTATIONS)):
            raise click.UsageError(f"{file}: holds expectations; no report is written over them")


def _there(file: str) -> Path | None:
    """The regular file that would be overwritten, if there is one."""
    target = where_it_leads(Path(file))
    return target if target is not None and target.is_file() else None


def _names(suite: Suite) -> Iterator[str]:
    yield suite.source.name
    yield from {expectation.span.source.name for expectation in suite.expectations}


def _places(source: PolicySource) -> Iterator[Path]:
    for path in (source.path, source.base):
        place = None if path is None else where_it_leads(path)
        if place is not None:
            yield place


def _is_of(target: Path, place: Path) -> bool:
    if target == place:
        return True
    return place in target.parents and target.name.endswith(_OF_POLICIES) and not _is_report(target)


def _is_report(target: Path) -> bool:
    with target.open("rb") as stream:
        beginning = stream.read(_BEGINNING)
    return any(mark in beginning for mark in _REPORTS)
