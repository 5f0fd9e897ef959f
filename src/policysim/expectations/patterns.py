"""Words with wildcards: what is one, and which names it fits."""

from __future__ import annotations

from policysim.language.wildcards import Pattern


def is_pattern(text: str) -> bool:
    """Whether a word has wildcards."""
    return "*" in text or "?" in text


def fits_name(pattern: str, name: str) -> bool:
    """Whether a name fits: with its path where the pattern speaks of one, else by its last part alone."""
    compiled = Pattern.from_text(pattern)
    return compiled.matches(name) or ("/" not in pattern and compiled.matches(name.rsplit("/", 1)[-1]))
