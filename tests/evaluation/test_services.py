"""What services other than S3, KMS, IAM and STS do of their own (spec S27 to S33, S41, S43, X5, X7, X13, X14)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap
from policysim.evaluation.services.cross_account import crossing_is_unknown, never_crosses_accounts
from policysim.language.request import RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, FOREIGN, OTHER, SERVICE

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision
    from policysim.language.request import Principal, Request

FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:thumbs"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-Ab12Cd"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/scores"
BUS = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/main"
METHOD = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a1b2c3/prod/GET/pets"
SUBNET = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-0abc"


def known(**keys: Any) -> RequestContext:
    """A context that is fully known; ``__`` in the name of a key stands for its colon."""
    return RequestContext({key.replace("__", ":"): value for key, value in keys.items()}, complete=True)


def on(action: str, resource: str, caller: Principal = ALICE, context: RequestContext | None = None) -> Request:
    return ask(caller, action, resource, ACCOUNT, context)


def answer(request: Request, **layers: Any) -> Decision:
    """The decision, which that of the compiled form must equal."""
    found = policies(**layers)
    decision = decide(request, found, CATALOGUE)
    assert Evaluator(found, CATALOGUE).effect(request) is decision.effect
    return decision


def codes(decision: Decision) -> list[str]:
    return [caveat.code for caveat in decision.caveats]


def open_to(principal: Any, action: str = "*", **more: Any) -> dict[str, Any]:
    """An Allow for a principal."""
    return allow(action, Principal=principal, **more)


EVERYTHING = [allow()]


def test_s27_a_function_policy_speaks_of_one_qualifier() -> None:
    for_prod = allow("lambda:InvokeFunction", f"{FUNCTION}:prod", Principal={"AWS": OTHER})
    for qualifier, effect in ((":prod", Effect.ALLOWED), ("", Effect.IMPLICIT_DENY), (":dev", Effect.IMPLICIT_DENY)):
        asked = on("lambda:InvokeFunction", FUNCTION + qualifier, FOREIGN)
        assert answer(asked, identity=EVERYTHING, resource=[for_prod]).effect is effect


def test_s27_either_side_is_enough_within_one_account_and_both_are_needed_across() -> None:
    policy = [open_to({"AWS": [ALICE.arn, FOREIGN.arn]}, "lambda:InvokeFunction")]
    assert answer(on("lambda:InvokeFunction", FUNCTION), resource=policy).effect is Effect.ALLOWED
    assert answer(on("lambda:InvokeFunction", FUNCTION), identity=EVERYTHING).effect is Effect.ALLOWED
    abroad = on("lambda:InvokeFunction", FUNCTION, FOREIGN)
    assert answer(abroad, resource=policy).effect is Effect.IMPLICIT_DENY
    assert answer(abroad, resource=policy, identity=EVERYTHING).effect is Effect.ALLOWED


def test_s27_a_function_url_needs_two_actions() -> None:
    url, function = on("lambda:InvokeFunctionUrl", FUNCTION), on("lambda:InvokeFunction", FUNCTION)
    decision = answer(url, identity=[allow("lambda:InvokeFunctionUrl")])
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["function-url-needs-both"])
    one, both = policies(identity=[allow("lambda:InvokeFunctionUrl")]), policies(identity=[allow("lambda:Invoke*")])
    assert decide_call([(url, one), (function, one)], CATALOGUE).effect is Effect.IMPLICIT_DENY
    assert decide_call([(url, both), (function, both)], CATALOGUE).effect is Effect.ALLOWED


def test_s27_a_function_url_without_authentication_is_open_by_a_policy_for_everybody_alone() -> None:
    nobody = on("lambda:InvokeFunctionUrl", FUNCTION, ANONYMOUS, known(lambda__FunctionUrlAuthType="NONE"))
    assert answer(nobody, resource=[open_to("*", "lambda:InvokeFunctionUrl")]).effect is Effect.ALLOWED
    assert answer(nobody, resource=[open_to({"AWS": ACCOUNT}, "lambda:*")]).effect is Effect.IMPLICIT_DENY
    signed = on("lambda:InvokeFunctionUrl", FUNCTION, context=known(lambda__FunctionUrlAuthType="NONE"))
    assert answer(signed, identity=EVERYTHING).effect is Effect.DEPENDS
    by_iam = on("lambda:InvokeFunctionUrl", FUNCTION, context=known(lambda__FunctionUrlAuthType="AWS_IAM"))
    assert answer(by_iam, identity=EVERYTHING).effect is Effect.ALLOWED


@pytest.mark.parametrize(
    ("action", "effect"),
    [
        ("lambda:GetFunction", Effect.ALLOWED),
        ("lambda:UpdateFunctionConfiguration", Effect.DEPENDS),
        ("events:PutEvents", Effect.ALLOWED),
        ("events:DeleteEventBus", Effect.DEPENDS),
        ("dynamodb:GetItem", Effect.ALLOWED),
        ("dynamodb:UpdateTimeToLive", Effect.IMPLICIT_DENY),
        ("dynamodb:AssociateTableReplica", Effect.DEPENDS),
        ("sns:Publish", Effect.ALLOWED),
        ("sns:TagResource", Effect.IMPLICIT_DENY),
        ("sqs:SendMessage", Effect.ALLOWED),
        ("sqs:SetQueueAttributes", Effect.IMPLICIT_DENY),
        ("secretsmanager:GetSecretValue", Effect.ALLOWED),
        ("secretsmanager:ListSecrets", Effect.IMPLICIT_DENY),
        ("s3:PutBucketPolicy", Effect.IMPLICIT_DENY),
        ("s3:PutAccessPointPolicy", Effect.IMPLICIT_DENY),
        ("iam:GetRole", Effect.IMPLICIT_DENY),
    ],
)
def test_x13_the_guide_of_each_service_tells_what_crosses_accounts(action: str, effect: Effect) -> None:
    asked = on(action, "arn:aws:any:eu-west-1:111122223333:thing", FOREIGN)
    decision = decide(asked, policies(identity=EVERYTHING, resource=[open_to("*")]))
    assert decision.effect is effect
    assert ("crossing-unknown" in codes(decision)) is (effect is Effect.DEPENDS)
    at_home = decide(replace(asked, principal=ALICE), policies(identity=EVERYTHING))
    assert at_home.effect is Effect.ALLOWED


def test_x13_no_operation_both_crosses_and_never_crosses() -> None:
    assert not crossing_is_unknown("dynamodb:UpdateTimeToLive")
    assert never_crosses_accounts("dynamodb:UpdateTimeToLive")
    assert not crossing_is_unknown("ec2:RunInstances")


def test_x14_a_deny_of_either_side_is_final_and_the_side_is_named() -> None:
    abroad = on("sqs:SendMessage", QUEUE, FOREIGN)
    both = {"identity": EVERYTHING, "resource": [open_to("*")]}
    assert answer(abroad, **both).effect is Effect.ALLOWED
    for layer, more in (("identity", {}), ("resource", {"Principal": "*"}), ("scp", {}), ("rcp", {"Principal": "*"})):
        decision = answer(abroad, **{**both, layer: [*both.get(layer, [allow(**more)]), deny(**more)]})
        assert (decision.effect, decision.layer) == (Effect.EXPLICIT_DENY, layer)


def test_x5_without_a_resource_policy_another_account_has_no_direct_access() -> None:
    assert answer(on("sqs:SendMessage", QUEUE, FOREIGN), identity=EVERYTHING).effect is Effect.IMPLICIT_DENY
    assert answer(on("sqs:SendMessage", QUEUE), identity=EVERYTHING).effect is Effect.ALLOWED


def test_x7_s43_a_share_does_not_replace_the_identity_policy_of_the_consumer() -> None:
    abroad, share = on("ec2:RunInstances", SUBNET, FOREIGN), [open_to({"AWS": OTHER}, "ec2:RunInstances")]
    assert answer(abroad, identity=EVERYTHING, resource=share).effect is Effect.ALLOWED
    assert answer(abroad, resource=share).effect is Effect.IMPLICIT_DENY
    unknown = {LayerName.RESOURCE: (Gap("not-collected", "the share was not collected", may_deny=False),)}
    assert decide(abroad, policies(identity=EVERYTHING, gaps=unknown)).effect is Effect.DEPENDS
    assert decide(abroad, policies(gaps=unknown)).effect is Effect.IMPLICIT_DENY


def test_s28_a_topic_delivers_to_a_queue_as_a_service_for_its_source() -> None:
    condition = {"ArnEquals": {"aws:SourceArn": TOPIC}}
    queue_policy = [open_to({"Service": "sns.amazonaws.com"}, "sqs:SendMessage", Condition=condition)]
    sns = replace(SERVICE, service="sns.amazonaws.com")
    for source, effect in ((TOPIC, Effect.ALLOWED), (f"{TOPIC}-2", Effect.IMPLICIT_DENY)):
        asked = on("sqs:SendMessage", QUEUE, sns, known(aws__SourceArn=source))
        assert answer(asked, resource=queue_policy).effect is effect
    user = on("sqs:SendMessage", QUEUE, context=known(aws__SourceArn=TOPIC))
    assert answer(user, resource=queue_policy).effect is Effect.IMPLICIT_DENY


def test_s28_the_owner_of_the_source_is_known_where_the_request_says_so_alone() -> None:
    default = [open_to({"AWS": "*"}, "sns:Publish", Condition={"StringEquals": {"AWS:SourceOwner": ACCOUNT}})]
    assert answer(on("sns:Publish", TOPIC, context=known(aws__SourceOwner=ACCOUNT)), resource=default).effect is (
        Effect.ALLOWED
    )
    open_ = answer(on("sns:Publish", TOPIC, context=RequestContext()), resource=default)
    assert (open_.effect, [unknown.key for unknown in open_.unknown_keys]) == (Effect.DEPENDS, ["AWS:SourceOwner"])


def test_s29_a_foreign_reader_of_a_secret_needs_its_key_too() -> None:
    policy = [open_to({"AWS": [OTHER, ALICE.arn]}, "secretsmanager:GetSecretValue")]
    abroad = answer(on("secretsmanager:GetSecretValue", SECRET, FOREIGN), identity=EVERYTHING, resource=policy)
    assert (abroad.effect, codes(abroad)) == (Effect.ALLOWED, ["key-is-separate"])
    assert "aws/secretsmanager" in abroad.caveats[0].sentence
    at_home = answer(on("secretsmanager:GetSecretValue", SECRET), resource=policy)
    assert (at_home.effect, codes(at_home)) == (Effect.ALLOWED, [])
    assert answer(on("secretsmanager:GetSecretValue", SECRET, FOREIGN), resource=policy).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("key", "wanted", "another"),
    [
        ("aws:SourceArn", TOPIC, f"{TOPIC}-2"),
        ("aws:SourceAccount", ACCOUNT, OTHER),
        ("aws:SourceOrgID", "o-ours", "o-theirs"),
    ],
)
def test_s30_a_service_is_let_in_for_the_source_that_the_policy_names(key: str, wanted: str, another: str) -> None:
    guarded = [open_to({"Service": SERVICE.service}, Condition={"StringEquals": {key: wanted}})]

    def effect(context: RequestContext) -> Effect:
        return answer(on("sqs:SendMessage", QUEUE, SERVICE, context), resource=guarded).effect

    assert effect(RequestContext({key: wanted}, complete=True)) is Effect.ALLOWED
    assert effect(RequestContext({key: another}, complete=True)) is Effect.IMPLICIT_DENY
    assert effect(RequestContext(complete=True)) is Effect.IMPLICIT_DENY
    assert effect(RequestContext()) is Effect.DEPENDS


def test_s31_the_token_of_a_registry_has_no_resource() -> None:
    repository = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/app"
    token = on("ecr:GetAuthorizationToken", "*")
    assert answer(token, identity=[allow("ecr:GetAuthorizationToken")]).effect is Effect.ALLOWED
    assert answer(token, identity=[allow("ecr:*", repository)]).effect is Effect.IMPLICIT_DENY
    pulled = on("ecr:BatchGetImage", repository)
    assert answer(pulled, resource=[open_to({"AWS": ALICE.arn})]).effect is Effect.ALLOWED
    assert answer(pulled, identity=[allow("ecr:BatchGetImage", repository)]).effect is Effect.ALLOWED


def test_s31_a_signed_caller_of_an_api_is_taken_to_meet_the_authorizer_of_iam() -> None:
    policy = [open_to({"AWS": [ALICE.arn, OTHER]}, "execute-api:Invoke")]
    decision = answer(on("execute-api:Invoke", METHOD), resource=policy)
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["authorizer-unknown"])
    assert answer(on("execute-api:Invoke", METHOD), identity=EVERYTHING).effect is Effect.ALLOWED
    abroad = answer(on("execute-api:Invoke", METHOD, FOREIGN), resource=policy)
    assert abroad.effect is Effect.IMPLICIT_DENY


def test_s31_an_anonymous_caller_needs_the_policy_of_an_api_that_has_one() -> None:
    nobody = on("execute-api:Invoke", METHOD, ANONYMOUS)
    assert answer(nobody, resource=[open_to("*", "execute-api:Invoke")]).effect is Effect.ALLOWED
    refused = answer(nobody, resource=[open_to({"AWS": ACCOUNT}, "execute-api:Invoke")])
    assert (refused.effect, codes(refused)) == (Effect.IMPLICIT_DENY, ["authorizer-unknown"])
    without = answer(nobody)
    assert (without.effect, codes(without)) == (Effect.DEPENDS, ["authorizer-unknown"])
    assert answer(on("sqs:SendMessage", QUEUE, ANONYMOUS)).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize("asked", ["log-group:/app", "log-group:/app:*", "log-group:/app:log-stream:"])
@pytest.mark.parametrize(
    ("action", "in_policy", "effect"),
    [
        ("logs:CreateLogGroup", "log-group:/app:*", Effect.ALLOWED),
        ("logs:CreateLogStream", "log-group:/app:log-stream:*", Effect.ALLOWED),
        ("logs:CreateLogStream", "log-group:/app", Effect.IMPLICIT_DENY),
        ("logs:PutRetentionPolicy", "log-group:/other:*", Effect.IMPLICIT_DENY),
    ],
)
def test_r21_a_log_group_is_matched_as_the_stream_of_it(
    action: str, in_policy: str, effect: Effect, asked: str
) -> None:
    base = f"arn:aws:logs:eu-west-1:{ACCOUNT}:"
    assert answer(on(action, base + asked), identity=[allow(action, base + in_policy)]).effect is effect


@pytest.mark.parametrize(
    ("in_policy", "effect"), [("log-group:/app", Effect.ALLOWED), ("log-group:/app:*", Effect.IMPLICIT_DENY)]
)
def test_r21_tags_of_a_log_group_hang_on_its_plain_arn(in_policy: str, effect: Effect) -> None:
    base = f"arn:aws:logs:eu-west-1:{ACCOUNT}:"
    tagging = on("logs:TagResource", base + "log-group:/app")
    assert answer(tagging, identity=[allow("logs:TagResource", base + in_policy)]).effect is effect


def test_s32_every_value_of_a_fine_grained_key_must_be_listed() -> None:
    own = allow(
        "dynamodb:Query",
        TABLE,
        Condition={
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ana"], "dynamodb:Attributes": ["Score", "Day"]}
        },
    )

    def effect(**keys: list[str]) -> Effect:
        return answer(on("dynamodb:Query", TABLE, context=known(**keys)), identity=[own]).effect

    assert effect(dynamodb__LeadingKeys=["ana"], dynamodb__Attributes=["Score"]) is Effect.ALLOWED
    assert effect(dynamodb__LeadingKeys=["ana", "ben"], dynamodb__Attributes=["Score"]) is Effect.IMPLICIT_DENY
    assert effect(dynamodb__LeadingKeys=["ana"], dynamodb__Attributes=["Score", "Name"]) is Effect.IMPLICIT_DENY
    assert effect(dynamodb__LeadingKeys=["ana"]) is Effect.ALLOWED


def test_s33_descriptions_of_ec2_have_no_resource() -> None:
    described = on("ec2:DescribeInstances", "*")
    assert answer(described, identity=[allow("ec2:DescribeInstances", SUBNET)]).effect is Effect.IMPLICIT_DENY
    assert answer(described, identity=[allow("ec2:Describe*")]).effect is Effect.ALLOWED


def test_s33_tags_on_create_are_told_from_others_by_the_action_that_creates() -> None:
    on_create = [allow("ec2:CreateTags", Condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}})]
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"
    for context, effect in (
        (known(ec2__CreateAction="RunInstances"), Effect.ALLOWED),
        (known(ec2__CreateAction="CreateVolume"), Effect.IMPLICIT_DENY),
        (known(), Effect.IMPLICIT_DENY),
    ):
        assert answer(on("ec2:CreateTags", instance, context=context), identity=on_create).effect is effect


def test_s41_a_table_is_shared_by_its_policy_unless_an_aws_managed_key_encrypts_it() -> None:
    policy = [open_to({"AWS": [ALICE.arn, OTHER]}, "dynamodb:GetItem")]
    assert answer(on("dynamodb:GetItem", TABLE), resource=policy).effect is Effect.ALLOWED
    abroad = answer(on("dynamodb:GetItem", TABLE, FOREIGN), identity=EVERYTHING, resource=policy)
    assert (abroad.effect, codes(abroad)) == (Effect.ALLOWED, ["key-is-separate"])
    assert answer(on("dynamodb:GetItem", TABLE, FOREIGN), resource=policy).effect is Effect.IMPLICIT_DENY
