"""``policysim expect``: files found, policies found, answers and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.reports.schema import expectation_schema
from policysim.sources.errors import InputError
from policysim.sources.expectation_search import expectation_files
from policysim.sources.in_force import read_in_force
from tests.cli.account_folders import ACCOUNT, Ran, account_folder, allow, deny, document, run, write_json
from tests.reports.sarif_schema import SARIF

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.sources.in_force import PolicySource

ACME = Path(__file__).resolve().parents[2] / "policies" / "acme"
OTHER = "444455556666"
READ = ("access", document(allow("s3:GetObject", "arn:aws:s3:::data/*", Sid="Read"), deny("s3:DeleteObject", "*")))
MET = "role/app can s3:GetObject on arn:aws:s3:::data/a\nrole/app cannot s3:DeleteObject on arn:aws:s3:::data/a\n"
UNMET = "role/app can s3:PutObject on arn:aws:s3:::data/a\n"
EUROPE = allow("s3:PutObject", "arn:aws:s3:::data/*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the policies in `account` and nothing else."""
    account_folder(tmp_path / "account", READ)
    return tmp_path


def write(folder: Path, name: str, text: str, account: str = "account") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((f'account "{account}"\n' if account else "") + text, encoding="utf-8")
    return path


def expect(folder: Path, *arguments: str | Path) -> Ran:
    return run("expect", *arguments, cwd=folder)


