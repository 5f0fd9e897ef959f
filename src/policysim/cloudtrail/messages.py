"""Reading AWS's authorization failure messages.

The forms themselves are written down in ``grammar/denial.lark``; here stands what their parts mean. No text makes the
reader fail: what it does not know comes back whole, and marked so.
Source: IAM User Guide, troubleshoot_access-denied; S3 User Guide, troubleshoot-403-errors; spec M1 to M15.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.causes import cause_of
from policysim.cloudtrail.denial import TRUST_LAYER, Denial, DenialKind
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.grammars.denials import message_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYER_BY_POLICY_TYPE: Final = {
    **{layer.title.lower(): layer.name.value for layer in LAYERS},
    "sessions policy": LayerName.SESSION.value,
    "role trust policy": TRUST_LAYER,
}
"""The layer for each type of policy that messages name; the IAM guide's sample prints `sessions policy` (spec M5)."""

THIS_RESOURCE: Final = "this resource"


def read_denial(message: str, error_code: str | None = None) -> Denial:
    """What a denial message says; ``error_code`` helps where the text alone says nothing. Never raises.

    ``message`` may be wrapped in the words of an SDK, the AWS CLI or a log, and may be broken over several lines.
    """
    head, label, encoded = message.partition(_ENCODED_LABEL)
    denial = replace(_read_head(head + label), raw=message)
    if label and (blob := _ENCODED.match(encoded)) is not None:
        denial = replace(denial, encoded=blob[1], cut=_is_cut(encoded))
    if denial.layer is None and (error_code or "").removesuffix("Exception") == "VpceAccessDenied":
        denial = replace(denial, layer=LayerName.VPCE.value)
    return denial


_ENCODED_LABEL = "Encoded authorization failure message:"
_ENCODED = re.compile(r"\s*([A-Za-z0-9_+/-]+={0,2})")
_SIGNS = ("authorized", "denied", "forbidden", "not allowed", "access", "policy", "policies")
"""Lower-case words of which every known form holds one; other texts never reach the grammar."""

_VALUES = frozenset({"PRINCIPAL", "ACTION", "QUOTED", "RESOURCE_BEFORE_REASON", "RESOURCE_LAST", "POLICY_ARN"})
"""The terminals whose text is a name of the user's: a cut through one would make another name."""


@lru_cache(maxsize=4096)
def _read_head(text: str) -> Denial:
    """Reads a message up to its encoded text, which differs from call to call."""
    cut = _is_cut(text)
    whole = _without_ellipsis(text).rstrip()
    cause = cause_of(whole)
    lowered = whole.lower()
    parts = message_parts(whole.lstrip()) if any(sign in lowered for sign in _SIGNS) else None
    if parts is None:
        return Denial(raw=text, recognised=cause is not None, iam=cause is None, cause=cause, cut=cut)
    words = dict(parts.words)
    if cut:
        words = {name: word for name, word in words.items() if name not in _VALUES or not _ends_with(whole, word)}
    layer, kind = _layer_and_kind(words)
    return Denial(
        raw=text,
        recognised=parts.complete or cause is not None,
        principal=words.get("PRINCIPAL") or words.get("IN_BRACKETS"),
        action=_action(words),
        resource=_resource(words, complete=parts.complete),
        layer=layer,
        kind=kind,
        policy_arn=words.get("POLICY_ARN"),
        encoded=words.get("ENCODED"),
        authorization_id=_authorization_id(parts.words.get("AUTHORIZATION_DETAILS", ""), cut=cut),
        iam=cause is None,
        cause=cause or _cause(words),
        cut=cut,
    )


def _ends_with(text: str, word: str) -> bool:
    """Whether a word is the last of a text; the grammar takes a full stop behind it for the end of the sentence."""
    return text.endswith((word, f"{word}."))


def _is_cut(text: str) -> bool:
    return text.rstrip().endswith(("...", "…")) and not text.rstrip().endswith("(SSE-C)...")


def _without_ellipsis(text: str) -> str:
    return text.rstrip().removesuffix("...").removesuffix("…")


def _action(words: Mapping[str, str]) -> str | None:
    """The denied action; some services print ``null`` for want of a better one."""
    action = words.get("ACTION")
    return None if action == "null" else action


def _unquoted(quoted: str) -> str:
    """What stands between quotation marks; inside a JSON string each mark has a backslash that is not the key's."""
    mark = '\\"' if quoted.startswith('\\"') else '"'
    return quoted.removeprefix(mark).removesuffix(mark)


def _resource(words: Mapping[str, str], *, complete: bool) -> str | None:
    if (quoted := words.get("QUOTED")) is not None:
        return _unquoted(quoted)
    if (in_words := words.get("RESOURCE_IN_WORDS")) is not None:
        return " ".join(in_words.split()[1:])
    if "ACCESS_REFUSED" in words or "SOMEBODY_REFUSED" in words:
        return THIS_RESOURCE
    # Without a known reason behind it, nobody can tell where a resource with spaces in it ends.
    last = words.get("RESOURCE_LAST") if complete else None
    return words.get("RESOURCE_BEFORE_REASON") or last or words.get("RESOURCE_NAMED")


def _layer_and_kind(words: Mapping[str, str]) -> tuple[str | None, DenialKind]:
    named = " ".join(words.get("POLICY_TYPE", "").split()).lower()
    layer = LAYER_BY_POLICY_TYPE.get(named)
    if "THROUGH_SCP" in words:
        # The endpoint policy denies because a service control policy does: that one is to change (spec M8).
        return LayerName.SCP.value, DenialKind.EXPLICIT
    if "WITH_DENY" in words:
        return layer, DenialKind.EXPLICIT
    if "BECAUSE_NO" in words:
        return layer, DenialKind.IMPLICIT
    if "KEY_POLICY_SIDE" in words:
        return LayerName.RESOURCE.value, DenialKind.UNKNOWN
    if "ENDPOINT_POLICY" in words:
        return LayerName.VPCE.value, DenialKind.UNKNOWN
    return None, DenialKind.UNKNOWN


def _cause(words: Mapping[str, str]) -> str | None:
    """What else a message names as possible cause beside a policy."""
    if "CIPHERTEXT_KEY" in words or "KEY_POLICY_SIDE" in words:
        return "the resource may also not exist in this Region"
    if "THROUGH_SCP" in words:
        return "a VPC endpoint policy denies on behalf of a service control policy"
    return None


_DETAILS_LINK = re.compile(r"#/authorization-details/([0-9a-z]+)")
_DETAILS_ID = re.compile(r"authorization\s+id:\s*([0-9a-z]+)")


def _authorization_id(details: str, *, cut: bool) -> str | None:
    """The id that Access Troubleshooter takes (spec M11); one that the cut went through is left out."""
    for pattern in (_DETAILS_LINK, _DETAILS_ID):
        match = pattern.search(details)
        if match is not None and not (cut and match.end() == len(details)):
            return match[1]
    return None
