"""Run every command of `docs/tutorial.md` as a reader would, and write down what it prints.

    python tools/tutorial.py           write the outputs
    python tools/tutorial.py --check   tell whether they are what would be written

Blocks marked `console` hold what a terminal shows: lines that begin with `$ ` are commands (`> ` goes on with one), the
others are what they print. Each block is one shell; all of them share a folder, which starts as a copy of
`policies/tutorial`. Blocks of any other kind are not run. Exit codes: 0 written or equal, 1 with the difference.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "tutorial.md"
EXAMPLE: Final = ROOT / "policies" / "tutorial"

_BLOCK: Final = re.compile(r"```console\n(.*?)```\n", re.DOTALL)
_MARK: Final = "\x01"
_BEFORE_EACH: Final = f"{{ status=$?; printf '{_MARK}'; (exit $status); }}"
"""Parts the outputs of a block, and leaves `$?` as it was."""

_SECONDS: Final = re.compile(r"\bin \d+\.\d+s\b")
_LONGEST: Final = 120


class Command(NamedTuple):
    """One command, its lines as the page shows them."""

    shown: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the shell is given."""
        return "\n".join(line[2:] for line in self.shown)


def commands_of(block: str) -> list[Command]:
    """The commands of a block, without what they print."""
    found: list[list[str]] = []
    for line in block.split("\n"):
        if line.startswith("$ "):
            found.append([line])
        elif found and (line == ">" or line.startswith("> ")):
            found[-1].append(line)
    return [Command(tuple(lines)) for lines in found]


def run_block(commands: Sequence[Command], folder: Path) -> list[str]:
    """What each command prints, on either stream."""
    script = "".join(f"{_BEFORE_EACH}\n{command.text}\n" for command in commands)
    done = subprocess.run(  # the commands are those of our own page
        ["/bin/bash", "--noprofile", "--norc", "-c", script],
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=_LONGEST,
    )
    outputs = done.stdout.decode("utf-8").split(_MARK)[1:]
    return [_SECONDS.sub("in 0.10s", output) for output in outputs]


def _environment(folder: Path) -> dict[str, str]:
    """What a reader's shell has, without what differs from one reader to the next."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()}
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        **who,
    }


_WHO: Final = {"NAME": "Ana", "EMAIL": "ana@bakery.example", "DATE": "2026-11-24T09:00:00Z"}


def written_anew(page: str, example: Path = EXAMPLE) -> str:
    """The page with the outputs that its commands have now."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "shop"
        shutil.copytree(example, folder)

        def anew(block: re.Match[str]) -> str:
            commands = commands_of(block.group(1))
            outputs = run_block(commands, folder)
            shown = "".join(
                "\n".join(command.shown) + "\n" + output for command, output in zip(commands, outputs, strict=True)
            )
            return f"```console\n{shown}```\n"

        return _BLOCK.sub(anew, page)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description="Run the commands of docs/tutorial.md.")
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args(arguments).check
    before = PAGE.read_text(encoding="utf-8")
    after = written_anew(before)
    if not check:
        PAGE.write_text(after, encoding="utf-8")
        return 0
    difference = difflib.unified_diff(before.splitlines(), after.splitlines(), "docs/tutorial.md", "now", lineterm="")
    told = "\n".join(difference)
    if told:
        sys.stdout.write(f"{told}\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
