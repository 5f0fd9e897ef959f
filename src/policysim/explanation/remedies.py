"""What ends a denial without any change of a policy: the closed table of remedies, and which of them fit.

Each is tried: the request is evaluated as it would be made then, and ``verified`` says whether it is allowed.
Source: IAM User Guide, reference_policies_condition-keys, id_credentials_mfa_enable-overview,
troubleshoot_general (eventual consistency); S3 User Guide, troubleshoot-403-errors and
access-control-block-public-access; spec M10, M13, S15, C51, C53, C58, C65.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from shlex import quote
from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.administrator_remedies import administrators_call
from policysim.explanation.condition_remedies import ways_to_meet_conditions
from policysim.explanation.diagnosis import Remedy
from policysim.explanation.fixes.candidates import one_warning
from policysim.explanation.fixes.documents import AWS_KEY_MANAGER, QUARANTINE
from policysim.explanation.hypotheses.dates import SOON
from policysim.explanation.name_remedies import other_names
from policysim.explanation.remedy_codes import REMEDIES_FIRST, SOMETHING_ELSE_MEANT, RemedyCode
from policysim.language.arns import parse_arn
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.account.account import PolicyVersion
    from policysim.cloudtrail.call import Call
    from policysim.explanation.diagnosis import Fix
    from policysim.explanation.fixes.candidates import Case

_WAIT: Final = (
    "wait a minute and call again: {what} {when} before the call, and a change takes seconds to minutes to reach every"
    " Region"
)

_ROTATE: Final = (
    "AWS found an access key of this user in public and attached `{policy}`: make the key inactive, look through"
    " CloudTrail for what was done with it, and let the application use a new one; then detach the policy"
)
_RESTRICTED: Final = (
    "turn RestrictPublicBuckets of the {whose} (S3 Block Public Access) off, only if the whole world is meant to have"
    " what the bucket's policy allows: it keeps callers of other accounts out of a bucket whose policy is public"
)
_AWS_MANAGED_KEY: Final = (
    "encrypt with a customer managed key, whose policy can allow this caller, and write the data anew: nobody changes"
    " the policy of a key that AWS manages"
)
_OWNERSHIP: Final = (
    "the bucket may hold objects of other accounts, which its policy does not cover: let the bucket's owner own them"
    " all, or have the object's owner grant `bucket-owner-full-control`"
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
    yield from _object_ownership(case)
    if case.decision.effect is Effect.ALLOWED:
        yield from _wait(case, call)
        return
    quarantined = list(_quarantine(case))
    yield from quarantined
    if not quarantined:
        yield from ways_to_meet_conditions(case)
        yield from other_names(case, call)
    yield from _restricted_buckets(case)
    yield from administrators_call(case)
    if case.request.resource.key_manager == AWS_KEY_MANAGER:
        yield Remedy(RemedyCode.CHANGE_SETTING.value, _AWS_MANAGED_KEY)


def remedies_of_cause(call: Call | None, resource: str = "") -> tuple[Remedy, ...]:
    """What a cause that is no policy calls for; the message alone tells, no account is needed."""
    denial = call.denial if call is not None else None
    if denial is None or denial.iam:
        return ()
    arn = parse_arn(resource)
    bucket = arn.resource.partition("/")[0] if arn is not None and arn.service == "s3" else "BUCKET"
    told = f"{denial.cause or ''} {denial.raw}"
    return tuple(
        Remedy(code.value, sentence, command.format(bucket=quote(bucket or "BUCKET")))
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
                f"aws iam list-access-keys --user-name {quote(name)}",
            )


def _restricted_buckets(case: Case) -> Iterator[Remedy]:
    """S3 Block Public Access in the way of a caller from outside (spec S15)."""
    block, decision = case.request.resource.public_access_block, case.decision
    restricts = block is not None and block.restrict_public_buckets is True
    of_bucket = decision.layer == LayerName.RESOURCE.value and decision.effect is Effect.EXPLICIT_DENY
    deny = any(match.statement.effect is StatementEffect.DENY for match in decision.statements)
    arn = parse_arn(case.request.resource.arn)
    if not restricts or not of_bucket or deny or arn is None:
        return
    bucket, owner = arn.resource.partition("/")[0], case.organisation.account(case.request.resource.account)
    access = owner.public_access if owner is not None else None
    own = access.bucket(bucket).public_access_block if access is not None else None
    if access is not None and (own is None or not own.restrict_public_buckets):
        command = (
            f"aws s3control get-public-access-block --account-id {quote(case.request.resource.account or 'ACCOUNT')}"
        )
        yield Remedy(RemedyCode.CHANGE_SETTING.value, _RESTRICTED.format(whose="account"), command)
    else:
        command = f"aws s3api get-public-access-block --bucket {quote(bucket)}"
        yield Remedy(RemedyCode.CHANGE_SETTING.value, _RESTRICTED.format(whose="bucket"), command)


def _object_ownership(case: Case) -> Iterator[Remedy]:
    """An object that the bucket's owner may not own, so that the bucket's policy does not reach it (spec S13)."""
    resource, arn = case.request.resource, parse_arn(case.request.resource.arn)
    other = resource.object_owner is not None and resource.object_owner != resource.account
    doubted = any(caveat.code == "object-owner-open" for caveat in case.decision.caveats)
    if arn is not None and arn.service == "s3" and (other or doubted):
        bucket = arn.resource.partition("/")[0]
        command = (
            f"aws s3api put-bucket-ownership-controls --bucket {quote(bucket)}"
            " --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'"
        )
        yield Remedy(RemedyCode.CHANGE_SETTING.value, _OWNERSHIP, command)


def _wait(case: Case, call: Call | None) -> Iterator[Remedy]:
    """A change shortly before the call; without one there is nothing to wait for."""
    time = call.event.time if call is not None and call.event is not None else None
    for what, at in _changes(case) if time is not None else ():
        if time is not None and timedelta(0) <= time - at <= SOON:
            minutes = int((time - at).total_seconds() // 60)
            when = f"{minutes} minutes" if minutes > 1 else "a minute" if minutes else "seconds"
            yield Remedy(RemedyCode.WAIT_AND_RETRY.value, _WAIT.format(what=what, when=when))
            return


def _changes(case: Case) -> Iterator[tuple[str, datetime]]:
    """What is dated of all that the decision rests on: managed policies, the caller, the role that it wants."""
    account = case.organisation.account(case.request.principal.account)
    if account is not None and account.identities is not None:
        for layer in case.policies.layers.values():
            for attached in layer.policies:
                versions = account.identities.versions.get(attached.arn or "", ())
                yield from ((f"`{attached.name}` changed", at) for at in map(_made, versions) if at is not None)
    caller = case.request.principal
    for arn in (caller.entity_arn or caller.arn, case.request.resource.arn):
        parsed = parse_arn(arn or "")
        owner = case.organisation.account(parsed.account) if parsed is not None else None
        if arn is None or owner is None or owner.identities is None:
            continue
        entity = owner.identities.roles.get(arn) or owner.identities.users.get(arn)
        if entity is not None and entity.created is not None:
            yield f"`{arn}` was created", entity.created


def _made(version: PolicyVersion) -> datetime | None:
    """When the version in force was made."""
    return version.created if version.is_default else None


def minding_remedies(fixes: tuple[Fix, ...], found: tuple[Remedy, ...]) -> tuple[Fix, ...]:
    """The fixes, with a warning where the denial ends without any of them."""
    if not any(remedy.verified or remedy.code in SOMETHING_ELSE_MEANT for remedy in found):
        return fixes
    return tuple(replace(fix, warning=one_warning(REMEDIES_FIRST, fix.warning)) for fix in fixes)
