"""The collectors that are tables at work: every row against answers that botocore's models admit."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Entry, Part, Place, Reading
from policysim.sources.aws.collectors import machine_learning, management
from policysim.sources.aws.collectors.listed import UNJOINABLE, UNNAMED, action_of, collect
from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.failures import Failure, failure_of
from tests.sources.aws.listed_rows import (
    ACCOUNT,
    DOCUMENT,
    OTHER,
    REGION,
    Row,
    item_of,
    listing,
    paginator,
    read_answer,
    reads_of,
    rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collectors.listed import Listed, Read

ROWS = rows()
WITH_ABSENT_CODES = [row for row in ROWS if any(read.absent for read in row.listed.reads)]
AFTER_ONE_PAGE = "further"

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@cache
def connection() -> Connection:
    """One for all tests: making clients takes longest."""
    return Connection(AwsSettings(region=REGION))


class Stubbed:
    """A reading whose clients answer what a test adds, in its order and checked against the models."""

    def __init__(self, stack: ExitStack) -> None:
        self.reading = Reading(connection(), Place(ACCOUNT, "aws", REGION))
        self._stack = stack
        self._stubs: dict[str, Stubber] = {}

    def _stub(self, client: str) -> Stubber:
        if client not in self._stubs:
            self._stubs[client] = self._stack.enter_context(Stubber(self.reading.connection.client(client, REGION)))
        return self._stubs[client]

    def lists(self, row: Listed, depth: int, items: list[Any], *, token: str = "") -> None:
        level = row.levels[depth]
        self._stub(level.client or row.client).add_response(level.operation, listing(row, depth, items, token=token))

    def reads(self, row: Listed, read: Read, value: object) -> None:
        self._stub(read.client or row.client).add_response(read.operation, read_answer(row, read, value))

    def fails(self, client: str, operation: str, code: str) -> None:
        self._stub(client).add_client_error(operation, service_error_code=code)

    def reads_nothing(self, row: Listed, read: Read) -> None:
        self._stub(read.client or row.client).add_client_error(read.operation, *_error(read.absent[0]))

    def answers(self, row: Listed, read: Read, answer: dict[str, Any]) -> None:
        self._stub(read.client or row.client).add_response(read.operation, answer)

    def reads_badly(self, row: Listed, read: Read, code: str, message: str) -> None:
        self._stub(read.client or row.client).add_client_error(read.operation, code, message)

    def done(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


def _error(absent: str) -> tuple[str, str]:
    """An error code, and the message where it alone says that there is none."""
    code, _, words = absent.partition(": ")
    return code, f"{words} for: arn:aws:any" if words else ""


@contextmanager
def stubbed() -> Iterator[Stubbed]:
    with ExitStack() as stack:
        made = Stubbed(stack)
        yield made
        made.done()


def lists_parents(made: Stubbed, row: Listed) -> None:
    for depth in range(len(row.levels) - 1):
        made.lists(row, depth, [item_of(row, depth, ACCOUNT, "above")])


def collected(made: Stubbed, row: Listed) -> tuple[list[Entry], list[CollectionGap]]:
    return list(collect((row,), made.reading)), made.reading.gaps


@every_row
def test_the_policy_of_each_resource_of_the_account_is_read(row: Row) -> None:
    listed = row.listed
    with stubbed() as made:
        lists_parents(made, listed)
        depth = len(listed.levels) - 1
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, "one")])
        for read in reads_of(listed):
            made.reads(listed, read, DOCUMENT)
        entries, gaps = collected(made, listed)
    assert gaps == []
    (entry,) = entries
    assert entry.part is Part.RESOURCE_POLICIES
    assert entry.path[0].split(":")[4] == ACCOUNT
    assert entry.value == (DOCUMENT if len(reads_of(listed)) == 1 else json.loads(DOCUMENT))


@every_row
def test_resources_of_other_accounts_are_left_out(row: Row) -> None:
    listed = row.listed
    if "{account}" in listed.levels[-1].arn:
        return  # the list holds the resources of the account alone
    with stubbed() as made:
        lists_parents(made, listed)
        depth = len(listed.levels) - 1
        made.lists(listed, depth, [item_of(listed, depth, OTHER, "one")])
        assert collected(made, listed) == ([], [])


@pytest.mark.parametrize("row", WITH_ABSENT_CODES, ids=lambda row: row.name)
def test_an_error_that_says_there_is_none_is_none(row: Row) -> None:
    listed = row.listed
    with stubbed() as made:
        lists_parents(made, listed)
        depth = len(listed.levels) - 1
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, "one")])
        for read in reads_of(listed):
            made.reads_nothing(listed, read)
        entries, gaps = collected(made, listed)
    assert gaps == []
    assert [entry.value for entry in entries] == [None]


@every_row
def test_an_answer_without_a_policy_is_none(row: Row) -> None:
    listed = row.listed
    with stubbed() as made:
        lists_parents(made, listed)
        depth = len(listed.levels) - 1
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, "one")])
        for read in reads_of(listed):
            made.reads(listed, read, "{}")
        entries, gaps = collected(made, listed)
    assert gaps == []
    assert [entry.value for entry in entries] == [None]


@every_row
def test_a_refused_read_is_a_gap_of_that_resource_and_the_others_are_read(row: Row) -> None:
    listed = row.listed
    with stubbed() as made:
        lists_parents(made, listed)
        depth = len(listed.levels) - 1
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, mark) for mark in ("first", "second")])
        made.fails(listed.client, listed.reads[0].operation, "AccessDeniedException")
        for read in reads_of(listed):
            made.reads(listed, read, DOCUMENT)
        entries, gaps = collected(made, listed)
    (entry,), (gap,) = entries, gaps
    assert "second" in entry.path[0]
    assert "first" in gap.what
    assert gap[1:] == (action_of(listed.client, listed.reads[0].operation), "AccessDeniedException")


@every_row
def test_a_resource_that_is_gone_in_between_is_left_out(row: Row) -> None:
    listed, read = row.listed, row.listed.reads[0]
    code = next(code for code in ("ResourceNotFoundException", "NotFoundException") if code not in read.absent)
    with stubbed() as made:
        lists_parents(made, listed)
        depth = len(listed.levels) - 1
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, "one")])
        made.fails(listed.client, read.operation, code)
        assert collected(made, listed) == ([], [])


@every_row
def test_every_page_of_a_list_is_read(row: Row) -> None:
    listed, depth = row.listed, len(row.listed.levels) - 1
    with stubbed() as made:
        lists_parents(made, listed)
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, "first")], token=AFTER_ONE_PAGE)
        for read in reads_of(listed):
            made.reads(listed, read, DOCUMENT)
        made.lists(listed, depth, [item_of(listed, depth, ACCOUNT, "second")])
        for read in reads_of(listed):
            made.reads(listed, read, DOCUMENT)
        entries, gaps = collected(made, listed)
    assert gaps == []
    assert [word for entry in entries for word in ("first", "second") if word in entry.path[0]] == ["first", "second"]


@pytest.mark.parametrize("row", [row for row in ROWS if len(row.listed.levels) > 1], ids=lambda row: row.name)
def test_a_refused_list_below_a_resource_is_a_gap_of_that_resource(row: Row) -> None:
    listed = row.listed
    with stubbed() as made:
        lists_parents(made, listed)
        level = listed.levels[-1]
        made.fails(level.client or listed.client, level.operation, "AccessDeniedException")
        entries, gaps = collected(made, listed)
    assert entries == []
    assert [gap.error for gap in gaps] == ["AccessDeniedException"]
    assert gaps[0].what.startswith("arn:aws:")


def test_a_refused_list_leaves_the_other_lists_of_its_collector() -> None:
    guardrails, models = (row.listed for row in ROWS if row.name.startswith("bedrock-list_"))
    with stubbed() as made:
        made.fails("bedrock", guardrails.levels[0].operation, "AccessDeniedException")
        made.lists(models, 0, [item_of(models, 0, ACCOUNT, "one")])
        made.reads(models, models.reads[0], DOCUMENT)
        entries = list(collect((guardrails, models), made.reading))
    assert [entry.value for entry in entries] == [DOCUMENT]
    assert made.reading.gaps == [CollectionGap("", "bedrock:ListGuardrails", "AccessDeniedException")]


def test_without_a_replication_set_incident_manager_is_not_asked_for_its_resources() -> None:
    (row,) = [row.listed for row in ROWS if row.name == "ssm-contacts-list_contacts"]
    with stubbed() as made:
        made.lists(row, 0, [])
        assert collected(made, row) == ([], [])


def test_nothing_is_asked_of_parameters_that_cannot_be_shared() -> None:
    (row,) = [row.listed for row in ROWS if row.name == "ssm-parameters-describe_parameters"]
    item = {**item_of(row, 0, ACCOUNT, "one"), "Tier": "Standard"}
    with stubbed() as made:
        made.lists(row, 0, [item])
        assert collected(made, row) == ([Entry(Part.RESOURCE_POLICIES, (item["ARN"],), None)], [])


def test_x7_the_share_of_an_air_gapped_vault_holds_beside_its_access_policy() -> None:
    (row,) = [row.listed for row in ROWS if row.name == "backup-list_backup_vaults"]
    plain, gapped = ({**item_of(row, 0, ACCOUNT, mark)} for mark in ("plain", "gapped"))
    gapped["VaultType"] = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
    access, share = row.reads
    with stubbed() as made:
        made.lists(row, 0, [plain, gapped])
        made.reads_nothing(row, access)
        made.reads_nothing(row, access)
        made.reads(row, share, DOCUMENT)
        entries, gaps = collected(made, row)
    assert gaps == []
    assert [entry.value for entry in entries] == [None, DOCUMENT]


def test_an_item_without_its_name_is_a_gap() -> None:
    (row,) = [row.listed for row in ROWS if row.name == "redshift-describe_clusters"]
    with stubbed() as made:
        made.lists(row, 0, [{"ClusterIdentifier": "old"}])
        assert collected(made, row) == ([], [CollectionGap("", "redshift:DescribeClusters", UNNAMED)])


def test_both_policies_of_a_vault_make_one_document() -> None:
    (row,) = [row.listed for row in ROWS if row.name == "glacier-list_vaults"]
    statement = {"Sid": "a", "Effect": "Deny", "Principal": "*", "Action": "glacier:DeleteArchive", "Resource": "*"}
    with stubbed() as made:
        made.lists(row, 0, [item_of(row, 0, ACCOUNT, "one")])
        for read, sid in zip(row.reads, ("access", "lock"), strict=True):
            made.reads(row, read, json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Sid": sid}}))
        (entry,), _ = collected(made, row)
    assert isinstance(entry.value, dict)
    assert [one["Sid"] for one in entry.value["Statement"]] == ["access", "lock"]


def test_policies_of_different_versions_with_variables_are_a_gap() -> None:
    (row,) = [row.listed for row in ROWS if row.name == "glacier-list_vaults"]
    with stubbed() as made:
        made.lists(row, 0, [item_of(row, 0, ACCOUNT, "one")])
        for read, version in zip(row.reads, ("2008-10-17", "2012-10-17"), strict=True):
            made.reads(row, read, json.dumps({"Version": version, "Statement": [{"Resource": "${aws:username}"}]}))
        entries, (gap,) = collected(made, row)
    assert entries == []
    assert gap.error == UNJOINABLE


def test_the_codes_of_gone_resources_that_the_tests_use_are_known() -> None:
    for code in ("ResourceNotFoundException", "NotFoundException"):
        assert _kind(code) is Failure.GONE


def _kind(code: str) -> Failure:
    from botocore.exceptions import ClientError  # noqa: PLC0415  # one test needs it

    return failure_of(ClientError({"Error": {"Code": code}}, "Get"))


def test_some_of_the_lists_are_ones_whose_pages_botocore_does_not_know() -> None:
    assert not paginator("sesv2", "list_email_identities")
    assert not paginator("cloudtrail", "list_channels")


def test_a_code_that_says_several_things_is_none_only_with_the_words_that_say_so() -> None:
    row = machine_learning.MODEL_PACKAGE_GROUPS
    with stubbed() as made:
        made.lists(row, 0, [item_of(row, 0, ACCOUNT, "one")])
        made.reads_badly(row, row.reads[0], "ValidationException", "1 validation error detected")
        entries, gaps = collected(made, row)
    assert entries == []
    assert [(gap.call, gap.error) for gap in gaps] == [("sagemaker:GetModelPackageGroupPolicy", "ValidationException")]


def test_the_policy_of_delegated_administrators_holds_beside_that_of_an_event_data_store() -> None:
    row = management.CLOUDTRAIL[2]
    own, theirs = (f'{{"Version": "2012-10-17", "Statement": [{{"Sid": "{sid}"}}]}}' for sid in ("Own", "Theirs"))
    with stubbed() as made:
        made.lists(row, 0, [item_of(row, 0, ACCOUNT, "one")])
        made.answers(row, row.reads[0], {"ResourcePolicy": own, "DelegatedAdminResourcePolicy": theirs})
        ((_, _, value),), gaps = collected(made, row)
    assert isinstance(value, dict)
    assert ([one["Sid"] for one in value["Statement"]], gaps) == (["Own", "Theirs"], [])
