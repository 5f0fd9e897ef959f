from __future__ import annotations

import json

import pytest

from policysim.grammars.policies import explain_break

CASES = [
    (
        '{"Effect":"Allow" "Action":"x"}',
        '"Action"',
        "a comma is missing: expected `,` or `}` after the value of `Effect`",
    ),
    ('{"Effect":"Allow",}', ",", "a comma stands before the closing `}`"),
    ('{"a":[1,2,]}', ",", "a comma stands before the closing `]`"),
    ('{"a":["x" "y"]}', '"y"', 'a comma is missing: expected `,` or `]` after item 1 of `a`, found `"y"`'),
    ('{"a":1,,"b":2}', ",", "two commas follow each other"),
    ('{"a" "b"}', '"b"', 'a colon is missing: expected `:` after the member name `a`, found `"b"`'),
    ('{"a" = 1}', "=", "expected `:` after the member name `a`, found `=`"),
    ('{"a":}', "}", "a value is missing: expected a value for `a`, found `}`"),
    ('{"a":,"b":1}', ",", "a value is missing"),
    ('{"a":"x', '"x', "a string is not closed on its line"),
    ('{"a":"x\n}', '"x', "a string is not closed on its line"),
    ('{"Effect: "Allow"}', "Allow", "a double quote is missing, or one is too many, before `Allow`"),
    ('{"A":["s3:Get,"s3:Put"]}', "s3", "a double quote is missing, or one is too many, before `s3`"),
    ("{'a':1}", "'a'", "JSON strings stand in double quotes"),
    ('{"a":\'', "'", "JSON strings stand in double quotes"),
    ("{“a”:1}", "“", "typographic quote"),
    ("// c\n{}", "// c", "JSON has no comments"),
    ('{\n# hi\n"a":1}', "# hi", "JSON has no comments"),
    ('{"a":1 /* c */}', "/* c */}", "JSON has no comments"),
    ('{"a":1}//c', "//c", "JSON has no comments"),
    ('{"a":True}', "True", "JSON writes `true` for `True`"),
    ('{"a":None}', "None", "JSON writes `null` for `None`"),
    ('{"a":NaN}', "NaN", "`NaN` is no number of JSON"),
    ('{"a":012}', "012", "`012` is no number of JSON"),
    ('{"a":.5}', ".5", "`.5` is no number of JSON"),
    ('{"a":+5}', "+5", "`+5` is no number of JSON"),
    ('{"a":1.}', "1.", "`1.` is no number of JSON"),
    ("{a:1}", "a", "the member name `a` does not stand in double quotes"),
    ('{"a":x}', "x", "the value `x` does not stand in double quotes"),
    ('{"a":[1}', "}", "the `[` of line 1 is closed by `}`"),
    ('{"a":{"b":1]}', "]", "the `{` of line 1 is closed by `]`"),
    ('{"a":"x\ty"}', "\t", "control character"),
    ('{"a":"\\q"}', "\\q", "JSON has no escape `\\q`"),
    ('{"a":"\\u12"}', "\\u", "`\\u` needs four hexadecimal digits"),
    ('{"a":\u00a01}', "\u00a0", "no-break space"),
    ('{"a":1}}', "}", "more text behind the document"),
    ('{"a":1}\n{"b":1}', "{", "more text behind the document"),
    ('\ufeff{"a":1 2}', "2", "expected `,` or `}` after the value of `a`, found `2`"),
    ("nope", "nope", "the value `nope` does not stand in double quotes"),
    ('["x" 1]', "1", "expected `,` or `]` after item 1 of the list, found `1`"),
]


@pytest.mark.parametrize(("text", "found", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_break_is_told_in_words_at_its_place(text: str, found: str, words: str) -> None:
    broken = explain_break(text)
    assert broken is not None
    assert words in broken.sentence
    assert text[broken.offset : broken.end] == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the text is empty: expected `{`"),
        ("\ufeff \n", "the text is empty"),
        ('{"a":1', "expected `,` or `}` after the value of `a`; the `{` of line 1 is still open"),
        ('{"a"', "expected `:` after the member name `a`"),
        ('{"a":', "expected a value for `a`"),
        ('{"a":1,', "expected a member name in double quotes after `,`"),
        ('{\n"Statement": [\n[1,', "expected a value after `,`; the `[` of line 3 is still open"),
        ("{", "expected a member name in double quotes or `}` after `{`"),
    ],
)
def test_a_text_that_ends_too_early_says_what_is_open(text: str, words: str) -> None:
    broken = explain_break(text)
    assert broken is not None
    assert words in broken.sentence
    assert (broken.offset, broken.end, broken.found) == (len(text), len(text), "")


@pytest.mark.parametrize("text", ["{}", '\ufeff{"a": [1, "é"]}', "[]", '"x"', " null\n", "1e5"])
def test_whole_json_has_no_break(text: str) -> None:
    assert explain_break(text) is None


DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": ["*"]},
                "Action": ["s3:*", "a\\b"],
                "Condition": {"NumericEquals": {"a": [1.5, True, None]}},
            }
        ],
    },
    indent=1,
)


@pytest.mark.parametrize("at", range(len(DOCUMENT)))
def test_every_text_cut_short_or_missing_one_character_is_explained_or_whole(at: int) -> None:
    for text in (DOCUMENT[:at], DOCUMENT[:at] + DOCUMENT[at + 1 :]):
        broken = explain_break(text)
        try:
            json.loads(text)
        except ValueError:
            assert broken is not None
            assert broken.expected
            assert 0 <= broken.offset <= broken.end <= len(text)
            assert broken.sentence
        else:
            assert broken is None


def test_deep_text_is_no_crash() -> None:
    broken = explain_break('{"a":' * 3000)
    assert broken is not None
    assert "too early" in broken.sentence
