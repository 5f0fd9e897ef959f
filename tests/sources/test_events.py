from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.language.source import Source
from policysim.sources.errors import InputError
from policysim.sources.events import WRAPPINGS, EventAt, events_in
from policysim.sources.files import read_argument
from tests.shared_data import SHARED, needs_shared

if TYPE_CHECKING:
    from pathlib import Path

RECORD = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "errorCode": "AccessDenied"}
OTHER = {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"}
TEXT = json.dumps(RECORD)
LOOKED_UP = {"EventId": "1", "Username": "ana", "CloudTrailEvent": TEXT}
ENVELOPE = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3", "detail": RECORD}


def read_events(argument: str, stdin: BinaryIO | None = None) -> list[EventAt]:
    return events_in(read_argument(argument, stdin))


def written(folder: Path, content: str | bytes, name: str = "events.json") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def places(folder: Path, content: str | bytes) -> list[str]:
    """Where the events of a file stood, without the file's own name."""
    path = written(folder, content)
    found = read_events(path)
    assert all(event.event_name in {"GetObject", "AssumeRole"} for event, _ in found)
    return [where.removeprefix(path) for _, where in found]


def refusal(folder: Path, content: str | bytes) -> str:
    """The sentence that a file is refused with, without the file's own name."""
    path = written(folder, content)
    with pytest.raises(InputError) as raised:
        read_events(path)
    text = str(raised.value)
    assert text.startswith(path)
    assert "\n" not in text
    return text.removeprefix(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (RECORD, [""]),
        ({"Records": [RECORD, OTHER]}, [", record 1", ", record 2"]),
        ([RECORD, OTHER], [", item 1", ", item 2"]),
        ({"Events": [LOOKED_UP, LOOKED_UP]}, [", event 1, `CloudTrailEvent`", ", event 2, `CloudTrailEvent`"]),
        ({"Events": [LOOKED_UP], "NextToken": "x"}, [", event 1, `CloudTrailEvent`"]),
        (LOOKED_UP, [", `CloudTrailEvent`"]),
        ([LOOKED_UP], [", item 1, `CloudTrailEvent`"]),
        (ENVELOPE, [""]),
        ({"events": [{"timestamp": 1, "message": TEXT}]}, [", event 1, `message`"]),
        ({**RECORD, "detail": {}, "Records": []}, [""]),
        ({"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": TEXT}]}, [", event 1, `message`"]),
        (
            {"results": [[{"field": "@timestamp", "value": "x"}, {"field": "@message", "value": TEXT}]]},
            [", row 1, `@message`"],
        ),
        ({"QueryResultRows": [[{"eventTime": "x"}, {"eventJson": TEXT}]]}, [", row 1, `eventJson`"]),
        ({"Type": "Notification", "Message": TEXT}, [", `Message`"]),
        (
            {"Messages": [{"Body": json.dumps({"Type": "Notification", "Message": json.dumps(ENVELOPE)})}]},
            [", message 1, `Body`, `Message`"],
        ),
        ({"Records": [{"messageId": "1", "body": TEXT}]}, [", record 1, `body`"]),
        ([[RECORD], [OTHER]], [", item 1, item 1", ", item 2, item 1"]),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_forms_in_which_people_have_events(
    tmp_path: Path, content: Any, expected: list[str], indent: int | None
) -> None:
    text = json.dumps(content, indent=indent)
    assert places(tmp_path, text) == expected
    assert places(tmp_path, b"\xef\xbb\xbf" + text.encode()) == expected
    assert places(tmp_path, gzip.compress(text.encode(), mtime=0)) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_json_lines_name_their_lines(tmp_path: Path, end: str) -> None:
    text = end.join([TEXT, "", json.dumps(ENVELOPE), json.dumps({"Records": [RECORD, OTHER]}), ""])
    expected = [":1", ":3", ":4, record 1", ":4, record 2"]
    assert places(tmp_path, text) == expected
    assert places(tmp_path, b"\xef\xbb\xbf" + text.encode()) == expected


