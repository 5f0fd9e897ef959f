"""Write the parts of `docs/snapshot.md` that come from code: what is collected, what is not, and the permissions.

    python tools/snapshot_reference.py           write the page
    python tools/snapshot_reference.py --check   tell whether it is what would be written

The tables come from the collectors in `policysim.sources.aws`. Exit codes: 0 written or equal, 1 when the page is to be
written again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Scope
from policysim.sources.aws.collectors.not_collected import NOT_COLLECTED, PARTLY_COLLECTED
from policysim.sources.aws.snapshot.collectors import COLLECTORS
from policysim.sources.aws.snapshot.permissions import permissions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.sources.aws.collecting import Collector

PAGE: Final = Path(__file__).parent.parent / "docs" / "snapshot.md"


def collected() -> str:
    """What is read, where, and with which actions."""
    services = {service for collector in COLLECTORS for service in (*collector.services, *PARTLY_COLLECTED)}
    head = (
        f"{len(COLLECTORS)} collectors read the resource-based policies of {len(services)} services (by IAM prefix), "
        "and what decisions need beside them. A service can be called complete where its prefix stands in the second "
        "column, its tags where it stands in the third."
    )
    rows = sorted(_row(collector) for collector in COLLECTORS)
    table = ["| what | complete | tags | where | actions |", "| --- | --- | --- | --- | --- |", *rows]
    return "\n".join([head, "", *table])


def _row(collector: Collector) -> str:
    complete, tags = ", ".join(collector.services), ", ".join(collector.tags_of)
    actions = ", ".join(f"`{action}`" for action in sorted(collector.actions))
    return f"| {collector.what} | {complete} | {tags} | {_where(collector)} | {actions} |"


def _where(collector: Collector) -> str:
    if collector.scope is Scope.ACCOUNT:
        return "account"
    if not collector.regions:
        return "every Region"
    return collector.regions[0] if len(collector.regions) == 1 else f"{len(collector.regions)} Regions"


def missing() -> str:
    """What is not read, and why."""
    return "\n".join(["| service | why |", "| --- | --- |", *_reasons()])


def _reasons() -> Iterator[str]:
    for service, reason in sorted({**NOT_COLLECTED, **PARTLY_COLLECTED}.items()):
        yield f"| `{service}` | {'in part: ' if service in PARTLY_COLLECTED else ''}{reason} |"


def least() -> str:
    """The policy for `--org`, as `--permissions` prints it."""
    policy = permissions(organization=True, accounts=(), role="OrganizationAccountAccessRole")
    return f"```json\n{json.dumps(policy, indent=2)}\n```"


_PARTS: Final = {"collected": collected, "missing": missing, "permissions": least}


def page_text(page: str) -> str:
    """The page with every generated part written anew."""
    for name, part in _PARTS.items():
        begin, end = f"<!-- {name}: written by tools/snapshot_reference.py -->", f"<!-- end of {name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{PAGE.name} has no part `{name}`")
        page = f"{before}{begin}\n\n{part()}\n\n{end}{after}"
    return page


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page, or with ``--check`` tells whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, and tell whether the page is up to date")
    options = parser.parse_args(arguments)
    current = PAGE.read_text(encoding="utf-8")
    wanted = page_text(current)
    if options.check:
        print(f"{PAGE.name} is {'up to date' if wanted == current else 'to be written again'}")
        return int(wanted != current)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
