"""For how many operations of AWS the request parameters name every resource that is required, service by service.

    python tools/template_coverage.py WHEEL                     print the table of the most denied services
    python tools/template_coverage.py WHEEL --all               print the table of every service
    python tools/template_coverage.py WHEEL --list SERVICE      print what is made for each operation of a service

WHEEL is a wheel of botocore (`pip download --no-deps botocore==1.44.5`), which is read and not installed. Of each
operation whose one action has a required resource type a record is made up in which every parameter of the service's
model is given, as CloudTrail spells it, and the requests of that record are made out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operations import operation
from policysim.cloudtrail.ec2_resources import TYPE_BY_ID
from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.requests import call_from_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MODEL: Final = "service-2.json.gz"
ACCOUNT: Final = "111122223333"
DEPTH: Final = 3
SPELLED: Final = {"bucket": "bucketName"}
"""How CloudTrail spells a parameter of Amazon S3 that the model names otherwise."""

VALUES: Final = {
    "accountid": ACCOUNT,
    "catalogid": ACCOUNT,
    "queueurl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/alpha",
    "registryid": ACCOUNT,
    "secretid": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:alpha-AbCdEf",
}
"""Values of parameters that no plain word could be, by lower-case name."""

PLACES: Final = {"${Partition}": "aws", "${Region}": "eu-west-1", "${Account}": ACCOUNT}

_EC2_IDS: Final = {name.replace("-", ""): start for start, name in TYPE_BY_ID.items()}

MOST_DENIED: Final = frozenset(
    {
        "acm",
        "apigateway",
        "athena",
        "autoscaling",
        "backup",
        "batch",
        "bedrock",
        "ce",
        "cloudformation",
        "cloudfront",
        "cloudtrail",
        "cloudwatch",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "config",
        "dynamodb",
        "ec2",
        "ecr",
        "ecs",
        "eks",
        "elasticache",
        "elasticfilesystem",
        "elasticloadbalancing",
        "es",
        "events",
        "firehose",
        "glue",
        "guardduty",
        "iam",
        "kinesis",
        "kms",
        "lambda",
        "logs",
        "organizations",
        "rds",
        "redshift",
        "route53",
        "s3",
        "sagemaker",
        "secretsmanager",
        "servicecatalog",
        "ses",
        "sns",
        "sqs",
        "ssm",
        "states",
        "sts",
        "wafv2",
    }
)
"""The services whose calls are refused most in practice, by prefix."""


class Tried(NamedTuple):
    """One operation: its service prefix and name, the ARNs that were made, and what was not."""

    service: str
    name: str
    arns: tuple[str, ...]
    unresolved: tuple[str, ...]
    whole: bool


def tried_in(wheel: Path) -> Iterator[Tried]:
    """Every operation in the newest model of each service whose one action has a required resource type."""
    with zipfile.ZipFile(wheel) as archive:
        newest = {name.split("/")[2]: name for name in sorted(archive.namelist()) if name.endswith(f"/{MODEL}")}
        for name in newest.values():
            model = json.loads(gzip.decompress(archive.read(name)))
            metadata = model["metadata"]
            source = f"{(metadata.get('signingName') or metadata['endpointPrefix']).lower()}.amazonaws.com"
            for called, described in sorted(model["operations"].items()):
                shape = model["shapes"].get(described.get("input", {}).get("shape", ""), {})
                yield from _tried(source, called, shape, model["shapes"])


def _tried(source: str, name: str, shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[Tried]:
    actions = operation(source, name).actions
    described = CATALOGUE.action(actions[0]) if len(actions) == 1 else None
    if described is None or not any(each.required for each in described.resource_types):
        return
    parameters = _members(shape, shapes, described.name, DEPTH)
    record = {
        "eventVersion": "1.11",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-west-1",
        "userIdentity": {"type": "IAMUser", "accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/ana"},
        "requestParameters": parameters,
    }
    call = call_from_event(event_from_record(record), takes_no_resource=CATALOGUE.takes_no_resource)
    own = [each for each in call.requests if each.request.action == described.name and not each.conditional]
    arns = tuple(each.request.resource.arn for each in own)
    whole = bool(arns) and described.name not in call.missing
    yield Tried(described.name.partition(":")[0], name, arns, call.unresolved, whole)


def _members(shape: Mapping[str, Any], shapes: Mapping[str, Any], action: str, depth: int) -> dict[str, Any]:
    """A value for each member; the names begin in lower case, as CloudTrail writes them."""
    values = {name: _value(name, shapes[each["shape"]], shapes, action, depth) for name, each in _of(shape)}
    spelled = SPELLED if action.startswith("s3:") else {}
    names = {name: f"{name[0].lower()}{name[1:]}" for name in values}
    return {spelled.get(names[name], names[name]): value for name, value in values.items() if value is not None}


def _of(shape: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    members: Mapping[str, Mapping[str, Any]] = shape.get("members", {})
    return members.items()


def _value(name: str, shape: Mapping[str, Any], shapes: Mapping[str, Any], action: str, depth: int) -> object:
    if shape["type"] == "string":
        return shape["enum"][0] if "enum" in shape else _text(name, action)
    if shape["type"] == "list":
        inner = _value(name, shapes[shape["member"]["shape"]], shapes, action, depth)
        return None if inner is None else [inner]
    if shape["type"] == "structure" and depth:
        return _members(shape, shapes, action, depth - 1)
    return None


def _text(name: str, action: str) -> str:
    """An ARN of the type that the name of a parameter speaks of, else a plain name."""
    bare = name.lower().removesuffix("list").removesuffix("s")
    if action.startswith("ec2:") and (id_start := _EC2_IDS.get(bare.removesuffix("id"))) is not None:
        return f"{id_start}-0abc1234"
    if not bare.endswith("arn"):
        return VALUES.get(bare, "alpha")
    described, service = CATALOGUE.action(action), action.partition(":")[0]
    for row in described.resource_types if described is not None else ():
        stem = re.sub(r"[^a-z0-9]", "", row.name.lower())
        resource_type = CATALOGUE.resource_type(service, row.name)
        if resource_type is not None and (stem in bare or bare in {"arn", "resourcearn"}):
            return re.sub(r"\$\{\w+\}", lambda each: PLACES.get(each[0], "alpha"), resource_type.arn_patterns[0])
    return f"arn:aws:iam::{ACCOUNT}:role/alpha"


def table(rows: Sequence[Tried]) -> str:
    """The table as text: one line a service, and the sum of all."""
    whole, some, total = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        for service in (row.service, "all"):
            total[service] += 1
            whole[service] += row.whole
            some[service] += bool(row.arns) and not row.whole
    lines = [f"{'service':28}{'operations':>12}{'every one':>12}{'some':>8}{'none':>8}"]
    for service in sorted(total, key=lambda each: (each == "all", each)):
        none = total[service] - whole[service] - some[service]
        lines.append(f"{service:28}{total[service]:>12,}{whole[service]:>12,}{some[service]:>8,}{none:>8,}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Measure how many operations name their required resources.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--all", action="store_true", help="every service, not only the most denied ones")
    parser.add_argument("--list", metavar="SERVICE", help="print what is made for each operation of a service")
    options = parser.parse_args(arguments)
    rows = [row for row in tried_in(options.wheel) if options.all or options.list or row.service in MOST_DENIED]
    if options.list:
        for row in (each for each in rows if each.service == options.list):
            print(f"{'+' if row.whole else '-'} {row.name}: {' '.join(row.arns) or '; '.join(row.unresolved)}")
        return 0
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
