"""What to tell a person whose expectation is no sentence: where, what was expected, and what the slip probably was.

The grammar says what may follow; the tokens before the break say where in a sentence one is; a table of slips says
what people write there instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.grammars.breaks import either, quoted
from policysim.grammars.expectation_slips import INSTEAD, KEYWORDS, KINDS, OPENERS, QUOTES

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_END: Final = re.compile(r"[\r\n]")
_OTHER_TEXTS: Final = {"{": "JSON", "[": "JSON", "<": "XML or HTML", "%": "a template", "---": "YAML"}

_WORDS: Final = frozenset({"WORD", "TEXT", "KEY"})
_NEW_SENTENCE: Final = frozenset({"ACCOUNT", "USE", "PARAMETER", "GIVEN", "ONLY", "NOBODY"})
_VERBS: Final = frozenset({"CAN", "CANNOT"})
_LATE_WORDS: Final = _NEW_SENTENCE | {"WHEN", "DEPENDING", "BECAUSE", "AND", "CAN", "CANNOT"}
"""What may follow a sentence, or its last word."""

_LIKENESS: Final = 0.75
"""How alike a word and a keyword are, of 1, when one is taken for the other one misspelt."""

_OTHER_WORDS: Final = frozenset().union(*(row.words for row in INSTEAD), *(words for words, _ in OPENERS), KINDS)
"""Words of their own, which are no keyword misspelt."""

_IN_PRINCIPALS: Final = frozenset({"COMMA", "CAN", "CANNOT"})

_ROLE_BEHIND: Final = {
    "ONLY": "principal",
    "NOBODY": "principal",
    "BUT": "principal",
    "CAN": "action",
    "CANNOT": "action",
    "ON": "resource",
    "WHEN": "condition key",
    "GIVEN": "condition key",
    "EQUAL": "value",
    "LIKE": "value",
    "BECAUSE": "reason",
    "ACCOUNT": "path",
    "USE": "path",
    "AS": "account id",
    "IN": "Region",
    "WITH": "parameter",
    "PARAMETER": "parameter",
}
"""What the words behind a keyword are."""

_SUCH: Final = {
    "principal": "a principal such as `role/app`",
    "action": "an action such as `s3:GetObject`",
    "resource": "a resource such as `arn:aws:s3:::my-bucket/*`",
    "condition key": "a condition key such as `aws:SourceIp`",
    "value": "a value",
    "reason": "a layer such as `boundary`, or a statement as `FILE#SID`",
    "path": "a path in double quotes",
    "account id": "an account id of 12 digits",
    "Region": "a Region such as `eu-west-1`",
    "parameter": "the name of a parameter",
}
_ARTICLE: Final = {role: such.split(" ", 1)[0] for role, such in _SUCH.items()} | {"action": "an", "account id": "an"}

_NO_SUCH_WORDS: Final = frozenset({"path", "account id", "Region"})
"""What is never named by a word of the language."""

_SHOWN: Final = {
    "COMMA": "`,`",
    "EQUAL": "`=`",
    "LIKE": "`like`",
    "ABSENT": "`absent`",
    "BUT": "`but`",
    "CAN": "`can`",
    "CANNOT": "`cannot`",
    "ON": "`on`",
    "AS": "`as`",
    "IN": "`in`",
    "WITH": "`with`",
    "AND": "`and`",
    "WHEN": "`when`",
    "DEPENDING": "`depending on`",
    "BECAUSE": "`because`",
}
"""How each terminal is told, in the order in which they may stand."""


class Leaf(NamedTuple):
    """One token: the name of its terminal, its text, and its offsets."""

    terminal: str
    text: str
    start: int
    end: int


class SentenceBreak(NamedTuple):
    """Where a text stops being sentences: the offsets of what is wrong, and one sentence about it."""

    start: int
    end: int
    message: str


class _Seen(NamedTuple):
    """A break as the parser sees it: the text, the tokens before, what does not fit, and what would."""

    text: str
    before: tuple[Leaf, ...]
    found: Leaf
    accepted: frozenset[str]

    @property
    def at_end(self) -> bool:
        return self.found.start >= len(self.text)

    @property
    def word(self) -> str:
        return self.found.text

    @property
    def last(self) -> Leaf | None:
        return self.before[-1] if self.before else None

    @property
    def opener(self) -> Leaf | None:
        """The word that alone would be the principals of a new sentence, where one word is all there is of it."""
        last = self.last
        if last is None or last.terminal != "WORD" or not self.accepted <= _IN_PRINCIPALS:
            return None
        behind = self.before[-2].terminal if len(self.before) > 1 else "WORD"
        return last if behind in _WORDS or behind == "ABSENT" else None

    @property
    def role(self) -> str:
        """What the words are that the break stands among."""
        if not self.before or self.accepted <= _IN_PRINCIPALS:
            return "principal"
        index = next((i for i in range(len(self.before) - 1, -1, -1) if self._decides(i)), None)
        if index is None:
            return "principal"
        keyword = self.before[index].terminal
        if keyword == "AND":
            behind_with = any(leaf.terminal == "WITH" for leaf in self._sentence())
            return "parameter" if behind_with else "condition key"
        if keyword == "ON" and index and self.before[index - 1].terminal == "DEPENDING":
            return "condition key"
        return _ROLE_BEHIND[keyword]

    def _decides(self, index: int) -> bool:
        return self.before[index].terminal in _ROLE_BEHIND or self.before[index].terminal == "AND"

    def _sentence(self) -> list[Leaf]:
        starts = (i for i in range(len(self.before) - 1, -1, -1) if self.before[i].terminal in _NEW_SENTENCE)
        return list(self.before[next(starts, 0) :])


def control_character(text: str) -> SentenceBreak | None:
    """The first character of a text that no line of text holds, such as NUL; ``None`` when there is none."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    code = f"U+{ord(found[0]):04X}"
    return SentenceBreak(found.start(), found.end(), f"the control character {code} stands here: this is no text file")


