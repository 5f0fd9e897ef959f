"""Diagnoses built by hand, so that reports are tested without deciding anything."""

from __future__ import annotations

from dataclasses import replace

from policysim.cloudtrail.call import Call, CallRequest, Provenance
from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.event import Event
from policysim.evaluation.decision import (
    Caveat,
    Check,
    Decision,
    Effect,
    Outcome,
    StatementMatch,
    UnknownKey,
    Verdict,
)
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.evaluation.policy_set import AttachedPolicy, Gap
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.truth import FALSE, TRUE
from policysim.explanation.diagnosis import (
    Agreement,
    AwsEvaluation,
    ComparedCheck,
    Diagnosis,
    Fact,
    Fix,
    Hypothesis,
    NearMiss,
    Obstacle,
    Remedy,
    RequestDiagnosis,
    Verification,
)
from policysim.explanation.diagnosis import Tested as Result
from policysim.language.edits import TextEdit
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

ROLE = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/i-0abc"
OBJECT = "arn:aws:s3:::data/report.csv"
MESSAGE = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {OBJECT} with an explicit deny"

SCP_TEXT = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "DenyOutsideEurope",
      "Effect": "Deny",
      "NotAction": [
        "iam:*",
        "organizations:*",
        "route53:*",
        "support:*"
      ],
      "Resource": "*",
      "Condition": {
        "StringNotEquals": {
          "aws:RequestedRegion": ["eu-west-1", "eu-central-1"]
        }
      }
    }
  ]
}
"""
IDENTITY_TEXT = """{
\t"Version": "2012-10-17",
\t"Statement": [
\t\t{
\t\t\t"Sid": "日本語",
\t\t\t"Effect": "Allow",
\t\t\t"Action": [ "s3:GetObject" ],
\t\t\t"Resource": "arn:aws:s3:::data/*"
\t\t}
\t]
}
"""


def request(action: str = "s3:PutObject") -> Request:
    principal = Principal(kind=PrincipalKind.ROLE_SESSION, arn=SESSION, account="111122223333", entity_arn=ROLE)
    return Request(
        principal=principal,
        action=action,
        resource=Resource(arn=OBJECT, account="111122223333"),
        context=RequestContext({"aws:RequestedRegion": "us-east-1"}),
    )


def attached(text: str, policy_type: PolicyType, file: str, name: str) -> AttachedPolicy:
    return AttachedPolicy(name, parse_policy(Source(file, text), policy_type))


def scp_match(text: str = SCP_TEXT, file: str = "acme/policies/scps/regions.json") -> StatementMatch:
    policy = attached(text, PolicyType.SCP, file, "regions")
    outcomes = (
        Outcome(Element.ACTION, TRUE, None, ("NotAction",), "`iam:*`", "`s3:PutObject`"),
        Outcome(Element.RESOURCE, TRUE, None, ("Resource",), "`*`", f"`{OBJECT}`"),
        Outcome(
            Element.CONDITION,
            TRUE,
            None,
            ("Condition", "StringNotEquals", "aws:RequestedRegion"),
            "`eu-west-1`",
            "`us-east-1`",
            key="aws:RequestedRegion",
        ),
    )
    return StatementMatch(policy, policy.policy.statements[0], TRUE, outcomes, LayerName.SCP, "ou-prod")


def near_miss(text: str = IDENTITY_TEXT, file: str = "acme/app.json") -> NearMiss:
    policy = attached(text, PolicyType.IDENTITY, file, "app")
    outcome = Outcome(Element.ACTION, FALSE, Reason.ACTION_OTHER, ("Action", 0), "`s3:GetObject`", "`s3:PutObject`")
    match = StatementMatch(policy, policy.policy.statements[0], FALSE, (outcome,), LayerName.IDENTITY, ROLE)
    return NearMiss(match, outcome)


def fix_of(miss: NearMiss) -> Fix:
    span = locate(miss.match.statement.location.below(*miss.outcome.path))
    return Fix(
        kind="add-action",
        summary="add `s3:PutObject` to the statement",
        source=span.source,
        edits=(TextEdit(span, '"s3:GetObject", "s3:PutObject"'),),
        verified=Verification(Effect.ALLOWED, ""),
        command="aws iam put-role-policy --role-name app --policy-name app --policy-document file://acme/app.json",
        also_affects=("arn:aws:iam::111122223333:role/batch",),
        warning="the role can then overwrite every object",
    )


def checks(
    verdicts: dict[LayerName, Verdict], *matches: StatementMatch, gaps: tuple[Gap, ...] = ()
) -> tuple[Check, ...]:
    return tuple(
        Check(
            layer.name,
            verdicts.get(layer.name, Verdict.NO_IMPACT),
            tuple(match for match in matches if match.layer is layer.name),
            target=None,
            needed=layer.name in verdicts,
            present=layer.name in verdicts,
            gaps=gaps if verdicts.get(layer.name) is Verdict.UNKNOWN else (),
        )
        for layer in reversed(LAYERS)
    )


def explicit_decision() -> Decision:
    match = scp_match()
    return Decision(
        request(),
        Effect.EXPLICIT_DENY,
        "scp",
        checks({LayerName.SCP: Verdict.EXPLICIT_DENY, LayerName.IDENTITY: Verdict.ALLOW}, match),
        (match,),
    )


def implicit_decision() -> Decision:
    return Decision(
        request(),
        Effect.IMPLICIT_DENY,
        "identity",
        checks({LayerName.IDENTITY: Verdict.IMPLICIT_DENY, LayerName.SCP: Verdict.ALLOW}),
        (),
        blocking=(LayerName.IDENTITY, LayerName.BOUNDARY),
    )


def open_decision() -> Decision:
    gap = Gap(
        "not-collected", "the bucket policy of `data` was not collected", "aws s3api get-bucket-policy --bucket data"
    )
    return Decision(
        request(),
        Effect.DEPENDS,
        "identity",
        checks({LayerName.IDENTITY: Verdict.UNKNOWN}, gaps=(gap,)),
        (),
        possible=(Effect.ALLOWED, Effect.IMPLICIT_DENY),
        unknown_keys=(
            UnknownKey("aws:SourceIp", (("10.0.0.0/8", Effect.ALLOWED), (None, Effect.IMPLICIT_DENY))),
            UnknownKey("aws:PrincipalTag/Team"),
        ),
        caveats=(Caveat("not-split", "the unknown keys were not tried value by value"),),
        gaps=(gap, gap),
    )


def denial(**changes: object) -> Denial:
    parts: dict[str, object] = {
        "raw": MESSAGE,
        "recognised": True,
        "principal": SESSION,
        "action": "s3:PutObject",
        "resource": OBJECT,
        "layer": "scp",
        "kind": DenialKind.EXPLICIT,
    }
    return Denial(**{**parts, **changes})  # type: ignore[arg-type]  # a test names the fields it changes


def event(**changes: object) -> Event:
    record = {
        "eventID": "5d0a7f64",
        "eventTime": "2026-11-24T03:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": "us-east-1",
        "errorCode": "AccessDenied",
        "errorMessage": MESSAGE,
        "userIdentity": {"type": "AssumedRole", "arn": SESSION, "accountId": "111122223333"},
    }
    return Event.model_validate({**record, **changes})


PROVENANCE = Provenance("userIdentity", "denial message", "denial message", "account folder")


def diagnosis(
    decision: Decision | None,
    *,
    agreement: Agreement = Agreement.AGREES,
    disagreement: str = "",
    near_misses: tuple[NearMiss, ...] = (),
    fixes: tuple[Fix, ...] = (),
    next_steps: tuple[str, ...] = (),
    said: Denial | None = None,
    happened: Event | None = None,
    unresolved: tuple[str, ...] = (),
) -> Diagnosis:
    asked = CallRequest(decision.request if decision else request(), PROVENANCE)
    return Diagnosis(
        call=Call(event=happened, denial=said, requests=(asked,), unresolved=unresolved),
        requests=(RequestDiagnosis(asked, decision),),
        decision=decision,
        agreement=agreement,
        disagreement=disagreement,
        near_misses=near_misses,
        fixes=fixes,
        next_steps=next_steps,
    )


def samples() -> dict[str, Diagnosis]:
    miss = near_miss()
    return {
        "explicit": diagnosis(explicit_decision(), said=denial(), happened=event()),
        "implicit": diagnosis(
            implicit_decision(),
            said=denial(layer="identity", kind=DenialKind.IMPLICIT),
            happened=event(),
            near_misses=(miss,),
            fixes=(fix_of(miss),),
            next_steps=("deploy the fix",),
        ),
        "open": diagnosis(open_decision(), said=denial(layer=None, kind=DenialKind.UNKNOWN), happened=event()),
        "message only": diagnosis(None, said=denial(), agreement=Agreement.UNKNOWN, disagreement="no policies"),
        "nothing known": diagnosis(None, agreement=Agreement.UNKNOWN, unresolved=("the action is not known",)),
        "no policy": diagnosis(None, said=denial(iam=False, layer=None, cause="S3 Block Public Access")),
    }


def cause(code: str, tested: Result, rank: int = 1) -> Hypothesis:
    return Hypothesis(
        code=code,
        cause=f"the {code} cause",
        rank=rank,
        tested=tested,
        test=f"evaluated with {code}",
        supporting=(f"{code} speaks for it",),
        opposing=(f"{code} speaks against it",),
        next=f"look at {code}",
    )


def everything() -> Diagnosis:
    miss = near_miss()
    return replace(
        diagnosis(
            open_decision(),
            said=denial(),
            happened=event(),
            near_misses=(miss,),
            fixes=(fix_of(miss),),
            next_steps=("collect more",),
            unresolved=("the endpoint is not known",),
        ),
        obstacles=(Obstacle(LayerName.SCP, "ou-prod", scp_match()), Obstacle(LayerName.BOUNDARY, None, None)),
        hypotheses=(cause("one", Result.POSSIBLE), cause("two", Result.POSSIBLE, 2), cause("three", Result.REFUTED, 3)),
        separating=Fact("find the address of the caller", "aws cloudtrail lookup-events"),
        remedies=(Remedy("use-mfa", "call with MFA", "aws sts get-session-token", verified=True),),
        aws=AwsEvaluation(
            kind="authorization-details",
            source="details.json",
            action="s3:PutObject",
            resource="*",
            effect="EXPLICIT_DENY",
            checks=(
                ComparedCheck("SERVICE_CONTROL_POLICY", "ou-prod", "EXPLICIT_DENY", "ALLOW", ("p-1: Deny",), "no"),
            ),
            differences=("AWS denies in the SCP layer, policysim allows",),
        ),
    )
