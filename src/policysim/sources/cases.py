"""Case files: one question a line, with the policies in force, as JSON Lines.

Two forms are read: that of the case files and of ``policysim eval --cases``, and an older, flatter one in which the
principal is an ARN and ``scps``, ``rcps`` and ``vpc_endpoint_policy`` hold documents. Source: the description of the
case files; spec R22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.account.access_lists import owners_needed
from policysim.account.account import AWS_OWNER
from policysim.evaluation.services.s3_express import as_session
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.json_text import WrittenNumber, load_json
from policysim.language.problems import Problem
from policysim.language.request import ABSENT, Request, RequestContext, Resource
from policysim.language.source import Location, Origin, Source
from policysim.sources.case_members import CASE_MEMBERS, refuse_misspelt
from policysim.sources.case_policies import read_policies, with_key_policies, with_own_resource_policy
from policysim.sources.case_principals import account_in, read_principal
from policysim.sources.case_s3 import read_acl, read_object_owner, read_object_ownership, read_public_access_block
from policysim.sources.errors import InputError
from policysim.sources.json_values import Json, problem_error
from policysim.sources.request_forms import ANY_RESOURCE, is_one_action, is_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import ContextValue, Principal


class Question(NamedTuple):
    """One request of a case and the policies in force for it."""

    request: Request
    policies: PolicySet


class Case(NamedTuple):
    """One line: the requests that its call needs, every one of which must pass.

    ``members`` is the line as it stands, for those who compare the answer with what it expects.
    """

    id: str
    title: str
    questions: tuple[Question, ...]
    members: dict[str, object]


class BrokenCase(NamedTuple):
    """A line that is no case: its name, as far as it has one, and one sentence that names the place."""

    id: str | None
    error: str


def read_cases(source: Source) -> Iterator[Case | BrokenCase]:
    """The cases of a text, in order; blank lines are passed over. Nothing raises: a broken line is a value."""
    start, text = 0, source.text
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text[start:end].strip():
            yield read_case(_line(source, start, end))
        start = end + 1


def read_case(line: Source) -> Case | BrokenCase:
    """The case that a line holds."""
    value = load_json(line)
    if isinstance(value, Problem):
        return BrokenCase(None, str(problem_error(value, line.name)))
    whole = Json(value, Location(line, ()))
    if not isinstance(value, dict):
        return BrokenCase(None, str(whole.unexpected("an object")))
    name = value.get("id")
    case_id = name if isinstance(name, str) else None
    try:
        return _case(whole, dict(value))
    except InputError as error:
        return BrokenCase(case_id, str(error))


def _line(source: Source, start: int, end: int) -> Source:
    """One line as a text of its own whose places are those of the whole."""
    return Source(source.name, source.text[start:end], Origin(source, range(start, end + 1)))


def _case(whole: Json, members: dict[str, object]) -> Case:
    refuse_misspelt(whole, CASE_MEMBERS)
    principal = read_principal(whole.required("principal"))
    action = _action(whole.required("action"))
    policies = read_policies(whole, action, principal)
    questions = tuple(
        question
        for resource, context, entry in _resources(whole, principal)
        for question in _questions(
            Request(principal=principal, action=action, resource=resource, context=context),
            policies if entry is None else with_own_resource_policy(policies, entry, action),
            (whole, entry),
        )
    )
    return Case(_name(whole), whole.optional_text("title") or "", questions, members)


def _questions(request: Request, policies: PolicySet, places: tuple[Json, Json | None]) -> tuple[Question, ...]:
    """The request as AWS authorizes it, and what the owner of the object has to say where it is not the bucket's."""
    policies = with_key_policies(request, policies, *places)
    return tuple(Question(*needed) for needed in owners_needed(as_session(request), policies))


def _action(at: Json) -> str:
    action = at.text("an action, such as `s3:GetObject`")
    if not is_one_action(action):
        raise at.error(f"`{action}` is not one action, such as `s3:GetObject`")
    return action


def _name(whole: Json) -> str:
    name = whole.member("id")
    if name is None or name.value is None:
        return ""
    return str(name.value) if isinstance(name.value, int) and not isinstance(name.value, bool) else name.text()


def _resources(whole: Json, principal: Principal) -> Iterator[tuple[Resource, RequestContext, Json | None]]:
    """Each resource with its own context, which stands beside that of the whole case, and its entry in a list."""
    is_complete = whole.optional_flag("context_complete") is not False
    shared = _context(whole)
    entries = whole.member("resources")
    if entries is None or entries.empty:
        yield (
            _resource(whole, _arn(whole.required("resource")), whole, principal),
            _put(shared, {}, complete=is_complete),
            None,
        )
        return
    for entry in entries.items():
        single = isinstance(entry.value, str)
        arn = _arn(entry if single else entry.required("arn"))
        own = {} if single else _context(entry)
        resource = _resource(whole, arn, None if single else entry, principal)
        yield resource, _put(shared, own, complete=is_complete), None if single else entry


def _arn(at: Json) -> str:
    arn = at.text("an ARN or `*`")
    if not is_resource(arn):
        raise at.error(f"`{arn}` is neither an ARN nor `*`")
    return arn


def _put(shared: dict[str, ContextValue], own: dict[str, ContextValue], *, complete: bool) -> RequestContext:
    return RequestContext(complete=complete).with_values(shared).with_values(own)


def _resource(whole: Json, arn: str, entry: Json | None, principal: Principal) -> Resource:
    return Resource(
        arn=arn,
        account=_owner(whole, arn, entry, principal),
        in_management_account=whole.optional_flag("resource_account_is_management") or False,
        key_manager=whole.optional_text("kms_key_manager"),
        public_access_block=read_public_access_block(whole),
        object_owner=read_object_owner(whole),
        object_ownership=read_object_ownership(whole),
        acl=read_acl(whole),
    )


def _owner(whole: Json, arn: str, entry: Json | None, principal: Principal) -> str | None:
    """The account that owns a resource: as stated, or by its ARN, or the caller's for ``*``; never guessed (R22).

    What AWS owns and lends to every account, such as an AWS managed policy, counts as the caller's.

    Of several resources the ARN of each tells before the account that is stated for all. The older form leaves out
    the account where it is the caller's.
    """
    stated = account_in(whole, "resource_account")
    own = account_in(entry, "resource_account") if entry is not None else None
    parsed = parse_arn(arn)
    by_arn = parsed.account if parsed is not None and is_account_id(parsed.account) else None
    alone = entry is whole
    for account in (own, stated, by_arn) if alone else (own, by_arn, stated):
        if account is not None:
            return account
    older_form = isinstance(whole.required("principal").value, str)
    lent = parsed is not None and parsed.account == AWS_OWNER
    return principal.account if arn == ANY_RESOURCE or lent or older_form else None


def _context(at: Json) -> dict[str, ContextValue]:
    context = at.member("context")
    return {} if context is None else {key: _values(value) for key, value in context.members()}


def _values(at: Json) -> ContextValue:
    """The values of a key: several for a list, and for ``null`` the key is absent (spec V13)."""
    if at.value is None:
        return ABSENT
    return tuple(_value(item) for item in at.items()) if isinstance(at.value, list) else (_value(at),)


def _value(at: Json) -> str:
    match at.value:
        case str():
            return at.value
        case bool():
            return "true" if at.value else "false"
        case WrittenNumber():
            return at.value.text
        case int() | float():
            return str(at.value)
        case _:
            raise at.unexpected("a string, a number, `true` or `false`")
