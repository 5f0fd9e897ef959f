"""What is wrong with the words of one sentence before anything is looked up: reasons, keys, empty words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.expectations.problem_kinds import (
    EMPTY_WORD,
    MISREAD_WORD,
    REASON_OF_OPEN_ANSWER,
    REPEATED_KEY,
    UNKNOWN_REASON,
)
from policysim.expectations.sentences import LAYER_WORDS
from policysim.language.nearest import nearest
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.expectations.sentences import Condition, Expectation, Word

_LAYERS: Final = ", ".join(f"`{word}`" for word in LAYER_WORDS)

_MISREAD: Final = frozenset(
    {
        *("all", "any", "each", "every", "everyone", "everybody", "anyone", "anybody", "everything", "anything"),
        *("none", "nobody", "nothing", "noone", "no-one", "others", "everywhere", "anywhere", "something"),
    }
)
"""Words of plain English that stand for many names, or for none."""

_MEANT: Final = {
    "principals": "name the principals, such as `role/app`, or `role/*` for every role (`nobody can ...` for none)",
    "actions": "name the actions, such as `s3:GetObject`, or `s3:*` for every action of a service",
    "resources": "name the resources, such as `arn:aws:s3:::my-bucket/*`, or `*` for all",
}


def word_problems(expectation: Expectation) -> tuple[Problem, ...]:
    """The problems of one sentence whose parameters are replaced."""
    return (
        *_empty_words(expectation),
        *_misread_words(expectation),
        *_repeated_keys(expectation),
        *_reasons(expectation),
    )


def _empty_words(expectation: Expectation) -> Iterator[Problem]:
    lists = (expectation.principals, expectation.actions, expectation.resources, expectation.depending_on)
    keys = tuple(condition.key for condition in expectation.conditions)  # their values may well be empty
    for word in (*(word for words in lists for word in words), *expectation.because, *keys):
        if not word.text.strip():
            yield Problem(EMPTY_WORD, "an empty word stands here, which names nothing", word.span)


def _misread_words(expectation: Expectation) -> Iterator[Problem]:
    lists = (
        ("principals", expectation.principals),
        ("actions", expectation.actions),
        ("resources", expectation.resources),
    )
    for what, words in lists:
        for word in words:
            if word.text.lower() in _MISREAD:
                yield Problem(MISREAD_WORD, f"`{word.text}` is no word of the language: {_MEANT[what]}", word.span)


def _repeated_keys(expectation: Expectation) -> Iterator[Problem]:
    seen: dict[str, Condition] = {}
    for condition in expectation.conditions:
        name = condition.key.text.lower()
        if name in seen:
            sentence = f"`{condition.key.text}` is stated twice, and a sentence states a condition key once"
            yield Problem(REPEATED_KEY, sentence, condition.key.span, _one_statement(condition))
        seen[name] = condition


def _one_statement(condition: Condition) -> str:
    return f"list the values: `{condition.key.text} {condition.test.value} ..., ...`" if condition.values else ""


def _reasons(expectation: Expectation) -> Iterator[Problem]:
    if expectation.because and expectation.depending_on:
        sentence = "`because` tells why an answer came out, and with `depending on` it is open"
        yield Problem(REASON_OF_OPEN_ANSWER, sentence, expectation.because[0].span, "write two sentences")
    for word in expectation.because:
        if word.text.strip() and word.text not in LAYER_WORDS and not _names_statement(word):
            yield Problem(UNKNOWN_REASON, _no_reason(word), word.span)


def _names_statement(word: Word) -> bool:
    file, number_sign, statement = word.text.rpartition("#")
    return bool(number_sign and file and statement)


def _no_reason(word: Word) -> str:
    if "#" in word.text:
        return f"`{word.text}` lacks a half: a statement is named as `FILE#SID`"
    hint = nearest(word.text, LAYER_WORDS, most=1)
    if hint:
        return f"there is no layer `{word.text}`; {hint}"
    return f"`{word.text}` is no layer: expected {_LAYERS}, or a statement as `FILE#SID`"