def test_objects_one_after_another_name_the_lines_that_they_begin_on(tmp_path: Path) -> None:
    text = "\n".join([json.dumps(RECORD, indent=2), json.dumps({"Records": [OTHER]}, indent=2), TEXT])
    expected = [":1", ":6, record 1", f":{text.count(chr(10)) + 1}"]
    assert places(tmp_path, text) == expected
    assert places(tmp_path, b"\xef\xbb\xbf" + text.encode() + b"\n\n") == expected
    broken = text + '\n{"eventSource": }'
    assert ": this is not JSON" in refusal(tmp_path, broken)
    twice = json.dumps(RECORD, indent=2) + json.dumps(RECORD, indent=2)[:-1] + ', "eventName": "Other"}'
    assert refusal(tmp_path, twice) == ":5: `eventName` stands more than once in this record"


def test_an_export_of_cloudwatch_logs_has_a_time_before_each_event(tmp_path: Path) -> None:
    time = "2026-11-24T03:00:00.123Z "
    assert places(tmp_path, f"{time}{TEXT}\n") == [":1"]
    assert places(tmp_path, f"{time}{TEXT}\n{time}{json.dumps(OTHER)}\n") == [":1", ":2"]
    assert ":2:" in refusal(tmp_path, f"{time}{TEXT}\n{time}{TEXT[:-1]}\n")
    assert ": this is not JSON" in refusal(tmp_path, f"{time}nothing at all\n")


def test_rows_of_a_query_without_whole_records_are_told(tmp_path: Path) -> None:
    rows = {"results": [[{"field": "eventName", "value": "GetObject"}]]}
    assert "this is no CloudTrail record" in refusal(tmp_path, json.dumps(rows))


@pytest.mark.parametrize(("start", "end"), [('{"Records": [', "]}"), ('{"detail": ', "}"), ("[", "]")])
def test_wrappings_within_wrappings_without_end_are_told(tmp_path: Path, start: str, end: str) -> None:
    assert len(places(tmp_path, start * 50 + TEXT + end * 50)) == 1
    for depth in (5_000, 100_000):
        assert refusal(tmp_path, start * depth + TEXT + end * depth).endswith(": this nests deeper than any event")


