"""JSON values put together from several places: each part still knows where it stands in the user's files.

Other tools spell and nest what AWS prints in their own way. Their values are put into the form of the account folder
here, and an error or a statement is shown where the user has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.sources.json_values import Json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.language.source import Location


class PlacedObject(dict[str, object]):
    """An object whose members come from places of their own."""

    def __init__(self, members: Mapping[str, Json]) -> None:
        super().__init__((name, at.value) for name, at in members.items())
        self.parts = dict(members)


class PlacedList(list[object]):
    """A list whose items come from places of their own."""

    def __init__(self, items: Iterable[Json]) -> None:
        self.parts = list(items)
        super().__init__(at.value for at in self.parts)


class PlacedJson(Json):
    """A value that was put together; its parts lead back to where they stand."""

    def members(self, expected: str = "an object") -> Iterator[tuple[str, Json]]:
        """The members with their own places."""
        return iter(self.value.parts.items()) if isinstance(self.value, PlacedObject) else super().members(expected)

    def items(self, expected: str = "a list") -> Iterator[Json]:
        """The items with their own places."""
        return iter(self.value.parts) if isinstance(self.value, PlacedList) else super().items(expected)

    def member(self, name: str) -> Json | None:
        """One member with its own place."""
        return self.value.parts.get(name) if isinstance(self.value, PlacedObject) else super().member(name)


def placed_object(members: Mapping[str, Json | None], location: Location) -> Json:
    """An object of the members that are there; ``location`` stands for the whole of it."""
    return PlacedJson(PlacedObject({name: at for name, at in members.items() if at is not None}), location)


def placed_list(items: Iterable[Json], location: Location) -> Json:
    """A list of items; ``location`` stands for the whole of it."""
    return PlacedJson(PlacedList(items), location)


def placed_value(value: object, location: Location) -> Json:
    """A value that was worked out from what stands at a place."""
    return Json(value, location)
