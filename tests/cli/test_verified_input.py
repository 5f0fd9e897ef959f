"""``--verified``: what is demanded of a log file before it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from policysim.cli.verified_input import Demand, check_of, verified_source
from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.errors import InputError
from tests.signed_logs import BUCKET, Trail, public_keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer


@pytest.mark.parametrize("base", ["AWSLogs/", "a/prefix/AWSLogs/o-exampleorgid/", "no-root/"])
def test_a_proven_file_is_read_and_another_is_refused(tmp_path: Path, base: str) -> None:
    trail = Trail(base=base)
    trail.deliver(3)
    trail.write(tmp_path / "copy")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(public_keys()))
    proven, other = (str(tmp_path / "copy" / key) for key in trail.logs()[:2])
    check = check_of(Demand(is_made=True, public_keys=(keys,)), proven, None)
    assert check is not None
    assert '"Records"' in verified_source(proven, check).text
    (tmp_path / "copy" / trail.logs()[1]).write_bytes(trail.objects[trail.logs()[0]].data)
    with pytest.raises(InputError, match=r"this log file is not proven: .* lists it with the SHA-256"):
        verified_source(other, check)
    with pytest.raises(InputError, match="there is no such file"):
        verified_source(str(tmp_path / "nowhere"), check)


def test_a_bucket_is_asked_by_the_url_of_the_file(aws: AwsServer) -> None:
    trail = Trail(base="prefix/AWSLogs/")
    trail.deliver(2)
    trail.upload(aws.client("s3"))
    aws.reply("cloudtrail:ListPublicKeys", json.dumps(public_keys()), "application/x-amz-json-1.1")
    connection = Connection(AwsSettings(region="eu-west-1", endpoint_url=aws.url))
    check = check_of(Demand(is_made=True, public_keys=()), f"s3://{BUCKET}/prefix/AWSLogs/", connection)
    assert check is not None
    key = trail.logs()[0]
    assert check(f"s3://{BUCKET}/{key}", trail.objects[key].data) is None
    assert "not proven" in str(check(f"s3://{BUCKET}/{key}", b""))


def test_nothing_is_demanded_unless_asked_for() -> None:
    assert check_of(Demand(is_made=False, public_keys=()), "event.json", None) is None


def test_a_file_outside_of_any_copy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must lie in a copy of its trail"):
        check_of(Demand(is_made=True, public_keys=()), str(tmp_path / "event.json"), None)
