"""Context keys of the network path: through a VPC endpoint, or over the public endpoint of a service.

Source: IAM User Guide, reference_policies_condition-keys (page of 2026) and access_forward_access_sessions; spec C53,
C56.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.request import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.request import ContextValue, Request

ENDPOINT_KEYS: Final = (
    "aws:SourceVpce",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
)
"""The keys that a request through a VPC endpoint has, and no other."""

_EVERYWHERE: Final = frozenset(
    """
    acm-pca applicationinsights apprunner athena cloudformation comprehendmedical compute-optimizer datasync discovery
    ebs ecr ecs firehose healthlake iam iotfleetwise iotwireless kinesisanalytics kms lambda medical-imaging omics
    payment-cryptography polly rbin rekognition route53 s3 scheduler servicediscovery servicequotas ssm-contacts
    storagegateway textract transcribe transfer
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
_OF_ACCOUNTS: Final = _EVERYWHERE | {"dynamodb", "gamelift", "shield"}
_OF_ORGANISATIONS: Final = _OF_ACCOUNTS | frozenset(
    """
    b2bi cassandra cognito-identity dms ds-data identitystore iottwinmaker network-firewall pricing ses sms-voice sqs
    workmail
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
SUPPORTED_BY: Final[dict[str, frozenset[str]]] = {
    "aws:sourcevpcarn": _EVERYWHERE,
    "aws:vpceaccount": _OF_ACCOUNTS,
    "aws:vpceorgpaths": _OF_ACCOUNTS,
    "aws:vpceorgid": _OF_ORGANISATIONS,
}
"""The services, by prefix, whose requests through an endpoint have these keys; elsewhere they are absent.

Dated data: IAM User Guide, reference_policies_condition-keys, page of 2026.
"""

_WITHOUT: Final = "iam:passrole"
"""The one action of a supported service whose requests lack the keys."""

_KNOWN_BY: Final = ("aws:SourceVpce", "aws:SourceVpc", "aws:SourceVpcArn", "aws:VpcSourceIp")
"""The keys, one of which in a request tells that it came through an endpoint."""


def supports(key: str, action: str) -> bool:
    """Whether requests for the action can have the key of ``SUPPORTED_BY`` (both in lower case)."""
    return action.partition(":")[0] in SUPPORTED_BY[key] and action != _WITHOUT


def is_forwarded(request: Request) -> bool:
    """Whether the context says that a service forwards the call with the caller's credentials (spec C55)."""
    via = request.context.get("aws:ViaAWSService")
    if isinstance(via, tuple):
        return via == ("true",)
    chain = request.context.get("aws:CalledVia")
    return isinstance(chain, tuple) and bool(chain)


def _source_ip(request: Request) -> ContextValue | None:
    return ABSENT if any(isinstance(request.context.get(key), tuple) for key in _KNOWN_BY) else None


def _only_through_an_endpoint(request: Request) -> ContextValue | None:
    """Absent over a public endpoint, and of a call that a service forwards: it does not keep the first call's path."""
    context = request.context
    public = context.get("aws:SourceVpce") is ABSENT or isinstance(context.get("aws:SourceIp"), tuple)
    return ABSENT if public or is_forwarded(request) else None


def _where_supported(key: str) -> Callable[[Request], ContextValue | None]:
    def rule(request: Request) -> ContextValue | None:
        return _only_through_an_endpoint(request) if supports(key, request.action.lower()) else ABSENT

    return rule


NETWORK_KEYS: Final[dict[str, Callable[[Request], ContextValue | None]]] = {
    "aws:sourceip": _source_ip,
    "aws:sourcevpce": _only_through_an_endpoint,
    "aws:sourcevpc": _only_through_an_endpoint,
    "aws:vpcsourceip": _only_through_an_endpoint,
    **{key: _where_supported(key) for key in SUPPORTED_BY},
}
"""What each key follows from, in lower case; a rule answers ``None`` where nothing follows."""
