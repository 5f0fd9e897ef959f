"""The other evaluator, run as a separate program.

A developer installs the npm package ``@cloud-copilot/iam-simulate`` (AGPL) by hand in a folder of its own, and names
that folder in ``POLICYSIM_IAM_SIMULATE``. Nothing of it is part of this project: the script beside this module passes
it questions that come on standard input, and writes its answers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE: Final = "POLICYSIM_IAM_SIMULATE"
_SCRIPT: Final = Path(__file__).with_name("peer.mjs")
_EFFECTS: Final = {"Allowed": "allowed", "ExplicitlyDenied": "explicit_deny", "ImplicitlyDenied": "implicit_deny"}


class PeerAnswer(NamedTuple):
    """What the other evaluator says.

    ``effect`` is in our words, and empty where it refuses the question (then ``error`` says why). ``ignored`` are the
    context keys that it drops because its catalogue does not list them; ``unchecked`` is its effect when its checks of
    the question are switched off, and with them that dropping.
    """

    effect: str
    error: str
    ignored: tuple[str, ...]
    unchecked: str


def missing() -> str | None:
    """Why the other evaluator cannot be asked; ``None`` when it can."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return f"{VARIABLE} names no folder in which @cloud-copilot/iam-simulate is installed"
    if not (Path(folder) / "node_modules/@cloud-copilot/iam-simulate").is_dir():
        return f"@cloud-copilot/iam-simulate is not installed in the folder that {VARIABLE} names"
    return None if shutil.which("node") else "there is no `node` on the path"


def ask(simulations: Iterable[dict[str, Any]]) -> list[PeerAnswer]:
    """Its answers, in the order of the questions."""
    text = "".join(json.dumps(simulation) + "\n" for simulation in simulations)
    node = shutil.which("node") or "node"
    folder = os.environ[VARIABLE]
    done = subprocess.run(
        [node, str(_SCRIPT), str(Path(folder).resolve())], input=text, capture_output=True, text=True, check=True
    )
    return [_answer(json.loads(line)) for line in done.stdout.splitlines()]


def _answer(found: dict[str, Any]) -> PeerAnswer:
    return PeerAnswer(
        _EFFECTS.get(found.get("effect", ""), ""),
        found.get("error", ""),
        tuple(found.get("ignored", ())),
        _EFFECTS.get(found["unchecked"], ""),
    )
