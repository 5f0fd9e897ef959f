"""No command writes its answer over the policies that it reads, whatever ``--force`` says."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from policysim.cli.main import main
from tests.scenarios.running import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = REPOSITORY / "policies" / "acme" / "accounts" / "111122223333"
EVENT = REPOSITORY / "policies" / "scenarios" / "01-identity-implicit" / "event.json"
QUESTION = ["--principal", "role/invoice-mailer", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::data/x"]
SENTENCE = "role/invoice-mailer cannot s3:GetObject on arn:aws:s3:::data/x"


@pytest.fixture
def account(tmp_path: Path) -> Path:
    return shutil.copytree(ACCOUNT, tmp_path / "account")


@pytest.mark.parametrize(
    "command",
    [
        ["eval", *QUESTION, "--account", "ACCOUNT"],
        ["eval", SENTENCE, "--account", "ACCOUNT"],
        ["explain", str(EVENT), "--account", "ACCOUNT"],
        ["check", "ACCOUNT"],
    ],
    ids=["question", "sentence", "explain", "check"],
)
@pytest.mark.parametrize("file", ["authorization-details.json", "resource-policies/queue-orders.json"])
def test_no_answer_is_written_over_a_policy(account: Path, command: list[str], file: str) -> None:
    target = account / file
    before = target.read_bytes()
    asked = [str(account) if word == "ACCOUNT" else word for word in command]
    result = CliRunner().invoke(main, [*asked, "--output", str(target), "--force"], standalone_mode=True)
    assert result.exit_code == 2
    assert "holds policies that this run reads" in result.output
    assert target.read_bytes() == before
