from __future__ import annotations

from collections import Counter

from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.requests import call_from_event
from policysim.language.arns import parse_arn
from tests.shared_data import needs_shared, rows


@needs_shared
def test_of_111_real_denials_109_become_a_request_and_two_say_that_no_policy_caused_them() -> None:
    calls = [call_from_event(event_from_record(row["event"])) for row in rows("data/events/denied.jsonl")]
    with_request = [call for call in calls if call.requests]
    assert (len(calls), len(with_request)) == (111, 109)
    origins = Counter(call.requests[0].provenance.resource for call in with_request)
    assert origins == {"denial message": 65, "request parameter `instanceId`": 44}
    for call in calls:
        if not call.requests:
            assert "no policy caused the refusal" in call.unresolved[0]
            assert call.denial is not None
            assert not call.denial.iam


@needs_shared
def test_every_real_message_is_recognised_and_agrees_with_its_form() -> None:
    layers = {
        "encoded + no identity-based policy allows": ("identity", True, True),
        'encoded + EC2 "You are not authorized to perform this operation"': (None, False, True),
        "User .. is not authorized to perform .. on resource": (None, True, False),
        "no identity-based policy allows": ("identity", True, False),
        "other: IAM user access not activated": (None, False, False),
    }
    for row in rows("data/events/denied.jsonl"):
        denial = read_denial(row["event"]["errorMessage"], row["event"]["errorCode"])
        assert denial.recognised
        said = (denial.layer, denial.action is not None, denial.encoded is not None)
        assert said == layers[row["msg_format"]]
        assert (denial.action is None) == (denial.resource is None)


@needs_shared
def test_every_real_event_becomes_requests_or_says_why_not() -> None:
    for row in rows("data/events/all.jsonl.gz"):
        call = call_from_event(event_from_record(row["event"]))
        assert call.requests or call.unresolved
        for requested in call.requests:
            arn = parse_arn(requested.request.resource.arn)
            assert arn is not None or requested.provenance.resource == "denial message"
            assert all(requested.provenance)


@needs_shared
def test_messages_observed_beside_known_outcomes_are_recognised() -> None:
    observed = [row["observed_message"] for row in rows("data/outcomes/known.jsonl") if row["observed_message"]]
    assert observed
    for message in observed:
        assert read_denial(message).layer in {"identity", "session"}
