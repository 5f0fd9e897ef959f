"""The measure of the operation map and the facts about API Gateway, on service models made by hand."""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tools.operation_coverage import main, services_in
from tools.refresh_facts import api_gateway_operations

if TYPE_CHECKING:
    from pathlib import Path


def model(metadata: dict[str, str], **operations: dict[str, Any]) -> bytes:
    shapes = {
        "Input": {
            "members": {
                "restApiId": {"location": "uri", "locationName": "restapi_id"},
                "ApiId": {"location": "uri", "locationName": "apiId"},
            }
        }
    }
    return gzip.compress(json.dumps({"metadata": metadata, "operations": operations, "shapes": shapes}).encode())


LAMBDA = {"endpointPrefix": "lambda", "apiVersion": "2015-03-31"}
MONITORING = {"endpointPrefix": "monitoring", "apiVersion": "2010-08-01"}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "botocore.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("botocore/data/lambda/2014-11-11/service-2.json.gz", model(LAMBDA, Old={}))
        archive.writestr("botocore/data/lambda/2015-03-31/service-2.json.gz", model(LAMBDA, Invoke={}, GetFunction={}))
        archive.writestr(
            "botocore/data/cloudwatch/2010-08-01/service-2.json.gz", model(MONITORING, PutMetricData={}, BrandNew={})
        )
        archive.writestr("botocore/data/cloudwatch/2010-08-01/paginators-1.json", "{}")
    return path


def test_the_newest_model_of_each_service_counts(wheel: Path) -> None:
    assert sorted(services_in(wheel)) == [
        ("cloudwatch", "monitoring.amazonaws.com", ("BrandNew", "PutMetricData")),
        ("lambda", "lambda.amazonaws.com", ("GetFunction", "Invoke")),
    ]


def test_a7_the_table_counts_rule_by_rule(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(wheel), "--list"]) == 0
    printed = capsys.readouterr().out
    rows = dict(line.rsplit(maxsplit=2)[:2] for line in printed.splitlines() if line.endswith("%"))
    assert rows == {
        "same name": "1",
        "same name under the renamed prefix": "1",
        "API Gateway verb rule": "0",
        "reviewed exception": "1",
        "authorized by no IAM action (reviewed)": "0",
    }
    assert "cloudwatch (monitoring.amazonaws.com): BrandNew" in printed


def test_a7_api_gateway_paths_name_their_parameters_as_records_do() -> None:
    def http(path: str) -> dict[str, Any]:
        return {"http": {"method": "GET", "requestUri": path}, "input": {"shape": "Input"}}

    metadata = {"endpointPrefix": "apigateway", "apiVersion": "2018-11-29"}
    archive = {
        "botocore/data/apigateway/2015-07-09/service-2.json.gz": model(
            metadata, GetRestApi=http("/restapis/{restapi_id}"), ImportRestApi=http("/restapis?mode=import")
        ),
        "botocore/data/apigatewayv2/2018-11-29/service-2.json.gz": model(metadata, GetApi=http("/v2/apis/{apiId}")),
        "botocore/data/lambda/2015-03-31/service-2.json.gz": model(LAMBDA, Invoke={}),
    }
    facts = api_gateway_operations(archive)
    assert facts.rows == [
        ("GetApi", "GET", "/apis/{apiId}"),
        ("GetRestApi", "GET", "/restapis/{restApiId}"),
        ("ImportRestApi", "GET", "/restapis"),
    ]
    assert facts[1:] == (3, "2018-11-29")


def test_a_wheel_without_the_models_of_api_gateway_is_refused() -> None:
    with pytest.raises(KeyError):
        api_gateway_operations({"botocore/data/lambda/2015-03-31/service-2.json.gz": model(LAMBDA, Invoke={})})
