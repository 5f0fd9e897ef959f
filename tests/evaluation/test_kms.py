"""AWS KMS: key policies, grants, aliases, AWS managed keys, and the keys of its context (spec S19 to S25, S35, S40)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide, decide_call, further_service_names
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.key_grants import GRANTABLE, KeyGrant, grants_in_force
from policysim.evaluation.layers import LayerName
from policysim.evaluation.managed_keys import fixed_key_policy
from policysim.evaluation.policy_set import Gap, LayerPolicies, Level, PolicySet
from policysim.evaluation.services.cross_account import never_crosses_accounts
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.language.request import ABSENT, UNKNOWN, Principal, RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FOREIGN, OTHER, ROOT, SERVICE

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision
    from policysim.language.request import Request

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"
ALIAS = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"
MULTI_REGION = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/mrk-1234"
DELEGATION = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
ADMINS = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/key-admin"})
TO_ALICE = KeyGrant(ALICE.arn or "", ("Decrypt",), id="g1")


def on_key(
    action: str = "kms:Decrypt",
    caller: Principal = ALICE,
    key: str = KEY,
    manager: str | None = None,
    context: RequestContext | None = None,
) -> Request:
    asked = ask(caller, action, key, ACCOUNT, context)
    return replace(asked, resource=replace(asked.resource, key_manager=manager))


def with_grants(found: PolicySet, request: Request, *grants: KeyGrant) -> PolicySet:
    """The policies with the grants of the key beside its policy, as the account room puts them there."""
    names = further_service_names(request)
    granted = grants_in_force(grants, request.resource.arn, request.action, request.principal, service_names=names)
    layer = found.get(LayerName.RESOURCE)
    own = layer.policies if layer is not None else ()
    gaps = layer.gaps if layer is not None else ()
    level = Level("key", (*own, *granted.policies), (*gaps, *granted.gaps))
    return found.with_layer(LayerName.RESOURCE, LayerPolicies((level,)))


def answer(request: Request, *grants: KeyGrant, switches: Switches = DEFAULT_SWITCHES, **layers: Any) -> Decision:
    """The decision, which that of the compiled form must equal."""
    found = policies(**layers)
    if grants:
        found = with_grants(found, request, *grants)
    decision = decide(request, found, CATALOGUE, switches=switches)
    assert Evaluator(found, CATALOGUE, switches=switches).effect(request) is decision.effect
    return decision


def layer_of(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """One layer, as the keyword that names it."""
    return {name: list(statements)}


def codes(decision: Decision) -> list[str]:
    return [caveat.code for caveat in decision.caveats]


def pairs(**values: str) -> RequestContext:
    """A context that is fully known, with an encryption context."""
    return RequestContext({f"kms:EncryptionContext:{k}": v for k, v in values.items()}, complete=True)


def test_s19_nobody_has_access_unless_the_key_policy_says_so() -> None:
    assert answer(on_key(), identity=[allow()], resource=[ADMINS]).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(caller=ROOT), resource=[ADMINS]).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(caller=ROOT), resource=[DELEGATION]).effect is Effect.ALLOWED


def test_s19_actions_on_no_key_need_no_key_policy() -> None:
    assert answer(on_key("kms:ListKeys", key="*"), identity=[allow("kms:ListKeys")]).effect is Effect.ALLOWED
    assert answer(on_key("kms:ListKeys", key="*")).effect is Effect.IMPLICIT_DENY


def test_s19_a_key_policy_that_was_not_collected_stays_a_gap() -> None:
    missing = Gap("not-collected", "the key policy was not collected")
    found = policies(identity=[allow()], gaps={LayerName.RESOURCE: (missing,)})
    assert decide(on_key(), found).effect is Effect.DEPENDS


@pytest.mark.parametrize("service", ["s3", "sqs"])
def test_s20_a_delegation_holds_under_its_conditions_alone(service: str) -> None:
    condition = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    context = RequestContext({"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}, complete=True)
    decision = answer(on_key(context=context), identity=[allow()], resource=[{**DELEGATION, "Condition": condition}])
    assert decision.effect is (Effect.ALLOWED if service == "s3" else Effect.IMPLICIT_DENY)


def test_s20_without_delegation_identity_denies_still_bind() -> None:
    named = allow("kms:Decrypt", Principal={"AWS": ALICE.arn})
    assert answer(on_key(), resource=[named]).effect is Effect.ALLOWED
    assert answer(on_key(), identity=[deny()], resource=[named]).effect is Effect.EXPLICIT_DENY


def test_s21_a_role_named_in_the_key_policy_needs_no_identity_policy() -> None:
    named = allow("kms:Decrypt", Principal={"AWS": APP.entity_arn})
    assert answer(on_key(caller=APP), resource=[named]).effect is Effect.ALLOWED
    assert answer(on_key("kms:Encrypt", APP), resource=[named]).effect is Effect.IMPLICIT_DENY


def test_s22_an_alias_in_a_policy_never_covers_the_key() -> None:
    assert answer(on_key(), identity=[allow(resource=ALIAS)], resource=[DELEGATION]).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(), identity=[allow(resource=KEY)], resource=[DELEGATION]).effect is Effect.ALLOWED


def test_s22_the_use_of_a_key_by_its_alias_is_open_until_the_key_is_known() -> None:
    decision = answer(on_key(key=ALIAS), identity=[allow(resource=ALIAS)], resource=[DELEGATION])
    assert (decision.effect, codes(decision)) == (Effect.DEPENDS, ["no-policy-decides"])
    assert decision.possible == (Effect.ALLOWED, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY)


@pytest.mark.parametrize("action", ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"])
def test_s22_an_alias_is_managed_on_the_alias_and_on_the_key(action: str) -> None:
    both = allow(action, ALIAS), allow(action, KEY)
    alias, key = (on_key(action, key=arn) for arn in (ALIAS, KEY))
    on_alias = answer(alias, identity=[*both])
    assert (on_alias.effect, codes(on_alias)) == (Effect.ALLOWED, ["alias-and-key"])
    assert answer(key, identity=[*both], resource=[ADMINS]).effect is Effect.IMPLICIT_DENY
    call = decide_call([(alias, policies(identity=[*both])), (key, policies(identity=[*both], resource=[DELEGATION]))])
    assert call.effect is Effect.ALLOWED


def test_s22_the_alias_of_the_request_is_a_condition_key() -> None:
    by_alias = allow("kms:Decrypt", Condition={"StringEquals": {"kms:RequestAlias": "alias/app"}})
    context = RequestContext({"kms:RequestAlias": "alias/app"}, complete=True)
    assert answer(on_key(context=context), identity=[by_alias], resource=[DELEGATION]).effect is Effect.ALLOWED
    assert answer(on_key(), identity=[by_alias], resource=[DELEGATION]).effect is Effect.IMPLICIT_DENY


def test_s22_across_accounts_both_sides_must_allow() -> None:
    open_to = allow("kms:Decrypt", Principal={"AWS": OTHER})
    abroad = on_key(caller=FOREIGN)
    assert answer(abroad, identity=[allow()], resource=[open_to]).effect is Effect.ALLOWED
    assert answer(abroad, resource=[open_to]).effect is Effect.IMPLICIT_DENY
    assert answer(abroad, identity=[allow()], resource=[DELEGATION]).effect is Effect.IMPLICIT_DENY


def test_s23_a_grant_allows_its_grantee_without_any_policy() -> None:
    decision = answer(on_key(), TO_ALICE, resource=[ADMINS])
    assert (decision.effect, decision.layer, codes(decision)) == (Effect.ALLOWED, "resource", ["key-grant"])
    assert [match.attached.name for match in decision.statements] == ["grant g1"]
    assert decision.check(LayerName.IDENTITY).needed is False


def test_s23_a_grant_covers_its_grantee_and_operations_alone() -> None:
    assert answer(on_key("kms:Encrypt"), TO_ALICE).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(caller=APP), TO_ALICE).effect is Effect.IMPLICIT_DENY
    assert answer(on_key("kms:PutKeyPolicy"), TO_ALICE._replace(operations=("PutKeyPolicy",))).effect is (
        Effect.IMPLICIT_DENY
    )


def test_s23_a_grant_works_in_any_account() -> None:
    grant = KeyGrant(FOREIGN.arn or "", ("Decrypt",), id="g1")
    decision = answer(on_key(caller=FOREIGN), grant, resource=[ADMINS])
    assert (decision.effect, decision.layer) == (Effect.ALLOWED, "resource")
    assert answer(on_key(caller=FOREIGN), TO_ALICE, identity=[allow()]).effect is Effect.IMPLICIT_DENY


def test_s23_a_grant_to_a_role_serves_its_sessions() -> None:
    assert answer(on_key(caller=APP), KeyGrant(APP.entity_arn or "", ("Decrypt",))).effect is Effect.ALLOWED
    nameless = replace(APP, entity_arn=None)
    assert answer(on_key(caller=nameless), KeyGrant(APP.entity_arn or "", ("Decrypt",))).effect is Effect.DEPENDS


@pytest.mark.parametrize("layer", ["identity", "resource", "scp", "rcp", "vpce"])
def test_s23_an_explicit_deny_wins_over_a_grant(layer: str) -> None:
    everybody = {"Principal": "*"} if layer in {"resource", "rcp", "vpce"} else {}
    context = RequestContext({"aws:SourceVpce": "vpce-1"}, complete=True)
    decision = answer(on_key(context=context), TO_ALICE, **layer_of(layer, deny(**everybody)))
    assert (decision.effect, decision.layer) == (Effect.EXPLICIT_DENY, layer)


@pytest.mark.parametrize("layer", ["scp", "vpce"])
def test_s23_a_grant_stays_within_the_outer_limits(layer: str) -> None:
    everybody = {"Principal": "*"} if layer == "vpce" else {}
    context = RequestContext({"aws:SourceVpce": "vpce-1"}, complete=True)
    decision = answer(on_key(context=context), TO_ALICE, **layer_of(layer, allow("s3:*", **everybody)))
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, layer)


@pytest.mark.parametrize(("layer", "caller"), [("boundary", ALICE), ("session", APP)])
def test_s23_a_grant_past_a_silent_boundary_or_session_policy_says_so(layer: str, caller: Principal) -> None:
    grant = KeyGrant(caller.entity_arn or caller.arn or "", ("Decrypt",))
    decision = answer(on_key(caller=caller), grant, **layer_of(layer, allow("s3:*")))
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["key-grant", "key-grant-past-limits"])


def test_s23_with_the_switch_a_grant_needs_an_identity_policy() -> None:
    strict = Switches(grants_need_identity=True)
    assert answer(on_key(), TO_ALICE, switches=strict, identity=[allow("s3:*")]).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(), TO_ALICE, switches=strict, identity=[allow()]).effect is Effect.ALLOWED
    abroad = KeyGrant(FOREIGN.arn or "", ("Decrypt",))
    assert answer(on_key(caller=FOREIGN), abroad, switches=strict).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(caller=FOREIGN), abroad, switches=strict, identity=[allow()]).effect is Effect.ALLOWED


def test_s23_a_grant_beside_policies_that_allow_anyway_needs_no_caveat() -> None:
    decision = answer(on_key(), TO_ALICE, identity=[allow()], resource=[DELEGATION])
    assert (decision.effect, decision.layer, codes(decision)) == (Effect.ALLOWED, "identity+resource", [])


def test_s23_a_grant_to_an_account_is_passed_on_by_identity_policies() -> None:
    grant = KeyGrant(f"arn:aws:iam::{OTHER}:root", ("Decrypt",))
    assert answer(on_key(caller=FOREIGN), grant, identity=[allow()]).effect is Effect.ALLOWED
    without = answer(on_key(caller=FOREIGN), grant)
    assert (without.effect, without.layer, codes(without)) == (
        Effect.IMPLICIT_DENY,
        "identity",
        ["key-grant-to-account"],
    )


def test_s23_a_grant_to_a_service_holds_for_its_source_alone() -> None:
    source = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/nightly"
    grant = KeyGrant("events.amazonaws.com", ("Decrypt",), source_arn=source)

    def found(caller: Principal, arn: str) -> Effect:
        return answer(
            on_key(caller=caller, context=RequestContext({"aws:SourceArn": arn}, complete=True)), grant
        ).effect

    assert found(SERVICE, source) is Effect.ALLOWED
    assert found(SERVICE, f"{source}-2") is Effect.IMPLICIT_DENY
    assert found(replace(SERVICE, service="sns.amazonaws.com"), source) is Effect.IMPLICIT_DENY
    assert answer(on_key(caller=SERVICE), grant).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("context", "equals", "subset"),
    [
        (pairs(Team="blue"), True, True),
        (pairs(team="blue"), True, True),
        (pairs(Team="Blue"), False, False),
        (pairs(Team="blue", Job="7"), False, True),
        (pairs(Job="7"), False, False),
        (pairs(), False, False),
    ],
)
def test_s23_a_constraint_is_on_the_encryption_context(context: RequestContext, *, equals: bool, subset: bool) -> None:
    asked = on_key(context=context)
    exact = TO_ALICE._replace(context_equals=(("Team", "blue"),))
    at_least = TO_ALICE._replace(context_subset=(("Team", "blue"),))
    assert answer(asked, exact).effect is (Effect.ALLOWED if equals else Effect.IMPLICIT_DENY)
    assert answer(asked, at_least).effect is (Effect.ALLOWED if subset else Effect.IMPLICIT_DENY)


def test_s23_an_unknown_encryption_context_leaves_a_constrained_grant_open_and_is_named() -> None:
    asked = on_key(context=RequestContext())
    decision = answer(asked, TO_ALICE._replace(context_subset=(("Team", "blue"),)))
    assert decision.effect is Effect.DEPENDS
    (unknown,) = decision.unknown_keys
    assert unknown.key == "kms:EncryptionContext:Team"
    assert ("blue", Effect.ALLOWED) in unknown.settles
    assert (None, Effect.IMPLICIT_DENY) in unknown.settles
    exact = answer(asked, TO_ALICE._replace(context_equals=(("Team", "blue"),)))
    assert {one.key for one in exact.unknown_keys} == {"kms:EncryptionContext:Team", "kms:EncryptionContextKeys"}


@pytest.mark.parametrize("operation", ["DescribeKey", "GetPublicKey"])
def test_s23_a_constraint_does_not_apply_to_operations_without_encryption_context(operation: str) -> None:
    grant = KeyGrant(ALICE.arn or "", (operation,), context_equals=(("Team", "blue"),))
    assert answer(on_key(f"kms:{operation}"), grant).effect is Effect.ALLOWED


def test_s23_a_granted_create_grant_gives_no_more_than_it_has() -> None:
    grant = KeyGrant(ALICE.arn or "", ("CreateGrant", "Decrypt"), context_subset=(("Team", "blue"),))
    given = {"kms:GrantOperations": ["Decrypt"], "kms:GrantConstraintType": "EncryptionContextEquals"}

    def found(**changes: Any) -> Effect:
        values = {**given, "kms:EncryptionContext:Team": "blue"}
        context = RequestContext({**values, **{f"kms:{key}": value for key, value in changes.items()}}, complete=True)
        return answer(on_key("kms:CreateGrant", context=context), grant).effect

    assert found() is Effect.ALLOWED
    assert found(GrantOperations=["Decrypt", "Encrypt"]) is Effect.IMPLICIT_DENY
    assert found(**{"EncryptionContext:Team": "red"}) is Effect.IMPLICIT_DENY
    assert found(GrantConstraintType=[]) is Effect.IMPLICIT_DENY


def test_s23_every_operation_that_a_grant_can_allow_crosses_accounts() -> None:
    assert [name for name in GRANTABLE if never_crosses_accounts(f"kms:{name}")] == []


def test_s24_the_account_of_the_caller_follows_from_the_caller() -> None:
    ours = allow("kms:Decrypt", Principal="*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}})
    assert answer(on_key(context=RequestContext()), resource=[ours]).effect is Effect.ALLOWED
    assert answer(on_key(caller=FOREIGN), identity=[allow()], resource=[ours]).effect is Effect.IMPLICIT_DENY
    assert context_lookup(on_key(caller=ANONYMOUS))("kms:CallerAccount") is ABSENT
    assert context_lookup(ask(context=RequestContext()))("kms:CallerAccount") is UNKNOWN


def test_s24_the_names_of_the_encryption_context_follow_from_its_pairs() -> None:
    lookup = context_lookup(on_key(context=pairs(Team="blue", Job="7")))
    assert lookup("kms:EncryptionContextKeys") == ("Team", "Job")
    assert context_lookup(on_key())("kms:EncryptionContextKeys") is ABSENT
    some = RequestContext({"kms:EncryptionContext:Team": "blue"})
    assert context_lookup(on_key(context=some))("kms:EncryptionContextKeys") is UNKNOWN


def test_s24_a_pair_that_the_names_lack_is_absent() -> None:
    lookup = context_lookup(on_key(context=RequestContext({"kms:EncryptionContextKeys": ["Team"]})))
    assert lookup("kms:EncryptionContext:Job") is ABSENT
    assert lookup("kms:EncryptionContext:team") is UNKNOWN
    nothing = RequestContext(absent=["kms:EncryptionContextKeys"])
    assert context_lookup(on_key(context=nothing))("kms:EncryptionContext:Team") is ABSENT


def test_s24_a_direct_call_has_no_via_service() -> None:
    through = allow("kms:Decrypt", Condition={"StringLike": {"kms:ViaService": "s3.*"}})
    assert answer(on_key(), identity=[through], resource=[DELEGATION]).effect is Effect.IMPLICIT_DENY
    context = RequestContext({"kms:ViaService": "s3.eu-west-1.amazonaws.com"}, complete=True)
    assert answer(on_key(context=context), identity=[through], resource=[DELEGATION]).effect is Effect.ALLOWED


def under_fixed_policy(request: Request, **layers: Any) -> Decision:
    fixed = fixed_key_policy(request)
    assert fixed is not None
    layer = LayerPolicies((Level("key", fixed.policies, fixed.gaps),))
    return decide(request, policies(**layers).with_layer(LayerName.RESOURCE, layer), CATALOGUE)


def test_s25_an_aws_managed_key_is_not_used_directly_but_through_its_service() -> None:
    direct = under_fixed_policy(on_key(manager="AWS"), identity=[allow()])
    assert (direct.effect, direct.layer, codes(direct)) == (Effect.IMPLICIT_DENY, "resource", ["fixed-key-policy"])
    context = RequestContext({"kms:ViaService": "ec2.eu-west-1.amazonaws.com"}, complete=True)
    through = under_fixed_policy(on_key(manager="AWS", context=context))
    assert (through.effect, [gap.code for gap in through.gaps]) == (Effect.DEPENDS, ["key-service-unknown"])
    assert "fixed-key-policy" in codes(through)


def test_s25_the_description_of_an_aws_managed_key_is_delegated_to_its_account() -> None:
    described = on_key("kms:DescribeKey", manager="AWS")
    assert under_fixed_policy(described, identity=[allow("kms:DescribeKey")]).effect is Effect.ALLOWED
    assert under_fixed_policy(described).effect is Effect.IMPLICIT_DENY
    assert fixed_key_policy(on_key("kms:DescribeKey", manager="CUSTOMER")) is None


def test_s25_an_aws_managed_key_lets_no_other_account_in() -> None:
    everybody = allow("kms:*", Principal="*")
    abroad = on_key(caller=FOREIGN, manager="AWS")
    grant = KeyGrant(FOREIGN.arn or "", ("Decrypt",))
    assert answer(abroad, grant, identity=[allow()], resource=[everybody]).effect is Effect.IMPLICIT_DENY
    assert answer(on_key(caller=FOREIGN), identity=[allow()], resource=[everybody]).effect is Effect.ALLOWED


def test_s25_e25_an_rcp_does_not_bind_an_aws_managed_key() -> None:
    guarded: dict[str, Any] = {"resource": [allow("kms:*", Principal="*")], "rcp": [deny("kms:*", Principal="*")]}
    assert answer(on_key(manager="AWS"), **guarded).effect is Effect.ALLOWED
    assert answer(on_key(manager="CUSTOMER"), **guarded).effect is Effect.EXPLICIT_DENY


def test_s26_an_encrypted_object_of_another_account_needs_both_sides_of_both_services() -> None:
    read = ask(FOREIGN, "s3:GetObject", "arn:aws:s3:::data/x", ACCOUNT)
    via = RequestContext({"kms:ViaService": "s3.eu-west-1.amazonaws.com"}, complete=True)
    decrypt = on_key(caller=FOREIGN, context=via)
    bucket = policies(identity=[allow()], resource=[allow("s3:GetObject", Principal={"AWS": OTHER})])
    key = policies(identity=[allow()], resource=[allow("kms:Decrypt", Principal={"AWS": OTHER})])
    own = policies(identity=[allow()], resource=[DELEGATION])
    s3_only = policies(identity=[allow("s3:*")], resource=[allow("kms:Decrypt", Principal={"AWS": OTHER})])
    assert decide_call([(read, bucket), (decrypt, key)]).effect is Effect.ALLOWED
    assert decide_call([(read, bucket), (decrypt, own)]).effect is Effect.IMPLICIT_DENY
    assert decide_call([(read, bucket), (decrypt, s3_only)]).effect is Effect.IMPLICIT_DENY


RETIRE = "kms:RetireGrant"


@pytest.mark.parametrize(
    ("grant", "allowed"),
    [
        (TO_ALICE, False),
        (TO_ALICE._replace(operations=("Decrypt", "RetireGrant")), True),
        (TO_ALICE._replace(grantee=APP.entity_arn or "", retiring=ALICE.arn), True),
        (TO_ALICE._replace(grantee=APP.entity_arn or "", retiring=APP.entity_arn), False),
    ],
)
def test_s35_the_grant_tells_who_may_retire_it(grant: KeyGrant, *, allowed: bool) -> None:
    decision = answer(on_key(RETIRE), grant, resource=[DELEGATION])
    assert decision.effect is (Effect.ALLOWED if allowed else Effect.IMPLICIT_DENY)


def test_s35_the_account_of_the_grant_delegates_its_retirement_by_identity_policies() -> None:
    grant = KeyGrant(APP.entity_arn or "", ("Decrypt",), issuing_account=f"arn:aws:iam::{OTHER}:root")
    for caller in (ALICE, FOREIGN):
        asked = on_key(RETIRE, caller)
        assert answer(asked, grant, identity=[allow(RETIRE)]).effect is Effect.ALLOWED
        silent = answer(asked, grant, identity=[allow("s3:*")])
        assert (silent.effect, silent.layer, codes(silent)) == (Effect.IMPLICIT_DENY, "identity", [])
    assert answer(on_key(RETIRE, ROOT), grant).effect is Effect.ALLOWED


def test_s35_retire_grant_has_no_effect_in_a_key_policy() -> None:
    opened = allow(RETIRE, Principal={"AWS": ALICE.arn})
    closed = deny(RETIRE, Principal="*")
    mine = TO_ALICE._replace(retiring=ALICE.arn)
    other = KeyGrant(f"arn:aws:iam::{OTHER}:role/x", ("Decrypt",))
    assert answer(on_key(RETIRE), other, resource=[opened]).layer == "identity"
    assert answer(on_key(RETIRE), mine, resource=[closed]).effect is Effect.ALLOWED
    assert answer(on_key(RETIRE), mine, identity=[deny(RETIRE)]).effect is Effect.EXPLICIT_DENY
    nothing = answer(on_key(RETIRE), identity=[allow()], resource=[opened])
    assert (nothing.effect, nothing.layer) == (Effect.IMPLICIT_DENY, "resource")


def test_s35_a_retiring_service_needs_no_policy() -> None:
    grant = TO_ALICE._replace(retiring="events.amazonaws.com")
    assert answer(on_key(RETIRE, SERVICE), grant).effect is Effect.ALLOWED
    assert answer(on_key(RETIRE, replace(SERVICE, service="sns.amazonaws.com")), grant).effect is Effect.IMPLICIT_DENY


def test_s35_which_of_several_grants_is_retired_decides() -> None:
    mine = TO_ALICE._replace(retiring=ALICE.arn)
    other = KeyGrant(APP.entity_arn or "", ("Decrypt",), id="g2")
    open_ = answer(on_key(RETIRE), mine, other)
    assert open_.effect is Effect.DEPENDS
    assert [unknown.key for unknown in open_.unknown_keys] == ["kms:GrantId"]
    assert codes(open_) == ["which-grant"]
    for grant_id, effect in (("g1", Effect.ALLOWED), ("g2", Effect.IMPLICIT_DENY)):
        named = on_key(RETIRE, context=RequestContext({"kms:GrantId": grant_id}, complete=True))
        assert answer(named, mine, other).effect is effect


def test_s35_grants_that_were_not_collected_leave_the_retirement_open() -> None:
    missing = Gap("not-collected", "the grants were not collected", may_deny=False)
    found = policies(identity=[allow()], gaps={LayerName.RESOURCE: (missing,)})
    assert decide(on_key(RETIRE), found).effect is Effect.DEPENDS
    broken = Gap("policy-broken", "the key policy has errors")
    without_policy = policies(gaps={LayerName.RESOURCE: (broken,)})
    assert decide(on_key(RETIRE), without_policy).effect is Effect.IMPLICIT_DENY


def test_s35_e25_no_rcp_binds_retire_grant() -> None:
    mine = TO_ALICE._replace(retiring=ALICE.arn)
    assert answer(on_key(RETIRE), mine, rcp=[deny("kms:*", Principal="*")]).effect is Effect.ALLOWED
    assert answer(on_key(), TO_ALICE, rcp=[deny("kms:*", Principal="*")]).effect is Effect.EXPLICIT_DENY


def test_s40_the_id_of_a_multi_region_key_tells_that_it_is_one() -> None:
    only = allow("kms:Decrypt", Condition={"Bool": {"kms:MultiRegion": "true"}})
    asked = on_key(key=MULTI_REGION, context=RequestContext())
    assert answer(asked, identity=[only], resource=[DELEGATION]).effect is Effect.ALLOWED
    assert answer(on_key(), identity=[only], resource=[DELEGATION]).effect is Effect.IMPLICIT_DENY


def test_s40_a_foreign_account_needs_the_region_of_a_multi_region_key() -> None:
    open_to = allow("kms:Decrypt", Principal={"AWS": OTHER})
    abroad = answer(on_key(caller=FOREIGN, key=MULTI_REGION), identity=[allow()], resource=[open_to])
    assert (abroad.effect, codes(abroad)) == (Effect.ALLOWED, ["region-enabled"])
    assert codes(answer(on_key(key=MULTI_REGION), identity=[allow()], resource=[DELEGATION])) == []


def test_x13_key_management_never_crosses_accounts() -> None:
    everybody = allow("kms:*", Principal="*")
    for action, effect in (("kms:Encapsulate", Effect.ALLOWED), ("kms:PutKeyPolicy", Effect.IMPLICIT_DENY)):
        assert answer(on_key(action, FOREIGN), identity=[allow()], resource=[everybody]).effect is effect


def test_s23_a_grant_is_written_down_as_a_policy_that_nobody_edits() -> None:
    found = grants_in_force((TO_ALICE,), KEY, "kms:Decrypt", ALICE)
    assert [(one.name, one.editable, one.attached_to) for one in found.policies] == [("grant g1", False, KEY)]
    assert grants_in_force((TO_ALICE,), KEY, "kms:Decrypt", APP) == ((), ())


def test_s23_r22_a_grant_allows_whoever_owns_the_key() -> None:
    asked = on_key()
    unowned = replace(asked, resource=replace(asked.resource, account=None))
    decision = answer(unowned, TO_ALICE, resource=[ADMINS])
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["key-grant", "owner-unknown"])
    assert answer(unowned, TO_ALICE._replace(grantee=APP.arn or ""), resource=[ADMINS]).effect is Effect.IMPLICIT_DENY


def test_s23_beside_a_grant_a_key_policy_that_was_not_collected_can_only_deny() -> None:
    missing = Gap("not-collected", "the key policy was not collected")
    found = with_grants(policies(gaps={LayerName.RESOURCE: (missing,)}), on_key(), TO_ALICE)
    decision = decide(on_key(), found, CATALOGUE)
    assert (decision.effect, set(decision.possible)) == (
        Effect.DEPENDS,
        {Effect.ALLOWED, Effect.EXPLICIT_DENY},
    )


def test_s25_the_fixed_policy_reads_as_aws_shows_it() -> None:
    direct = fixed_key_policy(on_key(manager="AWS"))
    assert direct is not None
    [attached] = direct.policies
    assert (attached.name, attached.attached_to, attached.editable) == (
        "fixed policy of an AWS managed key",
        KEY,
        False,
    )
    assert attached.policy.location.source.name == "fixed policy of an AWS managed key (KMS)"
    assert attached.policy.location.source.text.startswith('{\n  "Version"')
    shown = json.loads(attached.policy.location.source.text)
    assert shown["Version"] == "2012-10-17"
    through, description = shown["Statement"]
    assert (through["Sid"], description["Sid"]) == ("ThroughItsService", "ItsDescription")
    assert (through["Effect"], through["Principal"], through["Resource"]) == ("Allow", {"AWS": "*"}, "*")
    assert through["Action"] == [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ]
    assert through["Condition"] == {
        "StringEquals": {"kms:CallerAccount": ACCOUNT},
        "StringLike": {"kms:ViaService": "*.eu-west-1.amazonaws.com"},
    }
    assert (description["Principal"], description["Resource"]) == ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "*")
    assert description["Action"] == ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]


def test_s25_the_service_of_a_fixed_policy_is_a_gap_that_only_grants() -> None:
    through = fixed_key_policy(on_key(manager="AWS", context=RequestContext()))
    assert through is not None
    [gap] = through.gaps
    assert (through.policies, gap.code, gap.may_deny) == ((), "key-service-unknown", False)
    assert f"`{KEY}` was not collected" in gap.sentence
    assert gap.command == f"aws kms list-aliases --key-id {KEY}"


@pytest.mark.parametrize(
    "key", ["no-arn", f"arn:aws:s3:::{ACCOUNT}", f"arn:aws:iam::{ACCOUNT}:role/x"], ids=["text", "bucket", "role"]
)
def test_s25_only_a_key_of_a_known_owner_has_a_fixed_policy(key: str) -> None:
    assert fixed_key_policy(on_key(manager="AWS", key=key)) is None
    asked = on_key(manager="AWS")
    assert fixed_key_policy(replace(asked, resource=replace(asked.resource, account=None))) is None


def test_s23_a_grant_to_somebody_else_hides_none_that_follows() -> None:
    other = KeyGrant(f"arn:aws:iam::{OTHER}:role/x", ("Decrypt",), id="g0")
    found = grants_in_force((other, TO_ALICE), KEY, "KMS:decrypt", ALICE)
    assert [attached.name for attached in found.policies] == ["grant g1"]
    [attached] = found.policies
    assert (attached.attached_to, attached.editable, attached.arn) == (KEY, False, None)
    assert attached.policy.location.source.name == f"grant g1 of {KEY}"
    shown = {"Effect": "Allow", "Principal": {"AWS": [ALICE.arn]}, "Action": "kms:Decrypt", "Resource": "*"}
    assert json.loads(attached.policy.location.source.text) == {"Statement": [shown]}
    assert '\n  "Statement"' in attached.policy.location.source.text
    assert attached.policy.problems == ()
    principal = attached.policy.statements[0].principal
    assert principal is not None
    assert (principal.name, principal.negated) == ("Principal", False)
    assert principal.entries[0].path == ("Principal", "AWS", 0)


def test_s23_a_grant_that_is_not_understood_is_a_gap_that_only_grants() -> None:
    found = grants_in_force((TO_ALICE._replace(understood=False),), KEY, "kms:Decrypt", ALICE)
    [gap] = found.gaps
    assert (found.policies, gap.code, gap.may_deny) == ((), "grant-not-evaluated", False)
    assert gap.sentence == f"a grant g1 of `{KEY}` may allow this: it has constraints that are not known"
    nameless = KeyGrant(ALICE.arn or "", ("Decrypt",), understood=False)
    assert f"grant to {ALICE.arn}" in grants_in_force((nameless,), KEY, "kms:Decrypt", ALICE).gaps[0].sentence


@pytest.mark.parametrize(
    ("grant", "types"),
    [
        (TO_ALICE._replace(context_equals=(("a", "b"),)), ["EncryptionContextEquals"]),
        (TO_ALICE._replace(context_subset=(("a", "b"),)), ["EncryptionContextEquals", "EncryptionContextSubset"]),
    ],
)
def test_s23_a_grant_made_under_a_grant_keeps_its_constraint(grant: KeyGrant, types: list[str]) -> None:
    creating = grant._replace(operations=("Decrypt", "CreateGrant"))
    [attached] = grants_in_force((creating,), KEY, "kms:CreateGrant", ALICE).policies
    condition = json.loads(attached.policy.location.source.text)["Statement"][0]["Condition"]
    assert condition["StringEquals"]["kms:GrantConstraintType"] == types
    assert condition["ForAllValues:StringEquals"] == {"kms:GrantOperations": ["Decrypt", "CreateGrant"]}


def test_s23_a_source_arn_is_a_condition_of_the_grant() -> None:
    grant = TO_ALICE._replace(source_arn="arn:aws:s3:::data")
    [attached] = grants_in_force((grant,), KEY, "kms:Decrypt", ALICE).policies
    condition = json.loads(attached.policy.location.source.text)["Statement"][0]["Condition"]
    assert condition == {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::data"}}


@pytest.mark.parametrize(
    ("key", "caller", "resource", "value"),
    [
        ("kms:CallerAccount", ALICE, KEY, (ACCOUNT,)),
        ("kms:CallerAccount", SERVICE, KEY, UNKNOWN),
        ("kms:CallerAccount", replace(SERVICE, account=ACCOUNT), KEY, UNKNOWN),
        ("kms:CallerAccount", replace(ALICE, account=None), KEY, UNKNOWN),
        ("kms:MultiRegion", ALICE, MULTI_REGION, ("true",)),
        ("kms:MultiRegion", ALICE, KEY, ("false",)),
        ("kms:MultiRegion", ALICE, ALIAS, UNKNOWN),
        ("kms:MultiRegion", ALICE, "*", UNKNOWN),
        ("kms:MultiRegion", ALICE, KEY.replace(":kms:", ":s3:"), UNKNOWN),
    ],
)
def test_s24_s40_keys_of_kms_follow_from_caller_and_key(
    key: str, caller: Principal, resource: str, value: object
) -> None:
    assert context_lookup(on_key(caller=caller, key=resource, context=RequestContext()))(key) == value


def test_s35_which_grant_is_meant_is_a_question_of_its_retirement_alone() -> None:
    for action, value in ((RETIRE, UNKNOWN), ("kms:Decrypt", ABSENT)):
        assert context_lookup(on_key(action))("kms:GrantId") is value


def test_s20_the_pairs_of_a_full_context_are_its_encryption_context() -> None:
    pairs = {"kms:EncryptionContext:App": ("x",), "kms:ViaService": ("s3.eu-west-1.amazonaws.com",)}
    asked = on_key(context=RequestContext(pairs, absent=("kms:EncryptionContext:none",), complete=True))
    assert context_lookup(asked)("kms:EncryptionContextKeys") == ("App",)


def test_p16_s23_a_grant_to_another_name_of_the_service_is_its_grant() -> None:
    names = ("events.amazonaws.com", "events.eu-west-1.amazonaws.com")
    context = RequestContext({"aws:PrincipalServiceNamesList": names}, complete=True)
    granted = KeyGrant(names[1], ("Decrypt",))
    assert answer(on_key(caller=SERVICE, context=context), granted, resource=[ADMINS]).effect is Effect.ALLOWED
    assert answer(on_key(caller=SERVICE), granted, resource=[ADMINS]).effect is Effect.IMPLICIT_DENY
