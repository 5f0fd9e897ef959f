"""Nested stacks whose templates are at hand: what they make belongs to what the outer template makes.

Source: AWS CloudFormation Template Reference, AWS::CloudFormation::Stack; AWS CLI reference, cloudformation package
(local paths in ``TemplateURL``); AWS SAM specification, AWS::Serverless::Application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.sources.cloudformation_intrinsics import Resolver
from policysim.sources.cloudformation_template import Resource, template_of
from policysim.sources.errors import InputError
from policysim.sources.files import read_source
from policysim.sources.template_values import Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from policysim.language.source import Source
    from policysim.sources.cloudformation_template import Deployment

FileOf = Callable[[Resource], "Path | None"]
"""The file of the template of a nested stack; ``None`` where it is not told."""

LARGEST: Final = 5_000_000
"""More characters than a template may have: CloudFormation takes up to 1 MB."""

_LOCAL: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
"""The resources that are nested stacks, and the property that tells where their template is."""

_DEEPEST: Final = 8
"""More stacks in one another than anybody builds."""

_MOST: Final = 500
"""More stacks in one template than anybody builds."""


def bounded(text: Source) -> Source:
    """The text, unless it is larger than any template."""
    if len(text.text) > LARGEST:
        raise InputError(f"{text.name}: this is larger than {LARGEST:,} characters, and no template is")
    return text


def resolver_of(
    file: Path, folder: Path, deployment: Deployment, file_of: FileOf | None = None, depth: int = 0
) -> Resolver:
    """The resolver of a template, which knows those of the nested stacks that are at hand.

    Only files below ``folder`` are read. Without ``file_of`` the template of a nested stack is at the local path that
    ``TemplateURL`` or ``Location`` holds, told from the file of the outer one.
    """
    resolver = Resolver(template_of(bounded(read_source(file))), deployment)
    for resource in resolver.template.of_type(*_LOCAL):
        nested = _local_file(file, resource, resolver) if file_of is None else file_of(resource)
        if nested is None or not nested.is_file() or not nested.resolve().is_relative_to(folder.resolve()):
            continue
        if depth >= _DEEPEST:
            raise resource.node.error("the nested stacks here nest too deep")

        def build(name: str = resource.logical_id, nested: Path = nested) -> Resolver:
            made = resolver.template.resources[name]
            given = resolver.value(made.properties.get("Parameters"))
            values = {key: one.value for key, one in given.members.items()} if isinstance(given, Members) else {}
            inner = replace(deployment, stack_name=resolver.name_of(made), parameters={}, values=values)
            found = resolver_of(nested, folder, inner, file_of, depth + 1)
            found.doubtful = resolver.exists(made) is None
            return found

        resolver.nested_stacks[resource.logical_id] = build
    return resolver


def _local_file(file: Path, resource: Resource, resolver: Resolver) -> Path | None:
    stated = resolver.text(resource.properties.get(_LOCAL[resource.type]))
    return None if stated is None or "://" in stated else file.parent / stated


def with_nested(resolver: Resolver) -> Iterator[Resolver]:
    """A stack and all that are nested in it.

    Raises:
        InputError: they are more than anybody builds.
    """
    waiting, count = [resolver], 0
    while waiting:
        one = waiting.pop()
        count += 1
        if count > _MOST:
            raise one.template.root.error(f"more than {_MOST} stacks are nested here")
        yield one
        found = [each for each in one.nested_stacks if one.exists(one.template.resources[each]) is not False]
        waiting += [one.nested(each) for each in reversed(found)]
