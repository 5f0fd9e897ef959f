"""Policy documents with pseudonyms: effects, actions, operators and AWS's own condition keys stay.

Source: IAM User Guide, reference_policies_elements and reference_policies_condition-keys; Service Authorization
Reference for the keys of services.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from policysim.catalog.condition_keys import condition_key
from policysim.language.embedding import is_document
from policysim.sources.redaction_texts import folded, key_of, tag_key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.sources.redaction_texts import Reader, Writer

_KEPT_ELEMENTS: Final = frozenset({"version", "effect", "action", "notaction"})
_PRINCIPALS: Final = frozenset({"principal", "notprincipal"})
_SERVICE: Final = "service"
_TAG_KEYS: Final = "aws:tagkeys"
_KEPT_TYPES: Final = frozenset({"Bool", "Date", "Numeric"})
_KEPT_OPERATORS: Final = ("numeric", "date", "bool", "null")

KEPT_KEYS: Final = frozenset(
    """
    aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:PrincipalServiceName aws:PrincipalServiceNamesList
    aws:PrincipalType aws:RequestedRegion aws:SourceVpcRegion backup:CopyTargetRegion cognito-identity.amazonaws.com:amr
    ec2:AccepterVpcRegion ec2:Attribute ec2:AuthenticationType ec2:CreateAction ec2:InstanceMarketType ec2:InstanceType
    ec2:MetadataHttpEndpoint ec2:MetadataHttpTokens ec2:Region ec2:RootDeviceType ec2:Tenancy ec2:VolumeType
    iam:AWSServiceName iam:PassedToService kms:CallerType kms:CustomerMasterKeySpec kms:CustomerMasterKeyUsage
    kms:DataKeyPairSpec kms:EncryptionAlgorithm kms:ExpirationModel kms:GrantConstraintType kms:GrantOperations
    kms:KeyAgreementAlgorithm kms:KeyOrigin kms:KeySpec kms:KeyUsage kms:MacAlgorithm kms:MessageType kms:ReplicaRegion
    kms:RequestAlias kms:SigningAlgorithm kms:ViaService kms:WrappingAlgorithm kms:WrappingKeySpec
    lambda:FunctionUrlAuthType organizations:PolicyType organizations:ServicePrincipal ram:RequestedResourceType
    ram:ResourceType s3:AccessPointNetworkOrigin s3:LocationConstraint s3:TlsVersion s3:authType
    s3:object-lock-mode s3:signatureversion s3:x-amz-acl s3:x-amz-metadata-directive s3:x-amz-object-ownership
    s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class
    sns:Protocol
    """.lower().split()
) - {"kms:requestalias"}
"""Keys whose values are AWS's own: services, Regions, algorithms, kinds of things."""


class Redactor(NamedTuple):
    """Documents and their parts, read or written by one hand."""

    hand: Reader | Writer

    def document(self, value: object) -> object:
        """A policy document: an object, or a text that AWS prints one in; an object comes out where it can be read."""
        if isinstance(value, str) and is_document(value):
            text = value if value.lstrip().startswith("{") else unquote(value)
            try:
                value = json.loads(text)
            except ValueError:
                return text_of(text, self.hand)
        if not isinstance(value, dict):
            return self.any(value)
        return {
            name: self._statements(one) if folded(name) == "statement" else self._element(name, one)
            for name, one in value.items()
        }

    def any(self, value: object) -> object:
        """Any value: every string in it is a text with names."""
        if isinstance(value, str):
            return text_of(value, self.hand)
        if isinstance(value, list):
            return [self.any(one) for one in value]
        return {name: self.any(one) for name, one in value.items()} if isinstance(value, dict) else value

    def condition_value(self, key: str, value: object, operator: str = "") -> object:
        """The value of a condition key, or a list of them, as a document or a request has it."""
        lower = folded(key)
        if lower == _TAG_KEYS:
            return _each(value, lambda text: tag_key_of(text, self.hand))
        return value if _stays(lower, operator) else self.any(value)

    def tags(self, value: dict[str, object]) -> dict[str, object]:
        """Tags by their keys; a value that a policy compares as a number or date stays."""
        return {tag_key_of(key, self.hand): self.tag_value(key, one) for key, one in value.items()}

    def tag_value(self, key: str, value: object) -> object:
        """The value of one tag."""
        return value if folded(key) in self.hand.sized else self.any(value)

    def _statements(self, value: object) -> object:
        if isinstance(value, list):
            return [self._statements(one) for one in value]
        if not isinstance(value, dict):
            return self.any(value)
        return {name: self._element(name, one) for name, one in value.items()}

    def _element(self, name: str, value: object) -> object:
        element = folded(name)
        if element in _KEPT_ELEMENTS:
            return value
        if element in _PRINCIPALS and isinstance(value, dict):
            return {kind: one if folded(kind) == _SERVICE else self.any(one) for kind, one in value.items()}
        if element == "condition" and isinstance(value, dict):
            return {operator: self._condition(operator, one) for operator, one in value.items()}
        return self.any(value)

    def _condition(self, operator: str, value: object) -> object:
        if not isinstance(value, dict):
            return self.any(value)
        if _is_compared_by_size(operator):
            self.hand.sized |= {folded(key.partition("/")[2]) for key in value}
        return {key_of(key, self.hand): self.condition_value(key, one, operator) for key, one in value.items()}


def _stays(key: str, operator: str) -> bool:
    if key in KEPT_KEYS or _is_compared_by_size(operator):
        return True
    known = condition_key(key)
    return known is not None and known.type in _KEPT_TYPES


def _is_compared_by_size(operator: str) -> bool:
    return folded(operator).rpartition(":")[2].startswith(_KEPT_OPERATORS)


def _each(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, list):
        return [_each(one, change) for one in value]
    return change(value) if isinstance(value, str) else value
