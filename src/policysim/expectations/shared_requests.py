"""Whether two sentences speak of one and the same request, and which one that is.

Patterns are compared exactly, whatever resources are at hand: two of them share a request as soon as one ARN that the
action works on fits both. What is not certain to be shared is not. Source: spec R1 to R11, C2, C15, C42.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.authorizations import authorizations
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.context import context_lookup
from policysim.expectations.asking import Asked, request_of
from policysim.expectations.made_up import Scope, form_tokens
from policysim.expectations.pairs import calls, is_asked
from policysim.expectations.patterns import is_pattern
from policysim.expectations.samples import (
    NO_RESOURCE,
    Sample,
    forms_of,
    takes_no_resource,
    works_on,
)
from policysim.expectations.sentences import Condition, Test
from policysim.language.request import ABSENT, UNKNOWN, RequestContext
from policysim.language.wildcards import Pattern
from policysim.language.witnesses import literal_tokens, text_tokens, witness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.caller import Caller
    from policysim.expectations.fitting import Meeting
    from policysim.expectations.sentences import Word
    from policysim.expectations.targets import Target
    from policysim.language.request import ContextValue
    from policysim.language.witnesses import Tokens

_PREFIX: Final = "s3:prefix"


class Part(NamedTuple):
    """A part of a sentence: one action, what it is asked about, and in which contexts."""

    action: str
    meeting: Meeting
    conditions: tuple[Condition, ...]

    @property
    def by_key(self) -> dict[str, Condition]:
        """The conditions by their keys in lower case, that on the keys of a bucket included."""
        prefix = self.meeting.prefix
        listed = {one.key.text.lower(): one for one in self.conditions}
        return listed if prefix is None else listed | {_PREFIX: _like_prefix(prefix)}


class Shared(NamedTuple):
    """One request that two sentences speak of: who, which action, on what, and the keys that they state."""

    caller: Caller
    action: str
    arn: str
    context: RequestContext


def _like_prefix(prefix: Word) -> Condition:
    return Condition(prefix._replace(text=_PREFIX), Test.LIKE, (prefix,))


def shared_request(
    callers: Sequence[Caller], one: Part, other: Part, organisation: Organisation, *, wider: bool = False
) -> Shared | None:
    """A request of one of the callers that both parts speak of; ``None`` where none is certain.

    ``wider``: every request of ``one`` in the context that is found belongs to ``other`` as well, which states no key
    beyond those of ``one``.
    """
    if one.action != other.action:
        return None
    values = _shared_values(one.by_key, other.by_key)
    if values is None or (wider and not other.by_key.keys() <= one.by_key.keys()):
        return None
    resources: dict[str, tuple[Sample, ...]] = {}
    for caller in callers:
        if not calls(caller, one.action):
            continue
        account = caller.principal.account or ""
        if account not in resources:
            found = _shared_resources(one.meeting.target, other.meeting.target, one.action, account)
            resources[account] = tuple(found)
        for sample in resources[account]:
            shared = Shared(caller, one.action, sample.arn, RequestContext().with_values(values))
            if is_asked(caller, sample) and all(_may_be(shared, part, values, organisation) for part in (one, other)):
                return shared
    return None


def keep_apart(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether two sentences state values of a key that no request has at once."""
    by_key = [{condition.key.text.lower(): condition for condition in conditions} for conditions in (one, other)]
    return _shared_values(by_key[0], by_key[1]) is None


def may_meet(one: Target, other: Target) -> bool:
    """Whether some ARN may fit both words, whatever action it is asked about with."""
    if one.is_everything or other.is_everything:
        return True
    if one.arn is not None or other.arn is not None:
        named, word = (one.arn, other) if one.arn is not None else (other.arn, one)
        return named is not None and word.covers(named)
    if any(other.covers(arn) for arn in one.listed):
        return True
    return any(
        _heads_agree(first, second) and witness((first, second)) is not None
        for first in one.tokens
        for second in other.tokens
    )


def _heads_agree(one: Tokens, other: Tokens) -> bool:
    """Whether two patterns agree as far as neither has a wildcard: most that differ do so there."""
    for first, second in zip(one, other, strict=False):
        if first.char is None or second.char is None:
            return True
        if first.char != second.char:
            return False
    return True


