"""How SDKs, the AWS CLI and deployment tools word an error of AWS: where the code, the operation and the service stand.

Source: the error texts of the AWS SDKs for Python, Go, Java, JavaScript, Ruby, PHP and .NET, of Terraform, and the XML
and JSON error bodies that the services answer with.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.error_codes import look_alike, names_denial

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADS: Final = (
    # AWS CLI and SDK for Python.
    (
        r"A(?:n|\s+client)\s+error\s+(?:occurred\s+)?\((?P<code{n}>[\w.]{{1,80}})\)\s+(?:occurred\s+)?when\s+calling\s+the"
        r"\s+(?P<operation{n}>\w{{1,80}})"
        r"\s+operation(?:\s+\(reached\s+max\s+retries:\s+\d+\))?:"
    ),
    # SDK for Go v2, and Terraform and others that are built on it.
    (
        r"operation\s+error\s+(?P<service{n}>[A-Z][\w .-]{{0,60}}):\s+(?P<operation{n}>\w{{1,80}}),"
        r"(?:[^\n:]|:(?!\s)|\n(?!\n)|(?:StatusCode|RequestID|HostID):\s){{0,600}}?"
        r"api\s+error\s+(?P<code{n}>[\w.]{{1,80}}):"
    ),
    # SDK for Ruby, SDK for Java v2 and SDK for .NET, by the name of the exception.
    r"Aws::(?P<service{n}>\w{{1,60}})::Errors::(?P<code{n}>\w{{1,80}})\b:?",
    r"services\.(?P<service{n}>\w{{1,60}})\.model\.(?P<code{n}>\w{{1,80}}):",
    # SDK for PHP.
    r"Error\s+executing\s+\"(?P<operation{n}>\w{{1,80}})\"\s+on\s+\"[^\"\n]{{0,2000}}\";\s+AWS\s+HTTP\s+error:",
    # Error bodies in XML and JSON.
    r"<Code>(?P<code{n}>[\w.]{{1,80}})</Code>\s*<Message>",
    r"\"(?:__type|[Cc]ode|errorCode)\"\s*:\s*\"(?:[\w.]{{1,120}}#)?(?P<code{n}>[\w.]{{1,80}})\"",
    (
        r"\"[Mm]essage\"\s*:\s*\"(?=(?:[^\"\\\n]|\\.){{0,2000}}\"[^{{}}\n]{{0,200}}\"(?:__type|[Cc]ode)\"\s*:\s*\""
        r"(?:[\w.]{{1,120}}#)?(?P<code{n}>[\w.]{{1,80}})\")"
    ),
    # SDK for Go v1, for JavaScript, and whoever prints the code before the message.
    r"(?P<code{n}>[A-Z][\w.]{{2,80}}):(?=\s)",
)
"""What stands before a message, one pattern a tool; `{{n}}` numbers its groups."""

_HEAD: Final = re.compile("|".join(f"(?:{head.format(n=n)})" for n, head in enumerate(HEADS)))
_HEAD_START: Final = re.compile(
    r"[A-Zos<\"](?:(?<=s)(?=ervices\.)|(?<![\w.].)"
    r"(?:(?<=\")(?=[_cCemM])|(?<=<)(?=Code>)|(?<=o)(?=peration\s)|(?<=[A-Z])(?=[\w.]{2}|n\s|\sclient\s)))"
)
"""Where a head can begin: a search for the first character alone is fast."""

_TRAILERS: Final = (
    # SDKs for Java; CloudFormation and the CDK, which are built on them.
    re.compile(
        r"\(Service:\s+(?P<service>[^,;()\n]{1,60})[,;]\s+Status\s+Code:\s+\d{3}"
        r"(?:[,;]\s+Error\s+Code:\s+(?P<code>[\w.]{1,80}))?"
    ),
    re.compile(r"\"(?:__type|[Cc]ode|errorCode)\"\s*:\s*\"(?:[\w.]{1,120}#)?(?P<code>[\w.]{1,80})\""),
    re.compile(r"HandlerErrorCode:\s+(?P<code>\w{1,80})"),
)
_TRAILER_REACH: Final = 600
"""How far behind a message its tool says what else it knows."""


class ToolWords(NamedTuple):
    """What a tool says around a message: its error code, the operation and the service, as the tool prints them."""

    start: int
    end: int
    code: str | None = None
    operation: str | None = None
    service: str | None = None


def heads(text: str) -> Iterator[ToolWords]:
    """The places at which a tool announces an error of AWS, in their order."""
    end = 0
    for start in _HEAD_START.finditer(text):
        match = _HEAD.match(text, start.start()) if start.start() >= end else None
        if match is None:
            continue
        if match.lastgroup == _CODE_ALONE and not is_known(match[_CODE_ALONE]):
            continue
        words = {name.rstrip("0123456789"): value for name, value in match.groupdict().items() if value is not None}
        head = ToolWords(match.start(), match.end(), **words)
        if set(words) != {"code"} or is_known(head.code or ""):
            end = head.end
            yield head


_CODE_ALONE: Final = f"code{len(HEADS) - 1}"
"""The group of the last pattern, which takes any word before a colon."""


def service_of_command(before: str, operation: str) -> str | None:
    """The service of the AWS CLI command that stands last in the text before an error of ``operation``."""
    if _S3_TRANSFER.search(before.rpartition("\n")[2]) is not None:
        return "s3"
    commands = list(_COMMAND.finditer(before))
    if not commands:
        return None
    command = commands[-1]
    whole = command["service"] == "s3" or command["command"] == _WORD_START.sub("-", operation).lower()
    return command["service"] if whole else None


_COMMAND: Final = re.compile(
    r"(?<![\w./-])aws\s{1,4}(?:--[\w-]{1,40}(?:[= ][^\s-]\S{0,80})?\s{1,4}){0,6}"
    r"(?P<service>[a-z][a-z0-9-]{1,40})\s{1,4}(?P<command>[a-z][a-z0-9-]{1,80})"
)
_S3_TRANSFER: Final = re.compile(r"s3://\S")
"""What the high-level commands of Amazon S3 print in the line of an error, such as `upload failed: a to s3://b/a`."""

_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def trailer(text: str) -> ToolWords:
    """What a tool says behind the message that ``text`` begins with."""
    near = text[:_TRAILER_REACH]
    words: dict[str, str] = {}
    for pattern in _TRAILERS:
        match = pattern.search(near)
        if match is not None:
            words = {name: value for name, value in match.groupdict().items() if value is not None} | words
    return ToolWords(0, 0, words.get("code"), None, words.get("service"))


@lru_cache(maxsize=4096)
def is_known(code: str) -> bool:
    """Whether an error code says that something was denied, or is easily taken for it."""
    return names_denial(code) or look_alike(code) is not None