def describe_sentence_break(
    text: str, before: tuple[Leaf, ...], at: int, token: Leaf | None, accepted: frozenset[str]
) -> SentenceBreak:
    """The break at the offset ``at``, behind the tokens ``before``, where ``accepted`` are the terminals that fit.

    ``token`` is what stands there, if it is a token at all.
    """
    seen = _Seen(text, before, token or Leaf("", text[at : _end_of_odd(text, at)], at, _end_of_odd(text, at)), accepted)
    for detect in _SLIPS:
        slip = detect(seen)
        if slip is not None:
            return slip
    wanted = f"expected {either(_expected(seen))}{_behind(seen)}"
    if seen.at_end:
        return _told(seen.found, f"the text ends too early: {wanted}")
    return _told(seen.found, f"{wanted}, found {quoted(seen.word)}")


def _told(at: Leaf, message: str) -> SentenceBreak:
    return SentenceBreak(at.start, at.end, message)


def _end_of_odd(text: str, at: int) -> int:
    """The end of what is no token: of a line for an open quote, else of the word."""
    ending = (_LINE_END if text[at : at + 1] == '"' else re.compile(r"[\s,]")).search(text, at)
    return max(at, len(text[: ending.start() if ending else None].rstrip()))


def _expected(seen: _Seen) -> tuple[str, ...]:
    accepted = seen.accepted
    if "$END" in accepted and not seen.before:
        return ("a sentence such as `role/app can s3:GetObject on arn:aws:s3:::my-bucket/*`",)
    at_end = "$END" in accepted
    hidden = _VERBS | _WORDS if at_end else frozenset()
    words = [_SUCH[seen.role]] if accepted & _WORDS and not at_end else []
    shown = [phrase for name, phrase in _SHOWN.items() if name in accepted and name not in hidden]
    return (*words, *shown, *(["a new sentence"] if at_end else []))


def _behind(seen: _Seen) -> str:
    last = seen.last
    if last is None:
        return ""
    if last.terminal in _WORDS:
        return f" after the {seen.role} {quoted(last.text)}"
    return f" after {quoted(last.text)}"


def _slip_of_other_text(seen: _Seen) -> SentenceBreak | None:
    if len(seen.before) > 1:
        return None
    start = seen.text.lstrip("\ufeff \t\r\n")
    other = next((what for mark, what in _OTHER_TEXTS.items() if start.startswith(mark)), None)
    if other is None:
        return None
    return _told(seen.before[0] if seen.before else seen.found, f"this looks like {other}, and sentences were expected")


def _slip_of_quote(seen: _Seen) -> SentenceBreak | None:
    if not seen.word or seen.found.terminal:
        return None
    if seen.word[0] == '"':
        return _told(seen.found, "a double quote is not closed on its line")
    if seen.word[0] in QUOTES:
        found = seen.word[0]
        mark = f"`{found}`" if found != "`" else "a backtick"
        return _told(seen.found, f'words stand in plain double quotes (`"`), not in {mark}')
    if seen.word[0] == "=":
        return None
    return _told(seen.found, f"no word can begin with {quoted(seen.word[0])}: put it in double quotes")


