"""One document being read: its type, and the problems noted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.language.element_forms import text_flaws
from policysim.language.json_text import RepeatedMembers
from policysim.language.problem_kinds import DUPLICATE_KEY, EMPTY_ELEMENT, WRONG_TYPE
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.element_forms import Flaw
    from policysim.language.policy_types import Grammar, PolicyType
    from policysim.language.problems import ProblemKind
    from policysim.language.source import Location


def kind_of(value: object) -> str:
    """What a JSON value is, in words; constants as they are written."""
    match value:
        case None:
            return "`null`"
        case bool():
            return "`true`" if value else "`false`"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


class Reading:
    """Notes problems of one document; readers of its elements share it."""

    def __init__(self, policy_type: PolicyType, *, substitutes_variables: bool) -> None:
        self.type = policy_type
        self.substitutes_variables = substitutes_variables
        self.problems: list[Problem] = []

    @property
    def grammar(self) -> Grammar:
        """What a document of this type may hold."""
        return self.type.grammar

    def note(self, kind: ProblemKind, message: str, where: Location, hint: str = "") -> None:
        """Note one problem."""
        self.problems.append(Problem(kind, message, where, hint))

    def note_wrong_type(self, name: str, wanted: str, value: object, where: Location) -> None:
        """Note that a value is not what its element takes (spec G1, G3, C12)."""
        self.note(WRONG_TYPE, f"`{name}` takes {wanted}, not {kind_of(value)}", where)

    def check_repeated(self, members: dict[str, object], where: Location) -> None:
        """Note every member that stands twice in one object (spec G5, G23)."""
        if isinstance(members, RepeatedMembers):
            for name in members.names:
                self.note(
                    DUPLICATE_KEY,
                    f"`{name}` stands more than once in the same object",
                    where.below(name).key,
                    "merge the values into one member",
                )

    def note_flaws(self, flaws: tuple[Flaw, ...], where: Location) -> None:
        """Note what is wrong with one string."""
        for flaw in flaws:
            self.note(flaw.kind, flaw.message, where, flaw.hint)

    def text(self, name: str, value: object, where: Location) -> str | None:
        """A value that must be a string; ``None``, with a problem noted, for anything else."""
        if not isinstance(value, str):
            self.note_wrong_type(name, "a string", value, where)
            return None
        self.note_flaws(text_flaws(value), where)
        return value

    def texts(
        self, name: str, value: object, where: Location, flaws: Callable[[str], tuple[Flaw, ...]]
    ) -> tuple[str, ...]:
        """The strings of an element that takes one string or a list of them (spec G6).

        ``flaws`` tells what is wrong with one of them; a place is made up only where there is something to say.
        """
        if isinstance(value, str):
            self.note_flaws(flaws(value), where)
            return (value,)
        if not isinstance(value, list):
            self.note_wrong_type(name, "a string or a list of strings", value, where)
            return ()
        if not value:
            self.note(EMPTY_ELEMENT, f"`{name}` lists nothing, so the statement has no effect", where)
        found = []
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.note_wrong_type(name, "strings", item, where.below(index))
                continue
            found.append(item)
            noted = flaws(item)
            if noted:
                self.note_flaws(noted, where.below(index))
        return tuple(found)
