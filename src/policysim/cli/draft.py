"""``policysim expect --write``: a first expectation file for policies that have none, for a person to edit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from policysim.cli.exit_codes import ExitCode
from policysim.cli.kept_files import keep_policies
from policysim.cli.output import note
from policysim.language.nearest import nearest
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.cli.output import Output
    from policysim.expectations.drafting.draft import Drafter
    from policysim.expectations.drafting.usage import Recorded, Usage
    from policysim.sources.in_force import PolicySource

_LOG_ENDINGS: Final = (".json", ".json.gz", ".jsonl", ".jsonl.gz")
_DIGESTS: Final = "CloudTrail-Digest"
"""The folder beside the logs in a trail's bucket that holds their digests, and no events."""


class WantedDraft(NamedTuple):
    """The options of a draft as given."""

    file: str
    events: tuple[str, ...]
    principals: tuple[str, ...]
    force: bool


def draft_options(command: Any) -> Any:  # noqa: ANN401  # a decorator of click's
    """The options of a draft."""
    for option in (
        click.option(
            "--principal",
            "principals",
            multiple=True,
            metavar="P",
            help="With --write: only this role or user, such as role/app-*. May be repeated.",
        ),
        click.option(
            "--events",
            multiple=True,
            metavar="LOG",
            help="With --write: CloudTrail events, a file or a folder of them: what was used, what was denied.",
        ),
        click.option("--write", metavar="FILE", help="Draft an expectation file from the policies in force, to edit."),
    ):
        command = option(command)
    return command


def write_draft(wanted: WantedDraft, source: PolicySource | None, output: Output) -> ExitCode:
    """Writes the draft; nothing is written where no sentence holds.

    Raises:
        InputError: something cannot be read, or there is nothing to say.
        click.UsageError: the file is there already, or an option names nobody.
    """
    from policysim.cli.progress import with_progress  # noqa: PLC0415  # only a draft needs what follows
    from policysim.cli.whole_file import check_target, is_same_target, whole_file  # noqa: PLC0415  # the same
    from policysim.expectations.drafting.draft import Drafter, Wanted  # noqa: PLC0415  # the same
    from policysim.sources.in_force import read_in_force  # noqa: PLC0415  # the same

    if source is None:
        raise click.UsageError("`--write` needs `--account`: the policies that the draft speaks of")
    check_target(wanted.file, force=wanted.force, option="--write")
    keep_policies([wanted.file], [source])
    if any(is_same_target(wanted.file, log) for log in wanted.events):
        raise click.UsageError(f"{wanted.file}: holds events that the draft reads; it is left as it is")
    organisation = read_in_force(source)
    usage = _usage(wanted.events, organisation) if wanted.events else None
    asked = Wanted(organisation=organisation, usage=usage, principals=wanted.principals)
    drafter = Drafter(asked)
    _check_principals(drafter)
    pieces = with_progress(drafter.pieces(), drafter.steps, "parts drafted", output)
    lines = [*_header(wanted, source), *(line for piece in pieces for line in piece)]
    if not drafter.said:
        raise InputError(f"{source.path}: there is nothing to say: no sentence about its users and roles holds")
    with whole_file(wanted.file, force=wanted.force) as stream:
        stream.write(("\n".join(lines).strip() + "\n").encode("utf-8", "backslashreplace"))
    note(output, f"{wanted.file}: {drafter.said} sentences; edit it, and run `policysim expect {wanted.file}`")
    return ExitCode.OK


def _check_principals(drafter: Drafter) -> None:
    if drafter.unknown:
        word = drafter.unknown[0]
        hint = nearest(word, drafter.names, most=1)
        raise click.UsageError(f"`--principal {word}` names no role or user at hand{f'; {hint}' if hint else ''}")


def _usage(names: Sequence[str], organisation: Organisation) -> Usage:
    from policysim.expectations.drafting.people import people  # noqa: PLC0415  # only a draft from a log needs it
    from policysim.expectations.drafting.usage import usage_of  # noqa: PLC0415  # the same

    return usage_of(_recorded(names), people(organisation), organisation)


def _recorded(names: Sequence[str]) -> Iterator[Recorded]:
    from policysim.catalog.facts import CATALOGUE  # noqa: PLC0415  # the same
    from policysim.cloudtrail.requests import call_from_event  # noqa: PLC0415  # the same
    from policysim.expectations.drafting.usage import Recorded  # noqa: PLC0415  # the same
    from policysim.sources.events import events_in  # noqa: PLC0415  # the same
    from policysim.sources.files import read_argument  # noqa: PLC0415  # the same

    for name in names:
        for file in _files(name):
            for event, where in events_in(read_argument(file)):
                yield Recorded(call_from_event(event, takes_no_resource=CATALOGUE.takes_no_resource), where)


def _files(name: str) -> list[str]:
    """The file itself, or every log file below a folder."""
    if not Path(name).is_dir():
        return [name]
    found = [
        os.path.join(folder, file)  # noqa: PTH118  # names stay as the user gave them
        for folder, _, files in os.walk(name)
        for file in files
        if file.endswith(_LOG_ENDINGS) and _DIGESTS not in Path(folder).parts
    ]
    if not found:
        raise InputError(f"{name}: no file in this folder ends in {', '.join(_LOG_ENDINGS)}")
    return sorted(found)


def _header(wanted: WantedDraft, source: PolicySource) -> list[str]:
    from policysim.expectations.drafting.said import comment  # noqa: PLC0415  # only a draft needs it

    log = [f"and from {', '.join(wanted.events)}"] if wanted.events else []
    told = (
        f"Who may do what: a first draft, from {source.path}",
        *log,
        "",
        "Every sentence holds today: it says what the policies allow, not what they should. Strike what",
        "nobody should be able to do and change the policy, add what is missing, and run it on each change:",
        f"  policysim expect {wanted.file}",
        "What stands in a comment is not checked.",
    )
    return [*(line for text in told for line in comment(text)), "", *_account_line(wanted.file, source)]


def _account_line(file: str, source: PolicySource) -> list[str]:
    """Where the policies are, told from the folder of the file."""
    from policysim.expectations.sentences import written  # noqa: PLC0415  # only a draft needs it

    folder = Path(file).resolve().parent
    path = _from(folder, source.path)
    if '"' in path or not path.isprintable():
        return ["# The path of the policies cannot be written here: give it as --account."]
    words = [f'account "{path}"']
    words += [f"as {source.account_id}"] if source.account_id else []
    words += [f"in {source.region}"] if source.region else []
    bindings = [f"{name} = {', '.join(map(written, values))}" for name, values in source.parameters.items()]
    bindings += [f"base = {written(_from(folder, source.base))}"] if source.base is not None else []
    bindings += ["organization = none"] if source.standalone else []
    words += [f"with {' and '.join(bindings)}"] if bindings else []
    return [" ".join(words)]


def _from(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()
