"""Records with anything at all in any field: an event or one clear sentence, and requests or the reason why not."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.event_reading import EventError, event_from_record
from policysim.cloudtrail.requests import call_from_event
from tests.cloudtrail.calls import RUN
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, ROLE, event, record

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
RECORDS: list[dict[str, Any]] = [
    record(),
    record(ASSUMED_ROLE, eventSource="ec2.amazonaws.com", eventName="RunInstances", requestParameters=RUN),
    record(
        {**ASSUMED_ROLE, "invokedBy": "fas.s3.amazonaws.com"},
        eventSource="kms.amazonaws.com",
        eventName="Decrypt",
        requestParameters={"encryptionContext": {"a": "b"}, "keyId": KEY},
        resources=[{"ARN": KEY, "accountId": ACCOUNT, "type": "AWS::KMS::Key"}],
        eventContext={"requestContext": {"a": "b"}, "tagContext": {"resourceTags": [{"arn": KEY, "tags": {}}]}},
        tlsDetails={"tlsVersion": "TLSv1.3"},
        additionalEventData={"SignatureVersion": "SigV4"},
    ),
    record(
        IAM_USER,
        eventSource="rds.amazonaws.com",
        eventName="CreateDBInstance",
        requestParameters={"dBInstanceIdentifier": "o", "tags": [{"key": "Team", "value": "blue"}], "iops": 3},
        errorMessage=f"User: {ROLE} is not authorized to perform: rds:CreateDBInstance on resource: *",
    ),
    record(
        {
            "type": "WebIdentityUser",
            "identityProvider": "accounts.google.com",
            "principalId": "accounts.google.com:a:u",
        },
        eventSource="sts.amazonaws.com",
        eventName="AssumeRoleWithWebIdentity",
        requestParameters={"roleArn": ROLE, "tags": [{"key": "k", "value": "v"}], "transitiveTagKeys": ["k"]},
    ),
    record(
        IAM_USER,
        eventSource="dynamodb.amazonaws.com",
        eventName="TransactWriteItems",
        requestParameters={"requestItems": [{"operation": "Put", "tableName": "t"}]},
    ),
]

TEXTS = [
    *(
        "",
        "*",
        "arn:",
        "arn:aws:iam::1:role/x",
        ROLE,
        KEY,
        "::::::",
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        "\x1b[31m",
        "\0",
    ),
    *("{value}", "{0.__class__}", "%s", "${jndi:x}", "a" * 3000, "2026-11-24T03:00:00Z", "9999-99-99", "\ud800", "i-1"),
]
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(TEXTS),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.just(10**300), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and item below a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for name, one in inner for each in ((*path, name), *places(one, (*path, name)))]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A record in which one to three members hold something else, or stand under another name."""
    broken: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(RECORDS)))
    for _ in range(draw(st.integers(1, 3))):
        *folders, last = draw(st.sampled_from(places(broken)))
        holder: Any = broken
        for name in folders:
            holder = holder[name]
        if isinstance(holder, dict) and draw(st.booleans()):
            holder[draw(texts)] = holder.pop(last)
        else:
            holder[last] = draw(values)
        if not places(broken):
            break
    return broken


@settings(max_examples=300)
@given(mutated())
def test_a_broken_record_is_an_event_or_one_clear_sentence(broken: dict[str, Any]) -> None:
    try:
        read = event_from_record(broken)
    except EventError as error:
        sentence = str(error)
        assert sentence
        assert "\n" not in sentence
        assert len(sentence) < 500
        return
    assert isinstance(read.why_no_denial, str) or read.why_no_denial is None
    found = call_from_event(read, takes_no_resource=CATALOGUE.takes_no_resource)
    assert found.requests or found.unresolved
    for each in found.requests:
        assert each.request.resource.arn
        assert each.request.action
        assert all(each.provenance)
        stated = dict(each.request.context.items())
        for value in stated.values():
            assert not isinstance(value, tuple) or all(isinstance(text, str) for text in value)


@pytest.mark.parametrize(("depth", "is_read"), [(10, True), (49, True), (60, False), (2_000, False), (100_000, False)])
def test_a_record_that_nests_too_deep_is_refused(depth: int, is_read: bool) -> None:
    deep: Any = "i-0abc123456"
    for _ in range(depth):
        deep = {"items": [deep]}
    fields = record(eventSource="ec2.amazonaws.com", eventName="StartInstances", requestParameters=deep)
    if is_read:
        found = call_from_event(event_from_record(fields), takes_no_resource=CATALOGUE.takes_no_resource)
        assert found.requests or found.unresolved
        return
    with pytest.raises(EventError, match=r"^this nests more than 100 levels deep, which no event does$"):
        event_from_record(fields)


@pytest.mark.parametrize("version", ["9" * 5000, "1." + "9" * 5000, "²", "1.²"])
def test_a_version_of_any_length_and_any_digits_is_no_error(version: str) -> None:
    assert len(event(eventVersion=version).version) == 2


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_outside_of_the_calendar_is_none(time: str) -> None:
    with pytest.raises(EventError, match="`eventTime` should be a date and time such as"):
        event(eventTime=time)


def seconds_for(instances: int) -> float:
    """What reading a call on so many instances takes of the processor."""
    names = [{"instanceId": f"i-{number:017x}"} for number in range(instances)]
    parameters = {"instancesSet": {"items": names}}
    stopped = event(eventSource="ec2.amazonaws.com", eventName="StopInstances", requestParameters=parameters)
    start = time.process_time()
    assert len(call_from_event(stopped).requests) == instances
    return time.process_time() - start


def test_wide_parameters_are_gone_through_once() -> None:
    seconds_for(10)
    assert seconds_for(2_000) < 10 * max(seconds_for(500), 0.1)


@pytest.mark.parametrize(
    ("source", "name", "parameters", "resources"),
    [
        ("rds", "DeleteDBInstance", {f"p{n}": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:x{n}" for n in range(5_000)}, None),
        (
            "ssm",
            "GetParameters",
            {},
            [{"ARN": f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/a{n}", "accountId": ACCOUNT} for n in range(5_000)],
        ),
    ],
)
def test_each_of_very_many_resources_is_looked_at_without_going_through_all_others(
    source: str, name: str, parameters: dict[str, Any], resources: list[dict[str, str]] | None
) -> None:
    fields = record(eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters)
    found = call_from_event(event_from_record({**fields, "resources": resources}))
    assert len(found.requests) == 5_000
