"""The rules on which AWS's documentation is silent or at odds with itself, each one as a switch.

The defaults are what this project takes to be true. Where the other position of a switch would change an outcome, the
outcome carries a caveat that says so (``conditions.CAVEATS``). Spec: section Z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How the doubtful rules are read."""

    operator_fits_type: bool = True
    """An operator for another type than the key's never matches a value (spec C10)."""

    mistyped_negation_matches: bool = False
    """A negated operator matches when the two values cannot be compared (spec C10, C17, C31)."""

    several_values_match_any: bool = False
    """An operator without set prefix looks for any fitting value among several, instead of never matching (C40)."""

    if_exists_in_any_value: bool = True
    """``ForAnyValue:...IfExists`` matches when the key is missing (spec C38)."""

    empty_string_is_null: bool = False
    """For ``Null`` and the set operators one empty string is the same as no value (spec C8)."""

    empty_negation_matches: bool = True
    """A negated operator without set prefix and without values to compare with matches (spec C11)."""

    four_digits_are_a_year: bool = True
    """Four digits under a Date operator are a year, not seconds since 1970 (spec C19)."""

    values_are_literal: bool = True
    """``*`` and ``?`` in the value of a policy variable are not wildcards (spec V8)."""

    bool_has_variables: bool = True
    """Policy variables are replaced in the values of ``Bool`` (spec C22, V2)."""

    grants_need_identity: bool = False
    """A grant of a KMS key works only beside an identity-based Allow of its grantee (spec S23)."""

    rcps_bind_services: bool = True
    """Resource control policies bind AWS service principals (spec E24)."""

    rcps_need_a_resource: bool = True
    """Resource control policies are not evaluated for actions that take no resource (spec E28)."""

    star_ends_with_its_part: bool = True
    """Under the Arn operators a ``*`` at the end of one of the first five parts stops at the colon (spec C30)."""


DEFAULT_SWITCHES: Final = Switches()
