"""Which principal elements reach which callers (spec P2 to P25, E8 to E11, E35)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.evaluation.decision import Grant
from policysim.evaluation.principals import Circumstances, match_principal
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.language.policy import Effect, PrincipalElement, PrincipalEntry
from tests.evaluation.callers import (
    ACCOUNT,
    ALICE,
    ANONYMOUS,
    APP,
    FEDERATED,
    FOREIGN,
    OTHER,
    ROOT,
    SERVICE,
    WEB,
)

if TYPE_CHECKING:
    from policysim.language.request import Principal


def element(*values: str, kind: str = "AWS", negated: bool = False) -> PrincipalElement:
    name = "NotPrincipal" if negated else "Principal"
    return PrincipalElement(
        name, negated, tuple(PrincipalEntry(kind, value, (name, kind, i)) for i, value in enumerate(values))
    )


ORDINARY = Circumstances()


def truth_of(
    principal: PrincipalElement,
    caller: Principal,
    effect: Effect = Effect.ALLOW,
    circumstances: Circumstances = ORDINARY,
) -> Truth:
    return match_principal(principal, effect, caller, circumstances)[0].truth


def grant_of(principal: PrincipalElement, caller: Principal) -> Grant | None:
    return match_principal(principal, Effect.ALLOW, caller, ORDINARY)[1].best


EVERYONE = PrincipalElement("Principal", negated=False, entries=(PrincipalEntry("*", "*", ("Principal",)),))


@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT, FOREIGN, SERVICE, ANONYMOUS, WEB])
def test_e8_star_reaches_every_caller_directly(caller: Principal) -> None:
    assert grant_of(EVERYONE, caller) is Grant.DIRECT


def test_p5_aws_star_reaches_anonymous_but_no_federated_caller() -> None:
    assert truth_of(element("*"), ANONYMOUS) is TRUE
    assert truth_of(element("*"), WEB) is FALSE


@pytest.mark.parametrize("value", [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"])
@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT])
def test_p3_account_id_and_root_arn_both_mean_the_account(value: str, caller: Principal) -> None:
    assert grant_of(element(value), caller) is Grant.ACCOUNT


@pytest.mark.parametrize("caller", [FOREIGN, SERVICE, ANONYMOUS, WEB])
def test_p3_the_account_is_nobody_else(caller: Principal) -> None:
    assert truth_of(element(ACCOUNT), caller) is FALSE


def test_p4_partial_wildcards_never_match() -> None:
    outcome, _ = match_principal(element(f"arn:aws:iam::{ACCOUNT}:user/*"), Effect.ALLOW, ALICE, ORDINARY)
    assert (outcome.truth, outcome.reason) == (FALSE, Reason.PRINCIPAL_PARTIAL_WILDCARD)


def test_p6_service_star_matches_no_service() -> None:
    assert truth_of(element("*", kind="Service"), SERVICE) is FALSE


def test_p7_role_arn_reaches_its_sessions_as_entity() -> None:
    assert grant_of(element(f"arn:aws:iam::{ACCOUNT}:role/svc/app"), APP) is Grant.ENTITY


def test_p8_session_arn_reaches_that_session_only() -> None:
    assert grant_of(element(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run-1"), APP) is Grant.DIRECT
    assert truth_of(element(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run-2"), APP) is FALSE


def test_p8_a_role_without_a_session_may_be_any_session() -> None:
    unnamed = replace(APP, arn=None)
    assert truth_of(element(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run-1"), unnamed) is UNKNOWN
    assert truth_of(element(f"arn:aws:sts::{ACCOUNT}:assumed-role/other/run-1"), unnamed) is FALSE


def test_p9_role_arn_without_the_path_never_matches() -> None:
    assert truth_of(element(f"arn:aws:iam::{ACCOUNT}:role/app"), APP) is FALSE


def test_p9_a_session_whose_role_path_is_not_known_may_match() -> None:
    pathless = replace(APP, entity_arn=None)
    assert truth_of(element(f"arn:aws:iam::{ACCOUNT}:role/svc/app"), pathless) is UNKNOWN
    assert truth_of(element(f"arn:aws:iam::{ACCOUNT}:role/svc/web"), pathless) is FALSE


def test_p10_user_arn_matches_by_exact_name_and_path() -> None:
    assert grant_of(element(f"arn:aws:iam::{ACCOUNT}:user/team/alice"), ALICE) is Grant.DIRECT
    for other in (f"arn:aws:iam::{ACCOUNT}:user/alice", f"arn:aws:iam::{ACCOUNT}:user/team/Alice"):
        assert truth_of(element(other), ALICE) is FALSE


def test_p11_federated_user_is_reached_directly_and_through_its_issuer() -> None:
    assert grant_of(element(f"arn:aws:sts::{ACCOUNT}:federated-user/feda"), FEDERATED) is Grant.DIRECT
    assert grant_of(element(f"arn:aws:iam::{ACCOUNT}:user/broker"), FEDERATED) is Grant.ENTITY


def test_p12_groups_are_no_principals() -> None:
    assert truth_of(element(f"arn:aws:iam::{ACCOUNT}:group/admins"), ALICE) is FALSE


def test_p13_federated_matches_the_provider_alone() -> None:
    assert truth_of(element(str(WEB.provider), kind="Federated"), WEB) is TRUE
    assert truth_of(element("cognito-identity.amazonaws.com", kind="Federated"), WEB) is FALSE
    assert truth_of(element(str(WEB.provider), kind="Federated"), ALICE) is FALSE


def test_p15_canonical_users_cannot_be_told_from_their_id() -> None:
    assert truth_of(element("79a59df900b949e5", kind="CanonicalUser"), ALICE) is UNKNOWN
    assert truth_of(element("79a59df900b949e5", kind="CanonicalUser"), SERVICE) is FALSE


def test_p16_service_names_are_compared_in_any_case() -> None:
    assert truth_of(element("Events.amazonaws.com", kind="Service"), SERVICE) is TRUE
    assert truth_of(element("sns.amazonaws.com", kind="Service"), SERVICE) is FALSE


def test_p17_unique_ids_match_the_entity_as_created() -> None:
    assert grant_of(element("AIDAALICE"), ALICE) is Grant.DIRECT
    assert grant_of(element("AROAAPP"), APP) is Grant.ENTITY
    assert truth_of(element("AROAOLD"), APP) is FALSE
    assert truth_of(element("AROAAPP"), ALICE) is FALSE
    assert truth_of(element("AROAAPP"), replace(APP, unique_id=None)) is UNKNOWN


def test_p19_not_principal_allow_reaches_everyone_who_is_not_listed() -> None:
    listed = element(str(ALICE.arn), negated=True)
    assert truth_of(listed, ALICE) is FALSE
    for caller in (APP, FOREIGN, ANONYMOUS, SERVICE):
        assert truth_of(listed, caller) is TRUE


@pytest.mark.parametrize(
    ("values", "denied"),
    [
        ((str(ALICE.arn), ACCOUNT), FALSE),
        ((str(ALICE.arn),), UNKNOWN),
        ((ACCOUNT,), TRUE),
        ((str(FOREIGN.arn), OTHER), TRUE),
    ],
)
def test_p20_not_principal_deny_spares_who_is_listed_with_its_account(values: tuple[str, ...], denied: Truth) -> None:
    assert truth_of(element(*values, negated=True), ALICE, Effect.DENY) is denied


def test_p20_the_root_user_is_spared_by_its_account_alone() -> None:
    assert truth_of(element(ACCOUNT, negated=True), ROOT, Effect.DENY) is FALSE


def test_p21_not_principal_deny_binds_everyone_with_a_boundary() -> None:
    listed = element(str(ALICE.arn), ACCOUNT, negated=True)
    assert truth_of(listed, ALICE, Effect.DENY, Circumstances(boundary=TRUE)) is TRUE
    assert truth_of(listed, ALICE, Effect.DENY, Circumstances(boundary=UNKNOWN)) is UNKNOWN


def test_p22_not_principal_allow_with_the_account_listed_grants_its_members_nothing() -> None:
    assert truth_of(element(ACCOUNT, negated=True), ALICE) is FALSE


def test_p24_principals_of_another_partition_never_match() -> None:
    assert truth_of(element(f"arn:aws-cn:iam::{ACCOUNT}:root"), ALICE) is FALSE
    assert truth_of(element(f"arn:aws-us-gov:iam::{ACCOUNT}:user/team/alice"), ALICE) is FALSE


def test_e35_an_account_on_a_gateway_endpoint_is_its_root_user() -> None:
    gateway = Circumstances(gateway_endpoint=TRUE)
    assert truth_of(element(ACCOUNT), ALICE, circumstances=gateway) is FALSE
    assert truth_of(element(ACCOUNT), ROOT, circumstances=gateway) is TRUE
    assert truth_of(element(ACCOUNT), ALICE, circumstances=Circumstances(gateway_endpoint=UNKNOWN)) is UNKNOWN


def test_an_empty_principal_element_reaches_nobody() -> None:
    assert truth_of(PrincipalElement("Principal", negated=False, entries=()), ALICE) is FALSE


def test_the_strongest_grant_wins_among_several_entries() -> None:
    assert grant_of(element(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/svc/app"), APP) is Grant.ENTITY


STRANGE_ARNS = [f"arn:aws:iam::{ACCOUNT}:user/*", f"arn:aws:iam::{ACCOUNT}:role/ap?", f"arn:aws:iam::{ACCOUNT}:role/*"]


@pytest.mark.parametrize("value", [*STRANGE_ARNS, "no-arn-at-all", "arn:aws:iam"])
@pytest.mark.parametrize("caller", [ALICE, APP, replace(ALICE, arn=None), replace(APP, arn=None, entity_arn=None)])
def test_p4_a_partial_wildcard_or_a_broken_arn_reaches_nobody(value: str, caller: Principal) -> None:
    assert truth_of(element(value), caller) is FALSE


@pytest.mark.parametrize("caller", [ALICE, replace(APP, arn=None), replace(APP, entity_arn=None)])
def test_p3_the_account_principal_of_another_partition_is_somebody_else(caller: Principal) -> None:
    assert truth_of(element(f"arn:aws-cn:iam::{ACCOUNT}:root"), caller) is FALSE
    assert truth_of(element(f"arn:aws:iam::{ACCOUNT}:root"), caller) is TRUE


def test_p3_a_caller_whose_account_is_not_known_may_be_of_the_one_named() -> None:
    found, reach = match_principal(element(ACCOUNT), Effect.ALLOW, replace(ALICE, account=None), ORDINARY)
    assert (found.truth, found.reason, reach.best) == (UNKNOWN, Reason.PRINCIPAL_UNKNOWN, Grant.ACCOUNT)


def test_p14_a_federated_caller_whose_provider_is_not_known_may_come_from_the_one_named() -> None:
    named = element(str(WEB.provider), kind="Federated")
    found, reach = match_principal(named, Effect.ALLOW, replace(WEB, provider=None), ORDINARY)
    assert (found.truth, reach.direct, found.caveats) == (UNKNOWN, UNKNOWN, ("principal-open",))


def test_p17_a_unique_id_of_another_kind_is_never_the_caller() -> None:
    for value, caller in (("AROAX", ALICE), ("AIDAX", APP), ("AIDAX", FEDERATED), ("AROAX", ROOT), ("AIDAX", WEB)):
        assert truth_of(element(value), replace(caller, unique_id=None)) is FALSE
    assert truth_of(element("AIDAX"), replace(ALICE, unique_id=None)) is UNKNOWN


@pytest.mark.parametrize(("own", "truth"), [("canonical", TRUE), ("another", FALSE), (None, UNKNOWN)])
def test_p15_a_canonical_user_is_the_account_that_has_the_id(own: str | None, truth: Truth) -> None:
    named = element("canonical", kind="CanonicalUser")
    assert truth_of(named, replace(ALICE, canonical_id=own)) is truth
    assert truth_of(named, replace(SERVICE, canonical_id=own)) is FALSE


@pytest.mark.parametrize("kind", ["*", "AWS"])
@pytest.mark.parametrize("boundary", [TRUE, FALSE, UNKNOWN])
def test_p20_a_deny_to_all_but_everybody_denies_nobody(kind: str, boundary: Truth) -> None:
    listed = element("*", kind=kind, negated=True)
    assert truth_of(listed, ALICE, Effect.DENY, Circumstances(boundary=boundary)) is FALSE


def test_p20_a_service_of_any_name_is_not_everybody() -> None:
    assert truth_of(element("*", kind="Service", negated=True), ALICE, Effect.DENY) is TRUE


@pytest.mark.parametrize(
    ("principal", "caller", "reason"),
    [
        (element(str(ALICE.arn)), ALICE, None),
        (element(ACCOUNT), FOREIGN, Reason.PRINCIPAL_OTHER),
        (element(*STRANGE_ARNS), ALICE, Reason.PRINCIPAL_PARTIAL_WILDCARD),
        (element(*STRANGE_ARNS, OTHER), ALICE, Reason.PRINCIPAL_OTHER),
        (element("*"), WEB, Reason.PRINCIPAL_OTHER),
        (element("sns.*", kind="Service"), ALICE, Reason.PRINCIPAL_OTHER),
        (element(), ALICE, Reason.PRINCIPAL_OTHER),
        (element(str(ALICE.arn)), replace(ALICE, arn=None), Reason.PRINCIPAL_UNKNOWN),
        (element(ACCOUNT, str(ALICE.arn), negated=True), ALICE, Reason.PRINCIPAL_LISTED),
        (element(OTHER, negated=True), ALICE, None),
        (element(str(ALICE.arn), negated=True), ALICE, Reason.PRINCIPAL_UNKNOWN),
    ],
)
def test_p2_p20_a_principal_element_that_does_not_match_says_why(
    principal: PrincipalElement, caller: Principal, reason: Reason | None
) -> None:
    assert match_principal(principal, Effect.DENY, caller, ORDINARY)[0].reason is reason


def test_p2_an_outcome_points_at_the_one_entry_or_at_the_element_and_names_both_sides() -> None:
    one, _ = match_principal(element(OTHER), Effect.ALLOW, ALICE, ORDINARY)
    assert (one.element, one.path) == (Element.PRINCIPAL, ("Principal", "AWS", 0))
    assert (one.wanted, one.found) == (f"`{OTHER}`", f"`{ALICE.arn}`")
    two, _ = match_principal(element(OTHER, "*", negated=True), Effect.ALLOW, ALICE, ORDINARY)
    assert (two.path, two.wanted) == (("NotPrincipal",), f"`{OTHER}`, `*`")
    assert match_principal(element(), Effect.ALLOW, ALICE, ORDINARY)[0].wanted == "nobody"


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        (APP, APP.arn),
        (replace(APP, arn=None), APP.entity_arn),
        (SERVICE, SERVICE.service),
        (replace(WEB, arn=None), WEB.provider),
        (ANONYMOUS, ANONYMOUS.kind.value),
        (replace(SERVICE, service=None), SERVICE.kind.value),
    ],
)
def test_p2_a_caller_is_called_by_the_most_telling_name_it_has(caller: Principal, name: str) -> None:
    assert match_principal(element(OTHER), Effect.ALLOW, caller, ORDINARY)[0].found == f"`{name}`"


def test_p2_a_kind_of_principal_that_aws_does_not_know_reaches_nobody() -> None:
    assert truth_of(element(str(ALICE.arn), "*", kind="Aws"), ALICE) is FALSE


@pytest.mark.parametrize("effect", list(Effect))
def test_p16_a_service_that_nobody_named_may_be_the_one_listed(effect: Effect) -> None:
    nameless, listed = replace(SERVICE, service=None), element("sns.amazonaws.com", kind="Service")
    outcome, reach = match_principal(listed, effect, nameless, ORDINARY)
    assert (outcome.truth, outcome.caveats, reach.best) == (UNKNOWN, ("principal-open",), Grant.DIRECT)
    known = Circumstances(service_names=("sqs.amazonaws.com",))
    assert truth_of(listed, nameless, effect, known) is FALSE, "the list of its names is whole"
    assert truth_of(element("sns.amazonaws.com", kind="Service", negated=True), nameless, effect) is UNKNOWN
    assert truth_of(listed, ALICE, effect) is FALSE


def test_s23_a_service_that_nobody_named_may_be_the_grantee() -> None:
    nameless = replace(SERVICE, service=None)
    granted = element("sns.amazonaws.com", kind="KeyGrantee")
    outcome, reach = match_principal(granted, Effect.ALLOW, nameless, ORDINARY)
    assert (outcome.truth, reach.best) == (UNKNOWN, Grant.KEY_GRANT)
    assert truth_of(granted, ALICE) is FALSE
