"""A document of its own where there is none to edit: an inline policy, or the first policy of a resource.

Source: spec E6, X4, S11.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from policysim.account.policy_holders import policy_holders
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.explanation.diagnosis import FixKind
from policysim.explanation.fixes.candidates import Candidate
from policysim.explanation.fixes.deployment import can_deploy
from policysim.explanation.fixes.documents import documents, managed_by_aws
from policysim.explanation.fixes.grants import warning_for_new_statement
from policysim.explanation.fixes.statements import granting_statement
from policysim.language.arns import parse_arn
from policysim.language.edits import TextEdit
from policysim.language.policy import VARIABLES_VERSION
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import PrincipalKind
from policysim.language.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.request import Request


def new_inline_policy(case: Case, aim: Aim) -> Iterator[Candidate]:
    """An inline policy for the caller's own user or role, where none of its documents can be edited."""
    owner = case.request.principal.entity_arn or case.request.principal.arn
    if case.request.principal.kind in {PrincipalKind.USER, PrincipalKind.ROLE_SESSION} and owner is not None:
        yield from _new(case, aim, owner, PolicyType.IDENTITY)


def new_resource_policy(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The first policy of a resource that is known to have none; never where one may exist that nobody collected."""
    layer, arn = case.policies.get(LayerName.RESOURCE), parse_arn(case.request.resource.arn)
    if arn is None or (layer is not None and (layer.policies or layer.gaps)):
        return
    holder = policy_holders(arn)[-1]
    if can_deploy(holder):
        yield from _new(case, aim, holder, PolicyType.RESOURCE)


def _new(case: Case, aim: Aim, owner: str, type_: PolicyType) -> Iterator[Candidate]:
    if documents(case, aim) or managed_by_aws(owner) is not None:
        return
    statement = granting_statement(case, aim.layer, type_, VARIABLES_VERSION)
    if statement is None:
        return
    name = _name(case.request)
    text = json.dumps({"Version": VARIABLES_VERSION, "Statement": [statement]}, indent=2, ensure_ascii=False) + "\n"
    source = Source(f"{name}.json", "")
    attached = AttachedPolicy(name, parse_policy(source, type_), attached_to=owner)
    yield Candidate(
        FixKind.NEW_POLICY,
        f"give `{owner}` a policy of its own that allows `{case.request.action}`",
        attached,
        aim.layer,
        (TextEdit(Span(source, 0, 0), text),),
        1,
        warning=warning_for_new_statement(case, aim, statement),
        new=True,
    )


def _name(request: Request) -> str:
    """A file and policy name that tells what the policy is for."""
    resource = parse_arn(request.resource.arn)
    words = (request.action, resource.name if resource is not None else "")
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(("allow", *words))).strip("-").lower()[:64]
