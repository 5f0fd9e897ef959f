"""The AWS CLI call that puts an edited document into force: a table by kind of document.

Source: AWS CLI command reference; the calls are in ``deployment_calls``.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from policysim.account.policy_calls import queue_url
from policysim.catalog.quotas import VERSIONS_OF_MANAGED_POLICY
from policysim.evaluation.layers import LayerName
from policysim.explanation.fixes.deployment_calls import (
    ATTACH,
    BY_RESOURCE,
    BY_TYPE,
    DELETE_VERSION,
    INLINE,
    MANAGED,
    NEW_BOUNDARY,
    NEW_MANAGED,
    PERMISSION_SET,
    TO_REPLACE,
)
from policysim.explanation.fixes.documents import permission_set_of
from policysim.explanation.fixes.lambda_permissions import is_function
from policysim.language.arns import parse_arn
from policysim.language.embedding import EmbeddedOffsets
from policysim.language.locator import locate

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.language.arns import Arn
    from policysim.language.policy import Policy
    from policysim.language.source import DocumentPath

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def can_deploy(holder_arn: str) -> bool:
    """Whether a call is known that puts a resource-based policy on this resource."""
    arn = parse_arn(holder_arn)
    return is_function(holder_arn) or (arn is not None and (arn.service, arn.resource_type) in BY_RESOURCE)


def command(attached: AttachedPolicy, layer: LayerName, *, new: bool = False) -> str:
    """The call that deploys the document as it stands in its file; empty where no single call does (session policies).

    A part of a bigger file is cut out with ``jq`` (1.8 for a percent-encoded document), and what stands in no file is
    written out: then ``attached`` holds the document as it is to be. ``new``: the document does not
    exist in AWS yet.
    """
    template = _template(attached, layer, new=new)
    if template is None:
        return ""
    owner = attached.attached_to or attached.name
    quoted = {name: shlex.quote(value) for name, value in _parts(attached, owner, parse_arn(owner)).items()}
    text = _text_of(attached.policy)
    version = None if new or template is not MANAGED else _version_to_delete(attached.policy)
    made_room = "" if version is None else DELETE_VERSION.format(version=shlex.quote(version), **quoted)
    return made_room + template.format(document=text.argument, policy_attribute=text.queue_attribute, **quoted)


def attach_command(attached: AttachedPolicy, node: str) -> str:
    """The call that attaches a policy of the organisation to one of its nodes."""
    return ATTACH.format(policy_id=shlex.quote(_policy_id(attached)), name=shlex.quote(node))


def _template(attached: AttachedPolicy, layer: LayerName, *, new: bool) -> str | None:
    if layer is LayerName.SESSION:
        return None
    by_type = BY_TYPE.get(attached.policy.type)
    if by_type is not None:
        return by_type
    owner = parse_arn(attached.attached_to or "")
    if layer is LayerName.RESOURCE:
        return None if owner is None else _of_resource((owner.service, owner.resource_type), new=new)
    if attached.arn is not None:
        if not new:
            return MANAGED
        calls = NEW_BOUNDARY if layer is LayerName.BOUNDARY else NEW_MANAGED
        return None if owner is None else calls.get(owner.resource_type)
    if permission_set_of(attached.attached_to or "") is not None:
        return PERMISSION_SET
    return None if owner is None else INLINE.get(owner.resource_type)


def _of_resource(kind: tuple[str, str], *, new: bool) -> str | None:
    call = BY_RESOURCE.get(kind)
    return call if call is None or new else call + TO_REPLACE.get(kind, "")


def _version_to_delete(policy: Policy) -> str | None:
    """The oldest version of a managed policy that is not in force, where the collection shows as many as AWS keeps."""
    place = policy.location
    *above, versions, _, document = ("", "", "", *place.path)
    if (versions, document) != ("PolicyVersionList", "Document"):
        return None
    listed = json.loads(locate(place._replace(path=(*above[3:], versions))).text)
    others = [one for one in listed if not one.get("IsDefaultVersion") and one.get("VersionId")]
    if len(listed) < VERSIONS_OF_MANAGED_POLICY or not others:
        return None
    return str(min(others, key=_age)["VersionId"])


def _age(version: dict[str, str]) -> tuple[str, int]:
    number = version["VersionId"].removeprefix("v")
    return str(version.get("CreateDate", "")), int(number) if number.isdecimal() else 0


def _policy_id(attached: AttachedPolicy) -> str:
    return (attached.arn or "POLICY_ID").rsplit("/", 1)[-1]


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
        "policy_id": _policy_id(attached),
        "queue_url": queue_url(arn) if arn is not None else "",
    }


class _Text(NamedTuple):
    """Where the text of a document stands: a file, and the jq program that finds the document in it.

    ``text`` tells that the program gives a string that holds the document, not the document. ``literal`` is the
    document itself, of one that stands in no file.
    """

    file: str
    program: str
    text: bool
    literal: str = ""

    @property
    def argument(self) -> str:
        """The document as an argument of a command."""
        if self.literal:
            return shlex.quote(self.literal)
        if self.program == ".":
            return f"file://{shlex.quote(self.file)}"
        return self._cut(self.program, "-r" if self.text else "-c")

    @property
    def queue_attribute(self) -> str:
        """The document as the value of SQS's attribute ``Policy``, which is a string."""
        if self.literal:
            return shlex.quote(json.dumps({"Policy": self.literal}))
        return self._cut(f"{{Policy: {self.program if self.text else f'({self.program} | tojson)'}}}", "-c")

    def _cut(self, program: str, flag: str) -> str:
        return f'"$(jq {flag} {shlex.quote(program)} {shlex.quote(self.file)})"'


def _text_of(policy: Policy) -> _Text:
    place = policy.location
    origin = place.source.origin
    if place.source.written_here:
        return _Text("", "", text=False, literal=json.dumps(json.loads(locate(place).text)))
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
