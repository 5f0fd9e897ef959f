"""The actions that a call needs: those of its operation, those of its options, and the one that the message names.

The message wins: what it names was evaluated, and comes first. The others of the call follow where the message's
action is one of them; where it is not, the record says too little of how the two hang together, and it stands alone.
Source: spec A7, A8, R13, S7, S9, S33; ``further_actions`` names AWS's pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.event_sources import service_prefix
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operations import API_DATE, Operation, operation
from policysim.catalog.s3_operations import VERSIONED_ACTIONS
from policysim.cloudtrail.call import FROM_MESSAGE
from policysim.cloudtrail.chosen_actions import chosen_actions
from policysim.cloudtrail.ec2_resources import ec2_arn
from policysim.cloudtrail.further_actions import PASSES_ROLES, TAG_PARAMETERS, TAGS_ON_CREATE, further_actions
from policysim.cloudtrail.parameter_values import is_given, named_values, values_at
from policysim.cloudtrail.resource_parameters import Built, resource_from_parameters
from policysim.cloudtrail.resources import COPIES
from policysim.cloudtrail.several_resources import arn_of_parameter
from policysim.cloudtrail.told_operations import FROM_TOOL, told_operation
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.cloudtrail.chosen_actions import Chosen
    from policysim.cloudtrail.denial import Denial
    from policysim.cloudtrail.event import Event
    from policysim.cloudtrail.further_actions import FurtherAction
    from policysim.cloudtrail.resource_parameters import Place

FROM_NAME: Final = "event name"
PASSING: Final = "iam:PassRole"


class Need(NamedTuple):
    """One action that a call needs, and where that came from.

    ``resource`` is known where an option names it. ``printed`` is the resource as the denial message shows it. What is
    tagged as it is created is the resource of another action of the call, ``beside``.
    """

    action: str
    origin: str
    resource: Built | None = None
    conditional: bool = False
    printed: str | None = None
    beside: str = ""


class Needs(NamedTuple):
    """What a call needs, in the order of the report, and the sentence for when it is nothing."""

    needs: tuple[Need, ...]
    when_none: str = ""


def needs_of_message(denial: Denial) -> Needs:
    """The actions that a denial message names, or the operation in the words of the tool around it."""
    if denial.action:
        further = (Need(action, FROM_MESSAGE, printed=denial.resource) for action in denial.further_actions)
        return Needs((Need(denial.action, FROM_MESSAGE, printed=denial.resource), *further))
    if not denial.operation or not denial.iam:
        return Needs((), "the message does not name the denied action")
    told = told_operation(denial.service, denial.operation)
    return Needs(tuple(Need(action, FROM_TOOL, printed=denial.resource) for action in told.actions), told.reason)


def needs_of_event(event: Event, denial: Denial | None, place: Place) -> Needs:
    """Every action that a call needs, or may need; what the message names comes first, what is conditional last."""
    mapped = operation(event.event_source, event.event_name, of_version=bool(event.parameters.get("versionId")))
    own = tuple(_own(event, mapped, place))
    if denial is not None and denial.action is None:
        own = tuple(need._replace(printed=denial.resource) for need in own)
    all_of_them = _sorted((*own, *_further(event, own, place)))
    if denial is None or not denial.action:
        when_none = f"which action `{event.event_name}` of `{event.event_source}` needs cannot be told from its name"
        return Needs(all_of_them if own else (), f"{when_none}: {mapped.reason}")
    named = Need(denial.action, FROM_MESSAGE, printed=denial.resource)
    refused = [need for need in all_of_them if need.action.lower() == denial.action.lower()]
    if not refused:
        return Needs(needs_of_message(denial).needs)
    if denial.resource is None and len(refused) == 1 and refused[0].resource is not None:
        named = named._replace(resource=refused[0].resource)
    return Needs((named, *(need for need in all_of_them if not _is_named(need, named))))


def _is_named(need: Need, named: Need) -> bool:
    """Whether the message speaks of a need: its action, and no resource that an option shows to be another one."""
    if need.action.lower() != named.action.lower():
        return False
    return (
        need.resource is None
        or named.printed is None
        or parse_arn(named.printed) is None
        or (need.resource.arn == named.printed or need.conditional)
    )


def _sorted(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Each need once, the certain ones first; a conditional one only where no certain one has its action."""
    unique: dict[tuple[str, str], Need] = {}
    ordered = sorted(needs, key=lambda each: each.conditional)
    certain = {need.action for need in ordered if not need.conditional}
    for need in ordered:
        if not (need.conditional and need.action in certain):
            unique.setdefault((need.action, _arn(need)), need)
    return tuple(unique.values())


def _arn(need: Need) -> str:
    return need.resource.arn if need.resource is not None else ""


