"""Nested stacks of a template: those with a local template are read, with their parameters and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.account.account import Organisation
from policysim.evaluation.decision import Effect
from policysim.sources.errors import InputError
from tests.template_files import ACCOUNT, asked, from_text, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account
    from policysim.evaluation.decision import Decision

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
OUTER = """
Parameters: {Make: {Type: String}}
Conditions: {Made: !Equals [!Ref Make, 'yes']}
Resources:
  App:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      Policies:
        - PolicyName: read
          PolicyDocument: {Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: !GetAtt Data.Outputs.Objects}]}
  Data:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: parts/data.yaml, Parameters: {Name: data}}
  Guard:
    Type: AWS::CloudFormation::Stack
    CONDITION
    Properties: {TemplateURL: ./parts/guard.yaml, Parameters: {Role: !Ref App}}
"""
DATA = """
Parameters: {Name: {Type: String}}
Resources: {Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref Name}}}
Outputs: {Objects: {Value: !Sub '${Bucket.Arn}/*'}}
"""
GUARD = """
Parameters: {Role: {Type: String}}
Resources:
  P:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: guard
      Roles: [!Ref Role]
      PolicyDocument: {Statement: [{Effect: Deny, Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/secret'}]}
"""


def nested(tmp_path: Path, condition: str = "") -> Account:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "data.yaml").write_text(DATA, "utf-8")
    (tmp_path / "parts" / "guard.yaml").write_text(GUARD, "utf-8")
    return from_text(OUTER.replace("    CONDITION\n", f"    {condition}\n" if condition else ""), tmp_path)


def reading(account: Account, key: str) -> Decision:
    there = Organisation(accounts={ACCOUNT: account}, standalone=True)
    return asked(there, session_of(ROLE), "s3:GetObject", f"arn:aws:s3:::data/{key}")


def test_policies_of_nested_stacks_are_in_force(tmp_path: Path) -> None:
    account = nested(tmp_path)
    assert reading(account, "x").effect is Effect.ALLOWED
    assert reading(account, "secret").effect is Effect.EXPLICIT_DENY


def test_a_nested_stack_whose_condition_is_open_may_not_be_made(tmp_path: Path) -> None:
    account = nested(tmp_path, "Condition: Made")
    assert reading(account, "x").effect is Effect.ALLOWED
    decision = reading(account, "secret")
    assert decision.effect is Effect.DEPENDS
    assert "the condition of its stack is open" in decision.gaps[0].sentence


def test_a_template_elsewhere_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "above.yaml").write_text(GUARD, "utf-8")
    for place in ("../above.yaml", "https://bucket.s3.amazonaws.com/above.yaml", "nowhere.yaml"):
        text = f"Resources:\n  S: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: '{place}'}}}}\n"
        assert from_text(text, tmp_path / "in").identities is not None


def test_stacks_that_nest_in_themselves_are_refused(tmp_path: Path) -> None:
    stack = "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: template.yaml}}"
    with pytest.raises(InputError, match="nest too deep"):
        from_text(f"Resources: {{S: {stack}}}\n", tmp_path)
    (tmp_path / "a.yaml").write_text("Resources: {}\n", "utf-8")
    many = "\n".join(f"  S{n}: {stack.replace('template.yaml', 'a.yaml')}" for n in range(501))
    with pytest.raises(InputError, match="more than 500 stacks"):
        from_text(f"Resources:\n{many}\n", tmp_path)
