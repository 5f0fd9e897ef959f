from __future__ import annotations

import pytest

from policysim.account.policy_holders import can_have_policy, policy_holders
from policysim.catalog.resource_policies import SHARED_THROUGH_RAM, WITH_POLICIES, WITHOUT_POLICIES
from policysim.language.arns import parse_arn


def test_no_service_is_in_both_tables_and_shares_are_of_services_without_policies() -> None:
    assert not WITH_POLICIES.keys() & WITHOUT_POLICIES
    assert SHARED_THROUGH_RAM <= WITHOUT_POLICIES


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("arn:aws:s3:::b", True),
        ("arn:aws:lambda:r:111122223333:function:f", True),
        ("arn:aws:lambda:r:111122223333:event-source-mapping:1", False),
        ("arn:aws:dynamodb:r:111122223333:table/T", True),
        ("arn:aws:bedrock:r:111122223333:custom-model/m", True),
        ("arn:aws:kinesis:r:111122223333:queue/q", True),
        ("arn:aws:schemas:r:111122223333:schema/r/s", True),
        ("arn:aws:ec2:r:111122223333:instance/i", False),
        ("arn:aws:novel:r:111122223333:x", None),
    ],
)
def test_whether_a_resource_can_have_a_policy(text: str, possible: bool | None) -> None:
    arn = parse_arn(text)
    assert arn is not None
    assert can_have_policy(arn) is possible


@pytest.mark.parametrize(
    ("text", "holders"),
    [
        ("arn:aws:s3:::b", ["arn:aws:s3:::b"]),
        ("arn:aws:s3:::b/k", ["arn:aws:s3:::b/k", "arn:aws:s3:::b"]),
        (
            "arn:aws:codeartifact:r:1:package/D/R/npm//p",
            ["arn:aws:codeartifact:r:1:package/D/R/npm//p", "arn:aws:codeartifact:r:1:repository/D/R"],
        ),
        (
            "arn:aws:kafka:r:1:topic/C/U/t",
            ["arn:aws:kafka:r:1:topic/C/U/t", "arn:aws:kafka:r:1:cluster/C/U"],
        ),
        (
            "arn:aws:schemas:r:1:schema/R/s",
            ["arn:aws:schemas:r:1:schema/R/s", "arn:aws:schemas:r:1:registry/R"],
        ),
        ("arn:aws:schemas:r:1:registry/R", ["arn:aws:schemas:r:1:registry/R"]),
    ],
)
def test_the_holder_of_a_policy_is_the_nearest_first(text: str, holders: list[str]) -> None:
    arn = parse_arn(text)
    assert arn is not None
    assert list(policy_holders(arn)) == holders
