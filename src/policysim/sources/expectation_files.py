"""Expectation files: their sentences, those of the files and packs that they use, and where their policies are.

Paths in a file are told from its folder. What is wrong with a text is a problem of the suite; only a file that cannot
be read at all is an ``InputError``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.partitions import is_region
from policysim.expectations.problem_kinds import (
    EMPTY_FILE,
    MALFORMED_ACCOUNT,
    NOTHING_USED,
    REPEATED_ACCOUNT,
    TOO_MANY_USES,
    UNKNOWN_FILE,
    UNKNOWN_PACK,
    UNREADABLE_POLICIES,
    USE_CYCLE,
    USED_ACCOUNT,
)
from policysim.expectations.reading import read_expectations
from policysim.expectations.sentences import Expectation, UseLine
from policysim.expectations.uses import NONE, bound
from policysim.expectations.wording import word_problems
from policysim.language.arns import is_account_id
from policysim.language.problems import Problem
from policysim.language.source import Span
from policysim.sources.errors import InputError
from policysim.sources.expectation_packs import PACK, no_pack, read_pack
from policysim.sources.files import read_source, where_it_leads
from policysim.sources.in_force import PolicySource, policy_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.expectations.sentences import AccountLine, ExpectationText
    from policysim.language.problems import ProblemKind
    from policysim.language.source import Source

_DEEPEST: Final = 20
_MOST_USES: Final = 2_000
"""Files that use each other could stand for any number of sentences: each level doubles the last."""

_SUCH: Final = "write one such as: role/app can s3:GetObject on arn:aws:s3:::my-bucket/*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What one expectation file asks for, its uses resolved and its parameters replaced.

    ``account`` is where its policies are; ``None`` when the file leaves that to the one who runs it. ``account_at`` is
    the line that says so. An error among ``problems`` means that not all of the file was understood.
    """

    source: Source
    expectations: tuple[Expectation, ...]
    account: PolicySource | None
    problems: tuple[Problem, ...]
    account_at: Span | None = None

    @property
    def broken(self) -> bool:
        """Whether there is an error among the problems."""
        return any(problem.is_error for problem in self.problems)

    def unreadable(self, error: InputError) -> Problem | None:
        """What is wrong with the file where ``error`` says why its policies cannot be read; ``None`` if it has none."""
        if self.account_at is None:
            return None
        return Problem(UNREADABLE_POLICIES, f"the policies cannot be read: {error}", self.account_at)


def read_suite(path: Path, *, shown: str | None = None, packs: Path | None = None) -> Suite:
    """The expectations of a file; ``shown`` is how the user named it, if not as ``path``.

    ``packs`` is a folder of packs to take in place of those that policysim brings along.

    Raises:
        InputError: the file cannot be read, or is no UTF-8 text.
    """
    source = read_source(path, shown)
    place = _Place(path.parent, os.path.dirname(source.name), _identity(path))  # noqa: PTH120  # a name as shown
    return _Reading(source, place, packs).suite()


def suite_of(source: Source, folder: Path, *, packs: Path | None = None) -> Suite:
    """The expectations of a text that stands in no file; its paths are told from ``folder``."""
    return _Reading(source, _Place(folder, str(folder), ""), packs).suite()


class _Place(NamedTuple):
    """Where a text is: the folder that its paths are told from, how that is shown, and which text it is.

    ``folder`` is ``None`` for a pack, which lies in no folder of the user's.
    """

    folder: Path | None
    shown: str
    identity: str


