"""Every command of the tutorial prints what the page shows."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import yaml

from tools.tutorial import PAGE, ROOT, Command, commands_of, run_block, written_anew

if TYPE_CHECKING:
    from pathlib import Path


def test_every_output_of_the_tutorial_is_what_its_command_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")
    now = written_anew(page)
    difference = difflib.unified_diff(page.splitlines(), now.splitlines(), "docs/tutorial.md", "now", lineterm="")
    assert page == now, "run `python tools/tutorial.py` and read what it changes:\n" + "\n".join(difference)


def test_the_tutorial_ends_with_a_failing_run_that_is_put_right() -> None:
    page = PAGE.read_text(encoding="utf-8")
    failing, *_, last = [
        shown for shown in re.findall(r"\$ policysim expect\n([^$]*)", page) if "unmet" in shown or "met;" in shown
    ][1:]
    assert "unmet" in failing
    assert "account/authorization-details.json:" in failing
    assert "unmet" not in last


def test_links_of_the_tutorial_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (ROOT / "docs" / target).resolve().exists(), target


def test_a_block_is_taken_apart_into_its_commands() -> None:
    block = "$ cat <<'END'\n> one\n>\n> two\n> END\none\n\ntwo\n$ false\n$ echo $?\n1\n"
    here, false, status = commands_of(block)
    assert here.text == "cat <<'END'\none\n\ntwo\nEND"
    assert (false.text, status.text) == ("false", "echo $?")


def test_a_command_sees_how_the_one_before_it_ended(tmp_path: Path) -> None:
    outputs = run_block([Command(("$ false",)), Command(("$ echo $?",)), Command(("$ echo 'in 3.21s'",))], tmp_path)
    assert outputs == ["", "1\n", "in 0.10s\n"]


def test_the_workflow_gives_the_action_only_what_it_takes() -> None:
    shown = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    (step,) = [one for one in yaml.safe_load(shown.group(1))["jobs"]["access"]["steps"] if "with" in one]
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert set(step["with"]) <= set(action["inputs"])
