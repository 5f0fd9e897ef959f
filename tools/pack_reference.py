"""Write the parts of `docs/packs.md` that come from the packs: their parameters and their sentences.

    python tools/pack_reference.py           write the page
    python tools/pack_reference.py --check   tell whether it is what would be written

Exit codes: 0 written or equal, 1 when the page is to be written again.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.expectations.reading import read_expectations
from policysim.expectations.sentences import Expectation, written
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.expectations.sentences import ParameterLine

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "packs.md"
PACKS: Final = ROOT / "policies" / "packs"

_PART: Final = re.compile(
    r"<!-- pack (?P<name>[a-z-]+): written by tools/pack_reference.py -->.*?<!-- end of (?P=name) -->", re.DOTALL
)
_PARAGRAPH: Final = re.compile(r"(?:.+\n?)+")
_PARAMETER: Final = re.compile(
    r"(?:^# (?P<above>[^\n]*)\n)?^parameter (?P<name>\S+)[^#\n]*(?:# (?P<behind>[^\n]*))?$", re.MULTILINE
)
_REMARK: Final = re.compile(r"(?:^|\s)# ?(.*)$")


def part(name: str) -> str:
    """The parameters of a pack and what its sentences guard against."""
    text = (PACKS / f"{name}.expect").read_text(encoding="utf-8")
    parameters = list(_parameters(text))
    rows = list(_rows(text))
    return "\n".join(
        [
            "| parameter | | unless said |",
            "| --- | --- | --- |",
            *parameters,
            "",
            "| what is held | the sentences |",
            "| --- | --- |",
            *rows,
        ]
    )


def _parameters(text: str) -> Iterator[str]:
    """One row for each parameter; what it means stands behind it in the pack, or above it."""
    remarks = {found["name"]: found["behind"] or found["above"] for found in _PARAMETER.finditer(text)}
    for parameter in read_expectations(Source("pack", text)).parameters:
        yield f"| `{parameter.name.text}` | {_cell(remarks[parameter.name.text])} | {_default(parameter)} |"


def _default(parameter: ParameterLine) -> str:
    if parameter.default is None:
        return "must be given"
    return ", ".join(f"`{written(word.text)}`" for word in parameter.default)


def _rows(text: str) -> Iterator[str]:
    """One row for each paragraph that has sentences: its comment, and they."""
    sentences = [line for line in read_expectations(Source("pack", text)).lines if isinstance(line, Expectation)]
    for paragraph in _PARAGRAPH.finditer(text):
        said = [one.text for one in sentences if paragraph.start() <= one.span.start < paragraph.end()]
        comment = " ".join(found[1] for line in paragraph[0].splitlines() if (found := _REMARK.match(line.strip())))
        if said:
            yield f"| {_cell(comment)} | {'<br>'.join(f'`{one}`' for one in said)} |"


def _cell(text: str) -> str:
    return re.sub(r"([|*_<])", r"\\\1", text.strip())


def page_text(page: str) -> str:
    """The page with every generated part written anew."""
    return _PART.sub(
        lambda found: (
            f"<!-- pack {found['name']}: written by tools/pack_reference.py -->\n\n"
            f"{part(found['name'])}\n\n<!-- end of {found['name']} -->"
        ),
        page,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or tell whether it is as it should be."""
    parser = argparse.ArgumentParser(description="Write the generated parts of docs/packs.md.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether the page is as it should be")
    check = parser.parse_args(arguments).check
    page = PAGE.read_text(encoding="utf-8")
    wanted = page_text(page)
    if wanted == page:
        print(f"{PAGE.name} is as it should be")
        return 0
    if check:
        print(f"{PAGE.name} differs from the packs: run python tools/pack_reference.py")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    print(f"{PAGE.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
