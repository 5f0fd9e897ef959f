"""The parts of a report: their order, what stands in them, and that nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import (
    Agreement,
    Obstacle,
)
from policysim.explanation.diagnosis import Tested as Result
from policysim.reports.build import report_of
from policysim.reports.layout import Paint
from policysim.reports.report_sections import page_of
from policysim.reports.steps import STEPS, Part, Step
from policysim.reports.text_report import report_text
from tests.reports.diagnoses import (
    cause,
    denial,
    diagnosis,
    everything,
    explicit_decision,
    fix_of,
    implicit_decision,
    near_miss,
    samples,
)

if TYPE_CHECKING:
    from policysim.explanation.diagnosis import Diagnosis


def text_of(diagnosed: Diagnosis, *, verbose: bool = False) -> str:
    return report_text(report_of(diagnosed), Paint(), verbose=verbose)


def test_every_part_has_a_step_and_the_parts_follow_the_steps() -> None:
    assert list(STEPS) == list(Part)
    assert all(one.number <= other.number for one, other in pairwise(STEPS.values()))
    assert [step.number for step in Step] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("diagnosed", [*samples().values(), everything()])
def test_every_report_follows_the_steps(diagnosed: Diagnosis, *, verbose: bool) -> None:
    steps = [STEPS[section.part].number for section in page_of(report_of(diagnosed), verbose=verbose).sections]
    assert steps == sorted(steps)


def test_a_report_with_everything_has_every_part_but_occurrences() -> None:
    parts = {section.part for section in page_of(report_of(everything()), verbose=True).sections}
    assert parts == set(Part) - {Part.FACTS, Part.OCCURRENCES, Part.STATEMENTS}


def test_the_names_of_the_steps_are_shown_on_request() -> None:
    text = text_of(everything(), verbose=True)
    places = [text.index(f"\n== {step.number} {step.value} =") for step in Step]
    assert places == sorted(places)
    assert "==" not in text_of(everything())


def test_a_confirmed_cause_is_one_line_and_the_others_are_listed() -> None:
    causes = (cause("one", Result.CONFIRMED), cause("two", Result.POSSIBLE, 2), cause("three", Result.REFUTED, 3))
    text = text_of(replace(samples()["implicit"], hypotheses=causes))
    assert "\n  Cause      confirmed: the one cause\n" in text
    assert "\nOther possible causes\n  1. possible: the two cause (two)\n       for: two speaks for it\n" in text
    assert "the three cause" not in text
    assert text.count("the one cause") == 1
    verbose = text_of(replace(samples()["implicit"], hypotheses=causes), verbose=True)
    assert "\nCauses, tested\n  1. confirmed: the one cause (one)\n" in verbose
    assert "  3. refuted: the three cause (three)\n" in verbose


def test_of_several_possible_causes_the_fact_that_tells_them_apart_stands_out() -> None:
    text = text_of(everything())
    assert "\n  Cause      2 are possible: see below\n" in text
    assert "\nPossible causes\n  1. possible: the one cause (one)\n" in text
    fact = "find the address of the caller\n    aws cloudtrail lookup-events"
    assert f"\nThe one fact that tells the causes apart\n  {fact}\n" in text


def test_everything_in_the_way_is_listed_in_order() -> None:
    text = text_of(everything())
    assert "\nIn the way, in order\n  1. service control policy at ou-prod: `regions` statement" in text
    assert "\n  2. permissions boundary: nothing allows it\n" in text
    alone = replace(everything(), obstacles=everything().obstacles[:1])
    assert "In the way" not in text_of(alone)


def test_a_setting_that_denies_is_named_and_not_taken_for_a_missing_allow() -> None:
    blocked = Obstacle(LayerName.RESOURCE, None, None, setting="S3 Block Public Access")
    text = text_of(replace(everything(), obstacles=(blocked, *everything().obstacles)))
    assert "  1. resource-based policy: S3 Block Public Access denies it\n" in text


def test_aws_evaluation_is_compared_only_with_a_decision() -> None:
    text = text_of(everything())
    assert "details in `details.json`: EXPLICIT_DENY for s3:PutObject on *" in " ".join(text.split())
    assert "  - AWS denies in the SCP layer, policysim allows\n" in text
    assert "SERVICE_CONTROL_POLICY  EXPLICIT_DENY  ALLOW      ou-prod\n" in text
    aws = everything().aws
    assert aws is not None
    same = replace(aws, differences=(), denied_by=("statement `Stop` of the service control policy `p-1`",))
    assert "comes to the same" in text_of(replace(everything(), aws=same))
    alone = text_of(replace(samples()["nothing known"], aws=same))
    assert "comes to the same" not in alone
    assert "AWS denied by statement `Stop`" in " ".join(alone.split())
    assert "denied by statement `Stop`" in " ".join(alone.split("\n\n")[0].split())


def test_what_a_section_asks_for_is_no_further_step() -> None:
    steps = (
        "find the address of the caller: x",
        "run `aws cloudtrail lookup-events`",
        "call with MFA",
        "something else",
    )
    text = text_of(replace(everything(), next_steps=steps))
    assert text.count("find the address of the caller") == 1
    assert text.count("call with MFA") == 1
    assert "\nNext\n  - something else\n" in text


def test_m13_a_denial_by_no_policy_is_headed_by_its_cause_and_says_it_once_more_at_most() -> None:
    said = denial(iam=False, layer=None, cause="S3 Block Public Access refuses it", advice="turn the setting off")
    allowed = implicit_decision().narrowed(effect=Effect.ALLOWED, blocking=(), layer="identity")
    text = text_of(
        diagnosis(
            allowed,
            said=said,
            agreement=Agreement.UNKNOWN,
            disagreement="AWS gives a cause that is no policy: S3 Block Public Access refuses it",
            unresolved=("no policy caused it: S3 Block Public Access refuses it",),
        )
    )
    assert text.startswith("DENIED s3:PutObject: denied by no policy: S3 Block Public Access refuses it\n")
    assert text.count("S3 Block Public Access refuses it") == 2
    assert "\nNext\n  - turn the setting off\n" in text


def test_a_confirmed_cause_explains_what_the_policies_at_hand_do_not() -> None:
    allowed = implicit_decision().narrowed(effect=Effect.ALLOWED, blocking=(), layer="identity")
    changed = cause("policy-changed-since", Result.CONFIRMED)
    disagreeing = diagnosis(allowed, said=denial(), agreement=Agreement.DISAGREES, disagreement="one of many")
    text = text_of(replace(disagreeing, hypotheses=(changed,)))
    assert text.startswith("DENIED s3:PutObject: the policy-changed-since cause; the policies at hand allow\n  it\n")
    block = text[text.index("\nCauses, tested\n") :]
    assert "1. confirmed: the policy-changed-since cause (policy-changed-since) for: " in " ".join(block.split())
    assert "DISAGREES: the policies at hand allow it; the cause that was confirmed" in " ".join(text.split())


def test_of_many_alternatives_the_first_are_shown() -> None:
    fixes = tuple(replace(fix_of(near_miss()), summary=f"edit {number}") for number in range(6))
    text = text_of(diagnosis(explicit_decision(), fixes=fixes))
    assert [number for number in range(6) if f"edit {number}\n" in text] == [0, 1, 2]
    assert "\n\n  ... and 3 more alternatives (-v shows all)\n" in text
    assert "edit 5\n" in text_of(diagnosis(explicit_decision(), fixes=fixes), verbose=True)


def test_the_place_of_a_text_that_nobody_has_is_no_line_of_it() -> None:
    report = report_of(samples()["implicit"])
    (miss,) = report.near_misses
    unseen = replace(miss, file="grant x of key y", statement=replace(miss.statement, opens=False))
    text = report_text(replace(report, near_misses=(unseen,)), Paint())
    assert "grant x of key y:" not in text
    assert "grant x of key y" in text


def test_a_message_of_no_known_form_is_said_to_be_one() -> None:
    text = text_of(diagnosis(None, said=denial(recognised=False, layer=None, raw="No way")))
    assert text.startswith("DENIED s3:PutObject: a message of no form that is known: No way\n")
    assert "\n  AWS said   a message of no form that is known: No way\n" in text