def answer(folder: Path, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    done = expect(folder, *arguments, "--format", "json")
    assert done.stderr == ""
    value: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(value, expectation_schema())
    return done.returncode, value


def refused(done: Ran) -> str:
    """The one sentence of a run that could not answer."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("policysim: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("policysim: ").removesuffix("\n")


def test_a_folder_in_which_all_is_met(folder: Path) -> None:
    write(folder, "access.expect", MET)
    assert expect(folder) == Ran(0, "2 expectations: 2 met; 2 requests decided\n", "")


def test_an_expectation_that_is_not_met_is_explained(folder: Path) -> None:
    write(folder, "access.expect", MET + UNMET)
    done = expect(folder, "access.expect")
    assert (done.returncode, done.stderr) == (1, "")
    assert "access.expect:4:10: unmet\n  role/app can s3:PutObject on arn:aws:s3:::data/a\n" in done.stdout
    assert done.stdout.endswith("3 expectations: 2 met, 1 unmet; 3 requests decided\n")


def test_one_that_is_undecided_alone_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    account_folder(tmp_path / "account", ("europe", document(EUROPE)))
    write(tmp_path, "access.expect", UNMET)
    done = expect(tmp_path)
    assert done.returncode == 3
    assert "access.expect:2:10: undecided" in done.stdout
    assert "aws:RequestedRegion" in done.stdout
    write(tmp_path, "more.expect", "role/app can s3:GetObject on arn:aws:s3:::data/a\n")
    assert expect(tmp_path).returncode == 1


def test_one_that_cannot_be_checked_is_bad_input_and_the_others_are_checked(folder: Path) -> None:
    write(folder, "access.expect", MET + "role/apq can s3:GetObject on *\n")
    done = expect(folder)
    assert done.returncode == 2
    assert "access.expect:4:1: error [unknown-principal]" in done.stdout
    assert "  4 | role/apq can s3:GetObject on *\n    | ^^^^^^^^\n" in done.stdout
    assert "role/app" in done.stdout
    assert "3 expectations: 2 met, 1 broken; 2 requests decided" in done.stdout


def test_a_text_that_breaks_off_is_shown_with_a_caret(folder: Path) -> None:
    write(folder, "access.expect", "role/app may s3:GetObject on *\n")
    done = expect(folder)
    assert done.returncode == 2
    assert "access.expect:2:10: error [broken-sentence]" in done.stdout
    assert "    |          ^^^\n" in done.stdout


def test_two_sentences_at_odds_are_both_shown(folder: Path) -> None:
    write(folder, "access.expect", MET + "role/app cannot s3:GetObject on arn:aws:s3:::data/a\n")
    done = expect(folder)
    assert done.returncode == 2
    assert "[contradiction]" in done.stdout
    assert "access.expect:2" in done.stdout
    assert "access.expect:4" in done.stdout


def test_warnings_fail_a_strict_run_alone(folder: Path) -> None:
    write(folder, "access.expect", MET + "role/none-* cannot s3:GetObject on arn:aws:s3:::data/a\n")
    assert "warning [" in expect(folder).stdout
    assert expect(folder).returncode == 0
    assert expect(folder, "--strict").returncode == 1


def test_every_file_below_a_folder_is_found_but_those_of_tools(folder: Path) -> None:
    for name in ("b.expect", "a/deep/c.expect"):
        write(folder, name, MET, account=str(folder / "account"))
    for name in (".hidden/x.expect", ".venv/x.expect", "node_modules/x.expect", "env/x.expect"):
        write(folder, name, "not a sentence at all")
    (folder / "env/pyvenv.cfg").write_text("home = /usr\n", encoding="utf-8")
    (folder / "ring").symlink_to(folder)
    code, value = answer(folder)
    assert code == 0
    assert [file["file"] for file in value["files"]] == ["a/deep/c.expect", "b.expect"]
    code, value = answer(folder, "b.expect", "a", "./b.expect")
    assert [file["file"] for file in value["files"]] == ["b.expect", "a/deep/c.expect"]


def test_the_policies_of_an_option_win_over_those_of_the_file(folder: Path) -> None:
    account_folder(folder / "other", ("all", document(allow("s3:*"))))
    write(folder, "access.expect", UNMET)
    assert answer(folder)[0] == 1
    code, value = answer(folder, "--account", "other")
    assert (code, value["files"][0]["account"]) == (0, "other")


def test_a_file_that_names_no_policies_needs_the_option(folder: Path) -> None:
    write(folder, "access.expect", MET, account="")
    sentence = refused(expect(folder))
    assert sentence.startswith("access.expect: it does not say where the policies in force are: add a line such as")
    assert expect(folder, "--account", "account").returncode == 0


def test_a_file_about_no_policies_does_not_keep_the_others_from_being_checked(folder: Path) -> None:
    write(folder, "a.expect", UNMET)
    write(folder, "b.expect", MET, account="")
    done = expect(folder)
    assert done.returncode == 2
    assert "a.expect:2:10: unmet" in done.stdout
    assert "b.expect:1:1: error [no-policies]" in done.stdout
    assert done.stdout.endswith("2 files, 1 expectation: 0 met, 1 unmet; 1 request decided; 1 error\n")


def test_a_sentence_of_a_used_file_says_where_it_is_used(folder: Path) -> None:
    (folder / "common.part").write_text(f"parameter who\n{UNMET.replace('role/app', '{who}')}", encoding="utf-8")
    write(folder, "access.expect", 'use "common.part" with who = role/app\n')
    done = expect(folder)
    assert done.returncode == 1
    assert "common.part:2:7: unmet\n" in done.stdout
    assert "\n  used at access.expect:2:1\n" in done.stdout


def test_standard_input_is_told_from_the_current_folder(folder: Path) -> None:
    done = run("expect", "-", cwd=folder, stdin=f'account "account"\n{UNMET}'.encode())
    assert done.returncode == 1
    assert "<stdin>:2:10: unmet" in done.stdout


def test_words_select_expectations(folder: Path) -> None:
    write(folder, "access.expect", MET + UNMET)
    assert answer(folder, "-k", "getobject")[1]["summary"]["expectations"] == 1
    assert refused(expect(folder, "-k", "dynamodb")) == "no expectation holds the words `dynamodb`"


def test_verbose_lists_what_is_met(folder: Path) -> None:
    write(folder, "access.expect", MET)
    told = " ".join(expect(folder, "-v").stdout.split())
    assert "met role/app can s3:GetObject on arn:aws:s3:::data/a (1 request)" in told
    assert "met role/app cannot s3:DeleteObject on arn:aws:s3:::data/a (held by a guardrail; 1 request)" in told


def test_one_run_writes_several_reports(folder: Path) -> None:
    write(folder, "access.expect", UNMET)
    reports = ("--report", "sarif:out.sarif", "--report", "markdown:out.md", "--report", "json:out.json")
    done = expect(folder, *reports)
    assert done.returncode == 1
    assert "unmet" in done.stdout
    jsonschema.validate(json.loads((folder / "out.sarif").read_text(encoding="utf-8")), SARIF)
    jsonschema.validate(json.loads((folder / "out.json").read_text(encoding="utf-8")), expectation_schema())
    assert (folder / "out.md").read_text(encoding="utf-8").startswith("<!-- policysim expect -->\n")
    assert "exists already" in refused(expect(folder, *reports))
    assert expect(folder, *reports, "--force").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--report", "pdf:x"),
            "`--report pdf:x` is not of the form FORMAT:FILE (FORMAT is text, json, sarif, markdown)",
        ),
        (
            ("--report", "json"),
            "`--report json` is not of the form FORMAT:FILE (FORMAT is text, json, sarif, markdown)",
        ),
        (("--report", "json:"), "the file name behind `--report` is empty"),
        (("--report", "json:x", "--report", "sarif:./x"), "`x` cannot hold two reports"),
        (("--report", "json:x", "--output", "x"), "`x` cannot hold two reports"),
        (("--report", "json:no/x"), "no/x: the folder `no` does not exist"),
        (("--account", "account", "--account-id", "12"), "`--account-id 12` is no 12-digit account id"),
        (("--account", "account", "--parameter", "x"), "`--parameter x` is not of the form NAME=VALUE"),
        (("--region", "eu-west-1"), "`--region` needs `--account`"),
        (("--events", "log.json"), "`--events` is for a draft: give `--write FILE` as well"),
        (("--principal", "role/x"), "`--principal` is for a draft: give `--write FILE` as well"),
        (("--write", "x.expect", "-k", "x"), "`--write` drafts a file and checks none: leave `-k` out"),
        (("--write", "x.expect", "."), "`--write` drafts a file and checks none: leave a path out"),
        (("--force",), "`--force` needs `--output`"),
    ],
)
def test_options_that_make_no_sense_are_refused(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    write(folder, "access.expect", MET)
    assert refused(expect(folder, *arguments)) == f"{sentence} (see `policysim expect --help`)"


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("none.expect", "none.expect: there is no such file"),
        ("account", "account: there is no `.expect` file below this folder; `policysim expect --write FILE.expect"),
        ("latin.expect", "latin.expect:1: this is not UTF-8 text (byte 0)"),
    ],
)
def test_files_that_cannot_be_read_are_one_sentence(folder: Path, argument: str, sentence: str) -> None:
    (folder / "latin.expect").write_bytes(b"\xff\xe9")
    assert refused(expect(folder, argument)).startswith(sentence)


def test_a_folder_that_may_not_be_looked_into_is_named_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "locked").mkdir()
    exists = Path.exists

    def refuse(path: Path) -> bool:
        if path.parent.name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(InputError, match=r"locked: this may not be read"):
        expectation_files([str(folder)])


def test_policies_that_cannot_be_read_are_told_at_the_line_that_names_them(folder: Path) -> None:
    write(folder, "access.expect", MET, account="nowhere")
    done = expect(folder)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("access.expect")
    assert "access.expect:1:9: error [unreadable-policies]\n  the policies cannot be read: nowhere: " in done.stdout


def test_policies_that_cannot_be_read_keep_no_other_file_waiting(folder: Path) -> None:
    write(folder, "a.expect", MET, account="nowhere")
    write(folder, "b.expect", MET)
    code, report = answer(folder)
    assert code == 2
    assert [one["code"] for one in report["files"][0]["problems"]] == ["unreadable-policies"]
    assert [one["standing"] for one in report["files"][1]["expectations"]] == ["met", "met"]


def test_layers_are_listed_where_several_take_part(folder: Path) -> None:
    write(folder, "a.expect", "role/invoice-mailer can s3:GetObject on arn:aws:s3:::acme-prod-invoices/a\n", str(ACME))
    done = expect(folder, "a.expect")
    layers = done.stdout.partition("\nLayers\n")[2]
    assert "permissions boundary" in layers
    assert "identity-based policy" in layers


def test_of_a_root_user_no_guardrail_is_said_to_grant_anything(folder: Path) -> None:
    node = {"scps": ["FullAWSAccess"], "rcps": ["RCPFullAWSAccess"]}
    leaves = [{"id": one, "name": one, **node} for one in (ACCOUNT, OTHER)]
    root = {"id": "r-ab12", "name": "Root", **node, "children": leaves}
    tree = {"organization_id": "o-abcdefghij", "management_account_id": OTHER, "root": root}
    for one in (ACCOUNT, OTHER):  # both list the bucket, so that whose it is stays open
        at_hand = account_folder(folder / "org" / "accounts" / one, READ)
        (at_hand / "organization.json").unlink()
        write_json(at_hand / "account.json", {"account_id": one})
        write_json(at_hand / "resource-policies.json", {"arn:aws:s3:::shared": None})
    write_json(folder / "org" / "organization.json", tree)
    write(folder, "a.expect", f"{ACCOUNT}:root cannot s3:PutBucketPolicy on arn:aws:s3:::shared\n", "org")
    done = expect(folder)
    assert "the root user of the account that owns the resource needs no Allow" in " ".join(done.stdout.split())


def test_a_word_that_names_nobody_is_told_once(folder: Path) -> None:
    write(folder, "a.expect", "everyone cannot s3:PutObject on arn:aws:s3:::data/a\n")
    code, report = answer(folder)
    one = report["files"][0]
    assert (code, report["summary"]["errors"], one["problems"]) == (2, 1, [])
    assert [problem["code"] for problem in one["expectations"][0]["problems"]] == ["misread-word"]


def test_an_account_id_of_the_wrong_form_is_told_once(folder: Path) -> None:
    (folder / "plan.yaml").write_text("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n", encoding="utf-8")
    (folder / "a.expect").write_text('account "plan.yaml" as 1111\n' + MET, encoding="utf-8")
    code, report = answer(folder)
    assert code == 2
    assert [one["code"] for one in report["files"][0]["problems"]] == ["malformed-account"]


def test_policies_of_an_option_that_cannot_be_read_are_one_sentence(folder: Path) -> None:
    write(folder, "access.expect", MET)
    assert refused(expect(folder, "--account", "nowhere")).startswith("nowhere: there is no such file or folder")


@pytest.mark.parametrize(
    ("option", "file", "reason"),
    [
        ("--output", "access.expect", "holds expectations"),
        ("--output", "other.expect", "holds expectations"),
        ("--output", "used.sentences", "holds expectations"),
        ("--output", "account/authorization-details.json", "holds policies that this run reads"),
        ("--report", "access.expect", "holds expectations"),
        ("--report", "account/account.json", "holds policies that this run reads"),
    ],
)
def test_no_report_takes_the_place_of_what_is_read(folder: Path, option: str, file: str, reason: str) -> None:
    write(folder, "access.expect", MET + 'use "used.sentences"\n')
    write(folder, "other.expect", "role/app\n")
    write(folder, "used.sentences", UNMET, account="")
    before = (folder / file).read_bytes()
    value = f"markdown:{file}" if option == "--report" else file
    assert refused(expect(folder, "access.expect", option, value, "--force")).startswith(f"{file}: {reason}")
    assert (folder / file).read_bytes() == before


@pytest.mark.parametrize("format_", ["json", "sarif"])
def test_a_report_beside_the_policies_is_written_anew(folder: Path, format_: str) -> None:
    write(folder, "access.expect", MET)
    arguments = ("--format", format_, "--output", "account/report.json")
    assert expect(folder, *arguments).returncode == 0
    assert expect(folder, *arguments, "--force").returncode == 0


@pytest.mark.parametrize("file", ["account/account.json", "events.jsonl"])
def test_no_draft_takes_the_place_of_what_is_read(folder: Path, file: str) -> None:
    (folder / "events.jsonl").write_text("{}\n", encoding="utf-8")
    before = (folder / file).read_bytes()
    arguments = ("--write", file, "--account", "account", "--events", "events.jsonl", "--force")
    assert "it is left as it is" in refused(expect(folder, *arguments))
    assert (folder / file).read_bytes() == before


def test_a_sentence_for_too_many_requests_is_never_passed_over(folder: Path) -> None:
    write(folder, "access.expect", "role/app cannot s3:* on arn:aws:s3:::data/*\n")
    done = expect(folder, "--limit", "3")
    assert done.returncode == 2
    assert "[too-many-requests]" in done.stdout


def test_a_draft_is_met(folder: Path) -> None:
    done = expect(folder, "--write", "draft.expect", "--account", "account")
    assert (done.returncode, done.stdout) == (0, "")
    assert answer(folder, "draft.expect")[0] == 0
    assert "exists already" in refused(expect(folder, "--write", "draft.expect", "--account", "account"))
    assert expect(folder, "--write", "draft.expect", "--account", "account", "--force").returncode == 0


def test_the_policies_of_one_place_are_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def counted(source: PolicySource) -> Organisation:
        read.append(source)
        return read_in_force(source)

    monkeypatch.setattr("policysim.cli.expectation_runs.read_in_force", counted)
    for number in range(3):
        write(folder, f"{number}.expect", MET)
    assert answer(folder)[0] == 0
    assert len(read) == 1
