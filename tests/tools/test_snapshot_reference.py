"""The page about snapshots says what the collectors do."""

from __future__ import annotations

import re

from policysim.sources.aws.snapshot.collectors import COLLECTORS
from tools.snapshot_reference import PAGE, main


def test_the_page_is_up_to_date() -> None:
    assert main(["--check"]) == 0


def test_every_option_of_the_command_is_on_the_page() -> None:
    from policysim.cli.snapshot import snapshot  # noqa: PLC0415  # loads the command alone

    page = PAGE.read_text(encoding="utf-8")
    of_every_command = {"--format", "--output", "--color", "--quiet", "--verbose", "--help"}
    options = {name for parameter in snapshot.params for name in parameter.opts if name.startswith("--")}
    assert {name for name in options - of_every_command if f"`{name}" not in page} == set()


def test_collectors_have_names_of_their_own() -> None:
    assert len({collector.name for collector in COLLECTORS}) == len(COLLECTORS)
    assert all(re.fullmatch(r"[a-z0-9-]+", collector.name) for collector in COLLECTORS)
