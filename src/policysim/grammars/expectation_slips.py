"""What people write in place of the words of the expectation language, and what to tell them: data alone."""

from __future__ import annotations

from typing import Final, NamedTuple


def _words(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


KEYWORDS: Final = _words(
    "account use parameter given only nobody but cannot can on when depending because and like absent as in with"
)
"""The words of the language; each is the terminal of its name in the grammar."""


class Instead(NamedTuple):
    """Words that stand where the grammar would take one of ``terminals``, and one sentence about them.

    ``{found}`` is what stands there, in backticks.
    """

    terminals: frozenset[str]
    words: frozenset[str]
    sentence: str


def _instead(terminals: str, words: str, sentence: str) -> Instead:
    return Instead(_words(terminals), _words(words), sentence)


INSTEAD: Final = (
    _instead(
        "CAN",
        "allow allows allowed may permit permits permitted has have must should shall will could is gets",
        "write `can` for {found}",
    ),
    _instead(
        "CANNOT",
        "can't cant cannot't deny denies denied never forbid forbids forbidden mustn't shouldn't disallow won't",
        "write `cannot` for {found}",
    ),
    _instead(
        "CAN", "can't cant cannot deny denies denied never", "`nobody` and `only` go with `can`, not with {found}"
    ),
    _instead(
        "ON", "for to at of against over from onto upon in within = :", "write `on` before the resource, not {found}"
    ),
    _instead("BUT", "except besides save apart excluding unless other without", "write `but` for {found}"),
    _instead("WHEN", "if where whenever provided with while given having", "write `when` for {found}"),
    _instead("WHEN", "unless", "the language has no `unless`: write the condition that holds, with `when`"),
    _instead("EQUAL", "== === : := eq equals equal is are has contains includes in on", "write `=` for {found}"),
    _instead(
        "EQUAL",
        "!= <> ne not isn't",
        "the language has no {found}: state the values that the key has, `like` a pattern, or `absent`",
    ),
    _instead(
        "EQUAL", "< > <= >= less greater", "the language does not compare with {found}: list the values, or use `like`"
    ),
    _instead("LIKE", "matches match ~ =~ startswith starts stringlike arnlike", "write `like` for {found}"),
    _instead("ABSENT", "missing unset null none empty undefined without", "write `absent` for {found}"),
    _instead("ABSENT", "present exists set known", "write `K like *` for a key that is there, whatever its value"),
    _instead("BECAUSE", "by due via through thanks since reason", "write `because` for {found}"),
    _instead("DEPENDING", "depends dependent subject", "write `depending on` for {found}"),
)
"""What stands in place of a keyword; the first row that fits is told."""

OPENERS: Final = (
    (
        _words("expect expects assert ensure check verify test require that then and also"),
        "a sentence begins with its principals: leave {found} away",
    ),
    (
        _words("any all every each everyone anyone everybody the a an some"),
        "{found} is no word of the language: name the principals, such as `role/app`, or `role/*` for every role",
    ),
    (
        _words("no none no-one noone nobody's"),
        "write `nobody` for {found}",
    ),
    (
        _words("or"),
        "the language has no {found}: part words by commas (`K = V, V` for values), or write two sentences",
    ),
    (
        _words("&& & || | + not"),
        "{found} is no word of the language: conditions are joined by `and`",
    ),
    (
        _words("allow allows permit deny denies forbid can't cant may"),
        "a sentence names its principals first, and then says `can` or `cannot`: {found} is no word of the language",
    ),
    (
        _words("// /* -- ; <!-- rem"),
        "a comment begins with `#`, not with {found}",
    ),
    (
        _words("import include require source extends load"),
        "write `use` for {found}, and the file in double quotes",
    ),
    (
        _words("accounts policies folder"),
        "write `account` for {found}, and the folder in double quotes",
    ),
    (
        _words("param parameters let var set define default"),
        "write `parameter` for {found}",
    ),
)
"""Words at the start of what would be a sentence, and behind them another word without a comma."""

KINDS: Final = frozenset({"role", "user", "group", "policy"})
"""Kinds that go before a name, as ``role/NAME``."""

QUOTES: Final = "'`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
"""Marks that people write for the plain double quote."""
