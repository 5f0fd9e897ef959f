"""Templates and assemblies where a command takes an account: places in the template, and no edit of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from policysim.cli.main import main
from tests.template_files import ACCOUNT, TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = [
    "--account",
    str(TEMPLATES / "service.yaml"),
    "--account-id",
    ACCOUNT,
    "--region",
    "eu-west-1",
    "--no-organization",
]
MESSAGE = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/prod-reader/s1 is not authorized to perform: {{action}} on resource: "
    '"arn:aws:s3:::acme-reports/home/blue/x" {why}'
)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.output


def test_an_answer_shows_the_line_of_the_template() -> None:
    code, text = run(
        "eval",
        "role/prod-reader can s3:GetObject on arn:aws:s3:::acme-reports/x when aws:SecureTransport = true",
        *SERVICE,
    )
    assert code == 0
    assert "service.yaml:94:17" in text
    assert 'Resource: !Sub "${Reports.Arn}/*"' in text


def test_what_is_not_known_is_named_with_its_place() -> None:
    code, text = run(
        "eval",
        "role/prod-reader cannot s3:GetObjectTagging on arn:aws:s3:::acme-reports/x when aws:SecureTransport = true",
        *SERVICE,
    )
    assert code == 3
    assert "`${Extra}` is not known: the parameter `Extra` has no value; state one" in " ".join(text.split())
    assert "service.yaml:111:27" in text


def test_a_stated_parameter_settles_it() -> None:
    sentence = (
        "role/prod-reader cannot s3:GetObjectTagging on arn:aws:s3:::acme-reports/x when aws:SecureTransport = true"
    )
    code, _ = run("eval", sentence, *SERVICE, "--parameter", "Extra=acme-extra")
    assert code == 0


def test_explain_points_into_the_template_and_edits_nothing_in_it(tmp_path: Path) -> None:
    message = tmp_path / "message.txt"
    message.write_text(MESSAGE.format(action="s3:PutObject", why="with an explicit deny in an identity-based policy"))
    code, text = run("explain", str(message), *SERVICE)
    assert code == 0
    assert "service.yaml:104:19" in text
    assert "cannot be edited: the text is worked out from" in " ".join(text.split())
    assert "--- a/" not in text


def test_an_assembly_needs_no_more_than_its_folder() -> None:
    code, text = run(
        "eval",
        "role/acme-reader can s3:GetObject on arn:aws:s3:::acme-reports/x when aws:SecureTransport = true",
        "--account",
        str(TEMPLATES / "cdk.out"),
        "--no-organization",
    )
    assert code == 0
    assert "AppStack/Reader/DefaultPolicy" in text


def test_a_template_without_an_account_says_what_to_write() -> None:
    code, text = run(
        "eval", "role/a can s3:GetObject on arn:aws:s3:::b/x", "--account", str(TEMPLATES / "service.yaml")
    )
    assert code == 2
    assert "--account-id ACCOUNT_ID --region REGION" in " ".join(text.split())
    assert "Traceback" not in text
