"""The page about denial messages: what is shipped is what the tables of the code say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.cloudtrail.message_forms import FORMS
from tools import denial_messages

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_page_is_what_the_tables_say() -> None:
    assert denial_messages.main(["--check"]) == 0


def test_a_stale_page_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(denial_messages, "PAGE", tmp_path / "page.md")
    assert denial_messages.main(["--check"]) == 1
    assert denial_messages.main([]) == 0
    assert denial_messages.main(["--check"]) == 0
    (tmp_path / "page.md").write_text("old", encoding="utf-8")
    assert denial_messages.main(["--check"]) == 1


def test_every_form_is_on_the_page() -> None:
    page = denial_messages.page_text()
    for form in FORMS:
        assert f"\n### {form.code}\n" in page
