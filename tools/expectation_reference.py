"""Write the parts of `docs/expectations.md` that come from code: the syntax, and the table of problems.

    python tools/expectation_reference.py           write the page
    python tools/expectation_reference.py --check   tell whether it is what would be written

The syntax comes from `grammar/expectation.lark`, the problems from the table of `policysim.expectations`. Exit codes:
0 written or equal, 1 when the page is to be written again.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.expectations import problem_kinds
from policysim.grammars import grammar_text
from policysim.language.problems import ProblemKind

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE: Final = Path(__file__).parent.parent / "docs" / "expectations.md"

_KEYWORD: Final = re.compile(r"^([A-Z]+)\.2:", re.MULTILINE)
_TERMINAL: Final = re.compile(r"\b[A-Z]+\b")
_ALIAS: Final = re.compile(r"\s*->.*$", re.MULTILINE)


def syntax() -> str:
    """The rules of the grammar with their comments, each keyword written as it stands in a file."""
    grammar = grammar_text("expectation")
    rules, _, words = grammar.partition("// A keyword ends")
    keywords = [found.lower() for found in _KEYWORD.findall(grammar)]
    parts = [_block(block, frozenset(keywords)) for block in rules.strip().split("\n\n")]
    listed = ", ".join(f"`{word}`" for word in keywords)
    ends = " ".join(line.removeprefix("// ") for line in _comments("// A keyword ends" + words))
    return "\n\n".join([*parts, f"The words of the language are {listed}. {ends}"])


def _block(block: str, keywords: frozenset[str]) -> str:
    comment = " ".join(line.removeprefix("//").strip() or "\n\n" for line in _comments(block)).replace(" \n\n ", "\n\n")
    rules = "\n".join(line for line in block.splitlines() if not line.startswith("//"))
    shown = _TERMINAL.sub(lambda found: _shown(found[0], keywords), _ALIAS.sub("", rules))
    return "\n\n".join(part for part in (comment, f"```ebnf\n{shown}\n```" if shown else "") if part)


def _comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("//")]


def _shown(terminal: str, keywords: frozenset[str]) -> str:
    return f'"{terminal.lower()}"' if terminal.lower() in keywords else terminal


def problems() -> str:
    """The table of everything that can be wrong with an expectation."""
    kinds = [kind for kind in vars(problem_kinds).values() if isinstance(kind, ProblemKind)]
    rows = (f"| `{kind.code}` | {kind.severity.value} | {kind.title} |" for kind in kinds)
    return "\n".join(["| code | | what it says |", "| --- | --- | --- |", *rows])


_PARTS: Final = {"syntax": syntax, "problems": problems}


def page_text(page: str) -> str:
    """The page with every generated part written anew."""
    for name, part in _PARTS.items():
        begin, end = f"<!-- {name}: written by tools/expectation_reference.py -->", f"<!-- end of {name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{PAGE.name} has no part `{name}`")
        page = f"{before}{begin}\n\n{part()}\n\n{end}{after}"
    return page


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page, or with ``--check`` tells whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, and tell whether the page is up to date")
    options = parser.parse_args(arguments)
    current = PAGE.read_text(encoding="utf-8")
    wanted = page_text(current)
    if options.check:
        print(f"{PAGE.name} is {'up to date' if wanted == current else 'to be written again'}")
        return int(wanted != current)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