def _own(event: Event, mapped: Operation, place: Place) -> Iterator[Need]:
    """The actions of the operation itself; of a transaction or a statement each on its table."""
    name = API_DATE.sub("", event.event_name)
    chosen = chosen_actions(name, event.parameters) if service_prefix(event.event_source) == "dynamodb" else ()
    for one in chosen:
        arn = _table_arn(one, event, place)
        built = Built(arn, one.parameter) if arn is not None else None
        yield Need(one.action, f"request parameter `{one.parameter}`", built)
    if not chosen:
        yield from (Need(_of_copied_version(action, event), FROM_NAME) for action in mapped.actions)


def _table_arn(chosen: Chosen, event: Event, place: Place) -> str | None:
    """The table as the record lists it, which may be another account's, else the table of that name in the account."""
    listed = (entry.arn for entry in event.resources or () if (entry.arn or "").endswith(f":table/{chosen.table}"))
    named: dict[str, Any] = {"tableName": next(listed, None) or chosen.table, "indexName": chosen.table_index}
    built = resource_from_parameters("dynamodb:Query", named, place)
    return built.arn if built is not None else None


def _of_copied_version(action: str, event: Event) -> str:
    """The action of the reading half of a copy, when what is copied is a version of the object."""
    source = event.parameters.get("x-amz-copy-source")
    reads_version = event.event_name in COPIES and action == "s3:GetObject" and "?versionId=" in str(source)
    return VERSIONED_ACTIONS[action] if reads_version else action


def _further(event: Event, own: tuple[Need, ...], place: Place) -> Iterator[Need]:
    """What the options of the call ask for: curated rows, roles that are passed, and tags of what is created."""
    name = f"{service_prefix(event.event_source)}:{API_DATE.sub('', event.event_name)}"
    beside = own[0].action if len(own) == 1 else ""
    for row in further_actions(name):
        for need in _of_row(row, event, place):
            yield need._replace(beside=beside) if TAGS_ON_CREATE.fullmatch(row.action.partition(":")[2]) else need
    dependent = {action for need in own for row in CATALOGUE.dependent_actions(need.action) for action in row.actions}
    if PASSING in dependent or PASSES_ROLES.fullmatch(name):
        yield from _passed_roles(event)
    yield from _tags_on_create(event, name, beside, dependent, place)


def _of_row(row: FurtherAction, event: Event, place: Place) -> Iterator[Need]:
    parameters = event.parameters
    if row.option and (
        not is_given(parameters, row.option) or set(values_at(parameters, row.option)) & set(row.unless)
    ):
        return
    shown = f"request parameter `{row.option}`" if row.option else ""
    origin, conditional = "; ".join(filter(None, (shown, row.assumed))), bool(row.assumed)
    if not row.resource:
        yield Need(row.action, origin, None, conditional)
    for value in values_at(parameters, row.resource) if row.resource else ():
        arn = arn_of_parameter(row.action, value, row.template, place)
        if arn is not None:
            yield Need(row.action, origin, Built(arn, row.resource), conditional)


_NO_OPTIONS: Final = frozenset({"environment", "parameters", "tags", "Tags"})
"""Objects among the parameters that hold texts of the caller's own."""


def _passed_roles(event: Event) -> Iterator[Need]:
    """Each role whose ARN stands in a parameter that is named after roles (spec S9)."""
    for path, value in named_values(event.parameters, without=_NO_OPTIONS):
        arn = parse_arn(value) if "role" in path.rpartition(".")[2].lower() else None
        if arn is not None and arn.service == "iam" and arn.resource_type == "role":
            yield Need(PASSING, f"request parameter `{path}`", Built(value, path))


def _tags_on_create(event: Event, name: str, beside: str, dependent: Iterable[str], place: Place) -> Iterator[Need]:
    """The tagging action of a call that passes tags (spec S33 for EC2)."""
    service = name.partition(":")[0]
    if service == "ec2" and name.lower() != "ec2:createtags":
        for path in ("tagSpecificationSet.resourceType", f"{name[4:]}Request.TagSpecification.ResourceType"):
            for resource_type in values_at(event.parameters, path):
                arn = ec2_arn(resource_type, "*", place)
                built = Built(arn, path.partition(".")[0]) if arn is not None else None
                yield Need("ec2:CreateTags", f"request parameter `{path.partition('.')[0]}`", built)
        return
    given = next((option for option in TAG_PARAMETERS if is_given(event.parameters, option)), None)
    for action in sorted(dependent) if given is not None else ():
        if action.startswith(f"{service}:") and TAGS_ON_CREATE.fullmatch(action.partition(":")[2]):
            yield Need(action, f"request parameter `{given}`", beside=beside)
