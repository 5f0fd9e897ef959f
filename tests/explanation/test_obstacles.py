from __future__ import annotations

from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, LayerPolicies, Level, PolicySet, one_level
from policysim.explanation.diagnosis import Obstacle
from policysim.explanation.obstacles import PUBLIC_ACCESS_SETTING, obstacles
from policysim.language.request import Principal, PrincipalKind, PublicAccessBlock, Request, Resource
from tests.explanation.denied_cases import (
    ACCOUNT,
    BUCKET,
    OBJECT,
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

IDENTITY, RESOURCE, BOUNDARY, SCP = LayerName.IDENTITY, LayerName.RESOURCE, LayerName.BOUNDARY, LayerName.SCP
READ = request("s3:GetObject")
FULL = attached(document(allow("*")), SCP, name="full", attached_to=None)
ONLY_SQS = attached(document(allow("sqs:*")), SCP, name="only-sqs", attached_to=None)


def found(
    asked: Request, policies: PolicySet, *, no_deny: bool = False
) -> list[tuple[LayerName, str, str | None, bool]]:
    """Layer, level, Sid of the Deny, and certainty of each obstacle."""
    decision = decide(asked, policies, trace=True)
    in_the_way = obstacles(decision, policies, no_deny=no_deny)
    sids = [one.match.statement.sid if one.match is not None else None for one in in_the_way]
    return [(one.layer, one.node or "", sid, one.certain) for one, sid in zip(in_the_way, sids, strict=True)]


def test_an_allow_has_no_obstacles() -> None:
    policies = in_force({IDENTITY: attached(document(allow("*")))})
    assert found(READ, policies) == []


def test_m10_m18_every_deny_and_every_missing_allow_is_listed_in_the_order_of_the_checks() -> None:
    guard = attached(document(allow("*"), deny("s3:*", Sid="Guard")), SCP, name="guard", attached_to=None)
    limit = attached(document(allow("sqs:*")), BOUNDARY, name="limit")
    policies = in_force(
        {
            BOUNDARY: limit,
            IDENTITY: attached(document(deny("s3:Get*", Sid="Own"))),
            SCP: levels(root=(FULL,), ou=(guard,)),
        }
    )
    assert found(READ, policies) == [
        (SCP, "ou", "Guard", True),
        (IDENTITY, "identity", "Own", True),
        (IDENTITY, "identity", None, True),
        (BOUNDARY, "boundary", None, True),
    ]


def test_e18_each_level_without_an_allow_is_an_obstacle_of_its_own() -> None:
    policies = in_force(
        {
            IDENTITY: attached(document(allow("*"))),
            SCP: levels(root=(FULL,), ou=(ONLY_SQS,), sub=(FULL,), account=(ONLY_SQS,)),
        }
    )
    assert found(READ, policies) == [(SCP, "ou", None, True), (SCP, "account", None, True)]


def test_e18_a_level_that_nobody_collected_is_an_uncertain_obstacle() -> None:
    unread = Level("ou", (), (Gap("not-collected", "the SCPs of `ou` were not collected"),))
    policies = in_force(
        {
            IDENTITY: attached(document(allow("*"))),
            SCP: LayerPolicies((Level("root", (FULL,)), unread, Level("account", (ONLY_SQS,)))),
        }
    )
    assert found(READ, policies) == [(SCP, "ou", None, False), (SCP, "account", None, True)]


def test_x1_across_accounts_both_sides_are_in_the_way() -> None:
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT)
    assert [(layer, certain) for layer, _, _, certain in found(asked, in_force({}))] == [
        (RESOURCE, True),
        (IDENTITY, True),
    ]


def test_e7_within_one_account_the_resource_s_side_is_no_obstacle_of_its_own() -> None:
    bucket = attached(document(allow("s3:PutObject", f"{BUCKET}/*", Principal={"AWS": ROLE})), RESOURCE, name="bucket")
    assert [layer for layer, _, _, _ in found(READ, in_force({RESOURCE: bucket}))] == [IDENTITY]


