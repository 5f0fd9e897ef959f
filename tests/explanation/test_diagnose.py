from __future__ import annotations

from dataclasses import replace

import pytest

from policysim.account.account import Account, Identities, Node, Organisation, Role
from policysim.cloudtrail.call import Call, CallRequest, Provenance
from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnose import diagnose, examine, refused_request
from policysim.explanation.diagnosis import Agreement
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import RequestContext
from policysim.language.source import Source
from tests.explanation.denied_cases import (
    ACCOUNT,
    BUCKET,
    OBJECT,
    OTHER_ACCOUNT,
    ROLE,
    allow,
    attached,
    deny,
    document,
    edited,
    request,
)

PROVENANCE = Provenance("event", "event", "event", "event")
IMPLICIT = Denial(
    raw="", recognised=True, action="s3:GetObject", resource=OBJECT, layer="identity", kind=DenialKind.IMPLICIT
)


def call(*actions: str, denial: Denial | None = IMPLICIT, conditional: tuple[str, ...] = ()) -> Call:
    requests = tuple(CallRequest(request(action), PROVENANCE, action in conditional) for action in actions)
    return Call(event=None, denial=denial, requests=requests)


def organisation(*statements: dict[str, object], scp: str | None = None) -> Organisation:
    policy = parse_policy(Source("app-policy.json", document(*statements)), PolicyType.IDENTITY)
    trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    identities = Identities(
        roles={ROLE: Role(name="app", arn=ROLE, inline={"app-policy": policy})},
        trust={ROLE: parse_policy(Source("trust.json", trust), PolicyType.TRUST)},
    )
    account = Account(
        id=ACCOUNT,
        name="prod",
        identities=identities,
        resource_policies={BUCKET: None},
        session_policies={},
        endpoints={},
        complete=frozenset({"s3"}),
    )
    if scp is None:
        return Organisation(accounts={ACCOUNT: account}, standalone=True)
    guard = attached(scp, LayerName.SCP, name="guard", attached_to=None)
    leaf = Node(id=ACCOUNT, name="prod", scps=(guard,), rcps=())
    root = Node(id="r-1", name="Root", scps=(guard,), rcps=(), children=(leaf,))
    return Organisation(accounts={ACCOUNT: account}, id="o-1", management_account="999999999999", root=root)


def test_a_missing_allow_is_found_agreed_and_fixed() -> None:
    found = diagnose(call("s3:GetObject"), organisation(allow("s3:PutObject", f"{BUCKET}/*")), NO_FACTS)
    assert found.decision is not None
    assert (found.decision.effect, found.decision.layer) == (Effect.IMPLICIT_DENY, "identity")
    assert found.agreement is Agreement.AGREES
    assert found.near_misses[0].match.attached.name == "app-policy"
    assert found.fixes[0].verified.effect is Effect.ALLOWED
    assert edited(found.fixes[0])["Statement"][-1]["Action"] == "s3:GetObject"


