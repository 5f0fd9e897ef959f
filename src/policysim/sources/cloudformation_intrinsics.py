"""The functions of CloudFormation, worked out as far as a template alone allows.

What AWS alone knows (an export of another stack, a parameter without a value, an id that a service makes up) is not
known, with a sentence that says why. Source: AWS CloudFormation Template Reference, intrinsic-function-reference and
pseudo-parameter-reference.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from policysim.sources.cloudformation_names import ARN, GENERATED, NAME, NAMINGS
from policysim.sources.template_tree import Listed, Mapped, Node, Scalar
from policysim.sources.template_values import (
    Entry,
    Items,
    Known,
    Members,
    Missing,
    Nothing,
    Piece,
    Unknown,
    Value,
    Words,
    missing,
    moved,
    pieces_of,
    scalar_value,
    text_of,
    text_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.sources.cloudformation_names import Naming
    from policysim.sources.cloudformation_template import Deployment, Resource, Template

UNRESOLVED: Final = "UNRESOLVED"
"""Stands in the name of a resource for what is not known of it; such a name is equal to itself alone."""

_LIST_TYPES: Final = ("CommaDelimitedList", "List<")
_FROM_SSM: Final = "AWS::SSM::Parameter::Value<"
_IN_SUB: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC: Final = re.compile(r"\{\{resolve:[^}]*\}\}")
_PSEUDO: Final = "AWS::"
_OUTPUTS: Final = "Outputs."
_SCHEME: Final = "https://"
_DEEPEST: Final = 60
"""More names that stand for names than anybody writes; a circle of them ends here."""


class Resolver:
    """Works out the values of one template in one deployment."""

    def __init__(self, template: Template, deployment: Deployment) -> None:
        self.template = template
        self.deployment = deployment
        self.doubtful = False  # a nested stack whose condition is open may not be made at all
        self.names: dict[str, str] = {}
        self.nested_stacks: dict[str, Callable[[], Resolver]] = {}
        self._nested: dict[str, Resolver] = {}
        self._conditions: dict[str, bool | None] = {}
        self._depth = 0
        self._functions: dict[str, Callable[[Node, Mapped], Value]] = {
            "Ref": self._ref,
            "Fn::Base64": self._base64,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import_value,
            "Fn::Join": self._join,
            "Fn::Length": self._length,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
        }

    def value(self, node: Node | None) -> Value | None:
        """The value of a node; ``None`` where there is no node, or nothing in it."""
        if node is None:
            return None
        found = self.resolve(node)
        return None if isinstance(found, Nothing) else found

    def text(self, node: Node | None) -> str | None:
        """The text that a node stands for, if it is known."""
        return text_of(self.value(node))

    def resolve(self, node: Node) -> Value:
        """The value of a node."""
        if isinstance(node, Scalar):
            return self._with_dynamic(scalar_value(node))
        if isinstance(node, Listed):
            items = (self.resolve(item) for item in node.items)
            return Items(node, tuple(item for item in items if not isinstance(item, Nothing)))
        if not isinstance(node, Mapped):
            return Nothing(node)
        function = self._function_of(node)
        if function is None:
            entries = {name: Entry(member.key, self.resolve(member.value)) for name, member in node.members.items()}
            return Members(node, {name: one for name, one in entries.items() if not isinstance(one.value, Nothing)})
        return self._called(function, node)

    def holds(self, name: str, node: Node) -> bool | None:
        """Whether a condition of the template holds; ``None`` where that is not known."""
        section = self.template.section("Conditions")
        condition = section.get(name) if section is not None else None
        if condition is None:
            raise node.error(f"the template has no condition `{name}`")
        if name not in self._conditions:
            self._conditions[name] = None
            self._conditions[name] = self._truth(condition)
        return self._conditions[name]

    def exists(self, resource: Resource) -> bool | None:
        """Whether a resource is made, by its ``Condition``."""
        condition = resource.node.get("Condition")
        own = self.holds(condition.value, condition) if isinstance(condition, Scalar) else True
        return None if self.doubtful and own else own

    def arn_of(self, resource: Resource) -> str | None:
        """The ARN of a resource; ``None`` for a type whose ARN is not certain."""
        naming = NAMINGS.get(resource.type)
        return None if naming is None else self._formatted(ARN, naming, resource)

    def name_of(self, resource: Resource) -> str:
        """The name of a resource, made up as CloudFormation does it where the template gives none."""
        if resource.logical_id not in self.names:
            self.names[resource.logical_id] = self._made_up(resource)  # stands for it while it is worked out
            self.names[resource.logical_id] = self._named(resource)
        return self.names[resource.logical_id]

    def nested(self, logical_id: str) -> Resolver:
        """The nested stack that a resource makes, where its template is at hand."""
        if logical_id not in self._nested:
            self._nested[logical_id] = self.nested_stacks[logical_id]()
        return self._nested[logical_id]

    def output(self, name: str, node: Node) -> Value:
        """The value of an output of this stack, for a place in another template."""
        outputs = self.template.section("Outputs")
        output = outputs.get(name) if outputs is not None else None
        value = output.members.get("Value") if isinstance(output, Mapped) else None
        if value is None:
            return missing(node, f"the nested stack has no output `{name}`")
        if self._depth > _DEEPEST:
            return missing(node, f"the output `{name}` leads from stack to stack without end")
        self._depth += 1
        try:
            return self.resolve(value.value)
        finally:
            self._depth -= 1

    def _named(self, resource: Resource) -> str:
        naming = NAMINGS.get(resource.type)
        given = self.value(resource.properties.get(naming.named_by)) if naming is not None and naming.named_by else None
        pieces = pieces_of(given) if given is not None else None
        if pieces is None:
            return self._made_up(resource)
        name = "".join(piece.text if isinstance(piece, Known) else UNRESOLVED for piece in pieces)
        return name.removeprefix(_SCHEME)  # an identity provider is named by its URL without the scheme

    def _made_up(self, resource: Resource) -> str:
        name = f"{self.deployment.stack_name or 'STACK'}-{resource.logical_id}-{GENERATED}"
        naming = NAMINGS.get(resource.type)
        return name.lower() if naming is not None and naming.lower else name

    def _formatted(self, form: str, naming: Naming, resource: Resource) -> str:
        form = naming.arn if form == ARN else "{name}" if form == NAME else form
        return form.format(
            partition=self.deployment.partition,
            account=self.deployment.account_id,
            region=self.region(resource.node) if "{region}" in form else "",
            suffix=self._suffix(),
            path=self._path(resource) if "{path}" in form else "/",
            name=self.name_of(resource),
        )

    def _path(self, resource: Resource) -> str:
        given = self.value(resource.properties.get("Path"))
        pieces = (pieces_of(given) if given is not None else None) or (Known("/"),)
        path = "".join(piece.text if isinstance(piece, Known) else UNRESOLVED for piece in pieces)
        return f"/{path.strip('/')}/" if path.strip("/") else "/"

    def region(self, node: Node) -> str:
        """The region of the deployment; it is asked for only where it matters."""
        if self.deployment.region is None:
            raise node.error("the region matters here and is not stated: say it with `in REGION`, or `--region`")
        return self.deployment.region

    def _suffix(self) -> str:
        return "amazonaws.com.cn" if self.deployment.partition == "aws-cn" else "amazonaws.com"

    def _function_of(self, node: Mapped) -> str | None:
        if len(node.members) != 1:
            return None
        name = next(iter(node.members))
        return name if name == "Ref" or name.startswith("Fn::") or (node.tagged and name == "Condition") else None

    def _called(self, name: str, node: Mapped) -> Value:
        function = self._functions.get(name)
        if function is None:
            return missing(node, f"`{name}` is not known: its value comes from AWS, or the function is not read here")
        if self._depth > _DEEPEST:
            return missing(node, f"`{name}` leads from name to name without end")
        self._depth += 1
        try:
            return function(node.members[name].value, node)
        finally:
            self._depth -= 1

    def _with_dynamic(self, value: Value) -> Value:
        """The text with dynamic references (``{{resolve:ssm:...}}``) as parts that are not known."""
        text = text_of(value)
        if text is None or "{{resolve:" not in text or not isinstance(value, Words):
            return value
        scalar = value.node if isinstance(value.node, Scalar) else None
        pieces: list[Piece] = []
        at = 0
        for found in _DYNAMIC.finditer(text):
            pieces.append(Known(text[at : found.start()], scalar, at))
            pieces.append(Missing(f"`{found[0]}` is not known: its value is kept in AWS", value.node))
            at = found.end()
        return Words(value.node, (*pieces, Known(text[at:], scalar, at)))

    def _ref(self, argument: Node, node: Mapped) -> Value:
        if not isinstance(argument, Scalar):
            raise argument.error("`Ref` takes the name of a parameter or of a resource")
        return self._referred(argument.value, node, f"`Ref {argument.value}`")

    def _referred(self, name: str, node: Node, shown: str) -> Value:
        if name.startswith(_PSEUDO):
            return self._pseudo(name, node, shown)
        parameters = self.template.section("Parameters")
        parameter = parameters.get(name) if parameters is not None else None
        if isinstance(parameter, Mapped):
            return self._parameter(name, parameter, node, shown)
        resource = self.template.resources.get(name)
        generated = self._generated_role(name) if resource is None else None
        if generated is not None:
            return text_value(node, generated)
        if resource is None:
            return missing(node, f"{shown} is not known: the template has no parameter and no resource `{name}`")
        naming = NAMINGS.get(resource.type)
        if naming is None:
            return missing(node, f"{shown} is not known: AWS gives `{resource.type}` its name")
        return text_value(node, self._formatted(naming.ref, naming, resource))

    def _pseudo(self, name: str, node: Node, shown: str) -> Value:
        match name:
            case "AWS::NoValue":
                return Nothing(node)
            case "AWS::AccountId":
                return text_value(node, self.deployment.account_id)
            case "AWS::Region":
                return text_value(node, self.region(node))
            case "AWS::Partition":
                return text_value(node, self.deployment.partition)
            case "AWS::URLSuffix":
                return text_value(node, self._suffix())
            case "AWS::StackName" if self.deployment.stack_name is not None:
                return text_value(node, self.deployment.stack_name)
            case "AWS::StackName":
                return missing(node, f"{shown} is not known: state it as the parameter `AWS::StackName`")
            case _:
                return missing(node, f"{shown} is not known before the stack is made")

    def _parameter(self, name: str, parameter: Mapped, node: Node, shown: str) -> Value:
        kind = parameter.get("Type")
        written = kind.value if isinstance(kind, Scalar) else "String"
        if written.startswith(_FROM_SSM):
            return missing(node, f"{shown} is not known: its value is kept in Systems Manager")
        if name in self.deployment.values:
            return moved(self.deployment.values[name], node)
        given = self.deployment.parameters.get(name)
        default = parameter.members.get("Default")
        if given is None and default is None:
            return missing(node, f"{shown} is not known: the parameter `{name}` has no value; state one")
        listed = written.startswith(_LIST_TYPES)
        if given is None and default is not None and isinstance(default.value, Scalar):
            stated = scalar_value(default.value)
            if isinstance(stated, Unknown):
                return moved(stated, node)
            text = text_of(stated) or ""
            given = tuple(part.strip() for part in text.split(",")) if listed else (text,)
        if given is None:
            return missing(node, f"{shown} is not known: the default of `{name}` is no text")
        if listed:
            parts = (part.strip() for text in given for part in text.split(","))
            return Items(node, tuple(text_value(node, part) for part in parts if part))
        return text_value(node, ",".join(given))

    def _get_att(self, argument: Node, node: Mapped) -> Value:
        if isinstance(argument, Scalar):
            logical_id, _, attribute = argument.value.partition(".")
        elif isinstance(argument, Listed) and len(argument.items) == 2:  # a resource and its attribute
            first, second = (self.text(item) for item in argument.items)
            logical_id, attribute = first or "", second or ""
        else:
            raise argument.error("`Fn::GetAtt` takes a resource and the name of an attribute")
        return self._attribute(logical_id, attribute, node, f"`GetAtt {logical_id}.{attribute}`")

    def _attribute(self, logical_id: str, attribute: str, node: Node, shown: str) -> Value:
        nested = self.nested(logical_id) if logical_id in self.nested_stacks else None
        if nested is not None and attribute.startswith(_OUTPUTS):
            return moved(nested.output(attribute.removeprefix(_OUTPUTS), node), node)
        resource = self.template.resources.get(logical_id)
        if resource is None:
            generated = self._generated_role(logical_id) if attribute == "Arn" else None
            if generated is not None:
                partition, account = self.deployment.partition, self.deployment.account_id
                return text_value(node, f"arn:{partition}:iam::{account}:role/{generated}")
            return missing(node, f"{shown} is not known: the template has no resource `{logical_id}`")
        naming = NAMINGS.get(resource.type)
        form = naming.attributes.get(attribute) if naming is not None else None
        if naming is None or form is None:
            return missing(node, f"{shown} is not known: AWS gives `{resource.type}` this attribute")
        return text_value(node, self._formatted(form, naming, resource))

    def _generated_role(self, logical_id: str) -> str | None:
        """The name of the role that AWS SAM makes for a function, which the template may refer to."""
        owner = self.template.resources.get(logical_id.removesuffix("Role"))
        if owner is None or owner.logical_id == logical_id or not self.template.serverless:
            return None
        return f"{self.deployment.stack_name or 'STACK'}-{logical_id}-{GENERATED}"

    def _sub(self, argument: Node, node: Mapped) -> Value:
        own: dict[str, Value] = {}
        text = argument
        if isinstance(argument, Listed) and len(argument.items) == 2:  # a text and what its names stand for
            text, names = argument.items
            if isinstance(names, Mapped):
                own = {name: self.resolve(value) for name, value in names.items()}
        if not isinstance(text, Scalar):
            raise argument.error("`Fn::Sub` takes a text, or a list of a text and a mapping")
        pieces: list[Piece] = []
        at = 0
        for found in _IN_SUB.finditer(text.value):
            pieces.append(Known(text.value[at : found.start()], text, at))
            pieces += self._variable(found, own, text, node)
            at = found.end()
        pieces.append(Known(text.value[at:], text, at))
        return self._with_dynamic(Words(node, tuple(pieces)))

    def _variable(self, found: re.Match[str], own: dict[str, Value], text: Scalar, node: Node) -> list[Piece]:
        """What ``${Name}`` stands for; ``${!Name}`` is ``${Name}`` to the letter, such as a policy variable."""
        literal, name = found[1], found[2].strip()
        if literal:
            return [Known("${", text, found.start()), Known(found[2] + "}", text, found.start(2))]
        shown = f"`${{{name}}}`"
        value = own.get(name)
        if value is None:
            resource, dot, attribute = name.partition(".")
            value = self._attribute(resource, attribute, node, shown) if dot else self._referred(name, node, shown)
        pieces = pieces_of(value)
        return (
            [Missing(f"{shown} is a list here, and a text was expected", node)]
            if pieces is None
            else [Known(piece.text) if isinstance(piece, Known) else piece for piece in pieces]
        )

    def _join(self, argument: Node, node: Mapped) -> Value:
        delimiter, listed = self._pair(argument, "Fn::Join", "a delimiter and a list")
        between, items = self.text(delimiter), self.resolve(listed)
        if isinstance(items, Unknown):
            return moved(items, node)
        if not isinstance(items, Items) or between is None:
            raise argument.error("`Fn::Join` takes a delimiter and a list")
        pieces: list[Piece] = []
        for number, item in enumerate(items.items):
            own = pieces_of(item)
            if own is None:
                raise item.node.error("`Fn::Join` joins texts")
            pieces += [Known(between)] if number and between else []
            pieces += own
        return Words(node, tuple(pieces))

    def _split(self, argument: Node, node: Mapped) -> Value:
        delimiter, source = self._pair(argument, "Fn::Split", "a delimiter and a text")
        between, value = self.text(delimiter), self.resolve(source)
        text = text_of(value)
        if text is None or not between:
            return missing(node, "the text that `Fn::Split` divides is not known")
        return Items(node, tuple(text_value(node, part) for part in text.split(between)))

    def _select(self, argument: Node, node: Mapped) -> Value:
        index, listed = self._pair(argument, "Fn::Select", "a number and a list")
        number, value = self.text(index), self.resolve(listed)
        if isinstance(value, Items) and number is not None and number.isdecimal() and int(number) < len(value.items):
            return moved(value.items[int(number)], node)
        return missing(node, "what `Fn::Select` picks is not known")

    def _length(self, argument: Node, node: Mapped) -> Value:
        value = self.resolve(argument)
        if isinstance(value, Items):
            return text_value(node, str(len(value.items)))
        return missing(node, "the list that `Fn::Length` counts is not known")

    def _base64(self, argument: Node, node: Mapped) -> Value:
        text = self.text(argument)
        if text is None:
            return missing(node, "the text that `Fn::Base64` encodes is not known")
        return text_value(node, base64.b64encode(text.encode()).decode())

    def _import_value(self, argument: Node, node: Mapped) -> Value:
        name = self.text(argument)
        if name is None:
            return missing(node, "the name of the export that is imported here is not known")
        found = self.deployment.exports.get(name)
        if found is not None:
            return moved(found(), node)
        return missing(node, f"`ImportValue {name}` is not known: no stack at hand exports it")

    def _find_in_map(self, argument: Node, node: Mapped) -> Value:
        if not isinstance(argument, Listed) or len(argument.items) < 3:  # a map and two names
            raise argument.error("`Fn::FindInMap` takes the name of a map and two keys")
        keys = [self.text(item) for item in argument.items[:3]]
        shown = "`FindInMap " + ", ".join(key or "?" for key in keys) + "`"
        if None in keys:
            return missing(node, f"{shown} is not known: a key of it is not")
        found: Node | None = self.template.section("Mappings")
        for key in keys:
            found = found.get(str(key)) if isinstance(found, Mapped) else None
        if found is not None:
            return moved(self.resolve(found), node)
        default = argument.items[3] if len(argument.items) > 3 else None  # what follows the keys
        fallback = default.get("DefaultValue") if isinstance(default, Mapped) else None
        if fallback is not None:
            return moved(self.resolve(fallback), node)
        raise node.error(f"{shown}: the template maps nothing there")

    def _if(self, argument: Node, node: Mapped) -> Value:
        if not isinstance(argument, Listed) or len(argument.items) != 3:  # a condition and two values
            raise argument.error("`Fn::If` takes a condition and two values")
        condition, when_true, when_false = argument.items
        name = condition.value if isinstance(condition, Scalar) else ""
        holds = self.holds(name, condition)
        if holds is not None:
            return self.resolve(when_true if holds else when_false)
        options = (self.resolve(when_true), self.resolve(when_false))
        return missing(node, f"which of the two values holds is not known: condition `{name}` is open", options)

    def _pair(self, argument: Node, name: str, expected: str) -> tuple[Node, Node]:
        if not isinstance(argument, Listed) or len(argument.items) != 2:  # two arguments
            raise argument.error(f"`{name}` takes {expected}")
        return argument.items[0], argument.items[1]

    def _truth(self, node: Node) -> bool | None:
        """Whether a rule of the section ``Conditions`` holds."""
        if not isinstance(node, Mapped) or len(node.members) != 1:
            raise node.error("expected `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`")
        name, (_, argument) = next(iter(node.members.items()))
        if name == "Condition" and isinstance(argument, Scalar):
            return self.holds(argument.value, argument)
        parts = argument.items if isinstance(argument, Listed) else ()
        match name:
            case "Fn::Equals" if len(parts) == 2:  # two values are compared
                return self._equal(*parts)
            case "Fn::Not" if len(parts) == 1:
                inner = self._truth(parts[0])
                return None if inner is None else not inner
            case "Fn::And":
                truths = [self._truth(part) for part in parts]
                return False if False in truths else None if None in truths else True
            case "Fn::Or":
                truths = [self._truth(part) for part in parts]
                return True if True in truths else None if None in truths else False
        raise node.error("expected `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`")

    def _equal(self, one: Node, other: Node) -> bool | None:
        first, second = self.resolve(one), self.resolve(other)
        texts = tuple("" if isinstance(value, Nothing) else text_of(value) for value in (first, second))
        if None not in texts:
            return texts[0] == texts[1]
        lists = tuple(_texts(value) for value in (first, second))
        return lists[0] == lists[1] if None not in lists else None


def _texts(value: Value) -> tuple[str, ...] | None:
    """The texts of a list that is known."""
    if not isinstance(value, Items):
        return None
    texts = tuple(text_of(item) for item in value.items)
    return tuple(text for text in texts if text is not None) if None not in texts else None
