"""`policysim explain --evidence FILE`: AWS's own evaluation beside the event, or alone."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from policysim.cli.main import main
from tests.aws_evaluations import decoded, details, wrapped

if TYPE_CHECKING:
    from click.testing import Result

POLICIES = Path(__file__).resolve().parents[2] / "policies"
MACHINES = POLICIES / "scenarios" / "40-decoded-message"
GUARDRAIL = POLICIES / "scenarios" / "41-authorization-details"
REFUSED = "arn:aws:ec2:eu-west-1:666677778888:instance/i-07c2d95e8f1a6b443"
SCP = "arn:aws:organizations::444455556666:policy/o-acme7example/service_control_policy/p-2x6wr0lc"


def explain(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)], input=stdin, prog_name="policysim")


def report(*arguments: str | Path, stdin: str = "") -> dict[str, Any]:
    result = explain(*arguments, "--format", "json", stdin=stdin)
    assert result.exit_code in {0, 3}, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)["reports"][0]
    return found


def test_m15_a_decoded_message_settles_what_the_event_leaves_open() -> None:
    event, account = MACHINES / "event.json", MACHINES / "account"
    before = report(event, "--account", account)
    assert before["decision"]["effect"] == "depends"
    assert before["aws_evaluation"] is None
    after = report(event, "--account", account, "--evidence", MACHINES / "evidence.json")
    assert after["decision"]["effect"] == "implicit_deny"
    assert after["requests"][after["refused"]]["resource"] == REFUSED
    assert after["agreement"] == "agrees"
    assert after["denial"]["layer"] is None
    assert any("decode-authorization-message" in step for step in before["next_steps"])
    assert not any("decode-authorization-message" in step for step in after["next_steps"])
    evaluation = after["aws_evaluation"]
    assert (evaluation["kind"], evaluation["effect"], evaluation["differences"]) == (
        "decoded-message",
        "IMPLICIT_DENY",
        [],
    )


def test_m11_authorization_details_show_the_policy_that_is_not_at_hand() -> None:
    found = report(GUARDRAIL / "event.json", "--account", POLICIES / "acme", "--evidence", GUARDRAIL / "evidence.json")
    assert found["decision"]["effect"] == "allowed"
    assert (found["agreement"], found["disagreement_code"]) == ("disagrees", "aws-evaluation")
    differing = [row for row in found["aws_evaluation"]["checks"] if row["difference"]]
    assert [(row["checkType"], row["theirs"], row["ours"]) for row in differing] == [
        ("SERVICE_CONTROL_POLICY", "EXPLICIT_DENY", "ALLOW")
    ]
    assert any(SCP in difference for difference in found["aws_evaluation"]["differences"])
    assert any("aws organizations describe-policy --policy-id p-2x6wr0lc" in step for step in found["next_steps"])
    assert not any("get-request-authorization-details" in step for step in found["next_steps"])


def test_without_an_account_the_evidence_tells_which_request_was_refused() -> None:
    event = MACHINES / "event.json"
    assert report(event)["refused"] is None
    found = report(event, "--evidence", MACHINES / "evidence.json")
    assert found["requests"][found["refused"]]["resource"] == REFUSED


def test_evidence_alone_says_who_denied() -> None:
    result = explain(GUARDRAIL / "evidence.json", "--format", "json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)["reports"][0]
    assert (found["event"], found["denial"], found["decision"]) == (None, None, None)
    (said,) = found["aws_evaluation"]["denied_by"]
    assert said.startswith(f"statement `DenyIdentityDump` of the service control policy `{SCP}`, attached to")
    assert explain(MACHINES / "evidence.json").exit_code == 3


def test_evidence_alone_is_decided_in_an_account() -> None:
    found = report(MACHINES / "evidence.json", "--account", MACHINES / "account")
    assert (found["decision"]["effect"], found["agreement"]) == ("implicit_deny", "agrees")


def test_evidence_comes_through_standard_input_and_packed(tmp_path: Path) -> None:
    text = (GUARDRAIL / "evidence.json").read_text(encoding="utf-8")
    assert report("-", stdin=text)["aws_evaluation"]["source"] == "<stdin>"
    beside = report(GUARDRAIL / "event.json", "--evidence", "-", stdin=text)
    assert beside["aws_evaluation"]["effect"] == "EXPLICIT_DENY"
    packed = tmp_path / "evidence.json.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    assert report(GUARDRAIL / "event.json", "--evidence", packed)["aws_evaluation"]["effect"] == "EXPLICIT_DENY"


def test_of_many_events_the_one_that_fits_gets_the_evidence(tmp_path: Path) -> None:
    one = json.loads((GUARDRAIL / "event.json").read_text(encoding="utf-8"))
    records = [{**one, "eventTime": f"2026-11-24T14:0{minute}:17Z", "eventID": str(minute)} for minute in (1, 2, 3)]
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"Records": records}), encoding="utf-8")
    result = explain(log, "--evidence", GUARDRAIL / "evidence.json", "--format", "json")
    reports = json.loads(result.stdout)["reports"]
    assert [one["aws_evaluation"] is not None for one in reports] == [False, True, False]


def test_evidence_that_fits_several_calls_is_refused(tmp_path: Path) -> None:
    one = json.loads((MACHINES / "event.json").read_text(encoding="utf-8"))
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"Records": [one, {**one, "eventID": "2"}]}), encoding="utf-8")
    result = explain(log, "--evidence", MACHINES / "evidence.json")
    assert result.exit_code == 2
    assert "this fits 2 of the calls, and does not tell which: explain them one by one" in result.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps(wrapped(decoded("ec2:StopInstances"))), "this is about another call: AWS evaluated a request of"),
        (json.dumps(details()), "this is about another call: AWS evaluated a request of"),
        ("{}", "the output of `aws iam-toolbox get-request-authorization-details` or"),
        ("not json", "this is not JSON"),
        ('{"DecodedMessage": "\\u001b[31m"}', "`DecodedMessage` should be JSON as text"),
    ],
)
def test_evidence_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")
    result = explain(MACHINES / "event.json", "--evidence", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert sentence in result.stderr
    assert str(path) in result.stderr
    assert "\x1b" not in result.stderr
    assert "Traceback" not in result.stderr


def test_evidence_that_is_not_there_is_told() -> None:
    result = explain(MACHINES / "event.json", "--evidence", "nowhere.json")
    assert result.exit_code == 2
    assert "nowhere.json: there is no such file" in result.stderr


def test_hostile_words_of_evidence_reach_no_terminal(tmp_path: Path) -> None:
    value = json.loads((GUARDRAIL / "evidence.json").read_text(encoding="utf-8"))
    check = value["evaluations"][0]["checks"][1]
    check["matchedPolicies"][1]["matchedStatements"][0]["sid"] = "\x1b[31mred\u202e`$(rm -rf /)`"
    value["policies"][4]["uri"] = check["matchedPolicies"][1]["uri"] = "arn:aws:x:::policy/`$(reboot)`\n\x07"
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    result = explain(GUARDRAIL / "event.json", "--account", POLICIES / "acme", "--evidence", path)
    assert result.exit_code == 0
    assert not any(bad in result.stdout for bad in ("\x1b", "\x07", "\u202e"))
    assert not any("reboot" in line and "aws organizations" in line for line in result.stdout.splitlines())


def test_a_saved_policy_tells_that_the_one_at_hand_changed(tmp_path: Path) -> None:
    scp = "arn:aws:organizations::444455556666:policy/o-acme7example/service_control_policy/p-3v9xt7hn"
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
    saved = tmp_path / "policy.json"
    saved.write_text(json.dumps({"policyUri": scp, "policyDocument": document}), encoding="utf-8")
    found = report(
        GUARDRAIL / "event.json",
        "--account",
        POLICIES / "acme",
        "--evidence",
        GUARDRAIL / "evidence.json",
        "--evidence",
        saved,
    )
    changed = "`protect-audit-trail` is not what AWS evaluated: it changed since the denial"
    assert changed in found["aws_evaluation"]["differences"]
    alone = explain(GUARDRAIL / "event.json", "--evidence", saved)
    assert alone.exit_code == 2
    assert "no evaluation at hand lists the policy" in alone.stderr
    assert explain(saved).exit_code == 2


def test_a_decoded_message_and_details_of_one_request_are_one_evaluation(tmp_path: Path) -> None:
    account = tmp_path / "account"
    shutil.copytree(MACHINES / "account", account)
    message = json.loads(json.loads((MACHINES / "evidence.json").read_text(encoding="utf-8"))["DecodedMessage"])
    shown = details(
        "ec2:StartInstances", REFUSED, checks=[{"checkType": "PRINCIPAL", "evaluatedEffect": "IMPLICIT_DENY"}]
    )
    keys = {one["key"]: one["values"]["items"][0]["value"] for one in message["context"]["conditions"]["items"]}
    shown["requestContext"] = {key: value for key, value in keys.items() if key.startswith("ec2:ResourceTag/")}
    path = tmp_path / "details.json"
    path.write_text(json.dumps(shown), encoding="utf-8")
    found = report(
        MACHINES / "event.json",
        "--account",
        account,
        "--evidence",
        path,
        "--evidence",
        MACHINES / "evidence.json",
    )
    assert found["aws_evaluation"]["kind"] == "authorization-details"
    assert found["decision"]["effect"] == "implicit_deny"


def test_evidence_of_an_allowed_request_explains_no_denial(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed.json"
    allowed.write_text(json.dumps(details(effect="ALLOW")), encoding="utf-8")
    result = explain(allowed)
    assert result.exit_code == 2
    assert "AWS allowed all that it evaluated, so there is no denial to explain" in result.stderr
