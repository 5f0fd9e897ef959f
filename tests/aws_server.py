"""AWS on loopback: moto's server, and before it a door that counts the calls and can fail them as a test asks.

The door reads of each request the service (from its signature) and the operation (from its target, its action or its
method and path), answers with a scripted fault, or hands it on to moto.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock
from urllib.parse import parse_qs

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
ACCOUNT = "123456789012"
"""The account of credentials that moto did not hand out itself."""

_SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_CONDITIONS = ("If-Match", "If-None-Match")


class Call(NamedTuple):
    """One request: ``service`` by its signature; ``operation`` by its target or action, else method and path."""

    service: str
    operation: str
    region: str
    body: bytes


@dataclass
class Fault:
    """What happens to calls that ``matches`` fits, ``times`` of them after the first ``after``."""

    matches: Callable[[Call], bool]
    code: str = ""
    status: int = 400
    message: str = "as the test asked"
    times: int = 1_000_000
    after: int = 0
    delay: float = 0.0
    seen: int = 0


@dataclass
class Reply:
    """What stands in for moto, of operations that it lacks: calls that ``matches`` fits get this body."""

    matches: Callable[[Call], bool]
    body: bytes
    content_type: str
    answer: Callable[[Call], object] | None = None
    """Makes the body, as JSON, of each call; for what depends on it."""

    def body_for(self, call: Call) -> bytes:
        """The body that answers one call."""
        return self.body if self.answer is None else json.dumps(self.answer(call)).encode()


@dataclass
class AwsServer:
    """A running server: ``url`` is what ``--endpoint-url`` takes, ``moto_url`` leads past the door."""

    url: str
    moto_url: str
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    writing: Lock = field(default_factory=Lock)
    """Held by writes on a condition: S3 decides them one after the other, and moto looks first and writes later."""

    def reset(self) -> None:
        """Forgets everything that tests made, all faults and all calls."""
        request = urllib.request.Request(f"{self.moto_url}/moto-api/reset", method="POST")  # noqa: S310  # loopback
        with urllib.request.urlopen(request):  # noqa: S310  # loopback
            pass
        with self.lock:
            self.calls.clear()
            self.faults.clear()
            self.replies.clear()

    def fail(self, operation: str, code: str, **settings: Any) -> Fault:
        """Answers calls of ``service:operation`` with an error code; ``*`` stands for any service or operation.

        ``operation`` of a REST API is ``METHOD /path`` and is compared as a regular expression.
        """
        fault = Fault(_matches(operation), code, **settings)
        with self.lock:
            self.faults.append(fault)
        return fault

    def reply(self, operation: str, body: str, content_type: str = "application/json") -> None:
        """Answers calls of ``service:operation`` with a body of the test's own; the operation as ``fail`` takes it."""
        with self.lock:
            self.replies.append(Reply(_matches(operation), body.encode(), content_type))

    def answer(self, operation: str, answer: Callable[[Call], object]) -> None:
        """The same with a function that makes the answer to each call, which is sent as JSON."""
        with self.lock:
            self.replies.append(Reply(_matches(operation), b"", "application/x-amz-json-1.1", answer))

    def client(self, service: str, region: str = "us-east-1", *, account: str | None = None) -> Any:
        """A client that talks to moto past the door, to make what a test needs; ``account`` as moto's assumed role."""
        keys: dict[str, str] = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        if account is not None:
            role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
            told = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            keys = {
                "aws_access_key_id": told["AccessKeyId"],
                "aws_secret_access_key": told["SecretAccessKey"],
                "aws_session_token": told["SessionToken"],
            }
        config = Config(inject_host_prefix=False)
        session = boto3.Session(region_name=region, **keys)  # type: ignore[arg-type]  # the stubs want each key by name
        session.events.register("before-call.s3-control.*", self._stay_at_moto)
        return session.client(service, endpoint_url=self.moto_url, config=config)  # type: ignore[call-overload]

    def _stay_at_moto(self, params: dict[str, Any], **_: object) -> None:
        """S3 Control puts the account id before the name of the host."""
        params["url"] = self.moto_url + "/" + params["url"].split("/", 3)[3]

    def called(self, operation: str) -> int:
        """How many calls of ``service:operation`` came."""
        service, _, name = operation.partition(":")
        with self.lock:
            return sum(1 for call in self.calls if service in {"*", call.service} and name in {"*", call.operation})


