from __future__ import annotations

import pytest

from policysim.catalog.partitions import partition_of_region


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("", "aws"),
    ],
)
def test_the_partition_of_a_region(region: str, partition: str) -> None:
    assert partition_of_region(region) == partition
