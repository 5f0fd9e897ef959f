"""Calls whose failures say no more than the call and AWS's code: what AWS says beside it names roles and resources."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from policysim.sources.aws.failures import Failure, code_of, failure_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.connection import Connection


class CallError(Exception):
    """A call that failed: its name as ``s3:GetObject``, AWS's code, and the kind of the failure."""

    def __init__(self, call: str, code: str, failure: Failure) -> None:
        super().__init__(f"`{call}` failed ({code})")
        self.call, self.code, self.failure = call, code, failure


@contextmanager
def quietly(call: str) -> Iterator[None]:
    """Turns botocore's errors into ``CallError``.

    Raises:
        CallError: for any of them.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # loads only where AWS is called

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise CallError(call, code_of(error), failure_of(error)) from None


def quiet_call(connection: Connection, service: str, operation: str, **parameters: object) -> dict[str, Any]:
    """The answer to one call; ``operation`` is boto3's name, as ``put_object``.

    Raises:
        CallError: AWS or the network did not answer as needed.
    """
    name = f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}"
    with quietly(name):
        return connection.call(service, operation, region=None, **parameters)
