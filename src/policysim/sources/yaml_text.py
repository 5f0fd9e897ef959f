"""YAML text to the tree of a template: with places, without making objects of anything that the text asks for.

PyYAML tells the events; what a plain value is (a number, a date, a truth value) is left to who reads it, as a template
writes ``Version: 2012-10-17`` and means text. Source: YAML 1.1; CloudFormation User Guide, template-formats.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from policysim.language.source import BYTE_ORDER_MARK
from policysim.sources.errors import InputError
from policysim.sources.template_tree import DEEPEST, Listed, Mapped, Member, Node, Scalar, mapping_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

    from policysim.language.source import Source

LARGEST: Final = 1_000_000
"""The most values that a text may stand for once its aliases are followed: a few lines can stand for billions."""

_MERGE: Final = "<<"
_WITHOUT_PREFIX: Final = frozenset({"Ref", "Condition"})
_STANDARD: Final = "tag:yaml.org,2002:"


def yaml_tree(source: Source) -> Node:
    """The tree of a text in YAML.

    Raises:
        InputError: the text is no YAML, holds several documents, or stands for more than a template can hold.
    """
    import yaml  # noqa: PLC0415  # loaded only where a template is written in YAML

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(source).tree(yaml.parse(source.text.removeprefix(BYTE_ORDER_MARK), Loader=loader))
    except yaml.reader.ReaderError as error:
        line = source.text.count("\n", 0, error.position) + 1
        raise InputError(f"{source.name}:{line}: this is no YAML: a control character stands here") from None
    except yaml.MarkedYAMLError as error:
        raise InputError(_broken(error, source)) from None
    except yaml.YAMLError:
        raise InputError(f"{source.name}: this is no YAML") from None
    except RecursionError:
        raise InputError(f"{source.name}: the template nests more than {DEEPEST} levels deep") from None


def _broken(error: yaml.MarkedYAMLError, source: Source) -> str:
    mark = error.problem_mark or error.context_mark
    place = source.name if mark is None else f"{source.name}:{mark.line + 1}:{mark.column + 1}"
    context = f" {error.context}" if error.context else ""
    return f"{place}: this is no YAML:{context} {error.problem or 'it breaks off'}".replace("\n", " ")


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


class _Open(NamedTuple):
    """A collection whose end has not been met."""

    event: yaml.CollectionStartEvent
    is_list: bool
    children: list[Node]


class _Builder:
    """Builds the tree from the events; it does not recurse, however deep the text is."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._mark = len(BYTE_ORDER_MARK) if source.text.startswith(BYTE_ORDER_MARK) else 0
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[int, int] = {}
        self._documents: list[Node] = []

    def tree(self, events: Iterator[yaml.Event]) -> Node:
        import yaml  # noqa: PLC0415  # as above

        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._put(self._scalar(event), event.anchor)
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._enter(event, is_list=isinstance(event, yaml.SequenceStartEvent))
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    self._leave(event)
                case yaml.AliasEvent():
                    self._put(self._anchored(event), None)
                case yaml.DocumentStartEvent() if self._documents:
                    raise self._at(event).error("a second document begins here, and a template is one")
        if not self._documents:
            raise InputError(f"{self._source.name}: the file is empty")
        return self._documents[0]

    def _at(self, event: yaml.Event) -> Node:
        return Node(self._source, self._offset(event.start_mark), self._offset(event.end_mark))

    def _offset(self, mark: _Mark | None) -> int:
        return self._mark + (0 if mark is None else mark.index)

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        at, start = self._at(event), self._offset(event.start_mark)
        tag = event.tag if event.tag not in {None, "!"} else None
        if tag is not None:
            start = self._past_tag(start)
        plain = not event.style and event.tag is None
        end = max(start, at.end)
        if event.style in {"|", ">"}:
            end -= len(self._source.text[start:end]) - len(self._source.text[start:end].rstrip())
        scalar = Scalar(self._source, start, end, event.value, plain)
        return scalar if tag is None else self._tagged(tag, at.start, scalar)

    def _past_tag(self, start: int) -> int:
        """Behind ``!Sub`` and the white space that follows; an anchor may stand among them."""
        text = self._source.text
        while text[start : start + 1] in {"!", "&"}:
            while start < len(text) and not text[start].isspace():
                start += 1
            while start < len(text) and text[start].isspace():
                start += 1
        return start

    def _tagged(self, tag: str, start: int, value: Node) -> Node:
        """The long form of ``!Name value``; tags of YAML itself change nothing."""
        if tag.startswith(_STANDARD):
            return value
        name = tag.removeprefix("!")
        start = self._source.text.index("!", start)  # an anchor may stand before it
        key = Scalar(self._source, start, start + len(tag), name if name in _WITHOUT_PREFIX else f"Fn::{name}")
        return Mapped(self._source, start, value.end, {key.value: Member(key, value)}, tagged=True)

    def _enter(self, event: yaml.CollectionStartEvent, *, is_list: bool) -> None:
        if len(self._open) >= DEEPEST:
            raise self._at(event).error(f"the template nests more than {DEEPEST} levels deep here")
        self._open.append(_Open(event, is_list, []))

    def _leave(self, ending: yaml.Event) -> None:
        opened, is_list, children = self._open.pop()
        start, end = self._offset(opened.start_mark), self._offset(ending.end_mark)
        if not opened.flow_style and children:
            end = children[-1].end  # the end of a block is met only where the next one begins
        tag = opened.tag if opened.tag not in {None, "!"} else None
        inner = start if tag is None else self._past_tag(start)
        node = Listed(self._source, inner, end, tuple(children)) if is_list else self._mapping(children, inner, end)
        self._sizes[id(node)] = 1 + sum(self._sizes.get(id(child), 1) for child in children)
        if self._sizes[id(node)] > LARGEST:
            raise node.error(f"the aliases here stand for more than {LARGEST:,} values")
        whole = node if tag is None else self._tagged(tag, start, node)
        self._sizes[id(whole)] = self._sizes[id(node)]
        self._put(whole, opened.anchor)

    def _mapping(self, children: list[Node], start: int, end: int) -> Mapped:
        members: list[Member] = []
        merged: list[Node] = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise key.error("expected a name before the colon")
            if key.value == _MERGE and key.plain:
                merged += value.items if isinstance(value, Listed) else (value,)
            else:
                members.append(Member(key, value))
        mapping = mapping_of(members, self._source, start, end)
        return mapping if not merged else replace(mapping, members=self._merged(mapping, merged))

    def _merged(self, mapping: Mapped, merged: list[Node]) -> dict[str, Member]:
        members = dict(mapping.members)
        for one in merged:
            if not isinstance(one, Mapped):
                raise one.error("expected a mapping behind `<<`")
            for name, member in one.members.items():
                members.setdefault(name, member)
        return members

    def _anchored(self, event: yaml.AliasEvent) -> Node:
        found = self._anchors.get(event.anchor or "")
        if found is None:
            raise self._at(event).error(f"`*{event.anchor}` refers to nothing that is complete before it")
        at = self._at(event)
        moved = replace(found, start=at.start, end=at.end) if isinstance(found, Scalar) else found
        self._sizes[id(moved)] = self._sizes.get(id(found), 1)
        return moved

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._documents.append(node)
