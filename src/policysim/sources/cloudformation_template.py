"""One template as it is written: its sections, and where it is deployed to.

Source: CloudFormation User Guide, template-anatomy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.partitions import STANDARD, partition_of_region
from policysim.language.nearest import nearest
from policysim.sources.errors import InputError
from policysim.sources.template_tree import Listed, Mapped, Node, Scalar, json_tree
from policysim.sources.yaml_text import yaml_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policysim.language.source import Source
    from policysim.sources.template_values import Value

STACK_NAME: Final = "AWS::StackName"
"""The parameter by which the name of the stack is stated."""

SERVERLESS: Final = "AWS::Serverless-2016-10-31"

_HARMLESS: Final = frozenset(
    {SERVERLESS, "AWS::LanguageExtensions", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16"}
)
"""Transforms that leave the policies of a template as they are, or that are applied here."""

_LOOP: Final = "Fn::ForEach"
_INCLUDED: Final = "Fn::Transform"
_PROCESSED: Final = "give the processed template (`aws cloudformation get-template --template-stage Processed`)"


class Resource(NamedTuple):
    """One entry under ``Resources``."""

    logical_id: str
    type: str
    node: Mapped
    properties: Mapped

    @property
    def construct_path(self) -> str | None:
        """What the AWS CDK calls the construct that it made the resource for (``aws:cdk:path``)."""
        metadata = self.node.get("Metadata")
        path = metadata.get("aws:cdk:path") if isinstance(metadata, Mapped) else None
        return path.value if isinstance(path, Scalar) else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Template:
    """The sections of a template; the functions in them are not worked out."""

    source: Source
    root: Mapped
    resources: Mapping[str, Resource]
    serverless: bool

    def section(self, name: str) -> Mapped | None:
        """A section that is a mapping, if the template has it."""
        found = self.root.get(name)
        if found is not None and not isinstance(found, Mapped):
            raise found.error(f"expected a mapping under `{name}`")
        return found

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, in the order of the text."""
        return (resource for resource in self.resources.values() if resource.type in types)


def read_text(source: Source) -> Node:
    """The tree of a text: JSON where it begins with a brace, else YAML."""
    return json_tree(source) if source.text.lstrip("\ufeff \t\r\n").startswith("{") else yaml_tree(source)


def check_parameters(templates: list[Template], stated: Mapping[str, tuple[str, ...]], name: str) -> None:
    """Refuse values that are stated for parameters which no template has, or which do not allow them.

    Raises:
        InputError: such a value is stated; a slip would otherwise leave the default in force.
    """
    sections = [section for one in templates if (section := one.section("Parameters")) is not None]
    known = {parameter: node for section in sections for parameter, node in section.items()}
    for parameter, values in stated.items():
        if parameter == STACK_NAME:
            continue
        if parameter not in known:
            hint = nearest(parameter, [*known, STACK_NAME])
            raise InputError(f"{name}: there is no parameter `{parameter}`" + (f": {hint}" if hint else ""))
        node = known[parameter]
        allowed = node.get("AllowedValues") if isinstance(node, Mapped) else None
        listed = (
            [item.value for item in allowed.items if isinstance(item, Scalar)] if isinstance(allowed, Listed) else []
        )
        refused = [value for value in values if listed and value not in listed]
        if refused:
            raise InputError(f"{name}: the parameter `{parameter}` does not allow `{refused[0]}`: {', '.join(listed)}")


def template_of(source: Source) -> Template:
    """The template that a text is.

    Raises:
        InputError: the text is broken, no template, or uses what cannot be worked out offline as a whole (a macro).
    """
    root = read_text(source)
    if not isinstance(root, Mapped) or not isinstance(root.get("Resources"), Mapped):
        raise root.error("this is no CloudFormation template: expected a section `Resources`")
    transforms = list(_transforms(root.get("Transform")))
    for transform in transforms:
        if transform.value not in _HARMLESS:
            sentence = (
                f"the macro `{transform.value}` can rewrite every policy of this template: give the processed one "
                "(`aws cloudformation get-template --template-stage Processed`)"
            )
            raise transform.error(sentence)
    serverless = any(transform.value == SERVERLESS for transform in transforms)
    return Template(source=source, root=root, resources=_resources(root), serverless=serverless)


def _transforms(node: Node | None) -> Iterator[Scalar]:
    for item in node.items if isinstance(node, Listed) else (node,):
        if isinstance(item, Scalar):
            yield item
        elif isinstance(item, Mapped):
            name = item.get("Name")
            if isinstance(name, Scalar):
                yield name


def _refuse_rewriting(name: str, node: Node) -> None:
    """Refuse loops, and what a macro adds to a mapping: it may be a policy. A macro alone stands for one value."""
    waiting = [(name, node)]
    while waiting:
        name, at = waiting.pop()
        if name.startswith(_LOOP):
            raise at.error(f"loops (`{_LOOP}`) are not read: {_PROCESSED}")
        if isinstance(at, Listed):
            waiting += [("", item) for item in at.items]
        elif isinstance(at, Mapped):
            macro = at.get(_INCLUDED)
            if macro is not None and (len(at.members) > 1 or name == "Properties"):
                raise macro.error(f"what `{_INCLUDED}` adds here is not read: {_PROCESSED}")
            waiting += at.items()


def _resources(root: Mapped) -> dict[str, Resource]:
    section = root.get("Resources")
    found: dict[str, Resource] = {}
    if _INCLUDED in root.members:
        raise root.members[_INCLUDED].key.error(f"what `{_INCLUDED}` adds here is not read: {_PROCESSED}")
    for logical_id, node in section.items() if isinstance(section, Mapped) else ():
        _refuse_rewriting(logical_id, node)
        kind = node.get("Type") if isinstance(node, Mapped) else None
        if not isinstance(node, Mapped) or not isinstance(kind, Scalar):
            raise node.error(f"expected a resource with a `Type` under `{logical_id}`")
        properties = node.get("Properties")
        if properties is not None and not isinstance(properties, Mapped):
            raise properties.error("expected a mapping under `Properties`")
        found[logical_id] = Resource(
            logical_id, kind.value, node, properties or Mapped(node.source, node.start, node.start)
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Where a template goes and what is stated of it: account, region, stack, and the values of parameters.

    ``values`` are the values of parameters that a parent stack gives; ``exports`` work out what other stacks at hand
    export to this one, by name.
    """

    account_id: str
    region: str | None = None
    stack_name: str | None = None
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    exports: Mapping[str, Callable[[], Value]] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The partition of the region; ``aws`` where no region is stated."""
        return partition_of_region(self.region) if self.region is not None else STANDARD
