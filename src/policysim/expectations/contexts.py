"""From the conditions of a sentence to the contexts of requests: values, absences, and values like a pattern.

Source: IAM User Guide, reference_policies_condition-keys; Service Authorization Reference (types of keys); spec C42
to C70.
"""

from __future__ import annotations

import ipaddress
import itertools
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.condition_keys import LISTED_ELSEWHERE
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.global_keys import GLOBAL_KEYS
from policysim.evaluation.facts import KeyType
from policysim.evaluation.values import instant_of
from policysim.expectations.patterns import is_pattern
from policysim.expectations.problem_kinds import UNKNOWN_KEY, WRONG_VALUE
from policysim.expectations.sentences import Test
from policysim.language.cells import cells
from policysim.language.nearest import nearest
from policysim.language.problems import Problem
from policysim.language.request import ABSENT, RequestContext
from policysim.language.witnesses import text_tokens, witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policysim.expectations.sentences import Condition, Word
    from policysim.language.cells import Cut
    from policysim.language.request import ContextValue

_GLOBAL_PREFIXES: Final = frozenset({"aws", "saml", "oidc"})
_ANY_SERVICE: Final = frozenset({"sts", "identitystore"})
"""The services whose keys requests to others have as well: those of a role's session."""

_SERVICES_SHOWN: Final = 3

_MOST_CELLS: Final = 400
"""How many cells of the values of one key are looked into."""

_TEXTS: Final = frozenset({KeyType.STRING.value, KeyType.ARN.value})
_TAG_STEMS: Final = ("aws:requesttag", "aws:resourcetag", "aws:principaltag")


class Choice(NamedTuple):
    """What a condition says of its key: the values that it is asked with, one after the other."""

    key: str
    values: tuple[ContextValue, ...]


def key_problems(
    conditions: Sequence[Condition], actions: Sequence[str], own: Callable[[Condition], bool]
) -> Iterator[Problem]:
    """What is wrong with the keys and values of conditions; ``own`` are those of the sentence itself.

    What a ``given`` says of keys of another service does not matter to the sentence, and is no mistake.
    """
    services = {action.partition(":")[0].lower() for action in actions}
    for condition in conditions:
        found = _unknown_key(condition.key, services, own=own(condition))
        if found is not None:
            yield found
        else:
            yield from _wrong_values(condition)


def unknown_key(key: Word, actions: Sequence[str]) -> Problem | None:
    """What is wrong with a key that a sentence names: AWS has none, or no request for the actions has it."""
    return _unknown_key(key, {action.partition(":")[0].lower() for action in actions}, own=True)


def _unknown_key(key: Word, services: set[str], *, own: bool) -> Problem | None:
    lower = key.text.lower()
    prefix = lower.partition(":")[0]
    if ":" not in lower:
        sentence = f"`{key.text}` is no condition key: those are `service:Key`, such as `aws:SourceIp`"
        return Problem(UNKNOWN_KEY, sentence, key.span)
    if lower.rstrip("/") in _TAG_STEMS:
        return Problem(UNKNOWN_KEY, f"`{key.text}` names no tag", key.span, f"write `{key.text.rstrip('/')}/TAG`")
    if CATALOGUE.condition_key(key.text) is None:
        return Problem(
            UNKNOWN_KEY, f"AWS has no condition key `{key.text}`", key.span, _nearest_key(key.text, prefix, services)
        )
    if not own or prefix in _GLOBAL_PREFIXES | _ANY_SERVICE or "." in prefix:
        return None
    if services.isdisjoint({prefix, *LISTED_ELSEWHERE.get(prefix, ())}):
        listed = " or ".join(f"`{service}`" for service in sorted(services))
        whose = f"request to {listed}" if len(services) <= _SERVICES_SHOWN else "request of the sentence"
        sentence = f"`{key.text}` is a condition key of `{prefix}`, and no {whose} has it"
        return Problem(UNKNOWN_KEY, sentence, key.span)
    return None


def _nearest_key(text: str, prefix: str, services: set[str]) -> str:
    known = [key.name for key in GLOBAL_KEYS]
    for service in (prefix, *services):
        known += [key.name for key in CATALOGUE.condition_keys_of_service(service)]
    return nearest(text, known)


def _wrong_values(condition: Condition) -> Iterator[Problem]:
    described = CATALOGUE.condition_key(condition.key.text)
    if described is None or condition.test is Test.ABSENT:
        return
    if condition.test is Test.LIKE:
        if described.type not in _TEXTS:
            sentence = f"`like` compares text, and `{condition.key.text}` is {_KIND.get(described.type, 'no text')}"
            yield Problem(WRONG_VALUE, sentence, condition.key.span, f"list values: `{condition.key.text} = ...`")
        return
    for value in condition.values:
        wanted = _WANTED.get(described.type)
        if wanted is not None and not wanted[0](value.text):
            sentence = f"`{value.text}` is no value of `{condition.key.text}`: expected {wanted[1]}"
            yield Problem(WRONG_VALUE, sentence, value.span)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


_WANTED: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    KeyType.BOOL.value: (lambda text: text.lower() in {"true", "false"}, "`true` or `false`"),
    KeyType.IP_ADDRESS.value: (_is_address, "one address, such as `203.0.113.7`"),
    KeyType.NUMERIC.value: (_is_number, "a number"),
    KeyType.DATE.value: (
        lambda text: instant_of(text) is not None,
        "a time, such as `2026-11-24T03:00:00Z`, or the seconds since 1970",
    ),
}
_KIND: Final = {
    KeyType.BOOL.value: "`true` or `false`",
    KeyType.IP_ADDRESS.value: "an address",
    KeyType.NUMERIC.value: "a number",
    KeyType.DATE.value: "a time",
    KeyType.BINARY.value: "binary",
}


def choices_of(condition: Condition, lines: Callable[[str], tuple[Cut, ...]]) -> Choice:
    """The values that a condition is asked with; ``lines`` are what policies compare the values of a key with."""
    key = condition.key.text
    match condition.test:
        case Test.ABSENT:
            return Choice(key, (ABSENT,))
        case Test.EQUALS:
            described = CATALOGUE.condition_key(key)
            values = tuple(dict.fromkeys(value.text for value in condition.values))
            if described is not None and described.multivalued:
                return Choice(key, (values,))
            return Choice(key, tuple((value,) for value in values))
        case Test.LIKE:
            return Choice(key, tuple((value,) for value in like_values(condition.values, lines(key))))


def like_values(words: Sequence[Word], cuts: tuple[Cut, ...]) -> tuple[str, ...]:
    """Values that fit the patterns: plain ones, and one of each cell that what policies compare with makes.

    Where there are too many cells, one on each side of each value instead.
    """
    found: dict[str, None] = {}
    for word in words:
        if not is_pattern(word.text):
            found[word.text] = None
            continue
        own = (text_tokens(word.text),)
        made = cells(own, cuts)
        values: list[str | None] = [witness(own), *itertools.islice(made.texts.values(), _MOST_CELLS)]
        if not made.whole or len(made.texts) > _MOST_CELLS:
            for cut in cuts:
                values += [witness((*own, cut.tokens)), witness(own, (cut.tokens,))]
        found.update(dict.fromkeys(value for value in values if value is not None))
    return tuple(found)


def contexts_of(choices: Sequence[Choice]) -> Iterator[RequestContext]:
    """Every combination of the values of the keys."""
    for values in itertools.product(*(choice.values for choice in choices)):
        yield RequestContext().with_values(dict(zip((choice.key for choice in choices), values, strict=True)))
