from __future__ import annotations

from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.spoken import RULED_OUT, settled_by_words
from tests.explanation.cause_cases import EXPLICIT, IMPLICIT, evidence, first, says
from tests.explanation.denied_cases import (
    OTHER_ACCOUNT,
    ROLE_SESSION,
    allow,
    attached,
    deny,
    document,
    in_force,
    levels,
    request,
)

IDENTITY, SCP = LayerName.IDENTITY, LayerName.SCP
REGIONS = deny("*", Sid="Regions", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
GUARD = attached(document(allow("*"), REGIONS), SCP, name="guard", attached_to=None)
NOTHING = in_force({IDENTITY: attached(document(allow("sqs:*"))), SCP: levels(root=(GUARD,))})
OPEN = decide(request("s3:GetObject", complete=False), NOTHING, trace=True)


def test_e3_words_of_a_missing_allow_rule_out_a_deny_that_hangs_on_an_unknown_key() -> None:
    assert OPEN.possible == (Effect.EXPLICIT_DENY,)
    found = settled_by_words(says("identity", IMPLICIT), OPEN)
    assert (found.effect, found.possible, found.unknown_keys) == (Effect.IMPLICIT_DENY, (), ())
    [told] = [caveat for caveat in found.caveats if caveat.code == RULED_OUT]
    assert "`aws:RequestedRegion`" in told.sentence


def test_e3_words_that_name_no_kind_leave_the_deny_open() -> None:
    assert settled_by_words(says(), OPEN) is OPEN
    assert settled_by_words(says("scp", EXPLICIT), OPEN) is OPEN
    assert settled_by_words(None, OPEN) is OPEN


def test_e3_across_accounts_the_words_of_one_side_rule_nothing_out() -> None:
    asked = request("s3:GetObject", complete=False, owner=OTHER_ACCOUNT)
    decision = decide(asked, NOTHING, trace=True)
    assert Effect.EXPLICIT_DENY in decision.possible
    assert settled_by_words(says("identity", IMPLICIT), decision) is decision


def test_e3_what_is_open_beside_the_deny_stays_open() -> None:
    tagged = allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})
    policies = in_force({IDENTITY: attached(document(tagged)), SCP: levels(root=(GUARD,))})
    decision = decide(request("s3:GetObject", complete=False), policies, trace=True)
    found = settled_by_words(says("identity", IMPLICIT), decision)
    assert found.effect is Effect.DEPENDS
    assert found.possible == (Effect.ALLOWED, Effect.IMPLICIT_DENY)
    assert "aws:PrincipalTag/team" in [unknown.key for unknown in found.unknown_keys]
    assert all(effect is not Effect.EXPLICIT_DENY for unknown in found.unknown_keys for _, effect in unknown.settles)


def test_c51_a_session_of_a_role_is_told_that_its_credentials_carry_no_mfa() -> None:
    with_mfa = allow("s3:GetObject", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    policies = in_force({IDENTITY: attached(document(with_mfa))})
    asked = request("s3:GetObject", principal=ROLE_SESSION, context={"aws:MultiFactorAuthPresent": "false"})
    told = first(evidence(asked, policies, says("identity", IMPLICIT)))
    assert told.code == "condition-not-met"
    assert told.cause.endswith("credentials from AssumeRole carry no MFA, as AWS documents")
