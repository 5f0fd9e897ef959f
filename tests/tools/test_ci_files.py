"""The hooks and the action that the repository offers: their form, and what the action's shell steps do."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

from policysim.cli.main import COMMANDS
from tests.cli.account_folders import account_folder, allow, document
from tests.reports.sarif_schema import SARIF

REPOSITORY = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PAGE = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
MET = 'account "account"\nrole/app can s3:GetObject on arn:aws:s3:::data/a\n'
UNMET = 'account "account"\nrole/app can s3:PutObject on arn:aws:s3:::data/a\n'

FAKE_PYTHON = """\
#!/bin/bash
printf '%s\\n' "$*" >> "$FAKE_LOG"
if [ "$1" = -c ]; then exec {python} "$@"; fi
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  printf '#!/bin/bash\\nexec {python} -m policysim "$@"\\n' > "$3/bin/policysim"
  chmod +x "$3/bin/policysim"
fi
"""


class Run(NamedTuple):
    """What the action left: the outputs of its step, its summary, its log, and the code of its last step."""

    outputs: dict[str, str]
    summary: str
    log: str
    code: int
    asked_of_python: list[str]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    account_folder(tmp_path / "account", ("access", document(allow("s3:GetObject", "arn:aws:s3:::data/*"))))
    return tmp_path


def run_action(workspace: Path, **inputs: str) -> Run:
    """Runs the shell steps one after the other, as the runner would, with a `python` that installs nothing."""
    runner = workspace / ".runner"
    fake = runner / "bin" / "python"
    fake.parent.mkdir(parents=True)
    fake.write_text(FAKE_PYTHON.format(python=shlex.quote(sys.executable)), encoding="utf-8")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    values = {name: str(told["default"]) for name, told in ACTION["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    outputs: dict[str, str] = {}
    log, code = "", 0
    files = {name: runner / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "FAKE_LOG")}
    for step in STEPS:
        if "run" not in step:
            continue
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "FORCE_COLOR"))},
            **{name: str(path) for name, path in files.items()},
            "RUNNER_TEMP": str(runner),
            "PATH": f"{fake.parent}:{os.environ['PATH']}",
            **{name: evaluated(text, values, outputs) for name, text in step.get("env", {}).items()},
        }
        where = workspace / evaluated(step.get("working-directory", "."), values, outputs)
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(shell, cwd=where, env=env, capture_output=True, text=True, check=False)
        log, code = log + done.stdout + done.stderr, done.returncode
        if files["GITHUB_OUTPUT"].exists():
            lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
            outputs |= dict(line.split("=", 1) for line in lines)
        if code:
            break
    summary = files["GITHUB_STEP_SUMMARY"]
    return Run(
        outputs,
        summary.read_text(encoding="utf-8") if summary.exists() else "",
        log,
        code,
        files["FAKE_LOG"].read_text(encoding="utf-8").splitlines(),
    )


def evaluated(text: str, inputs: dict[str, str], outputs: dict[str, str]) -> str:
    """A text with the few expressions that the action uses filled in."""

    def value(found: re.Match[str]) -> str:
        for term in found[1].split("||"):
            name = term.strip()
            if name == "github.action_path":
                return str(REPOSITORY)
            kind, _, rest = name.partition(".")
            told = inputs.get(rest, "") if kind == "inputs" else outputs.get(rest.rpartition(".")[2], "")
            if told:
                return told
        return ""

    return re.sub(r"\$\{\{ (.*?) \}\}", value, text)


def test_a_run_in_which_all_is_met(workspace: Path) -> None:
    (workspace / "access.expect").write_text(MET, encoding="utf-8")
    done = run_action(workspace)
    assert (done.outputs["result"], done.code) == ("met", 0)
    jsonschema.validate(json.loads(Path(done.outputs["sarif-file"]).read_text(encoding="utf-8")), SARIF)
    comment = Path(done.outputs["comment-file"]).read_text(encoding="utf-8")
    assert done.summary == comment
    assert "### Access expectations: met" in comment
    assert f"-m pip install --quiet --disable-pip-version-check -- {REPOSITORY}" in done.asked_of_python


@pytest.mark.parametrize(("fail", "code"), [("true", 1), ("false", 0)])
def test_what_is_unmet_fails_the_job_if_wanted(workspace: Path, fail: str, code: int) -> None:
    (workspace / "access.expect").write_text(UNMET, encoding="utf-8")
    done = run_action(workspace, fail=fail)
    assert (done.outputs["result"], done.code) == ("unmet", code)
    assert "access.expect:2:10: unmet" in done.log
    assert "<details>" in done.summary


def test_what_cannot_be_checked_is_told_in_the_comment(workspace: Path) -> None:
    done = run_action(workspace, paths="nowhere.expect")
    assert (done.outputs["result"], done.outputs["sarif-file"], done.code) == ("broken", "", 2)
    assert "    policysim: nowhere.expect: there is no such file\n" in done.summary


def test_inputs_are_values_and_never_commands(workspace: Path) -> None:
    hostile = "$(touch pwned) `touch pwned`; touch pwned; \"' --write=x"
    for name in ("paths", "account", "account-id", "region", "parameters", "base", "strict", "fail", "package"):
        place = workspace / name
        account_folder(place / "account", ("access", document(allow("s3:GetObject"))))
        (place / "access.expect").write_text(MET, encoding="utf-8")
        run_action(place, **{name: hostile})
        assert not list(workspace.rglob("pwned")), name
        assert not list(workspace.rglob("x")), name


def test_several_paths_and_parameters_stand_on_lines_of_their_own(workspace: Path) -> None:
    (workspace / "one two.expect").write_text(MET, encoding="utf-8")
    (workspace / "-three.expect").write_text(UNMET, encoding="utf-8")
    done = run_action(workspace, paths="one two.expect\n\n-three.expect\n", fail="false")
    assert done.outputs["result"] == "unmet"
    assert "2 files, 2 expectations: 1 met, 1 unmet" in done.log
    assert "is not of the form NAME=VALUE" in run_action(workspace / "account", account=".", parameters="x").log


def test_no_line_of_the_answer_is_a_command_to_the_runner(workspace: Path) -> None:
    (workspace / "access.expect").write_text(UNMET, encoding="utf-8")
    lines = run_action(workspace, fail="false").log.splitlines()
    stop = next(number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
    word = lines[stop].removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", word)
    end = lines.index(f"::{word}::")
    assert stop < next(number for number, line in enumerate(lines) if "unmet" in line) < end


def test_no_expression_stands_in_a_script() -> None:
    assert all("${{" not in step.get("run", "") for step in STEPS)


def test_actions_of_others_are_pinned_to_a_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    used += [text for text in re.findall(r"uses: (\S+)", PAGE) if not text.startswith("OWNER/")]
    assert used
    assert all(re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}", one) for one in used)


def test_outputs_are_set_by_a_step() -> None:
    script = next(step["run"] for step in STEPS if step.get("id") == "expect")
    for name, told in ACTION["outputs"].items():
        assert told["value"] == f"${{{{ steps.expect.outputs.{name} }}}}"
        assert f'echo "{name}=' in script


def test_hooks_run_commands_that_there_are() -> None:
    for hook in HOOKS:
        program, command = hook["entry"].split()
        assert program == "policysim"
        assert command in COMMANDS
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False


def test_expectations_run_when_policies_change() -> None:
    pattern = next(hook["files"] for hook in HOOKS if hook["id"] == "policysim-expect")
    for name in ("a/b.expect", "policies/p.json", "account/authorization-details.json.gz", "template.yaml", "x.yml"):
        assert re.search(pattern, name)
    assert not re.search(pattern, "src/app.py")


def test_the_page_tells_every_input_and_output() -> None:
    for name, told in ACTION["inputs"].items():
        default = f"`{told['default']}`" if told["default"] else ""
        assert f"| `{name}` | {told['description']} | {default} |" in PAGE
    for name, told in ACTION["outputs"].items():
        assert f"| `{name}` | {told['description']} |" in PAGE


def test_the_examples_of_the_page_are_yaml_that_names_what_there_is() -> None:
    examples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    hooks, workflow, _ = examples
    assert {one["id"] for one in hooks["repos"][0]["hooks"]} == {hook["id"] for hook in HOOKS}
    steps = workflow["jobs"]["expectations"]["steps"]
    used = next(step for step in steps if str(step.get("uses", "")).startswith("OWNER/"))
    assert used["with"].keys() <= ACTION["inputs"].keys()
