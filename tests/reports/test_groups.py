"""Which denials are one problem, and what is told of them together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.explanation.diagnosis import Diagnosis, RequestDiagnosis
from policysim.explanation.root_causes import place_of, root_cause
from policysim.reports.build import report_of
from policysim.reports.groups import Grouping
from policysim.reports.json_report import json_text, report_pieces
from tests.reports.diagnoses import denial, diagnosis, event, implicit_decision, near_miss, samples
from tests.reports.whole_reports import report_file

if TYPE_CHECKING:
    from policysim.reports.document import GroupDocument


def lacking(resource: str, *, time: str = "2026-11-24T03:00:00Z", name: str = "a") -> Diagnosis:
    decision = implicit_decision()
    request = decision.request
    session = replace(request.principal, arn=f"arn:aws:sts::111122223333:assumed-role/app/{name}")
    asked = replace(request, principal=session, resource=replace(request.resource, arn=resource))
    return diagnosis(
        replace(decision, request=asked),
        said=denial(resource=resource),
        happened=event(eventTime=time),
        near_misses=(near_miss(),),
    )


def grouped(*diagnoses: Diagnosis) -> list[GroupDocument]:
    grouping = Grouping()
    for diagnosed in diagnoses:
        grouping.add(diagnosed)
    return grouping.documents()


def test_objects_of_one_folder_and_sessions_of_one_role_are_one_problem() -> None:
    (group,) = grouped(
        lacking("arn:aws:s3:::data/in/1.csv", time="2026-11-24T03:00:00Z"),
        lacking("arn:aws:s3:::data/in/2.csv", time="2026-11-24T05:00:00+02:00", name="b"),
        lacking("arn:aws:s3:::data/in/2.csv", time="2026-11-24T02:00:00-05:00"),
    )
    assert (group.count, group.reports, group.action) == (3, (0, 1, 2), "s3:PutObject")
    assert group.resources == ("arn:aws:s3:::data/in/1.csv", "arn:aws:s3:::data/in/2.csv")
    assert [one.rpartition("/")[2] for one in group.principals] == ["a", "b"]
    assert (group.first, group.last) == ("2026-11-24T03:00:00Z", "2026-11-24T02:00:00-05:00")


def test_another_folder_another_layer_or_another_cause_is_another_problem() -> None:
    one = lacking("arn:aws:s3:::data/in/1.csv")
    other_folder = lacking("arn:aws:s3:::data/out/1.csv")
    no_near_miss = replace(one, near_misses=())
    assert len(grouped(one, other_folder, no_near_miss, samples()["explicit"], samples()["open"])) == 5


def test_a_deny_is_one_problem_whatever_it_denies_the_caller() -> None:
    denied = samples()["explicit"]
    decision = denied.decision
    assert decision is not None
    request = replace(
        decision.request, action="sqs:SendMessage", resource=replace(decision.request.resource, arn="arn:aws:sqs:x")
    )
    other = replace(decision, request=request)
    asked = denied.requests[0].requested._replace(request=request)
    also = replace(denied, decision=other, requests=(RequestDiagnosis(asked, other),))
    (group,) = grouped(denied, also)
    assert group.actions == ("s3:PutObject", "sqs:SendMessage")
    assert root_cause(denied).action is None


def test_the_largest_group_comes_first() -> None:
    found = grouped(samples()["open"], samples()["explicit"], samples()["explicit"])
    assert [(group.count, group.reports) for group in found] == [(2, (1, 2)), (1, (0,))]


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ("arn:aws:s3:::data/in/1.csv", "arn:aws:s3:::data/in/"),
        ("arn:aws:s3:::data", "arn:aws:s3:::data"),
        ("arn:aws:sqs:eu-west-1:111122223333:orders", "arn:aws:sqs:eu-west-1:111122223333:orders"),
        ("*", "*"),
        (None, None),
    ],
)
def test_a_place_is_a_resource_without_the_last_segment_of_its_path(resource: str | None, place: str | None) -> None:
    assert place_of(resource) == place


@pytest.mark.parametrize("names", [[], ["explicit"], list(samples())])
def test_a_report_in_pieces_is_the_report_as_a_whole(names: list[str]) -> None:
    diagnoses = [samples()[name] for name in names]
    grouping = Grouping()
    for diagnosed in diagnoses:
        grouping.add(diagnosed)
    reports = [report_of(one) for one in diagnoses]
    pieces = "".join(report_pieces(iter(reports), "1", grouping.documents))
    assert pieces == json_text(report_file(reports, "1", grouping.documents()))
    assert sorted(number for group in json.loads(pieces)["groups"] for number in group["reports"]) == list(
        range(len(names))
    )
