"""The ``Condition`` element: one entry held against the values of its key, in three-valued truth.

``match_condition`` answers for a decision; ``prepare`` gives the entry to those who try many values of one key.
"""

from policysim.evaluation.conditions.caveats import CAVEAT_TEXTS, CAVEATS, OF_OPEN_DECISIONS
from policysim.evaluation.conditions.matching import match_condition
from policysim.evaluation.conditions.prepared import PreparedCondition, prepare

__all__ = ["CAVEATS", "CAVEAT_TEXTS", "OF_OPEN_DECISIONS", "PreparedCondition", "match_condition", "prepare"]
