"""What each cause of a denial is, in a line: the rules of SARIF logs of ``policysim explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.explanation.hypotheses.causes import Cause

if TYPE_CHECKING:
    from policysim.reports.document import Report

UNEXPLAINED: Final = "unexplained"
UNDECIDED: Final = "undecided"

CAUSE_TITLES: Final[dict[str, str]] = {
    Cause.NO_ALLOW.code: "No policy allows the request, and none comes near",
    Cause.ACTION_MISSING.code: "A statement that grants the resource lacks the action",
    Cause.RESOURCE_MISSING.code: "A statement that grants the action lacks the resource",
    Cause.BUCKET_NOT_OBJECTS.code: "A statement names a bucket, and not the objects in it",
    Cause.PRINCIPAL_MISSING.code: "A statement that grants the request does not name the caller",
    Cause.CONDITION_NOT_MET.code: "The condition of a statement that grants the request is not met",
    Cause.CONDITION_OPERATOR.code: "A condition uses an operator that does not suit its value",
    Cause.EXPLICIT_DENY.code: "A statement denies the request",
    Cause.LEVEL_WITHOUT_ALLOW.code: "No service control policy allows the request at one level of the organisation",
    Cause.FIXED_RULE.code: "A rule of the service that no policy changes refuses the request",
    Cause.POLICY_NOT_COLLECTED.code: "A policy that is not at hand decides",
    Cause.POLICY_CHANGED_SINCE.code: "The policies at hand are not those of the time of the request",
    Cause.NOT_YET_PROPAGATED.code: "A change had not reached every part of AWS",
    Cause.SESSION_POLICY_UNKNOWN.code: "A session policy that is not at hand decides",
    Cause.KEY_UNKNOWN.code: "The value of a condition key that is not known decides",
    Cause.OTHER_AUTHORIZATION.code: "The same call needs another authorization, which is denied",
    Cause.OBJECT_MISSING.code: "The object is not there, and Amazon S3 answers 403 instead of 404",
    Cause.OBJECT_OF_ANOTHER_ACCOUNT.code: "Another account owns the object",
    Cause.ENCRYPTION_KEY.code: "The caller may not use the KMS key that encrypts the data",
    Cause.WRONG_ACCOUNT_OR_REGION.code: "The request went to the wrong account or Region",
    Cause.BLOCK_PUBLIC_ACCESS.code: "S3 Block Public Access refuses the request",
    Cause.NOT_A_POLICY.code: "No policy caused the denial",
    UNEXPLAINED: "AWS denied the request, and the policies at hand allow it",
    UNDECIDED: "What is not known decides whether the policies at hand deny the request",
}


def cause_code(report: Report) -> str:
    """The code of the likeliest cause; where none was found, what is known of the denial."""
    if report.hypotheses:
        return report.hypotheses[0].code
    if report.denial is not None and not report.denial.iam:
        return Cause.NOT_A_POLICY.code
    match report.decision.effect if report.decision is not None else None:
        case Effect.ALLOWED:
            return UNEXPLAINED
        case Effect.DEPENDS:
            return UNDECIDED
        case Effect.EXPLICIT_DENY:
            return Cause.EXPLICIT_DENY.code
        case Effect.IMPLICIT_DENY:
            return Cause.NO_ALLOW.code
        case None:
            explicit = report.denial is not None and report.denial.kind is DenialKind.EXPLICIT
            return Cause.EXPLICIT_DENY.code if explicit else UNDECIDED
