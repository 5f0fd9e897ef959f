"""What the function is told by its environment, checked whole when it starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.pipeline.ignoring import IgnoreRule, ignore_rules
from policysim.sources.aws.stored_objects import SCHEME, Location, location_of
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX: Final = "POLICYSIM_"
_FLAGS: Final = {"true": True, "false": False}
_TOPIC: Final = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+(\.fifo)?")
_ROLE: Final = re.compile(r"arn:[\w-]+:iam::\d{12}:role/\S+")
_BUS: Final = re.compile(r"(arn:[\w-]+:events:[\w-]+:\d{12}:event-bus/)?[\w./-]+")
_NAMESPACE: Final = re.compile(r"[\w./#:-]{1,255}")
_MOST_HOURS: Final = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings; each field is the variable ``POLICYSIM_`` and its name in capitals.

    ``account`` is a folder of policies, in the package or in S3. ``reports`` is where reports and marks are written.
    ``minimum`` is how many denials of one cause in a log file make a message, ``most_messages`` how many causes of a
    log file get one. ``link_hours``: links in messages are signed, and good for as long; 0 for links into the console.
    """

    account: Path | Location
    reports: Location
    topic: str | None = None
    event_bus: str | None = None
    security_hub: bool = False
    link_hours: int = 0
    namespace: str = "policysim"
    ignore: tuple[IgnoreRule, ...] = ()
    ignore_service_linked: bool = True
    own_role: str | None = None
    minimum: int = 1
    most_messages: int = 50
    largest_mb: int = 64
    refresh_seconds: int = 300
    dry_run: bool = False


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment holds.

    Raises:
        InputError: a variable is missing, not known, or does not hold what it should; the sentence names it.
    """
    given = {name: text.strip() for name, text in environment.items() if name.startswith(PREFIX)}
    unknown = [name for name in sorted(given) if name.removeprefix(PREFIX).lower() not in _READERS]
    if unknown:
        raise InputError(f"`{unknown[0]}` is no setting of policysim")
    for name in ("ACCOUNT", "REPORTS"):
        if not given.get(PREFIX + name):
            raise InputError(f"`{PREFIX}{name}` is not set: expected {_EXPECTED[name.lower()]}")
    read = {}
    for name, text in given.items():
        field = name.removeprefix(PREFIX).lower()
        if not text:
            continue
        value = _READERS[field](text)
        if value is None:
            raise InputError(f"`{name}` is `{text}`: expected {_EXPECTED[field]}")
        read[field] = value
    return Settings(**read)  # type: ignore[arg-type]  # each field has the reader of its type


def _account(text: str) -> Path | Location | None:
    return location_of(text) if text.startswith(SCHEME) else Path(text)


def _matching(form: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if form.fullmatch(text) else None


def _number(least: int, most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        is_number = text.isascii() and text.isdecimal() and len(text) < 10
        return int(text) if is_number and least <= int(text) <= most else None

    return read


def _flag(text: str) -> bool | None:
    return _FLAGS.get(text.lower())


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "account": _account,
    "reports": location_of,
    "topic": _matching(_TOPIC),
    "event_bus": _matching(_BUS),
    "security_hub": _flag,
    "link_hours": _number(0, _MOST_HOURS),
    "namespace": _matching(_NAMESPACE),
    "ignore": ignore_rules,
    "ignore_service_linked": _flag,
    "own_role": _matching(_ROLE),
    "minimum": _number(1, 1_000_000),
    "most_messages": _number(0, 1000),
    "largest_mb": _number(1, 1024),
    "refresh_seconds": _number(0, 86400),
    "dry_run": _flag,
}
_EXPECTED: Final = {
    "account": "a folder in the package or a layer, or `s3://BUCKET/PREFIX/`",
    "reports": "`s3://BUCKET/PREFIX/`",
    "topic": "the ARN of an SNS topic",
    "event_bus": "the name or ARN of an event bus",
    "security_hub": "`true` or `false`",
    "link_hours": f"a number of hours from 0 to {_MOST_HOURS}",
    "namespace": "a namespace of CloudWatch",
    "ignore": "rules such as `caller=arn:aws:iam::*:role/scanner&operation=s3:*`, with white space between them",
    "ignore_service_linked": "`true` or `false`",
    "own_role": "the ARN of an IAM role",
    "minimum": "a number from 1 on",
    "most_messages": "a number from 0 to 1000",
    "largest_mb": "a number of MB from 1 to 1024",
    "refresh_seconds": "a number of seconds from 0 to 86400",
    "dry_run": "`true` or `false`",
}
