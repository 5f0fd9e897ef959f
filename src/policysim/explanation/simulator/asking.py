"""The same question in the words of AWS's policy simulator: which operation, and with which documents and keys.

``SimulatePrincipalPolicy`` evaluates what is attached in the account now, ``SimulateCustomPolicy`` the documents that
are sent. Each statement that is sent stands on a line of its own, so that the line of a match names the statement.
Source: IAM API reference, SimulatePrincipalPolicy, SimulateCustomPolicy, ContextEntry; IAM User Guide,
access_policies_testing-policies.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.layers import LayerName
from policysim.language.arns import parse_arn
from policysim.language.locator import locate
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet
    from policysim.language.request import Principal, Request, RequestContext

PRINCIPAL: Final = "SimulatePrincipalPolicy"
CUSTOM: Final = "SimulateCustomPolicy"

IDENTITY_LIST: Final = "PolicyInputList"
BOUNDARY_LIST: Final = "PermissionsBoundaryPolicyInputList"
SCP_LIST: Final = "OrderedOrganizationPolicyInputList"
RESOURCE_POLICY: Final = "ResourcePolicy"

WITH_RESOURCE_POLICIES: Final = frozenset({"glacier", "s3", "sns", "sqs"})
"""The services whose resource-based policies the simulator evaluates."""

_SCP_DOCUMENTS: Final = "ServiceControlPolicyInputList"
_LIVE: Final = "it asks about the policies that are attached in the account now"
_TYPES: Final = {
    "String": "string",
    "ARN": "string",
    "Bool": "boolean",
    "Numeric": "numeric",
    "Date": "date",
    "IPAddress": "ip",
    "Binary": "binary",
}
"""The simulator's word for the type of a key; it has none for ARNs."""

