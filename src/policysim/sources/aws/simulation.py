"""AWS's policy simulator, asked with the user's credentials: one question, one answer.

Source: IAM API reference, SimulatePrincipalPolicy and SimulateCustomPolicy; AWS General Reference, endpoints of IAM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.explanation.simulator.asking import CUSTOM, PRINCIPAL, SCP_LIST
from policysim.sources.aws.connection import remote

if TYPE_CHECKING:
    from policysim.explanation.simulator.asking import SimulatorQuestion
    from policysim.sources.aws.connection import Connection

_OPERATIONS: Final = {PRINCIPAL: "simulate_principal_policy", CUSTOM: "simulate_custom_policy"}
_RESULTS: Final = "EvaluationResults"

REGIONS: Final = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where IAM is asked, by partition; everywhere else in us-east-1."""


def takes_scps(connection: Connection, partition: str) -> bool:
    """Whether the botocore at hand can send service control policies to the simulator."""
    model = connection.client("iam", _region(partition)).meta.service_model.operation_model(CUSTOM)
    return model.input_shape is not None and SCP_LIST in model.input_shape.members


def simulated(question: SimulatorQuestion, connection: Connection, partition: str) -> dict[str, Any]:
    """What the simulator answers, its pages joined.

    Raises:
        RemoteError: AWS refuses the call, does not know the user or role, or cannot be reached.
    """
    results: list[Any] = []
    with remote(f"iam:{question.operation}"):
        pages = connection.pages(
            "iam", _OPERATIONS[question.operation], region=_region(partition), **question.parameters
        )
        for page in pages:
            results += page.get(_RESULTS) or ()
    return {_RESULTS: results}


def _region(partition: str) -> str:
    return REGIONS.get(partition, "us-east-1")
