"""Callers that the tests of evaluation share."""

from __future__ import annotations

from policysim.language.request import Credentials, Principal, PrincipalKind

ACCOUNT = "111122223333"
OTHER = "444455556666"

ALICE = Principal(
    kind=PrincipalKind.USER,
    arn=f"arn:aws:iam::{ACCOUNT}:user/team/alice",
    account=ACCOUNT,
    unique_id="AIDAALICE",
    credentials=Credentials.LONG_TERM,
    in_management_account=False,
)
APP = Principal(
    kind=PrincipalKind.ROLE_SESSION,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run-1",
    entity_arn=f"arn:aws:iam::{ACCOUNT}:role/svc/app",
    account=ACCOUNT,
    unique_id="AROAAPP",
    credentials=Credentials.TEMPORARY,
    in_management_account=False,
)
FEDERATED = Principal(
    kind=PrincipalKind.FEDERATED_USER,
    arn=f"arn:aws:sts::{ACCOUNT}:federated-user/feda",
    entity_arn=f"arn:aws:iam::{ACCOUNT}:user/broker",
    account=ACCOUNT,
    credentials=Credentials.TEMPORARY,
    in_management_account=False,
)
ROOT = Principal(
    kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT, in_management_account=False
)
FOREIGN = Principal(
    kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OTHER}:user/zoe", account=OTHER, in_management_account=False
)
SERVICE = Principal(kind=PrincipalKind.SERVICE, service="events.amazonaws.com")
ANONYMOUS = Principal(kind=PrincipalKind.ANONYMOUS)
WEB = Principal(
    kind=PrincipalKind.WEB_IDENTITY, provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.example.com"
)
