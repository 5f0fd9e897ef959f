"""Texts with names in them, such as ARNs and patterns, with a pseudonym for every word that is not AWS's own.

What a word becomes hangs on the word alone, never on where it stands, so that what was equal stays equal, and what
matched still matches: a name, a tag, a pattern, the value of a policy variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.sources.redaction_addresses import redacted_address
from policysim.sources.redaction_cuts import Run
from policysim.sources.redaction_vocabulary import is_action_name, is_claim, is_condition_key, is_service_prefix
from policysim.sources.redaction_words import ID_PREFIX, UNIQUE_ID, UNIQUE_ID_START, is_arn_field, stays, types_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.sources.redaction_cuts import Cuts
    from policysim.sources.redaction_pseudonyms import Pseudonyms

_LEXEME: Final = re.compile(r"\$\{[*?$]\}|\$\{[^{}]*\}|[*?]|[:/]|[^\W_]+|.", re.DOTALL)
_ESCAPES: Final = frozenset({"${*}", "${?}", "${$}"})
_SEPARATORS: Final = frozenset(":/")
_AWS_OWNED: Final = re.compile(r"arn:[a-z-]+:(?:iam|organizations)::aws:policy/")
_ANY_ARN: Final = re.compile(r"\*[^/]*:")
"""A pattern that stands for ARNs of any service, such as ``*:role/app``."""
_TAG_KEY_PREFIX: Final = "aws:"
_ARN_FIELDS: Final = 4
_FOLDED: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_ENCRYPTION_CONTEXT: Final = ":encryptioncontext:"
_KEY_NAME: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_.-]+")


def folded(text: str) -> str:
    """The text with the letters A to Z small; every other character stays."""
    return text.translate(_FOLDED)


def is_aws_owned(arn: object) -> bool:
    """Whether an ARN is that of a policy of AWS's own."""
    return isinstance(arn, str) and _AWS_OWNED.match(arn) is not None


class Reader:
    """Takes up the words of texts and the cuts that their patterns make, before there are pseudonyms.

    While ``keeps`` is true the words are AWS's own and stay: those of the documents of AWS managed policies. ``sized``
    are the keys of tags that policies compare as numbers or dates.
    """

    def __init__(self, cuts: Cuts) -> None:
        self.cuts = cuts
        self.words: set[str] = set()
        self.kept: set[Run] = set()
        self.keeps = False
        self.sized: set[str] = set()

    def address(self, text: str) -> str | None:  # noqa: ARG002  # the words of addresses are no words
        """Nothing is read in an address."""
        return None

    def is_name(self, word: str) -> bool:  # noqa: ARG002  # nothing is known yet
        """Whether a word is one of a name; a sentence is not asked for names."""
        return False

    def word(self, run: Run, written: str) -> str:
        """Notes a word or a part of one."""
        if self.keeps:
            self.kept.add(run)
        if not run.open_left and not run.open_right:
            self.words.add(run.text)
        self.cuts.learn(run)
        return written


class Writer:
    """Writes pseudonyms in the place of words; ``words`` and ``sized`` as the reader found them."""

    def __init__(self, pseudonyms: Pseudonyms, secret: bytes, reader: Reader) -> None:
        self.sized = reader.sized
        self._words = reader.words
        self._pseudonyms = pseudonyms
        self._secret = secret

    def address(self, text: str) -> str | None:
        """The pseudonym of an IP address or range; ``None`` for any other text."""
        return redacted_address(text, self._secret)

    def is_name(self, word: str) -> bool:
        """Whether a word of a sentence is one of a name in the folder."""
        return folded(word.rstrip(",:")) in self._words

    def word(self, run: Run, written: str) -> str:
        """The pseudonym of a word, with capital letters where they were."""
        other = self._pseudonyms.of(run)
        return "".join(new.upper() if "A" <= old <= "Z" else new for old, new in zip(written, other, strict=True))


def text_of(text: str, hand: Reader | Writer) -> str:
    """A text with pseudonyms: a name, an ARN, a pattern, the value of a tag or of a context key."""
    if is_aws_owned(text):
        return text
    address = hand.address(text)
    if address is not None:
        return address
    fields = text.split(":", _ARN_FIELDS)
    start, *more = map(folded, fields)  # some operators compare in any case
    if start == "arn" and len(fields) == _ARN_FIELDS + 1 and all(map(is_arn_field, more[:-1])):
        return ":".join(fields[:-1]) + ":" + _owned(fields[-1], types_in(more[1]), hand)
    if start == "arn" and more and all(map(is_arn_field, more)):
        return text
    return _owned(text, types_in("*"), hand) if _ANY_ARN.match(text) else _plain(text, hand)


