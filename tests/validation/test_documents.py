"""Characters, sizes, versions and repetitions of whole documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policysim.catalog.quotas import (
    ATTACHMENT_QUOTAS,
    MANAGED_ON_GROUP,
    MANAGED_ON_ROLE,
    MANAGED_ON_USER,
    RCPS_ON_NODE,
    RESOURCE_QUOTAS,
    SCPS_ON_NODE,
    SIZE_QUOTAS,
)
from policysim.language.policy_types import PolicyType
from policysim.validation.findings import FindingSeverity
from tests.validation.findings_on import ASSUME, BUCKET, GET, codes, document, findings, findings_in

ERROR, WARNING = FindingSeverity.ERROR, FindingSeverity.WARNING
IDENTITY, TRUST, RESOURCE = PolicyType.IDENTITY, PolicyType.TRUST, PolicyType.RESOURCE


@pytest.mark.parametrize("character", ["\u0100", "\u2019", "\x00", "\x1f", "\U0001f600"])
def test_g10_iam_takes_no_character_beyond_latin_1(character: str) -> None:
    text = json.dumps(document({**GET, "Resource": f"arn:aws:s3:::b/{character}"}), ensure_ascii=False)
    text = text.replace("\\u0000", "\x00").replace("\\u001f", "\x1f")
    refused = [finding for finding in findings_in(text) if finding.code in {"characters", "broken-json"}]
    assert refused[0].severity is ERROR
    assert refused[0].span is not None
    assert refused[0].span.text == character


def test_g10_tabs_line_ends_and_latin_1_are_fine() -> None:
    assert (
        findings_in(json.dumps(document({**GET, "Resource": "arn:aws:s3:::b/ÿé"}), ensure_ascii=False, indent="\t"))
        == ()
    )
    written = json.dumps(document({**BUCKET, "Sid": "日本"}), ensure_ascii=False)
    assert findings_in(written, RESOURCE) == ()


def of_size(size: int, statement: dict[str, Any], *, indent: int | None = None) -> str:
    """A document whose size without white space is ``size``: a condition on the caller's address pads it."""

    def text(padding: str) -> str:
        condition = {"StringEquals": {"aws:PrincipalTag/pad": padding}}
        return json.dumps(document({**statement, "Condition": condition}), separators=(",", ":"), indent=indent)

    return text("x" * (size - len(text("").replace(" ", "").replace("\n", ""))))


@pytest.mark.parametrize(
    ("type_", "statement", "quota", "code", "severity"),
    [
        (IDENTITY, GET, 6_144, "size-of-default", WARNING),
        (PolicyType.BOUNDARY, GET, 6_144, "size-of-default", WARNING),
        (TRUST, ASSUME, 2_048, "size-of-default", WARNING),
        (TRUST, ASSUME, 8_192, "size", ERROR),
        (PolicyType.SESSION, GET, 2_048, "size", ERROR),
        (PolicyType.SCP, {**GET, "Effect": "Deny"}, 10_240, "size", ERROR),
        (PolicyType.RCP, {**BUCKET, "Principal": "*", "Effect": "Deny"}, 5_120, "size", ERROR),
        (PolicyType.VPCE, BUCKET, 20_480, "size", ERROR),
        (RESOURCE, BUCKET, 20_480, "size", ERROR),
        (RESOURCE, {**BUCKET, "Action": "kms:Decrypt", "Resource": "*"}, 32_768, "size", ERROR),
    ],
)
def test_g11_g12_g13_g14_g15_a_document_over_its_quota(
    type_: PolicyType, statement: dict[str, Any], quota: int, code: str, severity: FindingSeverity
) -> None:
    def of(size: int) -> list[tuple[str, FindingSeverity]]:
        return [
            (one.code, one.severity)
            for one in findings_in(of_size(size, statement), type_)
            if one.code.startswith("size")
        ]

    assert of(quota + 1) == [(code, severity)]
    assert of(quota) in ([], [("size-of-default", WARNING)])


def test_g11_white_space_is_not_counted_by_iam() -> None:
    assert findings_in(of_size(6_144, GET, indent=40)) == ()


def test_g11_the_hint_names_the_place_that_would_take_it() -> None:
    (large,) = findings_in(of_size(7_000, GET))
    assert large.hint == "the inline policies of a role together may have 10,240"


def test_g14_white_space_counts_in_organizations() -> None:
    text = of_size(5_000, {**GET, "Effect": "Deny"}, indent=400)
    assert [one.code for one in findings_in(text, PolicyType.SCP)] == ["size"]


def test_g15_bytes_are_counted_where_the_service_counts_bytes() -> None:
    statement = {**BUCKET, "Sid": "é" * 10_300}
    text = json.dumps(document(statement), ensure_ascii=False)
    assert len(text) < 20_480
    assert [one.code for one in findings_in(text, RESOURCE)] == ["size"]


def test_g11_g12_g13_g14_g15_every_size_quota_says_its_source() -> None:
    quotas = [*RESOURCE_QUOTAS.values(), *(quota for listed in SIZE_QUOTAS.values() for quota in listed)]
    assert all(quota.source and 0 < quota.default <= quota.largest for quota in quotas)
    assert set(SIZE_QUOTAS) | {RESOURCE.value} == {type_.value for type_ in PolicyType}
    assert [quota.default for quota in SIZE_QUOTAS[IDENTITY.value]] == [6_144, 2_048, 5_120, 10_240]


def test_g14_g16_g20_quotas_on_attachments_are_data_with_a_source() -> None:
    assert (MANAGED_ON_USER.default, MANAGED_ON_USER.largest) == (10, 20)
    assert (MANAGED_ON_ROLE.default, MANAGED_ON_ROLE.largest) == (20, 25)
    assert MANAGED_ON_GROUP.largest == 10
    assert (SCPS_ON_NODE.least, SCPS_ON_NODE.largest) == (1, 10)
    assert (RCPS_ON_NODE.least, RCPS_ON_NODE.largest) == (1, 5)
    assert all(quota.source for quota in ATTACHMENT_QUOTAS)


def test_g2_v1_a_document_without_a_version_is_an_old_one() -> None:
    text = json.dumps({"Statement": [GET]})
    assert [one.code for one in findings_in(text)] == ["missing-version"]
    assert [one.code for one in findings_in(text, PolicyType.SCP)] == ["wrong-version", "legacy-scp"]
    assert codes(GET, Version="2008-10-17") == []


def test_g7_an_empty_sid_is_a_suggestion_even_when_it_repeats() -> None:
    said = findings({"Sid": "", **BUCKET}, {"Sid": "", **BUCKET, "Effect": "Deny"}, type_=RESOURCE)
    assert [one.code for one in said if one.code.endswith("sid")] == ["empty-sid"] * 2


def test_e5_a_statement_that_repeats_another_says_nothing_new() -> None:
    again = {"Resource": ["arn:aws:s3:::b/*"], "Action": ["S3:getobject"], "Effect": "Allow"}
    (repeated,) = findings(GET, again)
    assert (repeated.code, repeated.severity) == ("redundant-statement", FindingSeverity.SUGGESTION)
    assert codes(GET, {**again, "Effect": "Deny"}) == []
    assert codes(GET, {**again, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}) == []
