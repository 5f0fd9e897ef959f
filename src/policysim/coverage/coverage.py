"""From what was noted to the figures: every statement at hand with its status, and every part with its own."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from policysim.coverage.dead import Dead, dead_statements
from policysim.coverage.inventory import Document, inventory_of
from policysim.coverage.limits import limits_of
from policysim.coverage.parts import Part, parts_of
from policysim.coverage.places import statement_key
from policysim.coverage.recorder import Role
from policysim.language.policy import Effect
from policysim.language.source import pointer_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.coverage.recorder import Recorder
    from policysim.language.policy import Statement


class Status(Enum):
    """What the answers made of a statement or a part. A part cannot be ``DEAD``.

    ``DECIDED``: it decided an answer. ``MATCHED``: it matched a request for certain and never decided. ``NEVER``:
    neither. ``DEAD``: no answer would be another one without the statement.
    """

    DECIDED = "decided"
    MATCHED = "matched"
    NEVER = "never"
    DEAD = "dead"


class PartCoverage(NamedTuple):
    """One part of a statement. ``unneeded``: it is part of a grant, and no answer that a ``can`` asked for used it."""

    part: Part
    status: Status
    unneeded: bool


class StatementCoverage(NamedTuple):
    """One statement and what became of it.

    ``matched``, ``decided`` and ``needed`` count answers; ``by`` names the first sentences that it decided for.
    ``unneeded``: it grants, and no answer that a ``can`` asked for needed it. ``excluded`` is why it has no part in
    the figures; empty for one that has.
    """

    statement: Statement
    status: Status
    matched: int
    decided: int
    needed: int
    unneeded: bool
    parts: tuple[PartCoverage, ...]
    by: tuple[str, ...]
    dead: Dead | None = None
    excluded: str = ""

    @property
    def name(self) -> str:
        """The ``Sid``, or the number of the statement counted from 1."""
        return name_of(self.statement)


class DocumentCoverage(NamedTuple):
    """One document and its statements; none where the document has errors."""

    document: Document
    statements: tuple[StatementCoverage, ...]

    @property
    def counted(self) -> tuple[StatementCoverage, ...]:
        """The statements that have a part in the figures."""
        return tuple(one for one in self.statements if not one.excluded)


class Figures(NamedTuple):
    """How many statements there are of each status, how many grants no ``can`` needs, and how many parts decided."""

    statements: int
    decided: int
    matched: int
    never: int
    dead: int
    unneeded: int
    parts: int
    parts_decided: int

    @property
    def percent(self) -> float | None:
        """The share of statements that decided an answer, dead ones aside; ``None`` where there are none."""
        alive = self.statements - self.dead
        return None if alive == 0 else 100 * self.decided / alive


class Coverage(NamedTuple):
    """Every document at hand that was asked for. ``unknown``: noted statements that are in none of them.

    ``no_policy``: files and folders asked for that hold no document; ``no_statement``: patterns that exclude nothing.
    """

    documents: tuple[DocumentCoverage, ...]
    unknown: int
    no_policy: tuple[str, ...] = ()
    no_statement: tuple[str, ...] = ()

    @property
    def figures(self) -> Figures:
        """The figures over all documents."""
        return figures_of(self.documents)


def figures_of(documents: Sequence[DocumentCoverage]) -> Figures:
    """The figures over some documents."""
    counted = [one for document in documents for one in document.counted]
    parts = [part for one in counted if one.status is not Status.DEAD for part in one.parts]
    of = Counter(one.status for one in counted)
    return Figures(
        statements=len(counted),
        decided=of[Status.DECIDED],
        matched=of[Status.MATCHED],
        never=of[Status.NEVER],
        dead=of[Status.DEAD],
        unneeded=sum(one.unneeded for one in counted),
        parts=len(parts),
        parts_decided=sum(part.status is Status.DECIDED for part in parts),
    )


def coverage_of(
    organisations: Sequence[Organisation],
    recorder: Recorder,
    *,
    below: Sequence[str] = (),
    excluded: Sequence[str] = (),
) -> Coverage:
    """What took part of everything that the organisations hold.

    ``below`` names files and folders (none: everything), as the names of files from the recorder's ``root`` begin;
    ``excluded`` are patterns of ``FILE#SID``, FILE being the end of a path or the name of a policy; the name of the
    user, group or role that has the policy may stand before it (``app-reader/inline#Read``).
    """
    root = recorder.root
    inventory = inventory_of(organisations, root)
    noted = dict(recorder.payload()["statements"])
    dead = dead_statements(inventory, root, limits=limits_of(organisations))
    found = []
    known = 0
    for document in inventory.documents:
        statements = document.policy.statements if document.policy.usable else ()
        keys = [statement_key(statement, root) for statement in statements]
        known += sum(key in noted for key in keys)
        if is_below(document.place.file, below):
            rows = (
                _statement(one, document, noted.get(key), dead.get(key), excluded)
                for one, key in zip(statements, keys, strict=True)
            )
            found.append(DocumentCoverage(document, tuple(rows)))
    return Coverage(
        tuple(found),
        len(noted) - known,
        no_policy=tuple(one for one in below if not any(is_below(at.place.file, (one,)) for at in inventory.documents)),
        no_statement=tuple(one for one in excluded if not any(map(partial(_excludes, one), inventory.documents))),
    )


def is_below(file: str, folders: Sequence[str]) -> bool:
    """Whether a file is one of these, or below one of these folders; any is where there are none."""
    return not folders or any(folder in {"", ".", file} or file.startswith(f"{folder}/") for folder in folders)


def name_of(statement: Statement) -> str:
    """The ``Sid``, or the number of the statement counted from 1."""
    return statement.sid or str(statement.index + 1)


def _statement(
    statement: Statement,
    document: Document,
    noted: dict[str, Any] | None,
    dead: Dead | None,
    excluded: Sequence[str],
) -> StatementCoverage:
    matched, decided, needed = ((noted or {}).get(name, 0) for name in ("matched", "decided", "needed"))
    roles = (noted or {}).get("parts", {})
    reason = document.excluded or _why_excluded(statement, document, excluded)
    grant = statement.effect is Effect.ALLOW and document.grants and dead is None and not reason
    parts = tuple(_part(part, roles.get(pointer_of(part.path), 0), grant=grant) for part in parts_of(statement))
    return StatementCoverage(
        statement,
        Status.DEAD if dead is not None else _status(decided=decided, matched=matched),
        matched,
        decided,
        needed,
        grant and not needed,
        parts,
        tuple((noted or {}).get("by", ())),
        dead,
        reason,
    )


def _part(part: Part, role: int, *, grant: bool) -> PartCoverage:
    status = _status(decided=role >= Role.DECIDED, matched=role >= Role.MATCHED)
    return PartCoverage(part, status, grant and role < Role.NEEDED)


def _status(*, decided: int, matched: int) -> Status:
    return Status.DECIDED if decided else Status.MATCHED if matched else Status.NEVER


def _why_excluded(statement: Statement, document: Document, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        if _fits(pattern, statement, document):
            return f"excluded by `{pattern}`"
    return ""


def _excludes(pattern: str, document: Document) -> bool:
    return any(_fits(pattern, statement, document) for statement in document.policy.statements)


def _fits(pattern: str, statement: Statement, document: Document) -> bool:
    return any(fnmatchcase(name, one) for name in _names(statement, document) for one in (pattern, f"*/{pattern}"))


def _names(statement: Statement, document: Document) -> Iterator[str]:
    holders = sorted({use.holder.rsplit("/", 1)[-1] for use in document.uses})
    for owner in (document.place.file, document.name, *(f"{holder}/{document.name}" for holder in holders)):
        yield f"{owner}#{name_of(statement)}"
        yield f"{owner}#{statement.index + 1}"