NAMES = st.sampled_from([*(name for name, *_ in WRAPPINGS), "field", "value", "eventSource", "eventName", "x"])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just(TEXT), st.just("{"), st.just("[]")
)
ANYTHING = st.recursive(
    st.one_of(LEAVES, st.just(RECORD)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=12,
)


@given(ANYTHING, st.sampled_from([None, 1]))
def test_any_json_at_all_is_events_or_one_sentence(content: Any, indent: int | None) -> None:
    source, sentence, found = Source("x", json.dumps(content, indent=indent)), "", []
    try:
        found = events_in(source)
    except InputError as error:
        sentence = str(error)
    assert bool(found) is not bool(sentence)
    assert all(each.event.event_name and each.where.startswith("x") for each in found)
    assert not sentence or (sentence.startswith("x") and "\n" not in sentence)


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1" * 5000])
def test_what_is_no_number_of_json_is_refused_with_its_place(tmp_path: Path, number: str) -> None:
    assert refusal(tmp_path, f'{{"eventSource": "a", "eventName": {number}}}').startswith(":1:")


def test_gzip_is_told_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    assert len(read_events(written(tmp_path, gzip.compress(TEXT.encode(), mtime=0), "plain.json"))) == 1
    assert len(read_events(written(tmp_path, TEXT, "odd.json.gz"))) == 1


def test_standard_input(tmp_path: Path) -> None:
    assert [where for _, where in read_events("-", io.BytesIO(TEXT.encode()))] == ["<stdin>"]
    assert [where for _, where in read_events("-", io.BytesIO(gzip.compress(TEXT.encode(), mtime=0)))] == ["<stdin>"]
    with pytest.raises(InputError, match=r"^<stdin>: this is empty"):
        read_events("-", io.BytesIO(b""))
    assert [where for _, where in events_in(Source("<message>", TEXT))] == ["<message>"]
    assert places(tmp_path, TEXT) == [""]


@pytest.mark.parametrize("content", ["", " \n\t", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_an_empty_file(tmp_path: Path, content: str | bytes) -> None:
    assert refusal(tmp_path, content) == ": this is empty, and CloudTrail events in JSON were expected"


@pytest.mark.parametrize("content", [{"Records": []}, [], {"Events": []}])
def test_a_file_without_events(tmp_path: Path, content: Any) -> None:
    assert refusal(tmp_path, json.dumps(content)) == ": this holds no events"


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: there is no such file$"):
        read_events(str(tmp_path / "none.json"))
    with pytest.raises(InputError, match=r"this is a folder, not a file$"):
        read_events(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (TEXT.encode("utf-16"), "UTF-16 text, and UTF-8 was expected"),
        (TEXT.encode("utf-16-le"), "UTF-16 text, and UTF-8 was expected"),
        (TEXT.encode("utf-16-be"), "UTF-16 text, and UTF-8 was expected"),
        (bytes(range(128, 256)), "not UTF-8 text"),
        (b"PK\x03\x04\x00\x00", "zero bytes"),
        (gzip.compress(TEXT.encode() * 50, mtime=0)[:40], "a broken gzip file"),
        (b"\x1f\x8b\x08not gzip", "a broken gzip file"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"eventSource": "a" "eventName": "b"}', ":1:21: this is not JSON: a comma is missing"),
        ('{\n  "eventSource": "a",\n}', ":2:21: this is not JSON: a comma stands before the closing `}`"),
        ('{\n  "eventSource": ', "this is not JSON: the text ends too early: expected a value for `eventSource`"),
        ("User: ana is not authorized", ":1:1: this is not JSON"),
        (TEXT + "\n" + TEXT[:-1] + "\n", ":2:"),
        (TEXT + "\n\n{'a': 1}\n", ":3:2: this is not JSON: JSON strings stand in double quotes"),
        ("[" * 100_000, "this nests deeper than any event"),
    ],
)
def test_broken_json_names_the_place_and_what_was_expected(tmp_path: Path, content: str, says: str) -> None:
    assert says in refusal(tmp_path, content)


def test_a_large_broken_file_is_told_too(tmp_path: Path) -> None:
    text = json.dumps({"Records": [RECORD] * 20_000}, indent=1)[:-2]
    assert "expected `,` or a closing bracket, and the text ends" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (3, ": a CloudTrail record should be an object, it is a number"),
        ({"Version": "2012-10-17", "Statement": []}, ": this is no CloudTrail record: it has no `eventSource` and"),
        (
            {"Records": [RECORD, {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "x"}]},
            ", record 2: this is no",
        ),
        ([RECORD, {**RECORD, "userIdentity": "ana"}], ", item 2: `userIdentity` should be an object, it is text"),
        ({"Events": [{"CloudTrailEvent": "{"}]}, ", event 1, `CloudTrailEvent`: this is not JSON"),
        ({"message": "User: ana"}, ": this is no CloudTrail record"),
        ({**RECORD, "\ud800": 1}, ": the record has a member whose name holds half a character"),
        ({"digestStartTime": "x", "logFiles": []}, "it looks like a CloudTrail digest file"),
    ],
)
def test_json_that_is_no_cloudtrail_says_where_and_what(tmp_path: Path, content: Any, says: str) -> None:
    assert says in refusal(tmp_path, json.dumps(content))


def test_a_member_that_stands_twice_in_a_record_is_refused(tmp_path: Path) -> None:
    twice = TEXT[:-1] + ', "eventName": "Other"}'
    assert refusal(tmp_path, twice) == ": `eventName` stands more than once in this record"
    assert refusal(tmp_path, f"[{TEXT}, {twice}]").startswith(", item 2: `eventName` stands more")


@needs_shared
def test_every_real_record_is_read_from_a_gzipped_file_of_records(tmp_path: Path) -> None:
    with gzip.open(SHARED / "data/events/all.jsonl.gz", "rt", encoding="utf-8") as lines:
        real = [json.loads(line)["event"] for line in lines]
    path = written(tmp_path, gzip.compress(json.dumps({"Records": real}).encode(), mtime=0), "log.json.gz")
    assert len(read_events(path)) == len(real) == 3210