def _shared_values(one: dict[str, Condition], other: dict[str, Condition]) -> dict[str, ContextValue] | None:
    """A value for every key that one of two sentences states; ``None`` where what they state differs for sure."""
    found: dict[str, ContextValue] = {}
    for key in one.keys() | other.keys():
        stated = [conditions[key] for conditions in (one, other) if key in conditions]
        value = next(_common(stated), None)
        if value is None:
            return None
        found[stated[0].key.text] = value
    return found


def _common(conditions: Sequence[Condition]) -> Iterator[ContextValue]:
    """Values of a key that meet every one of the conditions on it."""
    patterns = [one for one in conditions if one.test is Test.LIKE]
    listed = [one for one in conditions if one.test is not Test.LIKE]
    if listed:
        yield from (value for value in _values_of(listed[0]) if all(_meets(value, one) for one in conditions))
        return
    words = [[word.text for word in one.values] for one in patterns]
    for first in words[0]:
        for second in words[-1]:
            text = witness((_tokens(first), _tokens(second)))
            if text is not None:
                yield (text,)


def _tokens(word: str) -> Tokens:
    return text_tokens(word) if is_pattern(word) else literal_tokens(word)


def _values_of(condition: Condition) -> Iterator[ContextValue]:
    """The values that a request may have of a key for which a sentence lists them."""
    if condition.test is Test.ABSENT:
        yield ABSENT
        return
    words = tuple(dict.fromkeys(word.text for word in condition.values))
    described = CATALOGUE.condition_key(condition.key.text)
    if described is not None and described.multivalued:
        yield words
    else:
        yield from ((word,) for word in words)


def _meets(value: ContextValue, condition: Condition) -> bool:
    """Whether a value of a key is one that a sentence speaks of."""
    if not isinstance(value, tuple) or condition.test is Test.ABSENT:
        return value is ABSENT and condition.test is Test.ABSENT
    if condition.test is Test.EQUALS:
        return any(isinstance(own, tuple) and sorted(own) == sorted(value) for own in _values_of(condition))
    return len(value) == 1 and any(_fits(word.text, value[0]) for word in condition.values)


def _fits(word: str, value: str) -> bool:
    return Pattern.from_text(word).matches(value) if is_pattern(word) else word == value


def _shared_resources(one: Target, other: Target, action: str, account: str) -> Iterator[Sample]:
    """Resources that both words stand for and that the action works on: those that are named or listed first.

    ``account`` is where made-up ones are.
    """
    if takes_no_resource(action):
        if one.is_everything and other.is_everything:
            yield Sample(NO_RESOURCE)
        return
    named = [arn for arn in (one.arn, other.arn) if arn is not None]
    listed = named[:1] or [arn for arn in one.listed if other.covers(arn)]
    for arn in listed:
        if one.covers(arn) and other.covers(arn) and works_on(action, arn):
            yield Sample(arn)
    if not named:
        yield from (
            Sample(arn, invented=True) for arn in _made_up(one, other, action, account) if works_on(action, arn)
        )


def _made_up(one: Target, other: Target, action: str, account: str) -> Iterator[str]:
    """ARNs of the forms of an action's resources that fit both words."""
    scope = Scope("", "", account)
    for pattern in one.tokens:
        for second in other.tokens:
            if witness((pattern, second)) is None:
                continue
            found = (witness((pattern, second, form_tokens(form, scope))) for form in forms_of(action))
            yield from (arn for arn in found if arn is not None and one.covers(arn) and other.covers(arn))


def _may_be(shared: Shared, part: Part, values: dict[str, ContextValue], organisation: Organisation) -> bool:
    """Whether a request as one sentence states it may have the keys that the other one states."""
    own = part.by_key
    stated = {key: value for key, value in values.items() if key.lower() in own}
    beyond = {key: value for key, value in values.items() if key.lower() not in own}
    if not beyond:
        return True
    if any(value is ABSENT and _always_there(key) for key, value in beyond.items()):
        return False
    asked = Asked(shared.caller, shared.action, Sample(shared.arn), RequestContext().with_values(stated))
    for situation in authorizations(request_of(asked), organisation):
        lookup = context_lookup(situation.request)
        for key, value in beyond.items():
            found = lookup(key)
            candidates = situation.request.context.candidates(key)
            if found is not UNKNOWN and found != value:
                return False
            if found is UNKNOWN and candidates and value not in candidates:
                return False
    return True


def _always_there(key: str) -> bool:
    described = CATALOGUE.condition_key(key)
    return described is not None and described.always_present
