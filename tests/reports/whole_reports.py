"""The reports of one run as one document, which the command writes piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.reports.decisions import SCHEMA_NUMBER
from policysim.reports.document import ReportFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.reports.document import GroupDocument, Report


def report_file(reports: Iterable[Report], version: str, groups: Iterable[GroupDocument] = ()) -> ReportFile:
    return ReportFile(schema=SCHEMA_NUMBER, policysim=version, reports=tuple(reports), groups=tuple(groups))
