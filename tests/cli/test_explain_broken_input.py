"""``explain`` and broken or hostile files: there is an answer or one sentence, and no raw escape."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.cli.account_folders import Ran, account_folder, allow, deny, document, event, run, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS: Final = ("text", "json", "markdown", "html", "sarif")
SPLIT_SURROGATE: Final = "\ud800"
HOSTILE: Final = (
    "\x1b[31mX\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "a\u202eb",
    "\u2028",
    "\x00",
    SPLIT_SURROGATE,
    "<script>alert(1)</script>",
    "](https://example.com)",
    "\n\nFORGED",
    "${aws:PrincipalTag/x}",
    "`",
    "$(id)",
    "--help",
    "../../etc/passwd",
    "a" * 3000,
    "",
    "*",
)
VALUES: Final[tuple[Any, ...]] = (None, True, 0, -1, 10**30, 1e308, [], {}, [[]], {"a": {"b": 1}}, *HOSTILE)
RAW: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
RUNS: Final = 25


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    statements = (allow("s3:GetObject", "arn:aws:s3:::data/*"), deny("s3:Delete*"))
    account_folder(tmp_path / "account", ("read", document(*statements)))
    write_json(tmp_path / "event.json", event())
    return tmp_path


def explain(folder: Path, *more: str) -> Ran:
    return run("explain", "event.json", "--account", "account", *more, cwd=folder)


def refused(done: Ran) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("policysim: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_half_of_a_surrogate_pair_in_an_event_is_no_reason_to_fail(folder: Path, form: str) -> None:
    write_json(folder / "event.json", event(userAgent=SPLIT_SURROGATE, eventID=SPLIT_SURROGATE))
    assert explain(folder, "--format", form).returncode == 0


def test_two_such_events_are_two_denials(folder: Path) -> None:
    write_json(folder / "event.json", {"Records": [event(userAgent=SPLIT_SURROGATE, eventID=id_) for id_ in "ab"]})
    whole = json.loads(explain(folder, "--format", "json").stdout)
    assert [report["event"]["id"] for report in whole["reports"]] == ["a", "b"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_the_report_and_the_patch_cannot_be_one_file(folder: Path, force: tuple[str, ...]) -> None:
    (folder / "link").symlink_to("same")
    for other in ("same", "./same", "link"):
        told = refused(explain(folder, "--output", "same", "--fix-out", other, *force))
        assert "`--output` and `--fix-out` name the same file" in told
    assert not (folder / "same").exists()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_broken_ends_in_an_answer_or_in_one_sentence(folder: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same damage in every run
    files = sorted((folder / "account").rglob("*.json")) + [folder / "event.json"] * 6
    for _ in range(RUNS):
        broken = chance.choice(files)
        whole = broken.read_bytes()
        broken.write_bytes(_damaged(whole, chance))
        form = chance.choice(FORMATS)
        verbose = ("-v",) if chance.random() < 0.3 else ()
        assert_is_answered(explain(folder, "--format", form, *verbose), form)
        broken.write_bytes(whole)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pasted_ends_in_an_answer_or_in_one_sentence(folder: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same text in every run
    pieces = (
        *HOSTILE,
        "User: ",
        " on resource: ",
        " because no ",
        "with an explicit deny in a ",
        "\u2502 ",
        '{"a":',
        ": ",
    )
    for _ in range(RUNS):
        text = str(event()["errorMessage"])
        for _ in range(chance.choice((1, 2, 5))):
            at = chance.randint(0, len(text))
            text = text[:at] + chance.choice(pieces) + text[at + chance.choice((0, 0, 1, 20)) :]
        form = chance.choice(FORMATS)
        given = text.encode("utf-8", "surrogatepass")
        assert_is_answered(run("explain", "-", "--account", "account", "--format", form, cwd=folder, stdin=given), form)


def assert_is_answered(done: Ran, form: str) -> None:
    assert done.returncode in {0, 2, 3}, done.stderr
    assert not RAW.search(done.stderr)
    if done.returncode == 2:
        refused(done)
    if form == "text":
        assert not RAW.search(done.stdout)
    if form == "html":
        assert "<script" not in done.stdout


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.2:
        at = chance.randrange(len(whole))
        return whole[:at] + chance.choice((b"\xff", b"\x00", b"{", b"]", b'"', b"\\", b"")) + whole[at + 1 :]
    value = json.loads(whole)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _damage(value, chance)
    return json.dumps(value).encode("utf-8")


def _damage(value: Any, chance: random.Random) -> None:  # JSON of any kind
    places = list(_places(value))
    if not places:
        return
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice(HOSTILE)] = holder.pop(key)
        case 2 if isinstance(holder[key], str):
            at = chance.randint(0, len(holder[key]))
            holder[key] = holder[key][:at] + chance.choice(HOSTILE) + holder[key][at:]
        case _:
            holder[key] = chance.choice(VALUES)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # JSON of any kind
    """Every member of every object and list, with what holds it."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield value, key
        yield from _places(member)
