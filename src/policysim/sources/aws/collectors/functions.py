"""Lambda functions and layers, with their policies.

A policy hangs on a function, on each of its versions and aliases, and on each version of a layer, and none of them
reaches the others (spec S27). Source: AWS Lambda API Reference, ListFunctions, ListAliases, GetPolicy, ListLayers,
ListLayerVersions and GetLayerVersionPolicy; Developer Guide, access-control-resource-based.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Collector, Scope
from policysim.sources.aws.collectors.reading_policies import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Entry, Reading

_NO_POLICY: Final = ("ResourceNotFoundException",)
"""Said of a function without a policy as of one that is gone, which has none either."""

_UNPUBLISHED: Final = "$LATEST"
"""The version that is named by the function's own ARN; it cannot have a policy of its own."""


def _functions(reading: Reading) -> Iterator[Entry]:
    for version in reading.items("lambda", "list_functions", "Functions", FunctionVersion="ALL"):
        name, number = version["FunctionName"], version["Version"]
        arn = version["FunctionArn"].removesuffix(f":{number}")
        if number != _UNPUBLISHED:
            yield from _policy(reading, f"{arn}:{number}", FunctionName=name, Qualifier=number)
            continue
        yield from _policy(reading, arn, FunctionName=name)
        with reading.about(arn):
            for alias in reading.items("lambda", "list_aliases", "Aliases", FunctionName=name):
                yield from _policy(reading, f"{arn}:{alias['Name']}", FunctionName=name, Qualifier=alias["Name"])


def _policy(reading: Reading, arn: str, **named: Any) -> Iterator[Entry]:  # noqa: ANN401  # names as boto3 has them
    yield from policy_of(reading, arn, "lambda", "get_policy", "Policy", absent=_NO_POLICY, **named)


def _layers(reading: Reading) -> Iterator[Entry]:
    for layer in reading.items("lambda", "list_layers", "Layers"):
        name = layer["LayerName"]
        with reading.about(layer["LayerArn"]):
            for version in reading.items("lambda", "list_layer_versions", "LayerVersions", LayerName=name):
                yield from policy_of(
                    reading,
                    version["LayerVersionArn"],
                    "lambda",
                    "get_layer_version_policy",
                    "Policy",
                    absent=_NO_POLICY,
                    LayerName=name,
                    VersionNumber=version["Version"],
                )


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="lambda-function-policies",
        services=("lambda",),
        client="lambda",
        scope=Scope.REGION,
        actions=("lambda:ListFunctions", "lambda:ListAliases", "lambda:GetPolicy"),
        what="function policies",
        collect=_functions,
    ),
    Collector(
        name="lambda-layer-policies",
        services=("lambda",),
        client="lambda",
        scope=Scope.REGION,
        actions=("lambda:ListLayers", "lambda:ListLayerVersions", "lambda:GetLayerVersionPolicy"),
        what="policies of layer versions",
        collect=_layers,
    ),
)
