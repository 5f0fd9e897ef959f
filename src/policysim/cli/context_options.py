"""``--context`` and ``--absent``: what the person who asks knows of the request context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policysim.language.request import RequestContext

if TYPE_CHECKING:
    from collections.abc import Sequence


def context_of(pairs: Sequence[str], absent: Sequence[str], *, complete: bool) -> RequestContext:
    """The context that ``K=V`` pairs give; a key that is repeated holds several values."""
    values: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.UsageError(f"`--context {pair}` is not of the form KEY=VALUE")
        values.setdefault(spelling.setdefault(key.lower(), key), []).append(value)
    for key in absent:
        if not key or ("=" in key and "/" not in key):  # only the name of a tag, behind a `/`, may hold a `=`
            raise click.UsageError(f"`--absent {key}` is no condition key, such as `aws:SourceVpce`")
        if key.lower() in spelling:
            raise click.UsageError(f"`{key}` cannot have a value and be absent as well")
    return RequestContext(values, absent=absent, complete=complete)
