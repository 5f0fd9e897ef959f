"""What is said where AWS's own evaluation and our decision differ, check by check and policy by policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.cloudtrail.aws_evaluation import Evaluation
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, one_level
from policysim.explanation.aws_denial import denied_by
from policysim.explanation.aws_evaluation import compare_with_aws
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from tests.aws_evaluations import (
    OU,
    check,
    decoded,
    details,
    evaluation_of_decoded,
    evaluation_of_details,
    matched,
    policy,
    statement,
)
from tests.explanation.denied_cases import (
    KEY,
    OTHER_ACCOUNT,
    ROLE,
    allow,
    attached,
    deny,
    document,
    in_force,
    levels,
    request,
)

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import AttachedPolicy, PolicySet
    from policysim.explanation.diagnosis import AwsEvaluation

USER = "arn:aws:iam::111122223333:user/ann"
FULL = attached(
    document(allow("*")), LayerName.SCP, name="FullAWSAccess", arn="arn:aws:organizations::aws:policy/x/p-Full"
)
MANAGED = "arn:aws:iam::111122223333:policy/readers"
SCP = "arn:aws:organizations::999900001111:policy/o-ex/service_control_policy/p-new"


def identity(*statements: dict[str, object], arn: str | None = MANAGED, name: str = "readers") -> AttachedPolicy:
    return attached(document(*statements), arn=arn, name=name)


def compared(
    value: dict[str, Any], policies: PolicySet, *, action: str = "iam:GetUser", resource: str = USER, **fields: Any
) -> AwsEvaluation:
    decision = decide(request(action, resource, **fields), policies, trace=True)
    return compare_with_aws(evaluation_of_details(value), decision, policies)


def told(value: dict[str, Any], policies: PolicySet, **fields: Any) -> str:
    (difference,) = compared(value, policies, **fields).differences
    return difference


# The same


def test_m18_checks_are_held_against_ours_level_by_level() -> None:
    policies = in_force(
        {
            LayerName.SCP: levels(**{"r-1": (FULL,), "ou-ex-1": (FULL,)}),
            LayerName.IDENTITY: identity(allow("iam:List*")),
        }
    )
    value = details(
        checks=[
            check("SERVICE_CONTROL_POLICY", "ALLOW", target="arn:aws:organizations::9:root/o-ex/r-1"),
            check("SERVICE_CONTROL_POLICY", "ALLOW", target=OU),
            check("PRINCIPAL", "IMPLICIT_DENY"),
            check("SESSION", "ALLOW"),
        ],
        policies=[policy(MANAGED)],
    )
    found = compared(value, policies)
    assert found.differences == ()
    assert [(row.check_type, row.theirs, row.ours) for row in found.checks] == [
        ("SERVICE_CONTROL_POLICY", "ALLOW", "ALLOW"),
        ("SERVICE_CONTROL_POLICY", "ALLOW", "ALLOW"),
        ("PRINCIPAL", "IMPLICIT_DENY", "IMPLICIT_DENY"),
        ("SESSION", "ALLOW", ""),
    ]


def test_what_is_open_here_does_not_differ() -> None:
    policies = in_force({LayerName.IDENTITY: one_level("r", (), (Gap("x", "not collected"),))})
    found = compared(details(checks=[check("PRINCIPAL", "EXPLICIT_DENY")]), policies)
    assert (found.checks[0].ours, found.differences) == ("UNKNOWN", ())


@pytest.mark.parametrize("effect", ["ALLOW", "NO_IMPACT"])
def test_a_resource_policy_of_the_same_account_counts_towards_the_principal(effect: str) -> None:
    bucket = attached(
        document(allow("s3:GetObject", Principal={"AWS": ROLE})), LayerName.RESOURCE, name="bucket", arn=None
    )
    value = details("s3:GetObject", effect="ALLOW", checks=[check("PRINCIPAL", effect)])
    policies = in_force({LayerName.RESOURCE: bucket})
    resource = "arn:aws:s3:::reports/2026/q1.csv"
    assert compared(value, policies, action="s3:GetObject", resource=resource).differences == ()


def test_a_sid_that_aws_made_up_stands_for_a_statement_without_one() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:Get*"), deny("iam:GetUser"))})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, **{"1f": "ALLOW", "2e": "DENY"}))]
    value = details(effect="EXPLICIT_DENY", checks=checks, policies=[policy(MANAGED)])
    assert compared(value, policies).differences == ()


# Differences


def test_a_statement_that_does_not_match_here_is_told_with_the_reason() -> None:
    said = deny("iam:*", Sid="NoIam", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*"), said)})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, NoIam="DENY"))]
    value = details(effect="EXPLICIT_DENY", checks=checks, policies=[policy(MANAGED)])
    assert told(value, policies, context={"aws:RequestedRegion": "eu-west-1"}) == (
        "AWS matched `NoIam` of `readers`, which here does not match: "
        "wants aws:RequestedRegion to be `us-east-1`, it is `eu-west-1`"
    )


def test_a_statement_that_is_not_there_tells_that_the_policy_changed() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*", Sid="All"))})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, Gone="DENY"))]
    value = details(effect="EXPLICIT_DENY", checks=checks, policies=[policy(MANAGED)])
    assert (
        told(value, policies) == "AWS matched `Gone` of `readers`, which here has no such statement: it changed since"
    )


def test_a_deny_here_is_told_beside_an_allow_that_does_not_match_here() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("s3:*", Sid="Some"), deny("iam:*", Sid="NoIam"))})
    checks = [check("PRINCIPAL", "ALLOW", matched(MANAGED, Some="ALLOW"))]
    found = told(details(effect="ALLOW", checks=checks, policies=[policy(MANAGED)]), policies)
    assert found.startswith("AWS found no Deny that matches in the identity-based policies; here one does: `NoIam`")
    assert "AWS matched `Some` of `readers`, which here does not match" in found


def test_a_deny_of_a_policy_that_is_not_at_hand_is_told_beside_what_else_differs() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("s3:*", Sid="Some"))})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, Some="ALLOW"), matched("arn:x", No="DENY"))]
    found = compared(details(effect="EXPLICIT_DENY", checks=checks, policies=[policy(MANAGED)]), policies)
    assert found.differences[0].startswith(
        "AWS found a Deny that matches in the identity-based policies: `No` of `arn:x`; here none does; AWS matched"
    )


def test_a_statement_with_another_effect_tells_that_the_policy_changed() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*", Sid="All"))})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, All="DENY"))]
    value = details(effect="EXPLICIT_DENY", checks=checks, policies=[policy(MANAGED)])
    assert told(value, policies) == "AWS took `All` of `readers` for a Deny, and here it is none: it changed since"


def test_a_deny_that_aws_does_not_list_is_told() -> None:
    policies = in_force({LayerName.IDENTITY: identity(deny("iam:*", Sid="One"), deny("*", Sid="Two"))})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, One="DENY"))]
    value = details(effect="EXPLICIT_DENY", checks=checks, policies=[policy(MANAGED)])
    assert told(value, policies) == "`Two` of `readers` denies here, and AWS does not list it as matched"


def test_an_allow_here_where_aws_found_none_is_told_with_its_statement() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*", Sid="All"))})
    value = details(checks=[check("PRINCIPAL", "IMPLICIT_DENY")], policies=[policy(MANAGED)])
    assert told(value, policies) == (
        "AWS found no Allow that matches in the identity-based policies; here one does: `All` of `readers`"
    )


def test_what_changes_nothing_is_said_to_change_nothing() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*", Sid="All"))})
    value = details(effect="ALLOW", checks=[check("PRINCIPAL", "NO_IMPACT")], policies=[policy(MANAGED)])
    assert told(value, policies).endswith("here an Allow matches: `All` of `readers`: this changes nothing")


def test_a_level_that_is_not_here_is_told_with_its_policy_and_the_call_that_shows_it() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*"))})
    listed = [policy(MANAGED), policy(SCP, "SERVICE_CONTROL_POLICY", attached_to=OU)]
    checks = [
        check("SERVICE_CONTROL_POLICY", "EXPLICIT_DENY", matched(SCP, NoIam="DENY"), target=OU),
        check("PRINCIPAL", "ALLOW", matched(MANAGED, made="ALLOW")),
    ]
    found = compared(details(effect="EXPLICIT_DENY", checks=checks, policies=listed), policies)
    where = "in the service control policies at `ou-ex-1`"
    assert found.differences == (
        f"AWS found a Deny that matches {where}: `NoIam` of `{SCP}`, and no such policy is at hand",
        f"AWS evaluated the service control policy `{SCP}` attached to `{OU}`, which is not among the policies at hand",
    )


def test_a_layer_that_only_stands_here_is_told() -> None:
    boundary = attached(document(allow("s3:*")), LayerName.BOUNDARY, name="edge")
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*")), LayerName.BOUNDARY: boundary})
    checks = [check("PRINCIPAL", "ALLOW", matched(MANAGED, made="ALLOW"))]
    value = details(effect="ALLOW", checks=checks, policies=[policy(MANAGED)])
    assert told(value, policies) == "no Allow matches in the permissions boundary here; AWS shows no such check"


def test_the_outcome_counts_where_aws_shows_no_checks() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*"))})
    assert told(details(), policies) == "AWS's evaluation came to an implicit deny; the policies at hand allow"
    assert compared(details(effect="ALLOW"), policies).differences == ()


def test_the_older_form_of_an_answer_shows_matched_policies_and_no_checks() -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:*"), deny("iam:*", Sid="NoIam"))})
    value = details(effect="EXPLICIT_DENY", policies=[policy(MANAGED)])
    value["evaluations"][0]["matchedPolicies"] = [matched(MANAGED, NoIam="DENY")]
    found = compared(value, policies)
    assert [(row.check_type, row.theirs, row.ours) for row in found.checks] == [
        ("PRINCIPAL", "EXPLICIT_DENY", "EXPLICIT_DENY")
    ]
    assert found.differences == ()


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (check("QUANTUM", "ALLOW"), "AWS shows a check of the type `QUANTUM`, which is not known here"),
        (check("PRINCIPAL", "PERHAPS"), "AWS shows the effect `PERHAPS` in the identity-based policies"),
    ],
)
def test_new_words_of_aws_are_said_to_be_unknown(one: dict[str, Any], words: str) -> None:
    policies = in_force({LayerName.IDENTITY: identity(allow("iam:List*"))})
    assert words in compared(details(checks=[one]), policies).differences[0]


# Which policy is which


def test_an_inline_policy_is_found_by_what_it_is_attached_to() -> None:
    policies = in_force({LayerName.IDENTITY: identity(deny("iam:*", Sid="NoIam"), arn=None, name="own")})
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched("inline:1", NoIam="DENY"))]
    value = details(effect="EXPLICIT_DENY", checks=checks, policies=[policy("inline:1", inline=True, attached_to=ROLE)])
    found = compared(value, policies)
    assert (found.checks[0].statements, found.differences) == (("own: NoIam",), ())


def test_of_several_inline_policies_the_sids_tell() -> None:
    own = (
        identity(allow("iam:*", Sid="All"), arn=None, name="one"),
        identity(deny("iam:*", Sid="NoIam"), arn=None, name="two"),
    )
    listed = [policy(f"inline:{n}", inline=True, attached_to=ROLE) for n in (1, 2)]
    checks = [check("PRINCIPAL", "EXPLICIT_DENY", matched("inline:1", NoIam="DENY"), matched("inline:2", All="ALLOW"))]
    found = compared(
        details(effect="EXPLICIT_DENY", checks=checks, policies=listed), in_force({LayerName.IDENTITY: own})
    )
    assert (found.checks[0].statements, found.differences) == (("two: NoIam", "one: All"), ())


def test_an_inline_policy_more_than_are_at_hand_is_missing() -> None:
    listed = [policy("inline:1", inline=True, attached_to=ROLE)]
    found = compared(details(policies=listed), in_force({LayerName.IDENTITY: ()}))
    assert f"the identity-based policy `inline policy of {ROLE}` attached to `{ROLE}`" in found.differences[0]


def test_s23_a_grant_of_a_key_is_known_by_its_id() -> None:
    grant = {
        **policy("inline:9", "RESOURCE_BASED_POLICY", attached_to=KEY, inline=True),
        "policySource": {"type": "KMS_GRANT", "typeName": "KMS grant", "grantId": "g-1"},
    }
    decision = decide(request("kms:Decrypt", KEY, owner=OTHER_ACCOUNT), in_force({}), trace=True)
    evaluation = evaluation_of_details(details("kms:Decrypt", KEY, policies=[grant]))
    found = compare_with_aws(evaluation, decision, in_force({}))
    assert "the resource-based policy `grant g-1`" in found.differences[0]


@pytest.mark.parametrize(("action", "changed"), [("iam:Get*", False), ("iam:List*", True)])
def test_a_document_that_is_not_what_aws_evaluated_changed_since(action: str, *, changed: bool) -> None:
    here = identity(allow(["iam:Get*", "s3:*"], Sid="All"))
    evaluation = evaluation_of_details(details(effect="ALLOW", policies=[policy(MANAGED)]))
    then = parse_policy(Source("then", document(allow([action], Sid="All"))), PolicyType.IDENTITY)
    listed = tuple(one._replace(document=then) for one in evaluation.policies)
    policies = in_force({LayerName.IDENTITY: here})
    decision = decide(request("iam:GetUser", USER), policies, trace=True)
    found = compare_with_aws(_with_policies(evaluation, listed), decision, policies)
    said = ("`readers` is not what AWS evaluated: it changed since the denial",) if changed else ()
    assert found.differences == said


def _with_policies(evaluation: Evaluation, policies: tuple[Any, ...]) -> Evaluation:
    return Evaluation(
        kind=evaluation.kind,
        source=evaluation.source,
        action=evaluation.action,
        resource=evaluation.resource,
        effect=evaluation.effect,
        policies=policies,
    )


# Without a decision: who denied, by AWS alone


def test_without_policies_the_evaluation_says_who_denied() -> None:
    listed = [policy(MANAGED), policy(SCP, "SERVICE_CONTROL_POLICY", attached_to=OU)]
    checks = [
        check("SERVICE_CONTROL_POLICY", "EXPLICIT_DENY", matched(SCP, NoIam="DENY", Rest="ALLOW"), target=OU),
        check("PRINCIPAL", "IMPLICIT_DENY"),
        check("PERMISSIONS_BOUNDARY", "IMPLICIT_DENY"),
    ]
    found = compare_with_aws(evaluation_of_details(details(effect="EXPLICIT_DENY", checks=checks, policies=listed)))
    assert found.denied_by == (
        f"statement `NoIam` of the service control policy `{SCP}`, attached to `{OU}`",
        "the lack of an Allow in the identity-based policies",
        "the lack of an Allow in the permissions boundary",
    )
    assert found.differences == ()
    assert [row.ours for row in found.checks] == ["", "", ""]
    assert found.checks[0].statements == (f"{SCP}: NoIam", f"{SCP}: Rest")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (details(effect="ALLOW"), ()),
        (details(effect="EXPLICIT_DENY", checks=[check("QUANTUM", "EXPLICIT_DENY")]), "the check `QUANTUM`"),
        (
            details(effect="EXPLICIT_DENY", checks=[check("VPC_ENDPOINT", "EXPLICIT_DENY")]),
            "a Deny in the VPC endpoint policies, which AWS does not list",
        ),
        (
            details(
                effect="EXPLICIT_DENY",
                checks=[check("PRINCIPAL", "EXPLICIT_DENY", matched("inline:1", A="DENY"))],
                policies=[policy("inline:1", inline=True)],
            ),
            "statement `A` of the identity-based policy `inline policy of arn:aws:iam::",
        ),
    ],
)
def test_what_aws_shows_of_a_denial_is_what_is_said(value: dict[str, Any], said: str) -> None:
    found = denied_by(evaluation_of_details(value))
    assert (said in found[0]) if said else found == ()


def test_m15_a_decoded_message_names_statements_and_no_policy() -> None:
    one = evaluation_of_decoded(decoded(explicit=True, statements=[statement("NoStart", "DENY", ["ec2:*"])]))
    assert denied_by(one) == ("the Deny statement `NoStart`, of a policy that the message does not name",)
    assert denied_by(evaluation_of_decoded(decoded()))[0].startswith("the lack of an Allow")


# Decoded messages

INSTANCE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"


def of_message(*statements: dict[str, Any], here: tuple[dict[str, object], ...]) -> AwsEvaluation:
    policies = in_force({LayerName.IDENTITY: identity(*here)})
    decision = decide(request("ec2:StartInstances", INSTANCE), policies, trace=True)
    message = decoded(resource=INSTANCE, explicit=bool(statements), statements=statements)
    return compare_with_aws(evaluation_of_decoded(message), decision, policies)


def test_m15_a_matched_statement_is_found_by_its_sid_and_what_it_says() -> None:
    found = of_message(
        statement("No", "DENY", ["ec2:startinstances"]), here=(allow("*"), deny("ec2:StartInstances", Sid="No"))
    )
    (row,) = found.checks
    assert (row.check_type, row.theirs, row.ours, row.statements, row.difference) == (
        "PRINCIPAL",
        "EXPLICIT_DENY",
        "EXPLICIT_DENY",
        ("readers: No",),
        "",
    )
    assert found.differences == ()


def test_a_matched_statement_without_sid_is_found_by_what_it_says() -> None:
    found = of_message(statement("", "DENY", ["ec2:*"]), here=(allow("*"), deny("ec2:*")))
    assert found.checks[0].statements == ("readers: statement 2",)


@pytest.mark.parametrize(
    ("here", "said"),
    [
        (
            (allow("*"),),
            "AWS matched the Deny `No`, which stands in no policy at hand: one is missing here or changed since",
        ),
        (
            (allow("*"), deny("ec2:*", Sid="No")),
            "AWS shows `No` of `readers` with other actions or resources than here: it changed since",
        ),
        (
            (allow("*"), deny("ec2:StartInstances", "arn:aws:ec2:*:*:volume/*", Sid="No")),
            "AWS matched `No` of `readers`, which here does not match: lists",
        ),
    ],
)
def test_m15_a_matched_statement_that_does_not_match_here_is_told(
    here: tuple[dict[str, object], ...], said: str
) -> None:
    found = of_message(statement("No", "DENY", ["ec2:StartInstances"]), here=here)
    assert said in found.differences[0]
    assert len(found.differences) == 1


@pytest.mark.parametrize(("shown", "differs"), [("eu-west-1", False), ("us-east-1", True)])
def test_a_condition_with_other_values_tells_that_the_policy_may_have_changed(shown: str, *, differs: bool) -> None:
    said = deny("ec2:*", Sid="No", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    listed = statement("No", "DENY", ["ec2:*"], conditions=[("aws:requestedregion", [shown])])
    found = of_message(listed, here=(allow("*"), said))
    words = "AWS shows `No` of `readers` with other condition values than here: it may have changed since"
    assert found.differences == ((words,) if differs else ())


def test_m15_an_implicit_deny_of_aws_where_a_deny_matches_here_is_told() -> None:
    found = of_message(here=(deny("ec2:*"),))
    assert found.differences == ("AWS's evaluation came to an implicit deny; the policies at hand deny explicitly",)
