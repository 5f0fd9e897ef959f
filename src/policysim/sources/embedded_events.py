"""CloudTrail events inside other text: below the command that fetched them, in a row of a table, in a log line.

Source: AWS CLI output; Amazon Athena and CloudWatch Logs Insights results, which write JSON into CSV with its
quotation marks doubled.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNS: Final = ("eventSource", "eventName")
"""The members without which nothing is a record."""

_START: Final = re.compile(r"(?:^|(?<=[\s,;|=\"']))[\[{](?=\s*[\[{\"])", re.MULTILINE)
_CELL_END: Final = re.compile(r"\}\"(?=[,;\t\r\n]|$)", re.MULTILINE)
_MOST_FAILURES: Final = 64
"""How many brackets may turn out to begin no JSON before the text is taken for one without events."""


def holds_records(text: str) -> bool:
    """Whether a text has the members of CloudTrail records, well formed or not."""
    return all(sign in text for sign in _SIGNS)


def embedded_events(source: Source) -> Iterator[Source]:
    """The JSON texts in a text that hold CloudTrail events, each under the name of the line that it begins in."""
    text = source.text
    if not holds_records(text):
        return
    text = "".join(_without_doubled_marks(text))
    decoder, end, failures = json.JSONDecoder(), 0, 0
    for bracket in _START.finditer(text):
        start = bracket.start()
        if start < end or failures > _MOST_FAILURES:
            continue
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            failures += 1
            continue
        found = text[start:end]
        if holds_records(found):
            yield Source(f"{source.name}:{text.count(chr(10), 0, start) + 1}", found)


def _without_doubled_marks(text: str) -> Iterator[str]:
    """The text with JSON in cells of CSV written as JSON again."""
    at = 0
    while (start := text.find('"{""', at)) >= 0 and (end := _CELL_END.search(text, start)) is not None:
        yield text[at:start]
        yield text[start + 1 : end.start() + 1].replace('""', '"')
        at = end.end()
    yield text[at:]
