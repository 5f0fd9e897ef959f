"""Expectation files: what they use, what their parameters stand for, where their policies are, and what is wrong."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from policysim.expectations.sentences import Form
from policysim.language.source import Source
from policysim.sources.errors import InputError
from policysim.sources.expectation_files import Suite, read_suite, suite_of

if TYPE_CHECKING:
    from pathlib import Path

SENTENCE = "role/a can s3:GetObject on arn:aws:s3:::b/*"


def suite(folder: Path, text: str, **files: str) -> Suite:
    """The suite of a text in a folder that holds further files (``inner`` is the text of ``inner.expect``)."""
    for name, content in files.items():
        (folder / f"{name}.expect").write_text(content, encoding="utf-8")
    path = folder / "main.expect"
    path.write_text(text, encoding="utf-8")
    return read_suite(path, shown="main.expect", packs=folder)


def said(suite: Suite) -> list[str]:
    return [one.text for one in suite.expectations]


def codes(suite: Suite) -> list[str]:
    return [problem.code for problem in suite.problems]


def only_problem(suite: Suite) -> tuple[str, str, str]:
    """The one problem of a suite: its code, what it points at, and its sentence."""
    (problem,) = suite.problems
    span = problem.span
    assert span is not None
    return problem.code, span.text, problem.message


def test_the_sentences_of_a_file_in_their_order(tmp_path: Path) -> None:
    read = suite(tmp_path, f"{SENTENCE}\n  cannot s3:PutObject on *\nnobody can iam:* on *\n")
    assert said(read) == [SENTENCE, "role/a cannot s3:PutObject on *", "nobody can iam:* on *"]
    assert [one.form for one in read.expectations] == [Form.CAN, Form.CANNOT, Form.NOBODY]
    assert str(read.expectations[1].span.place) == "main.expect:2:3"
    assert read.account is None
    assert not read.problems


def test_given_holds_for_the_sentences_below_it_unless_they_speak_of_the_key(tmp_path: Path) -> None:
    text = f"{SENTENCE}\ngiven aws:SecureTransport = true and k = a\n{SENTENCE} when K = b\ngiven k = c\n{SENTENCE}\n"
    read = suite(tmp_path, text)
    conditions = [{c.key.text: [v.text for v in c.values] for c in one.conditions} for one in read.expectations]
    assert conditions == [
        {},
        {"aws:SecureTransport": ["true"], "K": ["b"]},
        {"aws:SecureTransport": ["true"], "k": ["c"]},
    ]


def test_the_account_is_told_from_the_folder_of_the_file(tmp_path: Path) -> None:
    read = suite(
        tmp_path, f'account "../acme" as 111122223333 in eu-west-1 with Stage = prod, test and base = "b"\n{SENTENCE}'
    )
    assert read.account is not None
    assert read.account.path == tmp_path / "../acme"
    assert (read.account.account_id, read.account.region) == ("111122223333", "eu-west-1")
    assert read.account.parameters == {"Stage": ("prod", "test")}
    assert read.account.base == tmp_path / "b"


@pytest.mark.parametrize(
    ("line", "at", "message"),
    [
        ('account "x" as 1234', "1234", "`1234` is no account id: expected 12 digits"),
        ('account "x" in Ireland', "Ireland", "`Ireland` is no Region: expected one such as `eu-west-1`"),
    ],
)
def test_an_account_id_or_region_of_another_form_is_told(tmp_path: Path, line: str, at: str, message: str) -> None:
    assert only_problem(suite(tmp_path, f"{line}\n{SENTENCE}")) == ("malformed-account", at, message)


def test_an_account_with_a_word_that_makes_no_sense_is_told(tmp_path: Path) -> None:
    code, _, message = only_problem(suite(tmp_path, f'account "x" with organization = some\n{SENTENCE}'))
    assert code == "malformed-account"
    assert "organization = some" in message


def test_a_second_account_is_told_at_its_place(tmp_path: Path) -> None:
    code, at, message = only_problem(suite(tmp_path, f'account "x"\n{SENTENCE}\naccount "y"'))
    assert (code, at) == ("repeated-account", 'account "y"')
    assert message == "line 1 names the policies already, and a file is about the policies of one place"


@pytest.mark.parametrize("text", ["", "# nothing\n\n", "\ufeff", 'account "x"', "given k = v"])
def test_a_file_without_a_sentence_is_told(tmp_path: Path, text: str) -> None:
    read = suite(tmp_path, text)
    assert codes(read) == ["empty-file"]
    assert read.broken


def test_a_file_that_is_used_gives_its_sentences_where_the_use_stands(tmp_path: Path) -> None:
    read = suite(tmp_path, f'{SENTENCE}\nuse "inner.expect"\nuser/z can s3:Z on z', inner="role/b can s3:Y on y")
    assert said(read) == [SENTENCE, "role/b can s3:Y on y", "user/z can s3:Z on z"]
    used = read.expectations[1]
    assert str(used.span.place) == "inner.expect:1:8"
    assert [str(span.place) for span in used.used_at] == ["main.expect:2:1"]


def test_uses_are_told_from_the_innermost_outwards_and_paths_from_the_folder_of_each_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/one.expect").write_text('use "../two.expect"', encoding="utf-8")
    read = suite(tmp_path, 'use "deep/one.expect"', two=SENTENCE)
    (used,) = read.expectations
    assert str(used.span.place) == "two.expect:1:8"
    assert [str(span.place) for span in used.used_at] == ["deep/one.expect:1:1", "main.expect:1:1"]


def test_given_is_handed_down_to_what_is_used_and_the_inner_word_wins(tmp_path: Path) -> None:
    inner = f"{SENTENCE}\n{SENTENCE} when k = own\ngiven k = inner\n{SENTENCE}\n"
    read = suite(tmp_path, 'given k = outer and m = n\nuse "inner.expect"', inner=inner)
    values = [{c.key.text: c.values[0].text for c in one.conditions} for one in read.expectations]
    assert values == [{"k": "outer", "m": "n"}, {"k": "own", "m": "n"}, {"k": "inner", "m": "n"}]


def test_a_parameter_alone_stands_for_all_its_words_and_in_a_word_for_its_only_one(tmp_path: Path) -> None:
    inner = (
        "parameter who\nparameter bucket\nparameter key = aws:SourceVpce\nparameter why = scp\n"
        "nobody but root, {who} can s3:PutObject on arn:aws:s3:::{bucket}/a, arn:aws:s3:::{bucket}-{bucket}"
        " when {key} = x{bucket} because {why}"
    )
    read = suite(
        tmp_path,
        'use "inner.expect" with who = role/a, role/b and bucket = acme and why = rcp, limits.json#X',
        inner=inner,
    )
    assert not read.problems
    (sentence,) = said(read)
    assert sentence == (
        "nobody but root, role/a, role/b can s3:PutObject on arn:aws:s3:::acme/a, arn:aws:s3:::acme-acme"
        " when aws:SourceVpce = xacme because rcp, limits.json#X"
    )
    who = read.expectations[0].principals
    assert [str(word.span.place) for word in who] == ["inner.expect:5:12", "main.expect:1:31", "main.expect:1:39"]


def test_policy_variables_are_no_parameters(tmp_path: Path) -> None:
    read = suite(tmp_path, "role/a can s3:X on arn:aws:s3:::b/${aws:username}/${who}/{aws:x}")
    assert not read.problems


def test_words_of_a_parameter_are_handed_on_to_a_further_use(tmp_path: Path) -> None:
    read = suite(
        tmp_path,
        'use "one.expect" with who = role/a, role/b',
        one='parameter who\nuse "two.expect" with whom = {who}, root',
        two="parameter whom\nparameter which = {whom}\n{which} can s3:X on y",
    )
    assert said(read) == ["role/a, role/b, root can s3:X on y"]


@pytest.mark.parametrize(
    ("use", "inner", "expected"),
    [
        (
            "",
            "parameter who\n{who} can s3:X on y",
            ("missing-parameter", '"inner.expect"', "the parameter `who` of `inner.expect` has no words"),
        ),
        (
            "with whom = a",
            "parameter who = b\n{who} can s3:X on y",
            (
                "unknown-parameter",
                "whom",
                "the file used has no parameter `whom`: it has `who`",
            ),
        ),
        ("with who = a", SENTENCE, ("unknown-parameter", "who", "the file used has no parameters, and so no `who`")),
        (
            "with who = a and who = b",
            "parameter who\n{who} can s3:X on y",
            ("repeated-parameter", "who", "`who` is given words twice"),
        ),
        (
            "with who = a",
            "parameter who\nparameter who\n{who} can s3:X on y",
            ("repeated-parameter", "who", "the parameter `who` is declared twice"),
        ),
        (
            "with k = a, b",
            "parameter k\nrole/a can s3:X on y-{k}",
            ("several-words", "y-{k}", "`{k}` is a part of the word `y-{k}` and stands for several words: `a`, `b`"),
        ),
        (
            "",
            "parameter who = a\n{whom} can s3:X on y",
            ("unbound-name", "{whom}", "`{whom}` stands for no parameter of this file"),
        ),
        (
            "",
            "parameter 1st = a\nrole/a can s3:X on y",
            (
                "malformed-parameter",
                "1st",
                "`1st` is no name for a parameter: expected letters, digits, `-` and `_`, a letter first",
            ),
        ),
        (
            "with who = none, a",
            "parameter who\n{who} can s3:X on y",
            ("none-among-words", "none", "`none` stands for no words, and other words stand beside it"),
        ),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told(
    tmp_path: Path, use: str, inner: str, expected: tuple[str, str, str]
) -> None:
    assert only_problem(suite(tmp_path, f'use "inner.expect" {use}', inner=inner)) == expected


def test_a_mistyped_parameter_comes_with_the_nearest(tmp_path: Path) -> None:
    for use, inner, hint in (
        ("with whom = a", "parameter who = b\n{who} can s3:X on y", "did you mean `who`?"),
        ("", "parameter who = b\n{whom} can s3:X on y", "did you mean `who`?"),
        ("", "parameter who = b\n{bucket} can s3:X on y", "declare it with `parameter bucket`"),
    ):
        (problem,) = suite(tmp_path, f'use "inner.expect" {use}', inner=inner).problems
        assert problem.hint == hint


def test_a_file_whose_parameters_have_no_words_cannot_stand_alone(tmp_path: Path) -> None:
    read = suite(tmp_path, "parameter who\n{who} can s3:X on y")
    code, at, message = only_problem(read)
    assert (code, at) == ("missing-parameter", "who")
    assert "can only be used by another one" in message
    assert suite(tmp_path, "parameter who = role/a\n{who} can s3:X on y").problems == ()


def test_none_leaves_out_an_exception_a_word_or_a_whole_sentence(tmp_path: Path) -> None:
    inner = (
        "parameter who = none\nparameter key = none\n"
        "nobody but {who} can s3:A on a\n"
        "nobody but root, {who} can s3:B on b\n"
        "{who} can s3:C on c\n"
        "role/a can s3:D on d-{key}, e\n"
        "role/a can s3:E on d-{key}\n"
        "role/a can s3:F on f when k = {key}\n"
        "role/a can s3:G on g because {key}\n"
        "only {who} can s3:H on h\n"
    )
    read = suite(tmp_path, 'use "inner.expect"', inner=inner)
    assert not read.problems
    assert said(read) == ["nobody can s3:A on a", "nobody but root can s3:B on b", "role/a can s3:D on e"]


def test_the_word_none_in_a_sentence_is_a_word_like_any_other(tmp_path: Path) -> None:
    read = suite(tmp_path, "role/a can s3:X on y when aws:RequestTag/team = none")
    assert len(read.expectations) == 1


def test_a_use_that_is_left_with_no_sentence_is_warned_about(tmp_path: Path) -> None:
    read = suite(tmp_path, f'{SENTENCE}\nuse "inner.expect" with k = none', inner="parameter k\nrole/a can s3:X on {k}")
    code, at, message = only_problem(read)
    assert (code, at) == ("nothing-used", '"inner.expect"')
    assert message == "no sentence of `inner.expect` is left: parameters that they need are `none`"
    assert not read.broken


def test_a_used_file_without_a_sentence_is_told(tmp_path: Path) -> None:
    code, at, message = only_problem(suite(tmp_path, f'{SENTENCE}\nuse "inner.expect"', inner="# nothing"))
    assert (code, at) == ("empty-file", '"inner.expect"')
    assert message == "`inner.expect` expects nothing: no sentence stands in it"


def test_an_error_in_a_used_file_is_told_there_and_once(tmp_path: Path) -> None:
    read = suite(tmp_path, 'use "inner.expect"\nuse "inner.expect"', inner="role/b may s3:Y on y\nrole/a can s3:X on x")
    (problem,) = read.problems
    assert problem.span is not None
    assert str(problem.span.place) == "inner.expect:1:8"
    assert said(read) == ["role/a can s3:X on x"] * 2


def test_problems_are_told_in_the_order_of_their_places(tmp_path: Path) -> None:
    text = 'role/a may s3:X on y\nuse "nothing.expect"\nrole/a can s3:Y on y because scpp\nrole/a can s3:Z for z\n'
    read = suite(tmp_path, text)
    assert codes(read) == ["broken-sentence", "unknown-file", "unknown-reason", "broken-sentence"]


def test_files_that_use_each_other_in_a_circle_are_told(tmp_path: Path) -> None:
    for text, files in (
        ('use "main.expect"', {}),
        ('use "one.expect"', {"one": 'use "two.expect"', "two": 'use "./main.expect"'}),
        ('use "one.expect"', {"one": 'use "one.expect"'}),
    ):
        read = suite(tmp_path, text, **files)
        assert codes(read) == ["use-cycle"], text


def test_uses_without_end_are_stopped(tmp_path: Path) -> None:
    doubled = {f"f{n}": f'use "f{n + 1}.expect"\nuse "f{n + 1}.expect"' for n in range(14)}
    read = suite(tmp_path, 'use "f0.expect"', **doubled, f14=SENTENCE)
    assert codes(read).count("too-many-uses") >= 1
    chained = {f"g{n}": f'use "g{n + 1}.expect"' for n in range(30)}
    assert codes(suite(tmp_path, 'use "g0.expect"', **chained, g30=SENTENCE)) == ["too-many-uses"]


@pytest.mark.parametrize(
    ("use", "code", "message"),
    [
        ("nothing.expect", "unknown-file", "`nothing.expect` cannot be used: there is no such file"),
        (".", "unknown-file", "`.` cannot be used: this is no file"),
        ("a" * 5000, "unknown-file", None),
        ("binary.expect", "unknown-file", "`binary.expect` cannot be used: this is not UTF-8 text (byte 1)"),
        ("pack:one-packs", "unknown-pack", "there is no pack `one-packs`; did you mean `pack:one-pack`?"),
        ("pack:zzzzzzzz", "unknown-pack", "there is no pack `zzzzzzzz`; there are `pack:main`, `pack:one-pack`"),
        ("pack:../main", "unknown-pack", None),
    ],
)
def test_what_cannot_be_used_is_told_at_its_path(tmp_path: Path, use: str, code: str, message: str | None) -> None:
    (tmp_path / "binary.expect").write_bytes(b"a\xff\xfe")
    if code == "unknown-pack":
        (tmp_path / "binary.expect").unlink()
        (tmp_path / "one-pack.expect").write_text(SENTENCE, encoding="utf-8")
    found, at, sentence = only_problem(suite(tmp_path, f'use "{use}"'))
    assert (found, at) == (code, f'"{use}"')
    assert message is None or sentence == message


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.expect")
    assert codes(suite(tmp_path, 'use "pipe.expect"')) == ["unknown-file"]


def test_a_pack_is_used_by_its_name_and_shown_by_it(tmp_path: Path) -> None:
    (tmp_path / "one.expect").write_text("parameter who\nnobody but {who} can s3:X on y", encoding="utf-8")
    read = suite(tmp_path, 'use "pack:one" with who = role/a')
    (used,) = read.expectations
    assert used.text == "nobody but role/a can s3:X on y"
    assert str(used.span.place) == "pack:one:2:1"
    assert [str(span.place) for span in used.used_at] == ["main.expect:1:1"]


def test_a_pack_can_use_packs_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "one.expect").write_text('use "pack:two"', encoding="utf-8")
    (tmp_path / "two.expect").write_text('use "two.expect"', encoding="utf-8")
    assert only_problem(suite(tmp_path, 'use "pack:one"')) == (
        "unknown-file",
        '"two.expect"',
        "a pack can use other packs only, and `two.expect` is none",
    )


def test_the_account_of_a_used_file_is_not_followed_and_that_is_said_where_it_differs(tmp_path: Path) -> None:
    inner = f'account "acme"\n{SENTENCE}'
    same = suite(tmp_path, 'account "./acme"\nuse "inner.expect"', inner=inner)
    assert not same.problems
    other = suite(tmp_path, 'account "other"\nuse "inner.expect"', inner=inner)
    assert other.account is not None
    assert other.account.path == tmp_path / "other"
    assert codes(other) == ["used-account"]
    assert not other.broken
    assert codes(suite(tmp_path, 'use "inner.expect"', inner=inner)) == ["used-account"]


def test_the_words_of_a_sentence_that_nothing_needs_to_be_looked_up_for(tmp_path: Path) -> None:
    for text, code, at, message in (
        (
            "role/a cannot s3:X on y because scpp",
            "unknown-reason",
            "scpp",
            "there is no layer `scpp`; did you mean `scp`?",
        ),
        (
            "role/a cannot s3:X on y because SCP",
            "unknown-reason",
            "SCP",
            "there is no layer `SCP`; did you mean `scp`?",
        ),
        (
            "role/a cannot s3:X on y because a.json#",
            "unknown-reason",
            "a.json#",
            "`a.json#` lacks a half: a statement is named as `FILE#SID`",
        ),
        (
            "role/a cannot s3:X on y because DenyEverything",
            "unknown-reason",
            "DenyEverything",
            (
                "`DenyEverything` is no layer: expected `identity`, `resource`, `boundary`, `session`, `scp`, `rcp`, "
                "`vpce`, `trust`, or a statement as `FILE#SID`"
            ),
        ),
        (
            "role/a can s3:X on y depending on k because scp",
            "reason-of-open-answer",
            "scp",
            "`because` tells why an answer came out, and with `depending on` it is open",
        ),
        (
            "role/a can s3:X on y when k = a and K = b",
            "repeated-key",
            "K",
            "`K` is stated twice, and a sentence states a condition key once",
        ),
        ('role/a can "" on y', "empty-word", '""', "an empty word stands here, which names nothing"),
        (
            "everyone can s3:X on y",
            "misread-word",
            "everyone",
            (
                "`everyone` is no word of the language: name the principals, such as `role/app`, or `role/*` for every "
                "role (`nobody can ...` for none)"
            ),
        ),
        (
            "nobody can any on y",
            "misread-word",
            "any",
            (
                "`any` is no word of the language: name the actions, such as `s3:GetObject`, or `s3:*` for every "
                "action of a service"
            ),
        ),
    ):
        assert only_problem(suite(tmp_path, text)) == (code, at, message)


def test_an_empty_condition_value_is_a_value(tmp_path: Path) -> None:
    read = suite(tmp_path, 'role/a can s3:ListBucket on arn:aws:s3:::b when s3:prefix = ""')
    assert not read.problems
    assert read.expectations[0].conditions[0].values[0].text == ""


def test_a_text_that_stands_in_no_file_reads_its_paths_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "inner.expect").write_text(SENTENCE, encoding="utf-8")
    read = suite_of(Source("<argument>", 'account "acme"\nuse "inner.expect"'), tmp_path)
    assert said(read) == [SENTENCE]
    assert read.account is not None
    assert read.account.path == tmp_path / "acme"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00a", b"\x89PNG\r\n\x1a\n\xff", b"\x1f\x8bxx"])
def test_a_binary_file_is_refused_with_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "main.expect"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        read_suite(path, shown="main.expect")
    assert str(refused.value).startswith("main.expect")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["\0" * 100, "role/a can s3:X\0 on y"])
def test_a_file_with_control_characters_is_told_at_the_first(tmp_path: Path, text: str) -> None:
    assert only_problem(suite(tmp_path, text))[:2] == ("broken-sentence", "\0")


def test_a_file_that_is_not_there_is_refused_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^main\.expect: there is no such file$"):
        read_suite(tmp_path / "main.expect", shown="main.expect")


@pytest.mark.parametrize("piece", ["junk ", "role/a can ", 'x"', "\n", "can\n", "{"])
def test_five_megabytes_of_junk_are_refused_soon(tmp_path: Path, piece: str) -> None:
    start = time.process_time()
    read = suite(tmp_path, piece * (5_000_000 // len(piece)))
    assert read.broken
    assert time.process_time() - start < 20


def test_a_long_list_is_one_sentence(tmp_path: Path) -> None:
    listed = ", ".join(f"s3:Action{n}" for n in range(5_000))
    (found,) = suite(tmp_path, f"role/a can {listed} on y").expectations
    assert len(found.actions) == 5_000
