"""What is asked of the services that hold events: no denial is left out, and no value of the user becomes a command."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.cloudtrail.error_codes import DENIAL_CODES
from policysim.cloudtrail.event_reading import event_from_record
from policysim.sources.aws.events import sql
from policysim.sources.aws.events.data_events import is_data_event
from policysim.sources.aws.events.event_data_store import query_of
from policysim.sources.aws.events.event_history import Attribute, attributes_of
from policysim.sources.aws.events.log_group import CODE_PATTERNS, FILTER_PATTERN
from policysim.sources.aws.events.operation_names import operations_of
from policysim.sources.aws.events.partitions import of_days
from policysim.sources.aws.events.queries import size_words
from policysim.sources.aws.events.selecting import of_action, of_caller
from policysim.sources.aws.events.table_rows import NAME_BY_COLUMN, cells_of, record_of
from policysim.sources.aws.events.table_types import ColumnType, TypeTextError, column_type
from policysim.sources.aws.events.wanted import Wanted, is_caller
from tests.event_services import COLUMNS, STORE, flat_row
from tests.shared_data import needs_shared, rows

TYPES = {name: column_type(text) for name, text in COLUMNS.items()}
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
QUOTES = st.text(alphabet="'\"\\;-%_() aé", max_size=20)


@given(TEXTS | QUOTES)
def test_a_value_in_a_statement_is_that_value_and_nothing_else(value: str) -> None:
    with sqlite3.connect(":memory:") as held:
        assert held.execute(f"SELECT {sql.text(value)}").fetchall() == [(value,)]
    held.close()


@given(QUOTES.filter(bool))
def test_a_name_in_a_statement_is_that_name_and_nothing_else(value: str) -> None:
    with sqlite3.connect(":memory:") as held:
        found = held.execute(f"SELECT 1 AS {sql.name(value)}")
        assert found.description[0][0] == value
    held.close()


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_what_no_literal_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"zero byte|surrogates"):
        sql.text(value)


def _is_denied(code: str | None, message: str | None, answer: str | None) -> bool:
    held = sqlite3.connect(":memory:")
    held.create_function("regexp_like", 2, lambda text, pattern: text is not None and bool(re.search(pattern, text)))
    held.execute("CREATE TABLE t (code, message, answer)")
    held.execute("INSERT INTO t VALUES (?, ?, ?)", (code, message, answer))
    condition = sql.denied("code", "message", "answer")
    found = held.execute(f"SELECT 1 FROM t WHERE {condition}").fetchall()  # noqa: S608  # the condition under test
    held.close()
    return bool(found)


@pytest.mark.parametrize("code", [row.code for row in DENIAL_CODES])
def test_m16_sql_and_the_filter_pattern_let_every_code_of_a_denial_through(code: str) -> None:
    for spelled in (code, code.lower(), f"Client.{code}", f"Server.{code}"):
        assert _is_denied(spelled, None, None)
    assert _is_denied(None, None, f'{{"errorCode":"{code}"}}')
    assert _is_denied(None, None, f'{{"__type":"com.amazon#{code}"}}')
    assert any(fnmatchcase(code, pattern) for pattern in CODE_PATTERNS)
    assert any(fnmatchcase(f"Client.{code}", pattern) for pattern in CODE_PATTERNS)


@pytest.mark.parametrize("code", [None, "ThrottlingException", "NoSuchBucket", "AccessDeniedX"])
def test_sql_leaves_out_calls_that_were_not_refused(code: str | None) -> None:
    assert not _is_denied(code, None, '{"note":"nothing"}')
    assert not _is_denied("NoSuchBucket", None, '{"errorCode":"AccessDenied"}')


def test_the_filter_pattern_is_no_longer_than_aws_takes() -> None:
    assert len(FILTER_PATTERN) <= 1024


ROLE = "arn:aws:iam::111122223333:role/team/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/i-0abc"


@pytest.mark.parametrize(
    ("arn", "principal", "expected"),
    [
        (SESSION, ROLE, True),
        (SESSION, SESSION, True),
        (ROLE, ROLE, True),
        ("arn:aws:sts::444455556666:assumed-role/app/i-0abc", ROLE, False),
        ("arn:aws:sts::111122223333:assumed-role/app2/i-0abc", ROLE, False),
        (SESSION, "arn:aws:iam::111122223333:user/app", False),
        (SESSION, "arn:aws:sts::111122223333:assumed-role/app/other", False),
        ("nobody", ROLE, False),
    ],
)
def test_a_role_stands_for_its_sessions(arn: str, principal: str, expected: bool) -> None:
    assert is_caller(arn, principal) is expected


@given(QUOTES)
def test_hostile_callers_and_actions_stay_values(value: str) -> None:
    held = sqlite3.connect(":memory:")
    held.create_function("strpos", 2, lambda text, part: text.find(part) + 1)
    held.execute("CREATE TABLE t (arn, issuer, message, name, source)")
    held.execute("INSERT INTO t VALUES (?, '', '', 'PutObject', 's3.amazonaws.com')", (f"x{value}y",))
    for condition in (of_caller(value, "arn", "issuer", "message"), of_action(value, "name", "source", "message")):
        statement = f"SELECT count(*) FROM t WHERE {condition or '1'}"  # noqa: S608  # the condition under test
        assert held.execute(statement).fetchone() == (1,)
    held.close()


def test_the_id_of_an_event_data_store_is_checked_once_more() -> None:
    assert f"FROM {STORE} WHERE" in query_of(STORE, Wanted())
    with pytest.raises(ValueError, match="x"):
        query_of("x; DROP TABLE y", Wanted())


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(event_id="1", principal=ROLE), (Attribute("EventId", "1"),)),
        (Wanted(principal="arn:aws:iam::111122223333:user/team/ana", action="s3:*"), (Attribute("Username", "ana"),)),
        (Wanted(principal=SESSION), (Attribute("Username", "i-0abc"),)),
        (Wanted(principal="arn:aws:iam::111122223333:root"), ()),
        (Wanted(principal=ROLE), ()),
        (Wanted(principal=ROLE, action="iam:CreateUser"), (Attribute("EventName", "CreateUser"),)),
        (Wanted(action="IAM:createuser"), (Attribute("EventName", "CreateUser"),)),
        (Wanted(action="iam:PassRole"), ()),
        (Wanted(action="kms:Decrypt"), ()),
        (Wanted(action="s3:*"), ()),
        (Wanted(action="cloudfront:CreateDistribution"), (Attribute("EventSource", "cloudfront.amazonaws.com"),)),
        (Wanted(), ()),
    ],
)
def test_the_most_selective_attribute_is_looked_up(wanted: Wanted, expected: tuple[Attribute, ...]) -> None:
    assert attributes_of(wanted) == expected


def test_operations_of_other_names_are_looked_up_too() -> None:
    assert set(operations_of("s3:ListBucket").names) >= {"ListObjectsV2", "HeadBucket"}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:GetObject", True),
        ("s3:PutBucketPolicy", False),
        ("s3:CreateBucket", False),
        ("lambda:InvokeFunction", True),
        ("lambda:CreateFunction", False),
        ("dynamodb:Query", True),
        ("dynamodb:CreateTable", False),
        ("ec2:RunInstances", False),
    ],
)
def test_data_events_are_told_from_management_events(action: str, expected: bool) -> None:
    assert is_data_event(action) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string", ColumnType("string")),
        ("varchar(20)", ColumnType("varchar")),
        ("map<string, string>", ColumnType("map", items=(ColumnType("string"), ColumnType("string")))),
        (
            "STRUCT<Type:STRING,`tags`:array<struct<a:int>>>",
            ColumnType(
                "struct",
                fields=(
                    ("type", ColumnType("string")),
                    ("tags", ColumnType("array", items=(ColumnType("struct", fields=(("a", ColumnType("int")),)),))),
                ),
            ),
        ),
    ],
)
def test_types_of_columns_are_read(text: str, expected: ColumnType) -> None:
    assert column_type(text) == expected


@pytest.mark.parametrize(
    "text", ["", "struct<", "struct<a>", "array<string", "map<string>>", "a b;c", "<", "array<" * 50]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(TypeTextError):
        column_type(text)


def through_the_table(record: dict[str, Any]) -> dict[str, Any]:
    """A record as it comes back from a row of the table."""
    flat, cells = flat_row(record, TYPES), cells_of(TYPES)
    return record_of(cells, [flat.get(".".join(cell.path)) for cell in cells], TYPES)


def shown_by_the_table(value: Any, kind: ColumnType) -> Any:
    """What of a value the columns of the table can hold."""
    if isinstance(value, dict) and kind.fields:
        known = {NAME_BY_COLUMN[name]: inner for name, inner in kind.fields}
        return {name: shown_by_the_table(one, known[name]) for name, one in value.items() if name in known}
    return value


@needs_shared
@pytest.mark.parametrize("name", ["denied.jsonl", "all.jsonl.gz"])
def test_a_row_of_athena_is_the_event_that_the_record_was(name: str) -> None:
    known = {NAME_BY_COLUMN[column]: kind for column, kind in TYPES.items()}
    for row in rows(f"data/events/{name}"):
        record = row["event"]
        shown = {one: shown_by_the_table(value, known[one]) for one, value in record.items() if one in known}
        assert event_from_record(through_the_table(record)) == event_from_record(shown)


def test_a_structure_may_come_as_the_list_of_its_values() -> None:
    kind = {"resources": TYPES["resources"]}
    cells = cells_of(kind)
    as_list = record_of(cells, ['[["arn:aws:s3:::data","111122223333",null]]'], kind)
    assert as_list == {"resources": [{"ARN": "arn:aws:s3:::data", "accountId": "111122223333"}]}
    assert as_list == record_of(cells, ['[{"arn":"arn:aws:s3:::data","accountid":"111122223333","type":null}]'], kind)


def test_an_empty_structure_is_not_the_same_as_none() -> None:
    record: dict[str, Any] = {"userIdentity": {"sessionContext": {"sessionIssuer": {}}}}
    assert through_the_table(record) == record
    assert through_the_table({}) == {}


STRING_DAYS = {"year": "string", "month": "string", "day": "string"}


@pytest.mark.parametrize(
    ("keys", "properties", "expected"),
    [
        ({"region": "string"}, {}, ""),
        ({"timestamp": "string"}, {}, ""),
        ({"timestamp": "string"}, {"projection.timestamp.format": "dd/MM/yyyy"}, ""),
        (
            {"day": "string"},
            {"projection.day.format": "yyyy-MM-dd"},
            "\"day\" >= '2026-11-30' AND \"day\" <= '2026-12-01'",
        ),
        (
            STRING_DAYS,
            {},
            (
                "((\"year\" IN ('2026') AND \"month\" IN ('11') AND \"day\" IN ('30'))"
                " OR (\"year\" IN ('2026') AND \"month\" IN ('12') AND \"day\" IN ('1', '01')))"
            ),
        ),
        (
            dict.fromkeys(STRING_DAYS, "int"),
            {},
            (
                '(("year" IN (2026) AND "month" IN (11) AND "day" IN (30))'
                ' OR ("year" IN (2026) AND "month" IN (12) AND "day" IN (1)))'
            ),
        ),
    ],
)
def test_only_partitions_that_are_surely_days_narrow_a_query(
    keys: dict[str, str], properties: dict[str, str], expected: str
) -> None:
    assert of_days(keys, properties, date(2026, 11, 30), date(2026, 12, 1)) == expected


def test_of_many_days_the_years_are_named() -> None:
    assert of_days(STRING_DAYS, {}, date(2025, 1, 1), date(2026, 1, 1)) == "\"year\" IN ('2025', '2026')"


def test_sizes_are_told_in_words() -> None:
    assert [size_words(count) for count in (12, 2048, 5 << 20, 3 << 40)] == [
        "12 bytes",
        "2.0 KiB",
        "5.0 MiB",
        "3.0 TiB",
    ]


def test_a_time_is_asked_of_the_event_data_store_in_its_own_form() -> None:
    wanted = Wanted(since=datetime(2026, 11, 24, 3, tzinfo=UTC), until=datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC))
    statement = query_of(STORE, wanted)
    assert "eventTime >= '2026-11-24 03:00:00' AND eventTime <= '2026-11-24 04:05:06'" in statement
    assert len(statement) <= 10_000
