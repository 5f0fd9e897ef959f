"""What a reviewer looks at first: the statements that nothing exercises, that nobody needs and that are dead, as links.

Each leads to the statement in its source further down on the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.coverage.coverage import Status
from policysim.reports.markup import Markup, element, name, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policysim.reports.coverage_document import (
        DocumentCoverageDocument,
        FileCoverageDocument,
        StatementCoverageDocument,
    )


class _Group(NamedTuple):
    """Statements of which the same is to be said; the first group that one belongs to names it."""

    tone: str
    belongs: Callable[[StatementCoverageDocument], bool]
    one: str
    several: str
    told: str


_GROUPS: Final = (
    _Group(
        "deny",
        lambda one: one.status is Status.NEVER,
        "statement never took part",
        "statements never took part",
        "no expectation has a request that it matches for certain: write one, or take it away",
    ),
    _Group(
        "open",
        lambda one: one.status is Status.MATCHED,
        "statement matched only",
        "statements matched only",
        "something else decided every such answer: ask for what only this one decides",
    ),
    _Group(
        "open",
        lambda one: one.unneeded,
        "grant that nobody needs decided",
        "grants that nobody needs decided",
        "they let through what no `can` asks for",
    ),
    _Group(
        "none",
        lambda one: one.status is Status.DEAD,
        "dead statement",
        "dead statements",
        "no answer would be another one without it",
    ),
)


def anchor_of(file: int, document: int) -> str:
    """What the anchors of a document's statements begin with; ``-NUMBER``, counted from 0, tells which one it is."""
    return f"statement-{file}-{document}"


def worklist(files: Sequence[FileCoverageDocument]) -> Markup | None:
    """The lists, each behind its number; none where every statement decided and is needed. Files count from 1."""
    found: dict[_Group, list[Markup]] = {}
    for number, file in enumerate(files, 1):
        for at, document in enumerate(file.documents):
            for own, statement in enumerate(document.statements):
                group = _group_of(document, statement)
                if group is not None:
                    item = _item(file, document, statement, f"{anchor_of(number, at)}-{own}")
                    found.setdefault(group, []).append(item)
    if not found:
        return None
    groups = [group for group in _GROUPS if group in found]
    lists = (_listed(group, found[group], first=group is groups[0]) for group in groups)
    return element("section", element("h2", "What to look at"), *lists, class_="card worklist")


def _group_of(document: DocumentCoverageDocument, statement: StatementCoverageDocument) -> _Group | None:
    if document.excluded or statement.excluded:
        return None
    return next((group for group in _GROUPS if group.belongs(statement)), None)


def _listed(group: _Group, items: Sequence[Markup], *, first: bool) -> Markup:
    number = element("span", str(len(items)), class_=f"chip {group.tone}")
    title = element("summary", number, Markup(" "), group.one if len(items) == 1 else group.several)
    told = element("p", sentence(group.told), class_="label")
    return element("details", title, told, element("ul", *items), open="" if first else None)


def _item(
    file: FileCoverageDocument, document: DocumentCoverageDocument, statement: StatementCoverageDocument, anchor: str
) -> Markup:
    link = element("a", name(f"{document.name}#{statement.name}"), href=f"#{anchor}")
    place = name(f"{file.file}:{statement.place.line}")
    why = () if statement.dead is None else (": ", sentence(statement.dead.sentence))
    return element("li", link, f" ({statement.effect.value}), ", place, *why)
