"""A second opinion: what another evaluator says of the same questions, and why it differs where it does.

It is asked only where a developer installed it; that the questions can be asked and the classes are sound is tested
everywhere.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policysim.language.source import Source
from policysim.sources.cases import BrokenCase, Case, read_case
from tests.differential.classes import CLASSES, OPEN, WE
from tests.differential.peer import missing
from tests.differential.random_cases import random_case
from tests.differential.real_cases import real_cases
from tests.differential.run import described, tally
from tests.differential.simulations import mentioned_keys, simulation
from tests.shared_data import needs_shared, rows

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT = Path(__file__).parents[2] / "docs/differential.md"

needs_peer = pytest.mark.skipif(missing() is not None, reason=missing() or "")


def read(case: dict[str, Any]) -> Case:
    found = read_case(Source("case", json.dumps(case)))
    assert not isinstance(found, BrokenCase), found.error
    return found


def every_disagreement_is_explained(cases: Iterable[dict[str, Any]]) -> int:
    """How many questions the other evaluator answered."""
    found = tally(cases)
    assert not found.unexplained, "\n".join(map(described, found.unexplained[:3]))
    return found.asked - found.refused


def test_a_random_question_is_the_same_for_the_same_seed() -> None:
    assert [random_case(3, index) for index in range(20)] == [random_case(3, index) for index in range(20)]
    assert random_case(3, 1) != random_case(4, 1)


def test_every_random_question_can_be_read_and_asked() -> None:
    for index in range(300):
        case = random_case(11, index)
        for question in read(case).questions:
            simulated = simulation(case, question.request)
            assert simulated is not None
            assert simulated["request"]["action"] == case["action"]


def test_random_questions_hold_every_layer_and_every_kind_of_caller() -> None:
    cases = [random_case(12, index) for index in range(400)]
    layers = {name for case in cases for name in case if case[name]}
    wanted = {"identity_policies", "resource_policy", "boundary", "session_policies", "scp_levels", "rcp_levels"}
    assert wanted | {"vpce_policy"} <= layers
    assert len({case["principal"]["type"] for case in cases}) == 7


def test_the_keys_of_conditions_and_of_variables_are_mentioned() -> None:
    statement = {"Resource": "arn:aws:s3:::${aws:username}/*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    case = {"identity_policies": [{"Statement": [statement]}]}
    assert mentioned_keys(case) == {"aws:username", "aws:SecureTransport"}


def test_keys_that_follow_from_the_caller_are_spelled_out_for_the_other_evaluator() -> None:
    user = "arn:aws:iam::111122223333:user/ann"
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Null": {"aws:PrincipalArn": "false"}},
    }
    case = {
        "principal": {"type": "IAMUser", "arn": user},
        "action": "sqs:SendMessage",
        "resource": "arn:aws:sqs:us-east-1:111122223333:q",
        "identity_policies": [{"Version": "2012-10-17", "Statement": [statement]}],
    }
    simulated = simulation(case, read(case).questions[0].request)
    assert simulated is not None
    assert simulated["request"]["contextVariables"] == {"aws:PrincipalArn": user}


def test_every_class_names_its_judge_and_stands_in_the_documentation() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))
    assert shown == {one.name for one in CLASSES}
    for one in CLASSES:
        assert one.page.startswith("https://docs.aws.amazon.com/")
        assert one.page in text
        assert one.right in {WE, OPEN}
        assert (one.reading is None) is not (one.shows is None)


@needs_peer
def test_every_disagreement_about_random_questions_is_explained() -> None:
    assert every_disagreement_is_explained(random_case(1, index) for index in range(1500)) > 1400


@needs_peer
@needs_shared
@pytest.mark.parametrize("name", ["spec/traps.jsonl", "data/outcomes/known.jsonl"])
def test_every_disagreement_about_shared_cases_is_explained(name: str) -> None:
    assert every_disagreement_is_explained(rows(name)) > 70


@needs_peer
@needs_shared
def test_every_disagreement_about_real_policies_is_explained() -> None:
    assert every_disagreement_is_explained(real_cases(rows("data/policies/policies.jsonl.gz"), each=1)) > 1000
