"""Every row of the collectors that are tables, held against botocore's models and the catalogue of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.catalog.actions import canonical_action
from tests.sources.aws.listed_rows import MODULES, PLACE_NAMES, Row, at, names_in, operation, rows

if TYPE_CHECKING:
    from policysim.sources.aws.collectors.listed import Listed

ROWS = rows()
IDS = [row.name for row in ROWS]

UNMODELLED = {"get_model_package_group_policy", "get_channel_policy"}
"""Operations of which botocore's models do not list the errors: SageMaker and MediaTailor."""

every_row = pytest.mark.parametrize("row", ROWS, ids=IDS)


def known_at(row: Listed, depth: int) -> set[str]:
    """The names that a template below a level may use: the members of the items so far."""
    known = {*PLACE_NAMES, "arn"}
    for level in row.levels[: depth + 1]:
        item = at(operation(level.client or row.client, level.operation).output_shape, (level.items,)).member
        known |= {"item"} if item.type_name == "string" else {*item.members}
    return known


@every_row
def test_each_list_is_one_of_botocore_and_takes_what_it_needs(row: Row) -> None:
    for depth, level in enumerate(row.listed.levels):
        model = operation(level.client or row.listed.client, level.operation)
        shape = model.input_shape
        taken = set() if shape is None else {*shape.members}
        assert level.parameters.keys() <= taken
        assert {*(shape.required_members if shape else ())} <= level.parameters.keys()
        assert at(model.output_shape, (level.items,)).type_name == "list"
        above = known_at(row.listed, depth - 1) if depth else PLACE_NAMES
        assert {name for template in level.parameters.values() for name in names_in(template)} <= above
        assert names_in(level.arn) <= known_at(row.listed, depth)


@every_row
def test_each_read_is_one_of_botocore_and_its_policy_is_a_text_in_the_answer(row: Row) -> None:
    for read in row.listed.reads:
        model = operation(read.client or row.listed.client, read.operation)
        assert read.parameters.keys() <= model.input_shape.members.keys()
        assert {*model.input_shape.required_members} <= read.parameters.keys()
        known = known_at(row.listed, len(row.listed.levels) - 1)
        assert {name for template in read.parameters.values() for name in names_in(template)} <= known
        assert read.where.keys() <= known
        assert {at(model.output_shape, way).type_name for way in (read.policy, *read.further)} == {"string"}


@every_row
def test_each_code_that_says_there_is_none_is_an_error_of_its_operation(row: Row) -> None:
    for read in row.listed.reads:
        errors = operation(read.client or row.listed.client, read.operation).error_shapes
        codes = {shape.metadata.get("error", {}).get("code") or shape.name for shape in errors}
        assert {*read.absent} <= codes or (read.operation in UNMODELLED and not codes)


@every_row
def test_members_that_tell_of_no_policy_are_members_of_the_items(row: Row) -> None:
    assert row.listed.without.keys() <= known_at(row.listed, len(row.listed.levels) - 1)


@pytest.mark.parametrize(
    "collector", [one for module in MODULES for one in module.COLLECTORS], ids=lambda one: one.name
)
def test_each_action_is_one_of_the_catalogue(collector: object) -> None:
    actions: tuple[str, ...] = collector.actions  # type: ignore[attr-defined]  # a Collector; ids want a plain value
    assert actions
    assert [canonical_action(action) for action in actions] == list(actions)


@every_row
def test_the_actions_cover_every_operation(row: Row) -> None:
    called = {"".join(word.capitalize() for word in name.split("_")) for name in row.listed.operations}
    assert called <= {action.partition(":")[2] for action in row.collector.actions}


def test_no_row_is_in_two_collectors_and_names_are_unique() -> None:
    assert len({id(row.listed) for row in ROWS}) == len(ROWS)
    assert len(set(IDS)) == len(IDS)
