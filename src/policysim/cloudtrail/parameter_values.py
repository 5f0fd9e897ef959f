"""Reading values out of request parameters, whose shape each service chooses for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"


class NamedValue(NamedTuple):
    """One text among the parameters, and the path of names that leads to it (`networkInterfaceSet.subnetId`)."""

    path: str
    value: str


def values_at(parameters: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The texts at a path of names; lists, and EC2's objects around them, are gone through entry by entry."""
    found: list[Any] = [parameters]
    for name in path.split("."):
        found = [
            entry[name] for value in found for entry in _entries(value) if isinstance(entry, dict) and name in entry
        ]
    texts = (entry for value in found for entry in _entries(value) if isinstance(entry, str))
    return tuple(text for text in texts if text and text != HIDDEN)


def is_given(parameters: Mapping[str, Any], path: str) -> bool:
    """Whether there is anything but an empty object or list at a path."""
    *folders, last = path.split(".")
    found: list[Any] = [parameters]
    for name in folders:
        found = [
            entry[name] for value in found for entry in _entries(value) if isinstance(entry, dict) and name in entry
        ]
    values = (entry[last] for value in found for entry in _entries(value) if isinstance(entry, dict) and last in entry)
    return any(value not in (None, "", False) and _entries(value) != [] for value in values)


def named_values(parameters: Mapping[str, Any], *, without: frozenset[str] = frozenset()) -> Iterator[NamedValue]:
    """Every text among the parameters with its path; ``without`` names the objects that are not entered."""
    yield from _walk(parameters, "", without)


def _walk(value: object, path: str, without: frozenset[str]) -> Iterator[NamedValue]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in without:
                yield from _walk(inner, path if name == "items" else f"{path}.{name}".lstrip("."), without)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, path, without)
    elif isinstance(value, str) and value and value != HIDDEN:
        yield NamedValue(path, value)


def _entries(value: object) -> list[Any]:
    """The entries of a list or of EC2's object around one; a single value is its own only entry."""
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return list(value["items"])
    if isinstance(value, list):
        return value
    return [] if value == {} else [value]
