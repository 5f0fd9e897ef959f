"""What SCPs and RCPs never restrict: callers, resources and tasks.

Dated data. SCPs: Organizations User Guide, orgs_manage_policies_scps ("Tasks and entities not restricted by SCPs"),
page of 2025-03; RCPs: orgs_manage_policies_rcps ("Resources and entities not restricted by RCPs"), page of 2026-09-26;
spec E20, E24, E25, E28, E38.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, any_of, known
from policysim.language.arns import is_service_linked
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


class ExemptTask(NamedTuple):
    """A task that the page on SCPs lists by name, without naming actions.

    ``services`` are the prefixes, in lower case, of which every action is part of the task; ``actions`` those of which
    a request may be the task, if the root user makes it where ``root_only``. Some tasks are no action of IAM at all.
    """

    task: str
    services: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    root_only: bool = False


TASKS_OUTSIDE_SCPS: Final = (
    ExemptTask(
        "registering for the Enterprise Support plan as the root user",
        actions=frozenset({"supportplans:createsupportplanschedule", "supportplans:startsupportplanupdate"}),
        root_only=True,
    ),
    ExemptTask("providing trusted signer functionality for CloudFront private content"),
    ExemptTask(
        "configuring reverse DNS for a Lightsail email server or an EC2 instance as the root user",
        actions=frozenset({"ec2:modifyaddressattribute", "ec2:resetaddressattribute"}),
        root_only=True,
    ),
    ExemptTask("Alexa Top Sites", services=frozenset({"alexatopsites"})),
    ExemptTask("Alexa Web Information Service", services=frozenset({"awis"})),
    ExemptTask("Amazon Mechanical Turk", services=frozenset({"mechanicalturk"})),
    ExemptTask("Amazon Product Marketing API"),
)
"""The tasks that SCPs never restrict (spec E20)."""

_TASK_OF_SERVICE: Final = {service: task for task in TASKS_OUTSIDE_SCPS for service in task.services}
_TASK_OF_ACTION: Final = {action: task for task in TASKS_OUTSIDE_SCPS for action in task.actions}


def exempt_from_scps(request: Request) -> Truth:
    """Whether SCPs do not restrict this request of a principal of an account (spec E20, E38)."""
    caller = request.principal
    return any_of((known(caller.in_management_account), known(caller.service_linked), exempt_task(request)))


def exempt_task(request: Request) -> Truth:
    """Whether the request is one of the tasks outside of SCPs; unknown where the page's words leave it open."""
    action = request.action.lower()
    if action.partition(":")[0] in _TASK_OF_SERVICE:
        return TRUE
    task = _TASK_OF_ACTION.get(action)
    if task is None or (task.root_only and request.principal.kind is not PrincipalKind.ROOT):
        return FALSE
    return UNKNOWN


def exempt_from_rcps(request: Request) -> Truth:
    """Whether RCPs do not restrict this request, whatever its service (spec E25, E38).

    Exempt are the resources of the management account, the calls of service-linked roles, and that a service assumes
    its service-linked role. Service principals as such are not (spec E24); the exemptions of AWS KMS (its AWS managed
    keys, and ``kms:RetireGrant``) stand with the deviations of that service.
    """
    resource = request.resource
    assumes_its_own = is_service_linked(resource.arn) and request.action.lower() == "sts:assumerole"
    return any_of(
        (known(resource.in_management_account), known(request.principal.service_linked), known(assumes_its_own))
    )
