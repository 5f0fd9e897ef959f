"""JSON values with their places: plain checks of shape whose errors name file, line and column.

No schema library: these checks stand on the way of every answer, and importing one costs more than the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.json_text import RepeatedMembers, load_json
from policysim.language.locator import locate, span_of
from policysim.language.problems import Problem
from policysim.language.reading import kind_of
from policysim.language.source import Location
from policysim.sources.errors import InputError
from policysim.sources.files import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from policysim.language.source import Source


_A_TIME: Final = "a date and time (ISO 8601)"


class Json(NamedTuple):
    """One value of a JSON file and its place, which is found in the text only when an error has to name it."""

    value: object
    location: Location

    @property
    def empty(self) -> bool:
        """Whether the value says "collected, there is none": ``null``, an empty object or an empty list."""
        return self.value is None or (isinstance(self.value, (dict, list)) and not self.value)

    def error(self, sentence: str) -> InputError:
        """An error at the place of this value."""
        return InputError(f"{locate(self.location).place}: {sentence}")

    def unexpected(self, expected: str) -> InputError:
        """The error that something else stands here than what was expected."""
        return self.error(f"expected {expected}, found {kind_of(self.value)}")

    def text(self, expected: str = "a string") -> str:
        """The value as a string."""
        if not isinstance(self.value, str):
            raise self.unexpected(expected)
        return self.value

    def members(self, expected: str = "an object") -> Iterator[tuple[str, Json]]:
        """The members of an object; none for ``null``. A name that stands twice is an error: which one counts?"""
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            raise self.unexpected(expected)
        if isinstance(self.value, RepeatedMembers):
            raise self._repeated(self.value.names[0])
        for name, value in self.value.items():
            yield name, Json(value, self.location.below(name))

    def items(self, expected: str = "a list") -> Iterator[Json]:
        """The items of a list; none for ``null``."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.unexpected(expected)
        for index, value in enumerate(self.value):
            yield Json(value, self.location.below(index))

    def member(self, name: str) -> Json | None:
        """One member of an object, or ``None`` when the object lacks it; an error when it stands there twice."""
        if not isinstance(self.value, dict):
            raise self.unexpected("an object")
        if isinstance(self.value, RepeatedMembers) and name in self.value.names:
            raise self._repeated(name)
        return Json(self.value[name], self.location.below(name)) if name in self.value else None

    def required(self, name: str) -> Json:
        """One member that an object must have."""
        found = self.member(name)
        if found is None:
            raise self.error(f"expected a member `{name}`")
        return found

    def optional_text(self, name: str) -> str | None:
        """A member that is a string; ``None`` when it is missing or ``null``."""
        found = self.member(name)
        return None if found is None or found.value is None else found.text()

    def optional_items(self, name: str) -> Iterator[Json]:
        """The items of a member that is a list; none when it is missing or ``null``."""
        found = self.member(name)
        return iter(()) if found is None else found.items()

    def flag(self) -> bool:
        """The value as a truth value."""
        if not isinstance(self.value, bool):
            raise self.unexpected("`true` or `false`")
        return self.value

    def optional_flag(self, name: str) -> bool | None:
        """A member that is a truth value; ``None`` when it is missing or ``null``."""
        found = self.member(name)
        return None if found is None or found.value is None else found.flag()

    def optional_time(self, name: str) -> datetime | None:
        """A member that is a point in time, as ISO 8601 or in seconds since 1970; ``None`` when missing or ``null``."""
        found = self.member(name)
        return None if found is None or found.value is None else found.time()

    def time(self) -> datetime:
        """The value as a point in time; one without an offset is in UTC."""
        try:
            if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
                return datetime.fromtimestamp(self.value, UTC)
            time = datetime.fromisoformat(self.text(_A_TIME))
        except (ValueError, OverflowError, OSError):
            raise self.unexpected(_A_TIME) from None
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time

    def _repeated(self, name: str) -> InputError:
        return InputError(f"{locate(self.location.below(name).key).place}: `{name}` stands here more than once")


def read_json(path: Path) -> Json:
    """The value of a JSON file."""
    return json_of(read_source(path))


def json_of(source: Source) -> Json:
    """The value of a JSON text."""
    value = load_json(source)
    if isinstance(value, Problem):
        raise problem_error(value, source.name)
    return Json(value, Location(source, ()))


def problem_error(problem: Problem, name: str) -> InputError:
    """A problem of a text as an error: its place, or else the name of the text, and its message."""
    place = span_of(problem.where).place if problem.where is not None else name
    return InputError(f"{place}: {problem.message}")
