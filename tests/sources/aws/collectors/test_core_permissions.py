"""The permissions that the collectors of the core services name: they exist, cover what is called, and are no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from policysim.catalog.actions import canonical_action
from policysim.catalog.operations import operation
from policysim.sources.aws.collecting import Place, Reading
from policysim.sources.aws.collectors import (
    access_points,
    buckets,
    directory_buckets,
    event_buses,
    functions,
    keys,
    queues,
    repositories,
    secrets,
    tables,
    tags,
    vpc_endpoints,
)
from policysim.sources.aws.connection import READ_ONLY_VERBS, AwsSettings, Connection
from tests.aws_server import ACCOUNT
from tests.sources.aws.collected import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, Shape

    from policysim.sources.aws.collecting import Collector

MODULES = (
    access_points,
    buckets,
    directory_buckets,
    event_buses,
    functions,
    keys,
    queues,
    repositories,
    secrets,
    tables,
    tags,
    vpc_endpoints,
)
COLLECTORS = tuple(collector for module in MODULES for collector in module.COLLECTORS)

each = pytest.mark.parametrize("collector", COLLECTORS, ids=lambda one: one.name)


@each
def test_a_collector_names_only_actions_of_the_catalogue(collector: Collector) -> None:
    assert [canonical_action(action) for action in collector.actions] == list(collector.actions)


_EVENT_SOURCES: Final = {
    "dynamodbstreams": "dynamodb",
    "resourcegroupstaggingapi": "tagging",
    "s3control": "s3",
}
"""Clients whose calls are authorized by another service."""

_ACTIONS_OF_S3: Final = {
    ("s3control", "GetPublicAccessBlock"): "s3:GetAccountPublicAccessBlock",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3", "ListDirectoryBuckets"): "s3express:ListAllMyDirectoryBuckets",
    ("s3control", "ListAccessPointsForDirectoryBuckets"): "s3express:ListAccessPointsForDirectoryBuckets",
}
"""Source: Amazon S3 API Reference, the permissions of these operations."""

_TELLING: Final = {"Version": "$LATEST", "Name": "data--euw1-az1--x-s3", "Alias": "abc.mrap", "value": "V2"}
"""Values of which the collectors look at more than that they are there."""


@dataclass(slots=True)
class Invented(Reading):
    """Answers every call with the shape that botocore's model gives it, and notes the calls."""

    made: list[OperationModel] = field(default_factory=list)

    def call(
        self,
        service: str,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,  # noqa: ARG002  # one answer for every Region
        **parameters: object,
    ) -> dict[str, Any] | None:
        client = self.connection.client(service, REGION)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        assert model.output_shape is not None
        problems = ParamValidator().validate(parameters, model.input_shape or model.output_shape)
        assert not problems.has_errors(), problems.generate_report()
        told = {shape.error_code for shape in model.error_shapes}  # type: ignore[attr-defined]  # of errors
        assert not told or set(absent) <= told, f"{model.name} is never answered with {absent}"
        self.made.append(model)
        return dict(invented(model.output_shape))

    def items(self, service: str, operation: str, member: str, **parameters: Any) -> Iterator[Any]:
        yield from (self.call(service, operation, **parameters) or {})[member]


def invented(shape: Shape, name: str = "") -> Any:
    match shape.type_name:
        case "structure":
            return {inner: invented(member, inner) for inner, member in shape.members.items()}  # type: ignore[attr-defined]  # of structures
        case "list":
            return [invented(shape.member)]  # type: ignore[attr-defined]  # of lists
        case "map":
            return {"Policy": "{}"}
        case "string":
            return _TELLING.get(name) or next(
                iter(getattr(shape, "enum", ())), f"arn:aws:any:{REGION}:{ACCOUNT}:{name}"
            )
        case "boolean":
            return True
        case "timestamp":
            return None
        case _:
            return 1


@cache
def connection() -> Connection:
    return Connection(AwsSettings(region=REGION))


@cache
def calls_of(collector: Collector) -> list[OperationModel]:
    how = Invented(connection(), Place(ACCOUNT, "aws", REGION))
    assert list(collector.collect(how)), "something is found"
    return how.made


def action_behind(model: OperationModel, collector: Collector) -> str:
    service = model.service_model.service_name
    action = _ACTIONS_OF_S3.get((service, model.name))
    if action is None:
        (action,) = operation(f"{_EVENT_SOURCES.get(service, service)}.amazonaws.com", model.name).actions
    directory = collector.name.startswith("s3express") and action.startswith("s3:")
    return action.replace("s3:", "s3express:") if directory else action


@each
def test_the_actions_are_those_of_the_calls_and_no_others(collector: Collector) -> None:
    assert {action_behind(model, collector) for model in calls_of(collector)} == set(collector.actions)


@each
def test_every_call_reads(collector: Collector) -> None:
    assert all(model.name.startswith(READ_ONLY_VERBS) for model in calls_of(collector))


@each
def test_the_client_that_decides_where_a_collector_runs_is_one_that_it_calls(collector: Collector) -> None:
    related = {"dynamodb": "dynamodbstreams"}
    called = {model.service_model.service_name for model in calls_of(collector)}
    assert collector.client in called or related.get(collector.client) in called


@each
def test_a_collector_runs_where_botocore_or_its_own_table_says(collector: Collector) -> None:
    assert collector.regions or get_session().get_available_regions(collector.client)


def test_every_collector_has_a_name_of_its_own() -> None:
    names = [collector.name for collector in COLLECTORS]
    assert sorted(set(names)) == sorted(names)