GUARD = deny("s3:*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})


def from_somewhere(*, owner: str) -> Call:
    """A read that AWS refused for want of an Allow; from which VPC it came is not known."""
    told = request("s3:GetObject", owner=owner)
    asked = replace(told, context=RequestContext())
    return Call(event=None, denial=IMPLICIT, requests=(CallRequest(asked, PROVENANCE),))


def test_e3_within_one_account_aws_s_words_rule_out_the_denies_that_are_open() -> None:
    found = diagnose(from_somewhere(owner=ACCOUNT), organisation(GUARD), NO_FACTS)
    assert {fix.verified.effect for fix in found.fixes} == {Effect.ALLOWED}


def test_x14_across_accounts_the_other_side_s_denies_stay_open_whatever_one_side_said() -> None:
    policy = document(
        {**allow("s3:GetObject", f"{BUCKET}/*"), "Principal": "*"},
        {**GUARD, "Principal": "*"},
    )
    bucket = attached(policy, LayerName.RESOURCE, name="bucket", attached_to=BUCKET)
    own = organisation(allow("s3:PutObject")).accounts[ACCOUNT]
    other = Account(id=OTHER_ACCOUNT, name="data", resource_policies={BUCKET: bucket}, complete=frozenset({"s3"}))
    both = Organisation(accounts={ACCOUNT: own, OTHER_ACCOUNT: other}, standalone=True)
    found = diagnose(from_somewhere(owner=OTHER_ACCOUNT), both, NO_FACTS)
    assert found.fixes
    assert {fix.verified.effect for fix in found.fixes} == {Effect.DEPENDS}
    assert {fix.verified.unknown_keys for fix in found.fixes} == {("aws:SourceVpc",)}


def test_without_policies_the_event_alone_is_explained() -> None:
    found = diagnose(call("s3:GetObject"), None, NO_FACTS)
    assert found.decision is None
    assert found.agreement is Agreement.UNKNOWN
    assert found.requests[0].decision is None
    assert any("--account DIR" in step for step in found.next_steps)


def test_a_call_without_requests_is_explained_as_far_as_it_goes() -> None:
    found = diagnose(Call(event=None, denial=IMPLICIT, requests=(), unresolved=("no",)), organisation(), NO_FACTS)
    assert (found.requests, found.decision, found.fixes) == ((), None, ())
    assert found.disagreement_code == "no-request"
    assert not any("--account" in step for step in found.next_steps)


def test_a_denied_call_that_is_allowed_here_is_a_disagreement_with_a_name() -> None:
    found = diagnose(call("s3:GetObject"), organisation(allow("s3:*")), NO_FACTS)
    assert found.decision is not None
    assert found.decision.effect is Effect.ALLOWED
    assert (found.agreement, found.disagreement_code) == (Agreement.DISAGREES, "allowed-here")
    assert not found.fixes
    assert found.disagreement


def test_e19_a_deny_of_the_organisation_is_found_with_its_statement() -> None:
    guard = document(allow("*"), deny("s3:GetObject", Sid="NoReads"))
    denial = Denial(raw="", recognised=True, action="s3:GetObject", layer="scp", kind=DenialKind.EXPLICIT)
    found = diagnose(call("s3:GetObject", denial=denial), organisation(allow("*"), scp=guard), NO_FACTS)
    assert found.decision is not None
    assert [match.statement.sid for match in found.decision.statements] == ["NoReads", "NoReads"]
    assert found.agreement is Agreement.AGREES
    assert found.fixes[0].verified.effect is Effect.ALLOWED, "one edit changes the policy at every node that has it"


def test_a_cause_that_is_no_policy_gets_no_fixes() -> None:
    denial = Denial(raw="", recognised=True, action="s3:GetObject", iam=False, cause="the presigned URL has expired")
    found = diagnose(call("s3:GetObject", denial=denial), organisation(), NO_FACTS)
    assert not found.fixes
    assert found.disagreement_code == "not-a-policy"


@pytest.mark.parametrize(
    ("actions", "denied_action", "conditional", "refused"),
    [
        (("s3:GetObject", "s3:PutObject"), "s3:PutObject", (), 1),
        (("s3:GetObject", "s3:PutObject"), "S3:putobject", (), 1),
        (("s3:GetObject", "s3:PutObject"), None, (), 1),
        (("s3:PutObjectAcl", "s3:PutObject"), None, ("s3:PutObjectAcl",), 1),
        (("s3:GetObject",), None, (), 0),
    ],
)
def test_a8_the_refused_request_of_a_call_is_picked(
    actions: tuple[str, ...], denied_action: str | None, conditional: tuple[str, ...], refused: int
) -> None:
    denial = Denial(raw="", recognised=True, action=denied_action)
    asked = call(*actions, denial=denial, conditional=conditional)
    found = diagnose(asked, organisation(allow("s3:GetObject")), NO_FACTS)
    assert found.decision is not None
    assert found.decision.request.action == actions[refused]
    assert refused_request(denial, found.requests) == refused
    assert found.decision.trace
    assert all(one.decision is not None and not one.decision.trace for one in found.requests)


def test_r13_of_several_resources_the_denied_one_is_picked() -> None:
    other = CallRequest(request("s3:GetObject", "arn:aws:s3:::public/x"), PROVENANCE)
    denial = Denial(raw="", recognised=True, action="s3:GetObject")
    asked = Call(event=None, denial=denial, requests=(other, CallRequest(request("s3:GetObject"), PROVENANCE)))
    found = diagnose(asked, organisation(allow("s3:GetObject", "arn:aws:s3:::public/*")), NO_FACTS)
    assert found.decision is not None
    assert found.decision.request.resource.arn == OBJECT


def test_a8_what_the_message_names_stays_the_refused_request_and_what_else_is_denied_is_said() -> None:
    denial = Denial(raw="", recognised=True, action="s3:GetObject", resource=OBJECT)
    found = diagnose(call("s3:PutObject", "s3:GetObject", denial=denial), organisation(allow("s3:GetObject")), NO_FACTS)
    assert found.decision is not None
    assert (found.decision.request.action, found.decision.effect) == ("s3:GetObject", Effect.ALLOWED)
    assert any(f"look at `s3:PutObject` on `{OBJECT}`" in step for step in found.next_steps)


def test_r13_the_resource_that_the_message_names_goes_before_another_one_that_is_denied() -> None:
    other = CallRequest(request("s3:GetObject", "arn:aws:s3:::public/x"), PROVENANCE)
    named = CallRequest(request("s3:GetObject"), PROVENANCE)
    denial = Denial(raw="", recognised=True, action="s3:GetObject", resource=OBJECT)
    asked = Call(event=None, denial=denial, requests=(other, named))
    found = diagnose(asked, organisation(allow("s3:GetObject", f"{BUCKET}/*")), NO_FACTS)
    assert found.decision is not None
    assert found.decision.request.resource.arn == OBJECT


def test_a8_a_conditional_request_is_decided_and_never_makes_the_call_a_denial() -> None:
    denial = Denial(raw="", recognised=False)
    asked = call("s3:GetObject", "s3:GetObjectTagging", denial=denial, conditional=("s3:GetObjectTagging",))
    found = diagnose(asked, organisation(allow("s3:GetObject")), NO_FACTS)
    assert found.decision is not None
    assert (found.decision.request.action, found.decision.effect) == ("s3:GetObject", Effect.ALLOWED)
    effects = [one.decision.effect for one in found.requests if one.decision is not None]
    assert effects == [Effect.ALLOWED, Effect.IMPLICIT_DENY]
    assert found.disagreement_code == "allowed-here"
    assert any("look at `s3:GetObjectTagging`" in step and "if the call needs it" in step for step in found.next_steps)


def test_a_call_is_examined_without_its_ways_out_and_has_them_once_they_are_asked_for() -> None:
    asked, here = call("s3:GetObject"), organisation(allow("s3:ListBucket"))
    examined, whole = examine(asked, here, NO_FACTS), diagnose(asked, here, NO_FACTS)
    assert whole.fixes
    assert examined.diagnosis == replace(whole, obstacles=(), remedies=(), fixes=(), next_steps=())
    assert examined.whole() is examined.whole()
    assert [fix.summary for fix in examined.whole().fixes] == [fix.summary for fix in whole.fixes]


def test_an_equal_call_has_the_same_ways_out_under_its_own_name() -> None:
    first, second = call("s3:GetObject"), call("s3:GetObject")
    examined = examine(first, organisation(allow("s3:ListBucket")), NO_FACTS)
    other = examined.of(second)
    assert examined.of(first) is examined
    assert other.diagnosis.call is second
    assert other.whole() is other.whole()
    assert other.whole() == replace(examined.whole(), call=second)
    assert other.whole().fixes is examined.whole().fixes
