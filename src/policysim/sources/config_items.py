"""Configuration items of AWS Config: found in what Config delivers and in what its calls print, the newest of each.

Source: AWS Config Developer Guide, view-manage-resource (formats of history and snapshot files, notifications); AWS
Config API reference, GetResourceConfigHistory, BatchGetResourceConfig, SelectResourceConfig.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.arns import is_account_id, parse_arn
from policysim.sources.config_values import either_spelling, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.sources.json_values import Json

_OF_QUERY: Final = "Results"
_LISTS: Final = (
    "configurationItems",
    "baseConfigurationItems",
    "BaseConfigurationItems",
    "ConfigurationItems",
    _OF_QUERY,
)
_GONE: Final = frozenset({"ResourceDeleted", "ResourceDeletedNotRecorded"})
_NOT_RECORDED: Final = "ResourceNotRecorded"
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""The time of an item that does not tell its own, as a query that did not ask for it prints them."""


class ConfigItem(NamedTuple):
    """One resource as Config recorded it.

    ``recorded`` is false where Config knows of it and kept nothing, ``whole`` where a query chose what to print.
    """

    account: str
    type: str
    arn: str
    at: Json
    recorded: bool
    whole: bool

    def part(self, name: str) -> Json | None:
        """``configuration`` or ``supplementaryConfiguration``, opened; ``None`` where it was not printed."""
        found = self.at.member(name)
        return None if found is None or found.value is None else opened(found)


def holds_items(whole: Json) -> bool:
    """Whether a JSON value is a delivery of Config, or the answer of one of its calls."""
    return any(_looks_like_one(at.value) for at, _ in _listed(whole))


def newest_items(wholes: Iterable[Json]) -> list[ConfigItem]:
    """The items of several values, of each resource the newest; resources that were deleted are left out.

    Raises:
        InputError: an item does not tell its type or account, or tells a time that is none.
    """
    newest: dict[tuple[str, ...], tuple[datetime, ConfigItem | None]] = {}
    for at, chosen in (found for whole in wholes for found in _listed(whole)):
        if not isinstance(at.value, dict):
            continue
        kind = at.required("resourceType").text("a type such as `AWS::IAM::Role`")
        time = at.optional_time("configurationItemCaptureTime") or _LONG_AGO
        item = _item(kind, at, whole=not chosen)
        name = at.optional_text("resourceId") or _arn(at) or at.optional_text("resourceName") or ""
        key = (_account(at), kind, at.optional_text("awsRegion") or "", name)
        if key not in newest or newest[key][0] <= time:
            newest[key] = (time, item)
    return [item for _, item in newest.values() if item is not None]


def _listed(whole: Json) -> Iterator[tuple[Json, bool]]:
    """The items in a value, and of each whether a query chose its members."""
    if isinstance(whole.value, list):
        for one in whole.items():
            yield from _listed(one)
        return
    if not isinstance(whole.value, dict):
        return
    found = [name for name in _LISTS if isinstance(whole.value.get(name), list)]
    for name in found:
        yield from ((opened(one), name == _OF_QUERY) for one in whole.required(name).items())
    single = whole.member("configurationItem")
    if single is not None:
        yield opened(single), False
    elif not found and _looks_like_one(whole.value):
        yield whole, False


def _looks_like_one(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str) and "configuration" in value


def _arn(at: Json) -> str:
    found = either_spelling(at, "arn") or at.member("ARN")
    return "" if found is None or found.value is None else found.text()


def _item(kind: str, at: Json, *, whole: bool) -> ConfigItem | None:
    status = at.optional_text("configurationItemStatus") or ""
    if status in _GONE:
        return None
    return ConfigItem(_account(at), kind, _arn(at), at, status != _NOT_RECORDED, whole)


def _account(at: Json) -> str:
    found = at.member("awsAccountId") or at.member("accountId")
    if found is not None:
        account = found.text("an account id")
    else:
        parsed = parse_arn(_arn(at))
        account = "" if parsed is None else parsed.account
    if not is_account_id(account):
        raise at.error("this item does not tell its account: expected `awsAccountId` or `accountId`")
    return account
