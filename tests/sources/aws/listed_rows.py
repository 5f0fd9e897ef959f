"""The rows of the collectors that are tables, and answers of AWS made from botocore's models for them."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore.session
from botocore import xform_name

from policysim.sources.aws.collectors import (
    data_services,
    developer_tools,
    log_destinations,
    machine_learning,
    management,
    media,
    security,
    sender_identities,
    storage,
)
from policysim.sources.aws.collectors.listed import ANY, Level, Listed, Read, collect

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

MODULES = (
    data_services,
    developer_tools,
    log_destinations,
    machine_learning,
    management,
    media,
    security,
    sender_identities,
    storage,
)

REGION = "eu-west-1"
ACCOUNT = "123456789012"
OTHER = "999999999999"
PLACE_NAMES = {"account", "partition", "region"}
DOCUMENT = '{"Version": "2012-10-17", "Statement": []}'


KINDS = {("kinesis", 0): "stream", ("kinesis", 1): "stream/s/consumer", ("osis", 0): "pipeline"}
"""Resource types that botocore looks for in an ARN, or whose length it counts on."""


class Row(NamedTuple):
    """A row with the collector that it belongs to."""

    collector: Collector
    listed: Listed

    @property
    def name(self) -> str:
        return f"{self.collector.name}-{self.listed.levels[-1].operation}"


def rows() -> list[Row]:
    collectors = [one for module in MODULES for one in module.COLLECTORS]
    return [
        Row(one, listed)
        for one in collectors
        if getattr(one.collect, "func", None) is collect
        for listed in one.collect.args[0]
    ]


@cache
def service(client: str) -> Any:
    """The model of a service."""
    return botocore.session.get_session().get_service_model(client)


@cache
def operation(client: str, name: str) -> Any:
    """The model of an operation by boto3's name of it."""
    model = service(client)
    return model.operation_model(next(one for one in model.operation_names if xform_name(one) == name))


@cache
def paginator(client: str, name: str) -> dict[str, Any]:
    """How botocore turns the pages of an operation; empty where it does not know."""
    model = botocore.session.get_session().get_paginator_model(client)
    try:
        return dict(model.get_paginator(operation(client, name).name))
    except ValueError:
        return {}


def names_in(template: object) -> set[str]:
    """The names that a template takes."""
    if isinstance(template, tuple):
        return {name for one in template for name in names_in(one)}
    return (
        {name for _, name, _, _ in string.Formatter().parse(template) if name} if isinstance(template, str) else set()
    )


def reads_of(row: Listed) -> list[Read]:
    """The reads that are made of every item."""
    return [read for read in row.reads if not read.where]


def at(shape: Any, way: tuple[str, ...]) -> Any:
    """The shape at the end of a way through an answer."""
    for name in way:
        item = "value" if shape.type_name == "map" else "member"
        shape = getattr(shape, item) if name == ANY else shape.members[name]
    return shape


def answer(way: tuple[str, ...], value: object) -> Any:
    """An answer in which a value stands at the end of a way."""
    if not way:
        return value
    return [answer(way[1:], value)] if way[0] == ANY else {way[0]: answer(way[1:], value)}


def read_answer(row: Listed, read: Read, value: object) -> dict[str, Any]:
    """An answer of a read; names of policies are made up where they are a map."""
    shape = operation(read.client or row.client, read.operation).output_shape
    if read.policy[-1:] == (ANY,) and at(shape, read.policy[:-1]).type_name == "map":
        return dict(answer(read.policy[:-1], {"first": value}))
    return dict(_least(shape, answer(read.policy, value)))


def item_of(row: Listed, depth: int, account: str, mark: str) -> Any:
    """An item of the list at a level, with the members that templates name; ARNs name the account."""
    level = row.levels[depth]
    shape = at(operation(level.client or row.client, level.operation).output_shape, (level.items,)).member
    kind = KINDS.get((row.prefix, depth), "thing")
    arn = f"arn:aws:{row.prefix}:{REGION}:{account}:{kind}/{mark}{':1' if '/' in kind else ''}"
    if shape.type_name == "string":
        return arn if level.arn == "{item}" else f"name-{mark}"
    used = names_in(level.arn)
    for below in row.levels[depth + 1 :]:
        used |= {name for template in below.parameters.values() for name in names_in(template)}
    for read in row.reads:
        used |= {name for template in read.parameters.values() for name in names_in(template)}
    own = used & shape.members.keys()
    whole = level.arn[1:-1] if names_in(level.arn) == {level.arn[1:-1]} else ""
    return {name: arn if name == whole else f"name-{mark}-0123456789" for name in own}


def listing(row: Listed, depth: int, items: list[Any], *, token: str = "") -> dict[str, Any]:
    """An answer of the list at a level; with ``token`` there is a further page."""
    level: Level = row.levels[depth]
    client = level.client or row.client
    shape = operation(client, level.operation).output_shape
    made: dict[str, Any] = {level.items: items}
    pages = paginator(client, level.operation)
    if more := pages.get("more_results"):
        made[more] = bool(token)
    if token:
        named = pages.get("output_token") or next(name for name in ("NextToken", "nextToken") if name in shape.members)
        made[named] = token
    return dict(_least(shape, made))


def _least(shape: Any, made: Any = None) -> Any:
    """What a test made of a shape, with the members beside it that the model wants."""
    if shape.type_name == "structure":
        made = made or {}
        wanted = dict.fromkeys((*shape.required_members, *made))
        return {name: _least(shape.members[name], made.get(name)) for name in wanted}
    if shape.type_name == "list":
        return [_least(shape.member, item) for item in made or ()]
    return _LEAST.get(shape.type_name, 0) if made is None else made


_LEAST = {"boolean": False, "map": {}, "string": "text-" * 8, "timestamp": datetime(2026, 11, 24, tzinfo=UTC)}
