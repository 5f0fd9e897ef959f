"""What the accounts at hand add to the context (spec C2, C3, C48, C49, C57, C58, C60)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.account.account import (
    Account,
    BucketSettings,
    Identities,
    Node,
    Organisation,
    PublicAccess,
    Role,
    User,
)
from policysim.account.situate import situate
from policysim.language.policy_types import PolicyType
from policysim.language.request import ABSENT, UNKNOWN, Principal, PrincipalKind, RequestContext
from tests.account_folders import (
    ACCOUNT,
    BUCKET,
    OTHER,
    QUEUE,
    ROLE,
    USER,
    account,
    organisation,
    policy,
    request,
    role_session,
    trust,
    user,
)

OPEN = RequestContext()


def context(where: Organisation | Account, principal: Principal | None = None, **more: Any) -> RequestContext:
    around = organisation(where) if isinstance(where, Account) else where
    return situate(request(principal, **{"context": OPEN, **more}), around).request.context


def tagged_user(**tags: str) -> Account:
    return account(identities=Identities(users={USER: User(name="ana", arn=USER, unique_id="AIDA1", tags=tags)}))


def tagged_role(actions: list[str] | None, **tags: str) -> Account:
    trusts = {} if actions is None else {ROLE: policy(trust(*actions), PolicyType.TRUST)}
    return account(identities=Identities(roles={ROLE: Role(name="app", arn=ROLE, tags=tags)}, trust=trusts))


def test_c48_a_user_has_its_tags_and_no_others() -> None:
    found = context(tagged_user(Team="blue"))
    assert found.get("aws:PrincipalTag/Team") == ("blue",)
    assert found.get("AWS:principaltag/team") == ("blue",)
    assert found.get("aws:PrincipalTag/Cost") is ABSENT


def test_c48_tags_that_were_not_collected_stay_unknown() -> None:
    assert context(account(identities=None)).get("aws:PrincipalTag/Team") is None


def test_c48_a_role_s_tags_are_those_of_its_sessions_unless_its_trust_policy_lets_sessions_be_tagged() -> None:
    plain = context(tagged_role(["sts:AssumeRole"], Team="blue"), role_session())
    assert plain.get("aws:PrincipalTag/Team") == ("blue",)
    assert plain.get("aws:PrincipalTag/Cost") is ABSENT
    for actions in (["sts:AssumeRole", "sts:TagSession"], ["sts:*"], ["*"], None):
        found = context(tagged_role(actions, Team="blue"), role_session())
        assert found.get("aws:PrincipalTag/Team") is None
        assert found.get("aws:PrincipalTag/Cost") is None


def test_c51_a_role_that_no_saml_provider_can_assume_settles_the_mfa_key() -> None:
    either = OPEN.with_candidates("aws:MultiFactorAuthPresent", ("false",), ABSENT)
    plain = context(tagged_role(["sts:AssumeRole"]), role_session(), context=either)
    assert plain.get("aws:MultiFactorAuthPresent") == ("false",)
    for actions in (["sts:AssumeRoleWithSAML"], ["sts:*"], None):
        found = context(tagged_role(actions), role_session(), context=either)
        assert found.get("aws:MultiFactorAuthPresent") is UNKNOWN
        assert found.candidates("aws:MultiFactorAuthPresent") == (("false",), ABSENT)


def test_c48_what_is_stated_of_a_session_tag_stays() -> None:
    stated = RequestContext({"aws:PrincipalTag/Team": "red"})
    found = context(tagged_role(["sts:AssumeRole"], Team="blue"), role_session(), context=stated)
    assert found.get("aws:PrincipalTag/Team") == ("red",)


def test_c3_tags_that_differ_in_case_alone_are_not_believed() -> None:
    assert context(tagged_user(Team="blue", team="red")).get("aws:PrincipalTag/Team") is UNKNOWN


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        (Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT), ABSENT),
        (Principal(kind=PrincipalKind.SERVICE, service="sns.amazonaws.com"), ABSENT),
        (Principal(kind=PrincipalKind.FEDERATED_USER, account=ACCOUNT, entity_arn=USER), None),
    ],
)
def test_c48_tags_of_callers_that_are_no_user_and_no_role(principal: Principal, found: object) -> None:
    assert context(tagged_user(Team="blue"), principal).get("aws:PrincipalTag/Team") is found


def test_c58_a_resource_has_the_tags_that_were_collected_and_no_others() -> None:
    where = account(tags={QUEUE: {"Team": "blue"}, f"{QUEUE}-2": None})
    found = context(where, action="sqs:SendMessage", resource=QUEUE)
    assert found.get("aws:ResourceTag/Team") == ("blue",)
    assert found.get("aws:ResourceTag/Cost") is ABSENT
    assert context(where, action="sqs:SendMessage", resource=f"{QUEUE}-2").get("aws:ResourceTag/Team") is ABSENT
    assert context(where, action="sqs:SendMessage", resource=f"{QUEUE}-3").get("aws:ResourceTag/Team") is None


def test_c58_tags_of_an_unlisted_resource_are_none_where_its_service_is_complete() -> None:
    where = account(tags={f"{QUEUE}-2": None}, complete=frozenset({"sqs"}))
    assert context(where, action="sqs:SendMessage", resource=QUEUE).get("aws:ResourceTag/Team") is ABSENT
    assert context(account(tags=None), action="sqs:SendMessage", resource=QUEUE).get("aws:ResourceTag/Team") is None
    assert context(account(tags={}), action="sqs:SendMessage", resource=QUEUE).get("aws:ResourceTag/Team") is ABSENT


def test_c58_some_services_have_a_tag_key_of_their_own() -> None:
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
    found = context(account(tags={instance: {"Team": "blue"}}), action="ec2:StopInstances", resource=instance)
    assert found.get("ec2:ResourceTag/Team") == found.get("aws:ResourceTag/Team") == ("blue",)
    queue = context(account(tags={QUEUE: {"Team": "blue"}}), action="sqs:SendMessage", resource=QUEUE)
    assert queue.get("sqs:ResourceTag/Team") is None


def test_c58_the_tags_of_a_role_come_from_the_authorization_details() -> None:
    found = context(tagged_role(["sts:AssumeRole"], Team="blue"), user(), action="sts:AssumeRole", resource=ROLE)
    assert found.get("aws:ResourceTag/Team") == found.get("iam:ResourceTag/Team") == ("blue",)


@pytest.mark.parametrize(
    ("abac", "resource", "found"),
    [
        (False, BUCKET, ABSENT),
        (False, f"{BUCKET}/k", ABSENT),
        (True, BUCKET, ("blue",)),
        (True, f"{BUCKET}/k", None),
        (None, BUCKET, None),
    ],
)
def test_c60_the_tags_of_a_bucket_count_once_access_control_by_tags_is_enabled(
    abac: bool | None, resource: str, found: object
) -> None:
    access = PublicAccess(buckets={"data": BucketSettings(abac=abac)})
    result = context(account(tags={BUCKET: {"Team": "blue"}}, public_access=access), resource=resource)
    assert result.get("aws:ResourceTag/Team") == found
    assert result.get("s3:BucketTag/Team") == found


TREE = Node(id="r-1", name="Root", children=(Node(id="ou-1", name="W", children=(Node(id=ACCOUNT, name="p"),)),))
MEMBERS = organisation(account(), id="o-1", management_account=OTHER, root=TREE)


def test_c49_c57_members_have_the_organisation_keys_with_the_path_down_to_their_unit() -> None:
    found = context(MEMBERS, account=OTHER)
    assert found.get("aws:PrincipalOrgID") == ("o-1",)
    assert found.get("aws:PrincipalOrgPaths") == ("o-1/r-1/ou-1/",)
    assert found.get("aws:ResourceOrgID") == ("o-1",)
    assert found.get("aws:ResourceOrgPaths") is None


def test_c49_accounts_in_no_organisation_lack_the_keys_and_strangers_stay_unknown() -> None:
    alone = context(account(), account=OTHER)
    assert alone.get("aws:PrincipalOrgID") is ABSENT
    assert alone.get("aws:ResourceOrgID") is None
    unknown = context(Organisation(accounts={ACCOUNT: account()}), account=ACCOUNT)
    assert unknown.get("aws:PrincipalOrgID") is None
    stranger = Principal(kind=PrincipalKind.USER, arn="arn:aws:iam::999999999999:user/x", account="999999999999")
    assert context(MEMBERS, stranger, account=ACCOUNT).get("aws:PrincipalOrgID") is None


def test_c57_some_actions_have_no_keys_of_the_resource_s_owner() -> None:
    attachment = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1"
    found = context(MEMBERS, action="ec2:CreateVpcPeeringConnection", resource=attachment)
    assert found.get("aws:ResourceOrgID") is ABSENT
    assert context(MEMBERS, resource="*").get("aws:ResourceOrgID") is None


def test_what_is_stated_is_never_replaced() -> None:
    stated = RequestContext({"aws:PrincipalOrgID": "o-2"}, absent=["aws:PrincipalTag/Team"])
    where = replace(MEMBERS, accounts={ACCOUNT: tagged_user(Team="blue")})
    found = context(where, context=stated, account=ACCOUNT)
    assert found.get("aws:PrincipalOrgID") == ("o-2",)
    assert found.get("aws:PrincipalTag/Team") is ABSENT


def test_c46_the_unique_id_of_a_user_or_role_is_filled_in() -> None:
    assert situate(request(), organisation(tagged_user())).request.principal.unique_id == "AIDA1"
    stated = request(user(unique_id="AIDA9"))
    assert situate(stated, organisation(tagged_user())).request.principal.unique_id == "AIDA9"
