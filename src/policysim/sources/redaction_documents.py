"""Policy documents with pseudonyms: effects, actions, operators and AWS's own condition keys stay.

Source: IAM User Guide, reference_policies_elements and reference_policies_condition-keys; Service Authorization
Reference for the keys of services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.condition_keys import condition_key
from policysim.language.embedding import is_document
from policysim.language.operators import Family, operator_named
from policysim.language.reader import POLICY_ELEMENTS
from policysim.language.statement_reader import STATEMENT_ELEMENTS
from policysim.sources.given_folder import document_or_text
from policysim.sources.redaction_texts import action_of, folded, key_of, tag_key_of, text_of
from policysim.sources.redaction_vocabulary import is_measure, is_service_principal

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.sources.redaction_texts import Reader, Writer

_ELEMENTS: Final = frozenset(map(folded, (*POLICY_ELEMENTS, *STATEMENT_ELEMENTS)))
_KEPT_VALUES: Final = {"version": frozenset({"2008-10-17", "2012-10-17"}), "effect": frozenset({"allow", "deny"})}
_ACTIONS: Final = frozenset({"action", "notaction"})
_PRINCIPALS: Final = frozenset({"principal", "notprincipal"})
_SERVICE: Final = "service"
_PRINCIPAL_TYPES: Final = frozenset({"aws", "canonicaluser", "federated", _SERVICE})
_TAG_KEYS: Final = "aws:tagkeys"
_MEASURED_TYPES: Final = frozenset({"Bool", "Date", "Numeric"})
_MEASURED: Final = frozenset({Family.NUMERIC, Family.DATE, Family.BOOL, Family.NULL})
_BY_SIZE: Final = _MEASURED - {Family.NULL}
_ACCOUNT_ID_SIZE: Final = 12

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
            value = document_or_text(value)
        if not isinstance(value, dict):
            return self.any(value)
        return {
            self._name(name): self._statements(one) if folded(name) == "statement" else self._element(name, one)
            for name, one in value.items()
        }

    def any(self, value: object) -> object:
        """Any value: every string in it is a text with names, and so are the names of members and whole numbers."""
        if isinstance(value, str):
            return text_of(value, self.hand)
        if isinstance(value, list):
            return [self.any(one) for one in value]
        if isinstance(value, dict):
            return {text_of(name, self.hand): self.any(one) for name, one in value.items()}
        return number_of(value, self.hand)

    def condition_value(self, key: str, value: object, operator: str = "") -> object:
        """The value of a condition key, or a list of them, as a document or a request has it."""
        lower = folded(key)
        if lower == _TAG_KEYS:
            return _each(value, lambda one: tag_key_of(one, self.hand) if isinstance(one, str) else self._text(one))
        if lower in KEPT_KEYS:
            return value
        tag = lower.partition("/")[2]
        measured = _family(operator) in _MEASURED or (tag and tag in self.hand.sized) or _is_measured(lower)
        return _each(value, self._measure if measured else self._text)

    def tags(self, value: dict[str, object]) -> dict[str, object]:
        """Tags by their keys; a value that a policy compares as a number or date stays."""
        return {tag_key_of(key, self.hand): self.tag_value(key, one) for key, one in value.items()}

    def tag_value(self, key: str, value: object) -> object:
        """The value of one tag."""
        return self._measure(value) if folded(key) in self.hand.sized else self.any(value)

    def _statements(self, value: object) -> object:
        if isinstance(value, list):
            return [self._statements(one) for one in value]
        if not isinstance(value, dict):
            return self.any(value)
        return {self._name(name): self._element(name, one) for name, one in value.items()}

    def _name(self, name: str) -> str:
        """The name of an element; one that policies do not have is somebody's own word."""
        return name if folded(name) in _ELEMENTS else text_of(name, self.hand)

    def _element(self, name: str, value: object) -> object:
        element = folded(name)
        if element in _KEPT_VALUES and isinstance(value, str) and folded(value) in _KEPT_VALUES[element]:
            return value
        if element in _ACTIONS:
            return _each(value, lambda one: action_of(one, self.hand) if isinstance(one, str) else self.any(one))
        if element in _PRINCIPALS and isinstance(value, dict):
            return dict(self._principals(kind, one) for kind, one in value.items())
        if element == "condition" and isinstance(value, dict):
            return dict(self._condition(operator, one) for operator, one in value.items())
        return self.any(value)

    def _principals(self, kind: str, value: object) -> tuple[str, object]:
        type_ = folded(kind)
        change = self._service if type_ == _SERVICE else self.any
        return (kind if type_ in _PRINCIPAL_TYPES else text_of(kind, self.hand)), _each(value, change)

    def _service(self, value: object) -> object:
        return value if isinstance(value, str) and is_service_principal(value) else self.any(value)

    def _condition(self, operator: str, value: object) -> tuple[str, object]:
        name = operator if _family(operator) is not None else text_of(operator, self.hand)
        if not isinstance(value, dict):
            return name, self.any(value)
        if _family(operator) in _BY_SIZE:
            self.hand.sized |= {folded(key.partition("/")[2]) for key in value} - {""}
        return name, {key_of(key, self.hand): self.condition_value(key, one, operator) for key, one in value.items()}

    def _measure(self, value: object) -> object:
        """A number, a date, a yes or no as it stands; the id of an account has its pseudonym all the same."""
        text = _written(value)
        if text is None or not is_measure(text) or (len(text) == _ACCOUNT_ID_SIZE and self.hand.is_name(text)):
            return self._text(value)
        return value

    def _text(self, value: object) -> object:
        """A value that is compared as text, however it is written."""
        return value if isinstance(value, bool) else self.any(value)


def number_of(value: object, hand: Reader | Writer) -> object:
    """A whole number with the pseudonym of its digits, as the id of an account can be one; any other value stays."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return int(text_of(str(value), hand))


def _written(value: object) -> str | None:
    """A string, a number or a truth value as JSON writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else None


def _family(operator: str) -> Family | None:
    found = operator_named(operator)
    return None if found is None else found.base.family


def _is_measured(key: str) -> bool:
    known = condition_key(key)
    return known is not None and known.type in _MEASURED_TYPES


def _each(value: object, change: Callable[[Any], object]) -> object:
    return [_each(one, change) for one in value] if isinstance(value, list) else change(value)
