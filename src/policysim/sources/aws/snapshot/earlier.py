"""What an earlier snapshot in the folder was of: one of something else is not replaced unasked.

A run with the wrong profile, or of one account where the folder holds all of an organisation, would remove files that
nobody can collect again as they were.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.sources.aws.snapshot.layout import COLLECTION, ORGANIZATION, collection_at, manifest_of
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

REDACTED: Final = "redacted"
"""The member of ``collection.json`` that says that pseudonyms stand in the place of names."""

_ACCOUNT: Final = "account.json"


class Earlier(NamedTuple):
    """The accounts of the snapshot that a folder holds, their organisation, and whether its names are pseudonyms."""

    out: Path
    accounts: frozenset[str] = frozenset()
    organization: str | None = None
    redacted: bool = False

    def refuse_other_names(self, *, redacted: bool) -> None:
        """Refuses to put pseudonyms in the place of names, and names in the place of pseudonyms.

        Raises:
            InputError: that is what this run would do.
        """
        if self.accounts and self.redacted != redacted:
            told, this = ("pseudonyms", "names") if self.redacted else ("names", "pseudonyms")
            raise self._refused(f"a snapshot with {told}, and this run writes {this}")

    def refuse_without(self, asked: Collection[str]) -> None:
        """Refuses a run of the accounts ``asked`` that would remove those of others.

        Raises:
            InputError: naming one of them.
        """
        lost = [] if self.redacted else sorted(self.accounts - set(asked))
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            raise self._refused(f"the snapshot of account `{lost[0]}`{more}, which this run does not read")

    def refuse_organization(self, organization: str) -> None:
        """Refuses a run of another organisation.

        Raises:
            InputError: naming the earlier one.
        """
        if not self.redacted and self.organization not in {None, organization}:
            raise self._refused(f"the snapshot of organisation `{self.organization}`, and this is `{organization}`")

    def _refused(self, what: str) -> InputError:
        return InputError(f"{self.out}: holds {what}; `--force` replaces it, another `--out` leaves it alone")


def earlier_in(out: Path) -> Earlier:
    """The snapshot in a folder; one of no account where there is none."""
    manifest = manifest_of(out)
    about = collection_at(out / COLLECTION) or {}
    accounts = {path.split("/")[1] for path in manifest if path.startswith("accounts/")}
    if _ACCOUNT in manifest:
        accounts.add(_text(out / _ACCOUNT, "account_id"))
    organization = _text(out / ORGANIZATION, "organization_id") if ORGANIZATION in manifest else ""
    return Earlier(out, frozenset(accounts - {""}), organization or None, redacted=about.get(REDACTED) is True)


def _text(path: Path, member: str) -> str:
    """A member of a file that a snapshot wrote; empty where there is none."""
    try:
        found: Any = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return ""
    value = found.get(member) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
