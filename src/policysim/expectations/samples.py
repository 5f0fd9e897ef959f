"""The resources that a request is asked about: those at hand, and made-up ones on both sides of every line.

An action is asked about only on resources of a type that it works on. Source: Service Authorization Reference
(resource types); spec R1 to R16.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.policy_holders import policy_holders
from policysim.catalog.arn_forms import RESOURCES_BEYOND_THE_REFERENCE
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.templates import PLACEHOLDER
from policysim.expectations.made_up import ANYWHERE, form_tokens, on_every_side, plain_one
from policysim.expectations.patterns import is_pattern
from policysim.language.arns import parse_arn
from policysim.language.witnesses import witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.expectations.lines import Line
    from policysim.expectations.made_up import Scope
    from policysim.expectations.targets import Target

_RESOURCE_FIELD: Final = 5
NO_RESOURCE: Final = "*"


class Sample(NamedTuple):
    """One resource to ask about.

    ``invented``: nothing at hand lists it, or what holds it, and the word does not name it either. Such a resource is
    taken to be one of ``owner``, without a policy of its own.
    """

    arn: str
    invented: bool = False
    owner: str | None = None


@lru_cache(maxsize=16_384)
def takes_no_resource(action: str) -> bool:
    """Whether the action is asked about with ``*`` alone (spec R2)."""
    return CATALOGUE.takes_no_resource(action) is True


@lru_cache(maxsize=16_384)
def forms_of(action: str) -> tuple[str, ...]:
    """The forms of the ARNs that the action works on, with placeholders."""
    described = CATALOGUE.action(action)
    if described is None:
        return ()
    service = action.partition(":")[0]
    types = (CATALOGUE.resource_type(service, one.name) for one in described.resource_types)
    forms = [form for one in types if one is not None for form in one.arn_patterns]
    return tuple(dict.fromkeys((*forms, *RESOURCES_BEYOND_THE_REFERENCE.get(action.lower(), ()))))


def works_on(action: str, arn: str) -> bool:
    """Whether a request for the action can be about the ARN; so it is where the catalogue cannot tell."""
    return _may_be_of(action, arn) and CATALOGUE.works_on(action, arn) is not False


def _may_be_of(action: str, arn: str) -> bool:
    """Where the catalogue lacks the types of an action, only resources of its own service are worth asking about."""
    if forms_of(action):
        return True
    parsed = parse_arn(arn)
    return parsed is not None and parsed.service == action.partition(":")[0]


def meets(target: Target, action: str) -> bool:
    """Whether a word stands for any resource that the action works on."""
    if takes_no_resource(action):
        return target.is_everything
    if target.arn is not None:
        return works_on(action, target.arn)
    if target.is_everything or any(works_on(action, arn) for arn in target.listed):
        return True
    found = (witness((pattern, form_tokens(form, ANYWHERE))) for pattern in target.tokens for form in forms_of(action))
    return any(arn is not None and works_on(action, arn) for arn in found)


def _is_at_home(action: str, arn: str) -> bool:
    """Whether a resource is one of the action's service, or of a type whose form of ARN names the resource's service.

    Some types are resources of any service, such as what AWS Backup copies.
    """
    parsed = parse_arn(arn)
    service = parsed.service if parsed is not None else ""
    return service == action.partition(":")[0] or service in map(_service_of, forms_of(action))


def _service_of(form: str) -> str:
    """The service that a form of ARN names; empty where it may be any."""
    service = form.split(":", _RESOURCE_FIELD)[2]
    return "" if PLACEHOLDER.search(service) else service


def has_samples(action: str) -> bool:
    """Whether there is something to ask about under ``*``, whatever is at hand."""
    return takes_no_resource(action) or any(map(_service_of, forms_of(action)))


class Sampler:
    """Finds the resources for one set of resources at hand; what was found once is kept."""

    def __init__(self, listed: tuple[str, ...]) -> None:
        self._holders = frozenset(holder for arn in listed for holder in _held(arn)) | frozenset(listed)
        self._kept: dict[tuple[object, ...], tuple[Sample, ...]] = {}

    def samples(self, target: Target, action: str, scope: Scope, lines: tuple[Line, ...]) -> tuple[Sample, ...]:
        """The resources that a word stands for where an action is asked about; none where the two never meet."""
        if takes_no_resource(action):
            return (Sample(NO_RESOURCE),) if target.is_everything else ()
        if target.arn is not None:
            return (Sample(target.arn),) if works_on(action, target.arn) else ()
        forms = forms_of(action)
        key = (target, forms or action, scope, lines)
        if key not in self._kept:
            self._kept[key] = tuple(self._found(target, action, scope, lines))
        return self._kept[key]

    def _found(self, target: Target, action: str, scope: Scope, lines: tuple[Line, ...]) -> Iterator[Sample]:
        seen: set[str] = set()
        for arn in target.listed:
            if works_on(action, arn) and (not target.is_everything or _is_at_home(action, arn)):
                seen.add(arn)
                yield Sample(arn)
        for arn in self._made_up(target, action, scope, lines):
            if arn not in seen and target.covers(arn) and works_on(action, arn):
                seen.add(arn)
                yield self._sample(arn, target, scope)

    def _made_up(self, target: Target, action: str, scope: Scope, lines: tuple[Line, ...]) -> Iterator[str]:
        """For every form of ARN a plain one, and one of each cell that the lines make, if the word goes there."""
        forms = [form for form in forms_of(action) if not target.is_everything or _service_of(form)]
        for pattern in target.tokens:
            for form in forms:
                plain = plain_one(scope, form, pattern)
                if plain is not None:
                    yield plain
                    yield from on_every_side(scope, form, pattern, lines)

    def _sample(self, arn: str, target: Target, scope: Scope) -> Sample:
        held = _held(arn)
        named = self._holders.intersection(held) or any(_names(target.word.text, holder) for holder in held)
        parsed = parse_arn(arn)
        owner = scope.account if parsed is not None and not parsed.account else None
        return Sample(arn) if named else Sample(arn, invented=True, owner=owner)


def _held(arn: str) -> tuple[str, ...]:
    """The resource, and what holds it and has its policy."""
    parsed = parse_arn(arn)
    return (arn,) if parsed is None else (arn, *policy_holders(parsed))


def _names(word: str, holder: str) -> bool:
    """Whether a pattern names what holds its resources without a wildcard, as ``arn:aws:s3:::bucket/*`` does."""
    head = word[: min(at for mark in "*?" if (at := word.find(mark)) >= 0)] if is_pattern(word) else word
    return head.startswith(holder) and head[len(holder) : len(holder) + 1] in {"/", ":"}
