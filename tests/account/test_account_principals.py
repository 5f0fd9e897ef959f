"""Callers by name, and who shares a policy (spec P7 to P9, P12, E38)."""

from __future__ import annotations

import pytest

from policysim.account.account import Group, Identities, Node, PolicyReference, Role, User
from policysim.account.principals import UnknownPrincipal, attachments_of, completed, resolve_principal
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.policy_types import PolicyType
from policysim.language.request import Credentials, Principal, PrincipalKind
from tests.account_folders import ACCOUNT, OTHER, ROLE, USER, account, allow, organisation, policy

PATHED = f"arn:aws:iam::{ACCOUNT}:role/svc/app2"
IDENTITIES = Identities(
    users={USER: User(name="ana", arn=USER, unique_id="AIDA1")},
    roles={
        ROLE: Role(name="app", arn=ROLE, unique_id="AROA1"),
        PATHED: Role(name="app2", arn=PATHED, unique_id="AROA2"),
    },
)
HERE = organisation(account(identities=IDENTITIES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "role/app",
            Principal(
                kind=PrincipalKind.ROLE_SESSION,
                account=ACCOUNT,
                entity_arn=ROLE,
                unique_id="AROA1",
                credentials=Credentials.TEMPORARY,
                in_management_account=False,
            ),
        ),
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/app2/session",
            Principal(
                kind=PrincipalKind.ROLE_SESSION,
                arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app2/session",
                account=ACCOUNT,
                entity_arn=PATHED,
                unique_id="AROA2",
                credentials=Credentials.TEMPORARY,
                in_management_account=False,
            ),
        ),
        (
            "user/ana",
            Principal(
                kind=PrincipalKind.USER, arn=USER, account=ACCOUNT, unique_id="AIDA1", in_management_account=False
            ),
        ),
        (
            "root",
            Principal(
                kind=PrincipalKind.ROOT,
                arn=f"arn:aws:iam::{ACCOUNT}:root",
                account=ACCOUNT,
                in_management_account=False,
            ),
        ),
        ("sns.amazonaws.com", Principal(kind=PrincipalKind.SERVICE, service="sns.amazonaws.com")),
    ],
)
def test_p8_p9_a_caller_by_name_or_arn(text: str, expected: Principal) -> None:
    assert resolve_principal(text, HERE) == expected


@pytest.mark.parametrize("text", ["role/app2", "role/svc/app2", PATHED])
def test_p9_a_role_is_found_with_or_without_its_path(text: str) -> None:
    found = resolve_principal(text, HERE)
    assert isinstance(found, Principal)
    assert found.entity_arn == PATHED


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("role/ap", "principal-unknown", "did you mean `app`"),
        ("user/anna", "principal-unknown", "did you mean `ana`?"),
        ("user/zzzzzz", "principal-unknown", "no account at hand has a user `zzzzzz`"),
        (f"arn:aws:iam::{ACCOUNT}:role/apq", "principal-unknown", "has no role `apq`; did you mean `app`"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/gone/s", "principal-unknown", "has no role `gone`"),
        (f"arn:aws:iam::{ACCOUNT}:group/devs", "principal-malformed", "is no principal"),
        ("arn:aws:s3:::data", "principal-malformed", "is no principal"),
        ("app", "principal-malformed", "expected an ARN, `role/NAME`, `user/NAME` or `root`"),
        ("role/", "principal-malformed", "is no principal"),
    ],
)
def test_p12_a_caller_that_cannot_be_made_out_is_an_error_with_the_closest_names(
    text: str, code: str, words: str
) -> None:
    found = resolve_principal(text, HERE)
    assert isinstance(found, UnknownPrincipal)
    assert found.code == code
    assert words in found.sentence


def test_a_name_that_several_accounts_have_is_ambiguous() -> None:
    theirs = f"arn:aws:iam::{OTHER}:role/app"
    other = account(OTHER, identities=Identities(roles={theirs: Role(name="app", arn=theirs)}))
    both = organisation(account(identities=IDENTITIES), other)
    for text in ("role/app", "root"):
        found = resolve_principal(text, both)
        assert isinstance(found, UnknownPrincipal)
        assert found.code == "principal-ambiguous"


def test_names_need_collected_identities_and_foreign_arns_do_not() -> None:
    blind = organisation(account(identities=None))
    assert isinstance(resolve_principal("role/app", blind), UnknownPrincipal)
    for arn in (ROLE, f"arn:aws:iam::{OTHER}:user/bob"):
        assert isinstance(resolve_principal(arn, blind), Principal)


@pytest.mark.parametrize(("name", "linked"), [("AWSServiceRoleForECS", None), ("app", False)])
def test_e38_a_session_of_a_role_that_is_not_at_hand_may_be_service_linked_by_its_name(
    name: str, linked: bool | None
) -> None:
    arn = f"arn:aws:sts::{OTHER}:assumed-role/{name}/s"
    session = Principal(kind=PrincipalKind.ROLE_SESSION, arn=arn, account=OTHER)
    assert completed(session, HERE).service_linked is linked


def test_p8_p9_a_role_arn_made_up_from_a_session_gets_the_path_of_the_role() -> None:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app2/s"
    without_path = f"arn:aws:iam::{ACCOUNT}:role/app2"
    session = Principal(kind=PrincipalKind.ROLE_SESSION, arn=arn, account=ACCOUNT, entity_arn=without_path)
    assert completed(session, HERE).entity_arn == PATHED
    elsewhere = f"arn:aws:iam::{ACCOUNT}:role/other/app2"
    other_path = Principal(kind=PrincipalKind.ROLE_SESSION, arn=arn, account=ACCOUNT, entity_arn=elsewhere)
    assert completed(other_path, HERE).entity_arn == elsewhere
    assert isinstance(resolve_principal(without_path, HERE), UnknownPrincipal)


def test_c46_p17_the_unique_id_of_a_session_is_that_of_its_role() -> None:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"
    session = Principal(kind=PrincipalKind.ROLE_SESSION, arn=arn, account=ACCOUNT, unique_id="AROA9:s")
    assert completed(session, HERE).unique_id == "AROA9"


def test_attachments_of_lists_users_groups_roles_boundaries_and_nodes() -> None:
    shared = PolicyReference("shared", f"arn:aws:iam::{ACCOUNT}:policy/shared")
    group = f"arn:aws:iam::{ACCOUNT}:group/devs"
    identities = Identities(
        users={USER: User(name="ana", arn=USER, boundary=shared)},
        groups={"devs": Group(name="devs", arn=group, managed=(shared,))},
        roles={ROLE: Role(name="app", arn=ROLE, managed=(shared,)), PATHED: Role(name="app2", arn=PATHED)},
    )
    scp = AttachedPolicy("deny", policy(allow("*"), PolicyType.SCP), "arn:scp", "r-1")
    tree = Node(id="r-1", name="Root", scps=(scp,), children=(Node(id="ou-1", name="W", scps=(scp,)),))
    here = organisation(account(identities=identities), id="o-1", root=tree)
    assert attachments_of(here, shared.arn) == (group, USER, ROLE)
    assert attachments_of(here, "arn:scp") == ("r-1", "ou-1")
    assert attachments_of(here, "arn:nobody") == ()
