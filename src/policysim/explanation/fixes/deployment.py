"""The AWS CLI call that puts an edited document into force: a table by kind of document.

Source: AWS CLI command reference (iam, organizations, ec2, s3api, kms, sqs, sns, secretsmanager, lambda, ecr,
dynamodb, kinesis, efs, events, logs, backup, s3control).
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.policy_calls import queue_url
from policysim.evaluation.layers import LayerName
from policysim.language.arns import parse_arn
from policysim.language.embedding import EmbeddedOffsets
from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy
    from policysim.language.source import DocumentPath

_MANAGED: Final = (
    "aws iam create-policy-version --policy-arn {policy_arn} --policy-document {document} --set-as-default"
)
_ORGANISATION: Final = "aws organizations update-policy --policy-id {policy_id} --content {document}"

_INLINE: Final[Mapping[str, str]] = {
    "role": "aws iam put-role-policy --role-name {name} --policy-name {policy} --policy-document {document}",
    "user": "aws iam put-user-policy --user-name {name} --policy-name {policy} --policy-document {document}",
    "group": "aws iam put-group-policy --group-name {name} --policy-name {policy} --policy-document {document}",
}
"""Inline policies, by the type of identity that they are embedded in."""

_BY_TYPE: Final[Mapping[PolicyType, str]] = {
    PolicyType.TRUST: "aws iam update-assume-role-policy --role-name {name} --policy-document {document}",
    PolicyType.SCP: _ORGANISATION,
    PolicyType.RCP: _ORGANISATION,
    PolicyType.VPCE: "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {name} --policy-document {document}",
}

_BY_RESOURCE: Final[Mapping[tuple[str, str], str]] = {
    ("s3", ""): "aws s3api put-bucket-policy --bucket {name} --policy {document}",
    ("s3", "accesspoint"): (
        "aws s3control put-access-point-policy --region {region} --account-id {account} --name {name}"
        " --policy {document}"
    ),
    (
        "kms",
        "key",
    ): "aws kms put-key-policy --region {region} --key-id {name} --policy-name default --policy {document}",
    ("sqs", ""): (
        "aws sqs set-queue-attributes --region {region} --queue-url {queue_url} --attributes {policy_attribute}"
    ),
    ("sns", ""): (
        "aws sns set-topic-attributes --region {region} --topic-arn {arn} --attribute-name Policy"
        " --attribute-value {document}"
    ),
    ("secretsmanager", "secret"): (
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --resource-policy {document}"
    ),
    ("lambda", "function"): "aws lambda put-resource-policy --region {region} --resource-arn {arn} --policy {document}",
    ("ecr", "repository"): (
        "aws ecr set-repository-policy --region {region} --repository-name {id} --policy-text {document}"
    ),
    ("dynamodb", "table"): (
        "aws dynamodb put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("kinesis", "stream"): (
        "aws kinesis put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("elasticfilesystem", "file-system"): (
        "aws efs put-file-system-policy --region {region} --file-system-id {id} --policy {document}"
    ),
    ("backup", "backup-vault"): (
        "aws backup put-backup-vault-access-policy --region {region} --backup-vault-name {id} --policy {document}"
    ),
    ("events", "event-bus"): ("aws events put-permission --region {region} --event-bus-name {id} --policy {document}"),
}
"""Resource-based policies, by service and resource type (the part of the ARN's resource before its first ``/`` or
``:``, empty where there is none)."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def can_deploy(holder_arn: str) -> bool:
    """Whether the table knows how to put a resource-based policy on this resource."""
    arn = parse_arn(holder_arn)
    return arn is not None and (arn.service, arn.resource_type) in _BY_RESOURCE


def command(attached: AttachedPolicy, layer: LayerName) -> str:
    """The call that deploys the document as it stands in its file; empty where no single call does (session policies).

    A part of a bigger file is cut out with ``jq`` (1.8 for a percent-encoded document).
    """
    template = _template(attached, layer)
    if template is None:
        return ""
    owner = attached.attached_to or attached.name
    arn = parse_arn(owner)
    quoted = {name: shlex.quote(value) for name, value in _parts(attached, owner, arn).items()}
    text = _text_of(attached.policy)
    return template.format(document=text.argument, policy_attribute=text.queue_attribute, **quoted)


def _template(attached: AttachedPolicy, layer: LayerName) -> str | None:
    if layer is LayerName.SESSION:
        return None
    by_type = _BY_TYPE.get(attached.policy.type)
    if by_type is not None:
        return by_type
    owner = parse_arn(attached.attached_to or "")
    if layer is LayerName.RESOURCE:
        return None if owner is None else _BY_RESOURCE.get((owner.service, owner.resource_type))
    if attached.arn is not None:
        return _MANAGED
    return None if owner is None else _INLINE.get(owner.resource_type)


def _parts(attached: AttachedPolicy, owner: str, arn: Arn | None) -> dict[str, str]:
    name = arn.name if arn is not None else owner
    region, account = (arn.region, arn.account) if arn is not None else ("", "")
    return {
        "arn": owner,
        "name": name,
        "id": arn.resource_id if arn is not None else owner,
        "region": region,
        "account": account,
        "policy": attached.name,
        "policy_arn": attached.arn or attached.name,
        "policy_id": (attached.arn or "POLICY_ID").rsplit("/", 1)[-1],
        "queue_url": queue_url(arn) if arn is not None else "",
    }


class _Text(NamedTuple):
    """Where the text of a document stands: a file, and the jq program that finds the document in it.

    ``text`` tells that the program gives a string that holds the document, not the document.
    """

    file: str
    program: str
    text: bool

    @property
    def argument(self) -> str:
        """The document as an argument of a command."""
        if self.program == ".":
            return f"file://{shlex.quote(self.file)}"
        return self._cut(self.program, "-r" if self.text else "-c")

    @property
    def queue_attribute(self) -> str:
        """The document as the value of SQS's attribute ``Policy``, which is a string."""
        return self._cut(f"{{Policy: {self.program if self.text else f'({self.program} | tojson)'}}}", "-c")

    def _cut(self, program: str, flag: str) -> str:
        return f'"$(jq {flag} {shlex.quote(program)} {shlex.quote(self.file)})"'


def _text_of(policy: Policy) -> _Text:
    place = policy.location
    origin = place.source.origin
    if origin is None or not isinstance(origin.offsets, EmbeddedOffsets):
        return _Text(_unpacked(place.source.name), jq_path(place.path), text=False)
    outer = origin.offsets.location
    decode = " | @urid" if origin.offsets.percent_encoded else ""
    return _Text(_unpacked(outer.source.name), jq_path(outer.path) + decode, text=True)


def _unpacked(file: str) -> str:
    """The file that an edit of a compressed one ends up in: it must be unpacked first, and jq reads no other."""
    return file.removesuffix(".gz")


def jq_path(path: DocumentPath) -> str:
    """A path as a jq program."""
    steps = "".join(_jq_step(step) for step in path)
    return steps if steps.startswith(".") else f".{steps}"


def _jq_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN_NAME.fullmatch(step):
        return f".{step}"
    escaped = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'
