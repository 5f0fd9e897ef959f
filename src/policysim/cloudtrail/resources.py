"""The resource of a denied or allowed call: from the message, the record's ``resources``, or the request parameters.

Where none of them tells, the resource is unresolved; it is never taken to be ``*``.
Source: spec M6, M14, R2, R11, R13, R19, R21, R22, X13.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.operations import API_GATEWAY
from policysim.catalog.partitions import STANDARD, partition_of_region
from policysim.cloudtrail.arn_templates import Templated, templated_resources
from policysim.cloudtrail.call import FROM_MESSAGE, NOT_KNOWN
from policysim.cloudtrail.ec2_resources import unnamed_types
from policysim.cloudtrail.event import EventCategory
from policysim.cloudtrail.parameter_arns import OBJECT_ACTIONS
from policysim.cloudtrail.resource_parameters import (
    NOT_TO_BE_READ,
    Built,
    Place,
    copied_resource,
    resource_from_parameters,
    resource_named_in_parameters,
)
from policysim.cloudtrail.several_resources import resources_in_parameters
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from policysim.cloudtrail.event import Event
    from policysim.language.request import Principal

FROM_RESOURCES: Final = "resources[]"
NO_SINGLE_RESOURCE: Final = "the action works on no single resource"
OWNER_FROM_ARN: Final = "resource ARN"
OWNER_IS_CALLERS: Final = "the caller's account"
OWNER_IS_RECIPIENT: Final = "the account that received the record"
MADE: Final = "what the call makes"
_ORIGINS: Final = {API_GATEWAY: "the path of the API operation"}
NO_PARAMETERS: Final = "it shows no request parameters"


class FoundResource(NamedTuple):
    """One resource: its ARN or ``*``, where it came from, its owner (``None``: not known) and where that came from.

    ``conditional``: the call has this resource or not, which nothing at hand tells.
    """

    arn: str
    origin: str
    account: str | None
    owner_origin: str
    conditional: bool = False


class Found(NamedTuple):
    """The resources of one action, what could not be made out, and of that the resources that it certainly has too."""

    resources: tuple[FoundResource, ...]
    unresolved: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()


class Circumstances(NamedTuple):
    """What the search for a resource may look at; ``event`` is ``None`` when only a message was given."""

    event: Event | None
    caller: Principal
    takes_no_resource: Callable[[str], bool | None]


def resources_of(action: str, printed: str | None, around: Circumstances) -> Found:
    """The resources of ``action``; ``printed`` is the resource that the denial message shows, if it shows one.

    The message names the resource that was refused; EC2 asks for the others of the call as well (spec R13).
    """
    if printed is not None and (found := _from_message(action, printed, around)) is not None:
        return found._replace(resources=(*found.resources, *_beside(found.resources, action, around)))
    if around.takes_no_resource(action) is True:
        return Found((_star(NO_SINGLE_RESOURCE, around.caller),))
    if around.event is None:
        return Found((), (f"the message does not name the resource of `{action}`",))
    arns, (built, missing) = _from_entries(action, around.event), _from_parameters(action, around.event, around.caller)
    if arns and not (built and _is_part_of(built[0].arn, arns)):
        return Found(tuple(_owned(action, arn, FROM_RESOURCES, around) for arn in arns))
    if not built:
        reason = NOT_TO_BE_READ.get(_service(action), "") if around.event.parameters else NO_PARAMETERS
        return Found((), (f"the record does not name the resource of `{action}`" + (f": {reason}" if reason else ""),))
    resources = tuple(named_resource(action, each, around) for each in built)
    pathless = (sentence for each in built for sentence in _pathless(each.pathless, each.arn))
    unnamed = (*missing, *_unnamed(action, (each.arn for each in built)))
    return Found(resources, (*pathless, *unnamed), unnamed)


def named_resource(action: str, built: Built, around: Circumstances) -> FoundResource:
    """A resource that the request parameters name, or that the call makes, with its owner."""
    made = built.origin or _ORIGINS.get(_service(action), MADE)
    origin = f"request parameter `{built.parameter}`" if built.parameter else made
    return _owned(action, built.arn, origin, around)._replace(conditional=built.conditional)


def _beside(printed: Iterable[FoundResource], action: str, around: Circumstances) -> tuple[FoundResource, ...]:
    """The other resources of a call; what the message names stands for all of its type."""
    service = _service(action)
    if around.event is None or service not in _NEEDS_EACH or action.lower() != _own_action(service, around.event):
        return ()
    shown = [arn for each in printed if (arn := parse_arn(each.arn)) is not None]
    types, place = {arn.resource_type for arn in shown}, place_of(around.event, around.caller)
    account = next((arn.account for arn in shown if is_account_id(arn.account)), place.account)
    place = place._replace(account=account)
    if service == "ec2":
        built = resources_in_parameters(action, around.event.event_name, around.event.parameters, place)
    else:
        built = templated_resources(action, around.event.parameters, place, are_all=False).resources
    others = (each for each in built if (arn := parse_arn(each.arn)) is not None and arn.resource_type not in types)
    return tuple(named_resource(action, each, around) for each in others)


_NEEDS_EACH: Final = frozenset({"ec2", "glue", "rds"})
"""Services that ask for every resource that a call names (spec R13).

