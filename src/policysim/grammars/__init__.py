"""The one place that builds Lark parsers, from the grammars of the top-level `grammar` folder; no meaning here.

The grammars are package data of the wheel; in a checkout they are read from the folder itself. Lark is imported when
the first parser is asked for, and each parser is built once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

_FOLDERS = (Path(__file__).parent / "files", Path(__file__).parents[3] / "grammar")


def grammar_text(name: str) -> str:
    """The text of the grammar ``name``, such as ``policy``."""
    for folder in _FOLDERS:
        path = folder / f"{name}.lark"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"the grammar `{name}` is not installed")


@cache
def parser(name: str, *starts: str) -> Lark:
    """The parser of the grammar ``name``, for texts that are one of the rules ``starts``; trees keep positions."""
    from lark import Lark  # noqa: PLC0415  # 35 ms that only those pay who need a grammar

    return Lark(grammar_text(name), start=list(starts), parser="lalr", lexer="contextual", propagate_positions=True)
