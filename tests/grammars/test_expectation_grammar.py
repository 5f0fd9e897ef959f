"""Sentences about access through the written grammar, and what a person is told where a text is none."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from policysim.grammars import grammar_text
from policysim.grammars.expectation_slips import INSTEAD, KEYWORDS, OPENERS, Instead
from policysim.grammars.expectations import MOST_BREAKS, Sentences, parse_expectations

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = "role/a can s3:GetObject on arn:aws:s3:::b/*"


def rules(text: str) -> list[str]:
    sentences = parse_expectations(text)
    assert not sentences.breaks, sentences.breaks
    return [branch.rule for branch in sentences.branches]


def told(text: str) -> list[tuple[str, str]]:
    """What each break of a text points at, and what it says."""
    return [(text[one.start : one.end], one.message) for one in parse_expectations(text).breaks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WHOLE, ["each"]),
        (f"{WHOLE}\n  cannot s3:PutObject on *\nrole/b, user/c can sts:AssumeRole on role/d", ["each", "each"]),
        ('account "../acme" as 111122223333 in eu-west-1 with Stage = prod, test and base = "x"', ["account"]),
        ('use "pack:no-public-access"\nuse "a b.expect" with who = role/a, role/b and key = k', ["use", "use"]),
        ("parameter who\nparameter key = a, b", ["parameter", "parameter"]),
        ("given aws:SecureTransport = true and s3:prefix like a/*, b/* and aws:SourceVpce absent", ["given"]),
        ("only role/a can iam:PassRole on role/app-* because identity", ["only"]),
        ("nobody can s3:* on *\nnobody but root, role/a can s3:* on *", ["nobody", "nobody"]),
        ("role/a can s3:X on y when k = v depending on m, n", ["each"]),
        ("role/a cannot s3:X on y because scp, limits.json#DenyAll", ["each"]),
        ("", []),
        ("# nothing but words # about it", []),
    ],
)
def test_every_form_of_sentence_is_read(text: str, expected: list[str]) -> None:
    assert rules(text) == expected


def test_line_ends_indentation_comments_and_a_byte_order_mark_carry_no_meaning() -> None:
    plain = "role/a can s3:X on y when k = v because scp only role/b can s3:Z on w"
    spread = plain.replace(" ", '\r\n   # a comment, "quoted" can on\r\n\t')
    for text in (spread, f"\ufeff{plain}", plain.replace(" ", "\u00a0"), plain.replace(" ", "\r")):
        assert rules(text) == ["each", "only"]


def test_a_comment_ends_with_its_line_whatever_ends_the_line() -> None:
    for line_end in ("\n", "\r\n", "\r"):
        assert rules(f"{WHOLE} # can on{line_end}only role/b can s3:Z on w") == ["each", "only"]


def test_a_number_sign_within_a_word_begins_no_comment() -> None:
    assert rules("role/a cannot s3:X on y because limits.json#Deny") == ["each"]


def test_offsets_are_those_of_the_text_behind_a_byte_order_mark_as_well() -> None:
    text = f"\ufeff{WHOLE}"
    branch = parse_expectations(text).branches[0]
    assert text[branch.start : branch.end] == WHOLE


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("role/a can not s3:X on y", "can not", "write `cannot`, in one word"),
        ("role/a cannot not s3:X on y", "cannot not", "`not` is too much behind `cannot`"),
        ("role/a can't s3:X on y", "can't", "write `cannot` for `can't`"),
        ("role/a can\u2019t s3:X on y", "can\u2019t", "write `cannot` for `can\u2019t`"),
        ("role/a allow s3:X on y", "allow", "write `can` for `allow`"),
        ("role/a deny s3:X on y", "deny", "write `cannot` for `deny`"),
        ("role/a CAN s3:X on y", "CAN", "the words of the language are written in lower case: `can`, not `CAN`"),
        ("role/a Can s3:X on y", "Can", "the words of the language are written in lower case: `can`, not `Can`"),
        (
            "ONLY role/a can s3:X on y",
            "ONLY",
            "the words of the language are written in lower case: `only`, not `ONLY`",
        ),
        ("role/a can s3:X ON y", "ON", "the words of the language are written in lower case: `on`, not `ON`"),
        (
            "role/a can s3:X on y WHEN k = v",
            "WHEN",
            "the words of the language are written in lower case: `when`, not `WHEN`",
        ),
        ("role/a can s3:X for y", "for", "write `on` before the resource, not `for`"),
        ("role/a can s3:X on y if k = v", "if", "write `when` for `if`"),
        ("role/a can s3:X on y with k = v", "with", "write `when` for `with`"),
        (
            "role/a can s3:X on y unless k = v",
            "unless",
            "the language has no `unless`: write the condition that holds, with `when`",
        ),
        ("role/a can s3:X on y when k == v", "==", "write one `=`, not two"),
        ("role/a can s3:X on y when k equals v", "equals", "write `=` for `equals`"),
        ("role/a can s3:X on y when k in v, w", "in", "write `=` for `in`"),
        ("role/a can s3:X on y when k matches v", "matches", "write `like` for `matches`"),
        ("role/a can s3:X on y when k missing", "missing", "write `absent` for `missing`"),
        (
            "role/a can s3:X on y when k != v",
            "!=",
            "the language has no `!=`: state the values that the key has, `like` a pattern, or `absent`",
        ),
        (
            "role/a can s3:X on y when k = v or m = w",
            "or",
            "the language has no `or`: part words by commas (`K = V, V` for values), or write two sentences",
        ),
        ("nobody except role/a can s3:X on y", "except", "write `but` for `except`"),
        ("nobody cannot s3:X on y", "cannot", "`nobody` and `only` go with `can`, not with `cannot`"),
        ("only role/a cannot s3:X on y", "cannot", "`nobody` and `only` go with `can`, not with `cannot`"),
        ("role/a can s3:X, on y", ",", "a comma stands before `on`, and no action behind it"),
        ("role/a can s3:X on y,", ",", "the text ends with a comma: a resource is missing behind it"),
        ("role/a,, role/b can s3:X on y", ",", "two commas follow each other"),
        ("role/a can s3:X s3:Y on z", "s3:Y", "a comma is missing between `s3:X` and `s3:Y`"),
        ("role/a role/b can s3:X on y", "role/b", "a comma is missing between `role/a` and `role/b`"),
        ("role/a can s3:X on y z\nrole/b can s3:X on y", "z", "a comma is missing between `y` and `z`"),
        ("role/a can s3:X on y because scp rcp", "rcp", "a comma is missing between `scp` and `rcp`"),
        ("role/a can s3:X arn:aws:s3:::b", "arn:aws:s3:::b", "`on` is missing before the resource `arn:aws:s3:::b`"),
        ("role/a can on y", "on", "an action such as `s3:GetObject` is missing before `on`"),
        ("can s3:X on y", "can", "no principals stand before `can`, such as `role/app`"),
        (
            "nobody can s3:X on y\n  can s3:Z on w",
            "can",
            "no principals stand before `can`: the sentence above takes no further clause",
        ),
        ("role/a can s3:X on like", "like", '`like` is a word of the language: as a resource, write `"like"`'),
        ("role/a can s3:X on y when k = in", "in", '`in` is a word of the language: as a value, write `"in"`'),
        ("role app can s3:X on y", "role app", "write `role/app` for `role app`"),
        (
            "any role/a can s3:X on y",
            "any",
            "`any` is no word of the language: name the principals, such as `role/app`, or `role/*` for every role",
        ),
        ("expect role/a can s3:X on y", "expect", "a sentence begins with its principals: leave `expect` away"),
        ("account ../acme", "../acme", 'a path stands in double quotes: write `"../acme"`'),
        ("account '../acme'", "'../acme'", "words stand in plain double quotes (`\"`), not in `'`"),
        (
            "role/a can \u201cs3:X\u201d on y",
            "\u201cs3:X\u201d",
            'words stand in plain double quotes (`"`), not in `\u201c`',
        ),
        ('account "../acme\nrole/a can s3:X on y', '"../acme', "a double quote is not closed on its line"),
        ("// role/a can", "//", "a comment begins with `#`, not with `//`"),
        ('{"Version": "2012-10-17"}', "{", "this looks like JSON, and sentences were expected"),
        ('include "x"', "include", "write `use` for `include`, and the file in double quotes"),
        ("parameter key: k", "k", "write `=` before the words that a parameter stands for: `= k`"),
        ("role/a can s3:X on y becuase scp", "becuase", "write `because` for `becuase`"),
        ("role/a can s3:X on y whne k = v", "whne", "write `when` for `whne`"),
        ("role/a canot s3:X on y", "canot", "write `cannot` for `canot`"),
        ("nobdy can s3:X on y k", "k", "a comma is missing between `y` and `k`"),
        ('acount "../acme"', "acount", "write `account` for `acount`"),
        ("role/a can s3:X on y depending k", "k", "write `depending on k`"),
        ("role/a can s3:X on y depends on k", "depends", "write `depending on` for `depends`"),
        (
            "role/a can s3:X on y because scp when k = v",
            "when",
            "`when` stands once in a sentence, before `depending on` and `because`",
        ),
        (
            "role/a can s3:X and s3:Y on z",
            "and",
            "`and` joins conditions alone: words are parted by commas, sentences by nothing",
        ),
        ("role/a", "", "the text ends too early: expected `,`, `can` or `cannot` after the principal `role/a`"),
        (
            "role/a can s3:X on y when k",
            "",
            "the text ends too early: expected `=`, `like` or `absent` after the condition key `k`",
        ),
        (
            "given k = v =",
            "=",
            "expected `,`, `and` or a new sentence after the value `v`, found `=`",
        ),
        ("role/a can \x00s3:X on y", "\x00", "the control character U+0000 stands here: this is no text file"),
    ],
)
def test_a_slip_is_told_at_its_word(text: str, at: str, message: str) -> None:
    assert told(text) == [(at, message)]


@pytest.mark.parametrize("row", INSTEAD, ids=lambda row: row.sentence)
def test_every_row_of_words_written_instead_of_a_keyword_can_be_told(row: Instead) -> None:
    before = {
        "CAN": ("role/a", "nobody but role/a"),
        "CANNOT": ("role/a",),
        "ON": ("role/a can s3:X",),
        "BUT": ("nobody",),
        "EQUAL": (f"{WHOLE} when k",),
        "LIKE": (f"{WHOLE} when k",),
        "ABSENT": (f"{WHOLE} when k",),
        "WHEN": (WHOLE,),
        "BECAUSE": (WHOLE,),
        "DEPENDING": (WHOLE,),
    }
    assert any(
        row.sentence.format(found=f"`{word}`") in {message for _, message in told(f"{start} {word} rest behind")}
        for terminal in row.terminals
        for start in before[terminal]
        for word in row.words
    )


@pytest.mark.parametrize("row", OPENERS, ids=lambda row: row[1])
def test_every_row_of_openers_can_be_told(row: tuple[frozenset[str], str]) -> None:
    words, sentence = row
    assert any(
        sentence.format(found=f"`{word}`") in {said for _, said in told(f"{word} role/a can s3:X on y")}
        for word in words
    )


def test_no_message_names_a_terminal_of_the_grammar() -> None:
    pieces = [
        "role/a",
        "can",
        "s3:X",
        "on",
        "when",
        "k",
        "=",
        "v",
        "and",
        "because",
        ",",
        "only",
        "like",
        '"t"',
        "use",
        "with",
    ]
    texts = [f"{one} {two} {three}" for one in pieces for two in pieces for three in pieces]
    for text in texts:
        for _, message in told(text):
            assert not re.search(r"\b(?:[A-Z]{2,}|TEXT|KEY|WORD|__\w+)\b(?![`.])", message.replace("FILE#SID", "")), (
                message
            )
            assert "expected  " not in message


def test_reading_goes_on_behind_a_break_at_the_next_sentence() -> None:
    text = "role/a can s3:X for y\nonly role/b may s3:X on y\n# can\nuser/c can s3:X on z\nnobody can s3:Y on z w\n"
    sentences = parse_expectations(text)
    assert [text[one.start : one.end] for one in sentences.breaks] == ["for", "may", "w"]
    assert [branch.rule for branch in sentences.branches] == ["each"]


@pytest.mark.parametrize("rest", ["if k = v", "becuase scp", "z", "or", "unless k = v"])
def test_a_sentence_whose_rest_is_not_understood_is_not_read_without_it(rest: str) -> None:
    text = f"{WHOLE}\nnobody can s3:X on y {rest}\n"
    sentences = parse_expectations(text)
    assert len(sentences.breaks) == 1
    assert [text[branch.start : branch.end] for branch in sentences.branches] == [WHOLE]


def test_every_whole_sentence_before_a_break_is_read() -> None:
    text = 'use "a"\nrole/a can s3:X on y because scp\nrole/b can s3:Z for z\n'
    sentences = parse_expectations(text)
    assert [branch.rule for branch in sentences.branches] == ["use", "each"]


def test_a_sentence_that_an_open_one_runs_into_is_read_all_the_same() -> None:
    text = "role/a can s3:X on y,\n\nnobody can s3:Z on w\n"
    sentences = parse_expectations(text)
    assert [one.message for one in sentences.breaks] == ["a comma stands before `nobody`, and no resource behind it"]
    assert [text[branch.start : branch.end] for branch in sentences.branches] == ["nobody can s3:Z on w"]


def test_reading_goes_on_with_the_next_clause_of_a_block_and_keeps_its_principals() -> None:
    text = "role/a,\n  role/b\n  can s3:X on x\n  allow s3:Y on y\n  can s3:Z at z\n  cannot s3:W on w\n"
    sentences = parse_expectations(text)
    assert [text[one.start : one.end] for one in sentences.breaks] == ["allow", "at"]
    first, last = sentences.branches
    assert (first.rule, last.rule) == ("each", "each")
    assert text[first.all("clause")[0].start : first.end] == "can s3:X on x"
    assert text[last.all("clause")[0].start : last.end] == "cannot s3:W on w"
    for branch in (first, last):
        principals = branch.find("words")
        assert principals is not None
        assert text[principals.start : principals.end] == "role/a,\n  role/b"


def test_a_clause_behind_a_sentence_that_takes_none_is_not_read_as_one_of_an_earlier_block() -> None:
    text = f"{WHOLE}\nnobody but role/b may s3:X on y\n  can s3:Z on w\n"
    sentences = parse_expectations(text)
    assert len(sentences.breaks) == 1
    assert [text[branch.start : branch.end] for branch in sentences.branches] == [WHOLE]


def test_some_other_text_is_told_a_few_times_only() -> None:
    assert len(parse_expectations("this can be any prose\n" * 1000).breaks) <= MOST_BREAKS


def test_the_keywords_of_the_tables_are_those_of_the_grammar() -> None:
    grammar = grammar_text("expectation")
    assert {found.lower() for found in re.findall(r"^([A-Z]+)\.2:", grammar, re.MULTILINE)} == KEYWORDS
    for alternatives in re.findall(r"\(\?!\(\?:([a-z|]+)\)", grammar):
        assert set(alternatives.split("|")) == KEYWORDS


@pytest.mark.parametrize(
    "junk",
    [
        lambda n: "a" * n,
        lambda n: "a " * (n // 2),
        lambda n: "a, " * (n // 3),
        lambda n: '"' * n,
        lambda n: "can\n" * (n // 4),
        lambda n: "role/a can\n" * (n // 11),
        lambda n: "\n" * n + "x",
        lambda n: "=" * n,
        lambda n: f"role/a can {'s3:X, ' * (n // 6)}s3:Y for z",
        lambda n: "x\n" * (n // 2),
    ],
)
def test_junk_is_refused_in_time_that_grows_with_its_length_alone(junk: Callable[[int], str]) -> None:
    def seconds(size: int) -> tuple[float, Sentences]:
        text = junk(size)
        start = time.process_time()
        sentences = parse_expectations(text)
        return time.process_time() - start, sentences

    seconds(1000)
    short, _ = seconds(50_000)
    long, sentences = seconds(200_000)
    assert sentences.breaks
    assert long < 12 * max(short, 0.02)
