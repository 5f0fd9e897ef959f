"""A Terraform or OpenTofu plan, or a state, as JSON: its resources as they will be, and what will be gone.

Source: Terraform documentation, "JSON Output Format" (format 1.x, as read in 2026): values representation, change
representation; the same of OpenTofu.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.sources.terraform_configuration import Configuration, ModulePath, module_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.sources.json_values import Json

_VERSION: Final = "format_version"
_SUPPORTED_MAJOR: Final = "1"
_OLDEST_MAJOR: Final = "0"
"""Terraform before 1.1 wrote version 0.x, with the same members as far as they are read here."""

VALUES: Final = ("planned_values", "values")
"""Where the values of a plan are, and those of a state."""

_DATA: Final = "data"
_DEEPEST: Final = 100


class PlannedResource(NamedTuple):
    """One instance of a resource or data source. ``values`` are those known so far, ``at`` where it is described.

    ``unknown`` mirrors the values: ``True`` stands for what is known only after the plan was applied. ``created``:
    nothing of it is there yet, so that nobody but the plan can have given it anything.
    """

    address: str
    type: str
    name: str
    key: str | int | None
    module: ModulePath
    values: Json | None
    unknown: Mapping[str, object]
    created: bool
    at: Json

    def known(self, attribute: str) -> Json | None:
        """The value of an attribute; ``None`` when there is none or it is not known yet."""
        found = None if self.values is None else self.values.member(attribute)
        return None if found is None or found.value is None or self.is_unknown(attribute) else found

    def text(self, attribute: str) -> str | None:
        """The value of an attribute that is a string; ``None`` when there is none, an empty one or no known one."""
        found = self.known(attribute)
        return None if found is None else found.text() or None

    def flag(self, attribute: str) -> bool | None:
        """The value of an attribute that is a truth value; ``None`` when there is none or it is not known yet."""
        found = self.known(attribute)
        return None if found is None else found.flag()

    def items(self, attribute: str) -> tuple[Json, ...]:
        """The items of a known list."""
        found = self.known(attribute)
        return () if found is None else tuple(found.items())

    def is_unknown(self, attribute: str) -> bool:
        """Whether any part of an attribute is known only after the plan was applied."""
        return holds_unknown(self.unknown.get(attribute))


def holds_unknown(mark: object) -> bool:
    """Whether ``after_unknown`` marks a value, or any part of it."""
    waiting = [mark]
    while waiting:
        at = waiting.pop()
        if at is True:
            return True
        waiting += at.values() if isinstance(at, dict) else at if isinstance(at, list) else ()
    return False


def is_plan(value: object) -> bool:
    """Whether a JSON value is what ``terraform show -json`` prints, of a plan or of a state."""
    return isinstance(value, dict) and _VERSION in value and "terraform_version" in value


class Plan:
    """The resources of a plan (or state) by address, its data sources, and what it takes away.

    Raises:
        InputError: the version is not one that is known, the plan failed, or it holds no values.
    """

    def __init__(self, whole: Json) -> None:
        self.whole = whole
        self.name = whole.location.source.name
        version = whole.required(_VERSION)
        if version.text().split(".")[0] not in {_OLDEST_MAJOR, _SUPPORTED_MAJOR}:
            raise version.error(f"expected version 1 of Terraform's JSON output, found `{version.value}`")
        if whole.optional_flag("errored"):
            raise whole.error("the plan was broken off by an error, so it does not hold everything: plan again")
        planned, state = map(whole.member, VALUES)
        self._values = planned or state
        if self._values is None:
            expected = f"expected a plan (with `{VALUES[0]}`) or a state (with `values`) of `terraform show -json`"
            raise whole.error(expected)
        self.configuration = Configuration(whole.member("configuration"))

    @cached_property
    def _changes(self) -> dict[str, Json]:
        """The changes by address, without those of deposed objects, which share it with what takes their place."""
        listed = self.whole.optional_items("resource_changes")
        return {change.required("address").text(): change for change in listed if change.member("deposed") is None}

    @cached_property
    def resources(self) -> dict[str, PlannedResource]:
        """Every resource that will be there, by address."""
        return {one.address: one for one in self._all if not _is_data(one)}

    @cached_property
    def data(self) -> dict[str, PlannedResource]:
        """Every data source, by address: those already read, and those that wait for the plan to be applied."""
        found = {one.address: one for one in (*self._prior, *self._all) if _is_data(one)}
        for address, change in self._changes.items():
            if change.optional_text("mode") == _DATA and address not in found:
                found[address] = _deferred(change, address)
        return found

    def of_type(self, *types: str) -> Iterator[PlannedResource]:
        """The resources of some types, in the order of the file."""
        for kind in types:
            yield from self._by_type.get(kind, ())

    @cached_property
    def removed(self) -> tuple[PlannedResource, ...]:
        """What is there now and will be deleted, or replaced, as it is now; deposed objects are among it."""
        return self._as_now("delete")

    @cached_property
    def updated(self) -> tuple[PlannedResource, ...]:
        """What is there now and will be changed in place, as it is now."""
        return self._as_now("update")

    def _as_now(self, action: str) -> tuple[PlannedResource, ...]:
        listed = self.whole.optional_items("resource_changes")
        return tuple(_before(one, one.required("address").text()) for one in listed if action in _actions(one))

    def instances(self, module: ModulePath, kind: str, name: str) -> list[PlannedResource]:
        """The instances of one resource or data source block."""
        return self._by_block.get((module, kind, name), [])

    def is_changed(self, resource: PlannedResource) -> bool:
        """Whether the plan makes, changes or replaces a resource; a state changes nothing."""
        change = self._changes.get(resource.address)
        return change is not None and not {"no-op", "read"} & {*map(str, _actions(change))}

    def is_configured(self, resource: PlannedResource, attribute: str) -> bool:
        """Whether the configuration says what an attribute is, so that it is not AWS or the provider who fills it."""
        block = self.configuration.block(resource.module, resource.type, resource.name)
        expressions = None if block is None else block.member("expressions")
        return expressions is not None and expressions.member(attribute) is not None

    @cached_property
    def _by_type(self) -> dict[str, list[PlannedResource]]:
        found: dict[str, list[PlannedResource]] = {}
        for one in self.resources.values():
            found.setdefault(one.type, []).append(one)
        return found

    @cached_property
    def _by_block(self) -> dict[tuple[ModulePath, str, str], list[PlannedResource]]:
        found: dict[tuple[ModulePath, str, str], list[PlannedResource]] = {}
        for one in self.resources.values():
            found.setdefault((one.module, one.type, one.name), []).append(one)
        for one in self.data.values():
            found.setdefault((one.module, f"{_DATA}.{one.type}", one.name), []).append(one)
        return found

    @cached_property
    def _all(self) -> tuple[PlannedResource, ...]:
        return tuple(self._in(self._values))

    @cached_property
    def _prior(self) -> tuple[PlannedResource, ...]:
        prior = self.whole.member("prior_state")
        return () if prior is None or prior.empty else tuple(self._in(prior.member("values")))

    def _in(self, values: Json | None) -> Iterator[PlannedResource]:
        top = None if values is None or values.empty else values.member("root_module")
        waiting = [(top, 0)] if top is not None else []
        while waiting:
            module, depth = waiting.pop()
            if depth > _DEEPEST:
                raise module.error("the modules nest too deep")
            path = module_path(module.optional_text("address") or "")
            for at in module.optional_items("resources"):
                yield self._resource(at, path)
            waiting += [(child, depth + 1) for child in reversed([*module.optional_items("child_modules")])]

    def _resource(self, at: Json, path: ModulePath) -> PlannedResource:
        address = at.required("address").text()
        change = self._changes.get(address)
        return PlannedResource(
            address=address,
            type=at.required("type").text(),
            name=at.required("name").text(),
            key=_key(at),
            module=path,
            values=at.member("values"),
            unknown=_unknown(change) if change is not None else {},
            created=change is not None and "create" in _actions(change),
            at=at,
        )


def _is_data(one: PlannedResource) -> bool:
    return one.at.optional_text("mode") == _DATA


def _key(at: Json) -> str | int | None:
    index = at.member("index")
    value = None if index is None else index.value
    if index is not None and not isinstance(value, (str, int, type(None))):
        raise index.unexpected("the key of an instance: a string or a number")
    return value if isinstance(value, (str, int)) else None


def _actions(change: Json) -> list[object]:
    return [action.value for action in change.required("change").optional_items("actions")]


def _unknown(change: Json) -> Mapping[str, object]:
    marks = change.required("change").member("after_unknown")
    return marks.value if marks is not None and isinstance(marks.value, dict) else {}


def _of_change(change: Json, address: str, values: Json | None, unknown: Mapping[str, object]) -> PlannedResource:
    return PlannedResource(
        address=address,
        type=change.required("type").text(),
        name=change.required("name").text(),
        key=_key(change),
        module=module_path(change.optional_text("module_address") or ""),
        values=values,
        unknown=unknown,
        created=False,
        at=change,
    )


def _deferred(change: Json, address: str) -> PlannedResource:
    return _of_change(change, address, change.required("change").member("after"), _unknown(change))


def _before(change: Json, address: str) -> PlannedResource:
    before = change.required("change").member("before")
    return _of_change(change, address, None if before is None or before.value is None else before, {})
