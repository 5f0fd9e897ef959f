"""Resource-based policies of the services that differ only in names: a list of resources, and a call for each of them.

A row says how the resources are listed, what the ARN of each is and which calls print its policy. Values are templates
such as ``{BackupVaultName}``: they take the members of the item, those of the items above it, ``{item}`` where the list
holds names alone, ``{arn}``, and ``{account}``, ``{partition}`` and ``{region}`` of the place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from policysim.account.account import CollectionGap
from policysim.language.arns import parse_arn
from policysim.sources.aws.collecting import Collector, Entry, Part, RefusedError, Scope
from policysim.sources.aws.collectors.joined_policies import UnjoinableError, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.sources.aws.collecting import Reading

ANY: Final = "*"
"""In a way to policies: every item of a list, every value of an object."""

UNJOINABLE: Final = "several policies of different versions"
"""What a gap tells of the policies of one resource that make no one document."""

UNNAMED: Final = "an item without its name"
"""What a gap tells of a listed resource whose ARN is not known."""


@dataclass(frozen=True, slots=True)
class Level:
    """A list of resources: boto3's ``operation``, the member with the ``items``, the template of an item's ARN.

    ``client`` is boto3's name of the service where it is not that of the row.
    """

    operation: str
    items: str
    arn: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    client: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A call that prints the policy of a resource: ``policy`` is the way to it in the answer.

    ``absent`` are the error codes by which this call says that there is no policy. It is made of items whose members
    have the values of ``where``. ``client`` is boto3's name of the service where it is not that of the row. ``further``
    are the ways to what the same answer holds beside the policy and what counts together with it.
    """

    operation: str
    parameters: Mapping[str, object]
    policy: tuple[str, ...]
    absent: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    further: tuple[tuple[str, ...], ...] = ()


OF_A_SHARE: Final = Read(
    "get_resource_policies",
    {"resourceArns": ("{arn}",)},
    ("policies", ANY),
    ("ResourceArnNotFoundException",),
    client="ram",
)
"""What a share of AWS RAM adds where the service's own call does not show it (spec X7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One kind of resource. ``levels`` lead to it, the last one lists it; the policies of all ``reads`` hold together.

    ``without`` are values of members, by name, of items that can have no policy, so that nothing is asked of them.
    ``prefix`` is that of IAM, ``client`` boto3's name of the service.
    """

    client: str
    prefix: str
    levels: tuple[Level, ...]
    reads: tuple[Read, ...]
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def operations(self) -> tuple[str, ...]:
        """boto3's names of everything that it calls of its own service."""
        calls: tuple[Level | Read, ...] = (*self.levels, *self.reads)
        return tuple(dict.fromkeys(call.operation for call in calls if not call.client))


def collector(
    name: str,
    what: str,
    *rows: Listed,
    services: tuple[str, ...],
    actions: tuple[str, ...] = (),
    regions: tuple[str, ...] = (),
) -> Collector:
    """The collector of some rows of one service; ``actions`` are those that are not called as the operations are."""
    named = tuple(dict.fromkeys(action_of(row.prefix, each) for row in rows for each in row.operations))
    return Collector(
        name=name,
        services=services,
        client=rows[0].client,
        scope=Scope.REGION,
        actions=actions or named,
        what=what,
        collect=partial(collect, rows),
        regions=regions,
    )


def action_of(prefix: str, operation: str) -> str:
    """The IAM action of an operation in boto3's spelling, where AWS calls both alike."""
    return f"{prefix}:{''.join(word.capitalize() for word in operation.split('_'))}"


def collect(rows: tuple[Listed, ...], reading: Reading) -> Iterator[Entry]:
    """The policy of every resource that the rows list and that belongs to the account; ``None`` where it has none.

    A list that is refused ends its row alone.
    """
    place = reading.place
    known = {"account": place.account_id, "partition": place.partition, "region": place.region}
    for row in rows:
        try:
            for item in _items(row.client, row.levels, known, reading):
                yield from _entry(row, item, reading)
        except RefusedError:
            continue


def _items(
    client: str, levels: tuple[Level, ...], known: Mapping[str, Any], reading: Reading
) -> Iterator[dict[str, Any]]:
    """The items of the last level; a list below another is one about the item above."""
    level, *below = levels
    parameters = filled(level.parameters, known)
    for item in reading.items(level.client or client, level.operation, level.items, **parameters):
        members = {**known, **(item if isinstance(item, dict) else {"item": item})}
        try:
            members["arn"] = level.arn.format_map(members)
        except KeyError:
            reading.gaps.append(CollectionGap("", action_of(client, level.operation), UNNAMED))
            continue
        if not is_own(members["arn"], reading):
            continue
        if not below:
            yield members
            continue
        with reading.about(members["arn"]):
            yield from _items(client, tuple(below), members, reading)


def _entry(row: Listed, item: Mapping[str, Any], reading: Reading) -> Iterator[Entry]:
    if any(item.get(member) in values for member, values in row.without.items()):
        yield Entry(Part.RESOURCE_POLICIES, (item["arn"],), None)
        return
    with reading.about(item["arn"]):
        reads = [read for read in row.reads if all(item.get(name) == value for name, value in read.where.items())]
        policies = [policy for read in reads for policy in _policies(read.client or row.client, read, item, reading)]
        yield from policy_entry(item["arn"], policies, action_of(row.client, row.reads[0].operation), reading)


def _policies(client: str, read: Read, item: Mapping[str, Any], reading: Reading) -> Iterator[object]:
    parameters = filled(read.parameters, item)
    for page in reading.pages(client, read.operation, absent=read.absent, **parameters):
        for way in (read.policy, *read.further):
            yield from found_at(page, way)


def policy_entry(arn: str, policies: list[Any], call: str, reading: Reading) -> Iterator[Entry]:
    """The policies of one resource as its entry; a gap where no one document can say them all."""
    try:
        yield Entry(Part.RESOURCE_POLICIES, (arn,), joined(policies))
    except UnjoinableError:
        reading.gaps.append(CollectionGap(arn, call, UNJOINABLE))


def found_at(value: object, way: tuple[str, ...]) -> Iterator[object]:
    """What stands at the end of a way through an answer; nothing where it breaks off."""
    if not way:
        yield value
        return
    name, *further = way
    if name == ANY:
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from found_at(item, tuple(further))
    elif isinstance(value, dict) and value.get(name) is not None:
        yield from found_at(value[name], tuple(further))


def filled(templates: Mapping[str, object], known: Mapping[str, object]) -> dict[str, Any]:
    """The parameters of a call; a template that is one name alone gives the value as it is, as does what is no text."""
    return {name: _value(template, known) for name, template in templates.items()}


def _value(template: object, known: Mapping[str, object]) -> object:
    if isinstance(template, tuple):
        return [_value(one, known) for one in template]
    if not isinstance(template, str):
        return template
    name = template.removeprefix("{").removesuffix("}")
    return known[name] if template == f"{{{name}}}" else template.format_map(known)


def is_own(arn: str, reading: Reading) -> bool:
    """Whether an ARN names a resource of the account at hand: lists hold shared ones and those of AWS as well."""
    parsed = parse_arn(arn)
    return parsed is not None and parsed.account == reading.place.account_id
