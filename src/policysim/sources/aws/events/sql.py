"""Pieces of SQL for Athena and CloudTrail Lake, which both speak Trino's: quoted values, and which events to select.

Nothing that a user or an answer of AWS wrote gets into a query but through ``text`` and ``name``.
Source: Trino documentation, language/types and reserved; CloudTrail User Guide, query-limitations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.error_codes import DENIAL_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

CODE_STARTS: Final = ("", "client.", "server.")
"""What EC2 prints before its codes."""


def text(value: str) -> str:
    """A value as a string literal: only a quote has a meaning in one, and is doubled.

    Raises:
        ValueError: for a zero byte or half a character, which no literal can hold.
    """
    if "\0" in value:
        raise ValueError("a zero byte")
    value.encode("utf-8")
    return "'" + value.replace("'", "''") + "'"


def name(*parts: str) -> str:
    """The name of a table, of a column or of a field in it, quoted part by part."""
    if any("\0" in part or not part for part in parts):
        raise ValueError("an empty name or a zero byte")
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def one_of(expression: str, values: Iterable[str]) -> str:
    """Whether an expression is one of these texts."""
    return f"{expression} IN ({', '.join(text(value) for value in values)})"


def every(*conditions: str) -> str:
    """All conditions at once; empty ones do not count."""
    return " AND ".join(condition for condition in conditions if condition)


def denied(error_code: str, error_message: str, response_elements: str) -> str:
    """Whether the columns are those of a refused call, or may be: the codes of denials in any case.

    Of a record without an error code, a denial code as a value of the response elements says so. What this lets
    through is judged again; it leaves out no denial.
    """
    codes = sorted({row.code.lower() for row in DENIAL_CODES})
    spelled = [start + code for code in codes for start in CODE_STARTS]
    alternatives = "|".join(code.replace(".", r"\.") for code in codes)
    answered = rf'(?i)["#]((client|server)\.)?({alternatives})"'
    by_answer = (
        f"{error_code} IS NULL AND {error_message} IS NULL AND regexp_like({response_elements}, {text(answered)})"
    )
    return f"({one_of(f'lower({error_code})', spelled)} OR ({by_answer}))"
