"""Identity policies, boundary and session policies of the caller (spec E6, E12, E13, E15, E16, E36 to E38)."""

from __future__ import annotations

import pytest

from policysim.account.account import Account, Group, Identities, PolicyReference, Role, User
from policysim.account.situate import situate
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies
from policysim.language.policy_types import PolicyType
from policysim.language.request import Credentials, Principal, PrincipalKind
from tests.account_folders import ACCOUNT, ROLE, USER, account, allow, organisation, policy, request, role_session, user

CUSTOM = PolicyReference("custom", f"arn:aws:iam::{ACCOUNT}:policy/custom")
READ_ONLY = PolicyReference("ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess")
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"


def layers(principal: Principal, where: Account) -> dict[LayerName, LayerPolicies]:
    return dict(situate(request(principal), organisation(where)).policies.layers)


def named(layer: LayerPolicies | None) -> list[str]:
    assert layer is not None
    return [attached.name for attached in layer.policies]


def test_e6_a_user_has_its_own_policies_and_those_of_its_groups() -> None:
    group_arn = f"arn:aws:iam::{ACCOUNT}:group/devs"
    identities = Identities(
        users={USER: User(name="ana", arn=USER, groups=("devs",), inline={"own": policy(allow())}, managed=(CUSTOM,))},
        groups={"devs": Group(name="devs", arn=group_arn, inline={"g": policy(allow())}, managed=(READ_ONLY,))},
        managed={CUSTOM.arn: policy(allow()), READ_ONLY.arn: policy(allow())},
    )
    layer = layers(user(), account(identities=identities))[LayerName.IDENTITY]
    assert [(one.name, one.arn, one.attached_to, one.editable) for one in layer.policies] == [
        ("own", None, USER, True),
        ("custom", CUSTOM.arn, USER, True),
        ("g", None, group_arn, True),
        ("ReadOnlyAccess", READ_ONLY.arn, group_arn, False),
    ]
    assert layer.gaps == ()


def test_e6_a_group_that_was_not_collected_is_a_gap() -> None:
    identities = Identities(users={USER: User(name="ana", arn=USER, groups=("devs",))})
    (gap,) = layers(user(), account(identities=identities))[LayerName.IDENTITY].gaps
    assert (gap.code, "group/devs" in gap.sentence) == ("not-collected", True)


def test_g25_e38_policies_of_a_service_linked_role_cannot_be_edited() -> None:
    role = Role(name="AWSServiceRoleForX", arn=LINKED, inline={"own": policy(allow())})
    where = account(identities=Identities(roles={LINKED: role}))
    situated = situate(request(role_session(entity_arn=LINKED)), organisation(where))
    layer = situated.policies.layers[LayerName.IDENTITY]
    assert [one.editable for one in layer.policies] == [False]
    assert situated.request.principal.service_linked is True


def test_an_attached_policy_without_a_document_is_a_gap_with_the_call_that_fetches_it() -> None:
    identities = Identities(users={USER: User(name="ana", arn=USER, managed=(CUSTOM, READ_ONLY))})
    layer = layers(user(), account(identities=identities))[LayerName.IDENTITY]
    assert layer.policies == ()
    assert [gap.code for gap in layer.gaps] == ["policy-missing", "policy-missing"]
    assert layer.gaps[0].command.startswith(f"aws iam get-policy-version --policy-arn {CUSTOM.arn} --version-id ")


def test_a_file_stands_in_for_an_aws_managed_policy_only() -> None:
    identities = Identities(users={USER: User(name="ana", arn=USER, managed=(CUSTOM, READ_ONLY))})
    spare = {"custom": policy(allow()), "ReadOnlyAccess": policy(allow())}
    layer = layers(user(), account(identities=identities, aws_managed=spare))[LayerName.IDENTITY]
    assert named(layer) == ["ReadOnlyAccess"]
    assert [CUSTOM.arn in gap.sentence for gap in layer.gaps] == [True]


def test_the_document_of_the_account_comes_before_the_spare_one() -> None:
    own, spare = policy(allow("s3:Get*")), policy(allow("s3:Put*"))
    where = account(identities=Identities(managed={READ_ONLY.arn: own}), aws_managed={READ_ONLY.name: spare})
    assert where.document(READ_ONLY) is own


def test_a_broken_document_is_a_gap_and_takes_no_part() -> None:
    identities = Identities(users={USER: User(name="ana", arn=USER, inline={"bad": policy({"Statement": 3})})})
    layer = layers(user(), account(identities=identities))[LayerName.IDENTITY]
    assert layer.policies == ()
    assert [(gap.code, bool(gap.problems)) for gap in layer.gaps] == [("policy-broken", True)]


