"""The user's credentials as a way to call AWS: clients, a count of the calls, and a guard that lets only reads out."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from functools import cached_property, partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

from policysim import __version__
from policysim.sources.aws.answers import refuse_foreign
from policysim.sources.aws.failures import remote_error
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boto3 import Session
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.model import OperationModel

READ_ONLY_VERBS: Final = ("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Search")
"""What the name of an operation begins with that changes nothing."""

READ_ONLY_OPERATIONS: Final = frozenset(
    {
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "cloudtrail:CancelQuery",
        "cloudtrail:StartQuery",
        "iam:SimulateCustomPolicy",
        "iam:SimulatePrincipalPolicy",
        "logs:StartQuery",
        "logs:StopQuery",
        "sts:AssumeRole",
        "sts:DecodeAuthorizationMessage",
    }
)
"""Operations that change no resource, whatever their names say."""

_TOKENS: Final = (
    ("LastEvaluatedStreamArn", "ExclusiveStartStreamArn"),
    ("NextMarker", "Marker"),
    ("NextToken", "NextToken"),
    ("nextMarker", "marker"),
    ("nextToken", "nextToken"),
)
"""What an answer calls the token of its next page, and what the call for that page does."""

_STILL_EXPIRED: Final = "refreshed credentials are still expired"
_NO_URL: Final = "Invalid endpoint: "
"""What botocore's error says, which is Python's own, of an endpoint that is no URL."""
_ATTEMPTS: Final = 10
_CONNECT_SECONDS: Final = 10
_CONNECTIONS: Final = 32
_SESSION_NAME: Final = "policysim"
_MISSING: Final = "this calls AWS, for which boto3 is needed: `pip install 'policysim[aws]'`"


class AwsSettings(NamedTuple):
    """``--profile``, ``--region`` and ``--endpoint-url``, as the AWS CLI has them."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None


class CallerIdentity(NamedTuple):
    """Who the credentials stand for."""

    account_id: str
    arn: str
    partition: str


class StoppedError(Exception):
    """The call was not sent: nobody wants the answer any more."""


