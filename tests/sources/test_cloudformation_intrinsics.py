"""Each function of CloudFormation: what it stands for, and what is said where that is not known."""

from __future__ import annotations

import pytest

from policysim.language.source import Source
from policysim.sources.cloudformation_intrinsics import Resolver
from policysim.sources.cloudformation_template import Deployment, template_of
from policysim.sources.errors import InputError
from policysim.sources.template_tree import Mapped
from policysim.sources.template_values import Items, Value, gaps_in, text_of, text_value

ACCOUNT = "111122223333"
HEAD = """
Parameters:
  Team: {Type: String, Default: blue}
  Open: {Type: String}
  Ids: {Type: CommaDelimitedList, Default: "a, b"}
  Kept: {Type: "AWS::SSM::Parameter::Value<String>", Default: /team}
  Number: {Type: Number, Default: 7}
Mappings:
  Names:
    eu-west-1: {bucket: reports-eu, list: [a, b]}
Conditions:
  Yes: !Equals [!Ref Team, blue]
  No: !Not [!Condition Yes]
  Unsure: !Equals [!Ref Open, x]
  Both: !And [!Condition Yes, !Condition Unsure]
  Never: !And [!Condition No, !Condition Unsure]
  Any: !Or [!Condition Yes, !Condition Unsure]
  Alike: !Equals [!Join [",", !Ref Ids], "a,b"]
Resources:
  Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: data}}
  Plain: {Type: "AWS::S3::Bucket"}
  Half: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "data-${Open}"}}
  Orders: {Type: "AWS::SQS::Queue", Properties: {QueueName: orders}}
  News: {Type: "AWS::SNS::Topic", Properties: {TopicName: news}}
  Key: {Type: "AWS::KMS::Key"}
  Secret: {Type: "AWS::SecretsManager::Secret", Properties: {Name: db}}
  Role: {Type: "AWS::IAM::Role", Properties: {RoleName: app, Path: /team/}}
  Managed: {Type: "AWS::IAM::ManagedPolicy", Properties: {ManagedPolicyName: limit}}
  Function: {Type: "AWS::Lambda::Function", Properties: {FunctionName: work}}
  Group: {Type: "AWS::Logs::LogGroup", Properties: {LogGroupName: /app}}
  Machine: {Type: "AWS::EC2::Instance"}
  Provider: {Type: "AWS::IAM::OIDCProvider", Properties: {Url: "https://token.example.com/x"}}
  Saml: {Type: "AWS::IAM::SAMLProvider", Properties: {Name: idp}}
  Alias: {Type: "AWS::KMS::Alias", Properties: {AliasName: alias/app}}
  One: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Two}}
  Two: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref One}}
Outputs:
  X: {Value: VALUE}
"""


