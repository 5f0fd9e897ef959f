"""What AWS's denial messages say, rule by rule, in the sentences of its documentation (spec M1 to M9)."""

from __future__ import annotations

import pytest

from policysim.cloudtrail.denial import TRUST_LAYER, DenialKind
from policysim.cloudtrail.messages import read_denial

USER = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: "
IMPLICIT, EXPLICIT = DenialKind.IMPLICIT, DenialKind.EXPLICIT


def said(rest: str) -> tuple[str | None, DenialKind]:
    """Layer and kind of a message of one sentence, known whole."""
    denial = read_denial(USER + rest)
    assert denial.recognised
    assert denial.iam
    assert denial.principal == "arn:aws:iam::111122223333:user/ana"
    return denial.layer, denial.kind


def test_m1_no_identity_based_policy_allows() -> None:
    assert said("sqs:ListQueues because no identity-based policy allows the sqs:ListQueues action") == (
        "identity",
        IMPLICIT,
    )


def test_m2_an_identity_based_policy_denies() -> None:
    assert said("sqs:ListQueues with an explicit deny in an identity-based policy") == ("identity", EXPLICIT)


def test_m3_the_resource_based_policy_does_not_allow_or_denies() -> None:
    on = "s3:GetObject on resource: arn:aws:s3:::data/a"
    assert said(f"{on} because no resource-based policy allows the s3:GetObject action") == ("resource", IMPLICIT)
    assert said(f"{on} with an explicit deny in a resource-based policy") == ("resource", EXPLICIT)


def test_m4_the_boundary_does_not_allow_or_denies() -> None:
    assert said("ec2:StopInstances because no permissions boundary allows the ec2:StopInstances action") == (
        "boundary",
        IMPLICIT,
    )
    assert said("ec2:StopInstances with an explicit deny in a permissions boundary") == ("boundary", EXPLICIT)


@pytest.mark.parametrize("policy", ["session policy", "sessions policy"])
def test_m5_the_session_policy_does_not_allow_or_denies_in_both_spellings(policy: str) -> None:
    assert said(f"codecommit:GitPull because no {policy} allows the codecommit:GitPull action") == ("session", IMPLICIT)
    assert said(f"codecommit:GitPull with an explicit deny in a {policy}") == ("session", EXPLICIT)


def test_m6_a_service_control_policy_denies_explicitly_or_does_not_allow() -> None:
    assert said("iam:CreateUser with an explicit deny in a service control policy") == ("scp", EXPLICIT)
    assert said("iam:CreateUser because no service control policy allows the iam:CreateUsers action") == (
        "scp",
        IMPLICIT,
    )


def test_m7_a_resource_control_policy_denies() -> None:
    assert said("s3:GetObject on resource: arn:aws:s3:::data/a with an explicit deny in a resource control policy") == (
        "rcp",
        EXPLICIT,
    )


def test_m8_the_endpoint_policy_does_not_allow_or_denies() -> None:
    assert said("s3:GetObject because no VPC endpoint policy allows the s3:GetObject action") == ("vpce", IMPLICIT)
    assert said("s3:GetObject with an explicit deny in a VPC endpoint policy") == ("vpce", EXPLICIT)


def test_m9_the_trust_policy_does_not_allow_or_denies_or_nothing_is_said() -> None:
    on = "sts:AssumeRole on resource: arn:aws:iam::444455556666:role/admin"
    assert said(f"{on} because no role trust policy allows the sts:AssumeRole action") == (TRUST_LAYER, IMPLICIT)
    assert said(f"{on} with an explicit deny in the role trust policy") == (TRUST_LAYER, EXPLICIT)
    assert said(on) == (None, DenialKind.UNKNOWN)
