"""Settings that every test shares.

``make test`` draws the same examples every time, so that it passes or fails for a reason in the code;
``HYPOTHESIS_PROFILE=explore`` goes looking for new ones.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws_server import AwsServer

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "3",
}
"""No test can call AWS with the credentials of whoever runs it."""


@pytest.fixture(scope="session")
def _running_aws() -> Iterator[AwsServer]:
    from tests.aws_server import models_read_once, running_aws  # noqa: PLC0415  # few tests call AWS

    with models_read_once(), running_aws() as server:
        yield server


@pytest.fixture
def aws(_running_aws: AwsServer) -> AwsServer:
    """AWS on loopback, empty."""
    _running_aws.reset()
    return _running_aws
