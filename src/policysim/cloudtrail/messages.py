"""Reading AWS's authorization failure messages.

The forms themselves are written down in ``grammar/denial.lark``; here stands what their parts mean. No text makes the
reader fail: what it does not know comes back whole, and marked so.
Source: IAM User Guide, troubleshoot_access-denied; S3 User Guide, troubleshoot-403-errors; spec M1 to M15.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.causes import cause_of
from policysim.cloudtrail.denial import TRUST_LAYER, Denial, DenialKind
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.grammars.denials import message_parts, openings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.cloudtrail.causes import Cause

LAYER_BY_POLICY_TYPE: Final = {
    **{layer.title.lower(): layer.name.value for layer in LAYERS},
    "sessions policy": LayerName.SESSION.value,
    "role trust policy": TRUST_LAYER,
}
"""The layer for each type of policy that messages name; the IAM guide's sample prints `sessions policy` (spec M5)."""

THIS_RESOURCE: Final = "this resource"


LONGEST_READ: Final = 1 << 14
"""The characters that are read from where a message begins: AWS prints 1 KB, and an encoded text of some more."""


def read_denial(message: str, error_code: str | None = None) -> Denial:
    """What a denial message says; ``error_code`` helps where the text alone says nothing. Never raises.

    ``message`` may be wrapped in the words of an SDK, the AWS CLI or a log, and may be broken over several lines.
    """
    head, label, encoded = message.partition(_ENCODED_LABEL)
    cut = _is_cut(message)
    shown = _from_opening(_without_ellipsis(head + label))
    parts = _read_head(shown, cut=(cut and not label) or len(shown) == LONGEST_READ)
    blob = _ENCODED.match(encoded) if label else None
    denial = replace(parts, raw=message, cut=cut, encoded=blob[1] if blob is not None else parts.encoded)
    if denial.layer is None and (error_code or "").removesuffix("Exception") == "VpceAccessDenied":
        denial = replace(denial, layer=LayerName.VPCE.value)
    return denial


def length_of_message(text: str) -> int:
    """How many characters of a text that begins with a message are the message, its full stop included.

    What is no message of a known form ends at the end of its line.
    """
    head, label, encoded = text[:LONGEST_READ].partition(_ENCODED_LABEL)
    if label:
        blob = _ENCODED.match(encoded)
        end = len(head + label) + (blob.end() if blob is not None else 0)
        return end + 3 * text.startswith("...", end)
    parts = message_parts(head)
    if parts is None or not parts.complete:
        return len(head.partition("\n")[0])
    details = parts.words.get("AUTHORIZATION_DETAILS")
    end = parts.end if details is None else parts.end - len(details) + _length_of_details(details)
    return end + (head[end : end + 1] == ".")


_ENCODED_LABEL = "Encoded authorization failure message:"
_ENCODED = re.compile(r"\s*([A-Za-z0-9_+/-]+={0,2})")

_VALUES = frozenset(
    {"PRINCIPAL", "ACTION", "QUOTED", "RESOURCE_BEFORE_REASON", "RESOURCE_LAST", "POLICY_ARN"}
    | {"MARKED_PRINCIPAL", "MARKED_RESOURCE", "RESOURCE_NAMED", "IN_BRACKETS", "QUOTED_ROLE"}
)
"""The terminals whose text is a name of the user's: a cut through one would make another name."""


def _from_opening(text: str) -> str:
    """The text from where a known form begins; the whole of it where none does."""
    whole = text.strip()
    if not _has_a_sign(whole):
        return whole[:LONGEST_READ]
    found = next(openings(whole), None)
    start = found.start if found is not None else 0
    return whole[start : start + LONGEST_READ]


_SIGNS = ("authorized", "allowed", "denied", "forbidden", "access", "permission", "policy", "assume")
"""Lower-case words of which every known form holds one; other texts never reach the grammar."""


def _has_a_sign(text: str) -> bool:
    lowered = text.lower()
    return any(sign in lowered for sign in _SIGNS)


@lru_cache(maxsize=4096)
def _read_head(whole: str, *, cut: bool) -> Denial:
    """Reads a message up to its encoded text, which differs from call to call."""
    parts = message_parts(whole) if _has_a_sign(whole) else None
    if parts is None:
        cause = cause_of(whole)
        return _caused(Denial(raw=whole, recognised=cause is not None, cut=cut), cause)
    words = dict(parts.words)
    own = whole[: parts.end] if parts.complete else whole[: parts.end] + whole[parts.end :].partition("\n")[0]
    cause = cause_of(_without_values(own, words))
    if cut:
        words = {name: word for name, word in words.items() if name not in _VALUES or not _ends_with(whole, word)}
    layer, kind = _layer_and_kind(words)
    denial = Denial(
        raw=whole,
        recognised=parts.complete or cause is not None,
        principal=next((words[name] for name in _PRINCIPALS if name in words), None),
        action=_action(words),
        resource=_resource(words, complete=parts.complete),
        layer=layer,
        kind=kind,
        policy_arn=words.get("POLICY_ARN"),
        encoded=words.get("ENCODED"),
        authorization_id=_authorization_id(parts.words.get("AUTHORIZATION_DETAILS", ""), cut=cut),
        cause=_further_cause(words),
        further_actions=tuple(re.findall(r"[^\s,]+", words.get("FURTHER_ACTIONS", ""))),
        operation=words.get("CALLED"),
        service=words["CALLED_SERVICE"].lower() if "CALLED_SERVICE" in words else None,
        cut=cut,
    )
    return _caused(denial, cause)