_ANY_RESOURCE: Final = "*"
_SIMULATED: Final = frozenset({PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


class CannotAskError(ValueError):
    """The simulator has no way to be asked this; the text says why."""


class SentDocument(NamedTuple):
    """A document that was sent, and what AWS calls it in its answer; ``lines`` are the statements by line."""

    name: str
    attached: AttachedPolicy
    layer: LayerName
    node: str
    text: str
    lines: Mapping[int, int]


class SimulatorQuestion(NamedTuple):
    """What is sent: the operation with its parameters, why that one, and the documents among the parameters.

    ``left_out`` are the layers that the simulator is not shown and does not look at by itself.
    """

    operation: str
    why: str
    parameters: Mapping[str, Any]
    sent: tuple[SentDocument, ...]
    left_out: frozenset[LayerName]


def question_of(
    request: Request, policies: PolicySet, *, custom_because: str | None = None, takes_scps: bool = True
) -> SimulatorQuestion:
    """The question for a situated request and the policies that apply to it.

    ``custom_because`` says why the policies at hand must be sent in the place of those in the account; ``takes_scps``
    is false where the client at hand cannot send service control policies.

    Raises:
        CannotAskError: the caller is neither a user nor a role, or a document cannot be sent.
    """
    entity = _entity(request.principal)
    parameters: dict[str, Any] = {"ActionNames": [request.action], "ContextEntries": context_entries(request.context)}
    if request.resource.arn != _ANY_RESOURCE:
        parameters["ResourceArns"] = [request.resource.arn]
    resource = _resource_policy(request, policies)
    left_out = {LayerName.RCP, LayerName.VPCE, LayerName.SESSION}
    sent = []
    if resource is None:
        left_out.add(LayerName.RESOURCE)
    else:
        sent.append(resource)
        parameters |= {RESOURCE_POLICY: resource.text, "CallerArn": entity, **_owner(request)}
    if custom_because is None:
        return SimulatorQuestion(
            PRINCIPAL, _LIVE, {"PolicySourceArn": entity, **parameters}, tuple(sent), frozenset(left_out)
        )
    documents = _custom(policies, takes_scps=takes_scps)
    if not any(document.layer is LayerName.SCP for document in documents):
        left_out.add(LayerName.SCP)
    parameters |= _lists(documents)
    return SimulatorQuestion(CUSTOM, custom_because, parameters, (*sent, *documents), frozenset(left_out))


def _entity(principal: Principal) -> str:
    """The ARN of the user or role that is asked about: the simulator knows no sessions."""
    if principal.kind not in _SIMULATED:
        raise CannotAskError("AWS's policy simulator answers for users and roles only, not for other callers")
    entity = principal.arn if principal.kind is PrincipalKind.USER else principal.entity_arn
    if entity is None:
        raise CannotAskError("AWS's policy simulator needs the ARN of the user or role behind the caller")
    return entity


def asked_resource(question: SimulatorQuestion) -> str | None:
    """The ARN that is asked about; ``None`` for a question about no single resource."""
    arns: list[str] = question.parameters.get("ResourceArns", [])
    return arns[0] if arns else None


def context_entries(context: RequestContext) -> list[dict[str, Any]]:
    """The keys whose values are known, with their types; one that is absent or unknown is left out."""
    return [_entry(key, value) for key, value in context.items() if isinstance(value, tuple) and value]


def _entry(key: str, values: tuple[str, ...]) -> dict[str, Any]:
    known = CATALOGUE.condition_key(key)
    word = _TYPES.get(known.type, "string") if known is not None else "string"
    several = len(values) > 1 or (known is not None and known.multivalued)
    return {
        "ContextKeyName": key,
        "ContextKeyValues": list(values),
        "ContextKeyType": f"{word}List" if several else word,
    }


def _resource_policy(request: Request, policies: PolicySet) -> SentDocument | None:
    """The resource-based policy: the simulator takes one, for users, and of a few services."""
    layer, arn = policies.get(LayerName.RESOURCE), parse_arn(request.resource.arn)
    if layer is None or request.principal.kind is not PrincipalKind.USER:
        return None
    if arn is None or arn.service not in WITH_RESOURCE_POLICIES:
        return None
    for level in layer.levels:
        for attached in level.policies:
            if not attached.policy.location.source.written_here:
                return _sent(RESOURCE_POLICY, attached, LayerName.RESOURCE, level.node)
    return None


def _owner(request: Request) -> dict[str, str]:
    """Whose the resource is, where its ARN does not tell."""
    owner, arn = request.resource.account, parse_arn(request.resource.arn)
    if owner is None or arn is None or arn.account:
        return {}
    return {"ResourceOwner": f"arn:{arn.partition}:iam::{owner}:root"}


def _custom(policies: PolicySet, *, takes_scps: bool) -> tuple[SentDocument, ...]:
    """The documents at hand of the layers that the simulator takes."""
    found = [*_of_list(IDENTITY_LIST, LayerName.IDENTITY, policies.get(LayerName.IDENTITY))]
    found += _of_list(BOUNDARY_LIST, LayerName.BOUNDARY, policies.get(LayerName.BOUNDARY))
    if takes_scps:
        found += _of_list(SCP_LIST, LayerName.SCP, policies.get(LayerName.SCP))
    return tuple(found)


def _of_list(name: str, layer: LayerName, held: LayerPolicies | None) -> Iterator[SentDocument]:
    number = 0
    for level in held.levels if held is not None else ():
        for attached in level.policies:
            number += 1
            yield _sent(f"{name}.{number}", attached, layer, level.node)


def _lists(documents: Iterable[SentDocument]) -> dict[str, Any]:
    """The lists of documents as parameters; service control policies level by level, from the root down."""
    found: dict[str, Any] = {IDENTITY_LIST: []}
    levels: dict[str, list[str]] = {}
    for document in documents:
        if document.layer is LayerName.SCP:
            levels.setdefault(document.node, []).append(document.text)
        else:
            found.setdefault(document.name.partition(".")[0], []).append(document.text)
    if levels:
        found[SCP_LIST] = [{_SCP_DOCUMENTS: texts} for texts in levels.values()]
    return found


def _sent(name: str, attached: AttachedPolicy, layer: LayerName, node: str) -> SentDocument:
    text, lines = _one_statement_a_line(attached)
    return SentDocument(name, attached, layer, node, text, lines)


def _one_statement_a_line(attached: AttachedPolicy) -> tuple[str, dict[int, int]]:
    """The document as JSON with each statement on a line of its own, and which statement stands on which line."""
    if attached.policy.unresolved:
        raise CannotAskError(f"`{attached.name}` has values that only AWS fills in: it cannot be sent to the simulator")
    try:
        document = json.loads(locate(attached.policy.location).text)
    except ValueError:
        raise CannotAskError(f"`{attached.name}` is not written in JSON: it cannot be sent to the simulator") from None
    statements = document.pop("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    head = [f"{json.dumps(name)}: {json.dumps(value)}," for name, value in document.items()]
    rows = [json.dumps(statement) + ("," if number < len(listed) else "") for number, statement in enumerate(listed, 1)]
    first = len(head) + 3  # the opening brace, the head, and the name of the list stand before it
    text = "\n".join(["{", *head, '"Statement": [', *rows, "]", "}"])
    return text, {first + number: number for number in range(len(listed))}