class Connection:
    """One set of credentials. Safe to be used by several threads.

    ``writes`` are the operations beside reading ones that may go out, as ``sns:Publish``.
    ``calls`` counts the requests by ``service:Operation``, retries included; assumed roles count into the same.
    """

    def __init__(
        self,
        settings: AwsSettings,
        *,
        writes: frozenset[str] = frozenset(),
        session: Session | None = None,
        calls: Counter[str] | None = None,
        stopped: Event | None = None,
    ) -> None:
        own = settings.endpoint_url
        if own is not None and not _is_url(own):
            raise InputError(_no_url(own))
        self.settings = settings
        self.calls = Counter[str]() if calls is None else calls
        self._stopped = stopped or Event()
        self._writes = writes
        self._lock = Lock()
        self._clients: dict[tuple[str, str | None], BaseClient] = {}
        self._session = _session_of(settings) if session is None else session
        events = self._session.events
        events.register("before-parameter-build.*.*", self._guard)
        events.register("before-send.*.*", self._count)
        events.register("before-parse.*.*", refuse_foreign)
        if settings.endpoint_url is not None:
            events.register("before-call.s3-control.*", partial(_stay_at, settings.endpoint_url))

    @property
    def region(self) -> str | None:
        """The Region of the settings, of the profile or of the environment."""
        return self.settings.region or self._session.region_name

    @cached_property
    def identity(self) -> CallerIdentity:
        """Whom the credentials stand for.

        Raises:
            RemoteError: AWS does not know them, or cannot be reached.
        """
        with remote("sts:GetCallerIdentity"):
            told = self.call("sts", "get_caller_identity", region=self.region or "us-east-1")
        return CallerIdentity(told["Account"], told["Arn"], told["Arn"].split(":")[1])

    def client(self, service: str, region: str | None = None) -> BaseClient:
        """The boto3 client of a service in a Region, one and the same each time."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._new_client(service, key[1])
            return self._clients[key]

    def _new_client(self, service: str, region: str | None) -> BaseClient:
        own = self.settings.endpoint_url
        try:
            client: BaseClient = self._session.client(  # type: ignore[call-overload]  # any service by name
                service, region_name=region, endpoint_url=own, config=_config(own_endpoint=own is not None)
            )
        except ValueError as error:
            if _NO_URL not in str(error):
                raise
            raise InputError(_no_url(own)) from None
        return client

    def call(self, service: str, operation: str, *, region: str | None = None, **parameters: object) -> dict[str, Any]:
        """The answer to one call; ``operation`` is boto3's name, as ``get_bucket_policy``. botocore's errors pass."""
        client = self.client(service, region)
        _require(client, operation)
        with _readable():
            answer = getattr(client, operation)(**parameters)
        return dict(answer)

    def pages(
        self, service: str, operation: str, *, region: str | None = None, **parameters: object
    ) -> Iterator[dict[str, Any]]:
        """The answers to one call, page after page.

        botocore lacks the pages of some operations, such as ``events:ListEventBuses``: the token of an answer that the
        operation takes back leads on.
        """
        client = self.client(service, region)
        _require(client, operation)
        if client.can_paginate(operation):
            with _readable():
                yield from client.get_paginator(operation).paginate(**parameters)
            return
        taken = _input_of(client, operation)
        while True:
            answer = self.call(service, operation, region=region, **parameters)
            yield answer
            further = {into: answer[out] for out, into in _TOKENS if answer.get(out) and into in taken}
            if not further:
                return
            parameters |= further

    def name_of(self, service: str, operation: str) -> str:
        """AWS's own spelling of a call, as ``iam:ListSAMLProviders`` for ``list_saml_providers``."""
        with self._lock:
            client = next((one for key, one in self._clients.items() if key[0] == service), None)
        spelled = client.meta.method_to_api_mapping if client is not None else {}
        return f"{service}:{spelled.get(operation) or ''.join(word.capitalize() for word in operation.split('_'))}"

    def assume(self, role_arn: str, *, external_id: str | None = None) -> Connection:
        """The same with the credentials of a role; they are renewed before they expire.

        Raises:
            botocore's errors, at the first call: the role cannot be assumed.
        """
        import boto3  # noqa: PLC0415  # the same
        import botocore.session  # noqa: PLC0415  # the same
        from botocore.credentials import (  # noqa: PLC0415  # loads only where AWS is called
            AssumeRoleCredentialFetcher,
            DeferredRefreshableCredentials,
        )

        extra = {"RoleSessionName": _SESSION_NAME, **({"ExternalId": external_id} if external_id else {})}
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=lambda service, **_: self.client(service, self.region or "us-east-1"),
            source_credentials=self._session.get_credentials(),
            role_arn=role_arn,
            extra_args=extra,
        )
        assumed = botocore.session.Session()
        loader = self._session._session.get_component("data_loader")  # noqa: SLF001  # models are read once, not once
        assumed.register_component("data_loader", loader)  # for each account
        renewed = DeferredRefreshableCredentials(method="assume-role", refresh_using=fetcher.fetch_credentials)
        assumed._credentials = renewed  # type: ignore[attr-defined]  # noqa: SLF001  # there is no public way
        if self.region:
            assumed.set_config_variable("region", self.region)
        session = boto3.Session(botocore_session=assumed)
        settings = self.settings._replace(profile=None)
        return Connection(settings, writes=self._writes, session=session, calls=self.calls, stopped=self._stopped)

    def stop(self) -> None:
        """Lets no further call out, also not with the credentials of roles; each raises ``StoppedError``."""
        self._stopped.set()

    def release(self, region: str) -> None:
        """Forgets the clients of a Region: hundreds of them take hundreds of megabytes."""
        with self._lock:
            for key in [key for key in self._clients if key[1] == region]:
                del self._clients[key]

    def regions_of(self, service: str, partition: str = "aws") -> list[str]:
        """The Regions in which botocore knows the service."""
        return self._session.get_available_regions(service, partition_name=partition)

    def _guard(self, model: OperationModel, **_: object) -> None:
        if self._stopped.is_set():
            raise StoppedError
        name = f"{_prefix(model)}:{model.name}"
        reads = model.name.startswith(READ_ONLY_VERBS) or name in READ_ONLY_OPERATIONS
        if not reads and name not in self._writes:
            raise RuntimeError(f"`{name}` is not one of the calls that this may make")

    def _count(self, event_name: str, **_: object) -> None:
        service, operation = event_name.split(".")[1:]
        with self._lock:
            self.calls[f"{service}:{operation}"] += 1


