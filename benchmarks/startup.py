"""Cold start of the commands beside bare Python: wall time, medians, and ratios in one run.

python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
POLICYSIM = str(Path(sys.executable).parent / "policysim")
EVENT = "policies/scenarios/01-identity-implicit/event.json"
WHAT_IF = (
    "eval --principal role/{role} --action s3:GetObject --resource arn:aws:s3:::{bucket}/x --account policies/acme"
)

COMMANDS: dict[str, list[str]] = {
    "bare python (python -c pass)": [sys.executable, "-c", "pass"],
    "import policysim": [sys.executable, "-c", "import policysim"],
    "policysim --version": [POLICYSIM, "--version"],
    "policysim --help": [POLICYSIM, "--help"],
    "policysim eval (one what-if on acme)": [
        POLICYSIM,
        *WHAT_IF.format(role="invoice-mailer", bucket="acme-prod-invoices").split(),
    ],
    "the demo (explain on acme)": [POLICYSIM, "explain", EVENT, "--account", "policies/acme"],
}


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As on a user's machine: compiled modules are kept from one run to the next."""


def milliseconds(command: list[str]) -> float:
    """One run of a command, start to end."""
    start = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, env=ENVIRONMENT, capture_output=True, check=False)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Time the commands in turn, round by round, so that a slow moment of the machine meets all of them."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs + 1):
        for name, command in COMMANDS.items():
            times[name].append(milliseconds(command))
    bare = statistics.median(times["bare python (python -c pass)"][1:])
    print(f"median of {runs} runs, milliseconds, and the ratio to bare Python in the same run")
    for name, figures in times.items():
        median = statistics.median(figures[1:])
        print(f"{median:8.1f} ms  {median / bare:5.1f}x  +{median - bare:6.1f} ms  {name}")


if __name__ == "__main__":
    main()
