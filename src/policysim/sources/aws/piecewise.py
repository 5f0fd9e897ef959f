"""Only what one denied call needs, fetched in the place of an account folder: nothing is kept, nothing else is read.

The caller's identity-based policies and boundary, the policy of the resource, a role's trust policy, the policy of the
VPC endpoint, and the SCPs and RCPs on the way from the root to the account. All that was not fetched, or may not be,
stays a gap: settings of buckets, tags, grants of keys, session policies, everything of other accounts.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim import __version__
from policysim.account.policy_holders import can_have_policy, policy_holders
from policysim.explanation.many import Asked
from policysim.language.arns import parse_arn
from policysim.language.request import PrincipalKind
from policysim.language.source import Source
from policysim.sources.aws.collecting import Place, Reading
from policysim.sources.aws.connection import remote
from policysim.sources.aws.needed_identities import identities_behind
from policysim.sources.aws.needed_policies import policy_of_resource
from policysim.sources.aws.snapshot.organization import organization_json, policy_documents, read_path
from policysim.sources.given_folder import COLLECTION, DETAILS, GivenAccount, GivenFolder, organisation_of_given
from policysim.sources.json_values import json_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import CollectionGap, Organisation
    from policysim.cloudtrail.call import Call
    from policysim.language.arns import Arn
    from policysim.language.request import Principal
    from policysim.sources.aws.connection import CallerIdentity, Connection
    from policysim.sources.json_values import Json

MOST_CALLS: Final = 50
"""For as many different calls policies are fetched in one run."""

_SIDE_BY_SIDE: Final = 4
_DEFAULT_REGION: Final = "us-east-1"
_NOT_OURS: Final = (
    "no policies were fetched: the credentials are of account `{own}`, and neither the caller nor the resource is"
)
_LEFT_OUT: Final = f"no policies were fetched for this call: one run fetches those of {MOST_CALLS} calls"
_CALL: Final = "the calls that fetch policies"


class _Needed(NamedTuple):
    """What one call needs of the account of the credentials."""

    identities: tuple[str, ...]
    holders: tuple[str, ...]
    endpoint: str | None
    region: str


def asked_of_aws(calls: Sequence[Call], connection: Connection) -> list[Asked]:
    """Each call with the policies that it needs, as far as the credentials may read them; alone where there are none.

    Raises:
        RemoteError: the credentials or the network fail.
    """
    own = connection.identity
    needed = [_needed(call, own, connection.region or _DEFAULT_REGION) for call in calls]
    different = list(islice(dict.fromkeys(one for one in needed if one is not None), MOST_CALLS))
    if not different:
        return [_alone(call, _NOT_OURS.format(own=own.account_id)) for call in calls]
    with remote(_CALL):
        organization = _Organization(connection, own)
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            fetched = pool.map(lambda one: _fetched(one, connection, own, organization), different)
            found = dict(zip(different, fetched, strict=True))
    return [_asked(call, one, found, own) for call, one in zip(calls, needed, strict=True)]


def _asked(call: Call, needed: _Needed | None, found: dict[_Needed, Organisation], own: CallerIdentity) -> Asked:
    if needed is None:
        return _alone(call, _NOT_OURS.format(own=own.account_id))
    organisation = found.get(needed)
    return _alone(call, _LEFT_OUT) if organisation is None else Asked(call, organisation)


def _alone(call: Call, why: str) -> Asked:
    return Asked(replace(call, unresolved=(*call.unresolved, why)), None)


def _needed(call: Call, own: CallerIdentity, region: str) -> _Needed | None:
    """What to read for a call; ``None`` where nothing of it is in the account of the credentials."""
    callers = [one for one in (_entity(r.request.principal) for r in call.requests) if _is_own(one, own)]
    resources = [parse_arn(r.request.resource.arn) for r in call.requests]
    roles = [arn for arn in resources if arn is not None and (arn.service, arn.resource_type) == ("iam", "role")]
    holders = [holder for arn in resources if arn is not None for holder in _holders(arn, own)]
    identities = dict.fromkeys([*filter(None, callers), *(str(arn) for arn in roles if arn.account == own.account_id)])
    if not identities and not any(":s3:::" not in holder for holder in holders):
        return None
    event = call.event
    return _Needed(
        tuple(identities),
        tuple(dict.fromkeys(holders)),
        event.vpc_endpoint_id if event is not None else None,
        (event.aws_region if event is not None else None) or region,
    )


def _entity(principal: Principal) -> str | None:
    """The ARN of the user or role behind a caller; of a session whose role is known by name alone one without path."""
    if principal.kind is PrincipalKind.USER:
        return principal.arn
    if principal.entity_arn is not None:
        return principal.entity_arn
    arn = parse_arn(principal.arn or "")
    if principal.kind is not PrincipalKind.ROLE_SESSION or arn is None:
        return None
    return f"arn:{arn.partition}:iam::{arn.account}:role/{arn.resource_id.split('/')[0]}"


def _is_own(text: str | None, own: CallerIdentity) -> bool:
    arn = parse_arn(text or "")
    return arn is not None and arn.account == own.account_id and arn.resource_type in {"role", "user"}


def _holders(arn: Arn, own: CallerIdentity) -> Iterator[str]:
    if arn.account in {"", own.account_id} and can_have_policy(arn):
        yield policy_holders(arn)[-1]


class _Organization:
    """The way from the root of the organisation to the account, read once."""

    def __init__(self, connection: Connection, own: CallerIdentity) -> None:
        reading = Reading(connection, Place(own.account_id, own.partition, _DEFAULT_REGION))
        told = read_path(reading)
        about = organization_json(told)
        self.about = None if about is None else _json("the organisation in AWS", about)
        self.policies = {
            (path.split("/")[-2], path.rsplit("/", 1)[-1]): _json(f"{path} in AWS", text)
            for path, text in policy_documents(told)
        }
        self.gaps = tuple(reading.gaps)


def _fetched(needed: _Needed, connection: Connection, own: CallerIdentity, organization: _Organization) -> Organisation:
    reading = Reading(connection, Place(own.account_id, own.partition, needed.region))
    where = f"account {own.account_id} in AWS"
    arns = [arn for one in needed.identities if (arn := parse_arn(one)) is not None]
    details = identities_behind(reading, arns)
    policies = {arn: value for holder in needed.holders for arn, value in policy_of_resource(reading, holder).items()}
    endpoint = _endpoint(reading, needed.endpoint) if needed.endpoint is not None else None
    parts: dict[str, Json] = {
        "account": _json(where, {"account_id": own.account_id, "partition": own.partition}),
        "resource-policies": _json(f"resource policies of {where}", policies),
        COLLECTION: _json(where, _collection((*reading.gaps, *organization.gaps))),
    }
    if endpoint is not None:
        parts["vpc-endpoints"] = _json(f"VPC endpoints of {where}", endpoint)
    if details["UserDetailList"] or details["RoleDetailList"]:
        parts[DETAILS] = _json(f"identities of {where}", details)
    account = GivenAccount(own.account_id, where, parts)
    found = organisation_of_given(
        GivenFolder({own.account_id: account}, organization.about, organization.policies, alone=True)
    )
    return _not_whole(found, own.account_id)


def _not_whole(organisation: Organisation, account_id: str) -> Organisation:
    """The organisation with the account's identities told for what they are: some of them."""
    account = organisation.accounts[account_id]
    if account.identities is None:
        return organisation
    some = replace(account, identities=replace(account.identities, whole=False))
    return replace(organisation, accounts={account_id: some})


