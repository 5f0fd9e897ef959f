"""What AWS SAM makes: roles, the statements of policy templates, and who may invoke a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.account.account import Organisation
from policysim.catalog.facts import Catalogue
from policysim.evaluation.decision import Effect
from policysim.language.locator import locate
from policysim.language.request import Principal, PrincipalKind
from policysim.sources.cloudformation import read_template
from policysim.sources.in_force import PolicySource
from policysim.sources.sam_policies import POLICY_TEMPLATES
from tests.template_files import ACCOUNT, TEMPLATES, asked, from_text, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account, Role

WORKER = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"


@pytest.fixture(scope="module")
def service() -> Account:
    found = read_template(PolicySource(TEMPLATES / "orders.sam.yaml", ACCOUNT, "eu-west-1"))
    return found.accounts[ACCOUNT]


def role_of(account: Account, logical_id: str) -> Role:
    assert account.identities is not None
    return account.identities.roles[f"arn:aws:iam::{ACCOUNT}:role/STACK-{logical_id}Role-GENERATED"]


def test_a_function_without_a_role_gets_one(service: Account) -> None:
    role = role_of(service, "Worker")
    assert [one.arn.removeprefix("arn:aws:iam::aws:policy/") for one in role.managed] == [
        "service-role/AWSLambdaBasicExecutionRole",
        "AWSXrayWriteOnlyAccess",
        "service-role/AWSLambdaSQSQueueExecutionRole",
        "service-role/AWSLambdaRole",
        "AmazonSQSReadOnlyAccess",
    ]
    assert role.boundary is not None
    assert role.boundary.arn == f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    assert service.identities is not None
    (entry,) = service.identities.trust[role.arn].statements
    assert entry.principal is not None
    assert [(one.kind, one.value) for one in entry.principal.entries] == [("Service", "lambda.amazonaws.com")]


def test_a_function_with_a_role_makes_none(service: Account) -> None:
    assert service.identities is not None
    assert len(service.identities.roles) == 2


def test_policy_templates_are_what_the_guide_says(service: Account) -> None:
    (table,) = role_of(service, "Worker").inline["Worker/DynamoDBCrudPolicy"].statements
    assert table.resource is not None
    assert table.resource.patterns == (TABLE, f"{TABLE}/index/*")
    assert "dynamodb:ConditionCheckItem" in table.action.patterns
    place = locate(table.location).place
    assert place.file.endswith("orders.sam.yaml")
    assert locate(table.location).outermost.text.startswith("DynamoDBCrudPolicy")


def test_a_policy_template_that_is_not_known_leaves_its_role_open(service: Account) -> None:
    policy = role_of(service, "Worker").inline["Worker/SomethingNewPolicy"]
    (part,) = policy.unresolved
    assert part.widened is None
    assert "what the policy template `SomethingNewPolicy` allows is not known here" in part.sentence


def test_documents_dead_letters_and_state_machines(service: Account) -> None:
    inline = role_of(service, "Worker").inline
    assert inline["Worker/Policies[5]"].statements[0].sid == "Own"
    assert inline["Worker/DeadLetterQueue"].statements[0].action.patterns == ("sqs:SendMessage",)
    (invoke,) = role_of(service, "Machine").inline["Machine/LambdaInvokePolicy"].statements
    assert invoke.resource is not None
    assert invoke.resource.patterns == (f"{WORKER}*",)


def test_events_let_their_services_invoke_the_function(service: Account) -> None:
    assert service.resource_policies is not None
    attached = service.resource_policies[WORKER]
    assert attached is not None
    by_sid = {one.sid: one for one in attached.policy.statements}
    assert set(by_sid) == {
        "WorkerUpload",
        "WorkerTold",
        "WorkerUrlPublicPermissions",
        "WorkerURLInvokeAllowPublicAccess",
    }
    assert by_sid["WorkerTold"].conditions[0].values == (f"arn:aws:sns:eu-west-1:{ACCOUNT}:news",)
    (web,) = attached.policy.unresolved
    assert web.may_allow
    assert not web.may_deny
    assert web.widened is not None
    assert web.widened.sid == "WorkerWeb"


def test_a_decision_rests_on_what_sam_makes(service: Account) -> None:
    there = Organisation(accounts={ACCOUNT: service}, standalone=True)
    anonymous = Principal(kind=PrincipalKind.ANONYMOUS, arn=None, account=None)
    url = {"lambda__FunctionUrlAuthType": ("NONE",)}
    assert asked(there, anonymous, "lambda:InvokeFunctionUrl", WORKER, **url).effect is Effect.ALLOWED
    machine = session_of(role_of(service, "Machine").arn)
    assert asked(there, machine, "lambda:InvokeFunction", WORKER).effect is Effect.ALLOWED
    assert asked(there, machine, "dynamodb:PutItem", TABLE).effect is Effect.IMPLICIT_DENY


def test_what_connectors_allow_is_not_passed_over(tmp_path: Path) -> None:
    account = from_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        "  F: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: f}}\n"
        "  C: {Type: 'AWS::Serverless::Connector', Properties: {}}\n",
        tmp_path,
    )
    (policy,) = role_of(account, "F").inline.values()
    assert "what the connectors of `C` allow is not read" in policy.unresolved[0].sentence
    assert not policy.unresolved[0].may_deny
    invoked = (account.resource_policies or {})[f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"]
    assert invoked is not None
    assert [(one.may_allow, one.may_deny) for one in invoked.policy.unresolved] == [(True, False)]


def test_without_the_transform_nothing_is_made(tmp_path: Path) -> None:
    account = from_text("Resources:\n  F: {Type: 'AWS::Serverless::Function'}\n", tmp_path)
    assert account.identities is not None
    assert not account.identities.roles


EVENTS = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Tags: {team: red, area: shop}
    Tracing: Active
    PermissionsBoundary: arn:aws:iam::111122223333:policy/limit
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: f
      AutoPublishAlias: live
      DeploymentPreference: {Type: AllAtOnce}
      Tags: {team: blue}
      Events:
        Told: {Type: SNS, Properties: {Topic: "arn:aws:sns:eu-west-1:111122223333:t", SqsSubscription: true}}
        Told2: {Type: SNS, Properties: {Topic: "arn:aws:sns:eu-west-1:111122223333:t"}}
        Asked: {Type: AlexaSkill, Properties: {SkillId: skill}}
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        Broker:
          Type: MQ
          Properties:
            Broker: arn:aws:mq:eu-west-1:111122223333:broker:b:1
            SourceAccessConfigurations:
              - {Type: BASIC_AUTH, URI: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf"}
        Stream:
          Type: Kinesis
          Properties:
            Stream: arn:aws:kinesis:eu-west-1:111122223333:stream/s
            DestinationConfig: {OnFailure: {Type: S3, Destination: "arn:aws:s3:::failed"}}
  G:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Tracing, PermissionsBoundary]
    Properties: {FunctionName: g}
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: m
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
"""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Account:
    return from_text(EVENTS, tmp_path_factory.mktemp("events"))


