"""A fresh draft holds: every sentence of it is met by the accounts that it was drafted from, and none fight."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.requests import call_from_event
from policysim.expectations.checking import Checker
from policysim.expectations.contradictions import contradictions
from policysim.expectations.drafting.draft import Drafter, Wanted
from policysim.expectations.drafting.people import people
from policysim.expectations.drafting.said import WIDTH
from policysim.expectations.drafting.usage import Recorded, usage_of
from policysim.expectations.reading import read_expectations
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Expectation
from policysim.language.source import Source
from policysim.sources.events import events_in
from policysim.sources.files import read_source
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.expectations.results import Result

POLICIES = Path(__file__).resolve().parents[2] / "policies"
TUTORIAL = POLICIES / "tutorial"
SCENARIOS = sorted(POLICIES.glob("scenarios/*/account"))


class Draft(NamedTuple):
    """A draft as text, and what comes out of each of its sentences."""

    text: str
    results: list[Result]
    organisation: Organisation

    @property
    def sentences(self) -> list[str]:
        """The sentences, as a person would say them."""
        return [result.expectation.text for result in self.results]


def drafted(folder: Path, log: Path | None = None, principals: tuple[str, ...] = ()) -> Draft:
    organisation = read_organisation(folder)
    usage = None
    if log is not None:
        recorded = (
            Recorded(call_from_event(event, takes_no_resource=CATALOGUE.takes_no_resource), where)
            for event, where in events_in(read_source(log))
        )
        usage = usage_of(recorded, people(organisation), organisation)
    drafter = Drafter(Wanted(organisation=organisation, usage=usage, principals=principals))
    text = "\n".join(line for piece in drafter.pieces() for line in piece)
    read = read_expectations(Source("draft.expect", text))
    assert not read.problems, read.problems
    checker = Checker(organisation)
    results = [checker.check(line) for line in read.lines if isinstance(line, Expectation)]
    assert len(results) == drafter.said
    return Draft(text, results, organisation)


def assert_holds(draft: Draft) -> None:
    """Every sentence is met without a warning, none contradicts another, and no sentence stands twice."""
    for result in draft.results:
        told = [problem.message for problem in result.problems] + [one.sentence for one in result.shortfalls]
        assert result.standing is Standing.MET, f"{result.expectation.text}: {told}"
        assert not result.problems, f"{result.expectation.text}: {told}"
    found = contradictions([result.expectation for result in draft.results], draft.organisation)
    assert not found, [problem.message for problem in found]
    assert all(len(line) <= WIDTH + 40 for line in draft.text.split("\n"))


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.parent.name)
def test_the_draft_of_every_scenario_account_is_met(folder: Path) -> None:
    draft = drafted(folder)
    events = next((log for name in ("event.json", "events.jsonl") if (log := folder.parent / name).exists()), None)
    assert_holds(draft)
    if events is not None:
        assert_holds(drafted(folder, events))


def test_the_draft_of_the_tutorial_says_what_a_person_would() -> None:
    draft = drafted(TUTORIAL / "account", TUTORIAL / "log.jsonl")
    assert_holds(draft)
    denied = "role/order-report cannot s3:DeleteObject on arn:aws:s3:::bakery-orders/new/2026-11-23/0001.json"
    for sentence in (
        "only user/ana can sts:AssumeRole on role/admin when aws:MultiFactorAuthPresent = true",
        "role/order-intake can s3:PutObject on arn:aws:s3:::bakery-orders/new/*",
        "role/order-report can s3:ListBucket on arn:aws:s3:::bakery-orders",
        f"{denied} because identity",
    ):
        assert sentence in draft.sentences
    assert "#   report-orders#MailReport: ses:SendEmail, ses:SendRawEmail" in draft.text


def test_what_no_log_would_show_is_not_called_unused() -> None:
    """CloudTrail records no event of iam:PassRole, so that its absence says nothing."""
    draft = drafted(TUTORIAL / "account", TUTORIAL / "log.jsonl", ("role/deploy",))
    assert "lambda:GetFunction, lambda:UpdateFunctionConfiguration" in draft.text
    unused = draft.text.partition("Granted, not used")[2].partition("The log shows")[0]
    assert "iam:PassRole" not in unused


def test_a_draft_for_one_principal_speaks_of_it_alone() -> None:
    draft = drafted(TUTORIAL / "account", principals=("role/order-*",))
    assert_holds(draft)
    assert all(sentence.startswith("role/order-") for sentence in draft.sentences)
    assert any("dynamodb:UpdateItem" in sentence for sentence in draft.sentences)


def test_a_guardrail_is_named_where_it_alone_would_deny() -> None:
    draft = drafted(TUTORIAL / "account", principals=("role/deploy",))
    bounded = [sentence for sentence in draft.sentences if sentence.endswith("because boundary")]
    assert any("cloudtrail:StopLogging" in sentence for sentence in bounded)


def test_the_draft_of_the_sample_organisation_is_met() -> None:
    draft = drafted(POLICIES / "acme")
    assert_holds(draft)
    assert "nobody can s3:DeleteObject, s3:DeleteObjectVersion on arn:aws:s3:::acme-org-cloudtrail/*" in draft.sentences


def test_a_denial_holds_under_what_its_event_shows() -> None:
    """The event proves that the caller had no MFA: without that, the answer would be open."""
    log = POLICIES / "scenarios" / "02-explicit-deny" / "event.json"
    draft = drafted(POLICIES / "acme", log, ("user/jonas.weber",))
    assert_holds(draft)
    denied = [one for one in draft.sentences if "cannot secretsmanager:GetSecretValue" in one]
    assert denied
    assert "when aws:MultiFactorAuthPresent" in denied[0]
