"""Time and memory of explaining many denied events: the same walls met again and again, and walls that all differ.

    python benchmarks/explain.py [EVENTS]

``gallery``: the denials of the sample organisation, each many times over, at other times, in other sessions, on other
objects of the same folder. ``scattered``: an organisation of many roles, each with its own policies, and denials that
share neither caller nor resource. Each log is explained by a process of its own, so that its memory is its own. The
reference in the same run is each event diagnosed by itself, so that figures compare across machines as ratios.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.requests import call_from_event
from policysim.explanation.diagnose import diagnose
from policysim.language.source import Source
from policysim.reports.build import report_of
from policysim.sources.events import events_in
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parent.parent
ACME = REPOSITORY / "policies" / "acme"
ACCOUNT = "111122223333"
ROLES = 300
BUCKETS = 40
FEW = 100
FORMATS = ("text", "json")
VERSION = "2012-10-17"
ACTIONS = {
    "s3": ("GetObject", "PutObject", "DeleteObject"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage"),
    "dynamodb": ("GetItem", "PutItem", "Query"),
    "sns": ("Publish", "Subscribe"),
}
ORGANISATION = {
    "organization_id": "o-benchmark1",
    "management_account_id": "444455556666",
    "root": {
        "id": "r-1",
        "name": "Root",
        "scps": ["FullAWSAccess", "regions"],
        "rcps": ["RCPFullAWSAccess"],
        "children": [{"id": ACCOUNT, "name": "work", "scps": ["FullAWSAccess"], "rcps": ["RCPFullAWSAccess"]}],
    },
}
REGIONS = {
    "Version": VERSION,
    "Statement": {
        "Sid": "OnlyEurope",
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    },
}


def chance_of(seed: int) -> random.Random:
    """The same choices in every run."""
    return random.Random(seed)  # noqa: S311  # choices of a benchmark keep nothing secret


def gallery_events() -> list[dict[str, Any]]:
    """One denied event of each scenario that plays in the sample organisation."""
    found: list[dict[str, Any]] = []
    for page in sorted((REPOSITORY / "policies" / "scenarios").glob("*/README.md")):
        event = page.parent / "event.json"
        if event.exists() and "--account policies/acme" in page.read_text(encoding="utf-8"):
            read = json.loads(event.read_text(encoding="utf-8"))
            found += read.get("Records", [read])
    return found


def gallery_log(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Denials of the gallery as a log holds them: other ids, times, sessions and objects."""
    known = gallery_events()
    for number in range(count):
        event = known[number % len(known)]
        text = json.dumps(event)
        key = (event.get("requestParameters") or {}).get("key")
        if key:
            text = text.replace(key, f"{key}-{chance.randrange(1000)}")
        arn = event["userIdentity"].get("arn") or ""
        if ":assumed-role/" in arn:
            role, _, session = arn.split(":")[-1].removeprefix("assumed-role/").partition("/")
            text = text.replace(f"{role}/{session}", f"{role}/{session}-{chance.randrange(20)}")
        yield _dated(json.loads(text), number, chance)


def _dated(event: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    seconds = chance.randrange(86_400)
    event["eventTime"] = f"2026-11-24T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
    event["eventID"] = f"00000000-0000-4000-8000-{number:012}"
    event["requestID"] = f"R{number:015}"
    return event


def write_organisation(folder: Path, chance: random.Random) -> None:
    """An organisation of one member account: many roles with their own policies, and buckets with policies."""
    account = folder / "accounts" / ACCOUNT
    roles = [_role(number, chance) for number in range(ROLES)]
    documents: dict[Path, object] = {
        account / "account.json": {"account_id": ACCOUNT},
        account / "authorization-details.json": {"RoleDetailList": roles},
        account / "resource-policies.json": {f"arn:aws:s3:::data-{n}": f"bucket-{n}.json" for n in range(BUCKETS)},
        folder / "organization.json": ORGANISATION,
        folder / "policies" / "scps" / "regions.json": REGIONS,
    }
    documents |= {account / f"bucket-{number}.json": _bucket_policy(number) for number in range(BUCKETS)}
    for path, document in documents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def _role(number: int, chance: random.Random) -> dict[str, Any]:
    statements = [
        {
            "Sid": f"Use{place}",
            "Effect": "Allow",
            "Action": [f"{prefix}:{action}" for action in chance.sample(actions, 1)],
            "Resource": _resource(prefix, chance.randrange(BUCKETS)).replace("/key", "/*"),
        }
        for place, (prefix, actions) in enumerate(ACTIONS.items())
    ]
    return {
        "RoleName": f"app-{number}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/app-{number}",
        "AssumeRolePolicyDocument": {"Version": VERSION, "Statement": []},
        "RolePolicyList": [{"PolicyName": "use", "PolicyDocument": {"Version": VERSION, "Statement": statements}}],
        "AttachedManagedPolicies": [],
    }


def _bucket_policy(number: int) -> dict[str, Any]:
    statement = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::data-{number}", f"arn:aws:s3:::data-{number}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": VERSION, "Statement": [statement]}


def _resource(prefix: str, number: int) -> str:
    name = f"data-{number}"
    return {
        "s3": f"arn:aws:s3:::{name}/key",
        "sqs": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}",
        "dynamodb": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{name}",
        "sns": f"arn:aws:sns:eu-west-1:{ACCOUNT}:{name}",
    }[prefix]


