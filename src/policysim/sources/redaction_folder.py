"""The files of an account folder with pseudonyms: which members hold names, documents and tags, and which AWS's words.

Source: the layout of the account folder; IAM API reference, GetAccountAuthorizationDetails; KMS API reference,
GrantListEntry; S3 API reference, GetBucketAcl and GetAccessPoint.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from policysim.sources.redaction_documents import Redactor, number_of
from policysim.sources.redaction_texts import folded, is_aws_owned, tag_key_of, text_of
from policysim.sources.redaction_vocabulary import is_service_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from policysim.sources.redaction_texts import Reader, Writer

    Change = Callable[["FolderRedactor", Any], Any]

_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_ERROR_CODE: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:\.[A-Z][A-Za-z0-9]*)*")
_CALL: Final = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]*")
_PROGRAM: Final = re.compile(r"policysim [0-9][0-9A-Za-z.+-]*")
_PARTS: Final = re.compile(r"[0-9]+|users|groups|roles|policies")
"""The names that parts of the authorization details have in a snapshot."""
_MEMBER: Final = re.compile(r"[A-Za-z_]+")
_ARN: Final = "arn:"
_OWN_WORDS: Final = frozenset(
    ["Region", "Regions", "VPC", "account", "all", "and", "buckets", "else", "endpoints", "in", "of", "other", "queues"]
)
_DOCUMENTS: Final = frozenset({"AssumeRolePolicyDocument", "Document", "Policy", "PolicyDocument", "policy"})
_LEFT_OUT: Final = frozenset({"Description", "digest", "files"})
_KEPT: Final = frozenset(
    [
        "CreatedBy",
        "CreateDate",
        "CreationDate",
        "DefaultVersionId",
        "LastUsedDate",
        "NetworkOrigin",
        "Operations",
        "Permission",
        "PermissionsBoundaryType",
        "Region",
        "Status",
        "Type",
        "UpdateDate",
        "VersionId",
        "endpoint_type",
    ]
)
"""Members whose values are AWS's own, or dates."""
_DETAILS: Final = "authorization-details"
_MANAGED: Final = "managed-policies"
_POLICIES: Final = frozenset({"scps", "rcps"})
_FULL_ACCESS: Final = frozenset({"FullAWSAccess", "RCPFullAWSAccess"})
_LOG_GROUPS: Final = "http://acs.amazonaws.com/"
_ATTACHED: Final = (("PolicyName", "PolicyArn"), ("PolicyName", "Arn"), ("id", "arn"))
"""Members that belong to AWS where the ARN beside them does."""


