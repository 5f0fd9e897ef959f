"""Calls whose true cause is known, because it was put there: an account that lets a call in, and one flaw in it.

AWS's message is made from our own decision under the true policies; then something is kept from the one who explains.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.account.account import (
    NOTHING_BLOCKED,
    Account,
    BucketSettings,
    Identities,
    Node,
    Organisation,
    PolicyReference,
    PublicAccess,
    Role,
    VpcEndpoint,
)
from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.event import Event
from policysim.cloudtrail.requests import call_from_event
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.explanation.diagnose import diagnose
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.decision import Decision
    from policysim.explanation.diagnosis import Diagnosis

ACCOUNT, OTHER, ROOT, UNIT = "111122223333", "444455556666", "r-root", "ou-prod"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
BUCKET, OBJECT = "arn:aws:s3:::data", "arn:aws:s3:::data/2026/k.csv"
SETTINGS: Final = BucketSettings(public_access_block=NOTHING_BLOCKED, ownership="BucketOwnerEnforced")
ADDRESS, ENDPOINT = "203.0.113.9", "vpce-0a1b2c3d"

Statements = tuple[dict[str, Any], ...]

ALLOW_ALL: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
READ: Final = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}
OPEN_BUCKET: Final = {**READ, "Principal": {"AWS": ROLE}}
DENY: Final = {"Sid": "Guard", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
ELSEWHERE: Final = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
HERE: Final = {"IpAddress": {"aws:SourceIp": f"{ADDRESS}/32"}}
NOTHING: Final[Mapping[str, Any]] = {}
NOT_READ: Final = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}


@dataclass(frozen=True, kw_only=True)
class World:
    """The statements of every layer; ``None`` where the layer has no policy. The bucket may be another account's."""

    identity: Statements = (READ,)
    boundary: Statements | None = None
    session: Statements | None = None
    resource: Statements | None = None
    root: Statements = (ALLOW_ALL,)
    unit: Statements = (ALLOW_ALL,)
    rcp: Statements = ()
    endpoint: Statements | None = None
    owner: str = ACCOUNT


class Flaw(NamedTuple):
    """What is wrong: the field of the world, its flawed content, the layer that denies, and the codes that name it."""

    field: str
    statements: Statements
    layer: LayerName
    codes: frozenset[str]
    by_address: bool = False


def _short(field: str, layer: LayerName, code: str, but: Mapping[str, Any], *, by_address: bool = False) -> Flaw:
    base: Mapping[str, Any] = OPEN_BUCKET if field == "resource" else READ
    return Flaw(field, ({**base, **but},), layer, frozenset({code}), by_address)


def _deny(field: str, layer: LayerName, more: Mapping[str, Any] = NOTHING, *, by_address: bool = False) -> Flaw:
    allow = {"identity": READ, "resource": OPEN_BUCKET, "endpoint": {**ALLOW_ALL, "Principal": "*"}}
    allows = () if field == "rcp" else (allow.get(field, ALLOW_ALL),)
    return Flaw(field, (*allows, {**DENY, **more}), layer, frozenset({"explicit-deny"}), by_address)


