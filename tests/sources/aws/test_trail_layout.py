"""Which keys of a bucket are log files, and which folders can hold events of a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policysim.sources.aws.events.trail_layout import (
    Step,
    StoredLog,
    Window,
    delivered_at,
    is_log,
    newest_first,
    step_below,
)

BELOW = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/24/"
FILE = "111122223333_CloudTrail_eu-west-1_20261124T0305Z_Mu0KsOhtH1ar15ZZ.json.gz"
WRITTEN = datetime(2026, 11, 25, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (BELOW + FILE, True),
        (f"logs/{BELOW}{FILE}", True),
        (f"logs/AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-west-1/2026/11/24/{FILE}", True),
        (f"AWSLogs/111122223333/CloudTrail-NetworkActivity/eu-west-1/2026/11/24/{FILE}", True),
        (f"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/24/{FILE}", False),
        (f"AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/11/24/{FILE}", False),
        (f"AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/24/{FILE}", False),
        (f"AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/24/{FILE}", False),
        ("incident/events.json", True),
        ("incident/events.json.gz", True),
        ("incident/notes.txt", False),
    ],
)
def test_a_log_file_is_known_by_its_place_and_its_ending(key: str, expected: bool) -> None:
    assert is_log(key, ("eu-west-1",)) is expected


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", Step.FOLDERS),
        ("AWSLogs/", Step.FOLDERS),
        ("AWSLogs/o-abcdefghij/", Step.FOLDERS),
        ("AWSLogs/1111", Step.FOLDERS),
        ("AWSLogs/111122223333/", Step.FOLDERS),
        ("AWSLogs/111122223333/CloudTrail/", Step.FOLDERS),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/", Step.DAYS),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/", Step.FILES),
        (BELOW, Step.FILES),
        ("AWSLogs/111122223333/CloudTrail-Digest/", Step.NOTHING),
        ("AWSLogs/111122223333/Config/", Step.NOTHING),
    ],
)
def test_a_prefix_tells_what_stands_below_it(prefix: str, expected: Step) -> None:
    assert step_below(prefix, 0, ()) is expected


def test_folders_outside_of_the_layout_are_opened_to_a_depth() -> None:
    assert [step_below("a/", depth, ()) for depth in (0, 2, 3)] == [Step.FOLDERS, Step.FOLDERS, Step.FILES]


def test_the_time_of_delivery_is_read_from_the_name() -> None:
    assert delivered_at(BELOW + FILE) == at(3, 5)
    assert delivered_at(BELOW + FILE.replace("1124T", "9924T")) is None
    assert delivered_at("events.json.gz") is None


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (at(3), at(4), True),
        (at(3, 5), at(3, 5), True),
        (at(3, 11), None, False),
        (None, at(1, 5), True),
        (None, at(1, 4), False),
        (None, None, True),
    ],
)
def test_a_log_file_holds_events_from_before_its_delivery(
    since: datetime | None,
    until: datetime | None,
    expected: bool,
) -> None:
    assert Window(since, until).may_hold(StoredLog(BELOW + FILE, WRITTEN)) is expected


def test_a_copy_under_another_name_is_left_out_only_if_it_is_older_than_the_events() -> None:
    copy = StoredLog("events.json", WRITTEN)
    assert Window(at(3), at(4)).may_hold(copy)
    assert not Window(at(1, day=26), None).may_hold(copy)


def test_the_days_reach_from_the_beginning_to_the_last_delivery() -> None:
    now = at(12, day=27)
    assert Window(at(23), at(23)).days(now) == ["2026/11/25/", "2026/11/24/"]
    assert Window(at(0, 1), at(1)).days(now) == ["2026/11/24/", "2026/11/23/"]
    assert Window(at(3), None).days(now)[0] == "2026/11/27/"
    assert Window(None, at(3)).days(now) == []


def test_log_files_are_read_from_the_newest_on_and_each_once() -> None:
    older = StoredLog(BELOW + FILE.replace("T0305", "T0105"), WRITTEN)
    newer = StoredLog(BELOW + FILE, WRITTEN)
    assert newest_first(iter([older, newer, older])) == [newer, older]