def _slip_of_case(seen: _Seen) -> SentenceBreak | None:
    for leaf in (seen.found, seen.opener):
        if leaf is None:
            continue
        lower = leaf.text.lower()
        fits = leaf is seen.opener or lower.upper() in seen.accepted
        if lower in KEYWORDS and lower != leaf.text and fits:
            return _told(
                leaf, f"the words of the language are written in lower case: `{lower}`, not {quoted(leaf.text)}"
            )
    return None


def _slip_of_comma(seen: _Seen) -> SentenceBreak | None:
    last = seen.last
    if last is None or last.terminal != "COMMA":
        return None
    if seen.at_end:
        return _told(last, f"the text ends with a comma: {_ARTICLE[seen.role]} {seen.role} is missing behind it")
    if seen.found.terminal == "COMMA":
        return _told(seen.found, "two commas follow each other")
    if seen.found.text in KEYWORDS and seen.found.terminal not in _WORDS:
        return _told(last, f"a comma stands before {quoted(seen.word)}, and no {seen.role} behind it")
    return None


def _slip_of_can_not(seen: _Seen) -> SentenceBreak | None:
    if len(seen.before) < 2 or seen.last is None or seen.last.text.lower() != "not":
        return None
    verb = seen.before[-2]
    if verb.terminal not in _VERBS:
        return None
    message = "write `cannot`, in one word" if verb.terminal == "CAN" else "`not` is too much behind `cannot`"
    return SentenceBreak(verb.start, seen.last.end, message)


def _slip_of_opener(seen: _Seen) -> SentenceBreak | None:
    """What stands at the start of a sentence that is none: a word of some other language, or a missing comma."""
    opener = seen.opener
    if opener is None or seen.found.terminal in _IN_PRINCIPALS:
        return None
    shown, behind = quoted(opener.text), seen.before[-2] if len(seen.before) > 1 else None
    in_line = behind is not None and _on_one_line(seen.text, behind.end, opener.start)
    if seen.at_end and not in_line:
        return None
    if opener.text.lower() in KINDS and seen.found.terminal in _WORDS:
        both = f"{opener.text.lower()}/{seen.word}"
        return SentenceBreak(
            opener.start, seen.found.end, f"write {quoted(both)} for {quoted(f'{opener.text} {seen.word}')}"
        )
    other_word = _sentence_of_opener(_plain(opener.text), in_block=behind is not None)
    if other_word:
        return _told(opener, other_word.format(found=shown))
    if behind is None or not in_line:
        return None
    if len(seen.before) > 2 and seen.before[-3].terminal == "PARAMETER":
        return _told(opener, f"write `=` before the words that a parameter stands for: `= {opener.text}`")
    return _told(opener, f"a comma is missing between {quoted(behind.text)} and {shown}")


def _sentence_of_opener(word: str, *, in_block: bool) -> str:
    """What to tell of a word that begins no sentence; empty where it may well be a principal."""
    late = {"WHEN", "BECAUSE", "DEPENDING"} if in_block else set()
    instead = (row.sentence for row in INSTEAD if row.terminals & late and word in row.words)
    openers = (sentence for words, sentence in OPENERS if word in words)
    return next(iter((*instead, *openers)), "")


def _slip_of_instead(seen: _Seen) -> SentenceBreak | None:
    word = _plain(seen.word)
    if seen.found.terminal == "EQUAL" and seen.last is not None and seen.last.terminal == "EQUAL":
        return SentenceBreak(seen.last.start, seen.found.end, "write one `=`, not two")
    if seen.found.terminal == "TEXT":
        return None
    for row in INSTEAD:
        if row.terminals & seen.accepted and word in row.words:
            return _told(seen.found, row.sentence.format(found=quoted(seen.word)))
    return None


def _slip_of_spelling(seen: _Seen) -> SentenceBreak | None:
    """A keyword that is misspelt: where it stands, or where it would begin a new sentence."""
    from difflib import get_close_matches  # noqa: PLC0415  # only those pay who mistype

    at_opener = _LATE_WORDS if len(seen.before) > 1 else _NEW_SENTENCE
    for leaf, fitting in ((seen.opener, at_opener), (seen.found, seen.accepted)):
        if leaf is None or leaf.terminal not in _WORDS or not leaf.text.isalpha() or _plain(leaf.text) in _OTHER_WORDS:
            continue
        words = sorted(name.lower() for name in fitting if name.lower() in KEYWORDS)
        close = get_close_matches(leaf.text.lower(), words, n=1, cutoff=_LIKENESS)
        if close and close[0] != leaf.text:
            return _told(leaf, f"write `{close[0]}` for {quoted(leaf.text)}")
    return None


