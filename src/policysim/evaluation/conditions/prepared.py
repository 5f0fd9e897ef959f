"""One condition entry made ready for one request, and its truth for any values that the key may have.

Source: IAM User Guide, reference_policies_elements_condition_operators and
reference_policies_condition-single-vs-multi-valued-context-keys; spec C1, C5 to C11, C34 to C41, V5, V16.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.facts import KeyType
from policysim.evaluation.operators import ACROSS_COLONS, COMPARISONS, WITH_WILD_VALUES, WITH_YEARS_AS_SECONDS
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, known, negate
from policysim.language.operators import Family, Operator, SetPrefix, operator_named
from policysim.language.patterns import arn_pattern
from policysim.language.request import ABSENT
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from policysim.language.variables import Expansion, expand, parse_template, unexpanded
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.facts import DescribedKey, Facts
    from policysim.evaluation.operators import Comparison
    from policysim.evaluation.switches import Switches
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue

_FITTING: Final[dict[str, frozenset[Family]]] = {
    KeyType.STRING: frozenset({Family.STRING, Family.ARN}),
    KeyType.ARN: frozenset({Family.STRING, Family.ARN}),
    KeyType.BOOL: frozenset({Family.BOOL}),
    KeyType.NUMERIC: frozenset({Family.NUMERIC}),
    KeyType.DATE: frozenset({Family.DATE}),
    KeyType.IP_ADDRESS: frozenset({Family.IP_ADDRESS}),
    KeyType.BINARY: frozenset({Family.BINARY}),
}
"""The operators that fit each type of key (spec C10); a string may also be an ARN, its form decides (C31)."""

_FITTING_BY_KEY: Final = {"aws:epochtime": frozenset({Family.NUMERIC, Family.DATE})}
"""Keys that take operators of more than one type (spec C21)."""


class Element(NamedTuple):
    """How one value of the key came out against all values of the entry.

    ``decided_by`` is the index of the policy value that settled it; ``mistyped`` tells that nothing could be compared.
    """

    truth: Truth
    decided_by: int | None = None
    mistyped: bool = False


class _Compiled(NamedTuple):
    """What the text of an entry says, whatever the request."""

    operator: Operator
    constants: tuple[Expansion, ...] | None
    """The values, when there is no variable among them."""


@lru_cache(maxsize=8192)
def _compile(name: str, values: tuple[str, ...], substitutes: bool) -> _Compiled | None:
    operator = operator_named(name)
    if operator is None:
        return None
    if not (substitutes and operator.base.substitutes and any("${" in value for value in values)):
        return _Compiled(operator, tuple(unexpanded(value) for value in values))
    if any(parse_template(value).keys for value in values):
        return _Compiled(operator, None)
    return _Compiled(operator, tuple(expand(value, lambda _: ABSENT) for value in values))


class PreparedCondition:
    """One entry with its variables replaced, for one request.

    ``touched`` collects the codes of the doubtful rules that an answer made use of.
    """

    __slots__ = ("_compare", "_is_date", "key", "key_facts", "operator", "switches", "touched", "wanted")

    def __init__(
        self,
        key: str,
        operator: Operator,
        wanted: tuple[Expansion, ...],
        key_facts: DescribedKey | None,
        switches: Switches,
    ) -> None:
        self.key = key
        self.operator = operator
        self.wanted = wanted
        self.key_facts = key_facts
        self.switches = switches
        self.touched: set[str] = set()
        self._compare = _comparison(operator, switches)
        self._is_date = operator.base.family is Family.DATE

    @property
    def unknown_variables(self) -> tuple[str, ...]:
        """The keys of variables in the values that nobody knows."""
        return tuple(dict.fromkeys(key for wanted in self.wanted for key in wanted.unknown))

    @property
    def wrong_operator(self) -> bool:
        """Whether the operator does not fit the type of the key, as far as the type is known (spec C10)."""
        family = self.operator.base.family
        if self.key_facts is None or family is Family.NULL:
            return False
        fitting = _FITTING_BY_KEY.get(self.key.lower()) or _FITTING.get(self.key_facts.type)
        return fitting is not None and family not in fitting

    def truth(self, values: ContextValue) -> Truth:
        """Whether the entry matches when the key has these values."""
        if values is UNKNOWN_VALUE:
            return self._truth_unknown()
        if self.operator.base.family is Family.NULL:
            return self._null(values)
        if not isinstance(values, tuple) or not values:
            return self._missing()
        truth = self._present(values)
        if values == ("",) and self.operator.prefix is not SetPrefix.NONE:
            self.touched.add("empty-string")
            return self._missing() if self.switches.empty_string_is_null else truth
        return truth

    def element(self, value: str) -> Element:
        """One value of the key against all values of the entry: any must be met, or for a negated operator none."""
        return self._none_met(value) if self.operator.base.negated else self._any_met(value)

    def _any_met(self, value: str) -> Element:
        mistyped = 0
        unknown = False
        for index, wanted in enumerate(self.wanted):
            same = self._same(value, wanted)
            if same is TRUE:
                return Element(TRUE, index)
            mistyped += same is None
            unknown = unknown or same is UNKNOWN
        return Element(UNKNOWN if unknown else FALSE, mistyped=bool(mistyped) and mistyped == len(self.wanted))

    def _none_met(self, value: str) -> Element:
        unknown = False
        for index, wanted in enumerate(self.wanted):
            same = self._same(value, wanted)
            if same is None:
                self.touched.add("mistyped-negation")
                if not self.switches.mistyped_negation_matches:
                    return Element(FALSE, index, mistyped=True)
            if same is TRUE:
                return Element(FALSE, index)
            unknown = unknown or same is UNKNOWN
        return Element(UNKNOWN if unknown else TRUE)

    def _same(self, value: str, wanted: Expansion) -> Truth | None:
        """Whether the two agree under the positive operator; ``None`` when they cannot be compared."""
        if wanted.unresolved:
            return FALSE
        if wanted.unknown:
            return UNKNOWN if self._may_agree(value, wanted) else FALSE
        agree = self._compare(value, wanted)
        if not agree or self._is_date:
            self._touch(value, wanted)
        return None if agree is None else TRUE if agree else FALSE

    def _may_agree(self, value: str, wanted: Expansion) -> bool:
        """Whether some value of the unknown variables could make the two agree. A yes may be too generous."""
        positive = self.operator.base.positive
        if positive == "StringEquals":
            return wanted.literal_pattern.matches(value)
        if positive == "StringEqualsIgnoreCase":
            return wanted.literal_pattern.matches_ignoring_case(value)
        return positive == "Bool" or Pattern.from_pieces(wanted.pieces).matches(value)

    def _touch(self, value: str, wanted: Expansion) -> None:
        """Note the doubtful rules of a comparison, only where they can matter."""
        family = self.operator.base.family
        if family is Family.DATE:
            if 4 in {len(value), len(wanted.text)}:
                self.touched.add("four-digit-date")
        elif wanted.loose is not None and self.operator.base.positive in WITH_WILD_VALUES:
            self.touched.add("wildcard-in-variable")
        elif (
            family is Family.ARN
            and arn_pattern(wanted.pieces).spans
            and Pattern.from_pieces(wanted.pieces).matches(value)
        ):
            self.touched.add("arn-star")

    def _missing(self) -> Truth:
        """The key is absent, or there without any value (spec C5, C6, C8, C34, C35)."""
        prefix = self.operator.prefix
        if self.operator.if_exists and prefix is SetPrefix.FOR_ANY_VALUE:
            self.touched.add("if-exists-in-set")
            return known(self.switches.if_exists_in_any_value)
        if self.operator.if_exists or prefix is SetPrefix.FOR_ALL_VALUES:
            return TRUE
        return known(prefix is SetPrefix.NONE and self.operator.base.negated)

    def _present(self, values: tuple[str, ...]) -> Truth:
        if not self.wanted:
            return self._without_wanted()
        if self.wrong_operator:
            self.touched.add("wrong-operator")
            if self.switches.operator_fits_type:
                return FALSE
        prefix = self.operator.prefix
        if prefix is SetPrefix.NONE and len(values) > 1:
            self.touched.add("several-values")
            if not self.switches.several_values_match_any:
                return FALSE
        truths = (self.element(value).truth for value in values)
        return all_of(truths) if prefix is SetPrefix.FOR_ALL_VALUES else any_of(truths)

    def _without_wanted(self) -> Truth:
        """An empty list to compare with, and a key that is present (spec C11)."""
        plain = self.operator.prefix is SetPrefix.NONE and not self.operator.if_exists
        if not (plain and self.operator.base.negated):
            return FALSE
        self.touched.add("empty-negation")
        return known(self.switches.empty_negation_matches)

    def _null(self, values: ContextValue | None) -> Truth:
        """``Null``; ``None`` stands for a key that is present with some value (spec C7, C8)."""
        if self.operator.prefix is not SetPrefix.NONE:
            return known(self.operator.prefix is SetPrefix.FOR_ALL_VALUES)
        absent = values is ABSENT or values == ()
        if values == ("",):
            self.touched.add("empty-string")
            absent = self.switches.empty_string_is_null
        wanted = "true" if absent else "false"
        return known(any(expansion.text.lower() == wanted for expansion in self.wanted))

    def _truth_unknown(self) -> Truth:
        """The truth that every value of the key leads to, absence included, or ``UNKNOWN``."""
        if self.operator.base.family is Family.NULL:
            possible = {self._null(None)} | ({self._null(ABSENT)} if self.may_be_missing else set())
        else:
            one = self._every_value()
            if one is UNKNOWN:
                return UNKNOWN
            possible = {one} | ({self._missing()} if self.may_be_missing else set())
            if self.operator.prefix is SetPrefix.NONE and not self.single_valued and self.wanted:
                self.touched.add("several-values")
                possible.add(one if self.switches.several_values_match_any else FALSE)
        return possible.pop() if len(possible) == 1 else UNKNOWN

    @property
    def single_valued(self) -> bool:
        """Whether the key is known to hold one value at most."""
        return self.key_facts is not None and not self.key_facts.multivalued

    @property
    def may_be_missing(self) -> bool:
        """Whether the key may be absent, or there without any value."""
        return self.key_facts is None or self.key_facts.multivalued or not self.key_facts.always_present

    def _every_value(self) -> Truth:
        """The truth that any one present value leads to, when it is the same for all of them."""
        if not self.wanted:
            return self._without_wanted()
        if self.wrong_operator and self.switches.operator_fits_type:
            self.touched.add("wrong-operator")
            return FALSE
        met = any_of(self._met_by_every_value(wanted) for wanted in self.wanted)
        return negate(met) if self.operator.base.negated else met

    def _met_by_every_value(self, wanted: Expansion) -> Truth:
        if wanted.unresolved:
            return FALSE
        everything = self.operator.base.positive == "StringLike" and not wanted.unknown
        return TRUE if everything and Pattern.from_pieces(wanted.pieces).matches_everything else UNKNOWN


def _comparison(operator: Operator, switches: Switches) -> Comparison:
    name = operator.base.positive
    if not switches.four_digits_are_a_year and name in WITH_YEARS_AS_SECONDS:
        return WITH_YEARS_AS_SECONDS[name]
    if not switches.values_are_literal and name in WITH_WILD_VALUES:
        return WITH_WILD_VALUES[name]
    if not switches.star_ends_with_its_part and name in ACROSS_COLONS:
        return ACROSS_COLONS[name]
    return COMPARISONS.get(name, _never)


def _never(value: str, wanted: Expansion) -> bool | None:  # noqa: ARG001  # the signature of a comparison
    return None


def prepare(
    entry: ConditionEntry,
    lookup: Callable[[str], ContextValue],
    *,
    substitutes: bool,
    facts: Facts,
    switches: Switches,
) -> PreparedCondition | None:
    """The entry ready for one request; ``None`` when AWS knows no such operator (spec C9).

    ``substitutes`` tells whether the document has policy variables (spec V1).
    """
    compiled = _compile(entry.operator, entry.values, substitutes)
    if compiled is None:
        return None
    operator, wanted = compiled
    is_bool = operator.base.family is Family.BOOL
    if wanted is None and is_bool and not switches.bool_has_variables:
        wanted = tuple(unexpanded(value) for value in entry.values)
    if wanted is None:

        def multivalued(key: str) -> bool:
            described = facts.condition_key(key)
            return described is not None and described.multivalued

        wanted = tuple(expand(value, lookup, multivalued=multivalued) for value in entry.values)
    prepared = PreparedCondition(entry.key, operator, wanted, facts.condition_key(entry.key), switches)
    if is_bool and compiled.constants is None:
        prepared.touched.add("bool-variable")
    return prepared
