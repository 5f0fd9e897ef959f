"""AWS's own evaluation of a refused request out of a file, in every form in which people save it.

The output of ``aws iam-toolbox get-request-authorization-details`` or a list of its pages; the output of ``aws sts
decode-authorization-message``, with or without what it is wrapped in; the same as boto3 returns and Python prints it;
and policies of ``aws iam-toolbox get-request-authorization-policy``, saved together with their URI.
Source: IAM Toolbox API reference; AWS STS API reference, DecodeAuthorizationMessage; AWS CLI command reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.aws_evaluation import Answer, AnswerError, is_decoded, is_details
from policysim.language.json_text import RepeatedMembers, load_json
from policysim.language.problem_kinds import BROKEN_JSON
from policysim.language.problems import Problem
from policysim.language.source import BYTE_ORDER_MARK, Source
from policysim.sources.errors import InputError
from policysim.sources.json_values import problem_error
from policysim.sources.python_values import printed_value

if TYPE_CHECKING:
    from collections.abc import Iterator

DECODED: Final = "DecodedMessage"
POLICY: Final = "policyDocument"
POLICY_URI: Final = "policyUri"
EXPECTED: Final = (
    "the output of `aws iam-toolbox get-request-authorization-details` or of `aws sts decode-authorization-message`"
)
TOO_DEEP: Final = "this nests deeper than any answer of AWS"
_SIGNS: Final = ((DECODED,), ("requestContext", "evaluations"), ("explicitDeny", "context"), (POLICY,))
"""Names of members that tell one of these answers from an event; all of a row must stand there."""

_OTHERS: Final = (
    (("eventSource", "Records", "Events"), "holds CloudTrail events"),
    (("encodedMessage", "EncodedMessage"), "is the encoded message"),
    (("UserDetailList", "RoleDetailList"), "is what `--account` takes, in a folder"),
    (("Statement",), "is a policy"),
    (("EvaluationResults",), "comes from the IAM policy simulator"),
)
"""Members by which files of another kind are known, and what to say of them."""

_NO_URI: Final = (
    f"this holds a policy and not which one: save it with its URI, as `{POLICY_URI}` beside `{POLICY}`, for which "
    "`--query \"{policyUri: 'URI', policyDocument: policyDocument}\"` serves"
)


class SavedPolicy(NamedTuple):
    """A policy as AWS evaluated it: its URI in the evaluation, its document, and the text that holds it."""

    uri: str
    document: object
    source: Source


class Evidence(NamedTuple):
    """What files of evidence hold."""

    answers: tuple[Answer, ...] = ()
    policies: tuple[SavedPolicy, ...] = ()


def looks_like_evidence(source: Source) -> bool:
    """Whether a text is one of these answers, and neither events nor a message."""
    if not any(all(name in source.text for name in row) for row in _SIGNS):
        return False
    value = _value(source)
    first = value[0] if isinstance(value, list) and value else value
    return not isinstance(first, Problem) and _kind_of(first) is not None


def evidence_in(source: Source) -> Evidence:
    """The evaluations and policies of one file.

    Raises:
        InputError: with one sentence that names the file, the place in it and what was expected.
    """
    if not source.text.removeprefix(BYTE_ORDER_MARK).strip():
        raise InputError(f"{source.name}: this is empty, and {EXPECTED} was expected")
    value = _value(source)
    if isinstance(value, Problem):
        deep = value.kind is not BROKEN_JSON
        raise problem_error(value._replace(message=TOO_DEEP) if deep else value, source.name)
    _refuse_repeated(value, source)
    try:
        return _evidence(value, source)
    except AnswerError as error:
        raise InputError(f"{source.name}: {error}") from None
    except RecursionError:
        raise InputError(f"{source.name}: {TOO_DEEP}") from None


def _value(source: Source) -> object:
    """The value of a text, or a ``Problem``; a message that stands in JSON as a string is taken out of it."""
    value: object = load_json(source)
    if isinstance(value, Problem):
        printed = printed_value(source.text)
        value = value if printed is None else printed
    if isinstance(value, str):
        inner = load_json(Source(source.name, value))
        return value if isinstance(inner, Problem) else inner
    return value


def _kind_of(value: object) -> str | None:
    """Which answer a value is, by its members."""
    if not isinstance(value, dict):
        return None
    if POLICY in value:
        return POLICY
    if DECODED in value or is_decoded(value):
        return DECODED
    return "details" if is_details(value) else None


def _evidence(value: object, source: Source) -> Evidence:
    listed = value if isinstance(value, list) else [value]
    values: list[dict[str, object]] = [one for one in listed if isinstance(one, dict)]
    kinds = {_kind_of(one) for one in listed}
    if len(kinds) != 1:
        raise AnswerError(f"{EXPECTED} was expected")
    match kinds.pop():
        case "details":
            from policysim.cloudtrail.authorization_details import answer_of_details  # noqa: PLC0415  # builds models

            return Evidence((_joined([answer_of_details(page, source.name) for page in values]),))
        case "policyDocument":
            return Evidence(policies=tuple(_policy(one, source) for one in values))
        case "DecodedMessage":
            from policysim.cloudtrail.decoded_message import answer_of_decoded  # noqa: PLC0415  # the same

            return Evidence(tuple(answer_of_decoded(_decoded(one), source.name) for one in values))
        case _:
            raise AnswerError(_what_else(listed[0]))


def _what_else(value: object) -> str:
    """What stands there in place of an answer, as far as its members tell."""
    names = value.keys() if isinstance(value, dict) else frozenset()
    found = next((what for signs, what in _OTHERS if any(name in names for name in signs)), None)
    return f"{EXPECTED} was expected" if found is None else f"this {found}, and {EXPECTED} was expected"


def _decoded(value: dict[str, object]) -> dict[str, object]:
    """The decoded message itself, whether it came as text, as JSON, or wrapped in neither."""
    inside = value.get(DECODED, value)
    if isinstance(inside, str):
        inside = load_json(Source(DECODED, inside))
    if isinstance(inside, Problem):
        raise AnswerError(f"`{DECODED}` should be JSON as text: {inside.message}")
    if not isinstance(inside, dict) or not is_decoded(inside):
        raise AnswerError(f"`{DECODED}` should hold `allowed`, `explicitDeny` and `context`")
    return inside


def _policy(value: dict[str, object], source: Source) -> SavedPolicy:
    uri, document = value.get(POLICY_URI), value[POLICY]
    if not isinstance(uri, str) or not uri:
        raise AnswerError(_NO_URI)
    return SavedPolicy(uri, document, source)


def _joined(pages: list[Answer]) -> Answer:
    """The pages of one answer as one; each page may list policies that the others do not."""
    if len(pages) == 1:
        return pages[0]
    from dataclasses import replace  # noqa: PLC0415  # few answers have pages

    policies = {policy: None for page in pages for policy in page.evaluations[0].policies}
    evaluations = (replace(one, policies=tuple(policies)) for page in pages for one in page.evaluations)
    return Answer(pages[0].source, tuple(evaluations), complete=pages[-1].complete)


def _refuse_repeated(value: object, source: Source) -> None:
    """An object with a member twice has two meanings: neither is taken."""
    repeated = next(_repeated(value), None)
    if repeated is not None:
        raise InputError(f"{source.name}: `{repeated}` stands more than once in one object")


def _repeated(value: object) -> Iterator[str]:
    open_: list[object] = [value]
    while open_:
        one = open_.pop()
        if isinstance(one, RepeatedMembers):
            yield one.names[0]
        open_.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
