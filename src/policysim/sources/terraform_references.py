"""From an attribute whose value is not known yet to the resource that it will be taken from.

Only what a plan leaves no doubt about is followed: one traversal, one instance. A value that a function or a template
makes of it cannot be told from the bare one, so this serves attributes that can hold nothing but a name, an id or an
ARN of the resource itself (the role of an attachment, the bucket of a policy), and whole documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from policysim.sources.terraform_configuration import ModulePath, Reference
    from policysim.sources.terraform_plan import Plan, PlannedResource

_DEEPEST: Final = 40
"""More steps through variables and outputs than any plan takes; a loop would take more."""

_INDICES: Final = frozenset({"each", "count"})
_INDEX_NAMES: Final = frozenset({"key", "index"})


class _Scope(NamedTuple):
    """Where an expression stands: its module, and the key of the instance (of the resource or module call)."""

    module: ModulePath
    key: str | int | None
    for_each: tuple[Reference, ...] | None


class References:
    """Follows the references of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def targets(
        self, resource: PlannedResource, attribute: str, types: Container[str]
    ) -> tuple[PlannedResource, ...] | None:
        """The resources (or data sources) that an attribute takes its value from; ``None``: not told beyond doubt.

        ``types`` are those that fit: ``aws_iam_role``, or ``data.aws_iam_policy_document``.
        """
        configuration = self._plan.configuration
        found = configuration.references(resource.module, resource.type, resource.name, attribute)
        if not found:
            return None
        for_each = configuration.for_each(resource.module, resource.type, resource.name)
        scope = _Scope(resource.module, resource.key, None if for_each is None else tuple(for_each))
        return self._all(found, scope, types, 0)

    def target(self, resource: PlannedResource, attribute: str, types: Container[str]) -> PlannedResource | None:
        """The one resource that an attribute takes its value from; ``None``: not told beyond doubt."""
        found = self.targets(resource, attribute, types)
        return found[0] if found is not None and len(found) == 1 else None

    def _all(
        self, references: Iterable[Reference], scope: _Scope, types: Container[str], depth: int
    ) -> tuple[PlannedResource, ...] | None:
        found: dict[str, PlannedResource] = {}
        for reference in references:
            if reference.kind in _INDICES and reference.name in _INDEX_NAMES:
                continue
            reached = self._one(reference, scope, types, depth + 1) if depth < _DEEPEST else None
            if reached is None:
                return None
            found.update({one.address: one for one in reached})
        return tuple(found.values()) or None

    def _one(
        self, reference: Reference, scope: _Scope, types: Container[str], depth: int
    ) -> tuple[PlannedResource, ...] | None:
        match reference.kind:
            case "var":
                return self._argument(reference, scope, types, depth)
            case "module":
                return self._output(reference, scope, types, depth)
            case "each":
                return None if scope.for_each is None else self._all(scope.for_each, scope, types, depth)
            case _:
                return self._instance(reference, scope, types)

    def _instance(
        self, reference: Reference, scope: _Scope, types: Container[str]
    ) -> tuple[PlannedResource, ...] | None:
        if reference.kind not in types:
            return None
        found = self._plan.instances(scope.module, reference.kind, reference.name)
        if reference.key is not None:
            found = [one for one in found if one.key == reference.key]
        elif len(found) != 1 or found[0].key is not None:
            found = [one for one in found if one.key == scope.key and scope.key is not None]
        return (found[0],) if len(found) == 1 else None

    def _argument(
        self, reference: Reference, scope: _Scope, types: Container[str], depth: int
    ) -> tuple[PlannedResource, ...] | None:
        if reference.rest or not scope.module:
            return None
        given = self._plan.configuration.argument(scope.module, reference.name)
        above = _Scope(scope.module[:-1], scope.module[-1][1], None)
        return None if given is None else self._all(given, above, types, depth)

    def _output(
        self, reference: Reference, scope: _Scope, types: Container[str], depth: int
    ) -> tuple[PlannedResource, ...] | None:
        name = reference.rest.removeprefix(".")
        if not name.replace("-", "_").isidentifier():
            return None
        key = reference.key
        module = (*scope.module, (reference.name, key))
        given = self._plan.configuration.output(module, name)
        return None if given is None else self._all(given, _Scope(module, None, None), types, depth)
