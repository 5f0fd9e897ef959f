"""Calls that only the management account and delegated administrators may make."""

from __future__ import annotations

from dataclasses import replace

from policysim.account.account import Organisation
from policysim.evaluation.layers import LayerName
from policysim.explanation.remedies import remedies
from tests.explanation.cause_cases import IMPLICIT, POSSIBLE, codes, evidence, first, says
from tests.explanation.denied_cases import ROLE_SESSION, allow, attached, case, document, in_force, request

MANAGEMENT = "999999999999"
ORGANISATION = Organisation(accounts={}, management_account=MANAGEMENT)
POLICIES = in_force({LayerName.IDENTITY: attached(document(allow("organizations:*")))})
LIST = request("organizations:ListAccounts", "*", owner=MANAGEMENT)


def test_s34_a_member_account_is_the_cause_where_its_own_policies_allow() -> None:
    found = first(evidence(LIST, POLICIES, says(), organisation=ORGANISATION))
    assert (found.code, found.tested) == ("fixed-rule", POSSIBLE)
    assert "is a member account" in found.cause
    assert MANAGEMENT in found.supporting[0]


def test_s34_a_message_that_names_a_policy_leaves_the_rule_aside() -> None:
    known = evidence(LIST, POLICIES, says("scp", IMPLICIT), organisation=ORGANISATION)
    assert "fixed-rule" not in dict(codes(known))


def test_s34_the_management_account_is_told_as_the_place_to_call_from() -> None:
    found = [one for one in remedies(case(LIST, POLICIES, ORGANISATION)) if one.code == "other-account"]
    assert [MANAGEMENT in one.sentence for one in found] == [True]


def test_s34_nothing_of_the_kind_is_told_where_it_is_not_known_what_account_it_is() -> None:
    asked = replace(LIST, principal=replace(ROLE_SESSION, in_management_account=None))
    assert "fixed-rule" not in dict(codes(evidence(asked, POLICIES, says(), organisation=ORGANISATION)))
    assert not [one for one in remedies(case(asked, POLICIES, ORGANISATION)) if one.code == "other-account"]
