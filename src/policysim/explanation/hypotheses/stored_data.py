"""What Amazon S3 refuses for beside the permission that was asked for: a missing object, its owner, its key.

Source: S3 API reference, GetObject and HeadObject (403 in place of 404); S3 User Guide, troubleshoot-403-errors and
about-object-ownership; AWS KMS Developer Guide, services-s3; spec S13, S14, S18, M14.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING, Final

from policysim.account.authorizations import authorizations
from policysim.account.policy_holders import policy_holders
from policysim.account.situate import situate
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.hypotheses.assumptions import harmless, with_delegation
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.phrases import asked, came_to
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.language.arns import parse_arn
from policysim.language.request import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Decision
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.request import Request

LIST_BUCKET: Final = "s3:ListBucket"
_READS: Final = frozenset(
    {
        "s3:getobject",
        "s3:getobjectacl",
        "s3:getobjectattributes",
        "s3:getobjecttagging",
        "s3:getobjecttorrent",
        "s3:getobjectversion",
        "s3:getobjectversionattributes",
        "s3:getobjectversiontagging",
    }
)
_WRITES: Final = frozenset({"s3:putobject"})
_READING_CALLS: Final = frozenset({"getobject", "headobject", "getobjectattributes", "getobjecttagging"})
_BUCKET_OWNER_ENFORCED: Final = "BucketOwnerEnforced"
_SOMEBODY: Final = "000000000000"
"""An account that owns nothing and may do nothing: it stands for an owner of whom nothing is known."""

_SSE_S3: Final = frozenset({"SSE_S3", "Default_SSE_S3", "AES256"})


def causes_in_stored_data(evidence: Evidence) -> Iterator[Possibility]:
    """The causes that lie in what is stored and how, where AWS's words leave room for them."""
    if _asks_whether_it_exists(evidence):
        yield _missing_by_words(evidence)
    if evidence.explained_at_hand or evidence.named is not None:
        return
    arn = parse_arn(evidence.request.resource.arn)
    if arn is None or arn.service != "s3" or "/" not in arn.resource:
        return
    action = evidence.request.action.lower()
    if action in _READS:
        yield _missing(evidence)
        yield from _of_another_account(evidence)
    if action in _READS | _WRITES and not _asks_for_a_key(evidence):
        yield from _key_unknown(evidence)


def _asks_whether_it_exists(evidence: Evidence) -> bool:
    """Whether AWS refused to list the bucket in a call that reads one object (spec S18)."""
    event = evidence.event
    return (
        event is not None
        and evidence.request.action.lower() == LIST_BUCKET.lower()
        and event.event_name.lower() in _READING_CALLS
    )


def _missing_by_words(evidence: Evidence) -> Possibility:
    event = evidence.event
    name = event.event_name if event is not None else "the call"
    return Possibility(
        Cause.OBJECT_MISSING,
        Cause.OBJECT_MISSING.sentence(),
        Tested.CONFIRMED if evidence.explained_at_hand else Tested.POSSIBLE,
        f"evaluated {asked(evidence.request)}: {came_to(evidence.decision)}",
        Strength.NAMED_BY_AWS,
        LayerName.IDENTITY if evidence.named is None else evidence.named,
        supporting=(
            f"`{name}` reads one object, and AWS refused `{LIST_BUCKET}`, which is asked for only where there is none",
        ),
    )


def reads_an_object(request: Request) -> bool:
    """Whether the request reads one object in S3."""
    arn = parse_arn(request.resource.arn)
    return arn is not None and arn.service == "s3" and "/" in arn.resource and request.action.lower() in _READS


def missing_object(request: Request) -> Possibility:
    """The cause as it stands where no policies are at hand to tell whether the caller may list the bucket."""
    return Possibility(
        Cause.OBJECT_MISSING,
        Cause.OBJECT_MISSING.sentence(),
        Tested.POSSIBLE,
        "no policies were given to evaluate",
        Strength.KNOWN_BEHAVIOUR,
        supporting=("AWS's message names no policy type",),
        fact=_is_it_there(request),
    )


def _bucket(evidence: Evidence) -> str:
    arn = parse_arn(evidence.request.resource.arn)
    return policy_holders(arn)[-1] if arn is not None else ""


def _is_it_there(request: Request) -> Fact:
    return Fact(
        "look whether the object is there, as somebody who may list the bucket", _object_command(request, "head-object")
    )


