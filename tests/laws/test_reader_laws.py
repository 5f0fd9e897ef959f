"""The fast reader, the locator and the written grammar say the same of every text, and nothing crashes them."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policysim.grammars.policies import explain_break
from policysim.language.json_text import load_json
from policysim.language.locator import locate, locate_all
from policysim.language.policy_types import PolicyType
from policysim.language.problems import Problem
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Source
from tests.json_styles import STYLES
from tests.laws.policy_texts import DOCUMENTS, NAMES, VALUES, WRITTEN
from tests.policy_oracle import assert_read_like_the_grammar

TYPES = st.sampled_from(PolicyType)


@given(DOCUMENTS, WRITTEN, TYPES)
@example(
    {"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"AWS": [None, "*"]}}]},
    "compact",
    PolicyType.RESOURCE,
)
@settings(max_examples=200, deadline=None)
def test_reader_and_locator_agree_with_the_grammar(document: Any, style: str, type_: PolicyType) -> None:
    assert_read_like_the_grammar(STYLES[style](document), type_)


@given(st.dictionaries(NAMES, VALUES, max_size=4), WRITTEN)
@settings(max_examples=100, deadline=None)
def test_every_json_object_is_read_by_the_grammar(value: Any, style: str) -> None:
    assert_read_like_the_grammar(STYLES[style](value), PolicyType.RESOURCE)


@given(st.lists(st.tuples(st.sampled_from(["Effect", "a", "\\u0061", "Statement"]), VALUES), max_size=5))
@settings(max_examples=100, deadline=None)
def test_g5_of_repeated_members_the_last_counts_everywhere(pairs: list[tuple[str, Any]]) -> None:
    text = "{" + ", ".join(f'"{name}": {STYLES["compact"](value)}' for name, value in pairs) + "}"
    policy = assert_read_like_the_grammar(text, PolicyType.IDENTITY)
    names = [name.replace("\\u0061", "a") for name, _ in pairs]
    repeated = {problem.where for problem in policy.problems if problem.code == "duplicate-key"}
    if "Statement" not in names:
        source = policy.location.source
        assert repeated == {Location(source, (name,), at_key=True) for name in names if names.count(name) > 1}


@given(VALUES, TYPES)
@settings(max_examples=100, deadline=None)
def test_any_json_value_makes_a_policy(value: Any, type_: PolicyType) -> None:
    policy = read_policy(value, Location(Source("x", "{}"), ()), type_)
    assert policy.type is type_
    assert policy.usable == (not any(problem.is_error for problem in policy.problems))


@given(DOCUMENTS, WRITTEN, st.data())
@settings(max_examples=150, deadline=None)
def test_broken_text_is_a_problem_and_never_a_crash(document: Any, style: str, data: st.DataObject) -> None:
    text = STYLES[style](document)
    at = data.draw(st.integers(0, len(text)))
    text = (
        text[:at]
        + data.draw(st.sampled_from(["", '"', "}", "]", ",", ":", "x", "'", "\\", "\n", "//", "1"]))
        + text[at + 1 :]
    )
    source = Source("policy.json", text)
    broken, value = explain_break(text), load_json(source)
    assert isinstance(value, Problem) == (broken is not None)
    policy = parse_policy(source, PolicyType.RESOURCE)
    spans = [problem.span for problem in policy.problems]
    places = [Location(source, ("Statement", 0, "Action"), at_key=flag) for flag in (False, True)]
    for span in (*spans, *map(locate, places), *locate_all(places).values()):
        assert span is not None
        assert 0 <= span.start <= span.end <= len(text)
        assert span.place.line >= 1
    if broken is not None:
        assert 0 <= broken.offset <= broken.end <= len(text)
        assert broken.sentence
        assert broken.expected
