"""Requests that a folder's own policies speak of, as they are and with the pseudonyms of a redaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.language.arns import parse_arn
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.account.account import Organisation
    from policysim.language.policy import Policy
    from policysim.sources.redaction import Redaction


def requests_of(organisation: Organisation, context: Mapping[str, str]) -> Iterator[Request]:
    """Every caller with every pair of an action and a resource that a policy names, wildcards filled in two ways."""
    pairs = sorted({pair for policy in policies_of(organisation) for pair in _pairs(policy)})
    for caller in _callers(organisation):
        for action, resource in pairs:
            told = RequestContext(context, complete=True)
            yield Request(principal=caller, action=action, resource=Resource(arn=resource), context=told)


def policies_of(organisation: Organisation) -> Iterator[Policy]:
    for account in organisation.accounts.values():
        yield from (found.policy for found in (account.resource_policies or {}).values() if found is not None)
        if account.identities is not None:
            yield from account.identities.managed.values()
            for role in account.identities.roles.values():
                yield from role.inline.values()
            for user in account.identities.users.values():
                yield from user.inline.values()


def redacted_request(request: Request, redaction: Redaction) -> Request:
    caller, context = request.principal, request.context
    names = {"arn": caller.arn, "account": caller.account, "entity_arn": caller.entity_arn}
    changed: dict[str, Any] = {name: redaction.name(value) if value else value for name, value in names.items()}
    values = {
        redaction.key(key): [redaction.context_value(key, one) for one in found]
        for key, found in context.items()
        if isinstance(found, tuple)
    }
    return replace(
        request,
        principal=replace(caller, **changed),
        resource=Resource(arn=redaction.name(request.resource.arn)),
        context=RequestContext(values, complete=context.complete),
    )


def answer_of(request: Request, organisation: Organisation) -> tuple[object, ...]:
    """What is decided, which layers say what, and by which statements, without any name."""
    situation = situate(request, organisation)
    decision = decide(situation.request, situation.policies, CATALOGUE)
    checks = tuple((check.layer, check.verdict) for check in decision.checks)
    decided = tuple(sorted((match.layer.name, match.statement.index) for match in decision.statements))
    return (decision.effect, decision.layer, checks, decided, decision.possible, len(decision.gaps))


def _callers(organisation: Organisation) -> Iterator[Principal]:
    for account in organisation.accounts.values():
        identities = account.identities
        if identities is None:
            continue
        for user in identities.users:
            yield Principal(kind=PrincipalKind.USER, arn=user, account=account.id)
        for role in identities.roles:
            name = role.rpartition("/")[2]
            session = f"arn:aws:sts::{account.id}:assumed-role/{name}/ops-session"
            yield Principal(kind=PrincipalKind.ROLE_SESSION, arn=session, account=account.id, entity_arn=role)


def _pairs(policy: Policy) -> Iterator[tuple[str, str]]:
    for statement in policy.statements:
        if statement.action.negated or statement.resource is None or statement.resource.negated:
            continue
        for action in statement.action.patterns:
            for pattern in statement.resource.patterns:
                for filling in ("", "zz9"):
                    resource = pattern.replace("*", filling).replace("?", "q").replace("${aws:username}", "ana")
                    if parse_arn(resource) is not None and ":" in action:
                        yield action.replace("*", "Object"), resource
