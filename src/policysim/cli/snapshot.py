"""``policysim snapshot``: the policies in force, from a live account or organisation into an account folder."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policysim.catalog.partitions import is_region
from policysim.cli.aws_options import aws_options, aws_settings_of
from policysim.cli.boundary import say
from policysim.cli.exit_codes import ExitCode
from policysim.cli.output import answer_stream, check_output, note, output_of, output_options_for
from policysim.cli.progress import progress
from policysim.language.arns import is_account_id
from policysim.sources.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cli.output import Output
    from policysim.sources.aws.snapshot.engine import Collected, Settings

_EPILOG: Final = (
    "Exit codes: 0 written, also where AWS refused something; 2 bad input, or a file that is not a snapshot's; 4 AWS "
    "or network failure, with everything kept for the next run; 130 interrupted, the same."
)
_ROLE: Final = "OrganizationAccountAccessRole"
_MOST_JOBS: Final = 64


def _account_ids(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    ids = tuple(part.strip() for given in value for part in given.split(","))
    wrong = next((one for one in ids if not is_account_id(one)), None)
    if wrong is not None:
        raise click.BadParameter(f"`{wrong}` is no account id: expected 12 digits")
    return ids


def _regions(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    regions = tuple(part.strip() for given in value for part in given.split(","))
    if regions == ("all",):
        return ()
    wrong = next((one for one in regions if not is_region(one)), None)
    if wrong is not None:
        raise click.BadParameter(f"`{wrong}` is no Region: expected a name such as `eu-west-1`, or `all`")
    return regions


@click.command("snapshot", epilog=_EPILOG)
@click.option("--out", metavar="DIR", help="The folder to write; an earlier snapshot in it is replaced.")
@click.option(
    "--region",
    "regions",
    metavar="REGION",
    multiple=True,
    callback=_regions,
    help="Only this Region; all that are enabled if not said. Can be repeated.",
)
@click.option("--org", is_flag=True, help="All accounts of the organisation, its tree, SCPs and RCPs.")
@click.option(
    "--account",
    "accounts",
    metavar="ID",
    multiple=True,
    callback=_account_ids,
    help="Only this account. Can be repeated.",
)
@click.option("--role", metavar="NAME", default=_ROLE, show_default=True, help="The role to assume in other accounts.")
@click.option("--external-id", metavar="ID", help="The external id that the role asks for.")
@click.option("--jobs", type=click.IntRange(1, _MOST_JOBS), default=16, show_default=True, help="Calls side by side.")
@click.option("--fresh", is_flag=True, help="Forget a run that was cut; otherwise it goes on where it was.")
@click.option("--permissions", is_flag=True, help="Print the IAM policy that this needs, and call nothing.")
@click.option("--from", "source", metavar="PATH", help="Read an account folder or another source; call nothing.")
@click.option("--redact", is_flag=True, help="Replace names, ids, tags and addresses by pseudonyms, for sharing.")
@click.option("--redact-key", metavar="FILE", help="The key of the pseudonyms, to get the same ones again.")
@aws_options
@output_options_for("text", "json", more="every account and everything that was refused")
def snapshot(  # noqa: PLR0917  # click's options
    out: str | None,
    regions: tuple[str, ...],
    org: bool,
    accounts: tuple[str, ...],
    role: str,
    external_id: str | None,
    jobs: int,
    fresh: bool,
    permissions: bool,
    source: str | None,
    redact: bool,
    redact_key: str | None,
    **options: Any,  # noqa: ANN401  # click's options
) -> ExitCode:
    """Which policies are in force? Reads a live account or organisation into an account folder.

    Only reading calls are made, with your own credentials. What AWS refuses is a named gap of later decisions. A run
    that is cut goes on where it was when the same command runs again.
    """
    aws = aws_settings_of(options, None)
    output = output_of(options)
    check_output(output, writes_more=out is not None)
    if permissions:
        return _print_permissions(output, organization=org, accounts=accounts, role=role)
    if out is None:
        raise click.UsageError("missing option `--out`")
    if not out:
        raise click.UsageError("the folder name behind `--out` is empty")
    if redact_key is not None and not redact:
        raise click.UsageError("`--redact-key` needs `--redact`")
    if source is not None:
        _check_unused({"--org": org, "--region": regions, "--account": accounts, "--fresh": fresh})
        from policysim.cli.snapshot_from import snapshot_from  # noqa: PLC0415  # most snapshots are live

        return snapshot_from(source, Path(out), redact=redact, redact_key=redact_key, force=output.force, output=output)
    from policysim.sources.aws.snapshot.engine import Settings  # noqa: PLC0415  # loads every collector

    settings = Settings(
        Path(out), aws, regions, org, accounts, role, external_id, jobs, fresh, force=output.force, redacted=redact
    )
    secret = None
    if redact:
        from policysim.sources.redaction import secret_in  # noqa: PLC0415  # few snapshots are redacted

        secret = secret_in(redact_key)
    summary = _taken(settings, secret, output)
    with answer_stream(output) as write:
        write(_rendered(summary, output))
    return ExitCode.OK


def _check_unused(given: dict[str, object]) -> None:
    """Refuses options of a live snapshot where nothing is called: what they leave out would be copied all the same."""
    unused = next((name for name, value in given.items() if value), None)
    if unused is not None:
        raise click.UsageError(f"`{unused}` cannot be combined with `--from`, which copies all that is there")


def _taken(settings: Settings, secret: bytes | None, output: Output) -> dict[str, Any]:
    """Reads and writes; the figures."""
    from policysim.sources.aws.snapshot.engine import collect  # noqa: PLC0415  # as above
    from policysim.sources.aws.snapshot.summary import summary_of  # noqa: PLC0415  # the same
    from policysim.sources.aws.snapshot.writing import holding, place  # noqa: PLC0415  # the same

    with holding(settings.out, force=output.force), _telling_of_what_is_kept(settings, output):
        with progress("parts of the snapshot", output) as tell:
            found, journal = collect(settings, datetime.now(UTC), tell)
        _refuse_nothing(found)
        files, faithful = _files(settings, found, secret, force=output.force)
        written = place(settings.out, files, force=output.force)
        journal.forget()
    if found.damaged:
        note(output, f"{found.damaged} parts of the run that was cut were damaged and were read again")
    about = {"redacted": True, "faithful": faithful} if secret is not None else {}
    return {**summary_of(found, written), "not_told": _session_policies(settings.out), **about}


@contextmanager
def _telling_of_what_is_kept(settings: Settings, output: Output) -> Iterator[None]:
    """A run that is cut keeps what it read under its true names, whatever was to be written."""
    from policysim.sources.aws.snapshot.journal import holds_a_cut_run  # noqa: PLC0415  # loads only where one is taken
    from policysim.sources.half_written import HIDDEN  # noqa: PLC0415  # the same

    try:
        yield
    except KeyboardInterrupt:
        if holds_a_cut_run(settings.out):
            note(output, f"what was read is kept in `{settings.out}`, and the same command goes on from there")
        raise
    finally:
        if settings.redacted and holds_a_cut_run(settings.out):
            say(
                f"`{settings.out / HIDDEN}` holds true names until this command ends well: do not share "
                f"`{settings.out}`, or remove that folder first"
            )


def _session_policies(out: Path) -> list[str]:
    """The files that no API tells, as paths in the folder, where nobody has given them yet."""
    folders = sorted(path.parent for path in out.glob("accounts/*/account.json")) or [out]
    paths = (folder / "session-policies.json" for folder in folders)
    return [path.relative_to(out).as_posix() for path in paths if not path.exists()]


def _refuse_nothing(found: Collected) -> None:
    """An empty folder would pass for an account with nothing in it."""
    if not found.accounts:
        gap = found.closed[-1]
        raise RemoteError(f"no account could be read: `{gap.call}` for {gap.what} was answered with {gap.error}")


def _files(settings: Settings, found: Collected, secret: bytes | None, *, force: bool) -> tuple[dict[str, Any], bool]:
    """The files to write, and whether the policies decide about pseudonyms as they do about names."""
    from policysim.sources.aws.snapshot.folder import folder_of  # noqa: PLC0415  # as above
    from policysim.sources.aws.snapshot.layout import COLLECTION, foreign_policy_names, manifest_of  # noqa: PLC0415  # the same

    taken = frozenset() if force else foreign_policy_names(settings.out, manifest_of(settings.out))
    files = folder_of(found, several=settings.organization or len(set(settings.accounts)) > 1, taken=taken)
    if secret is None:
        return files, True
    from policysim.sources.aws.snapshot.earlier import REDACTED  # noqa: PLC0415  # as above
    from policysim.sources.redaction import Redaction  # noqa: PLC0415  # few snapshots are redacted

    redaction = Redaction(files, secret)
    collection = redaction.files[COLLECTION]
    return {**redaction.files, COLLECTION: {**dict(collection), REDACTED: True}}, redaction.faithful


def _print_permissions(output: Output, *, organization: bool, accounts: tuple[str, ...], role: str) -> ExitCode:
    from policysim.sources.aws.snapshot.permissions import permissions  # noqa: PLC0415  # loads every collector

    policy = permissions(organization=organization, accounts=accounts, role=role)
    with answer_stream(output) as write:
        write(json.dumps(policy, indent=2) + "\n")
    return ExitCode.OK


def _rendered(summary: dict[str, Any], output: Output) -> str:
    if output.format == "json":
        return json.dumps(summary, indent=2) + "\n"
    from policysim.reports.layout import Paint  # noqa: PLC0415  # the one renderer that is asked for
    from policysim.reports.snapshot_text import snapshot_text  # noqa: PLC0415  # the same

    return snapshot_text(summary, Paint(coloured=output.coloured), verbose=output.verbose)
