from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.caller import Caller, caller_named, caller_of_event
from policysim.language.request import Credentials, Principal, PrincipalKind
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, ROLE, SESSION, USER, event

LONG_TERM, TEMPORARY, UNKNOWN = Credentials.LONG_TERM, Credentials.TEMPORARY, Credentials.UNKNOWN


def caller(identity: dict[str, Any], **fields: Any) -> Caller:
    return caller_of_event(event(identity, **fields))


def principal(identity: dict[str, Any], **fields: Any) -> Principal:
    found = caller(identity, **fields).principal
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("access_key", "session", "credentials"),
    [
        ("AKIAEXAMPLE", None, LONG_TERM),
        ("AKIAEXAMPLE", {"attributes": {"creationDate": "2026-11-24T02:00:00Z"}}, TEMPORARY),
        ("AKIAEXAMPLE", {"attributes": {}}, LONG_TERM),
        ("ASIAEXAMPLE", None, TEMPORARY),
        (None, {"attributes": {"creationDate": "2026-11-24T02:00:00Z"}}, TEMPORARY),
        (None, {"attributes": {}}, UNKNOWN),
        (None, None, UNKNOWN),
        ("", None, UNKNOWN),
    ],
)
def test_c51_credentials_of_a_user(access_key: str | None, session: Any, credentials: Credentials) -> None:
    identity = {**IAM_USER, "accessKeyId": access_key, "sessionContext": session}
    assert principal(identity) == Principal(
        kind=PrincipalKind.USER, arn=USER, account=ACCOUNT, unique_id="AIDAEXAMPLE", credentials=credentials
    )


@pytest.mark.parametrize(
    ("parameters", "passed_on"),
    [
        ({"incomingTransitiveTags": {"Department": "Engineering", "Team": "blue"}}, ("Department", "Team")),
        ({"transitiveTagKeys": ["Project"]}, ()),
        ({"incomingTransitiveTags": "Department"}, ()),
        (None, ()),
    ],
)
def test_s7_the_tags_that_a_session_passes_on_stand_in_the_record_of_the_next_link(
    parameters: dict[str, Any] | None, passed_on: tuple[str, ...]
) -> None:
    assert principal(ASSUMED_ROLE, requestParameters=parameters).transitive_tags == passed_on


@pytest.mark.parametrize(
    ("identity", "said", "credentials"),
    [
        ({**IAM_USER, "accessKeyId": "ASIAEXAMPLE"}, "true", Credentials.CONSOLE),
        ({**IAM_USER, "accessKeyId": "ASIAEXAMPLE"}, None, TEMPORARY),
        ({**IAM_USER, "accessKeyId": "AKIAEXAMPLE"}, "true", LONG_TERM),
        ({"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/f"}, "true", Credentials.CONSOLE),
        ({"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/f"}, None, TEMPORARY),
    ],
)
def test_e43_a_session_of_the_console_is_told_from_other_temporary_credentials(
    identity: dict[str, Any], said: str | None, credentials: Credentials
) -> None:
    assert principal(identity, sessionCredentialFromConsole=said).credentials is credentials


def test_p9_the_role_of_a_session_comes_with_its_path_from_the_issuer() -> None:
    found = caller(ASSUMED_ROLE)
    assert found == Caller(
        Principal(
            kind=PrincipalKind.ROLE_SESSION,
            arn=SESSION,
            account=ACCOUNT,
            entity_arn=ROLE,
            unique_id="AROAEXAMPLE",
            credentials=TEMPORARY,
        ),
        "userIdentity",
    )


@pytest.mark.parametrize("session", [None, {}, {"sessionIssuer": {}}, {"sessionIssuer": {"type": "Role"}}])
def test_p8_without_an_issuer_the_role_is_derived_and_marked(session: Any) -> None:
    found = caller({**ASSUMED_ROLE, "sessionContext": session})
    assert found.principal is not None
    assert found.principal.entity_arn == f"arn:aws:iam::{ACCOUNT}:role/web"
    assert "derived" in found.origin
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("name", "service_linked"),
    [("AWSReservedSSO_Admin_0a1b", False), ("AWSServiceRoleForRDS", True)],
)
def test_p23_roles_that_aws_makes_have_a_path_so_their_arn_is_not_derived(name: str, service_linked: bool) -> None:
    found = caller({**ASSUMED_ROLE, "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/x", "sessionContext": None})
    assert found.principal is not None
    assert found.principal.entity_arn is None
    assert found.principal.service_linked is service_linked
    assert f"the path of the role `{name}` is not known" in found.unresolved[0]


def test_e38_a_service_linked_role_is_told_by_its_path() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
    found = principal({**ASSUMED_ROLE, "sessionContext": {"sessionIssuer": {"arn": role}}})
    assert found.service_linked is True


def test_root() -> None:
    root = {"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE"}
    expected = Principal(
        kind=PrincipalKind.ROOT,
        arn=f"arn:aws:iam::{ACCOUNT}:root",
        account=ACCOUNT,
        unique_id=ACCOUNT,
        credentials=LONG_TERM,
    )
    assert principal({**root, "arn": expected.arn}) == expected
    assert principal(root) == expected
    china = principal(root, awsRegion="cn-north-1")
    assert china.arn == f"arn:aws-cn:iam::{ACCOUNT}:root"


