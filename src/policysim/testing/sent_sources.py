"""Where policies are, as plain data that one process of a test run sends to another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policysim.sources.in_force import PolicySource

_PATH = "path"
_WORDS = "words"


def sent(source: PolicySource) -> str:
    """A source as one line of JSON; those of the same source are the same."""
    fields = {name: _plain(value) for name, value in source._asdict().items()}
    return json.dumps(fields, sort_keys=True)


def received(line: str) -> PolicySource:
    """The source that ``sent`` wrote."""
    return PolicySource(**{name: _value(plain) for name, plain in json.loads(line).items()})


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return {_PATH: str(value)}
    if isinstance(value, Mapping):
        return {_WORDS: {name: list(words) for name, words in value.items()}}
    return value


def _value(plain: Any) -> Any:  # noqa: ANN401  # a value of JSON
    if not isinstance(plain, dict):
        return plain
    if _PATH in plain:
        return Path(plain[_PATH])
    return {name: tuple(words) for name, words in plain[_WORDS].items()}
