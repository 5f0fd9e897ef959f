"""Whether two wildcard patterns have a text in common: a pattern of a policy, and the form of a resource type's ARNs.

Source: IAM User Guide, reference_policies_elements_resource; spec R4, R6, R7, R8, R10.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from policysim.language.overlaps import RUN_WITHOUT_COLONS, patterns_overlap
from policysim.language.patterns import resource_matches

_FIELDS: Final = 6
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")


@lru_cache(maxsize=65536)
def arns_overlap(pattern: str, form: str) -> bool:
    """Whether a ``Resource`` pattern can cover an ARN of a form (an ARN with ``*`` for each part that varies).

    A variable of the pattern may have any value. A star at the end of a field may run past the colon (spec R7): such a
    pattern gets the benefit of the doubt, for ARNs whose varying parts hold no colon.
    """
    wide = _VARIABLE.sub("*", pattern)
    fields = wide.split(":", _FIELDS - 1)
    spans = any(field.endswith("*") for field in fields[:-1])
    fields += ["*"] * (_FIELDS - len(fields))
    own = form.split(":", _FIELDS - 1)
    if len(own) == _FIELDS and all(
        _fields_overlap(field, form_field) for field, form_field in zip(fields, own, strict=True)
    ):
        return True
    return spans and patterns_overlap(wide, form.replace("*", RUN_WITHOUT_COLONS))


def _fields_overlap(field: str, form_field: str) -> bool:
    """The varying part of a form holds at least one character (spec R10)."""
    return bool(field) == bool(form_field) and patterns_overlap(field, form_field) if field != "*" else True


def covers(wide: str, narrow: str) -> bool:
    """Whether one ``Resource`` pattern covers everything that another does; ``False`` where that is open."""
    if "?" in wide and "*" in narrow:
        return False
    found = resource_matches(wide, narrow)
    return found.matches and not found.caveats


def covers_actions(wide: str, narrow: str) -> bool:
    """The same for patterns of ``Action``, in lower case."""
    return not ("?" in wide and "*" in narrow) and _action_expression(wide).fullmatch(narrow) is not None


@lru_cache(maxsize=4096)
def _action_expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