def _object_command(request: Request, call: str) -> str:
    bucket, _, key = request.resource.arn.rpartition(":::")[2].partition("/")
    return f"aws s3api {call} --bucket {quote(bucket)} --key {quote(key)}"


def _missing(evidence: Evidence) -> Possibility:
    """Whether a missing object would have been answered with 403: not for a caller who may list the bucket."""
    bucket = _bucket(evidence)
    listing = _worst(evidence, replace(evidence.request, action=LIST_BUCKET, resource=Resource(arn=bucket)))
    may_list = listing.effect is Effect.ALLOWED
    return Possibility(
        Cause.OBJECT_MISSING,
        Cause.OBJECT_MISSING.sentence(),
        Tested.REFUTED if may_list else Tested.POSSIBLE,
        f"evaluated `{LIST_BUCKET}` on `{bucket}`: {came_to(listing)}",
        Strength.KNOWN_BEHAVIOUR,
        supporting=() if may_list else (f"the caller has no `{LIST_BUCKET}` on `{bucket}`",),
        opposing=("the caller may list the bucket, so that Amazon S3 would have answered 404",) if may_list else (),
        fact=_is_it_there(evidence.request),
    )


def _worst(evidence: Evidence, request: Request) -> Decision:
    """The decision on another request of the caller: the first denial of the authorizations that it needs."""
    decisions = [evidence.decided(s.policies, s.request) for s in authorizations(request, evidence.organisation)]
    return next((one for one in decisions if one.effect is not Effect.ALLOWED), decisions[0])


def _of_another_account(evidence: Evidence) -> Iterator[Possibility]:
    """Whether the object may belong to another account than the bucket, which policies do not open (spec S13)."""
    resource = evidence.request.resource
    if resource.object_owner is not None:
        return
    enforced = resource.object_ownership == _BUCKET_OWNER_ENFORCED
    owned = replace(evidence.request, resource=replace(resource, object_owner=_SOMEBODY))
    found = _worst(evidence, owned)
    if not enforced and found.effect is Effect.ALLOWED:
        return
    yield Possibility(
        Cause.OBJECT_OF_ANOTHER_ACCOUNT,
        Cause.OBJECT_OF_ANOTHER_ACCOUNT.sentence(),
        Tested.REFUTED if enforced else Tested.POSSIBLE,
        f"evaluated with the object owned by an account of which nothing is known: {came_to(found)}",
        Strength.SETTING if resource.object_ownership is None else Strength.KNOWN_BEHAVIOUR,
        LayerName.RESOURCE,
        supporting=() if enforced else (_ownership_words(resource),),
        opposing=("the bucket's owner owns every object in it (BucketOwnerEnforced)",) if enforced else (),
        fact=Fact("look who owns the object", _object_command(evidence.request, "get-object-acl")),
    )


def _ownership_words(resource: Resource) -> str:
    if resource.object_ownership is None:
        return "whether access control lists count on the bucket was not collected"
    return f"the Object Ownership of the bucket is {resource.object_ownership}: whoever uploads an object owns it"


def _asks_for_a_key(evidence: Evidence) -> bool:
    """Whether the call's own requests hold one for a key: then that one is tested instead."""
    return any(one.requested.request.action.lower().startswith("kms:") for one in evidence.beside)


def _key_unknown(evidence: Evidence) -> Iterator[Possibility]:
    """The key behind the object, where the event does not name it: does the caller have any use of such keys?"""
    action = "kms:GenerateDataKey" if evidence.request.action.lower() in _WRITES else "kms:Decrypt"
    owner, region = evidence.request.resource.account, _region(evidence)
    key = Resource(arn=f"arn:{_partition(evidence)}:kms:{region}:{owner or _SOMEBODY}:key/{_ANY_KEY}", account=owner)
    found = _with_key_policy(evidence, replace(evidence.request, action=action, resource=key))
    allows = found.effect is Effect.ALLOWED
    applied = _encryption_told(evidence)
    plain = applied in _SSE_S3
    yield Possibility(
        Cause.ENCRYPTION_KEY,
        Cause.ENCRYPTION_KEY.sentence(sentence=f"`{action}` is needed if {_when_a_key_is_used(evidence)}"),
        Tested.REFUTED if plain else Tested.POSSIBLE,
        f"evaluated `{action}` on a key whose policy allows it: {came_to(found)}",
        Strength.SETTING,
        supporting=() if plain or allows else (f"no policy allows `{action}` on every key of the bucket's account",),
        opposing=tuple(_against_key(action, applied if plain else "", allows=allows)),
        fact=Fact("look how the object is encrypted", _object_command(evidence.request, "head-object")),
    )


