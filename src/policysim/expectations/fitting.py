"""Which actions of a sentence meet which of its resources, and what is wrong where one meets none.

Source: Service Authorization Reference (resource types of actions); Amazon S3 API reference, ListObjectsV2; spec R2,
R3, R16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.templates import as_wildcards
from policysim.expectations.patterns import is_pattern
from policysim.expectations.problem_kinds import MATCHES_NOTHING, OTHER_RESOURCE
from policysim.expectations.samples import forms_of, meets, takes_no_resource
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.expectations.actions import AskedAction
    from policysim.expectations.sentences import Word
    from policysim.expectations.targets import Target, Targets

_LISTING: Final = frozenset({"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"})
"""The actions on a bucket that a person asks for with a part of its keys."""

_FORMS_SHOWN: Final = 2


class Meeting(NamedTuple):
    """What an action is asked about: a target, and what the keys asked for are like where it lists a bucket."""

    target: Target
    prefix: Word | None = None


class Fitting(NamedTuple):
    """Each action with what it is asked about. ``sampled``: a wildcard stands for more resources than are asked."""

    pairs: tuple[tuple[str, tuple[Meeting, ...]], ...]
    problems: tuple[Problem, ...]
    sampled: bool


def fitting_of(
    actions: Sequence[AskedAction], targets: Sequence[Target], all_targets: Targets, *, speaks_of_prefix: bool
) -> Fitting:
    """Which actions and targets of a sentence meet.

    An action that is named and meets no target is a mistake, and so is a target that no action meets.
    """
    pairs: list[tuple[str, tuple[Meeting, ...]]] = []
    problems: list[Problem] = []
    met: set[str] = set()
    for action in actions:
        found = tuple(_meetings(action, targets, all_targets, speaks_of_prefix=speaks_of_prefix))
        if found:
            pairs.append((action.name, tuple(meeting for meeting, _ in found)))
            met.update(text for _, text in found)
        elif action.literal and targets:
            problems.append(_works_elsewhere(action, targets))
    if not problems and actions:
        problems += _unmet(actions, [target for target in targets if target.word.text not in met])
    sampled = any(
        (meeting.target.patterns and not takes_no_resource(name))
        or (meeting.prefix and is_pattern(meeting.prefix.text))
        for name, meetings in pairs
        for meeting in meetings
    )
    return Fitting(tuple(pairs), tuple(problems), sampled)


def _meetings(
    action: AskedAction, targets: Sequence[Target], all_targets: Targets, *, speaks_of_prefix: bool
) -> Iterator[tuple[Meeting, str]]:
    """What the action is asked about, each with the word that says so."""
    for target in targets:
        if meets(target, action.name):
            yield Meeting(target), target.word.text
        elif action.literal and action.name in _LISTING:
            bucket = all_targets.bucket_of(target)
            if bucket is not None:
                found, keys = bucket
                prefix = None if speaks_of_prefix else target.word._replace(text=keys)
                yield Meeting(found, prefix), target.word.text


def _works_elsewhere(action: AskedAction, targets: Sequence[Target]) -> Problem:
    words = " or ".join(f"`{target.word.text}`" for target in targets)
    if takes_no_resource(action.name):
        sentence = f"`{action.name}` works on no single resource, so that it is never about {words}"
        return Problem(OTHER_RESOURCE, sentence, action.word.span, f"write `{action.name} on *`")
    sentence = f"`{action.name}` does not work on {words}"
    return Problem(OTHER_RESOURCE, sentence, action.word.span, _works_on(action.name, targets[0].word.text))


def _works_on(action: str, word: str) -> str:
    """The forms of the ARNs that the action works on, those first that are most like what was written."""
    from difflib import SequenceMatcher  # noqa: PLC0415  # only for a sentence with a mistake

    forms = dict.fromkeys(as_wildcards(form).replace("arn:*:", "arn:aws:", 1) for form in forms_of(action))
    likest = sorted(forms, key=lambda form: -SequenceMatcher(None, form, word).ratio())[:_FORMS_SHOWN]
    return f"it works on {' or '.join(f'`{form}`' for form in likest)}" if likest else ""


def _unmet(actions: Sequence[AskedAction], targets: Sequence[Target]) -> Iterator[Problem]:
    """Targets that no action is asked about: a mistake where the actions are named, else worth a warning."""
    kind = OTHER_RESOURCE if all(action.literal for action in actions) else MATCHES_NOTHING
    for target in targets:
        yield Problem(kind, f"no action of the sentence works on `{target.word.text}`", target.word.span)