@contextmanager
def remote(call: str) -> Iterator[None]:
    """Turns botocore's errors into the sentence that ends the command.

    Raises:
        RemoteError: for any of them.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # loads only where AWS is called

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise remote_error(error, call) from None


@contextmanager
def _readable() -> Iterator[None]:
    """Takes an answer that is none of AWS's, such as the page of a proxy, for no answer at all.

    botocore says with an error of Python's own that credentials were renewed and are expired all the same.
    """
    from botocore.exceptions import CredentialRetrievalError, HTTPClientError  # noqa: PLC0415  # loads only where needed
    from botocore.parsers import ResponseParserError  # noqa: PLC0415  # the same

    try:
        yield
    except ResponseParserError as error:
        raise HTTPClientError(error=error) from None
    except RuntimeError as error:
        if _STILL_EXPIRED not in str(error):
            raise
        raise CredentialRetrievalError(provider="renewal", error_msg=str(error)) from None


def _session_of(settings: AwsSettings) -> Session:
    try:
        import boto3  # noqa: PLC0415  # loads only where AWS is called
        from botocore.exceptions import ProfileNotFound  # noqa: PLC0415  # the same
    except ImportError:
        raise InputError(_MISSING) from None
    try:
        return boto3.Session(profile_name=settings.profile, region_name=settings.region)
    except ProfileNotFound:
        raise InputError(f"`--profile {settings.profile}`: the AWS configuration has no such profile") from None


def _config(*, own_endpoint: bool) -> Config:
    """Adaptive retries, unless the environment sets its own; no account id before the name of an own endpoint."""
    from botocore.config import Config  # noqa: PLC0415  # loads only where AWS is called

    retries: dict[str, Any] = {}
    if "AWS_RETRY_MODE" not in os.environ:
        retries["mode"] = "adaptive"
    if "AWS_MAX_ATTEMPTS" not in os.environ:
        retries["total_max_attempts"] = _ATTEMPTS
    return Config(
        retries=cast("Any", retries or None),
        connect_timeout=_CONNECT_SECONDS,
        max_pool_connections=_CONNECTIONS,
        inject_host_prefix=not own_endpoint,
        user_agent_extra=f"policysim/{__version__}",
    )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _no_url(own: str | None) -> str:
    where = (
        "the endpoint of the AWS configuration or of `AWS_ENDPOINT_URL`" if own is None else f"`--endpoint-url {own}`"
    )
    return f"{where} is no URL: expected one such as `https://vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com`"


def _stay_at(endpoint_url: str, params: dict[str, Any], **_: object) -> None:
    """S3 Control puts the account id before the name of any host, and only AWS's own hosts go by such names."""
    own = urlsplit(endpoint_url)
    params["url"] = urlsplit(params["url"])._replace(scheme=own.scheme, netloc=own.netloc).geturl()


def _require(client: BaseClient, operation: str) -> None:
    """Takes an operation that is newer than the installed boto3 for an error of botocore's, as one of a service is."""
    from botocore.exceptions import UnknownClientMethodError  # noqa: PLC0415  # loads only where AWS is called

    if operation not in client.meta.method_to_api_mapping:
        raise UnknownClientMethodError(method_name=operation)


def _input_of(client: BaseClient, operation: str) -> frozenset[str]:
    """The names of what an operation takes; ``operation`` is boto3's name."""
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    return frozenset(model.input_shape.members if model.input_shape is not None else ())


def _prefix(model: OperationModel) -> str:
    return model.service_model.service_name
