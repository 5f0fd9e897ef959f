"""What a test meets when an expectation is not met, is broken, or is worth a warning."""

from __future__ import annotations


class BrokenExpectationError(ValueError):
    """An expectation that asks nothing: it names what is not there, or is no sentence. The message says where.

    It is no ``AssertionError``, so that no ``pytest.raises(AssertionError)`` takes a misspelt name for a denial.
    """

    __module__ = "policysim.testing"


class PolicysimWarning(UserWarning):
    """Something about an expectation that is worth a look, such as that it can never fail."""

    __module__ = "policysim.testing"