def actions_of(role: Role) -> set[str]:
    return {action for one in role.inline.values() for s in one.statements for action in s.action.patterns}


def test_events_of_a_published_function_reach_its_alias(events: Account) -> None:
    assert events.resource_policies is not None
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
    assert events.resource_policies[function] is None
    alias = events.resource_policies[f"{function}:live"]
    assert alias is not None
    assert {one.sid for one in alias.policy.statements} == {"FTold2", "FAsked"}
    asked_by = next(one for one in alias.policy.statements if one.sid == "FAsked")
    assert [(one.key, one.values) for one in asked_by.conditions] == [("lambda:EventSourceToken", ("skill",))]
    queue = events.resource_policies[f"arn:aws:sqs:eu-west-1:{ACCOUNT}:STACK-FToldQueue-GENERATED"]
    assert queue is not None
    assert queue.policy.statements[0].action.patterns == ("sqs:SendMessage",)


def test_what_a_function_needs_for_its_events_is_in_its_role(events: Account) -> None:
    role = role_of(events, "F")
    assert actions_of(role) >= {
        "mq:DescribeBroker",
        "secretsmanager:GetSecretValue",
        "s3:PutObject",
        "s3:ListBucket",
    }
    assert "AWSLambdaSQSQueueExecutionRole" in {one.name for one in role.managed}


def test_services_that_start_something_have_roles(events: Account) -> None:
    assert actions_of(role_of(events, "FDaily")) == {"lambda:InvokeFunction"}
    assert actions_of(role_of(events, "MDaily")) == {"states:StartExecution"}
    assert [one.name for one in role_of(events, "CodeDeployService").managed] == ["AWSCodeDeployRoleForLambda"]


def test_globals_are_merged_unless_a_resource_ignores_them(events: Account) -> None:
    merged, free = role_of(events, "F"), role_of(events, "G")
    assert merged.tags == {"lambda:createdBy": "SAM", "team": "blue", "area": "shop"}
    assert merged.boundary is not None
    assert "AWSXrayWriteOnlyAccess" in {one.name for one in merged.managed}
    assert free.boundary is None
    assert [one.name for one in free.managed] == ["AWSLambdaBasicExecutionRole"]


@pytest.mark.parametrize("name", sorted(POLICY_TEMPLATES))
def test_every_row_names_actions_that_aws_has(name: str) -> None:
    facts = Catalogue()
    for grant in POLICY_TEMPLATES[name]:
        for action in grant.actions:
            assert action.endswith("*") or facts.takes_no_resource(action) is not None or action in _UNLISTED, action
        for resource in grant.resources:
            assert resource == "*" or resource.startswith(("arn:", "{SecretArn}", "{CertificateArn}"))


_UNLISTED = frozenset(
    {
        "s3:GetLifecycleConfiguration",
        "s3:PutLifecycleConfiguration",
        "sqs:ChangeMessageVisibilityBatch",
        "sqs:DeleteMessageBatch",
        "s3:GetBucketLocation",
    }
)
"""Words that AWS's own templates use, although IAM has no action of this name."""