EVERYBODY: Final = {"Principal": "*"}
FLAWS: Final = (
    _short("identity", LayerName.IDENTITY, "action-missing", {"Action": "s3:PutObject"}),
    _short("identity", LayerName.IDENTITY, "resource-missing", {"Resource": f"{BUCKET}/2025/*"}),
    _short("identity", LayerName.IDENTITY, "bucket-not-objects", {"Resource": BUCKET}),
    _short("identity", LayerName.IDENTITY, "condition-not-met", {"Condition": ELSEWHERE}, by_address=True),
    Flaw("identity", (NOT_READ,), LayerName.IDENTITY, frozenset({"no-allow"})),
    _deny("identity", LayerName.IDENTITY),
    _deny("identity", LayerName.IDENTITY, {"Condition": HERE}, by_address=True),
    Flaw("boundary", (NOT_READ,), LayerName.BOUNDARY, frozenset({"no-allow"})),
    _deny("boundary", LayerName.BOUNDARY),
    Flaw("session", (NOT_READ,), LayerName.SESSION, frozenset({"no-allow"})),
    _deny("session", LayerName.SESSION),
    _deny("resource", LayerName.RESOURCE, EVERYBODY),
    _deny("resource", LayerName.RESOURCE, {"Condition": HERE, **EVERYBODY}, by_address=True),
    Flaw("unit", (NOT_READ,), LayerName.SCP, frozenset({"level-without-allow"})),
    _deny("unit", LayerName.SCP),
    _deny("root", LayerName.SCP, {"Condition": HERE}, by_address=True),
    _deny("rcp", LayerName.RCP, EVERYBODY),
    Flaw("endpoint", ({**NOT_READ, "Principal": "*"},), LayerName.VPCE, frozenset({"no-allow"})),
    _deny("endpoint", LayerName.VPCE, EVERYBODY),
)
ACROSS: Final = (
    _short("resource", LayerName.RESOURCE, "principal-missing", {"Principal": {"AWS": f"{ROLE}-2"}}),
    _short("resource", LayerName.RESOURCE, "resource-missing", {"Resource": f"{BUCKET}/2025/*"}),
    _deny("resource", LayerName.RESOURCE, EVERYBODY),
    *FLAWS[:6],
)
"""Flaws of a call to a bucket of another account, which needs the Allow of both sides."""


def document(statements: Statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)


def attached(name: str, statements: Statements, kind: PolicyType) -> AttachedPolicy:
    return AttachedPolicy(name, parse_policy(Source(f"{name}.json", document(statements)), kind), None, None)


def organisation(world: World, unread: str = "") -> Organisation:
    """The organisation of a world; what is ``unread`` was not collected."""
    levels = {"root": (ROOT, world.root), "unit": (UNIT, world.unit)}
    scps = {
        name: None if unread == name else (attached(f"scp-{name}", statements, PolicyType.SCP),)
        for name, (_, statements) in levels.items()
    }
    rcps = (attached("rcp", world.rcp, PolicyType.RCP),) if world.rcp else ()
    full = (attached("FullAWSAccess", (ALLOW_ALL,), PolicyType.SCP),)
    leaves = tuple(Node(id=one, name=one, scps=full, rcps=()) for one in (ACCOUNT, OTHER))
    unit = Node(id=UNIT, name="prod", scps=scps["unit"], rcps=None if unread == "rcp" else rcps, children=leaves)
    root = Node(id=ROOT, name="Root", scps=scps["root"], rcps=(), children=(unit,))
    accounts = {one: _account(one, world, unread) for one in (ACCOUNT, OTHER)}
    return Organisation(accounts=accounts, root=root, id="o-example", management_account="999999999999")


def _account(account_id: str, world: World, unread: str) -> Account:
    policies: dict[str, AttachedPolicy | None] = {}
    if world.owner == account_id and unread != "resource":
        policies[BUCKET] = attached("bucket", world.resource, PolicyType.RESOURCE) if world.resource else None
    sessions = {SESSION: (attached("session", world.session, PolicyType.SESSION),)} if world.session else {}
    is_read = unread != "resource" or world.owner != account_id
    return Account(
        id=account_id,
        name=account_id,
        identities=_identities(world, unread) if account_id == ACCOUNT else Identities(),
        resource_policies=policies if is_read else None,
        session_policies=None if unread == "session" else sessions,
        endpoints=_endpoints(world, unread),
        tags={},
        grants={},
        access_points={},
        public_access=PublicAccess(account=NOTHING_BLOCKED, buckets={"data": SETTINGS}),
        complete=frozenset({"s3"}) if is_read else frozenset(),
    )


def _identities(world: World, unread: str) -> Identities | None:
    if unread == "identity":
        return None
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    managed = {}
    if world.boundary and unread != "boundary":
        managed[boundary] = attached("limit", world.boundary, PolicyType.BOUNDARY).policy
    role = Role(
        name="app",
        arn=ROLE,
        inline={"app-policy": attached("app-policy", world.identity, PolicyType.IDENTITY).policy},
        boundary=PolicyReference("limit", boundary) if world.boundary else None,
    )
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return Identities(
        roles={ROLE: role}, trust={ROLE: attached("trust", (trust,), PolicyType.TRUST).policy}, managed=managed
    )


