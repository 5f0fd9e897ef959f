"""What AWS documents of policies: actions, condition keys and values of a size. Anything else somebody made up.

A text that has the form of an action or a key and is none tells of whoever wrote it, so it gets a pseudonym.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from policysim.catalog.actions import actions_of
from policysim.catalog.condition_keys import condition_key
from policysim.catalog.provider_keys import CLAIMS
from policysim.catalog.service_records import is_service, records, service_prefixes
from policysim.language.wildcards import Pattern

_WILDCARDS: Final = frozenset("*?")
_LONGEST_BRANCH: Final = 3
"""So short a name of an action tells nothing, and a pseudonym of it could be the beginning of a real one."""
_LONG_NAME: Final = re.compile(rf"[^\W_]{{{_LONGEST_BRANCH + 1},}}")
_MEASURE: Final = re.compile(
    r"true|false|[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,3})?"
    r"|[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9:.,]+(?:Z|[-+][0-9:]+)?)?)?",
    re.IGNORECASE,
)
_SERVICE_PRINCIPAL: Final = re.compile(
    r"\*|[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.com|aws\.internal)"
)
_PUBLIC_CLAIMS: Final = frozenset({*CLAIMS, "azp", "iss"})
_FAMILY: Final = re.compile(r"[/$]|\$\{")


def is_action_name(service: str, name: str) -> bool:
    """Whether the part of an action behind the colon, which may have wildcards, covers an action that there is."""
    if set(name) <= _WILDCARDS or _LONG_NAME.search(name) is None:
        return True
    pattern = Pattern.from_text(name.lower())
    services = service_prefixes() if set(service) & _WILDCARDS else (service.lower(),)
    return any(pattern.matches(one.partition(":")[2].lower()) for each in services for one in actions_of(each))


def is_service_prefix(text: str) -> bool:
    """Whether a text is the prefix of a service in any case, or stands for any."""
    return set(text) <= _WILDCARDS or is_service(text.lower())


@lru_cache(maxsize=4096)
def is_condition_key(name: str) -> bool:
    """Whether a condition key, without the part that names a tag, is AWS's own."""
    lower = name.lower()
    return condition_key(lower) is not None or lower in _names_of(lower.partition(":")[0])


def is_claim(claim: str) -> bool:
    """Whether the last part of a provider's key is one that providers have in common."""
    return claim.lower() in _PUBLIC_CLAIMS


def is_measure(text: str) -> bool:
    """Whether a text is a number, a date, or says yes or no."""
    return _MEASURE.fullmatch(text) is not None


def is_service_principal(text: str) -> bool:
    """Whether a text has the form of the name by which a service calls."""
    return _SERVICE_PRINCIPAL.fullmatch(text) is not None


@lru_cache(maxsize=512)
def _names_of(service: str) -> frozenset[str]:
    """The keys that a service lists, those of tags up to their slash."""
    return frozenset(_FAMILY.split(name)[0] for name in records("conditionKeys", service))