def test_e12_the_boundary_is_a_layer_only_where_one_is_set() -> None:
    plain = account(identities=Identities(roles={ROLE: Role(name="app", arn=ROLE)}))
    assert LayerName.BOUNDARY not in layers(role_session(), plain)
    bounded = Role(name="app", arn=ROLE, boundary=CUSTOM)
    where = account(identities=Identities(roles={ROLE: bounded}, managed={CUSTOM.arn: policy(allow())}))
    assert named(layers(role_session(), where)[LayerName.BOUNDARY]) == ["custom"]
    missing = account(identities=Identities(roles={ROLE: bounded}))
    assert [gap.code for gap in layers(role_session(), missing)[LayerName.BOUNDARY].gaps] == ["policy-missing"]


def test_e12_e16_a_federated_user_has_the_policies_and_the_boundary_of_its_issuer() -> None:
    issuer = User(name="ana", arn=USER, inline={"own": policy(allow())}, boundary=CUSTOM)
    where = account(identities=Identities(users={USER: issuer}, managed={CUSTOM.arn: policy(allow())}))
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    federated = Principal(kind=PrincipalKind.FEDERATED_USER, arn=arn, account=ACCOUNT, entity_arn=USER)
    found = layers(federated, where)
    assert named(found[LayerName.IDENTITY]) == ["own"]
    assert named(found[LayerName.BOUNDARY]) == ["custom"]
    assert LayerName.SESSION not in found
    nobody = Principal(kind=PrincipalKind.FEDERATED_USER, arn=arn, account=ACCOUNT)
    assert [gap.code for gap in layers(nobody, where)[LayerName.IDENTITY].gaps] == ["not-collected"]


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (account(identities=None), "not-collected"),
        (account(identities=Identities()), "not-collected"),
        (account("999999999999"), "account-missing"),
    ],
)
def test_a_caller_that_was_not_collected_leaves_identity_and_boundary_open(where: Account, code: str) -> None:
    found = layers(user(), where)
    for name in (LayerName.IDENTITY, LayerName.BOUNDARY):
        assert [gap.code for gap in found[name].gaps] == [code]


@pytest.mark.parametrize(
    "principal",
    [
        Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT),
        Principal(kind=PrincipalKind.ANONYMOUS),
        Principal(kind=PrincipalKind.SERVICE, service="sns.amazonaws.com"),
        Principal(kind=PrincipalKind.WEB_IDENTITY, provider="accounts.google.com"),
        Principal(kind=PrincipalKind.SAML),
    ],
)
def test_e30_e36_e37_p14_callers_without_identity_policies_have_no_such_layer(principal: Principal) -> None:
    found = layers(principal, account(identities=None))
    assert not found.keys() & {LayerName.IDENTITY, LayerName.BOUNDARY, LayerName.SESSION}


def test_e13_session_policies_are_found_by_session_then_by_role() -> None:
    by_session = AttachedPolicy("s", policy(allow(), PolicyType.SESSION), None, SESSION)
    by_role = AttachedPolicy("r", policy(allow(), PolicyType.SESSION), None, ROLE)
    both = account(session_policies={SESSION: (by_session,), ROLE: (by_role,)})
    assert named(layers(role_session(), both)[LayerName.SESSION]) == ["s"]
    role_only = account(session_policies={ROLE: (by_role,)})
    assert named(layers(role_session(), role_only)[LayerName.SESSION]) == ["r"]


def test_e13_a_managed_session_policy_is_looked_up_and_is_a_gap_where_it_is_missing() -> None:
    where = account(session_policies={SESSION: (CUSTOM, READ_ONLY)}, aws_managed={"ReadOnlyAccess": policy(allow())})
    layer = layers(role_session(), where)[LayerName.SESSION]
    assert named(layer) == ["ReadOnlyAccess"]
    assert [gap.code for gap in layer.gaps] == ["policy-missing"]


def test_e15_session_policies_that_are_collected_and_empty_are_no_layer() -> None:
    assert LayerName.SESSION not in layers(role_session(), account(session_policies={}))
    assert LayerName.SESSION not in layers(role_session(), account(session_policies={SESSION: ()}))


def test_session_policies_that_nobody_collected_are_a_gap() -> None:
    other = f"{SESSION}-other"
    for where in (account(session_policies=None), account(session_policies={other: ()})):
        assert [gap.code for gap in layers(role_session(), where)[LayerName.SESSION].gaps] == ["not-collected"]
    complete = account(session_policies={other: ()}, complete=frozenset({"sts"}))
    assert LayerName.SESSION not in layers(role_session(), complete)


@pytest.mark.parametrize("credentials", list(Credentials))
def test_a_user_has_no_session_policies_whatever_it_signs_with(credentials: Credentials) -> None:
    assert LayerName.SESSION not in layers(user(credentials=credentials), account(session_policies=None))
