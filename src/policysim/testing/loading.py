"""The way to a simulator without pytest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from policysim.expectations.checking import LIMIT
from policysim.sources.in_force import PolicySource, read_in_force
from policysim.testing.simulator import Simulator

if TYPE_CHECKING:
    import os


def load(
    source: str | os.PathLike[str] | PolicySource,
    *,
    account_id: str | None = None,
    region: str | None = None,
    limit: int = LIMIT,
) -> Simulator:
    """A simulator for the policies in an account folder, files of another collector, a plan or a template.

    ``account_id`` and ``region`` are for what a plan or template does not say; ``limit`` is the most requests that one
    question may stand for.

    Raises:
        InputError: the source cannot be read; the message names file and line.
    """
    if not isinstance(source, PolicySource):
        source = PolicySource(Path(source))
    path = source.path.absolute()  # read on demand: a test may have changed its folder by then
    own = source._replace(path=path, account_id=account_id or source.account_id, region=region or source.region)
    return Simulator(read_in_force(own), limit=limit)
