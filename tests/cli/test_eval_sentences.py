"""``policysim eval SENTENCE``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from policysim.reports.schema import expectation_schema
from tests.cli.account_folders import Ran, account_folder, allow, deny, document, run, write_json

if TYPE_CHECKING:
    from pathlib import Path

READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*", Sid="Read")))
OBJECT = "arn:aws:s3:::data/a"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    account_folder(tmp_path / "account", READ)
    return tmp_path


def ask(folder: Path, *arguments: str | Path) -> Ran:
    return run("eval", *arguments, "--account", "account", cwd=folder)


def test_a_sentence_that_holds_is_told_with_what_decides(folder: Path) -> None:
    done = ask(folder, f"role/app can s3:GetObject on {OBJECT}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"met  role/app can s3:GetObject on {OBJECT} (1 request)\n")
    assert "Allowed by\n  `read` statement `Read`, identity-based policy (Allow)" in done.stdout


def test_a_sentence_that_does_not_hold_is_explained(folder: Path) -> None:
    done = ask(folder, f"role/app can s3:PutObject on {OBJECT}")
    assert done.returncode == 1
    assert done.stdout.startswith("<sentence>:1:10: unmet\n")
    assert "Near misses" in done.stdout


def test_quotes_may_be_left_out(folder: Path) -> None:
    assert ask(folder, "role/app", "can", "s3:GetObject", "on", OBJECT).returncode == 0


def test_several_sentences_are_asked_at_once(folder: Path) -> None:
    done = ask(folder, f"role/app can s3:GetObject on {OBJECT}", f"role/app can s3:PutObject on {OBJECT}")
    assert done.returncode == 1
    assert "<sentence 2>:1:10: unmet" in done.stdout


def test_a_sentence_that_is_open_says_so(folder: Path) -> None:
    only_mfa = allow("s3:PutObject", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    account_folder(folder / "account", ("mfa", document(only_mfa)))
    sentence = f"role/app can s3:PutObject on {OBJECT}"
    assert ask(folder, sentence).returncode == 3
    assert ask(folder, f"{sentence} when aws:MultiFactorAuthPresent = true").returncode == 0
    assert ask(folder, f"{sentence} depending on aws:MultiFactorAuthPresent").returncode == 0


def test_what_if_a_policy_were_added_or_removed(folder: Path) -> None:
    more = write_json(folder / "more.json", document(allow("s3:PutObject")))
    none = write_json(folder / "none.json", document(deny("s3:*")))
    can = f"role/app can s3:PutObject on {OBJECT}"
    assert ask(folder, can).returncode == 1
    assert ask(folder, can, "--add-policy", more).returncode == 0
    assert ask(folder, can, "--add-policy", more, "--scp", none).returncode == 1
    assert ask(folder, can, "--add-policy", more, "--add-policy", none, "--as", "boundary").returncode == 1
    assert ask(folder, f"role/app cannot s3:GetObject on {OBJECT}", "--remove-policy", "read").returncode == 0


def test_a_bucket_policy_of_a_what_if_reaches_the_objects(folder: Path) -> None:
    statement = {**deny("s3:GetObject", "arn:aws:s3:::data/*"), "Principal": "*"}
    policy = write_json(folder / "bucket.json", document(statement))
    sentence = f"role/app cannot s3:GetObject on {OBJECT} because resource"
    assert ask(folder, sentence, "--add-policy", policy, "--as", "resource").returncode == 0


def test_json_is_that_of_expect(folder: Path) -> None:
    value = json.loads(ask(folder, f"role/app can s3:GetObject on {OBJECT}", "--format", "json").stdout)
    jsonschema.validate(value, expectation_schema())
    assert value["files"][0]["expectations"][0]["standing"] == "met"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--action", "s3:GetObject"), "`--action` and a sentence exclude each other: the sentence says it all"),
        (
            ("--context", "a=b"),
            "`--context` and a sentence exclude each other: the sentence says it all (`when` states",
        ),
        (("--remove-policy", "rea"), "no policy in force here is called `rea`; did you mean `read`?"),
        (("--scp", "=x.json"), "`--scp =x.json` is not of the form [NODE=]FILE"),
        (("--add-policy", "none.json"), "none.json: there is no such file"),
    ],
)
def test_bad_input_is_one_sentence(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = ask(folder, f"role/app can s3:GetObject on {OBJECT}", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"policysim: {sentence}")


def test_a_broken_sentence_points_at_the_word(folder: Path) -> None:
    done = ask(folder, f"role/app may s3:GetObject on {OBJECT}")
    assert done.returncode == 2
    assert "<sentence>:1:10: error [broken-sentence]" in done.stdout
    assert "    |          ^^^\n" in done.stdout


def test_a_sentence_needs_policies(folder: Path) -> None:
    done = run("eval", f"role/app can s3:GetObject on {OBJECT}", cwd=folder)
    assert done.returncode == 2
    assert "--account DIR" in done.stderr
