from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.account_folders import OBJECT, ROLE, Ran, allow, document, run
from tests.shared_data import SHARED, needs_shared, rows

if TYPE_CHECKING:
    from pathlib import Path


def case(name: str, action: str = "s3:GetObject", **more: object) -> dict[str, object]:
    return {
        "id": name,
        "principal": {"type": "AssumedRole", "arn": ROLE, "account": "111122223333"},
        "action": action,
        "resource": OBJECT,
        "resource_account": "111122223333",
        "context": {},
        "identity_policies": [document(allow("s3:GetObject"))],
        **more,
    }


def lines(*cases: object) -> bytes:
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in cases).encode()


def answers(done: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_answers_come_in_the_order_of_the_questions_whatever_they_are(tmp_path: Path) -> None:
    conditional = document(allow("s3:PutObject", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))
    unknown = case("c", "s3:PutObject", identity_policies=[conditional], context_complete=False)
    (tmp_path / "cases.jsonl").write_bytes(lines(case("a"), case("b", "s3:PutObject", title="a put"), unknown))
    done = run("eval", "--cases", "cases.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    a, b, c = answers(done)
    assert a == {
        "id": "a",
        "decision": "allowed",
        "layer": "identity",
        "possible": [],
        "statements": [{"policy": a["statements"][0]["policy"], "index": 0, "sid": None}],
        "unknown_keys": [],
        "caveats": [],
    }
    assert (b["id"], b["title"], b["decision"], b["statements"]) == ("b", "a put", "implicit_deny", [])
    assert (c["id"], c["decision"], c["possible"]) == ("c", "depends", ["allowed", "implicit_deny"])
    assert [unknown["key"] for unknown in c["unknown_keys"]] == ["aws:RequestedRegion"]


def test_a_bad_line_is_answered_in_its_place_and_fails_the_run_at_the_end() -> None:
    done = run("eval", "--cases", "-", stdin=lines(case("a"), "{", {"id": "b"}, "", case("c")))
    assert done.returncode == 2
    assert [answer["id"] for answer in answers(done)] == ["a", None, "b", "c"]
    assert ["error" in answer for answer in answers(done)] == [False, True, True, False]
    assert done.stderr == "policysim: <stdin>: 2 of 4 cases could not be read, see their `error`\n"


def test_a_call_that_needs_several_resources_needs_all_of_them() -> None:
    only_one = document(allow("s3:GetObject", OBJECT))
    both = [{"arn": OBJECT}, {"arn": OBJECT + "2"}]
    done = run("eval", "--cases", "-", stdin=lines(case("a", identity_policies=[only_one], resources=both)))
    assert [answer["decision"] for answer in answers(done)] == ["implicit_deny"]


def test_a_file_without_a_case_is_bad_input_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_bytes(b"\n")
    for arguments in (["cases.jsonl"], ["nope.jsonl"]):
        done = run("eval", "--cases", *arguments, "--output", "answers.jsonl", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert not (tmp_path / "answers.jsonl").exists()


@needs_shared
def test_every_trap_is_answered() -> None:
    questions = rows("spec/traps.jsonl")
    done = run("eval", "--cases", SHARED / "spec" / "traps.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert [answer["id"] for answer in answers(done)] == [question["id"] for question in questions]