def _slip_of_path(seen: _Seen) -> SentenceBreak | None:
    if (
        seen.role == "path"
        and seen.found.terminal in {"WORD", "KEY"}
        and seen.last
        and seen.last.terminal in {"ACCOUNT", "USE"}
    ):
        return _told(seen.found, f'a path stands in double quotes: write `"{seen.word}"`')
    return None


def _slip_of_missing_on(seen: _Seen) -> SentenceBreak | None:
    if "ON" not in seen.accepted or seen.found.terminal not in _WORDS or seen.last is None:
        return None
    if seen.last.terminal == "DEPENDING":
        return _told(seen.found, f"write `depending on {seen.word}`")
    if seen.word.startswith("arn:") or seen.word == "*" or "/" in seen.word.split(":", 1)[0]:
        return _told(seen.found, f"`on` is missing before the resource {quoted(seen.word)}")
    return _told(seen.found, f"a comma is missing between {quoted(seen.last.text)} and {quoted(seen.word)}")


def _slip_of_missing_comma(seen: _Seen) -> SentenceBreak | None:
    names = seen.last is not None and seen.last.terminal in _WORDS and seen.found.terminal in _WORDS
    if seen.last is None or not names or "COMMA" not in seen.accepted:
        return None
    if not _on_one_line(seen.text, seen.last.end, seen.found.start):
        return None
    return _told(seen.found, f"a comma is missing between {quoted(seen.last.text)} and {quoted(seen.word)}")


def _slip_of_keyword(seen: _Seen) -> SentenceBreak | None:
    """A keyword where a word is wanted: the word before it is missing, or it is meant as a word."""
    if seen.found.text not in KEYWORDS or seen.found.terminal in _WORDS:
        return None
    if seen.found.terminal == "AND" and ("COMMA" in seen.accepted or not seen.before):
        return _told(seen.found, "`and` joins conditions alone: words are parted by commas, sentences by nothing")
    if not seen.accepted & _WORDS or "$END" in seen.accepted or seen.role in _NO_SUCH_WORDS:
        return None
    follows = {"principal": _VERBS, "action": {"ON"}}.get(seen.role, {"AND", "WHEN", "BECAUSE", "DEPENDING"})
    if seen.found.terminal in follows or seen.found.terminal in _NEW_SENTENCE:
        return _told(seen.found, f"{_SUCH[seen.role]} is missing before {quoted(seen.word)}")
    meant = f'as {_ARTICLE[seen.role]} {seen.role}, write `"{seen.word}"`'
    return _told(seen.found, f"{quoted(seen.word)} is a word of the language: {meant}")


def _slip_of_order(seen: _Seen) -> SentenceBreak | None:
    """What stands at the wrong end of its sentence: `when` behind `because`, a clause where there can be none."""
    if "$END" not in seen.accepted:
        return None
    if seen.found.terminal == "WHEN":
        return _told(seen.found, "`when` stands once in a sentence, before `depending on` and `because`")
    if seen.found.terminal == "DEPENDING":
        sentence = "`depending on` stands once, before `because`, in a sentence of listed principals that can or cannot"
        return _told(seen.found, sentence)
    if seen.found.terminal == "BECAUSE":
        return _told(seen.found, "`because` stands once, at the end of its sentence: list the reasons behind it")
    if seen.found.terminal in _VERBS:
        why = ": the sentence above takes no further clause" if seen.before else ", such as `role/app`"
        return _told(seen.found, f"no principals stand before {quoted(seen.word)}{why}")
    return None


def _plain(word: str) -> str:
    return word.lower().replace("\u2019", "'")


def _on_one_line(text: str, start: int, end: int) -> bool:
    return _LINE_END.search(text, start, end) is None


_SLIPS: Final[tuple[Callable[[_Seen], SentenceBreak | None], ...]] = (
    _slip_of_other_text,
    _slip_of_quote,
    _slip_of_case,
    _slip_of_comma,
    _slip_of_can_not,
    _slip_of_spelling,
    _slip_of_opener,
    _slip_of_path,
    _slip_of_instead,
    _slip_of_missing_on,
    _slip_of_missing_comma,
    _slip_of_keyword,
    _slip_of_order,
)
"""Every way to tell a slip; the first that knows one speaks."""