def key_of(key: str, hand: Reader | Writer) -> str:
    """A condition key with pseudonyms: the key of a tag or of an encryption context, or the address of a provider."""
    at = folded(key).find(_ENCRYPTION_CONTEXT)
    if at >= 0:
        end = at + len(_ENCRYPTION_CONTEXT)
        return key[:end] + text_of(key[end:], hand)
    name, slash, rest = key.partition("/")
    if _KEY_NAME.fullmatch(name) and is_condition_key(name):
        return name + slash + (tag_key_of(rest, hand) if slash else "")
    provider, colon, claim = key.rpartition(":")
    if not colon or is_condition_key(key):
        return key if colon else text_of(key, hand)
    known = is_service_prefix(provider) or stays(provider)
    written = provider if known else text_of(provider, hand)
    return written + colon + (claim if is_claim(claim) or (known and "." in provider) else text_of(claim, hand))


def action_of(text: str, hand: Reader | Writer) -> str:
    """An action or a pattern of actions: one that AWS does not have was made up, and has a pseudonym."""
    service, colon, name = text.partition(":")
    if is_service_prefix(service):
        return text if not colon or is_action_name(service, name) else f"{service}:{text_of(name, hand)}"
    return text_of(service, hand) + colon + (name if is_action_name("*", name) else text_of(name, hand))


def tag_key_of(key: str, hand: Reader | Writer) -> str:
    """The key of a tag with pseudonyms; keys that AWS reserves stay."""
    return key if folded(key).startswith(_TAG_KEY_PREFIX) else text_of(key, hand)


def _owned(text: str, types: Mapping[str, frozenset[str]], hand: Reader | Writer) -> str:
    """The account and the resource of an ARN: the words that tell the type of a resource stay."""
    lexemes = list(_segments(text))
    segments = ["".join(one) for one in lexemes]
    names = [one if one in types else folded(one) for one in segments]
    first = next((at for at in _starts(segments) if names[at] in types), len(segments))
    more = types[names[first]] if first < len(segments) else frozenset[str]()
    return "".join(
        one if at == first or (at > first and one in more) or stays(one) else _segment(lexemes[at], hand)
        for at, one in enumerate(segments)
    )


def _starts(segments: list[str]) -> Iterator[int]:
    """Where the type of a resource may stand: behind the first colon; where a wildcard begins, behind any."""
    colons = [at for at, one in enumerate(segments) if one == ":" and at + 2 < len(segments)]
    for at in colons if segments[0] == "*" else colons[:1]:
        yield at + 1


def _plain(text: str, hand: Reader | Writer) -> str:
    written = ""
    for lexemes in _segments(text):
        whole = "".join(lexemes)
        written += whole if stays(whole) else _segment(lexemes, hand)
    return written


def _segments(text: str) -> Iterator[list[str]]:
    """The lexemes between two colons or slashes, and each colon and slash."""
    segment: list[str] = []
    for lexeme in _LEXEME.findall(text):
        if lexeme in _SEPARATORS:
            yield segment
            yield [lexeme]
            segment = []
        else:
            segment.append(lexeme)
    yield segment


def _segment(lexemes: list[str], hand: Reader | Writer) -> str:
    prefix = ID_PREFIX.match("".join(lexemes))
    kept = prefix.end() if prefix is not None else 0
    written = ""
    at = 0
    for index, lexeme in enumerate(lexemes):
        before = lexemes[index - 1] if index else ""
        after = lexemes[index + 1] if index + 1 < len(lexemes) else ""
        if at + len(lexeme) <= kept or not lexeme[0].isalnum():
            written += _variable(lexeme, hand)
        else:
            written += _word(lexeme, hand, open_left=_is_open(before), open_right=_is_open(after))
        at += len(lexeme)
    return written


def _word(written: str, hand: Reader | Writer, *, open_left: bool, open_right: bool) -> str:
    known = None if open_left else (UNIQUE_ID_START if open_right else UNIQUE_ID).match(written)
    if known is None:
        return hand.word(Run(folded(written), open_left, open_right), written)
    rest = written[known.end() :]
    return known[0] + (hand.word(Run(folded(rest), open_right=open_right), rest) if rest else "")


def _is_open(lexeme: str) -> bool:
    return lexeme in {"*", "?"} or (lexeme.startswith("${") and lexeme not in _ESCAPES and len(lexeme) > len("${"))


def _variable(lexeme: str, hand: Reader | Writer) -> str:
    """A policy variable with its key and its default value; any other lexeme as it stands."""
    if not lexeme.startswith("${") or lexeme in _ESCAPES or not lexeme.endswith("}"):
        return lexeme
    key, quote, default = lexeme[2:-1].partition("'")
    name = key.rstrip(" ,")
    return "${" + key_of(name, hand) + key[len(name) :] + quote + (text_of(default, hand) if quote else "") + "}"
