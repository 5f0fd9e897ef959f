"""From an API call as CloudTrail names it to the IAM actions that it needs, with the rule that told them.

Four rules in this order: a reviewed exception; the operation's own name under the event source as prefix; the same
under the prefix that the source stands for; the HTTP verb, for Amazon API Gateway. The catalogue is the judge whether
an action exists, and how it is spelled. What no rule finds is unmapped, and never guessed.
Source: Service Authorization Reference; API Gateway Developer Guide, api-gateway-iam-policy-resource; spec A7, A8.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import prefix_candidates
from policysim.catalog.fact_files import rows_of
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operation_exceptions import ACTIONS_BY_OPERATION, CHOICES_BY_OPERATION, NO_ACTION_REASONS
from policysim.catalog.s3_operations import VERSIONED_ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable


API_DATE: Final = re.compile(r"_?\d{4}_?\d{2}_?\d{2}(v\d+)?$")
"""An API date at the end of an event name (`CreateFunction20150331`, `GetFunction20150331v2`)."""

API_GATEWAY: Final = "apigateway"
"""The prefix of the one service whose actions are HTTP verbs."""


class OperationRule(Enum):
    """How the actions of an operation were found; the value is the word for reports."""

    REVIEWED_EXCEPTION = "reviewed exception"
    SAME_NAME = "same name"
    RENAMED_PREFIX = "same name under the renamed prefix"
    API_GATEWAY_VERB = "API Gateway verb rule"
    UNMAPPED = "unmapped"


class Operation(NamedTuple):
    """The IAM actions of one operation, and the rule that told them.

    ``actions`` are all needed, each on a resource of its own. ``choices`` are actions of which the request decides
    which ones are needed. ``prefixes`` are the service prefixes that were looked at, in their order. ``reason`` says,
    in one sentence, why there are neither actions nor choices.
    """

    actions: tuple[str, ...]
    rule: OperationRule
    prefixes: tuple[str, ...]
    choices: tuple[str, ...] = ()
    reason: str = ""


class ApiGatewayCall(NamedTuple):
    """One operation of API Gateway as an HTTP request: the verb, and the path with its parameters in braces."""

    verb: str
    path: str


_EXCEPTIONS: Final = {name.lower(): actions for name, actions in ACTIONS_BY_OPERATION.items()}
_CHOICES: Final = {name.lower(): actions for name, actions in CHOICES_BY_OPERATION.items()}
_REASONS: Final = {name.lower(): reason for name, reason in NO_ACTION_REASONS.items()}


@lru_cache(maxsize=4096)
def operation(event_source: str, event_name: str, *, of_version: bool = False) -> Operation:
    """The IAM actions that a call needs, by the event source and event name of its record.

    ``of_version`` tells that the request names a version of an S3 object, for which S3 has actions of its own.
    """
    prefixes, name = prefix_candidates(event_source), API_DATE.sub("", event_name)
    found = _reviewed(prefixes, name) or _of_the_same_name(prefixes, name) or _by_verb(prefixes, name)
    if found is None:
        tried = " or ".join(f"`{prefix}:{name}`" for prefix in prefixes)
        return Operation((), OperationRule.UNMAPPED, prefixes, reason=f"the catalogue lists no action {tried}")
    if of_version:
        versioned = tuple(VERSIONED_ACTIONS.get(action, action) for action in found.actions)
        return found._replace(actions=versioned)
    return found


def api_gateway_calls(event_name: str) -> tuple[ApiGatewayCall, ...]:
    """The HTTP requests of an API Gateway operation: of REST APIs, of HTTP and WebSocket APIs, or of both."""
    return _api_gateway_table().get(event_name.lower(), ())


def _reviewed(prefixes: Iterable[str], name: str) -> Operation | None:
    """The row of the reviewed tables for the operation."""
    tried, rule = tuple(prefixes), OperationRule.REVIEWED_EXCEPTION
    for full_name in (f"{prefix}:{name}".lower() for prefix in tried):
        if full_name in _EXCEPTIONS:
            return Operation(_EXCEPTIONS[full_name], rule, tried)
        if full_name in _CHOICES:
            reason = "what the request asks for decides which actions it needs"
            return Operation((), rule, tried, _CHOICES[full_name], reason)
        if full_name in _REASONS:
            return Operation((), rule, tried, reason=_REASONS[full_name])
    return None


def _of_the_same_name(prefixes: tuple[str, ...], name: str) -> Operation | None:
    """The action with the operation's own name under the first prefix that has it."""
    for position, prefix in enumerate(prefixes):
        action = CATALOGUE.canonical_action(f"{prefix}:{name}")
        if action is not None:
            rule = OperationRule.RENAMED_PREFIX if position else OperationRule.SAME_NAME
            return Operation((action,), rule, prefixes)
    return None


def _by_verb(prefixes: tuple[str, ...], name: str) -> Operation | None:
    """The HTTP verb of an API Gateway operation; none where REST and HTTP APIs differ in it."""
    if API_GATEWAY not in prefixes:
        return None
    verbs = {call.verb for call in api_gateway_calls(name)}
    return (
        Operation((f"{API_GATEWAY}:{verbs.pop()}",), OperationRule.API_GATEWAY_VERB, prefixes)
        if len(verbs) == 1
        else None
    )


@lru_cache(maxsize=1)
def _api_gateway_table() -> dict[str, tuple[ApiGatewayCall, ...]]:
    table: dict[str, tuple[ApiGatewayCall, ...]] = {}
    for name, verb, path in rows_of("api_gateway_operations"):
        table[name.lower()] = (*table.get(name.lower(), ()), ApiGatewayCall(verb, path))
    return table
