"""Files of AWS's own evaluation: every form in which people save one, and what is said of anything else."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.language.source import Source
from policysim.sources.aws_evaluations import Evidence, evidence_in, looks_like_evidence
from policysim.sources.errors import InputError
from policysim.sources.evaluated_documents import with_documents
from policysim.sources.files import read_source
from policysim.sources.python_values import printed_value
from tests.aws_evaluations import decoded, details, policy, wrapped

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = decoded()
RESPONSE = {**details(), "ResponseMetadata": {"RequestId": "1", "HTTPStatusCode": 200, "RetryAttempts": 0}}
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


def read(value: object) -> Evidence:
    return evidence_in(Source("evidence.json", value if isinstance(value, str) else json.dumps(value)))


def actions(found: Evidence) -> list[str]:
    return [evaluation.action for answer in found.answers for evaluation in answer.evaluations]


@pytest.mark.parametrize(
    "value",
    [
        wrapped(MESSAGE),
        MESSAGE,
        {"DecodedMessage": MESSAGE},
        json.dumps(json.dumps(MESSAGE)),
        "\ufeff" + json.dumps(wrapped(MESSAGE)),
        repr(wrapped(MESSAGE)),
        repr({**wrapped(MESSAGE), "ResponseMetadata": {"RetryAttempts": 0, "HostId": None}}),
        [wrapped(MESSAGE)],
    ],
)
def test_m15_every_form_of_a_decoded_message_is_read(value: object) -> None:
    assert actions(read(value)) == ["ec2:StartInstances"]


@pytest.mark.parametrize("value", [details(), RESPONSE, repr(RESPONSE), [details()], "\ufeff" + json.dumps(details())])
def test_m11_every_form_of_authorization_details_is_read(value: object) -> None:
    found = read(value)
    assert actions(found) == ["iam:GetUser"]
    assert looks_like_evidence(Source("x", value if isinstance(value, str) else json.dumps(value)))


def test_pages_are_one_answer_with_the_policies_of_all() -> None:
    first = {**details(policies=[policy("a")]), "nextToken": "x"}
    second = details("iam:PassRole", policies=[policy("b")])
    (answer,) = read([first, second]).answers
    assert [one.action for one in answer.evaluations] == ["iam:GetUser", "iam:PassRole"]
    assert {one.uri for one in answer.evaluations[0].policies} == {"a", "b"}
    assert answer.complete
    (cut,) = read([second, first]).answers
    assert not cut.complete


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json.gz"
    path.write_bytes(gzip.compress(json.dumps(wrapped(MESSAGE)).encode()))
    assert actions(evidence_in(read_source(path))) == ["ec2:StartInstances"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "evidence.json: this is empty, and the output of"),
        ("{", "evidence.json:1:2: this is not JSON"),
        ("[]", "was expected"),
        ("7", "was expected"),
        ('"AQoDYXdz"', "was expected"),
        ('{"a": 1}', "was expected"),
        ('[{"a": 1}, 2]', "was expected"),
        (json.dumps([details(), MESSAGE]), "was expected"),
        ('{"Records": []}', "this holds CloudTrail events, and the output of"),
        ('{"RoleDetailList": []}', "this is what `--account` takes, in a folder, and the output of"),
        ('{"Statement": []}', "this is a policy, and the output of"),
        ('{"EvaluationResults": []}', "this comes from the IAM policy simulator, and the output of"),
        ('{"encodedMessage": "abc"}', "this is the encoded message, and the output of"),
        ('{"DecodedMessage": "abc"}', "`DecodedMessage` should be JSON as text: this is not JSON"),
        ('{"DecodedMessage": 7}', "`DecodedMessage` should hold `allowed`, `explicitDeny` and `context`"),
        ('{"DecodedMessage": "{}"}', "`DecodedMessage` should hold `allowed`, `explicitDeny` and `context`"),
        ('{"evaluations": [], "evaluations": [], "requestContext": {}}', "`evaluations` stands more than once"),
        ("[" * 100_000, "this nests deeper than any answer of AWS"),
        ('{"evaluations":' * 100_000, "this nests deeper than any answer of AWS"),
        ('{"policyDocument": {}}', "this holds a policy and not which one: save it with its URI"),
        ("{'a': " * 400, "this is not JSON"),
    ],
)
def test_anything_else_is_one_sentence_that_names_the_file(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert str(error.value).startswith("evidence.json")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_long_answer_is_read() -> None:
    value = details(context={f"nobody:key{number}": "x" * 100 for number in range(80_000)})
    assert len(json.dumps(value)) > 9_000_000
    assert actions(read(value)) == ["iam:GetUser"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(
    ["requestContext", "evaluations", "policies", "allowed", "explicitDeny", "context", "matchedStatements"]
)


@given(changed=st.dictionaries(members, values, max_size=3), base=st.sampled_from([details(), MESSAGE]))
def test_wrong_types_anywhere_are_told_or_passed_over(changed: dict[str, Any], base: dict[str, Any]) -> None:
    told = ""
    try:
        found = read({**base, **changed})
    except InputError as error:
        told = str(error)
    assert told.startswith("evidence.json: ") or found.answers


def test_events_and_messages_are_no_evidence() -> None:
    assert not looks_like_evidence(Source("x", json.dumps({"eventSource": "sts", "x": "DecodedMessage"})))
    assert not looks_like_evidence(Source("x", "User: a is not authorized to perform: sts:DecodeAuthorizationMessage"))
    assert not looks_like_evidence(Source("x", "{broken DecodedMessage"))


# Policies as AWS evaluated them


def test_a_saved_policy_is_put_where_its_uri_is_listed() -> None:
    found = read({"policyUri": "inline:1", "policyDocument": DOCUMENT})
    (answer,) = with_documents(read(details(policies=[policy("inline:1")])).answers, found.policies)
    listed = answer.evaluations[0].policy("inline:1")
    assert listed is not None
    assert listed.document is not None
    assert len(listed.document.statements) == 1


def test_a_saved_policy_may_be_text() -> None:
    found = read([{"policyUri": "inline:1", "policyDocument": json.dumps(DOCUMENT)}])
    (answer,) = with_documents(read(details(policies=[policy("inline:1")])).answers, found.policies)
    listed = answer.evaluations[0].policy("inline:1")
    assert listed is not None
    assert listed.document is not None


@pytest.mark.parametrize(
    ("uri", "document", "sentence"),
    [
        ("inline:2", DOCUMENT, "no evaluation at hand lists the policy `inline:2`"),
        ("inline:1", {"Statement": 7}, "evidence.json: "),
        ("inline:1", 7, "evidence.json: "),
    ],
)
def test_a_saved_policy_that_fits_nothing_is_told(uri: str, document: object, sentence: str) -> None:
    found = read({"policyUri": uri, "policyDocument": document})
    with pytest.raises(InputError) as error:
        with_documents(read(details(policies=[policy("inline:1")])).answers, found.policies)
    assert sentence in str(error.value)


# What Python prints


@given(st.dictionaries(st.text(max_size=5), values, min_size=1, max_size=3))
def test_what_python_prints_is_what_it_had(value: dict[str, Any]) -> None:
    assert printed_value(repr(value)) == value


@pytest.mark.parametrize(
    "text",
    ["{'a': __import__('os')}", "{'a': {1, 2}}['a']", "{1: 2}", "['a']", "{'a': b'x'", "{'a': [" + "[" * 60 + "]" * 61],
)
def test_nothing_but_plain_values_is_read(text: str) -> None:
    assert printed_value(text) is None
