"""The parts of a report: their order, what stands in them, and that nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.agreement import Finding
from policysim.explanation.diagnosis import (
    Agreement,
    Obstacle,
    Remedy,
)
from policysim.explanation.diagnosis import Tested as Result
from policysim.reports.blocks import parted
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
    assert "\n  Cause      2 are possible; the likeliest: the one cause\n" in text
    assert "\nPossible causes\n  1. possible: the one cause (one)\n" in text
    fact = "find the address of the caller\n    aws cloudtrail lookup-events"
    assert f"\nThe one fact that tells the causes apart\n  {fact}\n" in text


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_first_screen_says_what_to_do_first() -> None:
    whole = everything()
    assert "\n  Try first  call with MFA\n" in text_of(whole)
    assert "\n  Find out   find the address of the caller\n" in text_of(replace(whole, remedies=()))
    fix = fix_of(near_miss())
    untried = Remedy("change-setting", "turn it off")
    meant = Remedy("correct-name", "look at the name")
    assert "\n  Fix " in text_of(replace(samples()["implicit"], fixes=(fix,), remedies=(untried,)))
    assert "\n  Try first  look at" in text_of(replace(samples()["implicit"], fixes=(fix,), remedies=(meant,)))
    assert "\n  Try first  turn it" in text_of(replace(samples()["implicit"], fixes=(), remedies=(untried,)))
    fixed = text_of(replace(samples()["implicit"], fixes=(fix,)))
    assert f"Fix {fix.summary}; evaluated again: allowed; read its warning first" in flat(fixed.split("\n\n")[1])


def test_what_the_cause_says_is_not_said_again_by_the_near_miss() -> None:
    implicit = replace(samples()["implicit"], near_misses=(near_miss(),))
    (miss,) = report_of(implicit).near_misses
    told = replace(cause("action-missing", Result.CONFIRMED), cause=f"`Read` lacks the action: it {miss.sentence}")
    assert f"{miss.element.value}: {miss.sentence}" in flat(text_of(implicit))
    assert flat(text_of(replace(implicit, hypotheses=(told,)))).count(miss.sentence) == 1


def test_a_place_that_stands_below_is_left_out_of_the_cause() -> None:
    implicit = replace(samples()["implicit"], near_misses=(near_miss(),))
    statement = report_of(implicit).near_misses[0].statement
    at, elsewhere = f"{statement.file}:{statement.line}", f"{statement.file}:{statement.line}9"
    sentence = f"`Read` ({at}) and `Write` ({elsewhere}) fall short"
    placed = replace(cause("action-missing", Result.CONFIRMED), cause=sentence)
    assert f"confirmed: `Read` and `Write` ({elsewhere}) fall" in flat(text_of(replace(implicit, hypotheses=(placed,))))


def test_a_command_that_would_tell_can_be_copied() -> None:
    asked = "look at the key: `aws kms describe-key --key-id 'a b'`"
    possible = replace(cause("encryption-key", Result.POSSIBLE), next=asked)
    text = text_of(replace(samples()["implicit"], hypotheses=(possible,), next_steps=(asked.replace("kms", "s3"),)))
    assert "       to tell: look at the key\n       aws kms describe-key --key-id 'a b'\n" in text
    assert "\nNext\n  - look at the key\n      aws s3 describe-key --key-id 'a b'\n" in text


@pytest.mark.parametrize("sentence", ["run `aws x`", "a: `aws x` b", "a: `aws x`, or: `aws y`", "a: `ls`", ""])
def test_only_a_command_at_the_end_of_a_sentence_is_taken_out_of_it(sentence: str) -> None:
    assert parted(sentence) == (sentence, "")


def test_where_causes_were_found_no_general_list_of_reasons_is_given() -> None:
    general = Finding.ALLOWED_HERE.sentence
    allowed = implicit_decision().narrowed(effect=Effect.ALLOWED, blocking=(), layer="identity")
    disagreeing = diagnosis(allowed, said=denial(), agreement=Agreement.DISAGREES, disagreement=general)
    assert f"DISAGREES: {general}" in flat(text_of(disagreeing))
    refuted, possible = (cause("one", result) for result in (Result.REFUTED, Result.POSSIBLE))
    assert f"DISAGREES: {general}" in flat(text_of(replace(disagreeing, hypotheses=(refuted,))))
    told = flat(text_of(replace(disagreeing, hypotheses=(possible,))))
    assert "DISAGREES: the policies at hand allow it: see the possible causes" in told
    named = replace(disagreeing, disagreement="AWS names another policy", hypotheses=(possible,))
    assert "DISAGREES: AWS names another policy" in flat(text_of(named))


def test_a_message_that_says_no_more_than_who_wanted_what_is_not_repeated() -> None:
    untyped = denial(layer=None, kind=DenialKind.UNKNOWN)
    first_screen = text_of(diagnosis(implicit_decision(), said=untyped)).split("\n\n")[1]
    assert "  AWS said   denied, naming no policy type\n" in first_screen
    explicit = text_of(diagnosis(implicit_decision(), said=denial(layer=None)))
    assert "  AWS said   an explicit deny, naming no policy type\n" in explicit
    bare = denial(layer=None, kind=DenialKind.UNKNOWN, principal=None, action=None, raw="Access Denied")
    assert "denied, naming no policy type: Access Denied\n" in text_of(diagnosis(implicit_decision(), said=bare))


def test_a_cause_of_which_nothing_more_is_known_has_no_section() -> None:
    bare = replace(cause("one", Result.POSSIBLE), supporting=(), opposing=(), test="", next="")
    text = text_of(replace(samples()["implicit"], hypotheses=(bare,)))
    assert "  Cause      possible, not confirmed: the one cause\n" in text
    assert "Possible cause" not in text
    tested = replace(bare, test="evaluated")
    assert "\nPossible cause\n" in text_of(replace(samples()["implicit"], hypotheses=(tested,)))


def test_of_the_layer_of_a_confirmed_cause_one_near_miss_is_told() -> None:
    first = near_miss()
    second = first._replace(outcome=first.outcome._replace(wanted="`s3:Another*`"))
    confirmed = replace(cause("action-missing", Result.CONFIRMED), cause=f"it is short: {first.sentence}")
    found = replace(samples()["implicit"], near_misses=(first, second), hypotheses=(confirmed,), fixes=())
    text = text_of(found)
    assert "s3:Another*" not in text
    assert "\n  ... and 1 more statement (-v shows all)\n" in text
    assert "s3:Another*" in text_of(found, verbose=True)
    assert "s3:Another*" in text_of(replace(found, hypotheses=()))


def test_a_warning_is_given_once() -> None:
    fix = fix_of(near_miss())
    fixes = tuple(replace(fix, warning=words) for words in ("ask; mind", "ask; look", "none of it"))
    text = text_of(replace(samples()["implicit"], fixes=fixes), verbose=True)
    assert [line for line in text.split("\n") if "warning: " in line] == [
        "  warning: ask; mind",
        "  warning: as above; look",
        "  warning: none of it",
    ]


def test_what_to_try_first_is_said_with_the_first_fix_alone() -> None:
    fix, first = fix_of(near_miss()), "try first what needs no change of a policy"
    fixes = tuple(replace(fix, warning=words) for words in (f"{first}; mind", first, f"{first}; mind; look"))
    text = text_of(replace(samples()["implicit"], fixes=fixes), verbose=True)
    assert [line for line in text.split("\n") if "warning: " in line] == [
        f"  warning: {first}; mind",
        "  warning: as above; look",
    ]


def test_everything_in_the_way_is_listed_in_order() -> None:
    text = text_of(everything())
    assert "\nEverything in the way, in order\n  1. service control policy at ou-prod: `regions` statement" in text
    assert "\n  2. permissions boundary: nothing allows it\n" in text
    alone = replace(everything(), obstacles=everything().obstacles[:1])
    assert "In the way" not in text_of(alone)


def test_what_may_be_in_the_way_is_not_said_to_be() -> None:
    first, second = everything().obstacles
    unsure = (first._replace(certain=False), second._replace(certain=False))
    text = flat(text_of(replace(everything(), obstacles=unsure)))
    assert "`regions` statement" in text
    assert "may deny it; that depends on what is not known" in text
    assert "2. permissions boundary: perhaps nothing allows it; that depends on what is not known" in text


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
    assert "comes to the same" in text_of(replace(samples()["explicit"], aws=same))
    undecided = text_of(replace(samples()["open"], aws=same))
    assert "comes to the same" not in undecided
    assert "policysim leaves it open, and contradicts nothing of it" in " ".join(undecided.split())
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
    below = text[text.index("\nLayers") :]
    assert below.count("find the address of the caller") == 1
    assert below.count("call with MFA") == 1
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
    assert "DISAGREES: the confirmed cause tells why" in " ".join(text.split())
    assert "\n  Try first  make the call again: the policies at hand allow it\n" in text


def test_of_many_alternatives_the_first_are_shown() -> None:
    fixes = tuple(replace(fix_of(near_miss()), summary=f"edit {number}") for number in range(6))
    text = text_of(diagnosis(explicit_decision(), fixes=fixes))
    assert [number for number in range(6) if f"edit {number}\n" in text] == [0, 1]
    assert "\n\n  ... and 4 more alternatives (-v shows all)\n" in text
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
