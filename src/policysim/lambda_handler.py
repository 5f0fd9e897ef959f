"""The function that AWS Lambda runs: ``policysim.lambda_handler.handler``. Its settings are ``POLICYSIM_...``.

What loads once loads in the initialisation of the execution environment, before the first notification is there.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policysim.pipeline.place import Context
    from policysim.pipeline.run import Pipeline


def handler(event: object, context: Context) -> dict[str, Any]:
    """Explains the denials of the CloudTrail log files that a notification names, and tells of each root cause once.

    Raises:
        InputError: a setting is missing or wrong; the sentence names it.
        PipelineError: not every log file could be told of.
        NotificationError: the event has no form that is known.
    """
    return _pipeline().handle(event, context)


@cache
def _pipeline() -> Pipeline:
    from policysim.pipeline.outputs import WRITES  # noqa: PLC0415  # importing this module costs next to nothing
    from policysim.pipeline.run import Pipeline  # noqa: PLC0415  # the same
    from policysim.pipeline.settings import settings_of  # noqa: PLC0415  # the same
    from policysim.sources.aws.connection import AwsSettings, Connection  # noqa: PLC0415  # the same

    return Pipeline(settings_of(os.environ), Connection(AwsSettings(), writes=WRITES))


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    _pipeline()