def _endpoints(world: World, unread: str) -> dict[str, VpcEndpoint] | None:
    if unread == "endpoint":
        return None
    policy = attached("endpoint", world.endpoint, PolicyType.VPCE) if world.endpoint else None
    endpoint = VpcEndpoint(
        id=ENDPOINT, policy=policy, vpc_id="vpc-1", service_name="com.amazonaws.eu-west-1.s3", endpoint_type="Gateway"
    )
    return {ENDPOINT: endpoint}


def event(world: World, message: str, *, address: bool = True) -> Event:
    """The record of the refused call; without ``address`` it does not tell where the call came from."""
    issuer = {"type": "Role", "principalId": "AROAAPP", "arn": ROLE, "accountId": ACCOUNT, "userName": "app"}
    attributes = {"creationDate": "2026-11-23T11:00:00Z", "mfaAuthenticated": "false"}
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "eventTime": "2026-11-23T12:00:00Z",
        "awsRegion": "eu-west-1",
        "eventID": "e-1",
        "errorCode": "AccessDenied",
        "errorMessage": message,
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAAPP:s1",
            "arn": SESSION,
            "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
        },
        "requestParameters": {"bucketName": "data", "key": "2026/k.csv"},
        "resources": [
            {"type": "AWS::S3::Object", "ARN": OBJECT},
            {"type": "AWS::S3::Bucket", "ARN": BUCKET, "accountId": world.owner},
        ],
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
    }
    if world.endpoint:
        record |= {"vpcEndpointId": ENDPOINT, "sourceIPAddress": "10.0.0.7"}
    elif address:
        record["sourceIPAddress"] = ADDRESS
    return Event.model_validate(record)


_TITLES: Final = {
    LayerName.IDENTITY: "identity-based policy",
    LayerName.RESOURCE: "resource-based policy",
    LayerName.BOUNDARY: "permissions boundary",
    LayerName.SESSION: "session policy",
    LayerName.SCP: "service control policy",
    LayerName.RCP: "resource control policy",
    LayerName.VPCE: "VPC endpoint policy",
}
_ARTICLES: Final = {LayerName.IDENTITY: "an"}


def message_of(decision: Decision) -> str:
    """What AWS prints for a decision (spec M1 to M8)."""
    layer = LayerName(decision.layer)
    named = _TITLES[layer]
    why = (
        f"with an explicit deny in {_ARTICLES.get(layer, 'a')} {named}"
        if decision.effect is Effect.EXPLICIT_DENY
        else f"because no {named} allows the s3:GetObject action"
    )
    return f'User: {SESSION} is not authorized to perform: s3:GetObject on resource: "{OBJECT}" {why}'


def explained(told: World, message: str, *, unread: str = "", address: bool = True) -> Diagnosis:
    """What is said about the refused call by one who knows ``told``, and has not read all of it."""
    call = call_from_event(event(told, message, address=address), takes_no_resource=CATALOGUE.takes_no_resource)
    return diagnose(call, organisation(told, unread), CATALOGUE)


def with_fields(world: World, fields: Mapping[str, Statements]) -> World:
    """The world with other statements in some of its layers."""
    changes: dict[str, Any] = dict(fields)
    return replace(world, **changes)


def flawed(flaws: tuple[Flaw, ...], owner: str) -> World:
    """The world with its flaws, each in a layer of its own."""
    return with_fields(sound(flaws, owner), {flaw.field: flaw.statements for flaw in flaws})


def sound(flaws: tuple[Flaw, ...], owner: str) -> World:
    """The same world without the flaws: every layer that they are in is there, and lets the call in."""
    there = {flaw.field: _LETS_IN[flaw.field] for flaw in flaws if flaw.field in _LETS_IN}
    return with_fields(World(owner=owner), there | ({"resource": (OPEN_BUCKET,)} if owner == OTHER else {}))


_LETS_IN: Final[Mapping[str, Statements]] = {
    "boundary": (ALLOW_ALL,),
    "session": (ALLOW_ALL,),
    "endpoint": ({**ALLOW_ALL, "Principal": "*"},),
}