class FolderRedactor:
    """Reads or writes the files of a folder with one hand; ``aws_managed`` are the names of AWS's policies in it."""

    def __init__(
        self, hand: Reader | Writer, *, aws_managed: Collection[str], keep_documents: Callable[[object], None]
    ) -> None:
        self._hand = hand
        self._aws_managed = aws_managed
        self._redactor = Redactor(hand)
        self._keep_documents = keep_documents

    def path(self, path: str) -> str:
        """The path of a file: the ids of accounts and the names of an organisation's policies have pseudonyms."""
        parts = path.split("/")
        if parts[0] == "accounts" and len(parts) > 1:
            parts[1] = text_of(parts[1], self._hand)
        if len(parts) > 1 and self._is_named_by_people(parts[-2], parts[-1].removesuffix(".json")):
            parts[-1] = text_of(parts[-1].removesuffix(".json"), self._hand) + ".json"
        return "/".join(parts)

    def _is_named_by_people(self, folder: str, stem: str) -> bool:
        if folder == _MANAGED:
            return stem not in self._aws_managed
        return folder in _POLICIES or (folder == _DETAILS and _PARTS.fullmatch(stem) is None)

    def file(self, path: str, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """The value of a file."""
        parts = path.split("/")
        folder = parts[-2] if len(parts) > 1 else ""
        stem = parts[-1].removesuffix(".json")
        if (folder == _MANAGED and stem in self._aws_managed) or (folder in _POLICIES and stem in _FULL_ACCESS):
            self._keep_documents(value)
            return value
        if folder in {*_POLICIES, _MANAGED}:
            return self._redactor.document(value)
        change = _BY_STEM.get(_DETAILS if folder == _DETAILS else stem)
        return self.by_name(value, self.any) if change is None else change(self, value)

    def any(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """A value whose members have the names that AWS gives them."""
        if isinstance(value, list):
            return [self.any(one) for one in value]
        if isinstance(value, dict):
            return self._object(value)
        if not isinstance(value, str):
            return number_of(value, self._hand)
        return value if _TIME.fullmatch(value) else text_of(value, self._hand)

    def by_name(self, value: Any, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # JSON values
        """A map whose keys are names, ARNs or ids."""
        if not isinstance(value, dict):
            return self.any(value)
        return {text_of(key, self._hand): change(one) for key, one in value.items()}

    def document(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """A policy document, or the ARN of a managed policy."""
        return self._redactor.document(value)

    def tags(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """Tags by their keys."""
        return self._redactor.tags(value) if isinstance(value, dict) else value

    def buckets(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """The settings of buckets: names have pseudonyms, and those in access control lists."""
        return self.by_name(value, self._bucket)

    def gaps(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """What was refused: an ARN, or words in which names have pseudonyms."""
        return [self._gap(one) for one in value] if isinstance(value, list) else value

    def _bucket(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        changes: dict[str, Callable[[Any], Any]] = {"acl": self.any, "objects": self._objects}
        return _members(value, changes, _same)

    def _objects(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        return self.by_name(value, self.any)

    def by(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        """Who collected: the ARN of a caller, or a program."""
        return value if isinstance(value, str) and _PROGRAM.fullmatch(value) else self.any(value)

    def _gap(self, value: Any) -> Any:  # noqa: ANN401  # JSON values
        if not isinstance(value, dict):
            return self.any(value)
        what, call, error = (str(value.get(name) or "") for name in ("what", "call", "error"))
        return {
            "what": text_of(what, self._hand) if what.startswith(_ARN) else self._sentence(what),
            "call": call if _CALL.fullmatch(call) and is_service_prefix(call.partition(":")[0]) else "",
            "error": error if _ERROR_CODE.fullmatch(error) and not self._hand.is_name(error) else "",
        }

    def _sentence(self, text: str) -> str:
        """Our own words about what was refused, such as ``queues of eu-west-1``; a name in them has its pseudonym."""
        ours = _words_of_collectors()
        return " ".join(word if word.rstrip(",:") in ours else text_of(word, self._hand) for word in text.split(" "))

    def _object(self, value: dict[str, Any]) -> dict[str, Any]:
        if is_aws_owned(value.get("Arn")) and "PolicyVersionList" in value:
            self._keep_documents(value["PolicyVersionList"])
            return value
        kept = {name for name, arn in _ATTACHED if is_aws_owned(value.get(arn))}
        pair = {"Key", "Value"} <= value.keys() and len(value) == 2
        if pair and isinstance(value["Key"], str):
            key = value["Key"]
            return {"Key": tag_key_of(key, self._hand), "Value": self._redactor.tag_value(key, value["Value"])}
        members = ((name, one) for name, one in value.items() if name not in _LEFT_OUT)
        return {self._member_name(name): self._member(name, one, kept) for name, one in members}

    def _member_name(self, name: str) -> str:
        return name if _MEMBER.fullmatch(name) else text_of(name, self._hand)

    def _member(self, name: str, value: Any, kept: set[str]) -> Any:  # noqa: ANN401  # JSON values
        if name in _KEPT or name in kept or (name == "URI" and str(value).startswith(_LOG_GROUPS)):
            return value
        if name in _DOCUMENTS and isinstance(value, (dict, str)):
            return self._redactor.document(value)
        if folded(name).startswith("encryptioncontext") and isinstance(value, dict):
            return self.by_name(value, self.any)
        return self.any(value)


@cache
def _words_of_collectors() -> frozenset[str]:
    """The words in which a snapshot tells what it reads, and so what was refused."""
    from policysim.sources.aws.snapshot.collectors import COLLECTORS  # noqa: PLC0415  # loads every collector

    return _OWN_WORDS | {word.rstrip(",") for collector in COLLECTORS for word in collector.what.split(" ")}


def _members(value: Any, changes: Mapping[str, Callable[[Any], Any]], other: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # JSON values
    if not isinstance(value, dict):
        return value
    return {name: changes.get(name, other)(one) for name, one in value.items() if name not in _LEFT_OUT}


def _same(value: Any) -> Any:  # noqa: ANN401  # JSON values
    return value


_OF_COLLECTION: Final[Mapping[str, Callable[[Any], Any]]] = dict.fromkeys(
    ("collected_at", "complete", "complete_tags", "format", "regions"), _same
)

_BY_STEM: Final[Mapping[str, Change]] = {
    "account": lambda redactor, value: _members(value, {"partition": _same}, redactor.any),
    "authorization-details": lambda redactor, value: redactor.any(value),
    "resource-policies": lambda redactor, value: redactor.by_name(value, redactor.document),
    "session-policies": lambda redactor, value: redactor.by_name(
        value, lambda listed: [redactor.document(one) for one in listed] if isinstance(listed, list) else listed
    ),
    "vpc-endpoints": lambda redactor, value: redactor.by_name(value, redactor.any),
    "tags": lambda redactor, value: redactor.by_name(value, redactor.tags),
    "kms-aliases": lambda redactor, value: redactor.by_name(value, redactor.any),
    "kms-grants": lambda redactor, value: redactor.by_name(value, redactor.any),
    "s3-public-access": lambda redactor, value: _members(value, {"buckets": redactor.buckets}, _same),
    "s3-access-points": lambda redactor, value: redactor.by_name(value, redactor.any),
    "organization": lambda redactor, value: _members(
        value, {"policies": lambda named: redactor.by_name(named, redactor.any)}, redactor.any
    ),
    "collection": lambda redactor, value: _members(
        value, {**_OF_COLLECTION, "gaps": redactor.gaps, "by": redactor.by}, redactor.any
    ),
}
