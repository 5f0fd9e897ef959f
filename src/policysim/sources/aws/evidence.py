"""AWS's own evaluation of denied calls, fetched with the user's credentials and joined to the calls.

What comes out is what ``--evidence FILE`` makes of the same answers, saved: they go through the same readers. A
refusal, an answer that is not there yet and one that cannot be read are sentences of the report and never the end.
Source: IAM Toolbox API reference, GetRequestAuthorizationDetails and GetRequestAuthorizationPolicy; AWS STS API
reference, DecodeAuthorizationMessage; IAM User Guide, troubleshoot_access-denied-authorization-id.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.cloudtrail.evaluated_requests import call_with_answer
from policysim.cloudtrail.evaluation_fit import fit
from policysim.explanation.fetching import CUT_OFF, details_region
from policysim.language.source import Source
from policysim.sources.aws.failures import Failure, code_of, failure_of, message_of, remote_error
from policysim.sources.aws_evaluations import DECODED, POLICY, POLICY_URI, evidence_in
from policysim.sources.errors import InputError
from policysim.sources.evaluated_documents import with_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policysim.cloudtrail.aws_evaluation import Answer
    from policysim.cloudtrail.call import Call
    from policysim.sources.aws.connection import Connection

MOST_FETCHED: Final = 100
"""As many evaluations are fetched in one run: each is one call, and one more for each policy that it lists."""

MOST_DOCUMENTS: Final = 100
"""As many documents of one evaluation are fetched."""

DETAILS_CALL: Final = "iam-toolbox:GetRequestAuthorizationDetails"
POLICY_CALL: Final = "iam-toolbox:GetRequestAuthorizationPolicy"
DECODE_CALL: Final = "sts:DecodeAuthorizationMessage"
FIRST_BOTOCORE: Final = "1.43.80"
"""The first version of botocore that knows IAM Toolbox."""

_SIDE_BY_SIDE: Final = 8
_TOOLBOX: Final = "iam-toolbox"
_DEFAULT_REGION: Final = "us-east-1"
_ENDS: Final = frozenset({Failure.EXPIRED, Failure.BAD_CREDENTIALS, Failure.SKEWED, Failure.UNREACHABLE})
"""Failures that every further call would meet as well."""

_NOT_YET: Final = (
    "AWS has no authorization details under the id `{id}` in `{region}`: they are written a little after the denial, "
    "and kept for 24 hours; run this again later if the denial is new"
)
_NOT_DECODED: Final = (
    "AWS could not decode the authorization message ({code}): it is damaged or has expired, or the credentials are not "
    "of the account that made the call"
)
_TOO_OLD: Final = (
    "the authorization details cannot be fetched, as this botocore does not know IAM Toolbox: it takes version "
    f"{FIRST_BOTOCORE} or newer (`pip install --upgrade boto3`)"
)
_LEFT_OUT: Final = (
    f"AWS's evaluation of this call was not fetched: one run fetches {MOST_FETCHED}, of the first calls that have one "
    "({left} are left out)"
)


class _Wanted(NamedTuple):
    """One thing to fetch: an authorization id in a Region, or an encoded message."""

    call: str
    key: str
    region: str


class _Fetched(NamedTuple):
    """What came back: evaluations, and sentences about what did not."""

    answers: tuple[Answer, ...] = ()
    notes: tuple[str, ...] = ()


def with_aws_evidence(calls: Sequence[Call], connection: Connection) -> list[Call]:
    """The calls with AWS's own evaluation of each that has one; what could not be fetched is told in ``unresolved``.

    Every id and every message is asked for once, several side by side.

    Raises:
        RemoteError: the credentials or the network fail, and every other call would too.
    """
    wanted = [tuple(_wanted(call, connection.region)) for call in calls]
    every = dict.fromkeys(one for some in wanted for one in some)
    asked = list(islice(every, MOST_FETCHED))
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        found = dict(zip(asked, pool.map(lambda one: _fetched(one, connection), asked), strict=True))
    left_out = _Fetched(notes=(_LEFT_OUT.format(left=len(every) - len(asked)),))
    return [
        _joined(call, some, [found.get(one, left_out) for one in some])
        for call, some in zip(calls, wanted, strict=True)
    ]


def _wanted(call: Call, region: str | None) -> Iterable[_Wanted]:
    """What AWS can tell of a call; the decoded message first, as details show more and have the last word."""
    if call.denial is None:
        return
    if call.denial.encoded is not None and not call.denial.cut:
        of_event = call.event.aws_region if call.event is not None else None
        yield _Wanted(DECODE_CALL, call.denial.encoded, of_event or region or _DEFAULT_REGION)
    if call.denial.authorization_id is not None:
        yield _Wanted(DETAILS_CALL, call.denial.authorization_id, details_region(call) or region or _DEFAULT_REGION)


def _joined(call: Call, wanted: Sequence[_Wanted], fetched: Sequence[_Fetched]) -> Call:
    notes = [note for one in fetched for note in one.notes]
    if call.denial is not None and call.denial.encoded is not None and call.denial.cut:
        notes.append(CUT_OFF)
    for one, found in zip(wanted, fetched, strict=True):
        for answer in found.answers:
            mismatch = fit(answer, call).mismatch
            if mismatch:
                notes.append(f"AWS's answer to `{one.call}` is about another call and was left out: {mismatch}")
            else:
                call = call_with_answer(call, answer)
    return replace(call, unresolved=tuple(dict.fromkeys((*call.unresolved, *notes)))) if notes else call


def _fetched(wanted: _Wanted, connection: Connection) -> _Fetched:
    fetch = _details if wanted.call == DETAILS_CALL else _decoded
    try:
        return _with_notes(partial(fetch, wanted, connection), wanted)
    except InputError as error:
        return _Fetched(notes=(f"AWS's answer cannot be read: {error}",))


def _with_notes(fetch: Callable[[], _Fetched], wanted: _Wanted) -> _Fetched:
    """What ``fetch`` gives, or the sentence for the failure that is no end."""
    from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError  # noqa: PLC0415  # where AWS is called

    try:
        return fetch()
    except UnknownServiceError:
        return _Fetched(notes=(_TOO_OLD,))
    except (BotoCoreError, ClientError) as error:
        failure, code = failure_of(error), code_of(error)
        if failure in _ENDS:
            raise remote_error(error, wanted.call) from None
        if failure is Failure.GONE:
            return _Fetched(notes=(_NOT_YET.format(id=wanted.key, region=wanted.region),))
        if code == "InvalidAuthorizationMessageException":
            return _Fetched(notes=(_NOT_DECODED.format(code=code),))
        return _Fetched(notes=(_failed(wanted.call, error),))


def _failed(call: str, error: BaseException) -> str:
    told = message_of(error)
    return f"`{call}` was refused or failed ({code_of(error)})" + (f": {told}" if told else "")


def _decoded(wanted: _Wanted, connection: Connection) -> _Fetched:
    told = connection.call("sts", "decode_authorization_message", region=wanted.region, EncodedMessage=wanted.key)
    return _Fetched(evidence_in(_source(wanted.call, {DECODED: told.get(DECODED)})).answers)


def _details(wanted: _Wanted, connection: Connection) -> _Fetched:
    pages = connection.pages(
        _TOOLBOX, "get_request_authorization_details", region=wanted.region, authorizationId=wanted.key
    )
    read = [_without_metadata(page) for page in pages]
    answers = evidence_in(_source(wanted.call, read)).answers
    return _with_policies(answers, wanted, connection)


def _with_policies(answers: tuple[Answer, ...], wanted: _Wanted, connection: Connection) -> _Fetched:
    """The evaluations with the documents that AWS evaluated, each under its URI."""
    listed = (policy.uri for answer in answers for one in answer.evaluations for policy in one.policies)
    uris = [uri for uri in dict.fromkeys(listed) if uri]
    notes: list[str] = []
    for uri in uris[:MOST_DOCUMENTS]:
        fetch = partial(_with_policy, answers, uri, wanted, connection)
        found = _with_notes(fetch, wanted._replace(call=POLICY_CALL))
        answers = found.answers or answers
        notes += [f"the document of `{uri}` is not at hand: {note}" for note in found.notes]
    if len(uris) > MOST_DOCUMENTS:
        notes.append(f"the documents of {len(uris) - MOST_DOCUMENTS} policies that AWS evaluated were not fetched")
    return _Fetched(answers, tuple(notes))


def _with_policy(answers: tuple[Answer, ...], uri: str, wanted: _Wanted, connection: Connection) -> _Fetched:
    told = connection.call(
        _TOOLBOX,
        "get_request_authorization_policy",
        region=wanted.region,
        authorizationId=wanted.key,
        policyUri=uri,
    )
    saved = evidence_in(_source(POLICY_CALL, {POLICY_URI: uri, POLICY: told.get(POLICY)})).policies
    try:
        return _Fetched(tuple(with_documents(answers, saved)))
    except InputError as error:
        return _Fetched(notes=(str(error),))


def _source(name: str, value: object) -> Source:
    """An answer as if somebody had saved it."""
    return Source(name, json.dumps(value, default=str))


def _without_metadata(page: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in page.items() if name != "ResponseMetadata"}
