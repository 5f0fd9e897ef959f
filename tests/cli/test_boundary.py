from __future__ import annotations

import os
import signal
import subprocess
import sys

import click
import pytest

from policysim.cli.boundary import exit_code_of, say
from policysim.cli.exit_codes import ExitCode
from policysim.sources.errors import InputError


def run(error: BaseException, capsys: pytest.CaptureFixture[str], *, verbose: bool = False) -> tuple[int, str]:
    def command() -> object:
        raise error

    code = exit_code_of(command, verbose=verbose)
    captured = capsys.readouterr()
    assert captured.out == ""
    return code, captured.err


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (InputError("a.json: this is no JSON"), ExitCode.BAD_INPUT, "policysim: a.json: this is no JSON\n"),
        (click.ClickException("It broke"), ExitCode.BAD_INPUT, "policysim: It broke\n"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "policysim: interrupted\n"),
        (click.Abort(), ExitCode.INTERRUPTED, "policysim: interrupted\n"),
        (FileNotFoundError(2, "No such file", "x"), ExitCode.BAD_INPUT, "policysim: x: no such file\n"),
        (
            click.UsageError("No such option: '--foo'."),
            ExitCode.BAD_INPUT,
            "policysim: no such option: `--foo` (see `policysim --help`)\n",
        ),
        (
            click.UsageError("AWS's simulator needs '--principal'."),
            ExitCode.BAD_INPUT,
            "policysim: AWS's simulator needs `--principal` (see `policysim --help`)\n",
        ),
    ],
)
def test_whatever_a_command_raises_leaves_as_one_sentence(
    error: BaseException, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(error, capsys) == (code, sentence)


def test_a_defect_asks_to_be_reported_and_shows_where_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(ValueError("odd"), capsys)
    assert code == ExitCode.DEFECT
    assert said.count("\n") == 1
    assert "please report it (ValueError: odd); run it again with -v" in said
    code, said = run(ValueError("odd"), capsys, verbose=True)
    assert code == ExitCode.DEFECT
    assert "Traceback" in said


def test_the_exit_code_is_the_one_that_the_command_returns() -> None:
    assert exit_code_of(lambda: ExitCode.DENIED, verbose=False) == 1
    assert exit_code_of(lambda: None, verbose=False) == 0


def test_a_sentence_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("bad \x1b[2J name\n\ud800")
    assert capsys.readouterr().err == "policysim: bad \\x1b[2J name\\n\\ud800\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    code = "from policysim.cli.boundary import exit_code_of; import sys\n"
    code += "sys.exit(exit_code_of(lambda: sys.stdout.write('x' * 1000000), verbose=False))"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.BROKEN_PIPE, b"")


@pytest.mark.parametrize("arguments", [["--help"], ["explain", "User: x is not authorized to perform: s3:GetObject"]])
def test_a_command_whose_reader_goes_away_does_not_say_denied(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "policysim", *arguments]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.BROKEN_PIPE, b"")


@pytest.mark.parametrize(
    ("redirection", "said"),
    [
        ("<&-", "policysim: <stdin>: standard input is closed\n"),
        (">&-", "policysim: standard output is closed: there is nowhere to write the answer to\n"),
        ("2>&-", ""),
        ("2>/dev/full", ""),
    ],
)
def test_a_stream_that_is_closed_or_full_is_bad_input_and_no_defect(redirection: str, said: str) -> None:
    shell = f'exec "$0" -m policysim explain - {redirection}'
    done = subprocess.run(["sh", "-c", shell, sys.executable], input=b"", capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (ExitCode.BAD_INPUT, b"", said)


def test_ctrl_c_ends_with_130_and_no_traceback() -> None:
    code = (
        "from policysim.cli.boundary import exit_code_of; import sys, time\n"
        "def wait():\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "sys.exit(exit_code_of(wait, verbose=False))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (ExitCode.INTERRUPTED, b"policysim: interrupted\n")
