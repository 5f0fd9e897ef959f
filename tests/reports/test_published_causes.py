"""A root cause as it is published: a message for people, a document for programs, a finding of Security Hub."""

from __future__ import annotations

import json
from dataclasses import replace

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings

from policysim.explanation.hypotheses.causes import Cause
from policysim.reports.asff import SEVERITY, Importer, finding_of
from policysim.reports.build import report_of
from policysim.reports.groups import Grouping, GroupReport
from policysim.reports.notices import SMS_LENGTH, SUBJECT_LENGTH, notice_of, rest_notice, sms_of, subject_of
from policysim.reports.published import LogDocument, Published, fingerprint_of, fitting, published
from tests.reports.diagnoses import event, samples
from tests.reports.hostile import groups

LOG = LogDocument(bucket="trail", key="AWSLogs/x.json.gz", version_id=None)
IMPORTER = Importer("123456789012", "aws", "eu-west-1")
NOW = "2026-11-24T03:00:00Z"
LINK = "https://eu-west-1.console.aws.amazon.com/s3/object/reports?prefix=x"


def group_of(name: str, **happened: object) -> GroupReport:
    grouping = Grouping()
    diagnosed = samples()[name]
    grouping.add(replace(diagnosed, call=replace(diagnosed.call, event=event(**happened))) if happened else diagnosed)
    (group,) = grouping.groups()
    return GroupReport(report_of(group.first), group.document)


def document_of(group: GroupReport) -> Published:
    return published(group, LOG, "1.0", LINK, LINK)


def test_every_cause_has_a_severity_and_none_is_high() -> None:
    assert set(SEVERITY) == {cause.code for cause in Cause}
    assert set(SEVERITY.values()) == {"MEDIUM", "LOW", "INFORMATIONAL"}


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_finding_has_the_form_that_the_model_of_security_hub_asks_for(name: str) -> None:
    assert problems_of(finding_of(document_of(group_of(name)), IMPORTER, NOW)) == ""


def problems_of(finding: dict[str, object]) -> str:
    model = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
    assert model.input_shape is not None
    return str(ParamValidator().validate({"Findings": [finding]}, model.input_shape).generate_report())


@given(groups())
@settings(max_examples=40)
def test_names_of_strangers_stay_within_the_bounds_of_every_message(drawn: list[GroupReport]) -> None:
    for group in drawn:
        subject = subject_of(group)
        assert 0 < len(subject) <= SUBJECT_LENGTH
        assert subject.isascii()
        assert subject.isprintable()
        sms = sms_of(group)
        assert len(sms) <= SMS_LENGTH
        assert sms.isascii()
        assert sms.isprintable()
        for text in (notice_of(group, LINK, "s3://trail/x"), rest_notice(2, 5, LINK, "s3://trail/x")):
            assert all(line.isprintable() for line in text.split("\n"))
        document = document_of(group)
        assert json.loads(fitting(document, lambda text: len(text) < 10_000_000))["complete"]
        smallest = fitting(document, lambda _: False)
        assert len(smallest) < 20_000
        finding = finding_of(document, IMPORTER, NOW)
        assert problems_of(finding) == ""
        assert len(str(finding["Title"])) <= 256
        assert len(str(finding["Description"])) <= 1024
        assert json.dumps(finding).isascii()


def test_a_document_loses_its_report_before_its_links() -> None:
    document = document_of(group_of("explicit"))
    whole = json.loads(fitting(document, lambda _: True))
    cut = json.loads(fitting(document, lambda text: '"report":null' in text))
    assert whole["report"]["decision"]["effect"] == "explicit_deny"
    assert (cut["complete"], cut["html"], cut["fingerprint"]) == (False, LINK, whole["fingerprint"])


def test_a_fingerprint_is_the_same_in_another_log_file_and_not_for_another_cause() -> None:
    first = group_of("explicit", eventID="6d7c0f7e-0001", eventTime="2026-11-24T03:00:00Z")
    later = group_of("explicit", eventID="6d7c0f7e-0002", eventTime="2026-11-25T04:00:00Z")
    assert fingerprint_of(first) == fingerprint_of(later)
    assert len({fingerprint_of(group_of(name)) for name in ("explicit", "implicit", "open")}) == 3


def test_a_message_names_how_often_a_cause_struck() -> None:
    group = group_of("explicit")
    many = group._replace(group=replace(group.group, count=12, first=NOW, last="2026-11-24T03:05:00Z"))
    assert subject_of(many).endswith(" (12x)")
    text = " ".join(notice_of(many, LINK, "s3://trail/x").split())
    assert "Denials 12 with this cause, 2026-11-24T03:00:00Z to 2026-11-24T03:05:00Z" in text
    assert f"Report {LINK} Log file s3://trail/x" in text
