"""A file that is missing was not collected; an empty one says that there is none. The two are never mixed up."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.account.situate import Situation, situate
from policysim.evaluation.layers import LayerName
from policysim.language.request import ABSENT, RequestContext
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import (
    ACCOUNT,
    KEY,
    QUEUE,
    ROLE,
    allow,
    details,
    request,
    role_entry,
    role_session,
    write_folder,
)


class Part(NamedTuple):
    """A file of the folder; the layer in which its absence is a gap, or the key that it leaves open; what asks for it.

    ``needs`` are files that must be there for the question to reach this one.
    """

    file: str
    layer: LayerName | None
    action: str
    resource: str
    key: str = ""
    needs: tuple[str, ...] = ()


DETAILS = "authorization-details.json"
FULL: dict[str, Any] = {
    DETAILS: details(RoleDetailList=[role_entry(RolePolicyList=[{"PolicyName": "p", "PolicyDocument": allow("*")}])]),
    "resource-policies.json": {QUEUE: None, KEY: None},
    "session-policies.json": {ROLE: []},
    "vpc-endpoints.json": {"vpce-1": {"policy": None}},
    "tags.json": {QUEUE: {}},
    "kms-grants.json": {KEY: []},
    "organization.json": {
        "organization_id": "o-1",
        "root": {
            "id": "r-1",
            "scps": ["FullAWSAccess"],
            "rcps": [],
            "children": [{"id": ACCOUNT, "scps": [], "rcps": []}],
        },
    },
}
PARTS = (
    Part("resource-policies.json", LayerName.RESOURCE, "sqs:SendMessage", QUEUE),
    Part("session-policies.json", LayerName.SESSION, "sqs:SendMessage", QUEUE),
    Part("vpc-endpoints.json", LayerName.VPCE, "sqs:SendMessage", QUEUE),
    Part("organization.json", LayerName.SCP, "sqs:SendMessage", QUEUE),
    Part("organization.json", LayerName.RCP, "sqs:SendMessage", QUEUE),
    Part("kms-grants.json", LayerName.RESOURCE, "kms:Decrypt", KEY, needs=("resource-policies.json",)),
    Part("tags.json", None, "sqs:SendMessage", QUEUE, key="aws:ResourceTag/Team"),
)
EMPTY = st.sampled_from(["{}", "null", "[]", " {\n} "])


def situated(part: Part, files: dict[str, Any]) -> Situation:
    with tempfile.TemporaryDirectory() as name:
        folder = write_folder(Path(name), {"account.json": {"account_id": ACCOUNT}, **files})
        asked = request(role_session(), part.action, part.resource, context=RequestContext())
        return situate(asked, read_organisation(folder))


def not_collected(part: Part, found: Situation) -> bool:
    """Whether the part is open: a gap in its layer, or a key of which nothing is said."""
    if part.layer is None:
        return found.request.context.get(part.key) is None
    layer = found.policies.get(part.layer)
    return layer is not None and any(gap.code == "not-collected" for gap in layer.gaps)


def others(part: Part, chosen: set[str]) -> dict[str, Any]:
    """Some of the other files, and those that the question cannot do without."""
    wanted = chosen | set(part.needs) | {DETAILS}
    return {name: content for name, content in FULL.items() if name in wanted and name != part.file}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.file}-{part.layer}")
@settings(max_examples=12, deadline=None)
@given(chosen=st.sets(st.sampled_from(sorted(FULL))), empty=EMPTY, packed=st.booleans())
def test_a_missing_file_is_a_gap_and_an_empty_one_is_none_whatever_else_is_there(
    part: Part,
    chosen: set[str],
    empty: str,
    packed: bool,  # drawn by hypothesis
) -> None:
    rest = others(part, chosen)
    assert not_collected(part, situated(part, rest))
    with_empty = {**rest, part.file + (".gz" if packed else ""): empty}
    found = situated(part, with_empty)
    assert not not_collected(part, found)
    if part.layer is None:
        assert found.request.context.get(part.key) is ABSENT
    else:
        assert found.policies.get(part.layer) is None


@settings(max_examples=12, deadline=None)
@given(chosen=st.sets(st.sampled_from(sorted(FULL))), empty=EMPTY)
def test_without_authorization_details_the_caller_is_open_and_with_empty_ones_it_is_not_there(
    chosen: set[str], empty: str
) -> None:
    part = Part(DETAILS, LayerName.IDENTITY, "sqs:SendMessage", QUEUE)
    rest = {name: content for name, content in FULL.items() if name in chosen and name != DETAILS}
    missing = situated(part, rest).policies.layers[LayerName.IDENTITY].gaps
    there = situated(part, {**rest, DETAILS: empty}).policies.layers[LayerName.IDENTITY].gaps
    assert "were not collected" in missing[0].sentence
    assert f"`{ROLE}` is not in the authorization details" in there[0].sentence


@settings(max_examples=8, deadline=None)
@given(empty=EMPTY)
def test_block_public_access_that_is_missing_is_not_known_and_empty_is_off(empty: str) -> None:
    part = Part("s3-public-access.json", None, "s3:ListBucket", "arn:aws:s3:::data")
    listed = {"resource-policies.json": {"arn:aws:s3:::data": None}}
    for files, restricted in ((listed, None), ({**listed, part.file: empty}, False)):
        block = situated(part, files).request.resource.public_access_block
        assert block is not None
        assert block.restrict_public_buckets is restricted
