"""From a decoded JSON value to an ``Event``; what is wrong with a record becomes one sentence for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from policysim.cloudtrail.event import Event

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class EventError(ValueError):
    """A value that is no CloudTrail record; the text says which field, and what was expected. It holds no user data."""


def event_from_record(record: object) -> Event:
    """The event that a decoded JSON value holds.

    Raises:
        EventError: with one sentence that names the field and what was expected of it.
    """
    if not isinstance(record, dict):
        raise EventError(f"a CloudTrail record should be an object, it is {_kind(record)}")
    missing = [name for name in ("eventSource", "eventName") if record.get(name) in (None, "")]
    if missing:
        raise EventError(_not_a_record(record, missing))
    if str(record["eventSource"]).startswith("aws:"):
        raise EventError(
            "this is no CloudTrail record: it looks like a notification that a service sends to a function"
        )
    if _is_deep(record):
        raise EventError(f"this nests more than {DEEPEST} levels deep, which no event does")
    try:
        return Event.model_validate(record)
    except ValidationError as error:
        raise EventError(_sentence(error.errors(include_url=False))) from None


DEEPEST: Final = 100
"""How deep a record may nest; those of AWS do not reach a fifth of it."""


def _is_deep(record: dict[object, object]) -> bool:
    """Whether objects and lists stand in one another too deep to be gone through, told without going in one by one."""
    level: list[object] = [record]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


SIGNS_OF_OTHERS: Final = (
    (("Statement",), "it looks like a policy document"),
    (("digestStartTime",), "it looks like a CloudTrail digest file, which lists log files"),
    (("class_uid",), "it looks like an OCSF event"),
    (("SchemaVersion", "ProductArn"), "it looks like a Security Hub finding"),
    (("schemaVersion", "service"), "it looks like a GuardDuty finding"),
    (("configurationItems",), "it looks like an AWS Config snapshot"),
)
"""Fields by which a file of another kind is known, and what to say then."""


def _not_a_record(record: dict[object, object], missing: list[str]) -> str:
    names = " and ".join(f"`{name}`" for name in missing)
    guess = next((say for fields, say in SIGNS_OF_OTHERS if all(name in record for name in fields)), "")
    return f"this is no CloudTrail record: it has no {names}" + (f"; {guess}" if guess else "")


_EXPECTED: Final = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "tuple_type": "a list",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "value_error": "a date and time such as `2026-11-24T03:00:00Z`",
}
"""What each kind of validation error expected, by pydantic's name for it."""


def _sentence(errors: list[ErrorDetails]) -> str:
    first = errors[0]
    if first["type"] == "string_unicode":
        return f"{_field(first) or 'the record'} has a member whose name holds half a character (a lone surrogate)"
    expected = _EXPECTED.get(first["type"], "of another form")
    found = "it is not" if first["type"] == "value_error" else f"it is {_kind(first['input'])}"
    others = {_field(error) for error in errors} - {_field(first)}
    more = f" (and {len(others)} more field{'s' if len(others) > 1 else ''} of the record)" if others else ""
    return f"`{_field(first)}` should be {expected}, {found}{more}"


def _field(error: ErrorDetails) -> str:
    """The path of a field in JSON terms; steps that only name a branch of a union are left out."""
    path = ""
    for step in error["loc"]:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step not in {"str", "bool"}:
            path += f".{step}" if path else step
    return path


def _kind(value: object) -> str:
    """What a JSON value is, in JSON's own words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names: dict[type, str] = {str: "text", dict: "an object", list: "a list"}
    return names.get(type(value), "a number")
