from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim import __version__
from policysim.reports.build import report_of
from policysim.reports.decisions import answer_of
from policysim.reports.json_report import json_text
from policysim.reports.schema import PUBLISHED, answer_schema, report_schema, schema_text
from tests.reports.diagnoses import (
    diagnosis,
    everything,
    explicit_decision,
    fix_of,
    implicit_decision,
    near_miss,
    open_decision,
    samples,
)
from tests.reports.whole_reports import report_file

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEYS = {
    "": "event denial requests decision agreement checks near_misses hypotheses fixes",
    "event": "id time source name region principal account error_code",
    "denial": "raw principal action resource layer kind policy_arn authorization_id iam cause",
    "requests": "action resource conditional provenance decision",
    "requests provenance": "principal action resource owner",
    "decision": "effect layer statements possible unknown_keys caveats gaps",
    "decision unknown_keys": "key values",
    "checks": "checkType evaluatedEffect target matchedStatements",
    "checks matchedStatements": "policy sid index file line column end_line end_column",
    "near_misses": "statement element wanted found file line column",
    "obstacles": "layer node statement certain setting",
    "hypotheses": "code cause rank evidence tested test next",
    "hypotheses evidence": "supporting opposing",
    "separating": "sentence command",
    "aws_evaluation": "kind source action resource effect checks differences",
    "remedies": "code sentence command verified",
    "fixes": "kind summary file diff replacements command also_affects verified warning",
    "fixes verified": "effect layer unknown_keys",
}
"""The keys that are fixed, by the way to the object that holds them; lists are gone through."""


def as_json(name: str) -> Any:
    return json.loads(json_text(report_file([report_of(samples()[name])], __version__)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_schema_is_the_one_of_the_models(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == schema_text(PUBLISHED[name]())


@pytest.mark.parametrize("name", samples())
def test_every_report_is_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())
    jsonschema.validate(as_json(name), report_schema())


@pytest.mark.parametrize("decision", [explicit_decision(), implicit_decision(), open_decision()])
def test_every_answer_is_valid(decision: Decision) -> None:
    jsonschema.Draft202012Validator.check_schema(answer_schema())
    jsonschema.validate(json.loads(json_text(answer_of(decision, __version__))), answer_schema())


def test_the_schema_rejects_a_report_without_one_of_its_keys() -> None:
    document = as_json("explicit")
    del document["reports"][0]["agreement"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, report_schema())


def objects_at(value: Any, way: str) -> list[dict[str, Any]]:
    """Every object at the end of a way through objects and lists."""
    found = [value]
    for step in way.split():
        found = [one for parent in found for one in _listed(parent[step])]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("way", "keys"), KEYS.items())
def test_the_fixed_keys(way: str, keys: str) -> None:
    full = report_of(replace(everything(), decision=explicit_decision()))
    opened = report_of(everything())
    value = json.loads(json_text(report_file([full, opened], __version__)))
    found = [one for report in value["reports"] for one in objects_at(report, way)]
    assert found, way
    assert all(set(keys.split()) <= one.keys() for one in found)


def test_the_envelope() -> None:
    document = as_json("explicit")
    assert (document["schema"], document["policysim"], document["groups"]) == (1, __version__, [])


def test_checks_are_in_the_order_and_the_words_of_aws() -> None:
    checks = as_json("explicit")["reports"][0]["checks"]
    assert [check["checkType"] for check in checks] == [
        "RESOURCE_CONTROL_POLICY",
        "SERVICE_CONTROL_POLICY",
        "VPC_ENDPOINT",
        "RESOURCE",
        "PRINCIPAL",
        "PERMISSIONS_BOUNDARY",
        "SESSION",
    ]
    assert checks[1]["evaluatedEffect"] == "EXPLICIT_DENY"
    assert [one["sid"] for one in checks[1]["matchedStatements"]] == ["DenyOutsideEurope"]


def test_a_statement_is_located_in_the_file_as_the_user_named_it() -> None:
    (statement,) = as_json("explicit")["reports"][0]["decision"]["statements"]
    place = {key: statement[key] for key in ("file", "line", "column", "end_line", "end_column", "index", "policy")}
    assert place == {
        "file": "acme/policies/scps/regions.json",
        "line": 4,
        "column": 5,
        "end_line": 19,
        "end_column": 6,
        "index": 0,
        "policy": "regions",
    }


def test_a_near_miss_says_what_was_wanted_what_is_there_and_where() -> None:
    (miss,) = as_json("implicit")["reports"][0]["near_misses"]
    assert (miss["element"], miss["wanted"], miss["found"]) == ("action", "s3:GetObject", "s3:PutObject")
    assert (miss["file"], miss["line"], miss["column"], miss["end_column"]) == ("acme/app.json", 7, 16, 30)
    assert miss["reason"] == "action-other"


def test_a_fix_says_what_it_does_and_what_came_of_it() -> None:
    (fix,) = as_json("implicit")["reports"][0]["fixes"]
    assert fix["verified"] == {"effect": "allowed", "layer": "", "unknown_keys": []}
    assert fix["diff"].startswith("--- a/acme/app.json\n+++ b/acme/app.json\n@@ -4,7 +4,7 @@\n")
    assert fix["also_affects"] == ["arn:aws:iam::111122223333:role/batch"]


def test_a_compressed_file_must_be_unpacked_before_the_diff_applies() -> None:
    miss = near_miss(file="acme/app.json.gz")
    fix = report_of(diagnosis(explicit_decision(), fixes=(fix_of(miss),))).fixes[0]
    assert fix.file == "acme/app.json.gz"
    assert fix.diff.startswith("--- a/acme/app.json\n")
    assert "compressed" in fix.warning


def test_unknown_keys_come_with_the_values_that_settle_them() -> None:
    decision = as_json("open")["reports"][0]["decision"]
    assert decision["unknown_keys"][0] == {
        "key": "aws:SourceIp",
        "values": [{"value": "10.0.0.0/8", "effect": "allowed"}, {"value": None, "effect": "implicit_deny"}],
    }
    assert [gap["code"] for gap in decision["gaps"]] == ["not-collected"]


def test_nothing_that_steers_a_terminal_gets_out() -> None:
    text = json_text(report_file([report_of(diagnosis(None, unresolved=("\x1b[2J\x9b\u202e\ud800",)))], "1"))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["reports"][0]["unresolved"] == ["\x1b[2J\x9b\u202e\ud800"]
