"""The context keys that AWS prints with an evaluation, as values that conditions can be held against.

``GetRequestAuthorizationDetails`` prints every value as text: several values in brackets (``[o-a/r-b/, o-a/r-c/]``),
addresses as networks of one address, the time since 1970 as a date. ``DecodeAuthorizationMessage`` lists beside the
keys of the request the parts of the resource's ARN under names such as ``aws:Region``, which are no condition keys.
Neither claims to list every key: both leave out ``aws:PrincipalType``, which every request has (spec C42, C44).
Source: IAM Toolbox API reference, GetRequestAuthorizationDetails (its examples); IAM User Guide,
troubleshoot_access-denied-authorization-id and reference_policies_condition-keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.facts import KeyType, is_multivalued
from policysim.evaluation.values import instant_of
from policysim.language.request import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.language.request import ContextValue

ARN_PARTS: Final = frozenset(
    {"aws:account", "aws:arn", "aws:id", "aws:region", "aws:resource", "aws:service", "aws:type"}
)
"""Names under which a decoded message lists the parts of the resource's ARN."""

_SEPARATOR: Final = ", "
_ONE_ADDRESS: Final = ("/32", "/128")
_EPOCH: Final = "aws:epochtime"


def context_of_details(printed: Mapping[str, object]) -> dict[str, ContextValue]:
    """The context of authorization details; a key whose printed value can be read in two ways is unknown."""
    return {key: _value(key, value) for key, value in printed.items() if key and value is not None}


def context_of_decoded(printed: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, ContextValue]:
    """The context of a decoded message, without the parts of the ARN."""
    return {key: values for key, values in printed if key and key.lower() not in ARN_PARTS}


def _value(key: str, value: object) -> ContextValue:
    if isinstance(value, list):
        texts = [_text(one) for one in value]
        return UNKNOWN if None in texts else tuple(_normal(key, text) for text in texts if text is not None)
    text = _text(value)
    if text is None:
        return UNKNOWN
    if text.startswith("[") and text.endswith("]"):
        if CATALOGUE.condition_key(key) is None:
            return UNKNOWN
        if is_multivalued(CATALOGUE, key):
            return _several(text[1:-1])
    return (_normal(key, text),)


def _text(value: object) -> str | None:
    """A JSON value as condition operators see it; ``None`` for objects and lists, which no key holds."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    return getattr(value, "text", str(value)) if isinstance(value, int | float) else None


def _several(inside: str) -> ContextValue:
    """The values of a printed list; where one of them may itself hold the separator, nobody knows."""
    if not inside:
        return ()
    values = tuple(inside.split(_SEPARATOR))
    clear = len(values) == 1 or all(value and not any(map(str.isspace, value)) for value in values)
    return values if clear else UNKNOWN


def _normal(key: str, text: str) -> str:
    """A value in the form in which requests hold it."""
    described = CATALOGUE.condition_key(key)
    if described is not None and described.type == KeyType.IP_ADDRESS:
        return next((text.removesuffix(end) for end in _ONE_ADDRESS if _is_one_address(text, end)), text)
    if key.lower() == _EPOCH and (instant := instant_of(text)) is not None:
        return str(instant.seconds)
    return text


def _is_one_address(text: str, end: str) -> bool:
    return text.endswith(end) and (":" in text) == (end == "/128")
