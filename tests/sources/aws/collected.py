"""What collectors find in one Region of AWS on loopback, and that as an account folder."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.stub import Stubber

from policysim.account.account import Organisation
from policysim.sources.account_folder import read_account
from policysim.sources.aws.collecting import Part, Place, Reading, RefusedError
from policysim.sources.aws.connection import AwsSettings, Connection
from tests.account_folders import details, user_entry, write_folder
from tests.aws_server import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from policysim.account.account import CollectionGap
    from policysim.sources.aws.collecting import Collector, Entry
    from tests.aws_server import AwsServer

REGION = "eu-west-1"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"


Stubs = tuple[tuple[str, str, dict[str, Any] | str], ...]
"""Client, operation, and the answer to it or the code of an error."""


class Found(NamedTuple):
    """The entries in the order in which they came, and the gaps."""

    entries: list[Entry]
    gaps: list[CollectionGap]

    def of(self, part: Part) -> dict[str, Any]:
        """One file of the folder: the values by the last step of the way to them."""
        return {entry.path[-1]: entry.value for entry in self.entries if entry.part is part}

    @property
    def policies(self) -> dict[str, Any]:
        """The resource policies, read as JSON where they came as a text."""
        return {arn: _read(value) for arn, value in self.of(Part.RESOURCE_POLICIES).items()}


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def connected(aws: AwsServer) -> Connection:
    return Connection(AwsSettings(endpoint_url=aws.url))


def reading(connection: Connection, region: str = REGION) -> Reading:
    return Reading(connection, Place(ACCOUNT, "aws", region))


def found_by(collectors: Iterable[Collector], how: Reading) -> Found:
    """All that the collectors find; a list that is refused ends its collector."""
    entries: list[Entry] = []
    for collector in collectors:
        try:
            entries += collector.collect(how)
        except RefusedError:
            continue
    return Found(entries, how.gaps)


@contextmanager
def stubbed(stubs: Iterable[tuple[str, str, dict[str, Any] | str]], region: str = REGION) -> Iterator[Connection]:
    """A connection that answers these calls in this order, each client for itself, and no others; all must be made."""
    connection = Connection(AwsSettings(region=region))
    with ExitStack() as active:
        clients: dict[str, Stubber] = {}
        for service, operation, answer in stubs:
            if service not in clients:
                clients[service] = active.enter_context(Stubber(connection.client(service, region)))
            if isinstance(answer, str):
                clients[service].add_client_error(operation, answer)
            else:
                clients[service].add_response(operation, answer)
        yield connection
        for stubber in clients.values():
            stubber.assert_no_pending_responses()


def collected(aws: AwsServer, collectors: Iterable[Collector], region: str = REGION) -> Found:
    return found_by(collectors, reading(connected(aws), region))


def organisation_of(found: Found, base: Path, complete: tuple[str, ...] = ()) -> Organisation:
    """An organisation of the one account, read from a folder of what was found."""
    files: dict[str, Any] = {
        "account.json": {"account_id": ACCOUNT},
        "authorization-details.json": details(UserDetailList=[user_entry(Arn=USER)]),
        "session-policies.json": {},
        "collection.json": {"format": 1, "complete": list(complete), "gaps": [gap._asdict() for gap in found.gaps]},
    }
    for entry in found.entries:
        at = files.setdefault(f"{entry.part}.json", {})
        for step in entry.path[:-1]:
            at = at.setdefault(step, {})
        at[entry.path[-1]] = entry.value
    account = read_account(write_folder(base, files))
    return Organisation(accounts={ACCOUNT: account}, standalone=True)


def allow_everybody(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