def scattered_log(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Denials of roles that lack an Allow, hardly two of them alike."""
    for number in range(count):
        role, prefix = f"app-{chance.randrange(ROLES)}", chance.choice(list(ACTIONS))
        action, resource = chance.choice(ACTIONS[prefix]), _resource(prefix, chance.randrange(BUCKETS, 4 * BUCKETS))
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/s{chance.randrange(20)}"
        event = {
            "eventVersion": "1.11",
            "userIdentity": _identity(role, session),
            "eventSource": f"{prefix}.amazonaws.com",
            "eventName": action,
            "awsRegion": "eu-west-1",
            "sourceIPAddress": f"198.51.100.{chance.randrange(256)}",
            "userAgent": f"aws-sdk-java/2.{chance.randrange(30)}",
            "errorCode": "AccessDenied",
            "errorMessage": f"User: {session} is not authorized to perform: {prefix}:{action} on resource: {resource}"
            f" because no identity-based policy allows the {prefix}:{action} action",
            "requestParameters": {"bucketName": resource.split(":")[-1].split("/")[0], "key": "key"},
            "recipientAccountId": ACCOUNT,
        }
        yield _dated(event, number, chance)


def _identity(role: str, session: str) -> dict[str, Any]:
    unique = f"AROA{role.replace('-', '').upper():0<17}"
    issuer = {
        "type": "Role",
        "principalId": unique,
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "accountId": ACCOUNT,
        "userName": role,
    }
    return {
        "type": "AssumedRole",
        "principalId": f"{unique}:{session.rpartition('/')[2]}",
        "arn": session,
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
    }


class Cost(NamedTuple):
    """Seconds of processor time and peak memory, in KB, of one run of ``explain``."""

    seconds: float
    memory: int


def explained(log: Path, account: Path, name: str) -> Cost:
    """What a run costs whose output is thrown away."""
    arguments = [sys.executable, "-m", "policysim", "explain", str(log), "--account", str(account), "--format", name]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise SystemExit(process.returncode)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def by_themselves(log: Path, account: Path) -> float:
    """Seconds of processor time for one event when every event is diagnosed whole, as if it came alone."""
    organisation, events = read_organisation(account), events_in(Source(log.name, log.read_text(encoding="utf-8")))
    start = time.process_time()
    for found in events:
        call = call_from_event(found.event, takes_no_resource=CATALOGUE.takes_no_resource)
        report_of(diagnose(call, organisation, CATALOGUE))
    return (time.process_time() - start) / len(events)


def main() -> None:
    """Print one line for each log and format."""
    count = max(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, 2 * FEW)
    print(f"{count} events; load {os.getloadavg()[0]:.1f}; times are of the processor")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_organisation(folder / "scattered", chance_of(1))
        for title, account, events in (
            ("gallery", ACME, gallery_log(count, chance_of(2))),
            ("scattered", folder / "scattered", scattered_log(count, chance_of(3))),
        ):
            records = list(events)
            log, few = (folder / f"{title}-{len(some)}.json" for some in (records, records[:FEW]))
            for path, some in ((log, records), (few, records[:FEW])):
                path.write_text(json.dumps({"Records": some}), encoding="utf-8")
            alone = by_themselves(few, account)
            for name in FORMATS:
                start, whole = explained(few, account, name), explained(log, account, name)
                each = (whole.seconds - start.seconds) / (count - FEW)
                print(
                    f"{title:9} {name:4} {count / whole.seconds:5.0f} events/s, {each * 1000:5.2f} ms for one more"
                    f" (diagnosed by itself: {alone / each:4.1f}x that), {whole.memory / 1024:4.0f} MB"
                )


if __name__ == "__main__":
    main()
