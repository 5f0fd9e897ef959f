"""Which fact separates the causes that are left, and when the evidence counts as explaining the denial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.call import Call, CallRequest
from policysim.cloudtrail.denial import Denial
from policysim.evaluation.layers import LAYER, LayerName
from policysim.explanation.diagnose import diagnose
from policysim.explanation.diagnosis import Agreement, Diagnosis, Fact, Hypothesis
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.explanation.hypotheses.reasoning import is_explained
from policysim.explanation.hypotheses.separating import questions_about, separating_fact
from tests.explanation.cause_cases import (
    CONFIRMED,
    EXPLICIT,
    IMPLICIT,
    POSSIBLE,
    PROVENANCE,
    REFUTED,
    says,
)
from tests.explanation.denied_cases import ANN, request

if TYPE_CHECKING:
    from policysim.explanation.diagnosis import Tested

SCP, SESSION = LayerName.SCP, LayerName.SESSION


def cause(name: str | None, **more: Any) -> Possibility:
    """A possible cause that a fact of this name would settle."""
    fact = Fact(name) if name is not None else None
    found = Possibility(Cause.POLICY_NOT_COLLECTED, name or "", POSSIBLE, "", Strength.NOT_COLLECTED, fact=fact)
    return found._replace(**more)


def key(name: str, *values: str | None) -> Possibility:
    return cause(f"find {name}", keys=((name, values),))


def test_with_one_cause_left_or_a_confirmed_one_nothing_is_to_be_separated() -> None:
    assert separating_fact([cause("a")]) is None
    assert separating_fact([cause("a"), cause("b", tested=REFUTED)]) is None
    assert separating_fact([cause("c", tested=CONFIRMED), cause("a"), cause("b")]) is None


def test_of_facts_that_tell_as_much_the_one_about_the_likeliest_cause_is_chosen() -> None:
    assert separating_fact([cause("a"), cause("b"), cause("c")]) == Fact("a")


def test_the_fact_under_whose_worst_answer_the_fewest_causes_are_left_is_chosen() -> None:
    left = [cause("a"), cause("both", sentence="x"), cause("both", sentence="y"), cause("d")]
    assert separating_fact(left) == Fact("both")


def test_a_key_separates_by_its_values() -> None:
    left = [key("k", "1"), key("k", "2"), key("k", None), cause("a")]
    assert separating_fact(left) == Fact("find k")
    [question, _] = questions_about(left)
    assert [sorted(answer) for answer in question.answers] == [[0, 3], [1, 3], [2, 3], [3]]


def test_what_one_command_prints_answers_every_question_that_it_is_asked_for() -> None:
    one, other = Fact("fetch the role", "aws iam get-all"), Fact("fetch the boundary", "aws iam get-all")
    left = [cause("a", fact=one), cause("b", fact=other), cause("c"), cause("d")]
    assert [sorted(answer) for answer in next(questions_about(left)).answers] == [[0, 1], [2, 3]]


def test_a_fact_that_tells_nothing_is_not_asked_for() -> None:
    same = Fact("same")
    assert separating_fact([cause("a", fact=same), cause("b", fact=same)]) is None
    assert separating_fact([cause(None), cause(None, sentence="x")]) is None


def diagnosed(*hypotheses: Hypothesis, denial: Denial | None = None) -> Diagnosis:
    return Diagnosis(
        call=Call(event=None, denial=denial, requests=()),
        requests=(),
        decision=None,
        agreement=Agreement.UNKNOWN,
        hypotheses=hypotheses,
    )


def hypothesis(tested: Tested, code: str = "key-unknown", **more: Any) -> Hypothesis:
    return Hypothesis(code=code, cause="", rank=1, tested=tested, test="", **more)


def test_one_cause_that_is_confirmed_or_the_only_possible_one_explains_a_denial() -> None:
    assert is_explained(diagnosed(hypothesis(CONFIRMED), hypothesis(POSSIBLE)))
    assert is_explained(diagnosed(hypothesis(CONFIRMED), hypothesis(CONFIRMED)))
    assert is_explained(diagnosed(hypothesis(POSSIBLE), hypothesis(REFUTED)))
    assert not is_explained(diagnosed(hypothesis(POSSIBLE), hypothesis(POSSIBLE)))
    assert not is_explained(diagnosed(hypothesis(POSSIBLE, opposing=("no",))))
    assert not is_explained(diagnosed(hypothesis(REFUTED)))
    assert not is_explained(diagnosed())


def test_a_policy_that_is_not_at_hand_explains_nothing_unless_aws_names_its_layer() -> None:
    unseen = hypothesis(POSSIBLE, "policy-not-collected", layer=SCP)
    assert not is_explained(diagnosed(unseen, denial=says()))
    assert is_explained(diagnosed(unseen, denial=says("scp", EXPLICIT)))


def alone(denial: Denial | None, action: str = "s3:PutObject") -> Diagnosis:
    asked = request(action, principal=ANN)
    return diagnose(Call(event=None, denial=denial, requests=(CallRequest(asked, PROVENANCE),)), None, CATALOGUE)


@pytest.mark.parametrize(
    ("denial", "code", "layer"),
    [
        (says("identity", IMPLICIT), "no-allow", "identity"),
        (says("identity", EXPLICIT), "explicit-deny", "identity"),
        (says("resource", IMPLICIT), "no-allow", "resource"),
        (says("boundary", IMPLICIT), "no-allow", "boundary"),
        (says("session", EXPLICIT), "explicit-deny", "session"),
        (says("scp", IMPLICIT), "level-without-allow", "scp"),
        (says("scp", EXPLICIT), "explicit-deny", "scp"),
        (says("rcp", EXPLICIT), "explicit-deny", "rcp"),
        (says("vpce", IMPLICIT), "no-allow", "vpce"),
    ],
)
def test_m1_m8_without_policies_the_layer_that_aws_names_is_the_cause(denial: Denial, code: str, layer: str) -> None:
    found = alone(denial)
    assert [(one.code, one.tested) for one in found.hypotheses] == [(code, CONFIRMED)]
    assert found.hypotheses[0].layer is LayerName(layer)
    assert found.separating is None
    assert is_explained(found)


def test_m14_the_words_for_a_key_policy_leave_three_causes() -> None:
    told = Denial(raw="", recognised=True, layer="resource", cause="the resource may also not exist in this Region")
    found = alone(told, "kms:Decrypt")
    assert [one.code for one in found.hypotheses] == ["no-allow", "explicit-deny", "wrong-account-or-region"]
    assert {one.tested for one in found.hypotheses} == {POSSIBLE}
    assert not is_explained(found)


def test_m12_a_bare_message_leaves_every_layer_that_can_apply() -> None:
    found = alone(says())
    left = [one for one in found.hypotheses if one.tested is POSSIBLE]
    told = " ".join(one.cause for one in left)
    assert all(LAYER[layer].title in told for layer in LayerName if layer is not SESSION)
    assert len({one.next for one in left}) == len(left), "what one call shows stands together"
    [session] = [one for one in found.hypotheses if one.layer is SESSION]
    assert (session.code, session.tested) == ("session-policy-unknown", REFUTED)
    assert found.separating is not None
    assert found.separating.command == "aws iam get-account-authorization-details"
    assert not is_explained(found)


def test_without_a_request_a_bare_message_leaves_one_cause_that_explains_nothing() -> None:
    found = diagnose(Call(event=None, denial=says(), requests=(), unresolved=("no",)), None, CATALOGUE)
    assert [(one.code, one.tested, one.layer) for one in found.hypotheses] == [("policy-not-collected", POSSIBLE, None)]
    assert not is_explained(found)


def test_s18_a_bare_refusal_of_a_read_may_be_a_missing_object() -> None:
    assert alone(says(), "s3:GetObject").hypotheses[0].code == "object-missing"


def test_no_step_repeats_what_a_hypothesis_asks_for() -> None:
    found = alone(says(), "s3:GetObject")
    asked_for = [one.next for one in found.hypotheses]
    assert asked_for
    assert not [step for step in found.next_steps if step in asked_for]
