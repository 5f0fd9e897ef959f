"""``--fix-out FILE``: the proposed edits as one patch, for ``git apply`` in the folder where the user stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from policysim.cli.boundary import say
from policysim.evaluation.decision import Effect
from policysim.sources.errors import InputError
from policysim.sources.files import json_file, where_it_leads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.cli.output import Output
    from policysim.explanation.diagnosis import Diagnosis, Fix
    from policysim.language.source import Source
    from policysim.reports.patch import Chosen

_PATCH_START = b"--- "

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class FixOut(NamedTuple):
    """The options as given: the file to write, the number of the fix to take, and the account folder."""

    file: str | None
    number: int | None
    account: str | None
    force: bool


def fix_options(command: _Command) -> _Command:
    """Adds ``--fix-out`` and ``--fix``; ``fix_out_of`` takes them out of the command's keyword arguments."""
    for option in (
        click.option(
            "--fix", metavar="N", type=click.IntRange(min=1), help="The fix to write, by its number in the report."
        ),
        click.option("--fix-out", metavar="FILE", help="Write the proposed edits as a patch for `git apply`."),
    ):
        command = option(command)
    return command


def fix_out_of(options: dict[str, Any], account: str | None, output: Output) -> FixOut:
    """The options, taken out of the keyword arguments, and refused at once where they cannot work."""
    wanted = FixOut(options.pop("fix_out"), options.pop("fix"), account, output.force)
    if wanted.file is None:
        if wanted.number is not None:
            raise click.UsageError("`--fix` needs `--fix-out`")
        return wanted
    if account is None:
        raise click.UsageError("`--fix-out` needs `--account`: without policies there is nothing to edit")
    from policysim.cli.whole_file import check_target, is_same_target  # noqa: PLC0415  # few runs write a patch

    check_target(wanted.file, force=output.force, option="--fix-out")
    if output.file is not None and is_same_target(output.file, wanted.file):
        raise click.UsageError(f"{wanted.file}: `--output` and `--fix-out` name the same file")
    _keep_what_is_no_patch(wanted.file)
    return wanted


def _keep_what_is_no_patch(name: str) -> None:
    """Refuses to write over a file that holds something else, an event or a policy perhaps, even with ``--force``."""
    target = where_it_leads(Path(name))
    if target is None or not target.is_file():
        return
    with target.open("rb") as stream:
        start = stream.read(len(_PATCH_START))
    if start not in {b"", _PATCH_START}:
        raise click.UsageError(f"{name}: is no patch, and `--fix-out` replaces no other file: choose another name")


