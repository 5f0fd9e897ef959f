"""A pack used by one file, decided for an account and for changed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.expectations.checking import Checker
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.packs.pack_accounts import Draft


class Break(NamedTuple):
    """A change that breaks one sentence: the one whose text holds all of these words.

    ``standing`` is how it stands then: undecided where the other half of the answer is with a stranger.
    """

    words: tuple[str, ...]
    change: Callable[[Draft], object]
    standing: str = "unmet"

    def __str__(self) -> str:
        return " ... ".join(self.words)

    def means(self, sentence: str) -> bool:
        return all(word in sentence for word in self.words)


class PackRun(NamedTuple):
    """The text that uses the pack, and the account that keeps to it."""

    text: str
    account: Callable[[], Draft]

    def standings(self, account: Draft, folder: Path) -> dict[str, str]:
        """Of each sentence whether it is met."""
        suite = suite_of(Source("all.expect", self.text), folder)
        assert not suite.problems
        checker = Checker(read_organisation(account.write(folder / "account")))
        results = [checker.check(one) for one in suite.expectations]
        assert not [one.problems for one in results if one.problems]
        told = {one.expectation.text: one.standing.value for one in results}
        assert len(told) == len(results)
        return told

    def assert_kept(self, folder: Path) -> None:
        told = self.standings(self.account(), folder)
        assert told
        assert set(told.values()) == {"met"}, [text for text, standing in told.items() if standing != "met"]

    def assert_breaks(self, broken: Break, folder: Path) -> None:
        account = self.account()
        broken.change(account)
        told = self.standings(account, folder)
        unmet = {text: standing for text, standing in told.items() if standing != "met"}
        assert list(unmet.values()) == [broken.standing], unmet
        assert broken.means(next(iter(unmet)))


def assert_complete(breaks: Sequence[Break], run: PackRun, folder: Path) -> None:
    """Every sentence has a break, and every break is about one sentence."""
    texts = list(run.standings(run.account(), folder))
    for text in texts:
        assert any(one.means(text) for one in breaks), text
    for one in breaks:
        assert sum(one.means(text) for text in texts) == 1, str(one)