def _when_a_key_is_used(evidence: Evidence) -> str:
    """In which case the call uses the key; HeadObject does for a checksum alone (S3 API reference, HeadObject)."""
    encrypted = "the data is encrypted with AWS KMS"
    is_head = evidence.event is not None and evidence.event.event_name.lower() == "headobject"
    return f"{encrypted} and the call asks for its checksum (`x-amz-checksum-mode`)" if is_head else encrypted


def _against_key(action: str, applied: str, *, allows: bool) -> Iterator[str]:
    if applied:
        yield f"the event says that the data is encrypted with keys of Amazon S3 ({applied})"
    if allows:
        yield f"`{action}` is allowed to the caller wherever the key's own policy allows it"


def _with_key_policy(evidence: Evidence, request: Request) -> Decision:
    """The decision on the use of some key, its policy taken to leave it to the policies of the caller."""
    situation = situate(request, evidence.organisation)
    assumed = with_delegation(situation.policies, request.principal)
    return evidence.decided(harmless(assumed, request.principal), situation.request)


_ANY_KEY: Final = "00000000-0000-0000-0000-000000000000"


def _region(evidence: Evidence) -> str:
    return (evidence.event.aws_region if evidence.event is not None else None) or "us-east-1"


def _partition(evidence: Evidence) -> str:
    arn = parse_arn(evidence.request.resource.arn)
    return arn.partition if arn is not None else "aws"


def _encryption_told(evidence: Evidence) -> str:
    """How the event says that the data is encrypted; empty where it says nothing."""
    event = evidence.event
    data = event.additional_event_data if event is not None else None
    told = data.get("SSEApplied") if isinstance(data, dict) else None
    return told if isinstance(told, str) else ""


def key_of_another_service(evidence: Evidence) -> Iterator[Possibility]:
    """A call to another service that was refused the use of a key: the data is encrypted with it."""
    event = evidence.event
    if evidence.service != "kms" or event is None or event.event_source == "kms.amazonaws.com":
        return
    yield Possibility(
        Cause.ENCRYPTION_KEY,
        Cause.ENCRYPTION_KEY.sentence(
            sentence=f"`{event.event_name}` of {event.event_source} needs {asked(evidence.request)}"
        ),
        Tested.CONFIRMED if evidence.explained_at_hand else Tested.POSSIBLE,
        f"evaluated {asked(evidence.request)}: {came_to(evidence.decision)}",
        Strength.NAMED_BY_AWS,
        evidence.named,
        supporting=(f"AWS refused `{evidence.request.action}`, which {event.event_source} asks for to use the key",),
        fact=Fact(
            "read the key policy",
            f"aws kms get-key-policy --key-id {quote(evidence.request.resource.arn)} --policy-name default",
        ),
    )


def missing_in_region(evidence: Evidence) -> Iterator[Possibility]:
    """A key that is not in the Region of the call: AWS KMS answers with the same words as for its key policy (M14)."""
    arn = parse_arn(evidence.request.resource.arn)
    told = evidence.said.cause is not None and evidence.said.layer == LayerName.RESOURCE.value
    if arn is None or not told or evidence.explained_at_hand:
        return
    owner = evidence.organisation.account(arn.account)
    listed = owner is not None and str(arn) in (owner.resource_policies or {})
    yield Possibility(
        Cause.WRONG_ACCOUNT_OR_REGION,
        Cause.WRONG_ACCOUNT_OR_REGION.sentence(
            sentence=f"there is no `{arn.resource}` in Region `{arn.region}` of account `{arn.account}`"
        ),
        Tested.REFUTED if listed else Tested.POSSIBLE,
        f"evaluated {asked(evidence.request)}: {came_to(evidence.decision)}",
        Strength.KNOWN_BEHAVIOUR,
        supporting=() if listed else ("AWS's message gives this as one of the causes that it may be",),
        opposing=("the account at hand lists it there",) if listed else (),
        fact=Fact("look whether it is there", f"aws kms describe-key --key-id {quote(str(arn))}"),
    )
