"""JSON in strings in JSON, as AWS Config prints configurations: opened with every place in the user's file.

Source: AWS Config API reference, ConfigurationItem (``configuration`` and the values of ``supplementaryConfiguration``
are strings there, and objects in the files that Config delivers).
"""

from __future__ import annotations

from typing import Final

from policysim.language.embedding import EmbeddedOffsets
from policysim.language.json_text import load_json
from policysim.language.problems import Problem
from policysim.language.source import Location, Origin, Source
from policysim.sources.json_values import Json
from policysim.sources.placed_json import placed_list, placed_object

_STARTS: Final = ("{", "[", '"')
_DEEPEST: Final = 4
"""So many strings stand in one another at most: the result of a query holds a configuration, and that a policy."""


def opened(at: Json) -> Json:
    """The object or list in a string, and in a string in that; any other value as it stands."""
    for _ in range(_DEEPEST):
        if not isinstance(at.value, str) or not at.value.lstrip().startswith(_STARTS):
            return at
        offsets = EmbeddedOffsets(at.location, percent_encoded=False)
        outer = at.location.source
        inner = Source(outer.name, at.value, Origin(outer, offsets, offsets.escape))
        value = load_json(inner)
        if isinstance(value, Problem):
            return at
        at = Json(value, Location(inner, ()))
    return at


def with_capitals(at: Json) -> Json:
    """Objects whose members begin with a capital letter, as IAM spells them; strings and documents stay."""
    if isinstance(at.value, dict):
        members = {name[:1].upper() + name[1:]: with_capitals(one) for name, one in at.members()}
        return placed_object(members, at.location)
    return placed_list(map(with_capitals, at.items()), at.location) if isinstance(at.value, list) else at


def either_spelling(at: Json, name: str) -> Json | None:
    """The member of an object by its name, whether or not it begins with a capital letter."""
    if not isinstance(at.value, dict):
        return None
    return at.member(name) or at.member(name[:1].swapcase() + name[1:])
