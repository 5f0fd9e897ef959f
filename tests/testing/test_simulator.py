"""The Python API without pytest: questions, assertions, outcomes, and what if the policies were others."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import Account
from policysim.testing import (
    ALLOWED,
    DENIED,
    DEPENDS,
    BrokenExpectationError,
    InputError,
    PolicysimWarning,
    Simulator,
    load,
)
from policysim.testing.shown import seen_from
from tests.account_folders import ACCOUNT, BUCKET, OTHER, allow, trust
from tests.testing.plugin_projects import REPORTS, write_account

if TYPE_CHECKING:
    from collections.abc import Callable

READ = ("role/app-reader", "s3:GetObject", f"{BUCKET}/reports/a")
DELETE = ("role/app-reader", "s3:DeleteObject", f"{BUCKET}/reports/a")


def deny(action: str, **more: Any) -> dict[str, Any]:
    return allow(action, Effect="Deny", **more)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    return load(write_account(tmp_path_factory.mktemp("acme")))


def secured(base: Path) -> Simulator:
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    return load(write_account(base, roles={"app": allow("s3:GetObject", f"{BUCKET}/*", Condition=condition)}))


def test_what_is_allowed_passes_and_what_is_denied_fails_with_the_explanation(simulator: Simulator) -> None:
    simulator.assert_allowed(*READ)
    with pytest.raises(AssertionError) as raised:
        simulator.assert_allowed(*DELETE)
    text = str(raised.value)
    assert text.startswith(f"unmet: role/app-reader can s3:DeleteObject on {BUCKET}/reports/a\n\n")
    assert "no identity-based" in text


def test_a_simulator_is_shown_by_its_accounts(simulator: Simulator) -> None:
    assert repr(simulator) == "<Simulator of 111122223333>"


def test_what_is_denied_passes_and_what_is_allowed_fails_with_the_statement(simulator: Simulator) -> None:
    simulator.assert_denied(*DELETE)
    with pytest.raises(AssertionError) as raised:
        simulator.assert_denied(*READ)
    assert "`app-reader-access` statement 1" in str(raised.value)
    assert "authorization-details.json:" in str(raised.value)


def test_several_words_and_wildcards_stand_for_every_combination(simulator: Simulator) -> None:
    simulator.assert_denied("role/app-*", ["iam:Put*", "iam:PassRole"], "*")
    with pytest.raises(AssertionError, match="app-writer"):
        simulator.assert_denied("role/app-*", ["s3:GetObject", "s3:PutObject"], f"{BUCKET}/other/a")


def test_a_reason_is_asserted_as_well(simulator: Simulator) -> None:
    simulator.assert_allowed(*READ, because="identity")
    simulator.assert_allowed(*READ, because=["authorization-details.json#1", "identity"])
    simulator.assert_denied_by("identity", *DELETE)
    with pytest.raises(AssertionError, match="but not because of `scp`"):
        simulator.assert_denied_by("scp", *DELETE)


def test_keys_are_known_absent_or_unknown(tmp_path: Path) -> None:
    simulator = secured(tmp_path)
    asked = ("role/app", "s3:GetObject", f"{BUCKET}/a")
    simulator.assert_allowed(*asked, context={"aws:SecureTransport": True})
    simulator.assert_denied(*asked, context={"aws:SecureTransport": "false"})
    simulator.assert_denied(*asked, absent="aws:SecureTransport")
    simulator.assert_depends_on("aws:SecureTransport", *asked)
    with pytest.raises(AssertionError, match="undecided"):
        simulator.assert_allowed(*asked)
    with pytest.raises(AssertionError, match="SourceVpc"):
        simulator.assert_depends_on(["aws:SecureTransport", "aws:SourceVpc"], *asked)


def test_values_are_written_as_a_request_has_them(tmp_path: Path) -> None:
    conditions = {
        "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    }
    simulator = load(write_account(tmp_path, roles={"app": allow("s3:GetObject", f"{BUCKET}/*", Condition=conditions)}))
    asked = ("role/app", "s3:GetObject", f"{BUCKET}/a")
    keys: dict[str, Any] = {"aws:CurrentTime": datetime(2026, 6, 1, tzinfo=UTC), "aws:MultiFactorAuthAge": 60}
    simulator.assert_allowed(*asked, context=keys)
    simulator.assert_denied(*asked, context={**keys, "aws:MultiFactorAuthAge": 7200})
    simulator.assert_denied(*asked, context={**keys, "aws:CurrentTime": datetime(2028, 6, 1, tzinfo=UTC)})


def test_sentences_are_those_of_expectation_files(simulator: Simulator) -> None:
    simulator.expect(f"""
        role/app-reader
          can s3:GetObject on {REPORTS}
          cannot s3:DeleteObject on {BUCKET}/*
        nobody but role/app-writer, root can s3:PutObject on {BUCKET}/*
    """)
    with pytest.raises(AssertionError, match="expect:1:17: unmet"):
        simulator.expect(f"role/app-reader can s3:DeleteObject on {BUCKET}/*")


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda s: s.assert_denied("role/app-raeder", *READ[1:]), "no account at hand has a role `app-raeder`"),
        (lambda s: s.assert_denied(READ[0], "s3:GetObjct", READ[2]), "AWS has no action `s3:GetObjct`"),
        (lambda s: s.assert_denied(*READ, context={"aws:SecureTransprt": "true"}), "aws:SecureTransprt"),
        (lambda s: s.assert_denied(*READ, because="spc"), "there is no layer `spc`; did you mean `scp`?"),
        (lambda s: s.assert_denied([], *READ[1:]), "no principal is given, so that nothing would be asked"),
        (lambda s: s.assert_denied(READ[0], (), READ[2]), "no action is given"),
        (lambda s: s.assert_denied(*READ[:2], []), "no resource is given"),
        (lambda s: s.assert_denied_by([], *READ), "no reason is given"),
        (lambda s: s.assert_depends_on([], *READ), "no condition key is given"),
        (lambda s: s.assert_denied(*READ, context={"aws:SourceIp": []}), "no value of `aws:SourceIp` is given"),
        (lambda s: s.expect("role/app-reader may s3:GetObject on *"), "expect:1:"),
        (lambda s: s.expect("# nothing"), "expects nothing"),
        (
            lambda s: s.expect(f'account "x"\nrole/app-reader can s3:GetObject on {REPORTS}'),
            "`account` has no place here",
        ),
        (lambda s: s.decide("role/app-*", *READ[1:]), "`decide` answers for one request, and this stands for 2"),
        (lambda s: s.decide(*READ[:2], f"{BUCKET}/*"), "`decide` answers for one request"),
    ],
)
def test_what_asks_nothing_is_broken_and_no_failed_assertion(
    simulator: Simulator, ask: Callable[[Simulator], object], sentence: str
) -> None:
    with pytest.raises(BrokenExpectationError) as raised:
        ask(simulator)
    assert sentence in str(raised.value)


def test_what_can_never_fail_is_a_warning_where_it_was_asked(simulator: Simulator) -> None:
    with pytest.warns(PolicysimWarning, match="matches no principal") as caught:
        simulator.assert_denied("role/nobody-*", *READ[1:])
    assert {warning.filename for warning in caught} == {__file__}


def test_an_outcome_is_compared_and_tells_its_reason_in_a_line(simulator: Simulator) -> None:
    allowed, denied = simulator.decide(*READ), simulator.decide(*DELETE)
    assert allowed == ALLOWED
    assert denied == DENIED
    assert denied != ALLOWED
    assert allowed != denied
    assert len({allowed, denied, simulator.decide(*READ)}) == 2
    assert (allowed.layer, allowed.explicit, denied.explicit) == ("identity", False, False)
    assert repr(allowed).startswith("<allowed: s3:GetObject: granted by the identity-based policy `app-reader-access`")
    assert "authorization-details.json:" in repr(allowed)
    assert repr(denied) == "<denied: s3:DeleteObject: no identity-based policy allows it>"
    assert "\n" not in repr(allowed)


def test_an_open_outcome_names_its_keys(tmp_path: Path) -> None:
    outcome = secured(tmp_path).decide("role/app", "s3:GetObject", f"{BUCKET}/a")
    assert outcome == DEPENDS
    assert outcome.unknown_keys == ("aws:SecureTransport",)


def test_an_outcome_is_neither_true_nor_false(simulator: Simulator) -> None:
    with pytest.raises(TypeError, match="compare it"):
        bool(simulator.decide(*DELETE))


@pytest.mark.parametrize("form", ["dict", "text", "path", "pathlib"])
def test_a_policy_to_add_is_a_dictionary_a_text_or_a_file(simulator: Simulator, tmp_path: Path, form: str) -> None:
    document = allow("s3:DeleteObject", f"{BUCKET}/*")
    file = tmp_path / "delete.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    given: Any = {"dict": document, "text": json.dumps(document), "path": str(file), "pathlib": file}[form]
    changed = simulator.what_if(add_policy=given, to="role/app-reader")
    changed.assert_allowed(*DELETE)
    changed.assert_denied("role/app-writer", *DELETE[1:])
    simulator.assert_denied(*DELETE)


def test_an_scp_denies_whatever_else_allows(simulator: Simulator) -> None:
    simulator.what_if(scp=deny("s3:*")).assert_denied_by("scp", *READ)


def test_a_policy_is_taken_away(simulator: Simulator) -> None:
    simulator.what_if(remove_policy="app-reader-access").assert_denied_by("identity", *READ)


def test_changes_follow_each_other(simulator: Simulator) -> None:
    document = allow("s3:*", f"{BUCKET}/*")
    changed = simulator.what_if(add_policy=document, to="role/app-reader").what_if(scp=deny("s3:DeleteObject"))
    changed.assert_allowed("role/app-reader", "s3:PutObject", f"{BUCKET}/a")
    changed.assert_denied_by("scp", *DELETE)


def test_nobody_ranges_over_whom_a_new_policy_names(simulator: Simulator) -> None:
    sentence = f"nobody but role/app-reader, role/app-writer, *:root can s3:GetObject on {REPORTS}"
    simulator.expect(sentence)
    document = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": OTHER})
    with pytest.raises(AssertionError, match=OTHER):
        simulator.what_if(add_policy=document, as_type="resource", to=BUCKET).expect(sentence)


def test_trust_and_boundary_are_changed_where_they_are(simulator: Simulator) -> None:
    bounded = simulator.what_if(add_policy=allow("sqs:*"), as_type="boundary", to="role/app-reader")
    bounded.assert_denied_by("boundary", *READ)
    trusting = simulator.what_if(add_policy=trust(), as_type="trust", to="role/app-reader")
    trusting.assert_denied("role/app-writer", "sts:AssumeRole", "role/app-reader")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"add_policy": allow(), "as_type": "scpp"}, "`as_type=scpp` is no type of policy"),
        ({"add_policy": allow(), "to": "role/nope"}, "no account at hand has a role, user or group `role/nope`"),
        ({"add_policy": allow(Principal="*"), "as_type": "resource"}, "say which resource"),
        ({"remove_policy": "app-reader-acces"}, "did you mean `app-reader-access`"),
        ({"to": "role/app-reader"}, "there is neither"),
    ],
)
def test_a_change_that_has_no_place_is_told(simulator: Simulator, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BrokenExpectationError) as raised:
        simulator.what_if(**changes)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "what-if:1:2: "),
        ({"Statement": [{"Effect": "Permit", "Action": "*", "Resource": "*"}]}, "what-if:4:17: "),
        ("no-such-file.json", "no-such-file.json: there is no such file"),
    ],
)
def test_a_document_that_is_no_policy_is_told_with_its_place(
    simulator: Simulator, document: Any, sentence: str
) -> None:
    with pytest.raises(InputError) as raised:
        simulator.what_if(add_policy=document)
    assert str(raised.value).startswith(sentence)


def test_files_are_named_from_where_people_are_whatever_folder_a_test_changes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_account(tmp_path / "acme")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    simulator = load("acme")
    monkeypatch.chdir("elsewhere")
    outcome = simulator.decide(*READ)
    assert ", acme/authorization-details.json:" in repr(outcome)
    assert "\n  acme/authorization-details.json:" in outcome.explanation
    with pytest.raises(AssertionError, match=r"\n  acme/authorization-details.json:[0-9]+:[0-9]+\n"):
        simulator.assert_denied(*READ)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/a/b/c.json:1:2: x (/a/b/d) /a/b", "c.json:1:2: x (d) /a/b"),
        ("\x1b[36m/a/b/c\x1b[0m", "\x1b[36mc\x1b[0m"),
        ("/x/a/b/c", "/x/a/b/c"),
        ("x\n  /a/b/c", "x\n  c"),
        ("/a/b//c", "/a/b//c"),
    ],
)
def test_only_paths_below_the_folder_are_shortened(text: str, shown: str) -> None:
    assert seen_from(Path("/a/b"), text) == shown
    assert seen_from(Path("/"), text) == text


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such"):
        load(tmp_path / "nowhere")


def test_the_accounts_are_at_hand(simulator: Simulator) -> None:
    assert isinstance(simulator.organisation.accounts[ACCOUNT], Account)


def test_the_exceptions_are_those_of_the_public_module() -> None:
    error = pickle.loads(pickle.dumps(BrokenExpectationError("x")))  # noqa: S301  # our own bytes
    assert type(error) is BrokenExpectationError
    assert BrokenExpectationError.__module__ == PolicysimWarning.__module__ == "policysim.testing"


def test_a_name_that_the_module_does_not_have_is_an_attribute_error() -> None:
    import policysim.testing as module  # noqa: PLC0415  # the module itself is what is tested

    assert set(module.__all__) == {name for name in module.__all__ if getattr(module, name) is not None}
    with pytest.raises(AttributeError, match="no `simulate`"):
        module.simulate  # noqa: B018  # looking it up is the test
