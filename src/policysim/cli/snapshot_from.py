"""``policysim snapshot --from``: an account folder made of what is at hand already, without a call to AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policysim.cli.exit_codes import ExitCode
from policysim.cli.output import answer_stream
from policysim.reports.printable import printable
from policysim.sources.errors import InputError
from policysim.sources.files import read_source, where_it_leads

if TYPE_CHECKING:
    from policysim.cli.output import Output
    from policysim.sources.aws.snapshot.writing import Written
    from policysim.sources.given_folder import GivenFolder

_COLLECTION: Final = "collection.json"
_MANIFEST: Final = frozenset({"digest", "files"})
_LOOSE: Final = (
    "parts of names in the folder are so short that a pattern may match a pseudonym whose name it did not match"
)


def snapshot_from(
    source: str, out: Path, *, redact: bool, redact_key: str | None, force: bool, output: Output
) -> ExitCode:
    """Writes what ``source`` holds as an account folder; with ``redact``, with pseudonyms.

    Raises:
        InputError: the source cannot be read, the key is too short, or the folder holds what may not be replaced.
    """
    from policysim.sources.aws.snapshot.writing import write_folder  # noqa: PLC0415  # loads only where it is written
    from policysim.sources.given_folder import files_of  # noqa: PLC0415  # the same

    path = Path(source)
    if where_it_leads(path) == where_it_leads(out):
        raise InputError(f"{out}: `--from` and `--out` are the same folder: write into another one")
    given = given_at(path)
    faithful = True
    try:
        files = {name: _without_manifest(name, value) for name, value in files_of(given).items()}
        if redact:
            from policysim.sources.redaction import Redaction, secret_in  # noqa: PLC0415  # few folders are redacted

            redaction = Redaction(files, secret_in(redact_key))
            files, faithful = redaction.files, redaction.faithful
        written = write_folder(out, files, force=force)
    except RecursionError:
        raise InputError(f"{source}: a file here nests its values deeper than any policy does") from None
    with answer_stream(output) as write:
        write(_rendered(out, len(given.accounts), written, redacted=redact, faithful=faithful, form=output.format))
    return ExitCode.OK


def given_at(path: Path) -> GivenFolder:
    """What lies at a path: an account folder, an organisation, or the files of another collector.

    Raises:
        InputError: nothing of it, or something that cannot be read.
    """
    from policysim.sources.interchange import (  # noqa: PLC0415  # loads only where it is asked for
        ACCEPTED,
        given_in_file,
        given_in_folder,
    )

    if path.is_dir():
        from policysim.sources.own_folder import read_own_folder  # noqa: PLC0415  # the same

        return given_in_folder(path) or read_own_folder(path)
    given = given_in_file(read_source(path))
    if given is None:
        raise InputError(
            f"{path}: expected an account folder, an organisation, {ACCEPTED}, or the folder of iam-collect"
        )
    return given


def _without_manifest(name: str, value: object) -> object:
    """``collection.json`` without what an earlier snapshot noted of its own files."""
    if not name.endswith(_COLLECTION) or not isinstance(value, dict):
        return value
    return {member: one for member, one in value.items() if member not in _MANIFEST}


def _rendered(out: Path, accounts: int, written: Written, *, redacted: bool, faithful: bool, form: str) -> str:
    figures: dict[str, Any] = {
        "out": str(out),
        "accounts": accounts,
        "written": len(written.written),
        "unchanged": len(written.unchanged),
        "removed": len(written.removed),
        "redacted": redacted,
        **({"faithful": faithful} if redacted else {}),
    }
    if form == "json":
        return json.dumps(figures, indent=2) + "\n"
    plural = "account" if accounts == 1 else "accounts"
    counts = ", ".join(f"{figures[name]} files {name}" for name in ("written", "unchanged", "removed") if figures[name])
    text = f"{printable(str(out))}: {accounts} {plural}, {counts or 'no files'}{', redacted' if redacted else ''}\n"
    return text if faithful else f"{text}warning: {_LOOSE}\n"
