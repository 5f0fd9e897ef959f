"""The verdict of each layer, in AWS's words: whose Allow a request needs, and whose not (spec E3, E7 to E16)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Verdict
from policysim.evaluation.layers import LayerName
from policysim.evaluation.principals import Circumstances, match_principal
from policysim.evaluation.truth import UNKNOWN
from policysim.language.policy import Effect as StatementEffect
from policysim.language.policy import PrincipalElement, PrincipalEntry
from policysim.language.request import RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import Request

ITSELF: dict[str, Any] = {"Principal": {"AWS": str(APP.arn)}}
ROLE: dict[str, Any] = {"Principal": {"AWS": str(APP.entity_arn)}}
OWN_ACCOUNT: dict[str, Any] = {"Principal": {"AWS": ACCOUNT}}
OTHER_ACCOUNT: dict[str, Any] = {"Principal": {"AWS": OTHER}}
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
NOTHING = [allow("ec2:*")]


def words(request: Request, found: PolicySet) -> dict[str, str]:
    """The verdicts of the layers that have an impact, and which of them were needed."""
    checks = decide(request, found, CATALOGUE).checks
    shown = {check.layer.value: check.verdict.value for check in checks if check.verdict is not Verdict.NO_IMPACT}
    for check in checks:
        assert check.needed or check.verdict is not Verdict.IMPLICIT_DENY, "a layer that is not needed denies nothing"
    return shown


@pytest.mark.parametrize(
    ("request_", "found", "expected"),
    [
        (ask(APP), policies(identity=[], boundary=[allow()]), {"identity": "IMPLICIT_DENY", "boundary": "ALLOW"}),
        (ask(APP), policies(identity=[], resource=[allow(**ITSELF)], boundary=NOTHING), {"resource": "ALLOW"}),
        (
            ask(APP),
            policies(identity=[], resource=[allow(**ROLE)], boundary=NOTHING),
            {"resource": "ALLOW", "boundary": "IMPLICIT_DENY"},
        ),
        (
            ask(APP),
            policies(identity=[allow()], resource=[allow(**OWN_ACCOUNT)], session=NOTHING),
            {"identity": "ALLOW", "session": "IMPLICIT_DENY"},
        ),
        (ask(FEDERATED), policies(identity=[allow()]), {"identity": "ALLOW", "session": "IMPLICIT_DENY"}),
        (ask(FOREIGN), policies(identity=[allow()], resource=[]), {"resource": "IMPLICIT_DENY", "identity": "ALLOW"}),
        (
            ask(FOREIGN),
            policies(identity=[], resource=[allow(**OTHER_ACCOUNT)], boundary=NOTHING),
            {"resource": "ALLOW", "identity": "IMPLICIT_DENY", "boundary": "IMPLICIT_DENY"},
        ),
        (
            ask(ALICE, "kms:Decrypt", KEY),
            policies(identity=[allow()], resource=[]),
            {"resource": "IMPLICIT_DENY", "identity": "ALLOW"},
        ),
        (
            ask(ALICE, "kms:Decrypt", KEY),
            policies(identity=[], resource=[allow(**OWN_ACCOUNT)]),
            {"resource": "ALLOW", "identity": "IMPLICIT_DENY"},
        ),
        (ask(ANONYMOUS), policies(resource=[]), {"resource": "IMPLICIT_DENY"}),
        (ask(ROOT), policies(resource=[], scp=NOTHING), {"scp": "IMPLICIT_DENY"}),
        (ask(), policies(identity=[allow(), deny()], scp=[]), {"scp": "IMPLICIT_DENY", "identity": "EXPLICIT_DENY"}),
        (ask(owner=None), policies(identity=[allow()]), {"resource": "UNKNOWN", "identity": "ALLOW"}),
        (
            ask(APP, owner=None),
            policies(identity=[], resource=[allow(**ITSELF)], boundary=NOTHING),
            {"resource": "ALLOW", "identity": "UNKNOWN", "boundary": "UNKNOWN"},
        ),
    ],
)
def test_a_layer_is_said_to_deny_only_if_its_allow_is_needed(
    request_: Request, found: PolicySet, expected: dict[str, str]
) -> None:
    assert words(request_, found) == expected


@pytest.mark.parametrize(
    ("layer", "target"),
    [
        (LayerName.IDENTITY, APP.entity_arn),
        (LayerName.BOUNDARY, APP.entity_arn),
        (LayerName.SESSION, APP.arn),
        (LayerName.SCP, ACCOUNT),
        (LayerName.RCP, ACCOUNT),
        (LayerName.RESOURCE, "arn:aws:s3:::data/x"),
        (LayerName.VPCE, "vpce-1"),
    ],
)
def test_a_check_names_what_its_policies_hang_on(layer: LayerName, target: str) -> None:
    context = RequestContext({"aws:SourceVpce": "vpce-1"}, complete=True)
    assert decide(ask(APP, context=context), policies(identity=[]), CATALOGUE).check(layer).target == target


def test_a_check_of_an_unknown_endpoint_names_none() -> None:
    assert decide(ask(APP, context=RequestContext()), policies(), CATALOGUE).check(LayerName.VPCE).target is None


@pytest.mark.parametrize(
    ("value", "caller"),
    [
        (str(ALICE.arn), replace(ALICE, arn=None)),
        (str(APP.entity_arn), replace(APP, arn=None, entity_arn=None)),
        (str(APP.arn), replace(APP, arn=None, entity_arn=None)),
        (str(FEDERATED.entity_arn), replace(FEDERATED, entity_arn=None)),
    ],
    ids=["user", "role", "session", "issuer"],
)
def test_a_caller_whose_arn_is_not_known_may_be_the_one_named(value: str, caller: Any) -> None:
    element = PrincipalElement(
        "Principal", negated=False, entries=(PrincipalEntry("AWS", value, ("Principal", "AWS")),)
    )
    outcome, _ = match_principal(element, StatementEffect.ALLOW, caller, Circumstances())
    assert outcome.truth is UNKNOWN
