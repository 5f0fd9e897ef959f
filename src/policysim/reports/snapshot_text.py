"""The figures of ``policysim snapshot`` for people: what was read, what is complete, what AWS refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.reports.layout import Paint, Tone, labelled, paragraph
from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ACCOUNTS_SHOWN = 20
_ONE_OF = {
    "VPC endpoints": "VPC endpoint",
    "groups": "group",
    "managed policies": "managed policy",
    "resources with tags": "resource with tags",
    "roles": "role",
    "users": "user",
}
_LOOSE = (
    "warning: parts of names are so short that a pattern may match a pseudonym whose name it did not match; "
    "the redacted folder may decide otherwise"
)


def snapshot_text(summary: Mapping[str, Any], paint: Paint, *, verbose: bool = False) -> str:
    """The whole text, with a final line end. ``verbose`` names every account and everything that was refused."""
    lines = [*_figures(summary, paint), *_accounts(summary["accounts"], paint, verbose=verbose)]
    lines += _refused(summary["refused"], paint, verbose=verbose)
    lines += _not_told(summary["not_told"])
    if not summary.get("faithful", True):
        lines += ["", *paragraph(_LOOSE, first="")]
    return "\n".join(lines) + "\n"


def _figures(summary: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    accounts, files = summary["accounts"], summary["files"]
    what = _count(len(accounts), "account")
    if summary["organization"]:
        what += f" of organisation {printable(summary['organization'])}"
    yield paint(f"{what}: {_count(summary['calls'], 'call')} in {summary['seconds']} s", Tone.HEADING)
    yield from labelled(
        "files", f"{files['written']} written, {files['unchanged']} unchanged, {files['removed']} removed"
    )
    if summary["taken_over"]:
        yield from labelled("taken over", f"{_count(summary['taken_over'], 'part')} of the run that was cut")
    if summary["read_again"]:
        yield from labelled("read again", f"{_count(summary['read_again'], 'part')} whose record was damaged")


def _accounts(accounts: Sequence[Mapping[str, Any]], paint: Paint, *, verbose: bool) -> Iterator[str]:
    for account in accounts if verbose else accounts[:_ACCOUNTS_SHOWN]:
        yield ""
        yield paint(f"account {printable(account['account_id'])}", Tone.HEADING)
        yield from labelled("Regions", printable(", ".join(account["regions"]) or "none"))
        found = ", ".join(_found(name, number) for name, number in account["found"].items())
        yield from labelled("found", printable(found or "nothing"))
        yield from labelled("complete", printable(", ".join(account["complete"]) or "no service"))
    if not verbose and len(accounts) > _ACCOUNTS_SHOWN:
        yield ""
        yield from paragraph(f"and {_count(len(accounts) - _ACCOUNTS_SHOWN, 'account')} more; -v shows them")


def _refused(refused: Sequence[Mapping[str, Any]], paint: Paint, *, verbose: bool) -> Iterator[str]:
    yield ""
    if not refused:
        yield "nothing was refused"
        return
    yield paint("not collected: decisions that need it say so", Tone.HEADING)
    for group in refused:
        call = f"`{printable(group['call'])}`, {printable(group['error'])}" if group["call"] else group["error"]
        yield from paragraph(f"{call}: {_times(group, verbose=verbose)}")
        if group["actions"]:
            yield from paragraph(f"to add: {', '.join(group['actions'])}", first="    ", rest="      ")


def _not_told(paths: Sequence[str]) -> Iterator[str]:
    """Session policies, without which every decision about a role's session stays open."""
    if not paths:
        return
    where = f"`{printable(paths[0])}`" if len(paths) == 1 else "`accounts/ID/session-policies.json` of each account"
    yield ""
    yield from paragraph(
        f"no API tells session policies, so decisions about role sessions depend on them: where none are used, "
        f"put `{{}}` into {where}",
        first="",
    )


def _times(group: Mapping[str, Any], *, verbose: bool) -> str:
    shown = group["for"] if verbose else group["for"][:2]
    more = group["times"] - len(shown)
    return printable(", ".join(shown)) + (f" and {more} more" if more else "")


def _found(name: str, number: int) -> str:
    return f"{number} {_ONE_OF.get(name, name) if number == 1 else name}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