def _endpoint(reading: Reading, endpoint_id: str) -> dict[str, Any] | None:
    """The endpoint through which the request came; ``None`` where it may not be read, or is of another account."""
    listed: list[dict[str, Any]] = []
    with reading.about(endpoint_id):
        listed += reading.items("ec2", "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=[endpoint_id])
    found = {
        one["VpcEndpointId"]: {
            "policy": one.get("PolicyDocument"),
            "vpc_id": one.get("VpcId"),
            "service_name": one.get("ServiceName"),
            "endpoint_type": one.get("VpcEndpointType"),
            "account_id": one.get("OwnerId"),
        }
        for one in listed
    }
    return found or None


def _collection(gaps: Sequence[CollectionGap]) -> dict[str, object]:
    """What was not read is not known: ``by`` keeps an empty map from saying that there is none of anything."""
    told = [{"what": gap.what, "call": gap.call, "error": gap.error} for gap in gaps]
    at = datetime.now(UTC).isoformat()
    return {"format": 1, "by": f"policysim {__version__}", "collected_at": at, "complete": [], "gaps": told}


def _json(name: str, value: object) -> Json:
    """A value that AWS printed, as a text that no person can open: its name says where it is."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, default=_plain)
    return json_of(Source(name, text, written_here=True))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)