def test_c42_a_deny_that_hangs_on_an_unknown_key_is_uncertain_and_no_obstacle_where_aws_found_none() -> None:
    statement = deny("s3:*", Sid="Maybe", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
    policies = in_force({IDENTITY: attached(document(allow("*"), statement))})
    asked = request("s3:GetObject", complete=False)
    assert found(asked, policies) == [(IDENTITY, "identity", "Maybe", False)]
    assert found(asked, policies, no_deny=True) == []


def test_c42_of_denies_of_which_one_holds_whatever_the_key_none_is_certain_by_itself() -> None:
    denies = [
        deny("s3:*", Sid=name, Condition={operator: {"aws:SourceVpc": "vpc-1"}})
        for name, operator in (("A", "StringEquals"), ("B", "StringNotEquals"))
    ]
    policies = in_force({IDENTITY: attached(document(allow("*"), *denies))})
    asked = request("s3:GetObject", complete=False)
    assert found(asked, policies) == [(IDENTITY, "identity", "A", False), (IDENTITY, "identity", "B", False)]


def test_a_layer_that_nobody_collected_is_uncertain() -> None:
    unread = one_level("role", (), (Gap("not-collected", "the boundary was not collected"),))
    policies = in_force({IDENTITY: attached(document(allow("*"))), BOUNDARY: unread})
    assert found(READ, policies) == [(BOUNDARY, "role", None, False)]


def test_s15_a_setting_that_denies_is_an_obstacle_with_its_name() -> None:
    bucket = attached(document(allow("s3:GetObject", f"{BUCKET}/*", Principal="*")), RESOURCE, name="bucket")
    block = PublicAccessBlock(restrict_public_buckets=True, ignore_public_acls=False)
    asked = Request(
        principal=Principal(kind=PrincipalKind.ANONYMOUS),
        action="s3:GetObject",
        resource=Resource(arn=OBJECT, account=ACCOUNT, public_access_block=block),
        context=READ.context,
    )
    policies = in_force({RESOURCE: bucket})
    decision = decide(asked, policies, trace=True)
    assert obstacles(decision, policies) == (Obstacle(RESOURCE, None, None, setting=PUBLIC_ACCESS_SETTING),)


TRUST_OTHERS = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
TRUST_ACCOUNT = document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})


def either(asked: Request, policies: PolicySet) -> list[tuple[LayerName, LayerName | None]]:
    """Each obstacle with the layer whose Allow would do as well."""
    return [(one.layer, one.or_layer) for one in obstacles(decide(asked, policies, trace=True), policies)]


def test_s2_a_trust_policy_that_can_name_the_caller_leaves_the_callers_side_out_of_the_way() -> None:
    asked = request("sts:AssumeRole", ROLE)
    trust = attached(TRUST_OTHERS, RESOURCE, name="trust", trust=True)
    policies = in_force({IDENTITY: attached(document(allow("s3:*"))), RESOURCE: trust})
    assert either(asked, policies) == [(RESOURCE, None)]


def test_s2_a_trust_policy_that_leaves_it_to_the_account_needs_the_callers_side_or_a_statement_of_its_own() -> None:
    asked = request("sts:AssumeRole", ROLE)
    trust = attached(TRUST_ACCOUNT, RESOURCE, name="trust", trust=True)
    policies = in_force({IDENTITY: attached(document(allow("s3:*"))), RESOURCE: trust})
    assert either(asked, policies) == [(IDENTITY, RESOURCE)]


def test_e8_m17_within_one_account_an_allow_of_the_resource_would_do_as_well() -> None:
    own = attached(document(allow("sqs:*")))
    others = attached(document(allow("s3:PutObject", Principal={"AWS": ROLE})), RESOURCE, name="bucket")
    assert either(READ, in_force({IDENTITY: own, RESOURCE: others})) == [(IDENTITY, RESOURCE)]


def test_e8_what_is_yet_to_be_created_has_no_policy_that_could_allow_it() -> None:
    asked = request("sqs:CreateQueue", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders")
    assert either(asked, in_force({IDENTITY: attached(document(allow("s3:*")))})) == [(IDENTITY, None)]


def test_e8_a_resource_without_a_policy_of_its_own_is_no_other_way() -> None:
    policies = in_force({IDENTITY: attached(document(allow("sqs:*")))})
    assert either(request("iam:GetRole", ROLE), policies) == [(IDENTITY, None)]
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
    assert either(request("ec2:StopInstances", instance), policies) == [(IDENTITY, None)]


def test_x1_across_accounts_no_side_stands_for_the_other() -> None:
    policies = in_force({IDENTITY: attached(document(allow("sqs:*")))})
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT)
    assert either(asked, policies) == [(RESOURCE, None), (IDENTITY, None)]
