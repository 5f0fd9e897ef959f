"""What is sent to AWS's policy simulator, and how its answer is held against ours, without AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet, level, one_level
from policysim.explanation.simulator.asking import CUSTOM, PRINCIPAL, CannotAskError, question_of
from policysim.explanation.simulator.comparing import Outcome, SimulatorAnswer, UnreadableError, compared
from policysim.explanation.simulator.limits import LIMITS
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

DOCS = Path(__file__).resolve().parents[2] / "docs"
ACCOUNT = "111122223333"
OBJECT = "arn:aws:s3:::data/a"
ROLE = Principal(
    kind=PrincipalKind.ROLE_SESSION,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1",
    entity_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
    account=ACCOUNT,
)
USER = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{ACCOUNT}:user/ana", account=ACCOUNT)
FOREIGN = Principal(kind=PrincipalKind.USER, arn="arn:aws:iam::444455556666:user/eve", account="444455556666")
ALLOW: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
FULL = {"Version": "2012-10-17", "Statement": [ALLOW]}


def attached(name: str, document: dict[str, Any], kind: PolicyType = PolicyType.IDENTITY) -> AttachedPolicy:
    return AttachedPolicy(name, parse_policy(Source(f"{name}.json", json.dumps(document, indent=1)), kind))


def layer(document: dict[str, Any], kind: PolicyType) -> LayerPolicies:
    return one_level("node", (attached(kind.value, document, kind),))


def policies(**layers: LayerPolicies) -> PolicySet:
    identity = one_level("role", (attached("own", FULL),))
    return PolicySet({LayerName.IDENTITY: identity, **{LayerName(name): one for name, one in layers.items()}})


def request(principal: Principal = ROLE, action: str = "s3:GetObject", resource: str = OBJECT, **keys: str) -> Request:
    context = RequestContext({key.replace("_", ":"): value for key, value in keys.items()}, complete=True)
    return Request(
        principal=principal, action=action, resource=Resource(arn=resource, account=ACCOUNT), context=context
    )


def answered(word: str, asked: Request, held: PolicySet, **options: Any) -> SimulatorAnswer:
    question = question_of(asked, held, **options)
    told = {"EvaluationResults": [{"EvalActionName": asked.action, "EvalDecision": word}]}
    return compared(told, question, decide(asked, held, CATALOGUE), held)


def applying(answer: SimulatorAnswer) -> set[str]:
    return {one.limit.code for one in answer.limits if one.applies}


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
STATEMENTS = st.fixed_dictionaries(
    {
        "Sid": st.text("abcXYZ09", min_size=1, max_size=8),
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(st.sampled_from(["s3:*", "sqs:Get*"]), min_size=1, max_size=3),
        "Resource": st.just("*"),
        "Condition": st.just({}) | TEXTS.map(lambda text: {"StringEquals": {"aws:username": text}}),
    }
)


@given(st.lists(STATEMENTS, min_size=1, max_size=5), st.sampled_from([None, 1, 4]))
def test_each_line_of_a_sent_document_is_one_statement(statements: list[dict[str, Any]], indent: int | None) -> None:
    """The document that is sent says the same, in characters that AWS takes, and a line names its statement."""
    document = {"Version": "2012-10-17", "Statement": statements, "Id": "x\u2028"}
    source = Source("p.json", json.dumps(document, indent=indent, ensure_ascii=False))
    policy = parse_policy(source, PolicyType.SCP)
    held = PolicySet({LayerName.IDENTITY: LayerPolicies((level("n", (AttachedPolicy("p", policy),)),))})
    if not held.layers[LayerName.IDENTITY].policies:
        return
    (sent,) = question_of(request(), held, custom_because="test").sent
    assert json.loads(sent.text) == document
    assert all(character in "\t\n\r" or " " <= character <= "\u00ff" for character in sent.text)
    lines = sent.text.split("\n")
    assert [json.loads(lines[line - 1].rstrip(",")) for line in sorted(sent.lines)] == statements


def test_a_single_statement_that_is_no_list_has_its_line_too() -> None:
    (sent,) = question_of(
        request(),
        PolicySet({LayerName.IDENTITY: one_level("n", (attached("p", {**FULL, "Statement": ALLOW}),))}),
        custom_because="test",
    ).sent
    (line,) = sent.lines
    assert json.loads(sent.text.split("\n")[line - 1]) == ALLOW


def test_scps_go_level_by_level_from_the_root_down() -> None:
    root = level("r-1", (attached("a", FULL, PolicyType.SCP), attached("b", FULL, PolicyType.SCP)))
    own = level(ACCOUNT, (attached("c", FULL, PolicyType.SCP),))
    held = policies(scp=LayerPolicies((root, own)))
    question = question_of(request(), held, custom_because="test")
    levels = question.parameters["OrderedOrganizationPolicyInputList"]
    assert [len(one["ServiceControlPolicyInputList"]) for one in levels] == [2, 1]
    assert LayerName.SCP not in question.left_out


def test_an_old_botocore_leaves_the_scps_out_and_says_so() -> None:
    held = policies(scp=layer({**FULL, "Statement": []}, PolicyType.SCP))
    answer = answered("allowed", request(), held, custom_because="test", takes_scps=False)
    assert "OrderedOrganizationPolicyInputList" not in answer.question.parameters
    assert "scps-not-sent" in applying(answer)


@pytest.mark.parametrize("kind", [PrincipalKind.ROOT, PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS])
def test_only_users_and_roles_can_be_asked_about(kind: PrincipalKind) -> None:
    with pytest.raises(CannotAskError, match="users and roles only"):
        question_of(request(Principal(kind=kind, account=ACCOUNT)), policies())


DENY_ALL: dict[str, Any] = {"Version": "2012-10-17", "Statement": [{**ALLOW, "Effect": "Deny"}]}
DENY_ANYBODY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{**ALLOW, "Effect": "Deny", "Principal": "*"}],
}


@pytest.mark.parametrize(
    ("name", "document", "kind", "code"),
    [
        ("rcp", DENY_ANYBODY, PolicyType.RCP, "resource-control-policies"),
        ("vpce", DENY_ANYBODY, PolicyType.VPCE, "vpc-endpoint-policies"),
        ("session", DENY_ALL, PolicyType.SESSION, "session-policies"),
        ("resource", DENY_ANYBODY, PolicyType.RESOURCE, "resource-policies-of-roles"),
    ],
)
def test_a_layer_that_it_does_not_see_explains_that_it_allows(
    name: str, document: dict[str, Any], kind: PolicyType, code: str
) -> None:
    held = policies(**{name: layer(document, kind)})
    answer = answered("allowed", request(aws_SourceVpce="vpce-1"), held)
    assert answer.outcome is Outcome.EXPLAINED, answer.sentence
    assert code in applying(answer)


def test_a_deny_that_it_does_see_is_not_explained_by_a_limit() -> None:
    deny = one_level("role", (attached("own", DENY_ALL),))
    held = PolicySet({LayerName.IDENTITY: deny, LayerName.RCP: layer(DENY_ANYBODY, PolicyType.RCP)})
    answer = answered("allowed", request(), held)
    assert answer.outcome is Outcome.DISAGREES


@pytest.mark.parametrize("word", ["", "Allowed", None])
def test_another_word_is_no_answer(word: str | None) -> None:
    with pytest.raises(UnreadableError):
        answered(word or "", request(), policies())


CASES: dict[str, tuple[Request, PolicySet, str | None]] = {
    "live-policies": (request(), policies(), None),
    "trust-policies": (
        request(action="sts:AssumeRole", resource=f"arn:aws:iam::{ACCOUNT}:role/other"),
        policies(resource=layer(DENY_ANYBODY, PolicyType.RESOURCE)),
        None,
    ),
    "resource-policies-of-services": (
        request(USER, "sqs:SendMessage", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"),
        policies(resource=layer(DENY_ANYBODY, PolicyType.RESOURCE)),
        None,
    ),
    "one-resource-policy": (
        request(USER),
        policies(
            resource=one_level("b", tuple(attached(name, DENY_ANYBODY, PolicyType.RESOURCE) for name in ("one", "two")))
        ),
        None,
    ),
    "access-control-lists": (request(), policies(), None),
    "cross-account": (request(FOREIGN), policies(), None),
    "scp-conditions": (
        request(),
        policies(
            scp=layer(
                {**FULL, "Statement": [{**ALLOW, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]},
                PolicyType.SCP,
            )
        ),
        None,
    ),
    "tags": (replace(request(), context=RequestContext({"aws:RequestTag/Team": "blue"})), policies(), None),
    "global-keys": (
        request(),
        policies(
            boundary=layer(
                {**FULL, "Statement": [{**ALLOW, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]},
                PolicyType.BOUNDARY,
            )
        ),
        None,
    ),
    "fine-grained-access": (
        request(),
        policies(
            boundary=layer(
                {**FULL, "Statement": [{**ALLOW, "Condition": {"StringEquals": {"dynamodb:LeadingKeys": "a"}}}]},
                PolicyType.BOUNDARY,
            )
        ),
        None,
    ),
    "sessions": (request(), policies(), None),
    "several-resources": (request(action="ec2:RunInstances", resource="*"), policies(), None),
}


@pytest.mark.parametrize("code", CASES)
def test_a_limit_applies_where_it_matters(code: str) -> None:
    asked, held, custom = CASES[code]
    assert code in applying(answered("allowed", asked, held, custom_because=custom))


def test_few_limits_apply_to_a_plain_question() -> None:
    plain = request(USER, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders")
    assert applying(answered("allowed", plain, policies(), custom_because="test")) == set()
    assert applying(answered("allowed", plain, policies())) == {"live-policies"}
    assert question_of(plain, policies()).operation == PRINCIPAL
    assert question_of(plain, policies(), custom_because="test").operation == CUSTOM


def test_the_page_has_the_table_of_limits() -> None:
    rows = [line for line in (DOCS / "ask-aws.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [f"| `{limit.code}` | {limit.sentence} |" for limit in LIMITS] == rows[-len(LIMITS) :]
