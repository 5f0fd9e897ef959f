"""What the configuration inside a plan tells of values that are not known yet: which resources they come from.

An expression that is no constant is told by its references alone, the longest of each traversal first; the text of a
template and the functions applied are not in the plan. Source: Terraform documentation, "JSON Output Format",
configuration and expression representation (as read in 2026).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.json_values import Json

ModulePath = tuple[tuple[str, str | int | None], ...]
"""The calls that lead to a module, from the root down: the name of each, and the key of its instance."""

_CALL: Final = re.compile(r'module\.([^.\[\]"]+)(?:\[(\d+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)')
_HEAD: Final = re.compile(r'((?:data\.)?[\w-]+)\.([\w-]+)(?:\[(\d+|"(?:[^"\\]|\\.)*")\])?(.*)', re.DOTALL)


class Reference(NamedTuple):
    """One traversal: ``kind`` is ``var``, ``local``, ``module``, ``each``, ``count``, ... or the type of a resource.

    ``key`` is the instance that it names; ``rest`` what stands behind, such as ``.arn``.
    """

    kind: str
    name: str
    key: str | int | None
    rest: str


def module_path(address: str) -> ModulePath:
    """The path of a module by its address; the empty path for the root module."""
    return tuple((call[1], _key(call[2])) for call in _CALL.finditer(address))


def _key(text: str | None) -> str | int | None:
    if text is None:
        return None
    return int(text) if text.isdigit() else str(json.loads(text, strict=False))


def reference_of(text: str) -> Reference | None:
    """A reference taken apart; ``None`` for what names nothing inside (such as ``each`` alone)."""
    head = _HEAD.fullmatch(text)
    if head is None:
        return None
    return Reference(head[1], head[2], _key(head[3]), head[4])


class Configuration:
    """The configuration of a plan; of a state there is none, and it knows nothing."""

    def __init__(self, whole: Json | None) -> None:
        self._providers = None if whole is None or whole.empty else whole.member("provider_config")
        self._root = None if whole is None or whole.empty else whole.member("root_module")
        self._blocks: dict[tuple[str, ...], dict[str, Json]] = {}

    def provider(self, key: str) -> Json | None:
        """The configuration of a provider by its key."""
        return None if self._providers is None or self._providers.empty else self._providers.member(key)

    def block(self, module: ModulePath, kind: str, name: str) -> Json | None:
        """The block of a resource (or of a data source, with a ``kind`` that begins with ``data.``)."""
        names = tuple(call for call, _ in module)
        if names not in self._blocks:
            found = self._module(names)
            listed = () if found is None else found.optional_items("resources")
            self._blocks[names] = {one.required("address").text(): one for one in listed}
        return self._blocks[names].get(f"{kind}.{name}")

    def provider_key(self, module: ModulePath, kind: str, name: str) -> str | None:
        """The key of the provider of a resource."""
        block = self.block(module, kind, name)
        return None if block is None else block.optional_text("provider_config_key")

    def references(self, module: ModulePath, kind: str, name: str, attribute: str) -> list[Reference] | None:
        """What an attribute of a resource refers to; ``None`` when the plan does not tell."""
        block = self.block(module, kind, name)
        expressions = None if block is None else block.member("expressions")
        return None if expressions is None else references_of(expressions.member(attribute))

    def for_each(self, module: ModulePath, kind: str, name: str) -> list[Reference] | None:
        """What ``for_each`` of a resource refers to."""
        block = self.block(module, kind, name)
        return None if block is None else references_of(block.member("for_each_expression"))

    def argument(self, module: ModulePath, name: str) -> list[Reference] | None:
        """What the call of a module gives to a variable of it; for the root module nobody knows."""
        call = self._call(tuple(name for name, _ in module))
        expressions = None if call is None else call.member("expressions")
        return None if expressions is None else references_of(expressions.member(name))

    def output(self, module: ModulePath, name: str) -> list[Reference] | None:
        """What an output of a module refers to."""
        found = self._module(tuple(call for call, _ in module))
        outputs = None if found is None else found.member("outputs")
        output = None if outputs is None or outputs.empty else outputs.member(name)
        return None if output is None else references_of(output.member("expression"))

    def _module(self, names: tuple[str, ...]) -> Json | None:
        if not names:
            return self._root
        call = self._call(names)
        return None if call is None else call.member("module")

    def _call(self, names: tuple[str, ...]) -> Json | None:
        if not names:
            return None
        above = self._module(names[:-1])
        calls = None if above is None else above.member("module_calls")
        return None if calls is None or calls.empty else calls.member(names[-1])


def references_of(expression: Json | None) -> list[Reference] | None:
    """The traversals of an expression, each once and at its full length; ``None`` when they are not told."""
    listed = None if expression is None or not isinstance(expression.value, dict) else expression.member("references")
    if listed is None:
        return None
    texts = [one.text("a reference") for one in listed.items()]
    found = [reference_of(text) for text in _longest(texts)]
    return None if None in found else [one for one in found if one is not None]


def _longest(texts: list[str]) -> Iterator[str]:
    """Each traversal without its own beginnings, which Terraform lists behind it."""
    for index, text in enumerate(texts):
        if not any(other.startswith((f"{text}.", f"{text}[")) for other in texts[:index]):
            yield text
