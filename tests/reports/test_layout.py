from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policysim.reports.layout import WIDTH, Paint, Tone, command_lines, labelled, paragraph
from policysim.reports.printable import display_width

ARN = "arn:aws:iam::111122223333:policy/teams/platform/a-rather-long-name-that-goes-on-and-on-for-ever-v2"


def test_a_long_arn_is_never_broken() -> None:
    lines = paragraph(f"the policy {ARN} denies it")
    assert lines == ["  the policy", f"  {ARN}", "  denies it"]


def test_a_label_keeps_its_text_in_one_column() -> None:
    lines = labelled("Who", "word " * 30)
    assert lines[0].startswith("  Who        word")
    assert all(line.startswith(" " * 13 + "word") for line in lines[1:])


@given(st.lists(st.text(alphabet="ab日é/:-", min_size=1, max_size=30), min_size=1, max_size=30))
def test_lines_fit_and_lose_no_word(words: list[str]) -> None:
    lines = paragraph(" ".join(words))
    assert " ".join(line.strip() for line in lines).split() == words
    assert all(display_width(line) <= WIDTH or len(line.split()) == 1 for line in lines)


def test_paint_leaves_text_alone_without_colour() -> None:
    assert Paint()("text", Tone.DENIED) == "text"
    assert Paint(coloured=True)("text", Tone.DENIED) == "\x1b[1;31mtext\x1b[0m"
    assert Paint(coloured=True)("", Tone.DENIED) == ""


def test_a_long_command_is_continued_before_its_options_only() -> None:
    command = (
        "aws iam create-policy-version --policy-arn arn:aws:iam::111122223333:policy/x"
        " --policy-document 'a --b' --set-as-default"
    )
    assert command_lines(command) == [
        "    aws iam create-policy-version \\",
        "      --policy-arn arn:aws:iam::111122223333:policy/x \\",
        "      --policy-document 'a --b' --set-as-default",
    ]
    assert command_lines("aws sts get-caller-identity") == ["    aws sts get-caller-identity"]


def test_a_continued_command_is_the_same_command() -> None:
    command = "echo " + " ".join(f"--option{number} 'a  --b {number}'" for number in range(20))
    lines = command_lines(command)
    assert " ".join(line.strip().removesuffix("\\").strip() for line in lines) == command
    assert all(line.endswith(" \\") for line in lines[:-1])
