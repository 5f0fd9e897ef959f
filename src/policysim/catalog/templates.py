"""Texts with placeholders, as the Service Authorization Reference prints ARNs and condition keys.

Such as ``arn:${Partition}:s3:::${BucketName}``, ``s3:ExistingObjectTag/<key>``, ``arn:${Partition}:dms:*:*:es:*``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}|<([^>]*)>|\{([^}]*)\}|\*")
_ARN_FIELDS_BEFORE_THE_RESOURCE: Final = 5
_ANY: Final = ".+"
_FIELD: Final = "[^:]+"
_NARROW: Final = {
    "accesspointname": "[^:/]+",
    "alias": _FIELD,
    "bucketname": "[^:/]+",
    "functionname": _FIELD,
    "layername": _FIELD,
    "layerversion": _FIELD,
    "loggroupname": _FIELD,
    "qualifier": "[^:/]+",
    "star": r"\*",
    "statemachinename": _FIELD,
    "topicname": _FIELD,
    "version": _FIELD,
}
"""What the placeholders of an ARN's resource stand for where AWS's naming rules keep ``/`` or ``:`` out of them."""


def fits(template: str, text: str) -> bool:
    """Whether a text is one of those that a template stands for; its placeholders stand for at least one character."""
    start, end, pattern = _compiled(template)
    return text.startswith(start) and text.endswith(end) and pattern.fullmatch(text) is not None


def as_wildcards(template: str) -> str:
    """The template as an IAM pattern: ``*`` for every placeholder."""
    return PLACEHOLDER.sub("*", template)


@lru_cache(maxsize=4096)
def _compiled(template: str) -> tuple[str, str, re.Pattern[str]]:
    is_arn, position, parts, literals = template.startswith("arn:"), 0, [], []
    for placeholder in PLACEHOLDER.finditer(template):
        literal = template[position : placeholder.start()]
        before = template[: placeholder.start()].count(":")
        name = next(filter(None, placeholder.groups()), "").lower()
        in_field = is_arn and before < _ARN_FIELDS_BEFORE_THE_RESOURCE
        parts += [re.escape(literal), _FIELD if in_field else _NARROW.get(name, _ANY) if is_arn else _ANY]
        literals.append(literal)
        position = placeholder.end()
    rest = template[position:]
    pattern = re.compile("".join([*parts, re.escape(rest)]), re.DOTALL)
    return (literals or [rest])[0], rest, pattern
