"""What ends a denial without any change of a policy: the closed table of remedies, and which of them fit.

Each is tried: the request is evaluated as it would be made then, and ``verified`` says whether it is allowed.
Source: IAM User Guide, reference_policies_condition-keys, id_credentials_mfa_enable-overview,
troubleshoot_general (eventual consistency); S3 User Guide, troubleshoot-403-errors and
access-control-block-public-access; spec M10, M13, S15, C51, C53, C58, C65.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.condition_remedies import ways_to_meet_conditions
from policysim.explanation.diagnosis import Remedy
from policysim.explanation.fixes.documents import QUARANTINE
from policysim.explanation.name_remedies import other_names
from policysim.explanation.remedy_codes import RemedyCode
from policysim.language.arns import parse_arn
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.call import Call
    from policysim.explanation.fixes.candidates import Case

_WAIT: Final = (
    "the policies at hand allow the call: wait a minute and call again, for a new role, policy or membership takes"
    " seconds to minutes to reach every Region"
)
_ROTATE: Final = (
    "AWS found an access key of this user in public and attached `{policy}`: make the key inactive, look through"
    " CloudTrail for what was done with it, and let the application use a new one; then detach the policy"
)
_RESTRICTED: Final = (
    "the bucket's policy is open to everybody, and RestrictPublicBuckets (S3 Block Public Access) keeps callers of"
    " other accounts out: name the caller in the bucket's policy, so that it is public no more, or turn the setting off"
)
_SETTINGS: Final[tuple[tuple[str, RemedyCode, str, str], ...]] = (
    (
        "BlockPublicAcls",
        RemedyCode.CHANGE_SETTING,
        "send no public ACL with the request; only if the bucket is meant to be public, turn BlockPublicAcls off",
        "aws s3api get-public-access-block --bucket {bucket}",
    ),
    (
        "BlockPublicPolicy",
        RemedyCode.CHANGE_SETTING,
        (
            "write a bucket policy that is not public; only if the bucket is meant to be public, turn"
            " BlockPublicPolicy off"
        ),
        "aws s3api get-public-access-block --bucket {bucket}",
    ),
    (
        "SSE-C",
        RemedyCode.CHANGE_SETTING,
        (
            "encrypt with SSE-S3 or SSE-KMS instead of a key of your own (SSE-C), or let the bucket take SSE-C again"
            " in its default encryption settings"
        ),
        "aws s3api get-bucket-encryption --bucket {bucket}",
    ),
    (
        "Requester Pays",
        RemedyCode.SEND_HEADER,
        "say that the requester pays: send `x-amz-request-payer` with the value `requester`",
        "",
    ),
    (
        "Object Lock",
        RemedyCode.CHANGE_SETTING,
        "wait until the retention of the object ends, or have its legal hold or governance retention lifted",
        "",
    ),
    (
        "access to billing",
        RemedyCode.CHANGE_SETTING,
        "let the root user activate IAM access to billing information in the account's settings",
        "",
    ),
    (
        "access to the Bedrock model",
        RemedyCode.CHANGE_SETTING,
        "ask for access to the model in the Bedrock console of this Region",
        "",
    ),
    ("has expired", RemedyCode.RENEW_SESSION, "get new credentials, or a new presigned URL, and call again", ""),
)
"""What a cause that is no policy calls for, by words of the cause or of the message: code, sentence, command."""


def remedies(case: Case, call: Call | None = None) -> tuple[Remedy, ...]:
    """What the caller, or whoever owns a setting, could do instead of changing a policy; what works for certain first.

    ``call`` is the call that the request of the case belongs to, as it was before the account completed it.
    """
    found = dict.fromkeys(_all(case, call))
    return tuple(sorted(found, key=lambda remedy: not remedy.verified))


def _all(case: Case, call: Call | None) -> Iterator[Remedy]:
    denial = call.denial if call is not None else None
    if denial is not None and not denial.iam:
        yield from remedies_of_cause(call, case.request.resource.arn)
        return
    if case.decision.effect is Effect.ALLOWED:
        yield Remedy(RemedyCode.WAIT_AND_RETRY.value, _WAIT, verified=True)
        return
    quarantined = list(_quarantine(case))
    yield from quarantined
    if not quarantined:
        yield from ways_to_meet_conditions(case)
        yield from other_names(case, call)
    yield from _restricted_buckets(case)


def remedies_of_cause(call: Call | None, resource: str = "") -> tuple[Remedy, ...]:
    """What a cause that is no policy calls for; the message alone tells, no account is needed."""
    denial = call.denial if call is not None else None
    if denial is None or denial.iam:
        return ()
    arn = parse_arn(resource)
    bucket = arn.resource.partition("/")[0] if arn is not None and arn.service == "s3" else "BUCKET"
    told = f"{denial.cause or ''} {denial.raw}"
    return tuple(
        Remedy(code.value, sentence, command.format(bucket=bucket or "BUCKET"))
        for words, code, sentence, command in _SETTINGS
        if words in told
    )[:1]


def _quarantine(case: Case) -> Iterator[Remedy]:
    for match in case.decision.statements:
        if match.statement.effect is StatementEffect.DENY and QUARANTINE in (match.attached.arn or ""):
            user = parse_arn(case.request.principal.arn or "")
            name = user.name if user is not None and user.resource_type == "user" else "USER"
            yield Remedy(
                RemedyCode.ROTATE_KEY.value,
                _ROTATE.format(policy=match.attached.name),
                f"aws iam list-access-keys --user-name {name}",
            )


def _restricted_buckets(case: Case) -> Iterator[Remedy]:
    """S3 Block Public Access in the way of a caller from outside (spec S15)."""
    block, decision = case.request.resource.public_access_block, case.decision
    restricts = block is not None and block.restrict_public_buckets is True
    of_bucket = decision.layer == LayerName.RESOURCE.value and decision.effect is Effect.EXPLICIT_DENY
    deny = any(match.statement.effect is StatementEffect.DENY for match in decision.statements)
    arn = parse_arn(case.request.resource.arn)
    if restricts and of_bucket and not deny and arn is not None:
        bucket = arn.resource.partition("/")[0]
        command = f"aws s3api get-public-access-block --bucket {bucket}"
        yield Remedy(RemedyCode.CHANGE_SETTING.value, _RESTRICTED, command)