def _matches(operation: str) -> Callable[[Call], bool]:
    service, _, name = operation.partition(":")
    return lambda call: (
        service in {"*", call.service} and (name == "*" or re.fullmatch(name, call.operation) is not None)
    )


@contextmanager
def models_read_once() -> Iterator[None]:
    """Has all sessions of this process read botocore's models from its files once, not once each."""
    loader = botocore.session.create_loader()
    with mock.patch.object(botocore.session, "create_loader", return_value=loader):
        yield


@contextmanager
def running_aws() -> Iterator[AwsServer]:
    """Moto and the door before it, on two free ports of loopback."""
    port = _free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", HOST, "-p", str(port)]
    moto = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, moto)
        server = AwsServer("", f"http://{HOST}:{port}")
        door = _Door((HOST, 0), _handler(server, port))
        server.url = f"http://{HOST}:{door.server_port}"
        thread = Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            door.shutdown()
            door.server_close()
            thread.join()
    finally:
        moto.kill()
        moto.wait()


class _Door(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that a test kills hang up in the middle of an answer."""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, moto: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if moto.poll() is not None:
            raise RuntimeError(f"moto's server ended with {moto.returncode}")
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/moto-api/data.json"):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("moto's server did not start within a minute")


def _handler(server: AwsServer, moto_port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Tests read ``calls``."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
                body = _unchunked(self.rfile)
                del self.headers["Transfer-Encoding"]
                self.headers["Content-Length"] = str(len(body))
            call = _call_of(self, body)
            with server.lock:
                server.calls.append(call)
                fault = _due(server.faults, call)
                reply = next((one for one in server.replies if one.matches(call)), None)
            if fault is not None and fault.delay:
                time.sleep(fault.delay)
            if fault is not None and fault.code:
                status, headers, answer = _failed(self, fault)
            elif reply is not None:
                status, headers, answer = 200, [("Content-Type", reply.content_type)], reply.body_for(call)
            else:
                conditional = self.command == "PUT" and any(self.headers.get(name) for name in _CONDITIONS)
                with server.writing if conditional else nullcontext():
                    status, headers, answer = _asked_of_moto(self, body, moto_port)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if not any(name.lower() == "content-length" for name, _ in headers):
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _serve  # noqa: N815  # http.server's names

    return Handler


def _unchunked(stream: Any) -> bytes:
    parts = []
    while size := int(stream.readline().split(b";")[0], 16):
        parts.append(stream.read(size))
        stream.readline()
    stream.readline()
    return b"".join(parts)


def _call_of(handler: BaseHTTPRequestHandler, body: bytes) -> Call:
    signed = _SIGNED.search(handler.headers.get("Authorization") or "")
    service, region = (signed[3], signed[2]) if signed else ("", "")
    target = handler.headers.get("X-Amz-Target")
    if target:
        operation = target.rsplit(".", 1)[-1]
    elif (handler.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
        operation = parse_qs(body.decode()).get("Action", [""])[0]
    else:
        operation = f"{handler.command} {handler.path}"
    return Call(service, operation, region, body)


def _due(faults: list[Fault], call: Call) -> Fault | None:
    for fault in faults:
        if fault.matches(call):
            fault.seen += 1
            if fault.after < fault.seen <= fault.after + fault.times:
                return fault
    return None


def _failed(handler: BaseHTTPRequestHandler, fault: Fault) -> tuple[int, list[tuple[str, str]], bytes]:
    """The error in the form that the caller's protocol has; a REST API gets both JSON's header and XML's body."""
    if (handler.headers.get("Content-Type") or "").startswith("application/x-amz-json"):
        body = json.dumps({"__type": fault.code, "message": fault.message}).encode()
        return fault.status, [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", fault.code)], body
    error = f"<Error><Type>Sender</Type><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
    signed = _SIGNED.search(handler.headers.get("Authorization") or "")
    service = signed[3] if signed else ""
    form = (handler.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded")
    if service == "ec2":
        xml = f"<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>"
    elif form:
        xml = f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"
    elif service == "s3":
        xml = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
    else:
        body = json.dumps({"code": fault.code, "message": fault.message}).encode()
        return fault.status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", fault.code)], body
    return fault.status, [("Content-Type", "text/xml")], xml.encode()


def _asked_of_moto(handler: BaseHTTPRequestHandler, body: bytes, port: int) -> tuple[int, list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection(HOST, port)
    try:
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "connection"}
        connection.request(handler.command, handler.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        dropped = {"connection", "transfer-encoding", "date", "server"}
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
        return answer.status, kept, content
    finally:
        connection.close()
