"""The table of findings: closed, and in the words of the reader and of AWS."""

from __future__ import annotations

import ast
from pathlib import Path

import policysim.validation
from policysim.language.policy_types import PolicyType
from policysim.language.problem_kinds import PROBLEM_KINDS
from policysim.language.problems import Severity
from policysim.validation import finding_kinds
from policysim.validation.finding_kinds import FINDING_KINDS, OWN_KINDS, REFUSED_BY_IAM, kind_of_problem
from policysim.validation.findings import FindingKind, FindingSeverity
from policysim.validation.subject import STORED_BY_IAM


def test_every_kind_stands_in_the_table_once_the_worst_first() -> None:
    codes = [kind.code for kind in FINDING_KINDS]
    assert len(codes) == len(set(codes)) == len(PROBLEM_KINDS) + len(OWN_KINDS)
    ranks = [kind.severity.rank for kind in FINDING_KINDS]
    assert ranks == sorted(ranks)


def test_every_kind_of_the_module_is_listed_and_used_by_a_check() -> None:
    named = {name: value for name, value in vars(finding_kinds).items() if isinstance(value, FindingKind)}
    assert set(OWN_KINDS) == set(named.values())
    room = Path(policysim.validation.__file__).parent
    used = {
        node.id
        for path in room.glob("*.py")
        if path.name != "finding_kinds.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name)
    }
    assert set(named) <= used


def test_every_kind_has_rules_a_title_and_a_source() -> None:
    for kind in FINDING_KINDS:
        assert kind.rules
        assert kind.source
        assert not kind.title.endswith(".")


def test_an_error_of_the_reader_is_an_error_and_its_warnings_are_never_dropped() -> None:
    for problem in PROBLEM_KINDS:
        kind = kind_of_problem(problem)
        assert (kind.code, kind.title, kind.rules) == (problem.code, problem.title, problem.rules)
        if problem.severity is Severity.ERROR:
            assert kind.severity is FindingSeverity.ERROR


def test_what_iam_refuses_is_worse_in_documents_that_iam_stores() -> None:
    for problem in REFUSED_BY_IAM:
        kind = kind_of_problem(problem)
        assert kind.refused is FindingSeverity.ERROR
        assert kind.severity is FindingSeverity.WARNING
    assert {PolicyType.IDENTITY, PolicyType.TRUST} < STORED_BY_IAM
    assert PolicyType.RESOURCE not in STORED_BY_IAM
