"""Whom the words for principals stand for, and whom ``nobody`` and ``only`` range over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import AccessControlList, BucketSettings, Organisation, PublicAccess
from policysim.evaluation.key_grants import KeyGrant
from policysim.expectations.callers import Callers
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Word
from policysim.language.request import AclGrant, PrincipalKind
from policysim.language.source import Source, Span
from tests.expectations.small_accounts import (
    ACCOUNT,
    BUCKET,
    FOREIGN,
    OTHER,
    account,
    allow,
    answers,
    checked,
    codes,
    deny,
    standing_alone,
    told,
    trusting,
)

if TYPE_CHECKING:
    from policysim.account.account import Account

HERE = account(
    roles={"app-a": [], "app-b": [], "path/admin": [], "aws-service-role/x/AWSServiceRoleForX": []}, users={"ana": []}
)
THERE = account(OTHER, roles={"app-a": [], "other": []})
WHOLE_FOREIGN = [f"arn:aws:iam::{FOREIGN}:root", f"a user of account {FOREIGN}", f"a role of account {FOREIGN}"]
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


def word(text: str) -> Word:
    return Word(text, Span(Source("test", text), 0, len(text)))


def names(text: str, *accounts: object) -> list[str]:
    at_hand = standing_alone(*(accounts or (HERE, THERE)))  # type: ignore[arg-type]  # accounts, every one
    callers, problems = Callers(at_hand).of((word(text),))
    assert not problems, problems
    return [caller.name for caller in callers]


def problem(text: str) -> tuple[str, str]:
    callers, (found,) = Callers(standing_alone(HERE, THERE)).of((word(text),))
    assert not callers
    return found.code, f"{found.message} {found.hint}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("role/app-b", ["role/app-b"]),
        ("role/admin", ["role/admin"]),
        ("role/path/admin", ["role/admin"]),
        ("role/app-*", [f"{ACCOUNT}:role/app-a", "role/app-b", f"{OTHER}:role/app-a"]),
        ("role/path/*", ["role/admin"]),
        (f"{OTHER}:role/app-a", [f"{OTHER}:role/app-a"]),
        (f"{OTHER}:role/*", [f"{OTHER}:role/app-a", "role/other"]),
        ("*:root", [f"{ACCOUNT}:root", f"{OTHER}:root"]),
        (f"{ACCOUNT}:root", [f"{ACCOUNT}:root"]),
        (f"arn:aws:iam::{ACCOUNT}:role/path/admin", ["role/admin"]),
        ("arn:aws:iam::*:role/app-?", [f"{ACCOUNT}:role/app-a", "role/app-b", f"{OTHER}:role/app-a"]),
        (
            f"arn:aws:iam::{ACCOUNT}:*",
            [
                "user/ana",
                f"{ACCOUNT}:role/app-a",
                "role/app-b",
                "role/admin",
                "role/AWSServiceRoleForX",
                f"{ACCOUNT}:root",
            ],
        ),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/app-b/*", ["role/app-b"]),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/me", [f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/me"]),
        (f"arn:aws:iam::{FOREIGN}:role/x", [f"arn:aws:iam::{FOREIGN}:role/x"]),
        (f"{FOREIGN}:role/x", [f"arn:aws:iam::{FOREIGN}:role/x"]),
        ("anonymous", ["anonymous"]),
        ("outsider", ["outsider"]),
        ("cloudtrail.amazonaws.com", ["cloudtrail.amazonaws.com"]),
        (f"{ACCOUNT}:oidc-provider/idp.example", [f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example"]),
        ("accounts.google.com", ["accounts.google.com"]),
    ],
)
def test_p7_a_word_stands_for_callers(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_root_is_the_root_user_of_the_only_account() -> None:
    assert names("root", HERE) == ["root"]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("root", "ambiguous-name", f"`{ACCOUNT}:root`, `{OTHER}:root`, or `*:root`"),
        ("role/app-a", "ambiguous-name", f"`{ACCOUNT}:role/app-a`, `{OTHER}:role/app-a`"),
        ("role/ap-b", "unknown-principal", "did you mean `role/app-b`"),
        ("user/anna", "unknown-principal", "did you mean `user/ana`"),
        ("group/staff", "unknown-principal", "a group makes no request: name its users"),
        ("rol/app-b", "unknown-principal", "is no principal"),
        ("Outsider", "unknown-principal", "did you mean `outsider`"),
        ("arn:aws:iam::1:role", "unknown-principal", "names no principal"),
        ("arn:aws:s3", "unknown-principal", "six parts"),
        (f"arn:aws:iam::{ACCOUNT}:role/app-c", "unknown-principal", "no account at hand has"),
        ("role/none-*", "matches-nothing", "matches no principal"),
        (f"arn:aws:iam::{ACCOUNT}:role/none*", "matches-nothing", "matches no principal"),
    ],
)
def test_a_word_that_stands_for_nobody_is_a_problem(text: str, code: str, says: str) -> None:
    found, sentence = problem(text)
    assert found == code
    assert says in sentence


class TestNobody:
    """Whom ``nobody`` ranges over."""

    def everybody(self, *accounts: object, **more: object) -> list[str]:
        found = Callers(standing_alone(*accounts, **more)).everybody()  # type: ignore[arg-type]  # accounts and fields
        return [caller.name for caller in found]

    def test_users_roles_roots_the_anonymous_caller_and_an_outsider(self) -> None:
        assert self.everybody(HERE) == [
            "user/ana",
            "role/app-a",
            "role/app-b",
            "role/admin",
            "role/AWSServiceRoleForX",
            "root",
            "anonymous",
            "outsider",
            "ec2.amazonaws.com",
        ]

    @pytest.mark.parametrize(
        ("principal", "expected"),
        [
            ({"AWS": FOREIGN}, WHOLE_FOREIGN),
            ({"AWS": f"arn:aws:iam::{FOREIGN}:root"}, WHOLE_FOREIGN),
            ({"AWS": f"arn:aws:iam::{FOREIGN}:role/x"}, [f"arn:aws:iam::{FOREIGN}:role/x"]),
            ({"AWS": f"arn:aws:sts::{FOREIGN}:assumed-role/x/s"}, [f"arn:aws:sts::{FOREIGN}:assumed-role/x/s"]),
            ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app-a/s"}, [f"arn:aws:sts::{ACCOUNT}:assumed-role/app-a/s"]),
            ({"Service": "sns.amazonaws.com"}, ["sns.amazonaws.com"]),
            ({"CanonicalUser": "0123456789ab" + "0" * 52}, ["canonical user 0123456789ab"]),
            (
                {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/adfs"},
                [f"arn:aws:iam::{ACCOUNT}:saml-provider/adfs"],
            ),
            ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app-a"}, []),
            ({"AWS": ACCOUNT}, []),
            ({"AWS": "*"}, []),
            ("*", []),
            ({"AWS": "AROAGONE"}, []),
        ],
    )
    def test_every_foreign_principal_that_a_resource_policy_names(self, principal: object, expected: list[str]) -> None:
        statement = {**allow("s3:GetObject"), "Principal": principal}
        before = self.everybody(HERE)
        after = self.everybody(account(roles={"app-a": [], "app-b": []}, resources={BUCKET: [statement]}))
        assert [name for name in after if name not in before] == expected

    @pytest.mark.parametrize(
        ("key", "value", "expected"),
        [
            ("aws:PrincipalAccount", FOREIGN, WHOLE_FOREIGN),
            (
                "aws:PrincipalArn",
                f"arn:aws:iam::{FOREIGN}:role/x*",
                [f"arn:aws:iam::{FOREIGN}:role/xx", "a role of an outsider"],
            ),
            (
                "aws:PrincipalAccount",
                f"{FOREIGN[:6]}*",
                [name.replace(FOREIGN, f"{FOREIGN[:6]}000000") for name in WHOLE_FOREIGN],
            ),
            ("aws:PrincipalType", "AssumedRole", ["a role of an outsider"]),
            ("aws:PrincipalOrgID", "o-abcdefghij", ["a principal of organisation o-abcdefghij"]),
            ("aws:PrincipalServiceName", "config.amazonaws.com", ["config.amazonaws.com"]),
            ("aws:PrincipalServiceNamesList", "*", ["cloudtrail.amazonaws.com"]),
            ("aws:PrincipalIsAWSService", "true", ["cloudtrail.amazonaws.com"]),
            ("aws:PrincipalIsAWSService", "false", ["cloudtrail.amazonaws.com"]),
            ("aws:PrincipalOrgPaths", "o-abcdefghij/r-1/ou-1/*", ["a principal of path o-abcdefghij/r-1/ou-1/"]),
        ],
    )
    def test_and_that_a_condition_names(self, key: str, value: str, expected: list[str]) -> None:
        statement = {**allow("s3:GetObject"), "Principal": "*", "Condition": {"StringLike": {key: value}}}
        found = self.everybody(account(resources={BUCKET: [statement]}))
        assert [name for name in found if name not in {"root", "anonymous", "outsider"}] == expected

    @pytest.mark.parametrize(
        ("key", "allowed", "denied"),
        [
            ("aws:PrincipalArn", f"arn:aws:iam::{FOREIGN}:role/*", [f"arn:aws:iam::{FOREIGN}:role/x*"]),
            ("aws:PrincipalArn", f"arn:aws:iam::{FOREIGN}:*", [f"arn:aws:iam::{FOREIGN}:user/*"]),
            ("aws:PrincipalArn", "arn:aws:iam::*:role/*", [f"arn:aws:iam::{ACCOUNT}:*", "arn:aws:iam::*:role/x*"]),
            ("aws:PrincipalAccount", FOREIGN, []),
            ("aws:username", "c*", ["cx*"]),
        ],
    )
    def test_c15_callers_that_one_pattern_lets_in_and_another_leaves_out_are_told_apart(
        self, key: str, allowed: str, denied: list[str]
    ) -> None:
        said = [{**allow("s3:GetObject"), "Principal": "*", "Condition": {"StringLike": {key: allowed}}}]
        said += [{**deny("s3:*"), "Principal": "*", "Condition": {"StringLike": {key: denied}}}] if denied else []
        sentence = f"nobody can s3:GetObject on {BUCKET}/x when aws:SourceVpce absent"
        assert checked(sentence, account(resources={BUCKET: said})).standing is not Standing.MET

    def test_p5_roles_of_an_account_are_let_in_where_its_users_and_root_are_not(self) -> None:
        condition = {
            "ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{FOREIGN}:user/*", f"arn:aws:iam::{FOREIGN}:root"]}
        }
        said = [
            {**allow("s3:GetObject"), "Principal": {"AWS": FOREIGN}},
            {**deny("s3:*"), "Principal": "*", "Condition": condition},
        ]
        sentence = f"nobody but root can s3:GetObject on {BUCKET}/x when aws:SourceVpce absent"
        assert checked(sentence, account(resources={BUCKET: said})).standing is Standing.UNDECIDED

    def test_s23_and_that_a_grant_of_a_key_names(self) -> None:
        grants = {
            KEY: (
                KeyGrant(f"arn:aws:iam::{FOREIGN}:role/g", ("Decrypt",)),
                KeyGrant("dynamodb.amazonaws.com", ("Decrypt",)),
            )
        }
        found = self.everybody(account(grants=grants))
        assert found[3:] == [f"arn:aws:iam::{FOREIGN}:role/g", "dynamodb.amazonaws.com"]

    def test_s13_and_that_an_access_control_list_names(self) -> None:
        acl = AccessControlList("0" * 64, (AclGrant(FOREIGN, "READ"), AclGrant("a" * 64, "READ")))
        found = self.everybody(account(public_access=PublicAccess(buckets={"data": BucketSettings(acl=acl)})))
        assert found[3:] == [
            *WHOLE_FOREIGN,
            "canonical user aaaaaaaaaaaa",
        ]

    def test_a_wide_open_bucket_is_open_to_everybody(self) -> None:
        opened = account(roles={"app": []}, resources={BUCKET: [{**allow("s3:GetObject"), "Principal": "*"}]})
        found = {one.caller: one.call.effect.value for one in answers(f"nobody can s3:GetObject on {BUCKET}/x", opened)}
        assert found["anonymous"] == found["outsider"] == found["role/app"] == found["root"] == "allowed"

    def test_an_outsider_is_of_no_organisation_at_hand(self) -> None:
        condition = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
        statement = {**allow("s3:GetObject"), "Principal": "*", "Condition": condition}
        inside = account(resources={BUCKET: [statement]})
        found = {one.caller: one.call.effect.value for one in answers(f"nobody can s3:GetObject on {BUCKET}/x", inside)}
        assert found["outsider"] == "implicit_deny"
        assert found["a principal of organisation o-abcdefghij"] == "depends"

    def test_a_member_of_an_organisation_that_is_at_hand_as_a_whole_is_one_of_its_accounts(self) -> None:
        from policysim.account.account import Node  # noqa: PLC0415  # this one test builds an organisation

        condition = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
        statement = {**allow("s3:GetObject"), "Principal": "*", "Condition": condition}
        whole = Organisation(
            accounts={ACCOUNT: account(resources={BUCKET: [statement]})},
            id="o-abcdefghij",
            root=Node(id="r-1", name="Root", children=(Node(id=ACCOUNT, name="one"),)),
        )
        assert [caller.name for caller in Callers(whole).everybody()] == ["root", "anonymous", "outsider"]

    def test_who_is_named_behind_but_is_left_aside_with_its_sessions(self) -> None:
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"
        statement = {**allow("s3:GetObject"), "Principal": {"AWS": session}}
        opened = account(roles={"app": [allow("s3:*")], "b": []}, resources={BUCKET: [statement]})
        assert checked(f"nobody but root can s3:GetObject on {BUCKET}/x", opened).short == 2
        assert checked(f"nobody but root, role/app can s3:GetObject on {BUCKET}/x", opened).standing is Standing.MET

    def test_the_root_of_a_foreign_account_stands_for_the_account(self) -> None:
        statement = {**allow("s3:GetObject"), "Principal": {"AWS": FOREIGN}}
        shared = account(resources={BUCKET: [statement]})
        result = checked(f"nobody but root can s3:GetObject on {BUCKET}/x", shared)
        assert result.standing is not Standing.MET
        assert f"nobody but arn:aws:iam::{FOREIGN}:root can" in told(
            result
        ) or f"`arn:aws:iam::{FOREIGN}:root`" in told(result)
        but = checked(f"nobody but root, {FOREIGN}:root can s3:GetObject on {BUCKET}/x", shared)
        assert but.standing is Standing.MET

    def test_a_foreign_role_that_a_policy_lets_in_is_undecided_and_says_what_to_write(self) -> None:
        statement = {**allow("s3:GetObject"), "Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:role/x"}}
        result = checked(f"nobody but root can s3:GetObject on {BUCKET}/x", account(resources={BUCKET: [statement]}))
        assert result.standing is Standing.UNDECIDED
        assert f"leave it aside: `nobody but arn:aws:iam::{FOREIGN}:role/x can ...`" in told(result)

    def test_nobody_but_everybody_can_never_fail(self) -> None:
        result = checked(
            f"nobody but root, anonymous, outsider can s3:GetObject on {BUCKET}/x", account(resources={BUCKET: None})
        )
        assert result.standing is Standing.MET
        assert codes(result) == ["never-fails"]


class TestCallersThatConditionsLetIn:
    """A policy for everybody that a condition narrows to callers whom no ``Principal`` names."""

    QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"

    def found(self, *statements: dict[str, Any]) -> dict[str, str]:
        opened = account(
            resources={self.QUEUE: [{**allow("sqs:SendMessage"), "Principal": "*"} | one for one in statements]}
        )
        asked = answers(f"nobody but root can sqs:SendMessage on {self.QUEUE}", opened)
        return {one.caller: one.call.effect.value for one in asked}

    @pytest.mark.parametrize(
        ("condition", "service"),
        [
            ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:orders"}}, "sns.amazonaws.com"),
            (
                {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:x"}, "StringEquals": {"aws:SourceAccount": FOREIGN}},
                "s3.amazonaws.com",
            ),
            ({"StringEquals": {"aws:SourceAccount": FOREIGN}}, "cloudtrail.amazonaws.com"),
            ({"StringEquals": {"aws:SourceOrgID": "o-abcdefghij"}}, "cloudtrail.amazonaws.com"),
            ({"Null": {"aws:SourceArn": "false"}}, "cloudtrail.amazonaws.com"),
        ],
    )
    def test_what_only_services_have_lets_a_service_in(self, condition: Any, service: str) -> None:
        found = self.found({"Condition": condition})
        assert found.pop(service) == "depends"
        assert set(found.values()) == {"implicit_deny"}

    @pytest.mark.parametrize(
        "condition",
        [
            {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
            {"Null": {"aws:PrincipalServiceName": "true"}},
        ],
    )
    def test_a_denial_of_all_but_services_leaves_the_services(self, condition: Any) -> None:
        found = self.found({}, {"Effect": "Deny", "Condition": condition})
        assert found.pop("cloudtrail.amazonaws.com") == "allowed"
        assert set(found.values()) == {"explicit_deny"}

    def test_a_denial_unless_a_source_is_stated_leaves_the_services(self) -> None:
        found = self.found({}, {"Effect": "Deny", "Condition": {"Null": {"aws:SourceArn": "true"}}})
        assert found["cloudtrail.amazonaws.com"] == "depends"

    def test_a_source_of_a_statement_for_one_service_names_no_other(self) -> None:
        condition = {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:orders"}}
        found = self.found({"Principal": {"Service": "events.amazonaws.com"}, "Condition": condition})
        assert set(found) == {"anonymous", "outsider", "events.amazonaws.com"}

    @pytest.mark.parametrize(
        ("kind", "caller"),
        [
            ("Account", "the root user of an outsider"),
            ("Acc*", "the root user of an outsider"),
            ("FederatedUser", "a federated user of an outsider"),
            ("AssumedRole", "a role of an outsider"),
        ],
    )
    def test_an_outsider_is_of_the_kind_that_a_condition_lets_in(self, kind: str, caller: str) -> None:
        found = self.found({"Condition": {"StringLike": {"aws:PrincipalType": kind}}})
        assert [name for name, effect in found.items() if effect == "allowed"] == [caller]

    def test_an_outsider_without_a_user_name_is_a_role(self) -> None:
        known = {"Null": {"aws:username": "true"}, "StringNotEquals": {"aws:PrincipalAccount": "anonymous"}}
        assert self.found({"Condition": known})["a role of an outsider"] == "allowed"

    def test_the_account_that_may_call_a_key_is_asked(self) -> None:
        condition = {"StringEquals": {"kms:CallerAccount": [ACCOUNT, FOREIGN]}}
        opened = account(resources={KEY: [{**allow("kms:*"), "Principal": {"AWS": "*"}, "Condition": condition}]})
        found = {
            one.caller: one.call.effect.value for one in answers(f"nobody but root can kms:Decrypt on {KEY}", opened)
        }
        assert found["anonymous"] == found["outsider"] == "implicit_deny"
        assert {found[name] for name in WHOLE_FOREIGN} == {"depends"}


class TestOnly:
    """``only``: nobody else can, and those named can."""

    HERE = account(
        roles={"deploy": [allow("iam:PassRole")], "other": [], "target": []},
        trust={},
    )

    def test_it_claims_both(self) -> None:
        assert checked("only root, role/deploy can iam:PassRole on role/target", self.HERE).standing is Standing.MET
        assert checked("only role/deploy can iam:PassRole on role/target", self.HERE).standing is Standing.UNMET
        result = checked("only root, role/deploy, role/other can iam:PassRole on role/target", self.HERE)
        assert result.standing is Standing.UNMET
        assert "`role/other` cannot `iam:PassRole`" in told(result)

    def test_its_reason_is_that_of_those_who_can(self) -> None:
        sentence = "only root, role/deploy can iam:PassRole on role/target"
        assert checked(f"{sentence} because resource", self.HERE).standing is Standing.UNMET
        deploys = account(roles={"deploy": [allow("iam:PassRole")], "other": [], "target": []})
        assert checked("nobody but root, role/deploy can iam:PassRole on role/target", deploys).standing is Standing.MET


class TestPairs:
    """Requests that AWS does not know are not asked."""

    PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example"
    HERE = account(
        roles={"web": [], "app": [allow("sts:*")]},
        trust={"web": [trusting({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity")]},
        resources={BUCKET: None},
    )

    def test_p14_only_a_provider_calls_with_a_token_and_calls_nothing_else(self) -> None:
        found = answers("nobody can sts:AssumeRoleWithWebIdentity on role/web", self.HERE)
        assert [(one.caller, one.request.principal.kind) for one in found] == [
            (self.PROVIDER, PrincipalKind.WEB_IDENTITY)
        ]
        asked = answers("nobody can sts:AssumeRole on role/web", self.HERE)
        assert self.PROVIDER not in {one.caller for one in asked}

    def test_p14_a_provider_can_assume_the_role_that_trusts_it(self) -> None:
        sentence = "oidc-provider/idp.example can sts:AssumeRoleWithWebIdentity on role/web"
        assert checked(sentence, self.HERE).standing is Standing.MET

    @pytest.mark.parametrize(
        "sentence",
        [
            f"oidc-provider/idp.example cannot s3:GetObject on {BUCKET}/x",
            "role/app cannot sts:AssumeRoleWithWebIdentity on role/web",
            "anonymous cannot sts:AssumeRoleWithSAML on role/web",
        ],
    )
    def test_a_named_pair_that_aws_does_not_know_breaks_the_sentence(self, sentence: str) -> None:
        result = checked(sentence, self.HERE)
        assert result.standing is Standing.BROKEN
        assert codes(result) == ["other-caller"]

    def test_a_call_without_a_resource_is_made_in_the_callers_own_account(self) -> None:
        callers = {one.caller for one in answers("nobody can s3:ListAllMyBuckets on *", self.HERE)}
        assert callers == {"role/web", "role/app", "root"}

    def test_a_service_calls_through_nobodys_endpoint(self) -> None:
        trusted = account(roles={"app": []}, trust={"app": [trusting({"Service": "lambda.amazonaws.com"})]})
        assert checked("lambda.amazonaws.com can sts:AssumeRole on role/app", trusted).standing is Standing.MET


def test_a_deny_that_spares_a_foreign_principal_names_it_as_well() -> None:
    opened = [
        {**allow("s3:GetObject"), "Principal": "*"},
        {**deny("s3:GetObject"), "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": FOREIGN}}},
    ]
    found = {
        one.caller: one.call.effect.value
        for one in answers(f"nobody can s3:GetObject on {BUCKET}/x", account(resources={BUCKET: opened}))
    }
    assert found["outsider"] == "explicit_deny"
    assert found[f"arn:aws:iam::{FOREIGN}:root"] != "explicit_deny"


class TestUnlisted:
    """``nobody`` ranges over users and roles that were not collected as well, and is not decided about them."""

    def unlisted(self, principal: object, *, partly: bool) -> Account:
        at_hand = account(roles={"app": []}, resources={BUCKET: [{**allow("s3:GetObject"), "Principal": principal}]})
        assert at_hand.identities is not None
        return replace(at_hand, identities=replace(at_hand.identities, whole=False) if partly else None)

    @pytest.mark.parametrize("partly", [True, False])
    def test_m1_who_was_not_collected_may_be_allowed(self, *, partly: bool) -> None:
        sentence = f"nobody but root can s3:GetObject on {BUCKET}/* when aws:SourceVpce absent"
        result = checked(sentence, self.unlisted({"AWS": ACCOUNT}, partly=partly))
        assert result.standing is Standing.UNDECIDED
        assert f"`a user or role of account {ACCOUNT} that was not collected`" in told(result)

    @pytest.mark.parametrize("partly", [True, False])
    def test_m1_a_role_that_a_policy_names_is_among_them(self, *, partly: bool) -> None:
        role = f"arn:aws:iam::{ACCOUNT}:role/elsewhere"
        at_hand = self.unlisted({"AWS": role}, partly=partly)
        assert role in [one.caller for one in answers(f"nobody can s3:GetObject on {BUCKET}/x", at_hand)]
        alone = checked(f"{role} can s3:GetObject on {BUCKET}/x when aws:SourceVpce absent", at_hand)
        assert alone.standing is Standing.UNDECIDED

    def test_a_deny_for_everybody_is_one_for_them(self) -> None:
        at_hand = self.unlisted("*", partly=True)
        guarded = account(resources={BUCKET: [{**deny("s3:*"), "Principal": "*"}]})
        both = replace(at_hand, resource_policies=guarded.resource_policies)
        assert checked(f"nobody can s3:GetObject on {BUCKET}/*", both).standing is Standing.MET
