"""Least privilege as tests: the Python API, and what the pytest plugin is made of.

    from policysim.testing import ALLOWED, load

    simulator = load("policies/acme")
    simulator.assert_denied("role/app", "s3:DeleteObject", "arn:aws:s3:::data/*")
    assert simulator.decide("role/app", "s3:GetObject", "arn:aws:s3:::data/a") == ALLOWED

The names are imported when they are first used, so that the plugin costs nothing where they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policysim.sources.errors import InputError
    from policysim.sources.in_force import PolicySource
    from policysim.testing.failures import BrokenExpectationError, PolicysimWarning
    from policysim.testing.loading import load
    from policysim.testing.outcome import ALLOWED, DENIED, DEPENDS, Access, Outcome
    from policysim.testing.simulator import Simulator

__all__ = [
    "ALLOWED",
    "DENIED",
    "DEPENDS",
    "Access",
    "BrokenExpectationError",
    "InputError",
    "Outcome",
    "PolicySource",
    "PolicysimWarning",
    "Simulator",
    "load",
]

_HOMES = {
    "ALLOWED": "policysim.testing.outcome",
    "DENIED": "policysim.testing.outcome",
    "DEPENDS": "policysim.testing.outcome",
    "Access": "policysim.testing.outcome",
    "BrokenExpectationError": "policysim.testing.failures",
    "InputError": "policysim.sources.errors",
    "Outcome": "policysim.testing.outcome",
    "PolicySource": "policysim.sources.in_force",
    "PolicysimWarning": "policysim.testing.failures",
    "Simulator": "policysim.testing.simulator",
    "load": "policysim.testing.loading",
}
"""Where each public name is defined."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module `{__name__}` has no `{name}`")
    from importlib import import_module  # noqa: PLC0415  # loaded with Python, named when first used

    return getattr(import_module(_HOMES[name]), name)
