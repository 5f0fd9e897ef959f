"""What ``--aws`` of ``policysim explain`` fetches: AWS's own evaluation of the denied calls that have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.cloudtrail.call import Call
    from policysim.sources.aws.connection import AwsSettings


def calls_from_aws(calls: Sequence[Call], settings: AwsSettings) -> list[Call]:
    """The calls with AWS's own evaluation of each that has one, fetched with the user's credentials.

    Raises:
        InputError: boto3 is not installed, or the profile is unknown.
        RemoteError: the credentials or the network fail.
    """
    from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # few runs call AWS
    from policysim.sources.aws.evidence import with_aws_evidence  # noqa: PLC0415  # the same

    return with_aws_evidence(calls, Connection(settings))
