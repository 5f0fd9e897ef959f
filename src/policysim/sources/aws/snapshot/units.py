"""The units of a snapshot: one collector in one place, done whole or not at all, and kept once it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import GoneError, Reading, RefusedError, Scope
from policysim.sources.aws.failures import Failure, code_of, failure_of, remote_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.sources.aws.collecting import Collector, Place
    from policysim.sources.aws.connection import Connection

ORGANIZATION: Final = "organization"
ENTRANCE: Final = "entrance"

_ELSEWHERE: Final = frozenset({Failure.BAD_CREDENTIALS, Failure.UNREACHABLE})
"""Failures of one Region or of everything."""

_UNREADABLE: Final = "an answer that cannot be read"
_UNREADABLE_ANSWERS: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What an answer without its usual members ends in."""


class UnitKey(NamedTuple):
    """What a unit is known by; ``region`` is empty for what is read once in an account."""

    account: str
    region: str
    name: str


class Unit(NamedTuple):
    """What a unit found: entries as part, path and value; gaps; and what only the engine needs, ``told``."""

    key: UnitKey
    entries: list[tuple[str, list[str], Any]]
    gaps: list[CollectionGap]
    told: dict[str, Any]
    kept: bool = True
    """Whether a later run may take it over; an account that cannot be entered is tried again."""


class StopError(Exception):
    """No further call can succeed: the message says why."""


class PutOffError(Exception):
    """This unit cannot be read now, though others can: the message says why."""


class PutOff(NamedTuple):
    """A unit that was put off, and why."""

    key: UnitKey
    why: str


def collected(collector: Collector, key: UnitKey, connection: Connection, place: Place) -> Unit:
    """What one collector finds in one place; refusals, and errors that concern nothing else, are gaps.

    Raises:
        StopError, PutOffError: the unit is not done.
    """
    reading = Reading(connection, place)
    where = f"account {place.account_id}" if collector.scope is Scope.ACCOUNT else place.region
    what = f"{collector.what} of {where}"
    entries: list[tuple[str, list[str], Any]] = []
    try:
        for entry in collector.collect(reading):
            entries.append((entry.part.value, list(entry.path), entry.value))  # noqa: PERF401  # kept before an error
    except RefusedError:
        pass
    except GoneError as error:
        reading.gaps.append(CollectionGap(what, *error.args))
    except Exception as error:  # noqa: BLE001  # what is no failure of AWS is raised again
        reading.gaps.append(gap_or_raise(error, what, collector.client, connection))
    gaps = [gap if gap.what else gap._replace(what=what) for gap in reading.gaps]
    return Unit(key, entries, gaps, {})


def _is_answer(error: BaseException) -> bool:
    from botocore.exceptions import ClientError  # noqa: PLC0415  # loads only where AWS is called

    return isinstance(error, ClientError)


def is_aws_error(error: BaseException) -> bool:
    """Whether AWS answered with it, or botocore got no answer."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # loads only where AWS is called

    return isinstance(error, (BotoCoreError, ClientError))


def gap_or_raise(error: Exception, what: str, client: str, connection: Connection) -> CollectionGap:
    """The gap that a failed call leaves, or an answer without its usual members; any other error is raised again.

    Raises:
        StopError, PutOffError: as ``gap_of``.
    """
    if is_aws_error(error):
        return gap_of(error, what, client, connection)
    if isinstance(error, _UNREADABLE_ANSWERS):
        return CollectionGap(what, client, _UNREADABLE)
    raise error


def gap_of(error: Exception, what: str, client: str, connection: Connection) -> CollectionGap:
    """The gap that a failed call leaves.

    An endpoint that does not answer, credentials that it does not know, and whatever kept a call from being sent,
    concern one Region alone where AWS still answers elsewhere.

    Raises:
        StopError: the credentials have expired, the clock is wrong, or AWS answers nowhere.
        PutOffError: AWS slows the calls down.
    """
    operation = getattr(error, "operation_name", None)
    call = f"{client}:{operation}" if operation else client
    match failure_of(error):
        case Failure.EXPIRED | Failure.SKEWED:
            raise StopError(str(remote_error(error, call))) from None
        case Failure.THROTTLED:
            raise PutOffError(str(remote_error(error, call))) from None
        case failure if (failure in _ELSEWHERE or not _is_answer(error)) and not answers(connection):
            raise StopError(str(remote_error(error, call))) from None
        case _:
            return CollectionGap(what, call, code_of(error))


def answers(connection: Connection) -> bool:
    """Whether AWS still knows the credentials."""
    return succeeds(lambda: connection.call("sts", "get_caller_identity", region=connection.region or "us-east-1"))


def succeeds(call: Callable[[], object]) -> bool:
    """Whether AWS answers a call without an error."""
    try:
        call()
    except Exception as error:
        if not is_aws_error(error):
            raise
        return False
    return True
