"""Laws of dead statements: whatever is called dead can be taken out, all of it at once, and no decision changes."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Final

from hypothesis import event, given
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.coverage.dead import dead_statements
from policysim.coverage.inclusion import covers_resource, covers_texts
from policysim.coverage.inventory import Document, Inventory, Use
from policysim.coverage.places import place_of
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.language.patterns import resource_matches
from policysim.language.wildcards import Pattern
from tests.laws.decision_strategies import KEY_FORMS, policy_set, questions, request_of, situations
from tests.laws.effort import examples
from tests.laws.thinned_policies import without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.evaluation.policy_set import PolicySet
    from tests.laws.decision_strategies import Layers, Question

_OF_THE_CALLER: Final = frozenset({LayerName.IDENTITY, LayerName.BOUNDARY})


def inventory_of_set(policies: PolicySet) -> Inventory:
    """The documents of one request: identity policies and boundary hang on one holder."""
    documents = [
        Document(
            place_of(attached.policy.location),
            attached.name,
            attached.policy,
            (Use(name, "caller" if name in _OF_THE_CALLER else level.node),),
        )
        for name, layer in policies.layers.items()
        for level in layer.levels
        for attached in level.policies
    ]
    return Inventory(tuple(documents), {})


_CHANGES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "repeat": lambda one: one,
    "drop the conditions": lambda one: {key: value for key, value in one.items() if key != "Condition"},
    "every action": lambda one: {**{k: v for k, v in one.items() if k != "NotAction"}, "Action": ["*"]},
    "every resource": lambda one: (
        one
        if "Resource" not in one and "NotResource" not in one
        else {**{k: v for k, v in one.items() if k != "NotResource"}, "Resource": ["*"]}
    ),
    "deny it": lambda one: {**{k: v for k, v in one.items() if k != "Condition"}, "Effect": "Deny"},
    "deny it if": lambda one: {**one, "Effect": "Deny"},
    "allow it": lambda one: {**one, "Effect": "Allow"},
    "everybody": lambda one: one if "Principal" not in one else {**one, "Principal": "*"},
}
"""Statements that repeat, widen or deny another one: so that there is something to be called dead."""


def documents_of(content: Layers) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in content.items():
        for one in value if isinstance(value, list) else [value] if value else []:
            for document in one if isinstance(one, list) else [one]:
                yield name, document


@st.composite
def crowded_situations(draw: st.DrawFn) -> tuple[Question, Layers]:
    """A question, and policies in which some statements repeat, widen or deny others."""
    question, content = draw(situations())
    content = copy.deepcopy(content)
    for name, document in documents_of(content):
        original = document["Statement"][0]
        for change in draw(st.lists(st.sampled_from(sorted(_CHANGES)), max_size=3)):
            changed = _CHANGES[change](copy.deepcopy(original))
            if name == "rcp_levels":
                changed["Effect"] = "Deny"
                changed["Action"] = original.get("Action", ["s3:*"])
            if "NotPrincipal" in changed:
                changed["Effect"] = original["Effect"]
            document["Statement"].insert(draw(st.integers(0, len(document["Statement"]))), changed)
    return question, content


_UNKNOWN: Final = st.sampled_from([(), (), *((key,) for key in KEY_FORMS), tuple(KEY_FORMS)[:2]])


@examples(400)
@given(crowded_situations(), st.lists(questions(), max_size=3), _UNKNOWN)
def test_without_the_dead_statements_every_decision_is_the_same(
    situation: tuple[Question, Layers], others: list[Question], unknown: tuple[str, ...]
) -> None:
    """Nothing that is called dead decides: all of it taken out together, no request has another answer."""
    question, content = situation
    policies = policy_set(content)
    dead = set(dead_statements(inventory_of_set(policies)))
    event(f"dead: {min(len(dead), 3)}")
    thinner = without(policies, dead)
    for one in (question, *others):
        request = request_of(one, unknown=unknown)
        before, after = decide(request, policies, CATALOGUE), decide(request, thinner, CATALOGUE)
        assert (before.effect, before.possible) == (after.effect, after.possible)


_LETTERS: Final = "ab"
_TEXTS: Final = ["".join(letters) for size in range(6) for letters in itertools.product("abx", repeat=size)]
_PATTERNS: Final = st.text(alphabet=f"{_LETTERS}*?", max_size=4)


@examples(400)
@given(_PATTERNS, _PATTERNS)
def test_a_pattern_covers_another_exactly_if_it_matches_every_text_that_the_other_does(wide: str, narrow: str) -> None:
    """The slow twin tries every text; a witness against patterns so short is no longer than theirs together."""
    matches = Pattern.from_text(wide).matches
    witnesses = [text for text in _TEXTS if Pattern.from_text(narrow).matches(text) and not matches(text)]
    assert covers_texts(wide, narrow) is (not witnesses)


_FIELD: Final = st.sampled_from(["a", "b", "*", "a*", "?", "", "*a"])
_LAST: Final = st.sampled_from(["a", "*", "a*", "a/*", "?/b", "a:*", "*b", "${aws:username}", "a/${aws:username}"])


@st.composite
def arn_patterns(draw: st.DrawFn) -> str:
    short = draw(st.sampled_from([False] * 5 + [True]))
    fields = ["arn", "aws", *(draw(_FIELD) for _ in range(3)), draw(_LAST)]
    return ":".join(fields[: draw(st.integers(1, 6))]) if short else ":".join(fields)


_RESOURCES: Final = [
    "*",
    *(
        f"arn:aws:{service}:{region}:{account}:{rest}"
        for service, region, account in itertools.product(("a", "b", "ab"), ("", "a", "ba"), ("", "a", "b"))
        for rest in ("a", "b", "a/b", "a:b", "ab", "x/y:z")
    ),
]


@examples(400)
@given(arn_patterns(), arn_patterns())
def test_a_resource_pattern_covers_another_only_if_it_matches_whatever_the_other_does(wide: str, narrow: str) -> None:
    """Never claimed wrongly, whatever value a variable has; what is not claimed may still be so."""
    values = ("a", "b", "a/b", "a:b", "x*")
    if covers_resource(wide, narrow, variables=True):
        for value in values:
            filled = narrow.replace("${aws:username}", value)
            own = wide.replace("${aws:username}", value)
            for resource in _RESOURCES:
                assert not resource_matches(filled, resource).matches or resource_matches(own, resource).matches
