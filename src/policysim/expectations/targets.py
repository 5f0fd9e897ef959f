"""From the words for resources to what they stand for: one ARN, or every ARN that fits.

Source: IAM User Guide, reference-arns and reference_policies_elements_resource; spec R1 to R11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.patterns import fits_name, is_pattern
from policysim.expectations.problem_kinds import AMBIGUOUS_NAME, MATCHES_NOTHING, UNKNOWN_RESOURCE
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.nearest import nearest
from policysim.language.patterns import resource_matches
from policysim.language.problems import Problem
from policysim.language.wildcards import Piece
from policysim.language.witnesses import resource_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policysim.account.account import Account, Organisation
    from policysim.expectations.sentences import Word
    from policysim.language.witnesses import Tokens

EVERYTHING: Final = "*"
_NAMED: Final = ("role", "user", "group", "policy")
_EXPECTED: Final = "expected an ARN, `*`, or `role/NAME`, `user/NAME`, `group/NAME` or `policy/NAME`"


class Target(NamedTuple):
    """What one word stands for.

    ``arn`` is the one ARN that it names; of a word with wildcards it is ``None``, and ``patterns`` are those of the
    ARNs that it stands for. ``listed`` are the resources at hand that the word names.
    """

    word: Word
    arn: str | None
    patterns: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether it is ``*``: every resource, and the absence of one."""
        return self.word.text == EVERYTHING

    @property
    def tokens(self) -> tuple[Tokens, ...]:
        """Its patterns, character by character."""
        return tuple(resource_tokens((Piece(pattern),)) for pattern in self.patterns)

    def covers(self, arn: str) -> bool:
        """Whether the word stands for an ARN."""
        if self.arn is not None:
            return arn == self.arn
        return arn in self.listed or any(resource_matches(pattern, arn).matches for pattern in self.patterns)


class Targets:
    """What words for resources stand for, given the resources at hand."""

    def __init__(self, organisation: Organisation, listed: tuple[str, ...]) -> None:
        self._organisation = organisation
        self._listed = listed

    def of(self, words: Sequence[Word]) -> tuple[tuple[Target, ...], tuple[Problem, ...]]:
        """The targets of the words, and what is wrong with words that name nothing."""
        found = [self._of(word) for word in words]
        targets = {target.word.text: target for target in found if isinstance(target, Target)}
        return tuple(targets.values()), tuple(problem for problem in found if isinstance(problem, Problem))

    def _of(self, word: Word) -> Target | Problem:
        text = word.text
        if text == EVERYTHING:
            return Target(word, None, (EVERYTHING,), self._listed)
        if text.startswith("arn:"):
            return self._by_arn(word)
        scope, colon, rest = text.partition(":")
        everywhere = bool(colon) and scope == EVERYTHING
        if not (colon and (is_account_id(scope) or everywhere)):
            scope, rest = EVERYTHING, text
        kind, slash, name = rest.partition("/")
        if not (slash and name and kind in _NAMED):
            return Problem(UNKNOWN_RESOURCE, f"`{text}` is no resource: {_EXPECTED}", word.span, self._meant(text))
        return self._by_name(word, scope, kind, name, everywhere=everywhere)

    def _meant(self, text: str) -> str:
        """What somebody means who writes the end of an ARN, such as the name of a bucket at hand."""
        if text.startswith("s3:"):
            return "write `arn:aws:s3:::BUCKET` or `arn:aws:s3:::BUCKET/KEY`"
        name, slash, rest = text.partition("/")
        whole = next((arn for arn in self._listed if arn.rpartition(":")[2] == name), None)
        return f"did you mean `{whole}{slash}{rest}`?" if whole is not None else ""

    def _by_arn(self, word: Word) -> Target | Problem:
        if parse_arn(word.text) is None:
            sentence = f"`{word.text}` is no ARN: those have six parts, as in `arn:aws:s3:::BUCKET/KEY`"
            return Problem(UNKNOWN_RESOURCE, sentence, word.span)
        if not is_pattern(word.text):
            return Target(word, word.text)
        listed = tuple(arn for arn in self._listed if resource_matches(word.text, arn).matches)
        return Target(word, None, (word.text,), listed)

    def _by_name(self, word: Word, scope: str, kind: str, name: str, *, everywhere: bool) -> Target | Problem:
        arns = [arn for arn in self._listed if _is_of(arn, kind, scope)]
        found = [arn for arn in arns if fits_name(name, arn.split("/", 1)[-1])]
        if is_pattern(name):
            patterns = tuple(
                f"arn:{account.partition}:iam::{account.id}:{kind}/{name}" for account in self._accounts(scope)
            )
            if not found and not patterns:
                return Problem(MATCHES_NOTHING, f"`{word.text}` matches no {kind} at hand", word.span)
            return Target(word, None, patterns, tuple(found))
        if found and everywhere:
            return Target(word, None, (), tuple(found))
        if len(found) > 1:
            every = ", ".join(_scoped(arn, kind, name) for arn in found)
            return Problem(AMBIGUOUS_NAME, f"`{word.text}` is in several accounts: write one of {every}", word.span)
        if not found:
            close = nearest(name, [arn.rsplit("/", 1)[-1] for arn in arns])
            hint = close or f"a {kind} that is yet to be made is named by its ARN"
            return Problem(UNKNOWN_RESOURCE, f"no account at hand has a {kind} `{name}`", word.span, hint)
        return Target(word, found[0])

    def _accounts(self, scope: str) -> Iterable[Account]:
        return (account for account in self._organisation.accounts.values() if scope in {EVERYTHING, account.id})

    def bucket_of(self, target: Target) -> tuple[Target, str] | None:
        """The bucket that a word for objects is in, and the pattern of the keys; ``None`` for any other word.

        Amazon S3 lists a bucket, and which of its keys is a condition key of the request: ``s3:prefix``.
        """
        arn = parse_arn(target.word.text)
        if arn is None or arn.service != "s3" or arn.account or "/" not in arn.resource:
            return None
        bucket, _, keys = arn.resource.partition("/")
        found = self._by_arn(target.word._replace(text=str(arn._replace(resource=bucket))))
        return (found, keys) if isinstance(found, Target) else None


def _is_of(text: str, kind: str, scope: str) -> bool:
    arn = parse_arn(text)
    return (
        arn is not None
        and (arn.service, arn.resource.split("/", 1)[0]) == ("iam", kind)
        and scope in {EVERYTHING, arn.account}
    )


def _scoped(text: str, kind: str, name: str) -> str:
    arn = parse_arn(text)
    account = arn.account if arn is not None else ""
    return f"`{account}:{kind}/{name}`" if is_account_id(account) else f"`{text}`"
