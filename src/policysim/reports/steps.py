"""The seven steps of structured troubleshooting, and the part of a report that belongs to each.

A report follows the steps from top to bottom: ``STEPS`` holds its parts in the order in which they are read.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Step(Enum):
    """A step; the value is its name."""

    IDENTIFY = "Identify"
    ISOLATE = "Isolate"
    HYPOTHESISE = "Hypothesise"
    TEST = "Test"
    PLAN = "Plan the change"
    VERIFY = "Verify"
    DOCUMENT = "Document"

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return list(Step).index(self) + 1


class Part(Enum):
    """A part of a report."""

    FACTS = "facts"
    OCCURRENCES = "occurrences"
    REQUESTS = "requests"
    STATEMENTS = "statements"
    LAYERS = "layers"
    OBSTACLES = "obstacles"
    AWS_EVALUATION = "aws-evaluation"
    NEAR_MISSES = "near-misses"
    CAUSES = "causes"
    SEPARATING = "separating"
    OPEN = "open"
    NEXT = "next"
    REMEDIES = "remedies"
    FIXES = "fixes"
    VERIFICATION = "verification"
    CAVEATS = "caveats"
    RECORD = "record"


STEPS: Final[dict[Part, Step]] = {
    Part.FACTS: Step.IDENTIFY,
    Part.OCCURRENCES: Step.IDENTIFY,
    Part.REQUESTS: Step.ISOLATE,
    Part.STATEMENTS: Step.ISOLATE,
    Part.LAYERS: Step.ISOLATE,
    Part.OBSTACLES: Step.ISOLATE,
    Part.AWS_EVALUATION: Step.ISOLATE,
    Part.NEAR_MISSES: Step.HYPOTHESISE,
    Part.CAUSES: Step.TEST,
    Part.SEPARATING: Step.TEST,
    Part.OPEN: Step.TEST,
    Part.NEXT: Step.TEST,
    Part.REMEDIES: Step.PLAN,
    Part.FIXES: Step.PLAN,
    Part.VERIFICATION: Step.VERIFY,
    Part.CAVEATS: Step.DOCUMENT,
    Part.RECORD: Step.DOCUMENT,
}
"""The step that each part belongs to; a test holds the reports to this order."""
