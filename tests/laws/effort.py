"""How many examples a law is tried with: a few in every run, and as many as one asks for when exploring."""

from __future__ import annotations

import os

from hypothesis import settings

VARIABLE = "POLICYSIM_LAW_EXAMPLES"


def examples(usual: int) -> settings:
    """``usual`` examples, or the number that ``POLICYSIM_LAW_EXAMPLES`` holds."""
    return settings(max_examples=int(os.environ.get(VARIABLE, usual)))
