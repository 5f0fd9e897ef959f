"""The colours of the HTML page can be read, in the light and in the dark."""

from __future__ import annotations

import re

import pytest

from policysim.reports.page_style import DARK, LIGHT, TEXT_ON, style_sheet

LEAST = 4.5
"""WCAG 2, success criterion 1.4.3, for text of any size."""


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), TEXT_ON)
def test_text_has_contrast(palette: dict[str, str], text: str, surface: str) -> None:
    assert contrast(palette[text], palette[surface]) >= LEAST


def test_both_palettes_have_the_same_names_and_every_colour_used_is_in_them() -> None:
    assert LIGHT.keys() == DARK.keys()
    used = set(re.findall(r"var\(--([a-z-]+)\)", style_sheet()))
    assert used <= LIGHT.keys()
    assert {name for pair in TEXT_ON for name in pair} <= LIGHT.keys()


def test_the_style_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|expression|https?:", style_sheet())
