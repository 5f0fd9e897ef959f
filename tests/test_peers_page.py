"""What `docs/peers.md` says that policysim answers is what the reports on record say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.scenarios.running import GALLERY, REPOSITORY

PAGE = (REPOSITORY / "docs" / "peers.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (\d\d-[a-z-]+)\n\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_compares_ten_scenarios() -> None:
    assert len(SECTIONS) == 10


@pytest.mark.parametrize(("name", "told"), SECTIONS, ids=[name for name, _ in SECTIONS])
def test_the_page_quotes_the_report_on_record(name: str, told: str) -> None:
    report: dict[str, Any] = json.loads((GALLERY / name / "report.json").read_text(encoding="utf-8"))["reports"][0]
    first = report["hypotheses"][0]
    assert f"- **policysim**: {first['tested']}: {first['cause']}\n" in told
    fix = report["fixes"][0]
    assert f"First fix: {fix['summary']}; evaluated again: {fix['verified']['effect']}\n" in told
    for remedy in report["remedies"][:1]:
        assert f"Without changing a policy: {remedy['sentence']}\n" in told
