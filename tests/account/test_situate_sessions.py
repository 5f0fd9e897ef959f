"""What the account room adds about sessions and endpoints: MFA, certificates, whose an endpoint is (C51, C53, S38)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policysim.account.account import VpcEndpoint
from policysim.account.situate import situate
from policysim.evaluation.context import context_lookup
from policysim.language.request import (
    ABSENT,
    UNKNOWN,
    ContextValue,
    Credentials,
    Principal,
    PrincipalKind,
    RequestContext,
)
from tests.account_folders import ACCOUNT, OTHER, account, organisation, request

MFA = "aws:MultiFactorAuthPresent"
USER = Principal(
    kind=PrincipalKind.USER,
    arn=f"arn:aws:iam::{ACCOUNT}:user/alice",
    account=ACCOUNT,
    credentials=Credentials.TEMPORARY,
)
SHARED = VpcEndpoint(id="vpce-1", policy=None, vpc_id="vpc-1", account_id=OTHER)


def situated(key: str, action: str, context: RequestContext) -> ContextValue:
    where = organisation(account(endpoints={"vpce-1": SHARED}))
    asked = replace(request(context=context), action=action)
    return context_lookup(situate(asked, where).request)(key)


def test_c51_temporary_credentials_of_a_user_have_the_mfa_key_whatever_it_says() -> None:
    asked = replace(request(context=RequestContext()), principal=USER)
    found = situate(asked, organisation(account())).request.context
    assert (found.get(MFA), found.candidates(MFA)) == (UNKNOWN, (("true",), ("false",)))
    stated = replace(asked, context=RequestContext({MFA: "true"}))
    assert situate(stated, organisation(account())).request.context.get(MFA) == ("true",)
    long_term = replace(asked, principal=replace(USER, credentials=Credentials.LONG_TERM))
    assert context_lookup(situate(long_term, organisation(account())).request)(MFA) is ABSENT


@pytest.mark.parametrize(
    ("action", "owner"), [("s3:GetObject", (OTHER,)), ("sqs:SendMessage", ABSENT), ("iam:PassRole", ABSENT)]
)
def test_c53_whose_an_endpoint_is_enters_the_context_where_the_service_tells(action: str, owner: ContextValue) -> None:
    through = RequestContext({"aws:SourceVpce": "vpce-1"})
    assert situated("aws:VpceAccount", action, through) == owner
    assert situated("aws:SourceVpc", action, through) == ("vpc-1",)


def test_c53_a_request_over_the_internet_has_no_endpoint_s_owner() -> None:
    assert situated("aws:VpceAccount", "s3:GetObject", RequestContext({"aws:SourceIp": "203.0.113.7"})) is ABSENT


@pytest.mark.parametrize(
    ("service", "found"), [("rolesanywhere.amazonaws.com", UNKNOWN), ("ec2.amazonaws.com", ABSENT)]
)
def test_s38_the_certificate_s_tags_of_roles_anywhere_are_open_and_other_services_have_none(
    service: str, found: ContextValue
) -> None:
    caller = Principal(kind=PrincipalKind.SERVICE, service=service)
    asked = replace(request(context=RequestContext()), principal=caller)
    lookup = context_lookup(situate(asked, organisation(account())).request)
    assert lookup("aws:PrincipalTag/x509Subject/CN") is found