AWS Glue Developer Guide, glue-specifying-resource-arns: a table needs its database and the catalog as well. Amazon RDS
User Guide, rds-policy-examples: a new DB instance needs the groups that it is made with.
"""


def _own_action(service: str, event: Event) -> str:
    return f"{service}:{event.event_name}".lower()


def _unnamed(action: str, found: Iterable[str]) -> Iterable[str]:
    for resource_type in unnamed_types(action, found) if _service(action) == "ec2" else ():
        yield f"the record does not name the {resource_type} of `{action}`: a default or a launch template may"


def _from_message(action: str, printed: str, around: Circumstances) -> Found | None:
    """The resource as the message prints it; ``None`` when its words name no resource that could be found by them."""
    if printed == "*":
        return Found((_star(FROM_MESSAGE, around.caller),))
    if (arn := parse_arn(printed)) is not None:
        masked = (
            (f"the message masks the account in the ARN of the resource of `{action}`",) if "*" in arn.account else ()
        )
        return Found((_owned(action, printed, FROM_MESSAGE, around),), masked)
    if action.lower() == "sns:publish" and _PHONE_NUMBER.fullmatch(printed):
        return Found((_star(f"{FROM_MESSAGE} (a phone number, which no ARN stands for)", around.caller),))
    if (words := _IAM_WORDS.fullmatch(printed)) is not None:
        return _from_words(action, words, around)
    if printed.startswith("https:"):
        built = resource_from_parameters(action, {"queueUrl": printed}, place_of(around.event, around.caller))
        return Found((_owned(action, built.arn, FROM_MESSAGE, around),)) if built is not None else None
    return None


_PHONE_NUMBER = re.compile(r"\+\d{6,15}")
"""Where a text message goes: only the resource `*` reaches it (Amazon SNS Developer Guide, sns-access-policy)."""

_IAM_WORDS = re.compile(r"(role|user|group|policy|instance\s+profile)\s+(\S+)")
"""The words that IAM prints for an entity instead of its ARN."""


def _from_words(action: str, words: re.Match[str], around: Circumstances) -> Found | None:
    kind, name = "-".join(words[1].split()), words[2]
    origin = f"{FROM_MESSAGE} (`{words[0]}`)"
    if parse_arn(name) is not None:
        return Found((_owned(action, name, origin, around),))
    if not around.caller.account:
        return None
    partition = place_of(around.event, around.caller).partition
    arn = f"arn:{partition}:iam::{around.caller.account}:{kind}/{name}"
    return Found((_owned(action, arn, origin, around),), _pathless("/" not in name, arn))


def _pathless(missing: bool, arn: str) -> tuple[str, ...]:
    return (f"the path of `{arn.rsplit('/', 1)[-1]}` is not shown, so its ARN is made without one",) if missing else ()


_OTHER_SERVICES: Final = {"sts": ("iam",), "ssm": ("ec2",)}
"""Services whose actions work on resources of another service."""


def _from_entries(action: str, event: Event) -> tuple[str, ...]:
    """The ARNs of ``resources`` that the action can work on; several only where each of them is authorized."""
    if _is_read_of_copy(action, event):
        return ()
    service = _service(action)
    services = (service, *_OTHER_SERVICES.get(service, ()))
    arns = {arn: parse_arn(arn) for entry in event.resources or () if (arn := entry.arn) is not None}
    fitting = [
        text
        for text, arn in arns.items()
        if arn is not None and arn.service in services and _level_fits(action, arn.resource)
    ]
    return tuple(fitting) if len(fitting) == 1 or service in _EACH_IS_AUTHORIZED else ()


_EACH_IS_AUTHORIZED = frozenset({"dynamodb", "ssm"})
"""Services whose batch calls list every resource, and need each of them (spec R13)."""


def _level_fits(action: str, resource: str) -> bool:
    """Whether an S3 ARN is of the level that the action works on, bucket or object (spec R11).

    Directory buckets authorize no single object.
    """
    service, _, name = action.partition(":")
    if service.lower() == "s3express":
        return resource.count("/") == 1
    if service.lower() != "s3":
        return True
    return ("/" in resource) is (re.fullmatch(OBJECT_ACTIONS, name, re.IGNORECASE) is not None)


def _is_part_of(arn: str, entries: tuple[str, ...]) -> bool:
    """Whether an ARN names a part of the one entry, as an index of its table or a version of its function.

    Records list the whole, and what is authorized is the part (spec R19, R21).
    """
    return len(entries) == 1 and arn.startswith((f"{entries[0]}/", f"{entries[0]}:"))


def _from_parameters(action: str, event: Event, caller: Principal) -> Templated:
    """What the parameters name: by the action's row, each of several, by its types' ARNs, else the one ARN that fits.

    With it come the sentences about resources that the action certainly has and that nothing names.
    """
    place = place_of(event, caller)
    if _is_read_of_copy(action, event):
        copied = copied_resource(action, event.parameters, place)
        return Templated((copied,) if copied is not None else ())
    built = resource_from_parameters(action, event.parameters, place)
    if built is not None:
        return Templated((built,))
    if several := resources_in_parameters(action, event.event_name, event.parameters, place):
        return Templated(several)
    if event.shows_parameters and (own := _own_user(action, event.parameters, caller)) is not None:
        return Templated((own,))
    by_type = (
        Templated()
        if _service(action) in _WITHOUT_TEMPLATES
        else templated_resources(action, event.parameters, place, are_all=event.shows_parameters)
    )
    if by_type.resources:
        return by_type
    named = None if _service(action) in _WITHOUT_FALLBACK else resource_named_in_parameters(action, event.parameters)
    return Templated((named,) if named is not None else ())


OF_THE_CALLER: Final = "the caller itself: the request names no user"
_OWN_USER: Final = frozenset(
    {
        "iam:changepassword",
        "iam:createaccesskey",
        "iam:deleteaccesskey",
        "iam:getuser",
        "iam:listaccesskeys",
        "iam:listmfadevices",
        "iam:listservicespecificcredentials",
        "iam:listsigningcertificates",
        "iam:listsshpublickeys",
        "iam:updateaccesskey",
    }
)
"""IAM actions that are about the calling user where the request names none (IAM API Reference, each of them)."""


def _own_user(action: str, parameters: Mapping[str, Any], caller: Principal) -> Built | None:
    if action.lower() not in _OWN_USER or "userName" in parameters or caller.kind is not PrincipalKind.USER:
        return None
    return Built(caller.arn, "", origin=OF_THE_CALLER) if caller.arn else None


def _is_read_of_copy(action: str, event: Event) -> bool:
    """Whether the action is the reading half of a copy, whose record lists what the copy writes."""
    return event.event_name in COPIES and action.lower() in _READS_OF_COPIES


COPIES: Final = frozenset({"CopyObject", "UploadPartCopy"})
_READS_OF_COPIES = frozenset(
    {"s3:getobject", "s3:getobjectversion", "s3:getobjecttagging", "s3:getobjectversiontagging"}
)
_WITHOUT_TEMPLATES = frozenset({"ec2", "secretsmanager"})
"""Services whose ARNs have a table of their own: by the ids of EC2, and whole ARNs of secrets alone."""

_WITHOUT_FALLBACK = frozenset({"iam", "kms", "secretsmanager"})
"""Services whose requests hold ARNs that are not the resource of the action (a policy, an alias, half a secret's)."""


def _owned(action: str, arn: str, origin: str, around: Circumstances) -> FoundResource:
    """A resource with its owner: the ARN's account, else what the record says of it; never a guess (spec R22)."""
    parsed = parse_arn(arn)
    if parsed is not None and is_account_id(parsed.account):
        return FoundResource(arn, origin, parsed.account, OWNER_FROM_ARN)
    if around.event is not None and (owner := _owner_in_record(arn, around.event)) is not None:
        return FoundResource(arn, origin, owner, FROM_RESOURCES)
    if (recipient := _other_recipient(action, around)) is not None:
        return FoundResource(arn, origin, recipient, OWNER_IS_RECIPIENT)
    if _service(action) == "iam" and around.caller.account:
        # IAM answers only for the caller's own account, AWS managed policies included (spec X13).
        return FoundResource(arn, origin, around.caller.account, OWNER_IS_CALLERS)
    return FoundResource(arn, origin, None, NOT_KNOWN)


def _other_recipient(action: str, around: Circumstances) -> str | None:
    """The account that received the record of a call by another account, which is that of the bucket.

    CloudTrail delivers the record of a call across accounts to both; that of an endpoint, to the endpoint's owner.
    """
    event = around.event
    if event is None or _service(action) != "s3" or event.category is EventCategory.NETWORK_ACTIVITY:
        return None
    recipient = event.recipient_account_id
    if recipient is None or not is_account_id(recipient):
        return None
    return recipient if around.caller.account is not None and around.caller.account != recipient else None


def _owner_in_record(arn: str, event: Event) -> str | None:
    """The account that ``resources`` gives for the ARN, or for the bucket that an object lies in."""
    bucket = arn.partition("/")[0]
    owners = event.owner_by_arn
    found = owners.get(arn) or (owners.get(bucket) if bucket.split(":")[2:3] == ["s3"] else None)
    return found if found is not None and is_account_id(found) else None


def _star(origin: str, caller: Principal) -> FoundResource:
    known = OWNER_IS_CALLERS if caller.account else NOT_KNOWN
    return FoundResource("*", origin, caller.account, known)


def place_of(event: Event | None, caller: Principal) -> Place:
    """Where the call was made: the caller's partition and account, and the Region of the record."""
    region = (event.aws_region if event is not None else None) or ""
    arn = parse_arn(caller.arn or caller.entity_arn or "")
    partition = arn.partition if arn is not None else partition_of_region(region) if region else STANDARD
    return Place(partition, region, caller.account or "")


def _service(action: str) -> str:
    return action.partition(":")[0].lower()
