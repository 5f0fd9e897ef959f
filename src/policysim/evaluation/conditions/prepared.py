"""One condition entry made ready for one request, and its truth for any values that the key may have.

Source: IAM User Guide, reference_policies_elements_condition_operators and
reference_policies_condition-single-vs-multi-valued-context-keys; spec C1, C5 to C11, C34 to C41, V5, V16.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.facts import KeyType, is_multivalued
from policysim.evaluation.operators import ACROSS_COLONS, COMPARISONS, WITH_YEARS_AS_SECONDS
from policysim.evaluation.switches import DEFAULT_SWITCHES
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, known, negate
from policysim.language.operators import Family, Operator, SetPrefix, operator_named
from policysim.language.patterns import arn_pattern
from policysim.language.request import ABSENT
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from policysim.language.variables import expand, parse_template, unexpanded
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from policysim.evaluation.context import Lookup
    from policysim.evaluation.facts import DescribedKey, Facts
    from policysim.evaluation.operators import Comparison, Test
    from policysim.evaluation.switches import Switches
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue
    from policysim.language.variables import Expansion

_FITTING: Final[dict[str, frozenset[Family]]] = {
    KeyType.STRING: frozenset({Family.STRING, Family.ARN}),
    KeyType.ARN: frozenset({Family.STRING, Family.ARN}),
    KeyType.BOOL: frozenset({Family.BOOL}),
    KeyType.NUMERIC: frozenset({Family.NUMERIC}),
    KeyType.DATE: frozenset({Family.DATE}),
    KeyType.IP_ADDRESS: frozenset({Family.IP_ADDRESS}),
    KeyType.BINARY: frozenset({Family.BINARY}),
}
"""The operators that fit each type of key (spec C10); a string may also be an ARN, its form decides (C31, C32)."""

_WITH_WILDCARDS: Final = frozenset({"StringLike", "ArnEquals", "ArnLike"})
"""The positive operators that know wildcards (spec C15, C29)."""

_FITTING_BY_KEY: Final = {"aws:epochtime": frozenset({Family.NUMERIC, Family.DATE})}
"""Keys that take operators of more than one type (spec C21)."""


class Wanted(NamedTuple):
    """One value of the policy, read.

    ``open`` tells that a variable keeps it from being a text to compare with; ``doubtful`` that the answer of the test
    may rest on a doubtful rule.
    """

    expansion: Expansion
    test: Test
    open: bool
    doubtful: bool


class _Compiled(NamedTuple):
    """What the text of an entry says, whatever the request; no ``constants`` when there are variables in it."""

    operator: Operator
    constants: tuple[Wanted, ...] | None


@lru_cache(maxsize=8192)
def _compile(name: str, values: tuple[str, ...], substitutes: bool) -> _Compiled | None:
    operator = operator_named(name)
    if operator is None:
        return None
    comparison = _comparison(operator, DEFAULT_SWITCHES)
    if not (substitutes and operator.base.substitutes and any("${" in value for value in values)):
        return _Compiled(operator, tuple(_read(unexpanded(value), operator, comparison) for value in values))
    if any(parse_template(value).keys for value in values):
        return _Compiled(operator, None)
    return _Compiled(operator, tuple(_read(expand(v, lambda _: ABSENT), operator, comparison) for v in values))


def _read(expansion: Expansion, operator: Operator, comparison: Comparison) -> Wanted:
    family = operator.base.family
    doubtful = family is Family.DATE or (family is Family.ARN and arn_pattern(expansion.pieces).spans)
    wild = expansion.loose is not None and operator.base.positive in _WITH_WILDCARDS
    is_open = bool(expansion.unresolved or expansion.unknown)
    return Wanted(expansion, comparison(expansion), is_open, doubtful or wild)


def _comparison(operator: Operator, switches: Switches) -> Comparison:
    name = operator.base.positive
    if switches is not DEFAULT_SWITCHES:
        if not switches.four_digits_are_a_year and name in WITH_YEARS_AS_SECONDS:
            return WITH_YEARS_AS_SECONDS[name]
        if not switches.star_ends_with_its_part and name in ACROSS_COLONS:
            return ACROSS_COLONS[name]
    return COMPARISONS.get(name, COMPARISONS["StringEquals"])


class PreparedCondition:
    """One entry with its variables replaced, for one request.

    ``touched`` collects the codes of the doubtful rules that an answer may have made use of.
    """

    __slots__ = (
        "has_variables",
        "key",
        "key_facts",
        "negated",
        "operator",
        "prefix",
        "switches",
        "touched",
        "wanted",
        "wrong_operator",
    )

    def __init__(
        self,
        key: str,
        operator: Operator,
        wanted: tuple[Wanted, ...],
        key_facts: DescribedKey | None,
        switches: Switches,
        *,
        has_variables: bool,
    ) -> None:
        self.key = key
        self.has_variables = has_variables
        self.operator = operator
        self.prefix = operator.prefix
        self.negated = operator.base.negated
        self.wanted = wanted
        self.key_facts = key_facts
        self.switches = switches
        self.touched: set[str] = set()
        self.wrong_operator = key_facts is not None and _is_wrong(operator.base.family, key, key_facts)

    @property
    def unknown_variables(self) -> tuple[str, ...]:
        """The keys of variables in the values that nobody knows."""
        return tuple(dict.fromkeys(key for wanted in self.wanted for key in wanted.expansion.unknown))

    @property
    def comparable(self) -> tuple[Expansion, ...]:
        """The values to compare with, those aside that a variable without a value keeps from agreeing with anything."""
        return tuple(wanted.expansion for wanted in self.wanted if not wanted.expansion.unresolved)

    def truth(self, values: ContextValue) -> Truth:
        """Whether the entry matches when the key has these values."""
        if values is UNKNOWN_VALUE:
            return self._truth_unknown()
        if self.operator.base.family is Family.NULL:
            return self._null(values)
        if not isinstance(values, tuple) or not values:
            return self._missing()
        truth = self._present(values)
        if self.prefix is not SetPrefix.NONE and values == ("",):
            self.touched.add("empty-string")
            return self._missing() if self.switches.empty_string_is_null else truth
        return truth

    def element(self, value: str) -> Truth:
        """One value of the key against all values of the entry: some must agree, or for a negated operator none."""
        agreed, otherwise = (FALSE, TRUE) if self.negated else (TRUE, FALSE)
        for wanted in self.wanted:
            if wanted.open:
                if self._may_agree(value, wanted.expansion):
                    otherwise = UNKNOWN
                continue
            agree = wanted.test(value)
            if wanted.doubtful:
                self._touch(value, wanted.expansion, agree=agree)
            if agree:
                return agreed
            if agree is None and self.negated:
                self.touched.add("mistyped-negation")
                if not self.switches.mistyped_negation_matches:
                    return FALSE
        return otherwise

    def _may_agree(self, value: str, wanted: Expansion) -> bool:
        """Whether some value of the unknown variables could make the two agree. A yes may be too generous."""
        if wanted.unresolved:
            return False
        positive = self.operator.base.positive
        if positive == "StringEquals":
            return wanted.literal_pattern.matches(value)
        if positive == "StringEqualsIgnoreCase":
            return wanted.literal_pattern.matches_ignoring_case(value)
        return positive == "Bool" or Pattern.from_pieces(wanted.loose or wanted.pieces).matches(value)

    def _touch(self, value: str, wanted: Expansion, *, agree: bool | None) -> None:
        """Note the doubtful rules of a comparison, only where they can matter."""
        if self.operator.base.family is Family.DATE:
            if 4 in {len(value), len(wanted.text)}:
                self.touched.add("four-digit-date")
        elif not agree and wanted.loose is not None:
            self.touched.add("wildcard-in-variable")
        elif not agree and Pattern.from_pieces(wanted.pieces).matches(value):
            self.touched.add("arn-star")

    def _missing(self) -> Truth:
        """The key is absent, or there without any value (spec C5, C6, C8, C34, C35)."""
        if self.operator.if_exists and self.prefix is SetPrefix.FOR_ANY_VALUE:
            self.touched.add("if-exists-in-set")
            return known(self.switches.if_exists_in_any_value)
        if self.operator.if_exists or self.prefix is SetPrefix.FOR_ALL_VALUES:
            return TRUE
        return known(self.negated and self.prefix is SetPrefix.NONE)

    def _present(self, values: tuple[str, ...]) -> Truth:
        if not self.wanted:
            return self._without_wanted()
        if self.wrong_operator:
            self.touched.add("wrong-operator")
            if self.switches.operator_fits_type:
                return FALSE
        if len(values) == 1:
            return self.element(values[0])
        if self.prefix is SetPrefix.NONE:
            self.touched.add("several-values")
            if not self.switches.several_values_match_any:
                return FALSE
        truths = map(self.element, values)
        return all_of(truths) if self.prefix is SetPrefix.FOR_ALL_VALUES else any_of(truths)

    def _without_wanted(self) -> Truth:
        """An empty list to compare with, and a key that is present (spec C11)."""
        if not self.negated or self.operator.if_exists or self.prefix is not SetPrefix.NONE:
            return FALSE
        self.touched.add("empty-negation")
        return known(self.switches.empty_negation_matches)

    def _null(self, values: ContextValue | None) -> Truth:
        """``Null``; ``None`` stands for a key that is present with some value (spec C7, C8)."""
        if self.prefix is not SetPrefix.NONE:
            return known(self.prefix is SetPrefix.FOR_ALL_VALUES)
        absent = values is ABSENT or values == ()
        if values == ("",):
            self.touched.add("empty-string")
            absent = self.switches.empty_string_is_null
        word = "true" if absent else "false"
        return known(any(wanted.expansion.text.lower() == word for wanted in self.wanted))

    @property
    def single_valued(self) -> bool:
        """Whether the key is known to hold one value at most."""
        return self.key_facts is not None and not self.key_facts.multivalued

    @property
    def may_be_missing(self) -> bool:
        """Whether the key may be absent, or there without any value."""
        return self.key_facts is None or self.key_facts.multivalued or not self.key_facts.always_present

    def _truth_unknown(self) -> Truth:
        """The truth that every value of the key leads to, absence included, or ``UNKNOWN``."""
        if self.operator.base.family is Family.NULL:
            possible = {self._null(None)} | ({self._null(ABSENT)} if self.may_be_missing else set())
            return possible.pop() if len(possible) == 1 else UNKNOWN
        one = self._every_value()
        if one is UNKNOWN:
            return UNKNOWN
        possible = {one} | ({self._missing()} if self.may_be_missing else set())
        if self.prefix is SetPrefix.NONE and not self.single_valued and self.wanted:
            self.touched.add("several-values")
            possible.add(one if self.switches.several_values_match_any else FALSE)
        return possible.pop() if len(possible) == 1 else UNKNOWN

    def _every_value(self) -> Truth:
        """The truth that any one present value leads to, when it is the same for all of them."""
        if not self.wanted:
            return self._without_wanted()
        if self.wrong_operator and self.switches.operator_fits_type:
            self.touched.add("wrong-operator")
            return FALSE
        met = any_of(self._met_by_every_value(wanted.expansion) for wanted in self.wanted)
        return negate(met) if self.negated else met

    def _met_by_every_value(self, wanted: Expansion) -> Truth:
        if wanted.unresolved:
            return FALSE
        everything = self.operator.base.positive == "StringLike" and not wanted.unknown
        return TRUE if everything and Pattern.from_pieces(wanted.pieces).matches_everything else UNKNOWN


def _is_wrong(family: Family, key: str, key_facts: DescribedKey) -> bool:
    """Whether the operator does not fit the type of the key (spec C10)."""
    fitting = _FITTING.get(key_facts.type)
    if fitting is None or family in fitting or family is Family.NULL:
        return False
    return family not in _FITTING_BY_KEY.get(key.lower(), ())


def prepare(
    entry: ConditionEntry,
    lookup: Lookup,
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
    has_variables = wanted is None
    if wanted is None or switches is not DEFAULT_SWITCHES:
        comparison = _comparison(operator, switches)
        expansions = _expansions(entry, compiled, lookup, facts, switches)
        wanted = tuple(_read(expansion, operator, comparison) for expansion in expansions)
    key_facts = facts.condition_key(entry.key)
    prepared = PreparedCondition(entry.key, operator, wanted, key_facts, switches, has_variables=has_variables)
    if has_variables and operator.base.family is Family.BOOL:
        prepared.touched.add("bool-variable")
    return prepared


def _expansions(
    entry: ConditionEntry,
    compiled: _Compiled,
    lookup: Lookup,
    facts: Facts,
    switches: Switches,
) -> tuple[Expansion, ...]:
    if compiled.constants is not None:
        return tuple(wanted.expansion for wanted in compiled.constants)
    if compiled.operator.base.family is Family.BOOL and not switches.bool_has_variables:
        return tuple(unexpanded(value) for value in entry.values)

    multivalued = partial(is_multivalued, facts)
    expansions = tuple(expand(value, lookup, multivalued=multivalued) for value in entry.values)
    if switches.values_are_literal:
        return expansions
    return tuple(expansion._replace(pieces=expansion.loose or expansion.pieces) for expansion in expansions)
