"""Causes that something unknown keeps open: keys, policies that were not collected, dates, other requests, the data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import (
    Account,
    BucketSettings,
    Identities,
    Node,
    Organisation,
    PolicyVersion,
    PublicAccess,
    Role,
)
from policysim.cloudtrail.call import CallRequest
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, one_level
from policysim.explanation.diagnosis import RequestDiagnosis
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import PublicAccessBlock, Request, Resource
from policysim.language.source import Source
from tests.explanation.cause_cases import (
    CONFIRMED,
    EXPLICIT,
    IMPLICIT,
    NOON,
    POSSIBLE,
    PROVENANCE,
    REFUTED,
    coded,
    codes,
    event,
    evidence,
    first,
    hypotheses,
    says,
)
from tests.explanation.denied_cases import (
    ACCOUNT,
    ANN,
    BUCKET,
    OBJECT,
    ROLE,
    ROLE_SESSION,
    allow,
    attached,
    deny,
    document,
    in_force,
    request,
)

if TYPE_CHECKING:
    from policysim.cloudtrail.event import Event
    from policysim.evaluation.policy_set import PolicySet

IDENTITY, RESOURCE, SCP, SESSION = LayerName.IDENTITY, LayerName.RESOURCE, LayerName.SCP, LayerName.SESSION
READ = request("s3:GetObject")
OPEN = request("s3:GetObject", complete=False)
ALLOWED = in_force({IDENTITY: attached(document(allow("*")))})
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/reads"
MOMENT = datetime.fromisoformat(NOON)


def gap(layer: LayerName, *, may_deny: bool = True) -> Gap:
    return Gap("not-collected", f"the {layer.value} was not collected", f"aws fetch {layer.value}", may_deny=may_deny)


def test_c42_the_values_of_an_unknown_key_that_deny_are_named() -> None:
    statement = deny("s3:*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, Sid="OnlyFromHome")
    known = evidence(OPEN, in_force({IDENTITY: attached(document(allow("*"), statement))}), says("identity", EXPLICIT))
    found = first(known)
    assert (found.code, found.tested, found.layer) == ("key-unknown", POSSIBLE, IDENTITY)
    assert "`aws:SourceVpc` had a value with which `OnlyFromHome`" in found.cause
    assert "absent" in found.test
    assert "vpc-1" not in found.test, "under this value the request is allowed"
    assert found.next.startswith("find the value of aws:SourceVpc")


def test_c42_a_value_that_gives_another_denial_than_aws_told_of_is_no_cause() -> None:
    statement = deny("s3:*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
    known = evidence(OPEN, in_force({IDENTITY: attached(document(allow("*"), statement))}), says("identity", IMPLICIT))
    assert "key-unknown" not in [one.code for one in hypotheses(known)]


def test_c42_two_keys_that_only_together_deny_are_named_together() -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:RequestedRegion": "eu-west-1"}}
    policies = in_force({IDENTITY: attached(document(allow("*"), deny("s3:*", Condition=condition)))})
    found = first(evidence(OPEN, policies, says("identity", EXPLICIT)))
    assert "aws:SourceVpc" in found.cause
    assert "aws:RequestedRegion" in found.cause
    assert "had, together, a value" in found.cause


def test_v3_a_key_in_a_policy_variable_is_a_cause_though_it_has_no_values_to_try() -> None:
    own = attached(document(allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/team}}/*")))
    found = first(evidence(OPEN, in_force({IDENTITY: own}), says("identity", IMPLICIT)))
    assert (found.code, found.tested) == ("key-unknown", POSSIBLE)
    assert "aws:PrincipalTag/team" in found.cause


def test_m5_a_session_policy_that_nobody_collected_is_confirmed_when_aws_names_it() -> None:
    policies = in_force({IDENTITY: attached(document(allow("*"))), SESSION: one_level("s", (), (gap(SESSION),))})
    named = first(evidence(READ, policies, says("session", IMPLICIT)))
    assert (named.code, named.tested, named.layer) == ("session-policy-unknown", CONFIRMED, SESSION)
    bare = first(evidence(request("sqs:SendMessage", "*"), policies, says()))
    assert (bare.code, bare.tested) == ("session-policy-unknown", POSSIBLE)
    assert "the AssumeRole" in bare.next


def test_m6_a_missing_scp_beside_others_stays_possible() -> None:
    full = attached(document(allow("*")), SCP, name="full", attached_to=None)
    policies = in_force({IDENTITY: attached(document(allow("*"))), SCP: one_level("r", (full,), (gap(SCP),))})
    found = first(evidence(READ, policies, says("scp", EXPLICIT)))
    assert (found.code, found.tested) == ("policy-not-collected", POSSIBLE)
    assert "the scp was not collected" in found.supporting
    assert found.next.endswith("`aws fetch scp`")


def test_s23_what_could_only_have_allowed_never_denies() -> None:
    policies = in_force({RESOURCE: one_level("k", (), (gap(RESOURCE, may_deny=False),))})
    known = evidence(READ, policies, says("resource", EXPLICIT))
    assert not [one for one in hypotheses(known) if one.code == "policy-not-collected"]


def test_e13_e20_layers_that_do_not_bind_the_caller_are_refuted_with_the_reason() -> None:
    ann = request("s3:GetObject", principal=ANN)
    known = evidence(ann, ALLOWED, says())
    refuted = {one.layer: one.opposing[0] for one in hypotheses(known) if one.tested is REFUTED}
    assert "no role session" in refuted[SESSION]
    assert "no VPC endpoint" in refuted.get(LayerName.VPCE, "no VPC endpoint")
    managed = request("s3:GetObject", principal=ANN.__class__(kind=ANN.kind, arn=ANN.arn, in_management_account=True))
    refuted = {one.layer: one.opposing[0] for one in hypotheses(evidence(managed, ALLOWED, says())) if one.opposing}
    assert "management account" in refuted[SCP]


def test_c51_a_deny_whose_condition_is_known_not_to_hold_is_refuted_with_the_value() -> None:
    statement = deny("s3:*", Sid="DenyWithoutMfa", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    asked = request("s3:GetObject", context={"aws:MultiFactorAuthPresent": "true"})
    known = evidence(asked, in_force({IDENTITY: attached(document(allow("*"), statement))}), says("identity", EXPLICIT))
    [found] = [one for one in hypotheses(known) if one.code == "explicit-deny"]
    assert found.tested is REFUTED
    assert "it is `true`" in found.opposing[0]


def beside(action: str, policies: PolicySet, *, conditional: bool) -> RequestDiagnosis:
    asked = request(action)
    return RequestDiagnosis(CallRequest(asked, PROVENANCE, conditional), decide(asked, policies))


def test_a8_another_authorization_of_the_call_is_a_cause_where_this_one_is_allowed() -> None:
    policies = in_force({IDENTITY: attached(document(allow("s3:GetObject")))})
    known = evidence(READ, policies, says(), beside=(beside("s3:GetObjectTagging", policies, conditional=True),))
    found = coded("other-authorization", known)
    assert (found.tested, found.layer) == (POSSIBLE, IDENTITY)
    assert "if the call needs it" in found.cause
    certain = evidence(READ, policies, says(), beside=(beside("s3:PutObject", policies, conditional=False),))
    assert coded("other-authorization", certain).tested is CONFIRMED


def test_a8_an_authorization_that_the_message_does_not_name_is_no_cause() -> None:
    policies = in_force({IDENTITY: attached(document(allow("s3:GetObject")))})
    denial = says().__class__(raw="", recognised=True, action="s3:GetObject")
    known = evidence(READ, policies, denial, beside=(beside("s3:PutObject", policies, conditional=False),))
    assert "other-authorization" not in [one.code for one in hypotheses(known)]


def test_s18_s3_says_403_for_404_to_whoever_may_not_list_the_bucket() -> None:
    organisation = at_hand(document(allow("s3:GetObject")))
    policies = in_force({IDENTITY: attached(document(allow("s3:GetObject")))})
    found = coded("object-missing", evidence(READ, policies, says(), of=event(), organisation=organisation))
    assert found.tested is POSSIBLE
    assert found.test == f"evaluated `s3:ListBucket` on `{BUCKET}`: denied: no identity-based policy allows it"
    assert "aws s3api head-object --bucket reports --key 2026/q1.csv" in found.next


def test_s18_who_may_list_the_bucket_would_have_been_told_that_the_object_is_missing() -> None:
    known = evidence(READ, ALLOWED, says(), of=event(), organisation=at_hand(document(allow("*"))))
    assert coded("object-missing", known).tested is REFUTED


def test_s18_a_read_refused_for_listing_means_that_there_is_no_object() -> None:
    listing = request("s3:ListBucket", BUCKET)
    policies = in_force({IDENTITY: attached(document(allow("s3:GetObject")))})
    known = evidence(listing, policies, says("identity", IMPLICIT), of=event("HeadObject"))
    assert codes(known) == [("object-missing", CONFIRMED), ("action-missing", CONFIRMED)]
    other = evidence(listing, policies, says("identity", IMPLICIT), of=event("ListObjects"))
    assert codes(other) == [("action-missing", CONFIRMED)]


@pytest.mark.parametrize(("ownership", "tested"), [("BucketOwnerEnforced", REFUTED), ("ObjectWriter", POSSIBLE)])
def test_s13_another_account_may_own_the_object_unless_the_bucket_s_owner_owns_them_all(
    ownership: str, tested: object
) -> None:
    organisation = at_hand(document(allow("*")), ownership=ownership)
    resource = Resource(arn=OBJECT, account=ACCOUNT, object_ownership=ownership)
    asked = Request(principal=ROLE_SESSION, action="s3:GetObject", resource=resource, context=READ.context)
    found = coded("object-of-another-account", evidence(asked, ALLOWED, says(), of=event(), organisation=organisation))
    assert found.tested is tested


def test_s18_the_key_of_the_object_is_ruled_out_by_what_the_event_says_of_encryption() -> None:
    organisation = at_hand(document(allow("s3:*")))
    policies = in_force({IDENTITY: attached(document(allow("s3:*")))})
    told = event(additionalEventData={"SSEApplied": "SSE_S3"})
    assert coded("encryption-key", evidence(READ, policies, says(), of=told, organisation=organisation)).tested is (
        REFUTED
    )
    head = coded("encryption-key", evidence(READ, policies, says(), of=event("HeadObject"), organisation=organisation))
    assert "asks for its checksum" in head.cause
    silent = coded("encryption-key", evidence(READ, policies, says(), of=event(), organisation=organisation))
    assert (silent.tested, silent.opposing) == (POSSIBLE, ())
    assert "kms:Decrypt" in silent.supporting[0]


def test_s15_an_unknown_setting_of_block_public_access_is_a_cause() -> None:
    public = attached(document(allow("s3:GetObject", f"{BUCKET}/*", Principal="*")), RESOURCE, name="bucket")
    resource = Resource(arn=OBJECT, account=ACCOUNT, public_access_block=PublicAccessBlock(ignore_public_acls=False))
    foreign = ROLE_SESSION.__class__(kind=ROLE_SESSION.kind, arn=ROLE_SESSION.arn, account="444455556666")
    asked = Request(principal=foreign, action="s3:GetObject", resource=resource, context=READ.context)
    policies = in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: public})
    found = coded("block-public-access", evidence(asked, policies, says("resource", EXPLICIT)))
    assert (found.tested, found.layer) == (POSSIBLE, RESOURCE)
    assert "RestrictPublicBuckets" in found.cause


def at_hand(
    *versions: str,
    created: datetime | None = None,
    dates: tuple[datetime | None, ...] = (),
    ownership: str | None = None,
) -> Organisation:
    """An account whose role has one managed policy, of these versions: the last is in force."""
    policies = [parse_policy(Source(f"v{n}.json", text), PolicyType.IDENTITY) for n, text in enumerate(versions, 1)]
    role = Role(name="app", arn=ROLE, inline={"own": policies[-1]}, created=created)
    dated = (*dates, *(None,) * len(policies))
    held = tuple(
        PolicyVersion(f"v{n}", dated[n - 1], policy, n == len(policies)) for n, policy in enumerate(policies, 1)
    )
    account = Account(
        id=ACCOUNT,
        name="prod",
        identities=Identities(roles={ROLE: role}, versions={MANAGED: held}),
        resource_policies={BUCKET: None},
        session_policies={},
        endpoints={},
        public_access=PublicAccess(buckets={"reports": BucketSettings(ownership=ownership)}),
        complete=frozenset({"s3", "kms"}),
        collected_at=MOMENT + timedelta(hours=15),
    )
    return Organisation(accounts={ACCOUNT: account}, standalone=True)


def later(minutes: float, **more: Any) -> Event:
    time = (MOMENT + timedelta(minutes=minutes)).astimezone(UTC).isoformat()
    return event(time=time, eventID=f"later-{minutes}", **more)


def test_g16_the_version_that_stood_then_is_evaluated_and_confirms_that_it_changed_since() -> None:
    organisation = at_hand(
        document(allow("s3:PutObject")),
        document(allow("*")),
        dates=(MOMENT - timedelta(days=9), MOMENT + timedelta(minutes=41)),
    )
    managed = attached(document(allow("*")), arn=MANAGED)
    known = evidence(
        READ, in_force({IDENTITY: managed}), says("identity", IMPLICIT), of=event(), organisation=organisation
    )
    found = first(known)
    assert (found.code, found.tested) == ("policy-changed-since", CONFIRMED)
    assert f"version v1 of `{MANAGED}`" in found.test
    assert "41 minutes after the request" in found.supporting[0]


@pytest.mark.parametrize(("layer", "of_iam"), [("identity", True), ("scp", True), ("resource", False)])
def test_e1_changes_of_iam_are_looked_for_in_the_one_region_that_records_them(layer: str, *, of_iam: bool) -> None:
    known = evidence(READ, ALLOWED, says(layer, EXPLICIT), of=event(), organisation=at_hand(document(allow("*"))))
    step = coded("policy-changed-since", known).next
    assert step is not None
    assert ("--region us-east-1" in step) is of_iam


def test_g16_a_version_of_then_that_allows_confirms_nothing() -> None:
    organisation = at_hand(
        document(allow("s3:*")), document(allow("*")), dates=(MOMENT - timedelta(days=9), MOMENT + timedelta(hours=1))
    )
    managed = attached(document(allow("*")), arn=MANAGED)
    known = evidence(
        READ, in_force({IDENTITY: managed}), says("identity", IMPLICIT), of=event(), organisation=organisation
    )
    assert coded("policy-changed-since", known).tested is POSSIBLE


def test_a_change_just_before_and_a_success_just_after_confirm_propagation() -> None:
    organisation = at_hand(document(allow("*")), created=MOMENT - timedelta(seconds=3))
    refused = event(errorCode="AccessDenied", eventID="refused", requestParameters={"key": "a"})
    success = later(0.2, requestParameters={"key": "a", "partNumber": 1})
    found = first(evidence(READ, ALLOWED, says(), of=refused, organisation=organisation, siblings=(success, refused)))
    assert (found.code, found.tested) == ("not-yet-propagated", CONFIRMED)
    assert "3 seconds before the request" in found.supporting[0]
    other = later(0.2, requestParameters={"key": "b"})
    alone = evidence(READ, ALLOWED, says(), of=refused, organisation=organisation, siblings=(other,))
    assert coded("not-yet-propagated", alone).tested is POSSIBLE


def test_the_same_call_refused_again_much_later_speaks_against_propagation() -> None:
    refused = event(errorCode="AccessDenied", eventID="refused")
    again = later(90, errorCode="AccessDenied")
    known = evidence(READ, ALLOWED, says("identity", IMPLICIT), of=refused, siblings=(again,))
    assert "refused again" in coded("not-yet-propagated", known).opposing[0]


def test_where_the_policies_explain_the_denial_nothing_else_is_told() -> None:
    organisation = at_hand(document(allow("s3:PutObject")), created=MOMENT - timedelta(seconds=3))
    policies = in_force({IDENTITY: attached(document(allow("s3:PutObject")))})
    known = evidence(READ, policies, says("identity", IMPLICIT), of=event(), organisation=organisation)
    assert codes(known) == [("action-missing", CONFIRMED)]


def test_every_denial_has_a_cause_that_is_left() -> None:
    for denial in (None, says(), says("scp", EXPLICIT), says("vpce", IMPLICIT), says("trust", IMPLICIT)):
        for policies in (ALLOWED, in_force({})):
            left = [one for one in hypotheses(evidence(READ, policies, denial)) if one.tested is not REFUTED]
            assert left, denial


def test_m10_a_key_that_aws_s_layer_hangs_on_is_named_though_another_layer_denies_for_certain() -> None:
    tagged = attached(document(allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})))
    limit = attached(document(allow("sqs:*")), LayerName.BOUNDARY, name="limit")
    policies = in_force({LayerName.IDENTITY: tagged, LayerName.BOUNDARY: limit})
    asked = request("s3:GetObject", complete=False)
    found = first(evidence(asked, policies, says("identity", IMPLICIT)))
    assert (found.code, found.tested, found.layer) == ("key-unknown", POSSIBLE, LayerName.IDENTITY)
    assert "and with what else is in the way removed" in found.test


def test_s23_grants_that_were_not_collected_did_not_grant_what_aws_denied() -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
    grants = Gap("grants-missing", "the grants of the key were not collected", may_deny=False)
    root = document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    of_key = attached(root, LayerName.RESOURCE, name="key policy", attached_to=key)
    identity = attached(document(allow("sqs:*")))
    policies = in_force({LayerName.IDENTITY: identity, LayerName.RESOURCE: one_level(key, (of_key,), (grants,))})
    known = evidence(request("kms:GenerateDataKey", key), policies, says("identity", IMPLICIT))
    assert codes(known)[0] == ("no-allow", CONFIRMED)
    assert "policy-changed-since" not in [code for code, _ in codes(known)]


def test_c49_an_account_that_the_organisation_does_not_list_speaks_for_another_organisation() -> None:
    of_organisation = deny("*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"}})
    policies = in_force({LayerName.IDENTITY: attached(document(allow("*"), of_organisation))})
    asked = request("s3:GetObject", complete=False)
    listing = Organisation(accounts={}, id="o-acme", root=Node(id="r-1", name="Root"))
    told = coded("key-unknown", evidence(asked, policies, says(), organisation=listing)).supporting
    assert any("does not list the caller's account" in one for one in told)
    unlisted = Organisation(accounts={}, id="o-acme")
    told = coded("key-unknown", evidence(asked, policies, says(), organisation=unlisted)).supporting
    assert not any("does not list" in one for one in told)