class _Reading:
    """Reads one suite, and the files that it uses."""

    def __init__(self, source: Source, place: _Place, packs: Path | None) -> None:
        self._source = source
        self._place = place
        self._packs = packs
        self._problems: list[Problem] = []
        self._texts: dict[str, ExpectationText] = {}
        self._account: PolicySource | None = None
        self._uses = 0

    def suite(self) -> Suite:
        text = self._read(self._source, self._place)
        self._account = self._account_of(text, self._place)
        expectations = tuple(self._sentences(text, self._place, (self._place.identity,)))
        if not expectations and not any(problem.is_error for problem in self._problems):
            self._tell(
                EMPTY_FILE, "this file expects nothing: no sentence stands in it", Span(self._source, 0, 0), _SUCH
            )
        problems = tuple(sorted(dict.fromkeys(self._problems), key=self._order))  # a file used twice tells them twice
        return Suite(
            source=self._source,
            expectations=expectations,
            account=self._account,
            problems=problems,
            account_at=text.accounts[0].path.span if text.accounts else None,
        )

    def _order(self, problem: Problem) -> int:
        """Problems of the file itself in the order of their places, and those of files that it uses behind them."""
        span = problem.span
        return span.start if span is not None and span.source is self._source else len(self._source.text) + 1

    def _read(self, source: Source, place: _Place) -> ExpectationText:
        """The text of a file, which is read once however often it is used."""
        text = self._texts.get(place.identity)
        if text is None:
            text = self._texts[place.identity] = read_expectations(source)
            self._problems.extend(text.problems)
        return text

    def _sentences(
        self, text: ExpectationText, place: _Place, chain: tuple[str, ...], use: UseLine | None = None
    ) -> Iterator[Expectation]:
        lines, problems = bound(text, use)
        self._problems.extend(problems)
        for line in lines:
            if isinstance(line, Expectation):
                self._problems.extend(word_problems(line))
                yield line
            else:
                for found in self._used(line, place, chain):
                    yield found if use is None else replace(found, used_at=(*found.used_at, use.span))

    def _used(self, use: UseLine, place: _Place, chain: tuple[str, ...]) -> Iterator[Expectation]:
        found = self._find(use, place)
        if found is None:
            return
        source, its_place = found
        if its_place.identity in chain:
            self._tell(
                USE_CYCLE, f"`{use.path.text}` uses this file itself: the uses go round in a circle", use.path.span
            )
            return
        self._uses += 1
        if self._uses > _MOST_USES or len(chain) > _DEEPEST:
            sentence = f"the files use each other more than {_MOST_USES} times, or more than {_DEEPEST} levels deep"
            self._tell(TOO_MANY_USES, sentence, use.path.span)
            return
        text = self._read(source, its_place)
        self._check_account(text, its_place)
        count, problems = 0, len(self._problems)
        for expectation in self._sentences(text, its_place, (*chain, its_place.identity), use):
            count += 1
            yield expectation
        if count or len(self._problems) > problems or text.problems:
            return
        if text.lines:
            sentence = f"no sentence of `{use.path.text}` is left: parameters that they need are `{NONE}`"
            self._tell(NOTHING_USED, sentence, use.path.span)
        else:
            self._tell(EMPTY_FILE, f"`{use.path.text}` expects nothing: no sentence stands in it", use.path.span)

    def _find(self, use: UseLine, place: _Place) -> tuple[Source, _Place] | None:
        name = use.path.text
        if name.startswith(PACK):
            pack = read_pack(name.removeprefix(PACK), self._packs)
            if pack is None:
                self._tell(UNKNOWN_PACK, no_pack(name.removeprefix(PACK), self._packs), use.path.span)
            return None if pack is None else (pack, _Place(None, "", name))
        if place.folder is None:
            self._tell(UNKNOWN_FILE, f"a pack can use other packs only, and `{name}` is none", use.path.span)
            return None
        path, shown = place.folder / name, os.path.normpath(os.path.join(place.shown, name))  # noqa: PTH118  # same
        if _is_no_file(path):  # a pipe would be waited for without end
            self._tell(UNKNOWN_FILE, f"`{name}` cannot be used: this is no file", use.path.span)
            return None
        try:
            source = read_source(path, shown)
        except InputError as error:
            self._tell(UNKNOWN_FILE, f"`{name}` cannot be used: {_reason(error, shown)}", use.path.span)
            return None
        return source, _Place(path.parent, os.path.dirname(shown), _identity(path))  # noqa: PTH120  # a name as shown

    def _account_of(self, text: ExpectationText, place: _Place) -> PolicySource | None:
        if not text.accounts:
            return None
        first, *others = text.accounts
        for other in others:
            line = first.span.place.line
            sentence = f"line {line} names the policies already, and a file is about the policies of one place"
            self._tell(REPEATED_ACCOUNT, sentence, other.span)
        self._check_form(first)
        folder = place.folder or Path()
        bindings = {one.name.text: tuple(word.text for word in one.values) for one in first.bindings}
        account_id = None if first.account_id is None else first.account_id.text
        region = None if first.region is None else first.region.text
        path = folder / first.path.text
        try:
            return policy_source(path, folder, account_id=account_id, region=region, bindings=bindings)
        except InputError as error:
            self._tell(MALFORMED_ACCOUNT, str(error), first.span)
            return PolicySource(path, account_id, region)

    def _check_form(self, line: AccountLine) -> None:
        account, region = line.account_id, line.region
        if account is not None and not is_account_id(account.text):
            self._tell(MALFORMED_ACCOUNT, f"`{account.text}` is no account id: expected 12 digits", account.span)
        if region is not None and not is_region(region.text):
            sentence = f"`{region.text}` is no Region: expected one such as `eu-west-1`"
            self._tell(MALFORMED_ACCOUNT, sentence, region.span)

    def _check_account(self, text: ExpectationText, place: _Place) -> None:
        """Warns where a file that is used names other policies than those that its sentences are asked about."""
        for line in text.accounts:
            own = (place.folder or Path()) / line.path.text
            if self._account is None or where_it_leads(own) != where_it_leads(self._account.path):
                sentence = "this `account` is not followed: the file that uses this one decides where the policies are"
                self._tell(USED_ACCOUNT, sentence, line.span)

    def _tell(self, kind: ProblemKind, sentence: str, at: Span, hint: str = "") -> None:
        self._problems.append(Problem(kind, sentence, at, hint))


def _is_no_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_file()
    except (OSError, ValueError):  # a name that no system takes; reading it tells so
        return False


def _identity(path: Path) -> str:
    return str(where_it_leads(path) or path)


def _reason(error: InputError, shown: str) -> str:
    """The sentence of an error without the place before it, which the problem has as its own."""
    return re.sub(r"^(:[0-9]+)?: ", "", str(error).removeprefix(shown))