def test_p11_a_federated_user_and_the_user_behind_it() -> None:
    identity = {
        "type": "FederatedUser",
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/ana",
        "accountId": ACCOUNT,
        "principalId": f"{ACCOUNT}:ana",
        "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": USER}},
    }
    found = principal(identity)
    assert (found.kind, found.entity_arn, found.credentials) == (PrincipalKind.FEDERATED_USER, USER, TEMPORARY)
    alone = caller({**identity, "sessionContext": None})
    assert alone.principal is not None
    assert alone.principal.entity_arn is None
    assert "the user behind the federated session" in alone.unresolved[0]


@pytest.mark.parametrize(
    ("identity", "service"),
    [
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com"),
        ({"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"}, "secretsmanager.amazonaws.com"),
        ({"type": "AWSService", "invokedBy": "AWS Internal"}, None),
        ({"type": "AWSService"}, None),
    ],
)
def test_c50_a_service_is_named_by_invoked_by(identity: dict[str, Any], service: str | None) -> None:
    found = caller(identity)
    assert found.principal == Principal(kind=PrincipalKind.SERVICE, service=service)
    assert bool(found.unresolved) == (service is None)


@pytest.mark.parametrize(
    ("unique_id", "kind"),
    [
        ("AROAEXAMPLE:session", PrincipalKind.ROLE_SESSION),
        ("AIDAEXAMPLE", PrincipalKind.USER),
        ("444455556666", PrincipalKind.ROOT),
    ],
)
def test_a_caller_of_another_account_is_known_by_its_unique_id(unique_id: str, kind: PrincipalKind) -> None:
    found = caller({"type": "AWSAccount", "principalId": unique_id, "accountId": "444455556666"})
    assert found.principal is not None
    assert (found.principal.kind, found.principal.arn, found.principal.unique_id) == (
        kind,
        None,
        unique_id.split(":", maxsplit=1)[0],
    )
    assert found.principal.account == "444455556666"
    assert found.unresolved == ("the record does not show the caller's ARN",)
    assert found.principal.service_linked is (None if kind is PrincipalKind.ROLE_SESSION else False)


def test_a_caller_of_another_account_without_an_id_stays_unknown() -> None:
    found = caller({"type": "AWSAccount", "principalId": "", "accountId": "444455556666"})
    assert found.principal is None
    assert "only the account" in found.unresolved[0]


def test_c46_anonymous() -> None:
    found = principal({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"})
    assert found == Principal(kind=PrincipalKind.ANONYMOUS)


def test_p13_web_identity_and_saml_callers_have_a_provider() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    web = principal({"type": "WebIdentityUser", "identityProvider": provider, "userName": "repo:o/r"})
    assert (web.kind, web.provider) == (PrincipalKind.WEB_IDENTITY, provider)
    saml_provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
    identity = {"type": "SAMLUser", "identityProvider": "hash=", "userName": "ana"}
    saml = principal(identity, requestParameters={"principalArn": saml_provider})
    assert (saml.kind, saml.provider) == (PrincipalKind.SAML, saml_provider)
    assert "SAML provider" in caller(identity, requestParameters=None).unresolved[0]


@pytest.mark.parametrize("kind", ["IdentityCenterUser", "Directory", "Unknown", None, "NewKind"])
def test_types_that_stand_for_no_principal_are_said_so(kind: str | None) -> None:
    found = caller({"type": kind, "accountId": ACCOUNT, "principalId": "x"})
    assert found.principal is None
    assert len(found.unresolved) == 1


def test_a_record_without_an_identity_is_said_so() -> None:
    assert caller_of_event(event(userIdentity=None)).unresolved == (
        "the record has no `userIdentity`, so the caller is not known",
    )


@pytest.mark.parametrize(
    ("printed", "kind", "entity"),
    [
        (USER, PrincipalKind.USER, None),
        (SESSION, PrincipalKind.ROLE_SESSION, f"arn:aws:iam::{ACCOUNT}:role/web"),
        (ROLE, PrincipalKind.ROLE_SESSION, ROLE),
        (f"arn:aws:iam::{ACCOUNT}:root", PrincipalKind.ROOT, None),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/ana", PrincipalKind.FEDERATED_USER, None),
        ("anonymous", PrincipalKind.ANONYMOUS, None),
        ("ec2.amazonaws.com", PrincipalKind.SERVICE, None),
        ("AROAEXAMPLE:session", PrincipalKind.ROLE_SESSION, None),
        ("AIDAEXAMPLE", PrincipalKind.USER, None),
    ],
)
def test_m6_the_caller_that_a_message_prints(printed: str, kind: PrincipalKind, entity: str | None) -> None:
    found = caller_named(printed)
    assert found.principal is not None
    assert (found.principal.kind, found.principal.entity_arn) == (kind, entity)
    assert found.origin.startswith("denial message")
    assert found.principal.credentials is not LONG_TERM


@pytest.mark.parametrize("printed", ["ana", "deploy-pl-prod", "arn:aws:s3:::data"])
def test_a_name_alone_is_no_principal(printed: str) -> None:
    found = caller_named(printed)
    assert found.principal is None
    assert len(found.unresolved) == 1
