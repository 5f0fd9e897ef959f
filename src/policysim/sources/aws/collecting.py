"""What a snapshot is made of: collectors, the calls that they make, and the entries that they find.

A collector reads one thing of one account in one place, such as the queues of a Region. The engine runs collectors side
by side and writes what they find into the account folder. A refused call is a gap and never the end.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from policysim.account.account import CollectionGap
from policysim.sources.aws.failures import Failure, code_of, failure_of, message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.sources.aws.connection import Connection


class Part(StrEnum):
    """The files of the account folder; the value is the file's name without its ending."""

    ACCOUNT = "account"
    AUTHORIZATION_DETAILS = "authorization-details"
    RESOURCE_POLICIES = "resource-policies"
    VPC_ENDPOINTS = "vpc-endpoints"
    TAGS = "tags"
    KMS_GRANTS = "kms-grants"
    KMS_ALIASES = "kms-aliases"
    S3_PUBLIC_ACCESS = "s3-public-access"
    S3_ACCESS_POINTS = "s3-access-points"
    IDENTITY_PROVIDERS = "identity-providers"


class Entry(NamedTuple):
    """One finding: the file that it belongs into, the way to its place there, and the JSON value.

    ``path`` is ``(ARN,)`` in a map by ARN, ``("buckets", NAME)`` in ``s3-public-access``. ``None`` says "collected,
    there is none"; a policy is the document itself or the text in which AWS printed it.
    """

    part: Part
    path: tuple[str, ...]
    value: object


class Scope(Enum):
    """Where a collector runs."""

    ACCOUNT = "account"
    """Once in each account."""
    REGION = "region"
    """In each Region of each account in which botocore knows the service."""


class Place(NamedTuple):
    """An account and a Region in it; the Region of a collector of scope ACCOUNT is the partition's first."""

    account_id: str
    partition: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """What one collector reads, and how.

    ``services`` are the IAM prefixes of which it collects everything: they are called complete where every collector
    that names them finished everywhere without a gap. ``client`` is boto3's name of the service that decides in which
    Regions it runs. ``actions`` are all the IAM actions that it needs. ``what`` says it in words: ``queue policies``.
    """

    name: str
    services: tuple[str, ...]
    client: str
    scope: Scope
    actions: tuple[str, ...]
    what: str
    collect: Callable[[Reading], Iterator[Entry]]
    regions: tuple[str, ...] = ()
    """Where it runs, when not everywhere: of services that live in one Region."""
    tags_of: tuple[str, ...] = ()
    """The IAM prefixes of which it collects all tags; tags count as complete as ``services`` do."""


class GoneError(Exception):
    """The resource was deleted between the list and the look at it; the arguments are the call and the error code."""


class RefusedError(Exception):
    """A call was refused, is newer than boto3, or got another error about one resource; the gap is noted already."""


@dataclass(slots=True)
class Reading:
    """How a collector calls AWS in one place; ``gaps`` are what was refused so far."""

    connection: Connection
    place: Place
    gaps: list[CollectionGap] = field(default_factory=list)
    _about: str = ""

    def call(
        self,
        service: str,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **parameters: object,
    ) -> dict[str, Any] | None:
        """The answer; ``None`` where AWS answered with one of the codes ``absent``, which say "there is none".

        ``CODE: words`` stands for that code with a message that begins so, of a code that says other things as well.

        Raises:
            GoneError, RefusedError: ``about`` catches them. botocore's other errors pass: the engine deals with them.
        """
        with self._told(service, operation, absent) as found:
            found.append(self.connection.call(service, operation, region=region or self.place.region, **parameters))
        return found[0] if found else None

    def items(
        self,
        service: str,
        operation: str,
        member: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **parameters: object,
    ) -> Iterator[Any]:
        """The items of a list that AWS prints page after page.

        A list that is refused on its way keeps what it gave until then, and is a gap.
        """
        for page in self.pages(service, operation, absent=absent, region=region, **parameters):
            yield from page.get(member) or ()

    def pages(
        self,
        service: str,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **parameters: object,
    ) -> Iterator[dict[str, Any]]:
        """The answers themselves, page after page, as ``items`` takes them."""
        pages = self.connection.pages(service, operation, region=region or self.place.region, **parameters)
        while True:
            with self._told(service, operation, absent) as found:
                found.append(next(pages, None))
            if not found or found[0] is None:
                return
            yield found[0]

    @contextmanager
    def about(self, what: str) -> Iterator[None]:
        """Calls about one resource, by its ARN: a resource that is gone is left out, refused calls are its gaps.

        So are errors without a kind of their own, as of a key that is just being made: they cost that resource alone.
        """
        outer, self._about = self._about, what
        try:
            yield
        except (GoneError, RefusedError):
            return
        finally:
            self._about = outer

    @contextmanager
    def _told(self, service: str, operation: str, absent: tuple[str, ...]) -> Iterator[list[Any]]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # loads only where AWS is called

        try:
            yield []
        except (BotoCoreError, ClientError) as error:
            if _says_none(error, absent):
                return
            failure = failure_of(error)
            if failure is Failure.OTHER and self._about and isinstance(error, ClientError):
                failure = Failure.REFUSED
            match failure:
                case Failure.GONE:
                    raise GoneError(self.connection.name_of(service, operation), code_of(error)) from None
                case Failure.REFUSED | Failure.TOO_OLD:
                    self.gaps.append(
                        CollectionGap(self._about, self.connection.name_of(service, operation), code_of(error))
                    )
                    raise RefusedError from None
                case _:
                    raise


def _says_none(error: BaseException, absent: tuple[str, ...]) -> bool:
    code, message = code_of(error), message_of(error)
    told = (one.partition(": ") for one in absent)
    return any(code == wanted and message.startswith(words) for wanted, _, words in told)