def value_of(expression: str, *, region: str | None = "eu-west-1", **given: str) -> Value | None:
    template = template_of(Source("t.yaml", HEAD.replace("VALUE", expression)))
    stack = given.pop("stack", None)
    deployment = Deployment(
        account_id=ACCOUNT,
        region=region,
        stack_name=stack,
        parameters={name: (text,) for name, text in given.items()},
        exports={"shared-key": lambda: text_value(template.root, "exported")},
    )
    outputs = template.section("Outputs")
    assert outputs is not None
    output = outputs.get("X")
    assert isinstance(output, Mapped)
    return Resolver(template, deployment).value(output.get("Value"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Team", "blue"),
        ("{Ref: Team}", "blue"),
        ("!Ref Number", "7"),
        ("!Ref AWS::AccountId", ACCOUNT),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref Data", "data"),
        ("!Ref Plain", "stack-plain-generated"),
        ("!Ref Half", "data-UNRESOLVED"),
        ("!Ref Orders", f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders"),
        ("!Ref News", f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"),
        ("!Ref Secret", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AWSGEN"),
        ("!Ref Role", "app"),
        ("!Ref Managed", f"arn:aws:iam::{ACCOUNT}:policy/limit"),
        ("!Ref Provider", f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com/x"),
        ("!Ref Saml", f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"),
        ("!Ref Alias", "alias/app"),
        ("!GetAtt Data.Arn", "arn:aws:s3:::data"),
        ("!GetAtt Orders.Arn", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"),
        ("!GetAtt Orders.QueueName", "orders"),
        ("!GetAtt Role.Arn", f"arn:aws:iam::{ACCOUNT}:role/team/app"),
        ("!GetAtt Key.Arn", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/STACK-Key-GENERATED"),
        ("!GetAtt Function.Arn", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:work"),
        ("!GetAtt Group.Arn", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app:*"),
        ("{'Fn::GetAtt': [Data, Arn]}", "arn:aws:s3:::data"),
        ('!Sub "${Team}-${Data.Arn}-${!aws:username}"', "blue-arn:aws:s3:::data-${aws:username}"),
        ('!Sub ["${A}/${Team}", {A: !Ref Data}]', "data/blue"),
        ("!Join ['-', [a, !Ref Team, c]]", "a-blue-c"),
        ("!Join ['', []]", ""),
        ("!Join [',', !Ref Ids]", "a,b"),
        ("!Select [1, !Ref Ids]", "b"),
        ("!Select [0, !Split ['.', 'x.y']]", "x"),
        ("!If [Yes, one, two]", "one"),
        ("!If [No, one, two]", "two"),
        ("!If [Never, one, two]", "two"),
        ("!If [Any, one, two]", "one"),
        ("!If [Alike, one, two]", "one"),
        ("!FindInMap [Names, !Ref AWS::Region, bucket]", "reports-eu"),
        ("!FindInMap [Names, other, bucket, {DefaultValue: none}]", "none"),
        ("!ImportValue shared-key", "exported"),
        ("!Base64 hello", "aGVsbG8="),
        ("!Length [a, b, c]", "3"),
        ("12.50", "12.50"),
        ("2012-10-17", "2012-10-17"),
        ("true", "true"),
    ],
)
def test_what_a_function_stands_for(expression: str, expected: str) -> None:
    assert text_of(value_of(expression)) == expected


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("!Ref Open", "`Ref Open` is not known: the parameter `Open` has no value; state one"),
        ("!Ref Kept", "`Ref Kept` is not known: its value is kept in Systems Manager"),
        ("!Ref Nothing", "`Ref Nothing` is not known: the template has no parameter and no resource `Nothing`"),
        ("!Ref Machine", "`Ref Machine` is not known: AWS gives `AWS::EC2::Instance` its name"),
        ("!Ref AWS::StackName", "`Ref AWS::StackName` is not known: state it as the parameter `AWS::StackName`"),
        ("!Ref AWS::StackId", "`Ref AWS::StackId` is not known before the stack is made"),
        ("!GetAtt Machine.Arn", "`GetAtt Machine.Arn` is not known: AWS gives `AWS::EC2::Instance` this attribute"),
        ("!GetAtt Nothing.Arn", "`GetAtt Nothing.Arn` is not known: the template has no resource `Nothing`"),
        ('!Sub "a-${Open}"', "`${Open}` is not known: the parameter `Open` has no value; state one"),
        ('!Sub "a-${aws:username}"', "`${aws:username}` is not known"),
        ('!Sub "a-${Ids}"', "`${Ids}` is a list here, and a text was expected"),
        ("!ImportValue other", "`ImportValue other` is not known: no stack at hand exports it"),
        ("!If [Unsure, one, two]", "which of the two values holds is not known: condition `Unsure` is open"),
        ("!If [Both, one, two]", "condition `Both` is open"),
        ("!Cidr [10.0.0.0/16, 1, 8]", "`Fn::Cidr` is not known"),
        ("!GetAZs ''", "`Fn::GetAZs` is not known"),
        ("!FindInMap [Names, !Ref Open, bucket]", "`FindInMap Names, ?, bucket` is not known: a key of it is not"),
        ("!Select [5, !Ref Ids]", "what `Fn::Select` picks is not known"),
        ("!Split ['.', !Ref Open]", "the text that `Fn::Split` divides is not known"),
        ("'{{resolve:ssm:/team}}'", "`{{resolve:ssm:/team}}` is not known: its value is kept in AWS"),
        ("0123", "`0123` stands without quotes, and YAML reads it as another number"),
    ],
)
def test_what_is_not_known_is_said_with_its_place(expression: str, sentence: str) -> None:
    value = value_of(expression)
    assert value is not None
    (gap,) = gaps_in(value)
    assert sentence in gap.placed
    assert "t.yaml:38:14" in gap.placed


def test_nothing_is_no_value() -> None:
    assert value_of("!Ref AWS::NoValue") is None
    assert value_of("~") is None
    listed = value_of("[a, !Ref AWS::NoValue]")
    assert isinstance(listed, Items)
    assert [text_of(item) for item in listed.items] == ["a"]


def test_a_stated_parameter_wins_over_its_default() -> None:
    assert text_of(value_of("!Ref Team", Team="red")) == "red"
    assert text_of(value_of("!Join ['+', !Ref Ids]", Ids="x,y")) == "x+y"
    assert text_of(value_of("!If [Unsure, one, two]", Open="x")) == "one"


def test_a_stack_name_is_part_of_generated_names() -> None:
    assert text_of(value_of("!Ref Plain", stack="Shop")) == "shop-plain-generated"
    assert text_of(value_of("!Ref AWS::StackName", stack="Shop")) == "Shop"


def test_names_that_lead_in_a_circle_end() -> None:
    assert text_of(value_of("!Ref One")) is not None


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [("cn-north-1", "aws-cn", "amazonaws.com.cn"), ("us-gov-west-1", "aws-us-gov", "amazonaws.com")],
)
def test_the_partition_is_that_of_the_region(region: str, partition: str, suffix: str) -> None:
    assert text_of(value_of('!Sub "${AWS::Partition} ${AWS::URLSuffix}"', region=region)) == f"{partition} {suffix}"


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("!If [Missing, a, b]", "t.yaml:38:19: the template has no condition `Missing`"),
        ("!Join [a]", "`Fn::Join` takes a delimiter and a list"),
        ("!Sub [a]", "`Fn::Sub` takes a text, or a list of a text and a mapping"),
        ("!GetAtt [a]", "`Fn::GetAtt` takes a resource and the name of an attribute"),
        ("!If [Yes]", "`Fn::If` takes a condition and two values"),
        ("!FindInMap [Names, nowhere, bucket]", "the template maps nothing there"),
    ],
)
def test_a_wrong_call_is_one_sentence(expression: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        value_of(expression)
    assert sentence in str(caught.value)


def test_a_region_that_matters_and_is_not_stated_is_asked_for() -> None:
    with pytest.raises(InputError, match="the region matters here and is not stated"):
        value_of("!Ref AWS::Region", region=None)
    assert text_of(value_of("!GetAtt Data.Arn", region=None)) == "arn:aws:s3:::data"
