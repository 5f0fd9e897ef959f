"""What a report for people is made of: a verdict and sections of blocks, the same for terminal, Markdown and HTML.

Sentences carry names of the user's in backticks. No block is escaped for any format: each renderer does that, once, for
every string that it writes.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.evaluation.decision import Effect, Verdict
    from policysim.evaluation.layers import LayerName
    from policysim.explanation.diagnosis import Tested
    from policysim.reports.decision_document import LineDocument
    from policysim.reports.steps import Part


_COMMAND: Final = ": `aws "


class Manner(Enum):
    """How a sentence is meant."""

    PLAIN = "plain"
    WARNING = "warning"
    GOOD = "good"


class Sentence(NamedTuple):
    """A paragraph."""

    text: str
    manner: Manner = Manner.PLAIN


class Row(NamedTuple):
    """A label and what belongs to it; ``exact`` marks a single value, such as an ARN, that is there to be copied."""

    label: str
    text: str
    exact: bool = False


class Rows(NamedTuple):
    """A table of labels and texts."""

    rows: tuple[Row, ...]


class Bullet(NamedTuple):
    """An item of a list, with the place, the further sentences and the command that belong to it."""

    text: str
    place: str = ""
    notes: tuple[str, ...] = ()
    command: str = ""


def advised(sentence: str) -> Bullet:
    """Advice as an item: a command of AWS's at its end stands on lines of its own, where it can be copied."""
    words, command = parted(sentence)
    return Bullet(words, command=command)


def parted(sentence: str) -> tuple[str, str]:
    """A sentence, and the command of AWS's at its end, which is empty where there is none."""
    words, colon, command = sentence.partition(_COMMAND)
    if not colon or not command.endswith("`") or _COMMAND in command:
        return sentence, ""
    return words, f"aws {command[:-1]}"


class Bullets(NamedTuple):
    """A list; ``numbered`` where the order matters, a ``checklist`` where each item is to be done."""

    items: tuple[Bullet, ...]
    numbered: bool = False
    checklist: bool = False


class At(NamedTuple):
    """A place, as ``file:line:column``."""

    place: str


class Excerpt(NamedTuple):
    """Lines of a policy with the parts that matter marked."""

    lines: tuple[LineDocument, ...]


class Command(NamedTuple):
    """A shell command, and what it does."""

    label: str
    text: str


class Diff(NamedTuple):
    """A unified diff, and what it is for."""

    label: str
    text: str


class LayerRow(NamedTuple):
    """A layer's verdict and the reason for it, with the statements that match it, each with its place.

    ``decides`` marks the layer that refuses the request, or that leaves it open.
    """

    layer: LayerName
    title: str
    verdict: Verdict
    detail: str
    decides: bool
    statements: tuple[tuple[str, str], ...] = ()


class LayerTable(NamedTuple):
    """Every layer, in the order in which AWS checks them."""

    rows: tuple[LayerRow, ...]


class CauseRow(NamedTuple):
    """A possible cause: its code, what testing gave, and what speaks for and against it."""

    code: str
    tested: Tested
    cause: str
    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    test: str
    next: str


class Causes(NamedTuple):
    """Possible causes, the likeliest first."""

    rows: tuple[CauseRow, ...]


class Table(NamedTuple):
    """A small table with a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Sentence | Rows | Bullets | At | Excerpt | Command | Diff | LayerTable | Causes | Table


class Weight(Enum):
    """Who wants to see a section: everybody, or only those who asked for more."""

    ALWAYS = "always"
    VERBOSE = "verbose"


class Section(NamedTuple):
    """A titled part of a report; an ``alternative`` says how else to do what the section before it does."""

    part: Part
    title: str
    blocks: tuple[Block, ...]
    weight: Weight = Weight.ALWAYS
    alternative: bool = False


class Headline(NamedTuple):
    """The verdict in one sentence: the word that says it, and what follows."""

    word: str
    effect: Effect
    phrase: str


class Page(NamedTuple):
    """One report as it is read from top to bottom; ``facts`` stand under the verdict without a title."""

    headline: Headline
    facts: Rows
    sections: tuple[Section, ...]
    denials: int = 1


def section(part: Part, title: str, blocks: Sequence[Block], weight: Weight = Weight.ALWAYS) -> list[Section]:
    """The section as a list, empty where there is nothing to show in it."""
    return [Section(part, title, tuple(blocks), weight)] if blocks else []
