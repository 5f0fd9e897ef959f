"""Statements whose resource looks like the one that was asked for, and is another: the cause says why."""

from __future__ import annotations

from dataclasses import replace

from policysim.evaluation.layers import LayerName
from policysim.explanation.remedies import remedies
from tests.explanation.cause_cases import IMPLICIT, evidence, first, says
from tests.explanation.denied_cases import (
    ACCOUNT,
    BUCKET,
    KEY,
    OBJECT,
    allow,
    attached,
    case,
    document,
    in_force,
    request,
)

POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/finance/object/2026/q1.csv"
CONSOLE = allow(["s3:ListAllMyBuckets", "s3:ListAccessPoints"])


def test_s17_a_statement_for_the_bucket_does_not_reach_its_access_point() -> None:
    asked = request("s3:GetObject", POINT)
    asked = replace(asked, resource=replace(asked.resource, behind=OBJECT))
    policies = in_force({LayerName.IDENTITY: attached(document(CONSOLE, allow("s3:GetObject", f"{BUCKET}/*")))})
    cause = first(evidence(asked, policies, says("identity", IMPLICIT)))
    assert cause.code == "resource-missing"
    assert "the ARN of the access point counts" in cause.cause


def test_s17_another_bucket_is_not_told_to_stand_behind_the_access_point() -> None:
    asked = request("s3:GetObject", POINT)
    asked = replace(asked, resource=replace(asked.resource, behind="arn:aws:s3:::elsewhere/2026/q1.csv"))
    policies = in_force({LayerName.IDENTITY: attached(document(allow("s3:GetObject", f"{BUCKET}/*")))})
    assert "access point counts" not in first(evidence(asked, policies, says("identity", IMPLICIT))).cause


def test_s22_an_alias_in_resource_is_not_its_key() -> None:
    alias = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/tokens"
    policies = in_force(
        {
            LayerName.IDENTITY: attached(document(allow("kms:Encrypt", alias))),
            LayerName.RESOURCE: attached(
                document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})), LayerName.RESOURCE
            ),
        }
    )
    cause = first(evidence(request("kms:Encrypt", KEY), policies, says("identity", IMPLICIT)))
    assert cause.code == "resource-missing"
    assert "an alias in `Resource` stands for the alias itself" in cause.cause


def test_v4_v12_a_variable_that_the_caller_has_no_value_for_is_named() -> None:
    own = allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}")
    user = f"arn:aws:iam::{ACCOUNT}:user/maria"
    policies = in_force({LayerName.IDENTITY: attached(document(own))})
    cause = first(evidence(request("iam:CreateAccessKey", user), policies, says("identity", IMPLICIT)))
    assert cause.code == "resource-missing"
    assert "this caller has no `aws:username`" in cause.cause


def test_c7_who_creates_a_role_is_told_to_give_it_the_boundary_that_is_wanted() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/developers"
    statement = allow(
        "iam:CreateRole",
        f"arn:aws:iam::{ACCOUNT}:role/app-*",
        Condition={"StringEquals": {"iam:PermissionsBoundary": boundary}},
    )
    asked = request("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/app-billing")
    [found] = remedies(case(asked, in_force({LayerName.IDENTITY: attached(document(statement))})))
    assert (found.code, found.verified) == ("narrow-request", True)
    assert boundary in found.sentence


def test_c65_who_assumes_a_role_is_told_the_source_identity_that_is_wanted() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/audit"
    statement = allow("sts:AssumeRole", role, Condition={"StringEquals": {"sts:SourceIdentity": "ann"}})
    [found] = remedies(
        case(request("sts:AssumeRole", role), in_force({LayerName.IDENTITY: attached(document(statement))}))
    )
    assert (found.code, found.verified) == ("name-the-session", False)
    assert "`ann`" in found.sentence