class Patches:
    """The fixes of all calls, on their way to one patch."""

    def __init__(self, wanted: FixOut) -> None:
        self._wanted = wanted
        self._chosen: dict[tuple[int, ...], Chosen] = {}
        self._calls = 0
        self._without = 0

    @property
    def wanted(self) -> bool:
        """Whether a patch was asked for at all."""
        return self._wanted.file is not None

    def add(self, diagnosis: Diagnosis) -> None:
        """Remembers the fixes of one call."""
        if not self.wanted:
            return
        from policysim.reports.patch import Chosen  # noqa: PLC0415  # few runs write a patch

        self._calls += 1
        fixes = self._fixes(diagnosis)
        if fixes:
            self._chosen.setdefault(tuple(map(id, fixes)), Chosen(_name(diagnosis, self._calls), fixes))
        else:
            self._without += 1

    def _fixes(self, diagnosis: Diagnosis) -> tuple[Fix, ...]:
        """The first fix of each step; with ``--fix`` the one of that number, and what rests on it."""
        first: dict[int, Fix] = {}
        for fix in diagnosis.fixes:
            first.setdefault(fix.step, fix)
        number = self._wanted.number
        if number is None:
            return tuple(first.values())
        if number > len(diagnosis.fixes):
            found = f"there are {len(diagnosis.fixes)}" if diagnosis.fixes else "there is none"
            raise InputError(f"there is no fix {number} to write: {found}")
        wanted = diagnosis.fixes[number - 1]
        earlier = tuple(fix for step, fix in first.items() if step < wanted.step)
        later = tuple(fix for step, fix in first.items() if step > wanted.step)
        return (*earlier, wanted, *(later if wanted is first[wanted.step] else ()))

    def write(self) -> None:
        """Writes the patch, and says on standard error what it holds, what it leaves out, and what comes next."""
        if self._wanted.file is None:
            return
        if self._wanted.number is not None and self._calls > 1:
            raise InputError(f"`--fix` chooses among the fixes of one denial, and there are {self._calls}")
        if not self._chosen:
            say(f"{self._wanted.file} was not written: no edit of a policy is proposed")
            return
        from policysim.cli.whole_file import whole_file  # noqa: PLC0415  # few runs write a patch
        from policysim.reports.patch import brought_together, patch_text  # noqa: PLC0415  # the same

        together = brought_together(self._chosen.values())
        places = _Places(Path(self._wanted.account or "."))
        text = patch_text(together.files, places.path_of)
        with whole_file(self._wanted.file, force=self._wanted.force) as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
        names = [places.path_of(found.source) for found in together.files]
        say(f"{self._wanted.file} edits {', '.join(names)}: run `git apply` on it here")
        written = [chosen for chosen in self._chosen.values() if chosen.call not in together.conflicts]
        for sentence in (
            *_warnings(written),
            *_unpacked(together.files),
            *self._left_out(together.conflicts),
            *_open_ends(written),
        ):
            say(sentence)

    def _left_out(self, conflicts: tuple[str, ...]) -> Iterator[str]:
        for call in conflicts:
            yield f"{call} is left out: its edit touches what an earlier one edits: apply the patch, then explain again"
        if self._without:
            some = "1 denial has" if self._without == 1 else f"{self._without} denials have"
            yield f"{some} no edit of a policy to write"


def _warnings(written: list[Chosen]) -> Iterator[str]:
    """What to think of before the patch is applied, each sentence once: nobody may have read the report."""
    told = dict.fromkeys(fix.warning for chosen in written for fix in chosen.fixes if fix.warning)
    yield from (f"before you apply it: {warning}" for warning in told)


def _open_ends(written: list[Chosen]) -> Iterator[str]:
    for call, fixes in written:
        verified = fixes[-1].verified
        if verified.effect is Effect.DEPENDS:
            on = ", ".join(verified.unknown_keys) or "what was not collected"
            yield f"with these edits {call} still depends on {on}"
        elif verified.effect is not Effect.ALLOWED:
            yield f"with these edits {call} is still denied ({verified.layer}): apply them, then explain again"


def _name(diagnosis: Diagnosis, number: int) -> str:
    event = diagnosis.call.event
    return f"event {event.event_id}" if event is not None and event.event_id else f"denial {number}"


def _unpacked(files: tuple[Any, ...]) -> Iterator[str]:
    for found in files:
        if found.source.name.endswith(".gz"):
            yield f"{found.source.name} is compressed: unpack it before you apply the patch"


class _Places:
    """Where files may lie: in the account folder, or in that of its organisation, and below the current folder."""

    def __init__(self, account: Path) -> None:
        above = Path(os.path.normpath(account / ".." / ".."))
        roots = (account, above) if json_file(above, "organization") is not None else (account,)
        self._roots = [root for root in map(where_it_leads, roots) if root is not None]
        self._here = Path.cwd().resolve()

    def path_of(self, source: Source) -> str:
        """The path of a file for the patch, from the current folder, links followed.

        Raises:
            InputError: the file lies outside the folders, or where ``git apply`` takes no edit.
        """
        if not source.text and "/" not in source.name:
            return source.name
        real = where_it_leads(Path(source.name))
        if real is None or not any(real.is_relative_to(root) for root in self._roots):
            folder = self._roots[-1] if self._roots else "the account folder"
            raise InputError(f"{source.name}: lies outside `{folder}`, so no patch is written for it")
        if not real.is_relative_to(self._here):
            raise InputError(
                f"{source.name}: lies outside the current folder, and `git apply` takes no such path:"
                f" run this command in `{self._roots[-1]}`"
            )
        return real.relative_to(self._here).as_posix().removesuffix(".gz")
