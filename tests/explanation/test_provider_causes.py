"""Trust policies that name another identity provider, and endpoints that callers without an ARN come through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import one_level
from policysim.explanation.fixes.proposal import propose
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from tests.explanation.cause_cases import CONFIRMED, evidence, first, says
from tests.explanation.denied_cases import ACCOUNT, allow, attached, case, document, edited, in_force, request

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet

ROLE = f"arn:aws:iam::{ACCOUNT}:role/payments"
OLD, NEW = "oidc.eks.eu-west-1.amazonaws.com/id/OLD", "oidc.eks.eu-west-1.amazonaws.com/id/NEW"
SUBJECT, AUDIENCE = "system:serviceaccount:payments:api", "sts.amazonaws.com"


def provider(host: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"


def web_identity(context: dict[str, str]) -> Request:
    caller = Principal(kind=PrincipalKind.WEB_IDENTITY, provider=provider(NEW))
    resource = Resource(arn=ROLE, account=ACCOUNT, in_management_account=False)
    return Request(
        principal=caller,
        action="sts:AssumeRoleWithWebIdentity",
        resource=resource,
        context=RequestContext(context, complete=True),
    )


KNOWN = web_identity({f"{NEW}:sub": SUBJECT, f"{NEW}:aud": AUDIENCE})


def trusting(host: str, **conditions: str) -> dict[str, object]:
    return {
        "Sid": "Irsa",
        "Effect": "Allow",
        "Principal": {"Federated": provider(host)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:{name}": value for name, value in conditions.items()}},
    }


def trust(statement: dict[str, object]) -> PolicySet:
    policy = attached(document(statement), LayerName.RESOURCE, name="trust", attached_to=ROLE, trust=True)
    return in_force({LayerName.RESOURCE: policy})


def test_p14_c65_the_provider_of_a_cluster_that_was_built_anew_is_the_cause() -> None:
    found = first(evidence(KNOWN, trust(trusting(OLD, sub=SUBJECT, aud=AUDIENCE)), says()))
    assert (found.code, found.tested) == ("principal-missing", CONFIRMED)
    assert provider(OLD) in found.cause
    assert provider(NEW) in found.cause


def test_p14_c65_a_new_trust_statement_is_narrowed_by_the_claims_of_its_own_provider() -> None:
    [fix] = propose(case(KNOWN, trust(trusting(OLD, sub=SUBJECT, aud=AUDIENCE)))).fixes
    added = edited(fix)["Statement"][1]
    assert added["Principal"] == {"Federated": provider(NEW)}
    assert added["Condition"] == {"StringEquals": {f"{NEW}:sub": SUBJECT, f"{NEW}:aud": AUDIENCE}}


def test_c65_no_trust_statement_is_offered_where_a_claim_is_not_known() -> None:
    asked = web_identity({f"{NEW}:aud": AUDIENCE})
    assert propose(case(asked, trust(trusting(OLD, sub=SUBJECT, aud=AUDIENCE)))).fixes == ()


def test_c65_a_condition_on_another_key_is_no_part_of_the_provider() -> None:
    statement = trusting(OLD, sub=SUBJECT)
    statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": "eu-west-1", f"{OLD}:sub": SUBJECT}}
    found = first(evidence(KNOWN, trust(statement), says()))
    assert found.code == "no-allow"


def saml() -> Request:
    caller = Principal(kind=PrincipalKind.SAML, provider=f"arn:aws:iam::{ACCOUNT}:saml-provider/EntraID")
    resource = Resource(arn=ROLE, account=ACCOUNT, in_management_account=False)
    context = RequestContext({"SAML:aud": "https://signin.aws.amazon.com/saml"}, complete=True)
    return Request(principal=caller, action="sts:AssumeRoleWithSAML", resource=resource, context=context)


def test_p14_a_saml_provider_is_added_to_a_statement_that_narrows_by_claims() -> None:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/ADFS"},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    [fix] = propose(case(saml(), trust(statement))).fixes
    assert (fix.kind, edited(fix)["Statement"][0]["Principal"]["Federated"][1]) == (
        "add-principal",
        f"arn:aws:iam::{ACCOUNT}:saml-provider/EntraID",
    )
    del statement["Condition"]
    assert propose(case(saml(), trust(statement))).fixes == ()


def test_c49_an_endpoint_lets_a_token_in_for_one_role() -> None:
    of_organisation = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-acme"}},
    }
    endpoint = attached(document(of_organisation), LayerName.VPCE, name="endpoint", attached_to="vpce-1")
    own = attached(
        document(trusting(NEW, sub=SUBJECT, aud=AUDIENCE)),
        LayerName.RESOURCE,
        name="trust",
        attached_to=ROLE,
        trust=True,
    )
    policies = in_force({LayerName.RESOURCE: own, LayerName.VPCE: endpoint})
    asked = web_identity({f"{NEW}:sub": SUBJECT, f"{NEW}:aud": AUDIENCE, "aws:SourceVpce": "vpce-1"})
    assert first(evidence(asked, policies, says())).code == "condition-not-met"
    fixes = propose(case(asked, policies)).fixes
    added = edited(fixes[0])["Statement"][1]
    assert (added["Action"], added["Resource"]) == ("sts:AssumeRoleWithWebIdentity", ROLE)


def test_c65_an_external_id_in_another_case_is_a_wrong_value_and_no_matter_of_the_operator() -> None:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "acme-71f3"}},
    }
    asked = request("sts:AssumeRole", ROLE, context={"sts:ExternalId": "acme-71F3"})
    policies = trust(statement).with_layer(
        LayerName.IDENTITY, one_level("app", (attached(document(allow("sts:AssumeRole"))),))
    )
    assert first(evidence(asked, policies, says())).code == "condition-not-met"
    assert "change-operator" not in {fix.kind for fix in propose(case(asked, policies)).fixes}
