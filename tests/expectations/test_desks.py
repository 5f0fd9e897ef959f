"""What is found once for several requests is what is found for each of them alone; shortcuts change no result."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from policysim.account.alike_actions import likeness_of
from policysim.catalog.facts import CATALOGUE
from policysim.expectations.asking import Desk, answer_to
from policysim.expectations.callers import Callers
from policysim.expectations.checking import Checker
from policysim.expectations.samples import Sample
from policysim.language.request import ABSENT, RequestContext
from policysim.sources.organization_folder import read_organisation
from tests.expectations.small_accounts import sentences

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.expectations.results import Result

ROOT: Final = Path(__file__).resolve().parents[2] / "policies" / "acme"
ACCOUNT: Final = "111122223333"
ARNS: Final = (
    "*",
    "arn:aws:s3:::acme-prod-invoices",
    "arn:aws:s3:::acme-data-lake/raw/x",
    f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/invoices/object/issued/x",
    f"arn:aws:s3express:eu-west-1:{ACCOUNT}:bucket/fast--euw1-az1--x-s3",
    f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/unlisted",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/orders",
    f"arn:aws:iam::{ACCOUNT}:role/checkout-api",
    f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders",
    f"arn:aws:backup:eu-west-1:{ACCOUNT}:recovery-point:1",
    f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/default",
    "arn:aws:ec2:eu-west-1::snapshot/snap-1",
    f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:checkout-api",
    "arn:aws:organizations::999999999999:account/o-exampleorgid/111122223333",
)
CONTEXTS: Final = (
    RequestContext(),
    RequestContext({"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718", "aws:RequestedRegion": "eu-west-1"}),
    RequestContext().with_values({"aws:SourceVpce": ABSENT}),
)


@pytest.fixture(scope="module")
def acme() -> Organisation:
    return read_organisation(ROOT)


def actions_by_likeness() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service in sorted(CATALOGUE.services()):
        for action in sorted(CATALOGUE.actions_of(service)):
            found.setdefault(likeness_of(action), []).append(action)
    return found


def test_what_surrounds_a_request_is_the_same_for_every_action_that_is_alike(acme: Organisation) -> None:
    """Every action of the catalogue once, the places, callers and contexts going round."""
    everybody = Callers(acme).everybody()
    places = itertools.cycle(itertools.product(everybody, ARNS, CONTEXTS))
    for alike in actions_by_likeness().values():
        for start in range(1, len(alike), 8):
            caller, arn, context = next(places)
            sample, shared = Sample(arn), Desk(caller, context, acme)
            shared.situations(alike[0], sample)
            for action in alike[start : start + 8]:
                alone = Desk(caller, context, acme).situations(action, sample)
                assert shared.situations(action, sample) == alone, (caller, action, arn)


WIDE: Final = (
    "nobody can kms:Decrypt, kms:CreateGrant, sqs:SendMessage on *",
    "nobody can s3:GetBucketP*, s3:PutObject on arn:aws:s3:::acme-*",
    "nobody but role/checkout-deploy can sts:AssumeRole, iam:PassRole on *",
    "only role/checkout-deploy can iam:PassRole on role/checkout-*",
    "role/checkout-worker cannot iam:P* on *",
    "role/* can s3:GetObject, s3:ListBucket on arn:aws:s3:::acme-data-lake/*",
    "*:root cannot organizations:Leave*, dynamodb:Query on *",
    "anonymous, outsider, cloudtrail.amazonaws.com cannot s3:PutObject, backup:D*, ec2:RunInstances on *",
    "role/*, user/* cannot lambda:In* on * when aws:PrincipalTag/team like a*",
    "nobody can dynamodb:Query, secretsmanager:Get* on * when aws:SourceVpce = vpce-0a1b2c3d4e5f60718",
)
GIVEN: Final = "given aws:SecureTransport = true and aws:RequestedRegion = eu-west-1 and aws:SourceVpce absent\n"


def told_of(result: Result) -> tuple[object, ...]:
    shown = [(one.sentence, one.undecided, one.answer.call.effect, one.answer.request) for one in result.shortfalls]
    problems = [problem.message for problem in result.problems]
    return result.standing, result.asked, result.short, result.by_guardrail, result.sampled, shown, problems


@pytest.mark.parametrize("given", ["", GIVEN], ids=["open", "given"])
@pytest.mark.parametrize("sentence", WIDE)
def test_outlines_change_no_result(acme: Organisation, sentence: str, given: str) -> None:
    """Where somebody watches, every answer is a whole one."""
    (said,) = sentences(given + sentence)
    seen: list[object] = []
    watched = Checker(acme, observe=lambda _, answer: seen.append(answer)).check(said)
    assert told_of(Checker(acme).check(said)) == told_of(watched)
    assert len(seen) == watched.asked


@pytest.mark.parametrize("sentence", WIDE[1:4])
def test_desks_change_no_answer(acme: Organisation, sentence: str) -> None:
    """What a checker answers request by request is what is answered to each of them alone."""
    from policysim.expectations.plans import Planner  # noqa: PLC0415  # for the requests of this one test

    (said,) = sentences(sentence)
    answers = []
    Checker(acme, observe=lambda _, answer: answers.append(answer)).check(said)
    asked = [asked for asked, _ in Planner(acme).plan(said, 200_000).requests()]
    assert len(asked) == len(answers)
    for one, found in list(zip(asked, answers, strict=True))[::23]:
        alone = answer_to(one, acme, brief=True)
        assert (found.request, found.situations) == (alone.request, alone.situations)
        assert (found.call.effect, found.call.caveats) == (alone.call.effect, alone.call.caveats)
