"""The environment of the function: what is wrong with it is said when it starts, in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policysim.pipeline.settings import Settings, settings_of
from policysim.sources.aws.stored_objects import Location
from policysim.sources.errors import InputError

LEAST = {"POLICYSIM_ACCOUNT": "/opt/account", "POLICYSIM_REPORTS": "s3://reports/policysim/"}


def test_two_settings_are_enough() -> None:
    settings = settings_of({**LEAST, "PATH": "/bin", "POLICYSIM_TOPIC": ""})
    assert settings == Settings(account=Path("/opt/account"), reports=Location("reports", "policysim/"))


def test_every_setting_is_read() -> None:
    given = {
        "ACCOUNT": "s3://policies/snapshots/latest",
        "REPORTS": "s3://reports",
        "TOPIC": "arn:aws:sns:eu-west-1:111122223333:denials.fifo",
        "EVENT_BUS": "default",
        "SECURITY_HUB": "true",
        "LINK_HOURS": "12",
        "NAMESPACE": "acme/denials",
        "IGNORE": "cause=explicit-deny",
        "IGNORE_SERVICE_LINKED": "false",
        "OWN_ROLE": "arn:aws:iam::111122223333:role/policysim",
        "MINIMUM": "3",
        "MOST_MESSAGES": "0",
        "LARGEST_MB": "16",
        "REFRESH_SECONDS": "0",
        "DRY_RUN": "TRUE",
    }
    settings = settings_of({f"POLICYSIM_{name}": text for name, text in given.items()})
    assert {name.lower() for name in given} == set(Settings.__dataclass_fields__)
    assert settings.account == Location("policies", "snapshots/latest/")
    assert (settings.security_hub, settings.link_hours, settings.minimum, settings.dry_run) == (True, 12, 3, True)
    assert len(settings.ignore) == 1


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("ACCOUNT", "", "`POLICYSIM_ACCOUNT` is not set: expected a folder"),
        ("REPORTS", "", "`POLICYSIM_REPORTS` is not set: expected `s3://BUCKET/PREFIX/`"),
        ("REPORTS", "reports", "`POLICYSIM_REPORTS` is `reports`: expected `s3://"),
        ("ACCOUNT", "s3://", "expected a folder"),
        ("TOPIC", "denials", "expected the ARN of an SNS topic"),
        ("SECURITY_HUB", "yes", "expected `true` or `false`"),
        ("LINK_HOURS", "200", "from 0 to 168"),
        ("MINIMUM", "0", "from 1 on"),
        ("MINIMUM", "٣", "from 1 on"),
        ("LARGEST_MB", "-1", "from 1 to 1024"),
        ("IGNORE", "who=me", "expected rules such as"),
        ("IGNORE", "cause", "expected rules such as"),
        ("OWN_ROLE", "arn:aws:sts::111122223333:assumed-role/a/b", "expected the ARN of an IAM role"),
        ("TOPICS", "x", "`POLICYSIM_TOPICS` is no setting of policysim"),
    ],
)
def test_what_is_wrong_is_named(name: str, text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        settings_of({**LEAST, f"POLICYSIM_{name}": text})
    assert sentence in str(refused.value)


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_in_aws_lambda_a_wrong_setting_ends_the_start() -> None:
    ended = run_python(
        "import policysim.lambda_handler", AWS_LAMBDA_RUNTIME_API="127.0.0.1:1", **LEAST, POLICYSIM_X="1"
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("`POLICYSIM_X` is no setting of policysim")


def test_elsewhere_importing_the_handler_loads_nothing_of_it() -> None:
    code = "import sys, policysim.lambda_handler; print({'boto3', 'pydantic', 'lark'} & set(sys.modules))"
    assert run_python(code).stdout == "set()\n"
