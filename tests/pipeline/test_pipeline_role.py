"""The role of the template allows the calls that the function makes, as they are seen at the door, and nothing more."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml

from policysim.pipeline.log_files import is_log
from policysim.pipeline.settings import Settings
from policysim.sources.in_force import PolicySource, read_in_force
from policysim.testing import Simulator
from tests.pipeline.pipeline_runs import POLICIES, FakeContext, Stage, client_of, log_file, scenario_events

if TYPE_CHECKING:
    from tests.aws_server import AwsServer, Call

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
REPORTS = "policysim-reportbucket-generated"
TOPIC = "arn:aws:sns:us-east-1:123456789012:policysim-Topic-GENERATED"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
PRODUCT = "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default"
PARAMETERS = {
    "AWS::StackName": ("policysim",),
    "TrailBucket": ("acme-trail",),
    "PolicyBucket": ("acme-policies",),
    "SecurityHub": ("true",),
    "EventBusName": ("default",),
}


@pytest.fixture(scope="module")
def deployed() -> Simulator:
    source = PolicySource(
        DEPLOY / "template.yaml",
        "123456789012",
        "us-east-1",
        PARAMETERS,
        base=DEPLOY / "account",
        standalone=True,
    )
    return Simulator(read_in_force(source))


@pytest.fixture
def stage(aws: AwsServer) -> Stage:
    stage = Stage(aws)
    for bucket in (REPORTS, "acme-policies"):
        stage.s3.create_bucket(Bucket=bucket)
    root = POLICIES / "acme"
    for path in sorted(root.rglob("*.json")):
        key = f"policysim/{path.relative_to(root).as_posix()}"
        stage.s3.put_object(Bucket="acme-policies", Key=key, Body=path.read_bytes())
    stage.topic = client_of(aws, "sns").create_topic(Name="policysim-Topic-GENERATED")["TopicArn"]
    client_of(aws, "securityhub").enable_security_hub()
    return stage


def needed(call: Call) -> str:
    """What a call needs, as the middle of a sentence: ``ACTION on RESOURCE [when ...]``."""
    if call.service == "sns":
        return f"{call.service}:{call.operation} on {TOPIC}"
    if call.service == "events":
        (entry,) = json.loads(call.body)["Entries"]
        return f"events:{call.operation} on {BUS} when events:source = {entry['Source']}"
    if call.service == "securityhub":
        return f"securityhub:BatchImportFindings on {PRODUCT}"
    method, target = call.operation.split(" ", 1)
    path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    if not key:
        return f"s3:ListBucket on arn:aws:s3:::{bucket} when s3:prefix = {query['prefix'][0]}"
    return f"s3:{method.capitalize()}Object on arn:aws:s3:::{bucket}/{key}"


def test_every_call_of_the_function_is_one_that_its_role_may_make(stage: Stage, deployed: Simulator) -> None:
    pipeline = stage.pipeline(
        account="s3://acme-policies/policysim/",
        reports=f"s3://{REPORTS}/",
        event_bus="default",
        security_hub="true",
    )
    event = stage.put_log(log_file(scenario_events("01", "02")))
    stage.aws.fail("sns:Publish", "InternalError", times=3, status=500)
    with pytest.raises(Exception, match="1 of 1"):
        pipeline.handle(event, FakeContext())
    pipeline.handle(event, FakeContext())  # takes the claim over, so every kind of call is made
    calls = {needed(call) for call in stage.aws.calls}
    given = "given aws:SecureTransport = true and aws:SourceVpce absent\n"
    actions = {call.split(" ")[0] for call in calls}
    assert actions == {
        "events:PutEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
        "securityhub:BatchImportFindings",
        "sns:Publish",
    }
    assert any(call.startswith("s3:GetObject") and call.endswith("/claim") for call in calls)
    for call in sorted(calls):
        deployed.expect(f"{given}role/policysim-Role-GENERATED can {call}\n")


@pytest.mark.parametrize("name", ["pipeline.expect", "options.expect"])
def test_the_deployed_role_and_topic_keep_to_their_expectations(name: str) -> None:
    command = [sys.executable, "-m", "policysim", "expect", str(DEPLOY / name)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert ": 0 met" not in ended.stdout


def template() -> dict[str, Any]:
    """The template; functions of CloudFormation are left as their texts."""
    loader = type("Loader", (yaml.SafeLoader,), {})

    def read(at: Any, _: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return at.construct_scalar(node)
        return at.construct_sequence(node, deep=True)

    yaml.add_multi_constructor("!", read, Loader=loader)
    return dict(yaml.load((DEPLOY / "template.yaml").read_text(), Loader=loader))  # noqa: S506  # a safe loader


def test_the_example_alarm_watches_a_metric_that_the_function_writes(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = template()["Resources"]["ManyExplicitDenies"]["Properties"]
    stage.pipeline().handle(stage.put_log(log_file(scenario_events("02"))), FakeContext())
    written = set()
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            for names in directive["Dimensions"]:
                dimensions = frozenset((name, line[name]) for name in names)
                written |= {(directive["Namespace"], one["Name"], dimensions) for one in directive["Metrics"]}
    watched = frozenset((one["Name"], one["Value"]) for one in alarm["Dimensions"])
    assert (alarm["Namespace"], alarm["MetricName"], watched) in written


def test_the_rule_lets_in_what_the_function_reads_and_its_role_may_read() -> None:
    pattern = template()["Resources"]["Rule"]["Properties"]["EventPattern"]["detail"]["object"]["key"]
    wildcards = [one["wildcard"].replace("${TrailPrefix}", "logs/") for one in pattern]
    day = "eu-west-1/2026/11/23/a.json.gz"
    for folder in ("111122223333/CloudTrail", "o-acme/111122223333/CloudTrail-NetworkActivity"):
        key = f"logs/AWSLogs/{folder}/{day}"
        assert is_log(key)
        assert any(fnmatchcase(key, wildcard) for wildcard in wildcards)
    for key in (f"logs/AWSLogs/111122223333/CloudTrail-Digest/{day}", f"AWSLogs/111122223333/CloudTrail/{day}"):
        assert not any(fnmatchcase(key, wildcard) for wildcard in wildcards)


def test_every_setting_of_the_template_is_one_of_the_function() -> None:
    variables = template()["Resources"]["Function"]["Properties"]["Environment"]["Variables"]
    own = {name.removeprefix("POLICYSIM_").lower() for name in variables if name.startswith("POLICYSIM_")}
    assert own <= set(Settings.__dataclass_fields__)


def test_an_archive_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    (folder / "policysim" / "__pycache__").mkdir(parents=True)
    (folder / "policysim" / "a.py").write_text("a = 1\n")
    (folder / "policysim" / "__pycache__" / "a.pyc").write_bytes(b"x")
    made = []
    for name in ("one.zip", "two.zip"):
        (folder / "policysim" / "a.py").touch()
        subprocess.run([sys.executable, str(DEPLOY / "archive.py"), str(folder), str(tmp_path / name)], check=True)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert b"__pycache__" not in made[0]
