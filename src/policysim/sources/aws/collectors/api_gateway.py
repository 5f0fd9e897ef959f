r"""Policies of REST APIs and of private custom domain names of API Gateway.

API Gateway prints a policy as the inside of a JSON string: every ``"`` of it has a ``\`` before it. HTTP and WebSocket
APIs have no policies. A private API without a policy lets nobody in, which is no state that a policy can say: it is a
gap.

Source: API Gateway API Reference, GetRestApis and GetDomainNames; Developer Guide, apigateway-resource-policies,
apigateway-private-api-create and apigateway-private-custom-domains; spec R4.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.joined_policies import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_PRIVATE: Final = "PRIVATE"
_ABBREVIATED: Final = "execute-api:/"
"""How a policy may name the API that it hangs on; API Gateway puts the ARN in its place."""

WITHOUT_POLICY: Final = "a private API without a policy"
UNREADABLE: Final = "a policy that is no JSON"


def _rest_apis(reading: Reading) -> Iterator[Entry]:
    for api in reading.items("apigateway", "get_rest_apis", "items"):
        arn = f"{_service_arn(reading)}:{api['id']}"
        key = f"{arn}/*"
        if not api.get("policy") and _is_private(api):
            reading.gaps.append(CollectionGap(key, "apigateway:GetRestApis", WITHOUT_POLICY))
            continue
        yield from _entry(key, arn, api.get("policy"), "apigateway:GetRestApis", reading)


def _domain_names(reading: Reading) -> Iterator[Entry]:
    """Only private domain names have policies, and an id by which their ARN knows them."""
    for domain in reading.items("apigateway", "get_domain_names", "items", resourceOwner="SELF"):
        if domain.get("domainNameId"):
            arn = f"{_service_arn(reading)}:/domainnames/{domain['domainName']}+{domain['domainNameId']}"
            yield from _entry(arn, arn, domain.get("policy"), "apigateway:GetDomainNames", reading)


def _service_arn(reading: Reading) -> str:
    place = reading.place
    return f"arn:{place.partition}:execute-api:{place.region}:{place.account_id}"


def _is_private(api: dict[str, Any]) -> bool:
    return _PRIVATE in (api.get("endpointConfiguration") or {}).get("types", ())


def _entry(key: str, arn: str, policy: str | None, call: str, reading: Reading) -> Iterator[Entry]:
    try:
        yield Entry(Part.RESOURCE_POLICIES, (key,), joined([read_policy(policy, arn)]))
    except ValueError:
        reading.gaps.append(CollectionGap(key, call, UNREADABLE))


def read_policy(text: str | None, arn: str) -> dict[str, Any] | None:
    r"""The document in the text that API Gateway printed; ``arn`` takes the place of ``execute-api:`` before a path.

    Raises:
        ValueError: it is no JSON object, with ``\`` before its quotes or without.
    """
    if not text:
        return None
    try:
        document = json.loads(text)
    except ValueError:
        document = json.loads(json.loads(f'"{text}"'))
    if not isinstance(document, dict):
        raise ValueError  # noqa: TRY004  # the text is wrong, not the type of an argument
    statements = document.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        for member in ("Resource", "NotResource"):
            if isinstance(statement, dict) and member in statement:
                statement[member] = _whole(statement[member], arn)
    return document


def _whole(resource: object, arn: str) -> object:
    if isinstance(resource, list):
        return [_whole(one, arn) for one in resource]
    if isinstance(resource, str) and resource.startswith(_ABBREVIATED):
        return f"{arn}/{resource.removeprefix(_ABBREVIATED)}"
    return resource


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="rest-apis",
        services=("execute-api",),
        client="apigateway",
        scope=Scope.REGION,
        actions=("apigateway:GET",),
        what="policies of REST APIs",
        collect=_rest_apis,
    ),
    Collector(
        name="domain-names",
        services=("execute-api",),
        client="apigateway",
        scope=Scope.REGION,
        actions=("apigateway:GET",),
        what="policies of private domain names",
        collect=_domain_names,
    ),
)