_PRINCIPALS = ("PRINCIPAL", "MARKED_PRINCIPAL", "IN_BRACKETS")


def _caused(denial: Denial, cause: Cause | None) -> Denial:
    """The denial with the cause that its message names, if it names one."""
    if cause is None:
        return denial
    return replace(denial, iam=cause.policy, cause=cause.sentence, cause_code=cause.code, advice=cause.advice)


def _without_values(text: str, words: Mapping[str, str]) -> str:
    """The text without the names of the user's: a file may be called `Request has expired`."""
    for name, word in words.items():
        if name in _VALUES:
            text = text.replace(word, " ")
    return text


def _ends_with(text: str, word: str) -> bool:
    """Whether a word is the last of a text; the grammar takes a full stop behind it for the end of the sentence."""
    return text.endswith((word, f"{word}."))


def _is_cut(text: str) -> bool:
    return text.rstrip().endswith(("...", "…")) and not text.rstrip().endswith("(SSE-C)...")


def _without_ellipsis(text: str) -> str:
    return text.rstrip().removesuffix("...").removesuffix("…")


def _action(words: Mapping[str, str]) -> str | None:
    """The denied action; some services print ``null`` for want of a better one."""
    if "MAY_NOT_ASSUME" in words or "SERVICE_ASSUMES" in words or "ROLE_NOT_ASSUMED" in words:
        return "sts:AssumeRole"
    action = words.get("ACTION")
    return None if action == "null" else action


def _unquoted(quoted: str) -> str:
    """What stands between quotation marks; inside JSON or HTML the mark is written otherwise, and so is the rest."""
    mark = _MARK.match(quoted)
    assert mark is not None  # noqa: S101  # the terminal begins with one
    inside = quoted.removeprefix(mark[0]).removesuffix(mark[0])
    return html.unescape(inside) if mark[0].startswith("&") else inside


_MARK = re.compile(r"\\*\"|&quot;|&#34;")


def _resource(words: Mapping[str, str], *, complete: bool) -> str | None:
    name = words.get("QUOTED") or words.get("RESOURCE_BEFORE_REASON") or ""
    if not complete and _REASON.search(name) is not None:
        return None  # A reason in the name, and one behind it that nobody knows: whose words are whose?
    if (quoted := words.get("QUOTED")) is not None:
        return _unquoted(quoted)
    if (in_words := words.get("RESOURCE_IN_WORDS")) is not None:
        return " ".join(in_words.split()[1:])
    if "ACCESS_REFUSED" in words or "SOMEBODY_REFUSED" in words:
        return THIS_RESOURCE
    if (role := words.get("QUOTED_ROLE")) is not None:
        return role.strip("'")
    # Without a known reason behind it, nobody can tell where a resource with spaces in it ends.
    last = words.get("RESOURCE_LAST") if complete else None
    printed = words.get("RESOURCE_BEFORE_REASON") or last or words.get("RESOURCE_NAMED") or words.get("MARKED_RESOURCE")
    return " ".join(printed.split()) if printed is not None and not printed.startswith("arn:") else printed


_REASON = re.compile(r"\sbecause\s+(?:no|the|public|this)\s|\swith\s+an\s+explicit\s+deny")


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
    if "SERVICE_ASSUMES" in words or "ROLE_NOT_ASSUMED" in words:
        return TRUST_LAYER, DenialKind.UNKNOWN
    return None, DenialKind.UNKNOWN


def _further_cause(words: Mapping[str, str]) -> str | None:
    """What else a message names as possible cause beside a policy."""
    if "CIPHERTEXT_KEY" in words or "KEY_POLICY_SIDE" in words:
        return "the resource may also not exist in this Region"
    if "THROUGH_SCP" in words:
        return "a VPC endpoint policy denies on behalf of a service control policy"
    return None


_DETAILS_LINK = re.compile(r"#/authorization-details/([0-9A-Za-z]++)(?!\n(?!for\b)[0-9A-Za-z])")
"""The id in the link; one that a line was broken in goes on with other words than those behind the link."""

_DETAILS_ID = re.compile(r"authorization\s+id:\s*([0-9A-Za-z]+)")


def _authorization_id(details: str, *, cut: bool) -> str | None:
    """The id that Access Troubleshooter takes (spec M11); one that a cut or a broken line went through is left out.

    It stands there twice. Where the two differ a line was broken in one of them, and the longer one is whole.
    """
    found = [match for pattern in (_DETAILS_LINK, _DETAILS_ID) if (match := pattern.search(details)) is not None]
    ids = sorted((match[1] for match in found if not (cut and match.end() == len(details))), key=len)
    return ids[-1] if ids and ids[-1].startswith(ids[0]) else None


def _length_of_details(details: str) -> int:
    """Where the words about the authorization id end: behind the id, or else behind the link."""
    ends = [match.end() for pattern in (_DETAILS_LINK, _DETAILS_ID) if (match := pattern.search(details)) is not None]
    return max(ends, default=len(details.partition("\n")[0]))
