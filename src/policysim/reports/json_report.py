"""Any document of this room as JSON: field names are keys, enumerations are their values, order is that of the model.

Everything but ASCII is escaped, so that the text stands in any terminal, file and encoding, and no control character
of a stranger's policy reaches the screen.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from policysim.reports.decisions import SCHEMA_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policysim.reports.document import GroupDocument, Report


def json_text(document: object) -> str:
    """The document as indented JSON with a final line end."""
    return json.dumps(plain(document), indent=2) + "\n"


def report_pieces(
    reports: Iterable[Report], version: str, groups: Callable[[], Iterable[GroupDocument]]
) -> Iterator[str]:
    """What ``explain`` prints, report by report, so that no more than one is in memory.

    All pieces together are ``json_text`` of the whole document; ``groups`` is asked once the last report is written.
    """
    opening = f'{{\n  "schema": {SCHEMA_NUMBER},\n  "policysim": {json.dumps(version)},\n  "reports": ['
    before = f"{opening}\n"  # with the first report, which may find that there is none
    for report in reports:
        yield before + _indented(report)
        before = ",\n"
    yield ("\n  ]" if before == ",\n" else f"{opening}]") + ',\n  "groups": ['
    listed = [_indented(group) for group in groups()]
    yield ("\n" + ",\n".join(listed) + "\n  ]" if listed else "]") + "\n}\n"


def _indented(document: object) -> str:
    """A document two levels down: its strings hold no line ends, so every line of the text is one of the layout."""
    return "    " + json.dumps(plain(document), indent=2).replace("\n", "\n    ")


def plain(document: object) -> object:
    """Dataclasses as objects, tuples as lists, enumerations as their values."""
    if is_dataclass(document) and not isinstance(document, type):
        kept = (field.name for field in fields(document) if "screen_only" not in field.metadata)
        return {name: plain(getattr(document, name)) for name in kept}
    if isinstance(document, Enum):
        return document.value
    if isinstance(document, (tuple, list)):
        return [plain(item) for item in document]
    if isinstance(document, dict):
        return {key: plain(value) for key, value in document.items()}
    return document
